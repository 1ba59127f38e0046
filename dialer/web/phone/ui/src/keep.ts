// What must outlive a reload of the page or a restart of the dialer. The tab's own memory: gone with the tab.

import type { Disposition, EarlierTalk, Talk } from "./api";
import type { MicrophoneChoice } from "./microphone";

export interface Unsent {
  talk: Talk;
  disposition: Disposition;
  /** Of an earlier talk: which, as it was shown. */
  more: EarlierTalk | null;
}

interface Kept {
  /** "" = by the session of the page at `/`. */
  token: string;
  campaign: string;
  /** Logged in, and ready or not: what a dialer that was started anew is told by this page. */
  seat: { campaign: string; isReady: boolean };
  /** Dispositions that were not acknowledged yet, the oldest first: each is sent again until it is. */
  unsent: Unsent[];
  /** Dispositions that are being filled in: the fields of each, by the id of its talk. */
  drafts: Record<string, Record<string, string>>;
  microphone: MicrophoneChoice;
}

const PREFIX = "fairdial.";

export function recall<K extends keyof Kept>(name: K): Kept[K] | null {
  const text = sessionStorage.getItem(PREFIX + name);
  return text === null ? null : (JSON.parse(text) as Kept[K]);
}

export function keep<K extends keyof Kept>(name: K, value: Kept[K]): void {
  sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
}

export function drop(name: keyof Kept): void {
  sessionStorage.removeItem(PREFIX + name);
}

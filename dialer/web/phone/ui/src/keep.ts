// What must outlive a reload of the page or a restart of the dialer. The tab's own memory: gone with the tab.

import type { Disposition, Talk } from "./api";
import type { MicrophoneChoice } from "./microphone";

export interface Owed {
  talk: Talk;
  disposition: Disposition;
}

interface Kept {
  token: string;
  campaign: string;
  /** Logged in, and ready or not: what a dialer that was started anew is told by this page. */
  seat: { campaign: string; isReady: boolean };
  /** A disposition that was not acknowledged yet: it is sent again until it is. */
  owed: Owed;
  /** A disposition that is being filled in, by field, for one call. */
  draft: { talk: Talk; fields: Record<string, string> };
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

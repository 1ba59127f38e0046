// Words and figures as people read them.
import type { AgentState, CampaignState } from "./api";

export const AGENT_STATES: Record<AgentState, string> = {
  talking: "Talking",
  wrapping: "Wrap-up",
  available: "Waiting for a call",
  reserved: "Kept for a call",
  not_ready: "Paused",
  leg_lost: "Phone lost",
  logged_out: "Logged out",
};

export const CAMPAIGN_STATES: Record<CampaignState, string> = {
  idle: "Not started",
  running: "Running",
  paused: "Paused",
  draining: "Draining",
  stopped: "Stopped",
};

/** Seconds after which a state is long: somebody should look. Infinity = never. */
export const LONG_AFTER_S: Record<AgentState, number> = {
  talking: 1200,
  wrapping: 120,
  available: 120,
  reserved: 60,
  not_ready: 900,
  leg_lost: 15,
  logged_out: Number.POSITIVE_INFINITY,
};

/** 75 → 1:15, 3700 → 1:01:40. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 0.0213 → 2.13 %; nobody answered yet → –. */
export function share(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(2)} %`;
}

export function count(value: number | null): string {
  return value === null ? "–" : new Intl.NumberFormat("en-US").format(value);
}

export function money(cents: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100);
}

const INSTANT = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });

/** POSIX seconds, in the time of whoever looks. */
export function instant(at: number | null): string {
  return at === null ? "–" : INSTANT.format(at * 1000);
}

/** `right_party` → Right party. */
export function plain(word: string): string {
  const text = word.replaceAll("_", " ").replaceAll("-", " ");
  return text === "" ? "–" : text.charAt(0).toUpperCase() + text.slice(1);
}

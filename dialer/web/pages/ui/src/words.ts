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
  const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat("en-US", { style: "currency", currency, ...two }).format(cents / 100);
}

const PARTS = { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;

let instants = new Intl.DateTimeFormat("en-US", PARTS);

/** In which zone times are shown: the floor's, whoever looks and from where; "" = the browser's own. */
export function showTimesIn(zone: string): void {
  try {
    instants = new Intl.DateTimeFormat("en-US", zone === "" ? PARTS : { ...PARTS, timeZone: zone });
  } catch {
    // A zone that this browser does not know: the times say in which they are.
    instants = new Intl.DateTimeFormat("en-US", PARTS);
  }
}

/** POSIX seconds, in the floor's time, which is said beside it. */
export function instant(at: number | null): string {
  return at === null ? "–" : instants.format(at * 1000);
}

const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

/** A calendar day (2026-03-10), which has no zone → Mar 10, 2026; "" → –. */
export function day(written: string): string {
  const at = Date.parse(`${written.slice(0, 10)}T00:00:00Z`);
  return written === "" ? "–" : Number.isNaN(at) ? written : DAY.format(at);
}

/** A day so many days from today, in the floor's zone, as a field of days takes it. */
export function floorDay(days: number): string {
  const { timeZone } = instants.resolvedOptions();
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(Date.now() + days * 86_400_000);
}

/** A measure in its unit: money in its currency, a share as percent; nothing to divide by → –. */
export function measured(value: number | null, unit: string, currency: string): string {
  if (value === null) return "–";
  if (unit === "cents") return currency === "" ? (value / 100).toFixed(2) : money(value, currency);
  if (unit === "share") return share(value);
  if (unit === "count") return count(value);
  if (unit === "seconds") return duration(value);
  return value.toFixed(2);
}

/** `right_party` → Right party. */
export function plain(word: string): string {
  const text = word.replaceAll("_", " ").replaceAll("-", " ");
  return text === "" ? "–" : text.charAt(0).toUpperCase() + text.slice(1);
}

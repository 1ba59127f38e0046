// Figures and days as people read them, and elements that hold them.

export function money(cents: number, currency: string): string {
  const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat("en-US", { style: "currency", currency, ...two }).format(cents / 100);
}

const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

/** A calendar day (2026-03-10) → Mar 10, 2026. */
export function day(written: string): string {
  const at = Date.parse(`${written.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? written : DAY.format(at);
}

/** POSIX seconds, in a zone that is said beside it; "" = the browser's own. */
export function instant(at: number, zone = ""): string {
  const parts = { month: "short", day: "numeric", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;
  return new Intl.DateTimeFormat("en-US", zone === "" ? parts : { ...parts, timeZone: zone }).format(at * 1000);
}

/** `date_of_birth` → Date of birth. */
export function plain(word: string): string {
  const text = word.replaceAll("_", " ").replaceAll("-", " ");
  return text === "" ? "–" : text.charAt(0).toUpperCase() + text.slice(1);
}

/** POSIX seconds of a wall-clock time (2026-03-10T14:05) in a zone. */
export function posixOf(written: string, zone: string): number | null {
  const asUtc = Date.parse(`${written}Z`);
  if (Number.isNaN(asUtc)) return null;
  if (zone === "") return new Date(written).getTime() / 1000;
  // Twice: the offset of the guess may be that of the other side of a change of the clocks.
  let at = asUtc;
  for (let turn = 0; turn < 2; turn += 1) at = asUtc - offset(at, zone);
  return at / 1000;
}

/** POSIX seconds as a field of wall-clock time takes it. */
export function writtenOf(at: number, zone: string): string {
  const local = new Date(at * 1000 + (zone === "" ? -new Date(at * 1000).getTimezoneOffset() * 60_000 : offset(at * 1000, zone)));
  return local.toISOString().slice(0, 16);
}

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at / 1000) * 1000;
}

type Child = Node | string | null;

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function list(lines: (string | HTMLElement)[]): HTMLUListElement {
  return make("ul", "", ...lines.map((line) => make("li", "", line)));
}

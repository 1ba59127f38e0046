// What is going on, in the words of the floor.

import { type Offered, type RecordingState, type Seat, type SeatState, type Statement, talkOf } from "./api";
import type { LegState, LinkState } from "./line";

export const LINK_WORDS: Record<LinkState, string> = {
  connecting: "Phone connecting…",
  registered: "Phone registered",
  down: "Phone not connected, trying again…",
  refused: "Asterisk refuses this phone",
};

export const LEG_WORDS: Record<LegState, string> = {
  none: "not on the line",
  ringing: "being rung",
  up: "on the line",
  silent: "on the line, but no sound gets through",
};

// `dialer.domain.agent.NOT_SEEN`
export const NOT_SEEN = "not seen since the dialer was started anew";

export type Tone = "idle" | "busy" | "good" | "warn" | "bad";

export interface Headline {
  tone: Tone;
  title: string;
  more: string;
}

/** The one sentence in large type. `leg` is this page's own; the seat is what the dialer says. */
export function headline(seat: Seat | null, leg: LegState, mine: { isMuted: boolean; isHeld: boolean }): Headline {
  if (seat === null || seat.state === "logged_out") {
    return { tone: "idle", title: "Not logged in", more: "Choose a campaign and log in; your phone is then rung." };
  }
  const made: Record<Exclude<SeatState, "logged_out">, Headline> = {
    not_ready: notReady(seat, leg),
    available: { tone: "good", title: "Ready", more: "Waiting for the next call." },
    reserved: { tone: "good", title: "A call is coming", more: "You are about to be connected." },
    talking: { tone: "busy", title: seat.inbound ? "A person called us" : "On a call", more: during(seat) + heard(mine) },
    wrapping: { tone: "warn", title: "After-call work", more: `Record what came of ${during(seat).toLowerCase()}` },
    leg_lost: {
      tone: "bad",
      title: "Your phone left the line",
      more: seat.reason === "" ? "It is rung again when it is back. No calls come to you meanwhile." : `${sentence(seat.reason)}.`,
    },
  };
  const found = made[seat.state];
  const leaving = seat.is_leaving ? " Your break begins after this call." : "";
  return { ...found, more: found.more + leaving };
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function notReady(seat: Seat, leg: LegState): Headline {
  if (leg !== "up") {
    return { tone: "idle", title: "Not ready", more: "Your phone is about to be rung; it answers by itself." };
  }
  if (seat.reason === NOT_SEEN) return { tone: "warn", title: "Not ready", more: "The dialer was started anew: press Ready." };
  if (seat.reason === "") return { tone: "idle", title: "Not ready", more: "Your phone is on the line." };
  return { tone: "idle", title: `On a break: ${seat.reason}`, more: "Calls go to others meanwhile." };
}

function during(seat: Seat): string {
  const talk = talkOf(seat);
  const third = seat.third_party ? ` With a third party: ${seat.third_party}.` : "";
  return (talk === null ? "The call." : `Call ${talk.id}, campaign ${seat.campaign}.`) + third;
}

function heard({ isMuted, isHeld }: { isMuted: boolean; isHeld: boolean }): string {
  if (isHeld) return " On hold: neither hears the other.";
  return isMuted ? " You are muted." : "";
}

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = String(Math.floor(whole / 60) % 60).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${minutes}:${String(whole % 60).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

export interface Choice {
  kind: string;
  /** The letter that chooses it while the form has the focus. */
  key: string;
  label: string;
  /** Fields that this outcome needs. */
  asks?: "promise" | "call_back" | "machine";
  /** The client's own code for it, where it has one. */
  code?: string;
  /** A note must be written. */
  noted?: boolean;
}

interface Group {
  group: string;
  choices: readonly Choice[];
}

export const OUTCOMES: readonly Group[] = [
  {
    group: "Spoke with the person",
    choices: [
      { kind: "promise_to_pay", key: "p", label: "Promise to pay", asks: "promise" },
      { kind: "plan_agreed", key: "l", label: "Plan agreed", asks: "promise" },
      { kind: "settlement_agreed", key: "s", label: "Settlement agreed", asks: "promise" },
      { kind: "paid_on_call", key: "o", label: "Paid on the call" },
      { kind: "call_back", key: "c", label: "Call back", asks: "call_back" },
      { kind: "refused_to_pay", key: "r", label: "Refused to pay" },
      { kind: "no_commitment", key: "n", label: "No commitment" },
    ],
  },
  {
    group: "They asked or told us something",
    choices: [
      { kind: "disputed", key: "d", label: "Disputes the debt" },
      { kind: "stop_calling", key: "k", label: "Stop calling" },
      { kind: "stop_number", key: "x", label: "Stop this number" },
      { kind: "cease_requested", key: "e", label: "Cease contact" },
      { kind: "attorney_named", key: "a", label: "Has an attorney" },
      { kind: "bankruptcy_claimed", key: "b", label: "Bankruptcy" },
      { kind: "deceased", key: "g", label: "Deceased" },
    ],
  },
  {
    group: "Somebody else, or nobody",
    choices: [
      { kind: "wrong_number", key: "w", label: "Wrong number" },
      { kind: "third_party", key: "t", label: "Third party" },
      { kind: "child_answered", key: "y", label: "Child answered" },
      { kind: "language_barrier", key: "u", label: "Language barrier" },
      { kind: "hung_up_unverified", key: "h", label: "Hung up" },
      { kind: "machine", key: "m", label: "Machine, nothing said", asks: "machine" },
      { kind: "message_left", key: "v", label: "Message left", asks: "machine" },
      { kind: "screened", key: "q", label: "Call screening", asks: "machine" },
      { kind: "intercept", key: "i", label: "Not in service", asks: "machine" },
      { kind: "dead_air", key: "z", label: "Dead air" },
    ],
  },
];

/** A client's own list, in the groups of ours and the order of the client's; ours where it has none. */
export function choicesOf(offered: readonly Offered[]): readonly Group[] {
  const coded = offered.filter(({ code }) => code !== "");
  if (coded.length === 0) return OUTCOMES;
  const groups = OUTCOMES.map(({ group, choices }) => ({
    group,
    choices: coded.flatMap(({ code, kind, words, asks }) => {
      const ours = choices.find((choice) => choice.kind === kind);
      if (ours === undefined) return [];
      const isMoney = asks.includes("amount") || (asks.includes("date") && kind !== "call_back");
      const fields = isMoney ? ({ asks: "promise" } as const) : {};
      return [{ ...ours, ...fields, label: `${words} (${code})`, code, noted: asks.includes("note") }];
    }),
  }));
  return groups.filter(({ choices }) => choices.length > 0);
}

/** The label of an outcome; its own word for one that this page does not offer. */
export function labelOf(kind: string): string {
  return OUTCOMES.flatMap(({ choices }) => choices).find((choice) => choice.kind === kind)?.label ?? kind;
}

// `dialer.domain.machine.MachineKind`
export const MACHINE_WORDS: Record<string, string> = {
  own: "Own greeting: names the person",
  other: "Greeting of somebody else",
  generic: "Greeting that names nobody",
  full: "Mailbox full",
  intercept: "Network: not in service",
  screener: "Assistant that asks who calls",
};

// `dialer.domain.machine.SaidToMachine`
export const SAID_WORDS: Record<string, string> = {
  nothing: "Nothing",
  spoken: "I spoke the message",
  recorded: "The recording was left",
};

export const SPEECH_WORDS: Record<Statement["speech"], string> = {
  must_say: "Say",
  may_not: "Never",
};

export const RECORDING_WORDS: Record<Exclude<RecordingState, "none">, string> = {
  notice_due: "Not recorded yet. Say this to everybody on the line, then say that you did:",
  consent_due: "Not recorded yet. Ask this, and say so only when everybody agreed:",
  ordered: "The recording is about to begin.",
  running: "This call is recorded.",
  stopping: "The person objected: the recording is being stopped.",
  stopped: "Not recorded any more: the person objected.",
};

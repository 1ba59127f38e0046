import type { AccountView, CallBack } from "./account";

// The dialer's HTTP API as far as a phone needs it. Every answer to a change means: it is written down.

export interface IceServer {
  urls: string[];
  username: string | null;
  credential: string | null;
}

export interface Account {
  agent: string;
  endpoint: string;
  /** This page is the telephone; otherwise one on the agent's desk is. */
  is_browser: boolean;
  secret: string;
  server: string;
  domain: string;
  caller: string;
  campaigns: string[];
  pause_reasons: string[];
  ice_servers: IceServer[];
  relay_only: boolean;
  outcomes: Rule[];
  /** This floor can say whom a call is with. */
  shows_accounts: boolean;
  /** A demonstration: nobody hears anything, talks are read. */
  is_text: boolean;
}

/** A talk that is read, in a demonstration. */
export interface TextTalk {
  attempt: string;
  is_over: boolean;
  lines: { text: string; is_mine: boolean }[];
  may_say: { what: string; words: string }[];
}

/** What may be said with one kind of outcome. */
export interface Rule {
  kind: string;
  /** It asks for something that binds us, and is taken until the end of the next day. */
  protects: boolean;
  machines: string[];
  said: string[];
}

/** What may be said of a call in the campaign of the seat. */
export interface Offered {
  /** The client's own; empty = the client has none, and the kind alone is sent. */
  code: string;
  kind: string;
  words: string;
  asks: ("amount" | "date" | "note")[];
}

export type SeatState =
  | "logged_out"
  | "not_ready"
  | "available"
  | "reserved"
  | "talking"
  | "wrapping"
  | "leg_lost";

/** What becomes of a recording of the talk. */
export type RecordingState =
  | "none"
  | "notice_due"
  | "consent_due"
  | "ordered"
  | "running"
  | "stopping"
  | "stopped";

/** What law or policy asks of the words on a call, and whose word it is. */
export interface Statement {
  rule: string;
  citation: string;
  speech: "must_say" | "may_not";
  text: string;
  debts: string[];
}

export interface Seat {
  agent: string;
  campaign: string;
  state: SeatState;
  since: number;
  reason: string;
  is_leaving: boolean;
  attempt: string | null;
  /** What the agent must be told, until the next. */
  notice?: string;
  /** Somebody who called us; then there is no attempt. */
  inbound?: string | null;
  /** A talk that ended at the agent's own phone, of which they have said nothing yet. */
  owes?: string | null;
  third_party?: string;
  recording?: RecordingState;
  /** The words that the agent must say before the talk is recorded. */
  to_say?: string;
  /** From the reservation until the call ends. */
  statements?: Statement[];
}

/** Somebody on file with the number that called us: perhaps the caller, a number is no identity. */
export interface Caller {
  person: string;
  debts: string[];
}

export interface Inbound {
  call: string;
  number: string | null;
  callers: Caller[];
}

export interface Disposition {
  agent: string;
  kind: string;
  code?: string;
  promised_cents?: number;
  promised_for?: number;
  currency?: string;
  parts?: { cents: number; due_at: number }[];
  words?: string;
  call_back_at?: number;
  call_back_words?: string;
  /** Only of somebody who called us: who it was. */
  person?: string;
  debts_spoken_of?: string[];
  machine?: string;
  said_to_machine?: string;
  ready_after: boolean;
}

/** A talk that is over and written down, of which its agent may say more. */
export interface EarlierTalk {
  attempt: string;
  ended_at: number;
  said: string | null;
  /** Otherwise only what protects the person is taken. */
  takes_anything: boolean;
}

/** The call whose outcome is owed: one that we placed, or one that came to us. */
export interface Talk {
  kind: "attempts" | "inbound";
  id: string;
}

/** What the agent talks about, or has just talked about. */
export function talkOf(seat: Seat | null): Talk | null {
  if (seat === null || (seat.state !== "talking" && seat.state !== "wrapping")) return null;
  if (seat.attempt !== null) return { kind: "attempts", id: seat.attempt };
  return seat.inbound ? { kind: "inbound", id: seat.inbound } : null;
}

/** A talk that is over, and the agent could not be asked. */
export function owedOf(seat: Seat | null): Talk | null {
  if (!seat?.owes || !["not_ready", "available"].includes(seat.state)) return null;
  return { kind: "attempts", id: seat.owes };
}

export interface Quality {
  lost: number | null;
  jitter_s: number | null;
  round_trip_s: number | null;
  lost_there: number | null;
}

/** The dialer answered, and said no. `status` as in HTTP. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** Nobody answered: whether anything was taken is not known. */
export class UnreachableError extends Error {}

const TIMEOUT_MS = 12_000;

export class Api {
  /** `token` "" = by the session of the page at `/`, whose second word goes with each change. */
  constructor(
    private readonly token: string,
    private csrf = "",
  ) {}

  /** Whoever is signed in at `/`, with a seat of their own; null = nobody. */
  async session(): Promise<{ account: string; agent: string | null } | null> {
    try {
      const session = await this.ask<{ account: string; agent: string | null; csrf: string }>("GET", "/api/session/who");
      this.csrf = session.csrf;
      return session;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) return null;
      throw error;
    }
  }

  async endSession(): Promise<void> {
    await this.ask("POST", "/api/session/end");
  }

  accountOfCall(attempt: string): Promise<AccountView> {
    return this.ask<AccountView>("GET", `/api/attempts/${encodeURIComponent(attempt)}/account`);
  }

  accountOf(person: string): Promise<AccountView> {
    return this.ask<AccountView>("GET", `/api/persons/${encodeURIComponent(person)}/account`);
  }

  identify(person: string, told: Record<string, string>): Promise<AccountView> {
    return this.ask<AccountView>("POST", `/api/persons/${encodeURIComponent(person)}/account`, told);
  }

  callBack(person: string, at: number): Promise<CallBack> {
    return this.ask<CallBack>("GET", `/api/persons/${encodeURIComponent(person)}/call-back?at=${at}`);
  }

  async tellFact(fact: string, body: object): Promise<void> {
    await this.ask("POST", `/api/facts/${fact}`, body);
  }

  /** Something about who is in the agent's talk. */
  async talk(account: Account, what: string, body?: object): Promise<void> {
    await this.ask("POST", this.seat(account, what), body);
  }

  textTalk(): Promise<TextTalk> {
    return this.ask<TextTalk>("GET", "/api/demonstration/talk");
  }

  sayInText(what: string): Promise<TextTalk> {
    return this.ask<TextTalk>("POST", "/api/demonstration/talk", { what });
  }

  account(): Promise<Account> {
    return this.ask<Account>("GET", "/api/phone");
  }

  async logIn(account: Account, campaign: string): Promise<void> {
    const body = { campaign, endpoint: account.endpoint };
    await this.ask("POST", this.seat(account, "login"), body);
  }

  async logOut(account: Account): Promise<void> {
    await this.changed("POST", this.seat(account, "logout"));
  }

  async ready(account: Account): Promise<void> {
    await this.changed("POST", this.seat(account, "ready"));
  }

  async pause(account: Account, reason: string): Promise<void> {
    await this.changed("POST", this.seat(account, "pause"), { reason });
  }

  /** The attempt is named, so that a late click does not end the next call. */
  async hangUp(account: Account, attempt: string | null): Promise<void> {
    await this.changed("POST", this.seat(account, "hangup"), { attempt });
  }

  /** Keys of a telephone on a desk go by the dialer. */
  async press(account: Account, keys: string): Promise<void> {
    await this.ask("POST", this.seat(account, "keys"), { keys });
  }

  /** A machine answered: the approved message is left, where one may be. `machine` "" = not told apart. */
  async leaveMessage(account: Account, attempt: string, machine: string): Promise<void> {
    await this.ask("POST", this.seat(account, "voicemail"), { attempt, kind: machine === "" ? null : machine });
  }

  /** Everybody on the line was told that the call is recorded: it begins. */
  async sayNotice(account: Account, attempt: string): Promise<void> {
    await this.ask("POST", this.seat(account, "recording/notice"), { attempt });
  }

  /** The person does not want to be recorded: it stops. */
  async objectToRecording(account: Account, attempt: string): Promise<void> {
    await this.ask("POST", this.seat(account, "recording/objection"), { attempt });
  }

  earlierTalks(account: Account): Promise<EarlierTalk[]> {
    return this.ask<EarlierTalk[]>("GET", this.seat(account, "talks"));
  }

  inbound(call: string): Promise<Inbound> {
    return this.ask<Inbound>("GET", `/api/inbound/${encodeURIComponent(call)}`);
  }

  async offered(agent: string): Promise<Offered[]> {
    return this.ask("GET", `/api/agents/${encodeURIComponent(agent)}/dispositions`);
  }

  async dispose({ kind, id }: Talk, disposition: Disposition): Promise<void> {
    await this.ask("POST", `/api/${kind}/${encodeURIComponent(id)}/disposition`, disposition);
  }

  async quality(figures: Quality): Promise<void> {
    await this.ask("POST", "/api/phone/quality", figures);
  }

  private seat(account: Account, what: string): string {
    return `/api/agents/${encodeURIComponent(account.agent)}/${what}`;
  }

  /** 409 means that it was so already, or came late: the seat as it is pushed says what holds. */
  private async changed(method: string, path: string, body?: object): Promise<void> {
    try {
      await this.ask(method, path, body);
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 409)) throw error;
    }
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        headers: {
          ...(this.token === "" ? {} : { Authorization: `Bearer ${this.token}` }),
          ...(this.token === "" && method !== "GET" ? { "X-CSRF-Token": this.csrf } : {}),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new UnreachableError("the dialer cannot be reached", { cause: error });
    }
    if (!answer.ok) throw new RefusedError(answer.status, await reason(answer));
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}

async function reason(answer: Response): Promise<string> {
  try {
    const { detail } = (await answer.json()) as { detail?: unknown };
    if (typeof detail === "string") return detail;
  } catch {
    // no JSON: a proxy spoke, not the dialer
  }
  return `the dialer answered ${answer.status}`;
}

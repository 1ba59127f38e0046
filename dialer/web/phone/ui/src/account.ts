// Shapes of a person's account, as far as a desk shows them (`dialer.inquiry.account_shapes`).

export interface LocalTime {
  zone: string;
  clock: string;
}

export interface Identifying {
  asks: string[];
  enough: number;
  parties: string[];
  is_possible: boolean;
}

export interface Promised {
  cents: number | null;
  due_on: string;
  state: string;
  paid_cents: number;
}

export interface Ledger {
  balance_cents: number;
  currency: string;
  state: string;
  parts: Record<string, number>;
  promises: Promised[];
  offers: { settles_from_cents: number | null; settled_by: string; rule: string; most_parts: number };
}

export interface Debt {
  debt: string;
  role: string;
  client: string;
  client_account: string;
  creditor: string;
  original_creditor: string;
  last_day_to_sue: string;
  ledger: Ledger;
  bars: { what: string; since: number }[];
}

export interface Contact {
  entry: string;
  at: number;
  what: string;
  direction: string;
  outcome: string;
  agent: string;
  disposition: string;
}

export interface Told {
  numbers: { number: string; e164: string; kind: string; role: string; status: string }[];
  debts: Debt[];
  holds: { kind: string; since: number; until: number | null }[];
  requests: { kind: string; at: number; words: string }[];
  disputes: { at: number; answered_at: number | null }[];
  consents: { scope: string; at: number }[];
  contacts: Contact[];
}

export interface AccountView {
  person: string;
  name: string;
  language: string;
  as_of: number;
  local_times: LocalTime[];
  identifying: Identifying;
  is_told: boolean;
  why: string;
  account: Told | null;
}

export interface CallBack {
  is_possible: boolean;
  denied_by: { rule: string; citation: string; what: string | null }[];
  next_at: number | null;
}

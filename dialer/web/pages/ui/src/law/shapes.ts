// Shapes of the law's answers, which the description leaves open (`dialer/web/law.py`).

/** `dialer.inquiry.rules`: one edition of a rule. */
export interface Rule {
  rule: string;
  what: string;
  layer: string;
  pack: string;
  kind: string;
  citation: string;
  source: string | null;
  effective_from: string;
  effective_to: string | null;
  expected: string | null;
  unit: string;
  values: Record<string, string>;
  checked: string;
  checked_on: string;
  note: string | null;
}

export interface Rules {
  rulebook: string;
  rules: Rule[];
}

/** `dialer.inquiry.due` */
export interface Due {
  on: string;
  due: { day: string; why: string; name: string; what: string; citation: string }[];
}

/** `dialer.inquiry.coverage` */
export interface Place {
  name: string;
  status: string;
  extent: string;
  extent_of: string | null;
  missing: string | null;
  checked: string;
  checked_on: string;
  signed_by: string | null;
  dated: string | null;
  rules: unknown[];
}

export interface Register {
  primacy: { values: number; primary: number; letting_go: number; letting_go_primary: number };
  jurisdictions: Place[];
}

/** `dialer.inquiry.rules.changes_between` */
export interface Changed {
  rule: string;
  change: string;
  before: Rule | null;
  after: Rule | null;
}

/** `dialer.inquiry.impact` */
export interface Impact {
  attempts: number;
  persons: number;
  rules: { rule: string; newly_forbidden: number; newly_allowed: number }[];
}

export interface Licences {
  licences: unknown[];
  ending: unknown[];
  lacking: [string, string][];
}

export interface Bound {
  file: string;
  binds_from: string;
}

// Shapes of the intake's answers, which the description leaves open (`dialer/web/intake.py`).

export interface Counted {
  column: string;
  reason: string;
  lines: number;
}

/** `dialer.intake.report.ImportReport.summary`, with the name under which refused lines are fetched. */
export interface Taken {
  upload: string;
  refused_whole: unknown;
  lines?: number;
  accepted?: number;
  rejected?: number;
  accepted_cents?: Record<string, number>;
  rejected_cents?: Record<string, number>;
  unknown_columns?: string[];
  rejects?: Counted[];
  remarks?: Counted[];
}

/** `dialer.web.ports.MappingKept` */
export interface Mapping {
  name: string;
  of: string;
  version: number;
  /** Names what was looked at: a mapping that was changed since is not confirmed. */
  meaning: string;
  questions: string[];
  confirmed_by: string;
  text: string;
}

/** `dialer.inquiry.unseen.Unseen` */
export interface Unseen {
  why: string;
  campaign: string;
  count: number;
  says: string;
  mend: string;
}

/** `dialer.storage.placements.holding.FileHold` */
export interface FileHold {
  import_id: string;
  line: number;
  signals: string;
  at: number;
  person: string | null;
  number: string | null;
  debt: string | null;
  released_at: number | null;
}

// What is asked of the dialer. The shapes are generated from its own description by the build; none is typed here.
import type { components } from "./generated/api";

type Shapes = components["schemas"];

export type Session = Shapes["SessionView"];
export type Permission = Shapes["Permission"];
export type Floor = Shapes["FloorSnapshot"];
export type Agent = Shapes["AgentView"];
export type AgentState = Shapes["AgentState"];
export type Campaign = Shapes["CampaignView"];
export type CampaignState = Shapes["CampaignState"];
export type CampaignMove = Shapes["Move"];
export type Ear = Shapes["Ear"];
export type Health = Shapes["HealthView"];
export type Found = Shapes["FoundView"];
export type ListKind = Shapes["ListKind"];
export type Pairs = Shapes["PairsView"];
export type Pair = Shapes["PairView"];
export type SaidOfPair = Shapes["SaidView"];
export type Search = Shapes["Search"];
export type Account = Shapes["AccountView"];
export type Told = Shapes["RightPartyView"];
export type Debt = Shapes["DebtView"];
export type Means = Shapes["MeansView"];
export type Rule = Shapes["RuleAsked"];
export type Contact = Shapes["ContactView"];
export type Asked = Shapes["Asked"];
export type Figure = Shapes["FigureSeen"];
export type PromisesSeen = Shapes["PromisesSeen"];
export type Delivering = Shapes["Delivering"];
export type Paced = Shapes["PacingView"];
export type PacingChange = Shapes["PacingChange"];
export type Deed = Shapes["DeedView"];
export type RecordingPage = Shapes["RecordingPage"];
export type User = Shapes["UserView"];
export type Role = Shapes["Role"];
export type LinkView = Shapes["LinkView"];
export type Demonstration = Shapes["DemonstrationView"];
export type OwnSession = Shapes["OwnSession"];

/** The dialer said no, or could not be reached (`status` 0). */
export class AskError extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}

let csrf = "";

/** The session's second word, to be shown with each change. */
export function keepCsrf(word: string): void {
  csrf = word;
}

interface Change {
  body?: unknown;
  /** Why, in the asker's words: it stands in the record beside their name. */
  reason?: string;
}

const DETAIL_NOT_TOLD = "The dialer refused this and did not say why.";

function detailOf(said: unknown): string {
  if (typeof said !== "object" || said === null || !("detail" in said)) return DETAIL_NOT_TOLD;
  const { detail } = said;
  if (typeof detail === "string" && detail !== "") return detail;
  if (!Array.isArray(detail)) return DETAIL_NOT_TOLD;
  return detail.map((one: { loc?: unknown[]; msg?: string }) => `${one.loc?.at(-1) ?? ""}: ${one.msg ?? ""}`).join("; ");
}

async function ask<T>(method: "GET" | "POST", path: string, { body, reason }: Change = {}): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET") headers["x-csrf-token"] = csrf;
  if (reason !== undefined && reason !== "") headers["x-reason"] = asHeader(reason);
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  } catch {
    throw new AskError(0, "The dialer cannot be reached.");
  }
  const said: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new AskError(answer.status, detailOf(said));
  return said as T;
}

/** Headers hold Latin letters only; what has none is written without its accents, or as a question mark. */
function asHeader(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 300);
}

export const get = <T>(path: string): Promise<T> => ask<T>("GET", path);
export const post = <T>(path: string, change: Change = {}): Promise<T> => ask<T>("POST", path, change);

/** A file as it is. */
export async function send<T>(path: string, file: Blob): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { method: "POST", headers: { accept: "application/json", "content-type": "application/octet-stream", "x-csrf-token": csrf }, body: file });
  } catch {
    throw new AskError(0, "The dialer cannot be reached.");
  }
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new AskError(answer.status, detailOf(said));
  return said as T;
}

/** What the floor says of itself; unfit is an answer, too. */
export async function askHealth(): Promise<Health> {
  let answer: Response;
  try {
    answer = await fetch("/ready", { headers: { accept: "application/json" } });
  } catch {
    throw new AskError(0, "The dialer cannot be reached.");
  }
  if (!answer.ok && answer.status !== 503) throw new AskError(answer.status, DETAIL_NOT_TOLD);
  return (await answer.json()) as Health;
}

// After-call work: what came of the call. A draft outlives a reload; a saved one is sent until acknowledged.

import { type Api, type Caller, type Disposition, RefusedError, type Talk } from "./api";
import { drop, keep, recall } from "./keep";
import { type Choice, OUTCOMES } from "./words";
import { options, page, say } from "./view";

const AGAIN_MS = 1_500;

export class OutcomeForm {
  private talk: Talk | null = null;
  private callers: Caller[] = [];
  private isSending = false;

  constructor(
    private readonly api: Api,
    private readonly agent: string,
    private readonly told: (text: string) => void,
  ) {
    page.choices.replaceChildren(...OUTCOMES.map(({ group, choices }) => fieldset(group, choices)));
    page.outcomeForm.oninput = () => this.changed();
    page.outcomeForm.onsubmit = (event) => {
      event.preventDefault();
      const submitter = event.submitter as HTMLButtonElement | null;
      this.save(submitter?.value !== "pause");
    };
    void this.send();
  }

  show(talk: Talk | null): void {
    // One that was saved waits for the dialer, and is not asked for again.
    const isShown = talk !== null && recall("owed")?.talk.id !== talk.id;
    page.outcome.hidden = !isShown;
    if (!isShown || talk.id === this.talk?.id) return;
    this.talk = talk;
    page.outcomeForm.reset();
    say(page.outcomeError, "");
    this.who([]);
    if (talk.kind === "inbound") void this.askWho(talk);
    const draft = recall("draft");
    if (draft?.talk.id === talk.id) this.fill(draft.fields);
    this.ask();
  }

  private async askWho(talk: Talk): Promise<void> {
    const found = await this.api.inbound(talk.id).catch(() => null);
    if (found !== null && this.talk?.id === talk.id) this.who(found.callers);
  }

  private who(callers: Caller[]): void {
    this.callers = callers;
    const rows = callers.map(({ person }) => [person, person] as const);
    options(page.person, [["", "Nobody of these, or not said"], ...rows], "");
  }

  private fill(fields: Record<string, string>): void {
    for (const [name, value] of Object.entries(fields)) {
      const element = page.outcomeForm.elements.namedItem(name);
      if (element instanceof RadioNodeList || element instanceof HTMLInputElement) element.value = value;
    }
  }

  private changed(): void {
    say(page.outcomeError, "");
    this.ask();
    if (this.talk === null) return;
    const fields: Record<string, string> = { kind: this.chosen()?.kind ?? "" };
    for (const field of [page.amount, page.promisedFor, page.callBackAt, page.callBackWords]) fields[field.id] = field.value;
    keep("draft", { talk: this.talk, fields });
  }

  private ask(): void {
    const asks = this.chosen()?.asks;
    page.askPerson.hidden = this.talk?.kind !== "inbound";
    page.askPromise.hidden = asks !== "promise";
    page.askCallBack.hidden = asks !== "call_back";
  }

  private chosen(): Choice | undefined {
    const kind = new FormData(page.outcomeForm).get("kind");
    return OUTCOMES.flatMap(({ choices }) => choices).find((choice) => choice.kind === kind);
  }

  private save(isReadyAfter: boolean): void {
    const choice = this.chosen();
    if (this.talk === null) return;
    if (choice === undefined) {
      say(page.outcomeError, "Choose what came of the call.");
      return;
    }
    const asked = choice.asks === undefined ? {} : choice.asks === "promise" ? promise() : callBack();
    if (typeof asked === "string") {
      say(page.outcomeError, asked);
      return;
    }
    const disposition = { agent: this.agent, kind: choice.kind, ready_after: isReadyAfter, ...asked, ...this.caller() };
    keep("owed", { talk: this.talk, disposition });
    page.outcome.hidden = true;
    void this.send();
  }

  private caller(): Pick<Disposition, "person" | "debts_spoken_of"> {
    const found = this.callers.find(({ person }) => person === page.person.value);
    return this.talk?.kind === "inbound" && found ? { person: found.person, debts_spoken_of: found.debts } : {};
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let owed = recall("owed"); owed !== null; owed = recall("owed")) {
      try {
        await this.api.dispose(owed.talk, owed.disposition);
        drop("owed");
        drop("draft");
        this.told("");
      } catch (error) {
        const isFinal = error instanceof RefusedError && error.status < 500;
        if (isFinal) {
          drop("owed");
          this.talk = null;
          this.told(`The outcome was not taken: ${error.message}.`);
        } else {
          this.told("The outcome is kept here and sent as soon as the dialer answers.");
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    }
    this.isSending = false;
  }
}

function fieldset(group: string, choices: readonly Choice[]): HTMLFieldSetElement {
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = group;
  set.append(legend, ...choices.map(radio));
  return set;
}

function radio({ kind, label }: Choice): HTMLLabelElement {
  const row = document.createElement("label");
  row.className = "choice";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "kind", value: kind });
  row.append(input, label);
  return row;
}

type Asked = Pick<Disposition, "promised_cents" | "promised_for" | "call_back_at" | "call_back_words">;

function promise(): Asked | string {
  const text = page.amount.value.trim().replace(/^\$/, "").replaceAll(",", "");
  if (!/^\d+(\.\d{1,2})?$/.test(text)) return "Write the amount in dollars and cents, for example 150.00.";
  const [whole = "0", part = ""] = text.split(".");
  const day = page.promisedFor.valueAsDate;
  if (day === null) return "Choose the day by which it is to be paid.";
  const [year, month, date] = page.promisedFor.value.split("-").map(Number);
  // The end of that day where the agent sits.
  const until = new Date(year ?? 0, (month ?? 1) - 1, date ?? 1, 23, 59, 59);
  return { promised_cents: Number(whole) * 100 + Number(part.padEnd(2, "0")), promised_for: until.getTime() / 1000 };
}

function callBack(): Asked | string {
  const at = new Date(page.callBackAt.value);
  if (Number.isNaN(at.getTime())) return "Choose when to call back.";
  const words = page.callBackWords.value.trim();
  return { call_back_at: at.getTime() / 1000, ...(words === "" ? {} : { call_back_words: words }) };
}

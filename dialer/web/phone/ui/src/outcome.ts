// After-call work: what came of the call. A draft outlives a reload; a saved one is sent until acknowledged.

import { type Account, type Api, type Caller, type Disposition, type EarlierTalk, RefusedError, type Talk } from "./api";
import { inWords } from "./earlier";
import { keep, recall } from "./keep";
import { type Choice, MACHINE_WORDS, OUTCOMES, SAID_WORDS, choicesOf } from "./words";
import { options, page, say } from "./view";

const AGAIN_MS = 1_500;

export class OutcomeForm {
  private talk: Talk | null = null;
  private callers: Caller[] = [];
  private isSending = false;
  private more: EarlierTalk | null = null;
  private groups = OUTCOMES;

  /** `saved`: something was written down. */
  constructor(
    private readonly api: Api,
    private readonly account: Account,
    private readonly told: (text: string) => void,
    private readonly saved: () => void,
  ) {
    this.offer(OUTCOMES);
    page.outcomeForm.oninput = () => this.changed();
    page.outcomeForm.onsubmit = (event) => {
      event.preventDefault();
      const submitter = event.submitter as HTMLButtonElement | null;
      this.save(submitter?.value !== "pause");
    };
    page.leaveMore.onclick = () => this.sayMore(null);
    void this.send();
  }

  /** What was just talked about has the form first; else an earlier talk of which more is said. */
  show(talk: Talk | null): void {
    if (talk !== null) this.more = null;
    const about = talk ?? (this.more === null ? null : { kind: "attempts" as const, id: this.more.attempt });
    // One that was saved waits for the dialer, and is not asked for again.
    const isShown = about !== null && !this.unsent().some(({ talk }) => talk.id === about.id);
    page.outcome.hidden = !isShown;
    this.showMore(isShown);
    if (!isShown || about.id === this.talk?.id) return;
    this.talk = about;
    page.outcomeForm.reset();
    say(page.outcomeError, "");
    this.who([]);
    if (about.kind === "inbound") void this.askWho(about);
    this.draft(about.id);
    void this.askOffered(about);
  }

  private draft(id: string): void {
    const draft = recall("drafts")?.[id];
    if (draft !== undefined) this.fill(draft);
    this.ask();
    if (draft !== undefined) this.fill(draft); // which machine there is to choose follows from the outcome
  }

  /** The list of the client whose calls the agent takes; without an answer the last one stands. */
  private async askOffered(talk: Talk): Promise<void> {
    const offered = await this.api.offered(this.account.agent).catch(() => null);
    if (offered === null || this.talk?.id !== talk.id) return;
    const groups = choicesOf(offered);
    if (JSON.stringify(groups) === JSON.stringify(this.groups)) return;
    this.offer(groups);
    this.draft(talk.id);
    this.showMore(true);
  }

  private offer(groups: typeof OUTCOMES): void {
    this.groups = groups;
    page.choices.replaceChildren(...groups.map(({ group, choices }) => fieldset(group, choices)));
  }

  /** Say more of a talk that is over; null = leave it. */
  sayMore(talk: EarlierTalk | null): void {
    this.more = talk;
    this.talk = null;
    this.show(null);
    if (talk !== null) page.outcome.scrollIntoView({ block: "nearest" });
  }

  private showMore(isShown: boolean): void {
    const more = isShown ? this.more : null;
    page.save.hidden = page.savePause.hidden = more !== null;
    page.saveMore.hidden = page.leaveMore.hidden = more === null;
    page.outcomeMore.hidden = more === null;
    const onlyProtects = "Only what the person asked for is still taken: corrections are over.";
    say(page.outcomeMore, more === null ? "" : `${inWords(more)}. ${more.takes_anything ? "" : onlyProtects}`);
    for (const input of page.choices.querySelectorAll("input")) {
      const kind = this.choice(input.value)?.kind;
      input.disabled = more !== null && !more.takes_anything && !(this.rule(kind)?.protects ?? true);
    }
  }

  private rule(kind: string | undefined) {
    return this.account.outcomes.find((rule) => rule.kind === kind);
  }

  private unsent() {
    return recall("unsent") ?? [];
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
      const isField = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
      if (isField || element instanceof RadioNodeList) element.value = value;
    }
  }

  private changed(): void {
    say(page.outcomeError, "");
    this.ask();
    if (this.talk === null) return;
    const chosen = this.chosen();
    const fields: Record<string, string> = { kind: chosen?.code ?? chosen?.kind ?? "" };
    const asked = [page.words, page.amount, page.promisedFor, page.callBackAt, page.callBackWords, page.machine, page.said];
    for (const field of asked) fields[field.id] = field.value;
    keep("drafts", { ...recall("drafts"), [this.talk.id]: fields });
  }

  private ask(): void {
    const { asks, noted = false } = this.chosen() ?? {};
    page.askWords.hidden = !noted;
    page.askPerson.hidden = this.talk?.kind !== "inbound";
    page.askPromise.hidden = asks !== "promise";
    page.askCallBack.hidden = asks !== "call_back";
    page.askMachine.hidden = asks !== "machine";
    const { machines = [], said = [] } = this.rule(this.chosen()?.kind) ?? {};
    const kinds = machines.map((kind) => [kind, MACHINE_WORDS[kind] ?? kind] as const);
    options(page.machine, machines.length > 1 ? [["", "Not told apart"], ...kinds] : kinds, page.machine.value);
    options(page.said, said.map((word) => [word, SAID_WORDS[word] ?? word] as const), page.said.value);
  }

  private chosen(): Choice | undefined {
    return this.choice(new FormData(page.outcomeForm).get("kind"));
  }

  private choice(value: unknown): Choice | undefined {
    const all = this.groups.flatMap(({ choices }) => choices);
    return all.find((choice) => (choice.code ?? choice.kind) === value);
  }

  private save(isReadyAfter: boolean): void {
    const choice = this.chosen();
    if (this.talk === null) return;
    if (choice === undefined) {
      say(page.outcomeError, "Choose what came of the call.");
      return;
    }
    const asked = ASKS[choice.asks ?? "nothing"]();
    if (typeof asked === "string") {
      say(page.outcomeError, asked);
      return;
    }
    const words = page.words.value.trim();
    if (choice.noted === true && words === "") {
      say(page.outcomeError, "Write a note: this outcome needs one.");
      return;
    }
    const { agent } = this.account;
    const coded = choice.code === undefined ? {} : { code: choice.code };
    const noted = choice.noted === true ? { words } : {};
    const said = { agent, kind: choice.kind, ...coded, ...noted, ready_after: isReadyAfter };
    const disposition = { ...said, ...asked, ...this.caller() };
    keep("unsent", [...this.unsent(), { talk: this.talk, disposition, more: this.more }]);
    this.more = null;
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
    for (let first = this.unsent()[0]; first !== undefined; first = this.unsent()[0]) {
      try {
        await this.api.dispose(first.talk, first.disposition);
        this.sent();
        this.forget(first.talk);
        this.told("");
        this.saved();
      } catch (error) {
        const isFinal = error instanceof RefusedError && error.status < 500;
        if (isFinal) {
          this.sent();
          this.talk = null;
          this.more = first.more;
          this.told(`The outcome was not taken: ${error.message}.`);
          this.saved();
        } else {
          this.told("The outcome is kept here and sent as soon as the dialer answers.");
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    }
    this.isSending = false;
  }

  private sent(): void {
    keep("unsent", this.unsent().slice(1));
  }

  private forget(talk: Talk): void {
    const { [talk.id]: _, ...others } = recall("drafts") ?? {};
    keep("drafts", others);
  }
}

function fieldset(group: string, choices: readonly Choice[]): HTMLFieldSetElement {
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = group;
  set.append(legend, ...choices.map(radio));
  return set;
}

function radio({ kind, code, label }: Choice): HTMLLabelElement {
  const row = document.createElement("label");
  row.className = "choice";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "kind", value: code ?? kind });
  row.append(input, label);
  return row;
}

type Asked = Pick<
  Disposition,
  "promised_cents" | "promised_for" | "call_back_at" | "call_back_words" | "machine" | "said_to_machine"
>;

const ASKS = { nothing: () => ({}), promise, call_back: callBack, machine };

function machine(): Asked {
  const kind = page.machine.value;
  return { said_to_machine: page.said.value, ...(kind === "" ? {} : { machine: kind }) };
}

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

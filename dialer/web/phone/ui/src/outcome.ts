// After-call work: what came of the call. A draft outlives a reload; a saved one is sent until acknowledged.

import { type Account, type Api, type Caller, type Disposition, type EarlierTalk, RefusedError, type Talk } from "./api";
import type { AccountView } from "./account";
import { inWords } from "./earlier";
import { keep, recall } from "./keep";
import { instant, money, posixOf, writtenOf } from "./shown";
import { type Choice, MACHINE_WORDS, OUTCOMES, SAID_WORDS, choicesOf } from "./words";
import { options, page, say } from "./view";

const AGAIN_MS = 1_500;

export class OutcomeForm {
  private talk: Talk | null = null;
  private callers: Caller[] = [];
  private isSending = false;
  private more: EarlierTalk | null = null;
  private groups = OUTCOMES;
  private when = "";
  private first: number | null = null;

  /** `saved`: something was written down. */
  constructor(
    private readonly api: Api,
    private readonly account: Account,
    private readonly told: (text: string) => void,
    private readonly saved: () => void,
    private readonly view: () => AccountView | null = () => null,
  ) {
    this.offer(OUTCOMES);
    page.outcomeForm.oninput = () => this.changed();
    page.outcomeForm.onsubmit = (event) => {
      event.preventDefault();
      const submitter = event.submitter as HTMLButtonElement | null;
      this.save(submitter?.value !== "pause");
    };
    page.leaveMore.onclick = () => this.sayMore(null);
    page.outcome.onkeydown = (event) => this.key(event);
    page.callBackFirst.onclick = () => {
      if (this.first === null) return;
      page.callBackAt.value = writtenOf(this.first, page.callBackZone.value);
      this.changed();
    };
    void this.send();
  }

  /** F2 comes here; a letter chooses an outcome; Enter saves. */
  focus(): void {
    if (!page.outcome.hidden) page.choices.querySelector<HTMLInputElement>("input:checked, input:enabled")?.focus();
  }

  private key(event: KeyboardEvent): void {
    const { target } = event;
    const isChoosing = target instanceof HTMLInputElement && target.type === "radio";
    if (!isChoosing || event.ctrlKey || event.altKey || event.metaKey) return;
    // Several of a client's codes may mean one of ours: the letter goes from one to the next.
    const radios = [...page.choices.querySelectorAll<HTMLInputElement>("input")].filter((one) => !one.disabled && this.choice(one.value)?.key === event.key.toLowerCase());
    const input = radios[(radios.findIndex((one) => one.checked) + 1) % radios.length];
    if (input === undefined) return;
    event.preventDefault();
    input.checked = true;
    input.focus();
    this.changed();
  }

  /** Another person is shown, or what may be offered is known now. */
  known(): void {
    const view = this.view();
    const zones = (view?.local_times ?? []).map(({ zone }) => [zone, zone.replaceAll("_", " ")] as const);
    options(page.callBackZone, [...zones, ["", "this computer"]], page.callBackZone.value);
    const debts = view?.account?.debts ?? [];
    const words: Record<string, string> = { USD: "US dollars" };
    const currency = debts[0]?.ledger.currency ?? "USD";
    say(page.amountLabel, `Amount in ${words[currency] ?? currency}`);
    this.ask();
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
    const asked = [page.amount, page.promisedFor, page.parts, page.every, page.callBackAt, page.callBackZone, page.callBackWords, page.machine, page.said, page.words];
    for (const field of asked) fields[field.id] = field.value;
    keep("drafts", { ...recall("drafts"), [this.talk.id]: fields });
  }

  private ask(): void {
    const { asks, noted = false } = this.chosen() ?? {};
    page.words.placeholder = noted ? "Needed with this outcome" : "";
    page.askPerson.hidden = this.talk?.kind !== "inbound";
    page.askPromise.hidden = asks !== "promise";
    page.askCallBack.hidden = asks !== "call_back";
    page.askMachine.hidden = asks !== "machine";
    this.tellParts();
    if (asks === "call_back") void this.askWhen();
    const { machines = [], said = [] } = this.rule(this.chosen()?.kind) ?? {};
    const kinds = machines.map((kind) => [kind, MACHINE_WORDS[kind] ?? kind] as const);
    options(page.machine, machines.length > 1 ? [["", "Not told apart"], ...kinds] : kinds, page.machine.value);
    options(page.said, said.map((word) => [word, SAID_WORDS[word] ?? word] as const), page.said.value);
  }

  private tellParts(): void {
    const isInParts = Number(page.parts.value) > 1;
    say(page.promisedForLabel, isInParts ? "the first by" : "by");
    page.every.disabled = !isInParts;
    const found = promise(this.currency());
    const offer = (this.view()?.account?.debts ?? []).find(({ ledger }) => ledger.offers.settles_from_cents !== null)?.ledger;
    const least = this.chosen()?.kind === "settlement_agreed" && offer ? `The client settles from ${money(offer.offers.settles_from_cents ?? 0, offer.currency)}. ` : "";
    const plan = typeof found === "string" || found.parts === undefined ? "" : found.parts.map((part) => `${money(part.cents, this.currency())} by ${instant(part.due_at).replace(/, \d+:.*$/, "")}`).join("; ");
    say(page.partsTold, least + plan);
  }

  private currency(): string {
    return this.view()?.account?.debts[0]?.ledger.currency ?? "USD";
  }

  /** Whether the person may be called at the time that was chosen: by which rule not, and when first. */
  private async askWhen(): Promise<void> {
    const person = this.view()?.person;
    const at = posixOf(page.callBackAt.value, page.callBackZone.value);
    const wanted = `${person ?? ""} ${at ?? ""}`;
    if (wanted === this.when) return;
    this.when = wanted;
    this.first = null;
    page.callBackFirst.hidden = true;
    say(page.callBackTold, "");
    if (person === undefined || at === null) return;
    const zone = page.callBackZone.value;
    try {
      const answer = await this.api.callBack(person, at);
      if (this.when !== wanted) return;
      const why = answer.denied_by.map((rule) => `${rule.what ?? rule.rule} (${rule.citation})`).join("; ");
      const first = answer.next_at === null ? " Waiting does not change it." : ` First possible: ${instant(answer.next_at, zone)}.`;
      say(page.callBackTold, answer.is_possible ? "Possible then, as things stand." : `Not possible then: ${why}.${first}`);
      this.first = answer.next_at;
      page.callBackFirst.hidden = answer.next_at === null;
    } catch (error) {
      if (this.when === wanted) say(page.callBackTold, error instanceof RefusedError ? `Whether it is possible cannot be said: ${error.message}.` : "");
    }
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
    const asked = ASKS[choice.asks ?? "nothing"](this.currency());
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
    const noted = words === "" ? {} : { words };
    const said = { agent, kind: choice.kind, ...coded, ...noted, ready_after: isReadyAfter };
    const disposition = { ...said, ...asked, ...this.caller(), ...this.about() };
    keep("unsent", [...this.unsent(), { talk: this.talk, disposition, more: this.more }]);
    this.more = null;
    page.outcome.hidden = true;
    void this.send();
  }

  private caller(): Pick<Disposition, "person" | "debts_spoken_of"> {
    const found = this.callers.find(({ person }) => person === page.person.value);
    return this.talk?.kind === "inbound" && found ? { person: found.person, debts_spoken_of: found.debts } : {};
  }

  /** Of whose account it was: where there is but one, of that. */
  private about(): Pick<Disposition, "debts_spoken_of"> {
    const debts = this.view()?.account?.debts ?? [];
    const [only] = debts;
    return this.talk?.kind === "attempts" && only !== undefined && debts.length === 1 ? { debts_spoken_of: [only.debt] } : {};
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

function radio({ kind, code, label, key }: Choice): HTMLLabelElement {
  const row = document.createElement("label");
  row.className = "choice";
  if (key !== undefined) row.dataset["key"] = key;
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "kind", value: code ?? kind });
  if (key !== undefined) input.setAttribute("aria-keyshortcuts", key);
  row.append(input, label);
  return row;
}

type Asked = Pick<
  Disposition,
  "promised_cents" | "promised_for" | "currency" | "parts" | "call_back_at" | "call_back_words" | "machine" | "said_to_machine"
>;

const ASKS = { nothing: () => ({}), promise, call_back: callBack, machine };

function machine(): Asked {
  const kind = page.machine.value;
  return { said_to_machine: page.said.value, ...(kind === "" ? {} : { machine: kind }) };
}

const MOST_PARTS = 120;

function promise(currency: string): Asked | string {
  const text = page.amount.value.trim().replace(/^\$/, "").replaceAll(",", "");
  if (!/^\d+(\.\d{1,2})?$/.test(text)) return "Write the amount with its cents, for example 150.00.";
  const [whole = "0", part = ""] = text.split(".");
  const cents = Number(whole) * 100 + Number(part.padEnd(2, "0"));
  if (page.promisedFor.valueAsDate === null) return "Choose the day by which it is to be paid.";
  const many = Number(page.parts.value || "1");
  if (!Number.isInteger(many) || many < 1 || many > MOST_PARTS) return `A promise has 1 to ${MOST_PARTS} parts.`;
  if (cents < many) return "Each part is at least one cent.";
  const days = Array.from({ length: many }, (_, place) => dueOf(page.promisedFor.value, place, page.every.value));
  const promised = { promised_cents: cents, promised_for: days.at(-1) ?? 0, currency };
  if (many === 1) return promised;
  // What does not divide is in the last part.
  const each = Math.floor(cents / many);
  return { ...promised, parts: days.map((due_at, place) => ({ cents: place === many - 1 ? cents - each * (many - 1) : each, due_at })) };
}

/** The end of the day of a part, where the agent sits; a month that is too short ends the day before it is over. */
function dueOf(first: string, place: number, every: string): number {
  const [year = 0, month = 1, date = 1] = first.split("-").map(Number);
  const isMonthly = every === "month";
  const last = new Date(year, month + place, 0).getDate();
  const until = isMonthly ? new Date(year, month - 1 + place, Math.min(date, last), 23, 59, 59) : new Date(year, month - 1, date + 7 * Number(every) * place, 23, 59, 59);
  return until.getTime() / 1000;
}

function callBack(): Asked | string {
  const at = posixOf(page.callBackAt.value, page.callBackZone.value);
  if (at === null) return "Choose when to call back.";
  const words = page.callBackWords.value.trim();
  return { call_back_at: at, ...(words === "" ? {} : { call_back_words: words }) };
}

// Who is on the line: whom to ask for, how they are identified, and what is theirs to hear after that.
//
// nothing -> asked for -> before -> told. What was told is in this page's memory alone, until the next talk: a reload
// asks for the answers again. Answers are sent once and kept nowhere.

import { type AccountView, type Debt, type Told } from "./account";
import { type Api, RefusedError, type Talk } from "./api";
import { day, instant, list, make, money, plain } from "./shown";
import { page, say } from "./view";

const ASKS: Record<string, { label: string; type: string; most: number }> = {
  date_of_birth: { label: "Date of birth", type: "date", most: 10 },
  postal_code: { label: "Postal code", type: "text", most: 20 },
  ssn_last4: { label: "Last four digits of the social security number", type: "text", most: 4 },
  account: { label: "The client's account number", type: "text", most: 200 },
  email: { label: "E-mail address", type: "email", most: 200 },
};

/** What somebody says of themselves that is no outcome of the call; each binds at once. */
const WISHES: readonly { label: string; fact: string; body: Record<string, unknown> }[] = [
  { label: "Wants documents", fact: "requests", body: { kind: "documents_requested" } },
  { label: "Wants to be written to only", fact: "requests", body: { kind: "written_only" } },
  { label: "Wants to know the first creditor", fact: "requests", body: { kind: "original_creditor_requested" } },
  { label: "Employer forbids calls at work", fact: "requests", body: { kind: "employer_prohibits" } },
  { label: "Takes a consent back", fact: "requests", body: { kind: "revoke_consent" } },
  { label: "Agrees to texts", fact: "consents", body: { scope: "sms", given_to: "collector", medium_given: "phone_call" } },
  { label: "Agrees to e-mail", fact: "consents", body: { scope: "email", given_to: "collector", medium_given: "phone_call" } },
  { label: "Is in active military service", fact: "holds", body: { kind: "active_duty" } },
  { label: "Is ill, or in need", fact: "holds", body: { kind: "vulnerability" } },
];

export class PersonPanel {
  view: AccountView | null = null;
  private shown = "";

  /** `changed`: somebody was identified, or another person is shown. */
  constructor(
    private readonly api: Api,
    private readonly changed: () => void,
  ) {}

  /** The person of this talk; of somebody who called us, whom the agent found them to be. */
  show(talk: Talk | null, caller: string): void {
    const wanted = talk === null ? "" : talk.kind === "attempts" ? `call ${talk.id}` : caller === "" ? "" : `person ${caller}`;
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.view = null;
    page.personCard.hidden = wanted === "";
    page.personBody.replaceChildren();
    this.changed();
    if (talk !== null && wanted !== "") void this.look(wanted, talk.kind === "attempts" ? this.api.accountOfCall(talk.id) : this.api.accountOf(caller));
  }

  private async look(wanted: string, asked: Promise<AccountView>): Promise<void> {
    say(page.personTitle, "Who is on the line");
    say(page.personState, "Looking up whom to ask for…");
    try {
      const view = await asked;
      if (this.shown === wanted) this.take(view);
    } catch (error) {
      if (this.shown !== wanted) return;
      say(page.personState, `Whom to ask for cannot be shown: ${complaint(error)} The call goes on.`);
      const again = make("button", "", "Try again");
      again.type = "button";
      again.onclick = () => {
        page.personBody.replaceChildren();
        const [kind = "", id = ""] = wanted.split(" ", 2);
        void this.look(wanted, kind === "call" ? this.api.accountOfCall(id) : this.api.accountOf(id));
      };
      page.personBody.replaceChildren(again);
    }
  }

  private take(view: AccountView): void {
    this.view = view;
    say(page.personTitle, view.account === null ? `Ask for ${view.name || "nobody by name: none is on file"}` : view.name || "Identified, without a name on file");
    const where = view.local_times.map(({ zone, clock }) => `${clock} in ${zone.replaceAll("_", " ")}`).join(", ");
    const language = view.language === "" ? "" : `Language: ${view.language}. `;
    say(page.personState, `${language}${where === "" ? "" : `It is ${where}.`}`);
    page.personBody.replaceChildren(view.account === null ? this.before(view) : this.told(view, view.account));
    this.changed();
  }

  // --- before ---------------------------------------------------------------------------------------------

  private before(view: AccountView): HTMLElement {
    const { asks, enough, parties, is_possible: isPossible } = view.identifying;
    if (!isPossible) {
      const why = "Too little is on file to identify anybody: say nothing of any account, and take down how to reach them.";
      return make("p", "", why);
    }
    const form = make("form", "");
    form.setAttribute("aria-label", "Identify the person");
    const who = make("select", "", ...parties.map((party) => new Option(plain(party), party)));
    who.name = "party";
    const wrong = make("p", "error", "");
    wrong.setAttribute("role", "alert");
    const check = make("button", "primary", "Check the answers");
    form.append(make("label", "", "They say they are", who), ...asks.map(field), check);
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.identify(view, form, check, wrong);
    };
    const rule = `Say nothing that tells there is a debt. Ask, never read out; ${enough} right ${enough === 1 ? "answer identifies" : "answers identify"} them.`;
    return make("div", "", make("p", "", rule), form, wrong);
  }

  private async identify(view: AccountView, form: HTMLFormElement, check: HTMLButtonElement, wrong: HTMLElement): Promise<void> {
    const told: Record<string, string> = {};
    for (const [name, value] of new FormData(form)) if (String(value).trim() !== "") told[name] = String(value).trim();
    check.setAttribute("aria-busy", "true");
    say(wrong, "");
    try {
      const found = await this.api.identify(view.person, told);
      if (this.view?.person !== view.person) return;
      if (found.account !== null) {
        this.take(found);
        page.personTitle.focus();
      } else say(wrong, `Not identified: ${found.why}. Say nothing of any account.`);
    } catch (error) {
      say(wrong, `Not checked: ${complaint(error)}`);
    } finally {
      check.removeAttribute("aria-busy");
    }
  }

  // --- after ----------------------------------------------------------------------------------------------

  private told(view: AccountView, told: Told): HTMLElement {
    return make(
      "div",
      "",
      make("p", "", `Identified: ${view.why}.`),
      make("div", "accounts", ...told.debts.map(debtCard), wishesCard(told)),
      history(told),
      this.sayCard(view),
    );
  }

  private sayCard(view: AccountView): HTMLElement {
    const which = make("select", "", ...WISHES.map(({ label }, place) => new Option(label, String(place))));
    const words = make("input", "wide");
    words.maxLength = 2000;
    words.autocomplete = "off";
    const done = make("p", "", "");
    done.setAttribute("role", "status");
    const write = make("button", "", "Write it down now");
    const form = make("form", "", make("label", "", "They say", which), make("label", "", "In their words", words), write);
    form.setAttribute("aria-label", "What the person tells of themselves");
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.write(view, Number(which.value), words, done);
    };
    const others = "What ends calls (stop, attorney, dispute, bankruptcy) is an outcome below.";
    return make("details", "", make("summary", "", "They ask or tell something"), form, done, make("p", "", others));
  }

  private async write(view: AccountView, place: number, words: HTMLInputElement, done: HTMLElement): Promise<void> {
    const wish = WISHES[place];
    if (wish === undefined) return;
    const now = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    const call = this.shown.startsWith("call ") ? { contact: this.shown.slice(5) } : {};
    const made_in = words.value.trim() === "" ? call : { ...call, words: words.value.trim() };
    const when = wish.fact === "holds" ? { since: now } : { at: now };
    try {
      await this.api.tellFact(wish.fact, { person: view.person, ...when, ...wish.body, made_in });
      say(done, `Written down: ${wish.label.toLowerCase()}. It binds from now on.`);
      words.value = "";
    } catch (error) {
      say(done, `Not written down: ${complaint(error)}`);
    }
  }
}

function field(name: string): HTMLElement {
  const { label, type, most } = ASKS[name] ?? { label: plain(name), type: "text", most: 200 };
  const input = make("input", "");
  Object.assign(input, { name, type, autocomplete: "off", maxLength: most });
  return make("label", "", label, input);
}

function debtCard(debt: Debt): HTMLElement {
  const { ledger } = debt;
  const sum = (cents: number) => money(cents, ledger.currency);
  const first = debt.original_creditor === "" || debt.original_creditor === debt.creditor ? "" : `, first ${debt.original_creditor}`;
  const offer = ledger.offers.settles_from_cents;
  const settles = offer === null ? null : `Settles from ${sum(offer)}${ledger.offers.settled_by === "" ? "" : ` by ${day(ledger.offers.settled_by)}`}, in ${ledger.offers.most_parts} parts at the most`;
  return make(
    "section",
    "account",
    make("h3", "", `${debt.creditor || debt.client}${first}`),
    make("p", "balance", sum(ledger.balance_cents)),
    make("p", "", Object.entries(ledger.parts).map(([part, cents]) => `${plain(part)} ${sum(cents)}`).join(", ")),
    make("p", "", [debt.client_account === "" ? "" : `Account ${debt.client_account}`, plain(debt.role), plain(ledger.state)].filter((text) => text !== "").join(", ")),
    debt.last_day_to_sue === "" ? null : make("p", "", `Last day to sue: ${day(debt.last_day_to_sue)}`),
    ...debt.bars.map((bar) => make("p", "barred", `Offer nothing: ${bar.what.replaceAll("_", " ")} since ${instant(bar.since)}`)),
    settles === null ? null : make("p", "", settles),
    list(ledger.promises.map((one) => `Promise of ${one.cents === null ? "an unnamed amount" : sum(one.cents)}${one.due_on === "" ? "" : ` by ${day(one.due_on)}`}: ${plain(one.state)}, paid ${sum(one.paid_cents)}`)),
  );
}

function wishesCard(told: Told): HTMLElement {
  const lines = [
    ...told.holds.map((one) => `Hold, ${plain(one.kind).toLowerCase()}: since ${instant(one.since)}`),
    ...told.disputes.map((one) => `Dispute of ${instant(one.at)}: ${one.answered_at === null ? "not answered yet" : "answered"}`),
    ...told.requests.map((one) => `Asked on ${instant(one.at)}: ${plain(one.kind).toLowerCase()}${one.words === "" ? "" : `, “${one.words}”`}`),
    ...told.consents.map((one) => `Agreed on ${instant(one.at)}: ${plain(one.scope).toLowerCase()}`),
  ];
  return make("section", "account", make("h3", "", "Holds, requests, consents"), lines.length === 0 ? make("p", "", "None.") : list(lines));
}

function history(told: Told): HTMLElement {
  const lines = told.contacts.slice(0, 30).map((one) => {
    const came = one.disposition === "" ? plain(one.outcome) : plain(one.disposition);
    return `${instant(one.at)}: ${plain(one.what).toLowerCase()}, ${came.toLowerCase()}${one.agent === "" ? "" : `, ${one.agent}`}`;
  });
  const title = lines.length === 0 ? "No contact before" : `The last ${lines.length} contacts`;
  return make("details", "", make("summary", "", title), list(lines));
}

function complaint(error: unknown): string {
  if (error instanceof RefusedError) return `${error.message}.`;
  return "the dialer cannot be reached; try again in a moment.";
}

// Others in a talk: asked in private first, brought in, or given the talk.

import { type Account, type Api, type Seat } from "./api";
import type { AccountView } from "./account";
import { page, say } from "./view";

export class OthersPanel {
  private seat: Seat | null = null;

  constructor(
    private readonly api: Api,
    private readonly account: Account,
    private readonly view: () => AccountView | null,
    press: (button: HTMLButtonElement, work: () => Promise<void>) => void,
  ) {
    const tell = (what: string, body?: () => object) => () => this.api.talk(this.account, what, body?.());
    press(page.consult, tell("consult", () => this.whom()));
    press(page.transfer, tell("transfer", () => this.whom()));
    press(page.bringIn, tell("third-party", () => this.whom()));
    press(page.letIn, tell("consult/join"));
    press(page.complete, () => this.api.talk(this.account, this.isPrivate() ? "consult/complete" : "third-party/leave"));
    press(page.endOther, tell("third-party/end"));
    page.otherKind.onchange = () => this.show(this.seat);
    page.otherName.oninput = () => this.show(this.seat);
  }

  show(seat: Seat | null): void {
    this.seat = seat;
    const isTalking = seat?.state === "talking" && seat.attempt !== null;
    page.others.hidden = !isTalking;
    if (!isTalking) return;
    const third = seat.third_party ?? "";
    page.othersAsk.hidden = third !== "";
    page.othersNow.hidden = third === "";
    say(page.othersState, third === "" ? "Nobody but you and the person." : `With ${third}.`);
    const kind = page.otherKind.value;
    const isNamed = page.otherName.value.trim() !== "";
    page.consult.disabled = !isNamed;
    page.transfer.disabled = !isNamed || kind !== "to";
    page.bringIn.disabled = !isNamed || kind === "to";
  }

  private isPrivate(): boolean {
    return (this.seat?.third_party ?? "").includes("consulted");
  }

  /** A number of the person is named as it is shown; the dialer knows it by its id. */
  private whom(): object {
    const name = page.otherName.value.trim();
    const numbers = this.view()?.account?.numbers ?? [];
    if (page.otherKind.value !== "number") return { [page.otherKind.value]: name };
    const digits = name.replace(/\D/g, "");
    const found = numbers.find((one) => one.number === name || (digits !== "" && one.e164.replace(/\D/g, "").endsWith(digits)));
    return { number: found?.number ?? name };
  }
}

// A talk that is read, in a demonstration: what the collector may say, and what who is on the line answers.

import type { Api, TextTalk } from "./api";
import { make } from "./shown";
import { page, say } from "./view";

const LOOK_MS = 1_000;
const LETTER = "Alt+";

/** Who said it; what is in brackets happened, and nobody said it. */
function said(text: string, isMine: boolean): HTMLElement | null {
  return text.startsWith("(") ? null : make("span", "by", isMine ? "You: " : "They: ");
}

export class TextTalkPanel {
  private shown = "";
  private drawn = "";
  private timer: number | undefined;

  constructor(
    private readonly api: Api,
    private readonly told: (error: unknown) => void,
  ) {
    page.textTalk.hidden = false;
    page.keys.hidden = true;
    page.shown.hidden = false;
    page.grid.classList.add("text");
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    document.addEventListener("keydown", (event) => {
      if (!event.altKey || event.key < "1" || event.key > "5") return;
      const button = page.maySay.querySelectorAll("button")[Number(event.key) - 1];
      if (button === undefined) return;
      event.preventDefault();
      button.click();
    });
    void this.look();
  }

  /** The seat changed: another call, or the end of one. */
  follow(seen: string): void {
    if (seen === this.shown) return;
    this.shown = seen;
    void this.look();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    // What cannot be reached is told by the seat; the next look shows what was missed.
    await this.api.textTalk().then((talk) => this.draw(talk), () => undefined);
  }

  private draw(talk: TextTalk): void {
    const drawn = JSON.stringify(talk);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    say(page.textTalkState, talk.attempt === "" ? "Nobody was on your line yet. You hear nothing here: you read what they say." : talk.is_over ? "The line is closed." : "Somebody is on your line.");
    const lines = talk.lines.map(({ text, is_mine: isMine }) => make("p", isMine ? "mine" : "theirs", said(text, isMine), text));
    page.lines.replaceChildren(...lines);
    page.lines.scrollTop = page.lines.scrollHeight;
    const focused = document.activeElement instanceof HTMLButtonElement ? document.activeElement.value : "";
    page.maySay.replaceChildren(...talk.may_say.map(({ what, words }, place) => this.button(what, words, place + 1)));
    if (focused !== "") page.maySay.querySelector<HTMLButtonElement>(`button[value="${CSS.escape(focused)}"]`)?.focus();
  }

  private button(what: string, words: string, place: number): HTMLButtonElement {
    const made = make("button", "", words);
    made.type = "button";
    made.value = what;
    made.title = `${LETTER}${place}`;
    made.onclick = () => void this.say(made, what);
    return made;
  }

  private async say(button: HTMLButtonElement, what: string): Promise<void> {
    button.setAttribute("aria-busy", "true");
    try {
      this.draw(await this.api.sayInText(what));
    } catch (error) {
      this.told(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}

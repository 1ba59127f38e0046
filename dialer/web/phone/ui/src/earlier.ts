// Talks that are over, of which their agent may say more: a request that was not written down, a second thought.

import type { Account, Api, EarlierTalk } from "./api";
import { labelOf } from "./words";
import { options, page } from "./view";

export class EarlierTalks {
  private talks: EarlierTalk[] = [];

  constructor(
    private readonly api: Api,
    private readonly account: Account,
    chosen: (talk: EarlierTalk) => void,
  ) {
    page.sayMore.onclick = () => {
      const talk = this.talks.find(({ attempt }) => attempt === page.earlierTalk.value);
      if (talk !== undefined) chosen(talk);
    };
  }

  /** Ask again what there is; while the dialer cannot be reached, what was known stays. */
  async look(): Promise<void> {
    this.talks = await this.api.earlierTalks(this.account).catch(() => this.talks);
    const rows = this.talks.map((talk) => [talk.attempt, inWords(talk)] as const);
    options(page.earlierTalk, rows, page.earlierTalk.value);
    page.earlier.hidden = this.talks.length === 0;
  }
}

export function inWords({ attempt, ended_at, said }: EarlierTalk): string {
  const at = new Date(ended_at * 1000).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  return `${at} · ${said === null ? "nothing said yet" : labelOf(said)} · call ${attempt}`;
}

// A telephone on the agent's desk: rung by the dialer, muted and held at the telephone itself.

import type { Account, Api, SeatState } from "./api";
import type { LegState, LinkState } from "./line";

export class DeskLine {
  readonly link: LinkState = "registered";
  readonly why = "";
  readonly isMuted = false;
  readonly isHeld = false;
  readonly connection = null;
  leg: LegState = "none";

  constructor(
    private readonly api: Api,
    private readonly account: Account,
    private readonly told: (error: unknown) => void,
  ) {}

  /** The dialer knows whether the telephone is on the line; this page hears nothing of it. */
  follow(state: SeatState): void {
    this.leg = state === "logged_out" || state === "leg_lost" ? "none" : "up";
  }

  start(): void {}
  stop(): void {}
  mute(): void {}
  hold(): void {}

  press(key: string): void {
    this.api.press(this.account, key).catch(this.told);
  }

  async speakWith(): Promise<void> {}
}

// The SIP side: registered at Asterisk, one leg of the floor's own that stays up between customers.
//
// Only the floor rings this phone. A call is taken when it came over our own registered socket, shows the
// floor's caller id, and no leg with a living voice path is up; anything else is declined.

import { UA, WebSocketInterface } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { DTMF_TRANSPORT } from "jssip/lib/Constants";
import type { RTCSessionEvent } from "jssip/lib/UA";

import type { Account } from "./api";

export type LinkState = "connecting" | "registered" | "down" | "refused";
export type LegState = "none" | "ringing" | "up" | "silent";

// One address is all that a floor's network offers; waiting for more only makes the first second longer.
const CANDIDATES_WITHIN_MS = 60;
// A relay far away answers in two round trips, over TLS in four; the floor waits longer for this phone than that.
const RELAYED_WITHIN_MS = 1_500;
const EXPIRES_S = 60;
const FORGOTTEN_MS = 3_000;
const ANEW = "anew";

export class Line {
  link: LinkState = "connecting";
  leg: LegState = "none";
  isMuted = false;
  isHeld = false;
  why = "";
  connection: RTCPeerConnection | null = null;
  private readonly agent: UA;
  private session: RTCSession | null = null;
  private wasRegistered = false;

  constructor(
    private readonly account: Account,
    private readonly microphone: () => Promise<MediaStream>,
    private readonly heard: (stream: MediaStream | null) => void,
    private readonly changed: () => void,
  ) {
    this.agent = new UA({
      sockets: [new WebSocketInterface(account.server)],
      uri: `sip:${account.endpoint}@${account.domain}`,
      password: account.secret,
      register: true,
      register_expires: EXPIRES_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: "fairdial-phone",
    });
    this.agent.on("connecting", () => this.linked(this.wasRegistered ? "down" : "connecting"));
    this.agent.on("disconnected", () => this.linked("down"));
    this.agent.on("registered", () => this.registered());
    this.agent.on("unregistered", () => this.linked("down"));
    this.agent.on("registrationFailed", (event) => {
      const status = event.response?.status_code as number | undefined;
      this.why = status === undefined ? String(event.cause ?? "") : `Asterisk answered ${status}`;
      this.linked(status === 401 || status === 403 ? "refused" : "down");
    });
    this.agent.on("newRTCSession", ({ session, originator }: RTCSessionEvent) => {
      if ((originator as string) === "remote") this.rung(session);
    });
  }

  start(): void {
    this.agent.start();
  }

  /** Unregister and hang up: the agent leaves. */
  stop(): void {
    this.agent.stop();
  }

  mute(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.applyMute();
    this.changed();
  }

  /** Ask Asterisk to put the other side on hold, or to take them back. */
  hold(isHeld: boolean): void {
    const session = this.session;
    if (session === null || session.isOnHold().local === isHeld) return;
    const done = () => this.changed();
    if (isHeld ? session.hold({}, done) : session.unhold({}, done)) this.isHeld = isHeld;
    this.changed();
  }

  press(key: string): void {
    // As RTP events (RFC 4733), which Asterisk hands on to the trunk.
    const transportType = "RFC2833" as DTMF_TRANSPORT;
    this.session?.sendDTMF(key, { transportType, duration: 160, interToneGap: 100 });
  }

  async speakWith(track: MediaStreamTrack): Promise<void> {
    const sender = this.connection?.getSenders().find((one) => one.track?.kind === "audio");
    await sender?.replaceTrack(track);
    this.applyMute();
  }

  private linked(state: LinkState): void {
    this.link = state;
    this.changed();
  }

  private registered(): void {
    const isBack = this.link !== "registered" && this.wasRegistered;
    this.wasRegistered = true;
    this.why = "";
    this.linked("registered");
    // The call outlived its signalling: tell Asterisk where we are now, and look for a way for the sound anew.
    if (isBack && this.session?.isEstablished()) {
      this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
    }
  }

  private rung(session: RTCSession): void {
    if (session.remote_identity.uri.user !== this.account.caller) {
      session.terminate({ status_code: 403, reason_phrase: "Only the floor may call" });
      return;
    }
    // The floor knows that no leg of ours lives at Asterisk, which was restarted: what looks alive here is not.
    const isAnew = session.remote_identity.display_name === ANEW;
    if (!isAnew && this.session !== null && this.connection?.connectionState === "connected") {
      session.terminate({ status_code: 486, reason_phrase: "On the line already" });
      return;
    }
    // The floor moves the call to the new leg once it is up, and ends the old one; this is for one it forgot.
    const before = this.session;
    if (before !== null) setTimeout(() => before.isEnded() || before.terminate(), isAnew ? 0 : FORGOTTEN_MS);
    this.session = session;
    this.follow(session);
    void this.answer(session);
  }

  private follow(session: RTCSession): void {
    this.legged("ringing");
    session.on("confirmed", () => {
      this.applyMute();
      if (session === this.session) this.legged("up");
    });
    const over = () => {
      if (session !== this.session) return;
      this.session = null;
      this.connection = null;
      this.isHeld = false;
      this.heard(null);
      this.legged("none");
    };
    session.on("ended", over);
    session.on("failed", over);
    session.on("peerconnection", ({ peerconnection }) => this.connected(session, peerconnection));
    let timer: number | undefined;
    session.on("icecandidate", ({ candidate, ready }) => {
      // Of a relay's, one is enough; without a relay, of any.
      const isEnough = !this.hasRelay() || candidate.type === "relay";
      if (isEnough) setTimeout(ready, CANDIDATES_WITHIN_MS);
      else timer ??= setTimeout(ready, RELAYED_WITHIN_MS);
    });
  }

  private connected(session: RTCSession, connection: RTCPeerConnection): void {
    this.connection = connection;
    connection.addEventListener("track", ({ streams, track }) => {
      this.heard(streams[0] ?? new MediaStream([track]));
    });
    connection.addEventListener("connectionstatechange", () => {
      if (session !== this.session || !session.isEstablished()) return;
      const isBroken = connection.connectionState === "failed" || connection.connectionState === "disconnected";
      this.legged(isBroken ? "silent" : "up");
    });
  }

  private async answer(session: RTCSession): Promise<void> {
    try {
      const mediaStream = await this.microphone();
      session.answer({ mediaStream, pcConfig: this.ways() });
    } catch (error) {
      this.why = error instanceof Error ? error.message : String(error);
      if (!session.isEnded()) session.terminate({ status_code: 480, reason_phrase: "No microphone" });
      this.changed();
    }
  }

  private hasRelay(): boolean {
    return this.account.ice_servers.some((one) => one.credential !== null);
  }

  private ways(): RTCConfiguration {
    const iceServers = this.account.ice_servers.map(({ urls, username, credential }) =>
      username === null || credential === null ? { urls } : { urls, username, credential },
    );
    return { iceServers, iceTransportPolicy: this.account.relay_only ? "relay" : "all" };
  }

  private legged(state: LegState): void {
    this.leg = state;
    this.changed();
  }

  private applyMute(): void {
    if (this.session === null) return;
    if (this.isMuted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }
}

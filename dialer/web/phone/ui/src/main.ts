// Puts the page together: sign in, be a telephone, show the seat, carry the buttons to the dialer.

import { type Account, Api, owedOf, RefusedError, type Talk, talkOf, UnreachableError } from "./api";
import { DeskLine } from "./desk";
import { EarlierTalks } from "./earlier";
import { drop, keep, recall } from "./keep";
import { Line } from "./line";
import { LevelMeter, Microphone } from "./microphone";
import { OthersPanel } from "./others";
import { OutcomeForm } from "./outcome";
import { PersonPanel } from "./person";
import { inWords, QualityWatch } from "./quality";
import { showRecording } from "./recording";
import { SeatWatch } from "./seat";
import { showStatements } from "./statements";
import { TextTalkPanel } from "./text_talk";
import { page, options, press, say } from "./view";
import { clock, headline, LEG_WORDS, LINK_WORDS, MACHINE_WORDS, NOT_SEEN } from "./words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const METER_MS = 100;
const QUALITY_MS = 2_000;
const QUALITY_POSTS = 5;
const AGAIN_MS = 1_500;
const OF_SESSION = "#session";

class Phone {
  private readonly line: Line | DeskLine;
  private readonly microphone: Microphone;
  private readonly seats: SeatWatch;
  private readonly person: PersonPanel;
  private readonly others: OthersPanel;
  private readonly outcome: OutcomeForm;
  private readonly earlier: EarlierTalks;
  private readonly text: TextTalkPanel | null;
  private readonly mine = new LevelMeter();
  private readonly theirs = new LevelMeter();
  private readonly quality = new QualityWatch();
  private readonly timers: number[] = [];
  private since = 0;
  private shown = "";
  private talk: Talk | null = null;
  private told = "";
  private looks = 0;
  private shownFor = 0;
  private isShowing = false;

  constructor(
    private readonly api: Api,
    private readonly account: Account,
    token: string,
    private readonly left: (why: string) => void,
  ) {
    const choice = recall("microphone") ?? { device: "", cleaned: true };
    this.microphone = new Microphone(
      choice,
      (track) => void this.line.speakWith(track),
      () => void this.showMicrophones(),
    );
    this.line = account.is_browser
      ? new Line(
          account,
          () => this.microphone.open(),
          (stream) => this.hear(stream),
          () => this.show(),
        )
      : new DeskLine(api, account, (error) => this.note(complaint(error)));
    this.seats = new SeatWatch(token, () => this.show(), () => this.leave("The dialer does not know this token any more."));
    this.earlier = new EarlierTalks(api, account, (talk) => this.outcome.sayMore(talk));
    this.person = new PersonPanel(api, () => this.outcome?.known());
    this.others = new OthersPanel(api, account, () => this.person.view, (button, work) => this.on(button, work));
    this.outcome = new OutcomeForm(api, account, (text) => this.note(text), () => this.written(), () => this.person.view);
    this.outcome.known();
    this.text = account.is_text ? new TextTalkPanel(api, (error) => this.note(complaint(error))) : null;
    this.fill(choice.cleaned);
    this.wire();
    if (account.is_browser) {
      void this.microphone.open().catch((error: unknown) => this.note(`No microphone: ${text(error)}.`));
    }
    for (const ofThePage of [page.sound, page.mute, page.hold]) ofThePage.hidden = !account.is_browser;
    this.timers.push(setInterval(() => this.tick(), METER_MS), setInterval(() => void this.measure(), QUALITY_MS));
    page.phone.hidden = false;
    this.line.start();
    this.show();
  }

  private fill(isCleaned: boolean): void {
    say(page.agent, this.account.agent);
    say(page.endpoint, this.account.endpoint);
    page.cleaned.checked = isCleaned;
    const campaign = recall("campaign") ?? "";
    options(page.campaign, this.account.campaigns.map((name) => [name, name] as const), campaign);
    options(page.reason, this.account.pause_reasons.map((reason) => [reason, capital(reason)] as const), "");
    page.keypad.replaceChildren(...KEYS.map(keyButton));
    options(page.machineHeard, [["", "Which machine?"], ...Object.entries(MACHINE_WORDS)], "");
  }

  private wire(): void {
    const { api, account, line } = this;
    this.on(page.doLogIn, async () => {
      keep("campaign", page.campaign.value);
      if (account.is_browser) await this.microphone.open();
      await api.logIn(account, page.campaign.value);
      keep("seat", { campaign: page.campaign.value, isReady: false });
    });
    this.on(page.ready, async () => {
      await api.ready(account);
      this.wants(true);
    });
    this.on(page.pause, async () => {
      await api.pause(account, page.reason.value);
      this.wants(false);
    });
    this.on(page.logOut, async () => {
      await api.logOut(account);
      drop("seat");
    });
    this.on(page.hangUp, () => api.hangUp(account, this.seats.picture?.seat?.attempt ?? null));
    const onCall = () => this.seats.picture?.seat?.attempt ?? "";
    this.on(page.leaveMessage, () => api.leaveMessage(account, onCall(), page.machineHeard.value));
    this.on(page.noticeSpoken, () => api.sayNotice(account, onCall()));
    this.on(page.objects, () => api.objectToRecording(account, onCall()));
    this.on(page.ringAgain, async () => {
      const campaign = this.seats.picture?.seat?.campaign ?? page.campaign.value;
      await api.logOut(account);
      await api.logIn(account, campaign);
    });
    page.person.addEventListener("change", () => this.show());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F2") return;
      event.preventDefault();
      this.outcome.focus();
    });
    page.mute.onclick = () => line.mute(!line.isMuted);
    page.hold.onclick = () => line.hold(!line.isHeld);
    page.signOut.onclick = () => void this.signOut();
    page.soundOn.onclick = () => void this.play();
    page.keypad.onclick = (event) => {
      if (event.target instanceof HTMLButtonElement) line.press(event.target.value);
    };
    page.keypad.onkeydown = (event) => {
      if (KEYS.includes(event.key)) line.press(event.key);
    };
    page.device.onchange = () => void this.chooseMicrophone();
    page.cleaned.onchange = () => void this.chooseMicrophone();
  }

  /** A button that asks the dialer for something: it rests until the answer is there. */
  private on(button: HTMLButtonElement, work: () => Promise<void>): void {
    button.onclick = async () => {
      button.setAttribute("aria-busy", "true");
      try {
        await work();
        this.note("");
      } catch (error) {
        this.note(complaint(error));
      } finally {
        button.removeAttribute("aria-busy");
      }
    };
  }

  private wants(isReady: boolean): void {
    const seat = recall("seat");
    if (seat !== null) keep("seat", { ...seat, isReady });
  }

  /** A dialer that was started anew is told who is here: logged out by its stop, or not seen since. */
  private async showPresence(): Promise<void> {
    const { seats, line } = this;
    const wanted = recall("seat");
    const seat = seats.picture?.seat ?? null;
    if (wanted === null || seats.picture === null || !seats.isHeard || this.isShowing) return;
    const isOut = seat === null || seat.state === "logged_out";
    const isUnseen = seat?.state === "not_ready" && (seat.reason === NOT_SEEN || this.shownFor === seats.connection);
    const isReadyAgain = isUnseen && wanted.isReady && line.leg === "up";
    const isInAgain = isOut && seats.connection > 1 && this.shownFor !== seats.connection && line.link === "registered";
    if (!isReadyAgain && !isInAgain) return;
    this.isShowing = true;
    try {
      if (isInAgain) {
        this.shownFor = seats.connection;
        await this.api.logIn(this.account, wanted.campaign);
      } else {
        this.shownFor = 0;
        await this.api.ready(this.account);
      }
    } catch (error) {
      this.note(complaint(error));
    } finally {
      this.isShowing = false;
    }
  }

  // --- what is shown ------------------------------------------------------------------------------------

  private show(): void {
    const { line, seats } = this;
    const seat = seats.picture?.seat ?? null;
    const state = seat?.state ?? "logged_out";
    const talk = talkOf(seat);
    const owed = talk === null ? owedOf(seat) : null;
    if (line instanceof DeskLine) line.follow(state);
    this.newCall(state === "talking" ? talk : null);
    this.text?.follow(`${state} ${talk?.id ?? ""}`);
    this.tell(seat?.notice ?? "");
    const { tone, title, more } = headline(seat, line.leg, line);
    if (`${state} ${title}` !== this.shown) {
      this.shown = `${state} ${title}`;
      this.since = performance.now();
      if (state !== "talking") void this.earlier.look();
    }
    page.status.dataset["tone"] = tone;
    say(page.headline, title);
    say(page.more, seats.picture === null ? "Asking the dialer…" : more);
    this.showLinks();
    const isIn = state !== "logged_out";
    page.logIn.hidden = isIn || seats.picture === null;
    page.work.hidden = !isIn;
    page.onCall.hidden = !isIn;
    page.doLogIn.disabled = line.link !== "registered" || page.campaign.options.length === 0;
    say(page.ready, seat?.is_leaving ? "No break after all" : "Ready");
    // A telephone that left the line is rung again by getting ready.
    const mayBeReady = (state === "not_ready" && line.leg === "up") || (state === "leg_lost" && line.leg === "none");
    page.ready.disabled = !mayBeReady && !seat?.is_leaving;
    page.pause.disabled = state === "leg_lost" || (seat?.is_leaving ?? false);
    page.ringAgain.hidden = !(state === "leg_lost" && line.leg === "none" && line.link === "registered");
    page.logOut.disabled = state === "talking";
    page.hangUp.disabled = state !== "talking";
    page.leaveMessage.disabled = page.machineHeard.disabled = state !== "talking" || seat?.attempt == null;
    showStatements(seat);
    showRecording(seat);
    page.hold.disabled = state !== "talking" || line.leg !== "up";
    page.mute.disabled = line.leg !== "up";
    press(page.mute, line.isMuted);
    press(page.hold, line.isHeld);
    say(page.mute, line.isMuted ? "Unmute" : "Mute");
    say(page.hold, line.isHeld ? "Take off hold" : "Hold");
    for (const key of page.keypad.querySelectorAll("button")) key.disabled = state !== "talking" || line.leg !== "up";
    this.outcome.show(talk ?? owed);
    if (this.account.shows_accounts) this.person.show(talk ?? owed, page.person.value);
    this.others.show(seat);
    say(page.outcomeTitle, owed === null ? "What came of the call" : "What came of the call that ended at your phone");
    void this.showPresence();
    page.sayMore.disabled = talk !== null || owed !== null;
    page.save.disabled = page.savePause.disabled = state !== "wrapping" && owed === null;
    document.title = `${title} · Fairdial phone`;
  }

  private showLinks(): void {
    const { line, seats } = this;
    const isDesk = line instanceof DeskLine;
    const isUp = line.link === "registered" && (!isDesk || line.leg === "up");
    const leg = isUp || isDesk || line.leg !== "none" ? `, ${LEG_WORDS[line.leg]}` : "";
    const desk = this.text === null ? "Phone on your desk" : "Phone in text";
    say(page.link, (isDesk ? desk : LINK_WORDS[line.link]) + leg + (line.why === "" ? "" : ` (${line.why})`));
    page.link.dataset["tone"] = line.link === "refused" || line.leg === "silent" ? "bad" : isUp ? "good" : "warn";
    const picture = seats.picture;
    const [tone, words] = !seats.isHeard
      ? (["bad", picture === null ? "Dialer not reached yet…" : "Dialer not reached; calls go on"] as const)
      : !picture?.is_network_up
        ? (["warn", "Dialer connected, its telephone system is not"] as const)
        : picture.is_floor_stopped
          ? (["warn", "Dialer connected, the floor is stopped"] as const)
          : (["good", "Dialer connected"] as const);
    say(page.dialer, words);
    page.dialer.dataset["tone"] = tone;
  }

  /** Something was said of a talk: the seat may look the same, and the list of earlier talks does not. */
  private written(): void {
    this.show();
    void this.earlier.look();
  }

  /** Nobody begins a call muted or on hold because the last one ended so: the person would hear nothing. */
  private newCall(talk: Talk | null): void {
    if (talk?.id === this.talk?.id) return;
    this.talk = talk;
    page.machineHeard.value = "";
    this.line.hold(false);
    if (this.line.isMuted) this.line.mute(false);
  }

  private tick(): void {
    say(page.timer, clock((performance.now() - this.since) / 1000));
    page.mine.value = this.line.isMuted || this.line.isHeld ? 0 : this.mine.level();
    page.theirs.value = this.theirs.level();
  }

  private async measure(): Promise<void> {
    const connection = this.line.connection;
    if (connection === null) {
      this.quality.forget();
      say(page.quality, "nothing to hear now");
      return;
    }
    const figures = await this.quality.look(connection);
    say(page.quality, inWords(figures));
    this.looks += 1;
    if (this.looks % QUALITY_POSTS === 0) await this.api.quality(figures).catch(() => undefined);
  }

  /** What the dialer has to say to this agent, when it is new. */
  private tell(words: string): void {
    if (words === this.told) return;
    this.told = words;
    this.note(words);
  }

  private note(words: string): void {
    say(page.notice, words);
    page.notice.hidden = words === "";
  }

  // --- sound --------------------------------------------------------------------------------------------

  private hear(stream: MediaStream | null): void {
    page.audio.srcObject = stream;
    this.theirs.listen(stream);
    if (stream !== null) void this.play();
  }

  private async play(): Promise<void> {
    LevelMeter.wake();
    try {
      await page.audio.play();
      page.soundOn.hidden = true;
    } catch (error) {
      // Another stream took its place: that one's own call of `play` tells.
      if (!(error instanceof DOMException && error.name === "AbortError")) page.soundOn.hidden = false;
    }
  }

  private async chooseMicrophone(): Promise<void> {
    const choice = { device: page.device.value, cleaned: page.cleaned.checked };
    keep("microphone", choice);
    try {
      await this.microphone.choose(choice);
      this.note("");
    } catch (error) {
      this.note(`No microphone: ${text(error)}.`);
    }
  }

  private async showMicrophones(): Promise<void> {
    const devices = await this.microphone.devices();
    const rows = devices.map((device, place) => [device.deviceId, device.label || `Microphone ${place + 1}`] as const);
    options(page.device, rows, this.microphone.track?.getSettings().deviceId ?? "");
    this.mine.listen(this.microphone.stream);
    if (this.microphone.track?.readyState !== "live") this.note("The microphone is gone: plug it in, or choose another.");
  }

  // --- the end ------------------------------------------------------------------------------------------

  private async signOut(): Promise<void> {
    const state = this.seats.picture?.seat?.state ?? "logged_out";
    if (state === "talking") {
      this.note("End the call first.");
      return;
    }
    if (state !== "logged_out") await this.api.logOut(this.account).catch(() => undefined);
    const isOfSession = recall("token") === "";
    if (isOfSession) await this.api.endSession().catch(() => undefined);
    this.leave("");
    if (isOfSession) location.assign("/");
  }

  private leave(why: string): void {
    this.timers.forEach(clearInterval);
    this.seats.close();
    this.line.stop();
    this.text?.stop();
    this.microphone.close();
    // An outcome that was not acknowledged stays: it is sent when the agent is back.
    if (recall("unsent")?.length === 0) drop("unsent");
    for (const name of ["token", "campaign", "seat", "drafts"] as const) drop(name);
    this.person.show(null, "");
    page.phone.hidden = true;
    this.left(why);
  }
}

function keyButton(key: string): HTMLButtonElement {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", value: key, textContent: key });
  const names: Record<string, string> = { "*": "star", "#": "pound" };
  const name = names[key];
  if (name !== undefined) made.setAttribute("aria-label", name);
  return made;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function complaint(error: unknown): string {
  if (error instanceof UnreachableError) return "The dialer cannot be reached. Your call goes on; try again in a moment.";
  return error instanceof RefusedError ? `Not possible now: ${error.message}.` : `That failed: ${text(error)}.`;
}

// --- signing in ---------------------------------------------------------------------------------------------

function askForToken(why: string): void {
  say(page.signInError, why);
  page.signIn.hidden = false;
  page.token.value = "";
  page.token.focus();
}

async function signIn(token: string): Promise<void> {
  const api = new Api(token);
  if (token === "" && !(await hasSession(api))) return;
  const account = await accountOf(api);
  if (account === null) return;
  keep("token", token);
  page.signIn.hidden = true;
  new Phone(api, account, token, askForToken);
}

/** Whoever came from the page at `/` is signed in by it. */
async function hasSession(api: Api): Promise<boolean> {
  const session = await api.session().catch(() => null);
  if (session?.agent) return true;
  drop("token");
  askForToken(session === null ? "Nobody is signed in here any more." : `The account ${session.account} has no seat: an administrator gives it one.`);
  return false;
}

/** Asked until there is an answer: a dialer that is being restarted is back in seconds. */
async function accountOf(api: Api): Promise<Account | null> {
  for (;;) {
    try {
      return await api.account();
    } catch (error) {
      if (error instanceof RefusedError && error.status < 500) {
        drop("token");
        askForToken(error.status === 401 ? "The dialer does not know this token." : `${capital(error.message)}.`);
        return null;
      }
      say(page.signInError, "The dialer cannot be reached; trying again…");
      page.signIn.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

page.signInForm.onsubmit = (event) => {
  event.preventDefault();
  say(page.signInError, "");
  void signIn(page.token.value.trim());
};
// A click anywhere lets a browser play sound that it held back.
document.addEventListener("click", () => LevelMeter.wake());
window.addEventListener("beforeunload", (event) => {
  // In a call or in after-call work a closed page costs something; a reload in a call is survived.
  if (["busy", "warn"].includes(page.status.dataset["tone"] ?? "")) event.preventDefault();
});

const known = location.hash === OF_SESSION ? "" : recall("token");
if (known === null) askForToken("");
else void signIn(known);

// The page's elements, found once; a missing one is a defect of the page and fails at the start.

function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

const button = (id: string) => find(id, HTMLButtonElement);
const input = (id: string) => find(id, HTMLInputElement);
const select = (id: string) => find(id, HTMLSelectElement);
const any = (id: string) => find(id, HTMLElement);

export const page = {
  signIn: any("sign-in"),
  signInForm: find("sign-in-form", HTMLFormElement),
  signInError: any("sign-in-error"),
  token: input("token"),
  phone: any("phone"),
  agent: any("agent"),
  endpoint: any("endpoint"),
  link: any("link"),
  dialer: any("dialer"),
  signOut: button("sign-out"),
  notice: any("notice"),
  soundOn: button("sound-on"),
  sound: any("sound"),
  status: any("status"),
  headline: any("headline"),
  more: any("more"),
  timer: any("timer"),
  logIn: any("log-in"),
  campaign: select("campaign"),
  doLogIn: button("do-log-in"),
  work: any("work"),
  ready: button("ready"),
  reason: select("reason"),
  pause: button("pause"),
  ringAgain: button("ring-again"),
  logOut: button("log-out"),
  onCall: any("on-call"),
  hangUp: button("hang-up"),
  mute: button("mute"),
  hold: button("hold"),
  machineHeard: select("machine-heard"),
  leaveMessage: button("leave-message"),
  statements: any("statements"),
  recording: any("recording"),
  recordingWords: any("recording-words"),
  toSay: any("to-say"),
  noticeSpoken: button("notice-spoken"),
  objects: button("objects"),
  device: select("device"),
  cleaned: input("cleaned"),
  mine: find("mine", HTMLMeterElement),
  theirs: find("theirs", HTMLMeterElement),
  quality: any("quality"),
  audio: find("audio", HTMLAudioElement),
  keypad: any("keypad"),
  keys: any("keys"),
  grid: any("grid"),
  shown: any("shown"),
  textTalk: any("text-talk"),
  textTalkState: any("text-talk-state"),
  lines: any("lines"),
  maySay: any("may-say"),
  personCard: any("person-card"),
  personTitle: any("person-title"),
  personState: any("person-state"),
  personBody: any("person-body"),
  others: any("others"),
  othersState: any("others-state"),
  othersAsk: any("others-ask"),
  othersNow: any("others-now"),
  otherKind: select("other-kind"),
  otherName: input("other-name"),
  consult: button("consult"),
  transfer: button("transfer"),
  bringIn: button("bring-in"),
  letIn: button("let-in"),
  complete: button("complete"),
  endOther: button("end-other"),
  outcome: any("outcome"),
  outcomeTitle: any("outcome-title"),
  outcomeForm: find("outcome-form", HTMLFormElement),
  choices: any("choices"),
  askPerson: any("ask-person"),
  person: select("person"),
  askPromise: any("ask-promise"),
  askCallBack: any("ask-call_back"),
  askMachine: any("ask-machine"),
  machine: select("machine"),
  said: select("said"),
  amount: input("amount"),
  amountLabel: any("amount-label"),
  promisedFor: input("promised-for"),
  promisedForLabel: any("promised-for-label"),
  parts: input("parts"),
  every: select("every"),
  partsTold: any("parts-told"),
  callBackAt: input("call-back-at"),
  callBackZone: select("call-back-zone"),
  callBackTold: any("call-back-told"),
  callBackFirst: button("call-back-first"),
  words: input("words"),
  callBackWords: input("call-back-words"),
  outcomeError: any("outcome-error"),
  save: button("save"),
  savePause: button("save-pause"),
  saveMore: button("save-more"),
  leaveMore: button("leave-more"),
  outcomeMore: any("outcome-more"),
  earlier: any("earlier"),
  earlierTalk: select("earlier-talk"),
  sayMore: button("say-more"),
};

/** Only when it differs: a live region is read aloud again at every change. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function options(element: HTMLSelectElement, rows: readonly (readonly [string, string])[], chosen: string): void {
  const wanted = JSON.stringify(rows);
  if (element.dataset["rows"] !== wanted) {
    element.dataset["rows"] = wanted;
    element.replaceChildren(...rows.map(([value, text]) => new Option(text, value)));
  }
  if (chosen !== "" && rows.some(([value]) => value === chosen)) element.value = chosen;
}

export function press(element: HTMLButtonElement, isPressed: boolean): void {
  element.setAttribute("aria-pressed", String(isPressed));
}

// The recording of the talk as the agent makes it: the notice that they say, the objection that they hear.

import type { Seat } from "./api";
import { RECORDING_WORDS } from "./words";
import { page, say } from "./view";

export function showRecording(seat: Seat | null): void {
  const state = seat?.state === "talking" ? (seat.recording ?? "none") : "none";
  page.recording.hidden = state === "none";
  if (state === "none") return;
  say(page.recordingWords, RECORDING_WORDS[state]);
  const isDue = state === "notice_due" || state === "consent_due";
  say(page.noticeSpoken, state === "consent_due" ? "Everybody agreed: record" : "Recording notice spoken");
  page.toSay.hidden = page.noticeSpoken.hidden = !isDue;
  say(page.toSay, isDue ? (seat?.to_say ?? "") : "");
  page.objects.hidden = state === "stopping" || state === "stopped";
}

"""What an agent says at the page of a talk and its recording, while it goes on and when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from desk import Desk
from playwright.async_api import expect
from station import Station, until
from test_page import faults

from dialer.domain.agent import AgentState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AttemptId
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.voice import RecordingPlan, RecordingState, SpokenText, VoicePlan

pytestmark = pytest.mark.asyncio(loop_scope="session")
Sit = Callable[..., Awaitable[tuple[Station, Desk]]]
Kind = DispositionKind

WORDS = "This call is recorded. Is that all right with you?"
SPOKEN = SpokenText(
    version="7", words=WORDS, approved_by="C. Officer", approved_on="2026-11-01", client="made-up"
)
TOLD = VoicePlan(recording=RecordingPlan(spoken=(SPOKEN,), asked=(SPOKEN,)))
"""Where the person is, everybody must be told or must agree, as the law of the place wants it."""


async def test_the_notice_is_said_ticked_and_the_objection_ends_the_recording(sit: Sit) -> None:
    place, desk = await sit("006", voice=TOLD)
    await desk.get_ready()
    attempt = await place.on_call()
    await expect(desk.page.locator("#to-say")).to_have_text(WORDS)
    asks = _recording(place) is RecordingState.CONSENT_DUE
    assert await faults(desk) == []
    name = "Everybody agreed: record" if asks else "Recording notice spoken"
    await desk.press(name)
    await expect(desk.page.locator("#recording-words")).to_have_text("This call is recorded.", timeout=8000)
    await expect(desk.page.locator("#notice-spoken")).to_be_hidden()
    assert _recording(place) is RecordingState.RUNNING
    await desk.press("Objects to recording")
    over = "Not recorded any more: the person objected."
    await expect(desk.page.locator("#recording-words")).to_have_text(over, timeout=8000)
    assert _recording(place) is RecordingState.STOPPED
    await desk.press("Hang up")
    await desk.sees("After-call work")
    await expect(desk.page.locator("#recording")).to_be_hidden()
    await _record(desk, "No commitment")
    await until(lambda: place.said(attempt) is not None, what="the outcome on file")
    note = place.recording_note(attempt)
    assert note is not None
    assert note.version == "7"
    assert note.spoken_at is not None
    assert note.objected_at is not None
    assert note.stopped_at is not None
    assert note.spoken_at < note.objected_at <= note.stopped_at


async def test_an_objection_before_the_notice_keeps_the_call_unrecorded(sit: Sit) -> None:
    place, desk = await sit("006", voice=TOLD)
    await desk.get_ready()
    await place.on_call()
    await desk.press("Objects to recording")
    await expect(desk.page.locator("#recording-words")).to_contain_text("the person objected", timeout=8000)
    assert _recording(place) is RecordingState.STOPPED
    await expect(desk.page.locator("#notice-spoken")).to_be_hidden()


async def test_a_call_that_is_not_to_be_recorded_asks_for_no_notice(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.get_ready()
    await place.on_call()
    await desk.sees("On a call")
    await expect(desk.page.locator("#recording")).to_be_hidden()


async def test_why_no_message_is_left_is_said_in_the_floor_s_own_words(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.get_ready()
    await place.on_call()
    await desk.page.get_by_label("Which machine answered").select_option("own")
    await desk.press("Leave the message")
    await desk.sees_notice("Not possible now: the campaign lets agents leave no message.")


async def test_which_machine_it_was_and_what_it_was_told_are_written_down(sit: Sit) -> None:
    """What can be chosen follows from the outcome: nothing is left in a mailbox that is full."""
    place, desk = await sit("041")
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("After-call work")
    await desk.page.get_by_label("Not in service", exact=True).check()
    assert await _choices(desk, "#machine") == ["intercept"]
    await desk.page.get_by_label("Machine, nothing said", exact=True).check()
    assert await _choices(desk, "#machine") == ["", "own", "other", "generic", "full"]
    assert await _choices(desk, "#said") == ["nothing"]
    await desk.page.get_by_label("Message left", exact=True).check()
    assert await _choices(desk, "#machine") == ["", "own", "other", "generic"]
    assert await _choices(desk, "#said") == ["spoken", "recorded"]
    await desk.page.get_by_label("Which machine it was").select_option("own")
    assert await faults(desk) == []
    await desk.page.reload()
    await expect(desk.page.get_by_label("Which machine it was")).to_have_value("own")
    await desk.press("Save and pause")
    await until(lambda: place.said(attempt) is not None, what="the outcome on file")
    assert place.said(attempt) == Disposition(
        kind=Kind.MESSAGE_LEFT, machine=MachineKind.OWN, said_to_machine=SaidToMachine.SPOKEN
    )


async def test_a_second_thought_takes_the_place_of_what_was_saved(sit: Sit) -> None:
    place, desk = await sit("041")
    attempt = await _talk_saved(place, desk, "No commitment")
    await expect(desk.page.locator("#earlier-talk")).to_contain_text(f"No commitment · call {attempt}")
    await desk.press("Say more of it")
    await expect(desk.page.locator("#outcome-more")).to_contain_text(f"call {attempt}")
    assert await faults(desk) == []
    await desk.page.get_by_label("Stop calling", exact=True).check()
    await desk.press("Save what was said")
    await expect(desk.page.locator("#earlier-talk")).to_contain_text(f"Stop calling · call {attempt}")
    await expect(desk.page.locator("#outcome")).to_be_hidden()
    assert place.recorded(attempt) == "stop_calling"
    assert place.requests() == 1


async def test_when_corrections_are_over_only_what_the_person_asked_for_is_taken(sit: Sit) -> None:
    """The page was asked in time and sent too late: it shows why not; asked anew, it offers less."""
    place, desk = await sit("041", corrections_s=6.0)
    attempt = await _talk_saved(place, desk, "No commitment")
    await desk.press("Say more of it")
    await desk.page.get_by_label("Refused to pay", exact=True).check()
    await asyncio.sleep(7.0)
    await desk.press("Save what was said")
    await desk.sees_notice("The outcome was not taken: corrections are taken for 6 s after a talk")
    await desk.press("Leave it")
    await desk.press("Say more of it")
    await expect(desk.page.locator("#outcome-more")).to_contain_text("corrections are over")
    await expect(desk.page.get_by_label("Refused to pay", exact=True)).to_be_disabled()
    await desk.page.get_by_label("Disputes the debt", exact=True).check()
    await desk.press("Save what was said")
    await until(lambda: place.requests() == 1, what="the person's dispute on file")
    assert place.recorded(attempt) == "no_commitment", "a conversation stands as it was said in time"


async def test_a_call_that_comes_takes_the_form_and_the_second_thought_is_kept(sit: Sit) -> None:
    place, desk = await sit("041")
    await _talk_saved(place, desk, "No commitment")
    await desk.press("Say more of it")
    await desk.page.get_by_label("Call back", exact=True).check()
    await desk.page.get_by_label("in their words").fill("on Monday")
    await desk.press("Ready")
    await place.on_call()
    await desk.sees("After-call work")
    await expect(desk.page.get_by_label("in their words")).to_have_value("")
    await expect(desk.page.get_by_role("button", name="Say more of it")).to_be_disabled()
    await _record(desk, "Hung up")
    await desk.sees("On a break: asked")
    options = desk.page.locator("#earlier-talk option")
    await expect(options).to_have_count(2)
    earlier = await options.last.get_attribute("value")
    await desk.page.locator("#earlier-talk").select_option(earlier)
    await desk.press("Say more of it")
    await expect(desk.page.get_by_label("in their words")).to_have_value("on Monday")


async def _talk_saved(place: Station, desk: Desk, outcome: str) -> AttemptId:
    """A talk that is over, with its outcome; the agent is on a break."""
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("After-call work")
    await _record(desk, outcome)
    await place.until(AgentState.NOT_READY)
    return attempt


async def _record(desk: Desk, outcome: str) -> None:
    await desk.record(outcome, button="Save and pause")


async def _choices(desk: Desk, select: str) -> list[str]:
    found = desk.page.locator(f"{select} option")
    return [str(await one.get_attribute("value")) for one in await found.all()]


def _recording(place: Station) -> RecordingState:
    view = place.view()
    assert view is not None
    return view.recording

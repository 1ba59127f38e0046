"""An agent at the browser phone: logs in, is joined to people, hears and is heard, ends and records."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from desk import Desk
from lab.laboratory import Laboratory
from playwright.async_api import expect
from public import PublicWatch
from sound import read_closed, tone_share
from station import NO_PHONE, Station, until

from dialer.domain.agent import AgentState

pytestmark = pytest.mark.asyncio(loop_scope="session")
Sit = Callable[[str], Awaitable[tuple[Station, Desk]]]


async def test_the_phone_registers_is_rung_and_answers_by_itself(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.sign_in()
    await desk.sees_line("Phone registered")
    await desk.sees("Not logged in")
    await desk.press("Log in")
    await desk.sees("Not ready")
    await desk.sees_line("on the line")
    assert (await place.until(AgentState.NOT_READY)).agent == "anna"


async def test_the_agent_hears_the_person(sit: Sit) -> None:
    place, desk = await sit("009")
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("On a call")
    await expect(desk.page.locator("#more")).to_contain_text(attempt)
    await desk.hears(1004)
    await expect(desk.page.locator("#quality")).to_contain_text("good", timeout=8000)


async def test_the_person_hears_the_agent(sit: Sit, laboratory: Laboratory) -> None:
    place, desk = await sit("050")
    await desk.sign_in()
    await desk.hear_plainly()
    await desk.press("Log in")
    await desk.press("Ready")
    await place.on_call()
    await asyncio.sleep(4.0)
    await desk.press("Hang up")
    await desk.sees("After-call work")
    assert tone_share(await read_closed(laboratory.heard / "person.wav")) > 0.3


async def test_mute_and_hold_keep_the_agent_s_voice_from_the_person(sit: Sit) -> None:
    """The person echoes: the agent hears their own voice for as long as it gets through."""
    place, desk = await sit("006")
    await desk.sign_in()
    await desk.hear_plainly()
    await desk.press("Log in")
    await desk.press("Ready")
    await place.on_call()
    await desk.hears(1000)
    await desk.press("Mute")
    await desk.hears_nothing()
    await desk.press("Unmute")
    await desk.hears(1000)
    await desk.press("Hold")
    await asyncio.sleep(12.0)  # longer than Asterisk waits for sound of a leg that is not on hold
    await desk.hears_nothing()
    await desk.press("Take off hold")
    await desk.hears(1000)
    view = place.view()
    assert view is not None
    assert view.state is AgentState.TALKING


async def test_a_call_begins_unmuted_and_off_hold(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.get_ready()
    await place.on_call()
    await desk.press("Mute")
    await desk.press("Hold")
    await desk.sees("After-call work")
    await desk.record("Hung up")
    await place.on_call()
    for name in ("Mute", "Hold"):
        button = desk.page.get_by_role("button", name=name, exact=True)
        await expect(button).to_have_attribute("aria-pressed", "false", timeout=5000)


async def test_keys_reach_the_person(sit: Sit, laboratory: Laboratory) -> None:
    place, desk = await sit("042")
    async with PublicWatch(laboratory) as public:
        await desk.get_ready()
        await place.on_call()
        await asyncio.sleep(0.5)
        for key in ("4", "star", "0"):
            await desk.press(key)
            await asyncio.sleep(0.4)
        async with asyncio.timeout(15):
            assert await public.keys.get() == "4*0"


async def test_the_agent_hangs_up_and_records_a_promise(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.get_ready()
    first = await place.on_call()
    await desk.press("Hang up")
    await desk.sees("After-call work")
    await desk.page.get_by_label("Promise to pay", exact=True).check()
    await desk.press("Save, ready for the next")
    await expect(desk.page.locator("#outcome-error")).to_contain_text("amount")
    await desk.page.get_by_label("Amount in US dollars").fill("1,250.5")
    await desk.page.get_by_label("by", exact=True).fill("2026-12-04")
    await desk.press("Save, ready for the next")
    await place.until(AgentState.TALKING)
    assert place.promised() == [125050]
    view = place.view()
    assert view is not None
    assert view.attempt != first


async def test_a_break_that_was_asked_for_in_a_call_begins_after_it(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.get_ready()
    await place.on_call()
    await desk.page.get_by_label("Reason for the break").select_option("lunch")
    await desk.press("Pause")
    await expect(desk.page.locator("#more")).to_contain_text("Your break begins after this call")
    await desk.sees("After-call work")
    await desk.record("Hung up")
    await desk.sees("On a break: lunch")
    await desk.press("Ready")
    await place.on_call()


async def test_a_wrong_token_is_refused_in_words(sit: Sit) -> None:
    _, desk = await sit("006")
    await desk.sign_in("nobody's")
    await expect(desk.page.get_by_role("alert")).to_contain_text(["does not know this token"])
    await desk.sign_in(NO_PHONE)
    await expect(desk.page.get_by_role("alert")).to_contain_text(["has no phone in the settings"])
    await desk.log_in()


async def test_only_the_floor_s_own_call_is_answered(sit: Sit, laboratory: Laboratory) -> None:
    _, desk = await sit("006")
    await desk.sign_in()
    await desk.sees_line("Phone registered")
    laboratory.pbx.command("channel originate PJSIP/web201 application Milliwatt")
    await asyncio.sleep(1.0)
    await desk.sees_line("not on the line")
    assert "PJSIP/web201" not in laboratory.pbx.command("core show channels")


async def test_signing_out_leaves_nothing_behind(sit: Sit, laboratory: Laboratory) -> None:
    place, desk = await sit("006")
    await desk.log_in()
    await desk.press("Sign out")
    await place.until(AgentState.LOGGED_OUT)
    await until(lambda: "web201" not in laboratory.pbx.command("pjsip show contacts"), what="no contact")
    assert await desk.runs("() => sessionStorage.length + localStorage.length") == 0
    await desk.page.reload()
    await expect(desk.page.get_by_label("Token")).to_be_visible()

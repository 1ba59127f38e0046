"""What goes away and comes back: page, sockets, dialer, Asterisk. The call goes on where it can."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest
from desk import Desk
from lab.laboratory import Laboratory
from playwright.async_api import expect
from station import Station

from dialer.clock import monotonic_now
from dialer.domain.agent import AgentState

pytestmark = pytest.mark.asyncio(loop_scope="session")
Sit = Callable[[str], Awaitable[tuple[Station, Desk]]]


async def test_the_call_outlives_a_restart_of_the_dialer(sit: Sit) -> None:
    place, desk = await sit("009")
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("On a call")
    await place.stop()
    await desk.sees_dialer("not reached; calls go on")
    await desk.hears(1004)
    await place.start()
    await desk.sees_dialer("Dialer connected")
    await desk.sees("On a call")
    assert await place.on_call() == attempt
    await desk.press("Hang up")
    await desk.sees("After-call work")


async def test_a_page_that_was_ready_is_ready_again_after_an_orderly_restart_of_the_dialer(sit: Sit) -> None:
    """The stop took its telephone off the line; the page logs in anew and shows that it is there."""
    place, desk = await sit("009")
    await desk.get_ready()
    await place.on_call()
    await desk.press("Hang up")
    await desk.sees("After-call work")
    await desk.record("Dead air")
    await place.stop()
    await desk.sees_dialer("not reached; calls go on")
    await place.start()
    await desk.sees_dialer("Dialer connected")
    await place.on_call()
    await desk.hears(1004)


async def test_an_outcome_is_kept_until_the_dialer_has_it(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("After-call work")
    await place.stop()
    await desk.record("Stop calling")
    await desk.sees_notice("kept here")
    await place.start()
    await place.until(AgentState.TALKING)
    assert place.recorded(attempt) == "stop_calling"
    await expect(desk.page.locator("#notice")).to_be_hidden()


async def test_the_call_outlives_the_loss_of_its_signalling(sit: Sit) -> None:
    place, desk = await sit("009")
    await desk.get_ready()
    attempt = await place.on_call()
    place.cut_signalling()
    await desk.sees_line("not connected")
    await desk.sees_line("Phone registered, on the line")
    await asyncio.sleep(6.0)
    assert await place.on_call() == attempt
    await desk.hears(1004)
    await desk.press("Hang up")
    await desk.sees("After-call work")
    await desk.record("Dead air")
    await place.on_call()


async def test_a_reload_in_the_middle_of_a_call_goes_back_into_it(sit: Sit) -> None:
    place, desk = await sit("009")
    await desk.get_ready()
    attempt = await place.on_call()
    await desk.sees("On a call")
    await desk.page.reload()
    await desk.sees("On a call")
    await desk.sees_line("Phone registered, on the line")
    await desk.page.locator("#headline").click()
    await desk.hears(1004)
    assert await place.on_call() == attempt


async def test_a_reload_between_calls_takes_the_seat_again(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.log_in()
    await desk.page.reload()
    await desk.sees_line("Phone registered, on the line")
    await desk.sees("Not ready")
    await desk.press("Ready")
    await place.on_call()


async def test_a_draft_of_the_outcome_outlives_a_reload(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.get_ready()
    await place.on_call()
    await desk.sees("After-call work")
    await desk.page.get_by_label("Call back", exact=True).check()
    await desk.page.get_by_label("in their words").fill("after supper")
    await desk.page.reload()
    await expect(desk.page.get_by_label("in their words")).to_have_value("after supper")
    await expect(desk.page.get_by_label("Call back", exact=True)).to_be_checked()


@pytest.mark.parametrize("round_", range(int(os.environ.get("FAIRDIAL_RESTART_ROUNDS", "3"))))
async def test_the_phone_is_rung_again_after_a_quick_restart_of_asterisk(
    sit: Sit, laboratory: Laboratory, round_: int
) -> None:
    """Back within 0 to 2 s, before the page knows that its leg is dead: it said 486, and was left."""
    place, desk = await sit("009")
    await desk.log_in()
    laboratory.pbx.kill()
    await asyncio.sleep((round_ % 5) * 0.5)
    laboratory.pbx.start(outlive=False)
    began = monotonic_now()
    await place.until(AgentState.LEG_LOST)
    await place.until(AgentState.NOT_READY)
    took = monotonic_now() - began
    print(f"round {round_}: rung and on the line {took:.1f} s after Asterisk was booted")
    await desk.sees_line("Phone registered, on the line")
    await desk.press("Ready")
    await place.on_call()
    await desk.hears(1004)


async def test_the_phone_is_rung_again_when_asterisk_is_back(sit: Sit, laboratory: Laboratory) -> None:
    place, desk = await sit("009")
    await desk.log_in()
    laboratory.pbx.kill()
    await desk.sees_line("not connected")
    laboratory.pbx.start(outlive=False)
    await desk.sees_line("Phone registered", within_ms=30_000)
    await desk.sees_line("Phone registered, on the line", within_ms=30_000)
    await place.until(AgentState.NOT_READY)
    await desk.press("Ready")
    await place.on_call()
    await desk.hears(1004)

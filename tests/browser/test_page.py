"""The page itself: usable by keyboard and screen reader, nothing from elsewhere, no secret in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from desk import Desk
from playwright.async_api import expect
from station import DESK_PHONE, DESK_TOKEN, TOKEN, Station

from dialer.domain.agent import AgentState

pytestmark = pytest.mark.asyncio(loop_scope="session")
Sit = Callable[[str], Awaitable[tuple[Station, Desk]]]
AXE = Path(__file__).parents[2] / "dialer/web/phone/ui/node_modules/axe-core/axe.min.js"


async def faults(desk: Desk) -> list[str]:
    """What axe finds wrong with the page as it is shown now."""
    await desk.runs(AXE.read_text("utf-8"))
    found = cast("dict[str, Any]", await desk.runs("() => axe.run(document)"))
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_state_is_accessible(sit: Sit, scheme: Any) -> None:
    place, desk = await sit("041")
    await desk.page.emulate_media(color_scheme=scheme)
    assert await faults(desk) == []
    await desk.log_in()
    assert await faults(desk) == []
    await desk.press("Ready")
    await place.on_call()
    await desk.sees("On a call")
    assert await faults(desk) == []
    await desk.sees("After-call work")
    await desk.page.get_by_label("Promise to pay", exact=True).check()
    assert await faults(desk) == []


async def test_a_whole_call_by_keyboard(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.sign_in()
    await expect(desk.page.get_by_role("button", name="Log in", exact=True)).to_be_enabled()
    await _tab_to(desk, "Log in")
    await expect(desk.page.get_by_role("button", name="Ready", exact=True)).to_be_enabled()
    await _tab_to(desk, "Ready")
    await place.on_call()
    await desk.sees("After-call work")
    choice = desk.page.get_by_label("Wrong number", exact=True)
    await choice.focus()
    await desk.page.keyboard.press("Space")
    await desk.page.keyboard.press("Enter")
    await place.on_call()


async def _tab_to(desk: Desk, name: str) -> None:
    """Go there by Tab alone, and press."""
    await desk.page.locator("body").focus()
    for _ in range(40):
        await desk.page.keyboard.press("Tab")
        if await desk.runs("() => document.activeElement?.textContent") == name:
            await desk.page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


async def test_nothing_is_loaded_from_elsewhere_and_nothing_breaks_the_policy(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.get_ready()
    await place.on_call()
    await desk.sees("After-call work")
    hosts = {urlsplit(url).hostname for url in desk.asked}
    assert hosts == {"127.0.0.1"}
    assert desk.complaints == []
    answer = await desk.page.request.get(desk.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_the_secret_is_in_no_page_and_no_store(sit: Sit) -> None:
    place, desk = await sit("006")
    await desk.log_in()
    kept = await desk.runs("() => document.documentElement.outerHTML + JSON.stringify({...sessionStorage})")
    assert place.secret not in kept
    assert TOKEN in kept  # the tab keeps the agent signed in over a reload
    answer = await desk.page.request.get(f"{desk.url}../api/phone")
    assert answer.status == 401


async def test_a_small_screen_shows_everything(sit: Sit) -> None:
    place, desk = await sit("041")
    await desk.page.set_viewport_size({"width": 390, "height": 844})
    await desk.get_ready()
    await place.until(AgentState.TALKING)
    assert await desk.runs("() => document.documentElement.scrollWidth <= window.innerWidth")


async def test_an_agent_with_a_phone_on_the_desk_is_told_what_is_wrong_with_it(sit: Sit) -> None:
    """The page stands beside the telephone: nothing of sound, the same seat, and why it could not be rung."""
    _place, desk = await sit("041")
    await desk.sign_in(DESK_TOKEN)
    await desk.sees("Not logged in")
    for hidden in ("#sound", "#mute", "#hold"):
        await expect(desk.page.locator(hidden)).to_be_hidden()
    await desk.press("Log in")
    await desk.sees("Your phone left the line")
    why = "is not registered: switch it on, or mend its password; it is rung when it registers."
    await expect(desk.page.locator("#more")).to_have_text(f"Phone {DESK_PHONE} {why}")
    await expect(desk.page.locator("#link")).to_have_text("Phone on your desk, not on the line")
    assert await faults(desk) == []
    await expect(desk.page.get_by_role("button", name="Ready", exact=True)).to_be_enabled()

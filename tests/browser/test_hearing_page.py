"""A recording is found and heard on the page, by who may; what cannot be heard says why.

The floor's telephone network makes no sound: what a recording is served as is given here, as the route gives
it (`tests/unit/web/test_hearing.py`).
"""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect
from served_floor import ServedFloor, Visit, debian_chromium, missing, served_floor, visit

from dialer.access.roles import Role

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 3
RATE = 8000
FOUND: dict[str, Any] = {
    "attempt": "a1-00000007",
    "file": "a1-00000007.wav",
    "seconds": float(SECONDS),
    "sha256": "0" * 64,
    "launched_at": 1_773_151_200.0,
    "campaign": "made-up",
    "person": "p-1",
    "agent": "agent-3",
    "accounts": ["d-1"],
    "notice_spoken_at": 1_773_151_203.0,
    "objected_at": None,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedFloor]:
    """A floor with somebody of quality, who may hear."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    async with served_floor(tmp_path_factory.mktemp("served")) as running:
        await running.add("quinn", Role.QA)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(floor: ServedFloor) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    async with debian_chromium() as running:
        yield running


def sound() -> bytes:
    """Two channels of silence."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(4 * RATE * SECONDS))
    return made.getvalue()


async def found(one: Visit) -> None:
    async def listed(route: Route) -> None:
        await route.fulfill(json={"recordings": [FOUND], "next_page": None})

    await one.page.route("**/api/recordings?**", listed)
    await one.sign_in("quinn")
    await expect(one.page.get_by_role("link", name="Compliance").filter(visible=True)).to_be_visible()
    await one.page.goto(f"{one.url}/#/compliance")
    await one.page.get_by_role("form", name="Which recordings").get_by_role("button", name="Find").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_recording_is_heard_at_another_pace(
    floor: ServedFloor, chromium: Browser, scheme: Any
) -> None:
    async def played(route: Route) -> None:
        await route.fulfill(body=sound(), content_type="audio/wav")

    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        await page.route("**/sound", played)
        await found(one)
        await page.get_by_role("button", name="Hear a1-00000007").click()
        player = page.locator("audio")
        await expect(player).to_be_visible()
        await page.wait_for_function("() => document.querySelector('audio').readyState >= 1")
        assert await player.evaluate("audio => audio.duration") == pytest.approx(SECONDS)
        await page.get_by_label("Pace").select_option("2")
        assert await player.evaluate("audio => audio.playbackRate") == 2.0
        await player.evaluate("audio => { audio.muted = true; return audio.play(); }")
        await page.wait_for_function("() => document.querySelector('audio').ended", timeout=20_000)
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("agent-3")
        await expect(dialog).to_contain_text("spoken")
        assert await one.faults() == []
        await one.picture(f"hear-{scheme}")
        assert [each for each in one.complaints if "401" not in each and "404" not in each] == []


async def test_what_cannot_be_heard_any_more_says_why(floor: ServedFloor, chromium: Browser) -> None:
    async def gone(route: Route) -> None:
        await route.fulfill(status=410, json={"detail": "its key is gone: the person was erased"})

    async with visit(chromium, floor) as one:
        await one.page.route("**/sound", gone)
        await found(one)
        await one.page.get_by_role("button", name="Hear a1-00000007").click()
        await expect(one.page.get_by_role("dialog")).to_contain_text("its key is gone", timeout=10_000)
        assert await one.faults() == []
        await one.picture("hear-gone")

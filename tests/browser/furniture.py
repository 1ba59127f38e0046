"""Fixtures: the telephone system, the browser, and an agent's place in front of both."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from desk import CHROMIUM, Desk, chromium_arguments
from lab.laboratory import Laboratory, reason_missing
from playwright.async_api import Browser, async_playwright
from sounds import write_tone
from station import Station, station

from dialer.domain.voice import VoicePlan
from dialer.web.phone.pages import built_files


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    """Two Asterisks."""
    missing = reason_missing()
    if missing is None and shutil.which(CHROMIUM) is None:
        missing = "no Chromium: run scripts/install-system-packages.sh browser"
    if missing is None and not built_files().joinpath("index.html").is_file():
        missing = "the phone page has not been built: run make phone"
    if missing:
        pytest.skip(missing)
    with Laboratory() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Chromium whose microphone hears 1 kHz: half a second of it in every second."""
    voice = write_tone(tmp_path_factory.mktemp("voice") / "bursts.wav", hertz=1000.0, share=0.5)
    async with async_playwright() as playwright:
        program = shutil.which(CHROMIUM)
        running = await playwright.chromium.launch(
            executable_path=program, args=chromium_arguments(voice=voice)
        )
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sit(
    laboratory: Laboratory, browser: Browser, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[tuple[Station, Desk]]]]:
    """Opens a station whose public all does what numbers of that ending do, and a desk in front of it."""
    async with AsyncExitStack() as stack:

        async def make(
            ending: str, *, voice: VoicePlan | None = None, corrections_s: float = 900.0
        ) -> tuple[Station, Desk]:
            place = await stack.enter_async_context(
                station(laboratory, tmp_path, ending=ending, voice=voice, corrections_s=corrections_s)
            )
            context = await browser.new_context(
                permissions=["microphone"], viewport={"width": 1100, "height": 900}
            )
            stack.push_async_callback(context.close)
            return place, await Desk.open(context, place.url)

        yield make

"""How quick the browser phone is: Debian's Chromium, a real Asterisk and the dialer on this machine.

    python tests/browser/measure.py [ROUNDS]

Prints, in milliseconds: from the click on "Sign in" to registered; from the click on "Log in" to the leg on
the line; from the person's answer, by Asterisk's clock, until the agent hears them, and until the agent hears
their own voice come back from a person who echoes (sound both ways). Figures depend on what else runs.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live"))

from desk import CHROMIUM, Desk, chromium_arguments
from lab.laboratory import Laboratory, reason_missing
from playwright.async_api import Browser, async_playwright
from sounds import write_tone
from station import TOKEN, station

from dialer.domain.agent import AgentState
from dialer.domain.events import CallAnswered

# Milliseconds from the press on a button until a line of the page says what is wanted.
_PRESSED = """([button, line, words]) => new Promise((resolve) => {
  const from = performance.now();
  const target = document.querySelector(line);
  const look = () => {
    if (!target.textContent.includes(words)) return;
    watch.disconnect();
    resolve(performance.now() - from);
  };
  const watch = new MutationObserver(look);
  watch.observe(target, {childList: true, characterData: true, subtree: true});
  document.querySelector(button).click();
  look();
})"""

# POSIX seconds at which the agent hears a tone of about 1 kHz for the first time.
_FIRST_TONE = """() => new Promise(async (resolve) => {
  const audio = document.querySelector('audio');
  while (audio.srcObject === null) await new Promise((next) => setTimeout(next, 10));
  const context = new AudioContext({latencyHint: 'interactive'});
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(audio.srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round(1000 * analyser.fftSize / context.sampleRate);
  const timer = setInterval(() => {
    analyser.getFloatFrequencyData(bins);
    if (Math.max(bins[bin - 1], bins[bin], bins[bin + 1]) < -50) return;
    clearInterval(timer);
    resolve((performance.timeOrigin + performance.now()) / 1000);
    context.close();
  }, 4);
})"""


async def registering(browser: Browser, laboratory: Laboratory, rounds: int) -> None:
    """A new tab each round."""
    registered: list[float] = []
    on_line: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with station(laboratory, Path(folder), ending="006") as place:
            for _ in range(rounds):
                context = await browser.new_context(permissions=["microphone"])
                desk = await Desk.open(context, place.url)
                await desk.page.get_by_label("Token").fill(TOKEN)
                wanted = ["#sign-in button", "#link", "registered"]
                registered.append(float(await desk.runs(_PRESSED, wanted)))
                await desk.page.locator("#do-log-in:enabled").wait_for()
                on_line.append(
                    float(await desk.runs(_PRESSED, ["#do-log-in", "#link", "registered, on the line"]))
                )
                await desk.press("Sign out")
                await place.until(AgentState.LOGGED_OUT)
                await context.close()
    _print("sign in -> registered", registered)
    _print("log in -> leg on the line", on_line)


async def hearing(browser: Browser, laboratory: Laboratory, ending: str, rounds: int, what: str) -> None:
    """One agent, call after call."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with station(laboratory, Path(folder), ending=ending) as place:
            context = await browser.new_context(permissions=["microphone"])
            desk = await Desk.open(context, place.url)
            await desk.sign_in()
            await desk.hear_plainly()
            await desk.press("Log in")
            await desk.sees_line("on the line")
            for _ in range(rounds):
                await asyncio.sleep(1.0)  # what was heard of the last call is over
                first = asyncio.create_task(desk.runs(_FIRST_TONE))
                await asyncio.sleep(0.3)
                await desk.press("Ready")
                attempt = await place.on_call()
                async with asyncio.timeout(20):
                    heard = float(await first)
                answers = [event for event in place.told if isinstance(event, CallAnswered)]
                answered = next(event for event in answers if event.attempt == attempt)
                took.append((heard - place.real(answered.answered_at)) * 1000)
                await desk.press("Hang up")
                await desk.sees("After-call work")
                await desk.record("Dead air", button="Save and pause")
                await place.until(AgentState.NOT_READY)
            await context.close()
    _print(what, took)


def _print(what: str, values: list[float]) -> None:
    ordered = sorted(values)
    middle, last = ordered[len(ordered) // 2], ordered[-1]
    print(f"{what}: median {middle:.0f} ms, least {ordered[0]:.0f}, most {last:.0f} (n = {len(ordered)})")


async def measure(rounds: int) -> None:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder, Laboratory() as laboratory:
        voice = write_tone(Path(folder) / "tone.wav", hertz=1000.0, share=1.0)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which(CHROMIUM), args=chromium_arguments(voice=voice)
            )
            await registering(browser, laboratory, rounds)
            await hearing(browser, laboratory, "009", rounds, "answer -> the agent hears the person")
            await hearing(browser, laboratory, "006", rounds, "answer -> sound there and back")
            await browser.close()


def main(arguments: list[str]) -> int:
    """The command line."""
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    asyncio.run(measure(int(arguments[0]) if arguments else 10))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

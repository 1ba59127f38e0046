"""What an agent does and sees at the phone page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, expect
from station import TOKEN, until

CHROMIUM = "chromium"
WITHIN_MS = 15_000

# The stream that the agent hears: its strongest frequency and how loud it is, over half a second.
_LISTEN = """async (seconds) => {
  const stream = document.querySelector('audio').srcObject;
  if (stream === null || stream.getAudioTracks().length === 0) return {hertz: 0, level: -200};
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const best = {hertz: 0, level: -200};
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatFrequencyData(bins);
    const top = bins.indexOf(Math.max(...bins));
    if (bins[top] > best.level) {
      best.level = bins[top];
      best.hertz = (top * context.sampleRate) / analyser.fftSize;
    }
  }
  await context.close();
  return best;
}"""

AUDIBLE_DB = -60.0


def chromium_arguments(*, voice: Path) -> list[str]:
    """Chromium's command line: no traffic of its own, a file for a microphone, media within this machine."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={voice}",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--ignore-certificate-errors",  # the laboratory's certificate is its own
    ]


@dataclass
class Desk:
    """One page. Without slots: playwright keeps something of its own on who listens."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])

    @classmethod
    async def open(cls, context: BrowserContext, url: str) -> Desk:
        """Load the page and note everything it complains of and asks for."""
        desk = cls(await context.new_page(), url)
        desk.page.on("console", desk._heard)
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.page.on("request", desk._asked)
        await desk.page.goto(url)
        return desk

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)

    async def sign_in(self, token: str = TOKEN) -> None:
        """Type the token and press Enter."""
        await self.page.get_by_label("Token").fill(token)
        await self.page.get_by_label("Token").press("Enter")

    async def log_in(self) -> None:
        """Sign in, take a seat, and wait until the phone is on the line."""
        await self.sign_in()
        await self.press("Log in")
        await self.sees("Not ready")
        await self.sees_line("on the line")

    async def get_ready(self) -> None:
        """Log in and take calls."""
        await self.log_in()
        await self.press("Ready")

    async def hear_plainly(self) -> None:
        """Switch off what takes steady tones for noise."""
        await self.page.get_by_label("Suppress noise and echo").uncheck()

    async def press(self, name: str) -> None:
        """Press a button, as soon as it can be."""
        await self.page.get_by_role("button", name=name, exact=True).click(timeout=WITHIN_MS)

    async def sees(self, title: str, *, within_ms: float = WITHIN_MS) -> None:
        """Wait for the headline."""
        await expect(self.page.locator("#headline")).to_have_text(title, timeout=within_ms)

    async def sees_line(self, words: str, *, within_ms: float = WITHIN_MS) -> None:
        """Wait for what is said of the phone."""
        await expect(self.page.locator("#link")).to_contain_text(words, timeout=within_ms)

    async def sees_dialer(self, words: str, *, within_ms: float = WITHIN_MS) -> None:
        """Wait for what is said of the dialer."""
        await expect(self.page.locator("#dialer")).to_contain_text(words, timeout=within_ms)

    async def sees_notice(self, words: str, *, within_ms: float = WITHIN_MS) -> None:
        """Wait for a notice."""
        await expect(self.page.locator("#notice")).to_contain_text(words, timeout=within_ms)

    async def record(self, outcome: str, *, button: str = "Save, ready for the next") -> None:
        """Say what came of the call."""
        await self.page.get_by_label(outcome, exact=True).check()
        await self.press(button)

    async def hears(self, hertz: float) -> None:
        """Wait until the agent hears this tone."""
        heard: list[tuple[float, float]] = []

        async def is_heard() -> bool:
            heard.append(await self.listens())
            return abs(heard[-1][0] - hertz) < 15 and heard[-1][1] > AUDIBLE_DB

        await until(is_heard, what=f"a tone of {hertz:g} Hz, heard: {heard}")

    async def hears_nothing(self) -> None:
        """Wait for a second of silence."""

        async def is_silent() -> bool:
            return (await self.listens())[1] < AUDIBLE_DB

        await until(is_silent, what="silence")

    async def listens(self, seconds: float = 1.2) -> tuple[float, float]:
        """What the agent hears: strongest frequency in hertz, its level in dB (silence is below -100)."""
        heard = cast("dict[str, float]", await self.page.evaluate(_LISTEN, seconds))
        return heard["hertz"], heard["level"]

    async def runs(self, script: str, argument: Any = None) -> Any:
        """Run a script in the page."""
        return await self.page.evaluate(script, argument)

"""The page on which people sign in, in a browser: what it shows, what it loads, and for whom it works."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from desk import CHROMIUM
from playwright.async_api import Page, async_playwright, expect
from prometheus_client import CollectorRegistry
from pyotp.totp import TOTP

from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING
from dialer.clock import posix_now
from dialer.floor.accounts import Accounts
from dialer.floor.beside import StoreBeside
from dialer.floor.outside_sign_in import OutsideSignIn, ProviderSettings
from dialer.floor.signed_in import By
from dialer.storage.spoken_words import Words
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.server import serving
from dialer.web.tokens import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "correct horse battery"
SHOTS = os.environ.get("FAIRDIAL_SHOTS", "")
"""A folder for pictures of the page, for somebody who wants to look at it."""


class AtOnce(StoreBeside):
    """The store asked where one stands."""

    def __init__(self, store: Store) -> None:
        self._plain = store

    async def read(self, work: Any) -> Any:
        return self._plain.read(work)

    async def write(self, work: Any) -> Any:
        return self._plain.write(work)

    async def sealed(self, subject: str, text: str) -> str:
        return Words(self._plain.keyring, [subject]).seal(subject, text)


class NoFloor:
    """Nobody is on it."""

    def snapshot(self) -> Any:
        return SimpleNamespace(agents=(), campaigns=())


@dataclass
class Seen:
    """A page, and what it asked for and complained of."""

    page: Page
    link: str
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    async def picture(self, name: str) -> None:
        if SHOTS:
            await self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@asynccontextmanager
async def opened(
    folder: Path, *, scheme: Any = "light", width: int = 1000, demands: frozenset[Role] = frozenset()
) -> AsyncGenerator[Seen]:
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no Chromium: run scripts/install-system-packages.sh browser")
    with Store.open(str(folder / "store.db"), durable=False, identity_key=b"test") as store:
        accounts = Accounts(AtOnce(store), factor_of=demands)
        link = await accounts.add(
            "maria", roles=frozenset({Role.SUPERVISOR}), walls=EVERYTHING, by=By(who="test")
        )
        floor: Any = NoFloor()
        settings = ProviderSettings(issuer="http://127.0.0.1:1", client="c", address="http://127.0.0.1:1")
        web = make_web(
            floor=floor,
            tokens=Tokens([]),
            registry=CollectorRegistry(),
            accounts=accounts,
            outside=OutsideSignIn(settings),
        )
        async with (
            serving(web.application, host="127.0.0.1", port=0, strangers=web.strangers) as port,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=shutil.which(CHROMIUM), args=["--no-sandbox"]
            )
            page = await browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
            seen = Seen(page, link)
            page.on("request", lambda request: seen.asked.append(request.url))
            page.on("console", lambda said: seen.complaints.append(said.text))
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            await page.goto(f"http://127.0.0.1:{port}/sign-in")
            try:
                yield seen
            finally:
                await browser.close()


async def test_a_person_sets_a_password_signs_in_and_out_by_the_keyboard_alone(tmp_path: Path) -> None:
    """What is said is read aloud; a reload finds the session again; nothing of elsewhere is asked for."""
    async with opened(tmp_path) as seen:
        page = seen.page
        await expect(page).to_have_title("Sign in · Fairdial")
        await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name="Sign in with the company's account")).to_be_visible()
        await seen.picture("sign-in")
        await page.get_by_text("I have a one-time word").focus()
        await page.keyboard.press("Enter")
        await page.get_by_label("One-time word").focus()
        await page.keyboard.type(seen.link)
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("The password is set. Sign in with it.")
        await page.get_by_label("Account", exact=True).focus()
        await page.keyboard.type("maria")
        await page.keyboard.press("Tab")
        await page.keyboard.type("wrong password!")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("name, password or code is wrong")
        await expect(page.get_by_role("alert")).to_be_focused()
        await seen.picture("wrong")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You are signed in")).to_be_focused()
        await expect(page.get_by_text("supervisor")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("maria")).to_be_visible()
        await seen.picture("signed-in")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_label("Account", exact=True)).to_be_focused()
        origin = page.url.removesuffix("/sign-in")
        assert [one for one in seen.asked if not one.startswith(origin)] == []
        assert [one for one in seen.complaints if "401" not in one] == [], (
            "no word of the policy or of a defect"
        )


async def test_whoever_needs_a_second_factor_is_led_to_it_at_once(tmp_path: Path) -> None:
    """Password, secret, code, and ten recovery codes to be written down; then the page asks no more."""
    async with opened(tmp_path, demands=frozenset({Role.SUPERVISOR})) as seen:
        page = seen.page
        await page.get_by_text("I have a one-time word").click()
        await page.get_by_label("One-time word").fill(seen.link)
        await page.get_by_label("New password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("The password is set. Sign in with it.")
        await page.get_by_label("Account", exact=True).fill("maria")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Set up a second factor")).to_be_focused()
        secret = page.locator("#secret")
        await expect(secret).not_to_be_empty()
        await seen.picture("second-factor")
        assert str(await page.locator("#authenticator").get_attribute("href")).startswith("otpauth://totp/")
        await page.get_by_label("Password, once more").fill(PASSWORD)
        shown = TOTP(str(await secret.text_content())).at(int(posix_now()))
        await page.get_by_label("Code that the authenticator shows").fill(shown)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Recovery codes")).to_be_focused()
        await expect(page.locator("#codes li")).to_have_count(10)
        await seen.picture("recovery-codes")
        await page.reload()
        await expect(page.get_by_text("maria")).to_be_visible()
        await expect(page.get_by_role("heading", name="Set up a second factor")).to_be_hidden()
        assert [one for one in seen.complaints if "401" not in one] == []


async def test_the_page_is_readable_in_the_dark_and_on_a_telephone(tmp_path: Path) -> None:
    """Nothing is cut at the side, and every field has a name."""
    async with opened(tmp_path, scheme="dark", width=320) as seen:
        page = seen.page
        await seen.picture("dark-narrow")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        nameless = "[...document.querySelectorAll('input')].filter(e => !e.labels.length).length"
        assert await page.evaluate(nameless) == 0
        await page.get_by_role("link", name="Sign in with the company's account").click()
        await expect(page.get_by_role("alert")).to_contain_text("The provider cannot be reached now.")

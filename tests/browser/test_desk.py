"""A collector's desk, in a browser: on a floor that dials made-up people, a seat is taken, a call worked."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect
from served_floor import ServedFloor, debian_chromium, missing, served_floor, visit

from dialer.access.roles import Role

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON_MS = 60_000
FIRST_POSSIBLE = 1_800_025_200.0
"""2027-01-15, eight in the morning in Denver."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedFloor]:
    """A floor with two people who have seats of their own, beside the made-up collectors."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    async with served_floor(tmp_path_factory.mktemp("served"), factor=1.0) as running:
        await running.add("ann", Role.AGENT, agent="ann")
        await running.add("bea", Role.AGENT, agent="bea")
        await running.add("cas", Role.AGENT)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(floor: ServedFloor) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    async with debian_chromium() as running:
        yield running


@dataclass
class Seat:
    """A seat that does what a test says, whatever made-up people do meanwhile."""

    page: Page
    sockets: list[WebSocketRoute] = field(default_factory=list[WebSocketRoute])
    disposed: list[Any] = field(default_factory=list[Any])
    state: str = "talking"

    def _picture(self) -> str:
        seat = {
            "agent": "ann",
            "campaign": "made-up",
            "state": self.state,
            "since": 1.0,
            "reason": "",
            "is_leaving": False,
            "attempt": "a1-00000001" if self.state in ("talking", "wrapping") else None,
        }
        return json.dumps({"seat": seat, "is_floor_stopped": False, "is_network_up": True})

    async def taken(self) -> None:
        """It is this one that the desk watches."""

        def watched(socket: WebSocketRoute) -> None:
            self.sockets.append(socket)
            socket.send(self._picture())

        async def disposed(route: Route) -> None:
            self.disposed.append(route.request.post_data_json)
            self.becomes("not_ready")
            await route.fulfill(json={"sequence": 1, "remark": None})

        async def hung_up(route: Route) -> None:
            self.becomes("wrapping")
            await route.fulfill(json={"sequence": 1, "remark": None})

        async def none(route: Route) -> None:
            await route.fulfill(json=[])

        await self.page.route_web_socket(re.compile(r"/api/phone/watch"), watched)
        await self.page.route("**/api/attempts/*/disposition", disposed)
        await self.page.route("**/api/agents/*/hangup", hung_up)
        await self.page.route("**/api/agents/*/talks", none)
        await self.page.route("**/api/agents/*/dispositions", none)

    def becomes(self, state: str) -> None:
        """The dialer says so."""
        self.state = state
        for socket in self.sockets:
            socket.send(self._picture())


async def to_the_desk(page: Page) -> None:
    """From the application, without another sign-in."""
    await page.get_by_role("link", name="Desk").filter(visible=True).click()


def view(*, is_told: bool) -> dict[str, Any]:
    """An account as the dialer tells it, of somebody who has a name."""
    ledger: dict[str, Any] = {
        "debt": "d-1",
        "client": "acme",
        "owner": "acme",
        "currency": "USD",
        "balance_cents": 123_456,
        "credit_cents": 0,
        "uncleared_cents": 0,
        "parts": {"principal": 120_000, "interest": 3_456},
        "state": "open",
        "waiting": [],
        "entries": [],
        "promises": [
            {
                "contact": "a",
                "person": "p-1",
                "kind": "promise",
                "cents": 5_000,
                "made_on": "2026-03-01",
                "due_on": "2026-03-10",
                "last_day": "2026-03-13",
                "paid_cents": 0,
                "state": "broken",
            }
        ],
        "offers": {
            "settles_from_cents": 60_000,
            "settled_by": "2027-01-31",
            "rule": "half",
            "most_parts": 3,
        },
    }
    debt: dict[str, Any] = {
        "debt": "d-1",
        "role": "consumer",
        "type": "credit_card",
        "client": "acme",
        "client_account": "",
        "creditor": "Acme Bank",
        "original_creditor": "First Bank",
        "delinquent_since": "",
        "last_day_to_sue": "2029-06-30",
        "ledger": ledger,
        "bars": [],
    }
    told: dict[str, Any] = {
        "role": "consumer",
        "numbers": [],
        "addresses": [],
        "debts": [debt],
        "holds": [],
        "requests": [],
        "disputes": [],
        "consents": [],
        "contacts": [],
        "talk": None,
        "means": [],
        "means_not_known": "",
    }
    return {
        "person": "p-1",
        "name": "Ada Example",
        "language": "en",
        "as_of": 1_800_000_000.0,
        "local_times": [{"zone": "America/Denver", "clock": "Mon 14:05"}],
        "identifying": {
            "asks": ["date_of_birth", "postal_code"],
            "enough": 2,
            "parties": ["consumer", "spouse"],
            "is_possible": True,
        },
        "is_told": is_told,
        "why": "2 of 2 answers are right" if is_told else "1 of 2 answers is right",
        "account": told if is_told else None,
    }


async def named(page: Page) -> list[Any]:
    """Made-up people have no names: somebody who has one is on every call. Returns what was answered."""
    answers: list[Any] = []

    async def of_call(route: Route) -> None:
        await route.fulfill(json=view(is_told=False))

    async def of_person(route: Route) -> None:
        answers.append(route.request.post_data_json)
        is_right = answers[-1].get("postal_code") == "10001"
        await route.fulfill(json=view(is_told=is_right))

    async def back(route: Route) -> None:
        denied = {"rule": "hours", "citation": "12 CFR 1006.6(b)", "what": "No call before eight"}
        await route.fulfill(json={"is_possible": False, "denied_by": [denied], "next_at": FIRST_POSSIBLE})

    await page.route("**/api/attempts/*/account", of_call)
    await page.route("**/api/persons/p-1/account", of_person)
    await page.route("**/api/persons/p-1/call-back*", back)
    return answers


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_promise_in_parts_is_taken_by_keys_after_the_person_is_identified(
    floor: ServedFloor, chromium: Browser, scheme: Any
) -> None:
    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        answers = await named(page)
        seat = Seat(page)
        await seat.taken()
        await one.sign_in("ann")
        await to_the_desk(page)
        person = page.get_by_role("region", name="Ask for Ada Example")
        await expect(person).to_be_visible(timeout=SOON_MS)
        await expect(person).to_contain_text("Mon 14:05 in America/Denver")
        assert "$" not in await person.inner_text()
        assert await one.faults() == []
        await one.picture(f"desk-before-{scheme}")
        await person.get_by_label("Postal code").fill("99999")
        await page.keyboard.press("Enter")
        await expect(person.get_by_role("alert")).to_contain_text("Not identified")
        await person.get_by_label("Postal code").fill("10001")
        await page.keyboard.press("Enter")
        told = page.get_by_role("region", name="Ada Example")
        await expect(told).to_contain_text("$1,234.56")
        await expect(told).to_contain_text("Promise of $50.00 by Mar 10, 2026: Broken")
        await expect(told).to_contain_text("Settles from $600.00 by Jan 31, 2027")
        assert answers[-1] == {"party": "consumer", "postal_code": "10001"}
        await page.keyboard.press("F2")
        await page.keyboard.press("s")
        await expect(page.get_by_label("Settlement agreed", exact=True)).to_be_checked()
        await expect(page.locator("#parts-told")).to_contain_text("The client settles from $600.00")
        await page.get_by_label("Amount in US dollars").fill("700.01")
        await page.locator("#promised-for").fill("2027-01-31")
        await page.get_by_label("in parts").fill("3")
        await expect(page.locator("#parts-told")).to_contain_text(
            "$233.33 by Jan 31, 2027; $233.33 by Feb 28, 2027; $233.35 by Mar 31, 2027"
        )
        await page.get_by_label("Note").fill("pays from wages")
        assert await one.faults() == []
        await one.picture(f"desk-after-{scheme}")
        await page.get_by_role("button", name="Hang up").click()
        await expect(page.locator("#headline")).to_have_text("After-call work", timeout=SOON_MS)
        await page.get_by_role("button", name="Save and pause").click()
        await expect(page.get_by_role("heading", name="What came of the call")).to_have_count(0)
        assert len(seat.disposed) == 1
        said = seat.disposed[0]
        assert (said["kind"], said["promised_cents"], said["currency"]) == (
            "settlement_agreed",
            70_001,
            "USD",
        )
        assert [part["cents"] for part in said["parts"]] == [23_333, 23_333, 23_335]
        assert said["promised_for"] == said["parts"][-1]["due_at"]
        assert (said["debts_spoken_of"], said["words"]) == (["d-1"], "pays from wages")


async def test_a_call_back_is_chosen_in_the_persons_time_and_says_why_it_is_not_possible(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor, zone="Asia/Tokyo", width=320) as one:
        page = one.page
        await named(page)
        seat = Seat(page, state="wrapping")
        await seat.taken()
        await one.sign_in("ann")
        await to_the_desk(page)
        await expect(page.get_by_role("region", name="Ask for Ada Example")).to_be_visible()
        await page.keyboard.press("F2")
        await page.keyboard.press("c")
        await page.get_by_label("Call back at").fill("2027-01-15T06:00")
        told = page.locator("#call-back-told")
        await expect(told).to_contain_text("Not possible then: No call before eight (12 CFR 1006.6(b))")
        await expect(told).to_contain_text("First possible: Jan 15, 2027, 8:00 AM MST")
        assert await one.faults() == []
        assert await page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        await one.picture("desk-call-back-320")
        await page.get_by_role("button", name="Take the first possible time").click()
        await page.get_by_role("button", name="Save and pause").click()
        await expect(page.get_by_role("heading", name="What came of the call")).to_have_count(0)
        assert seat.disposed[0]["call_back_at"] == FIRST_POSSIBLE


async def test_a_seat_is_taken_on_a_floor_without_telephones_and_a_call_comes(
    floor: ServedFloor, chromium: Browser
) -> None:
    """As a newcomer would, with nothing made up but the people."""
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("bea")
        await to_the_desk(page)
        await page.get_by_role("button", name="Log in", exact=True).click()
        await expect(page.locator("#headline")).to_have_text("Not ready", timeout=SOON_MS)
        await page.get_by_role("button", name="Ready", exact=True).click()
        await expect(page.locator("#person-state")).to_contain_text("It is", timeout=SOON_MS)


async def test_an_account_without_a_seat_is_told_who_gives_it_one(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        await one.sign_in("cas")
        await to_the_desk(one.page)
        await expect(one.page.get_by_role("alert")).to_contain_text(
            "The account cas has no seat: an administrator gives it one."
        )
        assert await one.faults() == []

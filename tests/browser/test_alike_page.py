"""Records that may be one person's: looked at, and answered with a reason, on the page of accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect
from served_floor import ServedFloor, debian_chromium, missing, served_floor, visit

from dialer.access.roles import Role

pytestmark = pytest.mark.asyncio(loop_scope="session")


def person(name: str, client: str, reference: str) -> dict[str, Any]:
    return {
        "person": f"p-{reference}",
        "name": name,
        "born": "1980-03-02",
        "client": client,
        "reference": reference,
        "is_doubtful": False,
    }


PAIR: dict[str, Any] = {
    "one": person("Ann Example", "acme", "77"),
    "other": person("Anne Example", "other", "5"),
    "is_sure": False,
    "confidence": 0.87,
    "reasons": [{"text": "the same birthday", "bits": 8.1}, {"text": "another first name", "bits": -1.2}],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedFloor]:
    """A floor with somebody who may edit accounts."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    async with served_floor(tmp_path_factory.mktemp("served")) as running:
        await running.add("sue", Role.SUPERVISOR)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(floor: ServedFloor) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    async with debian_chromium() as running:
        yield running


async def test_nobody_waits_on_a_floor_of_made_up_people(floor: ServedFloor, chromium: Browser) -> None:
    """The floor's own answer."""
    async with visit(chromium, floor) as one:
        await one.sign_in("sue")
        await one.page.get_by_role("link", name="Accounts").filter(visible=True).click()
        alike = one.page.get_by_role("region", name="Records that may be one person's")
        await alike.get_by_role("button", name="Look at them").click()
        await expect(alike).to_contain_text("Nobody waits for an answer", timeout=20_000)
        assert await one.faults() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_pair_is_answered_with_a_reason(floor: ServedFloor, chromium: Browser, scheme: Any) -> None:
    said: list[Any] = []

    async def shown(route: Route) -> None:
        await route.fulfill(json={"pairs": [] if said else [PAIR], "is_cut": False})

    async def same(route: Route) -> None:
        said.append(route.request.post_data_json)
        await route.fulfill(json={"word": "same", "by": "sue", "one_person": ["p-77", "p-5"]})

    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        await page.route("**/api/people/review", shown)
        await page.route("**/api/people/same", same)
        await one.sign_in("sue")
        await page.get_by_role("link", name="Accounts").filter(visible=True).click()
        alike = page.get_by_role("region", name="Records that may be one person's")
        await alike.get_by_role("button", name="Look at them").click()
        row = alike.get_by_role("row").filter(has_text="Anne Example")
        for text in ("87 %", "+ the same birthday", "– another first name", "acme, Mar 2, 1980"):
            await expect(row).to_contain_text(text)
        assert await one.faults() == []
        await one.picture(f"alike-{scheme}")
        await row.get_by_role("button", name="One person").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("What protects under one record protects under both")
        await dialog.get_by_label("Reason").fill("she told us both are hers")
        assert await one.faults() == []
        await dialog.get_by_role("button", name="One person").click()
        await expect(alike).to_contain_text("Nobody waits for an answer", timeout=20_000)
        assert said == [{"one": "p-77", "other": "p-5", "why": "she told us both are hers"}]

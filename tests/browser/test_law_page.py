"""The law on a page: what it says, where that stands, who answers for a place, what another day changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect
from served_floor import ServedFloor, debian_chromium, missing, served_floor, visit

from dialer.access.roles import Role

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedFloor]:
    """A floor with a supervisor, who may answer for places, and somebody of quality, who may read alone."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    async with served_floor(tmp_path_factory.mktemp("served")) as running:
        await running.add("sue", Role.SUPERVISOR)
        await running.add("quinn", Role.QA)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(floor: ServedFloor) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    async with debian_chromium() as running:
        yield running


async def test_a_rule_is_found_with_its_source_and_the_day_it_was_read(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("quinn")
        await page.get_by_role("link", name="Law").filter(visible=True).click()
        rules = page.get_by_role("region", name="Rules in force")
        await rules.get_by_label("On").fill("2026-03-10")
        await rules.get_by_label("Of").select_option("AU")
        await rules.get_by_label("With the words").fill("weekends nine")
        table = rules.get_by_role("table")
        row = table.get_by_role("row").filter(has=page.get_by_role("cell", name="au-hours", exact=True))
        await expect(row).to_contain_text("SA: 09:00-21:00", timeout=20_000)
        await expect(row.get_by_role("link")).to_contain_text("RG 96")
        await expect(row).to_contain_text("the text itself")
        await rules.get_by_label("With the words").fill("no such rule")
        await expect(rules).to_contain_text("No rule has these words")
        places = page.get_by_role("region", name="Places, and who answers for them")
        await expect(places).to_contain_text("values were read in the text itself", timeout=20_000)
        await expect(places.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_whoever_may_answers_for_a_place_by_name_and_is_told_from_when(
    floor: ServedFloor, chromium: Browser, scheme: Any
) -> None:
    sent: list[Any] = []

    async def signed(route: Route) -> None:
        sent.append(route.request.post_data_json)
        await route.fulfill(json={"file": "law/register.yaml", "binds_from": "the floor's next start"})

    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        await page.route("**/api/law/register/*", signed)
        await one.sign_in("sue")
        await page.get_by_role("link", name="Law").filter(visible=True).click()
        places = page.get_by_role("region", name="Places, and who answers for them")
        await places.get_by_label("Places that").select_option("")
        await places.get_by_label("Place", exact=True).fill("us-ny")
        answer = places.get_by_role("button", name="US-NY", exact=False).first
        await expect(answer).to_be_visible(timeout=20_000)
        is_signing = (await answer.inner_text()).startswith("Answer")
        await answer.click()
        dialog = page.get_by_role("dialog")
        if is_signing:
            await dialog.get_by_label("Who answers").fill("Ada Wong, compliance officer")
        await dialog.get_by_label("Reason").fill("read with counsel")
        assert await one.faults() == []
        await one.picture(f"law-answer-{scheme}")
        await dialog.get_by_role("button", name="I answer for it" if is_signing else "Take back").click()
        await expect(places.get_by_role("status")).to_contain_text("it binds from the floor's next start")
        assert sent[0]["places"] == ["US-NY"]
        assert sent[0].get("by") == ("Ada Wong, compliance officer" if is_signing else None)


async def test_two_days_are_compared_and_the_calls_on_file_asked_again(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await page.get_by_role("link", name="Law").filter(visible=True).click()
        changes = page.get_by_role("region", name="What changes from one day to another")
        await changes.locator("input[name=before]").fill("2026-01-01")
        await changes.locator("input[name=after]").fill("2027-02-01")
        await changes.get_by_role("button", name="Compare").click()
        await expect(changes.get_by_role("table").first).to_contain_text("fr-opt-in", timeout=20_000)
        await expect(changes.get_by_role("status").last).to_contain_text(
            "calls and denials on file", timeout=40_000
        )
        assert await one.faults() == []
        await one.picture("law")

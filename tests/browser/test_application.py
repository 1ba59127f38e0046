"""The application at `/`, in a browser, on a floor that dials made-up people."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect
from served_floor import AGENTS, PASSWORD, ServedFloor, debian_chromium, missing, served_floor, visit

from dialer.access.roles import Role

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMES = ("light", "dark")
ROWS = "table[aria-labelledby=agents] tbody tr"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedFloor]:
    """One floor for all of these tests, with a supervisor and an agent who sign in."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    async with served_floor(tmp_path_factory.mktemp("served")) as running:
        await running.add("sue", Role.SUPERVISOR)
        await running.add("ann", Role.AGENT)
        await running.add("cleo", Role.SUPERVISOR)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(floor: ServedFloor) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    async with debian_chromium() as running:
        yield running


async def at_work(page: Page) -> None:
    """Everybody is on the floor, and somebody talks."""
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible(timeout=20_000)
    await expect(page.locator(ROWS)).to_have_count(AGENTS, timeout=20_000)
    await expect(page.locator(f"{ROWS} .state.talking").first).to_be_visible(timeout=20_000)


async def test_nobody_is_let_in_with_a_wrong_password_and_a_session_outlives_a_reload(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        await one.sign_in("sue", "not her password")
        await expect(one.page.get_by_role("alert")).to_contain_text("name, password or code is wrong")
        assert await one.faults() == []
        await one.picture("wrong-password")
        await one.sign_in("sue")
        await expect(one.page.get_by_role("heading", name="Floor")).to_be_visible()
        await one.page.reload()
        await at_work(one.page)
        await one.page.get_by_role("button", name="Sign out").click()
        await expect(one.page.get_by_role("heading", name="Sign in to Fairdial")).to_be_visible()
        await one.page.reload()
        await expect(one.page.get_by_role("heading", name="Sign in to Fairdial")).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_floor_is_whole_and_accessible_and_loads_nothing_from_elsewhere(
    floor: ServedFloor, chromium: Browser, scheme: Any
) -> None:
    """Each page and dialog has no violation of WCAG that axe finds; the policy is not broken anywhere."""
    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        await one.picture(f"sign-in-{scheme}")
        assert await one.faults() == []
        await one.sign_in("sue")
        await at_work(page)
        assert await one.faults() == []
        await one.picture(f"floor-{scheme}")
        await (
            page.locator(ROWS, has=page.locator(".talking"))
            .first.get_by_role("button", name="Listen")
            .click()
        )
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await one.faults() == []
        await one.picture(f"listen-{scheme}")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert {urlsplit(url).hostname for url in one.asked} == {"127.0.0.1"}
        assert [each for each in one.complaints if "401" not in each] == []
        answer = await page.request.get(one.url)
        assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_campaign_is_paused_and_started_with_a_reason_and_says_why_it_does_not_dial(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        card = page.get_by_role("article", name="Campaign made-up")
        await expect(card).to_contain_text("Why:")
        await card.get_by_role("button", name="Pause").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Pause")).to_be_disabled()
        await dialog.get_by_label("Reason").fill("the client’s file is wrong")
        await one.picture("pause")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        await expect(card).to_contain_text("Paused")
        await expect(card).to_contain_text("Why not:")
        await one.picture("paused")
        await card.get_by_role("button", name="Start").click()
        await dialog.get_by_label("Reason").fill("the file is right")
        await page.keyboard.press("Enter")
        await expect(card).to_contain_text("Running")


async def test_the_red_button_stops_the_floor_and_lets_it_go_on(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        dialog = page.get_by_role("dialog")
        for button in ("Stop the floor", "Let the floor go on"):
            await page.get_by_role("button", name=button).click()
            await dialog.get_by_label("Reason").fill("a drill")
            await dialog.get_by_role("button", name=button).click()
            await expect(dialog).to_have_count(0)
            if button == "Stop the floor":
                await expect(page.get_by_role("region", name="Alarms")).to_contain_text(
                    "The floor is stopped"
                )
                await one.picture("stopped")
        await expect(page.get_by_text("The floor is stopped")).to_have_count(0)


async def test_agents_are_found_sorted_and_sent_into_a_break(floor: ServedFloor, chromium: Browser) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        await page.get_by_role("button", name="Agent", exact=True).click()
        await expect(page.get_by_role("columnheader", name="Agent", exact=True)).to_have_attribute(
            "aria-sort", "ascending"
        )
        await expect(page.locator(ROWS).first).to_contain_text("agent-001")
        await page.get_by_label("Agent or campaign").fill("agent-003")
        await expect(page.locator(ROWS)).to_have_count(1)
        await page.get_by_label("Agent or campaign").fill("nobody of that name")
        await expect(page.get_by_role("heading", name="Nobody fits")).to_be_visible()
        await page.get_by_label("Agent or campaign").fill("agent-002")
        await page.get_by_role("button", name="Pause agent-002").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill("coaching")
        async with page.expect_response("**/pause") as answered:
            await page.keyboard.press("Enter")
        answer = await answered.value
        assert answer.status == 200, "it is committed; a scripted collector comes back within seconds"
        assert answer.request.post_data_json == {"reason": "coaching"}
        assert answer.request.headers["x-reason"] == "coaching"
        await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_person_is_found_and_their_account_says_whether_they_may_be_called(
    floor: ServedFloor, chromium: Browser, scheme: Any
) -> None:
    async with visit(chromium, floor, scheme=scheme) as one:
        page = one.page
        await one.sign_in("sue")
        await page.get_by_role("link", name="Accounts").filter(visible=True).click()
        await expect(page.get_by_role("heading", name="Whom do you want to see?")).to_be_visible()
        assert await one.faults() == []
        box = page.get_by_role("search").get_by_role("textbox", name="Any part of it")
        await box.fill("zzzz nobody")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Nobody fits")).to_be_visible()
        await page.get_by_role("combobox", name="Find by").click()
        await page.get_by_role("option", name="Account").click()
        await (
            page.get_by_role("search")
            .get_by_role("textbox", name="As the client calls it")
            .fill("account-0000003")
        )
        await page.keyboard.press("Enter")
        await page.locator("tbody a").first.wait_for()
        assert await one.faults() == []
        await one.picture(f"search-{scheme}")
        await page.locator("tbody a").first.click()
        await expect(page.get_by_role("heading", name="May they be reached now?")).to_be_visible()
        await page.get_by_text("Every rule that is asked before a call").click()
        await expect(page.locator("details[open]").get_by_text("cleared:").first).to_be_attached()
        assert await one.faults() == []
        await one.picture(f"account-{scheme}")
        await page.goto(f"{one.url}/#/accounts/nobody")
        await expect(page.get_by_text("The account cannot be shown")).to_be_visible()


async def test_an_agent_is_shown_what_is_for_agents(floor: ServedFloor, chromium: Browser) -> None:
    """No page of the floor, and nothing of it is asked for."""
    async with visit(chromium, floor) as one:
        await one.sign_in("ann")
        await expect(one.page.get_by_role("link", name="Desk").filter(visible=True)).to_be_visible()
        await expect(one.page.get_by_role("link", name="Floor")).to_have_count(0)
        await one.page.goto(f"{one.url}/#/floor")
        await expect(one.page.get_by_role("heading", name="There is no such page for you")).to_be_visible()
        assert await one.faults() == []
        await one.picture("agent")
        assert {urlsplit(url).path for url in one.asked if "/api/" in url} == {
            "/api/demonstration",
            "/api/session",
            "/api/session/who",
        }


async def test_a_lost_connection_is_said_and_comes_back_by_itself(
    floor: ServedFloor, chromium: Browser
) -> None:
    """A floor that stands still closes no socket: what is old is known by its age."""
    async with visit(chromium, floor) as one:
        await one.sign_in("sue")
        await at_work(one.page)
        floor.halt()
        try:
            await expect(one.page.get_by_text("The connection is lost")).to_be_visible(timeout=15_000)
            await expect(one.page.locator(ROWS)).to_have_count(AGENTS)
            assert await one.faults() == []
            await one.picture("lost")
        finally:
            floor.go_on()
        await expect(one.page.get_by_text("The connection is lost")).to_have_count(0, timeout=15_000)
        await at_work(one.page)


async def test_a_small_screen_shows_everything(floor: ServedFloor, chromium: Browser) -> None:
    async with visit(chromium, floor, width=390, height=844) as one:
        await one.sign_in("sue")
        await at_work(one.page)
        assert await one.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        await one.picture("small")
        await one.page.get_by_role("link", name="Accounts").filter(visible=True).click()
        await expect(one.page.get_by_role("heading", name="Whom do you want to see?")).to_be_visible()
        assert await one.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


async def find_one(page: Page, url: str) -> str:
    """Open somebody's account; returns their number, which no other page shows."""
    await page.goto(f"{url}/#/accounts")
    await page.get_by_role("combobox", name="Find by").click()
    await page.get_by_role("option", name="Account").click()
    box = page.get_by_role("search").get_by_role("textbox", name="As the client calls it")
    await box.fill("account-0000003")
    await page.keyboard.press("Enter")
    await page.locator("tbody a").first.click()
    await expect(page.get_by_role("heading", name="May they be reached now?")).to_be_visible()
    return await page.locator("section[aria-labelledby=block-numbers] b").first.inner_text()


# Keeps every text that the page ever showed from now on.
_REMEMBER = """() => {
  window.shown = '';
  const look = () => { window.shown += document.body.innerText + document.title; };
  new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
}"""


async def test_nothing_that_was_seen_is_shown_to_whoever_signs_in_next(
    floor: ServedFloor, chromium: Browser
) -> None:
    """A session that ended under an open page, then another person in the same tab: not for a moment."""
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        number = await find_one(page, floor.url)
        await page.context.clear_cookies()
        await page.get_by_text("Every rule that is asked before a call").click()
        await expect(page.get_by_role("heading", name="Sign in to Fairdial")).to_be_visible()
        assert number not in await page.content()
        await page.evaluate(_REMEMBER)
        asked = len(one.asked)
        await one.sign_in("cleo")
        await expect(page.get_by_role("link", name="Accounts").filter(visible=True)).to_be_visible()
        await page.get_by_role("link", name="Accounts").filter(visible=True).click()
        await expect(page.get_by_role("heading", name="Whom do you want to see?")).to_be_visible()
        assert number not in await page.evaluate("() => window.shown")
        assert not [url for url in one.asked[asked:] if "/api/persons/" in url]


async def test_another_who_signs_in_in_another_tab_is_who_is_here(
    floor: ServedFloor, chromium: Browser
) -> None:
    """The cookie is one for all tabs: none goes on showing what the former saw."""
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        number = await find_one(page, floor.url)
        beside = await page.context.new_page()
        await beside.goto(floor.url)
        await beside.get_by_role("button", name="Sign out").click()
        await beside.get_by_role("textbox", name="Account").fill("ann")
        await beside.get_by_role("textbox", name="Password").fill(PASSWORD)
        await beside.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_text("ann").first).to_be_visible()
        await expect(page.get_by_text(number)).to_have_count(0)
        assert "accounts/" not in page.url


async def test_times_are_the_floors_wherever_one_looks_from(floor: ServedFloor, chromium: Browser) -> None:
    async with visit(chromium, floor, zone="Asia/Tokyo") as one:
        await one.sign_in("sue")
        await find_one(one.page, floor.url)
        await expect(one.page.get_by_text("As of")).to_contain_text(re.compile(r"\b[AP]M E[SD]T\b"))


async def test_a_floor_whose_health_is_not_heard_says_so(floor: ServedFloor, chromium: Browser) -> None:
    """Nothing said of it is not the same as nothing wrong."""
    async with visit(chromium, floor) as one:
        page = one.page
        await page.route("**/ready", lambda route: route.abort())
        await one.sign_in("sue")
        alarms = page.get_by_role("region", name="Alarms")
        await expect(alarms).to_contain_text("The floor's health is not known", timeout=20_000)
        assert await one.faults() == []
        await one.picture("health-not-known")
        await page.unroute("**/ready")
        await expect(page.get_by_text("The floor's health is not known")).to_have_count(0, timeout=20_000)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 320)])
async def test_every_page_of_a_supervisor_is_whole_at_any_width(
    floor: ServedFloor, chromium: Browser, scheme: Any, width: int
) -> None:
    async with visit(chromium, floor, scheme=scheme, width=width) as one:
        page = one.page
        await one.sign_in("sue")
        await expect(page.get_by_role("heading", name="Floor")).to_be_visible()
        for title in ("Intake", "Reports", "Compliance", "Law", "My sessions"):
            await page.get_by_role("link", name=title).filter(visible=True).click()
            await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
            await expect(page.get_by_role("status").filter(has_text="…")).to_have_count(0, timeout=20_000)
            assert await one.faults() == [], title
            fits = "() => document.documentElement.scrollWidth <= window.innerWidth"
            assert await page.evaluate(fits), title
            await expect(page.get_by_text("cannot be shown")).to_have_count(0)
            await one.picture(f"{title.lower().replace(' ', '-')}-{scheme}-{width}")


async def test_measures_are_read_as_people_read_them(floor: ServedFloor, chromium: Browser) -> None:
    """Money with its currency and cents, shares as percent, and how each figure is made beside it."""
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        await page.goto(f"{floor.url}/#/reports")
        table = page.get_by_role("table", name="Measures")
        owed = table.get_by_role("row").filter(has=page.get_by_role("cell", name="Owed", exact=True))
        await expect(owed).to_contain_text(re.compile(r"\$[\d,]+\.\d{2}"), timeout=20_000)
        rate = table.get_by_role("row").filter(has_text="Collection rate")
        await expect(rate).to_contain_text(" %")


async def test_an_administrator_makes_an_account_whose_word_is_shown_once(
    floor: ServedFloor, chromium: Browser
) -> None:
    async with visit(chromium, floor) as one:
        page = one.page
        held: list[Any] = []

        async def accounts(route: Route) -> None:
            if route.request.method == "POST":
                held.append(route.request.post_data_json)
                await route.fulfill(json={"account": "max", "link": "the-word"})
            else:
                await route.fulfill(json=[])

        async def who(route: Route) -> None:
            answer = await route.fetch()
            if not answer.ok:  # nobody is signed in yet
                await route.fulfill(response=answer)
                return
            told = await answer.json()
            await route.fulfill(json={**told, "may": [*told["may"], "manage accounts and tokens"]})

        await page.route("**/api/session/who", who)
        await page.route("**/api/accounts", accounts)
        await one.sign_in("sue")
        await at_work(page)
        await page.goto(f"{floor.url}/#/administration")
        await page.reload()
        await page.get_by_text("A new account").click()
        form = page.get_by_role("form", name="A new account")
        await form.get_by_label("Name to sign in with").fill("max")
        await form.get_by_label("Agent", exact=True).check()
        await form.get_by_label("Clients they see").fill("acme, other")
        assert await one.faults() == []
        await form.get_by_role("button", name="Make the account").click()
        await expect(page.get_by_text("the-word")).to_be_visible()
        assert held[0]["roles"] == ["agent"]
        assert held[0]["walls"] == {"all": False, "clients": ["acme", "other"], "campaigns": []}
        await one.picture("administration")


async def test_what_a_change_would_do_is_told_before_anything_is_changed(
    floor: ServedFloor, chromium: Browser
) -> None:
    """Shares as percent, with and without the change, and how sure it is."""
    async with visit(chromium, floor) as one:
        page = one.page
        asked: list[Any] = []

        async def ahead(route: Route) -> None:
            asked.append(route.request.post_data_json)
            rate = {"abandoned_per_live_answer": {"mean": 0.02, "low": 0.01, "high": 0.0304}}
            change = {"abandoned_per_live_answer": {"mean": 0.01, "low": 0.0, "high": 0.02}}
            row = {"seconds": 900.0, "as_it_is": rate, "changed": change, "difference": change}
            await route.fulfill(json={"runs": 20, "horizons": [row]})

        await page.route("**/pacing/what-if", ahead)
        await one.sign_in("sue")
        await at_work(page)
        card = page.get_by_role("article", name="Campaign made-up")
        await card.get_by_role("button", name="What if").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Abandonment aimed at, %").fill("1.5")
        await page.keyboard.press("Enter")
        table = dialog.get_by_role("table", name="The next 15 minutes")
        await expect(table).to_contain_text("2.00 % (1.00 % to 3.04 %)")
        await expect(table).to_contain_text("1.00 % (0.00 % to 2.00 %)")
        assert asked == [{"target": 0.015, "agents": 0, "ring_s": None, "runs": 20}]
        assert await one.faults() == []
        await one.picture("what-if")


async def test_a_supervisor_changes_how_a_running_campaign_is_paced_and_takes_it_back(
    floor: ServedFloor, chromium: Browser
) -> None:
    """Looked ahead first, within the law, with a reason; who did so is seen, and one press undoes it."""
    async with visit(chromium, floor) as one:
        page = one.page
        await one.sign_in("sue")
        await at_work(page)
        card = page.get_by_role("article", name="Campaign made-up")
        await card.get_by_role("button", name="Pacing").click()
        dialog = page.get_by_role("dialog")
        form = dialog.get_by_role("form", name="Pacing")
        await expect(form.get_by_label("Ring for, seconds")).to_have_value("22", timeout=20_000)
        apply = form.get_by_role("button", name="Apply")
        await expect(apply).to_be_disabled()
        await form.get_by_label("Ring for, seconds").fill("18")
        await form.get_by_label("Calls at once").fill("40")
        ahead = dialog.get_by_role("table", name="The next 60 minutes")
        too_few = dialog.get_by_text("too few to say what comes")
        for _ in range(40):  # it says nothing while too few have answered
            await form.get_by_role("button", name="What would it do?").click()
            await expect(ahead.or_(too_few)).to_be_visible(timeout=60_000)
            if await ahead.is_visible():
                break
            await page.wait_for_timeout(2_000)
        await expect(ahead).to_contain_text("People joined")
        assert await one.faults() == []
        await one.picture("pacing-ahead")
        await form.get_by_label("Reason").fill("people complain of short rings")
        await apply.click()
        history = dialog.get_by_role("table", name="How it was paced")
        await expect(history).to_contain_text("people complain of short rings", timeout=20_000)
        newest = history.get_by_role("row").nth(1)
        await expect(newest).to_contain_text("sue")
        await expect(newest).to_contain_text("22 → 18")
        await one.picture("pacing-changed")
        await dialog.get_by_role("button", name="Undo the newest change").click()
        ask = page.get_by_role("dialog").filter(has_text="Undo the newest change?")
        await ask.get_by_label("Reason").fill("the trunk was it")
        await ask.get_by_role("button", name="Undo it").click()
        await expect(history.get_by_role("row").nth(1)).to_contain_text("18 → 22", timeout=20_000)
        await form.get_by_label("How it dials").select_option("predictive")
        await form.get_by_label("Reason").fill("more of us now")
        await apply.click()
        await expect(history.get_by_role("row").nth(1)).to_contain_text(
            "progressive → predictive", timeout=20_000
        )
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await card.get_by_role("button", name="Progressive now").click()
        ask = page.get_by_role("dialog").filter(has_text="progressive now?")
        await ask.get_by_label("Reason").fill("a complaint")
        await ask.get_by_role("button", name="Progressive now").click()
        await expect(page.get_by_role("dialog")).to_have_count(0, timeout=20_000)
        await card.get_by_role("button", name="Pacing").click()
        await expect(form.get_by_label("How it dials")).to_have_value("progressive", timeout=20_000)
        await expect(history.get_by_role("row").nth(1)).to_contain_text("predictive → progressive")
        assert await one.faults() == []

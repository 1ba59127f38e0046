"""A named officer answers for the time before a placement: what it covers, and what overrides it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance_gate.request import HistoryEntry, Hold
from compliance_gate.words import EventKind, HoldKind
from dialer import clock
from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.domain.facts import HISTORY_UNTOLD, Attestation
from dialer.floor.history_word import HistoryWord, WordTaken, take_word
from dialer.floor.told_files import ToldOrder, history_asked, take_in_told
from dialer.inquiry.attested import Told, histories
from dialer.inquiry.explain import explain_person
from dialer.inquiry.person import person_facts
from dialer.results.person_events import Kind
from dialer.storage.database import tables as t
from dialer.storage.store import Store

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def strict(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client `late` wants its accounts left alone for seven days where nobody tells of their history."""
    (desk.folder / "fairdial-clients.toml").write_text('[[clients]]\nclient = "Late"\nhistory_days = 7\n')
    monkeypatch.chdir(desk.folder)
    desk.place(
        "late,B1,Q1,Eve,Example,1 Sample St,New York,NY,10001,,2125550103,landline,own,100.00",
        "late,B2,Q2,Fay,Example,1 Sample St,New York,NY,10001,,2125550104,landline,own,100.00",
    )
    return desk


def said(desk: Any, days: float, **scope: Any) -> WordTaken:
    since = clock.utc_now().date() - days * DAY
    word = HistoryWord(by="Nora Officer", since=since, why="the client's letter", **scope)
    return take_word(word, address=desk.address)


def held(desk: Any, reference: str) -> list[Hold]:
    with Store.open(desk.address) as store:
        person = store.identifiers.person("late", reference)
        return list(store.person_files([person], now=clock.posix_now())[person].holds)


def told(desk: Any, client: str, reference: str, account: str) -> tuple[Told, str, bool]:
    """What is known of a history; its words in the answer of why; whether the history denies."""
    now = clock.posix_now() + 1
    with Store.open(desk.address) as store:
        person, debt = store.identifiers.person(client, reference), store.identifiers.debt(client, account)
        (asked,) = explain_person(store, person, at=now)
        denied = any(rule.denies and ("told by", HISTORY_UNTOLD) in rule.facts for rule in asked.rules)
        found = histories(store, [debt], at=now)[debt]
        assert dict(asked.about)["history"] == found.words
        return found.told, found.words, denied


def word_of(since: date) -> Attestation:
    return Attestation(by="Nora", since=since, made_at=NOON + 20 * DAY, why="w")


def test_a_word_counts_from_when_its_day_has_begun_everywhere_and_a_hold_ends_as_long_after_it() -> None:
    placed = NOON + 19 * DAY
    hold = Hold(
        kind=HoldKind.MANUAL, since=placed, until=placed + 8 * DAY, debts=("d",), source=HISTORY_UNTOLD
    )
    word = word_of(date(2026, 11, 1))
    assert word.whole_from == NOON
    assert (word.shortened(hold).since, word.shortened(hold).until) == (NOON, NOON + 8 * DAY)
    assert word.shortened(word.shortened(hold)) == word.shortened(hold), "said twice it is said once"
    assert word_of(date(2026, 11, 21)).shortened(hold) == hold, "of a day after the placement it says nothing"


@pytest.mark.parametrize(
    ("at", "is_against"),
    [
        (NOON - timedelta(seconds=1), False),
        (NOON, True),
        (NOON + 20 * DAY - timedelta(seconds=1), True),
        (NOON + 20 * DAY, False),
    ],
)
def test_a_contact_is_against_a_word_in_the_time_of_which_it_speaks(
    at: datetime, *, is_against: bool
) -> None:
    entry = HistoryEntry(entry="e", at=at, event=EventKind.CALL_PLACED)
    assert word_of(date(2026, 11, 1)).is_against(entry) is is_against


def test_nothing_is_denied_where_nobody_asks_for_a_word_and_that_is_told(desk: Any) -> None:
    assert told(desk, "acme", "P1", "A1") == (
        Told.TAKEN,
        "before the placement what is on file is taken to be all: nobody answers for it",
        False,
    )
    taken = said(desk, 100, client="ACME")
    assert (taken.accounts, taken.scope) == (4, "client ACME")
    what, words, denied = told(desk, "acme", "P1", "A1")
    assert (what, denied) == (Told.ATTESTED, False)
    assert "by the word of Nora Officer" in words
    assert "the client's letter" in words
    assert {row.kind for row in desk.rows(t.facts)} == {"attested"}


def test_an_account_waits_until_counts_are_whole_unless_somebody_answers_for_long_enough(strict: Any) -> None:
    """Seven days and one, since a count is of local days: from the placement, or from the day of the word."""
    (hold,) = held(strict, "Q1")
    assert hold.until is not None
    assert hold.until - hold.since == 8 * DAY
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.WAITING, True)
    assert told(strict, "acme", "P1", "A1")[0] is Told.TAKEN, "of other clients nobody asks it"
    said(strict, 3, accounts=("late/B1",))
    (shorter,) = held(strict, "Q1")
    assert shorter.until is not None
    assert timedelta() < hold.until - shorter.until < 4 * DAY
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.WAITING, True)
    said(strict, 9, accounts=("late/B1",))
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.ATTESTED, False)
    assert told(strict, "late", "Q2", "B2")[::2] == (Told.WAITING, True), "nobody spoke of this one"


def test_an_account_that_is_sent_again_does_not_wait_anew(strict: Any) -> None:
    said(strict, 30, client="late")
    strict.place("late,B1,Q1,Eve,Example,1 Sample St,New York,NY,10001,,2125550103,landline,own,90.00")
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.ATTESTED, False)


def test_a_line_that_tells_the_calls_of_seven_days_does_not_wait(strict: Any) -> None:
    heading = "client_id,client_account,person_ref,last,phone_1,phone_1_role,current_balance,prior_attempts"
    strict.place("late,B3,Q3,Gil,2125550105,own,100.00,2", heading=heading)
    assert held(strict, "Q3") == []


def logged(desk: Any, at: datetime, number: str = "2125550103") -> Any:
    path = desk.folder / "calls.csv"
    path.write_text(f"at,number,outcome,direction\n{at:%Y-%m-%dT%H:%M:%SZ},{number},no_answer,outbound\n")
    order = ToldOrder(file=path, kind=history_asked(None, None), by="Cora")
    return take_in_told(order, address=desk.address)


def test_a_contact_that_is_imported_later_overrides_the_word_and_the_account_waits_again(strict: Any) -> None:
    (first,) = held(strict, "Q1")
    said(strict, 20, client="late")
    report = logged(strict, clock.utc_now() - 2 * DAY)
    assert report.accepted == 1
    assert any("overrides the word of Nora Officer" in reason for _, reason in report.remark_reasons)
    what, words, denied = told(strict, "late", "Q1", "B1")
    assert (what, denied) == (Told.OVERRIDDEN, True)
    assert "told later" in words
    assert max(hold.until or first.since for hold in held(strict, "Q1")) == first.until
    assert told(strict, "late", "Q2", "B2")[::2] == (Told.ATTESTED, False), "the call was not with them"
    said(strict, 19, accounts=("late/B1",))
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.ATTESTED, False), "who speaks now knows of it"


def test_a_contact_of_before_the_word_s_first_day_says_nothing_against_it(strict: Any) -> None:
    said(strict, 10, client="late")
    assert logged(strict, clock.utc_now() - 15 * DAY).remark_reasons == {}
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.ATTESTED, False)


def test_the_report_on_a_person_tells_who_answers(strict: Any) -> None:
    said(strict, 10, client="late")
    with Store.open(strict.address) as store:
        person = store.identifiers.person("late", "Q1")
        facts = person_facts(store, person, since=None, until=None, with_name=False)
    (event,) = [each for each in facts.noted if each.kind is Kind.HISTORY]
    assert "by Nora Officer: the client's letter" in event.what
    assert event.debts


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ({"client": "acme", "days": -2}, "is to come"),
        ({"client": "nobody"}, "no account on file is of client nobody"),
        ({"file": "0123"}, "no account on file is of file 0123"),
        ({"accounts": ("acme/A1", "acme/ZZ9")}, "1 accounts are not on file"),
        ({"accounts": ("acme/A1",), "within": "late"}, "1 accounts are not on file"),
        ({}, "say of which accounts"),
        ({"client": "acme", "accounts": ("acme/A1",)}, "say of which accounts"),
    ],
)
def test_what_names_nobody_or_the_future_is_refused_whole(desk: Any, word: dict[str, Any], why: str) -> None:
    days = word.pop("days", 10)
    with pytest.raises(MendableError, match=why):
        said(desk, days, **word)
    assert desk.rows(t.facts) == []


def test_the_command_says_it_once(desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = {row.import_id for row in desk.rows(t.debts)}
    words = ["attest", "--since", "2026-01-05", "--by", "Nora", "--why", "w", "--file", file]
    assert run([*words, "--store", desk.address, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accounts"], answer["since"], answer["by"]) == (4, "2026-01-05", "Nora")
    assert run([*words, "--store", desk.address]) == 1
    assert "said this very thing already" in capsys.readouterr().err
    assert run(["attest", "--since", "May", "--by", "N", "--why", "w", "--client", "acme"]) == 1
    assert Path(desk.address).exists()

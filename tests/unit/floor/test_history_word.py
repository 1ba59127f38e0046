"""A named officer answers for the time before a placement: what it covers, and what overrides it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from compliance_gate.request import HistoryEntry, Hold
from compliance_gate.words import EventKind, HoldKind
from dialer import clock
from dialer.casework.facts import change_of_event
from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.domain.fact_events import AccountHeld
from dialer.domain.facts import HISTORY_UNTOLD, Attestation, FactChange
from dialer.domain.ids import DebtId
from dialer.floor.beside import store_beside
from dialer.floor.history_word import HistoryWord, WordTaken, take_word
from dialer.floor.places import StorePlaces
from dialer.floor.told_files import ToldOrder, history_asked, take_in_told
from dialer.inquiry.attested import Told, histories
from dialer.inquiry.explain import explain_person
from dialer.inquiry.person import person_facts
from dialer.results.person_events import Kind
from dialer.storage.database import tables as t
from dialer.storage.database.statements import insert_rows
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.store import Store
from dialer.web.access import Office
from dialer.web.facts import happened
from dialer.web.models import Happened
from dialer.web.tokens import Tokens

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


def test_who_is_new_to_an_account_on_file_waits_alone(strict: Any) -> None:
    """Of them nobody told, whatever is known of whoever owed it before."""
    before = held(strict, "Q1")
    strict.place(
        "late,B1,Q1,Eve,Example,1 Sample St,New York,NY,10001,,2125550103,landline,own,90.00",
        "late,B1,Q8,Kim,Example,1 Sample St,New York,NY,10001,,2125550108,landline,own,90.00",
    )
    assert len(held(strict, "Q8")) == 2, "of the account, and their own from now on"
    assert held(strict, "Q1") == before
    own = max(held(strict, "Q8"), key=lambda hold: hold.since)
    assert own.until is not None
    assert own.until - own.since == 8 * DAY
    said(strict, 30, client="late")
    assert told(strict, "late", "Q8", "B1")[::2] == (Told.ATTESTED, False)


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


def test_whoever_else_owes_the_account_is_left_alone_again_as_well(strict: Any) -> None:
    """A word is of an account: that its one debtor was contacted says that it is not right of the other."""
    strict.place("late,B1,Q9,Ida,Example,1 Sample St,New York,NY,10001,,2125550109,landline,own,100.00")
    said(strict, 20, client="late")
    assert told(strict, "late", "Q9", "B1")[::2] == (Told.ATTESTED, False)
    logged(strict, clock.utc_now() - 2 * DAY)
    assert told(strict, "late", "Q9", "B1")[::2] == (Told.OVERRIDDEN, True)


async def told_over_http(desk: Any, *entries: HistoryEntry) -> list[tuple[int, str | None]]:
    """Contacts of Q1, told as a clerk tells them: (facts that the floor took, what was answered)."""
    floor, found = Takes(desk), list[tuple[int, str | None]]()
    async with store_beside(desk.address) as beside:
        office = Office(floor=cast("Any", floor), tokens=Tokens(()), places=StorePlaces(beside))
        for entry in entries:
            body = Happened.model_validate(
                {"person": "late/Q1", "entry": entry.entry, "at": entry.at.isoformat(), "event": entry.event}
            )
            before = len(floor.told)
            answer = await happened(body, office, cast("Any", Sees()))
            found.append((len(floor.told) - before, answer.remark))
    return found


class Sees:
    """Whoever asks has no walls."""

    async def person(self, person: str) -> None:
        pass


class Takes:
    """A floor that writes what it is told into the store."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk
        self.told: list[Any] = []

    async def submit(self, event: Any) -> Any:
        self.told.append(event)
        with Store.open(self._desk.address, exclusive=True) as store:
            change = change_of_event(event, now=clock.posix_now())
            assert change is not None
            row = row_of(change, sequence=0, at=clock.posix_now())
            store.write(partial(insert_rows, table=t.facts, rows=[row]))
        return SimpleNamespace(sequence=len(self.told), was_ignored=False, why="")


async def test_a_contact_that_a_clerk_tells_of_overrides_the_word_as_a_file_does(strict: Any) -> None:
    strict.place("late,B1,Q9,Ida,Example,1 Sample St,New York,NY,10001,,2125550109,landline,own,100.00")
    said(strict, 20, client="late")
    at = clock.utc_now() - 2 * DAY
    call = HistoryEntry(entry="told-1", at=at, event=EventKind.CALL_PLACED)
    before = replace(call, entry="told-2", at=at - 60 * DAY)
    moved = replace(call, entry="told-2")
    answers = await told_over_http(strict, before, call, call, moved)
    assert answers[0] == (1, None), "of that time nobody said anything"
    assert answers[1][0] == 2, "the hold and the contact"
    assert "overrides the word of Nora Officer" in (answers[1][1] or "")
    assert answers[2] == (1, None), "it is on file"
    assert answers[3][0] == 2, "the same name of another time is another contact"
    assert told(strict, "late", "Q1", "B1")[::2] == (Told.OVERRIDDEN, True)
    assert told(strict, "late", "Q9", "B1")[::2] == (Told.OVERRIDDEN, True)
    assert told(strict, "late", "Q2", "B2")[::2] == (Told.ATTESTED, False)


def test_the_hold_of_an_account_is_of_no_other() -> None:
    hold = Hold(kind=HoldKind.MANUAL, since=NOON)
    change = change_of_event(AccountHeld(debt=DebtId("d"), hold=hold), now=NOON.timestamp())
    assert change == FactChange(debt=DebtId("d"), hold=replace(hold, debts=("d",)))

"""Whatever a person's records are: nothing that a rule or a court keeps is removed; what bars calls stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from compliance_gate.request import Consent, Hold, Notice, PersonRequest
from compliance_gate.words import ConsentScope, HoldKind, RequestKind
from dialer.cli import run
from dialer.domain.attempt import Outcome
from dialer.domain.facts import FactChange
from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.inquiry.removing import remove
from dialer.inquiry.rights.erasure import ErasedBy
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.projecting.attempt_rows import row_of as attempt_row
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.store import Store

BY = ErasedBy(who="kim", address="test", why="the yearly run")
START = date(2022, 1, 1)
YEARS = {"TX": 3, "AZ": 7, "CT": 3, None: 3}
"""By the packaged rules, the longest that binds; of a country alone (None) every rule of a state may bind."""

names = count()


def noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def later(day: date, years: int) -> date:
    """The first day on which what was kept `years` since `day` may go."""
    try:
        return day.replace(year=day.year + years) + timedelta(days=2)
    except ValueError:
        return date(day.year + years, 3, 1) + timedelta(days=2)


days = st.integers(0, 2_000).map(lambda n: START + timedelta(days=n))


@dataclass(frozen=True)
class Life:
    """What was done with one person on which days; None = it was not."""

    region: str | None
    calls: tuple[date, ...]
    recorded: bool
    consent: date | None
    notice: date | None
    asked: date | None
    came: date | None
    closed: date | None
    court: tuple[date, date | None] | None
    on: date


lives = st.builds(
    Life,
    region=st.sampled_from(["TX", "AZ", "CT"]),
    calls=st.lists(days, max_size=3).map(tuple),
    recorded=st.booleans(),
    consent=st.none() | days,
    notice=st.none() | days,
    asked=st.none() | days,
    came=st.none() | days,
    closed=st.none() | days,
    court=st.none() | st.tuples(days, st.none() | days),
    on=st.integers(0, 6_000).map(lambda n: START + timedelta(days=n)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(str(tmp_path_factory.mktemp("removing") / "fairdial.db"), durable=False) as opened:
        yield opened


def live(store: Store, life: Life) -> str:
    """Write the person down; returns their id."""
    person, debt = f"p-{next(names)}", f"d-{next(names)}"
    changes: list[tuple[FactChange, date]] = []
    who, owed = PersonId(person), (debt,)
    if life.consent is not None:
        at = datetime.fromtimestamp(noon(life.consent), UTC)
        consent = Consent(at=at, scope=ConsentScope.CALL, debts=owed)
        changes.append((FactChange(person=who, consent=consent), life.consent))
    if life.notice is not None:
        notice = Notice(notice="n", sent_on=life.notice, debts=owed)
        changes.append((FactChange(person=who, notice=notice), life.notice))
    if life.asked is not None:
        at = datetime.fromtimestamp(noon(life.asked), UTC)
        asked = PersonRequest(at=at, type=RequestKind.STOP_CALLING)
        changes.append((FactChange(person=who, request=asked), life.asked))
    if life.closed is not None:
        hold = Hold(kind=HoldKind.CLOSED, since=datetime.fromtimestamp(noon(life.closed), UTC), debts=owed)
        changes.append((FactChange(debt=DebtId(debt), hold=hold), life.closed))
    if life.court is not None:
        since, until = life.court
        court = Hold(
            kind=HoldKind.LITIGATION,
            since=datetime.fromtimestamp(noon(since), UTC),
            until=None if until is None else datetime.fromtimestamp(noon(until), UTC),
        )
        changes.append((FactChange(person=who, hold=court), since))

    def work(connection: Connection) -> None:
        connection.execute(t.persons.insert().values(person=person, client="acme"))
        connection.execute(t.debts.insert().values(debt=debt, client="acme", balance_cents=1))
        connection.execute(t.person_debts.insert().values(person=person, debt=debt))
        connection.execute(
            t.addresses.insert().values(
                address=f"a-{person}", person=person, country="US", region=life.region
            )
        )
        rows = [row_of(change, sequence=0, at=noon(day)) for change, day in changes]
        for row in rows:
            connection.execute(t.facts.insert(), row)
        for place, day in enumerate(life.calls):
            connection.execute(t.attempts.insert(), attempt_row(call(person, debt, place, day, life)))
        if life.came is not None:
            connection.execute(
                t.inbound_calls.insert().values(
                    call=f"i-{person}",
                    arrived_at=noon(life.came),
                    opted_out=False,
                    unserved=False,
                    person=person,
                    body="{}",
                )
            )

    store.write(work)
    return person


def call(person: str, debt: str, place: int, day: date, life: Life) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(f"{person}-{place}"),
        campaign=CampaignId("c"),
        lead=LeadId("l"),
        person=PersonId(person),
        number=NumberId(f"n-{person}"),
        debts=(DebtId(debt),),
        zones=(),
        rulebook="r",
        launched_at=noon(day),
        ended_at=noon(day) + 60.0,
        outcome=Outcome.NO_ANSWER,
        recorded=life.recorded,
    )


def may_go(life: Life) -> bool:
    """By hand: the account has ended, no court holds the person, the years since the last day are over."""
    if life.closed is None:
        return False
    if life.court is not None and (life.court[1] is None or noon(life.court[1]) > noon(life.on)):
        return False
    told = (life.consent, life.notice, life.asked, life.came, life.court and life.court[0])
    last = max(day for day in (life.closed, *life.calls, *told) if day is not None)
    return later(last, YEARS[life.region]) <= life.on


def rows_of(store: Store, person: str) -> dict[str, set[Any]]:
    """Everything that is a record of a person, by table."""

    def read(connection: Connection) -> dict[str, set[Any]]:
        facts = select(t.facts.c.kind, t.facts.c.body).where(t.facts.c.person == person)
        made = select(t.attempts.c.attempt).where(t.attempts.c.person == person)
        came = select(t.inbound_calls.c.call).where(t.inbound_calls.c.person == person)
        return {
            "attempts": set(connection.scalars(made)),
            "inbound": set(connection.scalars(came)),
            "facts": {tuple(row) for row in connection.execute(facts)},
        }

    return store.read(read)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives)
def test_nothing_that_is_kept_by_a_rule_or_a_court_is_removed(store: Store, life: Life) -> None:
    person = live(store, life)
    before = rows_of(store, person)
    dry = remove(store, by=BY, at=noon(life.on), is_dry=True)
    assert rows_of(store, person) == before, "counting removes nothing"
    done = remove(store, by=BY, at=noon(life.on))
    assert (dry.rows, dry.persons) == (done.rows, done.persons), "what was told is what went"
    after = rows_of(store, person)
    if not may_go(life):
        assert after == before
        return
    assert {kind for kind, _ in after["facts"]} <= {"request", "hold"}
    assert {row for row in before["facts"] if row[0] in ("request", "hold")} == after["facts"]
    assert after["inbound"] == set()
    assert after["attempts"] == (before["attempts"] if life.recorded else set())
    assert remove(store, by=BY, at=noon(life.on)).persons == 0, "a second run finds nothing"


def test_a_recording_goes_before_its_attempt_and_one_that_is_kept_keeps_it(
    store: Store, tmp_path: Path
) -> None:
    """Recordings are kept three years from the day of the call, whatever the account does."""
    day, closed = date(2022, 6, 1), date(2022, 7, 1)
    life = Life("TX", (day,), True, None, None, None, None, closed, None, date(2025, 7, 2))
    person = live(store, life)
    (tmp_path / f"{person}-0.wav").write_bytes(b"a voice")
    told = {
        "attempt": f"{person}-0",
        "file": f"{person}-0.wav",
        "sha256": "0",
        "seconds": 1.0,
        "finished_at": 1.0,
    }
    line = json.dumps(told) + "\n"
    (tmp_path / "manifest.jsonl").write_text(line)
    early = remove(store, by=BY, at=noon(date(2025, 6, 2)), folders=[tmp_path])
    assert (early.recordings, (tmp_path / f"{person}-0.wav").exists()) == ((), True)
    sound = remove(store, by=BY, at=noon(date(2025, 6, 3)), folders=[tmp_path])
    assert (sound.recordings, sound.rows) == ((f"{person}-0.wav",), {}), "the account's years are not over"
    assert remove(store, by=BY, at=noon(date(2025, 7, 2)), folders=[tmp_path]).rows == {}
    last = remove(store, by=BY, at=noon(date(2025, 7, 3)), folders=[tmp_path])
    assert last.rows == {"attempts": 1}


def test_the_command_counts_then_removes_and_the_record_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long_ago = date(2022, 6, 1)
    life = Life("TX", (long_ago,), False, None, None, None, None, long_ago, None, START)
    path = str(tmp_path / "store.db")
    with Store.open(path, durable=False) as store:
        live(store, life)
    assert run(["retention", "--remove", "--store", path]) == 1
    assert "say why" in capsys.readouterr().err
    assert run(["retention", "--dry-run", "--store", path]) == 0
    assert "would be removed: 1 attempts, 0 recordings of 1 persons" in capsys.readouterr().out
    assert run(["retention", "--remove", "--why", "the yearly run", "--store", path]) == 0
    assert "were removed: 1 attempts" in capsys.readouterr().out
    with Store.open(path, durable=False) as store:
        (deed,) = (entry.deed for entry in store.read(lambda c: list(deeds.entries(c))))
        assert (deed.action, deed.why) == ("remove records", "the yearly run")
        assert store.read(lambda c: c.execute(select(t.attempts)).all()) == []

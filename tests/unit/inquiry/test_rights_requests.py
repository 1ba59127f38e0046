"""Requests of persons about their data: each has its last day by its law; one that waits past it is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest

from dialer.cli import run
from dialer.cli.rights import StoreRights
from dialer.domain.errors import IllegalTransitionError, InvalidFactError
from dialer.domain.rights_request import (
    REQUEST,
    PrivacyLaw,
    RequestMove,
    RequestState,
    RightKind,
    due_on,
)
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.rights.erasure import ErasedBy
from dialer.inquiry.rights.requests import listed, move_on, overdue, take_in
from dialer.runtime.health import Health
from dialer.storage.access import deeds
from dialer.storage.database.tables import persons
from dialer.storage.store import Store
from dialer.web.health import health_view

BY = ErasedBy(who="kim", address="test", why="a copy for Mirabunda, please")
CAME = date(2026, 1, 31)


def noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "floor.db"), durable=False) as opened:
        opened.write(lambda c: c.execute(persons.insert().values(person="p-1", client="acme")))
        yield opened


@pytest.mark.parametrize(
    ("law", "received", "first", "extended"),
    [
        (PrivacyLaw.CCPA, date(2026, 1, 31), date(2026, 3, 17), date(2026, 5, 1)),
        (PrivacyLaw.GDPR, date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (PrivacyLaw.GDPR, date(2026, 1, 15), date(2026, 2, 15), date(2026, 4, 15)),
        (PrivacyLaw.GDPR, date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 28)),
        (PrivacyLaw.GDPR, date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
    ],
)
def test_the_last_day_is_45_days_or_a_month_and_longer_when_extended(
    law: PrivacyLaw, received: date, first: date, extended: date
) -> None:
    assert (due_on(law, received), due_on(law, received, is_extended=True)) == (first, extended)


def test_only_the_moves_of_the_table_are_possible() -> None:
    possible = {
        (state, move) for state, move in product(RequestState, RequestMove) if REQUEST.may(state, move)
    }
    ends = {RequestMove.ANSWER, RequestMove.REFUSE, RequestMove.WITHDRAW}
    assert possible == {
        (RequestState.OPEN, RequestMove.EXTEND),
        *product({RequestState.OPEN, RequestState.EXTENDED}, ends),
    }


def test_it_waits_on_its_last_day_and_is_late_on_the_next(store: Store) -> None:
    asked = take_in(store, "p-1", PrivacyLaw.CCPA, RightKind.ACCESS, CAME, by=BY, at=noon(CAME))
    for day, late in ((date(2026, 3, 17), 0), (date(2026, 3, 18), 1)):
        assert store.read(lambda c, day=day: overdue(c, at=noon(day))) == late
        assert len(listed(store, at=noon(day), only_overdue=True)) == late
    move_on(store, "p-1", asked.request, RequestMove.ANSWER, by=BY, at=noon(date(2026, 3, 18)))
    assert store.read(lambda c: overdue(c, at=noon(date(2027, 1, 1)))) == 0


def test_it_is_extended_once_and_within_the_first_term(store: Store) -> None:
    asked = take_in(store, "p-1", PrivacyLaw.GDPR, RightKind.ERASURE, CAME, by=BY, at=noon(CAME))
    late = noon(date(2026, 3, 1))
    with pytest.raises(InvalidFactError, match="2026-02-28"):
        move_on(store, "p-1", asked.request, RequestMove.EXTEND, by=BY, at=late)
    moved = move_on(store, "p-1", asked.request, RequestMove.EXTEND, by=BY, at=noon(date(2026, 2, 28)))
    assert (moved.state, moved.due) == (RequestState.EXTENDED, date(2026, 4, 30))
    with pytest.raises(IllegalTransitionError):
        move_on(store, "p-1", asked.request, RequestMove.EXTEND, by=BY, at=noon(date(2026, 3, 1)))
    silent = ErasedBy(who="kim", address="test", why=" ")
    with pytest.raises(InvalidFactError, match="say why"):
        move_on(store, "p-1", asked.request, RequestMove.REFUSE, by=silent, at=late)
    done = move_on(store, "p-1", asked.request, RequestMove.REFUSE, by=BY, at=late)
    assert (done.state, done.ended_on) == (RequestState.REFUSED, date(2026, 3, 1))


def test_words_are_sealed_and_the_record_says_who_moved_it(store: Store, tmp_path: Path) -> None:
    asked = take_in(store, "p-1", PrivacyLaw.GDPR, RightKind.ACCESS, CAME, by=BY, at=noon(CAME))
    (told,) = listed(store, at=noon(CAME))
    assert told.words == BY.why
    data = b"".join(path.read_bytes() for path in tmp_path.glob("floor.db*"))
    assert b"Mirabunda" not in data
    (deed,) = (entry.deed for entry in store.read(lambda c: list(deeds.entries(c))))
    assert (deed.action, deed.about) == ("request access gdpr", ("person:p-1", f"request:{asked.request}"))
    for person, request in (("p-2", asked.request), ("p-1", "r-none")):
        with pytest.raises(NotThereError):
            move_on(store, person, request, RequestMove.ANSWER, by=BY, at=noon(CAME))
    with pytest.raises(NotThereError):
        take_in(store, "p-9", PrivacyLaw.GDPR, RightKind.ACCESS, CAME, by=BY, at=noon(CAME))


def test_what_is_late_is_a_reason_of_health_and_leaves_the_floor_fit() -> None:
    rights = StoreRights(database="none")
    health = Health.__new__(Health)
    for field in Health.__dataclass_fields__:
        object.__setattr__(health, field, () if field == "reasons" else True)
    assert health_view(health, None, rights).reasons == ()
    rights.looked.overdue = 2
    shown = health_view(health, None, rights)
    assert shown.is_fit
    assert shown.reasons == (
        "2 requests of persons wait past their last day: `fairdial requests list --overdue`",
    )


def test_the_commands_take_in_list_and_answer(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("--store", str(tmp_path / "floor.db"))
    new = ("requests", "new", "p-1", "--law", "ccpa", "--kind", "access", "--received", "2026-01-31")
    assert run([*new, "--words", "a copy", *named]) == 0
    assert "to be answered by 2026-03-17" in capsys.readouterr().out
    assert run(["requests", "list", "--overdue", *named]) == 1, "it is late"
    (request,) = (each.request for each in listed(store, at=noon(CAME)))
    assert run(["requests", "extend", "p-1", request, "--words", "many calls", *named]) == 1
    assert "2026-03-17" in capsys.readouterr().err
    assert run(["requests", "answer", "p-1", request, "--words", "a copy by post", *named]) == 0
    assert run(["requests", "list", *named]) == 0

"""Whoever deletes, changes or adds what protects people in a store is found by what the journal tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from compliance_gate.request import Consent, Hold, PersonRequest
from compliance_gate.words import ConsentScope, HoldKind, RequestKind
from dialer.domain.events import (
    ConsentGiven,
    HoldPlaced,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.storage.evidence.beside import MOST_TOLD, Beside, look_beside
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store

AT = datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.fixture
def told(floor: Any) -> Store:
    """Ann asked for no more calls, is represented, and agreed to texts; a number is on a list."""
    ids = floor.store.identifiers
    floor.place(floor.account("A1", ref="ann"), floor.account("A2", ref="bob"))
    ann, number = ids.person("acme", "ann"), ids.number("+12125550151")
    events = (
        RequestReceived(
            person=ann, request=PersonRequest(at=AT, type=RequestKind.STOP_CALLING, text="stop it")
        ),
        HoldPlaced(person=ann, hold=Hold(kind=HoldKind.DECEASED, since=AT)),
        ConsentGiven(person=ann, consent=Consent(at=AT, scope=ConsentScope.CALL)),
        SuppressionAdded(scope=SuppressionScope.NUMBER, source="national", number=number),
        RequestReceived(
            person=ids.person("acme", "bob"),
            request=PersonRequest(at=AT + timedelta(minutes=1), type=RequestKind.DO_NOT_CALL),
        ),
    )
    with RehearsalWriter(floor.store) as writer:
        for event in events:
            writer.append(floor.step(event))
    return floor.store


def changed(store: Store, statement: str) -> Beside:
    def work(connection: Connection) -> None:
        assert connection.execute(text(statement)).rowcount, "it changes something"

    store.write(work)
    return look_beside(store.database)


def test_what_is_as_it_was_told_is_whole(told: Store) -> None:
    assert look_beside(told.database) == Beside(differences=(), count=0, untold=0)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM facts WHERE kind = 'hold'", ["step 2 told of a hold of {ann}: it is gone"]),
        ("DELETE FROM suppressions", ["step 4 told of a number of {number}: it is gone from suppressions"]),
        (
            "UPDATE facts SET person = NULL, number = 'n-0' WHERE sequence = 5",
            ["step 5 told of a request of {bob}", "facts has a request of n-0 under step 5"],
        ),
        (
            "UPDATE facts SET body = replace(body, 'stop_calling', 'refusal_to_pay') WHERE sequence = 1",
            ["step 1 told of a request of {ann}", "facts has a request of {ann} under step 1"],
        ),
        (
            "UPDATE facts SET body = replace(body, '14:00', '15:00') WHERE kind = 'hold'",
            ["step 2 told of a hold", "facts has a hold"],
        ),
        (
            "INSERT INTO facts (sequence, person, kind, at, body) "
            "SELECT 2, person, 'consent', at, body FROM facts WHERE kind = 'consent'",
            ["facts has a consent of {ann} under step 2, which did not tell it"],
        ),
        (
            "INSERT INTO facts (sequence, person, kind, at, body) "
            "SELECT 99, person, 'consent', at, body FROM facts WHERE kind = 'consent'",
            ["facts has a consent of {ann} under step 99, which there is not"],
        ),
        ("UPDATE facts SET body = '?' WHERE kind = 'hold'", ["step 2 told of a hold", "facts has a hold"]),
        ("UPDATE facts SET kind = '?' WHERE kind = 'hold'", ["step 2 told of a hold", "facts has a ? of"]),
        ("UPDATE facts SET sequence = 4 WHERE sequence = 5", ["facts has a request", "step 5 told"]),
    ],
)
def test_each_way_to_change_it_is_named_with_its_step(told: Store, statement: str, said: list[str]) -> None:
    ids = told.identifiers
    found = changed(told, statement)
    assert found.count == len(said)
    words = {
        "ann": ids.person("acme", "ann"),
        "bob": ids.person("acme", "bob"),
        "number": ids.number("+12125550151"),
    }
    for sentence, expected in zip(found.differences, said, strict=True):
        assert expected.format(**words) in sentence


def test_words_that_an_erasure_struck_out_and_what_a_retention_took_are_no_difference(told: Store) -> None:
    assert changed(told, "UPDATE facts SET body = replace(body, 'stop it', '')").count == 0
    assert changed(told, "DELETE FROM facts WHERE kind = 'consent'").count == 0


def test_what_a_file_told_while_no_floor_ran_is_counted_and_said(told: Store) -> None:
    """It is in no step: nothing but the store speaks for it."""
    found = changed(told, "UPDATE facts SET sequence = 0 WHERE kind = 'request'")
    assert (found.count, found.untold) == (3, 3)


def test_many_differences_are_counted_and_some_are_told(floor: Any) -> None:
    ids = floor.store.identifiers
    with RehearsalWriter(floor.store) as writer:
        for n in range(MOST_TOLD + 5):
            person = ids.person("acme", f"p{n}")
            writer.append(floor.step(HoldPlaced(person=person, hold=Hold(kind=HoldKind.DECEASED, since=AT))))
    found = changed(floor.store, "DELETE FROM facts")
    assert (len(found.differences), found.count) == (MOST_TOLD, MOST_TOLD + 5)

"""Whatever id a report names, `explain` says what was asked for it, under which law, and what it came to."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, update

from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreThirdParty
from dialer.floor.rehearsed import RehearsedShift
from dialer.floor.stores import opened_store
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.explain import Asked
from dialer.inquiry.legs import explain_call
from dialer.storage import queries
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store


@pytest.fixture(scope="module")
def shift(everything: RehearsedShift, tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    """A copy: rows of its store are altered here."""
    folder = tmp_path_factory.mktemp("altered") / "full"
    shutil.copytree(everything.folder, folder)
    return replace(everything, folder=folder)


@pytest.fixture
def store(shift: RehearsedShift) -> Iterator[Store]:
    with opened_store(str(shift.folder)) as opened:
        yield opened


def told(asked: Asked) -> dict[str, str]:
    return dict(asked.about)


def third_parties(store: Store) -> list[StoreThirdParty]:
    def read(connection: Connection) -> list[StoreThirdParty]:
        plain = unpacker(connection)
        rows = connection.execute(select(*ENTRY))
        entries = (decode_entry(plain(row.entry, row.dictionary)) for row in rows)
        return [one for entry in entries for one in entry.commands if isinstance(one, StoreThirdParty)]

    return store.read(read)


def test_an_attempt_says_on_whose_word_and_what_had_to_be_said(store: Store, shift: RehearsedShift) -> None:
    first = shift.records.attempts[0]
    (asked,) = explain_call(store, first.attempt)
    assert asked.title == f"Attempt {first.attempt} was placed because every rule cleared it"
    assert told(asked)["rulebook"] == first.rulebook
    assert "SAMPLE, signed by nobody" in told(asked)["signed for"]
    assert {each.rule for each in asked.statements} >= {"us-regf-time-barred", "us-regf-who-is-speaking"}
    assert all(first.debts[0] in each.debts for each in asked.statements)


@pytest.mark.parametrize(
    ("recorded", "says"), [(None, "not known"), (False, "no"), (True, "yes, and nothing was said of it")]
)
def test_an_attempt_says_whether_it_was_recorded(
    store: Store, shift: RehearsedShift, recorded: bool | None, says: str
) -> None:
    first = next(each for each in shift.records.attempts if not each.played and each.recording is None)
    row = update(t.attempts).where(t.attempts.c.attempt == first.attempt)
    store.write(lambda c: c.execute(row.values(recorded=recorded)))
    (asked,) = explain_call(store, first.attempt)
    assert told(asked)["recorded"] == says


def test_an_attempt_that_no_telephone_rang_for_says_so(store: Store, shift: RehearsedShift) -> None:
    last = shift.records.attempts[-1]
    row = update(t.attempts).where(t.attempts.c.attempt == last.attempt)
    store.write(lambda c: c.execute(row.values(outcome=Outcome.NOT_ATTEMPTED.value)))
    (asked,) = explain_call(store, last.attempt)
    assert asked.title == (
        f"Attempt {last.attempt} was cleared and never placed: the telephone system refused it"
    )


def test_a_turn_that_was_not_called_says_which_rules_denied_it_each_time(store: Store) -> None:
    denials = list(queries.denials(store.database))
    lead = denials[0].lead
    asked = explain_call(store, lead)
    assert len(asked) == len([each for each in denials if each.lead == lead])
    assert sorted(told(asked[0])["denied by"].split(", ")) == sorted(denials[0].rules)
    assert told(asked[0])["what happened"] == "it was never placed: no telephone rang"
    assert asked[0].next_at == denials[0].retry_at
    assert not asked[0].is_allowed
    assert told(asked[0])["rulebook"] == denials[0].rulebook


def test_a_line_called_into_a_talk_says_who_it_is_and_every_rule_that_cleared_it(store: Store) -> None:
    (leg, *_) = third_parties(store)
    (asked,) = explain_call(store, leg.attempt)
    assert asked.title == (
        f"{leg.attempt} called {leg.line} into the talk of {leg.joins} because every rule cleared it"
    )
    assert [each.rule for each in asked.rules] == [each.rule for each in leg.findings]
    assert asked.is_allowed
    assert told(asked)["line"] == f"{leg.line}, consumer attorney"
    assert leg.joins in told(asked)["recorded"]
    assert told(asked)["came to"] in {"joined", "no answer", "carrier failure"}


def test_a_call_received_says_that_nobody_was_called_and_what_might_not_be_said(store: Store) -> None:
    known = t.inbound_calls.c.person.is_not(None) & t.inbound_calls.c.agent.is_not(None)
    query = select(t.inbound_calls.c.call, t.inbound_calls.c.person).where(known).limit(1)
    row = store.read(lambda connection: connection.execute(query).one())
    (asked,) = explain_call(store, row.call)
    assert asked.title == f"{row.call} was a call to us: nobody was called, so no rule on calls was asked"
    assert told(asked)["person"] == row.person
    assert "may not: bring suit" in told(asked)["statement"]
    assert asked.rules == ()


def test_an_id_of_nothing_is_said_to_be_of_nothing(store: Store) -> None:
    with pytest.raises(NotThereError, match="no attempt is called 'x'"):
        explain_call(store, "x")

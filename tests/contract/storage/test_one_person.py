"""Two records said to be one person's: what protects under one protects under both; a split undoes it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.request import HistoryEntry, Hold, PersonFile, PersonRequest
from compliance_gate.words import EventKind, HoldKind, RequestKind
from dialer.access.actor import RefusedError
from dialer.access.walls import Walls
from dialer.casework.facts import FactEvent
from dialer.domain.errors import MendableError, UnknownThingError
from dialer.domain.events import HoldPlaced, RequestReceived
from dialer.domain.fact_events import ContactRecorded, PersonJoined
from dialer.domain.ids import PersonId
from dialer.floor.one_person import Word, part, say_different, say_same
from dialer.inquiry import stored
from dialer.inquiry.audit import audit
from dialer.storage import alike as rows
from dialer.storage.database import tables as t
from dialer.storage.database.statements import insert_rows
from dialer.storage.journal.rows import JournalTable
from dialer.storage.placements import news
from dialer.storage.projecting.attempt_rows import row_of
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import told_without_floor
from dialer.storage.store import Store

WORD = Word(by="kim", why="the same social security card")
LATE = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


class People:
    """Three records in a store that nobody owns, and words for what is said of them."""

    def __init__(self, address: str, ids: tuple[str, str, str]) -> None:
        self.address = address
        self.a, self.b, self.c = ids

    def tell(self, *events: FactEvent, at: float = LATE) -> None:
        def work(connection: Any) -> None:
            fold = Fold()
            for event in events:
                told_without_floor(fold, event, now=at)
            fold.write(connection, JournalTable())

        with Store.open(self.address, identity_key=b"test") as store:
            store.write(work)

    def file(self, person: str, *, until: float | None = None) -> PersonFile:
        with Store.open(self.address, identity_key=b"test") as store:
            return store.person_files([person], now=LATE + 1, until=until)[person]

    def asks(self, person: str, kind: RequestKind, **more: Any) -> None:
        at = datetime.fromtimestamp(LATE, UTC)
        request = PersonRequest(at=at, type=kind, **more)
        self.tell(RequestReceived(person=PersonId(person), request=request))

    def kinds(self, person: str) -> list[str]:
        return sorted(request.type.value for request in self.file(person).requests)

    def called(self, person: str, name: str) -> None:
        entry = HistoryEntry(
            entry=name, at=datetime.fromtimestamp(LATE, UTC), event=EventKind.CALL_PLACED, number="n-x"
        )
        self.tell(ContactRecorded(person=PersonId(person), entry=entry))

    def calls(self, person: str) -> list[str]:
        return [entry.entry for entry in self.file(person).history]


@pytest.fixture
def people(address: str, three_records: tuple[str, str, str]) -> People:
    return People(address, three_records)


def test_what_protects_one_record_protects_both_whether_it_came_before_or_after(people: People) -> None:
    a, b = people.a, people.b
    people.asks(b, RequestKind.CEASE_COMMUNICATION)
    people.called(b, "before")
    assert say_same(people.address, a, b, WORD).group == tuple(sorted((a, b)))
    people.asks(a, RequestKind.WRITTEN_ONLY)
    people.called(b, "after")
    hold = Hold(kind=HoldKind.DECEASED, since=datetime.fromtimestamp(LATE, UTC))
    people.tell(HoldPlaced(person=PersonId(a), hold=hold))
    for person, fellow in ((a, b), (b, a)):
        assert people.kinds(person) == ["cease_communication", "written_only"]
        assert people.calls(person) == ["after", "before"]
        assert [hold.kind for hold in people.file(person).holds] == [HoldKind.DECEASED]
        assert people.file(person).fellows == (fellow,)


def test_ids_numbers_and_accounts_stay_each_records_own(people: People) -> None:
    before = people.file(people.a)
    say_same(people.address, people.a, people.b, WORD)
    after = people.file(people.a)
    assert (after.person, after.numbers, after.debts) == (before.person, before.numbers, before.debts)


def test_a_split_leaves_what_was_asked_meanwhile_with_both_and_calls_where_they_were_made(
    people: People,
) -> None:
    a, b = people.a, people.b
    people.asks(b, RequestKind.CEASE_COMMUNICATION)
    people.called(b, "before")
    say_same(people.address, a, b, WORD)
    people.asks(a, RequestKind.WRITTEN_ONLY)
    people.asks(b, RequestKind.STOP_CALLING)
    people.called(a, "meanwhile")
    assert part(people.address, b, WORD).group == (a,)
    people.asks(b, RequestKind.REFUSAL_TO_PAY)
    assert people.kinds(a) == ["stop_calling", "written_only"]
    assert people.kinds(b) == ["cease_communication", "refusal_to_pay", "stop_calling", "written_only"]
    assert (people.calls(a), people.calls(b)) == (["meanwhile"], ["before"])
    assert (people.file(a).fellows, people.file(b).fellows) == ((), ())


def test_a_record_that_was_joined_again_after_a_split_has_all_of_it_again(people: People) -> None:
    a, b = people.a, people.b
    people.asks(b, RequestKind.CEASE_COMMUNICATION)
    say_same(people.address, a, b, WORD)
    part(people.address, a, WORD)
    assert people.kinds(a) == []
    say_same(people.address, a, b, WORD)
    assert people.kinds(a) == ["cease_communication"]


def test_who_is_one_with_one_of_them_is_one_with_all(people: People) -> None:
    a, b, c = people.a, people.b, people.c
    people.asks(c, RequestKind.CEASE_COMMUNICATION)
    say_same(people.address, a, b, WORD)
    assert say_same(people.address, b, c, WORD).group == tuple(sorted((a, b, c)))
    assert [people.kinds(person) for person in (a, b, c)] == [["cease_communication"]] * 3
    assert set(part(people.address, c, WORD).group) == {a, b}
    assert people.kinds(a) == []
    assert people.file(a).fellows == (b,)
    assert people.file(c).fellows == ()
    assert say_same(people.address, c, a, WORD).group == tuple(sorted((a, b, c)))  # the split is taken back


def test_a_word_against_a_pair_of_the_group_is_heard(people: People) -> None:
    a, b, c = people.a, people.b, people.c
    say_different(people.address, a, c, WORD)
    say_same(people.address, a, b, WORD)
    with pytest.raises(MendableError, match="different"):
        say_same(people.address, b, c, WORD)
    say_same(people.address, c, a, WORD)  # the newest word of that very pair
    assert set(people.file(b).fellows) == {a, c}


def test_what_cannot_be_meant_is_refused_and_changes_nothing(people: People) -> None:
    a, b, c = people.a, people.b, people.c
    say_same(people.address, a, b, WORD)
    with pytest.raises(MendableError, match="already"):
        say_same(people.address, b, a, WORD)
    with pytest.raises(MendableError, match="one person by somebody's word"):
        say_different(people.address, a, b, WORD)
    with pytest.raises(MendableError, match="one record"):
        say_same(people.address, a, a, WORD)
    with pytest.raises(MendableError, match="what they go by"):
        say_same(people.address, a, c, Word(by="kim", why=" "))
    with pytest.raises(UnknownThingError):
        say_same(people.address, a, "p-nobody", WORD)
    with pytest.raises(MendableError, match="no other record"):
        part(people.address, c, WORD)
    walled = replace(WORD, walls=Walls(clients=frozenset({"other", "third"})))
    with pytest.raises(RefusedError, match="walls"):
        say_same(people.address, b, c, walled)  # with b comes a, who is of acme
    with pytest.raises(RefusedError, match="walls"):
        part(people.address, b, walled)
    assert people.file(c).fellows == ()


def test_the_past_is_as_it_was_then(people: People) -> None:
    a, b = people.a, people.b
    people.tell(
        RequestReceived(
            person=PersonId(b),
            request=PersonRequest(at=datetime.fromtimestamp(1e9, UTC), type=RequestKind.CEASE_COMMUNICATION),
        ),
        at=1e9,
    )
    say_same(people.address, a, b, WORD)
    with Store.open(people.address, identity_key=b"test") as store:
        at = store.read(lambda c: c.scalar(t.facts.select().with_only_columns(t.facts.c.at).where(
            t.facts.c.kind == "joined", t.facts.c.person == a)))  # fmt: skip
        assert isinstance(at, float)
        assert stored.persons_tied(store) == {a, b}
    assert people.file(a, until=at - 1).requests == ()
    assert people.file(a, until=at - 1).fellows == ()
    assert len(people.file(a, until=at + 1).requests) == 1


def test_merge_and_split_are_rows_with_author_and_reason(people: People) -> None:
    a, b = people.a, people.b
    say_same(people.address, a, b, WORD)
    part(people.address, a, Word(by="lee", why="her sister"))
    with Store.open(people.address, identity_key=b"test") as store:
        facts = store.read(lambda c: c.execute(t.facts.select().order_by(t.facts.c.id)).all())
        told = [(row.kind, "kim" in row.body, "her sister" in row.body) for row in facts]
        said = store.read(lambda c: rows.answers_of(c, [a]))
    assert told == [("joined", True, False)] * 2 + [("parted", False, True)] * 2
    assert [(each.answer.value, each.by, each.why) for each in said] == [
        ("same", "kim", "the same social security card"),
        ("different", "lee", "her sister"),
    ]


def test_a_floor_is_told_of_both_and_of_a_fellow_when_more_is_placed(people: People) -> None:
    a, b = people.a, people.b

    def told() -> set[str]:
        with Store.open(people.address, identity_key=b"test") as store:
            found = {one.person for one in store.read(lambda c: news.oldest(c, most=100))}
            store.write(lambda c: c.execute(t.news.delete()))
            return set(map(str, found))

    told()
    say_same(people.address, a, b, WORD)
    assert told() == {a, b}
    with Store.open(people.address, identity_key=b"test") as store:
        store.write(lambda c: news.add(c, [PersonId(a)], import_id=""))
    assert told() == {a, b}


def test_an_audit_judges_each_call_by_what_was_known_of_both_records_then(floor: Any, store: Store) -> None:
    """Kim asked under one record to be left alone; two calls under the other, before and after the word."""
    floor.place(replace(floor.account("A1", numbers=[floor.number(1)]), client="acme"), sha256="a")
    other = replace(floor.account("B1", numbers=[floor.number(2)]), client="other")
    a, b = store.identifiers.person("acme", "of-A1"), store.identifiers.person("other", "of-B1")
    (lead,) = floor.leads()
    floor.place(other, sha256="b")
    at = datetime.fromtimestamp(floor.now, UTC)
    cease = PersonRequest(at=at, type=RequestKind.CEASE_COMMUNICATION, in_writing=True, received=at.date())
    tie: dict[str, Any] = {"by": "kim", "why": "one card"}
    calls = [
        floor.record(f"call-{n}", lead, launched_at=floor.now + after) for n, after in ((1, 60), (2, 600))
    ]

    def work(connection: Any) -> None:
        for event, after in (
            (RequestReceived(person=b, request=cease), 0.0),
            (PersonJoined(person=a, fellow=b, **tie), 300.0),
            (PersonJoined(person=b, fellow=a, **tie), 300.0),
        ):
            fold = Fold()
            told_without_floor(fold, event, now=floor.now + after)
            fold.write(connection, JournalTable())
        insert_rows(connection, t.attempts, [row_of(call) for call in calls])

    store.write(work)
    found = audit(store, progress=lambda _: None)
    reasons = {one.attempt.attempt: " ".join(map(str, one.reasons)) for one in found.unlawful}
    assert found.attempts == 2
    assert "cease" not in reasons.get(calls[0].attempt, "").lower()
    assert "cease" in reasons[calls[1].attempt].lower()

"""Somebody's word that two records are one person's, or are not: kept, told to the floor, undone by another.

The word is staged, published and taken like the lines of a file, so that it is in the journal of a floor that
runs and binds when the command returns. Records are one as a group: who is one with A is one with everybody
who is one with A. A word against one of them parts it from the whole group first (`part`).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from dialer import clock
from dialer.access.actor import RefusedError
from dialer.access.walls import EVERYTHING, Walls
from dialer.casework.matching.answers import PairAnswer
from dialer.casework.matching.grouping import MOST_IN_A_GROUP
from dialer.domain.errors import MendableError, UnknownThingError
from dialer.domain.fact_events import PersonJoined, PersonParted
from dialer.domain.ids import PersonId
from dialer.floor.folder import folder_now
from dialer.floor.told_files import take_all, wait_taken
from dialer.storage import alike
from dialer.storage.alike import Answered, in_order
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.person_files import person_files
from dialer.storage.placements import telling
from dialer.storage.placements.telling import ToldEvent
from dialer.storage.places import person_on_file, place_of_person
from dialer.storage.store import Store

KIND = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who says something of records, and what they go by. `walls`: every record it is about is inside."""

    by: str
    why: str
    walls: Walls = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of a word. `group`: all records that are one person's now, the named ones included."""

    group: tuple[str, ...]


def say_same(address: str, one: str, other: str, word: Word, *, folder: Path | None = None) -> Said:
    """Two records are one person's: each protects the other from here on.

    Args:
        folder: of the floor that runs on the store, for its clock; None = where the store's file is.

    Raises:
        MendableError: there is no reason; both are one already; somebody said that two of the group are
            different; or the floor that runs takes nothing now.
        UnknownThingError: one of them is not on file.
    """
    _demand_two(one, other, word)

    def staged(connection: Connection, now: float) -> tuple[Said, list[PersonJoined | PersonParted]]:
        mine, theirs = (_group(connection, name, now) for name in (one, other))
        if other in mine:
            raise MendableError(
                f"{one} and {other} are one person already", mend="nothing has to be done again."
            )
        group = tuple(sorted({*mine, *theirs}))
        _demand_inside(connection, group, word)
        _demand_no_contradiction(connection, group, but=in_order(one, other))
        joined: list[PersonJoined | PersonParted] = [
            PersonJoined(person=PersonId(a), fellow=PersonId(b), by=word.by, why=word.why)
            for a, b in permutations(group, 2)
            if (a in mine) is not (b in mine)
        ]
        _answer(connection, [(one, other)], PairAnswer.SAME, word, now)
        return Said(group=group), joined

    return _told(address, staged, folder)


def say_different(address: str, one: str, other: str, word: Word, *, folder: Path | None = None) -> Said:
    """Two records are of two people: the pair is listed no more, and nobody joins them by mistake.

    Raises:
        MendableError: there is no reason, or the two are one person as it stands: part one of them.
        UnknownThingError: one of them is not on file.
    """
    _demand_two(one, other, word)

    def staged(connection: Connection, now: float) -> tuple[Said, list[PersonJoined | PersonParted]]:
        if other in _group(connection, one, now):
            mend = f"`fairdial people split {other}` parts it from all of them, and is the same word."
            raise MendableError(f"{one} and {other} are one person by somebody's word", mend=mend)
        _group(connection, other, now)
        _demand_inside(connection, (one, other), word)
        _answer(connection, [(one, other)], PairAnswer.DIFFERENT, word, now)
        return Said(group=(one,)), []

    return _told(address, staged, folder)


def part(address: str, person: str, word: Word, *, folder: Path | None = None) -> Said:
    """A record is not the person's whose other records it was joined to. What was asked for meanwhile keeps
    protecting both; calls count for whom they were made to.

    Raises:
        MendableError: there is no reason, or nobody joined it to another.
        UnknownThingError: it is not on file.
    """
    _demand_reason(word)

    def staged(connection: Connection, now: float) -> tuple[Said, list[PersonJoined | PersonParted]]:
        others = [name for name in _group(connection, person, now) if name != person]
        if not others:
            mend = "`fairdial people review` shows who may be; nobody joins records by themselves."
            raise MendableError(f"{person} is joined to no other record", mend=mend)
        _demand_inside(connection, (person, *others), word)
        parted: list[PersonJoined | PersonParted] = [
            PersonParted(person=PersonId(a), fellow=PersonId(b), by=word.by, why=word.why)
            for other in others
            for a, b in permutations((person, other))
        ]
        _answer(connection, [(person, other) for other in others], PairAnswer.DIFFERENT, word, now)
        return Said(group=tuple(others)), parted

    return _told(address, staged, folder)


Staged = Callable[[Connection, float], tuple[Said, list[PersonJoined | PersonParted]]]


def _told(address: str, staged: Staged, folder: Path | None) -> Said:
    try:
        owned = Store.open(address, exclusive=True)
    except StoreOwnedError:
        now = folder_now(folder or Path(address).parent)
        with Store.open(address) as store:
            said, import_id = store.write(partial(_staged, staged=staged, now=now))
            if import_id:
                wait_taken(store, import_id)
        return said
    with owned as store:
        now = clock.posix_now()
        take_all(store, now)
        said, _ = store.write(partial(_staged, staged=staged, now=now))
        take_all(store, now)
    return said


def _staged(connection: Connection, staged: Staged, now: float) -> tuple[Said, str]:
    """One transaction: what is looked at cannot change until what follows from it is kept."""
    if telling.left(connection):  # one of them may be such a word: a group would be joined in part
        mend = "try again in a moment."
        raise MendableError("the floor has still to take what was told before", mend=mend)
    said, events = staged(connection, now)
    if not events:
        return said, ""
    sha256 = hashlib.sha256(msgspec.json.encode((KIND, now, events))).hexdigest()
    name = f"{KIND}: {len(said.group)} records"
    import_id, is_known = telling.begin(connection, file_name=name, sha256=sha256, kind=KIND, now=now)
    assert not is_known, "the same word was refused before"
    told = [ToldEvent(line=line, event=event) for line, event in enumerate(events, start=1)]
    telling.stage(connection, import_id, told)
    report: dict[str, object] = {"lines": len(told), "accepted": len(told), "rejected": 0}
    telling.publish(connection, import_id, report=report, holds=(), now=now)
    return said, import_id


def _demand_reason(word: Word) -> None:
    if not word.by.strip() or not word.why.strip():
        raise MendableError("say who answers for it, and what they go by", where="why", mend="give a reason.")


def _demand_two(one: str, other: str, word: Word) -> None:
    _demand_reason(word)
    if one == other:
        mend = "name two different persons."
        raise MendableError(f"{one} is one record already", where="persons", mend=mend)


def _group(connection: Connection, person: str, now: float) -> tuple[str, ...]:
    """All records of the person whose this one is. Raises UnknownThingError."""
    if person_on_file(connection, [person]) is None:
        raise UnknownThingError("person", person)
    return (person, *person_files(connection, [person], now=now)[person].fellows)


def _demand_inside(connection: Connection, group: Sequence[str], word: Word) -> None:
    """Raises RefusedError: somebody else's record is concerned, who is not shown."""
    if word.walls.has_all:
        return
    if not all(word.walls.has(place_of_person(connection, name)) for name in group):
        text = "this concerns a record outside of your walls: ask somebody without them"
        raise RefusedError(text, is_known=True)


def _demand_no_contradiction(connection: Connection, group: Sequence[str], *, but: tuple[str, str]) -> None:
    """Nobody becomes one with whom somebody said they are not, by way of a third. `but`: the pair of which
    the newest word is this one; what was said with an older word of it is taken back with it."""
    if len(group) > MOST_IN_A_GROUP:
        mend = f"look whether they are: at most {MOST_IN_A_GROUP} are joined."
        raise MendableError(f"{len(group)} records would be one person", mend=mend)
    said = {(each.one, each.other): each for each in alike.answers_of(connection, group)}
    taken_back = said.get(but)
    for pair in combinations(group, 2):
        one = said.get(in_order(*pair))
        if one is None or one.answer is not PairAnswer.DIFFERENT or _is_one_word(one, taken_back):
            continue
        mend = f"`fairdial people same {pair[0]} {pair[1]}` first, if they are one after all."
        raise MendableError(f"somebody said that {pair[0]} and {pair[1]} are different", mend=mend)


def _is_one_word(one: Answered, other: Answered | None) -> bool:
    """Whether both were said at once: who parts a record from several says several things."""
    return other is not None and (one.by, one.at, one.why) == (other.by, other.at, other.why)


def _answer(
    connection: Connection, pairs: Iterable[tuple[str, str]], said: PairAnswer, word: Word, now: float
) -> None:
    ordered = (in_order(*pair) for pair in pairs)
    alike.answer(
        connection,
        [
            Answered(one=one, other=other, answer=said, by=word.by, why=word.why, at=now)
            for one, other in ordered
        ],
    )

"""Who of the persons on file may be one, found by comparing them: after an import, and over the whole store.

After an import only whoever came with it is compared, with those who share a telephone number or name and
birthday: keyed hashes that have their indexes, so that it costs a look-up a person and nobody else is opened.
What takes more (names in a town, addresses, digits) is found by `compare_everybody`, which opens each person
once to learn their keys, and those of pairs again to compare them; keys lie in this process's memory alone.

Whoever is killed in between has lost nothing: comparing again finds the same pairs.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, islice

from sqlalchemy import Connection, func, select

from dialer.casework.matching.blocks import Blocks, without_common
from dialer.casework.matching.candidates import MOST_HAVING_A_NUMBER, MOST_IN_A_BLOCK, keys_of
from dialer.casework.matching.judging import Verdict, judged, rarity_of
from dialer.casework.matching.people import Compared, compared_person
from dialer.clock import monotonic_now
from dialer.storage import alike
from dialer.storage.alike import PairFound, in_order
from dialer.storage.database import tables as t
from dialer.storage.database.statements import among
from dialer.storage.identities import Identity, identities_of
from dialer.storage.placements.pace import breathe, no_pause
from dialer.storage.store import Store

PAGE = 1_000
"""Persons read, and pairs compared, at a time."""

KEPT = 20_000
"""Persons kept in the clear while pairs are compared; a few megabytes."""

Pause = Callable[[float], None]


def compare_import(store: Store, import_id: str, *, now: float, pause: Pause = no_pause) -> int:
    """Compare whoever came with an import and was not known before; returns how many pairs are listed.

    Args:
        now: POSIX seconds.
        pause: called with the length of each transaction in seconds; `breathe` beside a live floor.
    """
    listed, last = 0, ""
    while True:
        page = store.read(lambda connection, last=last: _new(connection, import_id, last))
        if not page:
            return listed
        last = page[-1]
        pairs = sorted(store.read(lambda connection, page=page: set(_sharing(connection, page))))
        if pairs:
            comparing = _Comparing(store)
            listed += comparing.put(pairs, now=now, pause=pause)


def compare_everybody(
    store: Store, *, now: float, pause: Pause = breathe, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Compare everybody on file; returns how many pairs are listed.

    Args:
        pause: as of `compare_import`; a floor may work on the store.
        progress: told how many persons were read.
    """
    blocks, persons, families = Blocks(), list[str](), Counter[str]()
    while page := store.read(lambda connection: _page(connection, persons[-1] if persons else "")):
        began = monotonic_now()
        for person in _compared_of(store, page):
            blocks.add(keys_of(person))
            persons.append(person.person)
            families[_family(person)] += 1
        progress(len(persons))
        pause(monotonic_now() - began)
    if not persons:
        return 0
    shared = blocks.found()
    comparing = _Comparing(
        store,
        clean=lambda person: without_common(person, shared),
        rarity=lambda family: rarity_of(families[family], len(persons)),
    )
    pairs = (in_order(persons[a], persons[b]) for a, b in shared.pairs())
    listed = 0
    while some := list(islice(pairs, PAGE)):
        listed += comparing.put(some, now=now, pause=pause)
    return listed


class _Comparing:
    """Compares pairs of one store.

    Args:
        clean: takes away what too many have to say anything; None = it is asked of the store.
        rarity: bits that a shared last name is worth.
    """

    def __init__(
        self,
        store: Store,
        *,
        clean: Callable[[Compared], Compared] | None = None,
        rarity: Callable[[str], float] | None = None,
    ) -> None:
        self._store = store
        self._clean = clean
        self._rarity = rarity
        self._kept: OrderedDict[str, Compared] = OrderedDict()

    def put(self, pairs: Sequence[tuple[str, str]], *, now: float, pause: Pause) -> int:
        """Compare these, and put on the list what may be one person; returns how many."""
        self._open({person for pair in pairs for person in pair})
        found = [pair for pair in map(self._judged, pairs) if pair is not None]
        if found:
            began = monotonic_now()
            self._store.write(lambda connection: alike.put(connection, found, now=now))
            pause(monotonic_now() - began)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return len(found)

    def _open(self, wanted: set[str]) -> None:
        for person in wanted & self._kept.keys():
            self._kept.move_to_end(person)
        missing = sorted(wanted - self._kept.keys())
        if not missing:
            return
        opened = list(_compared_of(self._store, missing))
        if self._clean is None:
            common = self._store.read(lambda connection: _common(connection, opened))
            opened = [replace(person, numbers=person.numbers - common) for person in opened]
        else:
            opened = list(map(self._clean, opened))
        self._kept.update({person.person: person for person in opened})

    def _judged(self, pair: tuple[str, str]) -> PairFound | None:
        one, other = (self._kept[person] for person in pair)
        is_family = _family(one) == _family(other) and self._rarity is not None
        rarity = self._rarity(_family(one)) if is_family and self._rarity is not None else None
        judgment = judged(one, other, rarity=rarity)
        if judgment.verdict is Verdict.DIFFERENT:
            return None
        return PairFound(
            one=pair[0],
            other=pair[1],
            is_sure=judgment.verdict is Verdict.SAME,
            confidence=judgment.confidence,
            reasons=tuple((reason.told, reason.bits) for reason in judgment.reasons),
        )


def _compared_of(store: Store, persons: Sequence[str]) -> Iterator[Compared]:
    """Persons as they are compared, in their order; whoever was forgotten has nothing to compare."""
    found = store.read(lambda connection: identities_of(connection, store.keyring, persons))
    return (_compared(person, found.get(person)) for person in persons)


def _compared(person: str, identity: Identity | None) -> Compared:
    if identity is None:
        return compared_person(person=person)
    born = identity.date_of_birth
    return compared_person(
        person=person,
        first=identity.first,
        middle=identity.middle,
        last=identity.last,
        suffix=identity.suffix,
        born=None if born is None else date.fromisoformat(born),
        last4=identity.ssn_last4,
        email=identity.email,
        numbers=identity.numbers,
        addresses=[(line, code) for line, _, code in identity.addresses.values()],
        debts=identity.accounts,
    )


def _family(person: Compared) -> str:
    return "".join(person.name.family)


def _page(connection: Connection, after: str) -> Sequence[str]:
    query = select(t.persons.c.person).where(t.persons.c.person > after)
    return connection.scalars(query.order_by(t.persons.c.person).limit(PAGE)).all()


def _new(connection: Connection, import_id: str, after: str) -> Sequence[str]:
    query = select(t.persons.c.person).where(t.persons.c.import_id == import_id, t.persons.c.person > after)
    return connection.scalars(query.order_by(t.persons.c.person).limit(PAGE)).all()


def _sharing(connection: Connection, persons: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of which one is among these persons, who share a number or name and birthday."""
    numbers, sealed = t.person_numbers.c, t.sealed.c
    new = frozenset(persons)
    for value, person, table in (
        (numbers.number, numbers.person, t.person_numbers),
        (sealed.match_key, sealed.subject, t.sealed),
    ):
        theirs = select(value).where(among(connection, person, persons), value.is_not(None)).distinct()
        few = (
            select(value)
            .where(value.in_(theirs))
            .group_by(value)
            .having(func.count().between(2, MOST_IN_A_BLOCK))
        )
        query = select(value, person).select_from(table).where(value.in_(few)).order_by(value, person)
        blocks: dict[str, list[str]] = {}
        for shared, who in connection.execute(query):
            blocks.setdefault(shared, []).append(who)
        yield from _pairs_with(blocks.values(), new)


def _pairs_with(blocks: Iterable[Sequence[str]], new: frozenset[str]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        for one, other in combinations(block, 2):
            if one in new or other in new:
                yield in_order(one, other)


def _common(connection: Connection, persons: Sequence[Compared]) -> frozenset[str]:
    """Numbers of these persons that more have than say something by it."""
    named = sorted({number for person in persons for number in person.numbers})
    numbers = t.person_numbers.c
    query = (
        select(numbers.number)
        .where(among(connection, numbers.number, named))
        .group_by(numbers.number)
        .having(func.count() > MOST_HAVING_A_NUMBER)
    )
    return frozenset(connection.scalars(query))

"""Pairs of persons who may be one, and what people said of them: the review list.

A pair is found by comparing (`dialer.casework.matching`) and told with its confidence and reasons, never with
what the two are called or when they were born: who looks sees that from the sealed identities. An answer is a
row of its own and is never changed; the newest of a pair counts.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, delete, exists, func, or_, select

from dialer.casework.matching.answers import PairAnswer
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row as Columns
from dialer.storage.database.statements import among, insert_rows, upsert

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFound:
    """Two persons by id, in order, and what was found between them.

    Args:
        is_sure: nothing contradicts that they are one, and it is as sure as comparing makes it.
        confidence: how likely it is that they are one, 0-1.
        reasons: what speaks for it and against it, in words, with what each is worth in bits.
    """

    one: str
    other: str
    is_sure: bool
    confidence: float
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody said of two persons. `at`: POSIX seconds."""

    one: str
    other: str
    answer: PairAnswer
    by: str
    why: str
    at: float


def in_order(one: str, other: str) -> tuple[str, str]:
    """Two persons as a pair is named."""
    assert one != other, "a pair is of two"
    return (one, other) if one < other else (other, one)


def put(connection: Connection, found: Iterable[PairFound], *, now: float) -> None:
    """Put pairs on the list; what was found before of a pair gives way, its answers stay."""
    rows: list[Columns] = [
        {
            "one": pair.one,
            "other": pair.other,
            "is_sure": pair.is_sure,
            "confidence": pair.confidence,
            "reasons": json.dumps(pair.reasons),
            "found_at": now,
        }
        for pair in found
    ]
    upsert(connection, t.alike_pairs, rows)


def waiting(
    connection: Connection, *, after: tuple[float, str, str] | None, most: int
) -> tuple[PairFound, ...]:
    """Pairs that nobody has answered, the surest first.

    Args:
        after: confidence and ids of the last pair that was seen; None = from the first.
    """
    pairs, answers = t.alike_pairs.c, t.alike_answers.c
    is_answered = exists().where(answers.one == pairs.one, answers.other == pairs.other)
    query = select(t.alike_pairs).where(~is_answered)
    if after is not None:
        confidence, one, other = after
        later = or_(pairs.one > one, and_(pairs.one == one, pairs.other > other))
        query = query.where(or_(pairs.confidence < confidence, and_(pairs.confidence == confidence, later)))
    ordered = query.order_by(pairs.confidence.desc(), pairs.one, pairs.other).limit(most)
    return tuple(map(_pair, connection.execute(ordered).all()))


def _pair(row: Row[tuple[str, str, bool, float, str, float]]) -> PairFound:
    return PairFound(
        one=row.one,
        other=row.other,
        is_sure=bool(row.is_sure),
        confidence=row.confidence,
        reasons=tuple((text, bits) for text, bits in json.loads(row.reasons)),
    )


def count_waiting(connection: Connection) -> int:
    """How many pairs nobody has answered."""
    pairs, answers = t.alike_pairs.c, t.alike_answers.c
    is_answered = exists().where(answers.one == pairs.one, answers.other == pairs.other)
    return connection.scalar(select(func.count()).select_from(t.alike_pairs).where(~is_answered)) or 0


def answer(connection: Connection, answered: Sequence[Answered]) -> None:
    """Write down what somebody said."""
    rows: list[Columns] = [
        {
            "one": each.one,
            "other": each.other,
            "answer": each.answer.value,
            "said_by": each.by,
            "why": each.why,
            "at": each.at,
        }
        for each in answered
    ]
    insert_rows(connection, t.alike_answers, rows)


def answers_of(connection: Connection, persons: Collection[str]) -> tuple[Answered, ...]:
    """Everything that was said of pairs of these persons with anybody, oldest first."""
    named = sorted(persons)
    one, other = (among(connection, column, named) for column in (_ANSWERS.one, _ANSWERS.other))
    query = select(t.alike_answers).where(or_(one, other)).order_by(_ANSWERS.id)
    return tuple(
        Answered(
            one=row.one,
            other=row.other,
            answer=PairAnswer(row.answer),
            by=row.said_by,
            why=row.why,
            at=row.at,
        )
        for row in connection.execute(query).all()
    )


_ANSWERS = t.alike_answers.c


def newest_answers(answers: Iterable[Answered]) -> dict[tuple[str, str], PairAnswer]:
    """What counts of each pair."""
    return {(each.one, each.other): each.answer for each in answers}


def forget(connection: Connection, person: str) -> int:
    """Take what comparing said of somebody off the list, who is erased; returns how many pairs. What people
    answered stays: it names two ids, and who answers for it."""
    pairs = t.alike_pairs.c
    return connection.execute(
        delete(t.alike_pairs).where(or_(pairs.one == person, pairs.other == person))
    ).rowcount

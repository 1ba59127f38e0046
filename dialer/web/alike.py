"""Routes of records that may be one person's: looked at, and answered by whoever may edit accounts."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from dialer.access.roles import Permission
from dialer.casework.matching.answers import PairAnswer
from dialer.web.access import TheOffice, demand_alike
from dialer.web.declaring import Asking, may
from dialer.web.finding import PersonView
from dialer.web.models import Body, Id
from dialer.web.ports import SaidOfPair
from dialer.web.visitor import Visitor

router = APIRouter(prefix="/api/people", tags=["persons"])

MOST_SHOWN = 100


class Look(Body):
    """At pairs that nobody has answered; at most `limit`."""

    limit: Annotated[int, Field(ge=1, le=MOST_SHOWN)] = 20


class ReasonView(Body):
    """What speaks for it (`bits` above 0) or against it, in words that say nothing of who they are."""

    text: str
    bits: float


class PairView(Body):
    """Two who may be one person. `is_sure`: nothing contradicts; `confidence`: how likely it is, 0-1."""

    one: PersonView
    other: PersonView
    is_sure: bool
    confidence: float
    reasons: list[ReasonView]


class PairsView(Body):
    """The surest pairs inside your walls. `is_cut`: there are more."""

    pairs: list[PairView]
    is_cut: bool


class SaidBody(Body):
    """What is said of two records, and what it goes by."""

    one: Id
    other: Id
    why: Annotated[str, Field(min_length=1, max_length=2_000)]


class PartBody(Body):
    """A record is not the person's that it was joined to, and what that goes by."""

    person: Id
    why: Annotated[str, Field(min_length=1, max_length=2_000)]


class SaidView(Body):
    """What was said, and which records are one person's now."""

    word: str
    by: str
    one_person: list[str]


@router.post("/review", dependencies=[may(Permission.FIND_PERSONS)])
async def review(body: Look, office: TheOffice, who: Asking) -> PairsView:
    """Pairs that may be one person, of whom both are inside your walls; whom you were shown is in the
    record."""
    found = await demand_alike(office).waiting(who.actor.walls, most=body.limit)
    pairs: list[PairView] = []
    for pair in found.pairs:
        who.about += [f"person:{pair.one.person}", f"person:{pair.other.person}"]
        pairs.append(
            PairView(
                one=PersonView(**asdict(pair.one)),
                other=PersonView(**asdict(pair.other)),
                is_sure=pair.is_sure,
                confidence=pair.confidence,
                reasons=[ReasonView(text=text, bits=bits) for text, bits in pair.reasons],
            )
        )
    return PairsView(pairs=pairs, is_cut=found.is_cut)


@router.post("/same", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def same(body: SaidBody, office: TheOffice, who: Asking) -> SaidView:
    """Two records are one person's, by your word: what protects under one protects under both. 422 when
    somebody said that two of them are different, or they are one already."""
    return await _answer(office, who, PairAnswer.SAME, body.why, body.one, body.other)


@router.post("/different", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def different(body: SaidBody, office: TheOffice, who: Asking) -> SaidView:
    """Two records are of two people: the pair is not shown again. 422 when somebody said they are one."""
    return await _answer(office, who, PairAnswer.DIFFERENT, body.why, body.one, body.other)


@router.post("/split", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def split(body: PartBody, office: TheOffice, who: Asking) -> SaidView:
    """Part a record from those that it was joined to. What was asked for meanwhile keeps protecting both."""
    return await _answer(office, who, None, body.why, body.person)


async def _answer(
    office: TheOffice, who: Visitor, said: PairAnswer | None, why: str, one: str, other: str = ""
) -> SaidView:
    for person in filter(None, (one, other)):
        await who.person(person)
    desk = demand_alike(office)
    word = SaidOfPair(one=one, other=other, answer=said, by=who.name, why=why, walls=who.actor.walls)
    group = await desk.answer(word)
    return SaidView(word="split" if said is None else said.value, by=who.name, one_person=list(group))

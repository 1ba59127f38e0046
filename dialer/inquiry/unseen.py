"""Who is on the list and would never be called, with nobody told of it: how many, why, and how to mend it.

Nothing here denies anything. The gate's denials are told by `callable`; this is what comes before any rule is
asked: no agent for a language, no role or no number, a campaign that no floor works, a list that runs dry.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, distinct, func, select

from compliance_gate.words import NumberRole
from dialer.domain.events import AgentLoggedIn
from dialer.domain.lead import NEVER, LeadState
from dialer.domain.transitions import Word
from dialer.measures.unseen import Needs, OutOfSight, lacking
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store

LOOKED_BACK_S = 7 * 86_400.0
"""Agents who logged in within a week are those of the floor."""

PACE_S = 3_600.0
"""How fast a list is worked is told by its last hour."""

SOON_MINUTES = 60.0
"""A list that lasts no longer is told."""

_WAITING = (LeadState.DUE.value, LeadState.CLAIMED.value, LeadState.QUEUED.value)


class Why(Word):
    """What keeps people out of sight."""

    NO_AGENT = "no agent"
    """No agent of the campaign may take them."""
    NO_FLOOR = "no floor"
    """No floor works their campaign, or its name is a slip."""
    NO_ROLE = "no role"
    """Of none of their numbers it is told whose it is."""
    NO_NUMBER = "no number"
    RUNS_DRY = "runs dry"
    """Of the list so much is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One reason. `count`: accounts, or people where it is about their numbers."""

    why: Why
    campaign: str
    count: int
    says: str
    mend: str

    def as_json(self) -> dict[str, object]:
        """For programs."""
        told: dict[str, object] = asdict(self)
        return told | {"why": self.why.value}


def unseen(store: Store, *, now: float) -> tuple[Unseen, ...]:
    """Everybody who waits and is out of sight at `now` (POSIX seconds), by campaign."""
    return store.read(partial(_unseen, now=now))


def of_shift(seen: OutOfSight, *, local: str) -> tuple[str, ...]:
    """The same of a shift that went by, in sentences. `local`: IANA zone of the times."""
    zone = ZoneInfo(local)
    told = [
        f"{count:,} accounts of {campaign} need {_named(needs)}, which no agent had: nobody called them. "
        "Seat an agent who has it, or place them in a campaign that has one."
        for campaign, needs, count in seen.unserved()
    ]
    told += [
        f"The list of {campaign} ran dry at {datetime.fromtimestamp(at, zone):%H:%M}: from then on "
        "nobody was left who might be called. Place more accounts, or end the shift of some agents earlier."
        for campaign, at in sorted(seen.dry_since.items())
    ]
    return tuple(told)


def _named(needs: Needs) -> str:
    return " and ".join(need.replace(":", " ") for need in needs)


def _unseen(connection: Connection, now: float) -> tuple[Unseen, ...]:
    return (
        *_without_floor(connection),
        *_without_agent(connection, now),
        *_by_numbers(connection),
        *_dry(connection, now),
    )


def _accounts(connection: Connection) -> dict[str, dict[Needs, int]]:
    """Accounts that are not over, by campaign and what they need."""
    leads = t.leads.c
    query = (
        select(leads.campaign, leads.needs, func.count().label("accounts"))
        .where(leads.state != LeadState.CLOSED.value)
        .group_by(leads.campaign, leads.needs)
        .order_by(leads.campaign, leads.needs)
    )
    found: dict[str, dict[Needs, int]] = {}
    for row in connection.execute(query).all():
        needs = tuple(json.loads(row.needs))
        found.setdefault(row.campaign, {})[needs] = row.accounts
    return found


def _worked(connection: Connection) -> set[str]:
    """Campaigns that a floor was set up for."""
    query = select(t.campaigns.c.campaign).where(t.campaigns.c.settings != "{}")
    return set(connection.scalars(query))


def _without_floor(connection: Connection) -> Iterator[Unseen]:
    worked = _worked(connection)
    if not worked:
        return  # nobody has begun to dial: every campaign is as new as the other
    for campaign, needs in _accounts(connection).items():
        if campaign in worked:
            continue
        near = get_close_matches(campaign, sorted(worked), n=1)
        slip = f"is it a slip of {near[0]!r}? " if near else ""
        yield Unseen(
            why=Why.NO_FLOOR,
            campaign=campaign,
            count=sum(needs.values()),
            says="no floor works this campaign",
            mend=f"{slip}set it up, or import the file again with --campaign {near[0] if near else 'NAME'}.",
        )


def _without_agent(connection: Connection, now: float) -> Iterator[Unseen]:
    agents = _agents(connection, now)
    for campaign, by_needs in _accounts(connection).items():
        there = agents.get(campaign, [])
        for needs, count in by_needs.items():
            if needs and lacking(needs, there):
                seen = f"of the {len(there)} agents of the last week none has it" if there else ""
                yield Unseen(
                    why=Why.NO_AGENT,
                    campaign=campaign,
                    count=count,
                    says=f"need {_named(needs)}; {seen or 'nobody logged in within a week'}",
                    mend=f"log an agent in who has the tag {' and '.join(needs)}.",
                )


def _agents(connection: Connection, now: float) -> dict[str, list[frozenset[str]]]:
    """What each agent may take who logged in lately, by campaign; the last login of each."""
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(
            journal.event == AgentLoggedIn.__name__,
            journal.now >= now - LOOKED_BACK_S,
            journal.fate.is_(None),
        )
        .order_by(journal.sequence)
    )
    unpacked = unpacker(connection)
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in connection.execute(query).all():
        event = decode_entry(unpacked(row.entry, row.dictionary)).event
        if isinstance(event, AgentLoggedIn):
            found.setdefault(event.campaign, {})[event.agent] = frozenset(event.tags)
    return {campaign: list(agents.values()) for campaign, agents in found.items()}


def _by_numbers(connection: Connection) -> Iterator[Unseen]:
    """People of whom no number is told, or of whose numbers none is told to be whose."""
    leads, ties, numbers = t.leads.c, t.person_debts.c, t.person_numbers.c
    known = case((numbers.role != NumberRole.UNKNOWN.value, 1), else_=0)
    of_person = (
        select(numbers.person, func.sum(known).label("known")).group_by(numbers.person).subquery("of_person")
    )
    query = (
        select(
            leads.campaign,
            func.count(distinct(case((of_person.c.person.is_(None), ties.person)))).label("numberless"),
            func.count(distinct(case((of_person.c.known == 0, ties.person)))).label("roleless"),
        )
        .join_from(t.leads, t.person_debts, ties.debt == leads.debt)
        .outerjoin(of_person, of_person.c.person == ties.person)
        .where(leads.state != LeadState.CLOSED.value)
        .group_by(leads.campaign)
        .order_by(leads.campaign)
    )
    for row in connection.execute(query).all():
        if row.numberless:
            yield Unseen(
                why=Why.NO_NUMBER,
                campaign=row.campaign,
                count=row.numberless,
                says="have no telephone number on file",
                mend="ask the client for one, or write to them.",
            )
        if row.roleless:
            yield Unseen(
                why=Why.NO_ROLE,
                campaign=row.campaign,
                count=row.roleless,
                says="have only numbers of which nobody says whose they are, which the strictest rule binds",
                mend="give phone_1_role in the file, or say which column is it (--column).",
            )


def _dry(connection: Connection, now: float) -> Iterator[Unseen]:
    leads, attempts = t.leads.c, t.attempts.c
    lately = (
        select(attempts.campaign, func.count().label("calls"))
        .where(attempts.launched_at >= now - PACE_S, attempts.launched_at <= now)
        .group_by(attempts.campaign)
    )
    placed = {row.campaign: int(row.calls) for row in connection.execute(lately).all()}
    is_due = leads.state.in_(_WAITING)
    rests = leads.state == LeadState.RESTING.value
    query = (
        select(
            leads.campaign,
            func.sum(case((is_due, 1), else_=0)).label("due"),
            func.sum(case((rests, 1), else_=0)).label("resting"),
            func.min(case((rests & (leads.not_before < NEVER), leads.not_before))).label("next"),
        )
        .group_by(leads.campaign)
        .order_by(leads.campaign)
    )
    for row in connection.execute(query).all():
        pace = placed.get(row.campaign, 0)
        minutes = row.due * PACE_S / 60.0 / pace if pace else None
        if minutes is None or minutes > SOON_MINUTES:
            continue
        after = (
            f"{row.resting:,} rest, the first until {datetime.fromtimestamp(row.next, UTC):%d %H:%M} UTC"
            if row.resting and row.next is not None
            else f"{row.resting:,} rest"
        )
        yield Unseen(
            why=Why.RUNS_DRY,
            campaign=row.campaign,
            count=row.due,
            says=f"are left, {minutes:.0f} minutes at the pace of the last hour; {after}",
            mend="place more accounts, or let agents go earlier or serve another campaign.",
        )

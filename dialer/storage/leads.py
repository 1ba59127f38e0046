"""Leads: claimed in the declared order, with whom they may reach; loaded whole for a rehearsal.

The order is `dialer.domain.ordering.LEAD_ORDER`, compiled here to SQL. It walks one index over the leads that
are due, so ten million accounts cost what a hundred do. Leads that wait for an instant are woken in small
batches before each claim: a head full of denied leads never has to be stepped over, and a morning on which a
million leads come due at once does not hold the write lock. While such a wave is being woken, the order
holds among the leads that are awake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, case, func, select, update

from compliance_gate.request import PersonFile
from compliance_gate.words import PersonRole
from dialer.domain.as_told import as_of
from dialer.domain.ids import AgentId, CampaignId, DebtId, LeadId
from dialer.domain.lead import LEAD, NEVER, Lead, LeadMove, LeadState
from dialer.domain.ordering import LEAD_ORDER
from dialer.domain.record import instant
from dialer.domain.targets import targets_of
from dialer.storage.database.tables import campaigns, debts, leads, person_debts, person_numbers
from dialer.storage.person_files import chunks, person_files
from dialer.storage.projecting.attempt_rows import texts

WAKE_AT_ONCE = 5_000
"""Leads woken in one transaction: some tens of milliseconds on SQLite."""

COUNTED_UP_TO = 10_000
"""Leads left are counted no further: pacing looks at the end of a list, not at its middle."""

TARGET_ROLES = (PersonRole.CONSUMER, PersonRole.JOINT_DEBTOR, PersonRole.GUARANTOR)
"""Who is called about a debt without being asked for by a collector: those who owe it, the primary first."""

OPEN = "open"
"""State of an account that is not over."""

NUMBERLESS = "no number that may be called"
"""Why a lead rests that the engine never saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a claim brought: leads in order, everybody tied to their debts, and what is left.

    Args:
        as_of: sequence of the last step that the facts include.
        leads_left: leads that may still come, these included; counted up to `COUNTED_UP_TO`.
        retry_at: POSIX seconds when the next resting lead becomes due; None = none rests.
    """

    leads: tuple[Lead, ...]
    persons: tuple[PersonFile, ...]
    leads_left: int
    retry_at: float | None
    as_of: int = 0


def order_columns() -> tuple[ColumnElement[Any], ...]:
    """The SQL compilation of `LEAD_ORDER`."""
    return tuple(
        leads.c[term.column].desc() if term.descending else leads.c[term.column].asc() for term in LEAD_ORDER
    )


def may(move: LeadMove) -> ColumnElement[bool]:
    """The condition of a statement that makes this move: rows in whose state the table of leads has it."""
    sources = [state.value for state in LEAD.sources(move)]
    return leads.c.state == sources[0] if len(sources) == 1 else leads.c.state.in_(sources)


@cache
def after(move: LeadMove) -> str:
    """The state that such a statement writes."""
    return LEAD.goal(move).value


def wake(connection: Connection, campaign: str, *, now: float) -> int:
    """Make at most `WAKE_AT_ONCE` resting leads due whose instant has come; returns how many."""
    sleeping = (
        select(leads.c.lead)
        .where(leads.c.campaign == campaign, may(LeadMove.WAKE), leads.c.not_before <= now)
        .order_by(leads.c.not_before)
        .limit(WAKE_AT_ONCE)
    )
    woken = update(leads).where(leads.c.lead.in_(sleeping)).values(state=after(LeadMove.WAKE))
    return connection.execute(woken).rowcount


def claim(connection: Connection, campaign: str, *, wanted: int) -> list[str]:
    """Claim up to `wanted` due leads in the declared order, by one statement: no two claims share a lead.

    Returns:
        ids, in the declared order.
    """
    head = (
        select(leads.c.lead)
        .where(leads.c.campaign == campaign, may(LeadMove.CLAIM))
        .order_by(*order_columns())
        .limit(wanted)
    )
    if connection.dialect.name == "postgresql":
        head = head.with_for_update(skip_locked=True)
    # A common table expression: PostgreSQL may run a bare subquery with a limit once for each row it updates.
    taken = head.cte("head")
    claimed = (
        update(leads)
        .where(leads.c.lead.in_(select(taken.c.lead)), may(LeadMove.CLAIM))
        .values(state=after(LeadMove.CLAIM))
        .returning(leads.c.lead)
    )
    ids = list(connection.execute(claimed).scalars())
    return list(
        connection.execute(
            select(leads.c.lead).where(leads.c.lead.in_(ids)).order_by(*order_columns())
        ).scalars()
    )


def clear_hints(
    connection: Connection, *, person: str | None = None, debt: str | None = None, number: str | None = None
) -> None:
    """A fact changed that may allow what was denied: resting leads of the person, of the debt, or of
    everybody who was placed with the number are looked at again.

    Leads with an agent reserved keep their instant: it was agreed with the person.
    """
    having = select(person_numbers.c.person).where(person_numbers.c.number == number)
    whose = person_debts.c.person == person if number is None else person_debts.c.person.in_(having)
    owed = select(person_debts.c.debt).where(whose)
    concerned = leads.c.debt.in_(owed) if debt is None else leads.c.debt == debt
    connection.execute(
        update(leads)
        .where(concerned, may(LeadMove.WAKE), leads.c.reserve_agent.is_(False))
        .values(state=after(LeadMove.WAKE), not_before=0.0)
    )


def wake_numberless(connection: Connection, persons: Sequence[str]) -> None:
    """A placement may have brought a number: leads that rested for want of one are looked at again."""
    for chunk in chunks(persons):
        owed = select(person_debts.c.debt).where(person_debts.c.person.in_(chunk))
        connection.execute(
            update(leads)
            .where(leads.c.debt.in_(owed), may(LeadMove.WAKE), leads.c.reason == NUMBERLESS)
            .values(state=after(LeadMove.WAKE), not_before=0.0)
        )


def forget_hints(connection: Connection, campaign: str, *, now: float) -> int:
    """The law changed: let some of the leads that were denied be looked at again; returns how many.

    One bite; call again until it returns 0. Leads with an agent reserved keep their instant.
    """
    denied = (
        select(leads.c.lead)
        .where(
            leads.c.campaign == campaign,
            may(LeadMove.WAKE),
            leads.c.not_before > now,
            leads.c.reserve_agent.is_(False),
        )
        .limit(WAKE_AT_ONCE)
    )
    woken = update(leads).where(leads.c.lead.in_(denied))
    woken = woken.values(state=after(LeadMove.WAKE), not_before=0.0)
    return connection.execute(woken).rowcount


def close_debt(connection: Connection, debt: str, state: str) -> None:
    """The account is over: leads that the engine does not hold are closed here (it closes its own)."""
    connection.execute(update(debts).where(debts.c.debt == debt).values(state=state))
    close_leads(connection, debt, reason=state)


def rest_leads(
    connection: Connection,
    debt: str,
    *,
    not_before: float,
    reason: str,
    reserve_agent: bool,
    reserve_for: str | None,
) -> None:
    """Something was said about the account: its leads that the store has rest, none shorter than it does.

    A call back has the instant that was promised, whatever the lead waited for before.
    """
    longer = case((leads.c.not_before > not_before, leads.c.not_before), else_=not_before)
    connection.execute(
        update(leads)
        .where(leads.c.debt == debt, may(LeadMove.REST_ACCOUNT))
        .values(
            state=after(LeadMove.REST_ACCOUNT),
            not_before=not_before if reserve_agent else longer,
            reason=reason,
            reserve_agent=reserve_agent,
            reserve_for=reserve_for,
        )
    )


def close_leads(connection: Connection, debt: str, *, reason: str) -> None:
    """The account has no more turns: its leads that the store has are closed; the debt stays as it is."""
    connection.execute(
        update(leads)
        .where(leads.c.debt == debt, may(LeadMove.CLOSE_ACCOUNT))
        .values(state=after(LeadMove.CLOSE_ACCOUNT), reason=reason)
    )


def reopen_debt(connection: Connection, debt: str, state: str) -> None:
    """The account that was over in this state is not: its leads that were closed by it have turns again."""
    connection.execute(update(debts).where(debts.c.debt == debt, debts.c.state == state).values(state=OPEN))
    connection.execute(
        update(leads)
        .where(leads.c.debt == debt, leads.c.reason == state, may(LeadMove.REOPEN))
        .values(state=after(LeadMove.REOPEN), not_before=0.0, reason="")
    )


def release_unrecorded(connection: Connection) -> int:
    """Give back claims whose answer the engine never wrote down: it died in between. Returns how many.

    Campaign by campaign, so that the index is walked and not ten million leads.
    """
    released = 0
    for campaign in connection.execute(select(campaigns.c.campaign)).scalars().all():
        lost = update(leads).where(leads.c.campaign == campaign, may(LeadMove.RELEASE))
        released += connection.execute(lost.values(state=after(LeadMove.RELEASE))).rowcount
    return released


def bring(connection: Connection, campaign: str, ids: Sequence[str], *, now: float) -> Claimed:
    """Everything the engine wants to know of claimed leads."""
    rows = {
        row.lead: row
        for chunk in chunks(ids)
        for row in connection.execute(select(leads).where(leads.c.lead.in_(chunk))).all()
    }
    tied = _tied(connection, [row.debt for row in rows.values()])
    files = person_files(connection, (p for people in tied.values() for p, _ in people), now=now)
    made = [lead_of(rows[lead], tied.get(rows[lead].debt, ()), files) for lead in ids if lead in rows]
    return Claimed(
        leads=tuple(lead for lead in made if lead is not None),
        persons=tuple(as_of(files[person], at=instant(now)) for person in sorted(files)),
        leads_left=len(ids) + _left(connection, campaign),
        retry_at=connection.scalar(
            select(func.min(leads.c.not_before)).where(
                leads.c.campaign == campaign, may(LeadMove.WAKE), leads.c.not_before < NEVER
            )
        ),
    )


def _left(connection: Connection, campaign: str) -> int:
    some = (
        select(leads.c.lead)
        .where(
            leads.c.campaign == campaign,
            leads.c.state.in_((LeadState.DUE.value, LeadState.RESTING.value)),
            leads.c.not_before < NEVER,
        )
        .limit(COUNTED_UP_TO)
        .subquery()
    )
    return connection.scalar(select(func.count()).select_from(some)) or 0


def load_leads(connection: Connection, campaign: str, *, now: float) -> Claimed:
    """Every open lead of a campaign with its persons, in the declared order: a rehearsal's memory."""
    open_leads = (
        select(leads.c.lead)
        .where(leads.c.campaign == campaign, leads.c.state != LeadState.CLOSED.value)
        .order_by(*order_columns())
    )
    ids = list(connection.execute(open_leads).scalars())
    return bring(connection, campaign, ids, now=now)


def _tied(connection: Connection, owed: Iterable[str]) -> dict[str, list[tuple[str, PersonRole]]]:
    """Persons tied to each debt with their role, the primary first."""
    tied: dict[str, list[tuple[str, PersonRole]]] = {}
    for chunk in chunks(sorted(set(owed))):
        query = select(person_debts).where(person_debts.c.debt.in_(chunk))
        for row in connection.execute(query).all():
            tied.setdefault(row.debt, []).append((row.person, PersonRole(row.role)))
    order = list(PersonRole)
    for people in tied.values():
        people.sort(key=lambda pair: (order.index(pair[1]), pair[0]))
    return tied


def lead_of(
    row: Row[Any],
    tied: Sequence[tuple[str, PersonRole]],
    files: Mapping[str, PersonFile],
) -> Lead | None:
    """The lead as the hopper receives it; None when nobody tied to the debt may be called.

    Whoever claimed such a lead sets it aside for a day: facts may have changed by then.
    """
    callable_persons = [files[person] for person, role in tied if role in TARGET_ROLES]
    targets = tuple(target for file in callable_persons for target in targets_of(file))
    if not targets:
        return None
    reserve_for = cast("str | None", row.reserve_for)
    return Lead(
        lead=LeadId(row.lead),
        campaign=CampaignId(row.campaign),
        debt=DebtId(row.debt),
        targets=targets,
        needs=texts(row.needs),
        priority=row.priority,
        passes=row.passes,
        reserve_agent=bool(row.reserve_agent),
        reserve_for=None if reserve_for is None else AgentId(reserve_for),
        not_before=row.not_before if row.reserve_agent else None,
    )

"""States of leads in SQL are those of their table, and statements that change them make its moves."""

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from dialer.domain.commands import CloseLead, RestLead, StoreAttempt
from dialer.domain.events import Event, LeadsFetched, TimeReached
from dialer.domain.ids import CampaignId
from dialer.domain.lead import LEAD, Lead, LeadMove, LeadState
from dialer.storage import leads as storage_leads
from dialer.storage import live
from dialer.storage.database.tables import debts, leads, person_debts, persons
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project

STORAGE = Path(storage_leads.__file__).parent
Work = Callable[[Connection, str], object]

MOVES: list[tuple[LeadMove, Work]] = [
    (LeadMove.WAKE, lambda c, _lead: storage_leads.wake(c, "c", now=1e12)),
    (LeadMove.WAKE, lambda c, _lead: storage_leads.clear_hints(c, person="p")),
    (LeadMove.WAKE, lambda c, _lead: storage_leads.wake_numberless(c, ["p"])),
    (LeadMove.WAKE, lambda c, _lead: storage_leads.forget_hints(c, "c", now=-1.0)),
    (LeadMove.CLAIM, lambda c, _lead: storage_leads.claim(c, "c", wanted=9)),
    (LeadMove.RELEASE, lambda c, _lead: storage_leads.release_unrecorded(c)),
    (LeadMove.SET_ASIDE, lambda c, lead: live.set_aside(c, [lead], 1e12)),
    (LeadMove.RELEASE, lambda c, lead: live.release(c, [lead])),
    (LeadMove.CLOSE_ACCOUNT, lambda c, _lead: storage_leads.close_debt(c, "d", "recalled")),
]


def made(connection: Connection, state: LeadState) -> str:
    """One lead in this state, whose debt somebody owes."""
    for table in (leads, person_debts, debts, persons):
        connection.execute(table.delete())
    connection.execute(insert(persons), [{"person": "p", "client": "acme", "language": "en"}])
    row = {"lead": "l", "campaign": "c", "debt": "d", "state": state.value}
    connection.execute(insert(leads), [{**row, "reason": storage_leads.NUMBERLESS}])
    connection.execute(insert(person_debts), [{"person": "p", "debt": "d", "role": "consumer"}])
    return "l"


def state_of(connection: Connection, lead: str) -> str | None:
    return connection.scalar(select(leads.c.state).where(leads.c.lead == lead))


@pytest.mark.parametrize(("move", "work"), MOVES, ids=[f"{m.name}-{i}" for i, (m, _) in enumerate(MOVES)])
def test_a_statement_moves_leads_as_the_table_says_and_leaves_all_others_alone(
    floor: Any, move: LeadMove, work: Work
) -> None:
    floor.place(floor.account("A1"))

    def tried(connection: Connection, state: LeadState) -> str | None:
        lead = made(connection, state)
        work(connection, lead)
        return state_of(connection, lead)

    for state in LeadState:
        expected = LEAD.move(state, move) if LEAD.may(state, move) else state
        assert floor.store.write(partial(tried, state=state)) == expected.value, state


def projected(floor: Any, event: Event, *commands: Any) -> str | None:
    fold = Fold()
    project(fold, floor.step(event, *commands))
    floor.store.write_steps(fold)
    return floor.store.write(partial(state_of, lead=floor.lead_id("A1")))


def test_what_the_engine_says_moves_a_lead_along_its_way(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    assert isinstance(lead, Lead)
    floor.store.write(partial(storage_leads.claim, campaign="c", wanted=1))
    fetched = LeadsFetched(
        campaign=CampaignId("c"), request=1, as_of=0, leads=(lead,), persons=(), leads_left=1
    )
    rested = RestLead(lead=lead.lead, not_before=floor.now, reason="x", passes=1)
    attempt = StoreAttempt(record=floor.record("a1", lead), findings=())
    way = [
        (projected(floor, fetched), LeadMove.BRING),
        (projected(floor, TimeReached(), attempt), LeadMove.LAUNCH),
        (projected(floor, TimeReached(), rested), LeadMove.REST),
    ]
    state = LeadState.CLAIMED
    for written, move in way:
        state = LEAD.move(state, move)
        assert written == state.value
    assert projected(floor, TimeReached(), CloseLead(lead=lead.lead, reason="x")) == LeadState.CLOSED.value


def test_no_statement_names_a_state_of_leads_by_a_string() -> None:
    words = {state.value for state in LeadState}
    offenders = [
        f"{path.name}:{node.lineno} {node.value!r}"
        for path in sorted(STORAGE.rglob("*.py"))
        if path.parent.name != "versions"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in words
    ]
    assert offenders == []

"""Nothing in a start, a claim or a commit walks a whole table: ten million rows cost what a hundred do."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event

from compliance_gate.request import Consent
from compliance_gate.words import ConsentScope
from dialer.domain.commands import RefillHopper
from dialer.domain.events import AccountRecalled, ConsentGiven
from dialer.domain.ids import AgentId, CampaignId, DebtId, PersonId
from dialer.domain.ports import JournalEntry
from dialer.floor.floor_store import FloorStore
from dialer.storage.journal.rows import journal_since
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

LARGE = ("journal", "attempts", "facts", "leads", "persons", "person_debts", "person_numbers", "numbers",
         "debts", "addresses", "denials", "staged_accounts", "sealed")  # fmt: skip
WALK = re.compile(rf"\bSCAN ({'|'.join(LARGE)})\b")


def plan(connection: Connection, sql: str, parameters: Sequence[Any]) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(parameters)).all()
    return [row[3] for row in rows]


async def test_every_statement_of_a_start_a_claim_and_a_commit_uses_an_index(store: Store) -> None:
    ran: dict[str, Sequence[Any]] = {}

    @event.listens_for(Engine, "before_cursor_execute")
    def remember(  # pyright: ignore[reportUnusedFunction]
        _connection: object, _cursor: object, sql: str, parameters: Any, _context: object, many: bool
    ) -> None:
        ran[sql] = parameters[0] if many else parameters

    try:
        store.start_generation()
        store.checkpoint()
        store.enter_rulebook("r1", now=0.0)
        store.read(lambda connection: journal_since(connection, 0))
        store.write(lambda c: c.exec_driver_sql("INSERT INTO campaigns (campaign) VALUES ('c')").rowcount)
        store.start_generation()
        store.write(
            lambda c: (
                c.exec_driver_sql("INSERT INTO leads (lead, campaign, debt) VALUES ('l', 'c', 'd')").rowcount
            )
        )
        store.write(
            lambda c: c.exec_driver_sql("INSERT INTO person_debts (person, debt) VALUES ('p', 'd')").rowcount
        )
        consent = Consent(at=datetime(2026, 11, 23, tzinfo=UTC), scope=ConsentScope.CALL)
        async with LiveStore(store, now=lambda: 1.0) as live:
            await live.leads.fetch(RefillHopper(campaign=CampaignId("c"), request=1, wanted=5, sequence=0))
            floor_store = FloorStore(live)
            await floor_store.past_talks(AgentId("ann"), since=0.0)
            floor_store.close()
            await live.journal.append(
                [
                    JournalEntry(
                        sequence=1,
                        now=1.0,
                        event=ConsentGiven(person=PersonId("p"), consent=consent),
                        commands=(),
                    ),
                    JournalEntry(sequence=2, now=1.0, event=AccountRecalled(debt=DebtId("d")), commands=()),
                ]
            )
    finally:
        event.remove(Engine, "before_cursor_execute", remember)
    looked_at = {
        sql: parameters for sql, parameters in ran.items() if re.match(r"(SELECT|UPDATE|WITH|DELETE)", sql)
    }
    assert len(looked_at) > 15
    plans = {sql: store.read(partial(plan, sql=sql, parameters=values)) for sql, values in looked_at.items()}
    assert {sql: steps for sql, steps in plans.items() if any(WALK.search(step) for step in steps)} == {}

"""How long measures take: `python benchmarks/measures.py [ATTEMPTS]`. Goal: 0.5 s for 100,000."""

import sys
import time

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.measures.facts import facts_of
from dialer.measures.records import AgentSpan, ShiftRecords
from dialer.measures.registry import measure_all

KINDS = tuple(DispositionKind)
STATES = (AgentState.AVAILABLE, AgentState.TALKING, AgentState.WRAPPING)


def attempt(index: int) -> AttemptRecord:
    """One in three is answered and joined; the dispositions go round."""
    joined = index % 3 == 0
    return AttemptRecord(
        attempt=AttemptId(f"a{index}"),
        campaign=CampaignId("c"),
        lead=LeadId(f"l{index // 2}"),
        person=PersonId(f"p{index // 2}"),
        number=NumberId(f"n{index // 2}"),
        debts=(),
        zones=("America/New_York",),
        rulebook="r",
        launched_at=0.3 * index,
        answered_at=0.3 * index + 10 if joined else None,
        bridged_at=0.3 * index + 10.1 if joined else None,
        talk_ended_at=0.3 * index + 70 if joined else None,
        ended_at=0.3 * index + 70,
        outcome=Outcome.CONNECTED if joined else Outcome.NO_ANSWER,
        disposition=Disposition(kind=KINDS[index % len(KINDS)]) if joined else None,
    )


def main(attempts: int) -> None:
    """Make the rows, measure, print."""
    spans = tuple(
        AgentSpan(
            agent=AgentId(f"agent{index % 30}"),
            campaign=CampaignId("c"),
            state=STATES[index // 30 % 3],
            started_at=float(index // 30 * 60),
            ended_at=float(index // 30 * 60 + 60),
        )
        for index in range(attempts)
    )
    records = ShiftRecords(
        attempts=tuple(attempt(index) for index in range(attempts)),
        agent_spans=spans,
        promises=(),
        denials=(),
        starts_at=0.0,
        ends_at=0.3 * attempts + 100,
    )
    started = time.perf_counter()
    measure_all(facts_of(records))
    print(f"{attempts} attempts, {attempts} spans: {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

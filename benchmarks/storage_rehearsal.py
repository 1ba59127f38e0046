"""How fast a rehearsal's steps reach the store: 250,000 steps in at most five seconds is the goal.

    python benchmarks/storage_rehearsal.py [STEPS]

Steps are mixed as a predictive floor mixes them: for each attempt some six small ones (ringing, answer, end,
agents' states, pacing) and one with the attempt and its findings.
"""

import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from compliance_gate.findings import Finding, Verdict
from dialer.domain.attempt import Outcome
from dialer.domain.commands import RestLead, StoreAgentState, StoreAttempt, StoreOutcome, StorePacing
from dialer.domain.events import CallAnswered, CallEnded, CallRinging, TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.storage.journal.file import JournalHeader, JournalWriter, surroundings
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store

CAMPAIGN = CampaignId("c")
FINDINGS = tuple(
    Finding(
        rule=f"us-federal-rule-{n}",
        verdict=Verdict.CLEARED,
        citation="12 CFR 1006.14(b)(2)(i)(A)",
        facts=(("calls in seven days", "2"), ("zones", "America/New_York")),
    )
    for n in range(15)
)


def entries(count: int) -> Iterator[JournalEntry]:
    """Steps of a made-up shift."""
    sequence = 0
    attempt = 0
    while sequence < count:
        attempt += 1
        now = attempt * 0.5
        name = AttemptId(f"g1-{attempt}")
        lead = LeadId(f"l-{attempt % 20_000}")
        record = AttemptRecord(
            attempt=name,
            campaign=CAMPAIGN,
            lead=lead,
            person=PersonId(f"p-{attempt % 14_000}"),
            number=NumberId(f"n-{attempt % 30_000}"),
            debts=(DebtId(f"d-{attempt % 20_000}"),),
            zones=("America/Chicago", "America/New_York"),
            rulebook="r1",
            launched_at=now,
        )
        pacing = StorePacing(
            campaign=CAMPAIGN,
            pool=("client:acme",),
            launches=1,
            launched=1,
            reason="a line is free",
            terms=(("lateness", 0.01),),
        )
        steps = (
            (TimeReached(), (pacing, StoreAttempt(record=record, findings=FINDINGS))),
            (CallRinging(attempt=name), ()),
            (TimeReached(), ()),
            (CallAnswered(attempt=name, answered_at=now), ()),
            (TimeReached(), (StoreAgentState(agent=AgentId("a1"), campaign=CAMPAIGN, state="talking"),)),
            (
                CallEnded(attempt=name, outcome=Outcome.MACHINE),
                (
                    StoreOutcome(record=replace(record, outcome=Outcome.MACHINE, ended_at=now + 20)),
                    RestLead(lead=lead, not_before=now + 7200, reason="machine", passes=1),
                ),
            ),
            (TimeReached(), (StoreAgentState(agent=AgentId("a1"), campaign=CAMPAIGN, state="available"),)),
        )
        for event, commands in steps:
            sequence += 1
            yield JournalEntry(sequence=sequence, now=now, event=event, commands=commands)


@contextmanager
def timed(what: str, path: Path, count: int) -> Generator[None]:
    """Print wall-clock and processor seconds: on a busy machine only the second says something."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    size = path.stat().st_size / 1e6
    print(f"{what:20} {count:,} steps: {wall:5.2f} s wall, {processor:5.2f} s processor, {size:.0f} MB")


def main(count: int) -> None:
    """Print what it costs to write the steps to a file, and to tables."""
    made = list(entries(count))
    with tempfile.TemporaryDirectory() as folder:
        file, tables = Path(folder) / "journal.jsonl.zst", Path(folder) / "store.db"
        header = JournalHeader(rulebook="r1", surroundings=surroundings())
        with timed("journal file", file, len(made)), JournalWriter(file, header) as journal:
            with RehearsalWriter(None, journal) as writer:
                for entry in made:
                    writer.append(entry)
            journal.flush()
        with (
            Store.open(str(tables), durable=False, exclusive=True) as store,
            timed("journal and tables", tables, len(made)),
            RehearsalWriter(store) as writer,
        ):
            for entry in made:
                writer.append(entry)
            writer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250_000)

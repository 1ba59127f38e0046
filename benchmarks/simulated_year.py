"""A year of calls to the people of the bundled sample, every decision audited by a second reading of the
law.

    python -m benchmarks.simulated_year --persons 400

Each person is looked at at random instants of a year, edges of the day among them, as a hopper would:
what the gate lets go is called, something comes of it (a conversation, a request to stop, a call back
asked for, a wrong number), and the file grows. Law packs are found by the register from the person's
addresses. Counted are calls outside the law (there must be none) and lawful calls that were denied, each
kind by name.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time as clock
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import reset_tzpath

import numpy as np

from benchmarks.gate_oracle import MOST_LAWFUL_DENIED, Tally, compare, report
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.auditor import Reading
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import HistoryEntry, PersonFile, PersonRequest, ProposedContact
from compliance_gate.told.second_reading import judge_contact
from compliance_gate.words import Direction, EventKind, Outcome, RequestKind
from dialer.floor.placing import import_placement
from dialer.floor.stores import REHEARSAL_KEY
from dialer.intake.placements import PlacementReader
from dialer.storage.store import Store

PLACED_AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
YEAR = timedelta(days=365)
REMEMBERED = timedelta(days=100)
RING_S = 25.0
OUTCOMES = (
    (Outcome.NO_ANSWER, 0.45),
    (Outcome.VOICEMAIL_REACHED_NO_MESSAGE, 0.27),
    (Outcome.AMD_MACHINE, 0.1),
    (Outcome.BUSY, 0.04),
    (Outcome.NOT_IN_SERVICE, 0.03),
    (Outcome.ABANDONED, 0.01),
    (Outcome.ANSWERED_THEN_DROPPED, 0.02),
    (Outcome.CONVERSATION, 0.08),
)
# What people say when they are spoken to, and how often.
SAID = (
    (RequestKind.CALLBACK_REQUEST, 0.06),
    (RequestKind.STOP_CALLING, 0.02),
    (RequestKind.WRONG_NUMBER_LEARNED, 0.03),
    (RequestKind.CEASE_COMMUNICATION, 0.01),
    (RequestKind.ATTORNEY_REPRESENTED, 0.01),
)


def people_of_the_sample(limit: int) -> list[PersonFile]:
    """The files of people from all over the bundled placement, as the engine would fetch them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = _thinned(folder / "placement.csv", lines=10 * limit)
        store = stack.enter_context(
            Store.open(str(folder / "year.db"), durable=False, identity_key=REHEARSAL_KEY)
        )
        reader = PlacementReader(path, as_of=PLACED_AT)
        import_placement(
            store, reader, campaign="year", now=PLACED_AT.timestamp(), progress=lambda _lines: None
        )
        claimed = store.load_leads("year", now=PLACED_AT.timestamp())
    return [file for file in claimed.persons if file.numbers and file.debts][:limit]


def _thinned(path: Path, *, lines: int) -> Path:
    """About so many lines of the bundled placement, evenly spread: one in ten or so gives a person."""
    sample = resources.files("config") / "sample" / "placement.csv.gz"
    heading, *rest = gzip.decompress(sample.read_bytes()).decode().splitlines(keepends=True)
    path.write_text("".join([heading, *rest[:: max(1, len(rest) // lines)]]), encoding="utf-8")
    return path


class _Year:
    """One person's year."""

    def __init__(self, gate: ComplianceGate, file: PersonFile, draw: np.random.Generator) -> None:
        self.gate = gate
        self.file = file
        self.draw = draw
        self.entries = 0

    def chosen(self, options: tuple[tuple[object, float], ...]) -> object | None:
        """One of the options by its share; `None` for what is left over."""
        at = float(self.draw.random())
        for option, share in options:
            at -= share
            if at < 0:
                return option
        return None

    def run(self, looks: int, tally: Tally) -> None:
        """Look at the person so many times through the year."""
        seconds = np.sort(self.draw.integers(0, int(YEAR.total_seconds()), looks))
        for second in seconds.tolist():
            self.look(PLACED_AT + timedelta(seconds=self._in_the_day(second)), tally)

    def _in_the_day(self, second: int) -> int:
        """Half of the looks fall between eight and nine Eastern, a tenth on the edges of the day."""
        day, rest = divmod(second, 86_400)
        kind = self.draw.random()
        if kind < 0.1:
            rest = (int(self.draw.integers(12, 17)) * 3600 - 54_000 + int(self.draw.integers(-2, 3))) % 86_400
        elif kind < 0.6:
            rest = int(self.draw.integers(0, 36_000))
        return day * 86_400 + rest

    def look(self, at: datetime, tally: Tally) -> None:
        """Ask both whether to call now; call if the gate lets go."""
        number = self.file.numbers[int(self.draw.integers(0, len(self.file.numbers)))]
        debt = self.file.debts[int(self.draw.integers(0, len(self.file.debts)))]
        proposed = ProposedContact(number=number.number, debts=(debt.debt,))
        since = at - REMEMBERED
        self.file = replace(self.file, history=tuple(e for e in self.file.history if e.at > since))
        request = ContactRequest(person=PreparedPerson(self.file), proposed=proposed, max_ring_s=RING_S)
        decision = self.gate.evaluate(request, at=at, with_retry=False)
        judgement = judge_contact(self.file, proposed, at=at, reading=Reading(max_ring_s=RING_S))
        compare(f"{self.file.person} at {at.isoformat()}", judgement, decision, tally)
        if decision.is_allowed:
            self.call(at, number.number, debt.debt)

    def call(self, at: datetime, number: str, debt: str) -> None:
        """What comes of the call, and what is said in it."""
        outcome = self.chosen(OUTCOMES) or Outcome.NO_ANSWER
        assert isinstance(outcome, Outcome)
        self.entries += 1
        entry = HistoryEntry(
            entry=f"Y{self.entries}",
            at=at,
            event=EventKind.CALL_PLACED,
            direction=Direction.OUTBOUND,
            outcome=outcome,
            debts=(debt,),
            number=number,
        )
        self.file = replace(self.file, history=(*self.file.history, entry))
        if outcome is Outcome.CONVERSATION:
            self.say(at + timedelta(seconds=60), number, debt)

    def say(self, at: datetime, number: str, debt: str) -> None:
        """A request made in a conversation."""
        kind = self.chosen(SAID)
        if not isinstance(kind, RequestKind):
            return
        about_number = kind is RequestKind.WRONG_NUMBER_LEARNED
        about_debt = kind in {RequestKind.CALLBACK_REQUEST, RequestKind.ATTORNEY_REPRESENTED}
        request = PersonRequest(
            at=at,
            type=kind,
            number=number if about_number else None,
            debts=(debt,) if about_debt else None,
        )
        self.file = replace(self.file, requests=(*self.file.requests, request))


def run(seed: int, files: list[PersonFile], first: int, looks: int) -> Tally:
    """The years of some people."""
    reset_tzpath(to=())
    gate = ComplianceGate(sample_rulebook())
    tally = Tally()
    for place, file in enumerate(files):
        _Year(gate, file, np.random.default_rng([seed, first + place])).run(looks, tally)
    return tally


def main() -> int:
    """Run the year; exit status 1 if a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=400)
    parser.add_argument("--looks", type=int, default=200, help="times each person is looked at in the year")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    began = clock.perf_counter()
    reset_tzpath(to=())
    files = people_of_the_sample(wanted.persons)
    each = max(1, -(-len(files) // (wanted.processes * 8)))
    total = Tally()
    with ProcessPoolExecutor(wanted.processes) as pool:
        starts = list(range(0, len(files), each))
        parts = [files[start : start + each] for start in starts]
        for tally in pool.map(run, [wanted.seed] * len(parts), parts, starts, [wanted.looks] * len(parts)):
            total.add(tally)
    if not wanted.json:
        print(f"{len(files)} people of the sample, {wanted.looks} looks each in a year")
    report(total, len(files), clock.perf_counter() - began, as_json=wanted.json)
    share = total.share_denied
    return int(total.unlawful_allows > 0 or share is None or share > MOST_LAWFUL_DENIED)


if __name__ == "__main__":
    sys.exit(main())

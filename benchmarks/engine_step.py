"""How many events a second the engine takes: the steps of a 50-agent predictive shift, stepped again.

    python -m benchmarks.engine_step [--agents 50] [--hours 1] [--rounds 3]

A shift is rehearsed once; then its events, in their order and at their instants, go through a fresh engine
and nothing else is timed. Printed for the engine under the whole law, and for the engine alone (a gate that
clears everything), as medians of the rounds in processor time.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.errors import FairdialError
from dialer.domain.events import Event
from dialer.domain.ports import JournalEntry
from dialer.engine.engine import DialerEngine
from simulator.open_gate import OpenGate
from simulator.rehearsal import run_rehearsal
from simulator.scenario_file import load_scenario


def events_of(agents: int, hours: float, *, law: bool) -> list[tuple[Event, float]]:
    """The events of one rehearsed shift, with their instants."""
    taken: list[tuple[Event, float]] = []

    def sink(entry: JournalEntry) -> None:
        taken.append((entry.event, entry.now))

    rulebook = sample_rulebook() if law else None
    scenario = load_scenario("collections")
    run_rehearsal(scenario, seed=1, rulebook=rulebook, agents=agents, hours=hours, sink=sink)
    return taken


def events_per_second(events: list[tuple[Event, float]], make: Callable[[], DialerEngine]) -> float:
    """One round through a fresh engine, in processor time."""
    engine = make()
    began = time.process_time()
    for event, now in events:
        try:
            engine.step(event, now=now)
        except FairdialError:
            continue
    return len(events) / (time.process_time() - began)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    rulebook = sample_rulebook()
    for name, law, make in (
        ("under the whole law", True, lambda: DialerEngine(ComplianceGate(rulebook))),
        ("engine and pacing alone", False, lambda: DialerEngine(OpenGate())),
    ):
        events = events_of(wanted.agents, wanted.hours, law=law)
        rates = [events_per_second(events, make) for _ in range(wanted.rounds)]
        print(f"{name}: {len(events)} events, median {statistics.median(rates):,.0f} a second")


if __name__ == "__main__":
    main()

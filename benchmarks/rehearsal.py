"""How long a whole shift takes to rehearse, and where the time goes.

Goal: 50 agents, 8 hours of the collections scenario, gate and journal on, in 20 s at most on one core and in
1 GB. `--no-law` leaves the gate out; `--world-only` replaces the engine by a scripted one, which leaves the
simulator's own cost. The journal here is an encoder that throws its bytes away, unless `--no-journal`.

    python benchmarks/rehearsal.py --scenario collections --agents 50 --hours 8
"""

import argparse
import gc
import json
import resource
import time

from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.ports import JournalEntry
from simulator.rehearsal import Rehearsal, RehearsalResult, run_rehearsal
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario
from simulator.scenario_settings import adapted
from simulator.scripted_engine import ScriptedEngine
from simulator.world import Sink


class Encoder:
    """A journal without a disk: every entry becomes bytes."""

    def __init__(self) -> None:
        from dialer.storage.journal.codecs import encode_entry  # noqa: PLC0415 - only when the journal is measured

        self._encode = encode_entry
        self.bytes = 0

    def __call__(self, entry: JournalEntry) -> None:
        self.bytes += len(self._encode(entry))


def _world_only(scenario: Scenario, seed: int) -> RehearsalResult:
    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=ScriptedEngine())
    rehearsal.work()
    return rehearsal.result(rulebook="scripted")


def main() -> None:
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="collections")
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--policy", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-law", action="store_true")
    parser.add_argument("--no-journal", action="store_true")
    parser.add_argument("--world-only", action="store_true")
    arguments = parser.parse_args()
    scenario = adapted(
        load_scenario(arguments.scenario),
        policy=arguments.policy,
        agents=arguments.agents,
        hours=arguments.hours,
    )
    rulebook = None if arguments.no_law else sample_rulebook()
    sink: Sink | None = None if arguments.no_journal or arguments.world_only else Encoder()
    gc.freeze()  # as `fairdial simulate` does: a shift makes millions of objects that live
    gc.set_threshold(100_000, 50, 100)
    wall, core = time.perf_counter(), time.process_time()
    if arguments.world_only:
        result = _world_only(scenario, arguments.seed)
    else:
        result = run_rehearsal(scenario, seed=arguments.seed, rulebook=rulebook, sink=sink)
    wall, core = time.perf_counter() - wall, time.process_time() - core
    print(
        json.dumps(
            {
                "scenario": result.scenario,
                "policy": result.policy,
                "agents": result.agents,
                "hours": result.hours,
                "law": rulebook is not None and not arguments.world_only,
                "journal_bytes": sink.bytes if isinstance(sink, Encoder) else None,
                "attempts": len(result.attempts),
                "steps": result.steps,
                "wall_s": round(wall, 2),
                "core_s": round(core, 2),
                "steps_per_core_s": round(result.steps / core),
                "us_per_step": round(1e6 * core / result.steps, 1),
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "denials": result.denials,
            }
        )
    )


if __name__ == "__main__":
    main()

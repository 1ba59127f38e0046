"""The same scenario on a real Asterisk and in the simulator: do the measures agree within their intervals?

    python benchmarks/fidelity.py                          two shifts of five minutes, ten agents
    python benchmarks/fidelity.py --minutes 20 --shifts 5 --out fidelity.md

The exit status is 1 when they do not. Below the table stands what the real world added to every call: the
parameters `setup_s`, `bridge_s` and `hangup_s` of `tests/live/lab.toml` come from there.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "live"))

from lab.laboratory import Laboratory, reason_missing
from shift import lab_scenario
from two_worlds import Shift, compare, delays_in_words, rehearse, table, with_size, work

from simulator.scenario import Scenario


def main() -> int:
    """Work the shifts, rehearse them, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=5.0, help="length of a shift")
    parser.add_argument("--shifts", type=int, default=2, help="on the laboratory, one after the other")
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--rehearsals", type=int, default=40)
    parser.add_argument("--confidence", type=float, default=0.99, help="of all intervals together")
    parser.add_argument("--out", type=Path, help="write the report there too")
    asked = parser.parse_args()
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 2
    scenario = with_size(lab_scenario(), agents=asked.agents, minutes=asked.minutes)
    real = asyncio.run(real_shifts(scenario, asked.shifts))
    simulated = [rehearse(scenario, seed=1000 + place) for place in range(asked.rehearsals)]
    agreements = compare(real, simulated, confidence=asked.confidence)
    text = (
        f"{asked.agents} agents, {asked.shifts} shifts of {asked.minutes:g} minutes on the laboratory, "
        f"{asked.rehearsals} rehearsals\n\n{table(agreements, confidence=asked.confidence)}\n\n"
        f"{delays_in_words(real)}\n"
    )
    print(text)
    if asked.out is not None:
        asked.out.write_text(text, encoding="utf-8")
    return 0 if all(one.agrees for one in agreements) else 1


async def real_shifts(scenario: Scenario, shifts: int) -> list[Shift]:
    """So many shifts on a laboratory of their own."""
    with Laboratory() as laboratory, tempfile.TemporaryDirectory() as folder:
        return [await work(laboratory, Path(folder), scenario, seed=seed) for seed in range(1, shifts + 1)]


if __name__ == "__main__":
    raise SystemExit(main())

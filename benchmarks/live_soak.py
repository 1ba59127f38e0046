"""A floor of thirty on a real Asterisk for hours: does anything leak, and does abandonment keep its limit?

    python benchmarks/live_soak.py                     three minutes
    python benchmarks/live_soak.py --hours 1 --out soak
    python benchmarks/live_soak.py --hours 12 --out soak

Writes a report and every sample into the folder; the exit status is 1 when something leaks, an attempt is
lost or the limit was passed. The floor's clock shows half past eight in the morning, so twelve
hours are lawful.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
from dataclasses import asdict, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "live"))

from lab.laboratory import Laboratory, reason_missing
from soak import Sample, Soaked, report, soak

ENGINE_MB_PER_HOUR = 20.0
ASTERISK_MB_PER_HOUR = 60.0
MOST_ABANDONED = 0.03


def main() -> int:
    """Run it and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=0.05)
    parser.add_argument("--agents", type=int, default=30)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two looks")
    parser.add_argument("--out", type=Path, default=Path("fairdial-out/soak"))
    asked = parser.parse_args()
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "floor.db").unlink(missing_ok=True)
    with Laboratory() as laboratory, (asked.out / "samples.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, [field.name for field in fields(Sample)])
        rows.writeheader()

        def write(sample: Sample) -> None:
            rows.writerow(asdict(sample))
            file.flush()

        soaked = asyncio.run(
            soak(
                laboratory,
                asked.out,
                agents=asked.agents,
                seconds=asked.hours * 3600,
                every_s=asked.every,
                on_sample=write,
            )
        )
    text = report(soaked)
    (asked.out / "report.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    wrong = judge(soaked)
    print("\n".join(wrong) or "nothing leaks")
    return 1 if wrong else 0


def judge(soaked: Soaked) -> list[str]:
    """What is wrong with the run; empty when nothing is."""
    wrong = soaked.leaks(engine_mb_per_hour=ENGINE_MB_PER_HOUR, asterisk_mb_per_hour=ASTERISK_MB_PER_HOUR)
    share = soaked.measures["abandonment_rate"]
    if share is not None and share > MOST_ABANDONED:
        wrong.append(f"{share:.2%} of live answers were abandoned, more than {MOST_ABANDONED:.0%}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())

"""A floor of thirty on a real Asterisk for hours: does anything leak, and does abandonment keep its limit?

    python benchmarks/live_soak.py                                         three minutes
    python benchmarks/live_soak.py --hours 1 --out soak
    python benchmarks/live_soak.py --hours 12 --piece-hours 1 --out soak   in pieces, and on where it was left

Each piece is a shift of its own on a new laboratory. Its report, every sample and what it came to are written
into the folder; pieces that are there count, and a piece that was cut off is run again. The exit status is 1
when something leaks, an attempt is lost or the limit was passed, in whatever piece. The floor's clock shows
half past eight in the morning, so twelve hours in one piece are lawful.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "live"))

from lab.laboratory import Laboratory, reason_missing
from soak import Sample, Soaked, report, soak

ENGINE_MB_PER_HOUR = 20.0
ASTERISK_MB_PER_HOUR = 60.0
MOST_ABANDONED = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one piece came to.

    Args:
        answered, abandoned: live answers of it.
        wrong: what leaked or was lost, in words.
    """

    hours: float
    agents: int
    attempts: int
    rung: int
    answered: int
    abandoned: int
    wrong: list[str]


def main() -> int:
    """Run what is left and say what came of all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=0.05)
    parser.add_argument("--piece-hours", type=float, help="length of one piece; default: one piece")
    parser.add_argument("--agents", type=int, default=30)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two looks")
    parser.add_argument("--out", type=Path, default=Path("fairdial-out/soak"))
    asked = parser.parse_args()
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    resumes = asked.piece_hours is not None
    length = asked.piece_hours if resumes else asked.hours
    pieces = kept(asked.out) if resumes else []
    while (left := asked.hours - sum(piece.hours for piece in pieces)) > 1e-6:
        name = f"piece-{len(pieces) + 1:03}" if resumes else "piece"
        hours = min(length, left)
        pieces.append(run(asked.out, name, hours=hours, agents=asked.agents, every_s=asked.every))
    return judged(pieces)


def kept(folder: Path) -> list[Piece]:
    """The pieces that were run to their end."""
    files = sorted(folder.glob("piece-*.json"))
    return [Piece(**json.loads(file.read_text("utf-8"))) for file in files]


def run(folder: Path, name: str, *, hours: float, agents: int, every_s: float) -> Piece:
    """One piece; its files are whole before its outcome stands under its name."""
    (folder / "floor.db").unlink(missing_ok=True)
    with Laboratory() as laboratory, (folder / f"{name}.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, [field.name for field in fields(Sample)])
        rows.writeheader()

        def write(sample: Sample) -> None:
            rows.writerow(asdict(sample))
            file.flush()

        soaked = asyncio.run(
            soak(laboratory, folder, agents=agents, seconds=hours * 3600, every_s=every_s, on_sample=write)
        )
    text = report(soaked)
    (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)
    piece = Piece(
        hours=hours,
        agents=agents,
        attempts=soaked.ordered,
        rung=soaked.rung,
        answered=soaked.after.live_answers,
        abandoned=soaked.after.abandoned,
        wrong=judge(soaked),
    )
    unfinished = folder / f".{name}.json"
    unfinished.write_text(json.dumps(asdict(piece)) + "\n", encoding="utf-8")
    unfinished.replace(folder / f"{name}.json")
    return piece


def judge(soaked: Soaked) -> list[str]:
    """What is wrong with the run; empty when nothing is."""
    wrong = soaked.leaks(engine_mb_per_hour=ENGINE_MB_PER_HOUR, asterisk_mb_per_hour=ASTERISK_MB_PER_HOUR)
    share = soaked.measures["abandonment_rate"]
    if share is not None and share > MOST_ABANDONED:
        wrong.append(f"{share:.2%} of live answers were abandoned, more than {MOST_ABANDONED:.0%}")
    return wrong


def judged(pieces: list[Piece]) -> int:
    """Say what all pieces came to; the exit status."""
    hours, attempts, rung = (
        sum(getattr(piece, name) for piece in pieces) for name in ("hours", "attempts", "rung")
    )
    answered, abandoned = (
        sum(getattr(piece, name) for piece in pieces) for name in ("answered", "abandoned")
    )
    print(f"{hours:.2f} h in {len(pieces)} pieces: {attempts} attempts, {rung} telephones rung,")
    print(f"{abandoned} of {answered} live answers abandoned")
    wrong = [f"piece {number}: {one}" for number, piece in enumerate(pieces, start=1) for one in piece.wrong]
    print("\n".join(wrong) or "nothing leaks")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Mutation testing: `python -m scripts.mutants` (or `make mutants`).

Draws a seeded sample of mutants (see `candidates.py`), tries on each the tests that run its lines, and tells
per area how many survived. May be ended and started again at any time: what was found out is kept in
`.mutants/` and holds as long as the texts it rests on. Survivors are told with file, line and change; those
that change nothing that anybody could see are named, with the reason, in `tests/mutants/equivalent.toml`.
"""

import argparse
import os
import pickle
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scripts.mutants import reach
from scripts.mutants.apart import Apart, import_libraries
from scripts.mutants.candidates import Mutant, draw
from scripts.mutants.equivalents import Equivalents
from scripts.mutants.patching import exchanged
from scripts.mutants.plan import ROOT, WORK, Area, Plan, digest, product_files, read_plan, test_files
from scripts.mutants.report import told
from scripts.mutants.session import Session, text_hash
from scripts.mutants.trial import Docket, Verdict, in_order

PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
)
SELECTION = (
    "-p",
    "scripts.mutants.steady",
    "--timeout=90",
    "-m",
    "not live and not browser and not postgres",
)


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **more}


def _reach(plan: Plan, *, stale: bool) -> reach.Reach:
    """Which test runs which line, collected anew if a text has changed (or, when told so, not)."""
    file = WORK / f"reach-{text_hash(' '.join(plan.tests))}.json"
    tree = digest([*product_files(), *test_files()])
    if file.exists():
        known = reach.read(file)
        if stale or known.tree == tree:
            return known
    print("collecting which test runs which line", flush=True)
    command = [*PYTEST, *SELECTION, "-p", "scripts.mutants.reach", *plan.tests]
    environment = _environment(FAIRDIAL_REACH=str(file), FAIRDIAL_TREE=tree, COVERAGE_CORE="ctrace")
    with (WORK / "reach.log").open("w", encoding="utf-8") as log:
        status = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode
    if status not in {0, 1}:
        sys.exit(f"the tests could not be run: see {log.name}")
    return reach.read(file)


def _names_changed(mutant: Mutant) -> set[str]:
    """Names whose value a mutant outside of functions may change: what its statement assigns or defines."""
    before, _after = mutant.change
    found = re.findall(r"\b([A-Za-z_]\w*)\s*(?::[^=]*)?=(?!=)", before)
    return {*found, mutant.candidate.symbol.rsplit(".", maxsplit=1)[-1]} - {"<module>"}


class _Users:
    """Where names are used: for what is computed at import, whose use no coverage sees."""

    def __init__(self) -> None:
        self._texts = {path: path.read_text(encoding="utf-8").splitlines() for path in product_files()}

    def lines(self, names: set[str]) -> list[tuple[Path, list[int]]]:
        """The lines of the product that mention any of the names."""
        wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b" if names else r"(?!)")
        found: list[tuple[Path, list[int]]] = []
        for path, lines in self._texts.items():
            numbers = [number for number, line in enumerate(lines, 1) if wanted.search(line)]
            if numbers:
                found.append((path, numbers))
        return found


def _docket(mutant: Mutant, known: reach.Reach, users: _Users) -> Docket:
    candidate = mutant.candidate
    lines = range(candidate.start[0], candidate.end[0] + 1)
    is_hot = exchanged(
        str(candidate.path), mutant.before, mutant.after
    ) is not None and not known.is_imported(candidate.path, lines)
    running = known.running(candidate.path, lines)
    if not is_hot:
        for path, used in users.lines(_names_changed(mutant)):
            running |= known.running(path, used)
        if not running:
            every = range(1, mutant.before.count("\n") + 2)
            running = known.running(candidate.path, every)
    own = candidate.path.parent.name
    return Docket(
        key=candidate.key,
        where=mutant.where,
        path=str(candidate.path),
        before=mutant.before,
        after=mutant.after,
        tests=in_order(running, known.seconds, Counter(), own),
        is_hot=is_hot,
    )


def _try_hot(dockets: Sequence[Docket], known: reach.Reach, session: Path, tests: str) -> None:
    if not dockets:
        return
    file = WORK / f"dockets-{os.getpid()}.pickle"
    file.write_bytes(pickle.dumps((list(dockets), known.seconds, session, tests)))
    files = sorted({test.split("::", maxsplit=1)[0] for docket in dockets for test in docket.tests})
    command = [*PYTEST, *SELECTION, "-p", "scripts.mutants.nursery", *files]
    environment = _environment(FAIRDIAL_DOCKETS=str(file))
    if files:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
    file.unlink()


def _try_apart(dockets: Sequence[Docket], known: reach.Reach, session: Session) -> None:
    if not dockets:
        return
    import_libraries()
    apart, began = Apart(known.seconds, WORK), time.monotonic()  # noqa: TID251  # a tool of the house
    for place, docket in enumerate(dockets, 1):
        verdict = apart.tried(docket)
        session.record(docket, verdict)
        took = time.monotonic() - began  # noqa: TID251
        told_ = verdict.killed_by or "SURVIVED"
        print(f"  {place}/{len(dockets)} {took:5.0f} s  {docket.where}  {told_}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sample", type=int, help="how many mutants in all (as the plan says)")
    parser.add_argument("--seed", type=int, help="another sample (as the plan says)")
    parser.add_argument("--area", action="append", help="try these areas only")
    parser.add_argument("--tests", action="append", help="try these tests only, such as tests/unit/intake")
    parser.add_argument(
        "--shard", default="1/1", help="k/n: try every n-th only, for n machines or processes"
    )
    parser.add_argument("--fresh", action="store_true", help="try all anew, whatever is known")
    parser.add_argument(
        "--stale", action="store_true", help="take what is known of who runs what, though texts changed"
    )
    parser.add_argument("--report", action="store_true", help="try nothing, tell what is known")
    return parser.parse_args()


def _try_area(sample: Sequence[Mutant], known: reach.Reach, asked: argparse.Namespace) -> None:
    """Try an area's mutants of which nothing is known."""
    area, tests = sample[0].area, digest(test_files())
    session = Session(_file_of(area), tests)
    session.take_up(sample, fresh=asked.fresh)
    done, users = session.verdicts(), _Users()
    k, n = map(int, asked.shard.split("/"))
    wanted = [mutant for mutant in sample if mutant.candidate.key not in done][k - 1 :: n]
    dockets = [_docket(mutant, known, users) for mutant in wanted]
    print(f"{area.name}: {len(sample)} mutants, {len(done)} known, {len(dockets)} to try", flush=True)
    for docket in dockets:
        if not docket.tests:  # no test runs it
            session.record(docket, Verdict(None, "", 0, 0.0))
    _try_hot([one for one in dockets if one.is_hot and one.tests], known, _file_of(area), tests)
    done = session.verdicts()
    _try_apart([docket for docket in dockets if docket.key not in done], known, session)


def _file_of(area: Area) -> Path:
    return WORK / f"session-{area.name}.sqlite"


def main() -> int:
    """Draw, try, tell; 1 if more survived than may."""
    asked = _arguments()
    plan = read_plan()
    plan = replace(
        plan,
        sample=asked.sample or plan.sample,
        seed=asked.seed or plan.seed,
        tests=tuple(asked.tests or plan.tests),
    )
    WORK.mkdir(exist_ok=True)
    equivalents = Equivalents()
    known = None if asked.report else _reach(plan, stale=asked.stale)
    drawn: dict[str, tuple[list[Mutant], list[Mutant]]] = {}
    verdicts: dict[str, Verdict] = {}
    for area in plan.areas:
        if asked.area is None or area.name in asked.area:
            sample, _left_out = drawn[area.name] = draw(plan, area, is_equivalent=equivalents.has)
            if known is not None:
                _try_area(sample, known, asked)
            verdicts |= Session(_file_of(area), "").verdicts()
    text, is_good = told([area for area in plan.areas if area.name in drawn], drawn, verdicts)
    print(text)
    (WORK / "report.md").write_text(text, encoding="utf-8")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

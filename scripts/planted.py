"""Plants known changes, one at a time, and sees whether the tests notice: `make planted`.

Each change of `tests/mutants/planted.toml` is a mistake somebody could make with a number or a rule that has
legal or economic meaning; nobody would see it on the floor for months. Where it belongs is told by the text
that stands there, not by file and line: code may move. A change that no longer finds its place, or finds
several, is an error: the place has changed, and somebody must say what the mistake would look like now.

    python scripts/planted.py               plant all, tell which survive
    python scripts/planted.py --check       only find the places
    python scripts/planted.py --only hold   those whose name has the word
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHANGES = ROOT / "tests" / "mutants" / "planted.toml"
COPIED = ("dialer", "pacing", "telephony", "compliance_gate", "simulator", "config", "tests", "scripts",
          "benchmarks", "pyproject.toml", "README.md")  # fmt: skip
LEFT = shutil.ignore_patterns("__pycache__", "node_modules", "built", "live", "browser")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:randomly",
          "-p", "no:cacheprovider", "-p", "scripts.mutants.steady",
          "-m", "not live and not browser and not postgres")  # fmt: skip
LONGEST_S = 1200.0
"""Seconds after which a run of tests is taken to hang on its change."""


class MisplacedError(Exception):
    """A change that cannot be planted as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One mistake.

    name: what would be wrong, in words. files: where to look, as patterns from the head of the checkout.
    within: text that stands before the place in the same definition or list; "" = anywhere in the file.
    find, become: the text as it is and as it would be; white space counts as white space, however much.
    tests: what is run to notice it. together: names of changes made at once, in place of one of its own.
    """

    name: str
    tests: tuple[str, ...]
    files: tuple[str, ...] = ()
    find: str = ""
    become: str = ""
    within: str = ""
    together: tuple[str, ...] = ()

    def plant(self, every: Sequence["Change"], texts: dict[Path, str]) -> None:
        """Put the change into the texts, by file; what is not there yet is read from the checkout.

        Raises:
            MisplacedError: it has no place, or several.
        """
        for name in self.together:
            next(change for change in every if change.name == name).plant(every, texts)
        if self.together:
            return
        found: list[tuple[Path, str]] = []
        paths = sorted({path for pattern in self.files for path in ROOT.glob(pattern) if path.is_file()})
        for path in paths:
            text = texts.get(path) or path.read_text(encoding="utf-8")
            found += [(path, changed) for changed in self._planted(text)]
        if len(found) != 1:
            where = ", ".join(path.relative_to(ROOT).as_posix() for path, _ in found) or "nowhere"
            raise MisplacedError(f"{self.name!r} fits {len(found)} places: {where}; wanted one: {self.find}")
        texts[found[0][0]] = found[0][1]

    def _planted(self, text: str) -> list[str]:
        places = [match.span() for match in _loosely(self.find).finditer(text)]
        if self.within:
            starts = [match.end() for match in _loosely(self.within).finditer(text)]
            nearest = (min((a for a, _ in places if a >= start), default=None) for start in starts)
            wanted = {place for place in nearest if place is not None}
            places = [(a, b) for a, b in places if a in wanted]
        return [text[:a] + self.become + text[b:] for a, b in places]


def _loosely(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))


def read_changes() -> tuple[Change, ...]:
    """Every change of the file."""
    rows: list[dict[str, Any]] = tomllib.loads(CHANGES.read_text(encoding="utf-8"))["change"]
    for row in rows:
        for name in ("files", "tests", "together"):
            row[name] = tuple(row.get(name, ()))
    return tuple(Change(**row) for row in rows)


def _run(folder: Path, tests: Sequence[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [*PYTEST, *tests], cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return 1, "the tests hung"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return done.returncode, failed[0] if failed else done.stdout[-300:]


def _noticed(folder: Path, change: Change, every: Sequence[Change]) -> str | None:
    """What noticed the change; None if nothing did."""
    planted: dict[Path, str] = {}
    change.plant(every, planted)
    true = {path: path.read_text(encoding="utf-8") for path in planted}
    try:
        for path, text in planted.items():
            (folder / path.relative_to(ROOT)).write_text(text, encoding="utf-8")
        status, told = _run(folder, change.tests)
    finally:
        for path, text in true.items():
            (folder / path.relative_to(ROOT)).write_text(text, encoding="utf-8")
    if status not in {0, 1, 2}:
        raise MisplacedError(f"{change.name!r}: its tests cannot be run: {told}")
    return told if status else None


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT)
        else:
            shutil.copy(source, folder / name)


def main() -> int:
    """Plant each, tell of each; 1 if any survives or has no place."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only find the places")
    parser.add_argument("--only", default="", help="changes whose name has this word")
    asked = parser.parse_args()
    every = read_changes()
    changes = [change for change in every if asked.only in change.name]
    misplaced: list[str] = []
    for change in changes:
        try:
            change.plant(every, {})
        except MisplacedError as error:
            misplaced.append(str(error))
    print("\n".join(misplaced) or f"{len(changes)} changes have their places", flush=True)
    if misplaced or asked.check:
        return 1 if misplaced else 0
    with tempfile.TemporaryDirectory(prefix="fairdial-planted-") as name:
        folder = Path(name)
        _copy(folder)
        status, told = _run(folder, sorted({test for change in changes for test in change.tests}))
        if status:
            print(f"the tests fail without any change: {told}")
            return 1
        survived = 0
        for change in changes:
            noticed = _noticed(folder, change, every)
            survived += noticed is None
            print(f"{'dies' if noticed else 'SURVIVES'}: {change.name}\n      {noticed or ''}", flush=True)
    print(f"{len(changes) - survived} of {len(changes)} die")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())

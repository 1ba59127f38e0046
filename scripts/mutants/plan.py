"""What is mutated, by whom it is tested, and how many may survive: `tests/mutants/plan.toml`, read."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "tests" / "mutants" / "plan.toml"
EQUIVALENT = ROOT / "tests" / "mutants" / "equivalent.toml"
WORK = ROOT / ".mutants"
PRODUCT = ("dialer", "pacing", "compliance_gate", "simulator", "telephony", "config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Folders or files that are judged together. `most`: share of its mutants that may survive, 0-1."""

    name: str
    paths: tuple[str, ...]
    most: float

    def files(self) -> Iterator[Path]:
        """Its Python files, in order; a path that is not there is an error."""
        for name in self.paths:
            path = ROOT / name
            if not path.exists():
                raise FileNotFoundError(f"{name} of area {self.name} is not there; mend {PLAN.name}")
            yield from sorted(path.rglob("*.py")) if path.is_dir() else (path,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The areas, the tests that count, the folders whose lines are watched, and how the sample is drawn."""

    areas: tuple[Area, ...]
    tests: tuple[str, ...]
    watched: tuple[str, ...]
    sample: int
    seed: int

    def area_of(self, path: Path) -> Area:
        """Whose file this is."""
        return next(area for area in self.areas if path in set(area.files()))


def read_plan() -> Plan:
    """The plan as it stands in the checkout."""
    read = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    areas = tuple(
        Area(name=name, paths=tuple(row["paths"]), most=float(row["most"]))
        for name, row in read["areas"].items()
    )
    return Plan(
        areas=areas,
        tests=tuple(read["tests"]),
        watched=tuple(read["watched"]),
        sample=int(read["sample"]),
        seed=int(read["seed"]),
    )


def shown(path: Path) -> str:
    """A path as it is told."""
    return path.relative_to(ROOT).as_posix()


def digest(files: Iterable[Path]) -> str:
    """One hash of many files, by name and text."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{path.stat().st_size}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def product_files() -> list[Path]:
    """Every Python file of the product."""
    return [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]


def test_files() -> list[Path]:
    """Every file under tests but what the sampling itself reads."""
    kept = (
        path for path in (ROOT / "tests").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return [path for path in kept if path.parent != PLAN.parent]

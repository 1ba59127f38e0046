"""The house rules that a program can check: who imports what, how long things are, what is written down."""

import ast
import re
import subprocess
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = (
    "dialer/domain",
    "dialer/engine",
    "dialer/casework",
    "dialer/measures",
    "pacing",
    "compliance_gate",
)
PACKAGES = ("dialer", "pacing", "telephony", "compliance_gate", "simulator", "config")

IMPURE = {
    "asyncio",
    "duckdb",
    "fastapi",
    "logging",
    "msgspec",
    "multiprocessing",
    "os",
    "pathlib",
    "pydantic",
    "random",
    "rich",
    "secrets",
    "shutil",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "structlog",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "typer",
    "uuid",
}

MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_FUNCTION = 70


def sources(*folders: str) -> list[Path]:
    """Python files under the folders, in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Top-level names of every module imported anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module.split(".")[0]


def imported_wrongly(paths: list[Path], unwanted: set[str]) -> list[str]:
    """File and module of every import that should not be."""
    return [
        f"{shown(path)} imports {name}"
        for path in paths
        for name in sorted(set(imports_of(ast.parse(path.read_text(encoding="utf-8")))) & unwanted)
    ]


def test_the_core_imports_no_clock_no_io_no_randomness() -> None:
    assert imported_wrongly(sources(*CORE), IMPURE) == []


def test_the_leaves_know_no_dialer_and_not_each_other() -> None:
    strangers = {"dialer", "telephony", "simulator", "config"}
    assert imported_wrongly(sources("pacing"), strangers | {"compliance_gate"}) == []
    assert imported_wrongly(sources("compliance_gate"), strangers | {"pacing"}) == []


def modules_imported(path: Path, known: set[str]) -> set[str]:
    """Modules of ours that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(inner & known or {node.module})
    return found & known


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even where the import stands inside a function."""
    paths = {
        shown(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for path in sources(*PACKAGES)
    }
    known = set(paths)
    TopologicalSorter(
        {name: modules_imported(path, known) - {name} for name, path in paths.items()}
    ).prepare()


def test_random_numbers_come_from_named_streams_only() -> None:
    made = re.compile(r"default_rng\(|np\.random\.seed|random\.Random\(|\bimport random\b")
    offenders = [
        shown(path)
        for path in sources(*PACKAGES)
        if path.name != "streams.py" and made.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


def too_long(path: Path) -> Iterator[str]:
    """What of a file is longer than the house allows. Migrations are lists of columns, and left out."""
    text = path.read_text(encoding="utf-8")
    if text.count("\n") > MOST_LINES_OF_A_FILE:
        yield f"{shown(path)}: {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                yield f"{shown(path)} {node.name}: {length} lines"


def test_no_file_and_no_function_is_too_long() -> None:
    paths = [path for path in sources(*PACKAGES) if path.parent.name != "versions"]
    assert [offender for path in paths for offender in too_long(path)] == []


def test_every_package_of_code_says_why_it_is_there() -> None:
    listed = sources(*PACKAGES)
    folders = {p.parent for p in listed if p.stat().st_size > 0 and p.parent.name != "versions"}
    without = sorted(shown(folder) for folder in folders if not has_readme(folder))
    assert without == []


def has_readme(folder: Path) -> bool:
    """Its own README, or, for a folder inside a package, the one above that names it."""
    if (folder / "README.md").exists():
        return True
    above = folder.parent / "README.md"
    return above.exists() and folder.name in above.read_text(encoding="utf-8")


def test_nothing_is_left_to_do_and_no_private_place_is_named() -> None:
    """Words are put together here so that this file does not name them."""
    unwanted = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"\.\./sha" + "red", "/wo" + r"rk/\w"]))
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not listed:
        pytest.skip("this is no git checkout")
    offenders: list[str] = []
    for name in listed.split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in (".gz", ".lock", ".jsonl", ".csv", ".json"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        offenders += [f"{name}: {found.group()}" for found in unwanted.finditer(text)]
    assert offenders == []


def test_every_entry_point_uses_the_pinned_time_zones() -> None:
    command = (ROOT / "dialer" / "cli" / "__init__.py").read_text(encoding="utf-8")
    assert "zoneinfo.reset_tzpath(to=())" in command
    assert "zoneinfo.reset_tzpath(to=())" in (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")

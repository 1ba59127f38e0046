"""Tries mutants of what is computed at import: each in a fork that imports the product with the change.

The forking process has imported the libraries, not the product, so that a fork pays for our modules alone.
"""

import importlib
import os
import shutil
import time
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from scripts.mutants.trial import PATIENCE, Docket, Verdict, allowed, forked, limit

LIBRARIES = (
    "numpy", "scipy.special", "hypothesis", "hypothesis.stateful", "sqlalchemy", "alembic.command", "msgspec",
    "phonenumbers", "yaml", "pydantic", "structlog", "typer", "holidays", "duckdb", "fastapi", "httpx2",
    "jinja2", "rich", "pytest_asyncio", "simpy", "ciw",
)  # fmt: skip

QUIET = (
    "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-p", "scripts.mutants.steady",
)  # fmt: skip


def import_libraries() -> None:
    """Pay once for what every test imports; what is not installed is not needed."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def _install(path: str, text: str) -> None:
    """Let the file be imported with this text."""
    true = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        if self.path == path:
            return compile(text, path, "exec")
        return true(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


class _Teller:
    """The plugin of the forked pytest: runs the wanted tests in order, tells each and bounds its time."""

    def __init__(self, writing: int, names: Sequence[str], seconds: dict[str, float]) -> None:
        self._writing = writing
        self._place = {name: place for place, name in enumerate(names)}
        self._seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._place), key=lambda item: self._place[item.nodeid]
        )

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        os.write(self._writing, f"{item.nodeid}\n".encode())
        limit(allowed(self._seconds.get(item.nodeid, 1.0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.startswith("E ")]
            os.write(self._writing, f"! {(lines or ['?'])[0][2:300].strip()}\n".encode())


def _run(names: Sequence[str], seconds: dict[str, float], docket: Docket | None, base: Path) -> Any:
    def run(writing: int) -> None:
        if docket is not None:
            _install(docket.path, docket.after)
        files = list(dict.fromkeys(name.split("::", maxsplit=1)[0] for name in names))
        limit(120.0)
        status = pytest.main(
            [*QUIET, f"--basetemp={base / 'tmp'}", *files], plugins=[_Teller(writing, names, seconds)]
        )
        # Whatever else ends a run (a module that cannot be imported any more) is a failure that was noticed;
        # no test left to run (5) is none.
        os._exit(0 if status in {0, 5} else 1)

    return run


class Apart:
    """Tries mutants one after the other. `seconds`: of processor time that each test takes."""

    def __init__(self, seconds: dict[str, float], folder: Path) -> None:
        self._seconds = seconds
        self._base = folder / f"apart-{os.getpid()}"
        self._trusted: set[str] = set()
        self._unfit: set[str] = set()

    def tried(self, docket: Docket) -> Verdict:
        """The verdict on one mutant."""
        began = time.monotonic()  # noqa: TID251  # a tool of the house, not the product
        names = docket.tests
        while names:
            end, told = self._forked(names, docket)
            if end == "passed":
                break
            tests = [line for line in told if not line.startswith("! ")]
            why = next((line[2:] for line in told if line.startswith("! ")), end)
            killer = tests[-1] if tests else names[0]
            if self._is_fit(killer):
                return Verdict(killer, why, len(tests), time.monotonic() - began)  # noqa: TID251
            names = tuple(name for name in names if name not in self._unfit and name not in tests)
        return Verdict(None, "", len(names), time.monotonic() - began)  # noqa: TID251

    def _forked(self, names: Sequence[str], docket: Docket | None) -> tuple[str, list[str]]:
        shutil.rmtree(self._base, ignore_errors=True)
        self._base.mkdir(parents=True)
        patience = 120.0 + PATIENCE * sum(self._seconds.get(name, 1.0) for name in names)
        end = forked(_run(names, self._seconds, docket, self._base), self._base, patience)
        shutil.rmtree(self._base, ignore_errors=True)
        return end

    def _is_fit(self, name: str) -> bool:
        """Whether the test passes alone without a mutant: only then has it killed one."""
        if name not in self._trusted:
            end, _told = self._forked([name], None)
            (self._trusted if end == "passed" else self._unfit).add(name)
        return name in self._trusted

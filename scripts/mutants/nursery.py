"""Tries mutants within one pytest that has collected everything: forks, exchanges code, runs tests.

Run as `python -m pytest -p scripts.mutants.nursery ...` by `scripts.mutants`, which hands the dockets over in
`FAIRDIAL_DOCKETS`; each verdict goes into the session at once, so that a run that is ended can be taken up.
"""

import os
import pickle
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from scripts.mutants.patching import Functions, exchanged
from scripts.mutants.session import Session
from scripts.mutants.trial import PATIENCE, Docket, Verdict, allowed, forked, limit


def _try_in_child(
    items: Sequence[pytest.Item], seconds: dict[str, float], base: Path, pairs: Any, functions: Functions
) -> Any:
    def run(writing: int) -> None:
        factory: Any = items[0].config._tmp_path_factory  # pyright: ignore  # a base of its own for each trial
        factory._given_basetemp = base / "tmp"
        if not functions.exchange(pairs):
            os._exit(4)
        for place, item in enumerate(items):
            os.write(writing, f"{item.nodeid}\n".encode())
            limit(allowed(seconds.get(item.nodeid, 1.0)))
            following = items[place + 1] if place + 1 < len(items) else None
            reports = runtestprotocol(item, log=False, nextitem=following)
            failed = [report for report in reports if report.failed]
            if failed:
                os.write(writing, f"! {_told(failed[0])}\n".encode())
                os._exit(1)
        os._exit(0)

    return run


def _told(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr) if crash is None else str(crash.message)
    lines = [line for line in text.splitlines() if line.strip()]
    return (lines[0] if crash is not None else lines[-1])[:300] if lines else "?"


OUT = os.fdopen(os.dup(2), "w")
"""Where progress is told: pytest takes the other away."""


class Nursery:
    """The plugin."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as handle:
            self._dockets, self._seconds, session, tests = pickle.load(handle)
        self._session = Session(session, tests)
        self._base = file.parent / f"trial-{os.getpid()}"
        self._trusted: set[str] = set()
        self._unfit: set[str] = set()
        self._kills = Counter[str]()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running the tests once."""
        self._items = {item.nodeid: item for item in session.items}
        self._functions = Functions()
        began = time.monotonic()  # noqa: TID251  # a tool of the house, not the product
        for place, docket in enumerate(self._dockets, 1):
            verdict = self._tried(docket)
            if verdict is not None:
                self._session.record(docket, verdict)
            took = time.monotonic() - began  # noqa: TID251
            told = "left for a process of its own" if verdict is None else verdict.killed_by or "SURVIVED"
            print(
                f"  {place}/{len(self._dockets)} {took:5.0f} s  {docket.where}  {told}", file=OUT, flush=True
            )
        shutil.rmtree(self._base, ignore_errors=True)
        return True

    def _tried(self, docket: Docket) -> Verdict | None:
        """The verdict; None if the mutant cannot be put into a living process."""
        pairs = exchanged(docket.path, docket.before, docket.after)
        if pairs is None:
            return None
        names = [name for name in docket.tests if name in self._items and name not in self._unfit]
        names.sort(key=lambda name: -min(self._kills[name], 3) if self._seconds.get(name, 1.0) < 0.15 else 0)
        began = time.monotonic()  # noqa: TID251
        while names:
            end, told = self._run(names, pairs)
            if end == "died" and not told:
                return None
            if end == "passed":
                break
            tests = [line for line in told if not line.startswith("! ")]
            why = next((line[2:] for line in told if line.startswith("! ")), end)
            if self._is_fit(tests[-1]):
                self._kills[tests[-1]] += 1
                return Verdict(tests[-1], why, len(tests), time.monotonic() - began)  # noqa: TID251
            names = [name for name in names if name not in self._unfit and name not in tests[:-1]]
        return Verdict(None, "", len(names), time.monotonic() - began)  # noqa: TID251

    def _run(self, names: Sequence[str], pairs: Any) -> tuple[str, list[str]]:
        shutil.rmtree(self._base, ignore_errors=True)
        self._base.mkdir(parents=True)
        items = [self._items[name] for name in names]
        patience = 60.0 + PATIENCE * sum(self._seconds.get(name, 1.0) for name in names)
        return forked(
            _try_in_child(items, self._seconds, self._base, pairs, self._functions), self._base, patience
        )

    def _is_fit(self, name: str) -> bool:
        """Whether the test passes alone without a mutant: only then has it killed one."""
        if name not in self._trusted:
            end, _told_lines = self._run([name], [])
            (self._trusted if end == "passed" else self._unfit).add(name)
            if end != "passed":
                print(f"  not counted, fails without a mutant: {name}", file=OUT, flush=True)
        return name in self._trusted


def pytest_configure(config: pytest.Config) -> None:
    """Take over, if dockets were handed over."""
    if "FAIRDIAL_DOCKETS" in os.environ:
        config.pluginmanager.register(Nursery(Path(os.environ["FAIRDIAL_DOCKETS"])), "fairdial-nursery")

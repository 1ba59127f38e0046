"""Which test runs which line, and how long it takes: collected once, by a pytest plugin, for every tree.

Each test is a context of coverage.py. What a fixture of a class, a module or the whole run does is put down
to the fixture, and through it to every test that asks for it. What is computed once and kept
(`functools.cache`) is forgotten before each file, so that the first test of a file that needs it is seen to
need it.

Run as `python -m pytest -p scripts.mutants.reach ...`; writes `FAIRDIAL_REACH`.
"""

import functools
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest

from scripts.mutants.plan import PRODUCT, ROOT, read_plan, shown

IMPORTED = "import"
"""The context of what runs while modules are imported and tests collected."""

OURS = tuple(str(ROOT / name) for name in (*PRODUCT, "tests", "benchmarks"))


@dataclass
class Reach:
    """What is known of the tests. `lines`: by file and line, the contexts that run it; `tests`: the contexts
    of each test, its own first; `seconds`: of processor time each takes."""

    tree: str
    lines: dict[str, dict[int, list[int]]] = field(default_factory=dict[str, dict[int, list[int]]])
    tests: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    imported: int = -1

    def running(self, path: Path, lines: Iterable[int]) -> dict[str, int]:
        """The tests that run any of the lines, each with how many lines of this file it runs in all."""
        known = self.lines.get(shown(path), {})
        wanted = {context for line in lines for context in known.get(line, ())} - {self.imported}
        if not wanted:
            return {}
        width: dict[int, int] = defaultdict(int)
        for contexts in known.values():
            for context in contexts:
                width[context] += 1
        return {
            test: sum(width[context] for context in own)
            for test, own in self.tests.items()
            if not wanted.isdisjoint(own)
        }

    def is_imported(self, path: Path, lines: Iterable[int]) -> bool:
        """Whether any of the lines runs while modules are imported or tests collected."""
        known = self.lines.get(shown(path), {})
        return any(self.imported in known.get(line, ()) for line in lines)


def read(file: Path) -> Reach:
    """What an earlier run wrote."""
    row = json.loads(file.read_text(encoding="utf-8"))
    lines = {name: {int(n): found for n, found in own.items()} for name, own in row.pop("lines").items()}
    return Reach(lines=lines, **row)


_KEPT: Any = functools._lru_cache_wrapper  # pyright: ignore[reportPrivateUsage]  # it has no other name


def forget_what_was_kept() -> None:
    """Empty the cache of every function of a module of ours or of the tests."""
    for module in list(sys.modules.values()):
        if str(getattr(module, "__file__", None) or "").startswith(OURS):
            for thing in list(vars(module).values()):
                if isinstance(thing, _KEPT):
                    thing.cache_clear()


class Watcher:
    """The plugin."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._coverage = coverage.Coverage(
            data_file=None, source=[str(ROOT / name) for name in read_plan().watched], config_file=False
        )
        self._coverage.start()
        self._context = IMPORTED
        self._coverage.switch_context(IMPORTED)
        self._shared: dict[str, set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = {}
        self._tests: list[str] = []
        self._module = ""

    def _switch(self, context: str) -> str:
        before, self._context = self._context, context
        self._coverage.switch_context(context)
        return before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        module = item.nodeid.split("::")[0]
        if module != self._module:
            self._module = module
            forget_what_was_kept()
        self._tests.append(item.nodeid)
        self._switch(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.process_time() - began
            self._switch(IMPORTED)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        before = self._switch(f"fixture {fixturedef.baseid} {fixturedef.argname}")
        try:
            return (yield)
        finally:
            self._switch(before)

    @pytest.hookimpl
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        info: Any = getattr(item, "_fixtureinfo", None)
        known: dict[str, list[Any]] = {} if info is None else info.name2fixturedefs
        for name, definitions in known.items():
            for definition in definitions:
                if definition.scope != "function":
                    self._shared[item.nodeid].add(f"fixture {definition.baseid} {name}")

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        numbers: dict[str, int] = {}
        reach = Reach(tree=os.environ["FAIRDIAL_TREE"], seconds=self._seconds)
        for name in sorted(data.measured_files()):
            found = data.contexts_by_lineno(name)
            reach.lines[shown(Path(name))] = {
                line: sorted({numbers.setdefault(context, len(numbers)) for context in contexts if context})
                for line, contexts in found.items()
            }
        for test in self._tests:
            contexts = (test, *sorted(self._shared[test]))
            reach.tests[test] = [numbers.setdefault(context, len(numbers)) for context in contexts]
        reach.imported = numbers.setdefault(IMPORTED, len(numbers))
        self._file.write_text(
            json.dumps({name: getattr(reach, name) for name in Reach.__dataclass_fields__}), encoding="utf-8"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Watch, if told where to write."""
    if "FAIRDIAL_REACH" in os.environ:
        config.pluginmanager.register(Watcher(Path(os.environ["FAIRDIAL_REACH"])), "fairdial-reach")

"""The command as a stranger types it, in a folder of their own.

`run` carries a command line out in this process, which is what most tests need; `run_apart` in another one,
under another environment, as replays must be tried.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer import cli


@dataclass(frozen=True, slots=True)
class Done:
    """How a command line ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]

SMOKE = ("simulate", "smoke", "--seed", "7", "--policy", "predictive", "--json")
"""Predictive: its numbers are the ones that could differ between processors."""


def here(*arguments: str, folder: Path) -> Done:
    """Carry the command line out in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.run(arguments)
    return Done(status, out.getvalue(), err.getvalue())


def apart(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Done:
    """Run the command in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDIAL_")}
    done = subprocess.run(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def smoke_command() -> tuple[str, ...]:
    """The command line that made the smoke folder."""
    return SMOKE


@pytest.fixture(scope="session")
def run() -> Run:
    return here


@pytest.fixture(scope="session")
def run_apart() -> Run:
    return apart


@pytest.fixture(scope="session")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder in which `SMOKE` has been rehearsed; do not change what is in it."""
    folder = tmp_path_factory.mktemp("smoke")
    done = here(*SMOKE, folder=folder)
    assert done.returncode == 0, done.stderr
    (folder / "said.json").write_text(done.stdout, encoding="utf-8")
    return folder

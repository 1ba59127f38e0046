"""READMEs are held to the tree: every path, module, command and target that one names is there."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from dialer.cli import app

ROOT = Path(__file__).parents[2]
SOURCES = (".py", ".md", ".yaml", ".j2", ".sh", ".typ", ".ts", ".tsx")
"""What is written here and nowhere else: a file so named must be there, wherever a README names it."""

MADE = frozenset({"fairdial-signatures.yaml"})
"""Made by a command of ours in a folder of somebody's."""

_TICKED = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"(?<![\w.:/~<-])[\w.*-]+(?:/[\w.*<>-]+)*/?")
_MODULE = re.compile(r"(?<![\w./-])(?:dialer|pacing|telephony|compliance_gate|simulator)(?:\.[A-Za-z_]\w*)+")
_COMMAND = re.compile(r"(?:^|[\s/`])fairdial((?: [a-z][a-z-]*)+)")
_TARGET = re.compile(r"(?:^|\n|; )make ([a-z][a-z-]*)")


@cache
def tracked() -> tuple[str, ...]:
    """Every file and folder that is kept."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    folders = {parent.as_posix() for name in names for parent in Path(name).parents}
    return tuple(sorted({*names, *folders}))


def readmes() -> list[str]:
    return [name for name in tracked() if name.endswith("README.md")]


def code_in(readme: str) -> Iterator[str]:
    """What stands in backticks or in a block of code."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    yield from (found.group(1) for found in _FENCED.finditer(text))
    yield from (found.group(1) for found in _TICKED.finditer(_FENCED.sub("", text)))


def is_there(name: str, readme: str) -> bool:
    """Whether a path exists: from the README's folder or one above it; a name alone, somewhere below."""
    wanted = name.rstrip("/")
    folder = Path(readme).parent
    if wanted.startswith("../"):
        return (ROOT / folder / wanted).exists()
    pattern = re.sub(r"\\\*|<\w+>", "[^/]+", re.escape(wanted))
    above = "|".join(re.escape(f"{each.as_posix()}/") for each in (folder, *folder.parents))
    below = "" if folder == Path() else re.escape(f"{folder.as_posix()}/")
    found = re.compile(
        rf"(?:{above})?{pattern}" + (rf"|{below}(?:.*/)?{pattern}" if "/" not in wanted else "")
    )
    return any(found.fullmatch(known) for known in tracked())


def paths_in(code: str) -> Iterator[str]:
    """Paths of ours: sources by their suffix, anything else by the folder at the root that it begins with."""
    tops = {name for name in tracked() if "/" not in name}
    for found in _PATH.finditer(code):
        name = found.group()
        if name in MADE:
            continue
        if name.endswith(SOURCES) or (name.split("/", 1)[0] in tops and "/" in name):
            yield name


@pytest.mark.parametrize("readme", readmes())
def test_every_path_that_is_named_is_there(readme: str) -> None:
    missing = sorted(
        {name for code in code_in(readme) for name in paths_in(code) if not is_there(name, readme)}
    )
    assert missing == []


@pytest.mark.parametrize("readme", readmes())
def test_every_module_that_is_named_is_there(readme: str) -> None:
    named = {found.group() for code in code_in(readme) for found in _MODULE.finditer(code)}
    modules = {name for name in named if not name.endswith(".py")}  # a file's path: looked for above
    assert sorted(name for name in modules if not is_module_or_in_one(name)) == []


def is_module_or_in_one(name: str) -> bool:
    """A module, or `dialer.floor.live.FloorOrder.mount`: what is no module is named in its text."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:count])
        file = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            return all(re.search(rf"\b{part}\b", text) for part in parts[count:])
    return False


@pytest.mark.parametrize("readme", readmes())
def test_every_command_that_is_named_is_there(readme: str) -> None:
    named = {found.group(1) for code in code_in(readme) for found in _COMMAND.finditer(code)}
    assert sorted(words for words in named if not is_command(words.split())) == []


def is_command(words: list[str]) -> bool:
    command = typer.main.get_command(app)
    for word in words:
        if not isinstance(command, TyperGroup):
            return True  # the rest are its arguments
        if word not in command.commands:
            return hasattr(command, "default")  # then it is an argument of that one
        command = command.commands[word]
    return True


@pytest.mark.parametrize("readme", readmes())
def test_every_target_that_is_named_is_there(readme: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = {found.group(1) for code in code_in(readme) for found in _TARGET.finditer(code)}
    assert sorted(named - known) == []

"""Examples in READMEs run or name what is there, and the leaves offer what they say they offer."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import compliance_gate
import compliance_gate.abandonment
import pacing

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WHOLE = (
    "compliance_gate/README.md",
    "compliance_gate/abandonment/README.md",
    "pacing/README.md",
    "telephony/lines/README.md",
)
"""Those whose examples stand by themselves; others sketch, and what they import must be there."""


def blocks(readme: str) -> list[str]:
    return BLOCK.findall((ROOT / readme).read_text(encoding="utf-8"))


def with_examples() -> list[str]:
    found = sorted(path for path in ROOT.rglob("README.md") if not {".venv", "node_modules"} & {*path.parts})
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if blocks(name)]


@pytest.mark.parametrize("readme", WHOLE)
def test_the_examples_of_a_library_run_one_after_the_other(
    readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    assert blocks(readme)
    exec(compile("\n".join(blocks(readme)), readme, "exec"), names)
    capsys.readouterr()


@pytest.mark.parametrize("readme", with_examples())
def test_what_an_example_imports_is_there(readme: str) -> None:
    for node in ast.walk(ast.parse("\n".join(blocks(readme)))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            module = importlib.import_module(node.module)
            for alias in node.names:
                assert alias.name == "*" or hasattr(module, alias.name), f"{node.module}.{alias.name}"


@pytest.mark.parametrize("leaf", [pacing, compliance_gate, compliance_gate.abandonment])
def test_a_leaf_names_its_surface_and_has_all_of_it(leaf: ModuleType) -> None:
    surface: list[str] = leaf.__all__
    assert surface == sorted(surface, key=lambda name: (name.islower(), not name.isupper(), name))
    assert len(set(surface)) == len(surface)
    for name in surface:
        assert getattr(leaf, name) is not None


def test_the_facts_and_words_of_the_gate_come_without_its_law() -> None:
    """The reader of YAML and the calendars of holidays take most of the time."""
    script = (
        "import sys, compliance_gate, compliance_gate.words;"
        "print([name for name in ('yaml', 'holidays') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"

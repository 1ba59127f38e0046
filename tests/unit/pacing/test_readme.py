"""The examples of the README run as they stand and print a decision and chances."""

import contextlib
import io
import re
from pathlib import Path

import pacing

README = Path(__file__).parents[3] / "pacing" / "README.md"


def test_the_examples_run_and_say_why() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("".join(blocks), str(README), "exec"), {})
    decision, chances = printed.getvalue().strip().splitlines()
    launches, reason = decision.split(" ", maxsplit=1)
    assert int(launches) > 0
    assert "would be late" in reason
    assert chances.startswith("Chances(needs_agent=")


def test_every_module_of_the_package_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    modules = [*README.parent.glob("*.py"), *(path.parent for path in README.parent.glob("*/__init__.py"))]
    for module in modules:
        if module.stem != "__init__":
            assert f"`{module.stem}`" in text, module.stem


def test_all_that_is_offered_exists_and_is_named_once() -> None:
    assert all(hasattr(pacing, name) for name in pacing.__all__)
    assert len(set(pacing.__all__)) == len(pacing.__all__)

"""The example of the README runs as it stands and prints a decision."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).parents[3] / "pacing" / "README.md"


def test_the_example_runs_and_says_why() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(blocks[0], str(README), "exec"), {})
    launches, reason = printed.getvalue().strip().split(" ", maxsplit=1)
    assert int(launches) > 0
    assert "would be late" in reason


def test_every_module_of_the_package_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    for module in README.parent.glob("*.py"):
        if module.stem != "__init__":
            assert f"`{module.stem}`" in text, module.stem

"""`fairdial asterisk config`: written once, left alone when nothing changed, refused when it would harm."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

EXAMPLE = Path(__file__).parents[2] / "config" / "asterisk" / "example.toml"


def test_the_files_are_written_once_and_then_left_alone(run: Run, tmp_path: Path) -> None:
    order = ("asterisk", "config", "--settings", str(EXAMPLE), "--out", "etc", "--json")
    first = json.loads(run(*order, folder=tmp_path).stdout)
    assert {"extensions.conf", "manager.conf", "pjsip.conf"} <= set(first["written"])
    assert json.loads(run(*order, folder=tmp_path).stdout)["written"] == []


def test_a_setting_that_is_unknown_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('sonds = "typo"\n', encoding="utf-8")
    done = run("asterisk", "config", "--settings", "mine.toml", "--out", "etc", folder=tmp_path)
    assert (done.returncode, "mine.toml" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr

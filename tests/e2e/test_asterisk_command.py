"""`fairdial asterisk config`: written once, left alone when nothing changed, refused when it would harm."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.settings import FILE_NAMED_BY

Run = Callable[..., Any]

CARRIERS = "secrets/carrier-main"
EXAMPLE = Path(__file__).parents[2] / "config" / "asterisk" / "example.toml"


def carrier_s_password(folder: Path) -> None:
    (folder / CARRIERS).parent.mkdir()
    (folder / CARRIERS).write_text("q7Lk2-vX\n", encoding="utf-8")


def test_the_files_are_written_once_and_then_left_alone(run: Run, tmp_path: Path) -> None:
    carrier_s_password(tmp_path)
    (tmp_path / "mine.toml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    order = ("asterisk", "config", "--settings", "mine.toml", "--out", "etc", "--json")
    first = json.loads(run(*order, folder=tmp_path).stdout)
    assert {"extensions.conf", "manager.conf", "pjsip.conf"} <= set(first["written"])
    made = (tmp_path / "secrets/phone-101").read_text(encoding="utf-8").strip()
    assert f"password = {made}\n" in (tmp_path / "etc/pjsip.conf").read_text(encoding="utf-8")
    assert json.loads(run(*order, folder=tmp_path).stdout)["written"] == []


def test_a_setting_that_is_unknown_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('sonds = "typo"\n', encoding="utf-8")
    done = run("asterisk", "config", "--settings", "mine.toml", "--out", "etc", folder=tmp_path)
    assert (done.returncode, "mine.toml" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_the_same_comes_of_a_floors_whole_settings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE_NAMED_BY, "")  # taken back after the test, which sets it
    monkeypatch.setenv("FAIRDIAL_ASTERISK__AMI__SECRET", "geheim-7-kZq9_vLw2")
    carrier_s_password(tmp_path)
    floor = (EXAMPLE.parents[1] / "fairdial.example.toml").read_text(encoding="utf-8")
    (tmp_path / "fairdial.toml").write_text(floor, encoding="utf-8")
    order = ("asterisk", "config", "--settings", "fairdial.toml", "--out", "etc", "--json")
    written = json.loads(run(*order, folder=tmp_path).stdout)["written"]
    assert {"extensions.conf", "manager.conf", "pjsip.conf"} <= set(written)
    assert "geheim-7-kZq9_vLw2" in (tmp_path / "etc" / "manager.conf").read_text(encoding="utf-8")

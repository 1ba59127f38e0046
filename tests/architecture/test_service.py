"""What lies in config/service is fit for use, and so are the locks and the bill of materials."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "config" / "service"
UNITS = sorted((SERVICE / "systemd").iterdir())
RULES = SERVICE / "prometheus" / "fairdial.rules.yml"
FIGURE = re.compile(r"\bfairdial_[a-z_]+")


def alarms() -> list[dict[str, Any]]:
    """Every alarm."""
    told = cast("dict[str, Any]", yaml.safe_load(RULES.read_text(encoding="utf-8")))
    return [rule for group in told["groups"] for rule in group["rules"]]


ALARMS = alarms()


def needs(package: str, name: str) -> None:
    """Skips a test where a package of the checks is not installed (`make .venv/.all`)."""
    if find_spec(package) is None:
        pytest.skip(f"{name} is not installed: make .venv/.all")


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    """Programs and users of a house are not here: all else is verified."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: run scripts/install-system-packages.sh units")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE))
    names = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "fairdial" in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


def test_a_unit_that_is_none_is_noticed(tmp_path: Path) -> None:
    """So that the test above says something."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: run scripts/install-system-packages.sh units")
    unit = tmp_path / "fairdial.service"
    unit.write_text("[Service]\nType=exect\nExecStart=/bin/true\nProtectSytem=strict\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert "ProtectSytem" in done.stderr
    assert "exect" in done.stderr


def test_the_units_options_are_the_commands() -> None:
    """What a unit types must be taken by the command."""
    typed = [
        line.split("fairdial ", 1)[1].split()
        for unit in UNITS
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert [words[0] for words in typed] == ["backup", "deliver", "serve"]
    from typer.testing import CliRunner  # noqa: PLC0415  # the commands take a second to load

    from dialer.cli import app  # noqa: PLC0415

    for words in typed:
        told = CliRunner().invoke(app, [words[0], "--help"], env={"COLUMNS": "200"}).output
        assert [word for word in words if word.startswith("--") and word not in told] == []


def test_compose_is_what_its_schema_takes() -> None:
    needs("check_jsonschema", "check-jsonschema")
    done = subprocess.run(
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(SERVICE / "compose.yaml")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alarm", ALARMS, ids=[one["alert"] for one in ALARMS])
def test_an_alarm_is_written_rightly_and_has_a_page(alarm: dict[str, Any]) -> None:
    assert set(alarm) <= {"alert", "expr", "for", "labels", "annotations"}
    assert alarm["labels"]["severity"] in ("page", "ticket")
    assert alarm["annotations"]["summary"]
    page = SERVICE / alarm["annotations"]["runbook"]
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {alarm['alert']}: ")
    assert all(part in text for part in ("**What it means.**", "**What to do.**", "**It is over when**"))
    assert len(text.splitlines()) <= 50, "one page"
    needs("promql_parser", "promql-parser")
    import promql_parser  # noqa: PLC0415  # of the checks

    promql_parser.parse(alarm["expr"])


def test_every_page_has_an_alarm() -> None:
    pages = {page.stem for page in (SERVICE / "runbooks").iterdir()}
    assert pages == {alarm["alert"] for alarm in ALARMS}


def test_every_figure_of_an_alarm_is_one_of_the_programs() -> None:
    """As the code names it; a counter is shown with `_total`, a histogram with `_bucket`."""
    shown = {
        name
        for package in ("dialer", "telephony")
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r'"(fairdial_[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    asked = {name for alarm in ALARMS for name in FIGURE.findall(alarm["expr"])}
    assert len(asked) >= 8
    assert {re.sub("_(total|bucket)$", "", name) for name in asked} - shown == set()


LOCK = (ROOT / "requirements-production.lock").read_text(encoding="utf-8")


def test_a_floor_is_installed_without_the_tools_of_tests() -> None:
    names = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert names & {"pytest", "hypothesis", "ruff", "playwright", "flask", "schemathesis", "simpy"} == set()
    assert names >= {"fastapi", "sqlalchemy", "asyncpg", "authlib", "cryptography"}
    pinned = set(re.findall(r"^([a-z0-9-]+==\S+)", LOCK, re.MULTILINE))
    everything = (ROOT / "requirements-all.lock").read_text(encoding="utf-8")
    assert pinned <= set(re.findall(r"^([a-z0-9-]+==\S+)", everything, re.MULTILINE)), "the tested versions"


@pytest.mark.parametrize("name", ["requirements-production.lock", "scripts/uv.pin"])
def test_what_is_installed_is_pinned_by_hash_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
    assert "index" not in text


def test_the_bill_of_materials_is_one_and_the_same_each_time() -> None:
    needs("cyclonedx", "cyclonedx-python-lib")
    from scripts.bill import NOT_SAID, bill_of, licence_of, licences_of, parts_of  # noqa: PLC0415

    parts = list(parts_of(LOCK))
    bill = bill_of(parts)
    assert bill == bill_of(parts)
    told = json.loads(bill)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert len(told["components"]) == len(parts) == LOCK.count("==") - LOCK.count("== ")
    assert all(one["hashes"] and one["purl"].startswith("pkg:pypi/") for one in told["components"])
    assert licences_of(parts).count("\n") == len(parts) + 1
    assert [part.name for part in parts if licence_of(part.name) == NOT_SAID] == []

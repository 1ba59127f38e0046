"""`fairdial law register sign`: federal law alone is asked only where a named person answers for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def house_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a house: no sample."""
    monkeypatch.delenv("FAIRDIAL_SIGNATURES", raising=False)


def test_who_signs_is_named_dated_and_told(run: Run, tmp_path: Path) -> None:
    before = json.loads(run("law", "register", "US-OH", "--json", folder=tmp_path).stdout)
    done = run(
        "law", "register", "sign", "US-OH", "--by", "Jane Roe, officer", "--on", "2026-01-02", folder=tmp_path
    )
    after = json.loads(run("law", "register", "US-OH", "--json", folder=tmp_path).stdout)

    assert done.returncode == 0
    assert before["jurisdictions"][0]["signed_by"] is None
    assert after["jurisdictions"][0]["signed_by"] == "Jane Roe, officer"
    assert after["jurisdictions"][0]["dated"] == "2026-01-02"
    assert after["rulebook"] != before["rulebook"]
    shown = run("law", "register", "US-OH", folder=tmp_path).stdout
    assert "Jane Roe, officer, 2026-01-02" in shown
    assert "unsigned: denies" in run("law", "register", "US-TX", folder=tmp_path).stdout


def test_a_signature_is_withdrawn(run: Run, tmp_path: Path) -> None:
    run("law", "register", "sign", "--all", "--by", "Jane Roe", folder=tmp_path)
    told = json.loads(run("law", "register", "--json", folder=tmp_path).stdout)["jurisdictions"]
    assert all(each["signed_by"] for each in told if each["status"] in ("draft", "federal_only"))
    assert run("law", "register", "withdraw", "US-OH", folder=tmp_path).returncode == 0
    (ohio,) = json.loads(run("law", "register", "US-OH", "--json", folder=tmp_path).stdout)["jurisdictions"]
    assert ohio["signed_by"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("US-DC", "--by", "Jane"), "covered"),
        (("US-ZZ", "--by", "Jane"), "has no"),
        (("--by", "Jane"), "no place"),
        (("US-OH", "--by", " "), "nobody"),
        (("US-OH", "--by", "Jane", "--on", "2999-01-01"), "still to come"),
    ],
)
def test_what_cannot_be_signed_is_refused(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = run("law", "register", "sign", *arguments, folder=tmp_path)
    assert done.returncode != 0
    assert says in done.stderr
    assert not (tmp_path / "fairdial-signatures.yaml").exists()


def test_a_file_that_cannot_be_read_stops_the_doctor_and_the_register(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fairdial-signatures.yaml").write_text("signatures: [{place: US-OH}]\n", encoding="utf-8")
    assert "signed_by" in run("law", "register", folder=tmp_path).stderr
    assert run("doctor", folder=tmp_path).returncode != 0


def test_the_sample_is_not_signed_in(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRDIAL_SIGNATURES", "sample")
    done = run("law", "register", "sign", "US-OH", "--by", "Jane", folder=tmp_path)
    assert (done.returncode != 0, "nobody signed" in done.stderr) == (True, True)

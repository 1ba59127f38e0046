"""From the store to the figures: detection's verdicts, and answer rates by the number that was shown."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from compliance_gate.findings import Recording
from dialer.cli import run
from dialer.domain.attempt import Outcome
from dialer.domain.detection import Detected, Detection
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import Played
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import row_of
from dialer.storage.store import Store

AT = 1_800_000_000.0
OURS = "+12125550100"


def attempt(name: str, said: DispositionKind | None, detection: Detection | None) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(name),
        campaign=CampaignId("spring"),
        lead=LeadId(f"l-{name}"),
        person=PersonId(f"p-{name}"),
        number=NumberId(f"n-{name}"),
        debts=(),
        zones=(),
        rulebook="r",
        launched_at=AT,
        answered_at=AT + 5.0,
        bridged_at=None if said is None else AT + 6.0,
        ended_at=AT + 60.0,
        agent=None if said is None else AgentId("anna"),
        outcome=Outcome.MACHINE if said is None else Outcome.CONNECTED,
        disposition=None if said is None else Disposition(kind=said),
        caller_id=OURS,
        detection=detection,
    )


MACHINE = Detection(verdict=Detected.MACHINE, cause="MACHINE LONGGREETING", delay_s=1.8)
HUMAN = Detection(verdict=Detected.HUMAN, cause="HUMAN", delay_s=1.2)
DROP = Played(recording=Recording.VOICEMAIL_DROP, sound="drop", complete=False, version="2")
CALLS = (
    attempt("a1", DispositionKind.MACHINE, MACHINE),
    attempt("a2", DispositionKind.NO_COMMITMENT, MACHINE),
    attempt("a3", DispositionKind.SCREENED, HUMAN),
    replace(attempt("a4", None, MACHINE), played=(DROP,), early_media=True, recorded=False),
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = str(tmp_path / "floor.db")
    with Store.open(path) as store:
        store.write(lambda c: c.execute(insert(tables.attempts), [row_of(each) for each in CALLS]))
    return path


def test_precision_and_recall_are_told_with_their_formulas(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["detection", "--store", database, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["figures"] == {
        "precision": 0.5,
        "recall": 1.0,
        "persons_lost_per_person": 1.0,
        "median_delay_s": 1.8,
    }
    assert set(told["formulas"]) == set(told["figures"])
    assert {"verdict": "human", "truth": "screening_assistant", "calls": 1} in told["heard"]
    assert told["not_heard"] == {"machine": 1}
    assert told["early_media"] == {"nobody": 1}


def test_the_table_is_readable(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["detection", "--store", database]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("screening", "assistant", "intercept"))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_export_has_what_was_shown_detected_and_heard(database: str, tmp_path: Path) -> None:
    out = tmp_path / "attempts.csv"
    assert run(["export", "attempts", "--store", database, "--out", str(out)]) == 0
    last = rows(out)[-1]
    assert last["caller_id"] == f"'{OURS}"
    assert (last["detected"], last["detection_cause"], last["detection_s"]) == (
        "machine",
        "MACHINE LONGGREETING",
        "1.800",
    )
    assert (last["played"], last["cut_off"]) == ("voicemail_drop:drop:2", "drop")
    assert (last["early_media"], last["recorded"]) == ("true", "false")


def test_the_answer_rate_by_number_is_exported(database: str, tmp_path: Path) -> None:
    out = tmp_path / "numbers.csv"
    assert run(["export", "caller-ids", "--store", database, "--out", str(out)]) == 0
    (row,) = rows(out)
    assert (row["attempts"], row["answered"], row["live"]) == ("4", "4", "1")
    assert row["answered_per_attempt"] == "1.0000"


def test_a_zone_that_is_none_is_refused(database: str, tmp_path: Path) -> None:
    out = str(tmp_path / "numbers.csv")
    assert run(["export", "caller-ids", "--store", database, "--out", out, "--zone", "Nowhere"]) == 1

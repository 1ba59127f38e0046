"""The open benchmark: what may be ordered, that processes change nothing, and what its table says."""

import json
from pathlib import Path

import pytest

from dialer.cli import run
from dialer.inquiry.pacing_bench import HEADINGS, BenchError, BenchOrder, bench, for_programs, markdown

SHORT = BenchOrder(
    scenarios=("REF",), agents=(3,), policies=("november", "progressive"), replications=2, hours=0.05
)


def _quiet(_: str) -> None:
    """Nothing is told."""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scenarios": ("REF", "X")}, "no scenario 'X'"),
        ({"policies": ("best",)}, "no policy 'best'"),
        ({"agents": (0,)}, "above zero"),
        ({"replications": 0}, "above zero"),
        ({"hours": 0.0}, "above zero"),
    ],
)
def test_what_is_not_there_cannot_be_ordered(changes: dict[str, object], told: str) -> None:
    order = {"scenarios": ("REF",), "agents": (3,), "policies": ("november",), "replications": 2, **changes}
    with pytest.raises(BenchError, match=told):
        BenchOrder(**order)  # pyright: ignore[reportArgumentType]


def test_a_table_of_policies_on_the_same_days() -> None:
    heard: list[str] = []
    lines = bench(SHORT, told=heard.append)
    assert heard == ["REF, 3 agents, november", "REF, 3 agents, progressive"]
    base, other = lines
    assert base.against_november is not None
    assert (base.against_november.low, base.against_november.high) == (1.0, 1.0)
    assert other.against_november is not None
    table = markdown(SHORT, lines).splitlines()
    assert table[0] == (
        "`fairdial bench pacing --scenario REF --policies november,progressive --agents 3 --replications 2 "
        "--seed 1 --hours 0.05`"
    )
    assert [len(row.split(" | ")) for row in table[-2:]] == [len(HEADINGS)] * 2
    assert [row["policy"] for row in for_programs(lines)] == ["november", "progressive"]


def test_without_november_there_is_nothing_to_be_a_multiple_of() -> None:
    order = BenchOrder(scenarios=("REF",), agents=(2,), policies=("progressive",), replications=1, hours=0.02)
    (line,) = bench(order, told=_quiet)
    assert line.against_november is None


def test_the_command_prints_and_writes_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "table.md"
    options = [
        "--agents",
        "2",
        "--policies",
        "november,progressive",
        "--replications",
        "1",
        "--hours",
        "0.02",
    ]
    assert run(["bench", "pacing", *options, "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == out.read_text(encoding="utf-8").strip()
    assert run(["bench", "pacing", *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["against_november"] == {"mean": 1.0, "low": 1.0, "high": 1.0}


def test_a_team_size_that_is_no_number_is_a_persons_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "pacing", "--agents", "many"]) != 0
    assert "whole numbers" in capsys.readouterr().err

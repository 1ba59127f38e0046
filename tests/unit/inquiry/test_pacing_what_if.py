"""What a change of pacing would do, asked of a journal: the picture of an instant, and what is told of it."""

import json
from pathlib import Path

import pytest

from dialer.cli import run
from dialer.floor.rehearsed import ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry import pacing_what_if
from dialer.inquiry.pacing_what_if import Change, Question, WhatIfError, horizons_of, picture_in, what_if

AFTER = 0.07
"""Hours: four minutes of the shift are over then, and nearly two are left."""


def nothing(_: int) -> None:
    """Nobody is told how far it is."""


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six minutes of today's floor."""
    folder = tmp_path_factory.mktemp("what-if") / "collections"
    prepare_folder(folder)
    with rehearsal_store(folder) as store:
        order = ShiftOrder(scenario=scenario_named("collections"), seed=1, agents=6, hours=0.1)
        rehearse(order, folder=folder, store=store)
    return folder


def test_the_picture_is_of_the_instant(shift: Path) -> None:
    """Everybody who works is in it, what rings has rung for no longer than a ring, and the rest is left."""
    picture = picture_in(shift, after_hours=AFTER, progress=nothing)
    assert 1 <= picture.agents <= 6
    assert picture.policy == "predictive"
    assert picture.parameters["target"] == picture.snapshot.ledger.limit
    assert all(0.0 <= elapsed <= 60.0 for elapsed in picture.snapshot.ringing_elapsed)
    assert set(picture.held) <= set(picture.snapshot.agent_ids)
    assert 60.0 < picture.snapshot.shift_left < 200.0
    assert horizons_of(picture, day=False) == (picture.snapshot.shift_left,)


def test_nothing_is_said_from_where_nothing_can_be(shift: Path) -> None:
    picture = picture_in(shift, after_hours=AFTER, progress=nothing)
    with pytest.raises(WhatIfError, match="people answered so far: too few"):
        list(what_if(picture, Question(change=Change(agents=1))))
    with pytest.raises(WhatIfError, match="3 to 200 times, not 2"):
        list(what_if(picture, Question(change=Change(agents=1), runs=2)))
    with pytest.raises(WhatIfError, match="ends before 9 hours"):
        picture_in(shift, after_hours=9.0, progress=nothing)
    with pytest.raises(WhatIfError, match="which campaign is not clear"):
        picture_in(shift, after_hours=AFTER, campaign="another", progress=nothing)


def test_the_command_tells_both_and_their_difference(
    shift: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["pacing", "what-if", str(shift), "--after", str(AFTER), "--runs", "3", "--agents=-2"]
    assert run(command) != 0
    assert "too few to say what comes" in capsys.readouterr().err
    monkeypatch.setattr(pacing_what_if, "LEAST_ANSWERS", 0)
    assert run([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == 3
    (row,) = found["horizons"]
    assert row["changed"]["attempts"]["mean"] - row["as_it_is"]["attempts"]["mean"] == pytest.approx(
        row["difference"]["attempts"]["mean"]
    )
    assert run(command) == 0
    told = capsys.readouterr().out
    assert "people connected" in told
    assert run([*command[:-1], "--ring", "99"]) != 0
    assert "was never heard" in capsys.readouterr().err

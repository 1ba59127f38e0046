"""Who may be called on a day: hour by hour in their own zone, and what keeps the others from it."""

import json
from datetime import date, timedelta

import pytest

from dialer import clock
from dialer.cli import run
from dialer.floor.taking_in import take_in
from dialer.inquiry.callable import callable_on
from dialer.storage.store import Store

HEADING = (
    "client_id,client_account,person_ref,last,state,zip,phone_1,phone_1_role,current_balance,deceased,notice_date,"
    "notice_kind,notice_by\n"
)
NOTICE = "2026-01-05,validation,letter"
PLACED = (
    f"acme,A1,P1,Example,FL,33602,8135550101,own,100.00,,{NOTICE}\n"
    f"acme,A2,P2,Roe,CO,80202,3035550102,own,100.00,,{NOTICE}\n"
    f"acme,A3,P3,Poe,FL,33602,8135550103,own,100.00,yes,{NOTICE}\n"
    f"acme,A4,P4,Doe,FL,33602,,,100.00,,{NOTICE}\n"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("filled")
    file = folder / "placement.csv"
    file.write_text(HEADING + PLACED)
    take_in(file, campaign="c", address=str(folder / "f.db"), folder=None, progress=lambda _: None)
    return str(folder / "f.db")


def workday() -> date:
    """The next Tuesday that is no holiday of theirs: well away from the days around New Year."""
    day = clock.utc_now().date() + timedelta(days=1)
    while day.weekday() != 1 or day.month in (1, 12):
        day += timedelta(days=1)
    return day


def test_hours_are_of_the_zone_in_which_people_are(address: str) -> None:
    """Nobody before 8 in the morning or after 9 at night, wherever they are; the dead not at all."""
    with Store.open(address) as store:
        found = callable_on(store, workday(), now=clock.posix_now() + 1, most=10)
    assert (found.people, found.asked, found.may) == (4, 4, 2)
    for zone in ("America/New_York", "America/Denver"):
        hours = found.hours[zone]
        assert set(hours) <= set(range(8, 21))
        assert hours[12] == 1
    kept = {each.rule: each for each in found.kept}
    assert kept[""].what == "no telephone number on file"
    assert any("deceased" in each.facts for each in found.kept)


def test_so_many_are_asked_about_as_somebody_says(address: str) -> None:
    with Store.open(address) as store:
        found = callable_on(store, workday(), now=clock.posix_now() + 1, most=1)
    assert (found.people, found.asked) == (4, 1)


def test_the_command_tells_it(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["callable", "--store", address, "--day", workday().isoformat()]) == 0
    assert "2 of 4 people may be called" in capsys.readouterr().out
    assert run(["callable", "--store", address, "--day", workday().isoformat(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["by_zone_and_hour"]["America/Denver"]["12"] == 1
    assert "no telephone number on file" in [each["what"] for each in told["kept_by"]]
    assert run(["callable", "--store", address, "--day", "tomorrow"]) == 1


@pytest.mark.parametrize("day", ["tomorrow", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_asked_about_is_said_to_be_none(
    address: str, day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["callable", "--store", address, "--day", day]) != 0
    told = capsys.readouterr().err
    assert "--day" in told
    assert "Traceback" not in told

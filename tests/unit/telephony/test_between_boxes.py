"""A trunk between two Asterisks of ours: its settings and password, what is written, whose lines it takes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.clock import posix_now
from dialer.domain.ids import BoxId
from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import render
from telephony.asterisk.doctor import other_way_out
from telephony.asterisk.guests import Guests
from telephony.asterisk.passwords import filled
from telephony.asterisk.settings import AmiSettings, AsteriskSettings, TrunkSettings
from telephony.asterisk.shut import SHUT, ShutNumbers
from telephony.asterisk.trunks import Chosen, NoTrunk, Route, TrunkBook, TrunkPlan
from telephony.asterisk.wire import AmiMessage
from telephony.fleet.fleet import Fleet
from telephony.fleet.opening import open_systems

STRONG = "q7Lk2-vXo9_Rt4wZ"


def other(name: str, box: str, **more: object) -> TrunkSettings:
    values: dict[str, object] = {"username": "own", "incoming_username": box, "lines": 30}
    values |= {"secret": STRONG, "incoming_secret": STRONG, **more}
    return TrunkSettings(name=name, host="10.0.0.2", box=box, **values)  # pyright: ignore[reportArgumentType]


def settings(*trunks: TrunkSettings, name: str = "north", **more: object) -> AsteriskSettings:
    values: dict[str, object] = {
        "ami": AmiSettings(secret=STRONG, clear_text=True),
        "sounds": "/s",
        "recordings": "/r",
        "name": name,
        "trunks": trunks or (TrunkSettings(name="main", host="carrier"), other("to-south", "south")),
    }
    return AsteriskSettings.from_mapping(values | more)


def section(name: str, box: str) -> dict[str, object]:
    return {"name": name, "ami": {}, "trunks": [{"name": "main", "host": "c"}, {"name": "t", "box": box}]}


# --------------------------------------------------------------------------------------------- settings
def test_both_ends_are_given_one_password_and_each_its_own_name(tmp_path: Path) -> None:
    north = filled(section("north", "south"), tmp_path, make=True)["trunks"][1]
    south = filled(section("south", "north"), tmp_path, make=True)["trunks"][1]
    assert (north["username"], north["incoming_username"]) == ("north", "south")
    assert (south["username"], south["incoming_username"]) == ("south", "north")
    assert {north["secret"], north["incoming_secret"], south["secret"], south["incoming_secret"]} == {
        (tmp_path / "between-north-south").read_text().strip()
    }


def test_a_password_between_boxes_that_was_never_made_is_missed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no password ami-north yet"):
        filled(section("north", "south"), tmp_path, make=False)


@pytest.mark.parametrize(
    ("name", "trunks", "named"),
    [
        ("", (other("t", "south"),), "this one has no name"),
        ("north", (other("t", "north"),), "another telephone system"),
        ("north", (replace(other("t", "south"), secret=None, username=None),), "a password for each way"),
        ("north", (other("t", "south"), other("u", "south", sends_from=("1.1.1.1",))), "the same telephone"),
    ],
)
def test_what_cannot_lead_to_another_of_ours_says_why(
    name: str, trunks: tuple[TrunkSettings, ...], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        settings(*trunks, name=name)


def test_one_way_is_no_way() -> None:
    """The other would take its calls for a stranger's."""
    one = settings()
    alone = settings(TrunkSettings(name="main", host="carrier"), name="south")
    with pytest.raises(SettingsError, match="a trunk to telephone system south, and south has none"):
        open_systems((one, alone), now=posix_now)
    open_systems((one, settings(*one.trunks[:1], other("to-north", "north"), name="south")), now=posix_now)


def test_lines_that_are_lent_are_not_counted_as_its_own() -> None:
    plans = [settings(), settings(*settings().trunks[:1], other("t", "north"), name="south")]
    fleet = open_systems(plans, now=posix_now)
    assert isinstance(fleet, Fleet)
    assert fleet.box(BoxId("north")).lines == 100


def test_one_without_a_carrier_has_the_lines_that_the_other_lends() -> None:
    plans = [
        settings(other("t", "south")),
        settings(*settings().trunks[:1], other("t", "north"), name="south"),
    ]
    fleet = open_systems(plans, now=posix_now)
    assert isinstance(fleet, Fleet)
    assert [fleet.box(BoxId(name)).lines for name in ("north", "south")] == [30, 100]


# ---------------------------------------------------------------------------------------------- written
def test_its_calls_reach_the_context_between_and_no_agent() -> None:
    text = render(settings())["pjsip.conf"]
    endpoint = text[text.index("[to-south]") :]
    endpoint = endpoint[: endpoint.index("\n\n")]
    assert "context = fairdial-between" in endpoint
    assert "fairdial-inbound" not in endpoint
    assert "identify_by = ip" in endpoint
    assert "auth = to-south-incoming" in endpoint
    assert "type = registration" not in text


def test_where_no_other_leads_here_there_is_no_way_through() -> None:
    text = render(settings(TrunkSettings(name="main", host="carrier")))["extensions.conf"]
    assert "[fairdial-between]" not in text
    assert "[fairdial-shut]" in text


def test_calls_of_others_leave_by_the_trunks_that_our_own_would() -> None:
    trunks = (
        TrunkSettings(name="far", host="a", routes=(Route(prefix="+1212"),)),
        TrunkSettings(name="second", host="b", order=1),
        TrunkSettings(name="first", host="c"),
        other("to-south", "south"),
    )
    assert settings(*trunks).ways_out == (("+1212", ("far", "first", "second")), ("", ("first", "second")))


_SETS = {"N": "[2-9]", "X": "[0-9]"}


@pytest.mark.parametrize("more", [{}, {"shut": ("caribbean", "+4455")}, {"opened": ("+1900",)}])
def test_the_dialplan_shuts_what_the_dialer_shuts(more: dict[str, tuple[str, ...]]) -> None:
    """Asterisk reads a pattern as the dialer does: N, X, digits, and `!` for whatever follows."""
    text = render(settings(shut=more.get("shut", ()), opened=more.get("opened", ())))["extensions.conf"]
    found = re.findall(r"^exten => _(\+[0-9NX]+)!,1,NoOp\(\)$", text, re.MULTILINE)
    rows = ShutNumbers(shut=more.get("shut", ()), opened=more.get("opened", ())).rows
    assert sorted(found) == sorted(row.pattern for row in rows)
    assert len(found) >= len(SHUT) - 1


# ----------------------------------------------------------------------------------------- whose lines
def message(event: str, **headers: str) -> AmiMessage:
    return AmiMessage(headers={"event": event, **headers})


def begins(name: str, *, context: str = "fairdial-between", trunk: str = "main") -> AmiMessage:
    return message("DialBegin", context=context, destchannel=f"PJSIP/{trunk}-00000001", destuniqueid=name)


def test_a_call_of_another_takes_a_line_until_it_ends() -> None:
    book = TrunkBook([TrunkPlan(name="main", lines=1, calls_per_second=1e6)])
    guests = Guests(book)
    guests.feed(begins("1.1"), 0.0)
    assert isinstance(book.choose(0.0), NoTrunk)
    guests.feed(message("Hangup", uniqueid="2.2"), 1.0)
    assert len(guests) == 1
    guests.feed(message("Hangup", uniqueid="1.1"), 1.0)
    assert len(guests) == 0
    assert isinstance(book.choose(1.0), Chosen)


def test_our_own_calls_are_not_counted_twice() -> None:
    book = TrunkBook([TrunkPlan(name="main", lines=1)])
    Guests(book).feed(begins("1.1", context="fairdial-customer"), 0.0)
    assert isinstance(book.choose(0.0), Chosen)


def test_after_a_loss_nothing_is_known_of_them() -> None:
    book = TrunkBook([TrunkPlan(name="main", lines=1)])
    guests = Guests(book)
    guests.feed(begins("1.1"), 0.0)
    guests.lost()
    assert (len(guests), type(book.choose(1.0))) == (0, Chosen)


# ---------------------------------------------------------------------------------------------- doctor
def test_the_doctor_says_what_becomes_of_its_agents() -> None:
    (found,) = other_way_out(settings())
    assert found.found == "south, 30 lines; desk and browser phones stay as they are"
    (found,) = other_way_out(settings(TrunkSettings(name="main", host="carrier")))
    assert found.found.startswith("none: its agents wait")
    assert other_way_out(settings(TrunkSettings(name="main", host="carrier"), name="")) == ()

"""Our numbers in the written dialplan: what is dialed finds its line, and the clock decides what is heard."""

from datetime import date, time

import pytest

from dialer.domain.inbound_line import InboundLine, Language, OpenHours, Weekday
from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import render
from telephony.asterisk.inbound_lines import written_lines
from telephony.asterisk.settings import AmiSettings, AsteriskSettings

OFFICE = InboundLine(
    number="+12025550100",
    time_zone="America/Chicago",
    hours=(OpenHours(days=(Weekday.MONDAY, Weekday.SUNDAY), opens=time(9, 5), closes=time(17)),),
    holidays=(date(2026, 12, 25),),
    languages=(Language(key="2", tag="language:es", sounds="es"),),
    message_key="4",
)


def dialplan(*lines: InboundLine) -> str:
    settings = AsteriskSettings(
        ami=AmiSettings(secret="Xk3vQ9-long-enough-Zr7pT2mB", clear_text=True),
        sounds="/s",
        recordings="/r",
        inbound_lines=lines,
    )
    return render(settings)["extensions.conf"]


def test_a_number_is_known_with_and_without_the_countrys_code() -> None:
    others, office = written_lines((OFFICE,), "US")
    assert (others.name, others.digits, others.hours) == ("line0", (), ())
    assert (office.name, office.digits) == ("line1", ("12025550100", "2025550100"))
    (_, abroad) = written_lines((InboundLine(number="+442079460000"),), "US")
    assert abroad.digits == ("442079460000",)


def test_days_and_minutes_are_the_lines_own() -> None:
    text = dialplan(OFFICE)
    assert "Set(FD_CLOCK=${STRFTIME(${EPOCH},America/Chicago,%Y-%m-%d %u %H%M)})" in text
    assert 'GotoIf($["${FD_CLOCK:0:10}" = "2026-12-25"]?closed)' in text
    open_on = [line for line in text.splitlines() if line.endswith("?open)")]
    hours = "${FD_CLOCK:13:4} >= 905 & ${FD_CLOCK:13:4} < 1700"
    assert [hours in line for line in open_on] == [True, True]
    assert ["= 1 &" in open_on[0], "= 7 &" in open_on[1]] == [True, True]


def test_a_floor_without_lines_hears_the_one_menu_and_is_always_open() -> None:
    text = dialplan()
    assert "Goto(line0,1)" in text
    assert "/s/inbound-menu" in text
    assert "?closed)" not in text


def test_a_mistake_is_told_with_its_place() -> None:
    values = {
        "ami": {"secret": "Xk3vQ9-long-enough-Zr7pT2mB"},
        "sounds": "/s",
        "recordings": "/r",
        "inbound_lines": [{"number": "+12025550100", "message_key": "9"}],
    }
    with pytest.raises(SettingsError, match="choose one of 0 to 8") as raised:
        AsteriskSettings.from_mapping(values)
    assert "inbound_lines" in raised.value.field

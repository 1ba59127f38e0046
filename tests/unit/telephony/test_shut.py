"""Emergency and premium numbers are shut unless an entry is opened by name; emergency ones cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.settings_reader import SettingsError
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.shut import CARIBBEAN, SHUT, Kind, ShutNumbers

DIGITS = st.text("0123456789", min_size=1, max_size=15)


@pytest.mark.parametrize(
    "number",
    [
        *("911", "112", "999", "411", "0119", "", "+19115550100", "+14115550100", "+12129110000", "+112"),
        *("+11234567890", "+10112345678", "+999123456", "+44112", "+44999"),
        *("+19005550100", "+12129765555", "+449098790000", "+448712345678", "+448445678901"),
        *("+447012345678", "+97912345678", "+8816123456", "+870773123456", "+80812345678"),
    ],
)
def test_what_helps_others_or_costs_the_earth_is_shut(number: str) -> None:
    reason = ShutNumbers().why(number)
    assert reason is not None
    assert not number or number not in reason or number in {row.pattern for row in SHUT}


@pytest.mark.parametrize(
    "number",
    [
        *("+12125550100", "+13105550199", "+18005550100", "+18095550100", "+12129755555", "+12129775555"),
        *("+19015550100", "+12129120000", "+442079460000", "+441189460000", "+447700900123", "+448081570192"),
    ],
)
def test_ordinary_numbers_beside_them_are_open(number: str) -> None:
    assert ShutNumbers().why(number) is None


def test_the_caribbean_is_open_until_the_settings_shut_it() -> None:
    assert ShutNumbers().why("+18095550100") is None
    shut = ShutNumbers(shut=("caribbean", "+4420794"))
    assert all(shut.why(f"{area}5550100") for area in CARIBBEAN)
    assert shut.why("+442079460000") == "shut: shut by the settings (+4420794)"
    assert shut.why("+442078460000") is None
    assert shut.why("+12125550100") is None


def test_an_entry_is_opened_by_name_and_opens_nothing_else() -> None:
    opened = ShutNumbers(opened=("+1900",))
    assert opened.why("+19005550100") is None
    assert opened.why("+12129765555") is not None


@pytest.mark.parametrize("pattern", [row.pattern for row in SHUT if row.kind is Kind.EMERGENCY])
def test_emergency_services_cannot_be_opened(pattern: str) -> None:
    with pytest.raises(SettingsError, match="emergency"):
        ShutNumbers(opened=(pattern,))


@pytest.mark.parametrize("pattern", ["900", "+1 900", "+1900*", "carribean", "", "+"])
def test_what_is_no_beginning_of_a_number_is_refused(pattern: str) -> None:
    with pytest.raises(SettingsError):
        ShutNumbers(shut=(pattern,))
    with pytest.raises(SettingsError, match="not in the list"):
        ShutNumbers(opened=(pattern,))


@given(DIGITS)
def test_what_has_no_plus_is_never_called(digits: str) -> None:
    assert ShutNumbers().why(digits) is not None


@given(st.sampled_from([row.pattern for row in SHUT]), st.data())
def test_every_number_that_begins_like_an_entry_is_shut(pattern: str, data: st.DataObject) -> None:
    signs = {"X": st.sampled_from("0123456789"), "N": st.sampled_from("23456789")}
    number = "".join(data.draw(signs[sign]) if sign in signs else sign for sign in pattern)
    assert ShutNumbers().why(number + data.draw(DIGITS)) is not None


def test_settings_that_would_open_or_overflow_to_a_shut_number_are_refused() -> None:
    given_: dict[str, object] = {
        "ami": {"secret": "q7Lk2-vXo9_Rt4wZ"},
        "sounds": "/s",
        "recordings": "/r",
        "trunks": [{"name": "main", "host": "h"}],
    }
    with pytest.raises(SettingsError, match="cannot be opened"):
        AsteriskSettings.from_mapping({**given_, "opened": ["+1N11"]})
    over = {"overflow_number": "+19005550100", "overflow_trunk": "main"}
    with pytest.raises(SettingsError, match="premium"):
        AsteriskSettings.from_mapping({**given_, **over})
    assert AsteriskSettings.from_mapping({**given_, **over, "opened": ["+1900"]})
    with pytest.raises(SettingsError, match="no beginning of a number"):
        AsteriskSettings.from_mapping(
            {**given_, "trunks": [{"name": "m", "host": "h", "routes": [{"prefix": "1212"}]}]}
        )

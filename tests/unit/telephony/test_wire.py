"""Nothing that came from a file can become a line of its own on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.asterisk.errors import UnsafeValueError
from telephony.asterisk.wire import Action, encode


@pytest.mark.parametrize(
    "value",
    [
        "Bob\r\n\r\nAction: Originate\r\nChannel: PJSIP/1@trunk",
        "Bob\nVariable: EVIL=1",
        "Bob\rX",
        "Bob\0",
        "Bob\x7f",
        "\ud800",
        "x" * 1000,
    ],
)
def test_a_value_that_could_end_its_line_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValueError):
        Action(name="Originate", fields={"CallerID": value})


@pytest.mark.parametrize("key", ["Caller ID", "A:B", "", "A\r\nB", "1A"])
def test_a_key_that_is_no_header_is_refused(key: str) -> None:
    with pytest.raises(UnsafeValueError):
        Action(name="Originate", fields={key: "x"})


@pytest.mark.parametrize(
    "value", ["Smith, John", 'he said "hi"', "a\\b", "${SHELL(id)}", "a;b", "a(b)", "Żółć", "a=b"]
)
def test_a_variable_takes_no_sign_that_asterisk_reads_as_its_own(value: str) -> None:
    with pytest.raises(UnsafeValueError):
        Action(name="Originate", variables={"FD_CALL": value})


def test_a_variable_s_name_takes_no_separator() -> None:
    with pytest.raises(UnsafeValueError):
        Action(name="Originate", variables={"A=1,B": "x"})


def test_more_headers_than_asterisk_keeps_are_refused() -> None:
    with pytest.raises(UnsafeValueError):
        Action(name="Originate", variables={f"V{n}": "x" for n in range(128)})


def test_plain_values_are_written_as_they_are() -> None:
    action = Action(name="Originate", fields={"Async": True, "Timeout": 15000, "CallerID": "Żółć <+1>"})
    assert (
        encode(action.headers())
        == "Action: Originate\r\nAsync: true\r\nTimeout: 15000\r\nCallerID: Żółć <+1>\r\n\r\n".encode()
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_accepted_stays_one_action_of_as_many_lines_as_headers(one: str, two: str) -> None:
    headers = {"Action": "Originate", "CallerID": one, "Variable": [f"A={two}"]}
    try:
        sent = encode(headers)
    except UnsafeValueError:
        return
    assert sent.count(b"\r\n\r\n") == 1
    assert sent.endswith(b"\r\n\r\n")
    assert sent.count(b"\n") == sent.count(b"\r") == 4

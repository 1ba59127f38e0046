"""Kind `suppression`: what was asked to stop, stops."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

NOW = "2026-06-10T10:00:00-04:00"


def request(kind: str, **more: object) -> list[dict[str, object]]:
    """One request of the first of June."""
    return [{"ts": "2026-06-01T09:00:00-04:00", "type": kind, **more}]


def test_binds_from_the_second_it_is_said(law: Callable[..., Any]) -> None:
    """Before the request nothing is bound; from its second on everything is, and no waiting helps."""
    rule = law("suppression", "requests: [stop_calling], binds: calls")

    assert rule.allows("2026-06-01T08:59:59-04:00", requests=request("stop_calling"))
    assert rule.retry("2026-06-01T09:00:00-04:00", requests=request("stop_calling")) is None


def test_a_notice_counts_from_receipt(law: Callable[..., Any]) -> None:
    """Mailed on the 3rd and received on the 6th, it binds from the 6th."""
    rule = law(
        "suppression", "requests: [cease_communication], binds: debt, begins: received, written_only: true"
    )
    notice = request(
        "cease_communication", in_writing=True, mailed="2026-06-03", received="2026-06-06", debts=["D1"]
    )

    assert rule.allows("2026-06-05T23:59:59-04:00", requests=notice)
    assert not rule.allows("2026-06-06T00:00:00-04:00", requests=notice)


def test_only_the_number_named_is_closed(law: Callable[..., Any]) -> None:
    """Another number stays open; a request that names none closes all."""
    rule = law("suppression", "requests: [stop_number], binds: number")

    assert rule.allows(NOW, requests=request("stop_number", number="+12125550199"))
    assert not rule.allows(NOW, requests=request("stop_number", number="+12125550123"))
    assert not rule.allows(NOW, requests=request("stop_number"))


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        ({"kind": "mobile"}, True),
        ({"kind": "mobile", "place": "work"}, False),
        ({"kind": "landline"}, False),
        ({"kind": "landline", "place": "home"}, True),
        ({"kind": "landline", "role": "own"}, True),
        ({"role": "work"}, False),
        ({}, False),
    ],
)
def test_a_number_that_may_be_at_work_is(
    law: Callable[..., Any], number: dict[str, object], allowed: bool
) -> None:
    """A mobile has no place; a fixed line of unknown place may ring at work."""
    rule = law("suppression", "requests: [employer_prohibits], binds: work")
    numbers = [{"e164": "+12125550123", "area_code_tzs": ["America/New_York"], **number}]

    assert rule.allows(NOW, requests=request("employer_prohibits"), numbers=numbers) is allowed


def test_release_by_a_later_request(law: Callable[..., Any]) -> None:
    """The attorney's release ends the bar, if it is for the debts concerned."""
    rule = law(
        "suppression", "requests: [attorney_represented], binds: debt, released_by: [attorney_released]"
    )
    represented = request("attorney_represented", debts=["D1"])
    released = {"ts": "2026-06-09T09:00:00-04:00", "type": "attorney_released", "debts": ["D1"]}

    assert not rule.allows(NOW, requests=represented)
    assert rule.allows(NOW, requests=[*represented, released])
    assert not rule.allows(NOW, requests=[*represented, {**released, "debts": ["D2"]}])


def test_one_answer_to_a_message_left(law: Callable[..., Any]) -> None:
    """A voicemail may be answered once; a conversation they began needs no answer."""
    rule = law("suppression", "requests: [stop_calling], binds: calls, respond_once: true")
    left = {"ts": "2026-06-10T09:00:00-04:00", "event": "call_received", "outcome": "voicemail_left"}
    answered = {"ts": "2026-06-10T09:30:00-04:00", "event": "call_placed", "outcome": "no_answer"}

    assert rule.allows(NOW, requests=request("stop_calling"), history=[left])
    assert not rule.allows(NOW, requests=request("stop_calling"), history=[left, answered])
    assert not rule.allows(
        NOW, requests=request("stop_calling"), history=[{**left, "outcome": "conversation"}]
    )


def test_an_oral_request_may_lapse(law: Callable[..., Any]) -> None:
    """Ten days for a spoken one, no end for one that may have been written."""
    rule = law("suppression", "requests: [employer_prohibits], binds: calls, oral_days: 10")

    assert rule.retry(
        NOW, requests=request("employer_prohibits", in_writing=False)
    ) == datetime.fromisoformat("2026-06-11T00:00:00-04:00")
    assert rule.retry(NOW, requests=request("employer_prohibits")) is None


def test_an_exception_needs_its_request(law: Callable[..., Any]) -> None:
    """A complaint may be answered if the person asked for it, and not otherwise."""
    rule = law(
        "suppression",
        "requests: [breathing_space], binds: debt, except_purposes: [complaint_response], "
        "needs_request: [complaint_callback_request]",
    )
    asked = [*request("breathing_space"), *request("complaint_callback_request")]
    proposed = {
        "action": "place_call",
        "number": "+12125550123",
        "debts": ["D1"],
        "purpose": "complaint_response",
    }

    assert rule.allows(NOW, requests=asked, proposed=proposed)
    assert not rule.allows(NOW, requests=request("breathing_space"), proposed=proposed)
    assert not rule.allows(NOW, requests=asked)


def test_a_request_to_stop_calling_names_its_medium(law: Callable[..., Any]) -> None:
    """Where a rule closes media, "stop calling" closes calls, and "stop" without a medium everything."""
    rule = law("suppression", "requests: [stop_calling, stop_medium], binds: medium")
    email = {"action": "send_email", "debts": ["D1"]}

    assert not rule.allows(NOW, requests=request("stop_calling"))
    assert rule.allows(NOW, requests=request("stop_calling"), proposed=email)
    assert not rule.allows(NOW, requests=request("stop_calling", medium="email"), proposed=email)
    assert not rule.allows(NOW, requests=request("stop_medium"), proposed=email)


def test_silence_is_for_letters_too(law: Callable[..., Any]) -> None:
    """What was asked for or ordered closes letters without naming them; a number closes none."""
    letter = {"action": "send_letter", "debts": ["D1"]}
    debt = law("suppression", "requests: [attorney_represented], binds: debt")
    number = law("suppression", "requests: [stop_number], binds: number")

    assert not debt.allows(NOW, requests=request("attorney_represented"), proposed=letter)
    assert number.allows(NOW, requests=request("stop_number"), proposed=letter)
    assert not number.allows(NOW, requests=request("stop_number"))


def test_a_closed_number_is_answered_only_when_it_was_used(law: Callable[..., Any]) -> None:
    """A message left from another number does not open the one that was closed."""
    rule = law("suppression", "requests: [stop_number], binds: number, respond_once: true")
    left = {"ts": "2026-06-09T09:00:00-04:00", "event": "call_received", "outcome": "voicemail_left"}
    asked = request("stop_number", number="+12125550123")

    assert rule.allows(NOW, requests=asked, history=[{**left, "number": "+12125550123"}])
    assert not rule.allows(NOW, requests=asked, history=[{**left, "number": "+12125550199"}])
    assert not rule.allows(NOW, requests=asked, history=[left])

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


@pytest.mark.parametrize("begins", ["recorded", "received"])
def test_binds_in_the_very_second_it_is_said(law: Callable[..., Any], begins: str) -> None:
    """A call a tenth of a second after the request is a call after the request."""
    rule = law("suppression", f"requests: [stop_calling], binds: calls, begins: {begins}")
    asked = [{"ts": "2026-06-01T09:00:00.850-04:00", "type": "stop_calling"}]

    assert rule.allows("2026-06-01T08:59:59.999-04:00", requests=asked)
    assert not rule.allows("2026-06-01T09:00:00.950-04:00", requests=asked)


@pytest.mark.parametrize("end", ["withdrawn", "released"])
def test_what_ends_it_ends_it_from_the_next_second_on(law: Callable[..., Any], end: str) -> None:
    """A part of the second in which it is told was before it."""
    rule = law("suppression", "requests: [dispute], binds: person, released_by: [dispute_answered]")
    told = "2026-06-10T10:00:00.900-04:00"
    asked: list[dict[str, object]] = [{"ts": "2026-06-01T09:00:00-04:00", "type": "dispute"}]
    if end == "withdrawn":
        asked[0]["withdrawn_at"] = told
    else:
        asked.append({"ts": told, "type": "dispute_answered"})

    assert not rule.allows("2026-06-10T10:00:00.500-04:00", requests=asked)
    assert rule.allows("2026-06-10T10:00:01-04:00", requests=asked)
    if end == "released":
        asked[1]["withdrawn_at"] = "2026-06-11T10:00:00.900-04:00"
        assert rule.allows("2026-06-11T09:59:59-04:00", requests=asked)
        assert not rule.allows("2026-06-11T10:00:00.950-04:00", requests=asked)


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


# --- what lifts, releases and ends --------------------------------------------------------------------------

ASKED = "2026-06-01T09:00:00-04:00"
LIFTED = "requests: [stop_calling], binds: calls, consent_lifts: [call]"
GIVEN = {"ts": "2026-06-05T10:00:00-04:00", "scope": "call", "given_to": "collector"}


@pytest.mark.parametrize(
    ("given", "now", "allowed"),
    [
        ({"ts": "2026-06-01T08:59:59-04:00"}, NOW, False),
        ({"ts": ASKED}, NOW, False),
        ({}, "2026-06-05T09:59:59-04:00", False),
        ({}, "2026-06-05T10:00:00-04:00", True),
        ({"revoked": "2026-06-10T10:00:01-04:00"}, NOW, True),
        ({"revoked": NOW}, NOW, False),
        ({"number": "+12125550123"}, NOW, True),
        ({"number": "+12125550199"}, NOW, False),
        ({"scope": "sms"}, NOW, False),
        ({"given_to": "creditor"}, NOW, False),
        ({"given_to": None}, NOW, False),
    ],
)
def test_a_later_consent_given_to_the_collector_lifts_what_was_asked(
    law: Callable[..., Any], given: dict[str, object], now: str, allowed: bool
) -> None:
    """Not one from before or of the same instant, for another number or purpose, or one that is over."""
    rule = law("suppression", LIFTED)
    assert rule.allows(now, requests=request("stop_calling"), consents=[{**GIVEN, **given}]) is allowed


def test_a_consent_lifts_nothing_where_the_law_does_not_say_so(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls")
    assert not rule.allows(NOW, requests=request("stop_calling"), consents=[GIVEN])


@pytest.mark.parametrize(
    ("medium", "action", "allowed"),
    [
        ("phone_call", "place_call", False),
        ("email", "place_call", True),
        (None, "place_call", True),
        ("email", "send_email", False),
        ("phone_call", "send_email", True),
        ("sms", "send_email", True),
    ],
)
def test_a_named_medium_closes_that_one_alone(
    law: Callable[..., Any], medium: str | None, action: str, allowed: bool
) -> None:
    """Where none is named none is closed."""
    rule = law("suppression", "requests: [stop_medium], binds: named_medium")
    proposed = {"action": action, "number": "+12125550123", "debts": ["D1"]}
    asked = request("stop_medium", **({} if medium is None else {"medium": medium}))
    assert rule.allows(NOW, requests=asked, proposed=proposed) is allowed


@pytest.mark.parametrize(
    ("form", "in_writing", "binds"),
    [
        ("written_only", True, True),
        ("written_only", None, True),
        ("written_only", False, False),
        ("oral_only", False, True),
        ("oral_only", None, True),
        ("oral_only", True, False),
    ],
)
def test_the_form_of_a_request_matters_where_the_law_says_so(
    law: Callable[..., Any], form: str, in_writing: bool | None, binds: bool
) -> None:
    """What is not known may be either."""
    rule = law("suppression", f"requests: [stop_calling], binds: calls, {form}: true")
    plain = law("suppression", "requests: [stop_calling], binds: calls")
    asked = request("stop_calling", in_writing=in_writing)
    assert rule.allows(NOW, requests=asked) is not binds
    assert not plain.allows(NOW, requests=asked)


@pytest.mark.parametrize(
    ("attorney", "binds"), [("known", True), ("unknown", True), ("not_ascertainable", False), (None, True)]
)
def test_an_attorney_nobody_can_find_represents_nobody(
    law: Callable[..., Any], attorney: str | None, binds: bool
) -> None:
    rule = law("suppression", "requests: [attorney_represented], binds: debt")
    asked = request("attorney_represented", **({} if attorney is None else {"attorney": attorney}))
    assert rule.allows(NOW, requests=asked) is not binds


@pytest.mark.parametrize(
    ("mailed", "received", "now", "binds"),
    [
        ("2026-05-28", "2026-06-06", "2026-06-05T23:59:59-04:00", False),
        ("2026-05-28", "2026-06-06", "2026-06-06T00:00:00-04:00", True),
        ("2026-05-28", None, "2026-06-01T08:59:59-04:00", False),
        ("2026-05-28", None, ASKED, True),
        (None, None, "2026-06-01T08:59:59-04:00", False),
        (None, None, ASKED, True),
    ],
)
def test_a_notice_whose_receipt_is_not_known_binds_when_it_is_recorded(
    law: Callable[..., Any], mailed: str | None, received: str | None, now: str, binds: bool
) -> None:
    rule = law("suppression", "requests: [cease_communication], binds: debt, begins: received")
    asked = request("cease_communication", mailed=mailed, received=received)
    assert rule.allows(now, requests=asked) is not binds


@pytest.mark.parametrize(
    ("now", "binds"),
    [
        ("2026-05-30T23:59:59-04:00", False),
        ("2026-05-31T00:00:00-04:00", True),
        ("2026-06-01T08:59:59-04:00", True),
        (ASKED, True),
    ],
)
@pytest.mark.parametrize("begins", ["", ", begins: received"])
def test_a_letter_that_was_written_down_a_day_late_binds_from_the_day_it_came(
    law: Callable[..., Any], begins: str, now: str, binds: bool
) -> None:
    """It had been asked when it was received, also where the text does not count from receipt."""
    rule = law("suppression", f"requests: [stop_medium], binds: medium{begins}")
    asked = request("stop_medium", received="2026-05-31")
    assert rule.allows(now, requests=asked) is not binds


@pytest.mark.parametrize("kind", ["attorney_represented", "attorney_released"])
def test_a_lawyer_s_letter_is_of_the_day_it_came(law: Callable[..., Any], kind: str) -> None:
    """Being represented binds from then; that it is over counts only from when it is written down."""
    released = "released_by: [attorney_released]"
    rule = law("suppression", f"requests: [attorney_represented], binds: debt, {released}")
    asked = request("attorney_represented")
    late = {"ts": "2026-06-12T09:00:00-04:00", "type": kind, "received": "2026-06-10"}
    assert not rule.allows(NOW, requests=[late] if kind == "attorney_represented" else [*asked, late])


@pytest.mark.parametrize(
    ("now", "binds"), [("2026-06-09T23:59:59-04:00", True), ("2026-06-10T00:00:00-04:00", False)]
)
def test_a_request_ends_in_the_second_it_is_withdrawn(law: Callable[..., Any], now: str, binds: bool) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls")
    asked = request("stop_calling", withdrawn_at="2026-06-10T00:00:00-04:00")
    assert rule.allows(now, requests=asked) is not binds
    if binds:
        assert rule.retry(now, requests=asked) == datetime.fromisoformat("2026-06-10T00:00:00-04:00")


@pytest.mark.parametrize(
    ("released", "now", "binds"),
    [
        ({"ts": "2026-06-01T08:59:59-04:00"}, NOW, True),
        ({"ts": ASKED}, NOW, False),
        ({"ts": NOW}, NOW, False),
        ({"ts": NOW}, "2026-06-10T09:59:59-04:00", True),
        ({"ts": NOW, "debts": None}, NOW, False),
        ({"ts": NOW, "debts": ["D1", "D2"]}, NOW, False),
        ({"ts": NOW, "debts": ["D2"]}, NOW, True),
    ],
)
def test_a_release_counts_from_its_second_for_the_debts_it_names(
    law: Callable[..., Any], released: dict[str, object], now: str, binds: bool
) -> None:
    """Not one from before what it releases; one that names no debt releases all."""
    rule = law(
        "suppression", "requests: [attorney_represented], binds: debt, released_by: [attorney_released]"
    )
    asked = [
        *request("attorney_represented", debts=["D1"]),
        {"type": "attorney_released", "debts": ["D1"], **released},
    ]
    assert rule.allows(now, requests=asked) is not binds


def test_a_release_for_one_debt_does_not_release_all(law: Callable[..., Any]) -> None:
    rule = law(
        "suppression", "requests: [attorney_represented], binds: debt, released_by: [attorney_released]"
    )
    released = {"ts": "2026-06-09T09:00:00-04:00", "type": "attorney_released", "debts": ["D1"]}
    assert not rule.allows(NOW, requests=[*request("attorney_represented"), released])


@pytest.mark.parametrize(
    ("values", "asked", "free"),
    [
        ("lasts_days: 10", {}, "2026-06-11T00:00:00-04:00"),
        ("lasts_days: 10", {"until": "2026-06-20"}, "2026-06-21T00:00:00-04:00"),
        ("oral_days: 10", {"in_writing": False, "until": "2026-06-10"}, "2026-06-11T00:00:00-04:00"),
        ("oral_days: 12", {"in_writing": False, "until": "2026-06-10"}, "2026-06-11T00:00:00-04:00"),
        ("oral_days: 10", {"in_writing": False, "until": "2026-06-20"}, "2026-06-11T00:00:00-04:00"),
        ("lasts_days: 10", {"withdrawn_at": "2026-06-10T12:00:00-04:00"}, "2026-06-10T12:00:00-04:00"),
        ("lasts_days: 10", {"withdrawn_at": "2026-06-12T12:00:00-04:00"}, "2026-06-11T00:00:00-04:00"),
    ],
)
def test_what_lapses_by_itself_lapses_after_its_last_local_day(
    law: Callable[..., Any], values: str, asked: dict[str, object], free: str
) -> None:
    """Its own day, the law's days for it, or a withdrawal: whichever is first."""
    rule = law("suppression", f"requests: [stop_calling], binds: calls, {values}")
    assert rule.retry(NOW, requests=request("stop_calling", **asked)) == datetime.fromisoformat(free)
    assert rule.allows(free, requests=request("stop_calling", **asked))


def test_a_request_lapses_when_it_has_lapsed_in_every_zone(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls, lasts_days: 10")
    both = {
        "id": "P1",
        "addresses": [{"country": "US", "tzs": ["America/New_York", "America/Los_Angeles"]}],
    }
    free = datetime.fromisoformat("2026-06-11T00:00:00-07:00")
    assert rule.retry(NOW, requests=request("stop_calling"), person=both) == free


def test_of_several_requests_the_last_to_end_counts_and_the_first_is_told(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [stop_calling, do_not_call], binds: calls")
    short, long = (request("stop_calling", until=f"2026-06-{day}")[0] for day in (12, 20))
    for asked in ([short, long], [long, short]):
        decision = rule.decide(NOW, requests=asked)
        assert decision.retry_at == datetime.fromisoformat("2026-06-21T00:00:00-04:00")
        told = dict(decision.findings[-1].facts)
        assert told["until"] == ("2026-06-13" if asked[0] is short else "2026-06-21")
    assert rule.retry(NOW, requests=[short, *request("do_not_call")]) is None
    assert rule.retry(NOW, requests=[*request("do_not_call"), short]) is None


@pytest.mark.parametrize(
    ("asked", "wanted", "allowed"),
    [
        (["D1"], ["D1"], False),
        (["D2"], ["D1"], True),
        (["D2"], ["D1", "D2"], False),
        (None, ["D1"], False),
        (["D2"], None, False),
    ],
)
def test_a_debt_is_closed_where_request_and_contact_may_share_one(
    law: Callable[..., Any], asked: list[str] | None, wanted: list[str] | None, allowed: bool
) -> None:
    """A side that names none may mean any."""
    rule = law("suppression", "requests: [dispute], binds: debt")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    proposed: dict[str, object] = {"action": "place_call", "number": "+12125550123"}
    if wanted:
        proposed["debts"] = wanted
    facts = {"requests": request("dispute", debts=asked), "debts": debts, "proposed": proposed}
    assert rule.allows(NOW, **facts) is allowed


@pytest.mark.parametrize(
    ("place", "number", "allowed"),
    [
        ("home", {"kind": "mobile"}, True),
        ("home", {"kind": "landline"}, False),
        ("home", {"kind": "landline", "role": "own"}, False),
        ("home", {"kind": "landline", "role": "work"}, True),
        ("home", {"kind": "landline", "place": "home"}, False),
        ("home", {"kind": "landline", "place": "work"}, True),
        (None, {"kind": "mobile"}, False),
    ],
)
def test_a_place_closes_the_numbers_that_may_ring_there(
    law: Callable[..., Any], place: str | None, number: dict[str, object], allowed: bool
) -> None:
    """A request that names no place closes every number."""
    rule = law("suppression", "requests: [inconvenient_place], binds: place")
    numbers = [{"e164": "+12125550123", "area_code_tzs": ["America/New_York"], **number}]
    asked = request("inconvenient_place", place=place)
    decision = rule.decide(NOW, requests=asked, numbers=numbers)
    assert decision.is_allowed is allowed
    told = dict(decision.findings[-1].facts)
    is_told = "not known, every value tried" in told
    assert is_told is (not allowed and "place" not in number)


def test_only_a_place_that_was_not_known_is_told_as_that(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls")
    told = dict(rule.decide(NOW, requests=request("stop_calling")).findings[-1].facts)
    assert told == {"request": f"stop_calling of {ASKED}", "closes": "calls"}


def test_a_place_closes_no_letter(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [employer_prohibits], binds: work")
    letter = {"action": "send_letter", "debts": ["D1"]}
    assert rule.allows(NOW, requests=request("employer_prohibits"), proposed=letter)


@pytest.mark.parametrize(
    ("ts", "withdrawn", "allowed"),
    [
        (NOW, None, True),
        ("2026-06-10T10:00:01-04:00", None, False),
        (ASKED, "2026-06-10T10:00:01-04:00", True),
        (ASKED, NOW, False),
    ],
)
def test_what_an_exception_asks_for_must_have_been_asked_and_not_withdrawn(
    law: Callable[..., Any], ts: str, withdrawn: str | None, allowed: bool
) -> None:
    rule = law(
        "suppression",
        "requests: [breathing_space], binds: debt, except_purposes: [complaint_response], "
        "needs_request: [complaint_callback_request]",
    )
    wanted = {"ts": ts, "type": "complaint_callback_request", "withdrawn_at": withdrawn}
    proposed = {
        "action": "place_call", "number": "+12125550123", "debts": ["D1"], "purpose": "complaint_response"
    }  # fmt: skip
    asked = [*request("breathing_space"), wanted]
    assert rule.allows(NOW, requests=asked, proposed=proposed) is allowed


def test_an_exception_that_needs_no_request_is_for_its_purpose(law: Callable[..., Any]) -> None:
    rule = law(
        "suppression", "requests: [breathing_space], binds: debt, except_purposes: [complaint_response]"
    )
    proposed = {"action": "place_call", "number": "+12125550123", "debts": ["D1"]}
    asked = request("breathing_space")
    assert rule.allows(NOW, requests=asked, proposed={**proposed, "purpose": "complaint_response"})
    assert not rule.allows(NOW, requests=asked, proposed=proposed)


# --- one answer ---------------------------------------------------------------------------------------------

LEFT = {"event": "call_received", "outcome": "voicemail_left"}


@pytest.mark.parametrize(
    ("heard", "allowed"),
    [
        ("2026-06-03T09:59:59-04:00", False),
        ("2026-06-03T10:00:00-04:00", True),
        (NOW, True),
        ("2026-06-10T10:00:01-04:00", False),
    ],
)
def test_an_answer_is_given_within_seven_days(law: Callable[..., Any], heard: str, allowed: bool) -> None:
    """Of the message that waits for it, and not before it came."""
    rule = law("suppression", "requests: [stop_calling], binds: calls, respond_once: true")
    history = [{"ts": heard, **LEFT}]
    assert rule.allows(NOW, requests=request("stop_calling"), history=history) is allowed


@pytest.mark.parametrize(
    ("heard", "allowed"), [("2026-06-09T08:59:59-04:00", False), ("2026-06-09T09:00:00-04:00", True)]
)
def test_what_came_before_the_request_waits_for_no_answer(
    law: Callable[..., Any], heard: str, allowed: bool
) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls, respond_once: true")
    asked = [{"ts": "2026-06-09T09:00:00-04:00", "type": "stop_calling"}]
    assert rule.allows(NOW, requests=asked, history=[{"ts": heard, **LEFT}]) is allowed


@pytest.mark.parametrize(
    ("outcome", "allowed"),
    [
        ("voicemail_left", True),
        ("abandoned", True),
        ("no_answer", True),
        ("ring_no_answer", True),
        ("conversation", False),
        (None, False),
    ],
)
def test_a_call_received_waits_for_an_answer_unless_it_was_taken(
    law: Callable[..., Any], outcome: str | None, allowed: bool
) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls, respond_once: true")
    history = [{"ts": "2026-06-09T10:00:00-04:00", "event": "call_received", "outcome": outcome}]
    assert rule.allows(NOW, requests=request("stop_calling"), history=history) is allowed


def test_what_others_did_neither_asks_nor_answers(law: Callable[..., Any]) -> None:
    """Her own message still waits when her husband was called; his waits for nobody."""
    rule = law("suppression", "requests: [stop_calling], binds: calls, respond_once: true")
    hers = {"ts": "2026-06-09T10:00:00-04:00", **LEFT}
    his = {"ts": "2026-06-09T11:00:00-04:00", "event": "call_placed", "outcome": "no_answer"}
    asked = request("stop_calling")

    assert rule.allows(NOW, requests=asked, history=[hers, {**his, "person": "spouse"}])
    assert not rule.allows(NOW, requests=asked, history=[hers, his])
    assert not rule.allows(NOW, requests=asked, history=[{**hers, "person": "spouse"}])
    later = {"ts": "2026-06-09T12:00:00-04:00", **LEFT}
    assert rule.allows(NOW, requests=asked, history=[{**his, "person": "spouse"}, later])


def test_a_request_that_is_over_hides_no_other_of_its_kind(law: Callable[..., Any]) -> None:
    rule = law("suppression", "requests: [stop_calling], binds: calls")
    over = request("stop_calling", withdrawn_at="2026-06-02T09:00:00-04:00")
    assert rule.allows(NOW, requests=over)
    assert not rule.allows(NOW, requests=[*over, *request("stop_calling")])
    assert not rule.allows(NOW, requests=[*request("stop_calling"), *over])

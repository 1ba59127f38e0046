"""The second reading finds what was done on a line, whoever of those who have it was called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.auditor import (
    AuditedContact,
    AuditedDebt,
    AuditedNumber,
    AuditedPerson,
    Medium,
    Proposal,
    Reading,
    judge,
)

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
LINE = "+12125550123"
EASTERN = frozenset({"America/New_York"})


def person(country: str = "US", region: str = "US-NY", *, is_mobile: bool = False) -> AuditedPerson:
    return AuditedPerson(
        person="P1",
        numbers=(AuditedNumber(number=LINE, zones=EASTERN, is_mobile=is_mobile, place="home"),),
        countries=frozenset({country}),
        address_zones=(EASTERN,),
        debts=(AuditedDebt(debt="D1"),),
        regions=frozenset({region}),
    )


def on_line(seconds_ago: float, outcome: str | None = "no_answer", **told: object) -> AuditedContact:
    at = NOON - timedelta(seconds=seconds_ago)
    contact = AuditedContact(at=at, outcome=outcome, number=LINE)
    return replace(contact, **told)  # pyright: ignore[reportArgumentType]


def found(who: AuditedPerson, *, guaranteed: bool = False, recorded: bool = False) -> set[str]:
    proposal = Proposal(at=NOON, number=LINE, debts=("D1",), agent_guaranteed=guaranteed, recorded=recorded)
    return {reason.rule for reason in judge(who, proposal, Reading()).reasons}


@pytest.mark.parametrize(("seconds_ago", "is_found"), [(1, True), (299, True), (300, False), (301, False)])
def test_a_planted_call_within_five_minutes_on_the_line_is_found(seconds_ago: float, is_found: bool) -> None:
    planted = replace(person(), line_contacts=(on_line(seconds_ago),))
    assert ("house-five-minutes" in found(planted)) is is_found
    elsewhere = on_line(seconds_ago, number="+12125550199")
    assert "house-five-minutes" not in found(replace(person(), line_contacts=(elsewhere,)))


@pytest.mark.parametrize(("hours", "is_found"), [(71.999, True), (72.0, False)])
def test_a_planted_dialer_call_after_an_abandoned_one_on_the_line_is_found(
    hours: float, is_found: bool
) -> None:
    """The house's, and in Great Britain Ofcom's; with a collector held neither."""
    abandoned = (on_line(hours * 3600, "abandoned"),)
    american = replace(person(), line_contacts=abandoned)
    british = replace(person("GB", "GB"), line_contacts=abandoned)
    assert ("house-line-after-abandoned" in found(american)) is is_found
    assert ("gb-72-hours" in found(british)) is is_found
    assert "gb-72-hours" not in found(american)
    assert found(british, guaranteed=True) == set()


@pytest.mark.parametrize(("hours", "is_found"), [(23.999, True), (24.0, False)])
def test_a_planted_dialer_call_after_a_detected_machine_on_the_line_is_found(
    hours: float, is_found: bool
) -> None:
    machine = replace(person("GB", "GB"), line_contacts=(on_line(hours * 3600, "amd_machine"),))
    assert ("gb-24-hours" in found(machine)) is is_found


@pytest.mark.parametrize(("played", "is_found"), [(2, False), (3, True)])
def test_a_planted_fourth_recorded_call_to_the_line_is_found(played: int, is_found: bool) -> None:
    recorded = tuple(
        on_line(day * 86_400, "prerecorded_delivered", recorded=True) for day in range(1, played + 1)
    )
    own, others = recorded[:1], recorded[1:]
    rules = found(replace(person(), contacts=own, line_contacts=others), recorded=True)
    assert ("recorded-voice-three-in-thirty" in rules) is is_found


@pytest.mark.parametrize(("for_others", "is_found"), [(1, False), (2, True)])
def test_a_planted_third_call_of_a_day_to_a_mobile_in_washington_is_found(
    for_others: int, is_found: bool
) -> None:
    calls = tuple(on_line(3600.0 * n) for n in range(1, for_others + 1))
    washington = replace(person(region="US-WA", is_mobile=True), line_contacts=calls)
    assert ("wa-mobile-two-a-day" in found(washington)) is is_found
    texts = tuple(replace(call, medium=Medium.TEXT, outcome="sent") for call in calls)
    assert ("wa-mobile-two-a-day" in found(replace(washington, line_contacts=texts))) is is_found


def test_what_was_for_others_is_no_call_to_this_person() -> None:
    """Seven in seven, two a day, three hours apart: nobody is charged with another's calls."""
    week = tuple(on_line(3600.0 * 20 * n) for n in range(1, 8))
    assert found(replace(person(), line_contacts=week)) == set()

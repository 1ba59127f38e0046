"""A replay is compared as bytes; the first difference is told, and whether it is only rounding."""

from dataclasses import replace

import pytest

from compliance_gate.findings import Finding, Verdict
from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.commands import (
    Command,
    Hangup,
    HangupReason,
    StoreCampaign,
    StoreDenial,
    StorePacing,
)
from dialer.domain.events import TimeReached
from dialer.domain.ids import AttemptId, CampaignId, ClientId, LeadId, NumberId, PersonId
from dialer.domain.ports import Fate, JournalEntry
from dialer.storage.journal.comparison import OF_THE_EVENT, compare

HANGUP = Hangup(attempt=AttemptId("a1"), reason=HangupReason.GUARD)


def pacing(term: float, launches: int = 1) -> StorePacing:
    return StorePacing(
        campaign=CampaignId("c"), pool=("x",), launches=launches, launched=1, reason="r", terms=(("t", term),)
    )


def entry(*commands: Command) -> JournalEntry:
    return JournalEntry(sequence=3, now=10.0, event=TimeReached(), commands=commands)


def test_the_same_commands_do_not_diverge() -> None:
    assert compare(entry(HANGUP, pacing(0.5)), entry(HANGUP, pacing(0.5))) is None


def test_a_missing_command_is_told_with_its_position() -> None:
    divergence = compare(entry(HANGUP, pacing(0.5)), entry(HANGUP))
    assert divergence is not None
    assert (divergence.position, divergence.replayed, divergence.drift) == (1, None, None)
    assert "(nothing)" in str(divergence)


def test_one_command_too_many_is_told() -> None:
    divergence = compare(entry(), entry(HANGUP))
    assert divergence is not None
    assert divergence.recorded is None


def test_a_fraction_that_differs_is_numeric_drift() -> None:
    divergence = compare(entry(pacing(0.5)), entry(pacing(0.5 + 1e-12)))
    assert divergence is not None
    assert divergence.drift is not None
    assert 1e-12 < divergence.drift < 3e-12


def test_a_count_that_differs_is_another_decision() -> None:
    divergence = compare(entry(pacing(0.5, launches=1)), entry(pacing(0.6, launches=2)))
    assert divergence is not None
    assert divergence.drift is None


def test_the_order_of_commands_matters() -> None:
    assert compare(entry(HANGUP, pacing(0.5)), entry(pacing(0.5), HANGUP)) is not None


def refused(error: str, message: str = "no") -> JournalEntry:
    return replace(entry(), fate=Fate.REFUSED, error=error, message=message)


def test_an_event_that_was_refused_and_is_taken_now_diverges_though_both_gave_nothing() -> None:
    divergence = compare(refused("InvalidFactError"), entry())
    assert divergence is not None
    assert (divergence.position, divergence.drift) == (OF_THE_EVENT, None)
    assert "its event" in str(divergence)
    assert compare(entry(), replace(entry(), fate=Fate.IGNORED)) is not None


def test_the_words_of_an_error_may_change_and_its_class_may_not() -> None:
    assert compare(refused("InvalidFactError"), refused("InvalidFactError", "not at all")) is None
    assert compare(refused("InvalidFactError"), refused("UnknownThingError")) is not None


def test_an_entry_of_format_1_is_compared_by_what_that_format_could_say() -> None:
    """It did not say what became of its event, and campaigns were not stored by command."""
    settings = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"))
    stored = StoreCampaign(settings=settings, state=CampaignState.IDLE)
    old = replace(entry(HANGUP), format=1)
    assert compare(old, replace(entry(stored, HANGUP), fate=Fate.IGNORED)) is None
    assert compare(old, entry(stored)) is not None
    assert compare(entry(HANGUP), entry(stored, HANGUP)) is not None


def asked(rulebook: str, **verdicts: Verdict) -> StoreDenial:
    findings = tuple(Finding(rule=rule, verdict=verdict, citation="x") for rule, verdict in verdicts.items())
    return StoreDenial(
        lead=LeadId("l"),
        person=PersonId("p"),
        number=NumberId("n"),
        at=1.0,
        findings=findings,
        retry_at=None,
        rulebook=rulebook,
    )


def test_under_another_law_only_what_a_rule_says_is_a_difference_and_the_rule_is_named() -> None:
    old = asked("cce836474b6e2f7a", hours=Verdict.DENIED, count=Verdict.CLEARED, gone=Verdict.CLEARED)
    same = replace(old, rulebook="9525e556882fb1b0")
    laws = ("cce836474b6e2f7a", "9525e556882fb1b0")
    assert compare(entry(old), entry(same)) is not None
    assert compare(entry(old), entry(same), laws=laws) is None
    other = asked("9525e556882fb1b0", hours=Verdict.DENIED, count=Verdict.DENIED, new=Verdict.CLEARED)
    divergence = compare(entry(old), entry(other), laws=laws)
    assert divergence is not None
    assert divergence.rules == ("count", "gone", "new")
    assert "by count, gone, new" in str(divergence)


@pytest.mark.parametrize(("later_s", "is_drift"), [(0.003, True), (0.004, False)])
def test_an_instant_drifts_by_milliseconds_at_most(later_s: float, *, is_drift: bool) -> None:
    """A millionth of an hour; of the seconds since 1970 a millionth would be half an hour."""
    at = 1_773_151_200.0
    divergence = compare(entry(pacing(at)), entry(pacing(at + later_s)))
    assert divergence is not None
    assert divergence.drift is not None
    assert (divergence.drift <= 1e-6) is is_drift

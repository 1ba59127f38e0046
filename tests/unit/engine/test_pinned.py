"""Where the arithmetic is not the same, a replay answers with the journal and says how far it was off."""

from dataclasses import replace

import pytest

from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Hangup, HangupReason, RestLead, StorePacing
from dialer.domain.ids import AttemptId, CampaignId, ClientId, LeadId
from dialer.engine.launching.ordering import PUT_OFF
from dialer.engine.launching.pinned import Pins
from dialer.inquiry.pacing_why import Listener
from pacing.policy import AbandonmentLedger, LaunchDecision, PacingSnapshot

CAMPAIGN = CampaignId("spring")
SETTINGS = CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"), policy="progressive")
SNAPSHOT = PacingSnapshot(
    now=0.0, ready_agents=2, launch_limit=5, ledger=AbandonmentLedger(limit=0.03, connect_within=2.0)
)


def said(launches: int, **terms: float) -> StorePacing:
    return StorePacing(
        campaign=CAMPAIGN,
        pool=(),
        launches=launches,
        launched=launches,
        reason="as recorded",
        terms=tuple(terms.items()),
    )


def test_the_journal_decides_and_the_difference_is_counted() -> None:
    pins = Pins()
    policy = pins.policy(SETTINGS, "")
    pins.take((*taken_back(1), said(3)))
    decision = policy.decide(SNAPSHOT)
    assert (decision.launches, decision.cancel_ringing, decision.reason) == (3, 1, "as recorded")
    assert (pins.decisions, pins.decided_otherwise) == (1, 1)


def test_a_step_that_says_nothing_launched_nothing() -> None:
    pins = Pins()
    policy = pins.policy(SETTINGS, "")
    pins.take((said(3),))
    pins.take(())
    assert policy.decide(SNAPSHOT).launches == 0


def test_another_pools_decision_is_not_taken() -> None:
    pins = Pins()
    spanish = pins.policy(SETTINGS, "language:es")
    pins.take((said(3),))
    assert spanish.decide(SNAPSHOT).launches == 0


def in_spanish(launches: int = 1) -> StorePacing:
    """The other pool's decision."""
    return replace(said(launches), pool=("es",))


def taken_back(count: int) -> tuple[Hangup, ...]:
    """So many ringing calls that a decision takes back."""
    return tuple(Hangup(attempt=AttemptId(f"a{i}"), reason=HangupReason.GUARD) for i in range(count))


def test_what_was_taken_back_goes_to_the_pool_whose_decision_follows() -> None:
    """A decision hangs up before it is told. The next step begins at none."""
    pins = Pins()
    english, spanish = pins.policy(SETTINGS, ""), pins.policy(SETTINGS, "es")
    pins.take((said(3), *taken_back(2), in_spanish()))
    assert [policy.decide(SNAPSHOT).cancel_ringing for policy in (english, spanish)] == [0, 2]
    pins.take((*taken_back(1), said(3), *taken_back(2), in_spanish()))
    assert [policy.decide(SNAPSHOT).cancel_ringing for policy in (spanish, english)] == [2, 1]
    pins.take((said(1),))
    assert english.decide(SNAPSHOT).cancel_ringing == 0


def test_a_pool_that_said_nothing_takes_no_cancellation_from_another() -> None:
    pins = Pins()
    silent, english = pins.policy(SETTINGS, "es"), pins.policy(SETTINGS, "")
    pins.take((*taken_back(1), said(3)))
    assert silent.decide(SNAPSHOT).cancel_ringing == 0
    assert english.decide(SNAPSHOT).cancel_ringing == 1


def test_take_backs_are_told_of_the_pool_that_took_them() -> None:
    """In the minutes of `pacing why` too, whichever pool is told first in the step."""
    listener = Listener(60.0)
    listener.begin(120.0, ())
    rested = RestLead(lead=LeadId("l1"), not_before=9.0, reason=PUT_OFF, passes=2)
    listener.end((said(3), *taken_back(2), in_spanish(), rested, replace(rested, reason="late")))
    assert listener.put_off == 1
    assert {name[2]: minute.cancelled for name, minute in listener.minutes.items()} == {"": 0, "es": 2}


def test_only_the_guard_s_hangups_are_decisions() -> None:
    pins = Pins()
    policy = pins.policy(SETTINGS, "")
    pins.take((Hangup(attempt=AttemptId("a1"), reason=HangupReason.SUPPRESSED), said(0)))
    assert policy.decide(SNAPSHOT).cancel_ringing == 0
    assert (pins.decisions, pins.decided_otherwise) == (1, 0)


@pytest.mark.parametrize(
    ("recorded", "own", "drift"),
    [
        ({"a": 2.0}, {"a": 2.0}, 0.0),
        ({"a": 2.0}, {"a": 1.0}, 0.5),
        ({"a": 1.0}, {"a": 2.0}, 0.5),
        ({"a": -2.0}, {"a": 2.0}, 2.0),
        ({"a": 0.002}, {"a": 0.001}, 0.5),
        ({"a": 0.0}, {"a": 0.0}, 0.0),
        ({"a": 1.0}, {"b": 7.0}, 0.0),
        ({"a": 4.0, "b": 1.0}, {"a": 3.0, "b": 1.0}, 0.25),
    ],
)
def test_the_largest_relative_difference_of_a_term_is_kept(
    recorded: dict[str, float], own: dict[str, float], drift: float
) -> None:
    pins = Pins()
    pool = (CAMPAIGN, "")
    pins.take((said(2, **recorded),))
    pins.recorded(pool, LaunchDecision(launches=2, reason="own", terms=own))
    assert pins.largest_drift == drift
    pins.take((said(2, a=1.0),))
    pins.recorded(pool, LaunchDecision(launches=2, reason="own", terms={"a": 1.0}))
    assert pins.largest_drift == drift, "a later one that is smaller changes nothing"

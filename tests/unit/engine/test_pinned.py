"""Where the arithmetic is not the same, a replay answers with the journal and says how far it was off."""

from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Hangup, HangupReason, StorePacing
from dialer.domain.ids import AttemptId, CampaignId, ClientId
from dialer.engine.launching.pinned import Pins
from pacing.policy import AbandonmentLedger, PacingSnapshot

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
    pins.take((said(3), Hangup(attempt=AttemptId("a1"), reason=HangupReason.GUARD)))
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

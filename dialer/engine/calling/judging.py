"""Who had somebody in time: the one place where a call is judged abandoned or not.

The telephone system's word decides, not ours: the limit has passed when it says so (`CallTimedOut`), an agent
was there when it says so (`CallBridged`), however long its news took.
"""

from dialer.domain.attempt import AttemptState, Outcome
from dialer.engine.calling import phases
from dialer.engine.calling.spans import joined_after_s, waited_s
from dialer.engine.context import Context
from dialer.engine.handling import answer_limit_s, served_within_s
from dialer.engine.launching import ledger
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.state import CallRow, CampaignRow
from pacing.policy import LiveAnswerAbandoned


class Judging:
    """Judges each call once."""

    def __init__(self, context: Context, pacing: PacingPort) -> None:
        self._context = context
        self._pacing = pacing

    def abandon(self, campaign: CampaignRow, call: CallRow) -> None:
        """A person answered and had nobody in time."""
        phases.judge(call, abandoned=True)
        ledger.count_abandoned(campaign, self._context.now)
        wait_s = max(waited_s(call, self._context.now), 0.0)
        self._pacing.observe(campaign, call.launch.pool, LiveAnswerAbandoned(wait_s=wait_s))

    def bridged(self, campaign: CampaignRow, call: CallRow) -> None:
        """A bridge after the limit is an abandonment by the definition, though somebody is talking."""
        limit_s = answer_limit_s(campaign.settings, call.launch.handling)
        if call.abandoned is None and joined_after_s(call) > limit_s:
            self.abandon(campaign, call)

    def passed_limit(self, campaign: CampaignRow, call: CallRow) -> None:
        """The limit passed with no agent; where the live overflow may yet be in time, it is judged later."""
        settings, handling = campaign.settings, call.launch.handling
        may_be_in_time = served_within_s(settings, handling) > answer_limit_s(settings, handling)
        is_open = call.state is AttemptState.OVERFLOWING and may_be_in_time
        if call.state is not AttemptState.MACHINE and not is_open:
            self.abandon(campaign, call)

    def taken(self, campaign: CampaignRow, call: CallRow) -> None:
        """Somebody of the live overflow took the person: in time by the declared definition, or too late."""
        if call.abandoned is not None:
            return
        assert call.overflow_at is not None, "asked when somebody took it"
        within_s = served_within_s(campaign.settings, call.launch.handling)
        if waited_s(call, call.overflow_at) <= within_s:
            phases.judge(call, abandoned=False)
            ledger.count_live(campaign, self._context.now)
        else:
            self.abandon(campaign, call)

    def outcome_unjoined(self, campaign: CampaignRow, call: CallRow) -> Outcome:
        """What came of a call that was answered and joined to no agent; judges it where nothing did yet."""
        if call.state is AttemptState.MACHINE:
            return Outcome.MACHINE
        if call.state is AttemptState.OVERFLOWED:
            return Outcome.OVERFLOWED
        limit_s = answer_limit_s(campaign.settings, call.launch.handling)
        if call.abandoned or waited_s(call, self._context.now) >= limit_s:
            if call.abandoned is None:
                self.abandon(campaign, call)
            return Outcome.ABANDONED
        phases.judge(call, abandoned=False)  # no live answer for the ledger: it may have been a machine
        return Outcome.HUNG_UP_WAITING

"""Campaigns: what is dialed, for whom, how fast, under which limits.

A campaign is settings (this file's dataclass, dated by the event that brings them) and a state that moves by
the table below. Pausing stops launches and lets what rings and talks go on; draining also finishes the
ringing and then stops; stopping cancels what rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from compliance_gate.abandonment import house
from compliance_gate.valid import Most, Name, Within, Words, ZoneName
from compliance_gate.words import Purpose
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import AtCeiling
from dialer.domain.client_code import ClientCodes
from dialer.domain.cue import Cue
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.inbound import ANSWER_WITHIN_S
from dialer.domain.third_party import OutsideLine
from dialer.domain.transitions import Machine, Word
from dialer.domain.valid import Duration, GraceDays, Instant, Share, Tags, valid
from dialer.domain.voice import VoicePlan


class CampaignState(Word):
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"
    STOPPED = "stopped"


class CampaignMove(Word):
    START = "start"
    PAUSE = "pause"
    DRAIN = "drain"
    DRAINED = "drained"
    STOP = "stop"


CAMPAIGN = Machine(
    name="campaign",
    initial=CampaignState.IDLE,
    moves={
        CampaignState.IDLE: {
            CampaignMove.START: CampaignState.RUNNING,
            CampaignMove.STOP: CampaignState.STOPPED,
        },
        CampaignState.RUNNING: {
            CampaignMove.PAUSE: CampaignState.PAUSED,
            CampaignMove.DRAIN: CampaignState.DRAINING,
            CampaignMove.STOP: CampaignState.STOPPED,
        },
        CampaignState.PAUSED: {
            CampaignMove.START: CampaignState.RUNNING,
            CampaignMove.DRAIN: CampaignState.DRAINING,
            CampaignMove.STOP: CampaignState.STOPPED,
        },
        CampaignState.DRAINING: {
            CampaignMove.START: CampaignState.RUNNING,
            CampaignMove.DRAINED: CampaignState.STOPPED,
            CampaignMove.STOP: CampaignState.STOPPED,
        },
        CampaignState.STOPPED: {CampaignMove.START: CampaignState.RUNNING},
    },
)


NOTICE_LEAVES_S = 0.3
"""Seconds that an announcement must leave for the join itself."""


class DetectionMode(Word):
    """Answering-machine detection. Advisory records the verdict and bridges all the same."""

    OFF = "off"
    ADVISORY = "advisory"
    ON = "on"


class AbandonmentWindow(Word):
    """Over what the limit on abandonment is held."""

    CALENDAR_DAY = "calendar_day"
    """Each day in the campaign's zone anew."""
    CAMPAIGN = "campaign"
    """From the campaign's first call to its last."""


def most_abandoned() -> float:
    """Share of live answers that may be abandoned by the house's own definition, 0-1."""
    return float(house().newest_limit)


def answered_within_s() -> float:
    """Seconds from the answer within which the same definition wants an agent."""
    return house().threshold_s


Limit = Annotated[float, Within(0.0, 3_600.0, "seconds", is_open=True)]
Rest = Mapping[str, Duration]
Grace = Mapping[str, GraceDays]
OUTCOMES = frozenset(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignSettings:
    """Everything the engine needs to know of a campaign.

    Args:
        time_zone: IANA zone in which the campaign's day is declared (abandonment window, reports).
        policy: name in `pacing.registry`; `policy_parameters` are that policy's.
        abandonment_limit: share of live answers, 0-1, that the guard holds over `abandonment_window`.
        abandonment_target: share that feedback aims at; at most the limit, which the guard holds in any case.
        abandonment_window: each day in `time_zone`, or the whole campaign.
        answer_limit_s: seconds from answer within which a person must have an agent; the telephone system
            itself enforces it. This, `ring_s` and `abandonment_limit` may only be stricter than law and
            policy (`compliance_gate.call_handling`); what is looser never takes effect.
        bridge_margin_s: the engine stops bridging this long before the limit: the race is never cut fine.
        ring_s: seconds a telephone rings before we give up.
        detection_segments: answer segments, by how they begin ('landline/'), for which `detection` is asked;
            empty = for all.
        caller_id: the one number that is shown, where `caller_ids` names none.
        caller_id_pool: name of the pool whose numbers are shown, in place of `caller_id` and `caller_ids`.
        caller_ids: the numbers that are shown; each must have been declared as ours (`CallerIdsDeclared`).
        at_ceiling: what happens when a person's number has made its attempts of the day, or rests.
        served_within_s: seconds from the answer within which somebody of the live overflow must have taken a
            person for the call not to count as abandoned; None = `answer_limit_s`.
        voice: recordings that may be played and made; None = the telephone system's own settings hold.
        codes: the client's own for what comes of a call, those of this campaign (`dialer.casework.codes`);
            () = agents say our kinds.
        entity: who of the house's collectors makes these calls; None = not said, it may be each of them.
        needs: tags every agent must carry to take these calls, e.g. 'client:acme', 'skill:collections'.
        lines: most calls in flight at once (ringing, waiting and talking).
        launches_per_second: most originates per second; a burst is at most one second's worth.
        rest_s: seconds before the same number of a lead may be tried again, by outcome name.
        grace_days: on which promised money still counts, by kind of disposition: the client's
            (`dialer.casework.ledger.terms`); the account rests until they are over. A kind that is not named
            rests until it is due.
        max_passes: attempts on one lead in this campaign before it is closed as exhausted.
        wrap_up_limit_s: after-call work is ended after this; None = never.
        corrections_s: seconds after a talk for which its agent may say something else of it, or the first
            word where it ended at their own phone. What the person asked for is taken until the end of the
            next day in any case.
        shift_ends_at: POSIX seconds when the floor means to stop; None = open.
        cue: what an agent hears alone before each person; None = nothing.
        outside_lines: whom agents may call into a talk besides the person's own other numbers.
        inbound_queue: most people who called us and wait for an agent; who comes then is told so at once.
        inbound_answer_s, inbound_answer_share: the service level that is aimed at: this share of those who
            called us and want an agent have one within so many seconds. Measured, it changes no decision.
    """

    campaign: CampaignId
    client: ClientId
    time_zone: ZoneName = "America/New_York"
    policy: Name = "predictive"
    policy_parameters: Annotated[Mapping[Name, float], Most(100)] = field(default_factory=dict[str, float])
    pacing_interval_s: Limit = 1.0
    abandonment_limit: Share = field(default_factory=most_abandoned)
    abandonment_target: Share = field(default_factory=most_abandoned)
    abandonment_window: AbandonmentWindow = AbandonmentWindow.CALENDAR_DAY
    guard_epsilon: Share = 0.001
    answer_limit_s: Limit = field(default_factory=answered_within_s)
    bridge_margin_s: Limit = 0.1
    ring_s: Annotated[float, Within(0.0, 600.0, "seconds")] = 22.0
    detection: DetectionMode = DetectionMode.OFF
    needs: Tags = ()
    caller_id: str = ""
    lines: Annotated[int, Within(0, 100_000, "calls at once")] = 300
    launches_per_second: Annotated[float, Within(0.0, 1_000.0, "calls per second", is_open=True)] = 20.0
    hopper_size: Annotated[int, Within(1, 10_000, "leads")] = 200
    rest_s: Rest = field(default_factory=dict[str, float])
    grace_days: Grace = field(default_factory=dict[str, int])
    max_passes: Annotated[int, Within(1, 10_000, "attempts on a lead")] = 50
    wrap_up_limit_s: Duration | None = None
    corrections_s: Annotated[float, Within(0.0, 86_400.0, "seconds")] = 900.0
    shift_ends_at: Instant | None = None
    purpose: Purpose = Purpose.COLLECTION
    detection_segments: tuple[str, ...] = ()
    caller_ids: tuple[str, ...] = ()
    at_ceiling: AtCeiling = AtCeiling.STOP
    voice: VoicePlan | None = None
    served_within_s: Duration | None = None
    inbound_queue: Annotated[int, Within(0, 1_000, "people")] = 10
    inbound_answer_s: Limit = ANSWER_WITHIN_S
    inbound_answer_share: Share = 0.8
    outside_lines: tuple[OutsideLine, ...] = ()
    cue: Cue | None = None
    caller_id_pool: Annotated[str, Words(most=200)] = ""
    entity: Name | None = None
    codes: ClientCodes = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Every number of ours that this campaign may show by its own list; a pool's are the pool's."""
        return self.caller_ids or ((self.caller_id,) if self.caller_id else ())

    def detects(self, segment: str) -> DetectionMode:
        """Whether detection is asked of calls to this answer segment."""
        chosen = not self.detection_segments or segment.startswith(self.detection_segments)
        return self.detection if chosen else DetectionMode.OFF

    def __post_init__(self) -> None:
        checks = (
            (
                self.abandonment_target <= self.abandonment_limit,
                f"abandonment_target {self.abandonment_target} is above abandonment_limit "
                f"{self.abandonment_limit}",
            ),
            (
                not (self.caller_id_pool and self.shown),
                "caller_id_pool stands in place of caller_id and caller_ids: name one of them",
            ),
            (
                0.0 < self.bridge_margin_s < self.answer_limit_s,
                "bridge_margin_s must be inside answer_limit_s",
            ),
            (
                OUTCOMES.issuperset(self.rest_s),
                f"rest_s names {', '.join(sorted(set(self.rest_s) - OUTCOMES))}; "
                f"outcomes are {', '.join(sorted(OUTCOMES))}",
            ),
        )
        for holds, message in (*checks, *self._voice_checks()):
            if not holds:
                raise InvalidFactError(f"campaign {self.campaign}: {message}")

    def _voice_checks(self) -> tuple[tuple[bool, str], ...]:
        plan = self.voice
        if plan is None:
            return ()
        others = sorted({text.sound for text in plan.texts() if text.client != self.client})
        notices = () if plan.recording is None else plan.recording.notices
        longest = max((text.seconds for text in notices), default=0.0)
        return (
            (not others, f"text {', '.join(others)} was approved for another client than {self.client}"),
            (
                longest <= self.answer_limit_s - self.bridge_margin_s - NOTICE_LEAVES_S,
                f"an announcement of {longest} s leaves no time to join an agent within "
                f"{self.answer_limit_s} s of the answer",
            ),
            (
                all(text.seconds > 0.0 for text in notices),
                "say how many seconds each announcement lasts",
            ),
            (
                not notices or self.detection is DetectionMode.OFF,
                "detection and an announcement before the agent do not fit into the limit together",
            ),
        )

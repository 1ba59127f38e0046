"""What a pacing policy is told, what it answers, and what it learns from.

The whole boundary of the library: snapshots of numbers in, decisions with reasons out, observations in
between. Nothing here knows a telephone, a person or a law.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a policy's state may be made of, so that an engine can write it in a checkpoint."""

DECISION_DIGITS = 9
"""Numbers are rounded to this many decimals before they are compared with a threshold, so that a replay on a
processor with other vector instructions (last-bit differences) launches the same calls."""

_NO_FLOATS: Floats = np.empty(0, dtype=np.float64)
_NO_BOOLS: Bools = np.empty(0, dtype=np.bool_)
_NO_FLOATS.setflags(write=False)
_NO_BOOLS.setflags(write=False)


def quantised(number: float) -> float:
    """Round `number` to `DECISION_DIGITS`, as every comparison with a threshold must."""
    return round(number, DECISION_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonmentLedger:
    """The abandonment of the declared window so far, in numbers: the one ledger of the engine, not a copy.

    live_answers: answers in the window that count in the denominator, calls now waiting excluded.
    abandoned: of these, those that count as abandoned by the declared definition.
    limit: the largest allowed share of abandoned in live answers when the window ends, 0-1.
    connect_within: seconds after the answer by which an agent must be on the line.
    window_left: seconds until the window ends and the count starts anew; `math.inf` for a whole campaign.
    """

    limit: float
    connect_within: float
    live_answers: int = 0
    abandoned: int = 0
    window_left: float = math.inf

    def __post_init__(self) -> None:
        if not 0 <= self.abandoned <= self.live_answers:
            raise ValueError(
                f"abandoned ({self.abandoned}) must be within 0..live_answers ({self.live_answers})"
            )
        if not 0.0 <= self.limit <= 1.0:
            raise ValueError(f"limit is a share of live answers, 0-1, not {self.limit}")
        if self.connect_within < 0.0 or self.window_left < 0.0:
            raise ValueError("connect_within and window_left are seconds and cannot be negative")

    @property
    def abandoned_per_live_answer(self) -> float | None:
        """The rate as it stands, 0-1; None while nobody has answered."""
        return self.abandoned / self.live_answers if self.live_answers else None

    @property
    def headroom(self) -> float:
        """How many live answers could be abandoned at once before the limit is passed; may be negative."""
        return self.limit * self.live_answers - self.abandoned


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PacingSnapshot:
    """One pool of agents who can take the same calls, at one instant. Durations in seconds, arrays float64.

    now: POSIX seconds UTC, never decreasing.
    ready_agents: agents who are available for a call of this pool now.
    paused_agents: logged in, not available; never counted as supply.
    reserved_agents: of the ready ones, how many are kept for call backs due.
    agent_ids: one per talking agent, then one per wrapping agent, (n_talking + n_wrapping,).
    talking_elapsed: (n_talking,) since the bridge.
    wrapping_elapsed: (n_wrapping,) since the call ended.
    leaving: (n_talking + n_wrapping,) asked for a break, or the shift ends: not supply after this call.
    ringing_elapsed: (n_ringing,) since the launch.
    ringing_needs_agent: (n_ringing,) probability at launch that it will occupy an agent.
    ringing_live: (n_ringing,) probability at launch that it counts as a live answer.
    cancellable_ringing: how many of the ringing calls have rung as long as each must before it may be taken
        back.
    waiting_elapsed: (n_waiting,) answered, not yet bridged, since the answer.
    candidate_needs_agent, candidate_live: (n_candidates,) the same of the next leads, in their order.
    expected_inbound: calls per second that this pool also answers.
    classify_delay: seconds between answer and hand-over (answering machine detection); 0 = none. A call rings
        for the engine until then, and of `ledger.connect_within` only the rest is left.
    unidentified_counts: an abandoned answer that nobody could tell from a machine counts as a live one
        (detection is off). Then late machines use up headroom too, though they bring none.
    answer_doubt: squared relative error that all these probabilities have in common, by what was learned so
        far; 0 = they are known.
    leads_left: leads that may still be launched, the candidates included.
    shift_left: seconds until the last agent of the pool goes home; `math.inf` if unknown.
    launch_limit: most launches allowed now (lines, calls per second, hopper).
    ledger: the abandonment of the declared window.

    Raises: ValueError when shapes do not fit or a count is negative.
    """

    now: float
    ready_agents: int
    launch_limit: int
    ledger: AbandonmentLedger
    paused_agents: int = 0
    reserved_agents: int = 0
    agent_ids: tuple[str, ...] = ()
    talking_elapsed: Floats = field(default_factory=lambda: _NO_FLOATS)
    wrapping_elapsed: Floats = field(default_factory=lambda: _NO_FLOATS)
    leaving: Bools = field(default_factory=lambda: _NO_BOOLS)
    ringing_elapsed: Floats = field(default_factory=lambda: _NO_FLOATS)
    ringing_needs_agent: Floats = field(default_factory=lambda: _NO_FLOATS)
    ringing_live: Floats = field(default_factory=lambda: _NO_FLOATS)
    cancellable_ringing: int = 0
    waiting_elapsed: Floats = field(default_factory=lambda: _NO_FLOATS)
    candidate_needs_agent: Floats = field(default_factory=lambda: _NO_FLOATS)
    candidate_live: Floats = field(default_factory=lambda: _NO_FLOATS)
    expected_inbound: float = 0.0
    classify_delay: float = 0.0
    unidentified_counts: bool = False
    answer_doubt: float = 0.0
    leads_left: int = 1_000_000
    shift_left: float = math.inf

    def __post_init__(self) -> None:
        engaged = self.talking_elapsed.size + self.wrapping_elapsed.size
        if not len(self.agent_ids) == self.leaving.size == engaged:
            raise ValueError("agent_ids and leaving need one entry per talking and per wrapping agent")
        ringing = self.ringing_elapsed.size
        if not ringing == self.ringing_needs_agent.size == self.ringing_live.size:
            raise ValueError("the three ringing arrays must have one length")
        if not 0 <= self.cancellable_ringing <= ringing:
            raise ValueError("no more calls can be taken back than ring")
        if self.candidate_needs_agent.size != self.candidate_live.size:
            raise ValueError("the two candidate arrays must have one length")
        if (
            min(
                self.ready_agents,
                self.paused_agents,
                self.reserved_agents,
                self.leads_left,
                self.launch_limit,
            )
            < 0
            or min(self.expected_inbound, self.classify_delay, self.shift_left, self.answer_doubt) < 0.0
        ):
            raise ValueError("counts, rates and durations of a snapshot cannot be negative")

    @property
    def free_agents(self) -> int:
        """Ready agents neither kept for call backs nor spoken for by a waiting caller; may be < 0."""
        return self.ready_agents - self.reserved_agents - self.waiting_elapsed.size

    @property
    def serving_agents(self) -> int:
        """Agents who will serve this pool on: ready ones and engaged ones who are not leaving."""
        return self.ready_agents + self.leaving.size - int(np.count_nonzero(self.leaving))

    @property
    def patience(self) -> float:
        """Seconds after the hand-over by which an agent must be there; may be negative: nobody is in time."""
        return quantised(self.ledger.connect_within - self.classify_delay)

    @property
    def launchable(self) -> int:
        """The most calls that could be launched now: candidates, leads and the launch limit together."""
        return min(self.launch_limit, self.leads_left, self.candidate_live.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchDecision:
    """How many of the candidates, from the first on, to launch now, and why.

    launches: >= 0.
    reconsider_at: POSIX seconds at which to ask again if nothing happens; None = only after an event.
    reason: one sentence a supervisor can read.
    terms: the numbers the decision rests on.
    cancel_ringing: how many ringing calls to take back, those first that may be and have rung longest; never
        more than `PacingSnapshot.cancellable_ringing`.
    """

    launches: int
    reason: str
    reconsider_at: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict[str, float])
    cancel_ringing: int = 0

    def __post_init__(self) -> None:
        if self.launches < 0 or self.cancel_ringing < 0:
            raise ValueError("launches and cancel_ringing are counts and cannot be negative")


class LaunchOutcome(Enum):
    """What became of a launch."""

    ANSWERED_LIVE = "answered_live"
    MACHINE = "machine"
    ASSISTANT = "assistant"
    """Something answered that is neither a person nor a machine of theirs: a screening assistant, an
    announcement of the network. It says nothing of when machines pick up."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberProfile:
    """What is known of a number at the instant it is called: what its chances are judged by.

    segment: a name for numbers alike ("" = none).
    local_hour: hour of day where the number lives, 0-23; None = not known.
    attempts: earlier launches to this number.
    needed_agent: of these, those that occupied an agent, people and machines.
    answered_live: of these, those that a person answered.

    Raises: ValueError when there is no such hour, or the counts do not fit together.
    """

    segment: str = ""
    local_hour: int | None = None
    attempts: int = 0
    needed_agent: int = 0
    answered_live: int = 0

    def __post_init__(self) -> None:
        if self.local_hour is not None and not 0 <= self.local_hour <= 23:
            raise ValueError(f"local_hour is 0-23, not {self.local_hour}")
        if not 0 <= self.answered_live <= self.needed_agent <= self.attempts:
            raise ValueError("a number cannot have been answered more often than it was called")


ANY_NUMBER = NumberProfile()
"""A number of which nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchResolved:
    """A launch stopped ringing.

    needs_agent, live: the probabilities it was launched with, 0-1.
    ring_s: seconds from the launch to this outcome. CANCELLED is censored: it would have rung on.
    needed_agent: whether it went on to an agent (or waits for one); None = as the outcome says by itself,
        that is, live answers do and machines do not.
    number: what was known of the number when it was launched.
    line: a name for the line that was called, the same each time ("" = not told).
    rang_s: seconds from its ringing to this outcome; None = it never rang, or that is not known.
    handle_s: seconds that an agent spent on it, talk and wrap-up; None = none did.
    doubt: squared relative error of what chances rest on, see `PacingSnapshot.answer_doubt`, by now.
    is_identified: somebody heard whether a person or a machine answered; False where it is only counted so.
    """

    needs_agent: float
    live: float
    outcome: LaunchOutcome
    ring_s: float
    needed_agent: bool | None = None
    number: NumberProfile = ANY_NUMBER
    line: str = ""
    rang_s: float | None = None
    handle_s: float | None = None
    doubt: float = 0.0
    is_identified: bool = True

    @property
    def is_live(self) -> bool:
        """Whether a person answered."""
        return self.outcome is LaunchOutcome.ANSWERED_LIVE

    @property
    def needed(self) -> bool:
        """Whether it occupied an agent."""
        return self.is_live if self.needed_agent is None else self.needed_agent


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundAsked:
    """Somebody who called us asked for an agent at POSIX seconds `at`.

    share: how much of them falls to this campaign where several take such calls, 0-1.
    """

    at: float
    share: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise ValueError(f"share is above 0 and at most 1, not {self.share}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHandedOver:
    """An answer was given on to an agent, `delay_s` seconds after it (0 where detection was not asked)."""

    delay_s: float

    def __post_init__(self) -> None:
        if not self.delay_s >= 0.0:
            raise ValueError(f"a delay cannot be negative: {self.delay_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded:
    """An agent's call ended, after `talk_s` seconds on the bridge (machines included: they occupy agents)."""

    agent_id: str
    talk_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded:
    """An agent finished the work after a call, after `wrap_s` seconds."""

    agent_id: str
    wrap_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswerConnected:
    """A live answer was bridged to an agent in time, `wait_s` seconds after the answer."""

    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswerAbandoned:
    """A live answer counted as abandoned by the declared definition, `wait_s` seconds after the answer."""

    wait_s: float


PacingObservation = LaunchResolved | TalkEnded | WrapUpEnded | LiveAnswerConnected | LiveAnswerAbandoned


@runtime_checkable
class PacingPolicy(Protocol):
    """Decides how many calls to launch. Pure: no clock, no randomness, no I/O.

    `decide` changes nothing: the same snapshot after the same observations gives the same decision.
    `state` and `restore` make an exact round trip, also through JSON: a policy made by the same factory and
    restored decides as the first one would have.
    """

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """How many calls to launch now, and why."""
        ...

    def observe(self, observation: PacingObservation) -> None:
        """Learn from what became of a launch, a talk, a wrap-up, a wait."""
        ...

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        ...

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up a state that `state` returned. Raises ValueError when it does not fit this policy."""
        ...

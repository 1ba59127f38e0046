"""Who answers: how likely a launch will need an agent, and how likely it is a person.

From the wide to the narrow, each shrunk to the one before it: what is believed before the first launch, the
rest of the campaign, the number's segment, the hour of day where the number lives, the number's own record.
Counts fade, so that a new list or another season is learned within a day or two. Nothing has to be fitted off
line. What is learned is not sure, and says how much so: a day begins with launches that nobody answers often
enough that belief may not fall by them alone.

How much a narrower view may say against the wider one is its weight. Hour and own record have an infinite
weight unless a campaign sets one: they are told and say nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pacing.estimators import Calibration
from pacing.policy import Json, LaunchOutcome, LaunchResolved, NumberProfile, quantised
from pacing.stored import float_of, state_of

HOUR_MEMORY = 150.0
"""Expected answers that the factor of an hour remembers: a busy hour's worth on a floor of thirty."""
HIGHEST = 0.97
"""No chance is believed to be higher than this once factors of hours have been multiplied in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBeliefs:
    """What is believed before the first launch, and how firmly.

    needs_agent_prior: share of launches that will occupy an agent. Put high, so that a new campaign starts
        with few calls in the air.
    live_prior: share of launches that are a person. Put low, so that the guard does not count on answers
        that are not to come.
    prior_weight: launches that these two are worth against the campaign's own.
    segment_weight: launches that the campaign is worth against one of its segments.
    hour_weight: expected answers that "every hour is alike" is worth against one hour of the day.
    number_weight: attempts that a number's kind is worth against its own record.
    answer_memory: launches that are remembered; older ones fade.

    Raises: ValueError when a share is not within 0-1, or a weight or the memory is not above zero.
    """

    needs_agent_prior: float = 0.35
    live_prior: float = 0.08
    prior_weight: float = 10.0
    segment_weight: float = 25.0
    hour_weight: float = math.inf
    number_weight: float = math.inf
    answer_memory: float = 2000.0

    def __post_init__(self) -> None:
        if not 0.0 < self.live_prior <= self.needs_agent_prior < 1.0:
            raise ValueError("0 < live_prior <= needs_agent_prior < 1 must hold")
        weights = (self.prior_weight, self.segment_weight, self.hour_weight, self.number_weight)
        if not min(weights) > 0.0 or not self.answer_memory > 1.0:
            raise ValueError("weights must be above zero, and answer_memory above one launch")


class Chances(NamedTuple):
    """Of one launch, each 0-1: it will occupy an agent; it is a person."""

    needs_agent: float
    live: float


class _Counts:
    """Launches and what came of them, faded."""

    __slots__ = ("launches", "live", "needed")

    def __init__(self) -> None:
        self.launches = 0.0
        self.needed = 0.0
        self.live = 0.0

    def add(self, keep: float, *, needed: bool, live: bool) -> None:
        self.launches = self.launches * keep + 1.0
        self.needed = self.needed * keep + (1.0 if needed else 0.0)
        self.live = self.live * keep + (1.0 if live else 0.0)

    def without(self, part: "_Counts") -> "_Counts":
        """The rest: a segment must not speak twice, for itself and in the campaign it is shrunk to. A part
        that is called seldom fades less than the whole; what it seems to have more than that counts nothing.
        """
        rest = _Counts()
        rest.launches = max(0.0, self.launches - part.launches)
        rest.needed = min(rest.launches, max(0.0, self.needed - part.needed))
        rest.live = min(rest.needed, max(0.0, self.live - part.live))
        return rest

    def state(self) -> dict[str, Json]:
        return {"launches": self.launches, "needed": self.needed, "live": self.live}

    @classmethod
    def restored(cls, state: Mapping[str, Json]) -> "_Counts":
        counts = cls()
        counts.launches = float_of(state, "launches")
        counts.needed = float_of(state, "needed")
        counts.live = float_of(state, "live")
        return counts


class _Hour:
    """How far one hour of the day departs from the others, for both kinds of answer."""

    __slots__ = ("live", "needs_agent")

    def __init__(self, weight: float) -> None:
        self.needs_agent = Calibration(weight=weight, memory=HOUR_MEMORY)
        self.live = Calibration(weight=weight, memory=HOUR_MEMORY)

    def state(self) -> dict[str, Json]:
        return {"needs_agent": self.needs_agent.state(), "live": self.live.state()}

    def restore(self, state: Mapping[str, Json]) -> None:
        self.needs_agent.restore(state_of(state, "needs_agent"))
        self.live.restore(state_of(state, "live"))


class AnswerModel:
    """Learns from every launch that was resolved, and tells the chances of the next."""

    def __init__(self, beliefs: AnswerBeliefs | None = None) -> None:
        self._beliefs = beliefs or AnswerBeliefs()
        self._keep = 1.0 - 1.0 / self._beliefs.answer_memory
        self._tells_hours = math.isfinite(self._beliefs.hour_weight)
        self._tells_numbers = math.isfinite(self._beliefs.number_weight)
        self._whole = _Counts()
        self._segments: dict[str, _Counts] = {}
        self._hours: dict[int, _Hour] = {}

    def chances(self, number: NumberProfile) -> Chances:
        """Of a launch to this number now."""
        chances = self._of_segment(number.segment)
        if self._tells_hours:
            chances = self._at_hour(chances, number.local_hour)
        return self._with_own_record(chances, number) if self._tells_numbers else chances

    @property
    def is_by_segment_alone(self) -> bool:
        """Whether the segment of a number says all that is asked of its profile."""
        return not (self._tells_hours or self._tells_numbers)

    def chances_of(self, numbers: Sequence[NumberProfile]) -> list[Chances]:
        """The same for many, in their order; numbers of one kind are judged once."""
        if not self.is_by_segment_alone:
            return [self.chances(number) for number in numbers]
        known: dict[str, Chances] = {}
        found: list[Chances] = []
        for number in numbers:
            segment = number.segment
            chances = known.get(segment)
            if chances is None:
                chances = known[segment] = self._of_segment(segment)
            found.append(chances)
        return found

    @property
    def doubt(self) -> float:
        """Squared relative error that all chances of needing an agent have in common: large while little was
        seen, and the same for every launch, so that it does not even out over many.
        """
        believed = self._beliefs.prior_weight * self._beliefs.needs_agent_prior
        return quantised(1.0 / (believed + self._whole.needed))

    def observe(self, launch: LaunchResolved) -> None:
        """Take in what became of a launch. One that was taken back says nothing of who answers."""
        if launch.outcome is LaunchOutcome.CANCELLED:
            return
        number, live, needed = launch.number, launch.is_live, launch.needed
        if self._tells_hours and number.local_hour is not None:
            self._observe_hour(number.segment, number.local_hour, needed=needed, live=live)
        self._whole.add(self._keep, needed=needed, live=live)
        counts = self._segments.get(number.segment)
        if counts is None:
            counts = self._segments[number.segment] = _Counts()
        counts.add(self._keep, needed=needed, live=live)

    def _of_segment(self, segment: str) -> Chances:
        beliefs, counts = self._beliefs, self._segments.get(segment)
        others = self._whole if counts is None else self._whole.without(counts)
        prior = beliefs.prior_weight
        weight = prior + others.launches
        needed = (prior * beliefs.needs_agent_prior + others.needed) / weight
        live = (prior * beliefs.live_prior + others.live) / weight
        if counts is None:
            return Chances(needed, live)
        weight = beliefs.segment_weight + counts.launches
        return Chances(
            (beliefs.segment_weight * needed + counts.needed) / weight,
            (beliefs.segment_weight * live + counts.live) / weight,
        )

    def _at_hour(self, chances: Chances, local_hour: int | None) -> Chances:
        hour = self._hours.get(local_hour) if local_hour is not None else None
        if hour is None:
            return chances
        needs_agent = min(HIGHEST, chances.needs_agent * hour.needs_agent.factor)
        return Chances(needs_agent, min(needs_agent, chances.live * hour.live.factor))

    def _with_own_record(self, chances: Chances, number: NumberProfile) -> Chances:
        weight = self._beliefs.number_weight
        launches = weight + number.attempts
        return Chances(
            (weight * chances.needs_agent + number.needed_agent) / launches,
            (weight * chances.live + number.answered_live) / launches,
        )

    def _observe_hour(self, segment: str, local_hour: int, *, needed: bool, live: bool) -> None:
        """Against what is expected at any hour: a factor must not be in its own denominator."""
        hour = self._hours.get(local_hour)
        if hour is None:
            hour = self._hours[local_hour] = _Hour(self._beliefs.hour_weight)
        expected = self._of_segment(segment)
        hour.needs_agent.observe(expected.needs_agent, happened=needed)
        hour.live.observe(expected.live, happened=live)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {
            "whole": self._whole.state(),
            "segments": {name: counts.state() for name, counts in self._segments.items()},
            "hours": {str(hour): part.state() for hour, part in sorted(self._hours.items())},
        }

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned. Raises ValueError when it is not of this kind."""
        self._whole = _Counts.restored(state_of(state, "whole"))
        segments = state_of(state, "segments")
        self._segments = {name: _Counts.restored(state_of(segments, name)) for name in segments}
        self._hours = {}
        hours = state_of(state, "hours")
        if not self._tells_hours:
            return
        for name in hours:
            hour = self._hours[int(name)] = _Hour(self._beliefs.hour_weight)
            hour.restore(state_of(hours, name))

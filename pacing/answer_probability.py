"""How likely a lead answers, from counts: its segment, the hour where it lives, and its own number's history.

A product of few factors, each a gamma-shrunk ratio of what happened to what the others expected, and last the
number's own record as a beta posterior around it. Ten calls move it a little, a thousand a lot; nothing has
to be fitted off line. More can be had from more facts (a regression over the list); this is what a floor can
learn by itself from its first minute on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pacing.estimators import Calibration
from pacing.policy import Json, LaunchOutcome
from pacing.survival import state_of

NUMBER_WEIGHT = 4.0
"""A number's own record counts as much as what its kind does after this many attempts. A judgement, not a
measurement: habits matter, and few numbers are called often enough to prove them."""
_FACTOR_WEIGHT = 20.0
_FACTOR_MEMORY = 150.0
_LOWEST, _HIGHEST = 0.001, 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadProfile:
    """What the estimate rests on.

    segment: a name for leads alike ("" = none). local_hour: hour of day where the person is, 0-23.
    attempts, answered_live, answered_by_machine: earlier launches to this number, and what became of them.
    """

    segment: str
    local_hour: int
    attempts: int = 0
    answered_live: int = 0
    answered_by_machine: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.local_hour <= 23:
            raise ValueError(f"local_hour is 0-23, not {self.local_hour}")
        answered = self.answered_live + self.answered_by_machine
        if min(self.answered_live, self.answered_by_machine) < 0 or answered > self.attempts:
            raise ValueError("a number cannot have been answered more often than it was called")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEstimate:
    """Probabilities of a launch, 0-1: a person answers; a machine does. Together below 1."""

    live: float
    machine: float


def _factor() -> Calibration:
    return Calibration(weight=_FACTOR_WEIGHT, memory=_FACTOR_MEMORY)


class _Factors:
    """One kind of answer: a base rate and its factors per segment and per hour."""

    def __init__(self, base: float) -> None:
        self._base = base
        self._overall = _factor()
        self._segments: dict[str, Calibration] = {}
        self._hours: dict[str, Calibration] = {}

    def rate(self, profile: LeadProfile) -> float:
        rate = self._base * self._overall.factor
        for table, key in ((self._segments, profile.segment), (self._hours, str(profile.local_hour))):
            if (known := table.get(key)) is not None:
                rate *= known.factor
        return min(_HIGHEST, max(_LOWEST, rate))

    def observe(self, profile: LeadProfile, *, happened: bool) -> None:
        """Each factor learns from what the others expect: its own must not be in its denominator."""
        segment = self._segments.setdefault(profile.segment, _factor())
        hour = self._hours.setdefault(str(profile.local_hour), _factor())
        everyone = min(_HIGHEST, self._base * self._overall.factor)
        in_segment, at_hour = everyone * segment.factor, everyone * hour.factor
        self._overall.observe(self._base, happened=happened)
        segment.observe(min(_HIGHEST, at_hour), happened=happened)
        hour.observe(min(_HIGHEST, in_segment), happened=happened)

    def state(self) -> dict[str, Json]:
        return {
            "overall": self._overall.state(),
            "segments": {key: part.state() for key, part in sorted(self._segments.items())},
            "hours": {key: part.state() for key, part in sorted(self._hours.items())},
        }

    def restore(self, state: Mapping[str, Json]) -> None:
        self._overall.restore(state_of(state, "overall"))
        self._segments = _restored(state_of(state, "segments"))
        self._hours = _restored(state_of(state, "hours"))


def _restored(state: Mapping[str, Json]) -> dict[str, Calibration]:
    table: dict[str, Calibration] = {}
    for key in sorted(state):
        table[key] = _factor()
        table[key].restore(state_of(state, key))
    return table


class AnswerProbability:
    """Learns from every launch, and estimates the next.

    live, machine: what is believed of any launch before the first, 0-1.
    """

    def __init__(self, *, live: float = 0.10, machine: float = 0.40) -> None:
        if min(live, machine) <= 0.0 or live + machine >= 1.0:
            raise ValueError("live and machine are probabilities above 0 that add up to less than 1")
        self._live = _Factors(live)
        self._machine = _Factors(machine)

    def estimate(self, profile: LeadProfile) -> AnswerEstimate:
        """Probabilities for one launch to this lead at this hour."""
        live = _own_record(self._live.rate(profile), profile.answered_live, profile.attempts)
        machine = _own_record(self._machine.rate(profile), profile.answered_by_machine, profile.attempts)
        excess = max(1.0, (live + machine) / 0.98)
        return AnswerEstimate(live=live / excess, machine=machine / excess)

    def observe(self, profile: LeadProfile, outcome: LaunchOutcome) -> None:
        """Take in what became of a launch. One that was cancelled or failed says nothing of who answers."""
        if outcome in (LaunchOutcome.CANCELLED, LaunchOutcome.FAILED):
            return
        self._live.observe(profile, happened=outcome is LaunchOutcome.ANSWERED_LIVE)
        self._machine.observe(profile, happened=outcome is LaunchOutcome.MACHINE)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"live": self._live.state(), "machine": self._machine.state()}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._live.restore(state_of(state, "live"))
        self._machine.restore(state_of(state, "machine"))


def _own_record(rate: float, answered: int, attempts: int) -> float:
    return (NUMBER_WEIGHT * rate + answered) / (NUMBER_WEIGHT + attempts)

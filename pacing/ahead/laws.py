"""What chance does on the floor ahead: the learned laws, drawn from, with how unsure they are."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pacing.ahead.picture import Picture
from pacing.survival import LearnedDuration

HIGHEST = 0.97
"""No chance is believed to be higher."""
HOURS_DIFFER = 0.05
"""Squared relative error of the share of people in the minutes ahead against that of the minutes behind: the
next leads are others, and the hour of day is another."""
MACHINES_DIFFER = 0.005
"""The same of machines, of whom there are as many at any hour."""
TALKS_DIFFER = 0.005
"""The same of how long talks last, and the work after them: whom the next leads bring is others again."""
_GRID = 400
_NEVER_ONE = 1.0 - 2.0**-40


@dataclass(frozen=True, slots=True)
class Fate:
    """All that chance decides of one launch, so that the n-th launch meets the same whatever policy made it.
    Uniform numbers in [0, 1).
    """

    share: float
    ring: float
    kept: float
    talk: float
    wrap: float
    verdict: float


class Fates:
    """One fate after the other."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._rows: list[list[float]] = []

    def next(self) -> Fate:
        """Of the next launch."""
        if not self._rows:
            self._rows = self._generator.random((512, 6)).tolist()[::-1]
        return Fate(*self._rows.pop())


class Laws:
    """Of one run ahead. What was learned is not sure: each run believes it a little differently.

    generator: decides how far people and machines answer more or less often than was learned, and agents
        take longer or shorter.
    """

    def __init__(self, picture: Picture, generator: Generator) -> None:
        self._model = model = picture.model()
        self._picture = picture
        doubt = picture.snapshot.answer_doubt
        self._live_factor = model.live_share.factor * _unsure(
            model.live_share.relative_variance + doubt + HOURS_DIFFER, generator
        )
        self._machine_factor = model.needs_share.factor * _unsure(
            model.needs_share.relative_variance + doubt + MACHINES_DIFFER, generator
        )
        self._talk_factor, self._wrap_factor = (
            _unsure(law.mean_doubt + TALKS_DIFFER, generator) for law in (model.talk, model.wrap)
        )
        self._ring_factors = picture.kept
        self._machine_part, self._split = self._talks()

    def chances(self, needs_agent: float, live: float) -> tuple[float, float]:
        """Of a launch made at these chances: a person answers, a machine does that takes an agent's time."""
        machine = max(0.0, needs_agent - live) * self._machine_factor
        person = min(HIGHEST, live * self._live_factor)
        return person, min(HIGHEST - person, machine)

    def live_ring_s(self, fate: Fate) -> float:
        """Seconds until a person answers who answers in time."""
        return self._model.live_ring.reached(_exponential(fate.ring * self._ring_factors[0]))

    def machine_ring_s(self, fate: Fate) -> float:
        """Seconds until a machine answers that answers in time."""
        return self._model.machine_ring.reached(_exponential(fate.ring * self._ring_factors[1]))

    def unanswered_ring_s(self, fate: Fate) -> float:
        """Seconds until a call ends that nobody answers."""
        seconds = self._model.unanswered_ring.reached(_exponential(fate.ring))
        rings_for = self._picture.rings_for
        if rings_for is None or seconds <= rings_for:
            return seconds
        return max(rings_for, seconds - (self._picture.ring_s - rings_for))

    def what_rings(self, elapsed: float, live: float, machine: float, fate: Fate) -> tuple[bool, bool, float]:
        """Of a call that has rung so long: a person, a machine will answer; seconds from now until then."""
        model = self._model
        nobody = max(0.0, 1.0 - live - machine)
        laws = (model.live_ring, model.machine_ring, model.unanswered_ring)
        spent = [law.hazard_by(elapsed) for law in laws]
        weights = [share * math.exp(-s) for share, s in zip((live, machine, nobody), spent, strict=True)]
        at = fate.share * math.fsum(weights)
        index = 0 if at < weights[0] else 1 if at < weights[0] + weights[1] else 2
        seconds = laws[index].reached(spent[index] + _exponential(fate.ring)) - elapsed
        return index == 0, index == 1, max(0.0, seconds)

    def talk_s(self, fate: Fate, *, is_live: bool) -> float:
        """Seconds of a talk with a person, or with a machine: these are the shorter ones, as far as it takes
        for both to last as long on average as was heard.
        """
        part, split = self._machine_part, self._split
        at = fate.talk
        if fate.kept < split:
            at = part + (1.0 - part) * at if is_live else part * at
        return self._talk_factor * self._model.talk.reached(_exponential(at))

    def wrap_s(self, fate: Fate) -> float:
        """Seconds of work after it."""
        return self._wrap_factor * self._model.wrap.reached(_exponential(fate.wrap))

    def talk_left_s(self, elapsed: float, fate: Fate) -> float:
        """Seconds that a talk which has lasted so long goes on."""
        return _left(self._model.talk, elapsed, fate.talk)

    def wrap_left_s(self, elapsed: float, fate: Fate) -> float:
        """The same of the work after a call."""
        return _left(self._model.wrap, elapsed, fate.wrap)

    def _talks(self) -> tuple[float, float]:
        """Share of machines among answers that take an agent, and how often they have the shortest talks."""
        snapshot, rings = self._picture.snapshot, self._picture.rings
        needs = float(np.sum(snapshot.candidate_needs_agent)) * self._model.needs_share.factor
        live = float(np.sum(snapshot.candidate_live)) * self._model.live_share.factor
        if rings is None or needs <= live or live <= 0.0:
            return 0.0, 0.0
        part = 1.0 - live / needs
        talk = self._model.talk
        middles = [(n + 0.5) / _GRID for n in range(_GRID)]
        mean = math.fsum(talk.reached(_exponential(at)) for at in middles) / _GRID
        longest = math.fsum(talk.reached(_exponential(part + (1.0 - part) * at)) for at in middles) / _GRID
        # As long as the two were heard to last, scaled to what all talks lasted together.
        both = part * rings.machine_handle_s + (1.0 - part) * rings.live_handle_s
        wanted = mean * rings.live_handle_s / both if both > 0.0 else mean
        if longest <= mean:
            return part, 0.0
        return part, min(1.0, max(0.0, (wanted - mean) / (longest - mean)))


def _exponential(uniform: float) -> float:
    return -math.log1p(-min(uniform, _NEVER_ONE))


def _left(law: LearnedDuration, elapsed: float, uniform: float) -> float:
    return max(0.0, law.reached(law.hazard_by(elapsed) + _exponential(uniform)) - elapsed)


def _unsure(variance: float, generator: Generator) -> float:
    """A factor of mean 1 and this variance."""
    return float(generator.gamma(1.0 / variance, variance)) if variance > 0.0 else 1.0

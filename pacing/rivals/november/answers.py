"""What the engine of November 2026 learned of answer rates: a segment spoke for itself, and once more in the
campaign that it was shrunk to, and nothing was said of how sure that was.
"""

from collections.abc import Mapping

from pacing.answers import AnswerModel, Chances
from pacing.learner import Learner
from pacing.policy import Json, LaunchOutcome, LaunchResolved, NumberProfile

PRIOR_NEEDS_AGENT = 0.35
PRIOR_LIVE = 0.08
PRIOR_WEIGHT = 10.0
SEGMENT_WEIGHT = 25.0
MEMORY = 2000.0


class _Counts:
    def __init__(self) -> None:
        self.launches = self.needed = self.live = 0.0

    def add(self, *, needed: bool, live: bool) -> None:
        keep = 1.0 - 1.0 / MEMORY
        self.launches = self.launches * keep + 1.0
        self.needed = self.needed * keep + (1.0 if needed else 0.0)
        self.live = self.live * keep + (1.0 if live else 0.0)


class AnswersOfNovember(AnswerModel):
    """The answer book as it was, in the place of today's."""

    def __init__(self) -> None:
        super().__init__()
        self._all = _Counts()
        self._by_segment: dict[str, _Counts] = {}

    @property
    def doubt(self) -> float:
        """Unknown then."""
        return 0.0

    def chances(self, number: NumberProfile) -> Chances:
        """By the segment, which is shrunk to the campaign, which is shrunk to what is believed."""
        everybody = self._all
        weight = PRIOR_WEIGHT + everybody.launches
        needed = (PRIOR_WEIGHT * PRIOR_NEEDS_AGENT + everybody.needed) / weight
        live = (PRIOR_WEIGHT * PRIOR_LIVE + everybody.live) / weight
        counts = self._by_segment.get(number.segment)
        if counts is None:
            return Chances(needed, live)
        weight = SEGMENT_WEIGHT + counts.launches
        return Chances(
            (SEGMENT_WEIGHT * needed + counts.needed) / weight,
            (SEGMENT_WEIGHT * live + counts.live) / weight,
        )

    def observe(self, launch: LaunchResolved) -> None:
        """Count it."""
        if launch.outcome is LaunchOutcome.CANCELLED:
            return
        self._all.add(needed=launch.needed, live=launch.is_live)
        counts = self._by_segment.setdefault(launch.number.segment, _Counts())
        counts.add(needed=launch.needed, live=launch.is_live)

    def state(self) -> dict[str, Json]:
        """Kept by nobody: a rival's days are cold."""
        return {}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Nothing to take up."""


def learner_of_november() -> Learner:
    """A campaign's learner with the answer book as it was."""
    learner = Learner()
    learner.answers = AnswersOfNovember()
    return learner

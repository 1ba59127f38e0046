"""What the calls of one campaign have taught, in one place, for the policies of all its pools.

A policy learns the laws of its own pool (how long people talk, how long telephones ring). Who answers is
learned here, once for the campaign: its pools call the same list.
"""

from collections.abc import Mapping

from pacing.answers import AnswerBeliefs, AnswerModel
from pacing.policy import Json, LaunchResolved
from pacing.survival import state_of


class Learner:
    """Told what became of every launch; asked what may become of the next. Pure, like a policy."""

    def __init__(self, *, beliefs: AnswerBeliefs | None = None) -> None:
        self.answers = AnswerModel(beliefs)

    def observe(self, observation: LaunchResolved) -> None:
        """Learn from what happened."""
        self.answers.observe(observation)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"answers": self.answers.state()}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned. Raises ValueError when it does not fit."""
        self.answers.restore(state_of(state, "answers"))

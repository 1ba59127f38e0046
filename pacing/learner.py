"""What the calls of one campaign have taught, in one place, for the policies of all its pools.

A policy learns the laws of its own pool (how long people talk, how long telephones ring). What its pools
have in common is learned here once: who answers, and after how long, for they call one list; who calls us
and takes their agents; how long detection takes.
"""

from collections.abc import Mapping
from typing import assert_never

from pacing.answers import AnswerBeliefs, AnswerModel
from pacing.arrivals import ArrivalRate, HandOverDelay
from pacing.held import HeldBudget
from pacing.ordering import OrderBeliefs, OrderModel
from pacing.policy import AnswerHandedOver, InboundAsked, Json, LaunchResolved
from pacing.rings import RingBeliefs, RingModel
from pacing.stored import state_of

LearnerObservation = LaunchResolved | InboundAsked | AnswerHandedOver


class Learner:
    """Told what happened; asked what may happen next. Pure, like a policy."""

    def __init__(
        self,
        *,
        beliefs: AnswerBeliefs | None = None,
        rings: RingBeliefs | None = None,
        held: HeldBudget | None = None,
        order: OrderBeliefs | None = None,
    ) -> None:
        self.answers = AnswerModel(beliefs)
        self.rings = RingModel(rings)
        self.held = held or HeldBudget()
        self.order = OrderModel(order)
        self.inbound = ArrivalRate()
        self.detection = HandOverDelay()

    def observe(self, observation: LearnerObservation) -> None:
        """Learn from what happened."""
        match observation:
            case LaunchResolved():
                self.answers.observe(observation)
                self.rings.observe(observation)
            case InboundAsked():
                self.inbound.observe(observation.at, observation.share)
            case AnswerHandedOver():
                self.detection.observe(observation.delay_s)
            case _:
                assert_never(observation)

    def forget_detection(self) -> None:
        """Detection may be another one from now on: what it takes is learned anew."""
        self.detection = HandOverDelay()

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {name: part.state() for name, part in self._parts().items()}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned; a part that is not in it stays as it is.

        Raises: ValueError when a part is of another kind.
        """
        for name, part in self._parts().items():
            if name in state:
                part.restore(state_of(state, name))

    def _parts(self) -> dict[str, AnswerModel | ArrivalRate | HandOverDelay | OrderModel | RingModel]:
        return {
            "answers": self.answers,
            "inbound": self.inbound,
            "detection": self.detection,
            "rings": self.rings,
            "order": self.order,
        }

"""Launches call after call as long as one more would hardly ever find nobody to answer it.

For each call that could be launched the outlook says how many live answers it would make late, its own and
those of calls already ringing. Launch while that is below a threshold per live answer. The threshold is the
one number that is moved by feedback: slowly by what became of every answer, quickly by the headroom of the
window, so that abandonment meets its target whatever the floor is like.
"""

import math
from collections.abc import Mapping

from pacing.floor_model import FloorModel
from pacing.outlook import Outlook
from pacing.policy import (
    Json,
    LaunchDecision,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingSnapshot,
    quantised,
)
from pacing.progressive import safe_launches
from pacing.stored import float_of, state_of

RECONSIDER_AFTER = 1.0
"""Seconds: ringing and talking go on without events, and each second changes what is likely."""
EARLY_LEARNING = 4.0
EARLY_ANSWERS = 200.0
"""The first answers move the threshold five times as far as later ones, the 200th three times: where it
should be differs tenfold between floors, and a small floor has a few hundred answers a day to find out."""
_HEADROOM_RANGE = (-3.0, 1.0)
"""Logarithms: the headroom of the window divides the threshold by 20 or multiplies it by 2.7, no more."""
_THRESHOLD_RANGE = (math.log(1e-4), math.log(0.5))


class Predictive:
    """Survival-based predictive pacing; see the module.

    target: abandoned per live answer to aim for, 0-1; a lower limit in the ledger goes before it.
    threshold: where the lateness threshold starts, 0-1: careful, and raised by every answer that is on time.
    learning: how far one live answer moves its logarithm in the long run; `EARLY_LEARNING` more at first.
    headroom_gain: how far one abandoned call of headroom moves it, for as long as the headroom is there.
    margin: abandoned calls of headroom that are kept in hand.
    """

    def __init__(
        self,
        *,
        target: float = 0.03,
        threshold: float = 0.04,
        learning: float = 0.003,
        headroom_gain: float = 0.3,
        margin: float = 1.0,
        model: FloorModel | None = None,
    ) -> None:
        if not 0.0 < target < 1.0 or not 0.0 < threshold < 1.0:
            raise ValueError("target and threshold are shares of live answers, 0-1")
        self.model = model or FloorModel()
        self._target = target
        self._learning = learning
        self._headroom_gain = headroom_gain
        self._margin = margin
        self._log_threshold = math.log(threshold)
        self._answers = 0
        self._seen: tuple[PacingSnapshot, Outlook] | None = None

    def outlook(self, snapshot: PacingSnapshot) -> Outlook:
        """What the floor model expects; computed once per snapshot, so that a guard may ask again."""
        if self._seen is None or self._seen[0] is not snapshot:
            self._seen = (snapshot, Outlook(snapshot, self.model))
        return self._seen[1]

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """Launch one after the other while lateness stays below the threshold."""
        most = snapshot.launchable
        why_none = _why_none(snapshot)
        if why_none is not None:
            return LaunchDecision(launches=0, reason=why_none)
        outlook = self.outlook(snapshot)
        threshold = self.threshold(snapshot)
        # A call that an agent is free for is never held back: with a limit of zero these are all there are.
        safe = min(safe_launches(snapshot), most) if threshold <= 0.0 else 0
        launches, lateness = safe, 0.0
        while launches < most:
            lateness = quantised(outlook.lateness(launches))
            if lateness >= threshold:
                break
            launches += 1
        told = max(lateness, 0.0)  # the expansion leaves 0-1 by a little: nobody reads of "-0.0 %"
        return LaunchDecision(
            launches=launches,
            reconsider_at=snapshot.now + RECONSIDER_AFTER,
            reason=(
                f"Launched {launches}: an answer to the next call would be late with {100 * told:.1f} %, "
                f"{100 * threshold:.1f} % is allowed."
            ),
            terms={
                "lateness_of_next": lateness,
                "threshold": threshold,
                "spare_agents_in_10s": quantised(float(outlook.spare[6])),
                "live_factor": self.model.live_share.factor,
            },
        )

    def threshold(self, snapshot: PacingSnapshot) -> float:
        """Largest lateness per live answer at which a call is still launched, 0-1, quantised."""
        ledger = snapshot.ledger
        target = min(self._target, ledger.limit)
        headroom = target * ledger.live_answers - ledger.abandoned - self._margin
        low, high = _HEADROOM_RANGE
        by_headroom = min(high, max(low, self._headroom_gain * headroom))
        # What was learned under a higher target is scaled down to a lower limit.
        return quantised(math.exp(self._log_threshold + by_headroom) * target / self._target)

    def observe(self, observation: PacingObservation) -> None:
        """Learn from what happened."""
        self._seen = None
        if isinstance(observation, LiveAnswerConnected):
            self._move(1.0)
        elif isinstance(observation, LiveAnswerAbandoned):
            self._move(1.0 - 1.0 / self._target)
        else:
            self.model.observe(observation)

    def _move(self, direction: float) -> None:
        step = self._learning * (1.0 + EARLY_LEARNING / (1.0 + self._answers / EARLY_ANSWERS))
        low, high = _THRESHOLD_RANGE
        self._log_threshold = min(high, max(low, self._log_threshold + step * direction))
        self._answers += 1

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"log_threshold": self._log_threshold, "answers": self._answers, "model": self.model.state()}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._seen = None
        self._log_threshold = float_of(state, "log_threshold")
        self._answers = int(float_of(state, "answers"))
        self.model.restore(state_of(state, "model"))


def _why_none(snapshot: PacingSnapshot) -> str | None:
    """Why nothing is launched whatever the outlook is; None when that decides."""
    if snapshot.serving_agents == 0:
        return "No agents, no calls."
    if snapshot.patience < 0.0:
        return (
            f"Detection takes {snapshot.classify_delay:.1f} s and a person must have an agent within "
            f"{snapshot.ledger.connect_within:.1f} s of the answer: nobody would be in time."
        )
    return "Nothing may be launched now." if snapshot.launchable == 0 else None

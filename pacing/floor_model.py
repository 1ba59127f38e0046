"""What has been learned of a floor, and the tables made of it: shared by a policy and its guard."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from pacing.estimators import Calibration
from pacing.horizon import RING_ROWS, RingTables, SupplyTables, middles_of_seconds
from pacing.policy import (
    Floats,
    Json,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    TalkEnded,
    WrapUpEnded,
)
from pacing.stored import state_of
from pacing.survival import (
    LearnedDuration,
    LogNormalPrior,
    even_edges,
    geometric_edges,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPriors:
    """What is believed of a floor before its first call. Medians in seconds.

    Wrong by a factor of two does little harm: the medians are corrected within a dozen observations.
    """

    talk_median: float = 60.0
    wrap_median: float = 10.0
    ring_median: float = 11.0
    machine_ring_median: float = 18.0
    unanswered_ring_median: float = 24.0


@dataclass(frozen=True, slots=True, eq=False)
class ModelTables:
    """Everything tabulated, for one patience of callers and one delay of detection."""

    supply: SupplyTables
    live: RingTables
    machine: RingTables
    unanswered_ringing: Floats


class FloorModel:
    """Laws of talk, wrap-up and ring, and how far the answer probabilities are off."""

    def __init__(self, *, priors: FloorPriors | None = None) -> None:
        priors = priors or FloorPriors()
        ring = even_edges(1.0, float(RING_ROWS))
        self.talk = LearnedDuration(
            geometric_edges(2.0, 3600.0, 1.25), LogNormalPrior(median=priors.talk_median, sigma=1.0)
        )
        self.wrap = LearnedDuration(
            geometric_edges(1.0, 900.0, 1.3), LogNormalPrior(median=priors.wrap_median, sigma=1.0)
        )
        self.live_ring = LearnedDuration(ring, LogNormalPrior(median=priors.ring_median, sigma=0.45))
        self.machine_ring = LearnedDuration(
            ring, LogNormalPrior(median=priors.machine_ring_median, sigma=0.4)
        )
        self.unanswered_ring = LearnedDuration(
            ring, LogNormalPrior(median=priors.unanswered_ring_median, sigma=0.4)
        )
        self.live_share = Calibration()
        self.needs_share = Calibration()
        self._is_settled = False
        self._tables: ModelTables | None = None
        self._supply_key: tuple[float, int, int] | None = None
        self._ring_key: tuple[float, int, int, int] | None = None

    def settle(self) -> None:
        """Laws of duration stay as they were learned; only how often calls are answered is learned further.
        For a world that is made of these laws: it has nothing to teach of them, and tables made anew are half
        of what it costs.
        """
        self._is_settled = True

    def observe(self, observation: PacingObservation) -> None:
        """Learn from a launch, a talk or a wrap-up."""
        match observation:
            case LaunchResolved():
                self._observe_launch(observation)
            case TalkEnded() | WrapUpEnded() if self._is_settled:
                pass
            case TalkEnded():
                self.talk.observe(observation.talk_s)
            case WrapUpEnded():
                self.wrap.observe(observation.wrap_s)
            case LiveAnswerConnected() | LiveAnswerAbandoned():
                pass
            case _:
                assert_never(observation)

    def _observe_launch(self, launch: LaunchResolved) -> None:
        if launch.outcome is LaunchOutcome.CANCELLED:
            if not self._is_settled:
                self._observe_cancelled(launch)
            return
        if not self._is_settled:
            self._observe_ring(launch)
        self.live_share.observe(launch.live, happened=launch.is_live, doubt=launch.doubt)
        self.needs_share.observe(launch.needs_agent, happened=launch.needed, doubt=launch.doubt)

    def _observe_ring(self, launch: LaunchResolved) -> None:
        if launch.is_live:
            self.live_ring.observe(launch.ring_s)
        elif launch.needed:
            if launch.outcome is not LaunchOutcome.ASSISTANT:
                self.machine_ring.observe(launch.ring_s)
        else:
            self.unanswered_ring.observe(launch.ring_s)

    def _observe_cancelled(self, launch: LaunchResolved) -> None:
        """It would have rung on, to an end nobody knows: each law takes its share of a censored ring."""
        machine = max(0.0, launch.needs_agent - launch.live)
        for law, share in (
            (self.live_ring, launch.live),
            (self.machine_ring, machine),
            (self.unanswered_ring, max(0.0, 1.0 - launch.live - machine)),
        ):
            if share > 0.0:
                law.observe(launch.ring_s, censored=True, weight=share)

    def tables(self, patience: float, delay: float = 0.0) -> ModelTables:
        """The tables for callers who may wait `patience` seconds once they were handed over, `delay` seconds
        after their answer; made anew when something was learned.
        """
        supply_key = (patience, self.talk.version, self.wrap.version)
        rings = (self.live_ring.version, self.machine_ring.version, self.unanswered_ring.version)
        ring_key = (delay, *rings)
        tables = self._tables
        if tables is not None and supply_key == self._supply_key and ring_key == self._ring_key:
            return tables
        if tables is None or supply_key != self._supply_key:
            supply = SupplyTables.build(self.talk, self.wrap, patience)
        else:
            supply = tables.supply
        if tables is None or ring_key != self._ring_key or supply is not tables.supply:
            live = RingTables.build(self.live_ring, supply.returning, delay)
            machine = RingTables.build(self.machine_ring, supply.returning, delay)
            unanswered = self.unanswered_ring.survival(middles_of_seconds(RING_ROWS))
        else:
            live, machine, unanswered = tables.live, tables.machine, tables.unanswered_ringing
        self._supply_key, self._ring_key = supply_key, ring_key
        self._tables = ModelTables(supply, live, machine, unanswered)
        return self._tables

    @property
    def handle(self) -> float:
        """Expected seconds that a call occupies an agent: talk and wrap-up."""
        return self.talk.mean + self.wrap.mean

    def safe_cycle(self, live: float, needs_agent: float) -> float:
        """Seconds an agent needs for one live answer when lines are dialed one at a time, on average.

        live, needs_agent: calibrated probabilities of a launch, 0-1. `math.inf` when nobody ever answers.
        """
        if live <= 0.0:
            return math.inf
        return (self.unanswered_ring.mean + needs_agent * self.handle) / live

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {name: part.state() for name, part in self._parts().items()}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        for name, part in self._parts().items():
            part.restore(state_of(state, name))
        self._tables = self._supply_key = self._ring_key = None

    def _parts(self) -> dict[str, LearnedDuration | Calibration]:
        return {
            "talk": self.talk,
            "wrap": self.wrap,
            "live_ring": self.live_ring,
            "machine_ring": self.machine_ring,
            "unanswered_ring": self.unanswered_ring,
            "live_share": self.live_share,
            "needs_share": self.needs_share,
        }

"""What is measured of a running floor, for Prometheus and for health."""

from bisect import bisect_left
from collections import deque

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dialer.runtime.sound_gauges import SoundGauges

_MS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Recent:
    """Quantiles of the last `kept` values: exact, for health and benchmarks.

    Args:
        kept: how many values are remembered.
    """

    def __init__(self, kept: int = 6000) -> None:
        self._values: deque[float] = deque(maxlen=kept)
        self.largest = 0.0

    def add(self, value: float) -> None:
        """One more."""
        self._values.append(value)
        self.largest = max(self.largest, value)

    def quantile(self, share: float) -> float | None:
        """The value that `share` (0-1) of the remembered ones do not exceed; None = nothing was measured."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def share_above(self, bound: float) -> float | None:
        """Share (0-1) of the remembered values that exceed `bound`."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        return 1.0 - bisect_left(ordered, bound) / len(ordered)


class Instruments:
    """One per runtime, with a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.steps = Counter("fairdial_steps", "Events the engine took", ["event"], registry=registry)
        self.commands = Counter("fairdial_commands", "Commands it gave", ["command"], registry=registry)
        self.refused = Counter("fairdial_refused_events", "Events that were impossible", registry=registry)
        self.defects = Counter("fairdial_defects", "Steps that raised, put aside", registry=registry)
        self.step_s = Histogram(
            "fairdial_step_seconds", "One step of the engine", registry=registry, buckets=_MS
        )
        self.commit_s = Histogram(
            "fairdial_commit_seconds", "One commit of the journal", registry=registry, buckets=_MS
        )
        self.commit_size = Histogram(
            "fairdial_commit_entries",
            "Entries in one commit",
            registry=registry,
            buckets=(1, 2, 5, 10, 20, 50, 100, 500, 1000),
        )
        self.lag_s = Histogram(
            "fairdial_loop_lag_seconds", "How late the loop came to a tick", registry=registry, buckets=_MS
        )
        self.quick_s = Histogram(
            "fairdial_quick_seconds",
            "From the news of an answer (or another reason) to its Bridge or Hangup handed over",
            ["command"],
            registry=registry,
            buckets=_MS,
        )
        self.not_dialed = Counter(
            "fairdial_not_dialed", "Calls that were stopped before the wire", ["why"], registry=registry
        )
        self.inbox = Gauge("fairdial_inbox_events", "Events that wait for the engine", registry=registry)
        self.unwritten = Gauge(
            "fairdial_unwritten_steps", "Steps that are not committed yet", registry=registry
        )
        self.sequence = Gauge("fairdial_sequence", "Last step taken", registry=registry)
        self.network_up = Gauge(
            "fairdial_network_up", "Whether the telephone system is heard", registry=registry
        )
        self.store_up = Gauge("fairdial_store_up", "Whether the store takes commits", registry=registry)
        self.agents = Gauge("fairdial_agents", "Agents by state", ["state"], registry=registry)
        self.lines = Gauge("fairdial_lines", "Calls in flight by campaign", ["campaign"], registry=registry)
        self.abandoned = Gauge(
            "fairdial_abandoned_per_live_answer",
            "Share in the running window",
            ["campaign"],
            registry=registry,
        )
        self.sound = SoundGauges(registry)
        self.checkpoint_s = Histogram(
            "fairdial_checkpoint_seconds",
            "Standstill for a checkpoint",
            registry=registry,
            buckets=_MS,
        )
        self.recent_lag = Recent()
        self._second = Recent(50)
        self.recent_quick = Recent()
        self.recent_commit = Recent()
        self.recent_step = Recent()

    def lag(self, seconds: float) -> None:
        """The loop came this late."""
        self.lag_s.observe(seconds)
        self.recent_lag.add(seconds)
        self._second.add(seconds)

    def lag_of_last_second(self) -> float:
        """Median lag of the last fifty ticks, in seconds."""
        return self._second.quantile(0.5) or 0.0

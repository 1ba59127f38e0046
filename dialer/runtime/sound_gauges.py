"""How well each agent's telephone is heard, for Prometheus."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from dialer.domain.ids import AgentId
from dialer.domain.sound import AgentSound


class SoundGauges:
    """The newest figures by agent; what is not measured any more is taken away rather than left standing."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lost = Gauge(
            "fairdial_agent_lost_per_packet",
            "Packets of sound lost: 'here' on the way to the telephone system, 'there' to the telephone",
            ["agent", "way"],
            registry=registry,
        )
        self._jitter = Gauge(
            "fairdial_agent_jitter_seconds", "Jitter as RFC 3550 has it", ["agent", "way"], registry=registry
        )
        self._rating = Gauge(
            "fairdial_agent_sound_rating",
            "Mean opinion score of the worse way, 1-4.5, a lower bound",
            ["agent"],
            registry=registry,
        )

    def show(self, sound: Mapping[AgentId, AgentSound]) -> None:
        """All agents anew."""
        for gauge in (self._lost, self._jitter, self._rating):
            gauge.clear()
        for agent, one in sound.items():
            for gauge, way, value in (
                (self._lost, "here", one.lost),
                (self._lost, "there", one.lost_there),
                (self._jitter, "here", one.jitter_s),
                (self._jitter, "there", one.jitter_there_s),
            ):
                if value is not None:
                    gauge.labels(agent, way).set(value)
            if one.rating is not None:
                self._rating.labels(agent).set(one.rating)

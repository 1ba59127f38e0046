"""The metrics as they are shown: whoever shows no token, or has walls, is told of no agent by name."""

from collections.abc import Iterator
from copy import copy

from fastapi import Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.web.door import Doorkeeper

NAMES = frozenset({"agent", "account", "person", "number"})
"""Labels that say of whom a figure is."""


class Nameless(Collector):
    """A registry without the figures of anybody by name."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        """See the port: a metric all of whose figures are somebody's is left out."""
        for metric in self._registry.collect():
            kept = [sample for sample in metric.samples if NAMES.isdisjoint(sample.labels)]
            if len(kept) == len(metric.samples):
                yield metric
            elif kept:
                shown = copy(metric)
                shown.samples = kept
                yield shown


def shown_to(request: Request, doorkeeper: Doorkeeper, registry: CollectorRegistry) -> bytes:
    """For Prometheus: all of it for whoever may watch the floor and has no walls."""
    if _sees_names(request, doorkeeper):
        return generate_latest(registry)
    nameless = CollectorRegistry()
    nameless.register(Nameless(registry))
    return generate_latest(nameless)


def _sees_names(request: Request, doorkeeper: Doorkeeper) -> bool:
    try:
        actor = doorkeeper.admit(request, request.method)
    except RefusedError:
        return False
    return actor.may(Permission.WATCH_FLOOR) and actor.walls.has_all

"""Counts who was refused at the telephone systems' doors, for Prometheus: an attack is seen there."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from telephony.asterisk.opening import address_of
from telephony.asterisk.refusals import Refusal, RefusalWatch
from telephony.asterisk.settings import AsteriskSettings


def refusal_watches(
    asterisks: Sequence[AsteriskSettings], registry: CollectorRegistry
) -> tuple[RefusalWatch, ...]:
    """One for each telephone system; whoever runs the floor keeps them running beside it."""
    counter = Counter(
        "fairdial_refused_logins",
        "Calls, registrations and manager logins that Asterisk refused: guesses, and strangers",
        ["asterisk", "door", "why"],
        registry=registry,
    )
    return tuple(_watch(one, counter) for one in asterisks)


def _watch(asterisk: AsteriskSettings, counter: Counter) -> RefusalWatch:
    def told(refusal: Refusal) -> None:
        counter.labels(asterisk.name, refusal.door.value, refusal.why.value).inc()

    return RefusalWatch(address_of(asterisk), told)

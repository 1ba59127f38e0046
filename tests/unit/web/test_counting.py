"""Whoever is turned away is counted, however it was decided; whoever is let in is not."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.access.roles import Role
from dialer.web.application import make_web
from dialer.web.bounds.limits import Limits
from dialer.web.tokens import Token, Tokens, digest_of


def test_requests_that_are_turned_away_are_counted_by_status() -> None:
    floor: Any = SimpleNamespace(snapshot=lambda: SimpleNamespace(agents=(), campaigns=()))
    registry = CollectorRegistry()
    clerk = Token(digest=digest_of("ann"), roles=frozenset({Role.CLERK}), name="ann")
    web = make_web(
        floor=floor,
        tokens=Tokens([clerk]),
        registry=registry,
        limits=Limits(asks_per_s=0.1, asks_at_once=5.0),
    )

    def count(status: int) -> float | None:
        return registry.get_sample_value("fairdial_turned_away_total", {"status": str(status)})

    with TestClient(web.application) as client:
        assert (count(401), count(403), count(429)) == (0.0, 0.0, 0.0), "shown before the first"
        ann = {"Authorization": "Bearer ann"}
        assert client.get("/api/session/who", headers=ann).status_code == 200
        assert client.get("/api/floor", headers=ann).status_code == 403
        told = Counter(client.get("/api/floor").status_code for _ in range(10))
        assert set(told) == {401, 429}
        assert (count(401), count(403), count(429)) == (told[401], 1.0, told[429])

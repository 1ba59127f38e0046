"""What every answer says to a browser, whoever asks and whatever comes of it; and whose word is believed."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from starlette.requests import HTTPConnection

from dialer.access.roles import Permission, Role
from dialer.web.application import Web, make_web
from dialer.web.declaring import may
from dialer.web.door import address_of, cookie_of, is_of_another_site
from dialer.web.headers import NOTHING
from dialer.web.tokens import Token, Tokens, digest_of

PROXY, NETWORK = "192.0.2.7", "198.51.100.0/24"
BOSS = {"Authorization": "Bearer boss"}
STRICT = "max-age=31536000"


class NoFloor:
    """A defect answers for it."""

    def snapshot(self) -> Any:
        raise NotImplementedError


def made(*, proxies: tuple[str, ...] = ()) -> Web:
    """An application on a floor that can say nothing, with routes that tell what they were told."""
    floor: Any = NoFloor()
    tokens = Tokens([Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss")])
    web = make_web(floor=floor, tokens=tokens, registry=CollectorRegistry(), trusted_proxies=proxies)

    @web.application.get("/api/seen", dependencies=[may(Permission.WATCH_FLOOR)])
    async def seen(asked: HTTPConnection) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"address": address_of(asked.scope), "scheme": asked.scope["scheme"]}

    return web


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(made().application, raise_server_exceptions=False) as one:
        yield one


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/seen", 200),
        ("GET", "/api/floor", 500),  # the floor is none: a defect
        ("GET", "/api/nothing", 404),
        ("POST", "/api/session", 422),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/phone", 308),
        ("GET", "/phone/assets/none.js", 404),
    ],
)
def test_every_answer_is_guarded_and_kept_nowhere(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers=BOSS, follow_redirects=False)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == NOTHING
    assert "strict-transport-security" not in answer.headers, "it came in clear"


def test_whoever_is_refused_gets_no_less(client: TestClient) -> None:
    answer = client.get("/api/seen")
    assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_over_tls_browsers_are_told_to_come_without_it_no_more() -> None:
    with TestClient(made().application, base_url="https://floor.example") as client:
        assert client.get("/api/seen", headers=BOSS).headers["strict-transport-security"] == STRICT
        assert client.get("/api/seen").headers["strict-transport-security"] == STRICT, "a refusal, too"


FORWARDED = {**BOSS, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("proxies", "peer", "address", "scheme"),
    [
        ((), PROXY, PROXY, "http"),
        ((PROXY,), PROXY, "203.0.113.9", "https"),
        ((PROXY,), "192.0.2.8", "192.0.2.8", "http"),
        ((NETWORK,), "198.51.100.0", "203.0.113.9", "https"),
        ((NETWORK,), "198.51.100.255", "203.0.113.9", "https"),
        ((NETWORK,), "198.51.101.0", "198.51.101.0", "http"),
    ],
)
def test_only_a_proxy_that_was_named_is_believed(
    proxies: tuple[str, ...], peer: str, address: str, scheme: str
) -> None:
    """Whoever else says where they come from could name any address as their own, and be secure in clear."""
    with TestClient(made(proxies=proxies).application, client=(peer, 4000)) as client:
        answer = client.get("/api/seen", headers=FORWARDED)
    assert answer.json() == {"address": address, "scheme": scheme}
    assert ("strict-transport-security" in answer.headers) == (scheme == "https")


def test_what_somebody_said_before_the_proxy_is_not_believed() -> None:
    """A proxy adds whom it saw at the end; what stands before that is the asker's own invention."""
    headers = {**FORWARDED, "X-Forwarded-For": "10.9.9.9, 203.0.113.9, 192.0.2.7"}
    with TestClient(made(proxies=(PROXY,)).application, client=(PROXY, 4000)) as client:
        assert client.get("/api/seen", headers=headers).json()["address"] == "203.0.113.9"


def _asked(scheme: str, **headers: str) -> HTTPConnection:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "scheme": scheme, "headers": pairs, "path": "/"})


@pytest.mark.parametrize(
    ("scheme", "cookie", "found"),
    [
        ("http", "fairdial=a", "a"),
        ("http", "__Host-fairdial=b", None),
        ("https", "fairdial=a", None),
        ("https", "fairdial=a; __Host-fairdial=b", "b"),
        ("wss", "__Host-fairdial=b", "b"),
        ("ws", "fairdial=a", "a"),
    ],
)
def test_under_tls_only_the_guarded_cookie_counts(scheme: str, cookie: str, found: str | None) -> None:
    """The other could have been planted by a neighbour of this host, or in clear."""
    assert cookie_of(_asked(scheme, cookie=cookie)) == found


@pytest.mark.parametrize(
    ("scheme", "origin", "is_strange"),
    [
        ("https", None, False),
        ("https", "https://floor.example", False),
        ("https", "http://floor.example", True),
        ("http", "https://floor.example", True),
        ("https", "https://floor.example:8443", True),
        ("https", "https://evil.example", True),
        ("https", "null", True),
    ],
)
def test_a_page_of_another_origin_is_told_by_its_origin(
    scheme: str, origin: str | None, is_strange: bool
) -> None:
    said = {} if origin is None else {"origin": origin}
    assert is_of_another_site(_asked(scheme, host="floor.example", **said)) is is_strange


@pytest.mark.parametrize("path", ["/api/session", "/api/session/link"])
def test_another_sites_page_signs_nobody_in(client: TestClient, path: str) -> None:
    """Else it could sign somebody in to an account of its own, and see what they do there."""
    evil = client.post(path, json={}, headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403
    assert client.post(path, json={}, headers={"Origin": "http://testserver"}).status_code == 422
    assert client.post(path, json={}).status_code == 422, "a program says no origin"

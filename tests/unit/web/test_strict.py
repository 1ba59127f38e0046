"""What nobody asked for is refused, in whichever body or address it stands."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.request import PersonFile
from dialer.web.application import make_web
from dialer.web.sign_in.outside import BACK_PATH
from dialer.web.strict import read_strictly
from dialer.web.tokens import Role, Token, Tokens, digest_of

ALL = {"Authorization": "Bearer all"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Whatever comes as far as the floor is a fault here: it has nothing but a health."""
    token = Token(digest=digest_of("all"), roles=frozenset(Role), name="all", agent="ann")
    nobody: Any = SimpleNamespace(snapshot=None)
    web = make_web(floor=nobody, tokens=Tokens([token]), registry=CollectorRegistry())
    with TestClient(web.application, raise_server_exceptions=False) as made:
        yield made


def bodies(client: TestClient) -> dict[str, dict[str, Any]]:
    """The schema of every body that is described, by route; the one that is a file has none."""
    described = client.get("/openapi.json").json()
    return {
        f"{method} {path}": operation["requestBody"]["content"]["application/json"]["schema"]
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation and path != "/api/intake/files"
    }


def open_objects(schema: object, defined: dict[str, Any], path: str = "$") -> list[str]:
    """Where a schema admits fields that it does not name."""
    if isinstance(schema, list):
        return [one for inner in cast("list[object]", schema) for one in open_objects(inner, defined, path)]
    if not isinstance(schema, dict):
        return []
    node = cast("dict[str, Any]", schema)
    if "$ref" in node:
        return open_objects(defined[node["$ref"].rsplit("/", 1)[-1]], defined, path)
    found = [path] if "properties" in node and node.get("additionalProperties") is not False else []
    inner = [(name, value) for name, value in node.items() if name not in ("properties", "enum", "default")]
    inner += list(node.get("properties", {}).items())
    return found + [one for name, value in inner for one in open_objects(value, defined, f"{path}.{name}")]


def test_no_body_of_the_whole_description_admits_a_field_that_it_does_not_name(client: TestClient) -> None:
    defined = client.get("/openapi.json").json()["components"]["schemas"]
    found = bodies(client)
    assert len(found) > 20
    assert {route: places for route, body in found.items() if (places := open_objects(body, defined))} == {}


def test_every_route_refuses_a_parameter_that_it_does_not_have(client: TestClient) -> None:
    """`?persno=p1` in place of `?person=p1` would be an answer about everybody.

    What an outside provider adds on the way back is its own affair (RFC 6749, 4.1.2: to be ignored).
    """
    described = client.get("/openapi.json").json()["paths"]
    routes = [
        (method, path) for path, methods in described.items() for method in methods if path != BACK_PATH
    ]
    assert len(routes) > 40
    for method, path in routes:
        answer = client.request(method, f"{path}?no_such_thing=1", headers=ALL)
        assert answer.status_code == 422, (method, path)
        assert "'no_such_thing'" in answer.json()["detail"], (method, path)


def test_every_route_without_a_body_refuses_one(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    routes = [
        (method, path)
        for path, methods in described.items()
        for method, operation in methods.items()
        if method != "get" and "requestBody" not in operation
    ]
    assert len(routes) > 5
    for method, path in routes:
        answer = client.request(method, path, json={"reason": "lunch"}, headers=ALL)
        assert (answer.status_code, "takes no body" in answer.text) == (422, True), (method, path)


def test_a_parameter_is_told_with_the_one_that_is_meant(client: TestClient) -> None:
    answer = client.get("/api/recordings?acount=d1", headers=ALL)
    told = "there is no parameter 'acount': 'account' is meant? at /api/recordings"
    assert (answer.status_code, answer.json()["detail"]) == (422, told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"person": "p1", "nmae": 1}', "there is no field 'nmae': there is "),
        ('{"person": "p1", "request": []}', "there is no field 'request': 'requests' is meant? at $"),
        (
            '{"person": "p1", "requests": [{"at": "2026-03-10T10:00:00Z", "type": "stop_calling", '
            '"withdrawn": "2026-03-11T10:00:00Z"}]}',
            "there is no field 'withdrawn': 'withdrawn_at' is meant? at $.requests[0]",
        ),
        (
            '{"person": "p1", "known_location": {"zones": ["America/New_York"], "zip": "10001"}}',
            "there is no field 'zip': ",
        ),
    ],
)
def test_a_field_that_a_person_s_file_does_not_have_is_told_with_its_place(
    client: TestClient, body: str, told: str
) -> None:
    answer = client.put("/api/facts/persons/p1", content=body, headers=ALL)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_file_as_it_is_kept_is_read_whole() -> None:
    assert read_strictly(PersonFile, b'{"person": "p1"}') == PersonFile(person="p1")

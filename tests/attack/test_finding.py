"""Whoever looks people up: what is written of it, who is shown whom, and what lies on the disk afterwards."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from test_sealed_people import keys, path, planted_in
from test_signing_in import AtOnce, FakeFloor

from dialer.access.record import Deed
from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING, Walls
from dialer.cli import run
from dialer.floor.deeds import Recorder
from dialer.inquiry.finding.finder import PersonFinder
from dialer.storage.access import deeds
from dialer.storage.keys.keyring import Keyring
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.tokens import Token, Tokens, digest_of

__all__ = ["keys", "path"]


class Beside(AtOnce):
    """With what a finder asks besides."""

    @property
    def keyring(self) -> Keyring:
        return self._plain.keyring

    @property
    def identifiers(self) -> Any:
        return self._plain.identifiers


class Desk:
    """A web side on a store with one person, Quillonia Vexworthy of acme."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.records = AtOnce(store)
        finder = PersonFinder(Beside(store), is_alone=True)
        asyncio.run(finder.read_everybody())
        tokens = [
            Token(digest=digest_of(name), roles=frozenset({role}), name=name, walls=walls)
            for name, role, walls in (
                ("kim", Role.COMPLIANCE, EVERYTHING),
                ("lee", Role.SUPERVISOR, Walls(clients=frozenset({"other"}))),
                ("ann", Role.AGENT, EVERYTHING),
                ("bob", Role.ANALYST, EVERYTHING),
            )
        ]
        web = make_web(
            floor=FakeFloor(),  # type: ignore[arg-type]
            tokens=Tokens(tokens),
            registry=CollectorRegistry(),
            records=Recorder(self.records),
            finder=finder,
        )
        self.client = TestClient(web.application, raise_server_exceptions=False)

    def look(self, who: str, **wanted: Any) -> Any:
        return self.client.post(
            "/api/persons/search",
            json=wanted,
            headers={"Authorization": f"Bearer {who}", "X-Reason": "call in"},
        )

    def deeds(self) -> list[Deed]:
        return [entry.deed for entry in self.store.read(lambda c: list(deeds.entries(c)))]


@pytest.fixture
def desk(path: Path) -> Iterator[Desk]:
    with Store.open(str(path)) as store:
        yield Desk(store)


def test_a_look_is_written_down_by_whom_it_showed_and_without_what_was_looked_for(desk: Desk) -> None:
    found = desk.look("kim", name="vexwor")
    assert found.status_code == 200, found.text
    (one,) = found.json()["persons"]
    assert (one["name"], one["born"], one["reference"]) == ("Quillonia Vexworthy", "1961", "REF-SECRETIVE")
    (deed,) = desk.deeds()
    assert (deed.who, deed.action, deed.outcome) == ("kim", "POST /api/persons/search", "200")
    assert deed.about == (f"person:{one['person']}",)
    assert deed.why == "find persons by name, number or account: call in"


def test_the_disk_tells_nobodys_name_while_it_is_looked_for_and_afterwards(
    desk: Desk, path: Path, keys: Path
) -> None:
    """The index lives in memory alone, and the record names ids."""
    for wanted in ({"name": "quillonia"}, {"number": "+12125550147"}, {"account": "ACCOUNT-UNSEEN-A1"}):
        assert len(desk.look("kim", **wanted).json()["persons"]) == 1, wanted
        assert planted_in(path.parent, keys) == []


def test_only_those_who_answer_for_people_look_and_only_inside_their_walls(desk: Desk) -> None:
    """A collector has the person on their line and looks for nobody."""
    for who, status, shown in (("kim", 200, 1), ("lee", 200, 0), ("ann", 403, 0), ("bob", 403, 0)):
        answer = desk.look(who, name="vexworthy")
        assert answer.status_code == status
        assert len(answer.json().get("persons", [])) == shown


def test_what_cannot_be_written_down_is_not_shown(desk: Desk) -> None:
    """Although it is asked for in a body, by POST."""
    desk.records.is_away = True
    refused = desk.look("kim", name="vexworthy")
    assert (refused.status_code, "Vexworthy" in refused.text) == (503, False)
    desk.records.is_away = False
    assert desk.look("kim", name="vexworthy").status_code == 200


def test_a_look_that_would_list_everybody_is_refused(desk: Desk) -> None:
    for name in ("", "ve", "%%%", "a b c"):
        assert desk.look("kim", name=name).status_code == 422
    assert desk.look("kim", name="vexworthy", number="1").status_code == 422
    assert desk.look("kim", name="vexworthy", limit=51).status_code == 422


def test_whoever_trawls_is_told_to_wait(desk: Desk) -> None:
    told = [desk.look("kim", name="vexworthy") for _ in range(61)]
    assert [one.status_code for one in told] == [200] * 60 + [429]
    assert 1 <= int(told[-1].headers["retry-after"]) <= 60


def test_the_command_finds_and_writes_it_down(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["person", "find", "vexw", "--store", str(path), "--why", "a call", "--json"]) == 0
    assert '"name": "Quillonia Vexworthy"' in capsys.readouterr().out
    with Store.open(str(path)) as store:
        (deed,) = [entry.deed for entry in store.read(lambda c: list(deeds.entries(c)))]
    assert (deed.action, deed.why, len(deed.about)) == ("find", "a call", 1)
    assert run(["person", "find", "ve", "--store", str(path)]) == 1

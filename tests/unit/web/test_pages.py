"""The application's page: its policy, what a browser may keep of it, and what it says before it was built."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.access.roles import MAY, Permission, Role
from dialer.access.walls import Walls
from dialer.domain.snapshot import FloorSnapshot
from dialer.web.application import make_web
from dialer.web.pages.routes import NONCE, add_application_page, policy
from dialer.web.tokens import Token, Tokens, digest_of

NONCE_OF = re.compile(r"'nonce-([\w-]+)'")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a build leaves behind, in small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1.js").write_text("1", encoding="utf-8")
    (tmp_path / "assets" / "notes.txt").write_text("none of a page's files", encoding="utf-8")
    (tmp_path / "index.html").write_text(f'<meta name="style-nonce" content="{NONCE}">', encoding="utf-8")
    return tmp_path


def served(folder: Path) -> TestClient:
    application = FastAPI()
    add_application_page(application, folder)
    return TestClient(application)


def test_each_load_may_make_style_sheets_by_a_word_of_its_own(built: Path) -> None:
    """A word that is used twice could be written into a page by somebody who saw it before."""
    client = served(built)
    words = set[str]()
    for _ in range(3):
        answer = client.get("/")
        assert answer.status_code == 200
        found = NONCE_OF.findall(answer.headers["content-security-policy"])
        assert len(found) == 1
        assert f'content="{found[0]}"' in answer.text
        assert NONCE not in answer.text
        words.add(found[0])
    assert len(words) == 3


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    for nonce in ("", "once"):
        said = dict(part.split(" ", 1) for part in policy(nonce).split("; "))
        assert said.pop("style-src") == "'self'" + (" 'nonce-once'" if nonce else "")
        assert said == {
            "default-src": "'none'",
            "script-src": "'self'",
            "img-src": "'self'",
            "media-src": "'self'",
            "connect-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }


def test_files_are_kept_for_a_year_and_other_kinds_are_not_served(built: Path) -> None:
    client = served(built)
    answer = client.get("/assets/index-1.js")
    assert (answer.text, answer.headers["cache-control"]) == ("1", "public, max-age=31536000, immutable")
    assert "nonce" not in answer.headers["content-security-policy"]
    assert client.get("/assets/notes.txt").status_code == 404
    assert client.get("/assets/../index.html").status_code == 404


def test_a_page_that_was_not_built_says_how_to_get_it(tmp_path: Path) -> None:
    client = served(tmp_path)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "make pages" in answer.text
    assert client.get("/assets/index-1.js").status_code == 404


class QuietFloor:
    """Nobody is on it."""

    def snapshot(self) -> FloorSnapshot:
        return FloorSnapshot(
            now=1.0,
            sequence=1,
            is_floor_stopped=False,
            is_network_up=True,
            agents=(),
            campaigns=(),
            ignored=(),
        )


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT, Role.COMPLIANCE])
def test_a_session_says_what_may_be_done_so_that_no_page_keeps_a_table_of_roles(role: Role) -> None:
    floor: object = QuietFloor()
    tokens = Tokens([Token(digest=digest_of("one"), roles=frozenset({role}), name="one")])
    web = make_web(floor=floor, tokens=tokens, registry=CollectorRegistry())  # pyright: ignore[reportArgumentType]  # nothing is asked of it
    with TestClient(web.application) as client:
        said = client.get("/api/session/who", headers={"Authorization": "Bearer one"}).json()
    assert said["may"] == [one.value for one in Permission if role in MAY[one]]


@pytest.mark.parametrize(
    ("walls", "agent", "zone"),
    [
        (Walls(has_all=True), None, "America/New_York"),
        (Walls(campaigns=frozenset({"theirs"})), None, "America/Denver"),
        (Walls(clients=frozenset({"a-client"})), None, ""),
        (Walls(has_all=True), "bob", "America/Denver"),
    ],
)
def test_clocks_are_read_in_the_zone_of_a_campaign_that_one_sees(
    walls: Walls, agent: str | None, zone: str
) -> None:
    """What lies outside somebody's walls is not told by its hours either."""
    campaigns = [("ours", "America/New_York"), ("theirs", "America/Denver")]
    seen = SimpleNamespace(
        agents=(SimpleNamespace(agent="bob", campaign="theirs"),),
        campaigns=tuple(SimpleNamespace(campaign=name, time_zone=told) for name, told in campaigns),
    )
    floor: object = SimpleNamespace(snapshot=lambda: seen)
    token = Token(
        digest=digest_of("one"), roles=frozenset({Role.AGENT}), name="one", walls=walls, agent=agent
    )
    web = make_web(floor=floor, tokens=Tokens([token]), registry=CollectorRegistry())  # pyright: ignore[reportArgumentType]  # nothing else is asked of it
    with TestClient(web.application) as client:
        said = client.get("/api/session/who", headers={"Authorization": "Bearer one"}).json()
    assert said["time_zone"] == zone

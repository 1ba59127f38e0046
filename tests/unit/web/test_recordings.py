"""Routes of recordings: who may ask, what is asked, and what a floor without any says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, ClientId, DebtId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import FloorSnapshot
from dialer.inquiry.hearing import Heard
from dialer.inquiry.recordings import Exported, RecordingPage, Wanted
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import make_web
from dialer.web.ports import RecordingRoom, Recordings, RecordingsNow
from dialer.web.tokens import Role, Token, Tokens, digest_of


class NoFloor:
    """Recordings ask nothing of it."""

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        raise AssertionError(f"{event} {within}")

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        raise AssertionError(attempt)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return ()

    def snapshot(self) -> FloorSnapshot:
        raise AssertionError

    def health(self) -> Health:
        return Health(
            is_fit=True,
            reasons=("the trunk b is not heard",),
            generation=1,
            sequence=7,
            written=7,
            unwritten=0,
            inbox=0,
            replayed=0,
            loop_lag_p99_s=None,
            loop_lag_max_s=0.0,
            answer_to_bridge_p99_s=None,
            commit_p99_s=None,
            now=1.0,
        )


@dataclass
class Archive:
    """Remembers what it was asked."""

    asked: list[object] = field(default_factory=list[object])
    rooms: tuple[RecordingRoom, ...] = ()
    trouble: str = ""

    async def find(self, wanted: Wanted, *, page: str | None, limit: int) -> RecordingPage:
        self.asked.append((wanted, page, limit))
        return RecordingPage(recordings=(), next_page="1.0:a1")

    async def hear(self, attempt: AttemptId) -> Heard:
        raise AssertionError(attempt)

    async def export(self, wanted: Wanted, *, by: str) -> Exported:
        self.asked.append((wanted, by))
        return Exported(client=ClientId("acme"), folder="/x", made_at=1.0, recordings=(), damaged=())

    def now(self) -> RecordingsNow:
        return RecordingsNow(rooms=self.rooms, waiting=2, trouble=self.trouble)

    async def room(self) -> tuple[RecordingRoom, ...]:
        return (RecordingRoom(folder="/x", free_bytes=1, hours_of_talk=0.0, is_low=True),)


def client_of(archive: Recordings | None) -> TestClient:
    roles = {"boss": Role.SUPERVISOR, "ann": Role.AGENT, "eye": Role.WATCHER}
    tokens = Tokens(
        [
            Token(digest=digest_of(name), roles=frozenset({role}), name=name, agent=None)
            for name, role in roles.items()
        ]
    )
    web = make_web(floor=NoFloor(), tokens=tokens, registry=CollectorRegistry(), archive=archive)
    return TestClient(web.application, raise_server_exceptions=False)


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def client(archive: Archive) -> Iterator[TestClient]:
    with client_of(archive) as made:
        yield made


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


def test_a_supervisor_finds_recordings_a_page_at_a_time(client: TestClient, archive: Archive) -> None:
    query = "account=d1&agent=ann&since=1780000000&page=0.5:a0&limit=7"
    answer = client.get(f"/api/recordings?{query}", headers=_as("boss"))
    assert answer.json() == {"recordings": [], "next_page": "1.0:a1"}
    wanted = Wanted(account=DebtId("d1"), agent=AgentId("ann"), since=1_780_000_000.0)
    assert archive.asked == [(wanted, "0.5:a0", 7)]


def test_an_export_is_of_one_client_and_says_who_asked(client: TestClient, archive: Archive) -> None:
    assert client.post("/api/recordings/export", json={}, headers=_as("boss")).status_code == 422
    answer = client.post("/api/recordings/export", json={"client": "acme"}, headers=_as("boss"))
    assert answer.json()["folder"] == "/x"
    assert archive.asked == [(Wanted(client=ClientId("acme")), "boss")]


def test_who_watches_sees_the_room_that_is_left(client: TestClient) -> None:
    answer = client.get("/api/recordings/room", headers=_as("eye"))
    assert answer.json() == [{"folder": "/x", "free_bytes": 1, "hours_of_talk": 0.0, "is_low": True}]


@pytest.mark.parametrize("name", ["ann", "eye"])
def test_nobody_else_hears_of_recordings(client: TestClient, archive: Archive, name: str) -> None:
    assert client.get("/api/recordings", headers=_as(name)).status_code == 403
    answer = client.post("/api/recordings/export", json={"client": "acme"}, headers=_as(name))
    assert answer.status_code == 403
    assert not archive.asked


def test_a_floor_without_recordings_says_so() -> None:
    with client_of(None) as client:
        assert client.get("/api/recordings", headers=_as("boss")).status_code == 409


def test_health_tells_the_room_for_recordings_and_what_hinders_them(
    client: TestClient, archive: Archive
) -> None:
    """Whoever watches from outside asks one page; a full disk leaves the floor fit to dial."""
    room = RecordingRoom(folder="/x", free_bytes=115_200_000 * 9, hours_of_talk=9.0, is_low=True)
    archive.rooms = (room, RecordingRoom(folder="/y", free_bytes=7, hours_of_talk=900.0, is_low=False))
    archive.trouble = "recordings in /x are not finished: no space left"
    for page in ("/health", "/ready"):
        answer = client.get(page)
        told = answer.json()
        assert (answer.status_code, told["is_fit"], told["recordings_waiting"]) == (200, True, 2)
        assert [one["folder"] for one in told["recordings"]] == ["/x", "/y"]
        assert told["recordings"][0]["free_bytes"] == 1_036_800_000
        assert told["reasons"] == [
            "the trunk b is not heard",
            "room for 9.0 hours of recordings is left in /x",
            "recordings in /x are not finished: no space left",
        ]


def test_a_floor_without_recordings_is_as_healthy_as_it_says() -> None:
    with client_of(None) as client:
        told = client.get("/health").json()
    assert (told["recordings"], told["reasons"]) == ([], ["the trunk b is not heard"])
    assert told["recordings_waiting"] is None, "what no folder can be asked for is not known"

"""Webhooks: each change once, in the order of its account, signed, until it is taken or put aside."""

import asyncio
import json
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from dialer.domain.errors import MendableError
from dialer.floor.delivering.hooks import Came, Hook, Round, came_of, waited_s
from dialer.floor.delivering.queue import Message, Queue
from dialer.floor.delivering.settings import Webhook
from dialer.floor.delivering.signing import headers

KEY = b"k" * 32
NOW = 1_795_000_000.0


@dataclass
class OtherSide:
    """What is told, and what it answers: by account, or all of them."""

    answers: dict[str, int] = field(default_factory=dict[str, int])
    all_answer: int | None = None
    is_away: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    heads: list[httpx2.Headers] = field(default_factory=list[httpx2.Headers])

    async def hear(self, request: httpx2.Request) -> httpx2.Response:
        said = json.loads(request.content)
        self.asked.append((said["account"], request.headers["webhook-id"]))
        self.heads.append(request.headers)
        if self.is_away:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(self.all_answer or self.answers.get(said["account"], 204))


def body_of(one: Message) -> bytes | None:
    return None if one.account == "erased" else json.dumps({"account": one.account}).encode()


@dataclass
class Side:
    """A hook on a clock of ours."""

    queue: Queue
    other: OtherSide
    hook: Hook
    now: float = NOW
    names: int = 0

    def add(self, *accounts: str) -> None:
        made = [
            Message(name=f"{account}-{self.names + at}", account=account, body=b"{}", since=self.now)
            for at, account in enumerate(accounts)
        ]
        self.names += len(accounts)
        self.queue.add(made, sequence=self.names, told_until=self.now)

    async def round(self) -> Round:
        return await self.hook.round(lambda: self.now, body_of)


@pytest.fixture
def side(tmp_path: Path) -> Generator[Side]:
    queue, other = Queue(tmp_path), OtherSide()
    settings = Webhook(name="acme", url="https://acme.example/hook", secret_file="s", clients=("ACME",))
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(other.hear))
    yield Side(queue, other, Hook(settings=settings, queue=queue, key=KEY, client=client))
    queue.close()


async def test_each_message_once_in_the_order_of_its_account(side: Side) -> None:
    side.add("a", "b", "a", "c", "a")
    assert (await side.round()).sent == 3
    assert side.other.asked == [("a", "a-0"), ("b", "b-1"), ("c", "c-3")]
    assert ((await side.round()).sent, (await side.round()).sent, (await side.round()).sent) == (1, 1, 0)
    assert [name for account, name in side.other.asked if account == "a"] == ["a-0", "a-2", "a-4"]
    assert (side.queue.standing().sent, side.queue.standing().waiting) == (5, 0)


async def test_a_message_is_signed_at_the_time_at_which_it_is_sent_and_keeps_its_id(side: Side) -> None:
    side.add("a")
    side.other.all_answer = 503
    await side.round()
    side.now += 5.0
    side.other.all_answer = 200
    await side.round()
    first, second = side.other.heads
    assert first["webhook-id"] == second["webhook-id"] == "a-0"
    assert (first["webhook-timestamp"], second["webhook-timestamp"]) == ("1795000000", "1795000005")
    wanted = headers(KEY, "a-0", 1_795_000_005, b'{"account": "a"}')
    assert second["webhook-signature"] == wanted["webhook-signature"] != first["webhook-signature"]


@pytest.mark.parametrize("answer", [408, 425, 429, 500, 503, 599])
async def test_who_is_away_is_left_alone_in_growing_distances_and_gets_everything(
    side: Side, answer: int
) -> None:
    side.add("a", "b", "a")
    side.other.all_answer = answer
    waits: list[float] = []
    for _ in range(8):
        assert (await side.round()).sent == 0
        waits.append(side.hook.again_at - side.now)
        asked = len(side.other.asked)
        side.now = side.hook.again_at - 0.5
        assert await side.round() == Round()
        assert len(side.other.asked) == asked
        side.now += 0.5
    assert waits == [5.0, 20.0, 80.0, 320.0, 1280.0, 5120.0, 20480.0, 21600.0]
    assert side.hook.why == f"answered {answer}"
    side.other.all_answer = None
    assert (await side.round()).sent == 2
    assert (await side.round()).sent == 1
    assert (side.hook.why, side.queue.standing().waiting) == ("", 0)


async def test_no_connection_is_away_too_and_410_is_for_long(side: Side) -> None:
    side.add("a")
    side.other.is_away = True
    await side.round()
    assert side.hook.why == "ConnectError: refused"
    side.now, side.other.is_away, side.other.all_answer = side.hook.again_at, False, 410
    await side.round()
    assert side.hook.again_at == side.now + 6 * 3_600.0


async def test_a_message_that_is_not_liked_waits_alone_and_those_behind_it_wait_for_it(side: Side) -> None:
    side.other.answers = {"a": 422}
    side.add("a", "b", "a", "b")
    assert await side.round() == Round(sent=1, failed=1)
    assert await side.round() == Round(sent=1), "the other account goes on"
    assert [name for account, name in side.other.asked if account == "a"] == ["a-0"]
    side.now += 5.0
    side.other.answers = {}
    assert (await side.round()).sent == 1
    assert (await side.round()).sent == 1
    assert [name for account, name in side.other.asked if account == "a"] == ["a-0", "a-0", "a-2"]


async def test_where_others_are_taken_nobody_is_away(side: Side) -> None:
    """One message that breaks the other side's program keeps nobody else from it."""
    side.other.answers = {"a": 500}
    side.add("a", "b", "c")
    assert await side.round() == Round(sent=2, failed=1)
    assert side.hook.again_at == 0.0
    side.add("d")
    assert (await side.round()).sent == 1


async def test_what_is_not_taken_in_time_is_put_aside_and_can_be_sent_again(side: Side) -> None:
    side.other.answers = {"a": 400}
    side.add("a", "a")
    while side.now < NOW + 2 * 86_400.0:
        await side.round()
        side.now += 3_600.0
    told = await side.round()
    assert told.put_aside == 1
    assert side.queue.standing().put_aside == 1
    [dead] = side.queue.dead(10)
    assert (dead.name, dead.why) == ("a-0", "answered 400")
    side.other.answers = {}
    assert (await side.round()).sent == 1, "what was behind it goes on"
    assert side.queue.again(side.now) == 1
    assert (await side.round()).sent == 1
    assert [name for _, name in side.other.asked][-2:] == ["a-1", "a-0"]
    assert side.queue.standing().put_aside == 0


async def test_of_whom_nobody_is_told_any_more_nothing_is_sent(side: Side) -> None:
    side.add("erased", "b")
    assert await side.round() == Round(sent=1, forgotten=1)
    assert [account for account, _ in side.other.asked] == ["b"]
    assert side.queue.standing().waiting == 0


async def test_no_more_than_eight_are_on_their_way(side: Side) -> None:
    on_the_way, most = 0, 0

    async def slowly(request: httpx2.Request) -> httpx2.Response:
        nonlocal on_the_way, most
        on_the_way += 1
        most = max(most, on_the_way)
        for _ in range(20):
            await asyncio.sleep(0)
        on_the_way -= 1
        return httpx2.Response(200)

    side.hook.client = httpx2.AsyncClient(transport=httpx2.MockTransport(slowly))
    side.add(*(f"account{number}" for number in range(30)))
    assert (await side.round()).sent == 30
    assert most == 8


async def test_what_the_other_side_says_without_end_is_not_read(side: Side) -> None:
    read: list[bytes] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(b"x" * 1_000)
            yield read[-1]
            assert len(read) < 1_000, "it is read"

    async def hear(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=endless())

    side.hook.client = httpx2.AsyncClient(transport=httpx2.MockTransport(hear))
    side.add("a")
    assert (await side.round()).sent == 1
    assert read == []


def test_what_was_queued_is_queued_once_and_outlives_the_process(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    assert queue.mark() is None
    one = Message(name="a-1", account="a", body=b"{}", since=NOW)
    queue.add([one], sequence=3, told_until=NOW)
    queue.close()
    again = Queue(tmp_path)
    assert again.mark() == (3, NOW)
    again.add([one], sequence=4, told_until=NOW + 1)
    assert [each.name for each in again.due(NOW, 10)] == ["a-1"]
    assert again.mark() == (4, NOW + 1)
    again.close()


def test_a_queue_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"no queue at all" * 100)
    with pytest.raises(MendableError, match="cannot be read"):
        Queue(tmp_path)


@pytest.mark.parametrize(
    ("status", "came"),
    [
        (200, Came.TAKEN),
        (299, Came.TAKEN),
        (301, Came.NOT_LIKED),
        (404, Came.NOT_LIKED),
        (410, Came.GONE),
        (429, Came.AWAY),
        (502, Came.AWAY),
    ],
)
def test_what_an_answer_says(status: int, came: Came) -> None:
    assert came_of(status) is came


def test_waits_grow_and_end_at_six_hours() -> None:
    assert [waited_s(misses) for misses in (0, 1, 6, 7, 1_000)] == [5.0, 20.0, 20480.0, 21600.0, 21600.0]

"""The one broadcaster: the newest picture to everybody who watches a thing, and nobody waits for the slow."""

import asyncio
from typing import Any

import pytest
from fastapi import WebSocket
from starlette.types import Message

from dialer.access.actor import RefusedError
from dialer.web.watching import Watchers, greeted


def test_a_slow_watcher_sees_the_newest_picture_only() -> None:
    watchers = Watchers(2)
    queue = watchers.join()
    watchers.send("old")
    watchers.send("new")
    assert queue.get_nowait() == "new"
    assert queue.empty()


def test_a_picture_goes_to_those_alone_who_watch_its_subject() -> None:
    watchers = Watchers(9)
    ann, too, bob = watchers.join("ann"), watchers.join("ann"), watchers.join("bob")
    watchers.send("hers", "ann")
    assert (ann.get_nowait(), too.get_nowait(), bob.empty()) == ("hers", "hers", True)
    assert watchers.subjects == ("ann", "bob")


def test_the_last_place_is_given_and_one_more_is_not() -> None:
    watchers = Watchers(2)
    watchers.join()
    assert not watchers.is_full
    queue = watchers.join()
    assert watchers.is_full
    watchers.leave(queue)
    assert not watchers.is_full


def test_a_subject_is_forgotten_with_its_last_watcher() -> None:
    watchers = Watchers(9)
    first, second = watchers.join("ann"), watchers.join("ann")
    assert watchers.leave(first) is None
    assert watchers.leave(second) == "ann"
    assert watchers.leave(second) is None
    assert (len(watchers), watchers.subjects) == (0, ())


class NobodyKnown:
    """A doorkeeper who has seen nobody before."""

    def by_session(self, asked: object) -> None:
        return None

    def by_token(self, text: str) -> None:
        raise RefusedError("unknown token", is_known=False)


@pytest.mark.parametrize("gone_at", ["websocket.accept", "websocket.close"])
def test_a_stranger_who_hangs_up_before_they_are_answered_leaves_nothing_in_the_log(gone_at: str) -> None:
    """A crowd of them wrote 6 kB a socket there: whoever has the port filled the disk."""
    heard: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "a guess"}]
    sent: list[str] = []

    async def receive() -> Message:
        return heard.pop(0)

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == gone_at:
            raise OSError("they are gone")

    async def greets() -> object:
        scope: dict[str, Any] = {"type": "websocket", "path": "/api/watch", "headers": []}
        keeper: Any = NobodyKnown()
        return await greeted(WebSocket(scope, receive, send), keeper)

    assert asyncio.run(greets()) is None
    assert gone_at in sent

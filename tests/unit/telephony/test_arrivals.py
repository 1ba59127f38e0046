"""An agent is joined to a call when its dialplan has done what it does first, not in the middle of it."""

from __future__ import annotations

import asyncio

import pytest
from virtual_loop import VirtualLoop

from dialer.domain.ids import AttemptId
from telephony.asterisk.arrivals import LEFT_MOST_S, MOST_S, Arrivals
from telephony.asterisk.names import call_channel
from telephony.asterisk.wire import AmiMessage

CHANNEL = call_channel(AttemptId("a1-1"))


def heard(event: str, channel: str = CHANNEL, **headers: str) -> AmiMessage:
    return AmiMessage({"event": event, "uniqueid": channel, **headers})


@pytest.fixture
def arrivals() -> Arrivals:
    """With one call that has just been answered."""
    made = Arrivals()
    made.feed(heard("Newstate", channelstatedesc="Ringing"))
    assert made.is_standing(CHANNEL)
    made.feed(heard("Newstate", channelstatedesc="Up"))
    assert not made.is_standing(CHANNEL)
    return made


def waited(arrivals: Arrivals, *words: AmiMessage, after: float = 0.25, most_s: float = MOST_S) -> float:
    """Seconds that a join waited, when Asterisk says these words `after` so many."""

    async def wait() -> float:
        loop = asyncio.get_running_loop()
        for word in words:
            loop.call_later(after, arrivals.feed, word)
        began = loop.time()
        await arrivals.wait(CHANNEL, most_s=most_s)
        return loop.time() - began

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(wait())


@pytest.mark.parametrize("word", [heard("UserEvent", userevent="FairdialStands"), heard("Hangup")])
def test_a_join_waits_for_the_dialplan_s_word_or_the_end(arrivals: Arrivals, word: AmiMessage) -> None:
    assert waited(arrivals, word) == pytest.approx(0.25)
    assert (arrivals.is_standing(CHANNEL), len(arrivals)) == (True, 0)


@pytest.mark.parametrize(
    "word",
    [
        heard("UserEvent", userevent="FairdialAmd"),
        heard("UserEvent", call_channel(AttemptId("a1-2")), userevent="FairdialStands"),
        heard("Newstate", channelstatedesc="Up"),
    ],
)
def test_other_words_end_no_wait_and_silence_keeps_nobody_waiting(
    arrivals: Arrivals, word: AmiMessage
) -> None:
    assert waited(arrivals, word) == pytest.approx(MOST_S)
    assert (arrivals.is_standing(CHANNEL), len(arrivals)) == (True, 0)


def test_a_lost_connection_ends_every_wait(arrivals: Arrivals) -> None:
    async def wait() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(0.125, arrivals.lost)
        await arrivals.wait(CHANNEL)
        return loop.time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(wait()) == pytest.approx(0.125)


def test_a_call_whose_answer_was_not_heard_stands_and_other_channels_are_no_calls() -> None:
    arrivals = Arrivals()
    arrivals.feed(heard("Newstate", "pbx-1.2", channelstatedesc="Up"))
    assert (len(arrivals), arrivals.is_standing(CHANNEL)) == (0, True)
    assert waited(arrivals) == 0.0


def test_a_join_waits_until_the_agent_who_goes_has_gone() -> None:
    """The person stands when the dialplan has them again; a leg that never ends keeps nobody waiting."""
    arrivals = Arrivals()
    arrivals.leaves(CHANNEL)
    assert not arrivals.is_standing(CHANNEL)
    assert waited(arrivals, heard("UserEvent", userevent="FairdialOrphaned")) == pytest.approx(0.25)
    assert arrivals.is_standing(CHANNEL)
    arrivals.leaves(CHANNEL)
    assert waited(arrivals, most_s=LEFT_MOST_S) == pytest.approx(LEFT_MOST_S)
    assert len(arrivals) == 0

"""People on hold: what Asterisk is asked for, what its events come to, and what becomes of the recording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import pytest

from dialer.domain.commands import HoldPerson, JoinThirdParty
from dialer.domain.events import BridgeFailed, CallBridged, HoldFailed, PersonHeld
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk.acts import ChannelFact, MarkServed, OffHold, Snapshot, Told
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.errors import NotConnectedError
from telephony.asterisk.holds import Holds
from telephony.asterisk.names import agent_channel, call_channel
from telephony.asterisk.snapshot import snapshot_of
from telephony.asterisk.wire import Action, AmiMessage

ANNA = AgentId("anna")
PERSON, THIRD = AttemptId("g1-7"), AttemptId("g1-8")
CHANNEL, THIRDS, LEG = call_channel(PERSON), call_channel(THIRD), agent_channel(ANNA, 3)
NOW = 1_780_001_000.0
HOLD = HoldPerson(attempt=PERSON, agent=ANNA)
LET_IN = JoinThirdParty(attempt=PERSON, agent=ANNA, third=THIRD)


class Link:
    """Takes actions down and answers them: refused where named so, lost where there is no connection."""

    def __init__(self, *, refused: str = "", is_paused: bool = False, is_lost: bool = False) -> None:
        self.sent: list[Action] = []
        self._refused = refused
        self._is_paused = is_paused
        self._is_lost = is_lost

    async def send(self, action: Action, *, within: float = 5.0) -> AmiMessage:
        if self._is_lost:
            raise NotConnectedError("there is no connection to Asterisk")
        self.sent.append(action)
        if action.name == self._refused:
            return AmiMessage({"response": "Error", "message": "no such channel"})
        value = "1" if self._is_paused else ""
        return AmiMessage({"response": "Success", "value": value})

    @property
    def names(self) -> list[str]:
        return [action.name for action in self.sent]


class Seats:
    """Anna's leg is up."""

    def __init__(self, *, is_up: bool = True) -> None:
        self._is_up = is_up

    def channel_of(self, agent: AgentId) -> str | None:
        return LEG if self._is_up else None


def talk() -> CallBook:
    book = CallBook()
    joined = Snapshot(channels={CHANNEL: ChannelFact(channel=CHANNEL, is_up=True, partner=LEG, bridge="b")})
    book.resync(joined, NOW)
    return book


async def ordered(link: Link, book: CallBook, order: HoldPerson | JoinThirdParty, **seat: bool) -> list[Told]:
    told: list[Told] = []

    async def tell(news: Iterable[Told]) -> None:
        told.extend(news)

    legs = cast("Any", Seats(**seat))
    await Holds(lambda: cast("Any", link), book, legs, cast("Any", None), tell).perform(order)
    return told


async def test_nothing_is_recorded_before_the_person_is_taken_away_and_both_are_taken_at_once() -> None:
    link = Link()
    assert await ordered(link, talk(), HOLD) == []
    mute, away = link.sent
    assert (mute.name, mute.fields["State"], mute.fields["Direction"]) == ("MixMonitorMute", 1, "both")
    assert (away.fields["Channel"], away.fields["Exten"]) == (CHANNEL, "hold")
    assert (away.fields["ExtraChannel"], away.fields["ExtraExten"]) == (LEG, "consult")


async def test_a_hold_that_asterisk_refuses_is_told_and_recording_goes_on() -> None:
    link = Link(refused="Redirect")
    assert await ordered(link, talk(), HOLD) == [HoldFailed(attempt=PERSON, reason="no such channel")]
    assert link.names == ["MixMonitorMute", "Redirect", "Getvar", "MixMonitorMute"]
    assert link.sent[-1].fields["State"] == 0


async def test_who_is_not_recorded_is_held_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.asterisk.holds._AGAIN_S", 0.0)
    link = Link(refused="MixMonitorMute")
    assert await ordered(link, talk(), HOLD) == []
    assert link.names == ["MixMonitorMute", "Redirect", *["MixMonitorMute"] * 4]


@pytest.mark.parametrize(
    ("book", "is_up", "reason"),
    [
        (talk(), False, "the agent's phone is not on the line"),
        (CallBook(), True, "the agent does not talk with them"),
    ],
)
async def test_nobody_is_held_without_their_agent(book: CallBook, is_up: bool, reason: str) -> None:
    link = Link()
    assert await ordered(link, book, HOLD, is_up=is_up) == [HoldFailed(attempt=PERSON, reason=reason)]
    assert link.sent == []


async def test_a_lost_connection_fails_the_hold() -> None:
    (failed,) = await ordered(Link(is_lost=True), talk(), HOLD)
    assert isinstance(failed, HoldFailed)


async def test_the_person_is_led_to_the_third_partys_talk() -> None:
    book, link = talk(), Link()
    book.placed(Call(attempt=THIRD))
    assert await ordered(link, book, LET_IN) == []
    told_where, away = link.sent
    assert (told_where.fields["Variable"], told_where.fields["Value"]) == ("FD_TALK", THIRDS)
    assert (away.fields["Channel"], away.fields["Exten"]) == (CHANNEL, "let-in")


async def test_nobody_is_let_into_a_talk_that_is_over() -> None:
    over = BridgeFailed(attempt=PERSON, agent=ANNA, reason="one of the calls is over")
    assert await ordered(Link(), talk(), LET_IN) == [over]


@pytest.mark.parametrize(("is_paused", "names"), [(False, ["Getvar", "MixMonitorMute"]), (True, ["Getvar"])])
async def test_a_recording_that_the_agent_paused_stays_paused(is_paused: bool, names: list[str]) -> None:
    link = Link(is_paused=is_paused)

    async def tell(_: Iterable[Told]) -> None: ...

    nobody = cast("Any", None)
    holds = Holds(lambda: cast("Any", link), CallBook(), cast("Any", Seats()), nobody, tell)
    await holds.off_hold(CHANNEL)
    assert link.names == names


# --- what Asterisk's events come to -----------------------------------------------------------------------


def hear(book: CallBook, event: str, channel: str = CHANNEL, **headers: str) -> list[Told]:
    return list(book.feed(AmiMessage({"event": event, "uniqueid": channel, **headers}), NOW))


def test_the_dialplans_word_is_the_hold_and_recording_goes_on_when_they_are_joined_again() -> None:
    book = talk()
    hear(book, "BridgeLeave", bridgeuniqueid="b")
    assert hear(book, "UserEvent", userevent="FairdialHeld") == [PersonHeld(attempt=PERSON)]
    talking = {"bridgeuniqueid": "c", "bridgetechnology": "simple_bridge"}
    hear(book, "BridgeEnter", LEG, **talking)
    assert hear(book, "BridgeEnter", **talking) == [
        CallBridged(attempt=PERSON, agent=ANNA, bridged_at=NOW),
        MarkServed(channel=CHANNEL),
        OffHold(channel=CHANNEL),
    ]
    hear(book, "BridgeLeave", **talking)
    assert hear(book, "BridgeEnter", **talking)[-1] == MarkServed(channel=CHANNEL), "not on hold this time"


def test_who_is_let_into_a_talk_that_was_found_there_is_joined_to_its_agent() -> None:
    book = CallBook()
    facts = (
        ChannelFact(channel=CHANNEL, is_up=True, is_held=True),
        ChannelFact(channel=THIRDS, is_up=True, partner=LEG, bridge="b"),
        ChannelFact(channel=LEG, is_up=True, partner=THIRDS, bridge="b"),
    )
    book.resync(Snapshot(channels={fact.channel: fact for fact in facts}), NOW)
    told = hear(book, "BridgeEnter", bridgeuniqueid="b", bridgetechnology="softmix")
    assert CallBridged(attempt=PERSON, agent=ANNA, bridged_at=NOW) in told
    assert OffHold(channel=CHANNEL) in told


def test_a_snapshot_tells_who_is_on_hold_and_who_is_in_which_bridge() -> None:
    rooms = (AmiMessage({"bridgeuniqueid": "w", "bridgetechnology": "holding_bridge"}),)
    held = {"uniqueid": CHANNEL, "channelstatedesc": "Up", "bridgeid": "w", "exten": "hold"}
    third = {"uniqueid": THIRDS, "channelstatedesc": "Up", "bridgeid": "b", "exten": "alone"}
    leg = {"uniqueid": LEG, "channelstatedesc": "Up", "bridgeid": "b", "exten": "consult"}
    found = snapshot_of(
        rooms,
        (
            AmiMessage({**held, "context": "fairdial-customer"}),
            AmiMessage({**third, "context": "fairdial-third"}),
            AmiMessage({**leg, "context": "fairdial-agent"}),
        ),
    ).channels
    assert (found[CHANNEL].is_held, found[CHANNEL].bridge, found[CHANNEL].partner) == (True, "", None)
    assert (found[THIRDS].is_held, found[THIRDS].bridge, found[THIRDS].partner) == (False, "b", LEG)

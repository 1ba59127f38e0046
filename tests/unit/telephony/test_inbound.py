"""People who call us, as Asterisk tells of them."""

from __future__ import annotations

import pytest

from dialer.domain.events import (
    Event,
    InboundArrived,
    InboundBridged,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AgentId, InboundId
from telephony.asterisk.acts import InboundFact, MarkServed, Snapshot, Told
from telephony.asterisk.inbound import InboundBook
from telephony.asterisk.names import agent_channel
from telephony.asterisk.snapshot import reconciled, snapshot_of
from telephony.asterisk.wire import AmiMessage

CALL = InboundId("1732.1")
ANNA = AgentId("anna")
LEG = agent_channel(ANNA, 7)
NOW = 1_780_000_000.0


def hear(book: InboundBook, event: str, channel: str = CALL, **headers: str) -> tuple[Told, ...]:
    return book.feed(AmiMessage({"event": event, "uniqueid": channel, **headers}), NOW)


def enter(book: InboundBook, channel: str, *, technology: str = "simple_bridge") -> tuple[Told, ...]:
    return hear(book, "BridgeEnter", channel, bridgeuniqueid="b1", bridgetechnology=technology)


def called(caller: str = "+12025550101") -> InboundBook:
    book = InboundBook()
    hear(book, "UserEvent", userevent="FairdialInbound", caller=caller, dialed="+12025550199")
    return book


def test_a_caller_is_followed_from_the_menu_to_the_end_and_no_event_tells_their_number() -> None:
    book = InboundBook()
    said = hear(book, "UserEvent", userevent="FairdialInbound", caller="+12025550101", dialed="+12025550199")
    assert said == (InboundArrived(call=CALL, dialed="+12025550199"),)
    assert book.caller_of(CALL) == "+12025550101"
    assert hear(book, "UserEvent", userevent="FairdialInboundWaiting") == (InboundWaiting(call=CALL),)
    assert hear(book, "UserEvent", userevent="FairdialInboundUnserved") == (InboundUnserved(call=CALL),)
    assert hear(book, "Hangup") == (InboundEnded(call=CALL),)
    assert (len(book), book.caller_of(CALL)) == (0, None)


@pytest.mark.parametrize(
    ("caller", "read"),
    [
        ("2025550101", "+12025550101"),
        ("12025550101", "+12025550101"),
        ("+442079460000", "+442079460000"),
        ("", None),
        ("100", None),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(caller: str, read: str | None) -> None:
    assert called(caller).caller_of(CALL) == read


def test_key_nine_opts_out() -> None:
    told = hear(called(), "UserEvent", userevent="FairdialOptOut", key="9")
    assert told == (InboundOptedOut(call=CALL, key="9"),)


def test_the_opt_out_of_somebody_we_called_is_not_an_inbound_one() -> None:
    assert hear(called(), "UserEvent", "fd.call.a", userevent="FairdialOptOut", key="9") == ()
    assert hear(called(), "Hangup", "fd.call.a") == ()


@pytest.mark.parametrize("order", [(CALL, LEG), (LEG, CALL)])
def test_who_enters_a_bridge_with_an_agent_is_joined(order: tuple[str, str]) -> None:
    book = called()
    first, second = order
    assert enter(book, first) == ()
    told = enter(book, second)
    assert told == (InboundBridged(call=CALL, agent=ANNA, bridged_at=NOW), MarkServed(channel=CALL))
    assert book.with_agent(ANNA) == CALL
    hear(book, "BridgeLeave", LEG, bridgeuniqueid="b1")
    assert book.with_agent(ANNA) is None


def test_a_waiting_room_is_no_talk() -> None:
    book = called()
    enter(book, LEG, technology="holding_bridge")
    assert enter(book, CALL, technology="holding_bridge") == ()


def test_who_came_while_nobody_listened_is_told_anew_and_who_left_is_forgotten() -> None:
    book = called()
    book.lost()
    fact = InboundFact(channel="1732.2", caller="2025550102", dialed="2025550199", waits=True)
    told: list[Event | object] = list(book.resync(Snapshot(inbound=(fact,))))
    other = InboundId("1732.2")
    assert told == [InboundArrived(call=other, dialed="+12025550199"), InboundWaiting(call=other)]
    assert (book.caller_of(CALL), book.caller_of(other)) == (None, "+12025550102")


def test_what_lives_is_told_with_who_talks_to_whom() -> None:
    channels = (
        AmiMessage({"uniqueid": CALL, "context": "fairdial-inbound", "bridgeid": "b1"}),
        AmiMessage({"uniqueid": LEG, "context": "fairdial-agent", "bridgeid": "b1"}),
        AmiMessage({"uniqueid": "1732.2", "context": "fairdial-inbound", "application": "BridgeWait"}),
    )
    found = reconciled(snapshot_of((), channels))
    assert found.inbound == ((CALL, ANNA), (InboundId("1732.2"), None))


def test_what_was_chosen_in_the_menu_is_told() -> None:
    book = called()
    said = hear(book, "UserEvent", userevent="FairdialInboundLanguage", tag="language:es", required="1")
    assert said == (InboundLanguageChosen(call=CALL, language="language:es", is_required=True),)
    left = {"userevent": "FairdialMessageLeft", "file": "message-1732.1", "seconds": "12"}
    said = hear(book, "UserEvent", **left)
    assert said == (InboundMessageLeft(call=CALL, recording="message-1732.1", seconds=12.0),)


def test_a_call_out_of_hours_is_told_as_such() -> None:
    book = InboundBook()
    headers = {"userevent": "FairdialInbound", "caller": "", "dialed": "+12025550199", "closed": "1"}
    said = hear(book, "UserEvent", **headers)
    assert said == (InboundArrived(call=CALL, dialed="+12025550199", is_closed=True),)

"""Agents' phones: up, lost, dead, back."""

from __future__ import annotations

from dialer.domain.events import AgentLegLost, AgentLegRestored
from dialer.domain.ids import AgentId, EndpointId
from telephony.asterisk.acts import ChannelFact, HangUpChannel, RingAgain, Snapshot, Told
from telephony.asterisk.wire import AmiMessage
from telephony.softphone.legs import LegBook

ANNA, PHONE = AgentId("anna"), EndpointId("101")


def hear(book: LegBook, event: str, channel: str = "", **headers: str) -> tuple[Told, ...]:
    return book.feed(AmiMessage({"event": event, "uniqueid": channel, **headers}))


def up() -> tuple[LegBook, str]:
    book = LegBook()
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    assert hear(book, "UserEvent", channel, userevent="FairdialAgentReady") == (AgentLegRestored(agent=ANNA),)
    return book, channel


def contact(book: LegBook, status: str, uri: str = "sip:101@a") -> tuple[Told, ...]:
    return hear(book, "ContactStatus", endpointname="101", uri=uri, contactstatus=status)


def test_a_leg_is_up_when_the_dialplan_says_so_and_not_before() -> None:
    book = LegBook()
    book.ring(ANNA, PHONE, 1)
    assert book.channel_of(ANNA) is None
    book, channel = up()
    assert book.channel_of(ANNA) == channel
    assert book.up() == (ANNA,)


def test_a_phone_that_is_on_the_line_is_not_rung_again() -> None:
    book, _ = up()
    assert book.ring(ANNA, PHONE, 2) is None


def test_an_agent_who_hangs_up_has_lost_the_leg() -> None:
    book, channel = up()
    assert hear(book, "Hangup", channel) == (AgentLegLost(agent=ANNA),)
    assert contact(book, "Unreachable") == ()


def test_a_dead_phone_s_leg_is_ended_and_rung_again_when_it_is_back() -> None:
    book, channel = up()
    assert contact(book, "Unreachable") == (AgentLegLost(agent=ANNA), HangUpChannel(channel=channel))
    assert hear(book, "Hangup", channel) == ()
    assert contact(book, "Reachable") == (RingAgain(agent=ANNA),)


def test_the_end_of_an_old_contact_does_not_end_the_leg_on_the_new_one() -> None:
    book, _ = up()
    contact(book, "Unreachable", "sip:101@old")
    assert contact(book, "Reachable", "sip:101@new") == (RingAgain(agent=ANNA),)
    channel = book.ring(ANNA, PHONE, 2)
    assert contact(book, "Removed", "sip:101@old") == ()
    assert contact(book, "Removed", "sip:101@new") == (
        AgentLegLost(agent=ANNA),
        HangUpChannel(channel=str(channel)),
    )


def test_a_leg_rung_on_a_contact_that_is_removed_is_rung_again_on_the_other() -> None:
    book, _ = up()
    contact(book, "Unreachable", "sip:101@old")
    contact(book, "Reachable", "sip:101@old")
    channel = book.ring(ANNA, PHONE, 2)
    assert contact(book, "Reachable", "sip:101@new") == ()
    assert contact(book, "Removed", "sip:101@old") == (
        AgentLegLost(agent=ANNA),
        HangUpChannel(channel=str(channel)),
        RingAgain(agent=ANNA),
    )


def test_another_phone_s_death_is_none_of_ours() -> None:
    book, _ = up()
    assert hear(book, "ContactStatus", endpointname="102", contactstatus="Removed") == ()


def test_a_phone_that_cannot_be_rung_is_a_lost_leg() -> None:
    book = LegBook()
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    assert hear(book, "OriginateResponse", channel, response="Failure") == (AgentLegLost(agent=ANNA),)
    assert book.ring(ANNA, PHONE, 2) != channel


def test_an_agent_who_logged_out_is_not_rung_again() -> None:
    book, channel = up()
    assert book.drop(ANNA) == channel
    assert hear(book, "Hangup", channel) == ()
    assert contact(book, "Reachable") == ()


def test_a_leg_from_before_that_nobody_wants_is_ended() -> None:
    book = LegBook()
    stray = "fd.agent.1.anna"
    assert hear(book, "UserEvent", stray, userevent="FairdialAgentReady") == (HangUpChannel(channel=stray),)


def test_legs_that_live_are_taken_over_by_a_new_process() -> None:
    book = LegBook()
    channel = "fd.agent.17.anna"
    snapshot = Snapshot(channels={channel: ChannelFact(channel=channel, is_up=True)})
    assert book.resync(snapshot) == (AgentLegRestored(agent=ANNA),)
    assert book.channel_of(ANNA) == channel
    assert book.ring(ANNA, PHONE, 18) is None


def test_a_leg_that_was_taken_over_is_rung_again_when_it_dies_with_asterisk() -> None:
    book = LegBook()
    channel = "fd.agent.17.anna"
    fact = ChannelFact(channel=channel, is_up=True, endpoint="101")
    book.resync(Snapshot(channels={channel: fact}))
    assert book.resync(Snapshot()) == (AgentLegLost(agent=ANNA), RingAgain(agent=ANNA))
    assert book.endpoint_of(ANNA) == "101"


def test_legs_that_died_with_asterisk_are_told_and_rung_again() -> None:
    book, _ = up()
    assert book.resync(Snapshot()) == (AgentLegLost(agent=ANNA), RingAgain(agent=ANNA))

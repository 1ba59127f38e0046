"""Agents' phones: up, lost, dead, back."""

from __future__ import annotations

import pytest

from dialer.domain.events import AgentLegLost, AgentLegRestored
from dialer.domain.ids import AgentId, EndpointId
from telephony.asterisk.acts import ChannelFact, HangUpChannel, RingAgain, RingSoon, Snapshot, Told
from telephony.asterisk.orders import ring
from telephony.asterisk.wire import AmiMessage
from telephony.softphone.legs import LegBook

ANNA, PHONE = AgentId("anna"), EndpointId("101")

AWAY = "is not reached any more; it is rung when it is back"
HUNG_UP = "was hung up: get ready again to be rung"
NOT_REGISTERED = "is not registered: switch it on, or mend its password; it is rung when it registers"
BUSY = "is busy: end its other call; it is rung again in a moment"


def lost(how: str) -> AgentLegLost:
    return AgentLegLost(agent=ANNA, reason=f"phone {PHONE} {how}")


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
    assert hear(book, "Hangup", channel) == (lost(HUNG_UP),)
    assert contact(book, "Unreachable") == ()


def test_a_dead_phone_s_leg_is_ended_and_rung_again_when_it_is_back() -> None:
    book, channel = up()
    assert contact(book, "Unreachable") == (lost(AWAY), HangUpChannel(channel=channel))
    assert hear(book, "Hangup", channel) == ()
    assert contact(book, "Reachable") == (RingAgain(agent=ANNA),)


def test_the_end_of_an_old_contact_does_not_end_the_leg_on_the_new_one() -> None:
    book, _ = up()
    contact(book, "Unreachable", "sip:101@old")
    assert contact(book, "Reachable", "sip:101@new") == (RingAgain(agent=ANNA),)
    channel = book.ring(ANNA, PHONE, 2)
    assert contact(book, "Removed", "sip:101@old") == ()
    assert contact(book, "Removed", "sip:101@new") == (
        lost(AWAY),
        HangUpChannel(channel=str(channel)),
    )


def test_a_leg_rung_on_a_contact_that_is_removed_is_rung_again_on_the_other() -> None:
    book, _ = up()
    contact(book, "Unreachable", "sip:101@old")
    contact(book, "Reachable", "sip:101@old")
    channel = book.ring(ANNA, PHONE, 2)
    assert contact(book, "Reachable", "sip:101@new") == ()
    assert contact(book, "Removed", "sip:101@old") == (
        lost(AWAY),
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
    assert hear(book, "OriginateResponse", channel, response="Failure") == (lost(NOT_REGISTERED),)
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
    assert book.resync(Snapshot()) == (lost(AWAY), RingAgain(agent=ANNA))
    assert book.endpoint_of(ANNA) == "101"


def test_a_leg_that_was_lost_before_is_rung_again_after_every_loss_of_asterisk() -> None:
    """It was rung once at the first restart; the phone was not there yet, and nobody rang it after that."""
    book, _ = up()
    book.resync(Snapshot())
    channel = book.ring(ANNA, PHONE, 2)
    assert channel is not None
    assert hear(book, "OriginateResponse", channel, response="Failure", reason="0") == (lost(NOT_REGISTERED),)
    assert book.resync(Snapshot()) == (RingAgain(agent=ANNA),)


def test_an_agent_who_logs_in_while_asterisk_is_away_is_rung_when_it_is_back() -> None:
    """The order was lost with the connection, and the agent waited for ever."""
    book = LegBook()
    book.want(ANNA, PHONE)
    assert book.up() == ()
    assert book.resync(Snapshot()) == (RingAgain(agent=ANNA),)
    assert book.endpoint_of(ANNA) == PHONE


def test_a_leg_of_an_agent_who_left_while_asterisk_was_away_is_ended_and_taken_for_nobody() -> None:
    book, channel = up()
    book.drop(ANNA)
    lives = Snapshot(channels={channel: ChannelFact(channel=channel, is_up=True, endpoint="101")})
    assert book.resync(lives) == (HangUpChannel(channel=channel),)
    assert book.up() == ()
    assert book.ring(ANNA, PHONE, 9) is not None


def test_a_phone_that_is_busy_without_a_leg_is_rung_again_soon() -> None:
    """A page whose Asterisk was restarted believes in its dead leg for some seconds: 486."""
    book, _ = up()
    book.resync(Snapshot())
    channel = book.ring(ANNA, PHONE, 2)
    assert channel is not None
    told = hear(book, "OriginateResponse", channel, response="Failure", reason="5")
    assert told == (lost(BUSY), RingSoon(agent=ANNA))
    assert hear(book, "Hangup", channel, cause="17") == ()


def test_a_ring_for_a_leg_of_which_nothing_lives_says_so() -> None:
    book = LegBook()
    assert book.is_anew(ANNA)
    book, channel = up()
    assert not book.is_anew(ANNA)
    hear(book, "Hangup", channel)
    assert book.is_anew(ANNA)
    plain = ring(PHONE, channel="fd.agent.2.anna", ring_s=20.0)
    anew = ring(PHONE, channel="fd.agent.2.anna", ring_s=20.0, is_anew=True)
    assert (plain.fields["CallerID"], anew.fields["CallerID"]) == ("<100>", '"anew" <100>')


def test_legs_that_died_with_asterisk_are_told_and_rung_again() -> None:
    book, _ = up()
    assert book.resync(Snapshot()) == (lost(AWAY), RingAgain(agent=ANNA))


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        ("0", NOT_REGISTERED),
        ("3", "was rung and not answered: get ready again to be rung again"),
        ("8", NOT_REGISTERED),
    ],
)
def test_a_ring_that_came_to_nothing_says_why_and_how_to_mend_it(reason: str, how: str) -> None:
    """Each by Asterisk's own word for it (`OriginateResponse`)."""
    book = LegBook()
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    told = hear(book, "OriginateResponse", channel, response="Failure", reason=reason)
    assert told == (lost(how),)

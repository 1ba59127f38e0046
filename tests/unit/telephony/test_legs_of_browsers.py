"""Agents' phones in browsers: a page that is loaded anew, a socket that breaks, a browser that is closed."""

from __future__ import annotations

from dialer.domain.events import AgentLegLost, AgentLegRestored
from dialer.domain.ids import AgentId, EndpointId
from telephony.asterisk.acts import AwaitPhone, HangUpChannel, RingAgain, TakeOver, Told
from telephony.asterisk.wire import AmiMessage
from telephony.softphone.legs import LegBook

ANNA, PHONE = AgentId("anna"), EndpointId("web201")
BEFORE = "sip:a@127.0.0.1:40001;transport=ws"
AFTER = "sip:b@127.0.0.1:40002;transport=ws"

AWAY = "is not reached any more; it is rung when it is back"
HUNG_UP = "was hung up: get ready again to be rung"
BUSY = "is busy: end its other call; it is rung again in a moment"


def lost(how: str) -> AgentLegLost:
    return AgentLegLost(agent=ANNA, reason=f"phone {PHONE} {how}")


def hear(book: LegBook, event: str, channel: str = "", **headers: str) -> tuple[Told, ...]:
    return book.feed(AmiMessage({"event": event, "uniqueid": channel, **headers}))


def contact(book: LegBook, status: str, uri: str) -> tuple[Told, ...]:
    return hear(book, "ContactStatus", endpointname="web201", uri=uri, contactstatus=status)


def ready(book: LegBook, channel: str) -> tuple[Told, ...]:
    return hear(book, "UserEvent", channel, userevent="FairdialAgentReady")


def missing() -> tuple[LegBook, str]:
    """A browser whose leg was up, and which has gone away."""
    book = LegBook()
    contact(book, "Reachable", BEFORE)
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    assert ready(book, channel) == (AgentLegRestored(agent=ANNA),)
    assert contact(book, "Removed", BEFORE) == (AwaitPhone(channel=channel),)
    assert book.is_missing(ANNA)
    return book, channel


def test_a_page_that_was_loaded_anew_takes_the_leg_over() -> None:
    book, old = missing()
    assert contact(book, "Reachable", AFTER) == (RingAgain(agent=ANNA),)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert book.channel_of(ANNA) == old
    assert ready(book, new) == (TakeOver(agent=ANNA, old=old, new=new),)
    assert book.channel_of(ANNA) == new
    assert not book.is_missing(ANNA)
    assert hear(book, "Hangup", old, cause="16") == ()
    assert book.given_up(old) == ()


def test_a_page_that_lost_only_its_socket_keeps_its_leg() -> None:
    book, old = missing()
    contact(book, "Reachable", AFTER)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert hear(book, "OriginateResponse", new, response="Failure") == ()
    assert hear(book, "Hangup", new, cause="17") == ()
    assert book.channel_of(ANNA) == old
    assert not book.is_missing(ANNA)
    assert book.given_up(old) == ()
    assert contact(book, "Removed", AFTER) == (AwaitPhone(channel=old),)


def test_a_browser_that_stays_away_has_lost_its_leg_and_is_rung_when_it_is_back() -> None:
    book, old = missing()
    assert book.given_up(old) == (lost(AWAY), HangUpChannel(channel=old))
    assert book.given_up(old) == ()
    assert contact(book, "Reachable", AFTER) == (RingAgain(agent=ANNA),)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert ready(book, new) == (AgentLegRestored(agent=ANNA),)


def test_a_browser_that_is_only_just_answering_when_it_is_given_up_has_its_new_leg() -> None:
    book, old = missing()
    contact(book, "Reachable", AFTER)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert book.given_up(old) == (lost(AWAY), HangUpChannel(channel=old))
    assert book.channel_of(ANNA) is None
    assert ready(book, new) == (AgentLegRestored(agent=ANNA),)
    assert book.channel_of(ANNA) == new


def test_a_browser_that_cannot_be_rung_again_loses_its_leg_in_the_end() -> None:
    book, old = missing()
    contact(book, "Reachable", AFTER)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert hear(book, "Hangup", new, cause="20") == ()
    assert book.is_missing(ANNA)
    assert book.given_up(old) == (lost(AWAY), HangUpChannel(channel=old))


def test_a_busy_browser_whose_old_leg_ended_meanwhile_has_none() -> None:
    book, old = missing()
    contact(book, "Reachable", AFTER)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert hear(book, "Hangup", old, cause="44") == (lost(HUNG_UP),)
    assert hear(book, "Hangup", new, cause="17") == (lost(BUSY),)
    assert book.channel_of(ANNA) is None


def test_the_new_contact_may_be_told_before_the_end_of_the_old() -> None:
    book = LegBook()
    contact(book, "Reachable", BEFORE)
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    ready(book, channel)
    assert contact(book, "Reachable", AFTER) == ()
    assert contact(book, "Removed", BEFORE) == (AwaitPhone(channel=channel), RingAgain(agent=ANNA))


def test_a_browser_that_goes_away_while_it_is_rung_is_not_waited_for() -> None:
    book = LegBook()
    contact(book, "Reachable", BEFORE)
    channel = book.ring(ANNA, PHONE, 1)
    assert channel is not None
    assert contact(book, "Removed", BEFORE) == (lost(AWAY), HangUpChannel(channel=channel))


def test_an_agent_who_left_meanwhile_keeps_no_second_leg() -> None:
    book, old = missing()
    contact(book, "Reachable", AFTER)
    new = book.ring(ANNA, PHONE, 2)
    assert new is not None
    assert book.drop(ANNA) == old
    assert ready(book, new) == (HangUpChannel(channel=new),)

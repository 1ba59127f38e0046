"""People who call us."""

from __future__ import annotations

from telephony.asterisk.inbound import InboundBook, InboundNews, InboundStep
from telephony.asterisk.wire import AmiMessage


def hear(book: InboundBook, event: str, channel: str = "1732.1", **headers: str) -> InboundNews | None:
    return book.feed(AmiMessage({"event": event, "uniqueid": channel, **headers}))


def called() -> InboundBook:
    book = InboundBook()
    hear(book, "UserEvent", userevent="FairdialInbound", caller="+15550101", dialed="+15550199")
    return book


def test_a_caller_is_followed_from_the_menu_to_the_end() -> None:
    book = called()
    waiting = hear(book, "UserEvent", userevent="FairdialInboundWaiting")
    assert waiting is not None
    assert (waiting.step, waiting.caller, waiting.dialed) == (InboundStep.WAITING, "+15550101", "+15550199")
    ended = hear(book, "Hangup")
    assert ended is not None
    assert ended.step is InboundStep.ENDED
    assert len(book) == 0


def test_key_nine_opts_the_caller_s_number_out() -> None:
    news = hear(called(), "UserEvent", userevent="FairdialOptOut", key="9")
    assert news is not None
    assert (news.step, news.caller) == (InboundStep.OPTED_OUT, "+15550101")


def test_the_opt_out_of_somebody_we_called_is_not_an_inbound_one() -> None:
    assert hear(called(), "UserEvent", "fd.call.a", userevent="FairdialOptOut", key="9") is None
    assert hear(called(), "Hangup", "fd.call.a") is None

"""A call that one trunk refused before it rang is given to another; nothing else is: nobody rings twice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.attempt import Outcome
from dialer.domain.events import CallEnded, CallNotAttempted
from dialer.domain.ids import AttemptId
from telephony.asterisk.acts import Told, TrunkNews, TryElsewhere
from telephony.asterisk.call_record import events_of, story_of
from telephony.asterisk.calls import AT_ONCE_S, REFUSED_UNRUNG, Call, CallBook
from telephony.asterisk.names import call_channel
from telephony.asterisk.wire import AmiMessage

ATTEMPT = AttemptId("g1-7")
CHANNEL = call_channel(ATTEMPT)
NOW = 1_780_001_000.0
BEGAN = NOW - 100.0


class Tried:
    """A call on its first trunk of two."""

    def __init__(self, *, may_go_elsewhere: bool = True) -> None:
        self.book = CallBook()
        self.book.placed(Call(attempt=ATTEMPT))
        self.book.goes_by(ATTEMPT, "first", may_go_elsewhere=may_go_elsewhere)

    def hear(self, event: str, *, at: float = BEGAN, **headers: str) -> list[Told]:
        message = AmiMessage({"event": event, "uniqueid": CHANNEL, "timestamp": str(at), **headers})
        return list(self.book.feed(message, NOW))

    def refusal(self, code: int = 503, *, at: float = BEGAN + 0.1) -> list[Told]:
        """Channel, the carrier's word, its hang-up, and the response to the Originate."""
        told = self.hear("Newchannel")
        told += self.hear("HangupRequest")
        told += self.hear("Hangup", at=at, cause="34", techcause=str(code))
        return told + self.hear("OriginateResponse", response="Failure")


def ended(told: list[Told]) -> list[Told]:
    return [one for one in told if isinstance(one, CallEnded | CallNotAttempted)]


@pytest.mark.parametrize("code", sorted(REFUSED_UNRUNG))
def test_a_carrier_that_did_not_take_it_is_followed_by_another_and_its_line_is_free(code: int) -> None:
    tried = Tried()
    told = tried.refusal(code)
    assert told == [TrunkNews(trunk="first", worked=False, released=True), TryElsewhere(ATTEMPT)]
    tried.book.goes_by(ATTEMPT, "second", may_go_elsewhere=False)
    assert tried.hear("Newchannel") == []
    (over,) = ended(tried.hear("Hangup", cause="17", techcause="486") + tried.hear("OriginateResponse"))
    assert isinstance(over, CallEnded)


def test_hang_up_and_response_come_in_either_order_and_both_are_waited_for() -> None:
    """The first Originate's own response must not be taken for the second's."""
    tried = Tried()
    tried.hear("Newchannel")
    tried.hear("HangupRequest")
    assert tried.hear("OriginateResponse", response="Failure") == []
    told = tried.hear("Hangup", at=BEGAN + 0.1, cause="34", techcause="503")
    assert told[-1] == TryElsewhere(ATTEMPT)
    tried = Tried()
    tried.hear("Newchannel")
    tried.hear("HangupRequest")
    assert TryElsewhere(ATTEMPT) not in tried.hear("Hangup", at=BEGAN + 0.1, cause="34", techcause="503")
    assert tried.hear("OriginateResponse", response="Failure") == [TryElsewhere(ATTEMPT)]


@pytest.mark.parametrize("code", sorted(set(range(400, 610)) - REFUSED_UNRUNG))
def test_every_other_code_ends_the_call(code: int) -> None:
    assert len(ended(Tried().refusal(code))) == 1


@pytest.mark.parametrize(("after", "goes_on"), [(AT_ONCE_S, True), (AT_ONCE_S + 0.01, False)])
def test_only_what_is_refused_at_once_goes_on(after: float, *, goes_on: bool) -> None:
    """A carrier that took longer may have asked others, whose telephones rang."""
    told = Tried().refusal(at=BEGAN + after)
    assert (TryElsewhere(ATTEMPT) in told) is goes_on
    assert bool(ended(told)) is not goes_on


RINGS = {
    "ringing": ("Newstate", {"channelstatedesc": "Ringing"}),
    "dial ringing": ("DialState", {"dialstatus": "RINGING"}),
    "early sound": ("DialState", {"dialstatus": "PROGRESS"}),
    "answer": ("Newstate", {"channelstatedesc": "Up"}),
}


@given(
    st.lists(st.sampled_from(sorted(RINGS)), min_size=1, max_size=4),
    st.integers(400, 699),
    st.sampled_from(["response first", "hang-up first"]),
)
def test_what_was_ever_heard_to_ring_is_never_given_to_another_trunk(
    heard: list[str], code: int, order: str
) -> None:
    tried = Tried()
    told = tried.hear("Newchannel")
    for name in heard:
        event, headers = RINGS[name]
        told += tried.hear(event, at=BEGAN, **headers)
    told += tried.hear("HangupRequest")
    last = [
        lambda: tried.hear("OriginateResponse", response="Failure"),
        lambda: tried.hear("Hangup", at=BEGAN + 0.1, cause="34", techcause=str(code)),
    ]
    for act in last if order == "response first" else reversed(last):
        told += act()
    assert TryElsewhere(ATTEMPT) not in told
    assert len(ended(told)) == 1


def test_silence_is_no_refusal_a_telephone_may_ring() -> None:
    tried = Tried()
    told = tried.hear("Newchannel")
    told += tried.hear("Hangup", at=BEGAN + 0.1, cause="0")
    told += tried.hear("OriginateResponse", response="Failure")
    assert len(ended(told)) == 1


def test_a_lost_connection_in_between_ends_it_too() -> None:
    tried = Tried()
    tried.hear("Newchannel")
    tried.book.link_lost()
    tried.hear("HangupRequest")
    assert len(ended(tried.hear("Hangup", at=BEGAN + 0.1, cause="34", techcause="503"))) == 1


def test_a_call_that_we_hang_up_ourselves_is_not_given_to_another() -> None:
    tried = Tried()
    tried.hear("Newchannel")
    tried.book.cancel(ATTEMPT)
    assert len(ended(tried.refusal())) == 1


def test_where_no_other_takes_it_the_first_refusal_is_its_end() -> None:
    tried = Tried()
    tried.refusal()
    (over,) = tried.book.give_up(ATTEMPT)
    assert isinstance(over, CallEnded)
    assert (over.outcome, over.sip_code) == (Outcome.CONGESTION, 503)
    assert len(tried.book) == 0


def test_a_second_trunk_without_a_line_or_a_clearance_leaves_the_first_refusal_standing() -> None:
    """It was placed once: to say now that it was not attempted would be untrue."""
    tried = Tried()
    tried.refusal()
    (over,) = ended(list(tried.book.refused(ATTEMPT, "the clearance had expired")))
    assert isinstance(over, CallEnded)
    assert over.outcome is Outcome.CONGESTION


def test_a_trunk_on_which_asterisk_made_no_channel_is_followed_by_another() -> None:
    tried = Tried()
    told = tried.hear("OriginateResponse", response="Failure")
    assert told == [TrunkNews(trunk="first", worked=False, released=True), TryElsewhere(ATTEMPT)]
    (over,) = tried.book.give_up(ATTEMPT)
    assert isinstance(over, CallNotAttempted)
    tried = Tried()
    tried.hear("OriginateResponse", response="Failure")
    tried.book.goes_by(ATTEMPT, "second", may_go_elsewhere=False)
    told = tried.hear("OriginateResponse", response="Failure")
    assert told[0] == TrunkNews(trunk="second", worked=False, released=True)
    assert len(ended(told)) == 1


def test_where_only_one_trunk_takes_the_number_nothing_is_withheld() -> None:
    told = Tried(may_go_elsewhere=False).refusal()
    assert len(ended(told)) == 1
    assert TryElsewhere(ATTEMPT) not in told


def line(kind: str, at: float, **extra: object) -> str:
    facts = "{" + ",".join(f'""{name}"":{value}' for name, value in extra.items()) + "}"
    return f'"{kind}","{at}","{CHANNEL}","{facts}",""\n'


def test_asterisk_s_own_record_of_both_trunks_is_one_call() -> None:
    """Refused by the first and answered over the second; read while the second still lives, it has no end."""
    first = [line("CHAN_START", BEGAN), line("HANGUP", BEGAN + 0.1, hangupcause=34, hangupsource='""x""')]
    second = [line("CHAN_START", BEGAN + 0.2), line("ANSWER", BEGAN + 3.0)]
    over = line("HANGUP", BEGAN + 9.0, hangupcause=16, hangupsource='""x""')
    asked = {ATTEMPT: BEGAN}
    (congested,) = events_of(story_of(first), asked)
    assert isinstance(congested, CallEnded)
    assert congested.outcome is Outcome.CONGESTION
    assert events_of(story_of(itertools.chain(first, second)), asked) == ()
    told = events_of(story_of(itertools.chain(first, second, [over])), asked)
    assert [type(event).__name__ for event in told] == ["CallAnswered", "CallEnded"]

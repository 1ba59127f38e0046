"""Another record of somebody in play: it protects at once, and nobody dials them until it is read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, EventKind, GivenTo, HoldKind, RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import NumberId, PersonId

AT = datetime(2026, 5, 28, 20, tzinfo=UTC)
P18, P19, OTHER = PersonId("p18"), PersonId("p19"), PersonId("p-other")
STOP = PersonRequest(at=AT, type=RequestKind.STOP_CALLING)
SAID: dict[str, Any] = {"by": "kim", "why": "asked"}


def row_of(floor: Any, person: PersonId = P19) -> Any:
    return floor.engine.checkpoint().persons[person]


def file_of(floor: Any, person: PersonId = P19) -> PersonFile:
    found: PersonFile = row_of(floor, person).file
    return found


def join(floor: Any, person: PersonId = P19, fellow: PersonId = OTHER) -> None:
    floor.send(e.PersonJoined(person=person, fellow=fellow, **SAID))


def read(floor: Any, person: PersonId = P19, **more: Any) -> None:
    file = replace(file_of(floor, person), **more)
    floor.send(e.PersonPlacedAgain(person=file, as_of=floor.engine.checkpoint().sequence))


def test_nobody_is_dialed_from_the_word_until_the_other_record_is_read(floor: Any) -> None:
    early = file_of(floor)
    join(floor)
    assert row_of(floor).unread == (NumberId("n19"),)
    with pytest.raises(InvalidFactError, match="read it again"):  # a file that was on its way
        floor.send(e.PersonPlacedAgain(person=early, as_of=floor.engine.checkpoint().sequence))
    assert row_of(floor).unread == (NumberId("n19"),)
    read(floor, requests=(STOP,))
    assert row_of(floor).unread == ()
    assert (file_of(floor).requests, file_of(floor).fellows) == ((STOP,), (OTHER,))


def test_what_rings_when_the_word_comes_is_hung_up(floor: Any) -> None:
    ringing = floor.all(c.Originate)[0]
    join(floor, ringing.person)
    assert [hangup.attempt for hangup in floor.all(c.Hangup)] == [ringing.attempt]


def test_what_is_asked_under_the_other_record_binds_at_once_and_what_opens_does_not(floor: Any) -> None:
    join(floor)
    call = HistoryEntry(entry="call", at=AT, event=EventKind.CALL_PLACED, debts=("d-x",), number="n-x")
    looked_up = HistoryEntry(entry="rnd", at=AT, event=EventKind.RND_QUERY, number="n19")
    given = Consent(at=AT, scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR)
    answered = replace(STOP, type=RequestKind.ATTORNEY_RELEASED)
    wrong = replace(STOP, type=RequestKind.WRONG_NUMBER_LEARNED, number="n19")
    hold = Hold(kind=HoldKind.DECEASED, since=AT)
    for event in (
        e.RequestReceived(person=OTHER, request=STOP),
        e.RequestReceived(person=OTHER, request=answered),
        e.RequestReceived(person=OTHER, request=wrong),
        e.ConsentGiven(person=OTHER, consent=given),
        e.HoldPlaced(person=OTHER, hold=hold),
        e.ContactRecorded(person=OTHER, entry=call),
        e.ContactRecorded(person=OTHER, entry=looked_up),
        e.HoldLifted(person=OTHER, kind=HoldKind.DECEASED, by="kim"),
    ):
        floor.send(event)
    file = file_of(floor)
    assert file.requests == (STOP, replace(wrong, type=RequestKind.STOP_NUMBER))
    assert (file.holds, file.history, file.consents) == ((hold,), (call,), ())
    assert file_of(floor, P18).requests == ()


def test_a_consent_that_is_taken_back_under_the_other_record_ends_here_too(floor: Any) -> None:
    given = Consent(at=AT, scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR)
    floor.send(e.ConsentGiven(person=P19, consent=given))
    join(floor)
    floor.send(e.ConsentGiven(person=OTHER, consent=replace(given, revoked_at=AT)))
    assert [consent.revoked_at for consent in file_of(floor).consents] == [AT]


def test_after_a_split_nothing_more_binds_and_what_was_asked_stays(floor: Any) -> None:
    join(floor)
    floor.send(e.RequestReceived(person=OTHER, request=STOP))
    old, as_of = file_of(floor), floor.engine.checkpoint().sequence
    floor.send(e.PersonParted(person=P19, fellow=OTHER, **SAID))
    floor.send(e.RequestReceived(person=OTHER, request=replace(STOP, type=RequestKind.WRITTEN_ONLY)))
    assert (file_of(floor).requests, file_of(floor).fellows) == ((STOP,), ())
    with pytest.raises(InvalidFactError, match="read it again"):  # it would join them again
        floor.send(e.PersonPlacedAgain(person=old, as_of=as_of))


def test_an_edit_of_either_record_leaves_them_one(floor: Any) -> None:
    join(floor)
    floor.send(e.PersonEdited(person=replace(file_of(floor), fellows=("p-else",))))
    assert file_of(floor).fellows == (OTHER,)
    floor.send(e.PersonEdited(person=PersonFile(person=OTHER, requests=(STOP,))))
    assert file_of(floor).person == P19  # the store tells what it comes to


def test_after_an_edit_nobody_dials_them_until_the_other_record_is_read_again(floor: Any) -> None:
    """Whoever wrote the whole file may not have known what was asked for under the other one."""
    own = file_of(floor)
    join(floor)
    read(floor, requests=(STOP,))
    floor.send(e.PersonEdited(person=own))
    assert (row_of(floor).unread, file_of(floor).requests) == ((NumberId("n19"),), ())
    read(floor, requests=(STOP,))
    assert (row_of(floor).unread, file_of(floor).requests) == ((), (STOP,))


def test_nobody_is_called_under_one_record_while_a_call_under_the_other_goes_on(floor: Any) -> None:
    ringing = floor.all(c.Originate)[0]
    state = floor.engine.checkpoint()
    assert state.is_locked(ringing.person)
    assert not state.is_locked(P19)
    join(floor, P19, ringing.person)
    assert floor.engine.checkpoint().is_locked(P19)
    assert not floor.engine.checkpoint().is_locked(P18)


def test_a_fetch_that_was_asked_for_before_the_word_brings_nobody_to_be_dialed(make_floor: Any) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.seat("agent0", ready=False)
    join(floor, PersonId("p0"))
    floor.feed(2)
    assert row_of(floor, PersonId("p0")).unread == (NumberId("n0"),)
    assert row_of(floor, PersonId("p1")).unread == ()

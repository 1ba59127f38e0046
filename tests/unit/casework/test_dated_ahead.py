"""What protects a person binds when it is taken, whatever time it carries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, EventKind, HoldKind, RequestKind
from dialer.casework.facts import FactEvent, ahead_of_clock, change_of_event
from dialer.domain.as_told import as_of
from dialer.domain.events import ConsentGiven, HoldPlaced, PersonEdited, RequestReceived
from dialer.domain.fact_events import ContactRecorded
from dialer.domain.ids import PersonId

AT = datetime(2026, 5, 28, 20, tzinfo=UTC)
NOW = AT.timestamp()
ANN = PersonId("ann")
MICROSECOND = timedelta(microseconds=1)


def request(at: datetime, *, withdrawn_at: datetime | None = None) -> PersonRequest:
    return PersonRequest(at=at, type=RequestKind.STOP_CALLING, withdrawn_at=withdrawn_at)


def taken(event: FactEvent) -> tuple[object, ...]:
    change = change_of_event(event, now=NOW)
    assert change is not None
    file = change.replaced
    if file is not None:
        return (*file.requests, *file.holds, *file.consents, *file.history, *file.line_history)
    return (change.request or change.hold or change.consent or change.entry,)


@pytest.mark.parametrize(
    ("said", "taken_as"),
    [(AT - MICROSECOND, AT - MICROSECOND), (AT, AT), (AT + MICROSECOND, AT), (AT.replace(year=2099), AT)],
)
def test_a_request_binds_from_the_moment_it_is_taken_at_the_latest(
    said: datetime, taken_as: datetime
) -> None:
    assert taken(RequestReceived(person=ANN, request=request(said))) == (request(taken_as),)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=2), timedelta(days=400)])
def test_every_fact_that_happened_has_happened_by_the_time_it_is_told(ahead: timedelta) -> None:
    said = AT + ahead
    hold = Hold(kind=HoldKind.DECEASED, since=said)
    consent = Consent(at=said, scope=ConsentScope.SMS, revoked_at=said)
    entry = HistoryEntry(entry="e", at=said, event=EventKind.CALL_PLACED)
    binding = (request(AT), replace(hold, since=AT), replace(consent, at=AT, revoked_at=AT))
    file = PersonFile(
        person=ANN,
        requests=(request(said),),
        holds=(hold,),
        consents=(consent,),
        history=(entry,),
        line_history=(entry,),
    )
    happened = replace(entry, at=AT)
    assert taken(HoldPlaced(person=ANN, hold=hold)) == binding[1:2]
    assert taken(ConsentGiven(person=ANN, consent=consent)) == binding[2:]
    assert taken(ContactRecorded(person=ANN, entry=entry)) == (happened,)
    assert taken(PersonEdited(person=file)) == (*binding, happened, happened)
    assert ahead_of_clock(PersonEdited(person=file), now=NOW) == ahead.total_seconds()


def test_a_withdrawal_that_is_still_to_come_has_not_been_made() -> None:
    """And one that was made stays one."""
    to_come = request(AT - MICROSECOND, withdrawn_at=AT + MICROSECOND)
    made = request(AT - MICROSECOND, withdrawn_at=AT)
    assert taken(RequestReceived(person=ANN, request=to_come)) == (request(AT - MICROSECOND),)
    assert taken(RequestReceived(person=ANN, request=made)) == (made,)


@pytest.mark.parametrize(("days", "kept"), [(-1, True), (0, True), (1, False), (365, False)])
@pytest.mark.parametrize("hour", [12, 23])
def test_a_letter_that_is_told_of_has_come(hour: int, days: int, *, kept: bool) -> None:
    """Of today wherever the person is, it came today; of a day that has not begun there, it binds now."""
    now = AT.replace(hour=hour)
    letter = replace(request(AT - timedelta(days=3)), received=now.date() + timedelta(days=days))
    told = letter if kept else replace(letter, received=None)
    file = PersonFile(person=ANN, requests=(letter,))
    for event in (RequestReceived(person=ANN, request=letter), PersonEdited(person=file)):
        change = change_of_event(event, now=now.timestamp())
        assert change is not None
        assert change.request == told or (change.replaced or file).requests == (told,)


def test_under_a_clock_that_was_set_back_what_binds_goes_on_and_no_consent_comes_before_its_time() -> None:
    """Taken at ten and at a quarter past, the clock shows nine: brought forward with the request, the consent
    would lift it."""
    consent = Consent(at=AT + timedelta(minutes=15), scope=ConsentScope.CALL)
    later = PersonFile(person=ANN, requests=(request(AT),), consents=(consent,))
    back = AT - timedelta(hours=1)
    assert as_of(later, at=back) == PersonFile(person=ANN, requests=(request(back),))
    assert as_of(later, at=AT + timedelta(minutes=15)) is later

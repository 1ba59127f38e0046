"""Where an event holds words that a person said or wrote, and whose they are.

Words may tell who somebody is, and an event is kept as it was: they are sealed before the engine takes it
(`dialer.storage.spoken_words`). Whose key seals them is the id that the event itself names: the person, the
number or the debt that is bound, or the talk they were said in.
"""

from collections.abc import Callable
from dataclasses import replace

from compliance_gate.request import Consent, HistoryEntry, Hold, MadeIn, Notice, PersonFile, PersonRequest
from dialer.domain.disposition import Disposition
from dialer.domain.events import (
    ConsentGiven,
    DispositionAdded,
    DispositionRecorded,
    Event,
    HoldPlaced,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.fact_events import NoticeRecorded
from dialer.domain.facts import FactChange
from dialer.domain.inbound_events import InboundDisposed

SEALED = "sealed:"
"""How words begin that are sealed."""

MOST_OF_AN_ADDRESS = 80
"""Characters of an e-mail address that are kept, its end: sealed it must still be a name."""

Change = Callable[[str], str]
"""Words as they are kept, or as they were said."""


def subject_of(event: Event) -> str | None:
    """Under whose key the words of an event are sealed; None = an event of its kind has no words."""
    subject: str | None = None
    match event:
        case RequestReceived() | ConsentGiven() | HoldPlaced() | NoticeRecorded():
            subject = event.person
        case PersonEdited():
            subject = event.person.person
        case SuppressionAdded():
            subject = event.person or event.number or event.debt
        case DispositionRecorded():
            subject = event.attempt
        case DispositionAdded():
            subject = event.talk.attempt
        case InboundDisposed():
            subject = event.call
        case _:
            pass
    return subject


def with_words(event: Event, change: Change) -> Event:
    """The event with its words changed; itself where it has none."""
    changed = event
    match event:
        case RequestReceived():
            changed = replace(event, request=of_request(event.request, change))
        case ConsentGiven():
            changed = replace(event, consent=of_consent(event.consent, change))
        case HoldPlaced():
            changed = replace(event, hold=of_hold(event.hold, change))
        case NoticeRecorded():
            changed = replace(event, notice=of_notice(event.notice, change))
        case SuppressionAdded():
            changed = replace(event, made_in=_of_made_in(event.made_in, change))
        case PersonEdited():
            changed = replace(event, person=of_file(event.person, change))
        case DispositionRecorded():
            changed = replace(event, disposition=of_disposition(event.disposition, change))
        case DispositionAdded():
            changed = _of_added(event, change)
        case InboundDisposed():
            changed = _of_inbound(event, change)
        case _:
            pass
    return changed


PlacedFact = PersonRequest | Consent | Hold | Notice | HistoryEntry
"""What a placement tells of a person."""


def has_words(fact: PlacedFact) -> bool:
    """Whether a fact that a placement told has any words."""
    match fact:
        case Consent():
            return bool(fact.wording or fact.proof)
        case PersonRequest():
            return bool(fact.text)
        case Notice():
            return bool(fact.proof)
        case Hold() | HistoryEntry():
            return False


def of_placed(fact: PlacedFact, change: Change) -> PlacedFact:
    """A fact that a placement told, with its words changed."""
    match fact:
        case Consent():
            return of_consent(fact, change)
        case PersonRequest():
            return of_request(fact, change)
        case Notice():
            return of_notice(fact, change)
        case Hold():
            return of_hold(fact, change)
        case HistoryEntry():
            return fact


def of_change(fact: FactChange, change: Change) -> FactChange:
    """A fact with its words changed."""
    return replace(
        fact,
        request=None if fact.request is None else of_request(fact.request, change),
        consent=None if fact.consent is None else of_consent(fact.consent, change),
        hold=None if fact.hold is None else of_hold(fact.hold, change),
        notice=None if fact.notice is None else of_notice(fact.notice, change),
        replaced=None if fact.replaced is None else of_file(fact.replaced, change),
        placed=None if fact.placed is None else of_file(fact.placed, change),
    )


def of_file(file: PersonFile, change: Change) -> PersonFile:
    """A person's file with all the words in it changed."""
    return replace(
        file,
        requests=tuple(of_request(each, change) for each in file.requests),
        consents=tuple(of_consent(each, change) for each in file.consents),
        holds=tuple(of_hold(each, change) for each in file.holds),
        notices=tuple(of_notice(each, change) for each in file.notices),
    )


def of_request(request: PersonRequest, change: Change) -> PersonRequest:
    """What was asked for."""
    made_in = _of_made_in(request.made_in, change)
    address = _of_address(request.address, change)
    return replace(request, text=_of_text(request.text, change), address=address, made_in=made_in)


def of_consent(consent: Consent, change: Change) -> Consent:
    """What was agreed to, and where the proof is: a name of a file tells as much as words do."""
    return replace(
        consent,
        wording=_of_text(consent.wording, change),
        proof=_of_text(consent.proof, change),
        address=_of_address(consent.address, change),
        made_in=_of_made_in(consent.made_in, change),
    )


def of_hold(hold: Hold, change: Change) -> Hold:
    """What a hold was told in. Its `source` is no word of the person's, and findings show it."""
    return replace(hold, made_in=_of_made_in(hold.made_in, change))


def of_notice(notice: Notice, change: Change) -> Notice:
    """Where the copy of a notice is kept."""
    return replace(notice, proof=_of_text(notice.proof, change))


def of_disposition(said: Disposition, change: Change) -> Disposition:
    """What a collector wrote down of a talk."""
    return replace(
        said,
        words=_of_text(said.words, change),
        call_back_words=_of_text(said.call_back_words, change),
    )


def _of_added(event: DispositionAdded, change: Change) -> DispositionAdded:
    talk = event.talk
    if talk.disposition is not None:
        talk = replace(talk, disposition=of_disposition(talk.disposition, change))
    return replace(event, talk=talk, disposition=of_disposition(event.disposition, change))


def _of_inbound(event: InboundDisposed, change: Change) -> InboundDisposed:
    talk = event.talk
    if talk is not None and talk.disposition is not None:
        talk = replace(talk, disposition=of_disposition(talk.disposition, change))
    return replace(event, talk=talk, disposition=of_disposition(event.disposition, change))


def _of_made_in(made_in: MadeIn | None, change: Change) -> MadeIn | None:
    return None if made_in is None else replace(made_in, words=_of_text(made_in.words, change))


def _of_address(address: str | None, change: Change) -> str | None:
    """An e-mail address is told by its name on file: one that is told itself is sealed, and stays a name."""
    if not address:
        return address
    if address.startswith(SEALED):
        return change(address)
    return change(address[-MOST_OF_AN_ADDRESS:]) if "@" in address else address


def _of_text(text: str | None, change: Change) -> str | None:
    return change(text) if text else text

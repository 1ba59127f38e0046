"""Kind `suppression`: nothing any more, because someone asked for it or it became known.

Values:
    requests: kinds of request that suppress.
    binds: what is closed: `person` (everything), `debt` (the debts named), `number` (the number named),
        `medium` (the medium named; if none is, calls for a request to stop calling, else every medium),
        `named_medium` (the medium named, none if none is), `place` (numbers at the place named, and letters
        to a home), `work` (numbers at work), `calls` (every call).
    begins: `recorded` (default) or `received` (a written notice counts from receipt, not from mailing).
    written_only: the request binds here only if it was, or may have been, in writing.
    oral_only: the request binds here only if it was not, or may not have been, in writing.
    released_by: kinds of later request that end it.
    respond_once: one answer to a message the person sent since, by the same medium.
    except_purposes: purposes that stay permitted; with `needs_request` only when the person asked for it.
    consent_lifts: scopes of consent given to the collector, later than the request, that lift it.
    oral_days: an oral request lapses after so many local days, day one included.
    lasts_days: longest time it binds if the request names no end, local days, day one included.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import day_text
from compliance_gate.request import NumberOnFile, PersonRequest
from compliance_gate.revocations import has_been_asked, has_come
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Needs, Rule
from compliance_gate.rules.consented import has_begun, has_ended, stands
from compliance_gate.rules.respond import may_respond
from compliance_gate.words import (
    Action,
    AddressKind,
    ConsentScope,
    GivenTo,
    Medium,
    NumberKind,
    NumberRole,
    Place,
    Purpose,
    RequestKind,
)

MEDIUM_OF = {
    Action.PLACE_CALL: Medium.PHONE_CALL,
    Action.SEND_SMS: Medium.SMS,
    Action.SEND_EMAIL: Medium.EMAIL,
    Action.SEND_LETTER: Medium.LETTER,
}


_TO_A_NUMBER = frozenset({Action.PLACE_CALL, Action.SEND_SMS})
_ABOUT_CALLS = frozenset({RequestKind.STOP_CALLING, RequestKind.DO_NOT_CALL})


class Binds(StrEnum):
    """What a request closes."""

    PERSON = "person"
    DEBT = "debt"
    NUMBER = "number"
    MEDIUM = "medium"
    NAMED_MEDIUM = "named_medium"
    PLACE = "place"
    WORK = "work"
    CALLS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionValues:
    """The values of a suppression; see the module's text."""

    kinds: tuple[RequestKind, ...]
    binds: Binds
    from_receipt: bool
    written_only: bool
    oral_only: bool
    released_by: frozenset[RequestKind]
    respond_once: bool
    except_purposes: frozenset[Purpose]
    needs_request: frozenset[RequestKind]
    consent_lifts: frozenset[ConsentScope]
    oral_days: int | None
    lasts_days: int | None


class SuppressionRule(Rule):
    """Contact that was asked to stop."""

    def __init__(self, header: Header, of: SuppressionValues) -> None:
        super().__init__(header)
        self.of = of

    def ask(self, question: Question) -> Answer:
        """Denied while any such request binds the proposed contact."""
        asked = question.person.requests
        if not asked:
            return PASSED
        release: int | None = question.at
        facts: tuple[tuple[str, str], ...] = ()
        for kind in self.of.kinds:
            for request in asked.get(kind, ()):
                if not self._binds(question, request) or self._excepted(question, request):
                    continue
                until = self._until(question, request)
                facts = facts or self._told(question, request)
                release = None if until is None or release is None else max(release, until)
        return PASSED if not facts else Denied(facts, release)

    @property
    def needs(self) -> Needs:
        """Without any request nothing is closed."""
        return Needs.REQUESTS

    def values(self) -> tuple[tuple[str, str], ...]:
        """Which requests close what, from when, and what reopens it."""
        of = self.of
        pairs = [
            ("requests", ", ".join(kind.value for kind in of.kinds)),
            ("closes", of.binds.value),
            ("begins", "on receipt" if of.from_receipt else "when it is said"),
        ]
        if of.written_only:
            pairs.append(("form", "in writing"))
        if of.oral_only:
            pairs.append(("form", "not in writing"))
        if of.released_by:
            pairs.append(("released by", ", ".join(sorted(kind.value for kind in of.released_by))))
        if of.respond_once:
            pairs.append(("one answer", "to a message, by the same medium"))
        if of.except_purposes:
            pairs.append(("except for", ", ".join(sorted(p.value for p in of.except_purposes))))
        if of.needs_request:
            pairs.append(("if asked by", ", ".join(sorted(kind.value for kind in of.needs_request))))
        if of.consent_lifts:
            pairs.append(("lifted by", ", ".join(sorted(scope.value for scope in of.consent_lifts))))
        if of.oral_days is not None:
            pairs.append(("oral request lasts", f"{of.oral_days} local days"))
        if of.lasts_days is not None:
            pairs.append(("lasts at most", f"{of.lasts_days} local days"))
        return tuple(pairs)

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """Answers, purposes, consents and terms; that an attorney withdrew only ends the fact itself."""
        of = self.of
        kept = {
            "respond_once": of.respond_once,
            "except_purposes": bool(of.except_purposes),
            "consent_lifts": bool(of.consent_lifts),
            "oral_days": of.oral_days is not None,
            "lasts_days": of.lasts_days is not None,
            "released_by": bool(of.released_by - {RequestKind.ATTORNEY_RELEASED}),
        }
        return tuple(name for name, there in kept.items() if there)

    def _binds(self, question: Question, request: PersonRequest) -> bool:
        # Whether in writing is not known: it may have been either, and binds as both.
        oral = self.of.written_only and request.in_writing is False
        written = self.of.oral_only and request.in_writing is True
        if oral or written or request.attorney_known is False:
            return False
        if not self._has_begun(question, request) or self._has_ended(question, request):
            return False
        return self._closes(question, request)

    def _closes(self, question: Question, request: PersonRequest) -> bool:
        """Whether the proposed contact is of what the request closes."""
        of, proposed = self.of, question.proposed
        if of.binds in (Binds.PLACE, Binds.WORK):
            place = Place.WORK if of.binds is Binds.WORK else request.place
            return _is_at(question, place)
        if of.binds is Binds.NUMBER:
            return proposed.action in _TO_A_NUMBER and request.number in (None, proposed.number)
        if of.binds is Binds.MEDIUM:
            # "Stop calling me" names its medium by itself (comment 14(h)(1)-1).
            named = Medium.PHONE_CALL if request.type in _ABOUT_CALLS else None
            return (request.medium or named) in (None, MEDIUM_OF[proposed.action])
        if of.binds is Binds.NAMED_MEDIUM:
            return request.medium is MEDIUM_OF[proposed.action]
        if of.binds is Binds.DEBT:
            return _touches_debts(question, request)
        return of.binds is Binds.PERSON or proposed.action is Action.PLACE_CALL

    def _has_begun(self, question: Question, request: PersonRequest) -> bool:
        begun = has_come if self.of.from_receipt else has_been_asked
        return begun(request, question.at, question.zones)

    def _has_ended(self, question: Question, request: PersonRequest) -> bool:
        if request.withdrawn_at is not None and has_begun(request.withdrawn_at, question.at):
            return True
        for kind in self.of.released_by:
            for later in question.person.requests.get(kind, ()):
                if request.at <= later.at and _releases(question, later) and _same_debts(later, request):
                    return True
        until = self._until(question, request)
        return until is not None and question.at >= until

    def _until(self, question: Question, request: PersonRequest) -> int | None:
        """First second after the request has lapsed by itself, in every zone; `None` = it does not."""
        day: int | None = None if request.until is None else request.until.toordinal() + 1
        limit = self.of.lasts_days if request.until is None else None
        if self.of.oral_days is not None and request.in_writing is False:
            limit = self.of.oral_days
        ends: list[int] = []
        for zone in question.zones:
            last = day
            if limit is not None:
                lapse = zone.day_of(_second(request.at)) + limit
                last = lapse if last is None else min(last, lapse)
            if last is not None:
                ends.append(zone.midnight(last))
        if request.withdrawn_at is not None:
            ends.append(ceil(request.withdrawn_at.timestamp()))
            return min(ends)
        return max(ends, default=None)

    def _excepted(self, question: Question, request: PersonRequest) -> bool:
        of = self.of
        if question.proposed.purpose in of.except_purposes and self._was_asked(question):
            return True
        closed = question.proposed.number if of.binds is Binds.NUMBER else None
        if of.respond_once and may_respond(question, since=_second(request.at), from_number=closed):
            return True
        return any(
            consent.scope in of.consent_lifts
            and consent.given_to is GivenTo.COLLECTOR
            and request.at <= consent.at
            and stands(question, consent)
            and (consent.number is None or consent.number == question.proposed.number)
            for consent in question.person.file.consents
        )

    def _was_asked(self, question: Question) -> bool:
        if not self.of.needs_request:
            return True
        return any(
            has_begun(request.at, question.at) and not has_ended(request.withdrawn_at, question.at)
            for kind in self.of.needs_request
            for request in question.person.requests.get(kind, ())
        )

    def _told(self, question: Question, request: PersonRequest) -> tuple[tuple[str, str], ...]:
        facts = [
            ("request", f"{request.type.value} of {request.at.isoformat()}"),
            ("closes", self.of.binds.value),
        ]
        if self.of.from_receipt and request.received is not None:
            facts.append(("received", request.received.isoformat()))
        if request.debts:
            facts.append(("debts", ", ".join(request.debts)))
        if request.number:
            facts.append(("number", request.number))
        until = self._until(question, request)
        if until is not None and question.zones:
            facts.append(("until", day_text(question.zones[0].day_of(until))))
        if self.of.binds in (Binds.PLACE, Binds.WORK) and question.number and question.number.place is None:
            facts.append(("not known, every value tried", f"place of number {question.number.number}"))
        return tuple(facts)


def _releases(question: Question, later: PersonRequest) -> bool:
    """Whether a request that ends another is made and not withdrawn."""
    return has_begun(later.at, question.at) and not has_ended(later.withdrawn_at, question.at)


def may_ring_at(number: NumberOnFile, place: Place | None) -> bool:
    """Whether a number may ring at a place.

    A mobile has no place unless one is known (comment 6(b)(1)(ii)-1). A fixed line whose place is not
    known may ring anywhere, save that a person's own line is not their employer's.
    """
    if place is None:
        return True
    if number.place is not None:
        return number.place is place
    if number.role is NumberRole.WORK:
        return place is Place.WORK
    if number.kind is NumberKind.MOBILE:
        return False
    return not (place is Place.WORK and number.role is NumberRole.OWN)


def _is_at(question: Question, place: Place | None) -> bool:
    """Whether the contact is, or may be, made at a place."""
    proposed, number = question.proposed, question.number
    if proposed.action is Action.SEND_LETTER:
        return may_lie_at(proposed.address_kind, place)
    return number is not None and may_ring_at(number, place)


def may_lie_at(address: AddressKind | None, place: Place | None) -> bool:
    """Whether a letter may come to a place; one of which no address is known goes home.

    Comment 6(b)(1)-1.iii: mail to the home address is contact at home.
    """
    if place is None:
        return True
    if address is None:
        return place is Place.HOME
    if address is AddressKind.OTHER:
        return True
    return place is _PLACE_OF.get(address)


_PLACE_OF = {
    AddressKind.RESIDENTIAL: Place.HOME,
    AddressKind.PREVIOUS: Place.HOME,
    AddressKind.WORK: Place.WORK,
}
"""A box for mail is at no place of the person's."""


def read_suppression(header: Header, reader: Reader) -> SuppressionRule:
    """Make the rule from its values in a law file."""
    kinds = reader.words("requests", RequestKind)
    if not kinds:
        raise reader.fail("requests", "at least one kind of request is required")
    begins = reader.text_or_none("begins") or "recorded"
    if begins not in ("recorded", "received"):
        raise reader.fail("begins", "recorded or received")
    return SuppressionRule(
        header,
        SuppressionValues(
            kinds=tuple(kind for kind in RequestKind if kind in kinds),
            binds=reader.word("binds", Binds),
            from_receipt=begins == "received",
            written_only=reader.flag("written_only"),
            oral_only=reader.flag("oral_only"),
            released_by=reader.words("released_by", RequestKind),
            respond_once=reader.flag("respond_once"),
            except_purposes=reader.words("except_purposes", Purpose),
            needs_request=reader.words("needs_request", RequestKind),
            consent_lifts=reader.words("consent_lifts", ConsentScope),
            oral_days=reader.whole_or_none("oral_days"),
            lasts_days=reader.whole_or_none("lasts_days"),
        ),
    )


def _touches_debts(question: Question, request: PersonRequest) -> bool:
    """Whether request and proposed contact may share a debt; a side that names none may mean any."""
    if not request.debts or not question.proposed.debts:
        return True
    return not set(question.groups).isdisjoint(question.person.groups_of(request.debts))


def _same_debts(later: PersonRequest, request: PersonRequest) -> bool:
    return not later.debts or (bool(request.debts) and set(request.debts or ()) <= set(later.debts))


def _second(at: datetime) -> int:
    return int(at.timestamp())

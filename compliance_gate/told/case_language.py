"""The public case language: the facts of one worked case, read into a request to the gate.

An unknown word or key is an error that names the field and the words known, never something skipped: a
fact that was told and not understood could have been the one that forbids. Free text (`human`, `note`,
`text`, `comment`) is read by no rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, StrEnum
from typing import TypeVar

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.texts import UnknownZoneError
from compliance_gate.calendar import zone_days
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    TimeBlock,
)
from compliance_gate.valid import FIRST, LAST, MalformedFactError
from compliance_gate.words import (
    Action,
    AddressKind,
    CollectorType,
    ConsentScope,
    DebtType,
    Direction,
    DncList,
    EventKind,
    GivenTo,
    HoldKind,
    Institution,
    Medium,
    Mode,
    NoticeKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    Profile,
    Purpose,
    RequestKind,
    RndResult,
    Tech,
    Weekday,
)

W = TypeVar("W", bound=Enum)

_FREE_TEXT = ("human", "note", "text", "comment")
# Other ways the same thing is said in case files.
_ALSO = {
    "location": "location_information",
    "sms_reply": "sms",
    "text": "sms",
    "email_reply": "email",
    "phone": "phone_call",
    "call": "phone_call",
    "voice": "phone_call",
    "mail": "letter",
    "cell": "mobile",
    "wireless": "mobile",
    "debtor": "consumer",
}
_ATTORNEY_KNOWN = {"known": True, "ascertainable": True, "unknown": None, "not_ascertainable": False}

MOST_RING_S = 86_400.0
"""Ringing of a day and more would be no ringing."""


class Expected(StrEnum):
    """What a case may expect."""

    ALLOW = "allow"
    DENY = "deny"


class CaseError(ValueError):
    """Facts that cannot be read: names the field and what is known there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One worked case: the request, the instant, and what is expected, where it is said.

    `with_house`: the house's policy is asked beside the law.
    """

    name: str
    request: ContactRequest
    at: datetime
    expected: str | None
    earliest_next_allowed: datetime | None
    with_house: bool = False


def read_case(case: Mapping[str, object], *, packs: tuple[str, ...] | None = None) -> Case:
    """Read one case.

    Args:
        packs: law packs to apply instead of those the case names and of that of its jurisdiction.

    Raises:
        CaseError: something in it cannot be read.
    """
    try:
        named = case.get("packs")
        if packs is None:
            packs = Reader({"packs": named}, "case").texts("packs") if named is not None else None
        facts = Reader(case.get("facts"), "facts")
        request, at = _request(facts, packs)
        told = Reader(case, "case")
        expected = _word(told, "expected", Expected)
        next_at = "earliest_next_allowed"
        return Case(
            name=str(case.get("id", "")),
            request=request,
            at=at,
            expected=None if expected is None else expected.value,
            earliest_next_allowed=_instant(told, next_at) if told.has(next_at) else None,
            with_house=told.flag("with_house"),
        )
    except (LawError, UnknownZoneError, MalformedFactError) as error:
        raise CaseError(str(error)) from error


def _request(facts: Reader, packs: tuple[str, ...] | None) -> tuple[ContactRequest, datetime]:
    file = _person(facts)
    collector = _word(facts, "collector_type", CollectorType)
    if collector is None:
        # Not said in what capacity: the law for debt collectors, which is the strictest, applies.
        collector = CollectorType.THIRD_PARTY
    request = ContactRequest(
        person=PreparedPerson(file),
        proposed=_proposed(facts.inner("proposed"), collector),
        profile=_word(facts, "profile", Profile) or Profile.STRICT,
        max_ring_s=_seconds(facts, "max_ring_s"),
        packs=packs,
    )
    at = _instant(facts, "now")
    _done(facts)
    return request, at


def _person(facts: Reader) -> PersonFile:
    person = facts.inner("person")
    city = person.text_or_none("city")
    file = PersonFile(
        person=str(person.raw("id") or "unnamed"),
        role=_word(person, "role", PersonRole) or PersonRole.CONSUMER,
        addresses=tuple(_address(inner, city) for inner in _told(person, "addresses")),
        numbers=tuple(_number(inner) for inner in _told(facts, "numbers")),
        debts=tuple(_debt(inner) for inner in _told(facts, "debts")),
        history=tuple(_entry(inner, f"h{i}") for i, inner in enumerate(_told(facts, "history"))),
        consents=tuple(_consent(inner) for inner in facts.inners("consents")),
        requests=tuple(_asked(inner) for inner in _told(facts, "requests")),
        line_history=tuple(_entry(inner, f"l{i}") for i, inner in enumerate(facts.inners("line_history"))),
        holds=tuple(_hold(inner) for inner in facts.inners("holds")),
        notices=tuple(_notice(inner, f"n{i}") for i, inner in enumerate(facts.inners("notices"))),
        known_location=_location(person.inner("known_location")) if person.has("known_location") else None,
    )
    _done(person)
    return file


def _told(reader: Reader, key: str) -> tuple[Reader, ...]:
    """A list that must be told, empty if there is nothing: what is left out is not known, and denies."""
    if not reader.has(key):
        raise reader.fail(key, "a list is required; empty if there is nothing")
    return reader.inners(key)


def _address(reader: Reader, city: str | None) -> Address:
    address = Address(
        country=reader.text_or_none("country"),
        region=reader.text_or_none("state") or reader.text_or_none("region"),
        city=reader.text_or_none("city") or city,
        zones=_zones(reader, "tz", "tzs"),
        kind=_word(reader, "kind", AddressKind) or AddressKind.OTHER,
    )
    _done(reader)
    return address


def _location(reader: Reader) -> KnownLocation:
    zones = _zones(reader, "tz", "tzs")
    if not zones:
        raise reader.fail("tz", "a known location needs its zone")
    location = KnownLocation(
        zones=zones,
        until=_day(reader, "until"),
        country=reader.text_or_none("country"),
        region=reader.text_or_none("state") or reader.text_or_none("region"),
    )
    _done(reader)
    return location


def _number(reader: Reader) -> NumberOnFile:
    listed = _flag(reader, "on_national_dnc")
    lists = frozenset(word for word in DncList if reader.raw(f"on_{word.value}_dnc") is True)
    number = NumberOnFile(
        number=reader.text("e164"),
        kind=_word(reader, "kind", NumberKind) or NumberKind.UNKNOWN,
        role=_word(reader, "role", NumberRole) or NumberRole.UNKNOWN,
        place=_word(reader, "place", Place),
        zones=_zones(reader, "area_code_tz", "area_code_tzs"),
        country=reader.text_or_none("country"),
        on_lists=lists,
        institution=_word(reader, "institution", Institution),
        dnc_checked=None if listed is None else True,
    )
    _done(reader)
    return number


def _debt(reader: Reader) -> Debt:
    debt = Debt(
        debt=reader.text("id"),
        type=_word(reader, "type", DebtType) or DebtType.UNKNOWN,
        servicer_account=reader.text_or_none("servicer_account"),
        client=reader.text_or_none("client"),
        person_role=_word(reader, "role", PersonRole),
        days_past_due=reader.whole_or_none("days_past_due"),
        limitation_ends=_day(reader, "limitation_ends"),
    )
    _done(reader)
    return debt


def _entry(reader: Reader, name: str) -> HistoryEntry:
    reader.raw("db_disconnect_date")  # what the database knew; its answer is what counts
    entry = HistoryEntry(
        entry=reader.text_or_none("id") or name,
        at=_instant(reader, "ts"),
        event=reader.word("event", EventKind),
        direction=_word(reader, "direction", Direction),
        outcome=_word(reader, "outcome", Outcome),
        debts=_names(reader, "debts"),
        conversation_debts=_names(reader, "conversation_debts"),
        intended_debts=_names(reader, "intended_debts"),
        number=reader.text_or_none("number"),
        purpose=_word(reader, "purpose", Purpose),
        tech=_word(reader, "tech", Tech),
        mode=_word(reader, "mode", Mode),
        counted=_flag(reader, "counted"),
        person=_word(reader, "person", PersonRole),
        place=_word(reader, "place", Place),
        rnd_result=_word(reader, "result", RndResult),
        rnd_date=_day(reader, "date_in_query"),
    )
    _done(reader)
    return entry


def _consent(reader: Reader) -> Consent:
    revoked = [key for key in ("revoked_at", "revoked") if reader.has(key)]
    consent = Consent(
        at=_instant(reader, "ts"),
        scope=reader.word("scope", ConsentScope),
        given_to=_word(reader, "given_to", GivenTo),
        debts=_names(reader, "debts"),
        number=reader.text_or_none("number"),
        valid_on=_day(reader, "valid_on"),
        valid_from=_day(reader, "valid_from"),
        valid_until=_day(reader, "valid_until") or _day(reader, "until"),
        window=_window(reader),
        medium_given=_word(reader, "medium_given", Medium),
        address=reader.text_or_none("address"),
        wording=reader.text_or_none("wording"),
        proof=reader.text_or_none("proof"),
        revoked_at=_instant(reader, revoked[0]) if revoked else None,
    )
    _done(reader)
    return consent


def _asked(reader: Reader) -> PersonRequest:
    attorney = reader.text_or_none("attorney")
    if attorney is not None and attorney not in _ATTORNEY_KNOWN:
        raise reader.fail("attorney", f"unknown word {attorney!r}; known: {', '.join(_ATTORNEY_KNOWN)}")
    withdrawn = reader.raw("withdrawn_at")
    window = _window(reader) if reader.has("from") or reader.has("to") else None
    blocks = tuple(_block(inner) for inner in reader.inners("blocks"))
    request = PersonRequest(
        at=_instant(reader, "ts"),
        type=reader.word("type", RequestKind),
        debts=_names(reader, "debts"),
        number=reader.text_or_none("number"),
        medium=_word(reader, "medium", Medium),
        place=_word(reader, "place", Place),
        blocks=blocks if window is None else (*blocks, window),
        only=_only(reader),
        days=frozenset() if window is not None else _days(reader),
        until=_day(reader, "until") or _day(reader, "ends"),
        in_writing=_flag(reader, "in_writing"),
        mailed=_day(reader, "mailed"),
        received=_day(reader, "received"),
        attorney_known=None if attorney is None else _ATTORNEY_KNOWN[attorney],
        text=reader.text_or_none("text"),
        withdrawn_at=None if withdrawn is None else _parse_instant(reader, "withdrawn_at", withdrawn),
        address=reader.text_or_none("address"),
    )
    _done(reader)
    return request


def _hold(reader: Reader) -> Hold:
    until = reader.raw("until")
    hold = Hold(
        kind=reader.word("kind", HoldKind),
        since=_instant(reader, "ts"),
        until=None if until is None else _parse_instant(reader, "until", until),
        debts=_names(reader, "debts"),
        source=reader.text_or_none("source"),
    )
    _done(reader)
    return hold


def _notice(reader: Reader, name: str) -> Notice:
    notice = Notice(
        notice=reader.text_or_none("id") or name,
        sent_on=_day(reader, "sent"),
        kind=_word(reader, "kind", NoticeKind),
        by=_word(reader, "by", Medium),
        debts=_names(reader, "debts"),
        returned_on=_day(reader, "returned"),
        proof=reader.text_or_none("proof"),
    )
    _done(reader)
    return notice


def _proposed(reader: Reader, collector: CollectorType) -> ProposedContact:
    proposed = ProposedContact(
        action=reader.word("action", Action),
        number=reader.text_or_none("number"),
        debts=_names(reader, "debts"),
        purpose=_word(reader, "purpose", Purpose) or Purpose.COLLECTION,
        tech=_word(reader, "tech", Tech),
        mode=_word(reader, "mode", Mode),
        collector_type=collector,
        client=reader.text_or_none("client"),
        campaign=reader.text_or_none("campaign"),
        email_domain_is_employers=_flag(reader, "email_domain_is_employers"),
        address=reader.text_or_none("address"),
        address_kind=_word(reader, "address_kind", AddressKind),
        joins=reader.text_or_none("joins"),
    )
    _done(reader)
    return proposed


def _word(reader: Reader, key: str, words: type[W]) -> W | None:
    """A word of a closed set, `None` if it is not given."""
    if not reader.has(key):
        return None
    text = reader.text(key)
    known = {str(word.value) for word in words}
    if text not in known and _ALSO.get(text) in known:
        return words(_ALSO[text])
    return reader.word(key, words)


def _names(reader: Reader, key: str) -> tuple[str, ...] | None:
    return reader.texts(key) if reader.has(key) else None


def _flag(reader: Reader, key: str) -> bool | None:
    return reader.flag(key) if reader.has(key) else None


def _seconds(reader: Reader, key: str) -> float:
    value = reader.raw(key)
    if value is None:
        return 0.0
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MOST_RING_S:
        raise reader.fail(key, f"seconds, 0 to {MOST_RING_S:.0f}, are required, found {value!r}")
    return float(value)


def _instant(reader: Reader, key: str) -> datetime:
    return _parse_instant(reader, key, reader.raw(key))


def _parse_instant(reader: Reader, key: str, value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise reader.fail(key, f"an instant with its offset is required, found {value!r}")
    if not FIRST.year <= at.year < LAST.year:
        raise reader.fail(
            key, f"an instant between {FIRST.year} and {LAST.year} is required, found {value!r}"
        )
    return at


def _day(reader: Reader, key: str) -> date | None:
    if not reader.has(key):
        return None
    text = reader.text(key)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise reader.fail(key, f"a date such as 2026-09-01 is required, found {text!r}") from None


def _zones(reader: Reader, one: str, several: str) -> frozenset[str] | None:
    given = reader.raw(several)
    names = reader.texts(several) if given is not None else reader.texts(one)
    if given is None and not names:
        return None
    for name in names:
        zone_days(name)  # a zone that does not exist is an error here, not in the middle of a decision
    return frozenset(names)


def _time(reader: Reader, key: str, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise reader.fail(key, f"a time of day such as 14:00 is required, found {text!r}") from None


def _block(reader: Reader) -> TimeBlock:
    block = _window(reader)
    _done(reader)
    return block if block is not None else TimeBlock(days=frozenset())


def _window(reader: Reader) -> TimeBlock | None:
    days = _days(reader)
    begin, end = reader.text_or_none("from"), reader.text_or_none("to")
    if begin is None and end is None:
        return TimeBlock(days=days) if days else None
    return TimeBlock(
        days=days,
        start=time(0) if begin is None else _time(reader, "from", begin),
        until=None if end in (None, "24:00") else _time(reader, "to", end or ""),
    )


def _days(reader: Reader) -> frozenset[Weekday]:
    return reader.words("days", Weekday)


def _only(reader: Reader) -> tuple[TimeBlock, ...]:
    value = reader.raw("only")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return tuple(_block(inner) for inner in reader.inners("only"))
    found: list[TimeBlock] = []
    for text in reader.texts("only"):
        begin, dash, end = text.partition("-")
        if not dash:
            raise reader.fail("only", f"hours such as 14:00-20:00 are required, found {text!r}")
        until = None if end.strip() == "24:00" else _time(reader, "only", end.strip())
        found.append(TimeBlock(days=frozenset(), start=_time(reader, "only", begin.strip()), until=until))
    return tuple(found)


def _done(reader: Reader) -> None:
    for key in _FREE_TEXT:
        reader.raw(key)
    reader.done()

"""The gate's facts told to the auditor: the one place where both are known.

The translation is word for word and decides nothing. `audit_file` re-decides every call on a person's
file; `judge_contact` says whether one call would be lawful. Used by `fairdial audit` and by the audit of
rehearsals.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from compliance_gate.auditor import (
    STANDARD,
    AuditedAttempt,
    AuditedCollector,
    AuditedConsent,
    AuditedContact,
    AuditedDebt,
    AuditedLicence,
    AuditedNotice,
    AuditedNumber,
    AuditedNumberCheck,
    AuditedPerson,
    AuditedRequest,
    AuditedSuppression,
    HoursOfWeek,
    Judgement,
    Medium,
    Proposal,
    Reading,
    audit,
    judge,
)
from compliance_gate.book.register.signatures import Subject
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.request import (
    Address,
    Consent,
    HistoryEntry,
    Hold,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    TimeBlock,
)
from compliance_gate.words import (
    DebtType,
    DncList,
    EventKind,
    GivenTo,
    Mode,
    NumberKind,
    Outcome,
    PersonRole,
    Tech,
    Weekday,
)

_MEDIA = {
    EventKind.CALL_PLACED: (Medium.CALL, False),
    EventKind.CALL_RECEIVED: (Medium.CALL, True),
    EventKind.RINGLESS_VOICEMAIL: (Medium.VOICEMAIL_WITHOUT_RINGING, False),
    EventKind.SMS: (Medium.TEXT, False),
    EventKind.SMS_RECEIVED: (Medium.TEXT, True),
    EventKind.EMAIL: (Medium.EMAIL, False),
    EventKind.EMAIL_RECEIVED: (Medium.EMAIL, True),
    EventKind.LETTER: (Medium.LETTER, False),
    EventKind.LETTER_RECEIVED: (Medium.LETTER, True),
}
_RECORDED = frozenset({Tech.PRERECORDED_VOICE, Tech.ARTIFICIAL_VOICE, Tech.AI_VOICE})
_WEEKDAYS = tuple(Weekday)
_MILITARY_MAIL = frozenset({"AA", "AE", "AP"})
_NEW_YORK_CITY = frozenset({
    "new york city", "new york", "nyc", "manhattan", "brooklyn", "queens", "bronx", "the bronx",
    "staten island", "addisleigh park", "addisleigh pk", "arverne", "astoria", "auburndale", "bayside",
    "bayside hills", "beechhurst", "belle harbor", "bellerose", "bellerose manor", "bellrs manor",
    "breezy point", "briarwood", "broad channel", "brooklyn heights", "brooklyn hgts", "cambria heights",
    "cambria hts", "chinatown", "college point", "corona", "douglaston", "east elmhurst", "edgemere",
    "elmhurst", "far rockaway", "floral park", "flushing", "forest hills", "fort hamilton",
    "fort tilden", "fresh meadows", "glen oaks", "glendale", "hollis", "hollis hills", "howard beach",
    "jackson heights", "jackson hts", "jamaica", "jf kennedy ap", "jfk airport",
    "john f kennedy airport", "kew garden hl", "kew gardens", "kew gardens hills", "la guardia airport",
    "la gurda arpt", "laurelton", "little neck", "long is city", "long island city", "malba", "maspeth",
    "middle village", "middle vlg", "neponsit", "oakland gardens", "oakland gdns", "ozone park",
    "queens village", "queens vlg", "rego park", "richmond hill", "ridgewood", "rochdale village",
    "rochdale vlg", "rockaway bch", "rockaway beach", "rockaway park", "rockaway point", "rockaway pt",
    "roosevelt isl", "roosevelt island", "rosedale", "s ozone park", "s richmond hl", "saint albans",
    "south ozone park", "south richmond hill", "springfield gardens", "sprngfld gdns", "sunnyside",
    "wall street", "wave crest", "whitestone", "woodhaven", "woodside", "world trade ctr",
})  # fmt: skip


def audit_file(file: PersonFile, reading: Reading = STANDARD) -> tuple[AuditedAttempt, ...]:
    """Every call placed on a person's file, judged with what was known before it."""
    return audit(audited_person(file), reading)


def judge_contact(
    file: PersonFile,
    proposed: ProposedContact,
    *,
    at: datetime,
    reading: Reading = STANDARD,
    taped: str | None = None,
) -> Judgement:
    """Whether a call would be lawful by the second reading. Only calls are judged, no other medium.

    Args:
        taped: that it was recorded, and whether everybody was `untold`, `told` or `agreed`.

    Raises:
        ValueError: no number is proposed.
    """
    proposal = replace(proposal_of(proposed, at=at), taped=taped)
    return judge(audited_person(file, at=at, joins=proposed.joins), proposal, reading)


def collector_of(book: Rulebook) -> AuditedCollector:
    """Who collects under a rulebook, and what is answered for by name, in the auditor's words."""
    held = book.holdings
    return AuditedCollector(
        places=held.places(None) or frozenset(),
        licences=tuple(
            AuditedLicence(
                place=each.place,
                kind=each.kind.value,
                since=each.since,
                expires=each.expires,
                bond=each.bond_cents / 100,
                bond_expires=each.bond_expires,
            )
            for each in held.licences
        ),
        answered_for=_answered(book, Subject.LICENCE),
        taping_answered_for=_answered(book, Subject.RECORDING),
    )


def _answered(book: Rulebook, subject: Subject) -> frozenset[str]:
    return frozenset(each.place for each in book.answered_for if each.subject is subject)


def proposal_of(proposed: ProposedContact, *, at: datetime) -> Proposal:
    """A proposed call in the auditor's words.

    Raises:
        ValueError: no number is proposed.
    """
    if proposed.number is None:
        raise ValueError("the auditor judges calls, and a call is to a number")
    return Proposal(
        at=at,
        number=proposed.number,
        debts=proposed.debts,
        recorded=proposed.tech in _RECORDED,
        purpose=proposed.purpose.value,
        agent_guaranteed=proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED,
    )


def audited_person(
    file: PersonFile, *, at: datetime | None = None, joins: str | None = None
) -> AuditedPerson:
    """A person's file in the auditor's words.

    Args:
        at: instant of the question, to know whether a journey the person told of is over.
        joins: the entry of the call that goes on, which the one that is asked about joins.
    """
    placed = [address.zones for address in file.addresses if not _may_be_anywhere(address)]
    journey = file.known_location
    over = journey is not None and journey.until is not None and at is not None and at.date() > journey.until
    if journey is not None and not over:
        placed.append(journey.zones)
    own = {entry.entry for entry in file.history}
    return AuditedPerson(
        person=file.person,
        role=file.role.value,
        numbers=tuple(map(_number, file.numbers)),
        countries=_countries(file),
        # Where they told they are is knowledge; without it, such an address may be anywhere.
        may_be_anywhere=(journey is None or over) and any(map(_may_be_anywhere, file.addresses)),
        address_zones=tuple(placed),
        debts=tuple(
            AuditedDebt(
                debt=debt.debt,
                is_student_loan=debt.type is DebtType.STUDENT_LOAN,
                servicer_account=debt.servicer_account,
                role=None if debt.person_role is None else debt.person_role.value,
                kind=debt.type.value,
                days_past_due=debt.days_past_due,
                last_day_to_sue=debt.limitation_ends,
            )
            for debt in file.debts
        ),
        regions=regions_of(file),
        contacts=tuple(
            _contact(entry, file.role, goes_on=entry.entry == joins)
            for entry in file.history
            if entry.event in _MEDIA
        ),
        line_contacts=tuple(
            _contact(entry, file.role)
            for entry in file.line_history
            if entry.event in _MEDIA and entry.entry not in own
        ),
        consents=tuple(map(_consent, file.consents)),
        requests=tuple(map(_request, file.requests)),
        suppressions=tuple(map(_hold, file.holds)),
        number_checks=tuple(
            AuditedNumberCheck(
                at=entry.at,
                answer="no_data" if entry.rnd_result is None else entry.rnd_result.value,
                number=entry.number,
            )
            for entry in file.history
            if entry.event is EventKind.RND_QUERY
        ),
        notices=tuple(_notices(file)),
    )


def _notices(file: PersonFile) -> Iterable[AuditedNotice]:
    for entry in file.history:
        if entry.event is EventKind.INITIAL_NOTICE_MAILED:
            yield AuditedNotice(at=entry.at, is_the_one=True, debts=entry.debts or None)
    for notice in file.notices:
        yield AuditedNotice(
            day=notice.sent_on,
            kind=None if notice.kind is None else notice.kind.value,
            back=notice.returned_on,
            debts=notice.debts or None,
        )


def _may_be_anywhere(address: Address) -> bool:
    """Military mail, or an address of which not even the country is known."""
    return address.zones is None and (address.country is None or address.region in _MILITARY_MAIL)


def _countries(file: PersonFile) -> frozenset[str]:
    """Countries of the addresses, or of the numbers where there is none; one that is not known is the US."""
    told = [address.country for address in file.addresses] or [n.country for n in file.numbers]
    return frozenset(country or "US" for country in told)


def regions_of(file: PersonFile) -> frozenset[str]:
    """State and city laws that reach a person: of every address, or of the numbers where there is none."""
    if not file.addresses:
        return frozenset[str]().union(*(number.regions for number in file.numbers))
    return frozenset(name for address in file.addresses for name in _regions(address))


def _regions(address: Address) -> Iterable[str]:
    if address.country and address.region:
        yield f"{address.country}-{address.region}"
    # A city that is not known may be the one that has a law of its own.
    if address.region == "NY" and (address.city is None or address.city.casefold() in _NEW_YORK_CITY):
        yield "US-NY-NYC"


def _number(number: NumberOnFile) -> AuditedNumber:
    known = {NumberKind.MOBILE: True, NumberKind.LANDLINE: False}
    return AuditedNumber(
        number=number.number,
        zones=number.zones,
        is_mobile=known.get(number.kind),
        place=None if number.place is None else number.place.value,
        role=number.role.value,
        on_own_list=bool(number.on_lists & {DncList.INTERNAL, DncList.CLIENT}),
    )


def _contact(entry: HistoryEntry, role: PersonRole, *, goes_on: bool = False) -> AuditedContact:
    medium, inbound = _MEDIA[entry.event]
    is_call = medium is Medium.CALL
    return AuditedContact(
        at=entry.at,
        medium=medium,
        inbound=inbound,
        outcome=(None if entry.outcome is None else entry.outcome.value) if is_call else "sent",
        number=entry.number,
        debts=entry.debts or None,
        spoken_debts=entry.conversation_debts,
        recorded=entry.tech in _RECORDED
        or entry.outcome is Outcome.PRERECORDED_DELIVERED
        or medium is Medium.VOICEMAIL_WITHOUT_RINGING,
        purpose="collection" if entry.purpose is None else entry.purpose.value,
        reached=None if entry.person in (None, role) else entry.person.value,
        goes_on=goes_on,
    )


def _consent(consent: Consent) -> AuditedConsent:
    window = consent.window
    hours = None if window is None or window.until is None else (window.start, window.until)
    return AuditedConsent(
        at=consent.at,
        scope=consent.scope.value,
        to_collector=consent.given_to is GivenTo.COLLECTOR,
        debts=consent.debts,
        number=consent.number,
        only_on=consent.valid_on,
        first_day=consent.valid_from,
        last_day=consent.valid_until,
        hours=hours,
        withdrawn_at=consent.revoked_at,
    )


def _request(request: PersonRequest) -> AuditedRequest:
    days = (TimeBlock(days=request.days),) if request.days else ()
    return AuditedRequest(
        at=request.at,
        kind=request.type.value,
        debts=request.debts,
        number=request.number,
        medium=None if request.medium is None else request.medium.value,
        place=None if request.place is None else request.place.value,
        avoid=tuple(map(_hours, (*request.blocks, *days))),
        only=tuple(map(_hours, request.only)),
        last_day=request.until,
        received=request.received,
        in_writing=request.in_writing,
        attorney_known=request.attorney_known,
        withdrawn_at=request.withdrawn_at,
    )


def _hours(block: TimeBlock) -> HoursOfWeek:
    days = block.days or frozenset(Weekday)
    return HoursOfWeek(
        weekdays=frozenset(_WEEKDAYS.index(day) for day in days), start=block.start, until=block.until
    )


def _hold(hold: Hold) -> AuditedSuppression:
    return AuditedSuppression(since=hold.since, kind=hold.kind.value, until=hold.until, debts=hold.debts)

"""The facts of one contact to be decided: who, on which number, about what, and what has happened so far.

All instants are aware datetimes, all days are the consumer's local calendar days, `None` always means
"not known" (never "no"), and an empty tuple means "known to be none". The gate tries an unknown fact
with every value it may have and denies if any of them would be denied.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated

from compliance_gate.valid import AnyNumber, Most, Name, Names, Zones, valid
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
    Purpose,
    RequestKind,
    RndResult,
    Tech,
    Weekday,
)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Address:
    """An address on file. `zones` are IANA names; a place can be in several, `None` is not known."""

    country: str | None
    region: str | None = None
    city: str | None = None
    zones: Zones | None = None
    kind: AddressKind = AddressKind.RESIDENTIAL


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class KnownLocation:
    """Where the person has said they are for the time being; `until` is the last local day of it."""

    zones: Annotated[Zones, Most(700, least=1)]
    until: date | None = None
    country: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class NumberOnFile:
    """A number kept for the person.

    Attributes:
        zones: every zone the number's prefix may lie in; empty if it says nothing of a place (toll-free),
            `None` if that was not found out.
        regions: register names of jurisdictions the prefix points to (`US-MA`), used where no address is
            known.
        on_lists: do-not-call lists that hold the number.
        dnc_checked: whether the lists were looked up at all; `None` = not known.
        institution: what kind of institution's line it is; `None` = not known to be one's. What is
            asked of such a line binds who asked, of any other everybody who has it; calls count for the line.
    """

    number: Name
    kind: NumberKind = NumberKind.UNKNOWN
    role: NumberRole = NumberRole.UNKNOWN
    place: Place | None = None
    zones: Zones | None = None
    country: str | None = None
    regions: frozenset[str] = frozenset()
    on_lists: frozenset[DncList] = frozenset()
    dnc_checked: bool | None = None
    ported_from_landline_at: datetime | None = None
    institution: Institution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Debt:
    """A debt this person is tied to.

    Attributes:
        person_role: who the person is to this very debt.
        limitation_ends: last day on which it may be sued upon; `None` = not known, and it may be over.
    """

    debt: Name
    type: DebtType = DebtType.OTHER
    servicer_account: str | None = None
    client: str | None = None
    person_role: PersonRole | None = None
    days_past_due: int | None = None
    limitation_ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class HistoryEntry:
    """One thing that happened.

    Attributes:
        debts: the debts it was about, or that the collector counts it for; `None` = not known, which
            counts for every debt.
        conversation_debts: debts spoken of, where they differ from `debts` (the consumer raised another).
        counted: the recorder's own view whether the call counts; kept, but the gate works it out from
            the consents and only believes `True`.
        person: who was reached or called, when it was not the person of this file (a spouse).
        caller_id: the number of ours that the called telephone showed.
    """

    entry: str
    at: datetime
    event: EventKind
    direction: Direction | None = None
    outcome: Outcome | None = None
    debts: Names | None = None
    conversation_debts: Names | None = None
    intended_debts: Names | None = None
    number: Name | None = None
    purpose: Purpose | None = None
    tech: Tech | None = None
    mode: Mode | None = None
    counted: bool | None = None
    person: PersonRole | None = None
    place: Place | None = None
    rnd_result: RndResult | None = None
    rnd_date: date | None = None
    caller_id: str | None = None


def on_line(entry: HistoryEntry) -> HistoryEntry | None:
    """Of something that happened, what concerns the line and so everybody who has it; `None` if nothing does.

    Whose debts it was about, what was said, who was reached: that stays with the person it was for.
    """
    if entry.number is None or entry.event not in ON_A_LINE:
        return None
    return HistoryEntry(
        entry=entry.entry,
        at=entry.at,
        event=entry.event,
        direction=entry.direction,
        outcome=entry.outcome,
        number=entry.number,
        tech=entry.tech,
        mode=entry.mode,
    )


ON_A_LINE = frozenset(
    {
        EventKind.CALL_PLACED,
        EventKind.CALL_RECEIVED,
        EventKind.RINGLESS_VOICEMAIL,
        EventKind.SMS,
        EventKind.SMS_RECEIVED,
    }
)
"""What happens on a telephone line, and not with a person alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class TimeBlock:
    """Local wall-clock hours on some weekdays; `until` None with `start` 00:00 is the whole day."""

    days: frozenset[Weekday]
    start: time = time(0)
    until: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class MadeIn:
    """Where something was asked, agreed or made known, so that it can be found and heard again.

    No rule asks for it: it is evidence.

    Attributes:
        contact: id of the call or message it was said in.
        words: what was said, in the person's words.
        taken_by: who heard or read it and wrote it down.
        caller_id: the number of ours that their telephone showed, or that they dialed.
        recording: name of the recording it can be heard in.
    """

    contact: Name | None = None
    words: str | None = None
    taken_by: Name | None = None
    caller_id: str | None = None
    recording: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Consent:
    """Something a person agreed to, with the words that limit it.

    Attributes:
        address: the e-mail address that it is for, by its name on file.
        number: the telephone number that it names; None = it names none. Counts of calls then take it for
            the person's, on whichever telephone (12 CFR 1006.14(b)(3)(i) asks for no number); every other
            rule takes it for one of a telephone that is not known (`rules.consented.is_for_number`).
        wording: what was agreed to, word for word.
        proof: where the proof is kept: a recording, a signed form, a page with its version.
    """

    at: datetime
    scope: ConsentScope
    given_to: GivenTo | None = None
    debts: Names | None = None
    number: Name | None = None
    valid_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    window: TimeBlock | None = None
    medium_given: Medium | None = None
    revoked_at: datetime | None = None
    address: Name | None = None
    wording: str | None = None
    proof: str | None = None
    made_in: MadeIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonRequest:
    """Something asked for, or made known, by or for a person. `withdrawn_at` ends it.

    Attributes:
        address: the e-mail address that it is about, by its name on file; `number`: the telephone number.
    """

    at: datetime
    type: RequestKind
    debts: Names | None = None
    number: Name | None = None
    medium: Medium | None = None
    place: Place | None = None
    blocks: tuple[TimeBlock, ...] = ()
    only: tuple[TimeBlock, ...] = ()
    days: frozenset[Weekday] = frozenset()
    until: date | None = None
    in_writing: bool | None = None
    mailed: date | None = None
    received: date | None = None
    attorney_known: bool | None = None
    text: str | None = None
    withdrawn_at: datetime | None = None
    address: Name | None = None
    made_in: MadeIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Notice:
    """A written notice that some law asks for before more is done.

    Attributes:
        notice: its name; what is told of the same name later (that it came back) takes the place of this.
        sent_on: calendar day on which it was posted or sent; `None` = not known, and it may have been today.
        kind: `None` = not known which: none that a law asks for by name.
        by: a letter or an e-mail.
        debts: `None` = not known which, which is the only one or none.
        returned_on: day on which it came back undelivered, or the person said that it never came. `None` = it
            did not: who is told nothing goes on from its having arrived (12 CFR 1006.34(b)(5)).
        proof: where a copy is kept.
    """

    notice: Name
    sent_on: date | None = None
    kind: NoticeKind | None = None
    by: Medium | None = None
    debts: Names | None = None
    returned_on: date | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Hold:
    """A reason to leave a person, or some of their debts, alone.

    Attributes:
        debts: `None` is all of them.
        ends_by_source: no lift of its kind ends it, only one that names its source: the do-not-call entry of
            an account, and what a line of a file that was not taken says.
    """

    kind: HoldKind
    since: datetime
    until: datetime | None = None
    debts: Names | None = None
    source: str | None = None
    made_in: MadeIn | None = None
    ends_by_source: bool = False


MOST_FELLOWS = 100
"""More records of one person than this are a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonFile:
    """Everything on file about one person that the law may ask about.

    Attributes:
        history: what happened with this person, and with others who were reached through their file.
        line_history: what happened on this person's numbers for somebody else who has the number, whatever
            campaign it was for (`on_line`). With `history` it is all that happened on each line.
        fellows: other records of the same person, by somebody's word. What happened with them, and what was
            asked for under them, is in this file already, as far as it protects.
    """

    person: Name
    role: PersonRole = PersonRole.CONSUMER
    addresses: Annotated[tuple[Address, ...], AnyNumber()] = ()
    numbers: Annotated[tuple[NumberOnFile, ...], AnyNumber()] = ()
    debts: Annotated[tuple[Debt, ...], AnyNumber()] = ()
    history: Annotated[tuple[HistoryEntry, ...], AnyNumber()] = ()
    consents: Annotated[tuple[Consent, ...], AnyNumber()] = ()
    requests: Annotated[tuple[PersonRequest, ...], AnyNumber()] = ()
    holds: Annotated[tuple[Hold, ...], AnyNumber()] = ()
    known_location: KnownLocation | None = None
    line_history: Annotated[tuple[HistoryEntry, ...], AnyNumber()] = ()
    notices: Annotated[tuple[Notice, ...], AnyNumber()] = ()
    fellows: Annotated[Names, Most(MOST_FELLOWS)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ProposedContact:
    """What is to be done now. `debts` None means it was not said, which is about every debt.

    Attributes:
        address: the e-mail address that is written to, by its name on file.
        address_kind: what a letter's postal address is to the person; `None` = not known, it may be home.
        entity: who of the collectors that the rulebook names makes it; `None` = not said, it may be each.
        joins: id of the entry of the person's history that is a call to them which still goes on, and into
            which they are called on another number; `None` = it joins none.
    """

    action: Action = Action.PLACE_CALL
    number: Name | None = None
    debts: Names | None = None
    purpose: Purpose = Purpose.COLLECTION
    tech: Tech | None = None
    mode: Mode | None = None
    collector_type: CollectorType = CollectorType.THIRD_PARTY
    client: str | None = None
    campaign: str | None = None
    caller_name: str | None = None
    email_domain_is_employers: bool | None = None
    address: Name | None = None
    address_kind: AddressKind | None = None
    entity: Name | None = None
    joins: Name | None = None

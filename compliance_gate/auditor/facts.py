"""What the auditor is told: plain records of a person, what happened, what was asked and agreed.

Words are those of the public case language (`no_answer`, `stop_calling`, ...), kept as strings so that this
reading shares no type with the gate. `None` means not known, and not known is judged as the worst it can be.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class Medium(StrEnum):
    """By what a contact was made."""

    CALL = "call"
    VOICEMAIL_WITHOUT_RINGING = "ringless_voicemail"
    TEXT = "sms"
    EMAIL = "email"
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedNumber:
    """A number on file. `zones` empty: says nothing of a place (toll-free); `None`: not found out.

    `on_own_list`: on the house's or a client's do-not-call list.
    """

    number: str
    zones: frozenset[str] | None
    is_mobile: bool | None = None
    place: str | None = None
    role: str = "own"
    on_own_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedDebt:
    """A debt. Student loans under one servicer account are one debt (12 CFR 1006.14(b)(4)).

    `role`: who the person is to this very debt; `None` = as the person's file says. `kind` (`medical`,
    `mortgage`, ...) and `days_past_due`: `None` = not known, which may be any. `last_day_to_sue`: the debt is
    time-barred after it.
    """

    debt: str
    is_student_loan: bool = False
    servicer_account: str | None = None
    role: str | None = None
    kind: str | None = None
    days_past_due: int | None = None
    last_day_to_sue: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedNotice:
    """A written notice about some debts.

    Attributes:
        at: when it was sent, or `day`, where only the calendar day is known; neither = not known when.
        kind: which notice, where it is told.
        is_the_one: it is the notice that the place asks for, whichever that is.
        back: the day on which it came back.
        debts: `None` = not known of which.
    """

    at: datetime | None = None
    day: date | None = None
    kind: str | None = None
    is_the_one: bool = False
    back: date | None = None
    debts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedContact:
    """One thing that happened between the collector and the person.

    Attributes:
        inbound: the person began it.
        outcome: word of the case language; `None` = not known, which is judged as a conversation.
        debts: the debts it counts for; `None` = not known, which is all of them.
        spoken_debts: debts spoken of, where they differ.
        recorded: a prerecorded or artificial voice was played.
        reached: who was called, when it was not this person but one of the household (a spouse).
        goes_on: it is not over, and the call that is judged is to another number of theirs and joins it.
    """

    at: datetime
    medium: Medium = Medium.CALL
    inbound: bool = False
    outcome: str | None = None
    number: str | None = None
    debts: tuple[str, ...] | None = None
    spoken_debts: tuple[str, ...] | None = None
    recorded: bool = False
    purpose: str = "collection"
    reached: str | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedConsent:
    """Something agreed to, directly with this collector unless `to_collector` is false.

    Attributes:
        scope: `call`, `call_back`, `time_window`, `prerecorded`, `number_provided_to_creditor_for_account`.
        only_on: the one local day it is for.
        first_day, last_day: the local days the person named.
        hours: local hours agreed to; for a `time_window`, hours beyond the usual ones.
    """

    at: datetime
    scope: str
    to_collector: bool = True
    debts: tuple[str, ...] | None = None
    number: str | None = None
    only_on: date | None = None
    first_day: date | None = None
    last_day: date | None = None
    hours: tuple[time, time] | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOfWeek:
    """Local hours on some weekdays (Monday = 0). `until` `None` is the end of the day; `until` itself
    is out.
    """

    weekdays: frozenset[int]
    start: time = time(0)
    until: time | None = None

    def holds(self, local: datetime) -> bool:
        """Whether the local time lies in these hours."""
        return (
            local.weekday() in self.weekdays
            and local.time() >= self.start
            and (self.until is None or local.time() < self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedRequest:
    """Something the person asked for or let be known, in force from `at` until `withdrawn_at`.

    Attributes:
        avoid: hours in which not to be called.
        only: hours outside of which not to be called; empty = no such wish.
        last_day: last local day for which it was said; `None` = until changed.
        received: day a mailed notice arrived; it binds from then.
        in_writing: `None` = not known, which is taken as in writing where that binds.
        attorney_known: whether the attorney's name and address are known or readily found.
    """

    at: datetime
    kind: str
    debts: tuple[str, ...] | None = None
    number: str | None = None
    medium: str | None = None
    place: str | None = None
    avoid: tuple[HoursOfWeek, ...] = ()
    only: tuple[HoursOfWeek, ...] = ()
    last_day: date | None = None
    received: date | None = None
    in_writing: bool | None = None
    attorney_known: bool | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSuppression:
    """A hold: deceased, bankruptcy, recalled, ... `debts` `None` is all; `until` itself is free again."""

    since: datetime
    kind: str
    until: datetime | None = None
    debts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedNumberCheck:
    """An answer of the Reassigned Numbers Database: `yes`, `no` or `no_data`. `number` `None` = any."""

    at: datetime
    answer: str
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedPerson:
    """Everything on file about one person.

    Attributes:
        countries: where the person may be; the second reading knows the law of the United States, and abroad
            it judges only the house's policy and what the person asked for.
        address_zones: zones of each address; `None` where an address could not be placed.
        may_be_anywhere: something on file may lie anywhere in the world (military mail).
        regions: state and city laws that reach the person (`US-MA`, `US-NY-NYC`).
        contacts: in any order.
        line_contacts: what happened on the person's numbers with others who have them, in any order.
    """

    person: str
    role: str = "consumer"
    numbers: tuple[AuditedNumber, ...] = ()
    countries: frozenset[str] = frozenset({"US"})
    address_zones: tuple[frozenset[str] | None, ...] = ()
    may_be_anywhere: bool = False
    debts: tuple[AuditedDebt, ...] = ()
    regions: frozenset[str] = frozenset()
    contacts: tuple[AuditedContact, ...] = ()
    consents: tuple[AuditedConsent, ...] = ()
    requests: tuple[AuditedRequest, ...] = ()
    suppressions: tuple[AuditedSuppression, ...] = ()
    number_checks: tuple[AuditedNumberCheck, ...] = ()
    line_contacts: tuple[AuditedContact, ...] = ()
    notices: tuple[AuditedNotice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A call that is to be made, or was. `debts` `None` is all of the person's debts.

    `agent_guaranteed`: a collector is certain to be on the line when it is answered. `taped`: the call was
    recorded, with everybody on the line `untold`, `told` or `agreed`; `None` = it was not.
    """

    at: datetime
    number: str
    debts: tuple[str, ...] | None = None
    recorded: bool = False
    purpose: str = "collection"
    agent_guaranteed: bool = False
    taped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a call is unlawful (or against the house's policy): rule, citation, what was found."""

    rule: str
    citation: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer: lawful, or every reason why not."""

    reasons: tuple[Reason, ...]

    @property
    def lawful(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

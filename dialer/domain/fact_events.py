"""Events of what law asks about people and nobody on the floor does: letters, contacts elsewhere, dates."""

from dataclasses import dataclass
from datetime import date, datetime

from compliance_gate.request import HistoryEntry, Hold, KnownLocation, Notice
from compliance_gate.words import HoldKind, Institution, NumberKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.facts import Attestation, LineKind
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.valid import Said, valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class HoldLifted:
    """A reason to leave somebody alone is gone; exactly one of person, number, debt says whom it held.

    Args:
        source: only the holds that were told by it; None = every hold of the kind, of one person, but for
            those that end by their source alone (`Hold.ends_by_source`).
    """

    person: PersonId | None = None
    kind: HoldKind
    by: str
    number: NumberId | None = None
    debt: DebtId | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        named = [one for one in (self.person, self.number, self.debt) if one is not None]
        if len(named) != 1 or (self.source is None and self.person is None):
            raise InvalidFactError(
                "a hold is lifted from one person, or by its source from whom it was placed on"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class NoticeRecorded:
    """A written notice was sent to a person, or what is known of one changed: it came back."""

    person: PersonId
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ContactRecorded:
    """Something that happened between us and a person elsewhere than on this floor: a letter, a text, a call
    of another office, an answer of a database about their number. An entry of a known name takes its place.
    """

    person: PersonId
    entry: HistoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LocationTold:
    """A person said where they are for the time being; it takes the place of where they said they were."""

    person: PersonId
    location: KnownLocation


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LimitationFound:
    """Until which day a debt may be sued upon, or may be since a payment or a judgment.

    Args:
        ends: the last day on which it may.
        source: who worked it out, and from what.
    """

    debt: DebtId
    ends: date
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LineKindFound:
    """What kind of line a number is, by whoever looked it up; a later word takes the place of an earlier one.
    It holds for everybody who has the number.

    Args:
        institution: whose line it is, where it is no household's; None = nobody's that is known.
        found_on: the day of the look-up.
        source: who found it, and where.
    """

    number: NumberId
    kind: NumberKind
    found_on: date
    source: str
    institution: Institution | None = None

    @property
    def line(self) -> LineKind:
        """What is kept of it with each person."""
        return LineKind(
            kind=self.kind, institution=self.institution, found_on=self.found_on, source=self.source
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AccountHeld:
    """Whoever owes an account is left alone about it, and it alone, for a reason of the account's own."""

    debt: DebtId
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class HistoryAttested:
    """A named officer answers for it: since a day nobody contacted anybody about the account, but for the
    contacts that are on file. A contact that is told later and is of that time overrides it.

    Args:
        since: the first day of which it speaks.
        by: who answers for it, by name; why: what they go by.
        scope: what they said it of: a client, a file, accounts.
    """

    debt: DebtId
    since: date
    by: Said
    why: Said
    scope: Said

    def made(self, at: datetime) -> Attestation:
        """What is kept of it with the account."""
        return Attestation(by=self.by, since=self.since, made_at=at, why=self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonJoined:
    """Another record is this person's too, by somebody's word: what protects under it protects here.

    Of two records there are two of these. Until what is known under the other is read, nobody dials this one.

    Args:
        fellow: the other record.
        by: who answers for it, by name; why: what they go by.
    """

    person: PersonId
    fellow: PersonId
    by: Said
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonParted:
    """Another record is not this person's after all. What was asked for while they were taken for one person
    keeps protecting both; calls count for whom they were made to.

    Args:
        fellow: the other record.
        by: who answers for it, by name; why: what they go by.
    """

    person: PersonId
    fellow: PersonId
    by: Said
    why: Said

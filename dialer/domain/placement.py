"""A placed account as intake hands it to the store: validated, with names and telephone numbers still in it.

The only nouns of the domain that carry identity in clear: they travel from a file to the store's identity
tables and nowhere else, never through the engine or a journal. One value is one line of a placement: an
account and one person tied to it; an account with two debtors comes as two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from compliance_gate.request import TimeBlock
from compliance_gate.valid import Zones
from compliance_gate.words import (
    AddressKind,
    DebtType,
    HoldKind,
    Institution,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    RequestKind,
)
from dialer.domain.money import Money
from dialer.domain.valid import valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedNumber:
    """A telephone number as the creditor has it.

    Args:
        e164: the number in clear.
        zones: IANA zones its prefix may lie in; empty = says nothing of a place, None = not known.
        consent_at: when the person gave this number to the creditor for calls on the account.
        text_consent_at: the same for text messages.
        consent_wording: what was agreed to, word for word; `consent_proof`: where the proof is kept.
        consent_revoked_at: when either was taken back.
        institution: what kind of institution's line it is; None = not known to be one's.
    """

    e164: str
    kind: NumberKind = NumberKind.UNKNOWN
    role: NumberRole = NumberRole.UNKNOWN
    place: Place | None = None
    source: str = ""
    country: str | None = None
    zones: Zones | None = None
    regions: frozenset[str] = frozenset()
    consent_at: datetime | None = None
    text_consent_at: datetime | None = None
    consent_wording: str | None = None
    consent_proof: str | None = None
    consent_revoked_at: datetime | None = None
    institution: Institution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedAddress:
    """An address in clear; `zones` None = it could not be placed, which denies every call."""

    country: str | None
    kind: AddressKind = AddressKind.RESIDENTIAL
    line_1: str = ""
    line_2: str = ""
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    zones: Zones | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedRequest:
    """Something the person asked the creditor for, known from `at`. `debt_only`: about this account alone."""

    type: RequestKind
    at: datetime
    debt_only: bool = False
    blocks: tuple[TimeBlock, ...] = ()
    text: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedNotice:
    """A written notice of the account, sent before it came to us; see `compliance_gate.request.Notice`."""

    sent_on: date
    kind: NoticeKind | None = None
    by: Medium | None = None
    returned_on: date | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedConsent:
    """What the person agreed to for their e-mail address: when, in what words, with what proof."""

    at: datetime
    wording: str | None = None
    proof: str | None = None
    revoked_at: datetime | None = None


CLOSED_BY_FILE = "placement: nothing is owed"
"""Source of the hold on an account that a creditor's file closes, and that a later one may open again."""


RECALL_DATE = "placement: recall date"
"""Source of the hold that begins on the day on which the creditor takes an account back."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedHold:
    """A reason to leave the person alone, known to the creditor. `debt_only`: this account and no other."""

    kind: HoldKind
    since: datetime
    debt_only: bool = False
    source: str = "placement"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PriorAttempt:
    """A call of the collector or agency before, in the days that still count. Outcome None = not told.
    `is_counted`: only how many there were is told, and `at` is as late as it can have been."""

    at: datetime
    outcome: Outcome | None = None
    is_counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedPerson:
    """Identity in clear, and what the creditor knows of the person."""

    person_ref: str
    role: PersonRole = PersonRole.CONSUMER
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    date_of_birth: date | None = None
    ssn_last4: str = ""
    email: str = ""
    language: str = "en"
    addresses: tuple[PlacedAddress, ...] = ()
    numbers: tuple[PlacedNumber, ...] = ()
    requests: tuple[PlacedRequest, ...] = ()
    holds: tuple[PlacedHold, ...] = ()
    prior_attempts: tuple[PriorAttempt, ...] = ()
    notices: tuple[PlacedNotice, ...] = ()
    email_consent: PlacedConsent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PlacedAccount:
    """One line of a placement.

    Args:
        line: line of the file, for the report.
        delinquent_since: day the account went past due, from which days past due are counted.
        limitation_ends: last day on which it may be sued upon; None = not known.
        priority: larger is called sooner; the creditor's score, when there is one.
        particulars: the other fields of the form by column name (itemization under 12 CFR 1006.34 and
            such), as text.
        is_case_sensitive: the client's `A1` and `a1` are two.
    """

    line: int
    client: str
    client_account: str
    person: PlacedPerson
    balance: Money
    type: DebtType = DebtType.OTHER
    placement: str = ""
    original_creditor: str = ""
    current_creditor: str = ""
    servicer_account: str | None = None
    delinquent_since: date | None = None
    recall_on: date | None = None
    limitation_ends: date | None = None
    priority: float = 0.0
    particulars: Mapping[str, str] = field(default_factory=dict[str, str])
    is_case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Protection:
    """What a line that was not taken says that protects: it holds whom the line names until a person has
    looked.

    Args:
        signals: the columns, or what else, that say it.
        accounts: (client, account) and persons: (client, reference) that the line may mean.
        numbers: E.164, where it names neither.
        client: whoever brought it brings this client's people alone, and a number that only others' people
            have holds nobody; '' = anybody's.
    """

    line: int
    signals: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()
    is_case_sensitive: bool = False
    client: str = ""

    @property
    def binds_nobody(self) -> bool:
        """It says whom it protects by nothing that can be read."""
        return not (self.accounts or self.persons or self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedLine:
    """A line that was not taken, and why. `value` is masked where the column is personal; `protects`: what
    of it takes effect all the same; `also`: what else is wrong with it, each as `column: reason`."""

    line: int
    column: str
    reason: str
    value: str = ""
    protects: Protection | None = None
    also: tuple[str, ...] = ()

    @property
    def reasons(self) -> str:
        """Everything that is wrong with it, for whoever mends it."""
        return "; also ".join((self.reason, *self.also))

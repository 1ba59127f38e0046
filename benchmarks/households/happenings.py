"""A household as somebody would tell it: people, lines, accounts, and one list of all that happened.

No file of one person, no history of one line: who reads this must work out for each question which of the
happenings bear on it. Words are plain strings; instants are aware.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneLine:
    """A line of the household, or one through which its people are reached.

    Attributes:
        place: `home`, `work`, `prison`, `hospital`; `None` for a mobile.
        had_by: person -> whose line it is to them (`own`, `shared`, `work`, `relative`).
        institution: `prison` or `hospital`: many people are reached on it, one by one.
    """

    number: str
    is_mobile: bool
    place: str | None
    zone: str
    had_by: dict[str, str]
    institution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A debt to a creditor.

    Attributes:
        own_name: the creditor collects it itself, in its own name; else we do, as a third party.
        kind: `credit_card`, `medical`, `mortgage`.
        days_past_due: `None` = not known.
        tied: person -> who they are to the debt.
    """

    name: str
    creditor: str
    own_name: bool
    kind: str
    days_past_due: int | None
    last_day_to_sue: date | None
    tied: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One contact with one person, by one of us or by them.

    Attributes:
        medium: `call`, `ringless`, `sms`, `email`, `letter`.
        accounts: what it was about; `None` = not known.
        spoken: accounts that were spoken of, where they differ.
        outcome: of a call; `None` = not known.
        theirs: they called us.
        recorded: a recorded voice was played.
    """

    at: datetime
    person: str
    medium: str
    line: str | None = None
    accounts: tuple[str, ...] | None = None
    spoken: tuple[str, ...] | None = None
    outcome: str | None = None
    theirs: bool = False
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something a person asked for, agreed to or let be known; or a hold.

    Attributes:
        what: word of the case language, `hold:` before the kind of a hold.
        written: `None` = not known.
        came: the day on which a mailed notice arrived.
        over_at: withdrawn, ended.
    """

    at: datetime
    person: str
    what: str
    accounts: tuple[str, ...] | None = None
    line: str | None = None
    medium: str | None = None
    written: bool | None = None
    came: date | None = None
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A written notice to a person about an account: its kind, the day it was posted and came back."""

    person: str
    kind: str
    account: str
    day: date
    back: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Everything about some people who share lines.

    Attributes:
        country: `US`, `GB` or `CA`.
        place: the state whose law reaches them (`WA`, `HI`), '' = the country's law alone.
        homes: person -> zone of their address.
    """

    country: str
    place: str
    homes: dict[str, str]
    lines: tuple[TelephoneLine, ...]
    accounts: tuple[Account, ...]
    happened: tuple[Happened, ...] = ()
    told: tuple[Told, ...] = ()
    posted: tuple[Posted, ...] = ()

    def line(self, number: str) -> TelephoneLine:
        """The line of this number."""
        return next(line for line in self.lines if line.number == number)

    def account(self, name: str) -> Account:
        """The account of this name."""
        return next(account for account in self.accounts if account.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A contact that somebody means to make.

    Attributes:
        held: a collector is held for the call.
        ring_s: for how long the telephone may ring.
    """

    at: datetime
    person: str
    medium: str
    line: str | None
    accounts: tuple[str, ...]
    recorded: bool = False
    held: bool = False
    ring_s: float = 0.0

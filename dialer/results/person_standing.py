"""Who a person is to a floor: accounts with creditors and roles, where they live, how they are reached."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterLastDay:
    """What one rule says of a debt that may not be sued upon any more.

    Args:
        says: the rule in words; follows: what it brings, such as `contact: closed`.
        why: the last day that it goes by; '' = that day has not passed, and nothing follows yet.
    """

    rule: str
    citation: str
    says: str
    follows: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something a person asked for and has not had.

    Args:
        asked_at: POSIX seconds; is_day: only its day is known.
    """

    what: str
    asked_at: float
    is_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTold:
    """One account, and who the person is to it.

    Args:
        role: primary, joint debtor, guarantor, executor, successor in interest, and so on.
        creditor: who owns it now; original_creditor: whom it was first owed to; '' = not known.
        balance: what is owed by its ledger, in words; delinquent_since: local day, '' = not known.
        placed_at: POSIX seconds; None = not known.
        others: other persons who are tied to it, each with their role.
        last_day_to_sue: local day; '' = not known, and rules take it as over.
        after_last_day: what follows from that day where the person may be.
        awaited: what they asked for about it and have not had.
        since: POSIX seconds since when the person is on file with this account and role; None = not known.
    """

    debt: str
    role: str
    type: str
    client: str = ""
    client_account: str = ""
    creditor: str = ""
    original_creditor: str = ""
    balance: str = ""
    delinquent_since: str = ""
    state: str = ""
    placed_at: float | None = None
    others: tuple[tuple[str, str], ...] = ()
    last_day_to_sue: str = ""
    after_last_day: tuple[AfterLastDay, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTold:
    """One address. `lines`: in clear, only where the name was asked for, too; '' = left out. `since`: POSIX
    seconds since when it is on file; None = not known."""

    kind: str
    country: str
    region: str
    city: str
    zones: tuple[str, ...]
    lines: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvent:
    """One thing that happened on a line, whoever it was for.

    Args:
        at: POSIX seconds; outcome: in the gate's words, '' = not known.
        is_own: with the person of the report; else with somebody else who has the line, of whom no more is
            told than that.
    """

    at: float
    id: str
    event: str
    outcome: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTold:
    """One telephone number, and all that happened on its line.

    Args:
        e164: in clear, only where the name was asked for, too; '' = left out.
        institution: whose line it is, where it is no household's; '' = nobody's that is known.
        lists: do-not-call lists that hold it; `checked`: `yes`, `no` or `not known`.
        ported: day on which it became a mobile's; '' = not known that it was a landline's.
        since: POSIX seconds since when it is on file; None = not known.
    """

    number: str
    kind: str
    role: str
    place: str
    zones: tuple[str, ...]
    e164: str = ""
    institution: str = ""
    lists: tuple[str, ...] = ()
    checked: str = "not known"
    ported: str = ""
    since: float | None = None
    events: tuple[LineEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceTold:
    """A licence at a place where the person may be, as a rulebook that decided had it. Days are local.

    Args:
        bond: in words; '' = none is noted.
    """

    rulebook: str
    place: str
    entity: str
    kind: str
    number: str
    since: str
    expires: str
    branch: str = ""
    bond: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFor:
    """What a named person answered for at a place where the person may be, in a rulebook that decided."""

    rulebook: str
    place: str
    subject: str
    signed_by: str
    dated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All of it, as of the end of the report's window.

    Args:
        told_location: where the person said they are for the time being; '' = they did not say.
        places: register names of the places they may be in.
        as_of: POSIX seconds at which the rules on a debt's last day were asked; None = they were not,
            `not_asked` says why.
    """

    accounts: tuple[AccountTold, ...] = ()
    addresses: tuple[AddressTold, ...] = ()
    numbers: tuple[NumberTold, ...] = ()
    told_location: str = ""
    places: tuple[str, ...] = ()
    licences: tuple[LicenceTold, ...] = ()
    signed: tuple[SignedFor, ...] = ()
    as_of: float | None = None
    not_asked: str = ""


UNKNOWN = Standing()

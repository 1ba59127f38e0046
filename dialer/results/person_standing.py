"""Who a person is to a floor: accounts with creditors and roles, where they live, how they are reached."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTold:
    """One account, and who the person is to it.

    Args:
        role: primary, joint debtor, guarantor, and so on.
        creditor: who owns it now; original_creditor: whom it was first owed to; '' = not known.
        balance: as it was placed, in words; delinquent_since: local day, '' = not known.
        placed_at: POSIX seconds; None = not known.
        others: other persons who are tied to it, each with their role.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTold:
    """One address. `lines`: in clear, only where the name was asked for, too; '' = left out."""

    kind: str
    country: str
    region: str
    city: str
    zones: tuple[str, ...]
    lines: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTold:
    """One telephone number. `e164`: in clear, only where the name was asked for, too; '' = left out."""

    number: str
    kind: str
    role: str
    place: str
    zones: tuple[str, ...]
    e164: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All of it, as of the end of the report's window."""

    accounts: tuple[AccountTold, ...] = ()
    addresses: tuple[AddressTold, ...] = ()
    numbers: tuple[NumberTold, ...] = ()


UNKNOWN = Standing()

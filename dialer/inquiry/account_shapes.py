"""The shapes of `AccountView`, for a page, a command and whatever else reads them."""

from dataclasses import dataclass

from compliance_gate.findings import Statement
from dialer.inquiry.explain import RuleAsked
from dialer.inquiry.ledgers import AccountLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """What time it may be where the person may be. `clock`: as `Mon 14:05`."""

    zone: str
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifying:
    """How they are identified: by asking, never by reading out.

    Args:
        asks: what is on file to ask for, in the client's order; its values are nowhere in a view.
        enough: how many of them must be told.
        parties: who counts as right party with this client.
        is_possible: enough is on file.
    """

    asks: tuple[str, ...]
    enough: int
    parties: tuple[str, ...]
    is_possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    """One telephone number. `status`: verified, wrong, stopped, disconnected, unknown; `e164` '' = erased."""

    number: str
    e164: str
    kind: str
    role: str
    place: str
    status: str
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """Where they may be; its lines identify, and are asked for."""

    kind: str
    country: str
    region: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why nothing may be offered: `what` as `hold: bankruptcy`, `since` POSIX seconds."""

    what: str
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtView:
    """One account.

    Args:
        role: who the person is to it.
        client_account: what the client calls it; '' where somebody is asked for it to identify them.
        delinquent_since, last_day_to_sue: days; '' = not known.
        ledger: with promises and what may be offered; nothing may where there are `bars`.
    """

    debt: str
    role: str
    type: str
    client: str
    client_account: str
    creditor: str
    original_creditor: str
    delinquent_since: str
    last_day_to_sue: str
    ledger: AccountLedger
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """Why somebody is left alone. `debts` None = all of them; `until` None = until it is lifted."""

    kind: str
    since: float
    until: float | None
    debts: tuple[str, ...] | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """What they asked for or made known. `debts` None = all of them; `number` '' = every one."""

    kind: str
    at: float
    debts: tuple[str, ...] | None
    number: str
    in_writing: bool | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A dispute. `answered_at` None = it waits for an answer; `is_held`: a hold stands for it."""

    at: float
    debts: tuple[str, ...] | None
    in_writing: bool | None
    words: str
    answered_at: float | None
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What they agreed to, where it was not revoked."""

    scope: str
    at: float
    debts: tuple[str, ...] | None
    number: str
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """One contact, the newest first. `agent`, `disposition` '' = none, or not known."""

    entry: str
    at: float
    what: str
    direction: str
    outcome: str
    number: str
    debts: tuple[str, ...] | None
    agent: str
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansView:
    """Whether they may be reached now about one debt by one means.

    Args:
        number: '' = the means goes to no number.
        denied_by: every rule that denies; () = it is allowed.
        next_at: POSIX seconds of the first instant at which it is; None = not by waiting.
        statements: what must be said then, and what may not be.
    """

    channel: str
    debt: str
    number: str
    campaign: str
    is_allowed: bool
    denied_by: tuple[RuleAsked, ...]
    next_at: float | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkView:
    """The talk that goes on: what must be said in it and what may not be, by the law under which it was
    placed."""

    attempt: str
    debts: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightPartyView:
    """What is for the right party alone.

    Args:
        debts: of which somebody may be told on this file; () on a relative's or an employer's.
        means: how they may be reached now, by which rule not; `means_not_known`: why that cannot be said.
    """

    role: str
    numbers: tuple[NumberView, ...]
    addresses: tuple[AddressView, ...]
    debts: tuple[DebtView, ...]
    holds: tuple[HoldView, ...]
    requests: tuple[RequestView, ...]
    disputes: tuple[DisputeView, ...]
    consents: tuple[ConsentView, ...]
    contacts: tuple[ContactView, ...]
    talk: TalkView | None
    means: tuple[MeansView, ...]
    means_not_known: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A person's account as somebody may see it.

    Args:
        name: whom to ask for; '' = they were erased.
        as_of: POSIX seconds.
        is_told: whether the rest is shown; `why`: on what it was, or was not.
        account: None = before somebody is identified there is nothing that says there is a debt.
    """

    person: str
    name: str
    language: str
    as_of: float
    local_times: tuple[LocalTime, ...]
    identifying: Identifying
    is_told: bool
    why: str
    account: RightPartyView | None

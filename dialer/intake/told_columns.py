"""Files of what was told about people already on file: what they may hold, and by which headings.

One line names somebody (a person, an account, a telephone number, or several of them) and says one thing.
"""

from enum import Enum

from compliance_gate.words import ConsentScope, GivenTo, Medium, Place, RequestKind
from dialer.domain.ledger import PayMethod
from dialer.intake.columns import heading_key


class ToldKind(Enum):
    """What every line of a file says."""

    SUPPRESSIONS = "suppressions"
    REQUESTS = "requests"
    CONSENTS = "consents"
    PAYMENTS = "payments"


NAMING = ("person", "account", "client_id", "person_ref", "client_account", "number")
"""Columns that say who is meant. `person` and `account`: an id, or the client's own key as CLIENT/KEY."""

MADE_IN = ("made_in", "taken_by", "caller_id", "recording")
"""Where it was said: the call's or message's id, who took it, the number of ours, the recording. Evidence: no
rule asks for it."""

COLUMNS: dict[ToldKind, tuple[str, ...]] = {
    ToldKind.SUPPRESSIONS: ("at", "source", "words", *MADE_IN),
    ToldKind.REQUESTS: (
        *("kind", "at", "times", "place", "medium", "until", "in_writing", "mailed", "received", "words"),
        *MADE_IN,
    ),
    ToldKind.CONSENTS: (
        *("scope", "at", "given_to", "valid_on", "valid_from", "valid_until"),
        *("revoked_at", "words", "proof"),
        *MADE_IN,
    ),
    ToldKind.PAYMENTS: ("amount", "currency", "settles", "at", "reference", "method"),
}
"""The other columns of each kind."""

REQUIRED: dict[ToldKind, tuple[str, ...]] = {
    ToldKind.SUPPRESSIONS: (),
    ToldKind.REQUESTS: ("kind",),
    ToldKind.CONSENTS: ("scope", "at"),
    ToldKind.PAYMENTS: ("amount",),
}

YES_NO = frozenset({"in_writing", "settles"})

WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(RequestKind),
    "scope": tuple(ConsentScope),
    "given_to": tuple(GivenTo),
    "medium": tuple(Medium),
    "place": tuple(Place),
    "method": tuple(method.value for method in PayMethod),
}
"""Columns of words, and those words: a mapping may say which of them a client's own word means."""

PERSONAL = frozenset({"number", "words", "proof", "person", "account", "person_ref", "client_account"})
"""Masked in reports: what tells who somebody is is sealed everywhere else, and with it the client's keys of
people and accounts."""

_ALIASES = {
    "client": "client_id",
    "reference_number": "reference",
    "phone": "number",
    "phone_1": "number",
    "phone_number": "number",
    "telephone": "number",
    "telephone_number": "number",
    "mobile": "number",
    "account_number": "client_account",
    "account_no": "client_account",
    "debt": "account",
    "person_id": "person",
    "request": "kind",
    "consent": "scope",
    "date": "at",
    "requested_at": "at",
    "consent_date": "at",
    "paid_on": "at",
    "paid_at": "at",
    "payment_date": "at",
    "payment": "amount",
    "reason": "source",
    "call_id": "made_in",
    "message_id": "made_in",
    "agent": "taken_by",
    "recording_file": "recording",
    "wording": "words",
    "text": "words",
    "revoked_date": "revoked_at",
    "inconvenient_times": "times",
}


def columns_of_kind(kind: ToldKind) -> tuple[str, ...]:
    """Every column that a file of this kind may have."""
    return (*NAMING, *COLUMNS[kind])


def column_named(kind: ToldKind, heading: str) -> str:
    """The column that a heading means in a file of this kind; '' when none."""
    key = heading_key(heading)
    known = columns_of_kind(kind)
    if key in known:
        return key
    meant = _ALIASES.get(key, "")
    return meant if meant in known else ""


def template(kind: ToldKind) -> str:
    """The heading of a file of this kind."""
    return ",".join((*NAMING, *COLUMNS[kind])) + "\n"

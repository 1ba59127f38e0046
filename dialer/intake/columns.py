"""The canonical placement file: every column once, with its kind, meaning, unit and an example.

The reader, the template that creditors are sent and the table in the README are all made from this list.
One line is one account and one person; an account with two debtors has two lines with the same
`client_account` and different `person_ref`.

Source: the validation information of 12 CFR 1006.34(b)(3) and (c)(2), and the placement layouts collectors
exchange (YGC, Collect!, Finvi).
"""

import csv
import io
from dataclasses import dataclass
from enum import Enum

NUMBERS_PER_LINE = 9


class Kind(Enum):
    """How a column's text is read."""

    TEXT = "text"
    MONEY = "amount"
    DATE = "date"
    MOMENT = "date or instant"
    YES_NO = "yes or no"
    WORD = "word"
    TELEPHONE = "telephone"
    DECIMAL = "number"
    DIGITS_4 = "four digits"
    TIMES = "hours of the week"
    ATTEMPTS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOfFile:
    """One column.

    Args:
        required: a line without it is rejected.
        personal: its values are masked in reports.
        words: what a WORD column may hold.
        aliases: other headings that mean the same.
    """

    name: str
    kind: Kind = Kind.TEXT
    meaning: str
    example: str = ""
    required: bool = False
    personal: bool = False
    words: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


_ROLES = (
    "consumer",
    "joint_debtor",
    "guarantor",
    "spouse",
    "executor",
    "administrator_of_estate",
    "successor_in_interest",
    "authorised_user",
)
_TYPES = (
    "credit_card",
    "student_loan",
    "medical",
    "mortgage",
    "auto_loan",
    "personal_loan",
    "utility",
    "telecom",
    "rent",
    "tax",
    "other",
)
_ITEMIZATION = ("last_statement", "charge_off", "last_payment", "transaction", "judgment")
_LINE_KINDS = ("mobile", "landline", "voip", "toll_free", "pager", "unknown")
_NOTICES = ("validation", "before_contact", "medical", "documents")
_INSTITUTIONS = ("switchboard", "prison", "shelter", "hospital")
_NUMBER_ROLES = ("own", "shared", "work", "relative", "reference", "traced", "unknown")

_C = ColumnOfFile
_K = Kind


def _number_columns(n: int) -> tuple[ColumnOfFile, ...]:
    return (
        _C(
            name=f"phone_{n}",
            kind=_K.TELEPHONE,
            meaning=f"Telephone number {n}, in any usual form; the most promising first",
            example=f"(212) 555-010{n}",
            personal=True,
            aliases=("phone", "home_phone") if n == 1 else (),
        ),
        _C(
            name=f"phone_{n}_type",
            kind=_K.WORD,
            words=_LINE_KINDS,
            meaning="Kind of line; without it, unknown",
            example="mobile",
        ),
        _C(
            name=f"phone_{n}_role",
            kind=_K.WORD,
            words=_NUMBER_ROLES,
            meaning="Whose it is; only own and shared ones are dialed predictively. Without it, unknown",
            example="own",
        ),
        _C(
            name=f"phone_{n}_institution",
            kind=_K.WORD,
            words=_INSTITUTIONS,
            meaning="The line is an institution's: what one person asks of it binds that person alone",
            example="",
        ),
        _C(name=f"phone_{n}_source", meaning="Where the number comes from", example="application"),
        _C(
            name=f"phone_{n}_consent",
            kind=_K.YES_NO,
            meaning="The person gave this number to the creditor for calls about the account",
            example="yes",
        ),
        _C(
            name=f"phone_{n}_text_consent",
            kind=_K.YES_NO,
            meaning="The same for text messages",
            example="no",
        ),
        _C(
            name=f"phone_{n}_consent_date",
            kind=_K.MOMENT,
            meaning="When; with the hour and its offset where it is known",
            example="2025-03-14T16:02-04:00",
        ),
        _C(
            name=f"phone_{n}_consent_words",
            meaning="What was agreed to, word for word",
            example="",
            personal=True,
        ),
        _C(
            name=f"phone_{n}_consent_proof",
            meaning="Where the proof is kept: a recording, a form, a page with its version",
            example="",
            personal=True,
        ),
        _C(
            name=f"phone_{n}_consent_revoked_date",
            kind=_K.MOMENT,
            meaning="When it was taken back, by whatever means",
            example="",
        ),
    )


COLUMNS: tuple[ColumnOfFile, ...] = (
    _C(name="placement_id", meaning="The creditor's name for this batch", example="2026-11-A"),
    _C(
        name="client_id",
        meaning="Who places the account",
        example="acme",
        required=True,
        aliases=("client",),
    ),
    _C(
        name="client_account",
        meaning="The client's number of the account; with client_id the account's key",
        example="AC-1000417",
        personal=True,
        required=True,
        aliases=("account", "account_number", "file_number", "external_ref"),
    ),
    _C(
        name="original_creditor",
        meaning="Creditor on the itemization date (1006.34(c)(2)(iii))",
        example="Acme Bank",
    ),
    _C(
        name="current_creditor",
        meaning="Creditor now (1006.34(c)(2)(v))",
        example="Acme Bank",
        aliases=("creditor_name",),
    ),
    _C(
        name="account_type",
        kind=_K.WORD,
        words=_TYPES,
        meaning="Kind of debt; without it, other",
        example="credit_card",
    ),
    _C(
        name="servicer_account",
        meaning="Student loans: loans of one servicer account count as one debt",
        example="",
        personal=True,
    ),
    _C(
        name="person_ref",
        meaning="The client's key of the person; with client_id the person's key",
        example="PR-20931",
        required=True,
        personal=True,
        aliases=("debtor_id", "customer_id"),
    ),
    _C(
        name="person_role",
        kind=_K.WORD,
        words=_ROLES,
        meaning="Who the person is to the account; without it, consumer",
        example="consumer",
    ),
    _C(name="first", meaning="Given name", example="Ada", personal=True, aliases=("first_name",)),
    _C(name="middle", meaning="Middle name", example="", personal=True, aliases=("middle_name",)),
    _C(
        name="last",
        meaning="Family name",
        example="Example",
        required=True,
        personal=True,
        aliases=("last_name", "surname"),
    ),
    _C(name="suffix", meaning="Jr., III and such", example="", personal=True),
    _C(
        name="ssn_last4",
        kind=_K.DIGITS_4,
        meaning="Last four digits of the social security number",
        example="0417",
        personal=True,
    ),
    _C(
        name="dob",
        kind=_K.DATE,
        meaning="Date of birth",
        example="1979-05-23",
        personal=True,
        aliases=("date_of_birth",),
    ),
    _C(name="language", meaning="ISO 639-1; other than en needs an agent who speaks it", example="en"),
    _C(name="address_1", meaning="Street", example="1 Sample St", personal=True, aliases=("address",)),
    _C(name="address_2", meaning="Second line", example="", personal=True),
    _C(name="city", meaning="City", example="New York"),
    _C(name="state", meaning="Two letters", example="NY", aliases=("region",)),
    _C(
        name="zip",
        meaning="Five or nine digits; lost zeros are put back",
        example="10001",
        personal=True,
        aliases=("zip_code", "postal_code"),
    ),
    _C(name="country", meaning="ISO 3166-1; without it, US", example="US"),
    *(column for n in range(1, NUMBERS_PER_LINE + 1) for column in _number_columns(n)),
    _C(name="email", meaning="E-mail address", example="ada@example.com", personal=True),
    _C(
        name="email_consent_date",
        kind=_K.MOMENT,
        meaning="When the person agreed to e-mails at this address; empty if they did not",
        example="",
    ),
    _C(name="email_consent_words", meaning="What was agreed to, word for word", example="", personal=True),
    _C(name="email_consent_proof", meaning="Where the proof is kept", example="", personal=True),
    _C(
        name="email_consent_revoked_date",
        kind=_K.MOMENT,
        meaning="When it was taken back, by whatever means",
        example="",
    ),
    _C(
        name="itemization_date",
        kind=_K.DATE,
        meaning="Reference date of the amounts (1006.34(b)(3))",
        example="2026-06-30",
    ),
    _C(
        name="itemization_type",
        kind=_K.WORD,
        words=_ITEMIZATION,
        meaning="Which date it is",
        example="charge_off",
    ),
    _C(
        name="itemization_amount",
        kind=_K.MONEY,
        meaning="Amount on that date",
        example="1200.00",
    ),
    _C(name="interest", kind=_K.MONEY, meaning="Interest since", example="13.50"),
    _C(name="fees", kind=_K.MONEY, meaning="Fees since", example="0.00"),
    _C(name="payments", kind=_K.MONEY, meaning="Payments since", example="50.00"),
    _C(name="credits", kind=_K.MONEY, meaning="Credits since", example="0.00"),
    _C(
        name="current_balance",
        kind=_K.MONEY,
        meaning="Owed now; nothing closes the account",
        example="1163.50",
        required=True,
        aliases=("balance", "current_amount"),
    ),
    _C(name="currency", meaning="ISO 4217; without it, USD", example="USD"),
    _C(name="charge_off_date", kind=_K.DATE, meaning="Charged off on", example="2026-06-30"),
    _C(name="last_payment_date", kind=_K.DATE, meaning="Last paid on", example="2026-02-11"),
    _C(name="last_payment_amount", kind=_K.MONEY, meaning="Last paid", example="50.00"),
    _C(
        name="delinquency_date",
        kind=_K.DATE,
        meaning="First day past due of the present delinquency",
        example="2026-01-05",
    ),
    _C(name="judgment", kind=_K.YES_NO, meaning="There is a judgment", example="no"),
    _C(name="judgment_date", kind=_K.DATE, meaning="Of", example=""),
    _C(name="statute_state", meaning="State whose limitation period applies", example="NY"),
    _C(
        name="limitation_date",
        kind=_K.DATE,
        meaning="Last day on which the debt may be sued upon; without it, it may be over",
        example="2029-01-05",
    ),
    _C(
        name="notice_date",
        kind=_K.DATE,
        meaning="Day on which a written notice of the debt was posted or sent",
        example="2026-11-02",
    ),
    _C(
        name="notice_kind",
        kind=_K.WORD,
        words=_NOTICES,
        meaning="Which: 12 CFR 1006.34, a province of Canada, NRS 649.366, D.C. Code 28-3814(m)",
        example="validation",
    ),
    _C(
        name="notice_by",
        kind=_K.WORD,
        words=("letter", "email"),
        meaning="By what it was sent",
        example="letter",
    ),
    _C(name="notice_returned_date", kind=_K.DATE, meaning="Day on which it came back", example=""),
    _C(name="notice_proof", meaning="Where a copy is kept", example="", personal=True),
    _C(
        name="documents_requested_date",
        kind=_K.DATE,
        meaning="Day on which the person asked for the papers of the debt, not answered yet",
        example="",
    ),
    _C(
        name="original_creditor_requested_date",
        kind=_K.DATE,
        meaning="Day on which the person asked who the original creditor is, not answered yet",
        example="",
    ),
    _C(
        name="closed_place",
        kind=_K.WORD,
        words=("home", "work"),
        meaning="Place at which the person asked not to be called or written to",
        example="",
    ),
    _C(
        name="score",
        kind=_K.DECIMAL,
        meaning="The client's score; larger is called sooner",
        example="612",
        aliases=("priority",),
    ),
    _C(name="stage", meaning="primary, secondary, ...", example="primary"),
    _C(name="cease", kind=_K.YES_NO, meaning="Asked in writing to be left alone", example="no"),
    _C(name="attorney", kind=_K.YES_NO, meaning="An attorney represents the person", example="no"),
    _C(name="bankruptcy", kind=_K.YES_NO, meaning="Bankruptcy is known", example="no"),
    _C(name="deceased", kind=_K.YES_NO, meaning="The person has died", example="no"),
    _C(name="dispute", kind=_K.YES_NO, meaning="This account is disputed", example="no"),
    _C(
        name="inconvenient_times",
        kind=_K.TIMES,
        meaning="Hours the person asked not to be called in, local time",
        example="MO-FR 09:00-17:00; SU",
    ),
    _C(
        name="preferred_channel",
        kind=_K.WORD,
        words=("phone", "letter", "email", "text"),
        meaning="What the person prefers",
        example="phone",
    ),
    _C(
        name="prior_attempts",
        kind=_K.ATTEMPTS,
        meaning="Calls of the last seven days by whoever had the account: instants with their offset and, "
        "after =, the outcome; or only how many",
        example="2026-11-18T15:04-05:00=no_answer",
    ),
    _C(name="recall_date", kind=_K.DATE, meaning="The account goes back on this day", example="2027-05-31"),
)

BY_MAPPING: tuple[ColumnOfFile, ...] = (
    _C(name="do_not_call", kind=_K.YES_NO, meaning="The person is not to be called"),
    _C(name="closed", kind=_K.YES_NO, meaning="The account is closed: paid, settled, recalled, sold"),
    _C(name="account_status", meaning="A word for where the account stands; [statuses] says what each means"),
    _C(name="full_name", meaning="Ada M. Example, or Example, Ada M.", personal=True),
    _C(name="full_name_last_first", meaning="Example Ada M., or Example/Ada", personal=True),
    _C(name="city_state", meaning="Maldon, FL"),
    _C(name="more_phones", meaning="7275551212_1_work!7275551213: more numbers", personal=True),
    _C(name="phone_code", meaning="Code of the country of telephone number 1: 1, 44"),
    _C(name="ssn", kind=_K.TEXT, meaning="All nine figures; the last four are kept", personal=True),
)
"""What a creditor's own column may mean once somebody has said so (`dialer.intake.mapping`): what headings
like these mean differs from file to file, and nobody guesses it."""

PARTICULARS = tuple(
    column.name
    for column in COLUMNS
    if column.name
    in {
        "itemization_date",
        "itemization_type",
        "itemization_amount",
        "interest",
        "fees",
        "payments",
        "credits",
        "charge_off_date",
        "last_payment_date",
        "last_payment_amount",
        "judgment",
        "judgment_date",
        "statute_state",
        "stage",
        "preferred_channel",
    }
)
"""Columns that are kept with the account as they are told, checked."""

BY_NAME: dict[str, ColumnOfFile] = {column.name: column for column in (*COLUMNS, *BY_MAPPING)}

HEADINGS: dict[str, str] = {
    heading: column.name for column in COLUMNS for heading in (column.name, *column.aliases)
}
"""Every heading that is understood, to the column's name."""


def heading_key(heading: str) -> str:
    """A heading as it is compared."""
    return "_".join(heading.strip().lower().lstrip("*\ufeff").replace("-", " ").split())


def template() -> str:
    """A file to send to a creditor: the heading and one made-up line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in COLUMNS])
    writer.writerow([column.example for column in COLUMNS])
    return text.getvalue()


def markdown() -> str:
    """The columns as the table of the README."""
    lines = ["| column | kind | meaning | example |", "|---|---|---|---|"]
    for column in COLUMNS:
        if column.name.startswith("phone_") and not column.name.startswith("phone_1"):
            continue
        kind = ", ".join(column.words) if column.words else column.kind.value
        mark = "**" if column.required else ""
        name = column.name.replace("phone_1", "phone_N")
        lines.append(f"| {mark}{name}{mark} | {kind} | {column.meaning} | {column.example} |")
    return "\n".join(lines) + "\n"

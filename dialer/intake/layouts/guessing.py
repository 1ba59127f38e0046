"""What a column may mean, from its heading and its values: a proposal, which a person confirms."""

import re
from collections.abc import Callable, Sequence

from dialer.intake.columns import HEADINGS, NUMBERS_PER_LINE
from dialer.intake.keys import is_placeholder
from dialer.intake.layouts.told import OPEN
from dialer.intake.mapping import IGNORE
from dialer.intake.protection import sounds_protective
from dialer.intake.values import BadValueError, date_of, has_either_order, latin_digits, money_of

_SAME = {
    "client_account": "acct acct_no acct_num acct_number account_no account_num account_id "
    "accountid accountnumber loan_number loan_no reference reference_number referencenumber "
    "ref ref_no vendor_id vendor_lead_code id_contact file_no fileno case_number matter "
    "our_ref your_ref debtor_number aktenzeichen",
    "person_ref": "person_id debtor_ref consumer_id customer_ref customer_number customer_no ssn_hash",
    "full_name": "name full_name fullname debtor_name debtor consumer consumer_name customer_name "
    "patient_name guarantor guarantor_name borrower borrower_name nombre contact_name",
    "first": "first fname firstname given_name forename vorname f_name",
    "middle": "middle_initial mi mname middlename",
    "last": "lname lastname family_name nachname apellido l_name",
    "suffix": "generation name_suffix",
    "current_balance": "bal amount amount_due balance_due total_due amt_due amount_owed total_owed "
    "outstanding outstanding_balance total_balance curr_bal current_bal principal_balance "
    "saldo betrag amt importe",
    "dob": "birth_date birthdate birthday birth d_o_b debtor_dob geburtsdatum",
    "ssn": "ssn ss ss_number social social_security social_security_number taxpayer_id debtor_ssn",
    "ssn_last4": "ssn4 last4 last_4 last_four ssn_last_4 debtor_ssn_last4 last_4_ssn "
    "last_four_ssn last4_social",
    "address_1": "addr address1 addr1 addr_1 address_line_1 street street_1 street1 street_address "
    "mailing_address strasse direccion",
    "address_2": "address2 addr2 address_line_2 street_2 street2 apt unit",
    "city": "town municipality ort ciudad",
    "state": "st province state_code",
    "zip": "zipcode zip5 postal postalcode postcode plz postal_zip",
    "country": "country_code land pais",
    "email": "e_mail email_address mail debtor_email",
    "original_creditor": "orig_creditor creditor originator merchant",
    "charge_off_date": "chargeoff_date co_date chargeoff charged_off_date",
    "last_payment_date": "last_pay_date last_paid date_last_paid lpd last_pmt_date",
    "last_payment_amount": "last_pay_amt last_payment last_pmt_amt last_pmt_amount",
    "delinquency_date": "date_of_first_delinquency dofd delinquent_date first_delinquency",
    "placement_id": "batch batch_id placement list_id file_id portfolio",
    "score": "rating rank",
    "client_id": "client_number client_code client_no creditor_id",
}
NOT_UNDERSTOOD = IGNORE, "not understood"
MAY_PROTECT = OPEN, "it may protect people: closed:WORDS/WORDS, deceased:*, account_status, ignore, ..."
NO_NUMBERS = OPEN, "its heading says telephone numbers, its values do not: phone_1, ignore, ..."
_PHONE = re.compile(
    r"(phone|tel|telefono|telefon|mobile|cell|home|work|poe|number|ph)[a-z_]*\d?|(home|work|cell|mobile|other)_?(phone|tel|number)[a-z_\d]*"
)
_PLAIN = {
    "acct": "account",
    "addr": "address",
    "amt": "amount",
    "bal": "balance",
    "chg": "charge",
    "cred": "creditor",
    "curr": "current",
    "cust": "customer",
    "del": "delinquency",
    "delinq": "delinquency",
    "dt": "date",
    "no": "number",
    "nbr": "number",
    "num": "number",
    "orig": "original",
    "ph": "phone",
    "tel": "phone",
    "telephone": "phone",
    "cellular": "cell",
    "cellphone": "cell",
    "mob": "mobile",
    "pd": "paid",
    "pmt": "payment",
    "pymt": "payment",
    "pay": "payment",
    "ref": "reference",
    "soc": "social",
    "sec": "security",
}
"""What people shorten, each by what it is short for."""
_FILLING = frozenset({"the", "of", "on", "s"})
_WORD = re.compile(r"[a-z]+|\d+")


def _plain(key: str) -> str:
    """A heading without signs and short forms: `Acct#`, `acct_no` and `Account Number` begin alike."""
    found: list[str] = _WORD.findall(key.lower().replace("#", " number "))
    words = [_PLAIN.get(word, word) for word in found]
    return "".join(word for word in words if word not in _FILLING)


_KNOWN = {heading: name for name, words in _SAME.items() for heading in words.split()} | HEADINGS
_KNOWN_PLAIN = {
    plain: name
    for heading, name in _KNOWN.items()
    if name not in ("phone_1", "account_status") and (plain := _plain(heading)) and len(plain) > 2
}
_NUMBERED = frozenset({"client_account", "person_ref", "placement_id", "ssn"})
"""Columns that a heading may mean with `number` behind its own words: `Batch #`, not `Deceased No`."""

_TELEPHONE_HEADING = re.compile(
    r"(debtor|consumer|borrower|guarantor|customer|patient)?"
    r"(home|work|business|employer|poe|job|other|alternate|alt|main|primary|secondary|evening|day|daytime|contact)?"
    r"(phone|cell|mobile|cellphone|mobilephone|homephone|workphone)(number)?\d{0,2}"
)
"""Of a plain heading that says that telephone numbers stand below, whether any does or not."""
_STATUS = re.compile(r"((account|acct|debt|lead|file)_)?(status|stat|state)(_code)?")
_FEW = 30
_TELEPHONE = re.compile(r"\+?\d[\d\s().-]{8,17}")


def meaning_for(key: str, values: Sequence[str], taken: Sequence[str]) -> tuple[str, str]:
    """The column that a heading may mean, and why it is thought so.

    Args:
        key: the heading as it is compared.
        values: some of its texts that are not empty.
        taken: columns that earlier headings mean.

    Returns:
        `?` where somebody must say, `ignore` where nothing depends on it.
    """
    name = usual(key)
    if name and name not in taken:
        return name, "by its heading"
    told = [value for value in values if not is_placeholder(value)]
    if says_telephone(key):
        are_numbers = not told or 2 * sum(map(may_be_telephone, told)) >= len(told)
        return _free_phone(taken, "by its heading") if are_numbers else NO_NUMBERS
    if values and nearly_all(values, is_telephone) and (_PHONE.search(key) or not name):
        return _free_phone(taken, "its values are telephone numbers")
    if _STATUS.fullmatch(key) and "account_status" not in taken and are_few(values):
        return "account_status", "its heading, and few words under it"
    return MAY_PROTECT if sounds_protective(key) else NOT_UNDERSTOOD


def _free_phone(taken: Sequence[str], why: str) -> tuple[str, str]:
    free = [f"phone_{n}" for n in range(1, NUMBERS_PER_LINE + 1) if f"phone_{n}" not in taken]
    return (free[0], why) if free else (IGNORE, f"more than {NUMBERS_PER_LINE} telephone numbers")


def is_telephone(text: str) -> bool:
    """Whether a text may be a telephone number."""
    digits = sum(sign.isdecimal() for sign in text)
    return 10 <= digits <= 15 and _TELEPHONE.fullmatch(latin_digits(text).strip()) is not None


def may_be_telephone(text: str) -> bool:
    """Whether a text under a heading that says so may be a number, or what is left of one."""
    return sum(sign.isdecimal() for sign in text) >= 7


def is_day(text: str) -> bool:
    """Whether a text may be a day, whichever order it is in."""
    try:
        date_of(text)
    except BadValueError:
        return has_either_order(text) or bool(re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text))
    return True


def is_amount(text: str) -> bool:
    """Whether a text is an amount with cents."""
    try:
        money_of(text)
    except BadValueError:
        return False
    return bool(re.search(r"[.,]\d{2}$", text.strip()))


def usual(key: str) -> str:
    """The column of a placement that a heading means in most files; '' where it is none of the usual ones."""
    plain = _plain(key)
    name = _KNOWN.get(re.sub(r"[^a-z0-9]+", "_", key).strip("_")) or _KNOWN_PLAIN.get(plain)
    if name is None and plain.endswith("number"):
        of_numbers = _KNOWN_PLAIN.get(plain.removesuffix("number"))
        name = of_numbers if of_numbers in _NUMBERED else None
    return name or ""


def says_telephone(key: str) -> bool:
    """Whether a heading alone says that telephone numbers stand below it."""
    return _TELEPHONE_HEADING.fullmatch(_plain(key)) is not None


def nearly_all(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Whether nine texts of ten are so."""
    return sum(test(value) for value in values) >= 0.9 * len(values)


def are_few(values: Sequence[str]) -> bool:
    """Whether they are few short words, over and over."""
    return 0 < len(set(values)) <= _FEW and max(map(len, values)) <= _FEW


def may_be_heading(fields: Sequence[str]) -> bool:
    """Whether a first line is a heading: words, and no telephone numbers, days or amounts."""
    filled = [text.strip() for text in fields if text.strip()]
    if not filled:
        return False
    data = sum(is_telephone(text) or is_day(text) or is_amount(text) or text.isdecimal() for text in filled)
    return data == 0 or data <= 0.1 * len(filled)

"""What a column may mean, from its heading and its values: a proposal, which a person confirms."""

import re
from collections.abc import Callable, Sequence

from dialer.intake.columns import HEADINGS, NUMBERS_PER_LINE
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
    "ssn": "ssn social social_security social_security_number taxpayer_id debtor_ssn",
    "ssn_last4": "ssn4 last4 last_4 last_four ssn_last_4 debtor_ssn_last4",
    "address_1": "addr address1 addr1 addr_1 street street_1 street1 street_address "
    "mailing_address strasse direccion",
    "address_2": "address2 addr2 street_2 street2 apt unit",
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
_PHONE = re.compile(
    r"(phone|tel|telefono|telefon|mobile|cell|home|work|poe|number|ph)[a-z_]*\d?|(home|work|cell|mobile|other)_?(phone|tel|number)[a-z_\d]*"
)
_KNOWN = {heading: name for name, words in _SAME.items() for heading in words.split()} | HEADINGS
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
    if values and nearly_all(values, is_telephone) and (_PHONE.search(key) or not name):
        return _free_phone(taken, "its values are telephone numbers")
    if _STATUS.fullmatch(key) and "account_status" not in taken and are_few(values):
        return "account_status", "its heading, and few words under it"
    if sounds_protective(key):
        return OPEN, "it may protect people: closed:WORDS/WORDS, deceased:*, account_status, ignore, ..."
    if key in ("dob", "birth") and values and nearly_all(values, is_day):
        return "dob", "its values are days"
    return IGNORE, "not understood"


def _free_phone(taken: Sequence[str], why: str) -> tuple[str, str]:
    free = [f"phone_{n}" for n in range(1, NUMBERS_PER_LINE + 1) if f"phone_{n}" not in taken]
    return (free[0], why) if free else (IGNORE, f"more than {NUMBERS_PER_LINE} telephone numbers")


def is_telephone(text: str) -> bool:
    """Whether a text may be a telephone number."""
    digits = sum(sign.isdecimal() for sign in text)
    return 10 <= digits <= 15 and _TELEPHONE.fullmatch(latin_digits(text).strip()) is not None


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
    return _KNOWN.get(re.sub(r"[^a-z0-9]+", "_", key).strip("_"), "")


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

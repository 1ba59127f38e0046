"""Who is right party by what they answer: two right ones, none wrong, nothing told of which was."""

import pytest

from compliance_gate.words import PersonRole
from dialer.casework.identifying import (
    Identifier,
    IdentifyTerms,
    Party,
    identified,
    may_be_told,
    questions,
)
from dialer.domain.errors import InvalidFactError

Ask = Identifier
TERMS = IdentifyTerms()
ON_FILE = {
    Ask.DATE_OF_BIRTH: frozenset({"1980-02-29"}),
    Ask.POSTAL_CODE: frozenset({"02108-1234", "SW1A 1AA"}),
    Ask.SSN_LAST4: frozenset({"0042"}),
    Ask.ACCOUNT: frozenset[str](),
    Ask.EMAIL: frozenset({"ann@example.org"}),
}


@pytest.mark.parametrize(
    ("answers", "is_right"),
    [
        ({}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "0042"}, True),
        ({Ask.DATE_OF_BIRTH: "1980-02-28", Ask.SSN_LAST4: "0042"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "0042", Ask.POSTAL_CODE: "02109"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "0042", Ask.POSTAL_CODE: " "}, True),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.POSTAL_CODE: "02108"}, True),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.POSTAL_CODE: "0210"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.POSTAL_CODE: "sw1a1aa"}, True),
        ({Ask.DATE_OF_BIRTH: "29/02/1980", Ask.SSN_LAST4: "0042"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "42"}, False),
        ({Ask.DATE_OF_BIRTH: "1980-02-29", Ask.ACCOUNT: "A1"}, False),  # none is on file to compare with
        (
            {Ask.DATE_OF_BIRTH: "1980-02-29", Ask.EMAIL: "ann@example.org"},
            False,
        ),  # this client does not ask it
    ],
)
def test_two_right_answers_and_none_wrong(answers: dict[Identifier, str], is_right: bool) -> None:
    assert identified(TERMS, ON_FILE, party=Party.CONSUMER, answers=answers).is_right is is_right


def test_a_refusal_does_not_say_which_answer_was_wrong() -> None:
    """Else a stranger finds the birthday by asking often enough."""
    wrong = [
        {Ask.DATE_OF_BIRTH: "1981-01-01", Ask.SSN_LAST4: "0042"},
        {Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "0043"},
    ]
    why = {identified(TERMS, ON_FILE, party=Party.CONSUMER, answers=each).why for each in wrong}
    assert why == {"what was told is not what is on file"}


def test_what_is_asked_is_what_is_on_file_in_the_clients_order() -> None:
    assert questions(TERMS, ON_FILE) == (Ask.DATE_OF_BIRTH, Ask.POSTAL_CODE, Ask.SSN_LAST4)
    assert questions(IdentifyTerms(asks=(Ask.EMAIL,), enough=1), ON_FILE) == (Ask.EMAIL,)


def test_nobody_is_identified_where_too_little_is_on_file() -> None:
    """One identifier does not do where two are to be told, however right it is."""
    one = {Ask.DATE_OF_BIRTH: frozenset({"1980-02-29"})}
    came = identified(TERMS, one, party=Party.CONSUMER, answers={Ask.DATE_OF_BIRTH: "1980-02-29"})
    assert (came.is_right, came.why) == (False, "too little is on file to identify by: 2 are to be told")


def test_a_spouse_is_right_party_only_where_the_client_says_so() -> None:
    right = {Ask.DATE_OF_BIRTH: "1980-02-29", Ask.SSN_LAST4: "0042"}
    assert not identified(TERMS, ON_FILE, party=Party.SPOUSE, answers=right).is_right
    wide = IdentifyTerms(parties=(Party.CONSUMER, Party.SPOUSE))
    came = identified(wide, ON_FILE, party=Party.SPOUSE, answers=right)
    assert (came.is_right, came.why) == (True, "spouse, by date of birth, ssn last4")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (PersonRole.CONSUMER, True),
        (PersonRole.EXECUTOR, True),
        (PersonRole.SPOUSE, False),
        (PersonRole.RELATIVE, False),
        (PersonRole.EMPLOYER, False),
        (PersonRole.AUTHORISED_USER, False),
        (PersonRole.THIRD_PARTY_LOCATION_CONTACT, False),
        (PersonRole.UNKNOWN, False),
    ],
)
def test_on_whose_file_a_debt_may_be_told(role: PersonRole, may: bool) -> None:
    assert may_be_told(TERMS, role) is may


def test_terms_that_nobody_could_meet_are_refused() -> None:
    with pytest.raises(InvalidFactError, match="2 are to be told of the 1"):
        IdentifyTerms(asks=(Ask.EMAIL,), enough=2)
    with pytest.raises(InvalidFactError, match="each is asked once"):
        IdentifyTerms(asks=(Ask.EMAIL, Ask.EMAIL, Ask.ACCOUNT), enough=2)

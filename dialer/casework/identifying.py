"""Who is the right party on a line, and what identifies them: asked for, never read out.

Before somebody is identified nothing is told that would say that there is a debt. What identifies is compared
here and nowhere shown: who holds a card with a birthday on it must not be able to read it to a stranger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from compliance_gate.valid import Within
from compliance_gate.words import PersonRole
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded
from dialer.domain.transitions import Word
from dialer.domain.valid import valid


class Identifier(Word):
    """What a person is asked, so that it is known who they are."""

    DATE_OF_BIRTH = "date_of_birth"
    POSTAL_CODE = "postal_code"
    """Of any address on file."""
    SSN_LAST4 = "ssn_last4"
    ACCOUNT = "account"
    """Any number that the client has for an account of theirs."""
    EMAIL = "email"


class Party(Word):
    """Who somebody on the line says they are, of those who may ever be told of a debt."""

    CONSUMER = "consumer"
    JOINT_DEBTOR = "joint_debtor"
    GUARANTOR = "guarantor"
    SPOUSE = "spouse"
    GUARDIAN = "guardian"
    PARENT_OF_MINOR = "parent_of_minor"
    EXECUTOR = "executor"
    ADMINISTRATOR_OF_ESTATE = "administrator_of_estate"
    SUCCESSOR_IN_INTEREST = "successor_in_interest"
    CONSUMER_ATTORNEY = "consumer_attorney"
    AUTHORISED = "authorised"
    """Somebody of whom the consumer said that they may be told."""


Enough = Annotated[int, Within(1, 5, "identifiers")]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class IdentifyTerms:
    """Whom a client counts as right party, and by what.

    Args:
        asks: what is asked, in this order, as far as it is on file.
        enough: how many of them must be told, all of them right.
        parties: who may be told of the debt. A spouse only where the client says so, since some states allow
            less than 12 CFR 1006.6(a).
    """

    asks: tuple[Identifier, ...] = (
        Identifier.DATE_OF_BIRTH,
        Identifier.POSTAL_CODE,
        Identifier.SSN_LAST4,
        Identifier.ACCOUNT,
    )
    enough: Enough = 2
    parties: tuple[Party, ...] = (
        Party.CONSUMER,
        Party.JOINT_DEBTOR,
        Party.GUARANTOR,
        Party.GUARDIAN,
        Party.PARENT_OF_MINOR,
        Party.EXECUTOR,
        Party.ADMINISTRATOR_OF_ESTATE,
        Party.CONSUMER_ATTORNEY,
    )

    def __post_init__(self) -> None:
        if len(set(self.asks)) < max(self.enough, len(self.asks)):
            raise InvalidFactError(
                f"identifying: {self.enough} are to be told of the {len(set(self.asks))} that are asked; "
                "each is asked once"
            )


OnFile = Mapping[Identifier, frozenset[str]]
"""What is on file of a person, by what it is; what is not on file is not there, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What came of an answer.

    Args:
        is_right: they may be told of the debt.
        why: in words, for whoever asked; it never says which answer was wrong.
    """

    is_right: bool
    why: str


def may_be_told(terms: IdentifyTerms, role: PersonRole) -> bool:
    """Whether a debt may be told on the file of somebody who is this to it.

    Never to a relative, a reference or an employer who is called to find somebody, whoever they say they are
    (12 CFR 1006.6(d), 1006.10).
    """
    return role.value in {party.value for party in terms.parties}


def questions(terms: IdentifyTerms, on_file: OnFile) -> tuple[Identifier, ...]:
    """What to ask, in the client's order; fewer than `terms.enough` = they cannot be identified so."""
    return tuple(each for each in terms.asks if on_file.get(each))


def identified(
    terms: IdentifyTerms, on_file: OnFile, *, party: Party, answers: Mapping[Identifier, str]
) -> Identified:
    """Whether somebody is the right party by what they answered.

    One wrong answer among right ones is a wrong one: else whoever knows two could try a third.
    """
    asked = questions(terms, on_file)
    if party not in terms.parties:
        return Identified(is_right=False, why=f"the client does not count {_said(party)} as right party")
    if len(asked) < terms.enough:
        return Identified(
            is_right=False, why=f"too little is on file to identify by: {terms.enough} are to be told"
        )
    told = {each: text for each, text in answers.items() if text.strip()}
    beside = sorted(each.value for each in told if each not in asked)
    if beside:
        return Identified(is_right=False, why=f"not asked here: {', '.join(beside)}")
    if len(told) < terms.enough:
        return Identified(is_right=False, why=f"{terms.enough} are to be told, of {_names(asked)}")
    if not all(_is_so(each, text, on_file[each]) for each, text in told.items()):
        return Identified(is_right=False, why="what was told is not what is on file")
    by = tuple(each for each in asked if each in told)
    return Identified(is_right=True, why=f"{_said(party)}, by {_names(by)}")


def _is_so(which: Identifier, told: str, known: frozenset[str]) -> bool:
    said = _compared(which, told)
    return said != "" and any(said == _compared(which, each) for each in known)


def _compared(which: Identifier, text: str) -> str:
    """As it is compared; '' = it is none."""
    match which:
        case Identifier.DATE_OF_BIRTH:
            try:
                return date.fromisoformat(text.strip()).isoformat()
            except ValueError:
                return ""
        case Identifier.SSN_LAST4:
            return text.strip() if len(text.strip()) == 4 and text.strip().isdecimal() else ""
        case Identifier.POSTAL_CODE:
            return _code(text)
        case Identifier.ACCOUNT | Identifier.EMAIL:
            return folded(text.replace(" ", ""))


_ZIP_DIGITS, _ZIP_PLUS_4_DIGITS = 5, 9


def _code(text: str) -> str:
    """A postal code; of a ZIP+4 the five that everybody knows."""
    plain = "".join(each for each in text.casefold() if each.isalnum())
    is_long = plain.isdecimal() and len(plain) == _ZIP_PLUS_4_DIGITS
    return plain[:_ZIP_DIGITS] if is_long else plain


def _said(party: Party) -> str:
    return party.value.replace("_", " ")


def _names(which: tuple[Identifier, ...]) -> str:
    return ", ".join(each.value.replace("_", " ") for each in which)

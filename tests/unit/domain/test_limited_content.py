"""What a limited-content message has, may have, and has nothing beyond (12 CFR 1006.2(j))."""

from typing import Any

import pytest

from dialer.domain.errors import InvalidFactError
from dialer.domain.limited_content import Language, LimitedContent, debt_word, wrong_with
from dialer.domain.voice import ApprovedText

SAID = "Hello, this is Robin Smith with Acme Services. Please call me back at 212 555 0100."


def parts(**more: Any) -> LimitedContent:
    given: dict[str, Any] = {
        "business": "Acme Services",
        "persons": ("Robin Smith",),
        "numbers": ("+12125550100",),
    }
    return LimitedContent(**{**given, **more})


@pytest.mark.parametrize(
    "words",
    [
        SAID,
        "This is Robin Smith from Acme Services. Call 212-555-0100.",
        "Robin Smith, Acme Services, (212) 555-0100. Please return my call.",
        "Good morning. This is Robin Smith calling on Monday, March 2, at 9:30 a.m. from Acme Services. "
        "Please reply at 1-212-555-0100 between 9 a.m. and 5:30 p.m. Eastern time, Monday to Friday.",
        "Hi, it's Robin Smith with Acme Services. Please call us at 212.555.0100. When you call, you may "
        "speak with any representative or associate.",
    ],
)
def test_required_parts_and_listed_ones_are_a_message(words: str) -> None:
    assert wrong_with(words, parts()) == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("This is Robin Smith. Please call me at 212 555 0100.", "business name 'Acme Services'"),
        ("This is Acme Services. Please call us at 212 555 0100.", "do not say 'Robin Smith'"),
        ("This is Robin Smith with Acme Services, 212 555 0100.", "do not ask for a reply"),
        ("This is Robin Smith with Acme Services. Please call me back.", "+12125550100 in digits"),
        ("This is Robin Smith with Acme Services. Please call 555 0100.", "+12125550100 in digits"),
        ("This is Robin Smith with Acme Servicesland. Call 212 555 0100.", "business name"),
    ],
)
def test_each_required_part_must_be_said(words: str, told: str) -> None:
    assert told in "; ".join(wrong_with(words, parts()))


@pytest.mark.parametrize(
    ("beyond", "told"),
    [
        (" Thank you.", "'thank'"),
        (" It is about your account.", "'about', 'your', 'account'"),
        (" This is for a personal matter.", "'for', 'personal', 'matter'"),
        (" This is important.", "'important'"),
        (" You owe $250.", "'owe', '250', '$'"),
        (" Reference 12345.", "'reference', '12345'"),
        (" Call 1-800-PAY-ACME.", "'pay'"),
    ],
)
def test_anything_else_is_other_content(beyond: str, told: str) -> None:
    (wrong,) = wrong_with(SAID + beyond, parts())
    assert told in wrong
    assert "no other content" in wrong


def test_a_message_in_spanish_is_held_to_the_same() -> None:
    spanish = parts(business="Acme Servicios", persons=("María López",), language=Language.SPANISH)
    words = "Hola, habla María López de Acme Servicios. Por favor llámeme al 212 555 0100."
    assert wrong_with(words, spanish) == ()
    assert "'deuda'" in wrong_with(words + " Es por su deuda.", spanish)[0]


def test_a_number_of_another_country_may_be_said_as_people_there_dial_it() -> None:
    british = parts(numbers=("+442079460958",))
    assert wrong_with(SAID.replace("212 555 0100", "020 7946 0958"), british) == ()
    assert wrong_with(SAID.replace("212 555 0100", "020 7946 0959"), british) != ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"business": "Acme Collections"}, "says 'Collections'"),
        ({"business": "Acme Debt Recovery"}, "says 'Debt'"),
        ({"business": "National Credit Adjusters"}, "says 'Credit'"),
        ({"business": "Cobranzas Acme"}, "says 'Cobranzas'"),
        ({"persons": ()}, "name a natural person"),
        ({"persons": ("Customer Service",)}, "no natural person"),
        ({"persons": ("Agent 7",)}, "no natural person"),
        ({"numbers": ()}, "say a number"),
        ({"numbers": ("0100",)}, r"E\.164"),
    ],
)
def test_a_part_that_is_none_is_refused_from_birth(change: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFactError, match=told):
        parts(**change)


def test_a_credit_union_is_named_as_it_is() -> None:
    assert parts(business="Acme Credit Union").business == "Acme Credit Union"


def test_a_text_whose_words_are_not_its_parts_does_not_come_to_be() -> None:
    given: dict[str, Any] = {
        "sound": "drop",
        "version": "1",
        "approved_by": "C. Officer",
        "approved_on": "2026-11-01",
        "client": "acme",
        "limited": parts(),
    }
    assert ApprovedText(words=SAID, **given).limited == parts()
    with pytest.raises(InvalidFactError, match="text drop: the words say more"):
        ApprovedText(words=SAID + " Goodbye.", **given)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Acme Collections. No one is free.", "Collections"),
        ("Please call about your past due balance.", "past due"),
        ("This is an attempt to collect.", "collect"),
        ("Acme Services. No one is free. Press 9 so that we do not call again.", None),
        ("This call is recorded.", None),
    ],
)
def test_a_word_that_tells_anybody_of_a_debt_is_found(words: str, told: str | None) -> None:
    assert debt_word(words) == told

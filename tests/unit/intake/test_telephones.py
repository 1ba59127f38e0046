"""Telephone numbers in all their shapes. Every number here is of the range kept for fiction, or of no use."""

import pytest

from compliance_gate.whereabouts import packaged_tables
from dialer.intake.telephones import e164_of
from dialer.intake.values import BadValueError

TABLES = packaged_tables()


@pytest.mark.parametrize(
    "text",
    ["2125550123", "12125550123", "+12125550123", "(212) 555-0123", "212.555.0123", "212-555-0123",
     "+1 212 555 0123", "1 (212) 555-0123", "212/555 0123", "2125550123.0"],
)  # fmt: skip
def test_one_number_in_its_usual_forms(text: str) -> None:
    assert e164_of(text, TABLES) == "+12125550123"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2.12555E+09", "rounded"),
        ("212-555-0123 x12", "extension"),
        ("212 555 0123 ext. 5", "extension"),
        ("5550123", "ten digits"),
        ("12345", "ten digits"),
        ("22125550123", "ten digits"),
        ("212555012", "ten digits"),
        ("121255501234", "ten digits"),
        ("1212555012", "ten digits"),
        ("1125550123", "ten digits"),
        ("2120550123", "ten digits"),
        ("(999) 555-0123", "area code"),
        ("none", "not a telephone number"),
        ("+44 20", "not a telephone number|no telephone"),
        ("", "not a telephone number"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadValueError, match=reason):
        e164_of(text, TABLES)


def test_numbers_of_other_countries() -> None:
    assert e164_of("+44 20 7946 0958", TABLES) == "+442079460958"
    assert e164_of("020 7946 0958", TABLES, country="GB") == "+442079460958"
    with pytest.raises(BadValueError):
        e164_of("020 7946", TABLES, country="GB")


def test_a_number_without_its_country_is_of_the_line_s_country() -> None:
    """Ten digits are American in America and none in Britain; with a plus they are what they say."""
    assert e164_of("2125550123", TABLES, country="CA") == "+12125550123"
    assert e164_of("+12125550123", TABLES, country="GB") == "+12125550123"
    with pytest.raises(BadValueError):
        e164_of("2125550123", TABLES, country="GB")
    with pytest.raises(BadValueError):
        e164_of("+2125550123", TABLES)

"""Two records: one person, for somebody to look at, or two; and by what."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.casework.matching.evidence import BITS, CONTRADICTIONS, Says, confidence, weighed
from dialer.casework.matching.judging import SURE, Verdict, judged, may_merge_alone, rarity_of
from dialer.casework.matching.people import Compared, compared_person

BORN = date(1985, 7, 14)
HERE = (("12 North Main St.", "02108-1234"),)


def somebody(person: str = "p-1", **told: object) -> Compared:
    """Robert Ellison, of whom everything is known, but for what is told otherwise."""
    known: dict[str, object] = {
        "first": "Robert",
        "last": "Ellison",
        "born": BORN,
        "last4": "4821",
        "numbers": ("+12125550101",),
        "addresses": HERE,
    }
    return compared_person(person=person, **{**known, **told})  # pyright: ignore[reportArgumentType] (by name)


def verdict(**told: object) -> Verdict:
    """Of him and of another record, which says this of him."""
    return judged(somebody(), somebody("p-2", **told)).verdict


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"first": "ROBERT", "last": "ellison"},
        {"first": "Ellison", "last": "Robert"},
        {"first": "", "last": "Ellison, Robert"},
        {"first": "Robert Ellison", "last": ""},
        {"first": "Bob"},
        {"first": "Rpbert"},
        {"last": "Elison"},
        {"last": "Ellison-Woods"},
        {"suffix": "Jr"},
        {"born": None},
        {"last4": ""},
        {"last4": "0000", "first": "Bob"},
        {"numbers": (), "addresses": (("12 N Main Street", "02108"),)},
        {"numbers": (), "addresses": ()},
        {"born": date(1985, 7, 14), "last": "Marriott"},
        {"born": date(1900, 1, 1)},
    ],
)
def test_one_person_as_files_write_them(told: dict[str, object]) -> None:
    assert verdict(**told) is Verdict.SAME


@pytest.mark.parametrize(
    "told",
    [
        {"born": date(1985, 7, 15)},
        {"born": date(1986, 7, 14)},
        {"last4": "4822"},
        {"last4": "9137"},
        {"first": "Rpbert", "last4": ""},
        {"first": "R", "last4": ""},
        {"first": "Bert", "last4": ""},
        {"born": None, "last4": ""},
        {"born": None, "last4": "", "suffix": "Jr"},
        {"born": date(1955, 3, 2)},
        {"numbers": (), "addresses": (), "last4": ""},
        {"suffix": "II", "born": None, "last4": ""},
    ],
)
def test_doubt_is_for_somebody_to_look_at(told: dict[str, object]) -> None:
    assert verdict(**told) is Verdict.REVIEW


@pytest.mark.parametrize(
    "told",
    [
        {"first": "Walter", "last4": "4822"},  # his twin
        {"first": "Linda", "born": date(1987, 1, 9), "last4": "1177"},  # his wife
        {"born": date(1955, 3, 2), "last4": "1177"},  # his father, of the same name
        {"born": date(1955, 3, 2), "last4": ""},
        {"first": "Dana", "last": "Ruiz", "born": date(1990, 5, 5), "last4": ""},  # shares the flat
        {"born": date(1961, 2, 3), "last4": "", "numbers": (), "addresses": ()},  # a namesake
    ],
)
def test_who_lives_together_or_is_called_the_same_is_two(told: dict[str, object]) -> None:
    assert verdict(**told) is Verdict.DIFFERENT


def test_jr_and_sr_are_never_one_by_themselves() -> None:
    junior, senior = somebody(suffix="Jr."), somebody("p-2", suffix="Sr")
    assert judged(junior, senior).verdict is Verdict.REVIEW
    assert judged(somebody(suffix="II"), junior).verdict is Verdict.SAME, "a junior is often written II"


def test_whom_the_creditor_names_both_on_one_account_are_not_one_by_themselves() -> None:
    one, other = somebody(debts=("d-1", "d-2")), somebody("p-2", debts=("d-2",))
    assert judged(one, other).verdict is Verdict.REVIEW
    assert judged(one, somebody("p-2", debts=("d-3",))).verdict is Verdict.SAME


def test_twins_whose_first_name_is_given_with_a_second_one() -> None:
    ana = somebody(first="María", middle="Ana", last4="")
    assert judged(ana, somebody("p-2", first="Maria", last4="")).verdict is Verdict.REVIEW
    assert judged(ana, somebody("p-2", first="Maria", middle="A", last4="")).verdict is Verdict.REVIEW
    assert judged(ana, somebody("p-2", first="Maria Ana", last4="")).verdict is Verdict.SAME
    assert judged(ana, somebody("p-2", first="Maria", middle="Elena", last4="")).verdict is Verdict.REVIEW
    assert judged(ana, somebody("p-2", first="Maria")).verdict is Verdict.REVIEW, "she has no digits on file"


def test_a_first_name_in_the_place_of_the_last_one_is_no_last_name() -> None:
    """Alexander Smith, and `Smith Alexandra`, his twin: what is compared as last names is alike."""
    him = somebody(first="Alexander", last="Smith", last4="")
    her = somebody("p-2", first="Smith", last="Alexandra", last4="")
    assert judged(him, her).verdict is Verdict.REVIEW


def test_the_first_of_january_is_no_birthday_by_itself() -> None:
    one = somebody(born=date(1985, 1, 1), last4="")
    assert judged(one, somebody("p-2", born=date(1985, 1, 1), last4="")).verdict is Verdict.REVIEW


def test_a_rare_name_is_worth_more_than_a_common_one() -> None:
    one, other = (somebody(person, last4="", numbers=(), addresses=()) for person in ("p-1", "p-2"))
    assert judged(one, other).verdict is Verdict.REVIEW
    assert judged(one, other, rarity=rarity_of(2, 1_000_000)).verdict is Verdict.SAME
    assert judged(one, other, rarity=rarity_of(8_000, 1_000_000)).verdict is Verdict.REVIEW
    assert rarity_of(2, 4_096) == 10.0, "as if four had it"
    assert rarity_of(0, 0) == 0.0


def test_what_a_household_shares_counts_once() -> None:
    shared = (Says.NUMBERS_SHARED, Says.ADDRESS_SHARED, Says.EMAIL_SHARED)
    assert sum(reason.bits for reason in weighed(shared)) == 13.0
    nobody_else = (Says.FIRST_EQUAL, Says.BORN_EQUAL, *shared)
    assert sum(reason.bits for reason in weighed(nobody_else)) == 7.0 + 14.0 + 20.0


def test_the_confidence_is_a_probability() -> None:
    assert confidence(()) == pytest.approx(2.0**-20, rel=1e-5)
    whole = judged(somebody(), somebody("p-2"))
    assert whole.confidence == pytest.approx(1.0)
    # 7 + 8 + 8 - 20: a name and a number
    named = judged(somebody(born=None, last4="", addresses=()), somebody("p-2", born=None, last4=""))
    assert named.confidence == pytest.approx(8 / 9)
    assert [reason.told for reason in named.reasons] == [
        "the same first name",
        "the same last name",
        "a telephone number of both",
    ]


def test_every_finding_has_a_weight() -> None:
    assert set(BITS) == set(Says)
    assert all(BITS[says] <= 3.0 for says in CONTRADICTIONS)


NAMES = st.sampled_from(["Robert", "Bob", "Rob", "R", "Roberta", "Maria", "María Ana", "Ellison", "Li", ""])
PEOPLE = st.builds(
    compared_person,
    person=st.just("p"),
    first=NAMES,
    middle=NAMES,
    last=NAMES,
    suffix=st.sampled_from(["", "Jr", "Sr"]),
    born=st.sampled_from([None, BORN, date(1985, 7, 15), date(1955, 1, 1)]),
    last4=st.sampled_from(["", "4821", "4822"]),
    numbers=st.frozensets(st.sampled_from(["+1", "+2"])),
    addresses=st.sampled_from([(), HERE]),
)


@given(PEOPLE, PEOPLE)
def test_who_is_named_first_does_not_matter_and_no_contradiction_is_outvoted(
    one: Compared, other: Compared
) -> None:
    judgment = judged(one, other)
    turned = judged(other, one)
    assert (turned.verdict, turned.confidence) == (judgment.verdict, judgment.confidence)
    assert turned.says == judgment.says
    if judgment.verdict is Verdict.SAME:
        assert judgment.confidence >= SURE
        assert judgment.says.isdisjoint(CONTRADICTIONS)
        assert not {Says.BORN_EQUAL, Says.LAST4_EQUAL}.isdisjoint(judgment.says)
    assert not may_merge_alone(judgment.says | {Says.LAST4_OTHER})


def test_nobody_is_one_with_a_record_that_says_nothing() -> None:
    nothing = compared_person(person="p-2")
    assert judged(somebody(), nothing).verdict is Verdict.DIFFERENT
    assert judged(nothing, replace(nothing, person="p-3")).verdict is Verdict.DIFFERENT

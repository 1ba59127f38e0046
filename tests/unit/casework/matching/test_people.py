"""A person as they are compared; who is looked up with whom; who is one out of pairs."""

from datetime import date
from itertools import pairwise

import pytest

from dialer.casework.matching.blocks import Blocks, Sharing, without_common
from dialer.casework.matching.candidates import MOST_HAVING_A_NUMBER, MOST_IN_A_BLOCK, keys_of
from dialer.casework.matching.evidence import Says
from dialer.casework.matching.grouping import MOST_IN_A_GROUP, Pair, grouped
from dialer.casework.matching.judging import Judgment, Verdict
from dialer.casework.matching.names import names_compared
from dialer.casework.matching.nicknames import is_short_for, may_be_one_name
from dialer.casework.matching.people import Name, compared_person, name_of, place_key


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (("John", "Q", "Public", "Jr."), Name(given=("john", "q"), family=("public",), generation="2")),
        (("", "", "Public, John Q", ""), Name(given=("john", "q"), family=("public",))),
        (("Public, John", "", "", ""), Name(given=("john",), family=("public",))),
        (("John Public III", "", "", ""), Name(given=("john",), family=("public",), generation="3")),
        (("", "", "John Public", ""), Name(given=("john",), family=("public",))),
        (("Mr. José", "", "De La O Sr", ""), Name(given=("jose",), family=("de", "la", "o"), generation="1")),
        (("", "", "Senior", ""), Name(family=("senior",))),
        (("", "", "", ""), Name()),
    ],
)  # fmt: skip
def test_a_name_in_its_parts(written: tuple[str, str, str, str], name: Name) -> None:
    assert name_of(*written) == name


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (("Mary Ann", "Lee"), ("Maryann", "Lee"), {Says.FIRST_EQUAL, Says.LAST_EQUAL}),
        (("Paul A", "Lee"), ("Paula", "Lee"), {Says.FIRST_ALIKE, Says.LAST_EQUAL}),
        (("J", "Lee"), ("John", "Lee"), {Says.FIRST_INITIAL, Says.LAST_EQUAL}),
        (("John", "Lee"), ("Jane", "Lee"), {Says.FIRST_OTHER, Says.LAST_EQUAL}),
        (("Ana", "Lee"), ("Ada", "Lee"), {Says.FIRST_OTHER, Says.LAST_EQUAL}),
        (("John Paul", "Lee"), ("Paul", "Lee"), {Says.FIRST_IS_MIDDLE, Says.LAST_EQUAL}),
        (("John Paul", "Lee"), ("John P", "Lee"), {Says.FIRST_EQUAL, Says.MIDDLE_INITIAL, Says.LAST_EQUAL}),
        (("John Paul", "Lee"), ("John Mark", "Lee"), {Says.FIRST_EQUAL, Says.MIDDLE_OTHER, Says.LAST_EQUAL}),
        (("John", "Garcia Lopez"), ("John", "Garcia"), {Says.FIRST_EQUAL, Says.LAST_IN_PART}),
        (("John", "De La Cruz"), ("John", "De La Vega"), {Says.FIRST_EQUAL, Says.LAST_OTHER}),
        (("John", "Lee"), ("Lee", "John"), {Says.FIRST_EQUAL, Says.LAST_EQUAL, Says.TURNED}),
        (("John", "Hendrickson"), ("John", "Hendricksen"), {Says.FIRST_EQUAL, Says.LAST_ALIKE}),
        (("John", "Hendrickson"), ("John", "Hendriksen"), {Says.FIRST_EQUAL, Says.LAST_ALIKE}),
        (("John", "Hendricks"), ("John", "Fredricks"), {Says.FIRST_EQUAL, Says.LAST_OTHER}),
    ],
)
def test_how_names_compare(one: tuple[str, str], other: tuple[str, str], says: set[Says]) -> None:
    mine, theirs = (name_of(first, "", last, "") for first, last in (one, other))
    assert set(names_compared(mine, theirs)) == says
    assert set(names_compared(theirs, mine)) == says


def test_short_names() -> None:
    assert is_short_for("bob", "robert")
    assert is_short_for("robert", "bob")
    assert may_be_one_name("alex", "alexandra")
    assert may_be_one_name("alex", "alexander")
    assert not is_short_for("alex", "alexander"), "it may be Alexandra"
    assert may_be_one_name("jack", "john")
    assert not is_short_for("jack", "john"), "parents give it as it is, to twins, too"
    assert not may_be_one_name("robert", "richard")


@pytest.mark.parametrize(
    ("line", "code", "key"),
    [
        ("12 North Main St.", "02108-1234", "12/main/02108"),
        ("12 N Main Street", "02108", "12/main/02108"),
        ("12 Main St Apt 4", "02108", "12/main/02108/4"),
        ("PO Box 77", "02108", "77/po/02108"),
        ("221B Baker Street", "NW1 6XE", "221b/baker/nw16x"),
        ("Main Street", "02108", ""),
        ("12 Main St", "", ""),
    ],
)
def test_a_place_is_one_however_it_is_written(line: str, code: str, key: str) -> None:
    assert place_key(line, code) == key


def test_fillers_are_nothing() -> None:
    nobody = compared_person(person="p", last="Lee", born=date(1900, 1, 1), last4="0000")
    assert (nobody.born, nobody.last4) == (None, "")
    assert compared_person(person="p", born=date(1985, 1, 1)).is_filler_day
    assert not compared_person(person="p", born=date(1985, 1, 2)).is_filler_day


def test_what_somebody_is_looked_up_by() -> None:
    person = compared_person(
        person="p",
        first="Bob",
        last="Ellison",
        born=date(1985, 7, 14),
        last4="4821",
        email="B@example.org ",
        numbers=("n-1",),
        addresses=(("12 Main St", "02108"),),
    )
    assert sorted(keys_of(person)) == [
        "born and digits/198507144821",
        "born/19850714bob",
        "born/19850714elli",
        "digits/4821bob",
        "digits/4821elli",
        "email/b@example.org",
        "number/n-1",
        "place/12/main/02108",
        "town/02108/bob/ellison",
        "town/02108/ellison/robert",
    ]


def pair(one: str, other: str, sure: float = 0.9999) -> Pair:
    return Pair(one=one, other=other, judgment=Judgment(verdict=Verdict.SAME, confidence=sure, reasons=()))


def test_a_group_has_nobody_in_it_who_contradicts_another() -> None:
    pairs = [pair("a", "b"), pair("b", "c", 0.99995), pair("d", "e")]
    groups, waiting = grouped(pairs, lambda one, other: {one, other} != {"a", "c"})
    assert groups == (("b", "c"), ("d", "e"))
    assert [(each.one, each.other) for each in waiting] == [("a", "b")]
    groups, waiting = grouped(pairs, lambda one, other: True)
    assert groups == (("a", "b", "c"), ("d", "e"))
    assert waiting == ()


def test_a_group_has_an_end() -> None:
    names = [f"p{at:02}" for at in range(MOST_IN_A_GROUP + 1)]
    chain = [pair(one, other) for one, other in pairwise(names)]
    groups, waiting = grouped(chain, lambda one, other: True)
    assert [len(group) for group in groups] == [MOST_IN_A_GROUP]
    assert len(waiting) == 1


def sharing_of(*keys: tuple[str, ...]) -> Sharing:
    blocks = Blocks()
    for each in keys:
        blocks.add(each)
    assert len(blocks) == len(keys)
    return blocks.found()


def test_who_shares_a_key_is_compared_once() -> None:
    shared = sharing_of(("a", "b"), ("b", "b"), (), ("a", "b"), ("c",))
    assert list(shared.pairs()) == [(0, 1), (0, 3), (1, 3)]
    assert list(sharing_of().pairs()) == []
    assert list(sharing_of(("a",)).pairs()) == []


def test_what_too_many_share_says_nothing() -> None:
    crowd = [("number/n-1", f"own/{at}") for at in range(MOST_IN_A_BLOCK + 1)]
    assert list(sharing_of(*crowd).pairs()) == []
    assert len(list(sharing_of(*crowd[1:]).pairs())) == MOST_IN_A_BLOCK * (MOST_IN_A_BLOCK - 1) // 2
    few, many = (sharing_of(*crowd[:count]) for count in (MOST_HAVING_A_NUMBER, MOST_HAVING_A_NUMBER + 1))
    assert not few.is_common("number", "n-1")
    assert many.is_common("number", "n-1")
    one = compared_person(person="p", numbers=("n-1", "n-2"))
    assert without_common(one, many).numbers == {"n-2"}
    assert without_common(one, few).numbers == {"n-1", "n-2"}

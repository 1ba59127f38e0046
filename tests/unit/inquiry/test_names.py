"""Names in memory: what is compared, what is found, in which order, and within which bounds."""

import random

import pytest

from dialer.domain.errors import InvalidFactError
from dialer.domain.spelling import compared
from dialer.inquiry.finding.names import MOST_HITS, NameIndex, words_of
from dialer.inquiry.finding.wanted import Wanted


def no_pause() -> None:
    """Nobody else waits here."""


def index_of(names: dict[str, str], client: str = "acme") -> NameIndex:
    made = NameIndex()
    made.put(client, {person: compared(name) for person, name in names.items()})
    return made


def found(index: NameIndex, text: str, clients: set[str] | None = None) -> list[str]:
    words = words_of(text)
    assert words is not None, text
    return [hit.person for hit in index.find(words, clients, pause=no_pause)[0]]


@pytest.mark.parametrize(
    ("name", "as_compared"),
    [
        ("José  Ñandú", "jose nandu"),
        ("O'Brien-Smith", "obrien smith"),
        ("D\u2019Angelo", "dangelo"),
        ("Straße", "strasse"),
        ("Łukasz Søren", "lukasz soren"),
        ("Smith, Jr.", "smith jr"),
        ("İpek", "ipek"),
        ("王小明", "王小明"),
    ],
)
def test_a_name_is_compared_as_people_type_it(name: str, as_compared: str) -> None:
    assert compared(name) == as_compared


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [("ma", False), ("mar", True), ("j sm", True), ("a b c", False), ("", False), ("'-'", False),
     ("aa bb cc dd ee ff", True), ("aa bb cc dd ee ff gg", False)],
)  # fmt: skip
def test_three_letters_are_looked_for_and_six_words(text: str, is_enough: bool) -> None:
    """Fewer would list everybody."""
    assert (words_of(text) is not None) == is_enough
    if not is_enough:
        with pytest.raises(InvalidFactError):
            Wanted(name=text)


def test_exactly_one_thing_is_looked_for() -> None:
    for given in ({}, {"name": "mary", "number": "1"}, {"name": "mary", "limit": 51}, {"account": " "}):
        with pytest.raises(InvalidFactError):
            Wanted(**given)  # pyright: ignore[reportArgumentType]


def test_words_are_found_in_any_order_and_beginnings_come_first() -> None:
    index = index_of(
        {"p-0001": "Rosemary Maris", "p-fff1": "Mary Rose", "p-0002": "Annamary Rosen", "p-0003": "Mark Hill"}
    )
    assert found(index, "rose mar") == ["p-fff1", "p-0001", "p-0002"]
    assert found(index, "maris ROSEMARY") == ["p-0001"]
    assert found(index, "mary hill") == []


def test_only_the_clients_that_are_asked_for_are_looked_through() -> None:
    index = index_of({"p-1": "Mary Rose"})
    index.put("other", {"p-2": "mary rose"})
    assert found(index, "mary") == ["p-1", "p-2"]
    assert found(index, "mary", {"other"}) == ["p-2"]
    assert found(index, "mary", set()) == []


def test_a_changed_name_is_found_by_the_new_one_alone_and_whoever_has_none_by_nothing() -> None:
    index = index_of({"p-1": "Mary Rose", "p-2": "Marx Rosen"})
    index.put("acme", {"p-1": compared("Joan Stone")})
    assert (found(index, "mary"), found(index, "stone")) == ([], ["p-1"])
    index.put("acme", {"p-1": None, "p-2": ""})
    assert (found(index, "stone"), found(index, "rosen"), len(index)) == ([], [], 0)


@pytest.mark.parametrize(("count", "is_cut"), [(MOST_HITS, False), (MOST_HITS + 1, True)])
def test_a_look_ends_at_its_bound_and_says_so(count: int, is_cut: bool) -> None:
    index = index_of({f"p-{number:05x}": f"Mary Rose {number}" for number in range(count)})
    hits, was_cut = index.find(("mary",), None, pause=no_pause)
    assert (len(hits), was_cut) == (MOST_HITS, is_cut)


def test_it_finds_what_looking_at_every_name_finds() -> None:
    """Against the plainest way, names put in, changed and taken out in any order."""
    draw = random.Random(7)
    index, plain = NameIndex(), dict[str, str]()
    for _ in range(2_000):
        person = f"p-{draw.randrange(400):05x}"
        name = " ".join("".join(draw.choices("abc", k=draw.randint(1, 4))) for _ in range(2))
        kept = None if draw.random() < 0.2 else name
        index.put("acme", {person: kept})
        if kept is None:
            plain.pop(person, None)
        else:
            plain[person] = kept
    assert len(index) == len(plain)
    for text in ("abc", "aa b", "cab ca", "bbbb", "ac bb"):
        words = text.split()
        expected = {person for person, name in plain.items() if all(word in name for word in words)}
        assert set(found(index, text)) == expected

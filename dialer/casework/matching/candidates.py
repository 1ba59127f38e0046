"""Who is worth comparing with whom: nobody compares everybody with everybody.

Each person has a few keys; two who share one are compared. What a key is made of is what records of one
person nearly always share in at least one way: with two of birthday, digits, name, number and place wrong or
missing, another pair of them is left.
"""

from collections.abc import Iterator

from dialer.casework.matching.nicknames import stands_for
from dialer.casework.matching.people import Compared

MOST_IN_A_BLOCK = 30
"""Persons of one key who are all compared with each other. More share it for another reason: a number of a
company, a name that is everywhere in one town. Whoever is one with somebody there shares another key, too."""

MOST_HAVING_A_NUMBER = 8
"""A number or a place that more people have says nothing about who they are."""

COUNTED = ("number", "place")
"""Kinds of keys of which it is counted how many have them."""

_LETTERS = 4


def keys_of(person: Compared) -> Iterator[str]:
    """What somebody is looked up by; each begins with what kind of key it is."""
    yield from (f"number/{number}" for number in sorted(person.numbers))
    yield from (f"place/{place}" for place in sorted(person.addresses))
    if person.email:
        yield f"email/{person.email}"
    words = [*person.name.given[:1], *("".join(person.name.family),)]
    starts = sorted({word[:_LETTERS] for word in words if len(word) > 1})
    if person.born is not None and person.last4:
        yield f"born and digits/{person.born:%Y%m%d}{person.last4}"
    if person.born is not None:
        yield from (f"born/{person.born:%Y%m%d}{start}" for start in starts)
    if person.last4:
        yield from (f"digits/{person.last4}{start}" for start in starts)
    yield from _names_in_a_town(person)


def _names_in_a_town(person: Compared) -> Iterator[str]:
    """Of whom no more than that may be known: names, where they live."""
    towns = sorted({place.split("/")[2] for place in person.addresses})
    family = "".join(person.name.family)
    for given in person.name.given[:1]:
        for town in towns:
            for name in sorted(stands_for(given)):
                first, last = sorted((name, family))
                yield f"town/{town}/{first}/{last}"

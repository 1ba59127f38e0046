"""Law moves: which values have to be looked at again, by when, and what is already known to change.

A check holds for a year. A value that ends within ninety days needs what follows it; one that begins later is
loaded now with its day, so that nobody has to remember it.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from compliance_gate.book.holdings import ending
from compliance_gate.book.register import Entry
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.rules.base import Header, Rule
from compliance_gate.words import Checked
from dialer.clock import posix_now
from dialer.floor.law import rulebook_for_calls
from dialer.inquiry.licences import warning

CHECK_HOLDS_DAYS = 365
ENDS_WITHIN_DAYS = 90


class Why(Enum):
    """Why something is due."""

    CHECKED_LONG_AGO = "checked more than a year ago"
    ENDS_SOON = "ends within 90 days"
    BEGINS_LATER = "begins later"
    EXPECTED = "a change is expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to look at. `day`: when it was checked last, ends, or begins; `name`: a rule or a place."""

    day: date
    why: Why
    name: str
    what: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Everything due as of a day, by day. `rulebook`: hash of the packaged law."""

    on: date
    rulebook: str
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "on": self.on.isoformat(),
            "rulebook": self.rulebook,
            "due": [
                {**asdict(each), "why": each.why.value, "day": each.day.isoformat()} for each in self.items
            ],
        }


def due(on: date | None = None) -> Due:
    """What is due as of a day; without one, today."""
    day = datetime.fromtimestamp(posix_now(), tz=UTC).date() if on is None else on
    book = standard_rulebook()
    items = [item for rule in book.rules() for item in (*_of_rule(rule.header, day), *_of_values(rule, day))]
    items += [item for entry in book.register.entries for item in _of_place(entry, day)]
    items += _of_lists(book, day)
    items += _of_licences(day)
    return Due(
        on=day,
        rulebook=book.hash,
        items=tuple(sorted(items, key=lambda item: (item.day, item.why.value, item.name))),
    )


def _of_rule(header: Header, on: date) -> list[Item]:
    found: list[tuple[date, Why]] = []
    until = header.effective_to
    is_law = header.checked is not Checked.POLICY
    if is_law and (until is None or until >= on) and _is_old(header.checked_on, on):
        found.append((header.checked_on, Why.CHECKED_LONG_AGO))
    if until is not None and on <= until <= on + timedelta(days=ENDS_WITHIN_DAYS):
        found.append((until, Why.ENDS_SOON))
    if header.effective_from > on:
        found.append((header.effective_from, Why.BEGINS_LATER))
    if header.expected is not None and (until is None or until >= on):
        found.append((header.checked_on, Why.EXPECTED))
    return [
        Item(
            day=day,
            why=why,
            name=header.rule,
            what=header.expected if why is Why.EXPECTED and header.expected else header.what,
            citation=header.citation,
        )
        for day, why in found
    ]


def _of_values(rule: Rule, on: date) -> list[Item]:
    """Days inside a value on which what it says changes."""
    header = rule.header
    return [
        Item(
            day=day,
            why=Why.BEGINS_LATER,
            name=header.rule,
            what=header.expected or header.what,
            citation=header.citation,
        )
        for day in rule.turns_on
        if day > on
    ]


def _of_place(entry: Entry, on: date) -> list[Item]:
    """A signature, and the register's own line, are looked at again after a year."""
    return [
        Item(day=day, why=Why.CHECKED_LONG_AGO, name=entry.name, what=what, citation="the register")
        for day, what in ((entry.checked_on, entry.extent), (entry.dated, f"signed by {entry.signed_by}"))
        if day is not None and _is_old(day, on)
    ]


def _of_lists(book: Rulebook, on: date) -> list[Item]:
    read = {each.place: each for entry in book.register.entries for each in entry.readings}
    return [
        Item(
            day=reading.read_on,
            why=Why.CHECKED_LONG_AGO,
            name=reading.place,
            what="what was read of its law, paragraph by paragraph",
            citation=reading.law,
        )
        for reading in read.values()
        if _is_old(reading.read_on, on)
    ]


def _of_licences(on: date) -> list[Item]:
    """Licences and bonds of the house that end soon, or ended and were not followed by another."""
    return [
        Item(
            day=min(each.expires, each.bond_expires or each.expires),
            why=Why.ENDS_SOON,
            name=each.place,
            what=warning(each, on),
            citation="the house's licences",
        )
        for each in ending(rulebook_for_calls().holdings, on=on, within_days=ENDS_WITHIN_DAYS)
    ]


def _is_old(day: date, on: date) -> bool:
    return on - day > timedelta(days=CHECK_HOLDS_DAYS)

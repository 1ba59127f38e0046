"""Reads the rules of retention, and says when a record may go at the earliest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import yaml

from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.texts import retention_text
from compliance_gate.words import Checked

_FILE = "retention/rules.yaml"


class RecordKind(StrEnum):
    """Kinds of record that are kept for different times."""

    ATTEMPTS = "attempts"
    FINDINGS = "findings"
    CONSENTS = "consents"
    """Consents, and with them requests, holds and notices."""
    LETTERS = "letters"
    RECORDINGS = "recordings"


class Since(StrEnum):
    """What the years are counted from."""

    LAST_ACTIVITY = "last_activity"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One rule. `place`: of the register (`US`, `US-CT`); effective: days, both included, None = still."""

    rule: str
    what: str
    place: str
    kinds: frozenset[RecordKind]
    years: int
    after: Since
    citation: str
    source: str | None
    checked: Checked
    checked_on: date
    effective_from: date
    effective_to: date | None
    note: str | None

    def binds(self, kind: RecordKind, places: Iterable[str], on: date) -> bool:
        """Whether it is in force on a day for a kind of record at one of the places; a country has no end."""
        in_force = self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)
        here = any(_is_in(place, self.place) for place in places)
        return in_force and here and kind in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUntil:
    """The longest that any rule keeps a record: `first_free`, the first day on which it may go, and why."""

    first_free: date
    rule: RetentionRule


def kept_until(
    rules: Iterable[RetentionRule],
    kind: RecordKind,
    *,
    places: Iterable[str],
    record: date,
    last_activity: date | None,
    on: date,
) -> KeptUntil | None:
    """By which rule a record is kept longest.

    Args:
        places: where the person may be, as the register names them; a country alone stands for all of it.
        record: day of the record itself, in UTC; last_activity: of the last thing done to collect, in UTC;
            None = collection goes on.
        on: the day that is asked about: rules in force on it are asked.

    Returns:
        None when it may not go at all: no rule is known for the places, or collection goes on.
    """
    named = tuple(places)
    bound = [rule for rule in rules if rule.binds(kind, named, on)]
    if not bound or not all(any(_is_in(place, rule.place) for rule in bound) for place in named):
        return None
    if last_activity is None and any(rule.after is Since.LAST_ACTIVITY for rule in bound):
        return None
    found = [KeptUntil(first_free=_free(rule, record, last_activity), rule=rule) for rule in bound]
    return max(found, key=lambda each: (each.first_free, each.rule.rule))


def _free(rule: RetentionRule, record: date, last_activity: date | None) -> date:
    """The anniversary itself is kept, and the day after it: somewhere the day was a later one."""
    begins = record if rule.after is Since.RECORD or last_activity is None else last_activity
    try:
        ends = begins.replace(year=begins.year + rule.years)
    except ValueError:  # 29 February
        ends = date(begins.year + rule.years, 3, 1)
    return ends + timedelta(days=2)


def _is_in(place: str, where: str) -> bool:
    """Whether a rule of `where` may bind at a place: in it, around it, or anywhere in a country alone."""
    return place == where or place.startswith(f"{where}-") or where.startswith(f"{place}-")


@lru_cache(maxsize=1)
def retention_rules() -> tuple[RetentionRule, ...]:
    """The packaged rules, read once."""
    return read_retention(retention_text())


def read_retention(text: str) -> tuple[RetentionRule, ...]:
    """Read a file of rules.

    Raises:
        LawError: it is malformed, or names one twice.
    """
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LawError(f"{_FILE}: not readable as YAML: {error}") from error
    reader = Reader(content, _FILE)
    rules = tuple(_read(inner) for inner in reader.inners("rules"))
    reader.done()
    names = [rule.rule for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise LawError(f"{_FILE}: {name} is there twice")
    return rules


def _read(reader: Reader) -> RetentionRule:
    name = reader.text("rule")
    reader.where = f"{_FILE}: {name}"
    effective = reader.inner("effective")
    rule = RetentionRule(
        rule=name,
        what=reader.text("what"),
        place=reader.text("place"),
        kinds=reader.words("kinds", RecordKind),
        years=reader.whole("years"),
        after=reader.word("after", Since),
        citation=reader.text("citation"),
        source=reader.text_or_none("source"),
        checked=reader.word("checked", Checked),
        checked_on=reader.day("checked_on"),
        effective_from=effective.day("from"),
        effective_to=effective.day_or_none("to"),
        note=reader.text_or_none("note"),
    )
    effective.done()
    reader.done()
    return rule

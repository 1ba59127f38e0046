"""Reading the definitions of abandonment from `law/abandonment.yaml`, where each stands with its source."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import yaml

from compliance_gate.abandonment.definition import (
    DatedLimit,
    Definition,
    Formula,
    LimitStanding,
    StartEvent,
    WindowKind,
)
from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.texts import ABANDONMENT, abandonment_text
from compliance_gate.words import Checked


def read_definitions(text: str) -> Mapping[str, Definition]:
    """Read a file of definitions, by name in its order; an empty text has none.

    Raises:
        LawError: it is malformed, or names one twice.
    """
    if not text:
        return {}
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LawError(f"{ABANDONMENT}: not readable as YAML: {error}") from error
    reader = Reader(content, ABANDONMENT)
    found: dict[str, Definition] = {}
    for inner in reader.inners("definitions"):
        made = _read(inner)
        if made.name in found:
            raise LawError(f"{ABANDONMENT}: {made.name} is defined twice")
        found[made.name] = made
    reader.done()
    return found


def _read(reader: Reader) -> Definition:
    name = reader.text("name")
    reader.where = f"{ABANDONMENT}: {name}"
    limits = tuple(_limit(inner) for inner in reader.inners("limits"))
    if [limit.since for limit in limits] != sorted(limit.since for limit in limits):
        raise reader.fail("limits", "the oldest first")
    made = Definition(
        name=name,
        title=reader.text("title"),
        start_event=reader.word("start_event", StartEvent),
        threshold_s=float(reader.whole("threshold_s")),
        formula=reader.word("formula", Formula),
        window=reader.word("window", WindowKind),
        window_zone=reader.text_or_none("window_zone"),
        limits=limits,
        standing=reader.word("standing", LimitStanding),
        collection=reader.flag("collection"),
        source=reader.text("source"),
        checked=reader.word("checked", Checked),
        doubt=reader.text_or_none("doubt") or "",
    )
    reader.done()
    return made


def _limit(reader: Reader) -> DatedLimit:
    limit = DatedLimit(since=reader.day("since"), share=Fraction(reader.whole("percent"), 100))
    reader.done()
    return limit


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, Definition]:
    """The packaged definitions, by name, read once."""
    return read_definitions(abandonment_text())


def house() -> Definition:
    """The definition that the house declares and controls."""
    return definitions()["house"]


def definition(name: str) -> Definition:
    """The packaged definition of that name.

    Raises:
        KeyError: there is none.
    """
    return definitions()[name]

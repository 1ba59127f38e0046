"""What was read of a place's own law: every paragraph that can bear on a contact, loaded or not, and why not.

    place: US-DC
    law: D.C. Code 28-3814
    read_on: 2026-11-30
    source: law-xml-codified of the D.C. Council, publication of 2024-10-20
    paragraphs:
      - cite: 28-3814(d)(4)(A)(i)
        about: frequency
        says: At most four calls an account in any seven days
        read: official
        loaded: [us-dc-four-in-seven]
      - cite: 28-3814(d)(5)
        about: conduct
        says: No visit to the household
        read: official
        not_loaded: the dialer sends nobody

Nobody who signs may take silence for freedom: what was not looked for says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance_gate.book.reader import LawError, Reader


class Subject(StrEnum):
    """What a paragraph bears on."""

    FREQUENCY = "frequency"
    HOURS = "hours"
    HOLIDAYS = "holidays"
    WORK = "work"
    THIRD_PARTIES = "third_parties"
    NOTICE = "notice"
    REQUESTS = "requests"
    MESSAGES = "messages"
    RECORDED_VOICE = "recorded_voice"
    CALL_RECORDING = "call_recording"
    LICENCE = "licence"
    SCOPE = "scope"
    CONDUCT = "conduct"
    TIME_BARRED = "time_barred"
    RECORDS = "records"
    SOLICITATION = "solicitation"


DECIDING = frozenset(
    {
        Subject.FREQUENCY,
        Subject.HOURS,
        Subject.HOLIDAYS,
        Subject.WORK,
        Subject.THIRD_PARTIES,
        Subject.NOTICE,
        Subject.REQUESTS,
        Subject.MESSAGES,
        Subject.RECORDED_VOICE,
    }
)
"""What decides whether a contact may be made at all; the rest says how, by whom, or what is kept of it."""

ASKED_OF_STATES = (
    Subject.FREQUENCY,
    Subject.HOURS,
    Subject.WORK,
    Subject.THIRD_PARTIES,
    Subject.NOTICE,
    Subject.RECORDED_VOICE,
    Subject.CALL_RECORDING,
    Subject.LICENCE,
)
"""What is listed, read or not, of each state of the United States, of D.C. and of Puerto Rico."""


class HowRead(StrEnum):
    """How well a paragraph was read."""

    OFFICIAL = "official"
    """the official text"""
    CONVERTED = "converted"
    """an official release, converted by others"""
    GUIDE = "guide"
    """an authority's guide, not the law itself"""
    UNOFFICIAL = "unofficial"
    """the law's words on an unofficial site"""
    SECONDARY = "secondary"
    """somebody's summary"""
    NOT_READ = "not_read"
    """looked for, and could not be had"""
    NOT_LOOKED_FOR = "not_looked_for"
    """nobody looked"""

    @property
    def is_primary(self) -> bool:
        """Whether the law's own text was read."""
        return self in (HowRead.OFFICIAL, HowRead.CONVERTED)

    @property
    def was_read(self) -> bool:
        """Whether anything was read."""
        return self not in (HowRead.NOT_READ, HowRead.NOT_LOOKED_FOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of a place's law.

    Attributes:
        says: what it says, in a sentence; `None` = it was not read.
        loaded: the rules that hold it; empty = it is not loaded, and `why` says why.
    """

    cite: str
    subject: Subject
    says: str | None
    read: HowRead
    loaded: tuple[str, ...]
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of one place. `law`: its statutes by name; `source`: where the text was read."""

    place: str
    law: str
    read_on: date
    source: str | None
    paragraphs: tuple[Paragraph, ...]

    def stands_open(self) -> tuple[Paragraph, ...]:
        """Paragraphs that decide a contact and were not read in the law's own text."""
        return tuple(
            each for each in self.paragraphs if each.subject in DECIDING and not each.read.is_primary
        )


def read_reading(reader: Reader) -> Reading:
    """Read one place's file.

    Raises:
        LawError: it is malformed: a paragraph is neither loaded nor excused, or was read and says nothing.
    """
    reading = Reading(
        place=reader.text("place"),
        law=reader.text("law"),
        read_on=reader.day("read_on"),
        source=reader.text_or_none("source"),
        paragraphs=tuple(_paragraph(inner) for inner in reader.inners("paragraphs")),
    )
    reader.done()
    if not reading.paragraphs:
        raise reader.fail("paragraphs", "at least one is required")
    return reading


def check_reading(reading: Reading, primary: Mapping[str, bool]) -> None:
    """Whether a list fits the rules that it names.

    Args:
        primary: the rules by name, and whether each claims that the law's own text was read.

    Raises:
        LawError: the list names a rule that does not exist, or one that claims more than was read.
    """
    for paragraph in reading.paragraphs:
        for rule in paragraph.loaded:
            where = f"register: {reading.place}: {paragraph.cite}"
            if rule not in primary:
                raise LawError(f"{where}: no rule is called {rule}")
            if primary[rule] and not paragraph.read.is_primary:
                raise LawError(
                    f"{where}: {rule} says primary, but the paragraph was read as {paragraph.read.value}"
                )


def _paragraph(reader: Reader) -> Paragraph:
    read = reader.word("read", HowRead)
    paragraph = Paragraph(
        cite=reader.text("cite"),
        subject=reader.word("about", Subject),
        says=reader.text_or_none("says"),
        read=read,
        loaded=reader.texts("loaded"),
        why=reader.text_or_none("not_loaded"),
    )
    reader.done()
    if paragraph.loaded and paragraph.why is not None:
        raise reader.fail("not_loaded", f"{paragraph.cite} is loaded; say one or the other")
    if read.was_read and not paragraph.loaded and paragraph.why is None:
        raise reader.fail("not_loaded", f"{paragraph.cite} was read: it is loaded, or say why it is not")
    if read.was_read and paragraph.says is None:
        raise reader.fail("says", f"{paragraph.cite} was read: say in a sentence what it says")
    if not read.was_read and paragraph.loaded:
        raise reader.fail("loaded", f"{paragraph.cite} was not read, and nothing can be loaded of it")
    return paragraph

"""What is covered: per jurisdiction, which packs apply, and who signed for what is not covered fully.

A place that is not in the register, or whose entry says `absent`, denies: no law known is not no law. So does
one where only federal law is known, and one whose own law could not be read whole (a draft), until a named
person has signed for it (`signatures.py`). A place is covered only if every paragraph that decides a contact
was read in the law's own text, and is loaded or excused (`readings.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import yaml

from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.register.readings import ASKED_OF_STATES, Reading, read_reading
from compliance_gate.book.register.signatures import Signature, Subject

# The same safe reading in C where PyYAML was built with it: three times as fast.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class Status(StrEnum):
    """How far a jurisdiction's own law is in the rulebook."""

    COVERED = "covered"
    DRAFT = "draft"
    """what was read of it is asked, but not all could be read: it denies until somebody answers for it"""
    FEDERAL_ONLY = "federal_only"
    ABSENT = "absent"


SIGNED_FOR = frozenset({Status.DRAFT, Status.FEDERAL_ONLY})
"""What a named person may answer for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person may be, as far as is known."""

    country: str | None
    region: str | None
    city: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One jurisdiction.

    Attributes:
        region, cities: `None` / empty = the whole country / region.
        packs: law packs that apply there.
        signed_by, dated: who answers for a draft or `federal_only`, and since when; `None` = nobody, which
            denies.
        extent: complete, partial or absent, in the register's own words.
        readings: what was read of its law, paragraph by paragraph: of its own and of each of its packs; a
            pack without a list is missing from it.
    """

    name: str
    country: str
    region: str | None
    cities: tuple[str, ...]
    status: Status
    packs: tuple[str, ...]
    extent: str
    checked: str
    checked_on: date
    signed_by: str | None
    dated: date | None
    missing: str | None
    readings: tuple[Reading, ...] = ()

    @property
    def needs_signature(self) -> bool:
        """Whether its own law is not known, or not whole, and nobody has signed for it."""
        return self.status in SIGNED_FOR and self.signed_by is None

    @property
    def text(self) -> str:
        """Everything that decides in one line, for the hash."""
        signed = "" if self.dated is None else f"{self.signed_by}, {self.dated.isoformat()}"
        return repr(
            (self.name, self.country, self.region, self.cities, self.status.value, self.packs, signed)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Packs that apply to a set of places, or why none can be said to. `names`: of their entries."""

    packs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    absent: tuple[str, ...]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All jurisdictions that are known of."""

    entries: tuple[Entry, ...]

    def coverage(self, places: Iterable[Place]) -> Coverage:
        """The packs of every place, all together; a place that is not known is tried as every one."""
        packs: dict[str, None] = {}
        facts: list[tuple[str, str]] = []
        absent: list[str] = []
        names: set[str] = set()
        for place in places:
            entries = self._entries_for(place)
            names.update(entry.name for entry in entries)
            if not entries:
                absent.append(_name(place))
            for entry in entries:
                if entry.status is Status.ABSENT:
                    absent.append(entry.name)
                elif entry.needs_signature:
                    absent.append(f"{entry.name}: {_UNSIGNED[entry.status]}, and nobody has signed for it")
                else:
                    packs.update(dict.fromkeys(entry.packs))
                    facts.append((entry.name, _standing(entry)))
        if not packs and not absent:
            absent.append("no place of the person is known")
        return Coverage(
            packs=tuple(sorted(packs)),
            facts=tuple(dict.fromkeys(facts)),
            absent=tuple(dict.fromkeys(absent)),
            names=frozenset(names),
        )

    def entry(self, name: str) -> Entry | None:
        """A jurisdiction by its name, such as `US-MA`."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def signed(self, signatures: Iterable[Signature]) -> "Register":
        """This register with what was signed for instead of every earlier signature.

        Raises:
            LawError: a signature is for a place that is not in the register, or needs none.
        """
        by_place = {each.place: each for each in signatures if each.subject is Subject.LAW}
        for place in by_place:
            entry = self.entry(place)
            if entry is None or entry.status not in SIGNED_FOR:
                why = "is not in the register" if entry is None else f"is {entry.status.value}"
                raise LawError(f"signatures: {place} {why}: only a draft or federal_only is signed for")
        return Register(entries=tuple(_signed(entry, by_place.get(entry.name)) for entry in self.entries))

    def _entries_for(self, place: Place) -> tuple[Entry, ...]:
        here = [entry for entry in self.entries if entry.country == place.country]
        if place.region is not None:
            here = [entry for entry in here if entry.region in (None, place.region)]
            regional = [entry for entry in here if entry.region is not None]
            # A country-wide entry serves regions that have no entry of their own.
            here = regional or here
        wide = [entry for entry in here if not entry.cities]
        city = None if place.city is None else place.city.casefold()
        local = [entry for entry in here if entry.cities and (city is None or city in entry.cities)]
        if place.region is not None and not wide and not local:
            return ()
        return (*wide, *local)


def read_register(texts: Iterable[tuple[str, str]]) -> Register:
    """Read register files given as `(name, text)`: lists of jurisdictions, and what was read of each.

    Raises:
        LawError: a file is malformed, or a place is said to be covered and was not read whole.
    """
    entries: list[Entry] = []
    readings: dict[str, Reading] = {}
    for path, text in sorted(texts):
        content: object = yaml.load(text, Loader=_LOADER)
        reader = Reader(content, f"register/{path}")
        if reader.has("place"):
            reading = read_reading(reader)
            if reading.place in readings:
                raise LawError(f"register/{path}: {reading.place} is read twice")
            readings[reading.place] = reading
            continue
        entries.extend(_read_entry(inner) for inner in reader.inners("jurisdictions"))
        reader.done()
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise LawError(f"register: {name} is listed twice")
    strange = sorted(readings.keys() - {name for entry in entries for name in (entry.name, *entry.packs)})
    if strange:
        raise LawError(f"register: {', '.join(strange)} was read, but no place has it")
    whole = tuple(
        replace(entry, readings=tuple(readings[name] for name in _read_of(entry) if name in readings))
        for entry in entries
    )
    for entry in whole:
        _check_whole(entry)
    return Register(entries=whole)


def _read_of(entry: Entry) -> tuple[str, ...]:
    """Whose lists make a place whole: its own, then its packs'."""
    return (entry.name, *(name for name in entry.packs if name != entry.name))


def _check_whole(entry: Entry) -> None:
    """Refuse what claims more than was read."""
    if entry.status is Status.COVERED:
        read = {reading.place for reading in entry.readings}
        left = [name for name in _read_of(entry) if name not in read]
        if left:
            raise LawError(
                f"register: {entry.name} is covered, but nothing says what was read of {', '.join(left)}"
            )
        unread = [paragraph.cite for reading in entry.readings for paragraph in reading.stands_open()]
        if unread:
            raise LawError(
                f"register: {entry.name} is covered, but was not read in the law's own text: "
                f"{'; '.join(unread)}; make it a draft"
            )
    if entry.country == "US" and entry.region is not None and not entry.cities:
        own = [reading for reading in entry.readings if reading.place == entry.name]
        listed = {paragraph.subject for reading in own for paragraph in reading.paragraphs}
        unsaid = [subject.value for subject in ASKED_OF_STATES if subject not in listed]
        if own and unsaid:
            raise LawError(f"register: {entry.name}: say of {', '.join(unsaid)} whether it was read or not")


def _read_entry(reader: Reader) -> Entry:
    entry = Entry(
        name=reader.text("name"),
        country=reader.text("country"),
        region=reader.text_or_none("region"),
        cities=tuple(city.casefold() for city in reader.texts("cities")),
        status=reader.word("status", Status),
        packs=reader.texts("packs"),
        extent=reader.text("extent"),
        checked=reader.text("checked"),
        checked_on=reader.day("checked_on"),
        signed_by=None,
        dated=None,
        missing=reader.text_or_none("missing"),
    )
    reader.done()
    if entry.status is not Status.ABSENT and not entry.packs:
        raise LawError(f"{reader.where}: {entry.name}: {entry.status.value} needs packs")
    return entry


def _signed(entry: Entry, signature: Signature | None) -> Entry:
    if signature is None:
        return replace(entry, signed_by=None, dated=None)
    return replace(entry, signed_by=signature.signed_by, dated=signature.dated)


_UNSIGNED = {
    Status.FEDERAL_ONLY: "federal law only",
    Status.DRAFT: "its own law was not read whole",
}


def _standing(entry: Entry) -> str:
    if entry.status in SIGNED_FOR and entry.dated is not None:
        return f"{_UNSIGNED[entry.status]}, signed by {entry.signed_by} on {entry.dated.isoformat()}"
    return f"{entry.status.value}: {', '.join(entry.packs)}"


def _name(place: Place) -> str:
    return "-".join(part for part in (place.country, place.region, place.city) if part) or "unknown place"

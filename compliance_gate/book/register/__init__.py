"""What is covered: per jurisdiction, which packs apply, and who signed for what is not covered fully.

A place that is not in the register, or whose entry says `absent`, denies: no law known is not no law. So does
one where only federal law is known, until a named person has signed for it (`signatures.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import yaml

from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.register.signatures import Signature


class Status(StrEnum):
    """How far a jurisdiction's own law is in the rulebook."""

    COVERED = "covered"
    FEDERAL_ONLY = "federal_only"
    ABSENT = "absent"


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
        signed_by, dated: who answers for `federal_only`, and since when; `None` = nobody, which denies.
        extent: complete, partial or absent, in the register's own words.
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

    @property
    def needs_signature(self) -> bool:
        """Whether only federal law is known there and nobody has signed for it."""
        return self.status is Status.FEDERAL_ONLY and self.signed_by is None

    @property
    def text(self) -> str:
        """Everything that decides in one line, for the hash."""
        signed = "" if self.dated is None else f"{self.signed_by}, {self.dated.isoformat()}"
        return repr(
            (self.name, self.country, self.region, self.cities, self.status.value, self.packs, signed)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Packs that apply to a set of places, or why none can be said to."""

    packs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All jurisdictions that are known of."""

    entries: tuple[Entry, ...]

    def coverage(self, places: Iterable[Place]) -> Coverage:
        """The packs of every place, all together; a place that is not known is tried as every one."""
        packs: dict[str, None] = {}
        facts: list[tuple[str, str]] = []
        absent: list[str] = []
        for place in places:
            entries = self._entries_for(place)
            if not entries:
                absent.append(_name(place))
            for entry in entries:
                if entry.status is Status.ABSENT:
                    absent.append(entry.name)
                elif entry.needs_signature:
                    absent.append(f"{entry.name}: federal law only, and nobody has signed for it")
                else:
                    packs.update(dict.fromkeys(entry.packs))
                    facts.append((entry.name, _standing(entry)))
        if not packs and not absent:
            absent.append("no place of the person is known")
        return Coverage(
            packs=tuple(sorted(packs)), facts=tuple(dict.fromkeys(facts)), absent=tuple(dict.fromkeys(absent))
        )

    def entry(self, name: str) -> Entry | None:
        """A jurisdiction by its name, such as `US-MA`."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def signed(self, signatures: Iterable[Signature]) -> "Register":
        """This register with what was signed for instead of every earlier signature.

        Raises:
            LawError: a signature is for a place that is not in the register, or needs none.
        """
        by_place = {signature.place: signature for signature in signatures}
        for place in by_place:
            entry = self.entry(place)
            if entry is None or entry.status is not Status.FEDERAL_ONLY:
                why = "is not in the register" if entry is None else f"is {entry.status.value}"
                raise LawError(f"signatures: {place} {why}: only places of federal_only are signed for")
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
    """Read register files given as `(name, text)`.

    Raises:
        LawError: a file is malformed.
    """
    entries: list[Entry] = []
    for path, text in sorted(texts):
        content: object = yaml.safe_load(text)
        reader = Reader(content, f"register/{path}")
        entries.extend(_read_entry(inner) for inner in reader.inners("jurisdictions"))
        reader.done()
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise LawError(f"register: {name} is listed twice")
    return Register(entries=tuple(entries))


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


def _standing(entry: Entry) -> str:
    if entry.status is Status.FEDERAL_ONLY and entry.dated is not None:
        return f"federal law only, signed by {entry.signed_by} on {entry.dated.isoformat()}"
    return f"{entry.status.value}: {', '.join(entry.packs)}"


def _name(place: Place) -> str:
    return "-".join(part for part in (place.country, place.region, place.city) if part) or "unknown place"

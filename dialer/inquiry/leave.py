"""On whose leave somebody was called: licences and signatures, in the rulebooks that decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from compliance_gate.book.register.signatures import Signature, read_signatures
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.request import PersonFile
from compliance_gate.told.second_reading import regions_of
from dialer.inquiry.errors import NotKnownError
from dialer.inquiry.instants import rulebook_named
from dialer.results.person_standing import LicenceTold, SignedFor
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Licences and signatures, of places where a person may be, in the rulebooks that decided."""

    places: tuple[str, ...]
    licences: tuple[LicenceTold, ...]
    signed: tuple[SignedFor, ...]


def leave_of(store: Store, file: PersonFile, rulebooks: Iterable[str]) -> Leave:
    """By which licences, and on whose word, people may have been called where this person may be."""
    places = places_of(file)
    named = set(places)
    licences, signed = list[LicenceTold](), list[SignedFor]()
    for name, book in _books(store, rulebooks):
        held = (each for each in book.holdings.licences if each.place in named)
        licences += (
            LicenceTold(
                rulebook=name,
                place=each.place,
                entity=each.entity,
                kind=each.kind.value,
                number=each.number,
                since=each.since.isoformat(),
                expires=each.expires.isoformat(),
                branch=each.branch,
                bond="" if not each.bond_cents else _bond(each.bond_cents, each.bond_expires or each.expires),
            )
            for each in held
        )
        signed += (
            SignedFor(
                rulebook=name,
                place=each.place,
                subject=each.subject.value,
                signed_by=each.signed_by,
                dated=each.dated.isoformat(),
            )
            for each in _signatures(book)
            if each.place in named
        )
    return Leave(places=places, licences=tuple(licences), signed=tuple(signed))


def places_of(file: PersonFile) -> tuple[str, ...]:
    """Register names of where a person may be: countries, their regions, and a city with law of its own."""
    told = [each.country for each in file.addresses] or [each.country for each in file.numbers]
    found = {country for country in told if country is not None} | regions_of(file)
    where = file.known_location
    if where is not None and where.country is not None:
        found |= {where.country, *((f"{where.country}-{where.region}",) if where.region else ())}
    return tuple(sorted(found))


def _bond(cents: int, ends: date) -> str:
    return f"{cents / 100:,.2f} until {ends.isoformat()}"


def _books(store: Store, names: Iterable[str]) -> Iterator[tuple[str, Rulebook]]:
    for name in sorted(set(names)):
        try:
            yield name, rulebook_named(store, name).book
        except NotKnownError:
            continue  # the report names the rulebook, and the folder says that its text was not kept


def _signatures(book: Rulebook) -> tuple[Signature, ...]:
    text = book.sources.signatures
    return read_signatures("signatures", text) if text else ()

"""What the house says of itself: who collects, from where, and under which licences.

    collectors:
      - {entity: acme, title: Acme Recovery LLC, kind: agency, places: [US-TX], branches: [Dallas],
         desk_names: [Jane Field]}
    licences:
      - {entity: acme, place: US-WA, kind: licence, number: "602 111 222", from: 2024-01-01,
         expires: 2027-06-30, bond_cents: 500000, bond_expires: 2027-06-30, branch: Dallas,
         desk_names: [Jane Field]}

It decides with the law, so it is part of the rulebook: of its text, its hash and its sources.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import yaml

from compliance_gate.book.reader import LawError, Reader


class EntityKind(StrEnum):
    """In whose right somebody collects."""

    AGENCY = "agency"
    CREDITOR_OWN_NAME = "creditor_own_name"


class LicenceKind(StrEnum):
    """What an authority gave, or was given."""

    LICENCE = "licence"
    REGISTRATION = "registration"
    PERMIT = "permit"
    BOND = "bond"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody who collects.

    Attributes:
        places: register names of where its agents sit and its calls are recorded.
        branches: its offices; some places license each.
        desk_names: names under which its collectors speak.
    """

    entity: str
    title: str
    kind: EntityKind
    places: tuple[str, ...]
    branches: tuple[str, ...] = ()
    desk_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Leave to collect at a place. Days are local, both included; the bond's money is in cents.

    Attributes:
        branch: the office it is for; '' = the whole entity, or its main office.
    """

    entity: str
    place: str
    kind: LicenceKind
    number: str
    since: date
    expires: date
    bond_cents: int = 0
    bond_expires: date | None = None
    branch: str = ""
    desk_names: tuple[str, ...] = ()

    def holds_on(self, day: int) -> bool:
        """Whether it is in force on a day (its ordinal)."""
        return self.since.toordinal() <= day <= self.expires.toordinal()

    def bond_on(self, day: int) -> int:
        """Cents for which a bond stands on a day."""
        ends = self.bond_expires or self.expires
        return self.bond_cents if day <= ends.toordinal() else 0

    @property
    def told(self) -> str:
        """In words: whose, which, until when."""
        of = f" ({self.branch})" if self.branch else ""
        return f"{self.kind.value} {self.number} of {self.entity}{of}, until {self.expires.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everybody who collects, and every licence."""

    entities: tuple[Entity, ...] = ()
    licences: tuple[Licence, ...] = ()

    def meant(self, entity: str | None) -> tuple[Entity, ...]:
        """Who may be meant: the one named; not named, each of them. A stranger is nobody."""
        return tuple(each for each in self.entities if entity in (None, each.entity))

    def places(self, entity: str | None) -> frozenset[str] | None:
        """Where agents and recordings may be; `None` where that is not known, as nobody is known."""
        meant = self.meant(entity)
        if not meant:
            return None
        return frozenset(place for each in meant for place in each.places)


NO_HOLDINGS = Holdings()


def read_holdings(path: str, text: str) -> Holdings:
    """Read a file of holdings.

    Raises:
        LawError: it is malformed, names somebody twice, or a licence is of somebody who is not named.
    """
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LawError(f"{path}: not readable as YAML: {error}") from error
    reader = Reader(content if content is not None else {}, path)
    entities = tuple(_entity(inner) for inner in reader.inners("collectors"))
    licences = tuple(_licence(inner) for inner in reader.inners("licences"))
    reader.done()
    return checked_holdings(path, Holdings(entities=entities, licences=licences))


def checked_holdings(path: str, holdings: Holdings) -> Holdings:
    """The same, sorted, if it makes sense.

    Raises:
        LawError: it does not.
    """
    names = [each.entity for each in holdings.entities]
    for name in names:
        if names.count(name) > 1:
            raise LawError(f"{path}: {name} is named twice")
    seen: set[tuple[str, str, str, str, date]] = set()
    for each in holdings.licences:
        if each.entity not in names:
            raise LawError(f"{path}: licence {each.number} is of {each.entity}, who is no collector there")
        if each.expires < each.since:
            raise LawError(f"{path}: licence {each.number} expires before it begins")
        key = (each.entity, each.place, each.kind.value, each.number, each.since)
        if key in seen:
            raise LawError(f"{path}: licence {each.number} of {each.entity} in {each.place} is there twice")
        seen.add(key)
    return Holdings(
        entities=tuple(sorted(holdings.entities, key=lambda each: each.entity)),
        licences=tuple(sorted(holdings.licences, key=_order)),
    )


def _order(each: Licence) -> tuple[str, str, str, date, str]:
    return each.entity, each.place, each.branch, each.since, each.number


def _entity(reader: Reader) -> Entity:
    found = Entity(
        entity=reader.text("entity"),
        title=reader.text("title"),
        kind=reader.word("kind", EntityKind),
        places=tuple(sorted(reader.texts("places"))),
        branches=reader.texts("branches"),
        desk_names=reader.texts("desk_names"),
    )
    reader.done()
    if not found.places:
        raise reader.fail("places", "say where its agents sit and its calls are recorded")
    return found


def _licence(reader: Reader) -> Licence:
    found = Licence(
        entity=reader.text("entity"),
        place=reader.text("place"),
        kind=reader.word("kind", LicenceKind),
        number=reader.text("number"),
        since=reader.day("from"),
        expires=reader.day("expires"),
        bond_cents=reader.whole_or_none("bond_cents") or 0,
        bond_expires=reader.day_or_none("bond_expires"),
        branch=reader.text_or_none("branch") or "",
        desk_names=reader.texts("desk_names"),
    )
    reader.done()
    return found


def write_holdings(holdings: Holdings) -> str:
    """The text of a file that holds these; nothing at all for none."""
    if holdings == NO_HOLDINGS:
        return ""
    content = {
        "collectors": [_entity_row(each) for each in holdings.entities],
        "licences": [_licence_row(each) for each in holdings.licences],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _entity_row(each: Entity) -> dict[str, object]:
    row: dict[str, object] = {"entity": each.entity, "title": each.title, "kind": each.kind.value}
    return row | _filled(
        places=list(each.places), branches=list(each.branches), desk_names=list(each.desk_names)
    )


def _licence_row(each: Licence) -> dict[str, object]:
    row: dict[str, object] = {
        "entity": each.entity,
        "place": each.place,
        "kind": each.kind.value,
        "number": each.number,
        "from": each.since,
        "expires": each.expires,
    }
    return row | _filled(
        bond_cents=each.bond_cents,
        bond_expires=each.bond_expires,
        branch=each.branch,
        desk_names=list(each.desk_names),
    )


def _filled(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


def ending(holdings: Holdings, *, on: date, within_days: int) -> Iterable[Licence]:
    """Licences and bonds that end within so many days of a day, or ended and were not followed by another."""
    for each in holdings.licences:
        ends = min(each.expires, each.bond_expires or each.expires)
        if (ends - on).days > within_days or _is_followed(holdings, each):
            continue
        yield each


def _is_followed(holdings: Holdings, one: Licence) -> bool:
    same = (one.entity, one.place, one.kind, one.branch)
    return any(
        (each.entity, each.place, each.kind, each.branch) == same and each.expires > one.expires
        for each in holdings.licences
    )

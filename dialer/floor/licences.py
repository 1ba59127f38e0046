"""The house's own file of who collects, from where and under which licences; it decides with the law.

The file is beside the settings (`fairdial-licences.yaml`), or where the setting `licences` says. A running
floor reads it at its next start, as it does signatures: what it says is part of the rulebook and its hash.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from pathlib import Path

from compliance_gate.book.holdings import (
    NO_HOLDINGS,
    Entity,
    EntityKind,
    Holdings,
    Licence,
    LicenceKind,
    checked_holdings,
    read_holdings,
    write_holdings,
)
from compliance_gate.book.reader import LawError
from compliance_gate.book.shipped import standard_rulebook
from dialer.domain.errors import MendableError
from dialer.files import write_whole
from dialer.settings import load_settings, settings_file

FILE = "fairdial-licences.yaml"
COLUMNS = ("entity", "place", "kind", "number", "from", "expires")
MORE_COLUMNS = ("bond", "bond_expires", "branch", "desk_names")
"""Columns of a CSV file of licences: those that are needed, and those that may be left out or empty. The bond
is in whole units with at most two decimals; several desk names are parted by semicolons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """Where the house's licences are, and what is in it; nothing if there is no file yet."""

    path: Path
    holdings: Holdings


def held_file() -> HeldFile:
    """The house's licences.

    Raises:
        MendableError: the file cannot be read, or the settings name one that is not there.
    """
    setting = load_settings().licences
    path = settings_file().parent / (setting or FILE)
    if not path.exists():
        if setting is not None:
            raise MendableError(
                "the setting `licences` names no file", where=str(path), mend="check the path."
            )
        return HeldFile(path=path, holdings=NO_HOLDINGS)
    try:
        holdings = read_holdings(str(path), path.read_text(encoding="utf-8"))
    except (LawError, OSError, UnicodeDecodeError) as error:
        raise MendableError(
            str(error), where=str(path), mend="see compliance_gate/book/holdings.py."
        ) from error
    return HeldFile(path=path, holdings=holdings)


def keep_held(file: HeldFile) -> None:
    """Write the licences, whole or not at all.

    Raises:
        MendableError: they make no sense, or the file cannot be written.
    """
    try:
        holdings = checked_holdings(str(file.path), file.holdings)
    except LawError as error:
        raise MendableError(str(error), where=str(file.path), mend="see `fairdial licences list`.") from error
    try:
        write_whole(file.path, write_holdings(holdings))
    except OSError as error:
        raise MendableError(str(error), where=str(file.path), mend="is the folder writable?") from error


def name_collector(entity: Entity) -> HeldFile:
    """Keep who collects; one of the same name gives way.

    Raises:
        MendableError: a place is not in the register, none is given, or the file cannot be written.
    """
    if not entity.places:
        raise MendableError(
            "no place is named", where="--at", mend="say where its agents sit, as the register does: US-TX."
        )
    for place in entity.places:
        _demand_place(place)
    held = held_file()
    others = tuple(each for each in held.holdings.entities if each.entity != entity.entity)
    kept = replace(held, holdings=replace(held.holdings, entities=(*others, entity)))
    keep_held(kept)
    return kept


def import_licences(text: str, *, where: str) -> tuple[HeldFile, int]:
    """Keep the licences of a CSV file; one of the same collector, place, number and first day gives way.

    Args:
        text: with a header of `COLUMNS` and any of `MORE_COLUMNS`.

    Raises:
        MendableError: any line cannot be read, or is of a collector who is not named. Nothing is kept then.
    """
    rows = csv.DictReader(StringIO(text))
    names = tuple(rows.fieldnames or ())
    missing = [name for name in COLUMNS if name not in names]
    strange = [name for name in names if name not in (*COLUMNS, *MORE_COLUMNS)]
    if missing or strange:
        raise MendableError(
            f"columns missing: {', '.join(missing) or 'none'}; not known: {', '.join(strange) or 'none'}",
            where=where,
            mend=f"the columns are {', '.join(COLUMNS)}, and perhaps {', '.join(MORE_COLUMNS)}.",
        )
    found = tuple(_licence(row, f"{where}, line {nth}") for nth, row in enumerate(rows, start=2))
    held = held_file()
    new = {_key(each) for each in found}
    others = tuple(each for each in held.holdings.licences if _key(each) not in new)
    kept = replace(held, holdings=replace(held.holdings, licences=(*others, *found)))
    keep_held(kept)
    return kept, len(found)


def withdraw_licence(number: str, *, place: str) -> HeldFile:
    """Take a licence back, as of now: whoever has no other at the place is held by its law.

    Raises:
        MendableError: there is none of this number there.
    """
    held = held_file()
    left = tuple(each for each in held.holdings.licences if (each.number, each.place) != (number, place))
    if len(left) == len(held.holdings.licences):
        raise MendableError(
            f"no licence {number!r} at {place}", where=str(held.path), mend="see `fairdial licences list`."
        )
    kept = replace(held, holdings=replace(held.holdings, licences=left))
    keep_held(kept)
    return kept


def _key(each: Licence) -> tuple[str, str, str, str, date]:
    return each.entity, each.place, each.kind.value, each.number, each.since


def _licence(row: Mapping[str, str | None], where: str) -> Licence:
    def said(name: str) -> str:
        return (row.get(name) or "").strip()

    for name in COLUMNS:
        if not said(name):
            raise MendableError(f"{name} is empty", where=where, mend="every licence has one.")
    _demand_place(said("place"), where)
    return Licence(
        entity=said("entity"),
        place=said("place"),
        kind=_kind(said("kind"), where),
        number=said("number"),
        since=_day(said("from"), where),
        expires=_day(said("expires"), where),
        bond_cents=_cents(said("bond"), where),
        bond_expires=_day(said("bond_expires"), where) if said("bond_expires") else None,
        branch=said("branch"),
        desk_names=tuple(name.strip() for name in said("desk_names").split(";") if name.strip()),
    )


def _kind(text: str, where: str) -> LicenceKind:
    try:
        return LicenceKind(text)
    except ValueError as error:
        known = ", ".join(kind.value for kind in LicenceKind)
        raise MendableError(
            f"{text!r} is no kind of licence", where=where, mend=f"one of {known}."
        ) from error


def collector_of(
    entity: str,
    *,
    title: str,
    kind: str,
    places: Iterable[str],
    branches: Iterable[str] | None = None,
    desk_names: Iterable[str] | None = None,
) -> Entity:
    """Somebody who collects, from words.

    Raises:
        MendableError: `kind` is no such word.
    """
    try:
        word = EntityKind(kind)
    except ValueError as error:
        known = ", ".join(each.value for each in EntityKind)
        raise MendableError(
            f"{kind!r} is no kind of collector", where="--kind", mend=f"one of {known}."
        ) from error
    return Entity(
        entity=entity,
        title=title,
        kind=word,
        places=tuple(sorted(places)),
        branches=tuple(branches or ()),
        desk_names=tuple(desk_names or ()),
    )


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MendableError(f"{text!r} is not a day", where=where, mend="write it as 2027-06-30.") from error


def _cents(text: str, where: str) -> int:
    whole, _, part = (text or "0").partition(".")
    if not (whole.isdecimal() and (part == "" or (part.isdecimal() and len(part) <= 2))):
        raise MendableError(f"{text!r} is no sum", where=where, mend="write it as 5000 or 5000.00.")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _demand_place(name: str, where: str = "the register") -> None:
    register = standard_rulebook().register
    if register.entry(name) is None and all(entry.country != name for entry in register.entries):
        raise MendableError(
            f"{name!r} is no place of the register", where=where, mend="see `fairdial law register`."
        )


def held_on(holdings: Holdings, day: date) -> Iterable[Licence]:
    """Licences that are in force on a day."""
    return (each for each in holdings.licences if each.holds_on(day.toordinal()))

"""Zones and law regions of numbers, addresses and persons: dictionary look-ups in preloaded tables.

Source: Regulation F, 12 CFR 1006.6(b)(1), comment 6(b)(1)(i)-2 (several places: convenient in all of them).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance_gate.whereabouts.tables import Place, WhereaboutsTables

_NOWHERE = frozenset[str]()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressOnFile:
    """As much of an address as tells where it is: ISO country, state or province, postal code."""

    country: str | None
    region: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where one person may be.

    Attributes:
        zones: union of all evidence; `None` when nothing places them or an address cannot be placed.
        regions: law regions that may apply, sorted by no order.
        unplaced: what could not be placed, in words, in the order given.
    """

    zones: frozenset[str] | None
    regions: frozenset[str]
    unplaced: tuple[str, ...]


def _place_of_number(number: str, tables: WhereaboutsTables) -> Place | None:
    """Longest prefix of an E.164 number (`+12125550123`) that the table knows."""
    table = tables.numbers
    if not number.startswith("+"):
        return None
    # A North American number without its four-digit row has no assigned area code: `1` alone is no place.
    for length in range(min(tables.longest_prefix, len(number) - 1), 0, -1):
        place = table.get(number[1 : length + 1])
        if place is not None:
            return place
    return None


def zones_of_number(number: str, tables: WhereaboutsTables) -> frozenset[str] | None:
    """Every zone a number's prefix may lie in, for the calling-hours rules.

    Returns:
        Zones; the empty set if the number says nothing of a place (toll-free); `None` if the prefix is not
        assigned or the number is not E.164.
    """
    place = _place_of_number(number, tables)
    return None if place is None else place.zones


def regions_of_number(number: str, tables: WhereaboutsTables) -> frozenset[str]:
    """Law regions a number's prefix points to (`US-MA`); empty when it points to none."""
    place = _place_of_number(number, tables)
    return _NOWHERE if place is None else place.regions


def _places_of_address(address: AddressOnFile, tables: WhereaboutsTables) -> tuple[Place, ...]:
    """The finest row for the address, and the state's too when the postal code lies outside that state."""
    country = (address.country or "").strip().upper()
    table = tables.addresses
    postal = _postal_place(country, address.postal_code, tables)
    region = (address.region or "").strip().upper()
    named = table.get(f"{country}-{region}") if region else None
    if postal is None:
        if named is not None:
            return (named,)
        whole = table.get(country)
        return () if whole is None else (whole,)
    if named is None or named.zones >= postal.zones or postal.regions & named.regions:
        return (postal,)
    return (postal, named)


def _postal_place(country: str, postal_code: str | None, tables: WhereaboutsTables) -> Place | None:
    code = (postal_code or "").replace(" ", "").replace("-", "").upper()
    if country == "US" and not (len(code) in (5, 9) and code.isdigit()):
        return None
    for length in (5, 4, 3, 2, 1):
        place = tables.addresses.get(f"{country}|{code[:length]}") if len(code) >= length else None
        if place is not None:
            return place
    return None


def zones_of_address(address: AddressOnFile, tables: WhereaboutsTables) -> frozenset[str] | None:
    """Every zone an address may lie in; `None` if it cannot be placed (no region, military)."""
    zones = _NOWHERE.union(*(place.zones for place in _places_of_address(address, tables)))
    return zones or None


def regions_of_address(address: AddressOnFile, tables: WhereaboutsTables) -> frozenset[str]:
    """Law regions of an address (`US-NY`, and `US-NY-NYC` in the city's ZIP codes)."""
    named = _NOWHERE.union(*(place.regions for place in _places_of_address(address, tables)))
    country, region = (address.country or "").strip().upper(), (address.region or "").strip().upper()
    return named or (frozenset({f"{country}-{region}"}) if country and region else _NOWHERE)


def whereabouts_of_person(
    *, numbers: Iterable[str], addresses: Iterable[AddressOnFile], tables: WhereaboutsTables
) -> Whereabouts:
    """Union of all evidence on one person; an address that cannot be placed leaves the whole unknown.

    A number without a place (toll-free) or without an assigned prefix adds nothing and is named in
    `unplaced`: the addresses and other numbers are then the knowledge there is. An address is where the
    person lives; while it cannot be placed, what the area codes say may be wrong by half a world.
    """
    zones: set[str] = set()
    regions: set[str] = set()
    unplaced: list[str] = []
    unknown = False
    for number in numbers:
        place = _place_of_number(number, tables)
        if place is None or not place.zones:
            unplaced.append(
                "number without an assigned area code" if place is None else "non-geographic number"
            )
        else:
            zones |= place.zones
            regions |= place.regions
    for address in addresses:
        found = zones_of_address(address, tables)
        regions |= regions_of_address(address, tables)
        if found is None:
            unknown = True
            unplaced.append("address that cannot be placed")
        else:
            zones |= found
    known = None if unknown or not zones else frozenset(zones)
    return Whereabouts(zones=known, regions=frozenset(regions), unplaced=tuple(unplaced))


def zones_of_person(
    *, numbers: Iterable[str], addresses: Iterable[AddressOnFile], tables: WhereaboutsTables
) -> frozenset[str] | None:
    """The zones in all of which a call must be convenient; `None` is not known, hence not allowed."""
    return whereabouts_of_person(numbers=numbers, addresses=addresses, tables=tables).zones

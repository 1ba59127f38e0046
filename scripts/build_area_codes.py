"""Build the two committed tables of where a number or an address may be.

    uv run --group law-data python scripts/build_area_codes.py

Three sources are joined because each is wrong somewhere alone: libphonenumber's prefixes (one zone for most
split area codes), ZIP codes (their area-code lists spill over state lines), and time-zone polygons (no
custom, no reservations). `overrides.yaml` has the last word, with a reason a row. Nothing here runs in the
product.
"""

from __future__ import annotations

import csv
import importlib.resources
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, reset_tzpath

import phonenumbers.geocoder  # build time only: half a second and 100 MB, never in the product
import tzfpy
import yaml
import zipcodes
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.tzdata import TIMEZONE_DATA

TARGET = Path(__file__).resolve().parent.parent / "compliance_gate" / "whereabouts"
NYC_COUNTIES = {"New York County", "Kings County", "Queens County", "Bronx County", "Richmond County"}
SAMPLED_FROM = datetime(2024, 1, 1, tzinfo=UTC)
SAMPLED_HOURS = 4 * 366 * 24
# When several zones keep one clock, the zone people know the clock by.
FAMILIAR = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Halifax", "America/Toronto",
    "America/Vancouver", "America/Edmonton", "America/Regina", "America/Winnipeg", "Australia/Sydney",
    "America/Mexico_City", "America/Sao_Paulo", "America/Manaus",
)  # fmt: skip

Zones = frozenset[str]
Row = tuple[Zones, Zones]
"""Zones and law regions of one key."""


class ZipCode:
    """One ZIP code with every zone that a source gives it."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.code = str(record["zip_code"])
        self.state = str(record["state"])
        self.county = str(record["county"] or "")
        self.area_codes = tuple(str(code) for code in record["area_codes"])
        named = str(record["timezone"])
        zones = {named} if "/" in named else set[str]()
        if record["zip_code_type"] != "MILITARY" and float(record["lat"] or 0):
            polygon = tzfpy.get_tz(float(record["long"]), float(record["lat"]))
            zones |= {polygon} if "/" in polygon and not polygon.startswith("Etc/") else set()
        self.zones: Zones = frozenset(zones)

    @property
    def regions(self) -> Zones:
        city = self.state == "NY" and self.county in NYC_COUNTIES
        return frozenset({f"US-{self.state}"} | ({"US-NY-NYC"} if city else set()))


def load_zip_codes() -> list[ZipCode]:
    records = cast("list[Mapping[str, Any]]", zipcodes.list_all())  # pyright: ignore[reportUnknownMemberType] untyped library
    return [ZipCode(record) for record in records]


class Clocks:
    """Which zones of one country keep one clock through the sampled years: only one needs to be asked."""

    def __init__(self, country_of: Mapping[str, str]) -> None:
        self._country_of = country_of
        self._signature: dict[str, bytes] = {}
        self._spokesman: dict[tuple[str, bytes], str] = {}
        self.dropped: dict[str, str] = {}
        for zone in FAMILIAR:
            self._spokesman[self._clock(zone)] = zone

    def _clock(self, zone: str) -> tuple[str, bytes]:
        if zone not in self._signature:
            info = ZoneInfo(zone)
            offsets: list[int] = []
            for hour in range(SAMPLED_HOURS):
                offset = (SAMPLED_FROM + timedelta(hours=hour)).astimezone(info).utcoffset()
                assert offset is not None
                offsets.append(int(offset.total_seconds()) // 60)
            self._signature[zone] = ",".join(map(str, offsets)).encode()
        return self._country_of.get(zone, ""), self._signature[zone]

    def reduce(self, zones: Iterable[str]) -> Zones:
        """One zone for each clock among `zones`; what was folded is kept in `dropped` for the test."""
        kept: set[str] = set()
        for zone in sorted(zones):
            spokesman = self._spokesman.setdefault(self._clock(zone), zone)
            kept.add(spokesman)
            if spokesman != zone:
                self.dropped[zone] = spokesman
        return frozenset(kept)


def home_state_of_codes(zips: list[ZipCode]) -> dict[str, str]:
    """The state an area code belongs to: ZIP lists spill over state lines, so the majority decides."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for zip_code in zips:
        for code in zip_code.area_codes:
            count[code][zip_code.state] += 1
    return {code: states.most_common(1)[0][0] for code, states in count.items()}


def described_state(code: str, names: Mapping[str, str]) -> str | None:
    """State of a code too new for the ZIP data, by libphonenumber's description of a number in it."""
    number = phonenumbers.parse(f"+1{code}5550100")
    return names.get(phonenumbers.geocoder.description_for_number(number, "en"))


def north_america(zips: list[ZipCode]) -> dict[str, Row]:
    """Zones and regions by `1NPA`: union of every libphonenumber prefix and of the home state's ZIP codes."""
    home = home_state_of_codes(zips)
    zones: dict[str, set[str]] = defaultdict(set)
    for prefix, found in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:
            zones[prefix[:4]] |= set(found)
    of_state: dict[str, set[str]] = defaultdict(set)
    detailed: set[str] = set()
    for zip_code in zips:
        of_state[zip_code.state] |= zip_code.zones
        for code in zip_code.area_codes:
            if home[code] == zip_code.state:
                zones[f"1{code}"] |= zip_code.zones
                detailed.add(code)
    rows: dict[str, Row] = {}
    for prefix in sorted(zones):
        state = home.get(prefix[1:]) or described_state(prefix[1:], US_STATE_NAMES)
        if state and prefix[1:] not in detailed:
            zones[prefix] |= of_state[state]  # a new overlay without detail may be anywhere in its state
        rows[prefix] = (frozenset(zones[prefix]), frozenset({f"US-{state}"} if state else ()))
    return rows


def country_of_zones() -> dict[str, str]:
    return {zone: country for country, zones in zones_of_countries().items() for zone in zones}


def rest_of_world(of_country: Mapping[str, Zones]) -> dict[str, Row]:
    """One row per country code: every zone of every country that uses it."""
    rows: dict[str, Row] = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if code == 1:
            continue
        zones = frozenset(zone for region in regions for zone in of_country.get(region, ()))
        if zones:
            rows[str(code)] = (zones, frozenset(r for r in regions if r in of_country))
    return rows


def zones_of_countries() -> dict[str, Zones]:
    """ISO country -> zones, from the pinned tzdata's own `zone.tab`."""
    text = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[country].add(zone)
    return {country: frozenset(zones) for country, zones in found.items()}


def overridden(row: Row | None, change: Mapping[str, Any]) -> Row:
    zones, regions = row or (frozenset(), frozenset())
    zones = frozenset(change.get("set", zones - set(change.get("drop", ())))) | frozenset(
        change.get("add", ())
    )
    return zones, frozenset(change.get("regions", regions))


def numbers_table(zips: list[ZipCode], overrides: Mapping[str, Any]) -> dict[str, Row]:
    rows = rest_of_world(zones_of_countries()) | north_america(zips)
    for change in overrides["rows"]:
        assert change["reason"], change
        for prefix in change["numbers"]:
            rows[prefix] = overridden(rows.get(prefix), change)
    for change in overrides["non_geographic"]:
        for prefix in change["numbers"]:
            rows[prefix] = (frozenset(), frozenset())
    return rows


def addresses_table(zips: list[ZipCode], overrides: Mapping[str, Any]) -> dict[str, Row]:
    """Rows by `US-TX`, `US|750`, `US|75001`: a finer row exists only where it differs from the coarser."""
    rows: dict[str, Row] = {
        country: (zones, frozenset({country}))
        for country, zones in zones_of_countries().items()
        if country != "US"
    }
    of_state: dict[str, set[str]] = defaultdict(set)
    by_prefix: dict[str, list[ZipCode]] = defaultdict(list)
    for zip_code in zips:
        of_state[zip_code.state] |= zip_code.zones
        by_prefix[zip_code.code[:3]].append(zip_code)
    for state, zones in of_state.items():
        rows[f"US-{state}"] = (frozenset(zones), frozenset({f"US-{state}"}))
    for key, change in overrides["regions"].items():
        rows[key] = overridden(rows.get(key, (frozenset(), frozenset({key}))), change)
    for prefix, members in by_prefix.items():
        together = frozenset(zone for member in members for zone in member.zones)
        regions = frozenset(region for member in members for region in member.regions)
        if any(member.zones for member in members):
            rows[f"US|{prefix}"] = (together, regions)
        for member in members:
            if (member.zones, member.regions) != (together, regions):
                rows[f"US|{member.code}"] = (member.zones, member.regions)
    for key, change in overrides["postal"].items():
        rows[key] = overridden(None, change)
    return rows


def reduced(rows: Mapping[str, Row], clocks: Clocks) -> dict[str, Row]:
    return {key: (clocks.reduce(zones), regions) for key, (zones, regions) in rows.items()}


def without_repetition(rows: dict[str, Row]) -> dict[str, Row]:
    """Drop a five-digit row that, once clocks are folded, says the same as its three-digit row."""
    return {key: row for key, row in rows.items() if not (len(key) == 8 and rows.get(key[:6]) == row)}


def write(path: Path, key: str, rows: Mapping[str, Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([key, "zones", "regions"])
        for name in sorted(rows):
            zones, regions = rows[name]
            writer.writerow([name, " ".join(sorted(zones)), " ".join(sorted(regions))])


def main() -> int:
    reset_tzpath(to=())
    overrides = cast(
        "Mapping[str, Any]", yaml.safe_load((TARGET / "overrides.yaml").read_text(encoding="utf-8"))
    )
    zips = load_zip_codes()
    clocks = Clocks(country_of_zones())
    numbers = reduced(numbers_table(zips, overrides), clocks)
    addresses = without_repetition(reduced(addresses_table(zips, overrides), clocks))
    write(TARGET / "zones_by_number.csv", "prefix", numbers)
    write(TARGET / "zones_by_address.csv", "place", addresses)
    same = {zone: (frozenset({spokesman}), frozenset[str]()) for zone, spokesman in clocks.dropped.items()}
    write(TARGET / "same_clock.csv", "zone", same)
    print(f"{len(numbers)} number prefixes, {len(addresses)} places, {len(same)} zones folded into another")
    return 0


US_STATE_NAMES: dict[str, str] = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX",
    "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington State": "WA", "Washington": "WA",
    "Washington D.C.": "DC", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())

"""Where a person may be: the traps that single libraries fall into, one test each."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
import yaml

from compliance_gate.whereabouts import (
    AddressOnFile,
    packaged_tables,
    read_table,
    regions_of_address,
    regions_of_number,
    whereabouts_of_person,
    zones_of_address,
    zones_of_number,
    zones_of_person,
)

TABLES = packaged_tables()
EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)


def zones(number: str) -> set[str] | None:
    found = zones_of_number(number, TABLES)
    return None if found is None else set(found)


def at(country: str, region: str | None = None, postal: str | None = None) -> set[str] | None:
    found = zones_of_address(AddressOnFile(country=country, region=region, postal_code=postal), TABLES)
    return None if found is None else set(found)


@pytest.mark.parametrize(
    ("area_code", "expected"),
    [
        ("850", {EASTERN, CENTRAL}),
        ("448", {EASTERN, CENTRAL}),
        ("423", {EASTERN, CENTRAL}),
        ("729", {EASTERN, CENTRAL}),
        ("812", {EASTERN, CENTRAL}),
        ("930", {EASTERN, CENTRAL}),
        ("219", {EASTERN, CENTRAL}),
        ("574", {EASTERN, CENTRAL}),
        ("270", {EASTERN, CENTRAL}),
        ("364", {EASTERN, CENTRAL}),
        ("606", {EASTERN, CENTRAL}),
        ("906", {EASTERN, CENTRAL}),
        ("334", {EASTERN, CENTRAL}),
        ("308", {CENTRAL, MOUNTAIN}),
        ("785", {CENTRAL, MOUNTAIN}),
        ("620", {CENTRAL, MOUNTAIN}),
        ("605", {CENTRAL, MOUNTAIN}),
        ("701", {CENTRAL, MOUNTAIN}),
        ("915", {CENTRAL, MOUNTAIN}),
        ("432", {CENTRAL, MOUNTAIN}),
        ("531", {CENTRAL, MOUNTAIN}),
        ("208", {MOUNTAIN, PACIFIC}),
        ("986", {MOUNTAIN, PACIFIC}),
        ("541", {MOUNTAIN, PACIFIC}),
        ("458", {MOUNTAIN, PACIFIC}),
        ("775", {MOUNTAIN, PACIFIC}),
        ("928", {MOUNTAIN, PACIFIC, "America/Phoenix"}),
    ],
)
def test_area_code_over_two_clocks_has_both(area_code: str, expected: set[str]) -> None:
    assert zones(f"+1{area_code}5550123") == expected


@pytest.mark.parametrize(
    ("area_code", "expected"),
    [
        ("212", EASTERN),
        ("770", EASTERN),
        ("689", EASTERN),
        ("645", EASTERN),
        ("217", CENTRAL),
        ("615", CENTRAL),
        ("303", MOUNTAIN),
        ("310", PACIFIC),
        ("602", "America/Phoenix"),
        ("808", "Pacific/Honolulu"),
        ("684", "Pacific/Pago_Pago"),
    ],
)
def test_area_code_inside_one_clock_is_not_widened_by_neighbouring_states(
    area_code: str, expected: str
) -> None:
    assert zones(f"+1{area_code}5550123") == {expected}


def test_alaska_includes_adak_which_is_an_hour_behind_anchorage() -> None:
    assert {"America/Anchorage", "America/Adak"} <= (zones("+19075550123") or set())


def test_puerto_rico_has_no_daylight_time_and_its_own_region() -> None:
    assert zones("+17875550123") == {"America/Puerto_Rico"}
    assert regions_of_number("+19395550123", TABLES) == {"US-PR"}


@pytest.mark.parametrize("area_code", ["250", "604", "778", "236", "672"])
def test_every_british_columbian_code_is_an_overlay_of_the_whole_province(area_code: str) -> None:
    """Since 2026 the Kootenay (Alberta's time) and Vancouver are no longer the same hour all year."""
    assert zones(f"+1{area_code}5550123") == {"America/Vancouver", "America/Edmonton", "America/Creston"}


@pytest.mark.parametrize(
    ("area_code", "region", "expected"),
    [
        ("416", "CA-ON", {"America/Toronto"}),
        ("807", "CA-ON", {"America/Toronto", "America/Winnipeg", "America/Atikokan"}),
        ("514", "CA-QC", {"America/Toronto"}),
        ("418", "CA-QC", {"America/Toronto", "America/Halifax", "America/Blanc-Sablon"}),
        ("780", "CA-AB", {"America/Edmonton"}),
        ("306", "CA-SK", {"America/Regina", "America/Edmonton", "America/Winnipeg"}),
        ("474", "CA-SK", {"America/Regina", "America/Edmonton", "America/Winnipeg"}),
        ("204", "CA-MB", {"America/Winnipeg"}),
        ("709", "CA-NL", {"America/St_Johns", "America/Halifax"}),
        ("879", "CA-NL", {"America/St_Johns", "America/Halifax"}),
        ("506", "CA-NB", {"America/Halifax"}),
    ],
)
def test_canadian_codes_follow_their_province(area_code: str, region: str, expected: set[str]) -> None:
    assert zones(f"+1{area_code}5550123") == expected
    assert region in regions_of_number(f"+1{area_code}5550123", TABLES)


def test_one_northern_code_spans_four_clocks() -> None:
    winter = datetime(2026, 1, 15, 18, tzinfo=UTC)
    offsets = {winter.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones("+18675550123") or ()}
    assert len(offsets) >= 3


@pytest.mark.parametrize(
    "number",
    ["+18005550123", "+18335550123", "+19005550123", "+15005550123", "+80012345678", "+448001234567"],
)
def test_non_geographic_number_says_nothing_of_a_place(number: str) -> None:
    assert zones(number) == set()


@pytest.mark.parametrize(
    "number", ["+12115550123", "+19995550123", "+1", "", "2125550123", "+99912345", "+0123"]
)
def test_unassigned_or_malformed_number_is_unknown(number: str) -> None:
    assert zones(number) is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+447700900123", {"Europe/London"}),
        ("+442079460123", {"Europe/London"}),
        ("+35316123456", {"Europe/Dublin"}),
        ("+353871234567", {"Europe/Dublin"}),
        ("+33123456789", {"Europe/Paris"}),
        ("+919812345678", {"Asia/Kolkata"}),
        ("+27111234567", {"Africa/Johannesburg"}),
        (
            "+61292550123",
            {"Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Brisbane"},
        ),
        ("+551130123456", {"America/Sao_Paulo"}),
        ("+559230123456", {"America/Manaus"}),
        ("+525512345678", {"America/Mexico_City"}),
        ("+529981234567", {"America/Mexico_City", "America/Cancun"}),
    ],
)
def test_numbers_elsewhere(number: str, expected: set[str]) -> None:
    assert zones(number) == expected


def test_australian_mobile_may_be_anywhere_in_the_country() -> None:
    assert {"Australia/Sydney", "Australia/Perth", "Australia/Brisbane", "Australia/Darwin"} <= (
        zones("+61412345678") or set()
    )


def test_zip_decides_before_the_state() -> None:
    assert at("US", "TN", "37402") == {EASTERN}
    assert at("US", "TN", "38103") == {CENTRAL}
    assert at("US", "TN") == {EASTERN, CENTRAL}


def test_zip_whose_sources_disagree_takes_both() -> None:
    """Phenix City, Alabama: Central by law, Eastern by custom."""
    assert at("US", "AL", "36867") == {EASTERN, CENTRAL}


def test_navajo_reservation_zip_observes_daylight_time() -> None:
    assert MOUNTAIN in (at("US", "AZ", "86515") or set())


def test_unlisted_zip_has_every_zone_of_its_three_digit_area() -> None:
    listed = {key for key in TABLES.addresses if key.startswith("US|")}
    assert "US|37999" not in listed
    assert at("US", "TN", "37499") == set(TABLES.addresses["US|374"].zones)


def test_zip_plus_four_and_blanks_are_read() -> None:
    assert at("US", "NY", "10001-1234") == {EASTERN}
    assert at("CA", "ON", "m5v 2t6") == {"America/Toronto"}


def test_zip_of_another_state_than_the_one_given_adds_that_state() -> None:
    assert at("US", "CA", "10001") == {EASTERN, PACIFIC}


@pytest.mark.parametrize(
    ("country", "region", "postal"),
    [("US", "AE", "09012"), ("US", None, None), ("US", None, "1234"), ("XX", None, None), ("", None, None)],
)
def test_address_that_cannot_be_placed_is_unknown(
    country: str, region: str | None, postal: str | None
) -> None:
    assert at(country, region, postal) is None


def test_lord_howe_and_broken_hill_are_not_sydney() -> None:
    assert at("AU", "NSW", "2898") == {"Australia/Lord_Howe"}
    assert at("AU", "NSW", "2880") == {"Australia/Adelaide"}


def test_new_york_city_has_its_own_law_region() -> None:
    city = AddressOnFile(country="US", region="NY", postal_code="11201")
    upstate = AddressOnFile(country="US", region="NY", postal_code="12201")
    assert regions_of_address(city, TABLES) == {"US-NY", "US-NY-NYC"}
    assert regions_of_address(upstate, TABLES) == {"US-NY"}
    assert regions_of_number("+17185550123", TABLES) == {"US-NY", "US-NY-NYC"}


def test_eastern_area_code_with_pacific_address_must_be_convenient_in_both() -> None:
    """Comment 6(b)(1)(i)-2's example."""
    address = AddressOnFile(country="US", region="CA", postal_code="90001")
    assert zones_of_person(numbers=["+12125550123"], addresses=[address], tables=TABLES) == {EASTERN, PACIFIC}


def test_toll_free_number_leaves_the_address_to_decide() -> None:
    address = AddressOnFile(country="US", region="FL", postal_code="33101")
    found = whereabouts_of_person(numbers=["+18005550123"], addresses=[address], tables=TABLES)
    assert found.zones == {EASTERN}
    assert found.unplaced == ("non-geographic number",)


def test_military_address_leaves_the_person_unknown_whatever_the_numbers_say() -> None:
    address = AddressOnFile(country="US", region="AP", postal_code="96201")
    assert zones_of_person(numbers=["+12125550123"], addresses=[address], tables=TABLES) is None


def test_person_without_evidence_is_unknown() -> None:
    assert zones_of_person(numbers=["+18005550123"], addresses=[], tables=TABLES) is None


def test_every_zone_in_the_tables_exists() -> None:
    named = {
        zone
        for table in (TABLES.numbers, TABLES.addresses)
        for place in table.values()
        for zone in place.zones
    }
    for zone in sorted(named):
        ZoneInfo(zone)
    assert len(named) > 100


def test_folded_zones_keep_the_same_clock_every_hour_from_last_year_to_next() -> None:
    text = (files("compliance_gate.whereabouts") / "same_clock.csv").read_text(encoding="utf-8")
    hours = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=3 * n) for n in range(3 * 366 * 8)]
    clocks: dict[str, list[timedelta | None]] = {}
    for folded, place in read_table(text).items():
        (spokesman,) = place.zones
        for zone in (folded, spokesman):
            if zone not in clocks:
                info = ZoneInfo(zone)
                clocks[zone] = [hour.astimezone(info).utcoffset() for hour in hours]
        assert clocks[folded] == clocks[spokesman], folded


def test_every_area_code_has_a_zone_or_says_nothing() -> None:
    assert sum(1 for key in TABLES.numbers if key.startswith("1") and len(key) == 4) > 480
    assert "1" not in TABLES.numbers


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(ValueError, match="line 3"):
        read_table("prefix,zones,regions\n1212,America/New_York,\n1212,America/Chicago,\n")


def test_importing_twenty_thousand_accounts_takes_no_noticeable_time() -> None:
    numbers = [f"+1{area}555{last:04d}" for area in ("212", "850", "928", "800") for last in range(5_000)]
    began = time.process_time()
    for number in numbers:
        zones_of_number(number, TABLES)
    assert time.process_time() - began < 1.0


def test_product_imports_no_telephone_library() -> None:
    script = (
        "import sys, compliance_gate.whereabouts as w; w.packaged_tables();"
        "print([m for m in sys.modules if m.split('.')[0] in ('phonenumbers', 'zipcodes', 'tzfpy', 'yaml')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_tables_were_built_from_the_overrides_as_they_stand() -> None:
    """Every row of the overrides has a reason, and what it sets is what the committed table says."""
    here = files("compliance_gate.whereabouts")
    overrides = yaml.safe_load((here / "overrides.yaml").read_text(encoding="utf-8"))
    folded = read_table((here / "same_clock.csv").read_text(encoding="utf-8"))

    def spoken_for(zone: str) -> str:
        return next(iter(folded[zone].zones)) if zone in folded else zone

    for row in overrides["rows"]:
        assert row["reason"]
        for prefix in row["numbers"]:
            named = {spoken_for(zone) for zone in (*row.get("set", ()), *row.get("add", ()))}
            found = set(TABLES.numbers[prefix].zones)
            assert found == named if "set" in row else found >= named, prefix
    for row in overrides["non_geographic"]:
        assert row["reason"]
        assert all(not TABLES.numbers[prefix].zones for prefix in row["numbers"])

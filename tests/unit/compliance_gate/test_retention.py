"""The longest rule binds, the day itself is kept, and nothing goes of which no rule is known."""

from datetime import date

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.retention.reading import RecordKind, kept_until, read_retention, retention_rules

K = RecordKind
ON = date(2026, 11, 30)
CALLED, ENDED = date(2022, 3, 10), date(2023, 5, 4)


def first_free(kind: RecordKind, *places: str, ended: date | None = ENDED, on: date = ON) -> object:
    kept = kept_until(retention_rules(), kind, places=places, record=CALLED, last_activity=ended, on=on)
    return None if kept is None else (kept.first_free, kept.rule.rule)


def test_three_years_after_the_last_activity_and_a_day_for_zones_are_kept() -> None:
    """The last activity was on 4 May 2023: 4 and 5 May 2026 are kept, 6 May is free."""
    assert first_free(K.ATTEMPTS, "US-TX") == (date(2026, 5, 6), "us-regf-records")
    for kind in (K.FINDINGS, K.CONSENTS, K.LETTERS):
        assert first_free(kind, "US-TX") == first_free(K.ATTEMPTS, "US-TX")


def test_a_recording_is_counted_from_its_own_day() -> None:
    assert first_free(K.RECORDINGS, "US-TX") == (date(2025, 3, 12), "us-regf-recordings")
    assert first_free(K.RECORDINGS, "US-TX", ended=None) == (date(2025, 3, 12), "us-regf-recordings")


def test_the_longest_of_all_places_binds() -> None:
    assert first_free(K.ATTEMPTS, "US-CT") == (date(2026, 5, 6), "us-regf-records")
    assert first_free(K.ATTEMPTS, "US-AZ") == (date(2030, 5, 6), "us-az-agency-records")
    assert first_free(K.ATTEMPTS, "US-TX", "US-AZ") == (date(2030, 5, 6), "us-az-agency-records")
    assert first_free(K.ATTEMPTS, "US") == (date(2030, 5, 6), "us-az-agency-records"), "it may be Arizona"


def test_while_collection_goes_on_nothing_of_it_may_go() -> None:
    assert first_free(K.ATTEMPTS, "US-TX", ended=None) is None
    assert first_free(K.RECORDINGS, "US-AZ", ended=None) is None


@pytest.mark.parametrize("places", [("GB",), ("US-TX", "GB"), ("CA-ON",), ()])
def test_where_no_rule_is_known_it_is_kept(places: tuple[str, ...]) -> None:
    assert first_free(K.ATTEMPTS, *places) is None


def test_before_a_rule_was_in_force_it_says_nothing() -> None:
    assert first_free(K.ATTEMPTS, "US-TX", on=date(2021, 11, 29)) is None
    assert first_free(K.ATTEMPTS, "US-TX", on=date(2021, 11, 30)) is not None


def test_the_twenty_ninth_of_february_is_kept_until_after_the_first_of_march() -> None:
    leap = date(2024, 2, 29)
    kept = kept_until(
        retention_rules(), K.ATTEMPTS, places=("US-TX",), record=leap, last_activity=leap, on=ON
    )
    assert kept is not None
    assert kept.first_free == date(2027, 3, 3)


def test_every_rule_is_cited_dated_and_says_how_well_it_was_checked() -> None:
    rules = retention_rules()
    assert len({rule.rule for rule in rules}) == len(rules) >= 4
    for rule in rules:
        assert rule.citation
        assert rule.years >= 2
        assert rule.effective_from <= rule.checked_on


@pytest.mark.parametrize("text", ["rules: [{}]", "rules: [", "strange: 1\nrules: []"])
def test_a_malformed_file_is_refused(text: str) -> None:
    with pytest.raises(LawError):
        read_retention(text)

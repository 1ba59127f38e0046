"""The zone rules must be the ones in force, and an old set must be noticed."""

from datetime import UTC, datetime, timedelta

from compliance_gate.whereabouts.time_zone_data import probe_time_zone_data


def test_pinned_time_zone_data_knows_british_columbias_new_time() -> None:
    found = probe_time_zone_data()
    assert found.is_current, found.wrong
    assert found.version is not None
    assert found.version >= "2026.2"


def test_rules_that_answer_otherwise_are_too_old() -> None:
    probe = ("America/Vancouver", datetime(2026, 11, 25, 20, tzinfo=UTC), timedelta(hours=-8))
    found = probe_time_zone_data((probe,))
    assert not found.is_current
    assert found.wrong == ("America/Vancouver on 2026-11-25: UTC-7, not UTC-8",)


def test_missing_zone_is_wrong_not_an_error() -> None:
    probe = ("Nowhere/Atlantis", datetime(2026, 11, 25, 20, tzinfo=UTC), timedelta(0))
    assert not probe_time_zone_data((probe,)).is_current

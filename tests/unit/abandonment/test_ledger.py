"""Windows are counted apart: local days, 30-day periods and their portion, months, campaigns."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.abandonment import (
    CONSEQUENCES,
    AnsweredBy,
    AnsweredCall,
    Ledger,
    Standing,
    StartEvent,
    Trigger,
    Window,
    WindowKind,
    declared,
    definition,
    window_of,
)

CHICAGO = "America/Chicago"
STARTED = date(2026, 3, 2)


def noon(day: int) -> datetime:
    """Noon of the n-th day of the campaign, day 1 being its first."""
    return datetime(2026, 3, 2, 12, tzinfo=ZoneInfo(CHICAGO)) + timedelta(days=day - 1)


def ledger_with(name: str, groups: list[tuple[str, datetime, int, int]]) -> Ledger:
    """A ledger after groups of (campaign, instant, abandoned, answered)."""
    ledger = Ledger(definition(name), zone=CHICAGO, started={"A": STARTED, "B": STARTED})
    for campaign, at, abandoned, answered in groups:
        for number in range(answered):
            ledger.record(
                AnsweredCall(
                    campaign=campaign,
                    answered_at=at,
                    answered_by=AnsweredBy.PERSON,
                    agent_after_s=None if number < abandoned else 1.0,
                )
            )
    return ledger


def test_the_portion_after_thirty_days_stands_for_itself() -> None:
    """Days 1-30 at 2 % and days 31-45 at 4 %: a breach although all together are 2.67 %."""
    ledger = ledger_with(
        "us-fcc", [("A", noon(1), 10, 500), ("A", noon(30), 10, 500), ("A", noon(31), 20, 500)]
    )
    first, second = ledger.tallies()
    assert (first.rate.exact, first.standing) == (Fraction(2, 100), Standing.WITHIN)
    assert (second.rate.exact, second.standing) == (Fraction(4, 100), Standing.EXCEEDED)


def test_campaigns_are_never_averaged() -> None:
    """5 of 100 beside 1 of 300: pooled 1.5 %, and yet a breach."""
    ledger = ledger_with("us-tsr", [("A", noon(1), 5, 100), ("B", noon(1), 1, 300)])
    assert [tally.standing for tally in ledger.tallies()] == [Standing.EXCEEDED, Standing.WITHIN]


def test_tally_of_a_window_without_answers_is_undefined() -> None:
    tally = ledger_with("us-tsr", []).tally("A", at=noon(3))
    assert tally.rate.share is None
    assert tally.standing is Standing.UNDEFINED
    assert tally.headroom == 0


def test_british_day_is_a_day_in_london_whatever_zone_the_campaign_has() -> None:
    ledger = ledger_with("gb-ofcom-detection", [("A", datetime(2026, 6, 10, 22, 59, tzinfo=UTC), 1, 2)])
    (tally,) = ledger.tallies()
    assert tally.window == Window(first=date(2026, 6, 10), last=date(2026, 6, 10))
    ledger.record(
        AnsweredCall(
            campaign="A",
            answered_at=datetime(2026, 6, 10, 23, 1, tzinfo=UTC),
            answered_by=AnsweredBy.PERSON,
            agent_after_s=0.5,
        )
    )
    assert [t.counts.connected for t in ledger.tallies()] == [1, 1]


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        (WindowKind.CALENDAR_MONTH, noon(1), Window(first=date(2026, 3, 1), last=date(2026, 3, 31))),
        (WindowKind.CALENDAR_MONTH, noon(31), Window(first=date(2026, 4, 1), last=date(2026, 4, 30))),
        (WindowKind.SUCCESSIVE_30_DAYS, noon(30), Window(first=STARTED, last=date(2026, 3, 31))),
        (WindowKind.SUCCESSIVE_30_DAYS, noon(31), Window(first=date(2026, 4, 1), last=date(2026, 4, 30))),
        (WindowKind.CAMPAIGN, noon(400), Window(first=STARTED, last=None)),
    ],
)
def test_windows(kind: WindowKind, at: datetime, expected: Window) -> None:
    assert window_of(kind, at=at, zone=CHICAGO, started=STARTED) == expected


def test_late_evening_belongs_to_the_local_day_not_the_next_utc_day() -> None:
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    found = window_of(WindowKind.CALENDAR_DAY, at=at, zone=CHICAGO, started=STARTED)
    assert found.first == date(2026, 3, 9)


def test_call_before_the_campaign_began_is_refused() -> None:
    with pytest.raises(ValueError, match="before the campaign's first day"):
        window_of(WindowKind.CAMPAIGN, at=noon(0), zone=CHICAGO, started=STARTED)


def test_rolling_window_forgets_what_is_a_day_old() -> None:
    rolling = declared(
        start_event=StartEvent.ANSWER,
        threshold_s=2,
        limit=Fraction(3, 100),
        window=WindowKind.ROLLING_24_HOURS,
    )
    ledger = Ledger(rolling, zone=CHICAGO, started={})
    began = noon(1)
    for hours in (0, 10, 23, 24):
        ledger.record(
            AnsweredCall(
                campaign="A",
                answered_at=began + timedelta(hours=hours),
                answered_by=AnsweredBy.PERSON,
            )
        )
    assert ledger.tally("A", at=began + timedelta(hours=24)).counts.abandoned == 3
    assert ledger.tally("A", at=began + timedelta(hours=47, seconds=1)).counts.abandoned == 1
    with pytest.raises(ValueError, match="rolling"):
        window_of(WindowKind.ROLLING_24_HOURS, at=began, zone=CHICAGO, started=STARTED)


def test_abandoned_call_in_britain_binds_for_seventy_two_hours() -> None:
    (found,) = [c for c in CONSEQUENCES if c.jurisdiction == "GB" and c.lasts_h == 72]
    assert found.trigger is Trigger.ABANDONED

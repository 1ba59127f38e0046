"""What another edition of the law would have changed."""

from datetime import UTC, date, datetime, timedelta

from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import Address, HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.told.impact import law_impact
from compliance_gate.words import EventKind, NumberKind, Outcome

FIRST = datetime(2026, 8, 24, 15, tzinfo=UTC)
FILE = PersonFile(
    person="P1",
    addresses=(
        Address(country="US", region="NY", city="New York City", zones=frozenset({"America/New_York"})),
    ),
    numbers=(
        NumberOnFile(number="+12125550123", kind=NumberKind.MOBILE, zones=frozenset({"America/New_York"})),
    ),
    history=tuple(
        HistoryEntry(
            entry=f"A{day}",
            at=FIRST + timedelta(days=day),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.NO_ANSWER,
            number="+12125550123",
        )
        for day in range(5)
    ),
)


def test_the_new_york_city_limit_would_have_stopped_the_fourth_and_fifth_call() -> None:
    """By the law of August all five were lawful; by that of September two were not."""
    changed = list(law_impact(sample_rulebook(), [FILE], date(2026, 8, 1), date(2026, 9, 1)))

    assert [impact.entry.entry for impact in changed] == ["A3", "A4"]
    assert all(impact.allowed_before and not impact.allowed_after for impact in changed)
    assert {rule for impact in changed for rule in impact.rules} == {"us-nyc-three-attempts"}


def test_one_edition_against_itself_changes_nothing() -> None:
    """No law changed, no call decided otherwise."""
    assert list(law_impact(sample_rulebook(), [FILE], date(2026, 9, 1), date(2026, 9, 2))) == []

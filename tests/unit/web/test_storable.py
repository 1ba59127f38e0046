"""What cannot be kept, or reckoned with, is refused at the door, wherever in an event it stands."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from compliance_gate.request import HistoryEntry, PersonFile, PersonRequest
from compliance_gate.words import EventKind, RequestKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import Event, PaymentReceived, PersonEdited, RequestReceived
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.money import Money
from dialer.web.storable import demand_storable

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def asked(*, at: datetime = NOW, text: str | None = None, until: date | None = None) -> Event:
    request = PersonRequest(at=at, type=RequestKind.STOP_CALLING, text=text, until=until)
    return RequestReceived(person=PersonId("p"), request=request)


def paid(cents: int) -> Event:
    return PaymentReceived(debt=DebtId("d"), amount=Money(cents=cents), settles=False)


@pytest.mark.parametrize(
    "event",
    [
        paid(10**19),
        paid(-(10**19)),
        asked(text="a\0b"),
        asked(text="\ud800"),
        asked(text="x" * 20_001),
        asked(at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
        asked(at=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-14)))),
        asked(at=datetime(2026, 1, 1)),  # noqa: DTZ001  # the fault itself
        asked(until=date(9999, 12, 31)),
        RequestReceived(person=PersonId("p\0"), request=PersonRequest(at=NOW, type=RequestKind.DISPUTE)),
    ],
)
def test_what_cannot_be_kept_is_refused(event: Event) -> None:
    with pytest.raises(InvalidFactError):
        demand_storable(event)


def test_the_place_is_told() -> None:
    entry = HistoryEntry(entry="h", at=datetime(1, 1, 1, tzinfo=UTC), event=EventKind.LETTER)
    with pytest.raises(InvalidFactError, match=r"person\.history\[0\]\.at is not between 1900 and 2200"):
        demand_storable(PersonEdited(person=PersonFile(person="p", history=(entry,))))


@pytest.mark.parametrize("event", [paid(5), asked(text="Straße\nzwei"), asked(until=date(2026, 12, 31))])
def test_what_happens_on_floors_is_taken(event: Event) -> None:
    demand_storable(event)

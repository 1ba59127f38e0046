"""What a line says that the person asked for, or that keeps everybody from calling them."""

from collections.abc import Iterator

from compliance_gate.request import TimeBlock
from compliance_gate.words import HoldKind, Place, RequestKind
from dialer.domain.placement import CLOSED_BY_FILE, PlacedHold, PlacedRequest
from dialer.intake import values
from dialer.intake.line import Line, first_instant

_FLAGS = (
    ("cease", RequestKind.CEASE_COMMUNICATION, False),
    ("attorney", RequestKind.ATTORNEY_REPRESENTED, False),
    ("dispute", RequestKind.DISPUTE, True),
    ("do_not_call", RequestKind.DO_NOT_CALL, False),
)
_ASKED_OF_THE_DEBT = (
    ("documents_requested_date", RequestKind.DOCUMENTS_REQUESTED),
    ("original_creditor_requested_date", RequestKind.ORIGINAL_CREDITOR_REQUESTED),
)


def requests_of(line: Line) -> tuple[PlacedRequest, ...]:
    """What was asked of the creditor, known from the day of receipt. Raises RefusedLineError."""
    return tuple(_requests(line))


def _requests(line: Line) -> Iterator[PlacedRequest]:
    today = line.received.midnight
    for name, kind, debt_only in _FLAGS:
        if line.yes(name):
            yield PlacedRequest(type=kind, at=today, debt_only=debt_only, text="placement")
    blocks: tuple[TimeBlock, ...] | None = line.read("inconvenient_times", values.times_of)
    if blocks:
        text = line.texts["inconvenient_times"]
        yield PlacedRequest(type=RequestKind.INCONVENIENT_TIMES, at=today, blocks=blocks, text=text)
    for column, kind in _ASKED_OF_THE_DEBT:
        asked_on = line.date(column)
        if asked_on is not None:
            yield PlacedRequest(type=kind, at=first_instant(asked_on), debt_only=True, text="placement")
    place = line.word("closed_place")
    if place is not None:
        kind = RequestKind.INCONVENIENT_PLACE
        yield PlacedRequest(type=kind, at=today, place=Place(place), text="placement")


def holds_of(line: Line, *, is_over: bool) -> tuple[PlacedHold, ...]:
    """Why the person, or the account, is left alone. `is_over`: nothing is owed, or it was recalled.

    Raises:
        RefusedLineError: a value cannot be read.
    """
    since = line.received.midnight
    holds = [
        PlacedHold(kind=kind, since=since)
        for name, kind in (("bankruptcy", HoldKind.BANKRUPTCY), ("deceased", HoldKind.DECEASED))
        if line.yes(name)
    ]
    if line.yes("closed") or is_over:
        holds.append(PlacedHold(kind=HoldKind.CLOSED, since=since, debt_only=True, source=CLOSED_BY_FILE))
    return tuple(holds)

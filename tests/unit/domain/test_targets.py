"""Whom a lead may reach on which number: what the file tells, with every band of tries at its edge."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import Direction, EventKind, NumberKind, NumberRole, Outcome, RequestKind
from dialer.domain.targets import answer_segment, targets_of

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def _called(number: str, outcome: Outcome, *, nth: int = 0) -> HistoryEntry:
    return HistoryEntry(
        entry=f"{number}-{nth}",
        at=NOON + timedelta(hours=nth),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        outcome=outcome,
        number=number,
    )


def _file(*history: HistoryEntry, requests: tuple[PersonRequest, ...] = ()) -> PersonFile:
    roles = {"own": NumberRole.OWN, "shared": NumberRole.SHARED, "work": NumberRole.WORK}
    numbers = tuple(
        NumberOnFile(number=name, kind=NumberKind.MOBILE, role=role) for name, role in roles.items()
    )
    return PersonFile(person="p1", numbers=numbers, history=history, requests=requests)


def _numbers(file: PersonFile) -> list[str]:
    return [target.number for target in targets_of(file)]


@pytest.mark.parametrize(
    ("tries", "word"),
    [(0, "0-2"), (2, "0-2"), (3, "3-6"), (6, "3-6"), (7, "7-20"), (20, "7-20"), (21, "21+"), (900, "21+")],
)
def test_the_segment_tells_kind_role_and_how_often_it_was_tried(tries: int, word: str) -> None:
    found = answer_segment(NumberKind.LANDLINE, NumberRole.SHARED, tries)
    assert found == f"landline/shared/{word}"


def test_the_segment_counts_every_call_of_the_history_to_that_number() -> None:
    calls = tuple(_called("own", Outcome.NO_ANSWER, nth=nth) for nth in range(3))
    segments = {target.number: target.answer_segment for target in targets_of(_file(*calls))}
    assert segments == {"own": "mobile/own/3-6", "shared": "mobile/shared/0-2"}


def test_only_numbers_of_the_person_s_own_home_are_targets() -> None:
    assert _numbers(_file()) == ["own", "shared"]


def test_a_number_is_dead_while_the_last_call_to_it_found_it_not_in_service() -> None:
    dead = _called("own", Outcome.NOT_IN_SERVICE)
    assert _numbers(_file(dead)) == ["shared"]
    assert _numbers(_file(dead, _called("own", Outcome.BUSY, nth=1))) == ["own", "shared"]


def test_a_number_said_to_be_wrong_is_no_target_until_that_is_withdrawn() -> None:
    said = PersonRequest(at=NOON, type=RequestKind.WRONG_NUMBER_LEARNED, number="shared")
    taken_back = PersonRequest(
        at=NOON, type=RequestKind.WRONG_NUMBER_LEARNED, number="shared", withdrawn_at=NOON
    )
    assert _numbers(_file(requests=(said,))) == ["own"]
    assert _numbers(_file(requests=(taken_back,))) == ["own", "shared"]

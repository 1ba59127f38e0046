"""Who waits for a lease takes it at its end and not a moment before, and never on what it could not read."""

import pytest

from dialer.domain.lease import (
    BEAT_S,
    LEASE,
    LEASE_S,
    LeaseMove,
    LeaseReading,
    LeaseState,
    LeaseWatch,
)

HELD, OVER, UNREAD = LeaseState.HELD, LeaseState.OVER, LeaseState.UNREAD


def beat(number: int, *, term: int = 7, holder: str = "ann") -> LeaseReading:
    return LeaseReading(term=term, beat=number, holder=holder)


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ((), UNREAD),
        (((0.0, beat(1)),), HELD),
        (((0.0, beat(1)), (3.999, beat(1))), HELD),
        (((0.0, beat(1)), (4.0, beat(1))), OVER),
        (((0.0, beat(1)), (3.9, beat(2)), (7.899, beat(2))), HELD),
        (((0.0, beat(1)), (3.9, beat(2)), (7.9, beat(2))), OVER),
        (((0.0, beat(1)), (3.0, beat(1, term=8)), (6.9, beat(1, term=8))), HELD),
        (((0.0, beat(1)), (3.0, beat(1, term=8)), (7.0, beat(1, term=8))), OVER),
        (((0.0, beat(0, holder="")),), OVER),
        (((0.0, beat(1)), (0.1, beat(1, holder=""))), OVER),
        (((0.0, beat(1)), (2.0, None), (4.0, beat(1))), HELD),
        (((0.0, beat(1)), (2.0, None), (4.0, beat(1)), (7.999, beat(1))), HELD),
        (((0.0, beat(1)), (2.0, None), (4.0, beat(1)), (8.0, beat(1))), OVER),
        (((0.0, beat(1)), (9.0, None)), UNREAD),
        (((0.0, beat(1)), (4.0, beat(1)), (4.1, beat(2))), HELD),
        (((0.0, beat(1)), (4.0, beat(1)), (4.1, None)), UNREAD),
        (((0.0, beat(1)), (4.0, beat(1)), (9.0, beat(1))), OVER),
    ],
)
def test_a_lease_is_over_when_it_was_read_still_for_all_its_length(
    looks: tuple[tuple[float, LeaseReading | None], ...], state: LeaseState
) -> None:
    watch = LeaseWatch(lasts_s=4.0)
    for at, reading in looks:
        watch.look(reading, at=at)
    assert watch.state is state


def test_a_stand_still_of_whoever_waits_does_not_make_a_lease_that_beats_one_that_is_over() -> None:
    """The one that waits was stopped for an hour; the first look after it sees another beat."""
    watch = LeaseWatch(lasts_s=4.0)
    watch.look(beat(1), at=0.0)
    assert watch.look(beat(7200), at=3600.0) is HELD


def test_what_could_not_be_read_is_never_an_end() -> None:
    for state in LeaseState:
        assert LEASE.move(state, LeaseMove.NOT_READ) is UNREAD


def test_a_lease_outlives_five_lost_beats() -> None:
    """Three seconds: what a fail-over within ten leaves room for, and what the first page promises."""
    assert (LEASE_S, BEAT_S) == (3.0, 0.5)

"""What happened, as rows for other programs: attempts, denials, promises, days of numbers of ours."""

from typing import TextIO

from dialer.domain.errors import FairdialError
from dialer.inquiry import stored
from dialer.measures.caller_ids import NumberDay, by_number_and_day
from dialer.results.counting import wrong_numbers
from dialer.results.exports import write_attempts, write_denials, write_promises
from dialer.storage.store import Store


class NoZoneError(FairdialError):
    """There is no such time zone."""


def export_attempts(store: Store, out: TextIO) -> int:
    """One row per attempt: ids, instants, zones, outcome, counted or not and why. Returns how many."""
    learned = wrong_numbers(stored.attempts_of(store))
    return write_attempts(stored.attempts_of(store), learned, out, is_partial=store.is_partial)


def export_denials(store: Store, out: TextIO) -> int:
    """One row per denial: who was not called, when, by which rules, when they may be. Returns how many."""
    return write_denials(stored.denials_of(store), out, is_partial=store.is_partial)


def export_promises(store: Store, out: TextIO) -> int:
    """One row per promise. Returns how many."""
    return write_promises(stored.promises_of(store), out, is_partial=store.is_partial)


def caller_id_days(store: Store, *, time_zone: str) -> tuple[NumberDay, ...]:
    """Every number of ours that was shown, day by day: attempts, answers.

    Args:
        time_zone: IANA zone of the days.

    Raises:
        NoZoneError: there is no such zone.
    """
    try:
        return by_number_and_day(stored.attempts_of(store), time_zone=time_zone)
    except (KeyError, ValueError) as error:
        raise NoZoneError(f"there is no time zone {time_zone!r}") from error

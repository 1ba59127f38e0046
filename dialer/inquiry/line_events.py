"""All that happened on each line of a person, whoever it was for."""

from collections import defaultdict
from collections.abc import Iterable

from compliance_gate.request import ON_A_LINE, HistoryEntry, PersonFile
from dialer.domain.record import entry_of, known_at
from dialer.inquiry import stored
from dialer.results.person_standing import LineEvent
from dialer.storage.store import Store


def line_events(
    store: Store, file: PersonFile, *, since: float | None, until: float
) -> dict[str, tuple[LineEvent, ...]]:
    """By number, in order of time. Of somebody else's calls no more is told than that they were made.

    Args:
        since, until: POSIX seconds, the first within, the last not.
    """
    found: defaultdict[str, dict[str, LineEvent]] = defaultdict(dict)
    for is_own, entries in ((False, file.line_history), (True, file.history)):
        _add(found, entries, is_own=is_own)
    for attempt in stored.line_attempts_of(store, [file]):
        known = known_at(attempt, until)
        entry = None if known is None else entry_of(known)
        if entry is not None:
            _add(found, (entry,), is_own=attempt.person == file.person)
    first = float("-inf") if since is None else since
    return {
        number: tuple(
            sorted(
                (each for each in events.values() if first <= each.at < until),
                key=lambda each: (each.at, each.id),
            )
        )
        for number, events in found.items()
    }


def _add(
    found: defaultdict[str, dict[str, LineEvent]], entries: Iterable[HistoryEntry], *, is_own: bool
) -> None:
    for entry in entries:
        if entry.number is not None and entry.event in ON_A_LINE:
            found[entry.number][entry.entry] = LineEvent(
                at=entry.at.timestamp(),
                id=entry.entry,
                event=entry.event.value,
                outcome="" if entry.outcome is None else entry.outcome.value,
                is_own=is_own,
            )

"""One step as the journal holds it: what a live floor writes, a recovery and a replay make again."""

from dialer.domain.errors import FairdialError
from dialer.domain.events import Event
from dialer.domain.ports import Fate, JournalEntry
from dialer.engine.engine import DialerEngine


def take(
    engine: DialerEngine, event: Event, *, now: float, sequence: int
) -> tuple[JournalEntry, FairdialError | None]:
    """Step the engine; an event that is not possible is an entry like any other.

    Returns:
        the entry, and the error where the event was refused, for whoever sent it.
    """
    try:
        commands = engine.step(event, now=now)
    except FairdialError as error:
        entry = JournalEntry(
            sequence=sequence,
            now=now,
            event=event,
            commands=(),
            fate=Fate.REFUSED,
            error=type(error).__name__,
            message=str(error),
        )
        return entry, error
    fate = Fate.IGNORED if engine.was_ignored else Fate.TAKEN
    return JournalEntry(sequence=sequence, now=now, event=event, commands=commands, fate=fate), None

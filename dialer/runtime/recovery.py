"""After a crash: the state from the last checkpoint, then every journaled step again.

Stepping again must give the very commands that the journal holds. If it does not, this program is not the one
that wrote the journal, or the journal is damaged: we refuse, because a floor that goes on from a state that
never was would call people again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dialer.domain.errors import FairdialError
from dialer.domain.ports import JournalEntry
from dialer.engine.context import Gate
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState
from dialer.engine.taking import take
from dialer.runtime.checkpoint import decode_state, hash_of

Difference = Callable[[JournalEntry, JournalEntry], str | None]
"""Says how a step that was taken again differs from the recorded one; None when they are the same bytes."""


class RecoveryRefusedError(FairdialError):
    """Journal and program disagree. Start the version that wrote the journal, or restore a back-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A state at a sequence, as the store keeps it."""

    sequence: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Where a process goes on.

    Args:
        sequence: of the last step taken.
        generation: of this start; part of every later attempt's id.
        checkpoint: hash of the checkpoint's bytes, '' when there was none.
        now: instant of the last step, POSIX seconds; the wall clock may be behind it.
        replayed: steps that were taken again.
    """

    engine: DialerEngine
    sequence: int
    generation: int
    checkpoint: str
    now: float
    replayed: int


def recover(
    gate: Gate,
    *,
    generation: int,
    checkpoint: Checkpoint | None,
    entries: Iterable[JournalEntry],
    difference: Difference,
) -> Recovered:
    """Rebuild the engine.

    Args:
        generation: of this start, counted durably by the store before anything else.
        entries: every journal entry after the checkpoint, in order, none missing.

    Raises:
        RecoveryRefusedError: an entry is missing, or a step gives other commands than it gave.
        UnreadableCheckpointError: see `decode_state`.
    """
    state = EngineState() if checkpoint is None else decode_state(checkpoint.data)
    if checkpoint is not None and state.sequence != checkpoint.sequence:
        raise RecoveryRefusedError(
            f"the checkpoint of step {checkpoint.sequence} holds step {state.sequence}: it is damaged"
        )
    first = state.sequence
    engine = DialerEngine(gate, state=state)
    sequence = first
    for entry in entries:
        sequence += 1
        if entry.sequence != sequence:
            raise RecoveryRefusedError(f"step {sequence} is missing in the journal; {entry.sequence} follows")
        _step_again(engine, entry, difference)
    return Recovered(
        engine=engine,
        sequence=sequence,
        generation=generation,
        checkpoint="" if checkpoint is None else hash_of(checkpoint.data),
        now=state.now,
        replayed=sequence - first,
    )


def _step_again(engine: DialerEngine, entry: JournalEntry, difference: Difference) -> None:
    again, _ = take(engine, entry.event, now=entry.now, sequence=entry.sequence)
    told = difference(entry, again)
    if told is not None:
        raise RecoveryRefusedError(f"step {entry.sequence} does not give what it gave: {told}")

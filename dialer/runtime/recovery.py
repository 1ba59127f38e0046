"""After a crash: the state from the last checkpoint, then every journaled step again.

Stepping again must give the very commands that the journal holds. If it does not, this program is not the one
that wrote the journal, or the journal is damaged: we refuse, because a floor that goes on from a state that
never was would call people again.

One thing is gone around: a step that raises what nobody expected, a defect of ours which came after it was
written. It is left out, and the start notes it (`EventQuarantined.skipped`), so that every later start
leaves it out as well. What the steps after it give may be other than they gave, up to that note, since the
state lacks what was left out; therefore the note holds whom the step names and launches nobody until a
person has looked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import structlog

from dialer.domain.errors import FairdialError
from dialer.domain.events import EventQuarantined
from dialer.domain.ports import JournalEntry
from dialer.engine.context import Gate
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState
from dialer.engine.taking import take
from dialer.runtime.checkpoint import decode_state, hash_of
from dialer.runtime.notes import note_of, trace_of

log = structlog.get_logger(__name__)

Difference = Callable[[JournalEntry, JournalEntry], str | None]
"""Says how a step that was taken again differs from the recorded one; None when they are the same bytes."""

Make = Callable[[EngineState], DialerEngine]
"""Makes the engine that goes on from a state."""

NEVER_NOTED = 1 << 62
"""The note of a step that is left out comes after every other step there is."""

MOST_DEFECTS = 10
"""Met in one journal's end; with more this is not the program that wrote it."""


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
        make: of another engine, from a state.
        put_aside: steps that raised and were left out, to be noted before anything else.
    """

    engine: DialerEngine
    sequence: int
    generation: int
    checkpoint: str
    now: float
    replayed: int
    make: Make
    put_aside: tuple[EventQuarantined, ...] = ()


class _DefectError(Exception):
    """A step raised what nobody expected; what to note of it."""

    def __init__(self, sequence: int, note: EventQuarantined) -> None:
        super().__init__(f"step {sequence}: {note.error}")
        self.sequence = sequence
        self.note = note


def recover(
    gate: Gate,
    *,
    generation: int,
    checkpoint: Checkpoint | None,
    entries: Iterable[JournalEntry],
    difference: Difference,
    skipped: Mapping[int, int] | None = None,
    make: Make | None = None,
) -> Recovered:
    """Rebuild the engine.

    Args:
        generation: of this start, counted durably by the store before anything else.
        entries: every journal entry after the checkpoint, in order, none missing; gone through again when a
            defect is met.
        skipped: steps that an earlier start left out, and the step that notes it.
        make: of engines; None = as the floor has them.

    Raises:
        RecoveryRefusedError: an entry is missing, or a step gives other commands than it gave.
        UnreadableCheckpointError: see `decode_state`.
    """
    make = make if make is not None else lambda state: DialerEngine(gate, state=state)
    left_out = dict(skipped or {})
    notes: list[EventQuarantined] = []
    while True:
        state = EngineState() if checkpoint is None else decode_state(checkpoint.data)
        if checkpoint is not None and state.sequence != checkpoint.sequence:
            raise RecoveryRefusedError(
                f"the checkpoint of step {checkpoint.sequence} holds step {state.sequence}: it is damaged"
            )
        first = state.sequence
        engine = make(state)
        try:
            sequence = _step_again(engine, first, entries, difference, left_out)
            break
        except _DefectError as defect:
            if len(notes) >= MOST_DEFECTS:
                raise RecoveryRefusedError(f"{MOST_DEFECTS} steps raise; the last: {defect}") from defect
            left_out[defect.sequence] = NEVER_NOTED
            notes.append(defect.note)
    return Recovered(
        engine=engine,
        sequence=sequence,
        generation=generation,
        checkpoint="" if checkpoint is None else hash_of(checkpoint.data),
        now=state.now,
        replayed=sequence - first,
        make=make,
        put_aside=tuple(replace(note, holds_launching=True) for note in notes),
    )


def _step_again(
    engine: DialerEngine,
    sequence: int,
    entries: Iterable[JournalEntry],
    difference: Difference,
    left_out: Mapping[int, int],
) -> int:
    """Step what came after `sequence`; returns the last step's sequence."""
    may_differ_before = 0
    for entry in entries:
        sequence += 1
        if entry.sequence != sequence:
            raise RecoveryRefusedError(f"step {sequence} is missing in the journal; {entry.sequence} follows")
        if sequence in left_out:
            engine.leave_out(now=entry.now)
            may_differ_before = max(may_differ_before, left_out[sequence])
            continue
        try:
            repeated, _ = take(engine, entry.event, now=entry.now, sequence=sequence)
        except Exception as defect:
            log.critical(
                "defect.met", kind=type(entry.event).__name__, sequence=sequence, trace=trace_of(defect)
            )
            note = note_of(entry.event, defect, engine.trouble(), skipped=sequence)
            raise _DefectError(sequence, note) from defect
        told = difference(entry, repeated)
        if told is not None and sequence >= may_differ_before:
            raise RecoveryRefusedError(f"step {sequence} does not give what it gave: {told}")
    return sequence


def again(make: Make, state: bytes, steps: Iterable[JournalEntry]) -> DialerEngine:
    """The engine after these steps from that state.

    Raises:
        RecoveryRefusedError: a step gives something else than it gave: the state is not to be had any more.
    """
    engine = make(decode_state(state))
    for entry in steps:
        repeated, _ = take(engine, entry.event, now=entry.now, sequence=entry.sequence)
        if repeated != entry:
            raise RecoveryRefusedError(f"step {entry.sequence} does not give what it gave a moment ago")
    return engine

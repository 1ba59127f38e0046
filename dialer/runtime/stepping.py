"""Steps the engine, and has it as it was before when a step raises what nobody expected.

Theory of operation. A defect of ours may leave half a step behind, so the engine that raised is thrown
away: from a state of some moments ago and the steps since, each of which must give what it gave, another
one is made. What raised is put aside: the event where the event itself did, a timer, or the person about
whom something was being decided. That is a step of its own (`EventQuarantined`), which holds whom it names;
then the event that was innocent is stepped after all. A journal holds no trace of the step that raised, so
recoveries and replays need no exception.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dialer.domain.errors import FairdialError, QuarantinedError
from dialer.domain.events import Event
from dialer.domain.ports import JournalEntry
from dialer.engine.context import Part
from dialer.engine.quarantine import Trouble
from dialer.engine.taking import take
from dialer.runtime.checkpoint import encode_state
from dialer.runtime.notes import nameless, note_of, trace_of
from dialer.runtime.recovery import Recovered, RecoveryRefusedError, again

log = structlog.get_logger(__name__)

Check = Callable[[JournalEntry], None]
"""Raises when a step could not be read again from a journal."""

TRIES = 20
"""Defects met on the way to one event's end; more end the process, since nothing can be worked through."""


class UnwritableError(Exception):
    """A step that a journal cannot hold: what is not written down has not happened."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """One step; `error`: why the event of whoever asked was not taken; `why`: what hindered it, where it was
    taken and changed nothing, or how it was taken where not as it was sent."""

    entry: JournalEntry
    error: FairdialError | None
    why: str = ""


class Stepper:
    """Owns the engine.

    Args:
        remembered: most steps that are taken again when a defect is met.
        check: whether a journal can hold a step; what it cannot is a defect like any other.
    """

    def __init__(self, recovered: Recovered, *, remembered: int, check: Check | None = None) -> None:
        self.engine = recovered.engine
        self.sequence = recovered.sequence
        self.met = 0
        """Defects met since this start."""
        self._make = recovered.make
        self._remembered = remembered
        self._check = check
        self._since: list[JournalEntry] = []
        self._state = b""
        self.remember(encode_state(self.engine.checkpoint()))

    def take(self, event: Event, *, now: float) -> tuple[Stepped, ...]:
        """Take an event: one step, the last; before it one for each defect that was met on the way.

        Raises:
            Exception: a defect that no putting aside gets around; the process must end.
        """
        taken: list[Stepped] = []
        for _ in range(TRIES):
            try:
                taken.append(self._step(event, now))
                break
            except Exception as defect:  # noqa: BLE001 - whatever it is, the state is not to be trusted
                is_lost = self._put_aside(event, defect, now, taken)
                if is_lost:
                    break
        else:
            raise RecoveryRefusedError(
                f"{TRIES} defects were met and {type(event).__name__} is not worked through"
            )
        if len(self._since) >= self._remembered and self.engine.is_whole:
            self.remember(encode_state(self.engine.checkpoint()))
        return tuple(taken)

    def remember(self, state: bytes) -> None:
        """The engine's state now: what is stepped again when a defect is met begins here."""
        self._state = state
        self._since.clear()

    def _step(self, event: Event, now: float) -> Stepped:
        entry, error = take(self.engine, event, now=now, sequence=self.sequence + 1)
        if self._check is not None:
            try:
                self._check(entry)
            except Exception as defect:
                raise UnwritableError(f"{type(defect).__name__}: {defect}") from defect
        self.sequence += 1
        self._since.append(entry)
        return Stepped(entry, error, self.engine.why_ignored or self.engine.remarked)

    def _put_aside(self, event: Event, defect: Exception, now: float, taken: list[Stepped]) -> bool:
        """Go back before the step and note what raised; returns whether the event itself is put aside."""
        self.met += 1
        trouble = self.engine.trouble()
        if isinstance(defect, UnwritableError):
            trouble = Trouble(part=Part.EVENT, timer=None, person=None)
        log.critical(
            "defect.met",
            kind=type(event).__name__,
            part=trouble.part.value,
            sequence=self.sequence + 1,
            trace=trace_of(defect),
        )
        self._go_back()
        try:
            note = note_of(event, defect, trouble)
            step = self._step(note, now)
        except Exception as another:  # noqa: BLE001 - the names cannot be worked with either
            log.critical("defect.met_again", trace=trace_of(another))
            self._go_back()
            note = nameless(event, defect, trouble)
            step = self._step(note, now)
        error = QuarantinedError(f"{note.kind} was put aside, a defect of ours: {note.error}")
        taken.append(Stepped(step.entry, error if note.is_lost else None))
        if self.engine.is_whole:
            self.remember(encode_state(self.engine.checkpoint()))
        return note.is_lost

    def _go_back(self) -> None:
        self.engine = again(self._make, self._state, self._since)

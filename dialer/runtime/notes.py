"""What is put aside when a step raised what nobody expected, as an event of its own."""

import traceback

from dialer.domain.events import Event, EventQuarantined
from dialer.domain.ids import AttemptId, InboundId
from dialer.domain.naming import Named, named_by
from dialer.domain.valid import words_told
from dialer.engine.context import Part
from dialer.engine.quarantine import Trouble
from dialer.engine.state import TimerKind

MOST_TEXT = 2_000
"""Characters of an event that was put aside; of a hundred fetched people the first will do."""

MOST_ERROR = 500

_OF_ATTEMPTS = frozenset({TimerKind.WATCH, TimerKind.GUEST, TimerKind.WRAP})
"""Timers whose name is an attempt's."""


def note_of(
    event: Event, defect: Exception, trouble: Trouble, *, skipped: int | None = None
) -> EventQuarantined:
    """What is put aside, and who is held: as the event names them where it raised itself, else by what was
    being done."""
    is_lost = trouble.part is Part.EVENT
    named = named_by(event) if is_lost else Named()
    concerned = () if trouble.person is None else (trouble.person,)
    timer = trouble.timer if trouble.part is Part.TIMERS else None
    of_timer = AttemptId(timer[1]) if timer is not None and timer[0] in _OF_ATTEMPTS else None
    of_call = InboundId(timer[1]) if timer is not None and timer[0] is TimerKind.INBOUND_WRAP else None
    return EventQuarantined(
        kind=type(event).__name__,
        text=repr(event)[:MOST_TEXT],
        error=words_told(_plain(f"{type(defect).__name__}: {defect}"), most=MOST_ERROR),
        persons=tuple(dict.fromkeys((*named.persons, *concerned))),
        numbers=named.numbers,
        debts=named.debts,
        leads=named.leads,
        attempts=named.attempts if of_timer is None else (of_timer,),
        calls=named.calls if of_call is None else (of_call,),
        timer=None if timer is None else (timer[0].value, timer[1]),
        is_lost=is_lost,
        skipped=skipped,
    )


def bare(note: EventQuarantined) -> EventQuarantined:
    """The same without anybody's name, which holds everybody."""
    return EventQuarantined(
        kind=note.kind,
        text="",
        error=note.error,
        timer=note.timer,
        is_lost=note.is_lost,
        holds_launching=True,
        skipped=note.skipped,
    )


def trace_of(defect: Exception) -> str:
    """Where it was raised, for a log: the lines of the program and no values."""
    return "".join(traceback.format_exception(defect))


def _plain(text: str) -> str:
    """Text that a journal can hold: an error may quote what made it."""
    return text.encode("utf-8", "backslashreplace").decode()

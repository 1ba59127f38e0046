"""What is put aside when a step raised what nobody expected, as an event of its own."""

import traceback

from dialer.domain.events import Event, EventQuarantined
from dialer.domain.ids import AttemptId, InboundId
from dialer.domain.naming import Named, named_by
from dialer.domain.valid import words_told
from dialer.engine.context import Part
from dialer.engine.quarantine import Trouble
from dialer.engine.state import TimerKind

MOST_ERROR = 500
"""Characters of what an error says."""

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
        text=words_told(repr(event)),
        error=words_told(f"{type(defect).__name__}: {defect}", most=MOST_ERROR),
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


def nameless(
    event: Event, defect: Exception, trouble: Trouble, *, skipped: int | None = None
) -> EventQuarantined:
    """The same without anybody's name, which holds everybody."""
    timer = trouble.timer if trouble.part is Part.TIMERS else None
    return EventQuarantined(
        kind=type(event).__name__,
        text="",
        error=type(defect).__name__,
        timer=None if timer is None else (timer[0].value, timer[1]),
        is_lost=trouble.part is Part.EVENT,
        holds_launching=True,
        skipped=skipped,
    )


def trace_of(defect: Exception) -> str:
    """Where it was raised, for a log: the lines of the program and no values."""
    return "".join(traceback.format_exception(defect))

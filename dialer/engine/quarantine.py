"""What becomes of a step that raised what nobody expected: a defect of ours, met while people are called.

The step's half-changed state is thrown away by whoever steps the engine (`dialer.runtime.stepping`), which
goes on from the state before it and steps an `EventQuarantined` instead. Here that event is taken: the
people that it names are held, in the engine at once and for good as a fact about them, and nobody at all is
launched where it names nobody. A person releases them: `HoldLifted` of this kind, `FloorReleased`.
"""

import heapq
from dataclasses import dataclass

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain.commands import RaiseAlarm, StoreHold
from dialer.domain.events import CallEnded, CallNotAttempted, EventQuarantined, HoldLifted
from dialer.domain.ids import AttemptId, PersonId
from dialer.engine.calling.calls import Calls
from dialer.engine.context import Context, Part
from dialer.engine.following import Following
from dialer.engine.state import TimerKind

_ENDS = frozenset({CallEnded.__name__, CallNotAttempted.__name__})
"""Events after which a telephone system says nothing more of a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What the engine was about when a step raised.

    Args:
        timer: that was being served; None = none was.
        person: about whom something was being decided; None = about nobody in particular.
    """

    part: Part
    timer: tuple[TimerKind, str] | None
    person: PersonId | None


class Quarantine:
    """Takes note of defects, and lets go again."""

    def __init__(self, context: Context, following: Following, calls: Calls) -> None:
        self._context = context
        self._following = following
        self._calls = calls

    def trouble(self) -> Trouble:
        """What was being done when the last step raised."""
        context = self._context
        return Trouble(part=context.part, timer=context.timer, person=context.concerned)

    def put_aside(self, event: EventQuarantined) -> None:
        """Hold whom it names, or everybody, and say so loudly."""
        context = self._context
        what = event.kind if event.timer is None else f"the timer {event.timer[0]} of {event.timer[1]}"
        reason = f"step {context.state.sequence}: a defect was met ({what}: {event.error})"
        self._drop_timer(event)
        persons = self._persons(event)
        hold = Hold(kind=HoldKind.QUARANTINED, since=context.instant(), source=reason)
        for person in persons:
            context.state.quarantined[person] = reason
            self._following.learn(StoreHold(person=person, hold=hold))
        for number in event.numbers:
            self._following.learn(StoreHold(number=number, hold=hold))
        for debt in event.debts:
            self._following.learn(StoreHold(debt=debt, hold=hold))
        names_somebody = bool(persons or event.numbers or event.debts)
        if event.holds_launching or not names_somebody:
            context.state.is_floor_stopped = True
            context.state.floor_stop_reason = reason
        if event.is_lost and event.kind in _ENDS:
            self._close(event.attempts)
        context.emit(RaiseAlarm(subject="defect", text=f"{reason}; {self._held(event, len(persons))}"))

    def lifted(self, event: HoldLifted) -> None:
        """Somebody has looked: the person may be called again."""
        if event.kind is HoldKind.QUARANTINED and event.person is not None:
            self._context.state.quarantined.pop(event.person, None)

    def _persons(self, event: EventQuarantined) -> list[PersonId]:
        state = self._context.state
        persons = set(event.persons)
        for attempt in event.attempts:
            guest = state.guests.get(attempt)
            call = state.calls.get(attempt if guest is None else guest.talk)
            if call is not None:
                persons.add(call.launch.person)
        for name in event.leads:
            lead = state.leads.get(name)
            if lead is not None:
                persons.update(target.person for target in lead.targets)
        for inbound in event.calls:
            row = state.inbound.get(inbound)
            if row is not None:
                persons.update(caller.person for caller in row.callers)
        return sorted(persons)

    def _drop_timer(self, event: EventQuarantined) -> None:
        if event.timer is None:
            return
        state = self._context.state
        state.timers = [
            timer
            for timer in state.timers
            if timer[0] > self._context.now or (timer[2].value, timer[3]) != event.timer
        ]
        heapq.heapify(state.timers)

    def _close(self, attempts: tuple[AttemptId, ...]) -> None:
        """Their end was put aside, and nobody will tell it again."""
        for attempt in attempts:
            call = self._context.state.calls.get(attempt)
            if call is not None:
                self._calls.close_unknown(call)

    def _held(self, event: EventQuarantined, persons: int) -> str:
        if self._context.state.is_floor_stopped:
            return "nobody is launched until the floor is released"
        lines = len(event.numbers) + len(event.debts)
        return f"{persons} people, {lines} numbers and debts are held until somebody lifts it"

"""Facts that take leave away, effective in the step that brings them.

A fact is applied to everybody in play whom it binds; what is ringing to one of them and would no longer be
allowed is hung up. What was answered already is a conversation and goes on.
"""

from dialer.domain.attempt import UNANSWERED
from dialer.domain.commands import HangupReason
from dialer.domain.facts import FactChange
from dialer.engine.calling import phases
from dialer.engine.context import Context
from dialer.engine.launching.clearing import Clearing
from dialer.engine.people import People


class Suppression:
    """Applies facts and cancels what they forbid."""

    def __init__(self, context: Context, people: People, clearing: Clearing) -> None:
        self._context = context
        self._people = people
        self._clearing = clearing

    def apply(self, change: FactChange) -> None:
        """Apply, then ask the gate again about every call that still rings to somebody bound."""
        bound = self._people.apply(change)
        if change.entry is not None or change.consent is not None or not bound:
            return
        state = self._context.state
        for person in bound:
            attempt = state.locked_persons.get(person)
            if attempt is None:
                continue
            call = state.calls[attempt]
            if call.state not in UNANSWERED or call.hangup is not None:
                continue
            if not self._clearing.still_allowed(call):
                phases.hang_up(self._context, call, HangupReason.SUPPRESSED)

"""What follows from what was said, as commands and as facts about the people in play.

`dialer.casework.consequences` says what follows; here it is written down in its order, and what binds does so
in the same step, also for what rings to the person this moment.
"""

from dialer.casework.consequences import Consequences
from dialer.casework.facts import change_of_command
from dialer.domain.commands import (
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreNumberRequest,
    StoreNumberStatus,
    StorePromise,
    StoreRequest,
)
from dialer.domain.ids import AttemptId, NumberId, PersonId
from dialer.engine.context import Context
from dialer.engine.suppression import Suppression

Fact = StoreRequest | StoreNumberRequest | StoreHold | StoreConsent | StoreConversation


class Following:
    """Writes consequences down."""

    def __init__(self, context: Context, suppression: Suppression) -> None:
        self._context = context
        self._suppression = suppression

    def learn(self, command: Fact) -> None:
        """Emit, and let it bind at once, also what rings to somebody it concerns."""
        self._context.emit(command)
        change = change_of_command(command)
        assert change is not None, "these commands are facts about people"
        self._suppression.apply(change, except_for=None)

    def said(
        self, person: PersonId, number: NumberId | None, found: Consequences, *, contact: AttemptId
    ) -> None:
        """Everything but the account's turn. `contact`: the call that it was said on, whoever placed it."""
        for request in found.requests:
            self.learn(StoreRequest(person=person, request=request))
        for hold in found.holds:
            self.learn(StoreHold(person=person, hold=hold))
        if found.number is not None and number is not None:
            self._context.emit(StoreNumberStatus(person=person, number=number, status=found.number))
        if found.promise is not None:
            self._context.emit(
                StorePromise(
                    attempt=contact,
                    person=person,
                    debts=found.promise.debts,
                    amount=found.promise.amount,
                    due_at=found.promise.due_at,
                )
            )
        for consent in found.consents:
            self.learn(StoreConsent(person=person, consent=consent))

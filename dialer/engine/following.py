"""What follows from what was said, as commands and as facts about the people in play.

`dialer.casework.consequences` says what follows; here it is written down in its order, and what binds does so
in the same step, also for what rings to the person this moment.
"""

from dialer.casework.consequences import Consequences, LeadFate, Turn
from dialer.casework.facts import change_of_command
from dialer.domain.commands import (
    CloseLeads,
    RestLead,
    RestLeads,
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreNumberRequest,
    StoreNumberStatus,
    StorePromise,
    StoreRequest,
)
from dialer.domain.ids import AgentId, AttemptId, DebtId, NumberId, PersonId
from dialer.domain.lead import NEVER
from dialer.engine.context import Context
from dialer.engine.launching.hopper import Hopper
from dialer.engine.suppression import Suppression

Fact = StoreRequest | StoreNumberRequest | StoreHold | StoreConsent | StoreConversation


class Following:
    """Writes consequences down."""

    def __init__(self, context: Context, suppression: Suppression, hopper: Hopper) -> None:
        self._context = context
        self._suppression = suppression
        self._hopper = hopper

    def learn(self, command: Fact) -> None:
        """Emit, and let it bind at once, also what rings to somebody it concerns."""
        self._context.emit(command)
        change = change_of_command(command)
        assert change is not None, "these commands are facts about people"
        self._suppression.apply(change)

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
                    parts=found.promise.parts,
                )
            )
        for consent in found.consents:
            self.learn(StoreConsent(person=person, consent=consent))

    def account_over(self, debt: DebtId, how: str) -> None:
        """It is recalled, settled or suppressed: what is queued of it goes back, and the store closes it."""
        for lead in self._hopper.withdraw(debt):
            self._context.emit(RestLead(lead=lead.lead, not_before=NEVER, reason=how, passes=lead.passes))

    def take_turn(self, turn: Turn, *, agent: AgentId | None, but: DebtId | None = None) -> None:
        """What becomes of accounts that were spoken of, where no lead of theirs was in flight for it.

        Args:
            agent: who promised a call back.
            but: an account whose own lead was in flight, and has been seen to.
        """
        if turn.fate is LeadFate.STAYS:
            return
        for debt in turn.debts:
            if debt != but:
                self._rest_or_close(debt, turn, agent if turn.fate is LeadFate.CALL_BACK else None)

    def _rest_or_close(self, debt: DebtId, turn: Turn, agent: AgentId | None) -> None:
        """Give back what is queued here; then the store rests or closes all it has of the account."""
        context = self._context
        for lead in self._hopper.withdraw(debt):
            context.emit(
                RestLead(lead=lead.lead, not_before=context.now, reason=turn.reason, passes=lead.passes)
            )
        if turn.until is None:
            context.emit(CloseLeads(debt=debt, reason=turn.reason))
            return
        context.emit(
            RestLeads(
                debt=debt,
                not_before=min(turn.until, NEVER),
                reason=turn.reason,
                reserve_agent=turn.fate is LeadFate.CALL_BACK,
                reserve_for=agent,
            )
        )

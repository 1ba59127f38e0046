"""The end of a call that somebody else began: what the gate must know of it, and what follows."""

from datetime import datetime, timedelta

from compliance_gate.request import Consent, Hold, PersonRequest
from compliance_gate.words import ConsentScope, GivenTo, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.commands import (
    Command,
    NumberStatus,
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreInbound,
    StoreNumberStatus,
    StorePromise,
    StoreRequest,
)
from dialer.domain.disposition import Disposition, LeadFate
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import InboundDisposed
from dialer.domain.facts import change_of_command
from dialer.domain.ids import AttemptId, DebtId, InboundId, NumberId, PersonId
from dialer.domain.inbound import InboundRecord, InboundState, entry_of_talk
from dialer.domain.record import instant
from dialer.engine.calling.ending import CALL_BACK_VALID_DAYS
from dialer.engine.context import Context
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, InboundRow
from dialer.engine.suppression import Suppression


def opt_out(number: NumberId, key: str, *, at: datetime) -> PersonRequest:
    """The request that a key in the inbound menu makes; the same that a key in a message makes."""
    text = f"pressed {key} in the inbound menu"
    return PersonRequest(at=at, type=RequestKind.DO_NOT_CALL, number=number, in_writing=False, text=text)


def record_of_inbound(row: InboundRow) -> InboundRecord:
    """The call as it stands."""
    return InboundRecord(
        call=row.call,
        dialed=row.dialed,
        arrived_at=row.arrived_at,
        number=row.number,
        callers=row.callers,
        opted_out=row.opted_out,
        waited_since=row.waited_since,
        unserved=row.is_unserved or row.is_dismissed,
        agent=row.talked_to,
        bridged_at=row.bridged_at,
        ended_at=row.ended_at,
        person=row.person,
        disposition=row.disposition,
    )


class InboundEnding:
    """Closes inbound calls."""

    def __init__(self, context: Context, roster: Roster, people: People, suppression: Suppression) -> None:
        self._context = context
        self._roster = roster
        self._people = people
        self._suppression = suppression

    def in_doubt(self, row: InboundRow) -> None:
        """Joined: a conversation with whoever has the number, about any debt, until the agent says more."""
        row.talked_to = row.agent
        for caller in row.callers:
            self._talk(row, caller.person, None, GateOutcome.CONVERSATION)

    def talk_over(self, row: InboundRow, agent: AgentRow) -> None:
        """The line is dead: dated anew, and the agent writes down what came of it."""
        self.in_doubt(row)
        self._context.emit(StoreInbound(record=record_of_inbound(row)))
        campaign = self._context.state.campaigns.get(agent.campaign)
        if campaign is not None and campaign.settings.wrap_up_limit_s is not None:
            at = self._context.now + campaign.settings.wrap_up_limit_s
            self._context.set_timer(at, "inbound_wrap", row.call)

    def wrap_up_over(self, call: InboundId) -> None:
        """After-call work took too long: it stays in doubt, and the agent is on a break."""
        row = self._context.state.inbound.get(call)
        if row is None or row.state is not InboundState.OVER:
            return
        agent = self._context.state.agents.get(row.agent) if row.agent is not None else None
        if agent is not None and agent.inbound == call:
            agent.leaving_reason = "after-call work over the limit"
            self._roster.finish(agent, ready=False)
        self.close(row)

    def close(self, row: InboundRow) -> None:
        """Nothing more will be said about it."""
        self._context.emit(StoreInbound(record=record_of_inbound(row)))
        del self._context.state.inbound[row.call]

    def disposed(self, event: InboundDisposed) -> None:
        """The agent has said who it was and what came of it.

        Raises:
            InvalidFactError: a conversation with somebody who is not on file with that number, and no debt is
                named that it was about.
        """
        row = self._context.state.inbound.get(event.call)
        agent = self._context.agent(event.agent)
        if row is None or row.state is not InboundState.OVER or agent.inbound != event.call:
            self._context.ignore("late_inbound_disposition")
            return
        disposition = event.disposition
        known = {caller.person: caller for caller in row.callers}
        is_stranger = event.person is not None and event.person not in known
        if is_stranger and disposition.effect.conversation and not disposition.debts_spoken_of:
            raise InvalidFactError("this person is not on file with that number: name the debts spoken of")
        row.person, row.disposition = event.person, disposition
        for person in sorted(known if event.person is None else {*known, event.person}):
            self._settle(row, person, disposition)
        if event.person is not None:
            self._consequences(row, event.person, disposition)
        self._roster.finish(agent, ready=event.ready_after)
        self.close(row)

    def _settle(self, row: InboundRow, person: PersonId, disposition: Disposition) -> None:
        """The doubt is over: a conversation with the one it was, none with the others."""
        if person == row.person:
            spoken = disposition.debts_spoken_of or None
            self._talk(row, person, spoken, disposition.effect.gate_outcome)
        elif row.person is not None or not disposition.effect.conversation:
            self._talk(row, person, None, GateOutcome.ANSWERED_THEN_DROPPED)

    def _talk(
        self, row: InboundRow, person: PersonId, debts: tuple[str, ...] | None, outcome: GateOutcome
    ) -> None:
        record = record_of_inbound(row)
        entry = entry_of_talk(record, debts, outcome, now=self._context.now)
        self._learn(StoreConversation(person=person, entry=entry))

    def _learn(self, command: Command) -> None:
        """Emit, and let it bind at once, also what rings to that person this moment."""
        self._context.emit(command)
        change = change_of_command(command)
        if change is not None:
            self._suppression.apply(change, except_for=None)

    def _consequences(self, row: InboundRow, person: PersonId, disposition: Disposition) -> None:
        effect = disposition.effect
        at = self._context.instant()
        debts = disposition.debts_spoken_of
        if effect.request is not None:
            of_number = effect.request in (RequestKind.STOP_NUMBER, RequestKind.WRONG_NUMBER_LEARNED)
            request = PersonRequest(
                at=at,
                type=effect.request,
                debts=None if of_number or effect.request is RequestKind.STOP_CALLING else debts or None,
                number=row.number if of_number else None,
                in_writing=False,
            )
            self._learn(StoreRequest(person=person, request=request))
        if effect.hold is not None:
            hold = Hold(kind=effect.hold, since=at, source=f"inbound {row.call}")
            self._learn(StoreHold(person=person, hold=hold))
        if effect.number_is_wrong and row.number is not None:
            self._context.emit(StoreNumberStatus(person=person, number=row.number, status=NumberStatus.WRONG))
        if effect.agreed:
            self._promise(row, person, disposition)
        if effect.lead is LeadFate.CALL_BACK and disposition.call_back_at is not None:
            self._call_back(person, disposition, disposition.call_back_at)

    def _promise(self, row: InboundRow, person: PersonId, disposition: Disposition) -> None:
        self._context.emit(
            StorePromise(
                attempt=AttemptId(row.call),  # no attempt of ours: the call it was made on
                person=person,
                debts=tuple(DebtId(debt) for debt in disposition.debts_spoken_of),
                amount=disposition.promised,
                due_at=disposition.promised_for,
            )
        )

    def _call_back(self, person: PersonId, disposition: Disposition, at: float) -> None:
        now = self._context.instant()
        last = now + timedelta(days=CALL_BACK_VALID_DAYS - 1)
        consent = Consent(
            at=now,
            scope=ConsentScope.CALL_BACK,
            given_to=GivenTo.COLLECTOR,
            debts=disposition.debts_spoken_of or None,
            valid_until=min(instant(at), last).date(),
        )
        self._learn(StoreConsent(person=person, consent=consent))

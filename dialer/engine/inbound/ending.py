"""The end of a call that somebody else began: what the gate must know of it, and what follows."""

from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.consequences import Channel, Occasion, consequences
from dialer.domain.commands import StoreConversation, StoreInbound
from dialer.domain.disposition import Disposition
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import InboundDisposed
from dialer.domain.ids import AttemptId, InboundId, PersonId
from dialer.domain.inbound import Caller, InboundRecord, InboundState, entry_of_talk
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.inbound import owed
from dialer.engine.inbound.afterthoughts import InboundAfterthoughts
from dialer.engine.inbound.call_backs import CallBacks
from dialer.engine.launching.clearing import Clearing
from dialer.engine.listed import listed
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, InboundRow, TimerKind


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
        answer_within_s=row.answer_within_s,
        was_closed=row.is_closed,
        language=row.language,
        message=row.message,
        message_s=row.message_s,
        asked_back_at=row.asked_back_at,
        campaign=row.campaign,
    )


_MESSAGE = "left a message"
_MESSAGE_OPTED_OUT = "left a message, and asked never to be called: listen to it, do not call"


class InboundEnding:
    """Closes inbound calls."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        clearing: Clearing,
        following: Following,
        call_backs: CallBacks,
    ) -> None:
        self._context = context
        self._call_backs = call_backs
        self._roster = roster
        self._clearing = clearing
        self._following = following
        self._afterthoughts = InboundAfterthoughts(context, following, clearing)

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
            self._context.set_timer(at, TimerKind.INBOUND_WRAP, row.call)

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
        record = record_of_inbound(row)
        self._context.emit(StoreInbound(record=record))
        del self._context.state.inbound[row.call]
        if record.asked_back_at is not None and not record.opted_out:
            self._call_backs.begin(record, row.takers)
        if record.message:
            owed.owe(self._context, record, _MESSAGE_OPTED_OUT if record.opted_out else _MESSAGE)

    def disposed(self, event: InboundDisposed) -> None:
        """The agent has said who it was and what came of it.

        Raises:
            InvalidFactError: a conversation with somebody who is not on file with that number, and no debt is
                named that it was about.
        """
        row = self._context.state.inbound.get(event.call)
        if row is None and event.talk is not None:
            self._afterthoughts.added(event, event.talk)
            return
        agent = self._context.agent(event.agent)
        if row is None or row.state is not InboundState.OVER or agent.inbound != event.call:
            self._context.ignore(
                "late_inbound_disposition",
                f"{event.call} is not what agent {event.agent} has to write down: it goes on, or is written",
            )
            return
        campaign = self._context.state.campaigns.get(agent.campaign)
        disposition = listed(self._context, campaign, event.disposition)
        known = {caller.person: caller for caller in row.callers}
        is_stranger = event.person is not None and event.person not in known
        if is_stranger and disposition.effect.conversation and not disposition.debts_spoken_of:
            raise InvalidFactError("this person is not on file with that number: name the debts spoken of")
        row.person, row.disposition, row.campaign = event.person, disposition, agent.campaign
        for person in sorted(known if event.person is None else {*known, event.person}):
            self._settle(row, person, disposition)
        if event.person is not None:
            self._follow(row, known.get(event.person), event.person, disposition, agent)
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
        self._following.learn(StoreConversation(person=person, entry=entry))

    def _follow(
        self,
        row: InboundRow,
        caller: Caller | None,
        person: PersonId,
        disposition: Disposition,
        agent: AgentRow,
    ) -> None:
        """What they asked for, agreed to or promised, as if we had called them."""
        is_in_play = person in self._context.state.persons
        campaign = self._context.state.campaigns.get(agent.campaign)
        occasion = Occasion(
            channel=Channel.INBOUND,
            at=self._context.now,
            source=row.call,
            taken_by=agent.agent,
            caller_id=row.dialed,
            owed=() if caller is None else caller.debts,
            number=row.number,
            zones=self._clearing.zones(person) if is_in_play else (),
            rest_s={} if campaign is None else campaign.settings.rest_s,
            grace_days={} if campaign is None else campaign.settings.grace_days,
        )
        found = consequences(disposition, occasion)
        contact = AttemptId(row.call)  # no attempt of ours: the call it was said on
        self._following.said(person, row.number, found, contact=contact)
        self._following.take_turn(found.turn, agent=agent.agent)

"""What an agent says of a call of somebody else's that is over and written down.

As of a talk on a call of ours (`dialer.engine.calling.afterthoughts`): what protects the person until the
next day is over, anything else in the time that the campaign gives for corrections. Such a call is of no
campaign; the times are those of the one that the agent works for, or of one whose calls show the number that
was dialed.
"""

from dataclasses import replace

from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.afterthoughts import why_not_said
from dialer.casework.consequences import Channel, Occasion, consequences
from dialer.domain.commands import StoreConversation, StoreDisposition, StoreInbound
from dialer.domain.disposition import Disposition
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import InboundDisposed
from dialer.domain.ids import AttemptId, PersonId
from dialer.domain.inbound import InboundRecord, entry_of_talk
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.launching.clearing import Clearing
from dialer.engine.listed import listed
from dialer.engine.state import CampaignRow


class InboundAfterthoughts:
    """Takes further words on calls that are over."""

    def __init__(self, context: Context, following: Following, clearing: Clearing) -> None:
        self._context = context
        self._following = following
        self._clearing = clearing

    def added(self, event: InboundDisposed, talk: InboundRecord) -> None:
        """Weigh it, let it bind, and put it into the record where it is the agent's last word in time.

        Raises:
            InvalidFactError: nobody said who it was, or it is somebody who is not on file with that number
                and no debt is named.
        """
        campaign = self._campaign(event, talk)
        why = self._why_not(event, talk, campaign)
        if why is not None or campaign is None or talk.ended_at is None:
            self._context.ignore("late_inbound_disposition", why or f"no campaign takes {talk.call} any more")
            return
        person = event.person if event.person is not None else talk.person
        if person is None:
            raise InvalidFactError("say who it was: nobody is on file as the one who called")
        said = listed(self._context, campaign, event.disposition)
        known = {caller.person: caller for caller in talk.callers}
        if person not in known and said.effect.conversation and not said.debts_spoken_of:
            raise InvalidFactError("this person is not on file with that number: name the debts spoken of")
        occasion = Occasion(
            channel=Channel.INBOUND,
            at=self._context.now,
            source=f"inbound {talk.call}",
            taken_by=event.agent,
            caller_id=talk.dialed,
            owed=known[person].debts if person in known else (),
            number=talk.number,
            zones=self._clearing.zones(person) if person in self._context.state.persons else (),
            rest_s=campaign.settings.rest_s,
            grace_days=campaign.settings.grace_days,
        )
        found = consequences(said, occasion)
        self._following.said(person, talk.number, found, contact=AttemptId(talk.call))
        is_in_time = self._context.now <= talk.ended_at + campaign.settings.corrections_s
        if is_in_time or talk.disposition is None or not talk.disposition.effect.conversation:
            self._write_down(talk, person, said)
        self._following.take_turn(found.turn, agent=event.agent)

    def _why_not(
        self, event: InboundDisposed, talk: InboundRecord, campaign: CampaignRow | None
    ) -> str | None:
        if talk.agent != event.agent:
            return f"agent {event.agent} did not talk on {talk.call}; who did says what came of it"
        if talk.ended_at is None or talk.call in self._context.state.inbound:
            return f"{talk.call} is not over yet: say it when it is"
        if campaign is None:
            return None
        return why_not_said(
            event.disposition.kind,
            ended_at=talk.ended_at,
            now=self._context.now,
            corrections_s=campaign.settings.corrections_s,
            zone=campaign.settings.time_zone,
        )

    def _campaign(self, event: InboundDisposed, talk: InboundRecord) -> CampaignRow | None:
        rows = self._context.state.campaigns
        agent = self._context.state.agents.get(event.agent)
        showing = [name for name in sorted(rows) if talk.dialed in rows[name].settings.shown]
        names = [*([agent.campaign] if agent is not None else []), *showing, *sorted(rows)]
        return next((rows[name] for name in names if name in rows), None)

    def _write_down(self, talk: InboundRecord, person: PersonId, said: Disposition) -> None:
        record = replace(talk, person=person, disposition=said)
        self._context.emit(StoreInbound(record=record))
        if talk.disposition is not None:
            self._context.emit(StoreDisposition(attempt=AttemptId(talk.call), disposition=said))
        now = self._context.now
        for each in sorted({caller.person for caller in talk.callers} | {person}):
            is_theirs = each == person
            outcome = said.effect.gate_outcome if is_theirs else GateOutcome.ANSWERED_THEN_DROPPED
            spoken = said.debts_spoken_of or None
            entry = entry_of_talk(record, spoken if is_theirs else None, outcome, now=now)
            self._following.learn(StoreConversation(person=each, entry=entry))

"""What an agent says of a talk that is over and written down.

Three ways there: the talk ended at the agent's own phone and nobody could ask them; they saved one outcome
and mean another; the person asked for something and it was not written down. What was asked for binds from
this step on, like anything said in time.
"""

from dialer.casework.afterthoughts import protected_until, protects, why_not_said
from dialer.casework.consequences import Channel, Occasion, consequences
from dialer.domain.commands import StoreDisposition
from dialer.domain.disposition import Disposition
from dialer.domain.events import DispositionAdded, DispositionRecorded
from dialer.domain.facts import FactChange
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.record import entry_said_anew
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.listed import listed
from dialer.engine.people import People
from dialer.engine.state import CallRow, CampaignRow


class Afterthoughts:
    """Takes further words on talks that are over."""

    def __init__(self, context: Context, people: People, following: Following) -> None:
        self._context = context
        self._people = people
        self._following = following

    def added(self, event: DispositionAdded) -> None:
        """Weigh it, let it bind, and put it into the record where it is the agent's own last word."""
        context, talk = self._context, event.talk
        campaign = context.campaign(talk.campaign)
        why = self._why_not(event, campaign)
        agent = context.state.agents.get(event.agent)
        is_too_late = context.now >= protected_until(talk.ended_at, campaign.settings.time_zone)
        said = event.disposition if why is not None else listed(context, campaign, event.disposition)
        if agent is not None and agent.owes == talk.attempt and (why is None or is_too_late):
            agent.owes = None  # said, or never to be said here: a desk does not ask for ever
        if why is not None:
            context.ignore("late_disposition", why)
            return
        found = consequences(said, self._occasion(talk, campaign))
        self._following.said(talk.person, talk.number, found, contact=talk.attempt)
        if self._is_newest_word(event, campaign):
            self._write_down(talk, said)
        self._following.take_turn(found.turn, agent=event.agent)

    def meanwhile(self, event: DispositionRecorded, call: CallRow) -> bool:
        """Whether an agent has said what they heard on a talk that they lost, and that goes on with another.

        Only what protects the person is taken: it binds at once, and the outcome is the other's to say.
        """
        agent = self._context.state.agents.get(event.agent)
        owes = agent is not None and agent.owes == event.attempt
        if agent is None or not owes or call.agent == event.agent or not protects(event.disposition.kind):
            return False
        launch = call.launch
        campaign = self._context.campaign(launch.campaign)
        said = listed(self._context, campaign, event.disposition)
        agent.owes = None
        occasion = Occasion(
            channel=Channel.OUTBOUND,
            at=self._context.now,
            source=launch.attempt,
            taken_by=event.agent,
            caller_id=launch.caller_id,
            recording=launch.attempt if call.heard.is_recorded else "",
            about=launch.debts,
            number=launch.number,
            zones=launch.zones,
            rest_s=campaign.settings.rest_s,
            grace_days=campaign.settings.grace_days,
        )
        found = consequences(said, occasion)
        self._following.said(launch.person, launch.number, found, contact=launch.attempt)
        return True

    def earlier(self, talk: PastTalk, now: float) -> EarlierTalk | None:
        """What may still be said of it at `now` (POSIX seconds); None when nothing may, or it goes on."""
        campaign = self._context.state.campaigns.get(talk.campaign)
        if campaign is None or talk.attempt in self._context.state.calls:
            return None
        corrected = talk.ended_at + campaign.settings.corrections_s
        protected = protected_until(talk.ended_at, campaign.settings.time_zone)
        if now > corrected and now >= protected:
            return None
        return EarlierTalk(
            attempt=talk.attempt,
            ended_at=talk.ended_at,
            said=None if talk.disposition is None else talk.disposition.kind,
            corrected_until=corrected,
            protected_until=protected,
            takes_anything=now <= corrected,
        )

    def _why_not(self, event: DispositionAdded, campaign: CampaignRow) -> str | None:
        talk, state = event.talk, self._context.state
        agent = state.agents.get(event.agent)
        owes = agent is not None and agent.owes == talk.attempt
        if talk.agent != event.agent and not owes:
            return f"agent {event.agent} did not talk on {talk.attempt}; who did says what came of it"
        if talk.attempt in state.calls:
            return f"{talk.attempt} is not over yet: say it when it is"
        return why_not_said(
            event.disposition.kind,
            ended_at=talk.ended_at,
            now=self._context.now,
            corrections_s=campaign.settings.corrections_s,
            zone=campaign.settings.time_zone,
        )

    def _is_newest_word(self, event: DispositionAdded, campaign: CampaignRow) -> bool:
        """In time it takes the place of what was said; later only where nothing was, or no conversation."""
        talk = event.talk
        if talk.agent != event.agent:
            return False  # another took the talk on, and the outcome is theirs
        is_in_time = self._context.now <= talk.ended_at + campaign.settings.corrections_s
        before = talk.disposition
        return is_in_time or before is None or not before.effect.conversation

    def _write_down(self, talk: PastTalk, said: Disposition) -> None:
        self._context.emit(StoreDisposition(attempt=talk.attempt, disposition=said))
        entry = entry_said_anew(
            talk.entry, said, launched_at=talk.launched_at, talk_ended_at=talk.ended_at, debts=talk.debts
        )
        self._people.apply(FactChange(person=talk.person, entry=entry))

    def _occasion(self, talk: PastTalk, campaign: CampaignRow) -> Occasion:
        return Occasion(
            channel=Channel.OUTBOUND,
            at=self._context.now,
            source=talk.attempt,
            taken_by=talk.agent,
            caller_id=talk.entry.caller_id or "",
            recording=talk.attempt if talk.recorded else "",
            about=talk.debts,
            number=talk.number,
            zones=talk.zones,
            rest_s=campaign.settings.rest_s,
            grace_days=campaign.settings.grace_days,
        )

"""Hoppers: the next leads of each pool, with everything the gate may ask about their persons.

The engine never queries. When a hopper runs low it emits `RefillHopper`, one at a time per campaign, and
takes what `LeadsFetched` brings. Leads it cannot use go back as `RestLead`.
"""

from bisect import insort

from dialer.domain.campaign import CampaignState
from dialer.domain.commands import RefillHopper, RestLead
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import LeadId, PersonId
from dialer.domain.lead import Lead
from dialer.domain.ordering import lead_order_key
from dialer.engine.context import Context, pool_of
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import CampaignRow

ASK_AGAIN_S = 5.0
EMPTY_S = 60.0
"""Seconds before asking again when fewer leads came than were wanted, and when none came at all."""

LOST_REFILL_S = 120.0
"""A refill without an answer for this long is asked again; a late answer to the old one is ignored."""


class Hopper:
    """Leads in hand."""

    def __init__(self, context: Context, people: People, roster: Roster) -> None:
        self._context = context
        self._people = people
        self._roster = roster
        self._key = lead_order_key()

    def level(self, campaign: CampaignRow) -> int:
        """Leads in the campaign's hoppers."""
        level = 0
        for pool in campaign.pools.values():
            level += len(pool.queue) + len(pool.reserved)
        return level

    def refill(self, campaign: CampaignRow) -> None:
        """Ask for more when less than half is left."""
        context = self._context
        if campaign.state is not CampaignState.RUNNING or campaign.refill_at > context.now:
            return
        size = campaign.settings.hopper_size
        level = self.level(campaign)
        if campaign.refill is None and level * 2 > size:
            return
        state = context.state
        state.requests_made += 1
        campaign.refill = state.requests_made
        campaign.refill_sequence = state.sequence
        campaign.refill_at = context.now + LOST_REFILL_S
        context.emit(
            RefillHopper(
                campaign=campaign.settings.campaign,
                request=campaign.refill,
                wanted=size - level,
                sequence=state.sequence,
            )
        )

    def fetched(self, event: LeadsFetched) -> None:
        """Take in the leads that are new; an answer to an older asking is given back whole."""
        context = self._context
        campaign = context.campaign(event.campaign)
        if event.request != campaign.refill:
            context.ignore("late_leads")
            for lead in event.leads:
                if lead.lead not in context.state.leads:
                    self.give_back(lead, "late")
            return
        campaign.refill = None
        campaign.leads_left = event.leads_left
        files = {PersonId(file.person): file for file in event.persons}
        self._people.take_in(files, as_of=event.as_of)
        self._people.forget_old_changes()
        taken = sum(1 for lead in event.leads if self._take(campaign, lead))
        self._people.drop_unused(files)
        campaign.refill_at = self._next_asking(campaign, event, taken)
        if campaign.state is not CampaignState.RUNNING:
            self.empty(campaign, "campaign is not running")
        context.wake_pools(campaign)

    def _next_asking(self, campaign: CampaignRow, event: LeadsFetched, taken: int) -> float:
        now = self._context.now
        if taken == 0:
            due = event.retry_at if event.retry_at is not None else now + EMPTY_S
            return min(max(due, now + ASK_AGAIN_S), now + 10 * EMPTY_S)
        full = self.level(campaign) * 2 > campaign.settings.hopper_size
        return now if full else now + ASK_AGAIN_S

    def _take(self, campaign: CampaignRow, lead: Lead) -> bool:
        """Queue a lead; False when we hold it already or its persons did not come with it."""
        state = self._context.state
        if lead.lead in state.leads or lead.lead in state.locked_leads:
            return False
        if not lead.targets or any(target.person not in state.persons for target in lead.targets):
            self._context.ignore("lead_without_person")
            return False
        pools_before = len(campaign.pools)
        _key, pool = pool_of(campaign, lead.needs)
        if len(campaign.pools) != pools_before:
            self._roster.forget_capabilities()
        state.leads[lead.lead] = lead
        for person in _persons_of(lead):
            self._people.use(person)
        if lead.reserve_agent:
            due = max(lead.not_before if lead.not_before is not None else 0.0, self._context.now)
            self._context.set_timer(due, "reserved", campaign.settings.campaign)
        target = pool.reserved if lead.reserve_agent else pool.queue
        if target and self._key(lead) < self._key(state.leads[target[-1]]):
            insort(target, lead.lead, key=lambda name: self._key(state.leads[name]))
        else:
            target.append(lead.lead)
        return True

    def remove(self, lead: Lead) -> None:
        """The lead leaves the hopper (launched, rested or closed); the caller took it off its queue."""
        del self._context.state.leads[lead.lead]
        for person in _persons_of(lead):
            self._people.release(person)

    def give_back(self, lead: Lead, reason: str) -> None:
        """Return a lead unlaunched."""
        self._context.emit(
            RestLead(
                lead=lead.lead,
                not_before=self._context.now if lead.not_before is None else lead.not_before,
                reason=reason,
                passes=lead.passes,
                reserve_agent=lead.reserve_agent,
                reserve_for=lead.reserve_for,
            )
        )

    def empty(self, campaign: CampaignRow, reason: str) -> None:
        """Return every lead of the campaign."""
        leads = self._context.state.leads
        for pool in campaign.pools.values():
            for name in (*pool.reserved, *pool.queue):
                lead = leads[name]
                self.give_back(lead, reason)
                self.remove(lead)
            pool.queue.clear()
            pool.reserved.clear()


def _persons_of(lead: Lead) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(target.person for target in lead.targets))


def take_off(queue: list[LeadId], lead: LeadId) -> None:
    """Remove a lead's id from a queue wherever it stands."""
    if queue and queue[0] == lead:
        queue.pop(0)
    elif lead in queue:
        queue.remove(lead)

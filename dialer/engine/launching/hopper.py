"""Hoppers: the next leads of each pool, with everything the gate may ask about their persons.

The engine never queries. When a hopper runs low it emits `RefillHopper`, one at a time per campaign, and
takes what `LeadsFetched` brings. Leads it cannot use go back as `RestLead`.
"""

from bisect import insort

from dialer.domain.campaign import CampaignState
from dialer.domain.commands import RefillHopper, RestLead
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import DebtId, LeadId, PersonId
from dialer.domain.lead import Lead
from dialer.domain.ordering import lead_order_key
from dialer.engine.context import Context, pool_of
from dialer.engine.launching.lanes import base_pools
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import CampaignRow, TimerKind

ASK_AGAIN_S = 5.0
EMPTY_S = 60.0
"""Seconds before asking again when fewer leads came than were wanted, and when none came at all."""

LEAST_SHARE = 10
"""Leads kept in hand for a pool, however few its agents."""

SURPLUS_REST_S = 600.0
"""A lead beyond what its pool can use soon goes back for ten minutes, so that others come in its place."""

LOST_REFILL_S = 120.0
"""A refill without an answer for this long is asked again; a late answer to the old one is ignored."""


class Hopper:
    """Leads in hand."""

    def __init__(self, context: Context, people: People, roster: Roster) -> None:
        self._context = context
        self._people = people
        self._roster = roster
        self._key = lead_order_key()

    def missing(self, campaign: CampaignRow) -> int:
        """Leads to ask for: what pools that are less than half full lack; 0 when none is.

        Each pool's share of the hopper is that of its agents, so that leads which few or none can take never
        keep out those that many wait for.
        """
        missing, somebody = 0, False
        pools = campaign.pools
        for key, share in self._shares(campaign).items():
            if share:
                somebody, pool = True, pools[key]
                held = len(pool.queue) + len(pool.reserved)
                if held * 2 < share:
                    missing += share - held
        missing += self._called_back(campaign)
        if somebody or missing:
            return missing
        return 0 if self.level(campaign) else campaign.settings.hopper_size

    def _called_back(self, campaign: CampaignRow) -> int:
        """Accounts of people who are called back from the queue and that are not in hand."""
        state = self._context.state
        if not state.call_backs:
            return 0
        held = {lead.debt for lead in state.leads.values()}
        name = campaign.settings.campaign
        return sum(name in row.looked_for_in and row.debt not in held for row in state.call_backs.values())

    def level(self, campaign: CampaignRow) -> int:
        """Leads in hand."""
        return sum(len(pool.queue) + len(pool.reserved) for pool in campaign.pools.values())

    def _shares(self, campaign: CampaignRow) -> dict[str, int]:
        """Leads of each pool to keep in hand; 0 where no agent of the campaign can take them."""
        cache = self._context.shares
        known, of_pools = cache.get(campaign.settings.campaign, (None, 0))
        if known is None or of_pools != len(campaign.pools):
            homes = {k: len(self._roster.at_home(campaign, k, pool)) for k, pool in base_pools(campaign)}
            everybody = sum(homes.values())
            size = campaign.settings.hopper_size
            known = {
                k: max(LEAST_SHARE, round(size * home / everybody)) if home else 0
                for k, home in homes.items()
            }
            cache[campaign.settings.campaign] = known, len(campaign.pools)
        return known

    def refill(self, campaign: CampaignRow) -> None:
        """Ask for more when a pool runs low."""
        context = self._context
        if campaign.state is not CampaignState.RUNNING or campaign.refill_at > context.now:
            return
        wanted = self.missing(campaign)
        if wanted == 0 and campaign.refill is None:
            return
        state = context.state
        state.requests_made += 1
        campaign.refill = state.requests_made
        campaign.refill_sequence = state.sequence
        campaign.refill_at = context.now + LOST_REFILL_S
        campaign.refill_wanted = max(wanted, 1)
        context.emit(
            RefillHopper(
                campaign=campaign.settings.campaign,
                request=campaign.refill,
                wanted=campaign.refill_wanted,
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
        for lead in event.leads:
            self._take(campaign, lead)
        self._people.drop_unused(files)
        campaign.refill_at = self._next_asking(campaign, event)
        if campaign.state is not CampaignState.RUNNING:
            self.empty(campaign, "campaign is not running")
        context.wake_pools(campaign)

    def _next_asking(self, campaign: CampaignRow, event: LeadsFetched) -> float:
        now = self._context.now
        if not event.leads:
            due = event.retry_at if event.retry_at is not None else now + EMPTY_S
            return min(max(due, now + ASK_AGAIN_S), now + 10 * EMPTY_S)
        has_more = len(event.leads) >= campaign.refill_wanted
        return now if has_more or self.missing(campaign) == 0 else now + ASK_AGAIN_S

    def _take(self, campaign: CampaignRow, lead: Lead) -> None:
        """Queue a lead, unless we hold it, its persons did not come with it, or its pool has enough."""
        state = self._context.state
        if lead.lead in state.leads or lead.lead in state.locked_leads:
            return
        if not lead.targets or any(target.person not in state.persons for target in lead.targets):
            self._context.ignore("lead_without_person")
            self.give_back(lead, "nobody came with it", rest_s=SURPLUS_REST_S)
            return
        pools_before = len(campaign.pools)
        key, pool = pool_of(campaign, lead.needs)
        if len(campaign.pools) != pools_before:
            self._roster.forget_capabilities()
        is_full = len(pool.queue) + len(pool.reserved) >= self._most(campaign, key)
        if is_full and not state.is_called_back(lead):
            self.give_back(lead, "enough of its kind in hand", rest_s=SURPLUS_REST_S)
            return
        state.leads[lead.lead] = lead
        for person in _persons_of(lead):
            self._people.use(person)
        if lead.reserve_agent:
            now = self._context.now
            due = now if lead.not_before is None else max(lead.not_before, now)
            self._context.set_timer(due, TimerKind.RESERVED, campaign.settings.campaign)
            pool.reserved_since[lead.lead] = due
        target = pool.reserved if lead.reserve_agent else pool.queue
        if target and self._key(lead) < self._key(state.leads[target[-1]]):
            insort(target, lead.lead, key=lambda name: self._key(state.leads[name]))
        else:
            target.append(lead.lead)

    def remove(self, lead: Lead) -> None:
        """The lead leaves the hopper (launched, rested or closed); the caller took it off its queue.
        Everybody whom it named when it came is let go, also when only one of them was to be called."""
        taken = self._context.state.leads.pop(lead.lead)
        for person in _persons_of(taken):
            self._people.release(person)

    def withdraw(self, debt: DebtId) -> tuple[Lead, ...]:
        """Take the account's leads off their queues; the caller gives them back or rests them."""
        state = self._context.state
        found = tuple(lead for lead in state.leads.values() if lead.debt == debt)
        for lead in found:
            for pool in state.campaigns[lead.campaign].pools.values():
                take_off(pool.queue, lead.lead)
                take_off(pool.reserved, lead.lead)
                pool.reserved_since.pop(lead.lead, None)
            self.remove(lead)
        return found

    def _most(self, campaign: CampaignRow, key: str) -> int:
        """Most leads of the pool to take in: before anybody has logged in, whatever comes."""
        if not self._roster.anybody(campaign.settings.campaign):
            return campaign.settings.hopper_size
        return 2 * self._shares(campaign)[key]

    def give_back(self, lead: Lead, reason: str, *, rest_s: float = 0.0) -> None:
        """Return a lead unlaunched; not wanted again for `rest_s` seconds."""
        due = self._context.now + rest_s
        self._context.emit(
            RestLead(
                lead=lead.lead,
                not_before=due if lead.not_before is None else max(lead.not_before, due),
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
            pool.reserved_since.clear()


def _persons_of(lead: Lead) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(target.person for target in lead.targets))


def take_off(queue: list[LeadId], lead: LeadId) -> None:
    """Remove a lead's id from a queue wherever it stands."""
    if lead in queue:
        queue.remove(lead)

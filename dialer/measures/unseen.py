"""Who of a shift's list was out of sight: needs that no agent had, and a list that ran dry."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dialer.domain.events import AgentLoggedIn, Event, LeadsFetched
from dialer.domain.ids import CampaignId, LeadId

Needs = tuple[str, ...]


def lacking(needs: Needs, agents: list[frozenset[str]]) -> bool:
    """Whether none of some agents has all that a lead needs."""
    return not any(tags.issuperset(needs) for tags in agents)


@dataclass(slots=True, kw_only=True)
class OutOfSight:
    """Filled as the steps of a shift go by.

    Args:
        needing: leads that were fetched and that not every agent can take.
        agents: what the agents of each campaign may take.
        dry_since: of a campaign whose last asking brought nobody: since when (POSIX seconds).
    """

    needing: dict[CampaignId, dict[LeadId, Needs]] = field(
        default_factory=dict[CampaignId, dict[LeadId, Needs]]
    )
    agents: dict[CampaignId, list[frozenset[str]]] = field(
        default_factory=dict[CampaignId, list[frozenset[str]]]
    )
    dry_since: dict[CampaignId, float] = field(default_factory=dict[CampaignId, float])

    def take(self, event: Event, now: float) -> None:
        """One event that was taken."""
        if isinstance(event, AgentLoggedIn):
            self.agents.setdefault(event.campaign, []).append(frozenset(event.tags))
        elif isinstance(event, LeadsFetched):
            self._fetched(event, now)

    def _fetched(self, event: LeadsFetched, now: float) -> None:
        if event.leads:
            self.dry_since.pop(event.campaign, None)
        else:
            self.dry_since.setdefault(event.campaign, now)
        needing = {lead.lead: lead.needs for lead in event.leads if lead.needs}
        if needing:
            self.needing.setdefault(event.campaign, {}).update(needing)

    def unserved(self) -> Iterator[tuple[CampaignId, Needs, int]]:
        """Leads that were fetched in vain, by campaign and what no agent of it had; in their order."""
        for campaign, leads in sorted(self.needing.items()):
            agents = self.agents.get(campaign, [])
            counts: dict[Needs, int] = {}
            for needs in leads.values():
                counts[needs] = counts.get(needs, 0) + 1
            for needs, count in sorted(counts.items()):
                if lacking(needs, agents):
                    yield campaign, needs, count

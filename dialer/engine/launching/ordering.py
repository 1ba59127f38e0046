"""Whom to call first, by what was learned: which leads are put off, which of a lead's numbers is first.

See `pacing.ordering`. Only leads from the queue are ever put off: what was promised, and people an agent is
held for, have their own turn.
"""

from compliance_gate.words import EventKind
from dialer.domain.lead import Lead, Target
from dialer.engine.context import Context
from dialer.engine.launching.hopper import LEAST_SHARE
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.state import CampaignRow, PoolRow

PUT_OFF = "put off: others are likelier to be reached"
"""Why such a lead rests."""


def put_off_s(
    context: Context, pacing: PacingPort, campaign: CampaignRow, pool: PoolRow, lead: Lead
) -> float:
    """Seconds for which the lead, just taken off the queue, is put off; 0 = it is called.

    Where few others are in hand nobody is put off, and fewer are later on: the list does not bear it.
    """
    order = pacing.learner(campaign).order
    if not order.is_asked:
        return 0.0
    if len(pool.queue) < LEAST_SHARE // 2:
        order.runs_short()
        return 0.0
    tries = sum(pacing.profile(target).attempts for target in lead.targets)
    worth = max(pacing.worth(campaign, target) for target in lead.targets)
    is_off = order.puts_off(
        worth,
        tries=tries,
        now=context.now,
        waited_s=_waited_s(context, lead),
        leads_left=campaign.leads_left or 0,
    )
    return order.rest_s if is_off else 0.0


def by_likelihood(pacing: PacingPort, campaign: CampaignRow, lead: Lead) -> tuple[Target, ...]:
    """The lead's numbers in the order in which they are tried; of equals, the creditor's first."""
    if len(lead.targets) < 2 or not pacing.learner(campaign).order.sorts_numbers:
        return lead.targets
    return tuple(sorted(lead.targets, key=lambda target: -pacing.worth(campaign, target)))


def _waited_s(context: Context, lead: Lead) -> float:
    """Seconds since anybody of the lead was last called; infinite where one was never called at all."""
    last = float("inf")
    for person in {target.person: None for target in lead.targets}:
        file = context.state.persons[person].file
        placed = [entry.at.timestamp() for entry in file.history if entry.event is EventKind.CALL_PLACED]
        last = min(last, max(placed, default=float("-inf")))
    return context.now - last

"""What people who wait are told: the how-manieth they are, and about how long it will take.

A caller's place is among those who wait for the same agents, in the order in which they asked. It is worked
out every ten seconds and handed to the telephone system where it changed; that says it at its own interval.
Nothing of the person or of a debt is said.
"""

from dialer.domain.commands import TellInboundPlace
from dialer.domain.ids import CampaignId, InboundId
from dialer.domain.inbound import InboundRecord, InboundState
from dialer.engine.context import Context
from dialer.engine.roster import Roster
from dialer.engine.state import InboundRow, TimerKind
from pacing.waits import expected_wait_s, minutes_to_say

FIRST_TOLD_S = 2.0
TOLD_AGAIN_S = 10.0
"""Seconds from asking for an agent until a place is told, and between looks at whether it is another."""


def keep_telling(context: Context, row: InboundRow) -> None:
    """They wait from now on."""
    context.set_timer(context.now + FIRST_TOLD_S, TimerKind.INBOUND_PLACE, row.call)


def stands_since(waiter: InboundRow | InboundRecord) -> float:
    """POSIX seconds from which their place in line counts. Where it is not known when they asked for an agent
    (an older release noted none), it is when they called: nobody is put before those who waited longer."""
    return waiter.arrived_at if waiter.waited_since is None else waiter.waited_since


def waiting_before(context: Context, row: InboundRow, takers: frozenset[CampaignId]) -> int:
    """How many wait for some of the same agents and asked before; `takers` are those of `row`."""
    since = (stands_since(row), row.call)
    return sum(
        other.state is InboundState.WAITING
        and not other.is_dismissed
        and not other.is_unserved
        and (stands_since(other), other.call) < since
        and not takers.isdisjoint(other.takers)
        for other in context.state.inbound.values()
    )


def tell(context: Context, roster: Roster, call: InboundId) -> None:
    """Tell them where they stand, when that is news, and look again later."""
    row = context.state.inbound.get(call)
    if row is None or row.state is not InboundState.WAITING or row.is_unserved or row.is_dismissed:
        return
    context.set_timer(context.now + TOLD_AGAIN_S, TimerKind.INBOUND_PLACE, call)
    if row.agent is not None or row.asked_back_at is not None:
        return
    campaigns = context.state.campaigns
    place = waiting_before(context, row, frozenset(row.takers)) + 1
    groups = [(roster.serving(name), campaigns[name].handling_s) for name in row.takers if name in campaigns]
    wait_s = expected_wait_s(place, groups)
    told = place, None if wait_s is None else minutes_to_say(wait_s)
    if row.told != told:
        row.told = told
        context.emit(TellInboundPlace(call=call, place=told[0], minutes=told[1]))

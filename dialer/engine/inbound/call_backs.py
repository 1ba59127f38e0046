"""Callers who chose to be called back in place of waiting: they keep their place, and an agent is held first.

Theory of operation. What they asked for is acknowledged when it is written down. When their call is over,
the one person on file with that number has asked us to call (a consent of that number and day, no more);
their account rests until now as a promised call back does, and comes to the hopper by the ordinary way,
ahead of the others. At their turn among those who wait (in the order in which they asked for an agent) an
agent is held and the gate is asked about that very number. What it denies, and whatever nobody can call by
rule (a number of nobody on file, or of several people), is owed by hand, with the reason. A call back is
launched once, or owed, or dropped because they called again themselves: never two of these.
"""

from dataclasses import replace

from compliance_gate.consents import day_to_cover
from compliance_gate.request import Consent, MadeIn
from compliance_gate.words import ConsentScope, GivenTo
from dialer.casework.consequences import LeadFate, Turn
from dialer.domain.commands import RestLead, StoreConsent, StoreInbound
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import CampaignId, InboundId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.lead import Lead, Target
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.inbound import owed
from dialer.engine.inbound.places import stands_since
from dialer.engine.launching.clearing import Clearing
from dialer.engine.launching.hopper import Hopper, take_off
from dialer.engine.launching.lanes import base_pools, launching_pools, leads_of, why_not_here
from dialer.engine.launching.launcher import Launcher
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallBackRow, CampaignRow, PoolRow, TimerKind

GIVEN_UP_S = 7_200.0
"""A call back whose turn does not come within two hours is owed by hand: a promise of today's is not kept by
surprise."""

_ASKED = "asked to be called back"


class CallBacks:
    """Whom we call back from the queue."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        hopper: Hopper,
        clearing: Clearing,
        following: Following,
        launcher: Launcher,
    ) -> None:
        self._context = context
        self._roster = roster
        self._hopper = hopper
        self._clearing = clearing
        self._following = following
        self._launcher = launcher

    # --- begun -------------------------------------------------------------------------------------------

    def begin(self, record: InboundRecord, takers: tuple[CampaignId, ...]) -> None:
        """Their call is over, and they asked: one person on file is called back, anything else is owed."""
        caller, why_not = _who(record)
        if caller is None or record.number is None:
            owed.owe(self._context, record, f"{_ASKED}: {why_not}")
            return
        context, debt = self._context, caller.debts[0]
        is_in_play = caller.person in context.state.persons
        zones = self._clearing.zones(caller.person) if is_in_play else ()
        consent = Consent(
            at=context.instant(),
            scope=ConsentScope.CALL_BACK,
            given_to=GivenTo.COLLECTOR,
            number=record.number,
            valid_until=day_to_cover(context.instant(), zones),
            made_in=MadeIn(contact=record.call, caller_id=record.dialed or None),
        )
        self._following.learn(StoreConsent(person=caller.person, consent=consent))
        turn = Turn(
            fate=LeadFate.CALL_BACK,
            debts=(debt,),
            until=context.now,
            reason="call back",
            leaves_call_back=True,
        )
        self._following.take_turn(turn, agent=None)
        context.state.call_backs[record.call] = CallBackRow(
            record=record,
            person=caller.person,
            number=record.number,
            debt=debt,
            looked_for_in=tuple(name for name in takers if name in context.state.campaigns),
            sequence=context.state.sequence,
        )
        context.set_timer(context.now + GIVEN_UP_S, TimerKind.CALL_BACK, record.call)
        for name in takers:
            campaign = context.state.campaigns.get(name)
            if campaign is not None and campaign.refill is None:
                campaign.refill_at = min(campaign.refill_at, context.now)

    def fetched(self, event: LeadsFetched) -> None:
        """The store has answered: an account that a campaign does not have is looked for there no more."""
        state = self._context.state
        campaign = state.campaigns[event.campaign]
        for row in tuple(state.call_backs.values()):
            if event.campaign not in row.looked_for_in or campaign.refill_sequence < row.sequence:
                continue
            if self._lead_of(row) is None:
                row.looked_for_in = tuple(name for name in row.looked_for_in if name != event.campaign)
                if not row.looked_for_in:
                    self._owe(row, "no account of theirs may be called here now")
            else:
                self._context.unconnected.add(event.campaign)

    # --- their turn --------------------------------------------------------------------------------------

    def waiting(self) -> list[tuple[tuple[float, str], CallBackRow]]:
        """Whose account is in hand, each with when they asked for an agent."""
        rows = self._context.state.call_backs.values()
        return [
            ((stands_since(row.record), row.record.call), row)
            for row in rows
            if self._lead_of(row) is not None
        ]

    def call(self, row: CallBackRow) -> None:
        """Call them, when an agent is free for it; owe it where the gate says no."""
        lead, state = self._lead_of(row), self._context.state
        if lead is None or state.is_locked(row.person) or row.number in state.locked_numbers:
            return
        campaign = state.campaigns[lead.campaign]
        if self._launcher.why_not(campaign) is not None or self._launcher.limit(campaign) < 1:
            return
        free = self._free(campaign, lead, row)
        if free is None:
            return
        target = next((one for one in lead.targets if _is_asked(one, row)), None)
        if target is None:
            self._give_back(lead, row, "this number may not be called about their account")
            return
        decision = self._clearing.ask(campaign.settings, row.person, row.number, lead.debt, guaranteed=True)
        if decision.clearance is None:
            rules = ", ".join(sorted({finding.rule for finding in decision.denials}))
            self._give_back(lead, row, f"the law or policy in force says no ({rules})")
            return
        self._take_off(lead)
        key, pool, agent = free
        one = replace(lead, targets=(target,))
        if not self._launcher.try_launch(campaign, key, pool, one, agent=agent):
            self._owe(row, "it could not be called at its turn; the account says why")
            return
        del state.call_backs[row.record.call]
        done = replace(row.record, followed_up="called back", followed_up_at=self._context.now)
        self._context.emit(StoreInbound(record=done))

    def _free(
        self, campaign: CampaignRow, lead: Lead, row: CallBackRow
    ) -> tuple[str, PoolRow, AgentRow] | None:
        """Who takes it, and through where: who speaks their language first, then who has waited longest."""
        state = self._context.state
        free: list[tuple[str, PoolRow, AgentRow]] = []
        for key, pool in launching_pools(state, campaign):
            held = leads_of(campaign, pool)
            is_here = lead.lead in held.reserved or lead.lead in held.queue
            if is_here and why_not_here(state, pool, self._context.now) is None:
                agents = (state.agents[name] for name in self._roster.able(campaign, key, pool))
                free += [(key, pool, agent) for agent in agents if self._roster.is_free(agent)]
        language = row.record.language
        return min(
            free,
            key=lambda one: (language not in one[2].tags if language else False, one[2].since, one[2].agent),
            default=None,
        )

    # --- not called --------------------------------------------------------------------------------------

    def called_again(self, callers: tuple[Caller, ...]) -> None:
        """They call us themselves: what they asked for is settled by that."""
        persons = {caller.person for caller in callers}
        for row in tuple(self._context.state.call_backs.values()):
            if row.person in persons:
                del self._context.state.call_backs[row.record.call]
                done = replace(row.record, followed_up="called again", followed_up_at=self._context.now)
                self._context.emit(StoreInbound(record=done))

    def given_up(self, call: InboundId) -> None:
        """Their turn did not come."""
        row = self._context.state.call_backs.get(call)
        if row is not None:
            lead = self._lead_of(row)
            why = "nobody was free for it in time"
            if lead is None:
                self._owe(row, why)
            else:
                self._give_back(lead, row, why)

    def _give_back(self, lead: Lead, row: CallBackRow, why: str) -> None:
        """No machine calls it any more as promised: the account waits for its ordinary turn."""
        context = self._context
        self._take_off(lead)
        context.emit(
            RestLead(lead=lead.lead, not_before=context.now + GIVEN_UP_S, reason=why, passes=lead.passes)
        )
        self._hopper.remove(lead)
        self._owe(row, why)

    def _owe(self, row: CallBackRow, why: str) -> None:
        del self._context.state.call_backs[row.record.call]
        owed.owe(self._context, row.record, f"{_ASKED}: {why}")

    # --- small parts -------------------------------------------------------------------------------------

    def _lead_of(self, row: CallBackRow) -> Lead | None:
        """Their account's lead in hand, in a campaign whose agents they waited for."""
        for lead in self._context.state.leads.values():
            if lead.debt == row.debt and lead.reserve_agent and lead.campaign in row.looked_for_in:
                return lead
        return None

    def _take_off(self, lead: Lead) -> None:
        campaign = self._context.state.campaigns[lead.campaign]
        for _key, pool in base_pools(campaign):
            take_off(pool.queue, lead.lead)
            take_off(pool.reserved, lead.lead)
            pool.reserved_since.pop(lead.lead, None)


def _is_asked(target: Target, row: CallBackRow) -> bool:
    return target.person == row.person and target.number == row.number


def _who(record: InboundRecord) -> tuple[Caller | None, str]:
    """The one person who is called back; else why nobody is."""
    if not record.callers:
        return None, "nobody on file has this number; attach it to a person, and the gate is asked"
    if len(record.callers) > 1:
        return None, f"{len(record.callers)} people on file have this number; find out who it was"
    caller = next(iter(record.callers))
    return (caller, "") if caller.debts else (None, "no account of theirs is on file")

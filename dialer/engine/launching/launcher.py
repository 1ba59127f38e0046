"""Launching: pacing says how many, the gate says which, in one step.

Order of a launch: the gate is asked with the facts of this instant; the attempt and every finding are
stored; then, and only then, the call is originated under the clearance. A candidate that is denied is
replaced by the next, within a bound.
"""

from dataclasses import dataclass
from math import nan

from compliance_gate.findings import Clearance, GateDecision
from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import ATTEMPT
from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.commands import (
    HangupReason,
    Originate,
    RaiseAlarm,
    RestLead,
    StoreAttempt,
    StoreDenial,
    StorePacing,
)
from dialer.domain.ids import AttemptId, DebtId
from dialer.domain.lead import NEVER, Lead, Target
from dialer.domain.voice import PlannedVoice
from dialer.engine.calling import phases
from dialer.engine.calling.ending import record_of
from dialer.engine.calling.recorded_voice import may_be_abandoned, planned
from dialer.engine.calling.watching import WATCH_S
from dialer.engine.context import Context
from dialer.engine.handling import answer_limit_s, ring_s
from dialer.engine.launching import caller_id, caller_id_rest, ledger
from dialer.engine.launching.caller_id import NotShown
from dialer.engine.launching.clearing import Clearing
from dialer.engine.launching.hopper import LEAST_SHARE, Hopper, take_off
from dialer.engine.launching.lanes import (
    held_until,
    lane_limit,
    launching_pools,
    leads_of,
    why_not_here,
)
from dialer.engine.launching.ordering import PUT_OFF, by_likelihood, put_off_s
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.launching.reserving import (
    earliest_turn,
    has_agent_to_spare,
    is_beyond_budget,
    keep_for,
    turn_of,
    waits_for_its_own,
)
from dialer.engine.launching.taking_back import may_be_taken_back
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow, LaunchRow, PoolRow, TimerKind
from pacing.policy import LaunchDecision

WAITS_REST_S = 1800.0
"""A lead that would wait for an agent behind many others is looked at again after half an hour."""
LOCKED_REST_S = 60.0
"""A lead whose every person or number is in flight through another lead rests this long."""

QUARANTINED_REST_S = 3600.0
"""A lead whose person is held since a defect was met rests this long, or until somebody lifts the hold."""

LOOKS_PER_LAUNCH = 6
EXTRA_LOOKS = 24
"""Most leads looked at in one decision: 6 for each wanted launch and 24 more; then pacing is asked again."""


def is_due(campaign: CampaignRow, pool: PoolRow, now: float) -> bool:
    """Whether pacing is to be asked about the pool: it changed, or the policy wanted to be; not too often."""
    if pool.is_dirty:
        return now >= pool.decided_at + campaign.settings.pacing_interval_s
    return pool.reconsider_at is not None and now >= pool.reconsider_at


@dataclass(frozen=True, slots=True)
class _Denied:
    target: Target
    decision: GateDecision


@dataclass(frozen=True, slots=True)
class _Cleared:
    """What is called, and under what: the number of ours that is shown, what may be played, whether the
    dialer itself holds an agent for it, who takes no other call meanwhile."""

    target: Target
    decision: GateDecision
    clearance: Clearance
    shown: str
    voice: PlannedVoice | None
    is_held: bool


class Launcher:
    """Turns decisions into attempts."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        hopper: Hopper,
        people: People,
        pacing: PacingPort,
        clearing: Clearing,
    ) -> None:
        self._context = context
        self._roster = roster
        self._hopper = hopper
        self._people = people
        self._pacing = pacing
        self._clearing = clearing

    # --- whether -----------------------------------------------------------------------------------------

    def why_not(self, campaign: CampaignRow) -> str | None:
        """Why the campaign does not launch by itself now; None when it may."""
        why = self.why_not_at_all(campaign)
        if why is None and self._roster.serving(campaign.settings.campaign) == 0:
            return "no agent is on the floor"
        return why

    def why_not_at_all(self, campaign: CampaignRow) -> str | None:
        """Why nothing of the campaign is launched now, by nobody's hand either; None when it may be."""
        state = self._context.state
        reason: str | None = None
        if campaign.state is not CampaignState.RUNNING:
            reason = f"the campaign is {campaign.state.value}"
        elif state.is_floor_stopped:
            reason = f"the whole floor is stopped: {state.floor_stop_reason}"
        elif not state.is_network_up:
            reason = "the telephone system is not heard"
        elif state.holds:
            reason = "; ".join(state.holds.values())
        elif campaign.hold_until > self._context.now:
            reason = campaign.hold_reason
        return reason

    # --- reserved leads ----------------------------------------------------------------------------------

    def serve_reserved(self, campaign: CampaignRow) -> None:
        """Call backs, and people who must have an agent: each is dialed with one held for them."""
        if self.why_not(campaign) is not None:
            return
        for key, pool in launching_pools(self._context.state, campaign):
            if why_not_here(self._context.state, pool, self._context.now) is None and not self._serve_pool(
                campaign, key, pool
            ):
                return

    def _is_not_yet(self, lead: Lead) -> bool:
        """Not due; or somebody called back from the queue, at their turn among those who wait there."""
        is_due = lead.not_before is None or lead.not_before <= self._context.now
        return not is_due or self._context.state.is_called_back(lead)

    def _serve_pool(self, campaign: CampaignRow, key: str, pool: PoolRow) -> bool:
        """Serve the pool's reserved leads in order; False when lines or calls per second are used up."""
        context = self._context
        refused_at = nan
        held = leads_of(campaign, pool)
        if not held.reserved or not self._roster.free(campaign, key, pool):
            return True
        first_turn = earliest_turn(context, held)
        is_free = True
        for name in tuple(held.reserved):
            if not is_free:
                break
            lead = context.state.leads[name]
            if self._is_not_yet(lead) or is_beyond_budget(context, held, lead):
                continue
            turn = turn_of(context, held, lead)
            if turn >= refused_at:
                continue
            if self.limit(campaign) < 1:
                soon = context.now + campaign.settings.pacing_interval_s
                pool.reconsider_at = soon if pool.reconsider_at is None else min(pool.reconsider_at, soon)
                return False
            if not has_agent_to_spare(context, self._roster, campaign, key, pool, turn):
                if not has_agent_to_spare(context, self._roster, campaign, key, pool, first_turn):
                    break  # and nobody's turn is earlier than that
                refused_at = turn
                continue
            agent = self._agent_for(campaign, key, pool, lead)
            if agent is None:
                continue
            self._hold(campaign, key, pool, lead, agent)
            is_free = self._roster.free(campaign, key, pool) > 0
        return True

    def _hold(self, campaign: CampaignRow, key: str, pool: PoolRow, lead: Lead, agent: AgentRow) -> None:
        """Call a reserved lead with the agent held for it."""
        held, is_held = leads_of(campaign, pool), not lead.reserve_agent
        take_off(held.reserved, lead.lead)
        held.reserved_since.pop(lead.lead, None)
        held.reserved_turn = self._context.now
        if self.try_launch(campaign, key, pool, lead, agent=agent, is_held=is_held) and is_held:
            held.held_from = self._pacing.held_from(campaign, pool.base or key, held, agent)
            if held.held_from > self._context.now and held.reserved:
                self._context.set_timer(held.held_from, TimerKind.RESERVED, campaign.settings.campaign)

    def _agent_for(self, campaign: CampaignRow, key: str, pool: PoolRow, lead: Lead) -> AgentRow | None:
        context = self._context
        if lead.reserve_for is not None:
            own = context.state.agents.get(lead.reserve_for)
            if own is not None and own.state is AgentState.AVAILABLE:
                return own if own.box == pool.box else None
        if waits_for_its_own(context, lead):
            return None
        return self._roster.longest_available(campaign, key, pool)

    # --- pacing ------------------------------------------------------------------------------------------

    def pace(self, campaign: CampaignRow, key: str, pool: PoolRow) -> None:
        """Ask pacing, which is due, and launch what it says."""
        now = self._context.now
        held = leads_of(campaign, pool)
        if held.reserved:
            self._context.unconnected.add(campaign.settings.campaign)
        reason = self.why_not(campaign) or why_not_here(self._context.state, pool, now)
        if reason is None and not self._roster.at_home(campaign, key, pool):
            reason = _nobody_for(campaign, held)
        if reason is not None:
            until = held_until(self._context.state, campaign, pool, now)
            pool.is_dirty, pool.reconsider_at, pool.reason = False, until, reason
            return
        if not held.queue and not pool.ringing:
            pool.is_dirty, pool.reconsider_at, pool.reason = False, None, "no lead is due"
            return
        limit = lane_limit(self._context, self._roster, campaign, key, pool, self.limit(campaign))
        decision = self._pacing.decide(campaign, key, pool, limit)
        pool.is_dirty = False
        pool.decided_at = now
        if decision.reconsider_at is not None:
            pool.reconsider_at = max(decision.reconsider_at, now + campaign.settings.pacing_interval_s)
        else:
            pool.reconsider_at = None
        self._cancel(pool, decision.cancel_ringing)
        launched = self._launch(campaign, key, pool, min(decision.launches, limit))
        if held.queue and (decision.launches >= limit or launched < decision.launches):
            pool.is_dirty = True  # more was wanted than lines or denials let through: ask again
        self._tell(campaign, pool, decision, launched)

    def limit(self, campaign: CampaignRow) -> int:
        """Launches that lines and calls per second leave, now."""
        settings = campaign.settings
        now = self._context.now
        burst = max(settings.launches_per_second, 1.0)
        gained = (now - campaign.tokens_at) * settings.launches_per_second
        campaign.tokens = min(burst, campaign.tokens + max(gained, 0.0))
        campaign.tokens_at = now
        return max(0, min(settings.lines - campaign.in_flight, int(campaign.tokens)))

    def _launch(self, campaign: CampaignRow, key: str, pool: PoolRow, wanted: int) -> int:
        launched = looks = 0
        most = wanted * LOOKS_PER_LAUNCH + EXTRA_LOOKS
        queue = leads_of(campaign, pool).queue
        while launched < wanted and looks < most and queue:
            if campaign.hold_until > self._context.now:  # found out by the lead before
                break
            lead = self._context.state.leads[queue.pop(0)]
            looks += 1
            rest_s = put_off_s(self._context, self._pacing, campaign, leads_of(campaign, pool), lead)
            if rest_s > 0.0:
                self._hopper.give_back(lead, PUT_OFF, rest_s=rest_s)
                self._hopper.remove(lead)
            elif self.try_launch(campaign, key, pool, lead, agent=None):
                launched += 1
        return launched

    def _cancel(self, pool: PoolRow, wanted: int) -> None:
        """Take back ringing calls that pacing wants back, those that rang longest first."""
        calls = self._context.state.calls
        for name in pool.ringing:
            if wanted <= 0:
                return
            call = calls[name]
            if may_be_taken_back(call, self._context.now):
                phases.hang_up(self._context, call, HangupReason.GUARD)
                wanted -= 1

    def _tell(self, campaign: CampaignRow, pool: PoolRow, decision: LaunchDecision, launched: int) -> None:
        says_something_new = decision.launches > 0 or decision.cancel_ringing > 0 or pool.launches > 0
        pool.reason = decision.reason
        pool.launches = launched
        if says_something_new:
            self._context.emit(
                StorePacing(
                    campaign=campaign.settings.campaign,
                    pool=pool.needs,
                    launches=decision.launches,
                    launched=launched,
                    reason=decision.reason,
                    terms=tuple(sorted(decision.terms.items())),
                )
            )

    # --- one lead ----------------------------------------------------------------------------------------

    def try_launch(
        self,
        campaign: CampaignRow,
        key: str,
        pool: PoolRow,
        lead: Lead,
        *,
        agent: AgentRow | None,
        is_held: bool = False,
    ) -> bool:
        """Launch the first target that the gate clears; else rest the lead until one may be.

        The lead is off its queue when this is called. Without `agent`, a lead that must have one goes to the
        reserved queue instead. `is_held`: the agent is held for this one call, which nobody was
        promised.
        """
        state = self._context.state
        settings = campaign.settings
        denied: list[_Denied] = []
        unshown: list[NotShown] = []
        held = ""
        for target in by_likelihood(self._pacing, campaign, lead):
            if state.is_locked(target.person) or target.number in state.locked_numbers:
                continue
            if target.person in state.quarantined:
                held = state.quarantined[target.person]
                continue
            if state.is_calling_us(target.person):
                continue
            shown = caller_id.choose(state, settings, target, now=self._context.now)
            if isinstance(shown, NotShown):
                unshown.append(shown)
                continue
            decision, is_predictive = self._ask(settings, lead, target, agent)
            if decision.clearance is None:
                denied.append(_Denied(target, decision))
                continue
            voice = self._voice(settings, lead, target, decision.clearance)
            may_ring_alone = is_predictive and may_be_abandoned(voice, decision.clearance.may_play)
            if agent is None and not may_ring_alone:
                self._keep_waiting(campaign, leads_of(campaign, pool), lead)
                return False
            cleared = _Cleared(target, decision, decision.clearance, shown.number, voice, is_held)
            self._originate(campaign, key, pool, lead, cleared, agent)
            return True
        if unshown and not denied:
            self._rest_unshown(campaign, lead, unshown)
        elif held and not denied:
            self._hopper.give_back(lead, held, rest_s=QUARANTINED_REST_S)
            self._hopper.remove(lead)
        else:
            self._rest_denied(lead, denied)
        return False

    def _keep_waiting(self, campaign: CampaignRow, held: PoolRow, lead: Lead) -> None:
        """For an agent to be held for it; later, where more wait than will be called soon: they would fill
        the hopper in the place of leads that need none."""
        settings = campaign.settings
        most = max(LEAST_SHARE, settings.hopper_size // 8)
        if self._pacing.learner(campaign).held.is_bounded and len(held.reserved) >= most:
            self._hopper.give_back(lead, "others wait longer for an agent", rest_s=WAITS_REST_S)
            self._hopper.remove(lead)
            return
        keep_for(held, lead.lead, since=self._context.now)
        self._context.unconnected.add(settings.campaign)

    def _ask(
        self, settings: CampaignSettings, lead: Lead, target: Target, agent: AgentRow | None
    ) -> tuple[GateDecision, bool]:
        """The gate's decision, and whether it holds with no agent reserved.

        Who was abandoned lately is denied without one; then what counts is the decision with one.
        """
        person, number, debt = target.person, target.number, lead.debt
        if agent is None:
            decision = self._clearing.ask(settings, person, number, debt, guaranteed=False)
            if not decision.wants_agent:
                return decision, True
        return self._clearing.ask(settings, person, number, debt, guaranteed=True), False

    def _voice(
        self, settings: CampaignSettings, lead: Lead, target: Target, clearance: Clearance
    ) -> PlannedVoice | None:
        if settings.voice is None:
            return None
        file = self._context.state.persons[target.person].file
        return planned(
            settings,
            file,
            lead,
            target.number,
            clearance.may_play,
            now=self._context.now,
            may_record=clearance.handling.recording,
        )

    def _rest_unshown(self, campaign: CampaignRow, lead: Lead, unshown: list[NotShown]) -> None:
        """No number of ours may be shown to them now; when none may to anybody, launching stops."""
        context = self._context
        first = min(unshown, key=lambda row: row.until)
        soon = context.now + LOCKED_REST_S  # the hold, not the lead, waits for the next day
        context.emit(
            RestLead(
                lead=lead.lead,
                not_before=soon if first.is_everybodys else first.until,
                reason=first.reason,
                passes=lead.passes,
                reserve_agent=lead.reserve_agent,
                reserve_for=lead.reserve_for,
            )
        )
        self._hopper.remove(lead)
        if first.is_everybodys and campaign.hold_until < first.until:
            campaign.hold_until, campaign.hold_reason = first.until, first.reason
            campaign.is_held_by_caller_ids = True
            subject = f"campaign {campaign.settings.campaign}"
            context.emit(RaiseAlarm(subject=subject, text=first.reason))

    def _rest_denied(self, lead: Lead, denied: list[_Denied]) -> None:
        context = self._context
        if not denied:
            until, reason = context.now + LOCKED_REST_S, "in flight through another lead"
        else:
            instants = [
                row.decision.retry_at.timestamp() for row in denied if row.decision.retry_at is not None
            ]
            until = min(instants) if instants else NEVER
            first = denied[0]
            rules = sorted({finding.rule for row in denied for finding in row.decision.denials})
            reason = ", ".join(rules)
            if context.remember_denial(lead.lead, reason):
                context.emit(
                    StoreDenial(
                        lead=lead.lead,
                        person=first.target.person,
                        number=first.target.number,
                        at=context.now,
                        findings=first.decision.findings,
                        retry_at=None if until >= NEVER else until,
                        rulebook=first.decision.rulebook,
                    )
                )
        context.emit(
            RestLead(
                lead=lead.lead,
                not_before=max(until, context.now),
                reason=reason,
                passes=lead.passes,
                reserve_agent=lead.reserve_agent,
                reserve_for=lead.reserve_for,
            )
        )
        self._hopper.remove(lead)

    def _originate(
        self,
        campaign: CampaignRow,
        key: str,
        pool: PoolRow,
        lead: Lead,
        cleared: _Cleared,
        agent: AgentRow | None,
    ) -> None:
        context, state = self._context, self._context.state
        launch = self._launch_row(campaign, key, lead, cleared, is_guaranteed=agent is not None)
        call = CallRow(launch=launch, state=ATTEMPT.initial, agent=None if agent is None else agent.agent)
        attempt, box = launch.attempt, launch.box
        caller_id_rest.launched(state, call, now=context.now)
        state.calls[attempt] = call
        state.locked_leads[lead.lead] = attempt
        state.locked_persons[launch.person] = attempt
        state.locked_numbers[launch.number] = attempt
        state.denials.pop(lead.lead, None)
        self._people.use(launch.person)
        self._hopper.remove(lead)
        campaign.in_flight += 1
        if box in state.boxes:
            state.boxes[box].in_flight += 1
        campaign.tokens -= 1.0
        ledger.bind(campaign, launch.handling, context.now)
        context.emit(StoreAttempt(record=record_of(call), findings=cleared.decision.findings))
        context.emit(self._originate_command(campaign, call, cleared.clearance))
        rings_s = launch_ring_s(campaign, launch)
        context.set_timer(context.now + rings_s + WATCH_S, TimerKind.WATCH, attempt)
        if agent is None:
            pool.ringing.append(attempt)
            return
        agent.attempt = attempt
        self._roster.move(agent, AgentMove.RESERVE, reason="call back")

    def _launch_row(
        self, campaign: CampaignRow, key: str, lead: Lead, cleared: _Cleared, *, is_guaranteed: bool
    ) -> LaunchRow:
        state = self._context.state
        state.attempts_made += 1
        target, clearance = cleared.target, cleared.clearance
        profile = self._pacing.profile(target)
        chances = self._pacing.chances(campaign, profile)
        return LaunchRow(
            attempt=AttemptId(f"a{state.generation}-{state.attempts_made:08d}"),
            campaign=campaign.settings.campaign,
            pool=key,
            lead=lead,
            person=target.person,
            number=target.number,
            debts=tuple(DebtId(debt) for debt in clearance.debts) or (lead.debt,),
            zones=self._clearing.zones(target.person),
            rulebook=clearance.rulebook,
            launched_at=self._context.now,
            needs_agent=chances.needs_agent,
            live=chances.live,
            is_guaranteed=is_guaranteed,
            segment=target.answer_segment,
            profile=profile,
            box=campaign.pools[key].box,
            caller_id=cleared.shown,
            voice=cleared.voice,
            handling=clearance.handling,
            statements=clearance.statements,
            ring_s=self._ring_s(campaign, cleared, is_guaranteed=is_guaranteed),
        )

    def _ring_s(self, campaign: CampaignRow, cleared: _Cleared, *, is_guaranteed: bool) -> float:
        """What was promised, and what an agent dials by hand, rings in full."""
        handling = cleared.clearance.handling
        if is_guaranteed and not cleared.is_held:
            return ring_s(campaign.settings, handling)
        return self._pacing.ring_s(campaign, cleared.target.number, handling, is_held=cleared.is_held)

    def _originate_command(self, campaign: CampaignRow, call: CallRow, clearance: Clearance) -> Originate:
        settings, launch = campaign.settings, call.launch
        return Originate(
            attempt=launch.attempt,
            campaign=settings.campaign,
            person=launch.person,
            number=launch.number,
            clearance=clearance,
            caller_id=launch.caller_id,
            ring_s=launch_ring_s(campaign, launch),
            answer_limit_s=answer_limit_s(settings, launch.handling),
            detection=settings.detects(launch.segment),
            reserved_agent=call.agent,
            box=launch.box,
            voice=launch.voice,
        )


def launch_ring_s(campaign: CampaignRow, launch: LaunchRow) -> float:
    """Seconds for which a launch rings."""
    return ring_s(campaign.settings, launch.handling) if launch.ring_s is None else launch.ring_s


def _nobody_for(campaign: CampaignRow, pool: PoolRow) -> str:
    """Nobody can take the pool's calls: what they would need."""
    needs = ", ".join(sorted({*campaign.settings.needs, *pool.needs}))
    return (
        f"no agent on the floor can take these calls, which need {needs}"
        if needs
        else ("no agent at home in these calls is on the floor")
    )

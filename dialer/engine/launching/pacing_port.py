"""Between the engine and the pacing library: rows become numbers, what happens becomes observations."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from compliance_gate.call_handling import CallHandling
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, LeadId, NumberId
from dialer.domain.lead import Target
from dialer.engine.calling.spans import waited_s
from dialer.engine.context import Context
from dialer.engine.handling import ring_s as handling_ring_s
from dialer.engine.launching import ledger
from dialer.engine.launching.lanes import leads_of
from dialer.engine.launching.profiles import Profiles
from dialer.engine.launching.reserving import agents_kept
from dialer.engine.launching.taking_back import how_many_may_be_taken_back
from dialer.engine.roster import SERVING, Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow, PoolRow
from pacing.abandonment_guard import AbandonmentGuard
from pacing.ahead.picture import Picture, RingIncidence
from pacing.answers import Chances
from pacing.learner import Learner
from pacing.policy import (
    ANY_NUMBER,
    AnswerHandedOver,
    InboundAsked,
    Json,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    NumberProfile,
    PacingObservation,
    PacingPolicy,
    PacingSnapshot,
)
from pacing.registry import make_learner, make_policy

_AVAILABLE, _TALKING = AgentState.AVAILABLE, AgentState.TALKING
_WRAPPING, _RESERVED = AgentState.WRAPPING, AgentState.RESERVED
_BRIDGING = AttemptState.BRIDGING

CANDIDATES = 24
MOST_CANDIDATES = 50
"""Next leads that pacing is shown, and the most where lines and calls per second would let more be launched:
fifty launches are a step of about 15 ms, and nobody else is served meanwhile. What is still wanted comes with
the next decision."""


PolicyMaker = Callable[[CampaignSettings, str], PacingPolicy]
"""Makes the policy of one pool (by its key) of a campaign."""


class PacingPort:
    """One policy per pool, made from the campaign's settings, under the guard; one learner a campaign."""

    def __init__(self, context: Context, roster: Roster, make: PolicyMaker | None = None) -> None:
        self._context = context
        self._roster = roster
        self._make = make if make is not None else guarded_policy
        self._profiles = Profiles(context)

    def policy(self, campaign: CampaignRow, key: str) -> PacingPolicy:
        """The pool's policy; made, and its learning restored, when first asked for."""
        name = (campaign.settings.campaign, key)
        known = self._context.policies.get(name)
        if known is None:
            known = self._make(campaign.settings, key)
            stored = campaign.pools[key].policy_state
            if stored:
                known.restore(cast("Mapping[str, Json]", json.loads(stored)))
            self._context.policies[name] = known
        return known

    def learner(self, campaign: CampaignRow) -> Learner:
        """What the campaign's calls have taught; restored when first asked for."""
        name = campaign.settings.campaign
        known = self._context.learners.get(name)
        if known is None:
            known = make_learner(**campaign.settings.policy_parameters)
            if campaign.learned:
                known.restore(cast("Mapping[str, Json]", json.loads(campaign.learned)))
            self._context.learners[name] = known
        return known

    def profile(self, target: Target) -> NumberProfile:
        """What is known of the number now, for its chances and for what is learned from the launch."""
        return self._profiles.of(target)

    def chances(self, campaign: CampaignRow, number: NumberProfile) -> Chances:
        """That a launch to this number now needs an agent, and that it is a person."""
        return self.learner(campaign).answers.chances(number)

    def worth(self, campaign: CampaignRow, target: Target) -> float:
        """People that a second of an agent brings by calling the number now, by all that is known of it."""
        learner = self.learner(campaign)
        return learner.order.worth(self.profile(target), learner.answers, learner.rings.handle_s)

    def ring_s(
        self, campaign: CampaignRow, number: NumberId, handling: CallHandling, *, is_held: bool
    ) -> float:
        """Seconds for which a launch to the number rings. is_held: an agent waits on it and nobody else."""
        rings, most = self.learner(campaign).rings, handling_ring_s(campaign.settings, handling)
        if not rings.is_asked:
            return most
        found = rings.ring_s(number, least=handling.shortest_ring_s or 0.0, most=most, is_held=is_held)
        rings.launched()
        return found

    def held_from(self, campaign: CampaignRow, key: str, held: PoolRow, agent: AgentRow) -> float:
        """From when on the next agent may be held for leads of this pool, now that this one is for one of
        them. Each pool has the share of the agents whose home it is: together they have the floor's.
        """
        state, budget = self._context.state, self.learner(campaign).held
        assert agent.attempt is not None, "an agent who is held has the attempt it is for"
        ring_s = state.calls[agent.attempt].launch.ring_s or campaign.settings.ring_s
        home = self._roster.at_home(campaign, key, held)
        agents = sum(state.agents[name].state in SERVING for name in home)
        return budget.next_at(self._context.now, ring_s=ring_s, agents=agents)

    def check(self, settings: CampaignSettings) -> None:
        """Whether the settings' policy can be made.

        Raises:
            InvalidFactError: it does not exist, or does not take these parameters.
        """
        try:
            self._make(settings, "")
            make_learner(**settings.policy_parameters)
        except ValueError as error:
            raise InvalidFactError(f"campaign {settings.campaign}: {error}") from error

    def forget(self, campaign: CampaignId) -> None:
        """Settings changed: policies are made anew, what they learned is kept when the policy is the same."""
        self.learner(self._context.state.campaigns[campaign]).forget_detection()
        self.save()
        for name in [name for name in self._context.policies if name[0] == campaign]:
            del self._context.policies[name]
        del self._context.learners[campaign]

    def save(self) -> None:
        """Write what was learned into the rows of campaigns and pools, for a checkpoint."""
        for name, learner in self._context.learners.items():
            self._context.state.campaigns[name].learned = json.dumps(learner.state(), sort_keys=True)
        for (campaign, key), policy in self._context.policies.items():
            row = self._context.state.campaigns[campaign]
            row.pools[key].policy_state = json.dumps(policy.state(), sort_keys=True)

    def observe(self, campaign: CampaignRow, key: str, observation: PacingObservation) -> None:
        """Tell the pool's policy what happened."""
        self.policy(campaign, key).observe(observation)

    def resolved(
        self,
        campaign: CampaignRow,
        call: CallRow,
        outcome: LaunchOutcome,
        *,
        needed: bool | None = None,
        is_identified: bool = True,
    ) -> None:
        """Tell what became of a launch, when that is known for sure.

        is_identified: somebody heard who answered; False where a person is only counted as one.
        """
        now = self._context.now
        until = call.answered_at if call.answered_at is not None else now
        launch = LaunchResolved(
            needs_agent=call.launch.needs_agent,
            live=call.launch.live,
            outcome=outcome,
            ring_s=max(until - call.launch.launched_at, 0.0),
            needed_agent=needed,
            number=call.launch.profile or replace(ANY_NUMBER, segment=call.launch.segment),
            line=call.launch.number,
            rang_s=None if call.rang_at is None else max(until - call.rang_at, 0.0),
            handle_s=None if call.bridged_at is None else max(now - call.bridged_at, 0.0),
            doubt=self.learner(campaign).answers.doubt,
            is_identified=is_identified,
        )
        self.observe(campaign, call.launch.pool, launch)
        self.learner(campaign).observe(launch)

    def handed_over(self, campaign: CampaignRow, call: CallRow) -> None:
        """Tell how long after its answer a call may be given to an agent, where detection is asked at all."""
        if campaign.settings.detection is DetectionMode.OFF:
            return
        delay = 0.0
        if campaign.settings.detects(call.launch.segment) is not DetectionMode.OFF:
            told = None if call.heard.detection is None else call.heard.detection.delay_s
            delay = waited_s(call, self._context.now) if told is None else told
        self.learner(campaign).observe(AnswerHandedOver(delay_s=max(delay, 0.0)))

    def inbound_asked(self, names: tuple[CampaignId, ...]) -> None:
        """Somebody who called us wants an agent of these campaigns: told to each as its agents' share."""
        campaigns = self._context.state.campaigns
        serving = {name: self._roster.serving(name) for name in names if name in campaigns}
        total = sum(serving.values())
        for name, agents in serving.items():
            share = agents / total if total else 1.0 / len(serving)
            if share > 0.0:
                asked = InboundAsked(at=self._context.now, share=share)
                self.learner(campaigns[name]).observe(asked)

    def decide(self, campaign: CampaignRow, key: str, pool: PoolRow, launch_limit: int) -> LaunchDecision:
        """Ask the pool's policy now."""
        return self.policy(campaign, key).decide(self.snapshot(campaign, key, pool, launch_limit))

    def snapshot(self, campaign: CampaignRow, key: str, pool: PoolRow, launch_limit: int) -> PacingSnapshot:
        """The pool in numbers."""
        context = self._context
        state, now, settings = context.state, context.now, campaign.settings
        ready = paused = 0
        talking: list[tuple[str, float, bool]] = []
        wrapping: list[tuple[str, float, bool]] = []
        agents = state.agents
        for name in self._roster.at_home(campaign, key, pool):
            agent = agents[name]
            doing = agent.state
            if doing is _AVAILABLE:
                ready += 1
            elif doing is _TALKING:
                talking.append((name, now - agent.since, agent.is_leaving))
            elif doing is _WRAPPING:
                wrapping.append((name, now - agent.since, agent.is_leaving))
            elif doing is _RESERVED:  # joined within milliseconds, or waiting for a guaranteed call
                talking.append((name, 0.0, agent.is_leaving))
            else:
                paused += 1
        calls = state.calls
        ringing = [calls[name] for name in pool.ringing]
        launches = [call.launch for call in ringing]
        # Who is being joined has an agent already, counted above as talking.
        waiting = [call for name in pool.waiting if (call := calls[name]).state is not _BRIDGING]
        held = leads_of(campaign, pool)
        ahead = self._ahead(campaign, held.queue[: min(max(CANDIDATES, launch_limit), MOST_CANDIDATES)])
        engaged = talking + wrapping
        learner = self.learner(campaign)
        return PacingSnapshot(
            now=now,
            ready_agents=ready,
            paused_agents=paused,
            reserved_agents=agents_kept(context, held, pool, ready),
            agent_ids=tuple(row[0] for row in engaged),
            talking_elapsed=np.array([row[1] for row in talking], dtype=np.float64),
            wrapping_elapsed=np.array([row[1] for row in wrapping], dtype=np.float64),
            leaving=np.array([row[2] for row in engaged], dtype=np.bool_),
            ringing_elapsed=np.array([now - row.launched_at for row in launches], dtype=np.float64),
            ringing_needs_agent=np.array([row.needs_agent for row in launches], dtype=np.float64),
            ringing_live=np.array([row.live for row in launches], dtype=np.float64),
            cancellable_ringing=how_many_may_be_taken_back(ringing, now),
            waiting_elapsed=np.array([waited_s(call, now) for call in waiting], dtype=np.float64),
            candidate_needs_agent=np.array([row[0] for row in ahead], dtype=np.float64),
            candidate_live=np.array([row[1] for row in ahead], dtype=np.float64),
            expected_inbound=self._inbound(campaign, learner, ready + len(engaged)),
            classify_delay=0.0 if settings.detection is DetectionMode.OFF else learner.detection.mean,
            unidentified_counts=settings.detection is not DetectionMode.ON,
            answer_doubt=learner.answers.doubt,
            leads_left=max(len(held.queue), campaign.leads_left or 0),
            shift_left=float("inf")
            if settings.shift_ends_at is None
            else max(settings.shift_ends_at - now, 0.0),
            launch_limit=launch_limit,
            ledger=ledger.as_pacing(campaign, now),
        )

    def picture(self, campaign: CampaignRow, key: str, pool: PoolRow) -> Picture:
        """The pool with what was learned, for a look ahead."""
        state, now, settings = self._context.state, self._context.now, campaign.settings
        learner, held = self.learner(campaign), leads_of(campaign, pool)
        handling = campaign.ledger.handling
        agents = [state.agents[name] for name in self._roster.at_home(campaign, key, pool)]
        calls = {
            agent.agent: state.calls[agent.attempt]
            for agent in agents
            if agent.state is _RESERVED and agent.attempt is not None and agent.attempt in state.calls
        }
        live, machine = learner.rings.incidence()
        live_s, machine_s = learner.rings.handle_s
        parameters = dict(settings.policy_parameters)
        if settings.policy == "predictive":
            parameters.setdefault("target", settings.abandonment_target)
        return Picture(
            snapshot=self.snapshot(campaign, key, pool, MOST_CANDIDATES),
            policy=settings.policy,
            parameters=parameters,
            epsilon=settings.guard_epsilon,
            state=self.policy(campaign, key).state(),
            rings=RingIncidence(live=live, machine=machine, live_handle_s=live_s, machine_handle_s=machine_s)
            if learner.rings.calls
            else None,
            ring_s=handling_ring_s(settings, handling),
            rings_by_learning=learner.rings.is_asked,
            shortest_ring_s=handling.shortest_ring_s or 0.0,
            lines_left=max(settings.lines - campaign.in_flight, 0),
            launches_per_second=settings.launches_per_second,
            interval_s=settings.pacing_interval_s,
            held={
                name: now - call.launch.launched_at
                for name, call in calls.items()
                if call.state is not _BRIDGING
            },
            held_waiting=sum(not state.leads[name].reserve_agent for name in held.reserved),
            held_most=learner.held.held_most,
            held_from=held.held_from,
            detects=settings.detection is DetectionMode.ON,
        )

    def _inbound(self, campaign: CampaignRow, learner: Learner, serving_here: int) -> float:
        """Calls per second of people who call us that a pool takes, as its agents' share."""
        rate = learner.inbound.rate(self._context.now)
        return rate * serving_here / max(self._roster.serving(campaign.settings.campaign), 1)

    def _ahead(self, campaign: CampaignRow, queue: list[LeadId]) -> list[Chances]:
        """Of the next leads in a hopper, each by its first target."""
        answers, leads = self.learner(campaign).answers, self._context.state.leads
        profile = self._profiles.by_segment if answers.is_by_segment_alone else self._profiles.of
        return answers.chances_of([profile(leads[name].targets[0]) for name in queue])


def guarded_policy(settings: CampaignSettings, _pool: str) -> PacingPolicy:
    """The policy that the settings name, under the guard. Raises ValueError when they name none."""
    parameters = dict(settings.policy_parameters)
    if settings.policy == "predictive":
        parameters.setdefault("target", settings.abandonment_target)
    return AbandonmentGuard(make_policy(settings.policy, **parameters), epsilon=settings.guard_epsilon)

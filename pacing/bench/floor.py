"""One shift of one pool on a made-up floor: one heap, identical agents, no law, no journal.

Not the simulator, which drives the real engine: this is for tuning a policy in seconds and for many days, so
that rare things are seen, and for measuring published figures again.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pacing.bench.scenarios import Scenario
from pacing.bench.tally import Tally
from pacing.learner import Learner
from pacing.policy import (
    ANY_NUMBER,
    AbandonmentLedger,
    AnswerHandedOver,
    InboundAsked,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingPolicy,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)

CANDIDATES = 20
"""Leads that a policy is shown at once."""
SHORTEST_RING_S = 15.0
"""Seconds that a telephone rings before its call may be taken back."""
MOST_DECISIONS = 10
"""Times a policy is asked at one instant, when it launches all it was shown."""


def no_clock() -> float:
    """For whom the speed of decisions is of no interest."""
    return 0.0


@dataclass(frozen=True, slots=True)
class _Fate:
    """All that chance decides of one launch, drawn in one go, so that the n-th launch of a day meets the same
    telephone and the same person whatever policy made it (common random numbers).
    """

    share: float
    live_after: float
    machine_after: float
    busy_after: float
    rings_for: float
    talk: float
    machine_talk: float
    wrap: float
    verdict_after: float
    verdict: float


@dataclass(slots=True)
class _Call:
    launched: float
    answered: float
    outcome: LaunchOutcome
    needs_agent: float
    live: float
    fate: _Fate
    is_resolved: bool = False
    is_late: bool = False
    is_inbound: bool = False


class Floor:
    """A shift, driven by a policy.

    learner: tells the chances of launches, and is told what became of them; None = a policy is given the
        scenario's own shares, and what is said of them in `drift` is unknown to it.
    limit: the largest share of abandoned in live answers at the end of the shift, 0-1.
    clock: seconds, to time decisions by.
    """

    def __init__(
        self,
        scenario: Scenario,
        policy: PacingPolicy,
        *,
        agents: int,
        rng: Generator,
        hours: float = 8.0,
        learner: Learner | None = None,
        limit: float = 0.03,
        clock: Callable[[], float] = no_clock,
    ) -> None:
        self._scenario = scenario
        self._policy = policy
        self._rng = rng
        (self._callers_rng,) = rng.spawn(1)
        self._end = hours * 3600.0
        self._agents = agents
        self._limit = limit
        self._clock = clock
        self._is_told_shares = learner is None
        self._learner = learner or Learner()
        self.tally = Tally(agents=agents, seconds=self._end)
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._sequence = 0
        self._now = 0.0
        self._ready: deque[str] = deque(f"agent-{n}" for n in range(agents))
        self._talking: dict[str, float] = {}
        self._wrapping: dict[str, float] = {}
        self._away: list[str] = []
        self._leaving: set[str] = set()
        self._lost: list[float] = []
        self._ringing: dict[int, _Call] = {}
        self._waiting: deque[_Call] = deque()
        self._inbound: deque[_Call] = deque()
        needs = scenario.live + scenario.machine
        self._told_needs = np.full(CANDIDATES, needs)
        self._told_live = np.full(CANDIDATES, scenario.live)

    def run(self, *, tick: float = 1.0) -> Tally:
        """Run the shift; the policy is asked every `tick` seconds."""
        for start, seconds, share in self._scenario.breaks:
            self._at(start, lambda share=share: self._send_away(round(share * self._agents)))
            self._at(start + seconds, self._bring_back)
        if self._scenario.inbound > 0.0:
            self._await_inbound()
        next_tick = 0.0
        while next_tick < self._end:
            while self._heap and self._heap[0][0] <= next_tick:
                self._now, _, action = heapq.heappop(self._heap)
                action()
            self._now = next_tick
            self._decide()
            next_tick += tick
        return self.tally

    def _at(self, when: float, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (when, self._sequence, action))

    # --- the policy ------------------------------------------------------------------------------------

    def _snapshot(self) -> PacingSnapshot:
        now, tally, scenario = self._now, self.tally, self._scenario
        calls = tuple(self._ringing.values())
        needs, live = self._told_needs, self._told_live
        if not self._is_told_shares:
            chances = self._learner.answers.chances(ANY_NUMBER)
            needs, live = np.full(CANDIDATES, chances.needs_agent), np.full(CANDIDATES, chances.live)
        ringing_elapsed = now - np.array([call.launched for call in calls])
        return PacingSnapshot(
            now=now,
            ready_agents=len(self._ready),
            paused_agents=len(self._away),
            agent_ids=(*self._talking, *self._wrapping),
            talking_elapsed=now - np.fromiter(self._talking.values(), np.float64, len(self._talking)),
            wrapping_elapsed=now - np.fromiter(self._wrapping.values(), np.float64, len(self._wrapping)),
            leaving=np.array([a in self._leaving for a in (*self._talking, *self._wrapping)], dtype=np.bool_),
            ringing_elapsed=ringing_elapsed,
            cancellable_ringing=int(np.count_nonzero(ringing_elapsed >= SHORTEST_RING_S)),
            ringing_needs_agent=np.array([call.needs_agent for call in calls]),
            ringing_live=np.array([call.live for call in calls]),
            waiting_elapsed=now - np.array([call.answered for call in self._waiting]),
            candidate_needs_agent=needs,
            candidate_live=live,
            launch_limit=CANDIDATES,
            expected_inbound=self._learner.inbound.rate(now),
            classify_delay=0.0 if scenario.detection is None else self._learner.detection.mean,
            unidentified_counts=scenario.unidentified_counts,
            answer_doubt=self._doubt(),
            shift_left=self._end - now,
            ledger=AbandonmentLedger(
                live_answers=tally.live,
                abandoned=tally.abandoned,
                limit=self._limit,
                connect_within=scenario.connect_within,
                window_left=self._end - now,
            ),
        )

    def _doubt(self) -> float:
        return 0.0 if self._is_told_shares else self._learner.answers.doubt

    def _decide(self) -> None:
        for _ in range(MOST_DECISIONS):
            snapshot = self._snapshot()
            start = self._clock()
            decision = self._policy.decide(snapshot)
            self.tally.decide_s += self._clock() - start
            self.tally.decides += 1
            if decision.cancel_ringing:
                self._cancel(decision.cancel_ringing)
            for index in range(decision.launches):
                self._launch(
                    float(snapshot.candidate_needs_agent[index]), float(snapshot.candidate_live[index])
                )
            if decision.launches < CANDIDATES:
                return

    def _observe_launch(self, call: _Call, outcome: LaunchOutcome, ended: float, *, needed: bool) -> None:
        launch = LaunchResolved(
            needs_agent=call.needs_agent,
            live=call.live,
            outcome=outcome,
            ring_s=ended - call.launched,
            needed_agent=needed,
            doubt=self._doubt(),
        )
        self._policy.observe(launch)
        self._learner.observe(launch)

    # --- calls -----------------------------------------------------------------------------------------

    def _live_share(self) -> float:
        drift = self._scenario.drift
        return drift[int(self._now / self._end * len(drift))] if drift else self._scenario.live

    def _launch(self, needs_agent: float, live: float) -> None:
        scenario, fate, live_share = self._scenario, self._fate(self._rng), self._live_share()
        self.tally.launches += 1
        if fate.share < live_share:
            outcome, delay = LaunchOutcome.ANSWERED_LIVE, fate.live_after
        elif fate.share < live_share + scenario.machine:
            outcome, delay = LaunchOutcome.MACHINE, fate.machine_after
        elif fate.share < live_share + scenario.machine + scenario.busy:
            outcome, delay = LaunchOutcome.BUSY, fate.busy_after
        else:
            outcome, delay = LaunchOutcome.NO_ANSWER, fate.rings_for
        answers = outcome in (LaunchOutcome.ANSWERED_LIVE, LaunchOutcome.MACHINE)
        verdict = fate.verdict_after if answers else 0.0
        call = _Call(self._now, self._now + delay, outcome, needs_agent, live, fate)
        self._ringing[self._sequence] = call
        key = self._sequence
        self._at(self._now + delay + verdict, lambda: self._resolve(key))

    def _fate(self, rng: Generator) -> _Fate:
        scenario = self._scenario
        return _Fate(
            share=rng.random(),
            live_after=scenario.live_delay(rng),
            machine_after=scenario.machine_delay(rng),
            busy_after=scenario.busy_delay(rng),
            rings_for=scenario.no_answer_delay(rng),
            talk=scenario.talk(rng),
            machine_talk=scenario.machine_talk(rng),
            wrap=scenario.wrap(rng),
            verdict_after=0.0 if scenario.detection is None else scenario.detection.seconds(rng),
            verdict=rng.random(),
        )

    def _cancel(self, count: int) -> None:
        for key in list(self._ringing)[:count]:
            call = self._ringing.pop(key)
            self.tally.cancelled += 1
            self._observe_launch(call, LaunchOutcome.CANCELLED, self._now, needed=False)

    def _resolve(self, key: int) -> None:
        call = self._ringing.pop(key, None)
        if call is None:
            return
        answers = call.outcome in (LaunchOutcome.ANSWERED_LIVE, LaunchOutcome.MACHINE)
        if not answers or self._takes_for_machine(call):
            self._observe_launch(call, call.outcome, call.answered, needed=False)
            return
        self._observe_launch(call, call.outcome, call.answered, needed=True)
        if self._scenario.detection is not None:
            self._learner.observe(AnswerHandedOver(delay_s=self._now - call.answered))
        if self._now - call.answered > self._scenario.connect_within:
            self._count_late(call)  # whoever is free: detection alone took too long
        if self._ready:
            self._bridge(call, self._ready.popleft())
            return
        if self._scenario.patience <= 0.0:
            self._count_late(call)
            return
        self._waiting.append(call)
        self._at(call.answered + self._scenario.connect_within, lambda: self._count_late(call))
        self._at(call.answered + self._scenario.patience, lambda: self._drop(call))

    def _takes_for_machine(self, call: _Call) -> bool:
        detection = self._scenario.detection
        if detection is None:
            return False
        is_live = call.outcome is LaunchOutcome.ANSWERED_LIVE
        return call.fate.verdict < (detection.loses_people if is_live else detection.finds_machines)

    def _count_late(self, call: _Call) -> None:
        if call.is_resolved or call.is_late:
            return
        call.is_late = True
        if call.outcome is LaunchOutcome.ANSWERED_LIVE or self._scenario.unidentified_counts:
            self.tally.live += 1
            self.tally.abandon(self._now)
            self._excuse(call)
            self._policy.observe(LiveAnswerAbandoned(wait_s=self._now - call.answered))

    def _excuse(self, call: _Call) -> None:
        """It rang when an agent left without a word: then nobody could know, once for each agent lost."""
        for at in self._lost:
            if call.launched <= at <= call.answered:
                self._lost.remove(at)
                self.tally.unavoidable += 1
                return

    def _drop(self, call: _Call) -> None:
        if not call.is_resolved:
            self._waiting.remove(call)
            call.is_resolved = True

    # --- people who call us ----------------------------------------------------------------------------

    def _await_inbound(self) -> None:
        self._at(self._now + self._callers_rng.exponential(1.0 / self._scenario.inbound), self._take_inbound)

    def _take_inbound(self) -> None:
        self._await_inbound()
        self.tally.inbound += 1
        self._learner.observe(InboundAsked(at=self._now))
        fate = self._fate(self._callers_rng)
        call = _Call(self._now, self._now, LaunchOutcome.ANSWERED_LIVE, 1.0, 1.0, fate, is_inbound=True)
        if self._ready:
            self._bridge(call, self._ready.popleft())
            return
        self._inbound.append(call)
        self._at(self._now + self._scenario.inbound_patience, lambda: self._give_up(call))

    def _give_up(self, call: _Call) -> None:
        if not call.is_resolved:
            call.is_resolved = True
            self._inbound.remove(call)
            self.tally.inbound_lost += 1

    # --- agents ----------------------------------------------------------------------------------------

    def _bridge(self, call: _Call, agent: str) -> None:
        call.is_resolved = True
        tally = self.tally
        tally.joined += 1
        is_live = call.outcome is LaunchOutcome.ANSWERED_LIVE
        talk = call.fate.talk if is_live else call.fate.machine_talk
        within = max(0.0, min(talk, self._end - self._now))
        if call.is_inbound:
            tally.inbound_talk += within
        elif is_live:
            tally.talk += within
            if not call.is_late:
                tally.live += 1
                self._policy.observe(LiveAnswerConnected(wait_s=self._now - call.answered))
        else:
            tally.machine_talk += within
        self._talking[agent] = self._now
        wrap = call.fate.wrap if is_live else 0.0
        self._at(self._now + talk, lambda: self._end_talk(agent, wrap))

    def _end_talk(self, agent: str, wrap: float) -> None:
        self._policy.observe(TalkEnded(agent_id=agent, talk_s=self._now - self._talking.pop(agent)))
        if wrap <= 0.0:
            self._policy.observe(WrapUpEnded(agent_id=agent, wrap_s=0.0))
            self._free(agent)
            return
        self._wrapping[agent] = self._now
        self.tally.wrap += max(0.0, min(wrap, self._end - self._now))
        self._at(self._now + wrap, lambda: self._end_wrap(agent))

    def _end_wrap(self, agent: str) -> None:
        self._policy.observe(WrapUpEnded(agent_id=agent, wrap_s=self._now - self._wrapping.pop(agent)))
        self._free(agent)

    def _free(self, agent: str) -> None:
        if agent in self._leaving:
            self._leaving.discard(agent)
            self._away.append(agent)
        elif self._waiting:  # whom we called has two seconds; who called us waits behind them
            self._bridge(self._waiting.popleft(), agent)
        elif self._inbound:
            self._bridge(self._inbound.popleft(), agent)
        else:
            self._ready.append(agent)

    def _send_away(self, count: int) -> None:
        while self._ready and count:
            self._away.append(self._ready.popleft())
            self._lost.append(self._now)
            count -= 1
        busy = [*self._talking, *self._wrapping]
        self._leaving.update(busy[:count])

    def _bring_back(self) -> None:
        self._leaving.clear()
        back, self._away = self._away, []
        for agent in back:
            self._free(agent)

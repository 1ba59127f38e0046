"""The last word on launches: the declared window must not end above its limit.

A policy aims for a rate; the guard bounds a probability. If nothing but safe lines (one per free agent) were
dialed from now to the end of the window, so many more people would answer, but for a chance of epsilon, by
what was seen of people and not by what is believed of them (`pacing.shown`); the limit on all of them, minus
what was abandoned so far, is the headroom that calls in flight may still use up. The guard lets a policy
launch as long as the chance that they use up more is at most epsilon. A day of which nothing is known yet has
no headroom, a minute later it has some; towards the end of the window it shrinks to what the ledger says, and
when less than one call is left only safe lines go out.

Counting the worst case of everything in flight instead would cost 2 to 8 % of the talk time. One thing is
beyond any guard: an agent lost at the instant of an answer.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv, pdtrc

from pacing.floor_model import FloorModel
from pacing.outlook import Outlook
from pacing.policy import Json, LaunchDecision, PacingObservation, PacingPolicy, PacingSnapshot, quantised
from pacing.predictive import Predictive
from pacing.progressive import safe_launches
from pacing.shown import Shown, fewest, unresolved
from pacing.stored import state_of

DISPERSION = 2.0
"""Late answers come in bursts: their variance is taken to be this many times their mean."""
DOUBT = 1.5
"""Expected late answers are multiplied by this: what was learned of the floor may be wrong."""


class AbandonmentGuard:
    """Wraps any policy and lowers what it wants to launch, never raises it.

    epsilon: accepted probability, at each decision, that calls in flight use up more than there is, and that
        fewer people answer in the rest of the window than are counted on, 0-1.
    recovery: share of the safe answers the rest of the window could bring that is counted on; breaks,
        conversations longer than usual and a slow end of the list take the rest.
    """

    def __init__(self, policy: PacingPolicy, *, epsilon: float = 0.001, recovery: float = 0.7) -> None:
        if not 0.0 < epsilon < 1.0 or not 0.0 <= recovery <= 1.0:
            raise ValueError("epsilon and recovery are shares, 0-1")
        self._policy = policy
        self._epsilon = epsilon
        self._recovery = recovery
        self._shares_model = isinstance(policy, Predictive)
        self._model = policy.model if isinstance(policy, Predictive) else FloorModel()
        self._shown = Shown()

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """What the policy wants, or as much of it as the limit allows."""
        wanted = self._policy.decide(snapshot)
        if snapshot.serving_agents == 0:
            return replace(wanted, launches=0, cancel_ringing=self._cancellable(snapshot, math.inf))
        in_flight = snapshot.ringing_elapsed.size + snapshot.waiting_elapsed.size
        if in_flight + wanted.launches <= snapshot.ready_agents - snapshot.reserved_agents:
            return wanted
        if snapshot.ledger.limit >= 1.0:  # no share of people is above all of them
            return wanted
        headroom = self.headroom(snapshot)
        if headroom >= in_flight + wanted.launches or self._cannot_bind(snapshot, headroom, wanted.launches):
            return wanted
        safe = safe_launches(snapshot)
        if headroom < 1.0:
            return self._only_safe(snapshot, wanted, min(safe, wanted.launches), headroom)
        return self._bounded(snapshot, wanted, min(safe, wanted.launches), headroom)

    def headroom(self, snapshot: PacingSnapshot) -> float:
        """Live answers that may still be abandoned in the window, if from now on only safe lines went out."""
        ledger = snapshot.ledger
        return quantised(ledger.headroom + ledger.limit * self._recovery * self._answers_to_come(snapshot))

    def _answers_to_come(self, snapshot: PacingSnapshot) -> float:
        """Live answers that safe lines would bring until window, shift or list end: so many at least, but for
        a chance of epsilon, by all that calls have shown of people who answer.
        """
        candidates = snapshot.candidate_live.size
        if not candidates or snapshot.patience < 0.0:
            return 0.0
        believed = float(np.add.reduce(snapshot.candidate_live)) / candidates * self._model.live_share.factor
        live = min(believed, self._shown.share(unresolved(snapshot)))
        needs = float(np.add.reduce(snapshot.candidate_needs_agent)) / candidates
        seconds = min(snapshot.ledger.window_left, snapshot.shift_left)
        answers = snapshot.leads_left * live
        if not math.isinf(seconds):
            # Agents whom people who call us will keep busy bring no answers.
            agents = max(0.0, snapshot.serving_agents - snapshot.expected_inbound * self._model.handle)
            answers = min(answers, agents * seconds / self._model.safe_cycle(live, needs))
        return fewest(answers, self._shown.live, self._epsilon)

    def _only_safe(
        self, snapshot: PacingSnapshot, wanted: LaunchDecision, safe: int, headroom: float
    ) -> LaunchDecision:
        uncovered = snapshot.ringing_elapsed.size - max(0, snapshot.free_agents)
        late = DOUBT * self.outlook(snapshot).ringing_lateness()
        return replace(
            wanted,
            launches=safe,
            cancel_ringing=self._to_cancel(snapshot, max(0, math.floor(headroom)), late, uncovered),
            reason=f"No headroom is left under the limit: only calls that an agent is free for ({safe}).",
            terms={**wanted.terms, "guard_headroom": headroom, "wanted": float(wanted.launches)},
        )

    def _cannot_bind(self, snapshot: PacingSnapshot, headroom: float, launches: int) -> bool:
        """Whether headroom is so ample that nothing would pass the limit by five standard deviations, even if
        every answer in flight that counts came late. True for most of a window, and quick to see.
        """
        if snapshot.unidentified_counts:
            ringing, candidates = snapshot.ringing_needs_agent, snapshot.candidate_needs_agent
            factor = self._model.needs_share.factor
        else:
            ringing, candidates = snapshot.ringing_live, snapshot.candidate_live
            factor = self._model.live_share.factor
        answers = float(np.add.reduce(ringing) + np.add.reduce(candidates[:launches]))
        most = DOUBT * answers * factor + snapshot.waiting_elapsed.size
        return headroom >= most + 5.0 * math.sqrt(DISPERSION * most) + 10.0

    def _bounded(
        self, snapshot: PacingSnapshot, wanted: LaunchDecision, safe: int, headroom: float
    ) -> LaunchDecision:
        """As many launches as keep the chance to pass the limit within epsilon, and always the safe ones."""
        allowed = math.floor(headroom)
        in_flight = self.outlook(snapshot).after(wanted.launches)
        late = (DOUBT * in_flight.late + float(snapshot.waiting_elapsed.size)).tolist()
        missing = in_flight.missing_more_than(allowed).tolist()
        most = most_late(allowed, self._epsilon, DISPERSION)

        def fits(launches: int) -> bool:
            return quantised(late[launches]) <= most and quantised(missing[launches]) <= self._epsilon

        if fits(wanted.launches):
            return wanted
        launches, too_many = safe, wanted.launches
        while launches < too_many - 1:  # each one more is more of a risk
            middle = (launches + too_many) // 2
            if fits(middle):
                launches = middle
            else:
                too_many = middle
        at_stake = late[launches] - snapshot.waiting_elapsed.size
        uncovered = snapshot.ringing_elapsed.size - max(0, snapshot.free_agents)
        return replace(
            wanted,
            launches=launches,
            cancel_ringing=self._to_cancel(snapshot, allowed, at_stake, uncovered),
            reason=(
                f"The guard allows {launches} of {wanted.launches}: {headroom:.1f} abandoned calls are left "
                f"until the window ends, {late[launches]:.1f} may come of those in flight."
            ),
            terms={
                **wanted.terms,
                "guard_headroom": headroom,
                "guard_risk": max(late_more_than(allowed, late[launches]), quantised(missing[launches])),
                "wanted": float(wanted.launches),
            },
        )

    def outlook(self, snapshot: PacingSnapshot) -> Outlook:
        """What the floor model expects of the next half minute: the policy's own, where it has one."""
        policy = self._policy
        return policy.outlook(snapshot) if isinstance(policy, Predictive) else Outlook(snapshot, self._model)

    def settle(self) -> None:
        """See `FloorModel.settle`."""
        self._model.settle()

    @property
    def factors(self) -> tuple[float, float]:
        """By what the chances of launches, to be live and to need an agent, are corrected as of now."""
        return self._model.live_share.factor, self._model.needs_share.factor

    def _to_cancel(self, snapshot: PacingSnapshot, allowed: int, late: float, uncovered: int) -> int:
        """The fewest ringing calls to take back so that more than `allowed` late ones are unlikely again.

        Each is an attempt on somebody, made for nothing. Without those no agent is free for, none is late.
        """
        cancellable = self._cancellable(snapshot, max(0, uncovered))
        most = most_late(allowed, self._epsilon, DISPERSION)
        if cancellable == 0 or quantised(late) <= most:
            return 0
        return min(cancellable, math.ceil(quantised(uncovered * (1.0 - most / late))))

    def _cancellable(self, snapshot: PacingSnapshot, most: float) -> int:
        return int(max(0.0, min(most, snapshot.cancellable_ringing)))

    def observe(self, observation: PacingObservation) -> None:
        """Pass on what happened, and learn from it."""
        self._policy.observe(observation)
        self._shown.observe(observation)
        if not self._shares_model:
            self._model.observe(observation)

    def state(self) -> dict[str, Json]:
        """What the policy and the guard have learned, JSON-able."""
        state: dict[str, Json] = {"policy": self._policy.state(), "shown": self._shown.state()}
        if not self._shares_model:
            state["model"] = self._model.state()
        return state

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._policy.restore(state_of(state, "policy"))
        if "shown" in state:  # not in what was kept before it was counted: then it is counted anew
            self._shown.restore(state_of(state, "shown"))
        if not self._shares_model:
            self._model.restore(state_of(state, "model"))


def late_more_than(allowed: int, expected: float) -> float:
    """P(more than `allowed` answers are late) when `expected` are, quantised: the larger one of a Poisson law
    and of one in which they come `DISPERSION` at a time.
    """
    if expected <= 0.0:
        return 0.0
    if allowed < 0:
        return 1.0
    single = float(pdtrc(allowed, expected))
    bursts = float(pdtrc(int(allowed / DISPERSION), expected / DISPERSION))
    return quantised(max(single, bursts))


@lru_cache(maxsize=4096)
def most_late(allowed: int, epsilon: float, dispersion: float) -> float:
    """The most late answers that may be expected if more than `allowed` are to come with a chance of at most
    `epsilon`: `late_more_than` the other way round, for a dispersion given. Quantised.
    """
    if allowed < 0:
        return 0.0
    single = float(gammaincinv(allowed + 1, epsilon))
    bursts = float(gammaincinv(int(allowed / dispersion) + 1, epsilon))
    return quantised(min(single, dispersion * bursts))

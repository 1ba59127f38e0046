"""The light floor that a look ahead runs on: the real policy under its guard, in a world of learned laws.

It begins where the picture was taken: who talks, talks on; what rings, rings on. Agents go on breaks and come
back (`Breaks`). No law is asked, no lead is looked at: the next leads are like those in front of the
queue, and they last.
"""

import heapq
from collections import deque
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np
from numpy.random import Generator

from pacing.ahead.breaks import Breaks
from pacing.ahead.laws import Fate, Fates, Laws
from pacing.ahead.picture import Picture
from pacing.held import HeldBudget
from pacing.policy import (
    AbandonmentLedger,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)

CANDIDATES = 24
"""Leads that the policy is shown at once."""
CALLERS_WAIT_S = 60.0
"""Seconds that somebody who calls us waits for an agent."""
TURN_AFTER_S = 60.0
"""Seconds that a lead waits for an agent of its own before it has a turn; as the engine has it."""
HELD_SHARE, HELD_WEIGHT = 0.3, 20.0
"""Share of calls that need an agent held, where some do: believed before looking; calls that is worth."""
MANY_AGENTS, MANY_INTERVAL_S = 30, 2.0
"""With so many agents the policy is asked every two seconds: its own second changes what comes of an hour by
less than 1 in 100, and costs half as much again.
"""
QUIET, VERY_QUIET = 1.5, 3.0
"""A call that would be late so many times more often than is allowed will not be launched a second later, or
two: the policy need not be asked, which is what a look ahead spends most of its time on."""


@dataclass(slots=True, kw_only=True)
class Came:
    """What a stretch brought, from the picture on.

    connected, abandoned: live answers that had an agent in time, and the others.
    joined: calls that took an agent, machines and people who call us among them.
    ready_s, held_s: seconds that agents were free, and held for one ringing call each, all agents together.
    wait_s: seconds from answer to agent, of all connected together.
    headroom: live answers that could be abandoned at its end before the limit is passed.
    """

    launches: int = 0
    connected: int = 0
    abandoned: int = 0
    joined: int = 0
    cancelled: int = 0
    ready_s: float = 0.0
    held_s: float = 0.0
    wait_s: float = 0.0
    headroom: float = 0.0


class _Happens(Enum):
    ANSWERED = auto()
    LATE = auto()
    TALK_ENDS = auto()
    WRAP_ENDS = auto()
    HELD_ENDS = auto()
    CALLED = auto()
    GIVES_UP = auto()
    BREAK = auto()


@dataclass(slots=True, eq=False)
class _Call:
    launched: float
    needs_agent: float
    live: float
    fate: Fate
    is_live: bool = False
    is_machine: bool = False
    answered: float = 0.0
    is_over: bool = False
    is_inbound: bool = False
    key: int = 0


class AheadFloor:
    """One run ahead. generator: all its chance; the same one gives a changed picture the same fates."""

    def __init__(self, picture: Picture, generator: Generator) -> None:
        doubt, first, later, held, callers, breaks = generator.spawn(6)
        self._picture = picture
        self._snapshot0 = snapshot = picture.snapshot
        self._policy = picture.made_policy()
        self._policy.settle()
        self._laws = Laws(picture, doubt)
        self._fates, self._held_fates, self._callers = Fates(later), Fates(held), Fates(callers)
        self._callers_generator = callers
        self._budget = HeldBudget(held_most=picture.held_most)
        self._held_from = max(picture.held_from - snapshot.now, 0.0)
        self._held_turn = 0.0
        self._held_since: deque[float] = deque([-TURN_AFTER_S] * picture.held_waiting)
        self._held_share, self._held_due = _held_share(picture), 0.0
        self._now = 0.0
        self._interval_s = picture.interval_s
        if picture.agents >= MANY_AGENTS:
            self._interval_s = max(MANY_INTERVAL_S, picture.interval_s)
        self._sequence = 0
        self._heap: list[tuple[float, int, _Happens, _Call | str]] = []
        self._ready: deque[str] = deque(f"free-{n}" for n in range(snapshot.ready_agents))
        self._talking: dict[str, float] = {}
        self._wrapping: dict[str, float] = {}
        self._held: dict[str, _Call] = {}
        self._wraps: dict[str, Fate] = {}
        self._leaving: set[str] = set()
        self._ringing: dict[int, _Call] = {}
        self._waiting: deque[_Call] = deque()
        self._inbound: deque[_Call] = deque()
        self._live, self._abandoned = snapshot.ledger.live_answers, snapshot.ledger.abandoned
        self._tokens = 0.0
        self._quiet_ticks = 0
        self._reached = 0.0
        self._next_lead = 0
        size = max(snapshot.candidate_live.size, 1)
        copies = CANDIDATES // size + 2
        self._needs_ahead = np.tile(snapshot.candidate_needs_agent, copies)
        self._live_ahead = np.tile(snapshot.candidate_live, copies)
        self._breaks = Breaks(snapshot.serving_agents, snapshot.paused_agents, breaks)
        self._on_break = 0
        self.came = Came()
        self._begin(Fates(first))

    def run(self, until: tuple[float, ...]) -> tuple[Came, ...]:
        """What came by each of these instants, in seconds from the picture on, rising; goes on from the last
        one that was asked for.
        """
        found: list[Came] = []
        tick, at = self._interval_s, self._reached
        for end in until:
            while at < end:
                self._work_off(at)
                self._now = at
                self._serve_held()
                self._decide()
                step = min(tick, end - at)
                self.came.ready_s += len(self._ready) * step
                self.came.held_s += len(self._held) * step
                at += step
            self._work_off(end)
            self._reached = max(at, end)
            ledger = self._snapshot0.ledger
            headroom = ledger.limit * self._live - self._abandoned
            found.append(replace(self.came, headroom=headroom))
        return tuple(found)

    def _work_off(self, until: float) -> None:
        while self._heap and self._heap[0][0] <= until:
            self._now, _, happens, what = heapq.heappop(self._heap)
            self._happen(happens, what)

    def _at(self, when: float, happens: _Happens, what: _Call | str) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (when, self._sequence, happens, what))

    # --- as the picture has it -----------------------------------------------------------------------------

    def _begin(self, fates: Fates) -> None:
        snapshot, laws, held = self._snapshot0, self._laws, self._picture.held
        talking = snapshot.talking_elapsed.tolist()
        for name, elapsed in zip(snapshot.agent_ids, talking, strict=False):
            fate = fates.next()
            if name in held:
                self._ring_held(name, fate, elapsed=held[name], call=None)
                continue
            self._talking[name] = -elapsed
            self._wraps[name] = fate
            self._at(laws.talk_left_s(elapsed, fate), _Happens.TALK_ENDS, name)
        for name, elapsed in zip(
            snapshot.agent_ids[len(talking) :], snapshot.wrapping_elapsed.tolist(), strict=True
        ):
            self._wrapping[name] = -elapsed
            self._at(laws.wrap_left_s(elapsed, fates.next()), _Happens.WRAP_ENDS, name)
        self._leaving = {
            name for name, goes in zip(snapshot.agent_ids, snapshot.leaving.tolist(), strict=True) if goes
        }
        for elapsed, needs, live in zip(
            snapshot.ringing_elapsed.tolist(),
            snapshot.ringing_needs_agent.tolist(),
            snapshot.ringing_live.tolist(),
            strict=True,
        ):
            call = _Call(-elapsed, needs, live, fates.next())
            call.is_live, call.is_machine, left = laws.what_rings(
                elapsed, *laws.chances(needs, live), call.fate
            )
            self._ring(call, left)
        for elapsed in snapshot.waiting_elapsed.tolist():
            fate = fates.next()
            live = float(np.mean(self._live_ahead)) if self._live_ahead.size else 1.0
            needs = float(np.mean(self._needs_ahead)) if self._needs_ahead.size else 1.0
            is_live = fate.share * needs < live
            self._wait(_Call(-elapsed, needs, live, fate, is_live, not is_live, -elapsed))
        if snapshot.expected_inbound > 0.0:
            self._await_caller()
        self._await_break()

    # --- the policy ----------------------------------------------------------------------------------------

    def _snapshot(self, kept: int) -> PacingSnapshot:
        now, first, picture = self._now, self._snapshot0, self._picture
        rings = self._ringing.values()
        launched = np.array([call.launched for call in rings], dtype=np.float64)
        elapsed = now - launched
        start = self._next_lead
        engaged = (*self._talking, *self._held, *self._wrapping)
        talking = np.zeros(len(self._talking) + len(self._held))
        talking[: len(self._talking)] = now - np.fromiter(self._talking.values(), np.float64)
        return PacingSnapshot(
            now=first.now + now,
            ready_agents=len(self._ready),
            paused_agents=self._breaks.away,
            reserved_agents=kept,
            agent_ids=engaged,
            talking_elapsed=talking,
            wrapping_elapsed=now - np.fromiter(self._wrapping.values(), np.float64),
            leaving=np.array([name in self._leaving for name in engaged], dtype=np.bool_),
            ringing_elapsed=elapsed,
            ringing_needs_agent=np.array([call.needs_agent for call in rings], dtype=np.float64),
            ringing_live=np.array([call.live for call in rings], dtype=np.float64),
            cancellable_ringing=int(np.count_nonzero(elapsed >= picture.shortest_ring_s)),
            waiting_elapsed=np.array([now - call.answered for call in self._waiting], dtype=np.float64),
            candidate_needs_agent=self._needs_ahead[start : start + CANDIDATES],
            candidate_live=self._live_ahead[start : start + CANDIDATES],
            expected_inbound=first.expected_inbound,
            classify_delay=first.classify_delay,
            unidentified_counts=first.unidentified_counts,
            answer_doubt=first.answer_doubt,
            leads_left=max(first.leads_left - self.came.launches, 0),
            shift_left=max(first.shift_left - now, 0.0),
            launch_limit=self._launch_limit(),
            ledger=AbandonmentLedger(
                live_answers=self._live,
                abandoned=self._abandoned,
                limit=first.ledger.limit,
                connect_within=first.ledger.connect_within,
                window_left=max(first.ledger.window_left - now, 0.0),
            ),
        )

    def _launch_limit(self) -> int:
        first = self._snapshot0
        before = first.ringing_elapsed.size + first.talking_elapsed.size
        in_flight = len(self._ringing) + len(self._talking) + len(self._held) + len(self._waiting)
        lines = self._picture.lines_left + before - in_flight
        return max(0, min(lines, int(self._tokens), CANDIDATES))

    def _decide(self) -> None:
        rate = self._picture.launches_per_second
        self._tokens = min(max(rate, 1.0), self._tokens + rate * self._interval_s)
        if self._quiet_ticks > 0:
            self._quiet_ticks -= 1
            return
        decision = self._policy.decide(self._snapshot(self._agents_kept()))
        self._quiet_ticks = _quiet_ticks(decision)
        if decision.cancel_ringing:
            self._cancel(decision.cancel_ringing)
        for _ in range(decision.launches):
            self._launch()
        self._tokens -= decision.launches

    def _cancel(self, count: int) -> None:
        for key in list(self._ringing)[:count]:
            call = self._ringing.pop(key)
            call.is_over = True
            self.came.cancelled += 1
            self._resolved(call, LaunchOutcome.CANCELLED, needed=False)

    def _resolved(self, call: _Call, outcome: LaunchOutcome, *, needed: bool) -> None:
        self._policy.observe(
            LaunchResolved(
                needs_agent=call.needs_agent,
                live=call.live,
                outcome=outcome,
                ring_s=self._now - call.launched,
                needed_agent=needed,
                doubt=self._snapshot0.answer_doubt,
            )
        )

    # --- calls ---------------------------------------------------------------------------------------------

    def _next(self, fate: Fate) -> tuple[_Call, float]:
        """The next lead, called now, and the seconds until it is known what becomes of it."""
        place = self._next_lead
        needs, live = float(self._needs_ahead[place]), float(self._live_ahead[place])
        self._next_lead = (place + 1) % max(self._snapshot0.candidate_live.size, 1)
        laws, kept = self._laws, self._picture.kept
        person, machine = laws.chances(needs, live)
        call = _Call(self._now, needs, live, fate)
        if fate.share < person * kept[0]:
            call.is_live = True
            return call, laws.live_ring_s(fate)
        if person <= fate.share < person + machine * kept[1]:
            call.is_machine = True
            return call, laws.machine_ring_s(fate)
        return call, laws.unanswered_ring_s(fate)

    def _launch(self) -> None:
        self.came.launches += 1
        self._ring(*self._next(self._fates.next()))
        self._held_due += self._held_share / (1.0 - self._held_share)
        while self._held_due >= 1.0:
            self._held_due -= 1.0
            self._held_since.append(self._now)

    def _ring(self, call: _Call, seconds: float) -> None:
        call.key = self._sequence + 1  # which `_at` is about to give
        self._ringing[call.key] = call
        call.answered = self._now + seconds
        delay = self._snapshot0.classify_delay if call.is_live or call.is_machine else 0.0
        self._at(call.answered + delay, _Happens.ANSWERED, call)

    def _happen(self, happens: _Happens, what: _Call | str) -> None:
        if isinstance(what, str):
            self._happen_to_agent(happens, what)
        elif happens is _Happens.ANSWERED:
            self._answered(what)
        elif happens is _Happens.LATE:
            self._late(what)
        elif not what.is_over:
            what.is_over = True
            self._inbound.remove(what)

    def _happen_to_agent(self, happens: _Happens, agent: str) -> None:
        if happens is _Happens.TALK_ENDS:
            self._talk_ends(agent)
        elif happens is _Happens.WRAP_ENDS:
            self._policy.observe(WrapUpEnded(agent_id=agent, wrap_s=self._now - self._wrapping.pop(agent)))
            self._free(agent)
        elif happens is _Happens.HELD_ENDS:
            self._held_ends(agent)
        elif happens is _Happens.BREAK:
            self._break()
        else:
            self._called()

    def _answered(self, call: _Call) -> None:
        if call.is_over:
            return
        del self._ringing[call.key]
        through = self._picture.let_through
        is_answer = call.is_live or call.is_machine
        if not is_answer or call.fate.verdict >= through[0 if call.is_live else 1]:
            call.is_over = True
            outcome = LaunchOutcome.MACHINE if is_answer else LaunchOutcome.NO_ANSWER
            self._resolved(call, outcome, needed=False)
            return
        self._resolved(
            call, LaunchOutcome.ANSWERED_LIVE if call.is_live else LaunchOutcome.MACHINE, needed=True
        )
        self._wait(call)

    def _wait(self, call: _Call) -> None:
        """An answer wants an agent."""
        within = call.answered + self._snapshot0.ledger.connect_within
        if within <= self._now:
            self._late(call)
        elif self._ready:
            self._join(call, self._ready.popleft())
        else:
            self._waiting.append(call)
            self._at(within, _Happens.LATE, call)

    def _late(self, call: _Call) -> None:
        """Nobody was there in time: the line is hung up."""
        if call.is_over:
            return
        call.is_over = True
        if call in self._waiting:
            self._waiting.remove(call)
        if call.is_live or self._snapshot0.unidentified_counts:
            self._live += 1
            self._abandoned += 1
            self.came.abandoned += 1
            self._policy.observe(LiveAnswerAbandoned(wait_s=self._now - call.answered))

    # --- people who call us --------------------------------------------------------------------------------

    def _await_caller(self) -> None:
        gap = self._callers_generator.exponential(1.0 / self._snapshot0.expected_inbound)
        self._at(self._now + gap, _Happens.CALLED, "")

    def _called(self) -> None:
        self._await_caller()
        call = _Call(self._now, 1.0, 1.0, self._callers.next(), is_live=True, is_inbound=True)
        call.answered = self._now
        if self._ready:
            self._join(call, self._ready.popleft())
        else:
            self._inbound.append(call)
            self._at(self._now + CALLERS_WAIT_S, _Happens.GIVES_UP, call)

    # --- agents held for one call --------------------------------------------------------------------------

    def _agents_kept(self) -> int:
        """Of the ready agents, those that pacing leaves to leads that wait for one."""
        if not self._held_since or self._now < self._held_from:
            return 0
        ready = len(self._ready)
        unclaimed = ready - len(self._ringing) - len(self._waiting)
        if unclaimed > 0:
            return min(ready, unclaimed, len(self._held_since))
        return min(ready, 1) if self._now >= self._held_since[0] + TURN_AFTER_S else 0

    def _serve_held(self) -> None:
        """Hold agents while one is to spare: what rang before the lead's turn has a claim on them."""
        while self._held_since and self._now >= self._held_from and self._has_agent_to_spare():
            self._held_since.popleft()
            call, seconds = self._next(self._held_fates.next())
            self.came.launches += 1
            ring_s = self._picture.rings_for or self._picture.ring_s
            agents = len(self._ready) + len(self._talking) + len(self._wrapping) + len(self._held)
            self._held_from = self._budget.next_at(self._now, ring_s=ring_s, agents=agents)
            self._held_turn = self._now
            self._ring_held(self._ready.popleft(), call.fate, elapsed=0.0, call=(call, seconds))

    def _has_agent_to_spare(self) -> bool:
        free = len(self._ready) - len(self._waiting)
        if free < 1:
            return False
        turn = max(self._held_since[0] + TURN_AFTER_S, self._held_turn, self._held_from)
        claims = [
            call.needs_agent for call in self._ringing.values() if self._now < turn or call.launched <= turn
        ]
        return free > len(claims) if len(claims) <= free else free - sum(claims) >= 1.0

    def _ring_held(self, agent: str, fate: Fate, *, elapsed: float, call: tuple[_Call, float] | None) -> None:
        if call is None:
            made, _ = self._next(fate)
            made.launched = self._now - elapsed
            made.is_live, made.is_machine, seconds = self._laws.what_rings(
                elapsed, *self._laws.chances(made.needs_agent, made.live), fate
            )
        else:
            made, seconds = call
        self._held[agent] = made
        made.answered = self._now + seconds
        self._at(made.answered, _Happens.HELD_ENDS, agent)

    def _held_ends(self, agent: str) -> None:
        call = self._held.pop(agent)
        if call.is_live or call.is_machine:
            outcome = LaunchOutcome.ANSWERED_LIVE if call.is_live else LaunchOutcome.MACHINE
            self._resolved(call, outcome, needed=True)
            self._join(call, agent)
            return
        self._resolved(call, LaunchOutcome.NO_ANSWER, needed=False)
        self._free(agent)

    # --- agents --------------------------------------------------------------------------------------------

    def _join(self, call: _Call, agent: str) -> None:
        call.is_over = True
        came = self.came
        came.joined += 1
        if call.is_live and not call.is_inbound:
            came.connected += 1
            came.wait_s += self._now - call.answered
            self._live += 1
            self._policy.observe(LiveAnswerConnected(wait_s=self._now - call.answered))
        self._talking[agent] = self._now
        self._wraps[agent] = call.fate
        self._at(self._now + self._laws.talk_s(call.fate, is_live=call.is_live), _Happens.TALK_ENDS, agent)

    def _talk_ends(self, agent: str) -> None:
        self._policy.observe(TalkEnded(agent_id=agent, talk_s=self._now - self._talking.pop(agent)))
        self._wrapping[agent] = self._now
        self._at(self._now + self._laws.wrap_s(self._wraps.pop(agent)), _Happens.WRAP_ENDS, agent)

    @property
    def away(self) -> int:
        """Agents on a break, or about to go on one when their call is over."""
        return self._breaks.away

    @property
    def serving(self) -> int:
        """Agents who are here and stay."""
        engaged = len(self._talking) + len(self._held) + len(self._wrapping)
        return len(self._ready) + engaged - len(self._leaving)

    def _await_break(self) -> None:
        seconds = self._breaks.next_s(self.serving)
        if seconds < float("inf"):
            self._at(self._now + seconds, _Happens.BREAK, "")

    def _break(self) -> None:
        """Somebody goes on a break, at once or when their call is over; or comes back from one."""
        present = self.serving
        if self._breaks.goes(present):
            which = self._breaks.one_of(present)
            if which < len(self._ready):
                del self._ready[which]
            else:
                engaged = (*self._talking, *self._held, *self._wrapping)
                staying = [name for name in engaged if name not in self._leaving]
                self._leaving.add(staying[which - len(self._ready)])
            self._breaks.away += 1
        else:
            self._breaks.away -= 1
            self._on_break += 1
            self._free(f"back-{self._on_break}")
        self._await_break()

    def _free(self, agent: str) -> None:
        if agent in self._leaving:
            self._leaving.discard(agent)
        elif self._waiting:
            self._join(self._waiting.popleft(), agent)
        elif self._inbound:
            self._join(self._inbound.popleft(), agent)
        else:
            self._ready.append(agent)


def _quiet_ticks(decision: LaunchDecision) -> int:
    """How often the policy need not be asked, having answered this."""
    lateness, allowed = (decision.terms.get(name, 0.0) for name in ("lateness_of_next", "threshold"))
    if decision.launches or decision.cancel_ringing or lateness < QUIET * allowed or allowed <= 0.0:
        return 0
    return 2 if lateness >= VERY_QUIET * allowed else 1


def _held_share(picture: Picture) -> float:
    """Share of the next leads that need an agent held, by what is in flight."""
    held = len(picture.held)
    if held + picture.held_waiting == 0:
        return 0.0
    in_flight = held + picture.snapshot.ringing_elapsed.size
    return (HELD_SHARE * HELD_WEIGHT + held) / (HELD_WEIGHT + in_flight)

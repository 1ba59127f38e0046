"""Why pacing dialed as it did: a journal minute by minute, what was expected beside what came.

A journal has the decisions and their reasons, not what the policy believed of each call. So the shift is
stepped through again with its decisions pinned to the recorded ones, and somebody listens at the boundary
between engine and policy: chances at which calls were launched, answers they are expected to make late, and
what became of each.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, RestLead, StorePacing
from dialer.engine.launching.ordering import PUT_OFF
from dialer.engine.launching.pacing_port import guarded_policy
from dialer.engine.launching.pinned import Pins, name_of, taken_back
from dialer.engine.taking import take
from dialer.inquiry.replay import STEPS_PER_NOTE, fresh_engine, journal_in, skipped_by
from dialer.storage.journal.file import JournalReader
from pacing import AbandonmentGuard
from pacing.policy import (
    Json,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingPolicy,
    PacingSnapshot,
)

MINUTE_S = 60.0
BY_PACING = "lateness"
BY_GUARD = "guard"
NO_HEADROOM = "no headroom"
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        BY_PACING: "an answer to one more call would be late too often",
        BY_GUARD: "the guard allowed no more, for what is in flight may use up the headroom",
        NO_HEADROOM: "only calls that an agent was free for",
    }
)
"""What binds a decision, in one word, and in a sentence; anything else is a sentence already."""
EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
"""Chances that are told apart when they are held against what came."""
HIGHEST = 0.98
"""As the policies have it: no chance is believed to be higher."""
SURE = 1.96
"""Standard deviations, for 95 of 100."""


@dataclass(slots=True)
class Expected:
    """A count that was expected, with its variance by chance alone, and the one that came."""

    expected: float = 0.0
    variance: float = 0.0
    came: int = 0
    of: int = 0

    def add(self, chance: float, *, came: bool) -> None:
        """One more call, of this chance."""
        self.expected += chance
        self.variance += chance * (1.0 - chance)
        self.came += came
        self.of += 1

    @property
    def is_off(self) -> bool:
        """What came is further from what was expected than chance alone brings in 95 of 100 cases."""
        return abs(self.came - self.expected) > SURE * math.sqrt(self.variance) + 0.5


@dataclass(slots=True)
class Minute:
    """One minute (or as many as were asked for) of one pool.

    at: POSIX seconds at which it begins.
    decisions, launches, cancelled: how often pacing was asked, what was launched, what it had taken back.
    ready, ringing: sums over the decisions; `mean_ready` and `mean_ringing` are what is told.
    answers, live: of the calls whose outcome became known in it: those that took an agent, those that count.
    late: answers that its launches were expected to make late. abandoned, connected: what came.
    binding: what decisions ended at, how often. reason: the sentence of the last that launched anything.
    """

    at: float
    campaign: str
    pool: str
    decisions: int = 0
    launches: int = 0
    cancelled: int = 0
    ready: int = 0
    ringing: int = 0
    answers: Expected = field(default_factory=Expected)
    live: Expected = field(default_factory=Expected)
    late: float = 0.0
    abandoned: int = 0
    connected: int = 0
    binding: Counter[str] = field(default_factory=Counter[str])
    reason: str = ""

    @property
    def mean_ready(self) -> float:
        """Agents who were free when pacing was asked, on average."""
        return self.ready / max(1, self.decisions)

    @property
    def mean_ringing(self) -> float:
        """Calls that rang when pacing was asked, on average."""
        return self.ringing / max(1, self.decisions)

    @property
    def most_binding(self) -> str:
        """What most decisions of the minute ended at; '' = none was made."""
        return min(self.binding, key=lambda why: (-self.binding[why], why)) if self.binding else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A journal's pacing.

    minutes: in order of time, then campaign, then pool.
    live, answers: chances held against what came: calls launched at a chance within EDGES[i]..EDGES[i + 1].
    decisions: in all; decided_otherwise: those in which pacing would launch another number here, so that its
        reasons may be others than those of the recording.
    put_off: how often a lead was put off for likelier ones.
    partial: how far the journal goes; None = to its end.
    """

    journal: Path
    minutes: tuple[Minute, ...]
    live: tuple[Expected, ...]
    answers: tuple[Expected, ...]
    decisions: int
    decided_otherwise: int
    put_off: int
    partial: str | None


def why(path: Path, *, every: int = 1, progress: Callable[[int], None]) -> Why:
    """Step through a journal and tell of its pacing.

    Args:
        path: a journal, or the folder of a rehearsal.
        every: minutes that are told together.
        progress: told how many steps were taken.

    Raises:
        JournalFileError: no journal, or one of another version.
        UnreadableEntryError: a whole line of it is not an entry.
        UnknownGateError: its header names a gate that this version does not have.
    """
    reader = JournalReader(journal_in(path))
    listener = Listener(every * MINUTE_S)
    engine = fresh_engine(reader.header, policies=listener.policy)
    left_out = skipped_by(reader)
    for steps, entry in enumerate(reader, start=1):
        listener.begin(entry.now, entry.commands)
        if entry.sequence in left_out:
            engine.leave_out(now=entry.now)
        else:
            take(engine, entry.event, now=entry.now, sequence=entry.sequence)
        listener.end(entry.commands)
        if steps % STEPS_PER_NOTE == 0:
            progress(steps)
    return Why(
        journal=reader.path,
        minutes=tuple(listener.minutes[key] for key in sorted(listener.minutes)),
        live=tuple(listener.live),
        answers=tuple(listener.answers),
        decisions=listener.pins.decisions,
        decided_otherwise=listener.pins.decided_otherwise,
        put_off=listener.put_off,
        partial=reader.truncated,
    )


class Listener:
    """Stands between the engine and its policies, and writes down what goes through."""

    def __init__(self, slice_s: float) -> None:
        self.pins = Pins()
        self.put_off = 0
        self.minutes: dict[tuple[float, str, str], Minute] = {}
        self.live = [Expected() for _ in EDGES[1:]]
        self.answers = [Expected() for _ in EDGES[1:]]
        self._slice_s = slice_s
        self._now = 0.0
        self._costs: dict[tuple[str, str], tuple[float, ...]] = {}

    def begin(self, now: float, commands: tuple[Command, ...]) -> None:
        """The next step, with its recorded commands."""
        self._now = now
        self._costs.clear()
        self.pins.take(commands)

    def end(self, commands: tuple[Command, ...]) -> None:
        """The step is taken: of the calls that were wanted, these were launched."""
        decided = {name_of(c): c for c in commands if isinstance(c, StorePacing)}
        for name, command in decided.items():
            minute = self.minute(name)
            minute.late += math.fsum(self._costs.get(name, ())[: command.launched])
            if command.launched:
                minute.launches += command.launched
                minute.reason = command.reason
        self.put_off += sum(isinstance(c, RestLead) and c.reason == PUT_OFF for c in commands)
        for name, count in taken_back(commands).items():
            self.minute(name).cancelled += count

    def policy(self, settings: CampaignSettings, pool: str) -> PacingPolicy:
        """A policy for one pool that is listened to; the engine's maker of policies."""
        return _Heard(guarded_policy(settings, pool), self, (settings.campaign, pool))

    def minute(self, name: tuple[str, str]) -> Minute:
        """The pool's row of now."""
        at = math.floor(self._now / self._slice_s) * self._slice_s
        key = (at, *name)
        found = self.minutes.get(key)
        if found is None:
            found = self.minutes[key] = Minute(at=at, campaign=name[0], pool=name[1])
        return found

    def decided(
        self,
        name: tuple[str, str],
        snapshot: PacingSnapshot,
        decision: LaunchDecision,
        costs: tuple[float, ...],
    ) -> None:
        """Pacing was asked, and answers this by itself."""
        minute = self.minute(name)
        minute.decisions += 1
        minute.ready += snapshot.ready_agents
        minute.ringing += snapshot.ringing_elapsed.size
        minute.binding[binding_of(decision)] += 1
        self._costs[name] = costs

    def heard(
        self, name: tuple[str, str], observation: PacingObservation, factors: tuple[float, float]
    ) -> None:
        """The policy is told what happened."""
        match observation:
            case LaunchResolved() if observation.outcome is not LaunchOutcome.CANCELLED:
                live = min(HIGHEST, observation.live * factors[0])
                needs = min(HIGHEST, observation.needs_agent * factors[1])
                minute = self.minute(name)
                for row, table, chance, came in (
                    (minute.live, self.live, live, observation.is_live),
                    (minute.answers, self.answers, needs, observation.needed),
                ):
                    row.add(chance, came=came)
                    table[_bin(chance)].add(chance, came=came)
            case LiveAnswerConnected():
                self.minute(name).connected += 1
            case LiveAnswerAbandoned():
                self.minute(name).abandoned += 1
            case _:
                pass


class _Heard:
    """A guarded policy whose decisions are the recorded ones, with a listener."""

    def __init__(self, policy: PacingPolicy, listener: Listener, name: tuple[str, str]) -> None:
        self._policy = policy
        self._listener = listener
        self._name = name

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """The recorded decision, with what each of its calls is expected to cost."""
        own = self._policy.decide(snapshot)
        decision = self._listener.pins.recorded(self._name, own)
        costs: tuple[float, ...] = ()
        most = min(decision.launches, snapshot.candidate_live.size)
        if most and isinstance(self._policy, AbandonmentGuard):
            outlook = self._policy.outlook(snapshot)
            costs = tuple(max(0.0, outlook.cost(index)) for index in range(most))
        self._listener.decided(self._name, snapshot, own, costs)
        return decision

    def observe(self, observation: PacingObservation) -> None:
        """Listened to with the chances as the policy corrects them by now, then passed on."""
        factors = (1.0, 1.0)
        if isinstance(self._policy, AbandonmentGuard):
            factors = self._policy.factors
        self._listener.heard(self._name, observation, factors)
        self._policy.observe(observation)

    def state(self) -> dict[str, Json]:
        """The real policy's."""
        return self._policy.state()

    def restore(self, state: Mapping[str, Json]) -> None:
        """The real policy's."""
        self._policy.restore(state)


def binding_of(decision: LaunchDecision) -> str:
    """What kept a decision from launching more."""
    if "guard_risk" in decision.terms:
        return BY_GUARD
    if "guard_headroom" in decision.terms:
        return NO_HEADROOM
    if "threshold" in decision.terms:
        return BY_PACING
    return decision.reason.rstrip(".")


def _bin(chance: float) -> int:
    return next((place for place, edge in enumerate(EDGES[1:-1]) if chance < edge), len(EDGES) - 2)

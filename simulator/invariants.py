"""What must hold at every step of any floor, whatever goes wrong around it.

A watcher stands where the journal stands and sees every step; beside that it may look at the truth of the
made-up network, which a live floor cannot. The first breach raises, with the step that made it.
"""

from collections import Counter
from dataclasses import replace

from dialer.domain.agent import AgentState
from dialer.domain.commands import (
    Command,
    Originate,
    StoreAgentState,
    StoreAttempt,
    StoreInbound,
    StoreOutcome,
    StoreThirdParty,
)
from dialer.domain.events import InboundEnded, InboundIdentified
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.engine.engine import DialerEngine
from simulator.actors.faults import FaultInjector, FaultPlan
from simulator.open_gate import OpenGate
from simulator.rehearsal import Rehearsal
from simulator.scenario_file import load_scenario
from simulator.scenario_settings import adapted

SETTLE_S = 900.0
"""After everybody has left: longer than any watch the engine keeps on an attempt it hears nothing of."""
_SERVING = frozenset(
    state.value
    for state in (AgentState.AVAILABLE, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPPING)
)


class InvariantBrokenError(AssertionError):
    """The engine did what it must never do."""


class Watcher:
    """Give `watch` to the rehearsal as its sink, then `follow` it."""

    def __init__(self) -> None:
        self._rehearsal: Rehearsal | None = None
        self._stored: dict[AttemptId, AttemptRecord] = {}
        self._states: dict[AgentId, str] = {}
        self._placed: Counter[str] = Counter()
        self._guests: set[AttemptId] = set()
        self._calling: dict[InboundId, frozenset[str]] = {}
        self._inbound: dict[InboundId, InboundRecord] = {}
        self.launches = 0

    def follow(self, rehearsal: Rehearsal) -> None:
        """Look at the truth of this rehearsal's network, too."""
        self._rehearsal = rehearsal

    def watch(self, entry: JournalEntry) -> None:
        """One step."""
        match entry.event:
            case InboundIdentified(call=call, callers=callers):
                self._calling[call] = frozenset(caller.person for caller in callers)
            case InboundEnded(call=call):
                self._calling.pop(call, None)
            case _:
                pass
        for command in entry.commands:
            self._take(command, entry)

    def _take(self, command: Command, entry: JournalEntry) -> None:
        match command:
            case StoreAgentState():
                self._states[command.agent] = command.state
            case StoreAttempt(record=record):
                self._must(record.attempt not in self._stored, entry, "an attempt was stored twice")
                self._stored[record.attempt] = record
            case StoreOutcome(record=record):
                known = record.attempt in self._stored
                self._must(known, entry, "an outcome of an attempt that was never stored")
                self._stored[record.attempt] = record
            case StoreThirdParty():
                self._guests.add(command.attempt)
            case StoreInbound(record=record):
                self._inbound[record.call] = record
            case Originate():
                self._launch(command, entry)
            case _:
                pass

    def _launch(self, order: Originate, entry: JournalEntry) -> None:
        self.launches += 1
        is_stored = order.attempt in (self._guests if order.line else self._stored)
        self._must(is_stored, entry, f"{order.attempt} was dialed before it was stored")
        if not order.line:
            self._placed[order.person] += 1
        is_calling = any(order.person in persons for persons in self._calling.values())
        self._must(not is_calling, entry, f"{order.attempt} was dialed while {order.person} calls us")
        is_by_hand = order.reserved_agent is not None  # by an agent on a break, who is held for it untold
        serving = is_by_hand or any(state in _SERVING for state in self._states.values())
        self._must(serving, entry, f"{order.attempt} was dialed with no agent on the floor")
        if self._rehearsal is None:
            return
        for line in self._rehearsal.network.lines():
            attempt = line.order.attempt
            if attempt in (order.attempt, order.joins) or (order.line and line.order.line):
                continue  # a third party is called into this very talk, and a business has many telephones
            same = line.order.person == order.person or line.order.number == order.number
            text = f"{order.attempt} and {attempt} ring the same person or number at once"
            self._must(not same, entry, text)

    def _must(self, holds: bool, entry: JournalEntry, what: str) -> None:
        if not holds:
            raise InvariantBrokenError(f"step {entry.sequence} at {entry.now!r}: {what}; event {entry.event}")

    @property
    def abandoned(self) -> int:
        """Attempts whose record says abandoned."""
        return sum(record.abandoned is True for record in self._stored.values())

    def judge_end(self) -> None:
        """When everybody has gone home: every attempt is over, and every count is what it should be."""
        for name, record in self._stored.items():
            if record.outcome is None or record.ended_at is None:
                raise InvariantBrokenError(f"attempt {name} never ended: {record}")
        for call, record in self._inbound.items():
            if record.ended_at is None:
                raise InvariantBrokenError(f"the caller's line {call} never ended: {record}")
        rehearsal = self._rehearsal
        if rehearsal is None or rehearsal.book is None:
            return
        counted: Counter[str] = Counter()
        for file in rehearsal.book.files():
            entries = {entry.entry for entry in file.history if entry.entry in self._stored}
            if entries:
                counted[file.person] = len(entries)
        if counted != self._placed - self._refused():
            raise InvariantBrokenError("the files do not hold one entry for each call that was placed")

    def _refused(self) -> Counter[str]:
        """Refused without a channel: no telephone rang, and nobody's count moves."""
        return Counter(
            record.person
            for record in self._stored.values()
            if record.outcome is not None and record.outcome.value == "not_attempted"
        )


def shift_under_faults(seed: int, plan: FaultPlan, *, policy: str, hours: float | None = None) -> Watcher:
    """A short shift with restless agents and a bad connection, judged at every step and at its end.

    Raises:
        InvariantBrokenError: naming the step.
    """
    scenario = adapted(load_scenario("smoke"), policy=policy, hours=hours)
    restless = replace(scenario.agents, pauses_per_hour=4.0, leg_losses_per_hour=4.0)
    watcher = Watcher()
    engine = DialerEngine(OpenGate())
    rehearsal = Rehearsal(
        scenario=replace(scenario, agents=restless), seed=seed, engine=engine, sink=watcher.watch
    )
    watcher.follow(rehearsal)
    FaultInjector(
        world=rehearsal.world,
        network=rehearsal.network,
        plan=plan,
        chance=rehearsal.streams.stream("faults"),
        until=rehearsal.ends_at,
    )
    rehearsal.work()
    rehearsal.world.run(rehearsal.world.now + SETTLE_S)
    watcher.judge_end()
    judge_engine(engine, watcher)
    return watcher


def judge_engine(engine: DialerEngine, watcher: Watcher) -> None:
    """Nothing is left behind in the engine's tables, and its ledger counts what the records say.

    Raises:
        InvariantBrokenError: naming what is left, or what differs.
    """
    state = engine.checkpoint()
    left = {
        "calls": len(state.calls),
        "locked persons": len(state.locked_persons),
        "locked numbers": len(state.locked_numbers),
        "leads": len(state.leads),
        "persons": len(state.persons),
        "callers": len(state.inbound),
        "third parties": len(state.guests),
        "calls in flight": sum(row.in_flight for row in state.campaigns.values()),
    }
    if any(left.values()):
        raise InvariantBrokenError(f"left behind: { {name: n for name, n in left.items() if n} }")
    abandoned = sum(row.ledger.abandoned for row in state.campaigns.values())
    if abandoned != watcher.abandoned:
        raise InvariantBrokenError(f"the ledger says {abandoned} abandoned, the records {watcher.abandoned}")

"""A bench for the pieces of a rehearsal: a world whose engine only listens, and one call's fate at will."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from compliance_gate.findings import Clearance, Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Command, Originate
from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.events import Event, TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, NumberId, PersonId
from dialer.domain.record import instant
from simulator.people import Answerer, Behaviour
from simulator.scenario import NetworkPlan
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import World
from telephony.lines.line import CallerLine, Line
from telephony.lines.watching import Unwatched

START = 1_770_000_000.0


@dataclass
class Listener:
    """An engine that writes down what it hears, and says what it was told to say."""

    heard: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    answers: list[tuple[Command, ...]] = field(default_factory=list[tuple[Command, ...]])
    wakeups: list[float] = field(default_factory=list[float])
    was_ignored: bool = False

    def step(self, event: Event, *, now: float) -> tuple[Command, ...]:
        self.heard.append((now, event))
        if isinstance(event, TimeReached) and self.wakeups:
            self.wakeups.pop(0)
        return self.answers.pop(0) if self.answers else ()

    def next_wakeup(self) -> float | None:
        return self.wakeups[0] if self.wakeups else None

    def names(self) -> list[str]:
        return [type(event).__name__ for _, event in self.heard]


@dataclass
class Desk(Unwatched):
    """Agents who hear, and do nothing."""

    began: list[AgentId] = field(default_factory=list[AgentId])
    ended: list[AgentId] = field(default_factory=list[AgentId])

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        self.began.append(agent)

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        self.ended.append(agent)


@dataclass
class OneFate:
    """A public in which every call meets the same."""

    fate: Callable[[Behaviour], Behaviour]

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Behaviour:
        return self.fate(Behaviour((0.5,) * 16))


def answered(after_s: float = 10.0, talk_s: float = 30.0, patience_s: float = 60.0) -> OneFate:
    def fate(behaviour: Behaviour) -> Behaviour:
        behaviour.answerer = Answerer.PERSON
        behaviour.after_s, behaviour.talk_s, behaviour.patience_s = after_s, talk_s, patience_s
        behaviour.disposition = DispositionKind.NO_COMMITMENT
        behaviour.detected, behaviour.detection_s = Detected.HUMAN, 1.5
        return behaviour

    return OneFate(fate)


def failed(outcome: Outcome, after_s: float, *, rings: bool = False) -> OneFate:
    return OneFate(lambda behaviour: behaviour.fail(outcome, "cause", after_s, rings=rings))


@dataclass
class Bench:
    """One network on one world."""

    public: OneFate
    plan: NetworkPlan = field(default_factory=NetworkPlan)
    engine: Listener = field(default_factory=Listener)
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.world = World(engine=self.engine, starts_at=START)
        self.network = TelephoneNetwork(
            world=self.world,
            plan=self.plan,
            public=self.public,
            floor=self.desk,
            chance=Streams(1).stream("network"),
        )
        for agent in ("ann", "bob"):
            self.network.take_seat(AgentId(agent))

    def order(
        self,
        name: str = "a1",
        *,
        ring_s: float = 22.0,
        may_play: bool = True,
        issued: float = START,
        detection: DetectionMode = DetectionMode.OFF,
        cleared_for: str = "n1",
    ) -> Originate:
        at = instant(issued)
        clearance = Clearance(
            clearance=f"c-{name}",
            person="p1",
            number=cleared_for,
            debts=("d1",),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="r",
            may_play=frozenset({Recording.ABANDONMENT_MESSAGE}) if may_play else frozenset[Recording](),
        )
        return Originate(
            attempt=AttemptId(name),
            campaign=CampaignId("c"),
            person=PersonId("p1"),
            number=NumberId("n1"),
            clearance=clearance,
            caller_id="",
            ring_s=ring_s,
            answer_limit_s=2.0,
            detection=detection,
        )

    def say(self, *commands: Command, at: float = START) -> None:
        """Let the engine give these commands at that time."""
        self.world.run(at)
        self.engine.answers.append(commands)
        self.world.tell(TimeReached())
        self.engine.heard.pop()

    def outcome(self) -> Outcome:
        event = self.engine.heard[-1][1]
        outcome = getattr(event, "outcome", None)
        assert isinstance(outcome, Outcome)
        return outcome


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    return Bench


@pytest.fixture
def fates() -> tuple[Callable[..., OneFate], Callable[..., OneFate]]:
    """(answered, failed)."""
    return answered, failed


@pytest.fixture
def listener() -> Listener:
    return Listener()

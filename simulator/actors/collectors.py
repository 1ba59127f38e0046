"""The collectors: take their seats, talk, write down what came of it, take breaks, leave.

They know what people on a floor know: what they hear (the network tells them when a talk begins and ends) and
what their screen says (`StoreAgentState`). Everything they do reaches the engine as an event. An agent's pace
and skill, breaks and accidents are drawn from the agent's name, so adding an agent changes nobody else.
"""

from math import exp, log
from statistics import NormalDist

from dialer.domain.agent import AgentState
from dialer.domain.commands import StoreAgentState
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPauseRequested,
    DispositionRecorded,
    InboundDisposed,
)
from dialer.domain.ids import AgentId, CampaignId, DebtId, EndpointId, PersonId
from simulator.actors.acts import Acts
from simulator.actors.collector import Collector, after_call, after_caller, drawn_by, drawn_for
from simulator.lead_book import LeadBook
from simulator.scenario import AgentsPlan, Scenario
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import FLOOR, World
from telephony.lines.line import CallerLine, Line
from telephony.lines.states import LineState
from telephony.lines.watching import Unwatched

_INVERSE_NORMAL = NormalDist().inv_cdf
_ASKED_AGAIN_S = 5.0
_FREE = (AgentState.AVAILABLE.value, AgentState.NOT_READY.value)


class Collectors(Unwatched):
    """Everybody who sits on the floor during one shift.

    Args:
        book: what their screens show of people.
        starts_at, ends_at: POSIX seconds of the shift.
    """

    def __init__(
        self,
        *,
        world: World,
        scenario: Scenario,
        streams: Streams,
        campaign: CampaignId,
        book: LeadBook,
        starts_at: float,
        ends_at: float,
    ) -> None:
        self._world = world
        self._plan: AgentsPlan = scenario.agents
        self._talks = scenario.talks
        self._campaign = campaign
        self._book = book
        self._acts = Acts(
            world=world,
            scenario=scenario,
            streams=streams,
            campaign=campaign,
            book=book,
            everybody=self.everybody,
        )
        self._starts_at = starts_at
        self._ends_at = ends_at
        self._network: TelephoneNetwork | None = None
        self._agents = {
            name: self._hire(name, streams)
            for name in (AgentId(f"agent-{n:03d}") for n in range(1, self._plan.count + 1))
        }
        world.on(StoreAgentState, self._look_at_screen)

    def _hire(self, name: AgentId, streams: Streams) -> Collector:
        u = streams.draws("agent", name)
        return Collector(
            name=name,
            chance=streams.stream("agent", name, "shift", str(int(self._starts_at))),
            pace=exp(self._plan.pace_spread * _INVERSE_NORMAL(u[0])),
            skill=exp(self._plan.skill_spread * _INVERSE_NORMAL(u[1])),
        )

    def everybody(self) -> tuple[Collector, ...]:
        """Everybody who works here, by name."""
        return tuple(self._agents.values())

    def work(self, network: TelephoneNetwork) -> None:
        """Put the whole shift's plan on the heap."""
        self._network = network
        schedule, plan = self._world.schedule, self._plan
        for place, agent in enumerate(self._agents.values()):
            arrives = self._starts_at + plan.late.at(agent.chance.next())
            schedule(arrives, self._take_seat, agent, priority=FLOOR)
            for rest in plan.breaks:
                if (place + 0.5) / plan.count <= rest.share:
                    wave = rest.spread_minutes * 60.0 * place / plan.count
                    leaves = self._starts_at + rest.after_hours * 3600.0 + wave
                    what = (agent, rest.minutes * 60.0, rest.reason)
                    schedule(leaves, self._want_break, what, priority=FLOOR)
            schedule(self._ends_at, self._shift_over, agent, priority=FLOOR)
        self._acts.open(self._starts_at, self._ends_at)

    # --- what they hear -----------------------------------------------------------------------------

    @property
    def anybody_there(self) -> bool:
        """Whether an agent is still logged in."""
        return any(not agent.gone for agent in self._agents.values())

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """Somebody is on the line. A slow agent talks longer."""
        del now
        found = self._agents[agent]
        found.line = line
        drawn = drawn_for(line) if isinstance(line, Line) else drawn_by(line)
        drawn.talk_s *= found.pace
        self._acts.joined(found, line)

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """The line is dead in the agent's ear: time to write down what came of it, unless it is somebody
        else's by now."""
        found = self._agents[agent]
        if isinstance(line, Line) and _is_done_with(found, line):
            found.line = found.passes_on = None
            return
        drawn = drawn_for(line) if isinstance(line, Line) else drawn_by(line)
        writing = drawn.after_call_s * found.pace
        self._world.schedule(now + writing, self._write_down, (found, line), priority=FLOOR)

    # --- what they do -------------------------------------------------------------------------------

    def _take_seat(self, agent: Collector) -> None:
        agent.gone = False
        self._floor().take_seat(agent.name)
        for rate, accident in (
            (self._plan.pauses_per_hour, self._need_pause),
            (self._plan.leg_losses_per_hour, self._lose_leg),
        ):
            if rate > 0.0:
                self._world.schedule(self._next(agent, rate), accident, agent, priority=FLOOR)
        self._world.tell(
            AgentLoggedIn(
                agent=agent.name,
                campaign=self._campaign,
                endpoint=EndpointId(f"endpoint-{agent.name}"),
                tags=tuple(sorted(self._plan.tags)),
                shift_ends_at=self._ends_at,
            )
        )

    def _next(self, agent: Collector, per_hour: float) -> float:
        return self._world.now + 3600.0 / per_hour * -log(agent.chance.next())

    def _look_at_screen(self, command: StoreAgentState) -> None:
        agent = self._agents.get(command.agent)
        if agent is None:
            return
        agent.state = command.state
        if command.state == AgentState.NOT_READY.value:
            back = agent.break_s if agent.break_s > 0.0 else self._plan.settle.at(agent.chance.next())
            agent.break_s = 0.0
            if agent.is_leaving:
                back = 0.0
            self._world.schedule(self._world.now + back, self._come_back, agent, priority=FLOOR)
        elif command.state == AgentState.WRAPPING.value and agent.line is None and agent.written is not None:
            again = self._world.now + _ASKED_AGAIN_S
            self._world.schedule(again, self._write_again, (agent, agent.written), priority=FLOOR)
        elif command.state == AgentState.LOGGED_OUT.value:
            agent.gone = True
            self._floor().leave_seat(agent.name)

    def _come_back(self, agent: Collector) -> None:
        if agent.gone or agent.state != AgentState.NOT_READY.value:
            return
        if agent.is_leaving:
            self._world.tell(AgentLoggedOut(agent=agent.name))
        elif agent.break_s > 0.0:
            back = self._world.now + agent.break_s
            agent.break_s = 0.0
            self._world.schedule(back, self._come_back, agent, priority=FLOOR)
        else:
            self._world.tell(AgentGotReady(agent=agent.name))

    def _want_break(self, what: tuple[Collector, float, str]) -> None:
        agent, seconds, reason = what
        if agent.gone or agent.is_leaving or not self._is_seated(agent):
            return
        agent.break_s = max(agent.break_s, seconds)
        self._world.tell(AgentPauseRequested(agent=agent.name, reason=reason))

    def _need_pause(self, agent: Collector) -> None:
        if agent.gone or agent.is_leaving:
            return
        rate = self._plan.pauses_per_hour
        self._world.schedule(self._next(agent, rate), self._need_pause, agent, priority=FLOOR)
        if agent.state != AgentState.NOT_READY.value:
            self._want_break((agent, self._plan.pause.at(agent.chance.next()), "personal"))

    def _lose_leg(self, agent: Collector) -> None:
        if agent.gone or agent.is_leaving:
            return
        rate = self._plan.leg_losses_per_hour
        self._world.schedule(self._next(agent, rate), self._lose_leg, agent, priority=FLOOR)
        if not self._is_seated(agent):
            return
        back = self._world.now + self._plan.leg_loss.at(agent.chance.next())
        self._world.schedule(back, self._leg_back, agent, priority=FLOOR)
        self._floor().lose_leg(agent.name)

    def _leg_back(self, agent: Collector) -> None:
        if not agent.gone:
            self._floor().restore_leg(agent.name)

    def _floor(self) -> TelephoneNetwork:
        assert self._network is not None, "nobody works before there is a network"
        return self._network

    def _is_seated(self, agent: Collector) -> bool:
        return self._floor().is_seated(agent.name)

    def _shift_over(self, agent: Collector) -> None:
        agent.is_leaving = True
        if agent.gone:
            return
        if agent.state in _FREE or not self._is_seated(agent):
            self._world.tell(AgentLoggedOut(agent=agent.name))

    def _write_down(self, what: tuple[Collector, Line | CallerLine]) -> None:
        agent, line = what
        if agent.line is line:
            agent.line = None
        agent.written = line
        stays = not agent.is_leaving and agent.break_s <= 0.0
        if isinstance(line, Line):
            said = after_call(agent, line, talks=self._talks, now=self._world.now)
            self._world.tell(
                DispositionRecorded(
                    agent=agent.name, attempt=line.order.attempt, disposition=said, ready_after=stays
                )
            )
            return
        person = drawn_by(line).person
        debts = () if person is None else self._owed(person)
        said = after_caller(agent, line, debts, talks=self._talks, now=self._world.now)
        named = person if said.effect.right_party else None
        self._world.tell(
            InboundDisposed(
                agent=agent.name, call=line.call, person=named, disposition=said, ready_after=stays
            )
        )

    def _write_again(self, what: tuple[Collector, Line | CallerLine]) -> None:
        """The screen still asks for what was written down already."""
        agent, line = what
        if agent.state == AgentState.WRAPPING.value and agent.line is None and agent.written is line:
            self._write_down(what)

    def _owed(self, person: PersonId) -> tuple[DebtId, ...]:
        """The debt that a caller speaks of: the first on file, as the collector's screen shows it."""
        return tuple(DebtId(debt.debt) for debt in self._book.file_of(person).debts[:1])


def _is_done_with(agent: Collector, line: Line) -> bool:
    """A machine gets its message, or another agent has the person: nothing is left to write down."""
    is_passed_on = agent.passes_on is line and line.state in (LineState.JOINED, LineState.HELD)
    return is_passed_on or line.state is LineState.LEAVING

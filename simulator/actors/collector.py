"""One collector, and what they write down: what they saw and heard, which is not always what was there."""

from dataclasses import dataclass, replace

from dialer.domain.agent import AgentState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, DebtId
from dialer.domain.machine import SaidToMachine
from dialer.domain.money import Money
from simulator.actors.callers import Conduct
from simulator.people import Answerer, Behaviour
from simulator.scenario import TalksPlan
from simulator.streams import Stream
from telephony.lines.line import CallerLine, Line

_DAY_S = 86_400.0
_AGREED = {
    DispositionKind.PROMISE_TO_PAY,
    DispositionKind.PLAN_AGREED,
    DispositionKind.SETTLEMENT_AGREED,
    DispositionKind.PAID_ON_CALL,
}
_CALL_BACK_WORDS = "please call me again then"


@dataclass(slots=True, eq=False)
class Collector:
    """Somebody who sits on the floor.

    Attributes:
        state: what their screen says.
        line: what they are on, or write up; `written`: what they wrote up last.
        passes_on: a talk that they asked to pass on: nothing is left for them to write down.
    """

    name: AgentId
    chance: Stream
    pace: float
    skill: float
    state: str = AgentState.LOGGED_OUT.value
    gone: bool = True
    is_leaving: bool = False
    break_s: float = 0.0
    line: Line | CallerLine | None = None
    written: Line | CallerLine | None = None
    passes_on: Line | None = None

    def hears(self, line: Line | CallerLine) -> bool:
        """Whether they are on this line now."""
        return self.line is line and line.agent == self.name


def drawn_for(line: Line) -> Behaviour:
    """What the made-up public drew for this call."""
    drawn = line.behaviour
    assert isinstance(drawn, Behaviour), "a rehearsal calls the made-up public and nobody else"
    return drawn


def drawn_by(line: CallerLine) -> Conduct:
    """What the made-up public drew for this caller."""
    drawn = line.behaviour
    assert isinstance(drawn, Conduct), "nobody but the made-up public calls a rehearsal"
    return drawn


def after_call(collector: Collector, line: Line, *, talks: TalksPlan, now: float) -> Disposition:
    """What the collector says came of a call that we placed."""
    drawn = drawn_for(line)
    talked = now - line.joined_at
    if drawn.answerer is Answerer.PERSON and talked < min(1.0, drawn.talk_s):
        return Disposition(kind=DispositionKind.HUNG_UP_UNVERIFIED)
    debts = tuple(DebtId(debt) for debt in line.order.clearance.debts)
    said = _disposition(collector, drawn.disposition, debts, drawn.draws, talks, now)
    if drawn.machine is None:
        return said
    spoke = said.kind is DispositionKind.MESSAGE_LEFT
    told = SaidToMachine.SPOKEN if spoke else SaidToMachine.NOTHING
    return replace(said, machine=drawn.machine, said_to_machine=told)


def after_caller(
    collector: Collector, line: CallerLine, debts: tuple[DebtId, ...], *, talks: TalksPlan, now: float
) -> Disposition:
    """What the collector says came of a call that somebody else began; `debts` are those spoken of."""
    drawn = drawn_by(line)
    return _disposition(collector, drawn.disposition, debts, drawn.draws, talks, now)


def _disposition(
    collector: Collector,
    kind: DispositionKind,
    debts: tuple[DebtId, ...],
    u: tuple[float, ...],
    talks: TalksPlan,
    now: float,
) -> Disposition:
    if kind in _AGREED and u[13] > collector.skill:
        kind = DispositionKind.NO_COMMITMENT
    if kind in _AGREED:
        return Disposition(
            kind=kind,
            debts_spoken_of=debts,
            promised=Money(cents=int(talks.promise_cents.at(u[10]))),
            promised_for=now + _DAY_S * talks.promise_days.at(u[14]),
        )
    if kind is DispositionKind.CALL_BACK:
        return Disposition(
            kind=kind,
            debts_spoken_of=debts,
            call_back_at=now + _DAY_S * (1 + int(3 * u[14])),
            call_back_words=_CALL_BACK_WORDS,
        )
    return Disposition(kind=kind, debts_spoken_of=debts if _is_talk(kind) else ())


def _is_talk(kind: DispositionKind) -> bool:
    return Disposition(kind=kind).effect.conversation

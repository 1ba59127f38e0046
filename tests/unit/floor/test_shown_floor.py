"""A demonstration's own parts: a clock that is paced, whose account a visitor gets, what is said."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from dialer.access.roles import Role
from dialer.domain.agent import AgentState
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, AttemptId, PersonId
from dialer.floor.demonstration import SEATS, Demonstration, PacedAlarm
from dialer.floor.first_minutes import FIRST_MINUTES
from dialer.runtime import clocks
from dialer.runtime.clocks import PacedClock, WatchedClock
from telephony.in_memory.public import Answerer, Fate, Public, PublicPlan
from telephony.in_memory.text_talk import (
    MACHINE_STAYS_S,
    PERSON_STAYS_S,
    SHARES,
    Character,
    Known,
    Say,
    TextTalk,
    TextTalks,
)

KNOWN = Known(name="Ann Example", identifies=("I was born on 1980-02-29.",), offer="I can pay 75 dollars.")
NOON = 1_795_539_600.0


class Machine:
    """The machine's own steady clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(clocks.clock, "monotonic_now", lambda: self.now)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_a_paced_clock_goes_on_from_what_it_shows(machine: Machine) -> None:
    clock = PacedClock(shows=NOON, factor=2.0)
    told: list[float] = []
    clock.on_change(lambda: told.append(clock.posix()))
    machine.now += 10.0
    assert clock.posix() == NOON + 20.0
    clock.run_at(8.0)
    assert (told, clock.factor) == ([NOON + 20.0], 8.0)
    machine.now += 1.0
    assert (clock.posix(), clock.monotonic()) == (NOON + 28.0, 28.0)


def test_another_pace_is_no_step_of_the_wall_clock(machine: Machine) -> None:
    clock = PacedClock(shows=NOON)
    watched = WatchedClock(clock)
    for factor in (10.0, 0.25, 3.0):
        clock.run_at(factor)
        machine.now += 50.0
        assert watched.read()[1] == 0.0


async def test_what_waits_by_a_paced_clock_is_set_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    set_for: list[float] = []
    machine = Machine(monkeypatch)

    class Timer:
        def cancel(self) -> None:
            set_for.append(-1.0)

    def later(wait_s: float, _ring: object) -> Timer:
        set_for.append(wait_s)
        return Timer()

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", later, raising=False)
    clock = PacedClock(shows=NOON, factor=2.0)
    alarm = PacedAlarm(clock)
    clock.run_at(1.0)  # nothing waits
    alarm.set(NOON + 60.0, lambda: None)
    machine.now += 20.0
    clock.run_at(10.0)
    alarm.set(None, lambda: None)
    assert set_for == [60.0, -1.0, 4.0, -1.0]


def demonstration(clock: PacedClock) -> Demonstration:
    made = Demonstration(
        clock=clock,
        network=cast("Any", None),
        talks=cast("Any", None),
        beside=cast("Any", None),
        shown=cast("Any", None),
    )
    made.accounts = {Role.AGENT: [str(seat) for seat in SEATS], Role.SUPERVISOR: ["supervisor"]}
    return made


class Row:
    """One seat of a floor."""

    def __init__(self, agent: str, state: AgentState) -> None:
        self.agent, self.state = AgentId(agent), state


class Floor:
    """Who sits on it."""

    def __init__(self, *rows: Row) -> None:
        self.agents = rows


def test_each_visitor_gets_a_seat_that_nobody_sits_at() -> None:
    shown = demonstration(PacedClock(shows=NOON))
    floor: Any = Floor(Row("collector-1", AgentState.TALKING), Row("collector-2", AgentState.LOGGED_OUT))
    given = [shown.account_for(Role.AGENT, floor, None) for _ in range(4)]
    assert given == ["collector-2", "collector-3", "collector-4", "collector-2"]
    assert shown.account_for(Role.AGENT, floor, "collector-1") == "collector-1", "their own, again"
    full: Any = Floor(*(Row(seat, AgentState.NOT_READY) for seat in SEATS))
    assert shown.account_for(Role.AGENT, full, None) is None
    assert shown.account_for(Role.SUPERVISOR, full, "collector-1") == "supervisor"
    assert shown.account_for(Role.CLERK, full, None) is None


def test_it_runs_at_no_pace_that_does_not_hold() -> None:
    clock = PacedClock(shows=NOON)
    for factor in (0.25, 10.0):
        demonstration(clock).run_at(factor)
        assert clock.factor == factor
    for factor in (0.2, 10.1):
        with pytest.raises(InvalidFactError, match=r"0\.25 to 10 times"):
            demonstration(clock).run_at(factor)


def test_every_role_of_a_person_has_its_first_minutes() -> None:
    assert set(FIRST_MINUTES) == {
        Role.AGENT,
        Role.SUPERVISOR,
        Role.QA,
        Role.ANALYST,
        Role.COMPLIANCE,
        Role.ADMINISTRATOR,
    }


def talk_with(character: Character) -> TextTalk:
    return TextTalk(attempt=AttemptId("a1"), person=PersonId("p1"), character=character)


def answers(character: Character, *said: Say) -> list[str]:
    talk = talk_with(character)
    for what in said:
        talk.say(what, KNOWN)
    return [line.text for line in talk.lines if not line.is_mine]


def test_whoever_means_to_pay_says_so_once_they_were_asked_who_they_are() -> None:
    assert answers(Character.PAYS, Say.ASK) == ["Pay for what? You do not even know whom you speak with."]
    assert answers(Character.PAYS, Say.GREET, Say.VERIFY, Say.ASK)[1:] == [
        "I was born on 1980-02-29.",
        "I can pay 75 dollars.",
    ]


@pytest.mark.parametrize("character", [Character.SOMEBODY_ELSE, Character.WRONG_NUMBER, Character.MACHINE])
def test_nobody_but_the_person_tells_what_identifies_them(character: Character) -> None:
    told = " ".join(answers(character, *Say))
    assert "1980" not in told
    assert "75 dollars" not in told


def test_a_collector_tells_of_no_debt_before_they_know_whom_they_speak_with() -> None:
    talk = talk_with(Character.PAYS)
    for what in (Say.GREET, Say.VERIFY):
        talk.say(what, KNOWN)
    mine = " ".join(line.text for line in talk.lines if line.is_mine)
    assert "Ann Example" in mine
    assert "debt" not in mine


def test_nobody_answers_on_a_line_that_is_over() -> None:
    talk = talk_with(Character.PAYS)
    talk.is_over = True
    talk.say(Say.GREET, KNOWN)
    assert talk.lines == []


class Ordered:
    """What was ordered of a line."""

    def __init__(self, attempt: str) -> None:
        self.attempt, self.person = AttemptId(attempt), PersonId("p1")


class Line:
    """As much of a line as a talk looks at."""

    def __init__(self, attempt: str, answerer: Answerer) -> None:
        self.order = Ordered(attempt)
        self.behaviour = replace(Fate(after_s=1.0, answerer=answerer), talk_s=3.0)


def test_the_first_person_of_a_seat_pays_and_who_reads_has_time() -> None:
    public = Public(PublicPlan(), seed=1)
    talks = TextTalks(frozenset({SEATS[0]}), public)
    machine, first, stranger = (
        Line("a1", Answerer.MACHINE),
        Line("a2", Answerer.PERSON),
        Line("a3", Answerer.PERSON),
    )
    for line, agent in ((machine, SEATS[0]), (first, SEATS[0]), (stranger, AgentId("agent-001"))):
        talks.joined(cast("Any", line), agent, 0.0)
    found = talks.of(SEATS[0])
    assert found is not None
    assert (found.attempt, found.character) == ("a2", Character.PAYS)
    assert (machine.behaviour.talk_s, first.behaviour.talk_s) == (MACHINE_STAYS_S, PERSON_STAYS_S)
    assert stranger.behaviour.talk_s == 3.0
    assert talks.of(AgentId("agent-001")) is None
    talks.left(cast("Any", machine), SEATS[0], 1.0)
    assert not found.is_over, "another line ended"
    talks.left(cast("Any", first), SEATS[0], 1.0)
    assert found.is_over


def test_the_people_whom_a_seat_meets_are_of_every_kind() -> None:
    talks = TextTalks(frozenset({SEATS[0]}), Public(PublicPlan(), seed=1))
    met: list[Character] = []
    for place in range(400):
        talks.joined(cast("Any", Line(f"a{place}", Answerer.PERSON)), SEATS[0], 0.0)
        found = talks.of(SEATS[0])
        assert found is not None
        met.append(found.character)
    for character, share in SHARES.items():
        assert met.count(character) / len(met) == pytest.approx(share, abs=0.06)

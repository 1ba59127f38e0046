"""What a telephone system owes an agent who asks somebody in private while the person is on hold. A module
that imports them has a fixture `bench`."""

from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    Bridge,
    Hangup,
    HangupReason,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    PartAgents,
    ReleaseAgent,
)
from dialer.domain.events import BridgeFailed, CallAnswered, CallBridged, CallEnded, HoldFailed, PersonHeld
from dialer.domain.ids import AgentId, AttemptId
from telephony.conformance.bench import Bench

PERSON, THIRD = AttemptId("a1"), AttemptId("a2")


async def _talking(bench: Bench, attempt: AttemptId, agent: AgentId) -> None:
    await bench.call(attempt, bench.numbers.answers)
    await bench.answered(attempt)
    await _join(bench, attempt, agent)


async def _join(bench: Bench, attempt: AttemptId, agent: AgentId) -> None:
    before = _joined(bench, attempt)
    await bench.system.perform(Bridge(attempt=attempt, agent=agent))
    await bench.wait(lambda: _joined(bench, attempt) == before + 1)


def _joined(bench: Bench, attempt: AttemptId) -> int:
    return sum(event.attempt == attempt for event in bench.heard(CallBridged))


def _ends(bench: Bench, attempt: AttemptId) -> list[Outcome]:
    return [event.outcome for event in bench.heard(CallEnded) if event.attempt == attempt]


async def _held(bench: Bench, agent: AgentId) -> None:
    """The agent talked with the person, who is on hold now."""
    await _talking(bench, PERSON, agent)
    await bench.system.perform(HoldPerson(attempt=PERSON, agent=agent))
    await bench.wait(lambda: bool(bench.heard(PersonHeld)))


async def _consulted(bench: Bench, agent: AgentId) -> None:
    """And talks with the third party alone."""
    await _held(bench, agent)
    await bench.call(THIRD, bench.numbers.answers, joins=PERSON, is_private=True)
    await bench.answered(THIRD)
    await _join(bench, THIRD, agent)


async def test_a_person_on_hold_lives_and_is_with_nobody_until_they_are_taken_back(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await _held(bench, agent)
    await bench.quiet(3.0)  # longer than anybody who answered waits for an agent
    assert not _ends(bench, PERSON)
    await _join(bench, PERSON, agent)
    await bench.stop_listening()
    living = await bench.system.reconcile()
    assert (living.live, dict(living.talking)) == ((PERSON,), {PERSON: agent})


async def test_who_is_consulted_is_with_the_agent_alone(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await _consulted(bench, agent)
    await bench.stop_listening()
    living = await bench.system.reconcile()
    assert (living.live, dict(living.talking)) == ((PERSON, THIRD), {THIRD: agent})


async def test_who_is_to_be_consulted_waits_for_the_agent_and_is_joined_to_nobody_before(
    bench: Bench,
) -> None:
    agent = await bench.seat("agent-1")
    await _held(bench, agent)
    await bench.call(THIRD, bench.numbers.answers, joins=PERSON, is_private=True)
    await bench.wait(lambda: any(event.attempt == THIRD for event in bench.heard(CallAnswered)))
    await bench.quiet(2.0)
    assert _joined(bench, THIRD) == 0
    assert not _ends(bench, THIRD)


async def test_a_person_who_is_let_in_is_heard_by_both_and_they_go_on_without_the_agent(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await _consulted(bench, agent)
    await bench.system.perform(JoinThirdParty(attempt=PERSON, agent=agent, third=THIRD))
    await bench.wait(lambda: _joined(bench, PERSON) == 2)
    await bench.system.perform(ReleaseAgent(attempt=PERSON, agent=agent))
    await bench.quiet(0.5)
    await _talking(bench, AttemptId("a3"), agent)
    assert not _ends(bench, PERSON)
    assert not _ends(bench, THIRD)


async def test_the_agent_takes_the_person_back_when_the_third_party_is_gone(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await _consulted(bench, agent)
    await bench.system.perform(Hangup(attempt=THIRD, reason=HangupReason.AGENT))
    await bench.wait(lambda: bool(_ends(bench, THIRD)))
    assert _ends(bench, THIRD) == [Outcome.CONNECTED]
    await _join(bench, PERSON, agent)
    await bench.quiet(0.5)
    assert not _ends(bench, PERSON)


async def test_nobody_is_held_whom_the_agent_does_not_talk_with_and_that_is_told(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.call(PERSON, bench.numbers.answers)
    await bench.answered(PERSON)
    await bench.system.perform(HoldPerson(attempt=PERSON, agent=agent))
    await bench.wait(lambda: bool(bench.heard(HoldFailed)))
    assert not bench.heard(PersonHeld)


async def test_nobody_is_let_into_a_talk_that_is_over_and_that_is_told(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await _held(bench, agent)
    await bench.system.perform(JoinThirdParty(attempt=PERSON, agent=agent, third=AttemptId("never")))
    await bench.wait(lambda: bool(bench.heard(BridgeFailed)))
    await _join(bench, PERSON, agent)


BETWEEN = AttemptId("c1")


async def _asked(bench: Bench) -> tuple[AgentId, AgentId]:
    """The person on hold, and two agents who talk with each other alone."""
    first, second = await bench.seat("agent-1"), await bench.seat("agent-2")
    await _held(bench, first)
    join = JoinAgents(attempt=PERSON, consultation=BETWEEN, agent=first, colleague=second)
    await bench.system.perform(join)
    await bench.wait(lambda: _joined(bench, BETWEEN) == 1)
    return first, second


async def test_an_agent_who_was_asked_takes_the_person_over_and_the_first_is_free(bench: Bench) -> None:
    first, second = await _asked(bench)
    await bench.system.perform(Bridge(attempt=PERSON, agent=second, from_agent=first))
    await bench.wait(lambda: _joined(bench, PERSON) == 2 and bool(_ends(bench, BETWEEN)))
    await _talking(bench, AttemptId("a3"), first)
    await bench.stop_listening()
    assert dict((await bench.system.reconcile()).talking) == {PERSON: second, "a3": first}


async def test_agents_who_part_are_told_of_and_both_are_free(bench: Bench) -> None:
    first, second = await _asked(bench)
    await bench.system.perform(PartAgents(attempt=PERSON, consultation=BETWEEN))
    await bench.wait(lambda: bool(_ends(bench, BETWEEN)))
    await _join(bench, PERSON, first)
    await _talking(bench, AttemptId("a3"), second)
    assert not _ends(bench, PERSON)


async def test_agents_who_are_not_together_are_told_to_be_apart_all_the_same(bench: Bench) -> None:
    await bench.seat("agent-1")
    await bench.system.perform(PartAgents(attempt=PERSON, consultation=BETWEEN))
    await bench.wait(lambda: bool(_ends(bench, BETWEEN)))

"""The runtime over the real store: a commit whose answer was lost is not made twice; numbers are found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreInbound, StoreOutcome
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import TimeReached
from dialer.domain.ids import AgentId, InboundId, NumberId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ports import JournalEntry
from dialer.floor.floor_store import FloorStore
from dialer.storage.live import LiveStore
from dialer.storage.store import Store


def steps(first: int, last: int) -> list[JournalEntry]:
    return [
        JournalEntry(sequence=place, now=float(place), event=TimeReached(), commands=())
        for place in range(first, last + 1)
    ]


class _AnswerLost:
    """A journal that commits and whose answer then is lost on its way, once."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal
        self._is_lost = True

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        await self._journal.append(entries)
        if self._is_lost:
            self._is_lost = False
            raise StoreUnavailableError("the connection was lost")


async def test_a_commit_whose_answer_was_lost_is_not_made_again(address: str) -> None:
    with Store.open(address) as store:
        async with LiveStore(store, now=lambda: 0.0) as live:
            floor_store = FloorStore(live)
            live.journal = _AnswerLost(live.journal)  # type: ignore[assignment]  # stands in for it
            with pytest.raises(StoreUnavailableError):
                await floor_store.append(steps(1, 3))
            await floor_store.append(steps(1, 3))
            await floor_store.append(steps(4, 5))
            floor_store.close()
        assert store.last_sequence() == 5


async def test_numbers_are_looked_up_together_and_those_that_are_gone_are_left_out(address: str) -> None:
    with Store.open(address) as store:
        number = store.attach_number("+12125550101")
        async with LiveStore(store, now=lambda: 0.0) as live:
            floor_store = FloorStore(live)
            found = await floor_store.dial_numbers([number, NumberId("nobody")])
            assert found == {number: "+12125550101"}
            floor_store.close()


async def test_an_agent_s_talks_are_found_newest_first_and_only_theirs(floor: Any) -> None:
    """Talks that are over, of calls launched since then; by an index, however many calls there are."""
    floor.now = 1_780_000_000.0
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()

    def talk(name: str, agent: str | None, at: float) -> StoreOutcome:
        bridged = None if agent is None else at + 10.0
        record = floor.record(
            name,
            lead,
            launched_at=at,
            answered_at=at + 9.0,
            bridged_at=bridged,
            talk_ended_at=None if agent is None else at + 60.0,
            ended_at=at + 60.0,
            outcome=Outcome.CONNECTED,
            agent=None if agent is None else AgentId(agent),
        )
        return StoreOutcome(record=record)

    commands = [
        talk("old", "ann", floor.now - 300.1),
        talk("first", "ann", floor.now - 300.0),
        talk("bens", "ben", floor.now - 200.0),
        talk("nobodys", None, floor.now - 100.0),
        talk("last", "ann", floor.now - 50.0),
    ]
    async with floor.live() as live:
        await live.journal.append([floor.step(TimeReached(), *commands)])
        floor_store = FloorStore(live)
        found = await floor_store.past_talks(AgentId("ann"), since=floor.now - 300.0)
        floor_store.close()
    assert [talk.attempt for talk in found] == ["last", "first"]
    assert found[0].ended_at == floor.now + 10.0


async def test_a_call_of_theirs_is_found_when_it_is_over(floor: Any) -> None:
    floor.now = 1_780_000_000.0
    goes_on = InboundRecord(call=InboundId("in-1"), dialed="+12025550100", arrived_at=floor.now)
    over = replace(goes_on, call=InboundId("in-2"), ended_at=floor.now + 60.0, agent=AgentId("ann"))
    commands = (StoreInbound(record=goes_on), StoreInbound(record=over))
    async with floor.live() as live:
        await live.journal.append([floor.step(TimeReached(), *commands)])
        floor_store = FloorStore(live)
        found = [await floor_store.past_inbound(InboundId(name)) for name in ("in-1", "in-2", "in-3")]
        floor_store.close()
    assert found == [None, over, None]

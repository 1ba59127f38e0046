"""The inbox: bounded, in order, and each kind of sender is treated as it must be."""

import asyncio

import pytest

from dialer.domain.events import TimeReached
from dialer.runtime.inbox import Inbox, InboxFullError, Item, Taken


def item() -> Item:
    return Item(TimeReached(), 0.0)


async def test_items_come_out_in_the_order_in_which_they_went_in() -> None:
    inbox = Inbox(capacity=10)
    items = [item() for _ in range(5)]
    for one in items:
        inbox.offer(one)
    assert await inbox.take(most=3, within=None) == items[:3]
    assert await inbox.take(most=3, within=None) == items[3:]


async def test_a_request_is_refused_when_it_is_full_and_the_runtimes_own_news_fits() -> None:
    inbox = Inbox(capacity=1)
    inbox.offer(item())
    with pytest.raises(InboxFullError):
        inbox.offer(item())
    inbox.insist(item())
    assert len(inbox) == 2


async def test_the_telephone_system_waits_for_room_and_keeps_its_order() -> None:
    inbox = Inbox(capacity=1)
    items = [item() for _ in range(3)]
    inbox.offer(items[0])
    waiting = [asyncio.create_task(inbox.put(one)) for one in items[1:]]
    await asyncio.sleep(0)
    assert len(inbox) == 1
    out: list[Item] = []
    while len(out) < 3:
        out += await inbox.take(most=1, within=None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert out == items
    await asyncio.gather(*waiting)


async def test_a_sender_that_gave_up_waiting_takes_nobodys_place() -> None:
    inbox = Inbox(capacity=1)
    inbox.offer(item())
    gone = asyncio.create_task(inbox.put(item()))
    stays = asyncio.create_task(inbox.put(item()))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    await inbox.take(most=1, within=None)
    async with asyncio.timeout(60.0):
        await stays
    assert len(inbox) == 1


async def test_nothing_comes_when_the_time_is_over() -> None:
    assert await Inbox(capacity=1).take(most=1, within=0.0) == []


async def test_at_the_end_whoever_waits_hears_that_nothing_was_taken() -> None:
    inbox = Inbox(capacity=2)
    receipt: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
    inbox.offer(Item(TimeReached(), 0.0, receipt))
    inbox.offer(item())
    inbox.refuse_all(InboxFullError("over"))
    with pytest.raises(InboxFullError):
        await receipt
    assert len(inbox) == 0


async def test_what_is_given_back_is_the_next_again() -> None:
    inbox = Inbox(capacity=10)
    items = [item() for _ in range(4)]
    for one in items:
        inbox.offer(one)
    taken = await inbox.take(most=3, within=None)
    inbox.give_back(taken[1:])
    assert await inbox.take(most=9, within=None) == items[1:]

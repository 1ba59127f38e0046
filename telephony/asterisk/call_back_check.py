"""Whether each number of ours leads back to us, as the doctor sees it: one call each, seen coming in."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence

from dialer.domain.caller_id import CallBackTest
from telephony.asterisk.call_back import CallBacks
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.found import Found
from telephony.asterisk.opening import address_of, call_back_plan
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.wire import AmiMessage


async def examine_call_backs(
    settings: AsteriskSettings, numbers: Sequence[str], owned: Sequence[str], *, wall: Callable[[], float]
) -> list[Found]:
    """The same on a connection of its own; where there is none, that is what is found."""
    link = AmiConnection(address_of(settings))
    try:
        await link.connect()
    except AmiError as error:
        mend = "start Asterisk, or mend address, user, secret and certificate in the settings."
        return [Found(name="connection", ok=False, found=str(error), mend=mend)]
    try:
        return await call_backs_found(link, settings, owned, wall=wall, numbers=numbers)
    finally:
        await link.close()


async def call_backs_found(
    link: AmiConnection,
    settings: AsteriskSettings,
    owned: Sequence[str],
    *,
    wall: Callable[[], float],
    numbers: Sequence[str] | None = None,
) -> list[Found]:
    """One finding a number, in their order; none where there is no trunk.

    Args:
        link: a connection whose events nobody else reads.
        owned: all numbers of ours; numbers: those that are called, None = all.
    """
    if not owned or not settings.trunks:
        return []
    serials = itertools.count(int(wall() * 1000))
    books = CallBacks(call_back_plan(settings), wall, lambda: link, serial=lambda: next(serials))
    reading = asyncio.create_task(_read(link, books))
    trunk = min(settings.trunks, key=lambda each: each.order).name
    try:
        return [
            _found(number, await books.test(number, shown=shown_to(number, owned), trunk=trunk))
            for number in (owned if numbers is None else numbers)
        ]
    finally:
        reading.cancel()
        await asyncio.wait({reading})


def shown_to(number: str, owned: Sequence[str]) -> str:
    """Which of our numbers a test call shows: another one, since carriers treat a call of a number to itself
    as one to its mailbox; itself where there is no other."""
    return next((other for other in owned if other != number), number)


async def _read(link: AmiConnection, books: CallBacks) -> None:
    async for item in link.events:
        if isinstance(item, AmiMessage):
            books.feed(item)


def _found(number: str, test: CallBackTest) -> Found:
    named = f", named {test.cnam!r}" if test.cnam else ""
    return Found(
        name=f"caller id {number}",
        ok=test.passed,
        found=f"{test.told}{named}" if test.passed else test.told,
        mend="have the carrier route the number to this Asterisk, or declare it no more: a number that does "
        "not lead back to us may not be shown.",
    )

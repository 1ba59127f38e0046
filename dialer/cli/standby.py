"""`fairdial serve --standby`: wait in sight of everybody until in charge."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.domain.lease import LeaseReading
from dialer.floor.folder import address_at
from dialer.floor.law import rulebook_for_calls
from dialer.floor.standby import OwnedStore, demand_shared, kept_charge, take_charge
from dialer.web.standby import Waiting, standing_by

if TYPE_CHECKING:
    from dialer.floor.certificates import Certificate


LEAVES_S = 5.0
"""For an engine that was overtaken to end in order; then it ends at once."""


def leave_soon(error: Exception) -> None:
    """Say that another engine is in charge, and be gone: what an end in order waits for may be behind a wire
    that was cut, and nothing of it matters any more."""
    console.say(f"this engine ends: {error}")
    leaving = threading.Timer(LEAVES_S, os._exit, (1,))
    leaving.daemon = True
    leaving.start()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where an engine stands by, and for which store. `port` 0 = any free one, which it keeps."""

    database: str
    host: str
    port: int
    tls: Certificate | None


@asynccontextmanager
async def in_charge(post: Post) -> AsyncGenerator[tuple[OwnedStore, int]]:
    """The store, owned, and the port, as soon as nobody else is in charge; the lease is kept in the block.

    Raises:
        MendableError: the store is a file, or the address is taken.
    """
    demand_shared(post.database)
    rulebook_for_calls()  # read now: whoever takes over has no time for it
    waiting = Waiting()

    def told(reading: LeaseReading | None) -> None:
        nonlocal waiting
        if reading is None:
            waiting = Waiting()
        else:
            waiting = Waiting(is_read=True, is_held=bool(reading.holder), in_charge=reading.address)

    tls = None if post.tls is None else post.tls.context
    async with standing_by(lambda: waiting, host=post.host, port=post.port, tls=tls) as port:
        address = address_at(post.host, port, is_encrypted=post.tls is not None)
        console.say(f"standing by at {address}")
        store = await take_charge(post.database, told=told)
    with store:
        async with kept_charge(store, address=address, overtaken=leave_soon):
            console.say(f"in charge from now on, in term {store.term}")
            yield store, port

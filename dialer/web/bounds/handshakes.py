"""Connections that are to be encrypted: bounded from their first byte, before any handshake.

Theory of operation. Whoever connects is a stranger at once, and is counted while nothing was said yet: a
socket that never begins its handshake costs no more than one that never sends a request, and has as long.
Loops count nobody before a handshake is over, so that connections are accepted here and handed to them; the
protocol behind hears of a connection when it is encrypted, as it does everywhere.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from dialer.web.bounds.connections import Strangers

REST_S = 0.1
"""After a connection that could not be taken, for want of descriptors or memory."""


class _Shaking(asyncio.Transport):
    """Somebody whose handshake goes on, as the list of strangers knows them."""

    def __init__(self) -> None:
        super().__init__()
        self.task: asyncio.Task[None] | None = None

    def abort(self) -> None:
        """Let go of them."""
        if self.task is not None:
            self.task.cancel()


async def accept_encrypted(
    listening: socket.socket,
    make: Callable[[], asyncio.Protocol],
    strangers: Strangers,
    context: ssl.SSLContext,
) -> None:
    """Take connections, for ever.

    Args:
        listening: does so already, without blocking.
        make: the protocol that has a connection once it is encrypted.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        while True:
            try:
                taken, address = await loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(REST_S)
                continue
            client, shaking = (str(address[0]), int(address[1])), _Shaking()
            if not strangers.came(client, shaking):
                taken.close()
                continue
            handshake = _handshake(taken, client, make, strangers, context)
            shaking.task = group.create_task(handshake)


async def _handshake(
    taken: socket.socket,
    client: tuple[str, int],
    make: Callable[[], asyncio.Protocol],
    strangers: Strangers,
    context: ssl.SSLContext,
) -> None:
    is_made = False
    try:
        await asyncio.get_running_loop().connect_accepted_socket(
            make, taken, ssl=context, ssl_handshake_timeout=strangers.limits.head_s
        )
        is_made = True
    except (OSError, TimeoutError):  # it was none, or came too late; an SSLError is an OSError
        pass
    finally:
        if not is_made:
            strangers.known(client)
            taken.close()

"""Uvicorn inside the caller's loop; signals stay with the caller."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from dialer.domain.errors import MendableError
from dialer.web.bounds.connections import Strangers, bounded
from dialer.web.bounds.handshakes import accept_encrypted

POLL_S = 0.005
GRACEFUL_S = 2
"""How long requests that are being answered may go on when serving ends."""
CANCELLED_S = 1.0
"""How long those that did not come to an end may take to be cut off."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def make_protocol(self) -> asyncio.Protocol:
        """Of a connection that was accepted elsewhere, as uvicorn makes those that it accepts itself."""
        kind = cast("type[H11Protocol]", self.config.http_protocol_class)
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _listening(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise MendableError(
            f"the HTTP side cannot listen at {host}:{port}: {reason}",
            where="--host, --port",
            mend="stop what listens there, or choose another port; --port 0 takes any free one.",
        ) from error
    return listening


class _NoTraceOfCuts(logging.Filter):
    """A request that is cut off when serving ends is no defect, and leaves no trace of one: uvicorn says in a
    line how many there were."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


_NO_TRACE_OF_CUTS = _NoTraceOfCuts()


@asynccontextmanager
async def serving(
    application: FastAPI, *, host: str, port: int, strangers: Strangers, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[int]:
    """Serve while the block runs; gives the port (of the machine's choosing when 0 was asked for).

    Args:
        strangers: the list that the application's doorkeeper keeps.
        tls: of the certificate to speak under; None = in clear.

    Raises:
        MendableError: the address is taken, not ours, or none.
    """
    listening = _listening(host, port)
    limits = strangers.limits
    config = uvicorn.Config(
        application,
        http=bounded(strangers),
        log_config=None,
        log_level="error",  # a line for every stranger who speaks no HTTP would fill the disk
        access_log=False,
        server_header=False,  # what serves is nobody's affair
        lifespan="off",
        ws="websockets-sansio",
        proxy_headers=False,  # whoever sits on this machine could else name any address as their own
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,  # 16 KB that unpack to a thousand times as much, for every stranger
        h11_max_incomplete_event_size=limits.head_bytes,
        backlog=limits.backlog,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    logging.getLogger("uvicorn.error").addFilter(_NO_TRACE_OF_CUTS)  # once, however often it is added
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        serves = group.create_task(server.serve(sockets=[listening] if tls is None else []))
        while not server.started:
            await asyncio.sleep(POLL_S)
        accepting = None
        if tls is not None:
            listening.setblocking(False)
            listening.listen(limits.backlog)
            taking = accept_encrypted(listening, server.make_protocol, strangers, tls)
            accepting = group.create_task(taking, name="accept")
        try:
            yield int(listening.getsockname()[1])
        finally:
            if accepting is not None:
                accepting.cancel()
            server.should_exit = True
            await _ended(server, serves)


async def _ended(server: uvicorn.Server, serves: asyncio.Task[None]) -> None:
    """Also where an error ends the floor: a request that outlived its server would end with an error of its
    own, after the sentence that says why.
    """
    await asyncio.wait({serves}, timeout=2 * GRACEFUL_S)
    left = server.server_state.tasks.copy()
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=CANCELLED_S)

"""Uvicorn inside the caller's loop; signals stay with the caller."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

POLL_S = 0.005


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(application: FastAPI, *, host: str, port: int) -> AsyncGenerator[int]:
    """Serve while the block runs; gives the port (of the machine's choosing when 0 was asked for).

    Raises:
        OSError: the address is taken, or not ours.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(POLL_S)
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True

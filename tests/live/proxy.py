"""A wire that can be cut: stands between the adapter and Asterisk's manager interface."""

from __future__ import annotations

import asyncio
import contextlib


class Wire:
    """Forwards bytes both ways until it is cut or frozen.

    Attributes:
        accepts: whether new connections get through.
        is_frozen: bytes are taken and not passed on, as on a half-open connection.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self.accepts = True
        self.is_frozen = False
        self.sent_up = bytearray()
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut and stop listening."""
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """End every connection at once."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepts:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, far_writer]
        both = (self._copy(reader, far_writer, is_up=True), self._copy(far_reader, writer, is_up=False))
        with contextlib.suppress(asyncio.CancelledError):  # the test is over
            await asyncio.gather(*both)

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_up: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                if is_up:
                    self.sent_up += data
                if not self.is_frozen:
                    target.write(data)
        target.transport.abort()

"""What a change of pacing would do on a served floor, for its HTTP side: asked in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from dialer.inquiry.pacing_what_if import Answer, Question, WhatIfError, what_if
from dialer.web.ports import BusyError

if TYPE_CHECKING:
    from dialer.inquiry.pacing_what_if import Picture

MOST_S = 60.0
"""A look ahead that takes longer is given up: whoever asked has gone on."""


class WhatIfDesk:
    """See `dialer.web.ports.WhatIfs`. One question at a time: the floor keeps the other cores.

    Whoever is cancelled while it is asked ends it, and the next may ask.

    The process is forked from a server that has loaded everything: the floor's own threads are not in it, and
    its loop waits in a thread.
    """

    def __init__(self, *, most_s: float = MOST_S) -> None:
        self._most_s = most_s
        self._is_busy = False
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["dialer.inquiry.pacing_what_if"])

    async def ask(self, picture: Picture, question: Question) -> Answer:
        """See the port."""
        if self._is_busy:
            raise BusyError("another look ahead is under way: ask again in a minute")
        self._is_busy = True
        stopped, stop = socket.socketpair()
        asking = asyncio.ensure_future(asyncio.to_thread(self._answered, picture, question, stopped))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            stop.close()
            with contextlib.suppress(WhatIfError):  # nobody is left to be told
                await asyncio.shield(asking)
            raise
        finally:
            stop.close()

    def _answered(self, picture: Picture, question: Question, stopped: socket.socket) -> Answer:
        receiver, sender = self._processes.Pipe(duplex=False)
        process = self._processes.Process(target=answer_into, args=(sender, picture, question), daemon=True)
        try:
            process.start()
            sender.close()
            heard = wait([receiver, stopped], self._most_s)
            if stopped in heard:
                raise WhatIfError("whoever asked has gone", mend="ask again.")
            if not heard:
                raise WhatIfError(
                    f"the look ahead took longer than {self._most_s:g} s", mend="ask for fewer runs."
                )
            try:
                found = receiver.recv()
            except EOFError:
                raise WhatIfError("the look ahead ended without an answer", mend="ask again.") from None
        finally:
            self._is_busy = False
            receiver.close()
            stopped.close()
            if process.is_alive():
                process.terminate()
            process.join(5.0)
        if isinstance(found, Answer):
            return found
        what, mend = found
        raise WhatIfError(what, mend=mend)


def answer_into(sender: Connection, picture: Picture, question: Question) -> None:
    """In the process of its own: the last answer, or why there is none."""
    try:
        answer: object = list(what_if(picture, question))[-1]
    except WhatIfError as error:
        answer = (error.what, error.mend)
    sender.send(answer)
    sender.close()

"""The HTTP side of an engine that stands by: it says so, and where the one in charge is."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import LIMITS
from dialer.web.server import serving

AGAIN_S = 1
"""Seconds after which a browser or a proxy asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an engine that stands by knows.

    Args:
        is_read: whether the store could be read at the last look.
        is_held: whether somebody is in charge.
        in_charge: where the one in charge can be asked; '' = it has not said.
    """

    is_read: bool = False
    is_held: bool = False
    in_charge: str = ""

    @property
    def sentence(self) -> str:
        """For a person."""
        if not self.is_read:
            return "this engine stands by and cannot read the store: it would not take over"
        if not self.is_held:
            return "this engine stands by, and takes over: nobody is in charge"
        where = f"at {self.in_charge}" if self.in_charge else "elsewhere"
        return f"this engine stands by: the one in charge is {where}"


def standby_application(waiting: Callable[[], Waiting]) -> FastAPI:
    """`/health` says that it lives; everything else is refused with the same sentence."""
    application = FastAPI(openapi_url=None)

    @application.middleware("http")
    async def answer(request: Request, _: object) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        now = waiting()
        told = {"detail": now.sentence, "standing": "standby", "in_charge": now.in_charge}
        if request.url.path == "/health":
            return JSONResponse({**told, "is_fit": False, "reasons": [now.sentence]})
        return JSONResponse(told, 503, headers={"Retry-After": str(AGAIN_S)})

    return application


@asynccontextmanager
async def standing_by(
    waiting: Callable[[], Waiting], *, host: str, port: int, tls: ssl.SSLContext | None
) -> AsyncGenerator[int]:
    """Say so while the block runs; gives the port.

    Raises:
        MendableError: the address is taken, or not ours.
    """
    application = standby_application(waiting)
    strangers = Strangers(LIMITS)
    async with serving(application, host=host, port=port, strangers=strangers, tls=tls) as listening:
        yield listening

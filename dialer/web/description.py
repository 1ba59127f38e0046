"""The application's OpenAPI description, put together once and beside the loop.

FastAPI would do it in the loop at the first asking, for most of a second, and encode it anew at each later
one.
"""

import asyncio

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

PATH = "/openapi.json"


def add_description(application: FastAPI) -> None:
    """Serve it at `PATH`; the routes must be complete when somebody asks."""
    making: list[asyncio.Task[bytes]] = []

    async def described(_request: Request) -> Response:
        if not making:
            making.append(
                asyncio.create_task(asyncio.to_thread(lambda: msgspec.json.encode(application.openapi())))
            )
        return Response(await asyncio.shield(making[0]), media_type="application/json")

    application.add_route(PATH, described, include_in_schema=False)

"""Whether anything listens in clear text that nobody asked for."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress

from telephony.asterisk.found import CONFIGURE, Found
from telephony.asterisk.settings import AsteriskSettings

PROBE_S = 1.5


async def listening_in_clear(settings: AsteriskSettings) -> list[Found]:
    """The manager interface and the web socket, tried from this machine."""
    return [
        await _found(
            "manager in clear text", settings.link.host, settings.ami.port, asked=settings.ami.clear_text
        ),
        await _found(
            "web socket in clear text", settings.link.host, settings.http.port, asked=settings.http.clear_text
        ),
    ]


async def _found(name: str, host: str, port: int, *, asked: bool) -> Found:
    if not await _listens(host, port):
        return Found(name=name, ok=True, found=f"nothing listens at {host}:{port}")
    if not asked:
        return Found(name=name, ok=False, found=f"something listens at {host}:{port}", mend=CONFIGURE)
    if not _is_own(host):
        mend = "take clear_text away: passwords can be read on the way from every other machine."
        return Found(name=name, ok=False, found=f"listens at {host}:{port}, another machine", mend=mend)
    return Found(name=name, ok=True, found=f"listens at {host}:{port}, this machine alone, as asked for")


async def _listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PROBE_S):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
        return True
    return False


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False

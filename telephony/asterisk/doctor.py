"""Looks whether an Asterisk is fit for a floor, before the first call. Nothing is dialed.

What it does not prove: that sound flows both ways over the trunk, and that a browser's ICE works through the
network between; a test call to a number of one's own does.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.opening import address_of
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.wire import Action

NEEDED = frozenset(
    {
        "bridge",
        "bridgelist",
        "hangup",
        "mixmonitormute",
        "originate",
        "playdtmf",
        "redirect",
        "setvar",
        "status",
    }
)
TOO_MUCH = frozenset(
    {"command", "dbput", "dialplanextensionadd", "getconfig", "moduleload", "reload", "updateconfig"}
)
CONTEXTS = ("fairdial-customer", "fairdial-agent", "fairdial-supervise", "fairdial-inbound")
MOST_CLOCK_DIFFERENCE_S = 1.0

_CONFIGURE = "write the configuration with `fairdial asterisk config` and reload Asterisk."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was looked at; `mend` is for what is not well."""

    name: str
    ok: bool
    found: str
    mend: str = ""


async def examine(settings: AsteriskSettings, *, wall: Callable[[], float]) -> tuple[Found, ...]:
    """Every check, in order; only the first where there is no connection.

    Args:
        wall: this machine's clock, POSIX seconds.
    """
    link = AmiConnection(address_of(settings))
    try:
        await link.connect()
    except AmiError as error:
        mend = "start Asterisk, or mend address, user, secret and certificate in the settings."
        return (Found(name="connection", ok=False, found=str(error), mend=mend),)
    try:
        return (
            Found(name="connection", ok=True, found=f"logged in at {settings.link.host}, fully booted"),
            await _rights(link),
            await _clock(link, wall),
            await _dialplan(link),
            *await _devices(link, settings),
            *await _web_socket(settings),
        )
    except AmiError as error:
        mend = "look into Asterisk's log; it went away while it was being looked at."
        return (Found(name="connection", ok=False, found=str(error), mend=mend),)
    finally:
        await link.close()


async def _rights(link: AmiConnection) -> Found:
    allowed = set((await link.send(Action(name="ListCommands"))).headers)
    missing, excess = sorted(NEEDED - allowed), sorted(TOO_MUCH & allowed)
    if missing:
        return Found(name="AMI rights", ok=False, found=f"missing: {', '.join(missing)}", mend=_CONFIGURE)
    if excess:
        found = f"more than needed: {', '.join(excess)}"
        mend = "take class system, config and command away from the user; they give a shell and passwords."
        return Found(name="AMI rights", ok=False, found=found, mend=mend)
    return Found(name="AMI rights", ok=True, found="what is needed and no more")


async def _clock(link: AmiConnection, wall: Callable[[], float]) -> Found:
    answer = await link.send(Action(name="Ping"))
    difference = float(answer.get("timestamp") or "nan") - wall()
    return Found(
        name="clock",
        ok=abs(difference) <= MOST_CLOCK_DIFFERENCE_S,
        found=f"Asterisk's is {difference:+.3f} s from ours",
        mend="synchronise both machines' clocks (chrony); abandonment is counted in seconds.",
    )


async def _dialplan(link: AmiConnection) -> Found:
    missing: list[str] = []
    for context in CONTEXTS:
        listed = await link.send_list(Action(name="ShowDialPlan", fields={"Context": context}))
        if not any(item.get("context") == context for item in listed):
            missing.append(context)
    found = f"missing: {', '.join(missing)}" if missing else "all contexts are there"
    return Found(name="dialplan", ok=not missing, found=found, mend=_CONFIGURE)


async def _devices(link: AmiConnection, settings: AsteriskSettings) -> list[Found]:
    listed = await link.send_list(Action(name="DeviceStateList"))
    states = {item.get("device"): item.get("state") for item in listed}
    told = [_trunk(trunk.name, states.get(f"PJSIP/{trunk.name}", "unknown")) for trunk in settings.trunks]
    phones = [states.get(f"PJSIP/{agent.endpoint}", "UNAVAILABLE") for agent in settings.agents]
    there = sum(state not in {"UNAVAILABLE", "INVALID", "UNKNOWN"} for state in phones)
    # nobody registered is no failure: agents come later
    return [*told, Found(name="agents' phones", ok=True, found=f"{there} of {len(phones)} registered")]


def _trunk(name: str, state: str) -> Found:
    return Found(
        name=f"trunk {name}",
        ok=state in {"NOT_INUSE", "INUSE", "BUSY", "RINGING"},
        found=state.lower().replace("_", " "),
        mend="look at `pjsip show contacts`: the carrier does not answer, or refuses the registration.",
    )


async def _web_socket(settings: AsteriskSettings) -> list[Found]:
    if settings.certificate is None or not any(agent.browser for agent in settings.agents):
        return []
    context = ssl.create_default_context(cafile=settings.link.ca_file)
    host, port = settings.link.host, settings.http.tls_port
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
        writer.close()
    except (OSError, TimeoutError) as error:
        mend = "give Asterisk a certificate that this name and the browsers trust; see [certificate]."
        return [Found(name="browser phones", ok=False, found=str(error) or "no answer", mend=mend)]
    return [Found(name="browser phones", ok=True, found=f"the certificate of {host}:{port} is trusted")]

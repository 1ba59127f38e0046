"""`fairdial serve --network asterisk`: a floor in real time on a real telephone system."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.cli.browser_phones import FOLDER as AGENTS_FOLDER
from dialer.cli.live_settings import (
    asterisks_of,
    caller_ids_of,
    campaigns_of,
    demand_declared,
    demand_nobody_real,
    read_settings,
)
from dialer.cli.rulebooks import uses_sample

if TYPE_CHECKING:
    from dialer.cli.live_floor import FloorOrder, Running
    from dialer.domain.caller_id import OwnedNumber
    from dialer.domain.campaign import CampaignSettings
    from dialer.runtime.clocks import Clock
    from dialer.settings import RehearsalTime
    from telephony.asterisk.settings import AsteriskSettings

FOLDER = "floor"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFloor:
    """Everything `serve --network asterisk` was asked for. None = as the settings file says."""

    folder: Path | None
    database: str | None
    host: str | None
    port: int | None
    drain_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is served, read from the settings file whole before anything is started."""

    folder: Path
    asterisks: tuple[AsteriskSettings, ...]
    campaigns: tuple[CampaignSettings, ...]
    caller_ids: tuple[OwnedNumber, ...]
    rehearsal: RehearsalTime | None
    database: str
    host: str
    port: int
    drain_s: float


def serve_asterisk(wanted: LiveFloor) -> None:
    """Run the floor of the settings file until SIGTERM or Ctrl-C.

    Raises:
        UserError: the settings are not right, or the telephone system cannot be used as they say.
    """
    import uvloop

    from dialer.cli.service_log import log_as_json

    plan = _plan(wanted)
    log_as_json()
    plan.folder.mkdir(parents=True, exist_ok=True)
    uvloop.run(_serve(plan))


def _plan(wanted: LiveFloor) -> _Plan:
    settings = read_settings()
    asterisks, campaigns = asterisks_of(settings), campaigns_of(settings)
    if not campaigns:
        raise console.UserError(
            "the settings name no campaign: there is nothing to call for",
            mend="write a [[campaigns]] section; config/fairdial.example.toml shows one.",
        )
    caller_ids = caller_ids_of(settings)
    demand_declared(campaigns, caller_ids)
    if settings.rehearsal is not None:
        for asterisk in asterisks:
            demand_nobody_real(settings.rehearsal, asterisk)
    elif uses_sample():
        raise console.UserError(
            "the setting `signatures` names the sample signature, which nobody signed",
            mend="take it away; sign for places of federal law only with `fairdial law register sign`.",
        )
    folder = wanted.folder if wanted.folder is not None else settings.out / FOLDER
    database = wanted.database or settings.store
    return _Plan(
        folder=folder,
        asterisks=asterisks,
        campaigns=campaigns,
        caller_ids=caller_ids,
        rehearsal=settings.rehearsal,
        database=database if database is not None else str(folder / "fairdial.db"),
        host=wanted.host if wanted.host is not None else settings.http.host,
        port=wanted.port if wanted.port is not None else settings.http.port,
        drain_s=wanted.drain_s,
    )


async def _serve(plan: _Plan) -> None:
    from dialer.cli.live_floor import running_floor, work_until_signal
    from dialer.cli.serve import TOKEN_FILE, write_address
    from dialer.clock import posix_now
    from telephony.fleet.opening import open_systems

    await _look_at(plan.asterisks)
    clock = _clock(plan)
    owned = frozenset(each.number for each in plan.caller_ids)
    system = open_systems(plan.asterisks, now=clock.posix, wall=posix_now, owned=owned)
    async with running_floor(_order(plan), network=system, clock=clock) as running:
        write_address(plan.folder, plan.host, running.port)
        console.say(_joining(plan, running, plan.folder / TOKEN_FILE))
        await work_until_signal(running.floor)


async def _look_at(asterisks: tuple[AsteriskSettings, ...]) -> None:
    """Log in once and leave: what is wrong is better told now than looped on. Of several, one is enough."""
    away: list[console.UserError] = []
    for asterisk in asterisks:
        wrong = await _not_there(asterisk)
        if wrong is not None:
            away.append(wrong)
            console.say(f"{asterisk.name or asterisk.link.host}: {wrong}")
    if len(away) == len(asterisks):
        raise away[0]


async def _not_there(asterisk: AsteriskSettings) -> console.UserError | None:
    """Why it cannot be reached now; None when it can. Raises UserError when the login is refused."""
    from telephony.asterisk.connection import AmiConnection
    from telephony.asterisk.errors import CannotConnectError, LoginRefusedError
    from telephony.asterisk.opening import address_of

    where = f"{asterisk.link.host}, user {asterisk.ami.user}"
    try:
        link = AmiConnection(address_of(asterisk))
        await link.connect()
    except LoginRefusedError as error:
        mend = "see [asterisk.ami] user and secret, and Asterisk's manager.conf: secret, permit."
        raise console.UserError(str(error), where=where, mend=mend) from error
    except CannotConnectError as error:
        mend = "start Asterisk, or mend [asterisk.link] and the certificate; `fairdial doctor` looks closer."
        return console.UserError(str(error), where=where, mend=mend)
    await link.close()
    return None


def _clock(plan: _Plan) -> Clock:
    """The machine's; another day's, from its first start on, where the settings rehearse one."""
    from dialer.cli.serve import lasting_clock
    from dialer.runtime.clocks import RealClock

    if plan.rehearsal is None:
        return RealClock()
    return lasting_clock(plan.folder, shows=plan.rehearsal.begins.timestamp())


def _order(plan: _Plan) -> FloorOrder:
    from dialer.cli.browser_phones import agent_tokens, phones_of
    from dialer.cli.live_floor import FloorOrder
    from dialer.cli.serve import the_tokens
    from dialer.runtime.settings import RuntimeSettings

    phones = phones_of(plan.asterisks)
    return FloorOrder(
        database=plan.database,
        campaigns=plan.campaigns,
        caller_ids=plan.caller_ids,
        tokens=the_tokens(plan.folder, agent_tokens(plan.folder, phones)),
        phones=phones,
        host=plan.host,
        port=plan.port,
        settings=RuntimeSettings(drain_s=plan.drain_s),
        is_always_configured=True,
    )


def _joining(plan: _Plan, running: Running, token_file: Path) -> str:
    floor = running.floor.snapshot()
    names = ", ".join(str(campaign.campaign) for campaign in floor.campaigns)
    hosts = " and ".join(one.link.host for one in plan.asterisks)
    agents = plan.folder / AGENTS_FOLDER
    return (
        f"the floor works for {names} on the Asterisk at {hosts} (process {os.getpid()})\n"
        f"  HTTP: http://{plan.host}:{running.port}, the supervisor's token is in {token_file}\n"
        f"  browser phones: http://{plan.host}:{running.port}/phone/, agents' tokens are in {agents}\n"
        f"  store: {plan.database}"
    )

"""A floor in real time on real telephone systems, as the settings file says."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dialer.clock import posix_now
from dialer.domain.caller_id import CallerIdPool, OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.domain.ports import TestsCallerIds
from dialer.files import own_folder
from dialer.floor.caller_id_rounds import CallerIdRounds
from dialer.floor.certificates import CertificateFiles
from dialer.floor.client_terms import client_contracts
from dialer.floor.folder import address_at, lasting_clock, write_address
from dialer.floor.keeping import kept_going
from dialer.floor.law import demand_lawful, rulebook_for_calls, uses_sample
from dialer.floor.live import FloorOrder, Mount, Running, running_floor
from dialer.floor.outside_sign_in import OutsideSignIn
from dialer.floor.phones import Phones, phones_of
from dialer.floor.recording_room import room_watches
from dialer.floor.refusals import refusal_watches
from dialer.floor.settings import (
    asterisks_of,
    caller_id_pools_of,
    caller_ids_of,
    campaigns_of,
    demand_declared,
    demand_nobody_real,
    sign_in_of,
    tls_of,
)
from dialer.floor.standby import Overtaken, nobody_told
from dialer.floor.stores import STORE_FILE
from dialer.runtime.clocks import Clock, RealClock
from dialer.runtime.settings import RuntimeSettings
from dialer.settings import CallerIdTests, RehearsalTime, load_settings
from dialer.storage.store import Store
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import CannotConnectError, LoginRefusedError
from telephony.asterisk.opening import address_of
from telephony.asterisk.settings import AsteriskSettings
from telephony.fleet.opening import open_systems

FOLDER = "floor"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskFloor:
    """A floor to run, read from the settings whole before anything is started.

    Args:
        rehearsal: another day and hour, where nobody real can be called; None = the machine's clock.
        caller_id_tests: when our own numbers are called; None = when somebody asks.
        host, port: where its HTTP side listens; `tls`: under which certificate, None = in clear.
        store, overtaken: see `FloorOrder`.
        trusted_proxies: whose word on where somebody comes from is taken.
        outside: a provider by which people sign in.
    """

    folder: Path
    asterisks: tuple[AsteriskSettings, ...]
    campaigns: tuple[CampaignSettings, ...]
    caller_ids: tuple[OwnedNumber, ...]
    caller_id_pools: tuple[CallerIdPool, ...]
    rehearsal: RehearsalTime | None
    caller_id_tests: CallerIdTests | None
    phones: Phones
    database: str
    host: str
    port: int
    drain_s: float
    tls: CertificateFiles | None = None
    store: Store | None = None
    overtaken: Overtaken = nobody_told
    trusted_proxies: tuple[str, ...] = ()
    outside: OutsideSignIn | None = None


def planned_floor(
    *, folder: Path | None, database: str | None, host: str | None, port: int | None, drain_s: float
) -> AsteriskFloor:
    """The floor of the settings file; None = as it says.

    Raises:
        MendableError: the settings are not right.
    """
    settings = load_settings()
    asterisks, campaigns = asterisks_of(settings), campaigns_of(settings)
    if not campaigns:
        raise MendableError(
            "the settings name no campaign: there is nothing to call for",
            mend="write a [[campaigns]] section; config/fairdial.example.toml shows one.",
        )
    contracts = client_contracts()
    campaigns = tuple(contracts.of(each.client).applied(each) for each in campaigns)
    caller_ids, pools = caller_ids_of(settings), caller_id_pools_of(settings)
    demand_declared(campaigns, caller_ids, pools)
    if settings.rehearsal is not None:
        for asterisk in asterisks:
            demand_nobody_real(settings.rehearsal, asterisk)
    elif uses_sample():
        raise MendableError(
            "the setting `signatures` names the sample signature, which nobody signed",
            mend="take it away; sign for places of federal law only with `fairdial law register sign`.",
        )
    folder = folder if folder is not None else settings.out / FOLDER
    database = database or settings.store
    return AsteriskFloor(
        folder=folder,
        asterisks=asterisks,
        campaigns=campaigns,
        caller_ids=caller_ids,
        caller_id_pools=pools,
        rehearsal=settings.rehearsal,
        caller_id_tests=settings.caller_id_tests,
        phones=phones_of(asterisks),
        database=database if database is not None else str(folder / STORE_FILE),
        host=host if host is not None else settings.http.host,
        port=port if port is not None else settings.http.port,
        drain_s=drain_s,
        tls=tls_of(settings),
        trusted_proxies=tuple(settings.http.trusted_proxies),
        outside=sign_in_of(settings),
    )


@asynccontextmanager
async def asterisk_floor(
    wanted: AsteriskFloor, mount: Mount, *, away: Callable[[str], None]
) -> AsyncGenerator[Running]:
    """The floor while the block runs.

    Args:
        away: told of each telephone system that cannot be reached now, while another can.

    Raises:
        MendableError: no telephone system can be used as the settings say.
        See `running_floor` for the rest.
    """
    rulebook = rulebook_for_calls()
    demand_lawful(wanted.campaigns, rulebook)
    await _look_at(wanted.asterisks, away)
    own_folder(wanted.folder)
    clock = _clock(wanted)
    owned = frozenset(each.number for each in wanted.caller_ids)
    system = open_systems(wanted.asterisks, now=clock.posix, wall=posix_now, owned=owned)
    order = FloorOrder(
        database=wanted.database,
        campaigns=wanted.campaigns,
        caller_ids=wanted.caller_ids,
        caller_id_pools=wanted.caller_id_pools,
        settings=RuntimeSettings(drain_s=wanted.drain_s),
        is_always_configured=True,
        mount=mount,
        store=wanted.store,
        overtaken=wanted.overtaken,
    )
    async with running_floor(order, network=system, clock=clock, rulebook=rulebook) as running:
        api = address_at(wanted.host, running.port, is_encrypted=wanted.tls is not None)
        write_address(wanted.folder, api)
        registry = running.floor.instruments.registry
        keepers = [("refused log-ins", each.run) for each in refusal_watches(wanted.asterisks, registry)]
        keepers += [("room for recordings", each.run) for each in room_watches(wanted.asterisks, registry)]
        if wanted.caller_id_tests is not None and isinstance(system, TestsCallerIds):
            plan = wanted.caller_id_tests
            rounds = CallerIdRounds(running.floor, system, plan, registry, now=clock.posix)
            keepers.append(("caller id tests", rounds.run))
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(kept_going(keep, name=name), name=name) for name, keep in keepers]
            yield running
            for task in beside:
                task.cancel()


async def _look_at(asterisks: tuple[AsteriskSettings, ...], away: Callable[[str], None]) -> None:
    """Log in once and leave: what is wrong is better told now than looped on. Of several, one is enough."""
    unreachable: list[MendableError] = []
    for asterisk in asterisks:
        wrong = await _not_there(asterisk)
        if wrong is not None:
            unreachable.append(wrong)
            away(f"{asterisk.name or asterisk.link.host}: {wrong}")
    if len(unreachable) == len(asterisks):
        raise unreachable[0]


async def _not_there(asterisk: AsteriskSettings) -> MendableError | None:
    """Why it cannot be reached now; None when it can. Raises MendableError when the login is refused."""
    where = f"{asterisk.link.host}, user {asterisk.ami.user}"
    try:
        link = AmiConnection(address_of(asterisk))
        await link.connect()
    except LoginRefusedError as error:
        mend = "see [asterisk.ami] user and secret, and Asterisk's manager.conf: secret, permit."
        raise MendableError(str(error), where=where, mend=mend) from error
    except CannotConnectError as error:
        mend = "start Asterisk, or mend [asterisk.link] and the certificate; `fairdial doctor` looks closer."
        return MendableError(str(error), where=where, mend=mend)
    await link.close()
    return None


def _clock(wanted: AsteriskFloor) -> Clock:
    """The machine's; another day's, from its first start on, where the settings rehearse one."""
    if wanted.rehearsal is None:
        return RealClock()
    return lasting_clock(wanted.folder, shows=wanted.rehearsal.begins.timestamp())

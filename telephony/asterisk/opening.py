"""Makes the engine's telephone system out of the settings; what the composition root calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dialer.domain.ids import CampaignId
from dialer.settings_reader import SettingsError
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.call_back import CallBackPlan
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.orders import Voice
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.trunks import Route, TrunkPlan


def address_of(settings: AsteriskSettings) -> AmiAddress:
    """Where and as whom the dialer logs in.

    Raises:
        CannotConnectError: another machine without TLS.
    """
    link, ami = settings.link, settings.ami
    return AmiAddress(
        user=ami.user,
        secret=ami.secret,
        host=link.host,
        port=ami.tls_port if settings.speaks_tls else ami.port,
        tls=settings.speaks_tls,
        ca_file=None if link.ca_file is None else Path(link.ca_file),
    )


def call_back_plan(settings: AsteriskSettings) -> CallBackPlan:
    """How calls to our own numbers are read."""
    return CallBackPlan(region=settings.inbound_region, verdict_headers=settings.verdict_headers)


def voices_of(settings: AsteriskSettings) -> dict[CampaignId, Voice]:
    """What each campaign that has an entry of its own may have played; `*` is every other."""
    return {
        CampaignId(voice.campaign): Voice(
            message=voice.message,
            drop=voice.drop,
            overflow=voice.overflow,
            record=voice.record,
            hold=voice.hold,
        )
        for voice in settings.voices
    }


def doctors_address_of(settings: AsteriskSettings) -> AmiAddress | None:
    """Where and as whom the doctor looks; None = it has no user of its own there."""
    ami = settings.ami
    if ami.doctor_secret is None:
        return None
    own = address_of(settings)
    return replace(own, user=f"{ami.user}-doctor", secret=ami.doctor_secret, events="system")


def open_system(
    settings: AsteriskSettings,
    *,
    now: Callable[[], float],
    wall: Callable[[], float] | None = None,
    timings: AmiTimings | None = None,
    owned: frozenset[str] | None = None,
) -> AsteriskSystem:
    """The telephone system, not connected yet.

    Args:
        now, wall: see `AsteriskSystem`; a floor in real time gives `dialer.clock.posix_now`
            as `now`.
        owned: see `AdapterSettings`.

    Raises:
        SettingsError: no trunk.
        CannotConnectError: see `address_of`.
    """
    if not settings.trunks:
        raise SettingsError("an Asterisk needs at least one trunk")
    plans = tuple(
        TrunkPlan(
            name=trunk.name,
            routes=trunk.routes or (Route(),),
            order=trunk.order,
            share=trunk.share,
            lines=trunk.lines,
            calls_per_second=trunk.calls_per_second,
            box=trunk.box or "",
        )
        for trunk in settings.trunks
    )
    adapter = AdapterSettings(
        trunks=plans,
        voices=voices_of(settings),
        owned=owned,
        inbound_region=settings.inbound_region,
        shut=settings.shut,
        opened=settings.opened,
        call_backs=call_back_plan(settings),
        call_record=None if settings.call_record is None else Path(settings.call_record),
    )
    return AsteriskSystem(address_of(settings), adapter, now=now, wall=wall, timings=timings)

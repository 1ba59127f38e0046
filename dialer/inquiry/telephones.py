"""Whether a live floor's telephone system is fit, where the settings name one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dialer import clock
from dialer.domain.errors import FairdialError, MendableError
from dialer.floor.recording_room import folder_faults
from dialer.floor.settings import asterisks_of, caller_ids_of, campaigns_of, demand_nobody_real
from dialer.inquiry.installation import Examined
from dialer.settings import Settings, load_settings, settings_file
from dialer.settings_reader import SettingsError
from telephony.asterisk.call_back_check import examine_call_backs
from telephony.asterisk.doctor import examine
from telephony.asterisk.settings import AsteriskSettings

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def examine_telephones() -> list[Examined]:
    """Every check of the telephone system; none where the settings have no such section."""
    try:
        settings = load_settings()
    except SettingsError:
        return []  # told by the check of the settings
    if settings.asterisk is None:
        return []
    try:
        asterisks = _readable(settings)
    except MendableError as error:
        return [Examined(name="live floor", ok=False, found=f"{error.what} ({error.where})", mend=error.mend)]
    except FairdialError as error:
        return [Examined(name="live floor", ok=False, found=str(error), mend="mend what is named.")]
    examined = [_campaigns(settings)]
    owned = tuple(each.number for each in caller_ids_of(settings))
    for asterisk in asterisks:
        of = f"{asterisk.name}: " if asterisk.name else ""
        found = asyncio.run(examine(asterisk, wall=clock.posix_now, owned=owned))
        examined += [Examined(name=of + one.name, ok=one.ok, found=one.found, mend=one.mend) for one in found]
        examined.append(_recordings(asterisk, of))
    return examined


def examine_caller_ids(numbers: tuple[str, ...] = ()) -> list[Examined]:
    """Whether numbers of ours lead back to us: each is called over the first trunk of each telephone system.

    Args:
        numbers: E.164; () = all that the settings declare.

    Raises:
        MendableError: the settings are not right, or do not declare one of them.
    """
    settings = load_settings()
    asterisks = _readable(settings)
    declared = tuple(each.number for each in caller_ids_of(settings))
    if strangers := [number for number in numbers if number not in declared]:
        raise MendableError(
            f"{strangers[0]} is not declared as a caller id of ours",
            where=str(settings_file()),
            mend="declare it in a [[caller_ids]] section, or name one that is: " + ", ".join(declared),
        )
    examined: list[Examined] = []
    for asterisk in asterisks:
        of = f"{asterisk.name}: " if asterisk.name else ""
        wanted = numbers or declared
        found = asyncio.run(examine_call_backs(asterisk, wanted, declared, wall=clock.posix_now))
        examined += [Examined(name=of + one.name, ok=one.ok, found=one.found, mend=one.mend) for one in found]
    return examined


def _readable(settings: Settings) -> tuple[AsteriskSettings, ...]:
    asterisks = asterisks_of(settings)
    campaigns_of(settings)
    caller_ids_of(settings)
    if settings.rehearsal is not None:
        for asterisk in asterisks:
            demand_nobody_real(settings.rehearsal, asterisk)
    return asterisks


def _recordings(asterisk: AsteriskSettings, of: str) -> Examined:
    folder = Path(asterisk.recordings)
    if asterisk.link.host not in _HERE and not folder.is_dir():
        found = f"{folder} is on another machine: look there"
        return Examined(name=f"{of}recordings", ok=True, found=found)
    faults = folder_faults(folder, least_hours=asterisk.recordings_least_hours)
    return Examined(
        name=f"{of}recordings",
        ok=not faults,
        found=f"{folder}: {'; '.join(faults) or 'for its owner alone, and room enough'}",
        mend="make it Asterisk's own with mode 0700, run Asterisk with UMask=0077 (the unit file that "
        "`fairdial asterisk config` writes), and delete what is over its time: `fairdial recordings expire`.",
    )


def _campaigns(settings: Settings) -> Examined:
    names = [str(each.campaign) for each in campaigns_of(settings)]
    return Examined(
        name="campaigns",
        ok=bool(names),
        found=", ".join(names) if names else "the settings name none: there is nothing to call for",
        mend="write a [[campaigns]] section; config/asterisk/example.toml shows one.",
    )

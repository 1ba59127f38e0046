"""What the settings file says of a live floor: its telephone system, its campaigns, its hour of the day."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import TYPE_CHECKING, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from dialer.domain.caller_id import OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError, MendableError
from dialer.settings import (
    Section,
    SettingsError,
    load_settings,
    settings_file,
    use_settings_file,
    with_secrets,
)
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.settings import SettingsError as AsteriskSettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from dialer.settings import RehearsalTime, Settings

EXAMPLE = "config/fairdial.example.toml shows a whole file."

_CAMPAIGN = TypeAdapter(CampaignSettings)
_OWNED = TypeAdapter(OwnedNumber)
_OF_A_NUMBER = frozenset(each.name for each in dataclasses.fields(OwnedNumber))


def use_config(config: Path | None) -> None:
    """Read the settings from this file, where one is named.

    Raises:
        MendableError: there is no such file.
    """
    if config is None:
        return
    try:
        use_settings_file(config)
    except SettingsError as error:
        raise MendableError(str(error), where=str(config), mend="check the path.") from error


def read_settings() -> Settings:
    """The settings, with the person at the terminal told what to mend.

    Raises:
        MendableError: see there.
    """
    try:
        return load_settings()
    except SettingsError as error:
        raise MendableError(str(error), where=str(settings_file()), mend=EXAMPLE) from error


def asterisks_of(settings: Settings) -> tuple[AsteriskSettings, ...]:
    """The telephone systems: of the `[asterisk]` section, or of several `[[asterisk]]` with a `name` each.

    Raises:
        MendableError: there is none, or something in one is not right; no secret is told.
    """
    section = settings.asterisk
    sections = section if isinstance(section, list) else [] if section is None else [section]
    if not sections:
        raise MendableError(
            "the settings have no [asterisk] section",
            where=str(settings_file().absolute()),
            mend=f"write one, or name another file with --config. {EXAMPLE}",
        )
    made = tuple(asterisk_from(one) for one in sections)
    names = [one.name for one in made]
    if len(made) > 1 and ("" in names or len(set(names)) != len(names)):
        raise MendableError(
            f"the settings have {len(made)} [[asterisk]] sections without names of their own",
            where=str(settings_file().absolute()),
            mend="give each a `name`.",
        )
    return made


def asterisk_from(section: Section) -> AsteriskSettings:
    """The telephone system of one section as it was read, secrets in their files included.

    Raises:
        MendableError: something in it is not right; no secret is told.
    """
    file = settings_file().absolute()
    try:
        return AsteriskSettings.from_mapping(with_secrets(section, folder=file.parent))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = ".".join(("asterisk", *(str(part) for part in first["loc"])))
        raise MendableError(f"setting {name!r}: {first['msg']}", where=str(file), mend=EXAMPLE) from None
    except (SettingsError, AsteriskSettingsError) as error:
        raise MendableError(str(error), where=str(file), mend=EXAMPLE) from None


def caller_ids_of(settings: Settings) -> tuple[OwnedNumber, ...]:
    """The numbers of ours that may be shown: the `[[caller_ids]]` sections.

    Raises:
        MendableError: one of them is not right.
    """
    return tuple(_owned(section, place) for place, section in enumerate(settings.caller_ids, start=1))


def _owned(section: Section, place: int) -> OwnedNumber:
    where = f"{settings_file()}, caller id {place}"
    mend = "dialer/domain/caller_id.py says what is declared of a number."
    if unknown := sorted(set(section) - _OF_A_NUMBER):
        raise MendableError(f"a caller id has no setting {unknown[0]!r}", where=where, mend=mend)
    try:
        return _OWNED.validate_python(section)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise MendableError(f"setting {name!r}: {first['msg']}", where=where, mend=mend) from None
    except InvalidFactError as error:
        raise MendableError(str(error), where=where, mend=mend) from None


def demand_declared(campaigns: tuple[CampaignSettings, ...], owned: tuple[OwnedNumber, ...]) -> None:
    """Only numbers that are ours and that lead back to us are shown.

    Raises:
        MendableError: a campaign would show another one, or none at all.
    """
    known = {each.number for each in owned}
    for campaign in campaigns:
        strangers = [number for number in campaign.shown if number not in known]
        if strangers or not campaign.shown:
            what = f"would show {strangers[0]}, which is not declared" if strangers else "shows no number"
            raise MendableError(
                f"campaign {campaign.campaign} {what}",
                where=str(settings_file()),
                mend="name it in the campaign's caller_ids, and declare it as yours in a [[caller_ids]] "
                "section with `number` and `calls_back_to`: what answers when somebody calls it.",
            )


def campaigns_of(settings: Settings) -> tuple[CampaignSettings, ...]:
    """What the floor calls: the `[[campaigns]]` sections.

    Raises:
        MendableError: one of them is not right, or two have the same name.
    """
    made = tuple(_campaign(section, place) for place, section in enumerate(settings.campaigns, start=1))
    names = [campaign.campaign for campaign in made]
    if len(set(names)) != len(names):
        raise MendableError(
            "two campaigns have the same name", where=str(settings_file()), mend="rename one."
        )
    return made


def unknown_name(kind: type, section: object) -> str | None:
    """The first name in the section, at any depth, that the type does not have; None when it has them all.

    Args:
        kind: a dataclass, whose fields may be dataclasses, tuples of them, or None.
        section: as read from the file; what is of another shape is left to the type's own check.
    """
    if not isinstance(section, dict):
        return None
    hints = get_type_hints(kind)
    for name, value in cast("dict[str, object]", section).items():
        if name not in hints:
            return name
        for inner in _dataclasses_in(hints[name]):
            parts = cast("list[object]", value) if isinstance(value, list) else [value]
            for part in parts:
                if (unknown := unknown_name(inner, part)) is not None:
                    return f"{name}.{unknown}"
    return None


def _dataclasses_in(hint: object) -> tuple[type, ...]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return (hint,)
    return tuple(found for part in get_args(hint) for found in _dataclasses_in(part))


def _campaign(section: Section, place: int) -> CampaignSettings:
    where = f"{settings_file()}, campaign {place}"
    mend = "dialer/domain/campaign.py says what each setting of a campaign means."
    if unknown := unknown_name(CampaignSettings, section):
        raise MendableError(f"a campaign has no setting {unknown!r}", where=where, mend=mend)
    try:
        return _CAMPAIGN.validate_python(section)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise MendableError(f"setting {name!r}: {first['msg']}", where=where, mend=mend) from None
    except InvalidFactError as error:
        raise MendableError(str(error), where=where, mend=mend) from None


def demand_nobody_real(rehearsal: RehearsalTime, asterisk: AsteriskSettings) -> None:
    """Another day than today's is only shown where every trunk ends on this very machine: the law goes by the
    clock, and on a clock that was set anybody could be called at any hour.

    Raises:
        MendableError: a trunk leads elsewhere.
    """
    for trunk in asterisk.trunks:
        if not _is_own(trunk.host):
            raise MendableError(
                f"[rehearsal] sets the clock to {rehearsal.begins.isoformat()}, but trunk {trunk.name!r} "
                f"leads to {trunk.host}, where real people are called",
                where=str(settings_file()),
                mend="take [rehearsal] away; it is for trunks within this machine (127.x.x.x).",
            )


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

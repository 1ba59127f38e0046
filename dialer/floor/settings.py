"""What the settings file says of a live floor: its telephone systems, its numbers, its campaigns.

Each is read as a whole (`dialer.settings_reader`), and what does not fit together is refused before anything
is started.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from dialer.access.roles import Role
from dialer.domain.caller_id import CallerIdPool, OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.floor.certificates import CertificateFiles
from dialer.floor.outside_sign_in import OutsideSignIn, ProviderSettings
from dialer.settings import EXAMPLE, Section, settings_file, use_settings_file, with_secrets
from dialer.settings_reader import SettingsError, SettingsReader
from telephony.asterisk.passwords import FOLDER, filled
from telephony.asterisk.settings import AsteriskSettings

if TYPE_CHECKING:
    from pathlib import Path

    from dialer.settings import RehearsalTime, Settings

_READER = SettingsReader()


def use_config(config: Path | None) -> None:
    """Read the settings from this file, where one is named.

    Raises:
        SettingsError: there is no such file.
    """
    if config is not None:
        use_settings_file(config)


def tls_of(settings: Settings) -> CertificateFiles | None:
    """The certificate of the HTTP side; None = it speaks in clear."""
    tls, folder = settings.http.tls, settings_file().absolute().parent
    if tls is None:
        return None
    return CertificateFiles(certificate=folder / tls.certificate, key=folder / tls.key)


def factor_of(settings: Settings) -> frozenset[Role]:
    """Roles that demand a second factor of whoever signs in with a password."""
    return frozenset(Role(name) for name in settings.http.second_factor_of)


def sign_in_of(settings: Settings) -> OutsideSignIn | None:
    """The outside provider by which people sign in; None = there is none.

    Raises:
        MendableError: something in it is not right; no secret is told.
    """
    section, file = settings.sign_in, settings_file().absolute()
    if section is None:
        return None
    given = with_secrets(section, folder=file.parent)
    return OutsideSignIn(_READER.read(ProviderSettings, given, where=f"{file}, sign_in", mend=EXAMPLE))


def asterisks_of(settings: Settings, *, makes_passwords: bool = False) -> tuple[AsteriskSettings, ...]:
    """The telephone systems: of the `[asterisk]` section, or of several `[[asterisk]]` with a `name` each.

    Args:
        makes_passwords: see `asterisk_from`.

    Raises:
        SettingsError: there is none, or something in one is not right; no secret is told.
    """
    section = settings.asterisk
    sections = section if isinstance(section, list) else [] if section is None else [section]
    file = str(settings_file().absolute())
    if not sections:
        raise SettingsError(
            "the settings have no [asterisk] section",
            where=file,
            mend=f"write one, or name another file with --config. {EXAMPLE}",
        )
    made = tuple(asterisk_from(one, makes_passwords=makes_passwords) for one in sections)
    names = [one.name for one in made]
    if len(made) > 1 and ("" in names or len(set(names)) != len(names)):
        raise SettingsError(
            f"the settings have {len(made)} [[asterisk]] sections without names of their own",
            where=file,
            mend="give each a `name`.",
        )
    return made


def asterisk_from(section: Section, *, makes_passwords: bool = False) -> AsteriskSettings:
    """The telephone system of one section as it was read, secrets in their files included.

    Args:
        makes_passwords: passwords that are neither given nor made yet are made and kept; the writer of
            Asterisk's own files says so, and nobody else, or each would know another one.

    Raises:
        SettingsError: something in it is not right; no secret is told.
    """
    return asterisk_at(section, settings_file().absolute(), makes_passwords=makes_passwords)


def asterisk_at(section: Section, file: Path, *, makes_passwords: bool = False) -> AsteriskSettings:
    """The same of any file: relative paths start from its folder."""
    try:
        given = with_secrets(section, folder=file.parent)
        folder = file.parent / str(given.get("passwords", FOLDER))
        return AsteriskSettings.from_mapping(filled(given, folder, make=makes_passwords), at="asterisk")
    except SettingsError as error:
        mend = error.mend or EXAMPLE
        where = error.where or str(file)
        raise SettingsError(error.what, where=where, mend=mend, field=error.field) from None


def caller_ids_of(settings: Settings) -> tuple[OwnedNumber, ...]:
    """The numbers of ours that may be shown: the `[[caller_ids]]` sections.

    Raises:
        SettingsError: one of them is not right.
    """
    return tuple(
        _READER.read(
            OwnedNumber,
            section,
            where=f"{settings_file()}, caller id {place}",
            mend="dialer/domain/caller_id.py says what is declared of a number.",
        )
        for place, section in enumerate(settings.caller_ids, start=1)
    )


def caller_id_pools_of(settings: Settings) -> tuple[CallerIdPool, ...]:
    """Which numbers are shown for which client: the `[[caller_id_pools]]` sections.

    Raises:
        SettingsError: one of them is not right.
    """
    return tuple(
        _READER.read(
            CallerIdPool,
            section,
            where=f"{settings_file()}, caller id pool {place}",
            mend="dialer/domain/caller_id.py says what a pool is.",
        )
        for place, section in enumerate(settings.caller_id_pools, start=1)
    )


def demand_declared(
    campaigns: tuple[CampaignSettings, ...],
    owned: tuple[OwnedNumber, ...],
    pools: tuple[CallerIdPool, ...] = (),
) -> None:
    """Only numbers that are ours and that lead back to us are shown, and only for the client they are for.

    Raises:
        MendableError: a campaign would show another one, or none at all; a pool is not as pools must be.
    """
    known = {each.number for each in owned}
    _demand_pools(pools, known)
    by_name = {pool.pool: pool for pool in pools}
    for campaign in campaigns:
        if campaign.caller_id_pool:
            _demand_own_pool(campaign, by_name.get(campaign.caller_id_pool))
            continue
        strangers = [number for number in campaign.shown if number not in known]
        if strangers or not campaign.shown:
            what = f"would show {strangers[0]}, which is not declared" if strangers else "shows no number"
            raise MendableError(
                f"campaign {campaign.campaign} {what}",
                where=str(settings_file()),
                mend="name it in the campaign's caller_ids, and declare it as yours in a [[caller_ids]] "
                "section with `number` and `calls_back_to`: what answers when somebody calls it.",
            )


def _demand_pools(pools: tuple[CallerIdPool, ...], known: set[str]) -> None:
    where, taken, names = str(settings_file()), dict[str, str](), [pool.pool for pool in pools]
    if len(set(names)) != len(names):
        raise MendableError("two caller id pools have the same name", where=where, mend="rename one.")
    for pool in pools:
        strangers = [number for number in pool.numbers if number not in known]
        if strangers:
            raise MendableError(
                f"caller id pool {pool.pool} has {strangers[0]}, which is not declared",
                where=where,
                mend="declare it as yours in a [[caller_ids]] section, or take it out of the pool.",
            )
        shared = [number for number in pool.numbers if number in taken]
        if shared:
            raise MendableError(
                f"{shared[0]} is in two caller id pools, {taken[shared[0]]} and {pool.pool}",
                where=where,
                mend="leave it in one: what people say of one client's calls is not to fall on another's.",
            )
        taken |= dict.fromkeys(pool.numbers, pool.pool)


def _demand_own_pool(campaign: CampaignSettings, pool: CallerIdPool | None) -> None:
    where = str(settings_file())
    if pool is None:
        raise MendableError(
            f"campaign {campaign.campaign} names the caller id pool {campaign.caller_id_pool}: there is none",
            where=where,
            mend="write a [[caller_id_pools]] section with `pool`, `client` and `numbers`, or name another.",
        )
    if pool.client != campaign.client:
        raise MendableError(
            f"campaign {campaign.campaign} calls for {campaign.client} and names caller id pool {pool.pool}, "
            f"which is {pool.client}'s",
            where=where,
            mend="name a pool of the campaign's own client.",
        )


def campaigns_of(settings: Settings) -> tuple[CampaignSettings, ...]:
    """What the floor calls: the `[[campaigns]]` sections.

    Raises:
        SettingsError: one of them is not right, or two have the same name.
    """
    made = tuple(
        _READER.read(
            CampaignSettings,
            section,
            where=f"{settings_file()}, campaign {place}",
            mend="dialer/domain/campaign.py says what each setting of a campaign means.",
        )
        for place, section in enumerate(settings.campaigns, start=1)
    )
    names = [campaign.campaign for campaign in made]
    if len(set(names)) != len(names):
        raise SettingsError(
            "two campaigns have the same name", where=str(settings_file()), mend="rename one."
        )
    return made


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

"""Writes the configuration that a stock Asterisk needs (`fairdial asterisk config --out DIR`)."""

from __future__ import annotations

import dataclasses
from importlib import resources
from pathlib import Path

import jinja2

from dialer.files import shared_folder, write_whole
from dialer.settings_reader import SettingsError
from telephony.asterisk.inbound_lines import written_lines
from telephony.asterisk.settings import AsteriskSettings, Transport
from telephony.asterisk.shut import ShutNumbers

TEMPLATES = (
    "amd.conf",
    "cel.conf",
    "cel_custom.conf",
    "coturn/turnserver.conf",
    "extensions.conf",
    "fail2ban/fairdial-asterisk.filter",
    "fail2ban/fairdial-asterisk.jail",
    "http.conf",
    "logger.conf",
    "manager.conf",
    "modules.conf",
    "pjsip.conf",
    "rtp.conf",
    "systemd/fairdial.conf",
)

HOLD_FILE = "musiconhold.conf"
"""Written where somebody on hold is to hear a file of ours; else Asterisk's own stays as it is."""

# Secrets stand in manager.conf and pjsip.conf: readable by the owner and Asterisk's group only.
_MODE = 0o640


def files_of(settings: AsteriskSettings) -> tuple[str, ...]:
    """Names of the files that are written, sorted."""
    return tuple(sorted((*TEMPLATES, HOLD_FILE))) if settings.holds else TEMPLATES


def render(settings: AsteriskSettings) -> dict[str, str]:
    """The text of every file, by file name.

    Raises:
        SettingsError: a value would change the meaning of a line (line break, `;`), or nothing would listen.
    """
    _demand_listeners(settings)
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # not HTML; _plain refuses what would break a line
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_plain,
    )
    values: dict[str, object] = {
        item.name: getattr(settings, item.name) for item in dataclasses.fields(settings)
    }
    spoken = {Transport.UDP, *(trunk.transport for trunk in settings.trunks)}
    values["transports"] = [one.value for one in Transport if one in spoken]
    values["our_lines"] = written_lines(settings.inbound_lines, settings.inbound_region)
    closed = ShutNumbers(shut=settings.shut, opened=settings.opened)
    values["shut_patterns"] = sorted({row.pattern for row in closed.rows})
    values["ways_out"] = settings.ways_out
    values["holds"] = settings.holds
    values["relay_peers"] = _relay_peers(settings)
    folder = resources.files("config").joinpath("asterisk")
    return {
        name: environment.from_string(folder.joinpath(f"{name}.j2").read_text("utf-8")).render(values)
        for name in files_of(settings)
    }


def write(settings: AsteriskSettings, folder: Path) -> tuple[str, ...]:
    """Write the files that differ from what is there; nothing is touched when nothing changed.

    Returns:
        Names of the files written, sorted.

    Raises:
        SettingsError: see `render`.
    """
    shared_folder(folder)
    written: list[str] = []
    for name, text in sorted(render(settings).items()):
        path = folder / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        shared_folder(path.parent)
        write_whole(path, text, mode=_MODE)
        written.append(name)
    return tuple(written)


def _demand_listeners(settings: AsteriskSettings) -> None:
    """Without a certificate there is no TLS, and clear text is only for who asks for it."""
    if settings.certificate is not None:
        return
    browsers = any(agent.browser for agent in settings.agents)
    for name, is_needed, what in (
        ("ami", not settings.ami.clear_text, "the manager interface would not listen"),
        ("http", browsers and not settings.http.clear_text, "browser phones could not connect"),
    ):
        if is_needed:
            raise SettingsError(
                f"no certificate is set, so {what}",
                mend=f"set [asterisk.certificate] chain and key; or, where dialer and Asterisk are one "
                f"machine, [asterisk.{name}] clear_text = true.",
            )


def _relay_peers(settings: AsteriskSettings) -> tuple[str, ...]:
    """Where the relay may send sound to: to Asterisk, and to nothing else."""
    if settings.relay.turn and not settings.relay_peers:
        raise SettingsError(
            "relay.turn is set, and no address of Asterisk's sound is known that it may relay to",
            mend="set [asterisk.relay] peers to the addresses under which the TURN server reaches Asterisk.",
        )
    return settings.relay_peers


def _plain(value: object) -> object:
    """Refuse what would end a line or begin a comment in Asterisk's files."""
    if not isinstance(value, str):
        return value
    for sign in value:
        if sign in ";\\" or ord(sign) < 32:  # the value itself is not told: it may be a secret
            raise SettingsError(f"a setting holds {sign!r}, which cannot stand in Asterisk's configuration")
    return value

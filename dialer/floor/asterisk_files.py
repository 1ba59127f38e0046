"""The files that a stock Asterisk needs, from a floor's settings or from those of one Asterisk alone."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from dialer.floor.settings import asterisk_at, asterisks_of, use_config
from dialer.settings import load_settings
from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import files_of, write
from telephony.asterisk.settings import AsteriskSettings

_EXAMPLE = (
    "config/fairdial.example.toml shows a floor's settings, config/asterisk/example.toml one Asterisk's."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesWritten:
    """Names of files that were written, and how many were as they should be."""

    written: tuple[str, ...]
    unchanged: int


def write_files(out: Path, settings: Path | None = None) -> FilesWritten:
    """Write the configuration; what is as it should be is not touched. Of several Asterisks each is written
    into a folder of its name.

    Args:
        settings: the floor's settings, or one Asterisk's alone; None = the working folder's.

    Raises:
        SettingsError: a setting is not right, or cannot stand in such a file.
        OSError: a file cannot be read or written.
    """
    systems = _systems(settings)
    written: list[str] = []
    try:
        for system in systems:
            folder = out / system.name if len(systems) > 1 else out
            written += [str((folder / name).relative_to(out)) for name in write(system, folder)]
    except SettingsError as error:
        raise SettingsError(error.what, where=str(settings or "the settings"), mend=_EXAMPLE) from error
    files = sum(len(files_of(system)) for system in systems)
    return FilesWritten(written=tuple(written), unchanged=files - len(written))


def _systems(file: Path | None) -> tuple[AsteriskSettings, ...]:
    """Those of a floor's settings, or the one that the file is about as a whole."""
    if file is not None:
        text = file.read_text(encoding="utf-8")
        try:
            read = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"no TOML: {error}", where=str(file), mend=_EXAMPLE) from error
        if "asterisk" not in read:
            return (asterisk_at(read, file.absolute(), makes_passwords=True),)
    use_config(file)
    return asterisks_of(load_settings(), makes_passwords=True)

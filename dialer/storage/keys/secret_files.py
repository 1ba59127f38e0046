"""Files that hold a secret: made whole or not at all, readable by their owner alone, never overwritten."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.settings import load_settings

FOLDER = "keys"
"""In the folder of the installation's output, where the settings name no other."""

_OTHERS = 0o077


class SecretFileError(MendableError):
    """A file that holds a secret is empty, can be read by others, or is not what it should be."""


def keys_folder() -> Path:
    """The installation's folder of keys: the setting `keys`, or `keys` in its output folder."""
    settings = load_settings()
    return settings.keys if settings.keys is not None else settings.out / FOLDER


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may enter; one that is there is left as it is."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was quicker
            folder.mkdir(mode=0o700)
    return folder


def read_secret(path: Path) -> bytes:
    """What a secret file holds.

    Raises:
        FileNotFoundError: there is none.
        SecretFileError: it is empty, or others may read it.
    """
    data = path.read_bytes()
    if not data:
        raise SecretFileError(
            "this key file is empty", where=str(path), mend="put the copy back that was kept elsewhere."
        )
    if path.stat().st_mode & _OTHERS:
        raise SecretFileError(
            "others may read this key file",
            where=str(path),
            mend=f"run `chmod 600 {path}`, then look who did.",
        )
    return data


def secret_in(path: Path, make: Callable[[], bytes]) -> bytes:
    """What a secret file holds; it is made when there is none, whole or not at all.

    Raises:
        SecretFileError: see `read_secret`.
    """
    with suppress(FileNotFoundError):
        return read_secret(path)
    made = make()
    private_folder(path.parent)
    temporary = write_aside(path, made)
    try:
        path.hardlink_to(temporary)  # fails where another process was quicker: then that one's counts
    except FileExistsError:
        return read_secret(path)
    finally:
        temporary.unlink()
    sync_folder(path.parent)
    return made


def move_secret(source: Path, target: Path) -> None:
    """Put a secret file in another's place; it stays there past a power cut."""
    source.replace(target)
    sync_folder(target.parent)


def write_aside(path: Path, data: bytes) -> Path:
    """The contents on the disk under a name of their own beside `path`, for its owner alone."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Let a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

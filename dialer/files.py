"""The one home of writing files: whole or not at all, and for their owner alone.

Theory of operation. What is written goes to a part beside the file, is handed to the disk and only then takes
the file's name: a full disk, a kill or a Ctrl-C leaves the file that was there before, or none, and never one
that is cut. What a floor keeps holds secrets, names and birth dates: files are 0600 and folders 0700 from the
moment they exist. Files that grow line by line and say themselves where they end (journals, manifests, logs)
are opened here, too. A test of the architecture finds whoever writes a file in another way.
"""

import contextlib
import errno
import io
import os
import secrets
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, TextIO, TypeVar

from dialer.domain.errors import MendableError

T = TypeVar("T")

OWNER_ALONE = 0o600
FOLDER_OF_OWNER = 0o700
NEW_FILES_OF_OWNER = 0o077
"""The umask of every command: also of files that libraries and SQLite make."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_to_owner() -> None:
    """What this process and its children make from now on is their owner's alone."""
    os.umask(NEW_FILES_OF_OWNER)


def own_folder(folder: Path) -> Path:
    """The folder, made for its owner alone where it is new; one that is there is left as it is."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=FOLDER_OF_OWNER, exist_ok=True)
    folder.mkdir(exist_ok=True)  # raises where it is a file
    return folder


def shared_folder(folder: Path) -> Path:
    """The folder, made for others to enter where it is new: another program reads in it."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)
    folder.mkdir(exist_ok=True)
    return folder


def write_whole(file: Path, content: bytes | str, *, mode: int = OWNER_ALONE) -> None:
    """Write a file, whole or not at all; text as UTF-8.

    Raises:
        OSError: it could not be written; what was there before is there still.
    """
    with written_whole(file, mode=mode) as opened:
        opened.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def written_whole(file: Path, *, mode: int = OWNER_ALONE) -> Generator[BinaryIO]:
    """A file to write into, which takes its name when the block has ended well, and else never was.

    A name that is no ordinary file (`/dev/stdout`, a pipe) is written to as it is.

    Raises:
        OSError: it could not be written; what was there before is there still.
    """
    if file.exists() and not _is_ordinary(file):
        with file.open("wb") as opened:
            yield opened
        return
    target = file.resolve() if file.is_symlink() else file
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with opened_private(part, os.O_WRONLY | os.O_EXCL, "wb") as opened:
            yield opened
            opened.flush()
            os.fchmod(opened.fileno(), mode)
            os.fsync(opened.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _hand_over(target.parent)


def moved(file: Path, to: Path) -> None:
    """Give a file another name on its disk, in one step; what had the name goes.

    Raises:
        OSError: it could not be done; the file is where it was.
    """
    file.replace(to)
    _hand_over(to.parent)


@contextmanager
def made_apart(file: Path) -> Generator[Path]:
    """A path beside the file for a library to write to, with the same ending; it becomes the file when the
    block has ended well, and else is gone.

    Raises:
        OSError: it could not be written; what was there before is there still.
    """
    part = file.with_name(f".{secrets.token_hex(4)}.part.{file.name}")
    try:
        made_private(part)
        yield part
        with part.open("rb") as opened:
            os.fsync(opened.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _hand_over(file.parent)


@contextmanager
def made_folder(folder: Path) -> Generator[Path]:
    """A folder to fill, which takes its name when the block has ended well, and else never was.

    Raises:
        MendableError: there is something of this name already.
        OSError: it could not be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MendableError(
            "there is something in it already", where=str(folder), mend="name a folder that is new."
        )
    own_folder(folder.parent)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    part.mkdir(mode=FOLDER_OF_OWNER)
    try:
        yield part
        part.replace(folder)  # takes the place of one that is empty
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _hand_over(folder.parent)


def zipped_folder(folder: Path) -> BinaryIO:
    """The files of a folder as a zip archive without a name, at its beginning: gone when it is closed.

    Raises:
        OSError: there is no room for it.
    """
    archive = tempfile.TemporaryFile()  # noqa: SIM115  # whoever asked closes it
    try:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for file in sorted(folder.iterdir()):
                opened.write(file, file.name)
        archive.seek(0)
    except BaseException:
        archive.close()
        raise
    return archive


@contextmanager
def written_text(file: Path) -> Generator[TextIO]:
    """As `written_whole`, for text in UTF-8 with its line ends as they are written."""
    with written_whole(file) as opened:
        text = io.TextIOWrapper(opened, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


def opened_private(file: Path, flags: int, mode: Literal["wb", "ab"]) -> BinaryIO:
    """A file opened to be written piece by piece, made for its owner alone where it is new.

    For files that say themselves where they end; every other is `written_whole`.
    """
    return os.fdopen(os.open(file, flags | os.O_CREAT | os.O_CLOEXEC, OWNER_ALONE), mode)


def opened_itself(file: Path) -> BinaryIO:
    """An ordinary file that somebody else brought, opened to be read: no link is followed, nothing waits.

    Raises:
        OSError: it is a link or no ordinary file, or cannot be read.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no ordinary file", str(file))
    return os.fdopen(descriptor, "rb")


def made_private(file: Path) -> None:
    """Make sure that a file is there and nobody but its owner may read or write it, for a library to fill.

    Raises:
        OSError: it cannot be made.
    """
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ALONE))
    except FileExistsError:
        found = stat.S_IMODE(file.stat().st_mode)
        if found & _OTHERS:
            with contextlib.suppress(PermissionError):  # its owner lets others read: theirs to say
                file.chmod(found & ~_OTHERS)


def read_state(file: Path, read: Callable[[bytes], T], *, what: str, mend: str) -> T:
    """What the product wrote down for itself.

    Args:
        read: takes the bytes; ValueError says that they are not what was written.
        what: what the file holds, as the beginning of a sentence.
        mend: what to do when it is not that.

    Raises:
        MendableError: the file is empty, cut off or is not what was written.
        OSError: it cannot be read.
    """
    found = file.read_bytes()
    if not found.strip(b"\0 \t\r\n"):
        raise MendableError(f"{what} is empty", where=str(file), mend=mend)
    try:
        return read(found)
    except ValueError as error:
        raise MendableError(f"{what} cannot be read: {error}", where=str(file), mend=mend) from error


def _is_ordinary(file: Path) -> bool:
    is_of_the_system = file.absolute().is_relative_to("/dev") or file.absolute().is_relative_to("/proc")
    return file.is_file() and not is_of_the_system


def _hand_over(folder: Path) -> None:
    """The new name to the disk; a file system that cannot do that has done what it can."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(opened)
    finally:
        os.close(opened)

"""Files of the product: whole or not at all, and for their owner alone."""

import os
import resource
import signal
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer import files
from dialer.domain.errors import MendableError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def no_longer_than(most: int) -> Generator[None]:
    """Files of this process may not grow beyond `most` bytes: as full as a disk can be."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def text_piece_by_piece(file: Path) -> None:
    with files.written_text(file) as opened:
        for _ in range(1000):
            opened.write("a line of a hundred bytes\n" * 4)


def by_a_library(file: Path) -> None:
    with files.made_apart(file) as part, part.open("wb") as opened:
        opened.write(bytes(100_000))


WRITERS: tuple[Callable[[Path], None], ...] = (
    lambda file: files.write_whole(file, bytes(100_000)),
    text_piece_by_piece,
    by_a_library,
)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("is_there", [False, True])
def test_without_room_the_file_is_what_it_was_and_nothing_lies_about(
    tmp_path: Path, write: Callable[[Path], None], is_there: bool
) -> None:
    file = tmp_path / "token"
    if is_there:
        file.write_text("before")
    with no_longer_than(50_000), pytest.raises(OSError, match="File too large"):
        write(file)
    assert [path.name for path in tmp_path.iterdir()] == (["token"] if is_there else [])
    assert not is_there or file.read_text() == "before"


@pytest.mark.parametrize("write", WRITERS)
def test_an_interruption_leaves_the_file_as_it_was(
    tmp_path: Path, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_opened: int) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "token"
    file.write_text("before")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("write", WRITERS)
def test_whatever_the_umask_only_the_owner_may_read(tmp_path: Path, write: Callable[[Path], None]) -> None:
    before = os.umask(0)
    try:
        folder = files.own_folder(tmp_path / "floor" / "agents")
        write(folder / "token")
        with files.opened_private(folder / "log", os.O_WRONLY | os.O_APPEND, "ab"):
            pass
        (folder / "old.db").touch()
        files.made_private(folder / "old.db")
        files.made_private(folder / "new.db")
    finally:
        os.umask(before)
    assert [mode_of(folder.parent), mode_of(folder)] == [0o700, 0o700]
    assert {path.name: mode_of(path) for path in folder.iterdir()} == dict.fromkeys(
        ("token", "log", "old.db", "new.db"), 0o600
    )


def test_what_lies_behind_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept" / "report.html")
    files.write_whole(tmp_path / "link", "report")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "kept" / "report.html").read_text() == "report"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_whole(pipe, b"report")
    assert os.read(reader, 100) == b"report"
    os.close(reader)
    files.write_whole(Path("/dev/null"), b"report")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("content", [b"", b"\n", bytes(4096), b" \t\r\n"])
def test_a_state_file_without_anything_in_it_is_refused(tmp_path: Path, content: bytes) -> None:
    """A disk that was full leaves no bytes; one that lost its power leaves zeros."""
    file = tmp_path / "clock.json"
    file.write_bytes(content)
    with pytest.raises(MendableError, match="the clock is empty") as refused:
        files.read_state(file, lambda data: data, what="the clock", mend="delete it.")
    assert (refused.value.where, refused.value.mend) == (str(file), "delete it.")

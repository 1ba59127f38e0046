"""Sound at rest: sealed under the key of whoever speaks in it, and the one way in which it is read again.

A recording of a call is sealed under the key of the person who was called, a caller's message under that of
the caller, and where nobody can say who that was, under a key of the call's own. Erasing a person destroys
their key: every copy of the recording, in a back-up or on another machine, is noise from then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dialer.domain.errors import MendableError
from dialer.files import written_whole
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.messages import messages_named
from dialer.inquiry.stored import attempts_named
from dialer.storage.access.deeds import erased_among
from dialer.storage.keys.streams import Label, NotOpenedError, SealedStream, label_of, seal_stream
from telephony.asterisk import recordings

if TYPE_CHECKING:
    from typing import BinaryIO

    from dialer.domain.ids import AttemptId
    from dialer.domain.inbound import InboundRecord
    from dialer.domain.record import AttemptRecord
    from dialer.storage.keys.keyring import Keyring
    from dialer.storage.store import Store
    from telephony.asterisk.recordings import Recording, Seal


class SoundUnreadableError(MendableError):
    """A recording that cannot be given: it is missing, was touched, or its key is gone."""


class Sound(Protocol):
    """A sound file that was opened, in clear for whoever reads it, wherever it lies and however.

    Args:
        size: bytes.
    """

    @property
    def size(self) -> int: ...

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """From `start` up to `stop`, not included, in pieces; None = to the end.

        Raises:
            NotOpenedError: a piece was touched.
            OSError: the disk does not give it.
        """
        ...


def seals_for(
    store: Store, calls: Mapping[AttemptId, AttemptRecord], messages: Mapping[AttemptId, InboundRecord]
) -> Mapping[AttemptId, Seal]:
    """What each of these recordings is sealed by.

    One of a person who was erased has none: under a new key what was to be forgotten could be read again.

    Raises:
        KeysMissingError: the keys are not here.
    """
    subjects = {name: str(row.person) for name, row in calls.items()}
    subjects |= {name: caller_of(row) for name, row in messages.items()}
    wanted = frozenset(subjects.values())
    if not wanted:
        return {}
    keys = dict(store.keyring.keys_of(wanted, make=False))
    if missing := wanted - keys.keys():
        keys |= _new_keys(store, missing)
    return {
        name: partial(_seal, keys[subject], Label(subject=subject, about=name))
        for name, subject in subjects.items()
        if subject in keys
    }


def _new_keys(store: Store, subjects: frozenset[str]) -> Mapping[str, bytes]:
    """Of whoever is not erased. It is looked at twice: somebody who is erased between the first look and the
    making of their key would have one again. Whoever erases says so before they destroy keys, so what was
    made too late is seen by the second look, and what was made earlier they destroy.
    """

    def erased() -> frozenset[str]:
        return store.read(lambda connection: erased_among(connection, sorted(subjects)))

    made = store.keyring.keys_of(subjects - erased(), make=True)
    if late := made.keys() & erased():
        store.keyring.destroy(late)
    return {subject: key for subject, key in made.items() if subject not in late}


def lying_in_clear(folder: Path) -> tuple[AttemptId, ...]:
    """Finished recordings in clear: of an older version, or of a sealing that was interrupted."""
    return recordings.in_clear(folder)


def goes_on() -> bool:
    """Of whoever has all the time there is: it is never over."""
    return False


def seal_recordings(
    folder: Path, store: Store, names: Collection[AttemptId], *, is_over: Callable[[], bool] = goes_on
) -> tuple[tuple[str, ...], tuple[tuple[AttemptId, str], ...]]:
    """Seal sound files that an older version left in clear.

    Args:
        names: of recordings in the manifest.
        is_over: asked before each; what is not sealed then is left as it is.

    Returns:
        Names of the files sealed; of the others each with why it lies in clear still.

    Raises:
        KeysMissingError: the keys are not here.
    """
    seals = seals_for(store, attempts_named(store, names), messages_named(store, names))
    done: list[str] = []
    left: list[tuple[AttemptId, str]] = []
    for name in sorted(names):
        if is_over():
            break
        if name not in seals:
            left.append((name, NOBODY_S))
            continue
        try:
            line = recordings.seal_finished(folder, name, seals[name])
        except OSError as error:
            left.append((name, str(error)))
            continue
        if line is None:
            left.append((name, "it is not what it was when it was finished"))
        else:
            done.append(line.file)
    return tuple(done), tuple(left)


NOBODY_S = "nobody knows whose it is, or they were erased: erase them again, and name this folder"
"""Why a recording has no seal."""


def recording_named(folders: Iterable[Path], name: str) -> tuple[Path, Recording]:
    """A finished recording, of a call by the attempt's id or of a message by its name, and its folder.

    Raises:
        NotThereError: no manifest has it.
    """
    looked_in = tuple(folders)
    for folder in looked_in:
        for line in recordings.manifest(folder):
            if line.attempt == name:
                return folder, line
    raise NotThereError(
        f"there is no finished recording {name!r}",
        where=", ".join(map(str, looked_in)),
        mend="`fairdial recordings find` names those of calls; a message's is in the call's record.",
    )


def copy_sound(folder: Path, line: Recording, target: Path, keyring: Keyring) -> None:
    """Write a recording in clear, whole and proved, or not at all; for its owner alone.

    Raises:
        SoundUnreadableError: it is missing, was touched, or its key is gone.
        KeysMissingError: it is sealed, and no keys are here.
        OSError: it cannot be written.
    """
    digest = hashlib.sha256()
    try:
        with opened_sound(folder, line, keyring) as sound, written_whole(target) as written:
            for some in sound.read():
                digest.update(some)
                written.write(some)
            if digest.hexdigest() != line.sha256:
                raise NotOpenedError("it is not what it was when it was finished")
    except NotOpenedError as error:
        raise _unreadable(folder / line.lies_in, line, error) from error


@contextmanager
def opened_sound(folder: Path, line: Recording, keyring: Keyring) -> Generator[Sound]:
    """A recording to be read, sealed or in clear.

    Raises:
        SoundUnreadableError: it is missing or cut off, or its key is gone or another.
        KeysMissingError: it is sealed, and no keys are here.
    """
    path = folder / line.lies_in
    try:
        file = path.open("rb")
    except OSError as error:
        raise SoundUnreadableError(
            f"the recording {line.file} cannot be read: {error.strerror}",
            where=str(path),
            mend="put it back from a back-up.",
        ) from error
    with file:
        yield _sealed_sound(file, path, line, keyring) if line.is_sealed else _Clear(file)


def _sealed_sound(file: BinaryIO, path: Path, line: Recording, keyring: Keyring) -> SealedStream:
    try:
        label = label_of(file)
        keys = keyring.keys_of((label.subject,), make=False)
        if label.subject not in keys:
            raise SoundUnreadableError(
                f"nobody can hear the recording {line.file} any more: the key of {label.subject} is gone",
                where=str(path),
                mend="a person who was erased stays so; else put the folder of keys back as it was last.",
            )
        return SealedStream(file, keys[label.subject], Label(subject=label.subject, about=line.attempt))
    except NotOpenedError as error:
        raise _unreadable(path, line, error) from error


def _unreadable(path: Path, line: Recording, error: NotOpenedError) -> SoundUnreadableError:
    return SoundUnreadableError(
        f"the recording {line.file} does not open: {error}",
        where=str(path),
        mend="`fairdial recordings verify` says whether it was touched; if not, its keys are of another "
        "store: put the right folder of keys back.",
    )


class _Clear:
    """A sound file of an older version."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        stop = self.size if stop is None else min(stop, self.size)
        self._file.seek(start)
        while start < stop and (some := self._file.read(min(stop - start, 1 << 16))):
            yield some
            start += len(some)


def _seal(key: bytes, label: Label, data: Iterable[bytes], into: BinaryIO) -> None:
    seal_stream(key, label, data, into)


def caller_of(record: InboundRecord) -> str:
    """Whose voice a message is; the call's own id where nobody can say."""
    if record.person is not None:
        return record.person
    persons = {caller.person for caller in record.callers}
    return str(next(iter(persons))) if len(persons) == 1 else str(record.call)

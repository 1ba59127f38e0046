"""One recording that somebody hears: never one whose time is over, and never without it being on record.

What a rule will delete at the next look is heard by nobody from the moment on in which it is due: a recording
past its days, or one whose person objected where their campaign keeps nothing then. A hold for a court beats
both, here as there.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.access.record import Deed
from dialer.domain.errors import FairdialError
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.messages import messages_named
from dialer.inquiry.retention import judge, objected_to
from dialer.inquiry.sounds import SoundUnreadableError, caller_of, copy_sound, opened_sound, recording_named
from dialer.inquiry.stored import attempts_named
from dialer.storage.access import deeds
from dialer.storage.keys.master import KeysMissingError

if TYPE_CHECKING:
    from dialer.domain.ids import AttemptId
    from dialer.inquiry.sounds import Sound
    from dialer.storage.store import Store
    from telephony.asterisk.recordings import Recording


class SoundGoneError(FairdialError):
    """A recording that is listed and cannot be heard; where it lies concerns whoever runs the machine."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Audible:
    """A finished recording that may be heard. `subject`: whose voice it is, a person's or a call's id; ''
    where the store does not say."""

    folder: Path
    line: Recording
    subject: str

    @property
    def about(self) -> tuple[str, ...]:
        """Of what a deed with it is."""
        told = (f"attempt:{self.line.attempt}",)
        return (*told, f"person:{self.subject}") if self.subject else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A recording that was opened; `close` when it was heard."""

    audible: Audible
    sound: Sound
    close: ExitStack


def audible(folders: Iterable[Path], store: Store, name: AttemptId, *, now: float) -> Audible:
    """A recording by its name, of a call or a message.

    Args:
        now: POSIX seconds of the machine.

    Raises:
        NotThereError: there is none, or its time is over.
    """
    folder, line = recording_named(folders, name)
    calls, messages = attempts_named(store, [name]), messages_named(store, [name])
    if name in judge(store, [name], now=now).due or objected_to(store, calls.values(), now=now):
        raise NotThereError(
            f"the recording {name!r} is kept no more",
            where=str(folder),
            mend="its days are over, or its person objected: it is deleted at the next look.",
        )
    subject = ""
    if name in calls:
        subject = str(calls[name].person)
    elif name in messages:
        subject = caller_of(messages[name])
    return Audible(folder=folder, line=line, subject=subject)


def opened_to_hear(folders: Iterable[Path], store: Store, name: AttemptId, *, now: float) -> Heard:
    """The same, opened; it is read whatever becomes of the store.

    Raises:
        NotThereError: see `audible`.
        SoundGoneError: it is missing or cut off, or its key is gone.
    """
    found = audible(folders, store, name, now=now)
    with ExitStack() as stack:
        try:
            sound = stack.enter_context(opened_sound(found.folder, found.line, store.keyring))
        except (SoundUnreadableError, KeysMissingError) as error:
            raise SoundGoneError(error.what) from error
        return Heard(audible=found, sound=sound, close=stack.pop_all())


def copied_out(
    folder: Path, store: Store, name: AttemptId, target: Path, *, who: str, why: str, now: float
) -> Audible:
    """Write a recording in clear for somebody at the command line. It is on record before it is written.

    Raises:
        NotThereError: see `audible`.
        SoundUnreadableError, KeysMissingError: it cannot be opened.
        OSError: it cannot be written.
    """
    found = audible((folder,), store, name, now=now)
    deed = Deed(
        at=now,
        who=who,
        address="command",
        action="recordings open",
        about=found.about,
        why=why,
        outcome="opened",
    )
    store.write(lambda connection: deeds.append(connection, [deed]))
    copy_sound(found.folder, found.line, target, store.keyring)
    return found

"""Talking to the person at the terminal: figures to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dialer.domain.errors import FairdialError, MendableError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class UserError(MendableError):
    """A command line that cannot be carried out as it was typed."""


def complain(error: MendableError) -> None:
    """Show what, where, and how to mend it."""
    err.print(Text("error: ", style="bold red") + Text(error.what), soft_wrap=True)
    if error.where:
        err.print(Text(f"  where: {error.where}"), soft_wrap=True)
    if error.mend:
        err.print(Text(f"  mend:  {error.mend}"), soft_wrap=True)


def say(text: str) -> None:
    """A remark beside the result; stderr."""
    err.print(Text(text), soft_wrap=True)


def result(text: str) -> None:
    """A line of the result; stdout, never wrapped or coloured."""
    sys.stdout.write(text + "\n")


def heading(text: str) -> None:
    """A heading of the result; stdout."""
    out.print(Text(text, style="bold"), soft_wrap=True)


def result_json(value: object) -> None:
    """The result for a program."""
    result(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def table(*columns: str, numbers: Sequence[str] = ()) -> Table:
    """A plain table; columns named in `numbers` are set right."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


class Bar:
    """A progress bar from 0 to 1."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=1.0, note="")

    def reach(self, share: float, note: str = "") -> None:
        """Move to `share`, 0-1, with a few words beside it."""
        self._progress.update(self._task, completed=min(1.0, share), note=note)

    def note(self, note: str) -> None:
        """Words beside a bar whose end is not known."""
        self._progress.update(self._task, total=None, note=note)


@contextmanager
def progress_bar(title: str, *, quiet: bool = False) -> Generator[Bar]:
    """A bar on stderr while the block runs; silent where nobody looks at a terminal."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
        console=err,
        disable=quiet or not err.is_terminal,
        transient=True,
    )
    with progress:
        yield Bar(progress, title)


_MEND: dict[str, str] = {
    "UnknownScenarioError": "`fairdial scenarios` lists them.",
    "UnknownPolicyError": "choose one of those named.",
    "JournalFileError": "give a journal that `fairdial simulate` or a floor has written.",
    "JournalAlteredError": "compare it with the copy that was kept elsewhere.",
    "UnreadableEntryError": "the file is damaged or was changed; take another copy of it.",
    "BackupError": "take another copy, or another name for the new file.",
    "StoreOwnedError": "stop the floor that owns the store, or work on a copy.",
    "SchemaMismatchError": (
        "use the version of Fairdial that wrote it, or restore the copy that was taken before the upgrade: "
        "`fairdial restore COPY STORE`."
    ),
    "StoreDamagedError": "look with `fairdial doctor`, and restore a copy: `fairdial restore COPY STORE`.",
    "StoreUnavailableError": "see that the store's file or server is there and may be written.",
    "LawError": "mend the law or policy file that is named.",
}


def translated(error: Exception) -> MendableError | None:
    """An error that a person can mend, in words; None for a defect of ours, which keeps its traceback.

    Of several at once (tasks of a floor that end each other) each must be one; the first is told.
    """
    if not isinstance(error, ExceptionGroup):
        return _translated(error)
    known = [translated(each) for each in cast("ExceptionGroup[Exception]", error).exceptions]
    return None if any(each is None for each in known) else known[0]


def _translated(error: Exception) -> MendableError | None:
    if isinstance(error, MendableError):
        return error
    if isinstance(error, OSError):
        return _of_system(error)
    name = type(error).__name__
    if isinstance(error, FairdialError) or name in _MEND:
        return UserError(str(error), mend=_MEND.get(name, ""))
    return None


def _of_system(error: OSError) -> UserError:
    if isinstance(error, FileNotFoundError):
        return UserError("there is no such file", where=str(error.filename), mend="check the path.")
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return UserError("this is a file, not a folder", where=str(error.filename), mend="name a folder.")
    if isinstance(error, IsADirectoryError):
        return UserError("this is a folder, not a file", where=str(error.filename), mend="name a file in it.")
    if isinstance(error, PermissionError):
        return UserError(
            "access denied", where=str(error.filename), mend="check the owner and mode of the file or folder."
        )
    return UserError(error.strerror or str(error), where=str(error.filename or ""))

"""Mappings of creditors' files: proposed, checked against a file, confirmed by a person."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.files import write_whole
from dialer.floor.taking_in import told_of
from dialer.intake.files import UnreadableFileError
from dialer.intake.layouts.proposing import NoSuchLayoutError, Proposal, propose
from dialer.intake.layouts.shipped import shipped_layouts
from dialer.intake.layouts.told import Confirmation, meaning_of
from dialer.intake.layouts.writing import with_confirmation
from dialer.intake.mapping import FileMapping

_MEND = "dialer/intake/README.md has the words of a mapping."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout of the trade that comes with the product."""

    name: str
    about: str


def layouts() -> tuple[Layout, ...]:
    """All of them, by name."""
    found = sorted(shipped_layouts(), key=lambda each: each.name)
    return tuple(Layout(name=each.name, about=each.about) for each in found)


def propose_mapping(file: Path, *, out: Path, layout: str = "", client: str = "") -> Proposal:
    """Propose a mapping for a file and write it down.

    Raises:
        MendableError: the file cannot be taken apart, there is no such layout, or `out` is there already.
    """
    if out.exists():
        raise MendableError(f"{out} is there already", where=str(out), mend="name another, or move it away.")
    try:
        proposal = propose(file, name=out.stem, layout=layout, client=client)
    except UnreadableFileError as error:
        raise MendableError(str(error), where=str(file), mend=_MEND) from error
    except NoSuchLayoutError as error:
        raise MendableError(
            str(error), where="--layout", mend="`fairdial mapping layouts` lists them."
        ) from error
    write_whole(out, proposal.text)
    return proposal


def confirm_mapping(mapping: Path, *, by: str) -> FileMapping:
    """Write down that a person says that a mapping is right; what is changed later is not confirmed.

    Raises:
        MendableError: it cannot be read, or has questions that nobody answered, or is confirmed as it is.
    """
    told = told_of(mapping, is_confirmed=False)
    if told.saved.questions:
        raise MendableError(
            f"nobody has answered: {'; '.join(told.saved.questions)}",
            where=str(mapping),
            mend="write the answer in the place of each `?`.",
        )
    last = told.saved.confirmed_by
    if last is not None:
        raise MendableError(
            f"{last.by} has confirmed version {last.version}, and nothing was changed since",
            where=str(mapping),
            mend="nothing has to be done.",
        )
    text = mapping.read_text(encoding="utf-8")
    confirmed = told.saved.confirmed
    made = Confirmation(
        version=confirmed[-1].version + 1 if confirmed else max(told.saved.version, 1),
        by=by,
        at=clock.utc_now().isoformat(timespec="seconds"),
        meaning=meaning_of(tomllib.loads(text)),
    )
    write_whole(mapping, with_confirmation(text, made))
    return told_of(mapping)

"""Mappings of creditors' files: proposed, checked against a file, confirmed by a person."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.files import write_whole
from dialer.floor.taking_in import read_only
from dialer.floor.told_files import ToldOrder, read_told_alone
from dialer.intake.files import UnreadableFileError
from dialer.intake.layouts.proposing import NoSuchLayoutError, Proposal, propose
from dialer.intake.layouts.proposing_told import propose_told
from dialer.intake.layouts.shipped import shipped_layouts
from dialer.intake.layouts.told import Confirmation, meaning_of
from dialer.intake.layouts.writing import with_confirmation
from dialer.intake.mapping import FileMapping, MappingError, mapping_of
from dialer.intake.report import ImportReport
from dialer.intake.told_columns import ToldKind

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


def propose_mapping(
    file: Path, *, out: Path, layout: str = "", client: str = "", of: str = "placement"
) -> Proposal:
    """Propose a mapping for a file and write it down.

    Args:
        of: what the file's lines say: `placement`, or the word of a kind of told file.

    Raises:
        MendableError: the file cannot be taken apart, there is no such layout, or `out` is there already.
    """
    if out.exists():
        raise MendableError(f"{out} is there already", where=str(out), mend="name another, or move it away.")
    kinds = {kind.value: kind for kind in ToldKind}
    if of != "placement" and of not in kinds:
        mend = f"it is one of placement, {', '.join(kinds)}."
        raise MendableError(f"no mapping is of {of!r}", where="--of", mend=mend)
    try:
        if of in kinds:
            proposal = propose_told(file, name=out.stem, of=kinds[of], client=client)
        else:
            proposal = propose(file, name=out.stem, layout=layout, client=client)
    except UnreadableFileError as error:
        raise MendableError(str(error), where=str(file), mend=_MEND) from error
    except NoSuchLayoutError as error:
        raise MendableError(
            str(error), where="--layout", mend="`fairdial mapping layouts` lists them."
        ) from error
    write_whole(out, proposal.text)
    return proposal


def confirm_mapping(mapping: Path, *, by: str, looked_at: str = "") -> FileMapping:
    """Write down that a person says that a mapping is right; what is changed later is not confirmed.

    Args:
        looked_at: the meaning that they looked at, by its hash; '' = they have the file before them.

    Raises:
        MendableError: it cannot be read, has questions that nobody answered, is confirmed as it is, or was
            changed since it was looked at.
    """
    told = mapping_to_check(mapping)
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
    meaning = meaning_of(tomllib.loads(text))
    if looked_at and meaning != looked_at:
        mend = "look at what it says now, then confirm that."
        raise MendableError("it was changed since it was looked at", where=mapping.stem, mend=mend)
    made = Confirmation(
        version=confirmed[-1].version + 1 if confirmed else max(told.saved.version, 1),
        by=by,
        at=clock.utc_now().isoformat(timespec="seconds"),
        meaning=meaning,
    )
    write_whole(mapping, with_confirmation(text, made))
    return mapping_to_check(mapping)


def mapping_to_check(mapping: Path) -> FileMapping:
    """A saved mapping, confirmed or not, of whatever kind of file. Raises MendableError."""
    try:
        return mapping_of(mapping)
    except MappingError as error:
        raise MendableError(str(error), where=str(mapping), mend=_MEND) from error


def read_by(told: FileMapping, file: Path, *, progress: Callable[[int], None]) -> ImportReport:
    """What a file comes to by a mapping; nothing is changed, and nobody on file is asked for. Raises
    MendableError: it is no file of the mapping's kind."""
    if told.of is None:
        return read_only(file, mapping=told, progress=progress)
    return read_told_alone(ToldOrder(file=file, kind=told.of, by="", mapping=told))

"""Is a journal what was written? Its chain is computed anew and held against every head that was signed.

What each kind of tampering leaves: a changed, lost, added or moved step breaks the chain at its row; a chain
that was computed anew after it misses the signed heads; a cut end is shorter than the newest of them; where
another journal lies in the old one's place, the heads signed there name the one that is gone.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dialer.storage.database.connections import Work
from dialer.storage.evidence.heads import HeadBook, Heads, SignedHead, journal_name
from dialer.storage.evidence.signing import PublicKey
from dialer.storage.journal.chain import Head, next_link
from dialer.storage.journal.codecs import UnreadableEntryError
from dialer.storage.journal.file import JournalAlteredError, JournalReader
from dialer.storage.journal.rows import beginning_of, head_of
from dialer.storage.journal.verifying import Verified, links_at, verify

LOOKED_BACK = 20_000
"""Steps before the newest signed head that a start computes anew, and what came after: half a second."""

RESTORE = (
    "stop the floor, keep this store as it is for whoever looks into it, and restore the newest back-up that "
    "`fairdial verify` finds whole"
)
CUT = (
    f"{RESTORE}; if this store was itself made from a back-up on purpose, write that down with "
    "`fairdial verify STORE --accept REASON`"
)
OTHER_HEADS = "take the file of heads from the copy that was sent elsewhere; find out who changed it"
OTHER_COPY = "take another copy of the file, or have the store's journal written into a new one"
WHICH = "find out which of them is the floor's; what was signed for the other stands in {path}"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not what was written.

    Args:
        what: in a sentence, with the step or line.
        mend: what to do.
    """

    what: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a look at a journal found.

    Args:
        journal: its name; where: its address.
        entries: steps that were looked at until the first fault.
        head: where the chain had come to then.
        signed: the newest signed head that lies on the chain; None = none is known.
        unsigned: steps after it, for which the chain alone speaks.
        faults: everything that is wrong; () = the journal is what was written.
        remarks: what whoever reads this should know besides.
        partial: how far the shift was worked that the journal is of; None = to its end, or none says.
    """

    journal: str
    where: str
    entries: int
    head: Head
    signed: SignedHead | None
    unsigned: int
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    partial: str | None = None

    @property
    def is_whole(self) -> bool:
        """Nothing speaks against the journal."""
        return not self.faults

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return {
            "whole": self.is_whole,
            "partial": self.partial is not None,
            "journal": self.journal,
            "where": self.where,
            "steps": self.entries,
            "head": str(self.head),
            "signed": None if self.signed is None else msgspec.to_builtins(self.signed),
            "steps_since_signed": self.unsigned,
            "faults": msgspec.to_builtins(self.faults),
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What a journal is held against.

    Args:
        book: the installation's heads.
        key: whose signatures count.
        others: heads from elsewhere: a copy that was sent away, in a file.
        printed: heads from paper, unsigned.
    """

    book: HeadBook
    key: PublicKey
    others: tuple[Heads, ...] = ()
    printed: tuple[Head, ...] = ()


def check_store(work: Work, witnesses: Witnesses, *, address: str) -> Checked:
    """Compute a store's whole chain anew and hold it against every witness."""
    begins_with = work.read(beginning_of)
    case = _Case(witnesses, journal_name(begins_with), address)
    found = verify(work, known=case.known)
    case.take(found)
    return case.closed(found.entries, found.head)


def check_end(work: Work, witnesses: Witnesses, *, address: str) -> Checked:
    """The quick look of a start: every signed head against its row, and the last steps computed anew."""
    begins_with = work.read(beginning_of)
    case = _Case(witnesses, journal_name(begins_with), address)
    known = {head.sequence: head for head in case.known if head.sequence}
    links = work.read(lambda connection: links_at(connection, sorted({*known, *_around(known)})))
    newest = max(known, default=0)
    last = work.read(head_of)
    if newest > last.sequence:
        case.fault(_cut(last.sequence, newest), CUT)
    for sequence, head in sorted(known.items()):
        if sequence <= last.sequence and links.get(sequence, head.link) != head.link:
            case.fault(_rewritten(sequence), RESTORE)
            break
    if case.faults:
        return case.closed(0, last)
    from_here = max(newest - LOOKED_BACK, 0)
    after = Head(sequence=from_here, link=links[from_here]) if from_here in links else None
    found = verify(work, known=[head for s, head in known.items() if s > from_here], after=after)
    case.take(found)
    return case.closed(found.entries, found.head)


def _around(known: dict[int, Head]) -> list[int]:
    newest = max(known, default=0)
    return [newest - LOOKED_BACK] if newest > LOOKED_BACK else []


def check_file(path: Path, witnesses: Witnesses) -> Checked:
    """The same of a journal file, whatever its own marks say."""
    reader = JournalReader(path)
    case = _Case(witnesses, journal_name(reader.begins_with), str(path.resolve()))
    known = {head.sequence: head.link for head in case.known}
    head = Head(sequence=reader.header.after, link=reader.begins_with)
    entries = 0
    try:
        for line in reader.encoded():
            head = Head(sequence=_sequence_of(line), link=next_link(head.link, line))
            entries += 1
            if known.get(head.sequence, head.link) != head.link:
                case.fault(_rewritten(head.sequence), OTHER_COPY)
                break
    except (JournalAlteredError, UnreadableEntryError) as error:
        case.fault(str(error), OTHER_COPY)
    if reader.is_partial:
        case.partial = reader.truncated
    elif reader.truncated is not None:
        case.fault(f"{reader.truncated}; the last whole step is {head.sequence}", OTHER_COPY)
    newest = max(known, default=0)
    if not case.faults and newest > head.sequence:
        case.fault(_cut(head.sequence, newest), OTHER_COPY)
    return case.closed(entries, head)


def _sequence_of(line: bytes) -> int:
    """The number an entry begins with."""
    try:
        return int(line[1 : line.index(b",")])
    except ValueError as error:
        raise UnreadableEntryError(f"{line[:40]!r} is no entry") from error


def _cut(last: int, known: int) -> str:
    return f"the journal ends with step {last}, and step {known} was signed: its end was cut off"


def _rewritten(sequence: int) -> str:
    return f"step {sequence} or what came before it was written anew: its link is not the signed one"


@dataclass(slots=True)
class _Case:
    """What is known of one journal, and what was found."""

    witnesses: Witnesses
    journal: str
    address: str
    faults: list[Fault] = field(default_factory=list[Fault])
    remarks: list[str] = field(default_factory=list[str])
    signed: list[SignedHead] = field(default_factory=list[SignedHead])
    known: list[Head] = field(default_factory=list[Head])
    partial: str | None = None

    def __post_init__(self) -> None:
        for heads in (self.witnesses.book.read(self.journal), *self.witnesses.others):
            self._hear(heads)
        self.known = [each.head for each in self.signed] + list(self.witnesses.printed)
        for other in self.witnesses.book.others_at(self.address, self.journal):
            if other.is_signed_by(self.witnesses.key) and not self._came_after(other):
                path = self.witnesses.book.path(other.journal)
                self.fault(
                    f"another journal ({other.journal}, up to step {other.sequence}) lay at {self.address} "
                    "and was put out of its place",
                    f"{WHICH.format(path=path)}; {CUT}",
                )

    def _came_after(self, other: SignedHead) -> bool:
        """Somebody signed with a reason that this journal took the other's place."""
        return any(each.note and each.at >= other.at for each in self.signed)

    def _hear(self, heads: Heads) -> None:
        for number in heads.broken:
            self.remarks.append(
                f"line {number} of {heads.path} is no signed head: a crash cut it off, or somebody did"
            )
        for each in heads.standing:
            if each.journal != self.journal:
                self.fault(
                    f"{heads.path} speaks of journal {each.journal}, and this one is {self.journal}: it was "
                    "replaced, or the heads are another's",
                    OTHER_HEADS,
                )
                return
            if not each.is_signed_by(self.witnesses.key):
                self.fault(
                    f"the head of step {each.sequence} in {heads.path} is not signed by the key "
                    f"{self.witnesses.key.name}",
                    OTHER_HEADS,
                )
                continue
            self.signed.append(each)
            if each.note:
                self.remarks.append(f"signed at step {each.sequence} on purpose: {each.note}")

    def fault(self, what: str, mend: str) -> None:
        """Write down that something is wrong."""
        self.faults.append(Fault(what=what, mend=mend))

    def take(self, found: Verified) -> None:
        """Write down what the chain itself said."""
        if found.fault is not None:
            is_cut = "cut off" in found.fault
            self.fault(found.fault, CUT if is_cut else RESTORE)

    def closed(self, entries: int, head: Head) -> Checked:
        """Everything that was found."""
        before = [each for each in self.signed if each.sequence <= head.sequence]
        newest = max(before, key=lambda each: each.sequence, default=None)
        if newest is None and head.sequence and not self.faults:
            self.remarks.append(
                "no head of this journal was ever signed here: the chain is whole, and nothing proves that "
                "it was not computed anew or cut"
            )
        return Checked(
            journal=self.journal,
            where=self.address,
            entries=entries,
            head=head,
            signed=newest,
            unsigned=head.sequence - (0 if newest is None else newest.sequence),
            faults=tuple(self.faults),
            remarks=tuple(self.remarks),
            partial=self.partial,
        )

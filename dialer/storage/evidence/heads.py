"""Signed heads of one journal, in a file outside the store: the newest says how far the journal went.

A line a head, JSON. The signature is over the line with an empty one. Old lines are thinned out: each day's
first stays, the last thousand, and every note.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dialer.storage.evidence.signing import PublicKey, Signer
from dialer.storage.journal.chain import Head
from dialer.storage.keys.secret_files import keys_folder, private_folder, sync_folder, write_aside

FOLDER = "heads"
JOURNAL_DIGITS = 16
NEWEST_KEPT = 1_000
MOST = 4_000
"""Lines in a file; then it is thinned out."""

DAY_S = 86_400.0


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a journal had come to this.

    Args:
        journal: which: how the link that its chain begins with begins, hexadecimal.
        address: where it lay.
        at: POSIX seconds by the machine's clock.
        note: why a head is signed that is behind an earlier one (a store was made from a back-up); '' = it
            is not.
        key: name of the key.
        signature: hexadecimal.
    """

    journal: str
    address: str
    sequence: int
    link: str
    at: float
    note: str = ""
    key: str
    signature: str = ""

    @property
    def head(self) -> Head:
        """The head that was signed."""
        return Head(sequence=self.sequence, link=bytes.fromhex(self.link))

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return msgspec.json.encode(msgspec.structs.replace(self, signature=""))

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the signature is that key's."""
        try:
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        return key.has_signed(self.signed_bytes, signature)


def journal_name(begins_with: bytes) -> str:
    """The name of the journal whose chain begins with this link."""
    return begins_with.hex()[:JOURNAL_DIGITS]


def sign_head(
    signer: Signer, head: Head, *, journal: str, address: str, at: float, note: str = ""
) -> SignedHead:
    """Sign where a journal has come to."""
    unsigned = SignedHead(
        journal=journal,
        address=address,
        sequence=head.sequence,
        link=head.link.hex(),
        at=at,
        note=note,
        key=signer.public.name,
    )
    return msgspec.structs.replace(unsigned, signature=signer.sign(unsigned.signed_bytes).hex())


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What a file of heads holds. `broken`: lines that are none, by number, from 1."""

    path: Path
    heads: tuple[SignedHead, ...]
    broken: tuple[int, ...]

    @property
    def newest(self) -> SignedHead | None:
        """The last one signed."""
        return self.heads[-1] if self.heads else None

    @property
    def standing(self) -> tuple[SignedHead, ...]:
        """Those that must lie on the chain: a note takes back what was signed before it of later steps."""
        standing: list[SignedHead] = []
        for each in self.heads:
            if each.note:
                standing = [earlier for earlier in standing if earlier.sequence <= each.sequence]
            standing.append(each)
        return tuple(standing)


def read_heads(path: Path) -> Heads:
    """The heads in a file; one that is not there holds none."""
    heads: list[SignedHead] = []
    broken: list[int] = []
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            signed = msgspec.json.decode(line, type=SignedHead)
            bytes.fromhex(signed.link)
        except (msgspec.MsgspecError, ValueError):
            broken.append(number)
        else:
            heads.append(signed)
    return Heads(path=path, heads=tuple(heads), broken=tuple(broken))


class HeadBook:
    """The files of heads of an installation, one a journal."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder if folder is not None else keys_folder()) / FOLDER

    def path(self, journal: str) -> Path:
        """Where the heads of a journal are."""
        return self.folder / f"{journal}.jsonl"

    def read(self, journal: str) -> Heads:
        """The heads of a journal."""
        return read_heads(self.path(journal))

    def add(self, signed: SignedHead) -> None:
        """Write one down; it survives a power cut."""
        path = self.path(signed.journal)
        is_new = not path.exists()
        line = msgspec.json.encode(signed) + b"\n"
        if not is_new and not path.read_bytes().endswith(b"\n"):
            line = b"\n" + line  # the last one was cut off by a crash
        private_folder(self.folder.parent)
        private_folder(self.folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.folder)
        known = self.read(signed.journal)
        if len(known.heads) > MOST:
            lines = b"".join(msgspec.json.encode(each) + b"\n" for each in _thinned(known.heads))
            write_aside(path, lines).replace(path)

    def others_at(self, address: str, journal: str) -> tuple[SignedHead, ...]:
        """The newest heads of other journals that lay at this address."""
        if not self.folder.is_dir():
            return ()
        found: list[SignedHead] = []
        for path in sorted(self.folder.glob("*.jsonl")):
            here = [each for each in read_heads(path).heads if each.address == address]
            if path.stem != journal and here:
                found.append(here[-1])
        return tuple(found)

    def forget(self, address: str) -> None:
        """Forget what lay at this address: a rehearsal that is taken away on purpose."""
        for each in self.others_at(address, ""):
            self.path(each.journal).unlink(missing_ok=True)


def _thinned(heads: tuple[SignedHead, ...]) -> Iterable[SignedHead]:
    days: set[float] = set()
    for index, each in enumerate(heads):
        day = each.at // DAY_S
        if day not in days or each.note or index >= len(heads) - NEWEST_KEPT:
            yield each
        days.add(day)

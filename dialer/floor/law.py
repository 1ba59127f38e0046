"""Which law is in force here: the packaged one, with the house's signatures for places of federal law only.

Whoever may be called for real is judged under the house's own signatures: without them such places deny.
Rehearsals use the sample signature of `compliance_gate.book.shipped`, which says that nobody signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from compliance_gate.book.reader import LawError
from compliance_gate.book.register.signatures import Signature, read_signatures, write_signatures
from compliance_gate.book.shipped import sample_rulebook, standard_rulebook
from dialer.domain.errors import MendableError
from dialer.settings import load_settings, settings_file
from dialer.storage.queries import was_in_force

if TYPE_CHECKING:
    from compliance_gate.book.rulebook import Rulebook
    from dialer.storage.store import Store

FILE = "fairdial-signatures.yaml"
SAMPLE = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """Where the house's signatures are, and what is in it; `signatures` is empty if there is no file yet."""

    path: Path
    signatures: tuple[Signature, ...]


def signed_file(named: Path | None = None) -> SignedFile:
    """The house's signatures: in the file named, the settings', or the usual one beside the settings.

    Raises:
        MendableError: the file cannot be read, or the settings name the sample, which is nobody's.
    """
    setting = load_settings().signatures
    if named is None and setting == SAMPLE:
        raise MendableError(
            "the setting `signatures` names the sample signature, which nobody signed",
            mend="take the setting away, or let it name a file of the house's own.",
        )
    path = named or settings_file().parent / (setting or FILE)
    if not path.exists():
        if named is None and setting is not None:
            raise MendableError(
                "the setting `signatures` names no file", where=str(path), mend="check the path."
            )
        return SignedFile(path=path, signatures=())
    try:
        return SignedFile(path=path, signatures=read_signatures(str(path), path.read_text(encoding="utf-8")))
    except (LawError, OSError, UnicodeDecodeError) as error:
        raise MendableError(
            str(error), where=str(path), mend="see compliance_gate/book/register/README.md."
        ) from error


def keep_signed(file: SignedFile) -> None:
    """Write the signatures, whole or not at all.

    Raises:
        MendableError: the file cannot be written.
    """
    beside = file.path.with_name(file.path.name + ".new")
    try:
        beside.write_text(write_signatures(file.signatures), encoding="utf-8")
        beside.replace(file.path)
    except OSError as error:
        raise MendableError(str(error), where=str(file.path), mend="is the folder writable?") from error


def uses_sample() -> bool:
    """Whether the settings name the sample signature, under which nobody real may be called."""
    return load_settings().signatures == SAMPLE


def rulebook_for_calls() -> Rulebook:
    """The law under which people are called: what the house has not signed for denies.

    Raises:
        MendableError: the signatures cannot be read, or are for places that need none.
    """
    if uses_sample():
        return sample_rulebook()
    file = signed_file()
    try:
        return _signed(file.signatures)
    except LawError as error:
        raise MendableError(str(error), where=str(file.path), mend="see `fairdial law register`.") from error


def rulebook_of(store: Store) -> Rulebook:
    """The law for looking into a store: the sample's if the store was worked under it, else the house's."""
    house, sample = rulebook_for_calls(), sample_rulebook()
    if house.hash != sample.hash and not was_in_force(store.database, house.hash):
        return sample if was_in_force(store.database, sample.hash) else house
    return house


@lru_cache(maxsize=4)
def _signed(signatures: tuple[Signature, ...]) -> Rulebook:
    return standard_rulebook().signed(signatures) if signatures else standard_rulebook()

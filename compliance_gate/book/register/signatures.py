"""Who answers for a place whose own law is not asked, or was not read.

    signatures:
      - place: US-OH
        signed_by: Jane Roe, compliance officer
        dated: 2026-11-22
      - {place: US-OH, for: recording, signed_by: "Jane Roe, compliance officer", dated: 2026-11-22}

"Federal law only", or a law of which not all could be read, is a decision that a person takes, not something
a program may assume: the register comes unsigned, and a place that nobody signed for denies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import yaml

from compliance_gate.book.reader import LawError, Reader


class Subject(StrEnum):
    """What somebody answers for at a place."""

    LAW = "law"
    """that what is loaded of its law is enough"""
    LICENCE = "licence"
    """that nothing is demanded of who collects there"""
    RECORDING = "recording"
    """that a call may be recorded there as the rulebook was told, unread"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A named person's word, on a day, about one subject at a place (`US-OH`)."""

    place: str
    signed_by: str
    dated: date
    subject: Subject = Subject.LAW


def read_signatures(path: str, text: str) -> tuple[Signature, ...]:
    """Read a file of signatures.

    Raises:
        LawError: it is malformed, or signs for one place twice.
    """
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LawError(f"{path}: not readable as YAML: {error}") from error
    reader = Reader(content, path)
    signatures = tuple(_read(inner) for inner in reader.inners("signatures"))
    reader.done()
    given = [(signature.place, signature.subject) for signature in signatures]
    for place, subject in given:
        if given.count((place, subject)) > 1:
            of = "" if subject is Subject.LAW else f" ({subject.value})"
            raise LawError(f"{path}: {place} is signed for twice{of}")
    return signatures


def _read(reader: Reader) -> Signature:
    signature = Signature(
        place=reader.text("place"),
        signed_by=reader.text("signed_by").strip(),
        dated=reader.day("dated"),
        subject=reader.word("for", Subject, default=Subject.LAW),
    )
    reader.done()
    if not signature.signed_by:
        raise reader.fail("signed_by", "a name is required")
    return signature


def write_signatures(signatures: Iterable[Signature]) -> str:
    """The text of a file that holds these signatures, by place."""
    rows = [
        {"place": each.place, **_for(each), "signed_by": each.signed_by, "dated": each.dated}
        for each in sorted(signatures, key=lambda each: (each.place, each.subject.value))
    ]
    return yaml.safe_dump({"signatures": rows}, sort_keys=False, allow_unicode=True)


def _for(signature: Signature) -> dict[str, str]:
    return {} if signature.subject is Subject.LAW else {"for": signature.subject.value}

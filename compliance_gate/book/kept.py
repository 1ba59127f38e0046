"""A rulebook of another day, made again from what was kept of it, and what cannot be made again.

It decides as it did then if its rules and its register come out as they were. The editions of zones and
holidays belong to the program, not to the rulebook: one that came since is told, not hidden.
"""

import json
from dataclasses import dataclass
from typing import cast

from compliance_gate.book.holdings import read_holdings
from compliance_gate.book.reader import LawError
from compliance_gate.book.register.signatures import read_signatures
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.book.sources import read_sources

_EDITIONS = {"tzdata": "zones", "holidays": "holidays"}


class NotMadeAgainError(LawError):
    """What was kept does not give the rulebook that decided; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAgain:
    """A rulebook as it was.

    Args:
        hash: under which it decided; `book.hash` differs from it where an edition does.
        editions: what came since, in words: `zones of edition 2026b; then 2026a`.
    """

    book: Rulebook
    hash: str
    editions: tuple[str, ...] = ()


def made_again(name: str, *, text: str, sources: str) -> MadeAgain:
    """The rulebook of the hash `name`, from its kept text and sources.

    Raises:
        NotMadeAgainError: this program reads its files otherwise, or not at all.
    """
    try:
        kept = read_sources(sources)
        book = load_rulebook(kept.law, kept.register)
        if kept.holdings:
            book = book.holding(read_holdings("holdings", kept.holdings))
        if kept.signatures:
            book = book.signed(read_signatures("signatures", kept.signatures))
    except ValueError as error:
        raise NotMadeAgainError(f"rulebook {name} cannot be read by this program: {error}") from error
    if book.hash == name:
        return MadeAgain(book=book, hash=name)
    was, now = _content(name, text), _content(book.hash, book.text)
    other = sorted(key for key in was.keys() | now.keys() if was.get(key) != now.get(key))
    if not set(other) <= _EDITIONS.keys():
        raise NotMadeAgainError(
            f"rulebook {name} is read otherwise by this program: its {', '.join(other)} would not be the same"
        )
    editions = tuple(f"{_EDITIONS[key]} of edition {now[key]}; then {was[key]}" for key in other)
    return MadeAgain(book=book, hash=name, editions=editions)


def _content(name: str, text: str) -> dict[str, object]:
    try:
        content: object = json.loads(text)
    except ValueError as error:
        raise NotMadeAgainError(f"the text of rulebook {name} is damaged: {error}") from error
    return cast("dict[str, object]", content) if isinstance(content, dict) else {}

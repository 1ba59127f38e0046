"""The files that a rulebook was read from, with its signatures: kept beside decisions, read again later.

The text of a rulebook says what decided; only its sources decide once more. Both go by one hash.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from compliance_gate.book.register.signatures import Signature, write_signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Law, policy and register files as `(path, text)`, sorted by path, and the file of signatures' text."""

    law: tuple[tuple[str, str], ...] = ()
    register: tuple[tuple[str, str], ...] = ()
    signatures: str = ""
    holdings: str = ""

    def signed(self, signatures: Iterable[Signature]) -> "Sources":
        """The same files under these signatures."""
        return replace(self, signatures=write_signatures(signatures))


def write_sources(sources: Sources) -> str:
    """Sources as one text, for keeping."""
    content = {
        "law": dict(sources.law),
        "register": dict(sources.register),
        "signatures": sources.signatures,
        "holdings": sources.holdings,
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def read_sources(text: str) -> Sources:
    """Sources from `write_sources`.

    Raises:
        ValueError: the text is none of its.
    """
    try:
        content = cast("dict[str, object]", json.loads(text))
        return Sources(
            law=_files(content["law"]),
            register=_files(content["register"]),
            signatures=str(content["signatures"]),
            holdings=str(content.get("holdings", "")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the sources of a rulebook: {error!r}") from error


def _files(value: object) -> tuple[tuple[str, str], ...]:
    files = cast("dict[str, object]", value)
    return tuple(sorted((path, str(text)) for path, text in files.items()))

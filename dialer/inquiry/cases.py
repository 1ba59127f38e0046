"""Worked cases of the public case language, decided by the law alone."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import CheckedCase, check_case, law_gate
from dialer.domain.errors import MendableError


def check_cases(
    lines: Iterable[str], *, name: str, packs: Sequence[str] | None = None
) -> Iterator[CheckedCase]:
    """Decide every case; each is compared with what it expects, where it does.

    Args:
        lines: one case a line, as a JSON object; empty lines are left out.
        name: of the file, for errors.
        packs: law packs to ask instead of the cases' own.

    Raises:
        MendableError: a line is no case, or there is no such pack.
    """
    gate = law_gate(standard_rulebook())
    known = frozenset(gate.rulebook.packs)
    strange = sorted(set(packs or ()) - known)
    if strange:
        raise MendableError(
            f"no pack is called {', '.join(strange)}",
            where="--packs",
            mend=f"choose from: {', '.join(sorted(known))}",
        )
    try:
        for case in _cases(lines, name):
            yield check_case(gate, case, packs=packs)
    except UnicodeDecodeError as error:
        raise MendableError(
            f"this is no text in UTF-8: {error.reason}", where=name, mend="one JSON object a line, in UTF-8."
        ) from error


def _cases(lines: Iterable[str], name: str) -> Iterator[Mapping[str, object]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line, object_pairs_hook=_once_each, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise MendableError(
                f"not JSON: {error}", where=f"{name} line {number}", mend="one JSON object a line."
            ) from error
        if not isinstance(case, dict):
            raise MendableError(
                "a case is a JSON object", where=f"{name} line {number}", mend="see tests/law/README.md."
            )
        yield cast("Mapping[str, object]", case)


def _once_each(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are told once: of two histories one would be lost, and it may be what forbids."""
    told = dict(pairs)
    if len(told) < len(pairs):
        twice = sorted({key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1})
        raise ValueError(f"told twice: {', '.join(twice)}")
    return told


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number in JSON")

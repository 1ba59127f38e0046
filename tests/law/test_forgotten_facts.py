"""Forgetting a told fact of a denied case never allows the call.

Every fact of every denied public case is left out, one at a time. What may still allow is listed with its
reason: these words only ever add a restriction, and their absence has a meaning of its own.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate

_MAY_OPEN = {
    "valid_on": "a consent without a day covers its seven days",
    "conversation_debts": "without other topics the debts of the call were spoken of",
    "known_location": "nobody said they were travelling",
    "tech": "without a word the voice is a live collector's",
    "purpose": "without a word the purpose is collection",
}
_LINES = Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()
_DENIED = [case for case in map(json.loads, _LINES) if case["expected"] == "deny"]

Keys = tuple[str | int, ...]


def keys_of(value: object, above: Keys = ()) -> Iterator[Keys]:
    """Every key inside mappings, however deep; items of long lists are alike, so the ends are enough."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield (*above, key)
            yield from keys_of(inner, (*above, key))
    elif isinstance(value, list):
        items = cast("list[object]", value)
        for index in sorted({0, len(items) - 1} & set(range(len(items)))):
            yield from keys_of(items[index], (*above, index))


def without(case: dict[str, object], keys: Keys) -> dict[str, object]:
    """The case with one fact not told."""
    changed = copy.deepcopy(case)
    holder: object = changed["facts"]
    for key in keys[:-1]:
        holder = cast("dict[str | int, object]", holder)[key]
    del cast("dict[str | int, object]", holder)[keys[-1]]
    return changed


@pytest.mark.parametrize("case", _DENIED, ids=[case["id"] for case in _DENIED])
def test_a_forgotten_fact_never_allows(case: dict[str, object]) -> None:
    """Left out is not known, and not known is tried with every value."""
    gate = law_gate(standard_rulebook())
    opened = [
        keys
        for keys in keys_of(case["facts"])
        if keys[-1] not in _MAY_OPEN and check_case(gate, without(case, keys)).result["decision"] == "allow"
    ]

    assert opened == []

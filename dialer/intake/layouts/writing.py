"""A mapping as TOML: written when it is proposed, added to when it is confirmed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from dialer.intake.layouts.told import OPEN, Confirmation

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_VERSION = re.compile(r"(?m)^version\s*=\s*\d+\s*$")
Answer = tuple[str, str]
"""What is said, and why."""


@dataclass(slots=True, kw_only=True)
class Said:
    """A proposal in its parts."""

    name: str
    layout: str
    about: str
    top: dict[str, object] = field(default_factory=dict[str, object])
    file: dict[str, object] = field(default_factory=dict[str, object])
    columns: dict[str, Answer] = field(default_factory=dict[str, Answer])
    always: dict[str, Answer] = field(default_factory=dict[str, Answer])
    statuses: dict[str, Answer] = field(default_factory=dict[str, Answer])
    words: dict[str, dict[str, Answer]] = field(default_factory=dict[str, "dict[str, Answer]"])

    def tables(self) -> Iterator[tuple[str, dict[str, Answer]]]:
        """The tables of answers that there are."""
        named = {"columns": self.columns, "always": self.always, "statuses": self.statuses}
        named |= {f"words.{column}": answers for column, answers in self.words.items()}
        return ((name, answers) for name, answers in named.items() if answers)

    def questions(self) -> tuple[str, ...]:
        """What somebody must answer."""
        asked = [f"{key}" for key, value in self.top.items() if value == OPEN]
        for name, answers in self.tables():
            asked += [f"{name}: {key}" for key, (text, _) in answers.items() if text == OPEN]
        return tuple(asked)


def toml_of(said: Said) -> str:
    """The proposal as a file."""
    lines = [
        f"# Proposed; {said.about}. Answer every {_text(OPEN)}, look at the rest, then",
        "# `fairdial mapping check` it against a file and `fairdial mapping confirm` it.",
        f"name = {_text(said.name)}",
        "version = 1",
        "most_refused = 0.1",
        *(f"{key} = {_value(value)}" for key, value in said.top.items()),
    ]
    lines += _table("file", said.file)
    for name, answers in said.tables():
        lines += ["", f"[{name}]"]
        lines += [_line(key, *answer) for key, answer in answers.items()]
    return "\n".join(lines) + "\n"


def _line(key: str, text: str, why: str) -> str:
    remark = f"  # {why}" if why else ""
    return f"{_key(key)} = {_text(text)}{remark}"


def _table(name: str, told: dict[str, object]) -> list[str]:
    """A table, the tables within it behind it."""
    lines, within = ["", f"[{name}]"], list[str]()
    for key, value in told.items():
        if isinstance(value, dict):
            within += _table(f"{name}.{_key(key)}", cast("dict[str, object]", value))
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + within


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in cast("list[object]", value)) + "]"
    return str(value) if isinstance(value, (int, float)) else _text(str(value))


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, once signs beyond the first plane stand as they are."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_confirmation(text: str, made: Confirmation) -> str:
    """A mapping's file with a confirmation behind, and the version that it confirms in front."""
    line = f"version = {made.version}"
    versioned = _VERSION.sub(line, text, count=1) if _VERSION.search(text) else f"{line}\n{text}"
    return (
        versioned.rstrip("\n") + f"\n\n[[confirmed]]\nversion = {made.version}\nby = {_text(made.by)}\n"
        f"at = {_text(made.at)}\nmeaning = {_text(made.meaning)}\n"
    )

"""Whether a replayed step gave the commands the journal holds, compared as encoded bytes."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from dialer.domain.commands import Command
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.codecs import encode_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first command of a step that is not the recorded one.

    Args:
        position: index among the step's commands.
        recorded: the journal's bytes, None when the replay gave more commands.
        replayed: the replay's bytes, None when it gave fewer.
        drift: largest relative difference of a number when nothing but fractions differ (another processor
            or library version), None when something else differs: then it is another decision.
    """

    sequence: int
    now: float
    position: int
    recorded: bytes | None
    replayed: bytes | None
    drift: float | None

    def __str__(self) -> str:
        def shown(data: bytes | None) -> str:
            return "(nothing)" if data is None else data.decode()

        kind = "another decision" if self.drift is None else f"numeric drift of {self.drift:.2g}"
        return (
            f"entry {self.sequence} at {self.now!r}, command {self.position}: {kind}\n"
            f"  recorded: {shown(self.recorded)}\n  replayed: {shown(self.replayed)}"
        )


def compare(entry: JournalEntry, commands: Sequence[Command]) -> Divergence | None:
    """The first difference between what was recorded and what a replay gave; None when identical."""
    pairs = itertools.zip_longest(entry.commands, commands)
    for position, (recorded, replayed) in enumerate(pairs):
        before = None if recorded is None else encode_command(recorded)
        after = None if replayed is None else encode_command(replayed)
        if before != after:
            return Divergence(
                sequence=entry.sequence,
                now=entry.now,
                position=position,
                recorded=before,
                replayed=after,
                drift=None if before is None or after is None else _drift_of(before, after),
            )
    return None


def _drift_of(before: bytes, after: bytes) -> float | None:
    return _drift(msgspec.json.decode(before), msgspec.json.decode(after))


def _drift(one: object, other: object) -> float | None:
    """Largest relative difference of fractions; None when anything but a fraction differs."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) / max(abs(one), abs(other), 1e-300) if one != other else 0.0
    if isinstance(one, list) and isinstance(other, list):
        left, right = cast("list[object]", one), cast("list[object]", other)
        return None if len(left) != len(right) else _largest(zip(left, right, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        first, second = cast("dict[str, object]", one), cast("dict[str, object]", other)
        return None if first.keys() != second.keys() else _largest((first[k], second[k]) for k in first)
    same = isinstance(one, float) == isinstance(other, float) and one == other
    return 0.0 if same else None


def _largest(pairs: Iterable[tuple[object, object]]) -> float | None:
    worst = 0.0
    for one, other in pairs:
        drift = _drift(one, other)
        if drift is None:
            return None
        worst = max(worst, drift)
    return worst

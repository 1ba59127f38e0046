"""Whether a replayed step gave the commands the journal holds, compared as encoded bytes.

An entry of an older format is compared by what that format could say: it has no word on what became of its
event, and kinds of command and fields that came later are left out of what the replay gave. Where another
rulebook decides now, its name is no difference; a rule that says something else is, and is named.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from compliance_gate.call_handling import UNTIL_CARRIED
from compliance_gate.findings import Finding
from dialer.domain.commands import (
    CloseLeads,
    Command,
    Originate,
    RestLeads,
    StoreAttempt,
    StoreCampaign,
    StoreConsent,
    StoreDenial,
    StoreHold,
    StoreNumberRequest,
    StoreRequest,
    StoreThirdParty,
)
from dialer.domain.ports import JOURNAL_FORMAT, JournalEntry
from dialer.storage.journal.codecs import encode_command, encode_value

LATER_COMMANDS: Mapping[int, frozenset[type]] = {1: frozenset({StoreCampaign, RestLeads, CloseLeads})}
"""By format: kinds of command that journals of it do not hold, though the same step gives them today."""

LARGEST_MEASURE = 3600.0
"""What is larger is an instant, and no instant drifts by more than a part of an hour: a millionth of the
seconds since 1970 would be half an hour."""

OF_THE_EVENT = -1
"""Position of a difference in what became of the event itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first command of a step that is not the recorded one.

    Args:
        position: index among the step's commands; `OF_THE_EVENT` = one took the event, the other did not.
        recorded: the journal's bytes, None when the replay gave more commands.
        replayed: the replay's bytes, None when it gave fewer.
        drift: largest relative difference of a number when nothing but fractions differ (another processor
            or library version), None when something else differs: then it is another decision.
        rules: rules that say something else of the same attempt or lead, by name.
    """

    sequence: int
    now: float
    position: int
    recorded: bytes | None
    replayed: bytes | None
    drift: float | None
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        def shown(data: bytes | None) -> str:
            return "(nothing)" if data is None else data.decode()

        kind = "another decision" if self.drift is None else f"numeric drift of {self.drift:.2g}"
        place = "its event" if self.position == OF_THE_EVENT else f"command {self.position}"
        by = f" by {', '.join(self.rules)}" if self.rules else ""
        return (
            f"entry {self.sequence} at {self.now!r}, {place}: {kind}{by}\n"
            f"  recorded: {shown(self.recorded)}\n  replayed: {shown(self.replayed)}"
        )


def compare(
    recorded: JournalEntry, replayed: JournalEntry, *, laws: tuple[str, str] | None = None
) -> Divergence | None:
    """The first difference between what was recorded and what a replay gave; None when identical.

    Args:
        laws: hashes of the rulebook that decided and of the one that decides now; None = it is the same.
    """
    before, after = _fate_of(recorded), _fate_of(replayed)
    if before != after and recorded.format == JOURNAL_FORMAT:
        return Divergence(
            sequence=recorded.sequence,
            now=recorded.now,
            position=OF_THE_EVENT,
            recorded=before,
            replayed=after,
            drift=None,
        )
    return _compare_commands(recorded, _known_then(replayed.commands, recorded.format), laws)


def _fate_of(entry: JournalEntry) -> bytes:
    """What became of the event; how its error words it may change."""
    return encode_value((entry.fate, entry.error))


def _known_then(commands: tuple[Command, ...], written_in: int) -> tuple[Command, ...]:
    later = LATER_COMMANDS.get(written_in)
    return commands if later is None else tuple(_field_by_field(c) for c in commands if type(c) not in later)


def _field_by_field(command: Command) -> Command:
    """The command as format 1 can be read: its clearances did not say how a call is handled, nor its facts
    where they were made."""
    match command:
        case Originate(clearance=clearance):
            return replace(command, clearance=replace(clearance, handling=UNTIL_CARRIED))
        case StoreRequest(request=fact) | StoreNumberRequest(request=fact):
            return replace(command, request=replace(fact, made_in=None))
        case StoreConsent(consent=fact):
            return replace(command, consent=replace(fact, made_in=None))
        case StoreHold(hold=fact):
            return replace(command, hold=replace(fact, made_in=None))
        case _:
            return command


def _compare_commands(
    entry: JournalEntry, commands: tuple[Command, ...], laws: tuple[str, str] | None
) -> Divergence | None:
    pairs = itertools.zip_longest(entry.commands, commands)
    for position, (recorded, replayed) in enumerate(pairs):
        before = None if recorded is None else encode_command(recorded)
        after = None if replayed is None else encode_command(replayed)
        if laws is not None and before is not None:
            before = before.replace(laws[0].encode(), laws[1].encode())
        if before != after:
            return Divergence(
                sequence=entry.sequence,
                now=entry.now,
                position=position,
                recorded=before,
                replayed=after,
                drift=None if before is None or after is None else _drift_of(before, after),
                rules=_rules_between(recorded, replayed),
            )
    return None


def _rules_between(recorded: Command | None, replayed: Command | None) -> tuple[str, ...]:
    """Rules that were asked about the same and say something else, or were asked on one side only."""
    before, after = _findings_of(recorded), _findings_of(replayed)
    if before is None or after is None:
        return ()
    return tuple(rule for rule in sorted(before.keys() | after.keys()) if before.get(rule) != after.get(rule))


def _findings_of(command: Command | None) -> Mapping[str, Finding] | None:
    if isinstance(command, (StoreAttempt, StoreDenial, StoreThirdParty)):
        return {finding.rule: finding for finding in command.findings}
    return None


def _drift_of(before: bytes, after: bytes) -> float | None:
    return _drift(msgspec.json.decode(before), msgspec.json.decode(after))


def _drift(one: object, other: object) -> float | None:
    """Largest relative difference of fractions; None when anything but a fraction differs."""
    if isinstance(one, float) and isinstance(other, float):
        size = min(max(abs(one), abs(other), 1e-300), LARGEST_MEASURE)
        return abs(one - other) / size if one != other else 0.0
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

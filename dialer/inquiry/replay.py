"""A journal through a fresh engine, compared step by step as encoded bytes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.errors import FairdialError
from dialer.engine.engine import DialerEngine
from dialer.engine.launching.pacing_port import PolicyMaker
from dialer.engine.launching.pinned import Pins
from dialer.engine.taking import take
from dialer.floor.attesting import check_journal, installation_witnesses
from dialer.floor.stores import journal_in as journal_of_folder
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.comparison import Divergence, compare
from dialer.storage.journal.file import JournalHeader, JournalReader, Surroundings, surroundings
from dialer.storage.journal.rows import skipped_in
from simulator.open_gate import OpenGate

STEPS_PER_NOTE = 5_000

MOST_DRIFT = 1e-6
"""Relative. Other vector instructions change the last bits of a sum; what differs more is another value."""


class UnknownGateError(FairdialError):
    """A journal asks for a gate that does not exist here: take the version that wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first step whose commands were not the recorded ones.

    Args:
        event: what the step answered.
        position: index of the command within the step; negative = one took the event, the other did not.
        recorded, replayed: both commands as JSON; None = there is none on that side.
        kind: of command; where: the first place in it that differs; was, became: what stands there, as JSON.
        rules: rules that say something else of the same attempt or lead.
    """

    step: int
    event: str
    now: float
    position: int
    recorded: str | None
    replayed: str | None
    kind: str = ""
    where: str = ""
    was: str = ""
    became: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """Pacing's decisions, taken from the journal: how many would have been others here.

    Args:
        largest_drift: of their numbers, relative.
    """

    decisions: int
    decided_otherwise: int
    largest_drift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How a replay went.

    Args:
        differs_here: how this place differs from where the journal was written; empty = it does not.
        damaged: what is wrong with the journal, held against what was signed; None = it is whole.
        partial: how far the shift was worked that the journal is of; None = to its end.
        drifted: steps that differed in the last digits of a number only; `largest_drift` is relative.
        decided_otherwise: another decision was found, and the replay ended there.
        pinned: elsewhere pacing answers what the journal says; None = it did not have to.
    """

    journal: Path
    differs_here: tuple[str, ...]
    damaged: str | None
    partial: str | None
    steps: int
    commands: int
    first: Difference | None
    drifted: int
    largest_drift: float
    decided_otherwise: bool
    pinned: Pinned | None

    @property
    def is_identical(self) -> bool:
        """Every byte of a whole shift is as it was recorded."""
        return self.first is None and self.damaged is None and self.partial is None

    @property
    def has_passed(self) -> bool:
        """Identical; or, elsewhere, the same decisions with numbers that drift in their last digits."""
        same = self.first is None or (bool(self.differs_here) and not self.decided_otherwise)
        return same and self.damaged is None and self.partial is None


def journal_in(path: Path) -> Path:
    """The journal that is meant: the file itself, or the one in the folder of a rehearsal."""
    return journal_of_folder(path) if path.is_dir() else path


def replay(path: Path, *, progress: Callable[[int], None]) -> Replayed:
    """Step through a journal again, from its first step to its end or to the first other decision.

    Args:
        path: a journal, or the folder of a rehearsal.
        progress: told how many steps were compared.

    Raises:
        JournalFileError: no journal, or one of another version.
        UnreadableEntryError: a whole line of it is not an entry.
        UnknownGateError: see there.
    """
    reader = JournalReader(journal_in(path))
    differs_here = _differs_here(reader)
    tampered = _tampered(reader.path)
    pins = Pins() if differs_here else None
    engine = fresh_engine(reader.header, policies=None if pins is None else pins.policy)
    law = sample_rulebook().hash
    laws = (reader.header.rulebook, law) if reader.header.rulebook != law else None
    steps = commands = drifted = 0
    largest_drift = 0.0
    first: Difference | None = None
    decided_otherwise = False
    left_out = skipped_by(reader)
    may_differ_before = 0
    for entry in reader:
        if pins is not None:
            pins.take(entry.commands)
        steps += 1
        commands += len(entry.commands)
        if entry.sequence in left_out:
            engine.leave_out(now=entry.now)
            may_differ_before = max(may_differ_before, left_out[entry.sequence])
            continue
        again, _ = take(engine, entry.event, now=entry.now, sequence=entry.sequence)
        if entry.sequence < may_differ_before:
            continue
        found = compare(entry, again, laws=laws)
        if found is not None:
            decided_otherwise = found.drift is None or found.drift > MOST_DRIFT
            if first is None or decided_otherwise:
                first = _difference(found, type(entry.event).__name__)
            if decided_otherwise:
                break
            drifted += 1
            largest_drift = max(largest_drift, found.drift or 0.0)
        if steps % STEPS_PER_NOTE == 0:
            progress(steps)
    return Replayed(
        journal=reader.path,
        differs_here=differs_here,
        damaged=tampered if reader.is_partial else reader.truncated or tampered,
        partial=reader.truncated if reader.is_partial else None,
        steps=steps,
        commands=commands,
        first=first,
        drifted=drifted,
        largest_drift=largest_drift,
        decided_otherwise=decided_otherwise,
        pinned=None if pins is None else _pinned(pins),
    )


def _tampered(path: Path) -> str | None:
    """What does not agree with the heads that were signed of this journal; None = nothing."""
    faults = check_journal(path, installation_witnesses()).faults
    return faults[0].what if faults else None


def skipped_by(reader: JournalReader) -> dict[int, int]:
    """Steps that a start left out, since a defect was met in them, and the steps that note it: what came in
    between was stepped by a floor that knew them."""
    word = b'["EventQuarantined"'
    return skipped_in(decode_entry(line) for line in reader.encoded() if word in line)


def fresh_engine(header: JournalHeader, *, policies: PolicyMaker | None = None) -> DialerEngine:
    """The engine that a journal's header asks for: the same kind of gate, in its first state.

    Args:
        policies: see `DialerEngine`; a replay elsewhere pins its decisions with it.

    Raises:
        UnknownGateError: the header names a gate that this version does not have.
    """
    kind = header.settings.get("gate", "standard")
    if kind == "standard":
        return DialerEngine(ComplianceGate(sample_rulebook()), policies=policies)
    if kind == "open":
        return DialerEngine(OpenGate(), policies=policies)
    raise UnknownGateError(f"the journal was written under a gate called {kind!r}, which is not known here")


def _differs_here(reader: JournalReader) -> tuple[str, ...]:
    """How this place differs from where the journal was written; empty = it does not."""
    recorded, here = reader.header.surroundings, surroundings()
    remarks = [_remark(name, recorded, here) for name in recorded.differences(here)]
    rulebook = sample_rulebook().hash
    if reader.header.rulebook != rulebook:
        remarks.append(f"rulebook: recorded under {reader.header.rulebook}, replayed under {rulebook}")
    return tuple(remarks)


def _remark(name: str, recorded: Surroundings, here: Surroundings) -> str:
    if name == "cpu_features":
        gone = sorted(set(recorded.cpu_features) - set(here.cpu_features))
        new = sorted(set(here.cpu_features) - set(recorded.cpu_features))
        parts = [f"without {' '.join(gone)}"] if gone else []
        parts += [f"with {' '.join(new)} besides"] if new else []
        return f"processor features: here {', '.join(parts)}"
    return f"{name}: recorded with {getattr(recorded, name)}, replayed with {getattr(here, name)}"


def _pinned(pins: Pins) -> Pinned:
    return Pinned(
        decisions=pins.decisions,
        decided_otherwise=pins.decided_otherwise,
        largest_drift=pins.largest_drift,
    )


def _difference(found: Divergence, event: str) -> Difference:
    """Where exactly two commands differ, if there are two."""
    made = Difference(
        step=found.sequence,
        event=event,
        now=found.now,
        position=found.position,
        recorded=None if found.recorded is None else found.recorded.decode(),
        replayed=None if found.replayed is None else found.replayed.decode(),
        rules=found.rules,
    )
    if found.recorded is None or found.replayed is None:
        return made
    before = cast("object", json.loads(found.recorded))
    where, was, became = _first_difference(before, cast("object", json.loads(found.replayed)), "")
    return replace(made, kind=_kind(before), where=where, was=json.dumps(was), became=json.dumps(became))


def _kind(command: object) -> str:
    """The command's name: codecs write it as the first of a pair."""
    return str(cast("list[object]", command)[0]) if isinstance(command, list) and command else "command"


def _first_difference(before: object, after: object, where: str) -> tuple[str, object, object]:
    """Path to the first place in which two JSON values differ, and what stands there."""
    for key, was, became in _parts(before, after):
        if was != became:
            return _first_difference(was, became, where + key)
    return where.lstrip(".") or "the whole", before, after


def _parts(before: object, after: object) -> list[tuple[str, object, object]]:
    """The inside of two containers of one kind, side by side; nothing for anything else."""
    if isinstance(before, dict) and isinstance(after, dict):
        one, other = cast("dict[str, object]", before), cast("dict[str, object]", after)
        return [(f".{key}", one.get(key), other.get(key)) for key in dict.fromkeys((*one, *other))]
    if isinstance(before, list) and isinstance(after, list):
        left, right = cast("list[object]", before), cast("list[object]", after)
        both = zip(left, right, strict=False)
        return [(f"[{index}]", was, became) for index, (was, became) in enumerate(both)]
    return []

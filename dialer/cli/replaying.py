"""`fairdial replay`: a journal through a fresh engine, compared step by step as encoded bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import typer

from compliance_gate.book.shipped import sample_rulebook
from dialer.cli import console
from dialer.engine.launching.pinned import Pins
from dialer.engine.taking import take
from dialer.floor.rehearsed import fresh_engine
from dialer.floor.stores import JOURNAL_FILE
from dialer.storage.journal.comparison import Divergence, compare
from dialer.storage.journal.file import JournalReader, Surroundings, surroundings

STEPS_PER_NOTE = 5_000

MOST_DRIFT = 1e-6
"""Relative. Other vector instructions change the last bits of a sum; what differs more is another value."""


@dataclass(slots=True, kw_only=True)
class Replayed:
    """How a replay went.

    Args:
        first: the first step whose commands were not the recorded ones, with the event it answered.
        drifted: steps that differed in the last digits of a number only; `largest_drift` is relative.
    """

    steps: int = 0
    commands: int = 0
    first: Divergence | None = None
    event: str = ""
    drifted: int = 0
    largest_drift: float = 0.0
    decided_otherwise: bool = False
    pins: Pins | None = None


def replay_file(path: Path, *, as_json: bool) -> None:
    """Replay, say how it went, and leave with 0 when identical, else 1.

    Elsewhere (other versions, another processor) the same decisions with numbers that drift in their last
    digits pass too; at home they do not.
    """
    reader = JournalReader(path / JOURNAL_FILE if path.is_dir() else path)
    remarks = _remarks(reader)
    at_home = not remarks
    with console.progress_bar(f"replaying {reader.path.name}", quiet=as_json) as bar:
        replayed = _replay(reader, bar, None if at_home else Pins())
    passed = reader.truncated is None and (
        replayed.first is None or (not at_home and not replayed.decided_otherwise)
    )
    if as_json:
        console.result_json(_as_json(replayed, reader, remarks, passed=passed))
    else:
        _tell(replayed, reader, remarks)
    if not passed:
        raise typer.Exit(1)


def _replay(reader: JournalReader, bar: console.Bar, pins: Pins | None) -> Replayed:
    """Step through; with `pins`, pacing answers what the journal says and its own numbers are compared."""
    engine = fresh_engine(reader.header, policies=None if pins is None else pins.policy)
    replayed = Replayed(pins=pins)
    for entry in reader:
        if pins is not None:
            pins.take(entry.commands)
        replayed.steps += 1
        replayed.commands += len(entry.commands)
        again, _ = take(engine, entry.event, now=entry.now, sequence=entry.sequence)
        difference = compare(entry, again)
        if difference is not None:
            if replayed.first is None:
                replayed.first, replayed.event = difference, type(entry.event).__name__
            if difference.drift is None or difference.drift > MOST_DRIFT:
                replayed.first, replayed.event = difference, type(entry.event).__name__
                replayed.decided_otherwise = True
                break
            replayed.drifted += 1
            replayed.largest_drift = max(replayed.largest_drift, difference.drift)
        if replayed.steps % STEPS_PER_NOTE == 0:
            bar.note(f"{replayed.steps:,} steps")
    return replayed


def _remarks(reader: JournalReader) -> list[str]:
    """How this place differs from where the journal was written; empty = it does not."""
    recorded, here = reader.header.surroundings, surroundings()
    remarks = [_remark(name, recorded, here) for name in recorded.differences(here)]
    rulebook = sample_rulebook().hash
    if reader.header.rulebook != rulebook:
        remarks.append(f"rulebook: recorded under {reader.header.rulebook}, replayed under {rulebook}")
    return remarks


def _remark(name: str, recorded: Surroundings, here: Surroundings) -> str:
    if name == "cpu_features":
        gone = sorted(set(recorded.cpu_features) - set(here.cpu_features))
        new = sorted(set(here.cpu_features) - set(recorded.cpu_features))
        parts = [f"without {' '.join(gone)}"] if gone else []
        parts += [f"with {' '.join(new)} besides"] if new else []
        return f"processor features: here {', '.join(parts)}"
    return f"{name}: recorded with {getattr(recorded, name)}, replayed with {getattr(here, name)}"


def _tell(replayed: Replayed, reader: JournalReader, remarks: list[str]) -> None:
    for remark in remarks:
        console.say(f"differs here: {remark}")
    counts = f"{replayed.steps:,} steps, {replayed.commands:,} commands"
    if reader.truncated is not None:
        console.result(f"DAMAGED: {reader.truncated}; the {replayed.steps:,} steps before were compared")
    if replayed.pins is not None:
        console.say(_of_pins(replayed.pins))
    if replayed.first is None:
        if reader.truncated is None:
            console.result(f"identical: {counts}")
        return
    if not replayed.decided_otherwise:
        drift = f"{replayed.largest_drift:.1e}"
        console.result(
            f"same decisions: {counts}; numbers drift by up to {drift} in {replayed.drifted:,} steps"
        )
        if not remarks:
            console.result("versions and processor are those of the recording: this should not happen")
    else:
        console.result(f"DIFFERENT from step {replayed.first.sequence:,} on ({replayed.event})")
        if remarks:
            console.result("the differences named above may be why")
    for line in _shown(replayed.first):
        console.result(line)


def _of_pins(pins: Pins) -> str:
    return (
        f"pacing's {pins.decisions:,} decisions were pinned to the recorded ones: "
        f"{pins.decided_otherwise:,} would have been others here, "
        f"numbers drift by up to {pins.largest_drift:.1e}"
    )


def _shown(difference: Divergence) -> list[str]:
    """Where exactly the first difference is."""
    place = "its event" if difference.position < 0 else f"command {difference.position + 1} of the step"
    head = f"  at {difference.now!r}, {place}"
    if difference.recorded is None or difference.replayed is None:
        one = difference.recorded or difference.replayed or b""
        who = "the replay gives one more" if difference.recorded is None else "the replay gives none"
        return [head, f"  {who}: {_short(one.decode())}"]
    before = cast("object", json.loads(difference.recorded))
    after = cast("object", json.loads(difference.replayed))
    where, was, became = _first_difference(before, after, "")
    kind = _kind(before)
    return [
        f"{head}: {kind}",
        f"  recorded {where}: {_short(json.dumps(was))}",
        f"  replayed {where}: {_short(json.dumps(became))}",
    ]


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


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[:most] + " ..."


def _as_json(
    replayed: Replayed, reader: JournalReader, remarks: list[str], *, passed: bool
) -> dict[str, object]:
    first = replayed.first
    return {
        "identical": first is None and reader.truncated is None,
        "passed": passed,
        "steps": replayed.steps,
        "commands": replayed.commands,
        "differs_here": remarks,
        "damaged": reader.truncated,
        "drifted_steps": replayed.drifted,
        "largest_drift": replayed.largest_drift,
        "pinned": None
        if replayed.pins is None
        else {
            "decisions": replayed.pins.decisions,
            "decided_otherwise": replayed.pins.decided_otherwise,
            "largest_drift": replayed.pins.largest_drift,
        },
        "first_difference": None
        if first is None
        else {
            "step": first.sequence,
            "event": replayed.event,
            "now": first.now,
            "command": first.position,
            "recorded": None if first.recorded is None else first.recorded.decode(),
            "replayed": None if first.replayed is None else first.replayed.decode(),
        },
    }

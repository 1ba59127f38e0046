"""`fairdial replay`, told: identical, or the first difference."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.replay import Difference, Pinned, Replayed

MOST_SHOWN = 300
"""Characters of a command that are shown."""


def tell(replayed: Replayed) -> None:
    """For a person."""
    for remark in replayed.differs_here:
        console.say(f"differs here: {remark}")
    counts = f"{replayed.steps:,} steps, {replayed.commands:,} commands"
    if replayed.damaged is not None:
        console.result(f"DAMAGED: {replayed.damaged}; the {replayed.steps:,} steps before were compared")
    if replayed.partial is not None:
        console.result(f"PARTIAL: {replayed.partial}; the {replayed.steps:,} steps there are were compared")
    if replayed.pinned is not None:
        console.say(_of_pins(replayed.pinned))
    if replayed.first is not None:
        _tell_difference(replayed, replayed.first, counts)
    elif replayed.damaged is None:
        word = "identical" if replayed.partial is None else "the same as far as it goes"
        console.result(f"{word}: {counts}")


def _tell_difference(replayed: Replayed, first: Difference, counts: str) -> None:
    if replayed.damaged is not None and not replayed.decided_otherwise:
        console.result(f"numbers differ from step {first.step:,} on ({first.event})")
    elif not replayed.decided_otherwise:
        drift = f"{replayed.largest_drift:.1e}"
        console.result(
            f"same decisions: {counts}; numbers drift by up to {drift} in {replayed.drifted:,} steps"
        )
        if not replayed.differs_here:
            console.result("versions and processor are those of the recording: this should not happen")
    else:
        console.result(f"DIFFERENT from step {first.step:,} on ({first.event})")
        if replayed.differs_here:
            console.result("the differences named above may be why")
    for line in _shown(first):
        console.result(line)


def tell_program(replayed: Replayed) -> None:
    """For a program."""
    first = replayed.first
    console.result_json(
        {
            "identical": replayed.is_identical,
            "passed": replayed.has_passed,
            "steps": replayed.steps,
            "commands": replayed.commands,
            "differs_here": list(replayed.differs_here),
            "damaged": replayed.damaged,
            "partial": replayed.partial,
            "drifted_steps": replayed.drifted,
            "largest_drift": replayed.largest_drift,
            "pinned": None if replayed.pinned is None else asdict(replayed.pinned),
            "first_difference": None
            if first is None
            else {
                "step": first.step,
                "event": first.event,
                "now": first.now,
                "command": first.position,
                "recorded": first.recorded,
                "replayed": first.replayed,
                "rules": list(first.rules),
            },
        }
    )


def _of_pins(pinned: Pinned) -> str:
    return (
        f"pacing's {pinned.decisions:,} decisions were pinned to the recorded ones: "
        f"{pinned.decided_otherwise:,} would have been others here, "
        f"numbers drift by up to {pinned.largest_drift:.1e}"
    )


def _shown(first: Difference) -> list[str]:
    """Where exactly the first difference is."""
    place = "its event" if first.position < 0 else f"command {first.position + 1} of the step"
    head = f"  at {first.now!r}, {place}"
    if first.recorded is None or first.replayed is None:
        one = first.recorded or first.replayed or ""
        who = "the replay gives one more" if first.recorded is None else "the replay gives none"
        return [head, f"  {who}: {_short(one)}"]
    rules = [f"  rules that say something else: {', '.join(first.rules)}"] if first.rules else []
    return [
        f"{head}: {first.kind}",
        *rules,
        f"  recorded {first.where}: {_short(first.was)}",
        f"  replayed {first.where}: {_short(first.became)}",
    ]


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + " ..."

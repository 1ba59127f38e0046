"""Golden traces: a short shift written out, step by step, for people to review and tests to hold on to.

A change of behaviour shows as a change of these files, and is reviewed like code. Write them anew with

    python -m simulator.golden tests/golden

The trace says what a person would want to know of each step: when, what happened, what was ordered. Hashes of
the law and findings are left out: a new citation is no new behaviour.
"""

import sys
from collections.abc import Iterable
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import cast

from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.commands import (
    Originate,
    RestLead,
    StoreAttempt,
    StoreCampaign,
    StoreDenial,
    StoreOutcome,
    StorePacing,
)
from dialer.domain.disposition import Disposition
from dialer.domain.events import CampaignConfigured, LeadsFetched
from dialer.domain.money import Money
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import AttemptRecord
from simulator.rehearsal import run_rehearsal
from simulator.scenario_file import load_scenario

GOLDEN = (("smoke", 1),)
"""(scenario, seed) of every trace that is kept."""

_LEFT_OUT = frozenset(
    {"clearance", "findings", "rulebook", "terms", "campaign", "caller_id", "zones", "endpoint"}
    | {"early_media", "overflow", "delay_s", "asks_presence"}
)


def trace(scenario: str, seed: int) -> str:
    """The shift written out; times count from its start."""
    entries: list[JournalEntry] = []
    result = run_rehearsal(
        load_scenario(scenario), seed=seed, rulebook=sample_rulebook(), sink=entries.append
    )
    starts_at = result.starts_at
    lines = [f"scenario {scenario}, seed {seed}, policy {result.policy}", ""]
    for entry in entries:
        lines += _step(entry, starts_at)
    return "\n".join(lines) + "\n"


def write_all(folder: Path) -> None:
    """Write every golden trace into the folder."""
    for scenario, seed in GOLDEN:
        (folder / f"{scenario}-{seed}.txt").write_text(trace(scenario, seed), encoding="utf-8")


def _step(entry: JournalEntry, starts_at: float) -> Iterable[str]:
    fate = "" if entry.fate is Fate.TAKEN else f" ({entry.fate})"
    yield f"{_clock(entry.now - starts_at)}  {_event(entry, starts_at)}{fate}"
    for command in entry.commands:
        name = type(command).__name__
        match command:
            case StoreAttempt() | StoreOutcome():
                yield f"                -> {name} {_record(command.record, starts_at)}"
            case StorePacing():
                yield f"                -> {name} {command.launched} of {command.launches}: {command.reason}"
            case StoreDenial():
                rules = ", ".join(sorted({f.rule for f in command.findings if f.verdict.value == "denied"}))
                yield f"                -> {name} {command.lead}: {rules}"
            case RestLead():
                until = _clock(command.not_before - starts_at)
                yield f"                -> {name} {command.lead} until {until}: {command.reason}"
            case StoreCampaign(settings=settings, state=state):
                yield f"                -> {name} {settings.campaign} {state.value}, {settings.policy}"
            case Originate():
                yield f"                -> {name} {command.attempt} {command.person} {command.number}"
            case _:
                yield f"                -> {name} {_plain(command, starts_at)}"


def _event(entry: JournalEntry, starts_at: float) -> str:
    event = entry.event
    match event:
        case LeadsFetched():
            text = f"{len(event.leads)} leads, {len(event.persons)} persons, {event.leads_left} left"
        case CampaignConfigured():
            text = str(event.settings.campaign)
        case _:
            text = _plain(event, starts_at)
    return f"{type(event).__name__} {text}".rstrip()


def _record(record: AttemptRecord, starts_at: float) -> str:
    said: list[str] = [record.attempt, record.lead, record.person, record.number]
    if record.outcome is not None:
        said.append(record.outcome.value)
    for name in ("answered_at", "bridged_at", "talk_ended_at", "ended_at", "wrapped_at"):
        at = cast("float | None", getattr(record, name))
        if at is not None:
            said.append(f"{name.removesuffix('_at')} {_clock(at - starts_at)}")
    if record.abandoned is not None:
        said.append("abandoned" if record.abandoned else "in time")
    if record.disposition is not None:
        said.append(record.disposition.kind.value)
    return " ".join(said)


def _plain(thing: object, starts_at: float) -> str:
    said = [
        _value(getattr(thing, field.name), field.name, starts_at)
        for field in fields(cast("AttemptRecord", thing))
        if field.name not in _LEFT_OUT
    ]
    return " ".join(text for text in said if text)


def _value(value: object, name: str, starts_at: float) -> str:
    text = ""
    match value:
        case None | () | "":
            pass
        case Enum():
            text = str(cast("object", value.value))
        case Disposition():
            text = _plain(value, starts_at)
        case Money():
            text = str(value)
        case float() if name.endswith("_at"):
            text = f"{name.removesuffix('_at')} {_clock(value - starts_at)}"
        case float():
            text = f"{name} {value:.3f}"
        case _ if type(value).__module__.startswith("compliance_gate"):
            text = type(value).__name__
        case _:
            text = str(value)
    return text


def _clock(seconds: float) -> str:
    """'0:12:03.045' after the start."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole = round(rest * 1000)
    return (
        f"{sign}{whole // 3_600_000}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
    )


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

"""Golden traces: a short shift written out, step by step, for people to review and tests to hold on to.

A change of behaviour shows as a change of these files, and is reviewed like code. Write them anew with

    python -m simulator.golden tests/golden

The trace says what a person would want to know of each step: when, what happened, what was ordered. Left out
are hashes of the law and findings (a new citation is no new behaviour) and wake-ups that nothing came of,
which are counted at the end.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import cast

from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import Consent, HistoryEntry, Hold, PersonRequest
from dialer.domain.commands import (
    Originate,
    RestLead,
    StoreAttempt,
    StoreCampaign,
    StoreDenial,
    StoreOutcome,
    StorePacing,
)
from dialer.domain.events import CampaignConfigured, LeadsFetched, TimeReached
from dialer.domain.money import Money
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.files import write_whole
from simulator.durations import uniform
from simulator.plans import CallersPlan
from simulator.rehearsal import run_rehearsal
from simulator.scenario import Scenario, TrunkFailure
from simulator.scenario_file import load_scenario

GOLDEN = (("smoke", 1), ("collections", 1), ("full", 1))
"""(scene, seed) of every trace that is kept: a scenario as it is, or some minutes of one (`SCENES`)."""


def _minutes_of_collections() -> Scenario:
    """Nine minutes of five collectors who dial predictively, while people call back and strangers call.

    For two minutes the trunk breaks: most calls fail, and the box has few lines left all along, so that some
    are refused. Twice as many answer as on the real floor, so that something is said.
    """
    whole = load_scenario("collections")
    failure = TrunkFailure(after_hours=0.03, minutes=2.0, share=0.8)
    return replace(
        whole,
        shift=replace(whole.shift, hours=0.15),
        agents=replace(whole.agents, count=5, late=uniform(low=0.0, high=20.0), breaks=()),
        calls=replace(whole.calls, person_answers=0.11),
        network=replace(whole.network, lines=4, failures=(failure,)),
        callers=CallersPlan(
            after_message=0.5,
            after_missed_call=0.3,
            after_abandonment=1.0,
            delay=uniform(low=20.0, high=90.0),
            opts_out=0.2,
            strangers_per_hour=20.0,
            withheld=0.2,
        ),
    )


def _minutes_of_everything() -> Scenario:
    """Five minutes of three collectors in the scenario in which everything happens that a floor can do."""
    whole = load_scenario("full")
    return replace(
        whole,
        shift=replace(whole.shift, hours=0.08),
        agents=replace(whole.agents, count=3, late=uniform(low=0.0, high=15.0), breaks=()),
        population=replace(whole.population, persons_per_agent_hour=300.0),
    )


SCENES: Mapping[str, Callable[[], Scenario]] = {
    "smoke": partial(load_scenario, "smoke"),
    "collections": _minutes_of_collections,
    "full": _minutes_of_everything,
}

_LEFT_OUT = frozenset(
    {"clearance", "findings", "rulebook", "terms", "campaign", "caller_id", "zones", "endpoint"}
    | {"early_media", "overflow", "delay_s", "asks_presence"}
)


def trace(scene: str, seed: int) -> str:
    """The shift written out; times count from its start."""
    entries: list[JournalEntry] = []
    result = run_rehearsal(SCENES[scene](), seed=seed, rulebook=sample_rulebook(), sink=entries.append)
    starts_at, idle = result.starts_at, 0
    lines = [f"scenario {scene}, seed {seed}, policy {result.policy}", ""]
    for entry in entries:
        if isinstance(entry.event, TimeReached) and not entry.commands:
            idle += 1
        else:
            lines += _step(entry, starts_at)
    return "\n".join([*lines, "", f"{len(entries)} steps, {idle} of them for time alone"]) + "\n"


def write_all(folder: Path) -> None:
    """Write every golden trace into the folder."""
    for scene, seed in GOLDEN:
        write_whole(folder / f"{scene}-{seed}.txt", trace(scene, seed), mode=0o644)


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
                yield f"                -> {name} {_rest(command, starts_at)}"
            case StoreCampaign(settings=settings, state=state):
                yield f"                -> {name} {settings.campaign} {state.value}, {settings.policy}"
            case Originate():
                held = "" if command.reserved_agent is None else f" for {command.reserved_agent}"
                yield f"                -> {name} {command.attempt} {command.person} {command.number}{held}"
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


def _rest(command: RestLead, starts_at: float) -> str:
    wants = " with an agent" if command.reserve_agent else ""
    wants += "" if command.reserve_for is None else f" ({command.reserve_for})"
    until = _clock(command.not_before - starts_at)
    return f"{command.lead} until {until}, passes {command.passes}{wants}: {command.reason}"


def _record(record: AttemptRecord, starts_at: float) -> str:
    said: list[str] = [record.attempt, record.lead, record.person, record.number]
    said += [word for word, is_so in (("guaranteed", record.guaranteed),) if is_so]
    said += [] if record.agent is None else [record.agent]
    if record.outcome is not None:
        said.append(record.outcome.value)
    for name in ("answered_at", "bridged_at", "talk_ended_at", "ended_at", "wrapped_at"):
        at = cast("float | None", getattr(record, name))
        if at is not None:
            said.append(f"{name.removesuffix('_at')} {_clock(at - starts_at)}")
    if record.abandoned is not None:
        said.append("abandoned" if record.abandoned else "in time")
    if record.message_played:
        said.append("message")
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
    text = str(value)
    match value:
        case None | () | "":
            text = ""
        case bool():
            text = name if value else ""
        case float():
            text = _number(value, name, starts_at)
        case Enum():
            text = str(cast("object", value.value))
        case tuple():
            text = ", ".join(_value(one, name, starts_at) for one in cast("tuple[object, ...]", value))
        case _ if type(value).__module__.startswith("compliance_gate"):
            text = _fact(value)
        case _ if is_dataclass(value) and not isinstance(value, Money):
            text = _plain(value, starts_at)
        case _:
            pass
    return text


def _number(value: float, name: str, starts_at: float) -> str:
    if name.endswith("_at") or name in ("not_before", "waited_since"):
        return f"{name.removesuffix('_at')} {_clock(value - starts_at)}"
    return f"{name} {value:.3f}"


def _fact(value: object) -> str:
    """What the gate is told of a person, without the law's own words."""
    match value:
        case PersonRequest():
            return " ".join([value.type.value, value.number or "", *(value.debts or ())])
        case Hold():
            return f"{value.kind.value} {', '.join(value.debts or ())}"
        case Consent():
            return f"{value.scope.value} until {value.valid_until}"
        case HistoryEntry():
            return f"{value.entry} {value.event.value} {'' if value.outcome is None else value.outcome.value}"
        case _:
            return type(value).__name__


def _clock(seconds: float) -> str:
    """'0:12:03.045' after the start."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole = round(rest * 1000)
    return (
        f"{sign}{whole // 3_600_000}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
    )


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

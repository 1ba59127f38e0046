"""Scenario files: TOML into a `Scenario`; errors say which field, what it was, what is allowed."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time
from importlib.resources import files
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from dialer.domain.campaign import DetectionMode
from dialer.domain.disposition import DispositionKind
from pacing.registry import POLICIES
from simulator import scenario as plans
from simulator.durations import KINDS, Duration, empirical
from simulator.population import STATES
from simulator.real_calls import SERIES, observed

P = TypeVar("P")
Table = Mapping[str, object]


class ScenarioError(ValueError):
    """A scenario says something it may not. The message names the field, its value and what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field} is {value!r}; allowed is {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed


class UnknownScenarioError(ValueError):
    """No scenario has this name; the message lists those that exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no scenario is called {name!r}; there are: {', '.join(scenario_names())}")
        self.name = name


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with the project, sorted."""
    folder = files("config") / "scenarios"
    return tuple(
        sorted(node.name.removesuffix(".toml") for node in folder.iterdir() if node.name.endswith(".toml"))
    )


def load_scenario(name: str) -> plans.Scenario:
    """A scenario that comes with the project.

    Raises:
        UnknownScenarioError: there is none of this name.
        ScenarioError: it says something it may not.
    """
    node = files("config") / "scenarios" / f"{name}.toml"
    if "/" in name or not node.is_file():
        raise UnknownScenarioError(name)
    return read_scenario(node.read_text(encoding="utf-8"), name=name)


def read_scenario(text: str, *, name: str) -> plans.Scenario:
    """A scenario from its TOML text.

    Raises:
        ScenarioError: a field is unknown, of the wrong kind or out of its range.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(name, "this text", f"TOML only: {error}") from error
    made = _plan(plans.Scenario, {"name": name, **document}, "")
    _check(made)
    return made


def _plan(kind: type[P], table: Table, where: str) -> P:
    """A table as a dataclass: every key a field, every field read by its annotation."""
    known = {field.name: str(field.type) for field in fields(cast("type[plans.Scenario]", kind))}
    values: dict[str, object] = {}
    for key, value in table.items():
        path = f"{where}{key}"
        if key not in known:
            raise ScenarioError(path, value, f"no such field; there are: {', '.join(sorted(known))}")
        values[key] = _value(known[key], value, path)
    try:
        return cast("Callable[..., P]", kind)(**values)
    except TypeError as error:
        raise ScenarioError(where or "the scenario", dict(table), f"complete only: {error}") from error


def _value(annotation: str, value: object, path: str) -> object:
    reader = _READERS.get(annotation)
    if reader is None:
        raise AssertionError(f"{path}: no reader for {annotation}")
    return reader(value, path)


def _number(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(path, value, "a number")
    if value < 0:
        raise ScenarioError(path, value, "a number of at least 0")
    return float(value)


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ScenarioError(path, value, "a whole number of at least 0")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise ScenarioError(path, value, "text in quotes")
    return value


def _day(value: object, path: str) -> date:
    if type(value) is not date:
        raise ScenarioError(path, value, "a day such as 2026-03-10, without quotes")
    return value


def _time(value: object, path: str) -> time:
    if not isinstance(value, time):
        raise ScenarioError(path, value, "a local time such as 09:00:00, without quotes")
    return value


def _table(value: object, path: str) -> Table:
    if not isinstance(value, dict):
        raise ScenarioError(path, value, "a table")
    return cast("Table", value)


def _list(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise ScenarioError(path, value, "a list in brackets")
    return cast("list[object]", value)


def _numbers(value: object, path: str) -> tuple[float, ...]:
    return tuple(_number(item, f"{path}[{place}]") for place, item in enumerate(_list(value, path)))


def _texts(value: object, path: str) -> tuple[str, ...]:
    return tuple(_text(item, f"{path}[{place}]") for place, item in enumerate(_list(value, path)))


def _number_map(value: object, path: str) -> dict[str, float]:
    return {key: _number(item, f"{path}.{key}") for key, item in _table(value, path).items()}


def _results(value: object, path: str) -> dict[DispositionKind, float]:
    names = {kind.value: kind for kind in DispositionKind}
    for key in _table(value, path):
        if key not in names:
            raise ScenarioError(f"{path}.{key}", value, f"one of the dispositions {', '.join(sorted(names))}")
    shares = {names[key]: share for key, share in _number_map(value, path).items()}
    if sum(shares.values()) <= 0.0:
        raise ScenarioError(path, value, "weights of which one at least is above 0")
    return shares


def _duration(value: object, path: str) -> Duration:
    if not isinstance(value, dict):
        return KINDS["constant"][0](seconds=_number(value, path))
    table = dict(_table(cast("object", value), path))
    if set(table) == {"observed"}:
        series = _text(table["observed"], f"{path}.observed")
        if series not in SERIES:
            raise ScenarioError(f"{path}.observed", series, f"one of {', '.join(sorted(SERIES))}")
        return empirical(values=observed(series), name=f"observed {series}")
    if len(table) != 1 or next(iter(table)) not in KINDS:
        raise ScenarioError(
            path,
            table,
            f"seconds, or one of {', '.join(sorted(KINDS))}, observed, as in {{exponential.mean = 15}}",
        )
    kind, given = next(iter(table.items()))
    make, needs, may = KINDS[kind]
    parameters = _number_map(given, f"{path}.{kind}")
    if not needs <= set(parameters) <= needs | may:
        raise ScenarioError(
            f"{path}.{kind}",
            given,
            f"{', '.join(sorted(needs))}" + (f" (and {', '.join(sorted(may))})" if may else ""),
        )
    for name, number in parameters.items():
        if name in ("mean", "sd", "sigma") and number <= 0.0:
            raise ScenarioError(f"{path}.{kind}.{name}", number, "above 0")
    return make(**parameters)


def _maybe_duration(value: object, path: str) -> Duration | None:
    return _duration(value, path)


def _plan_reader(kind: type[object]) -> Callable[[object, str], object]:
    return lambda value, path: _plan(kind, _table(value, path), f"{path}.")


def _plans_reader(kind: type[object]) -> Callable[[object, str], object]:
    def read(value: object, path: str) -> object:
        return tuple(
            _plan(kind, _table(item, f"{path}[{place}]"), f"{path}[{place}].")
            for place, item in enumerate(_list(value, path))
        )

    return read


_READERS: dict[str, Callable[[object, str], object]] = {}


def _annotation(kind: object) -> str:
    return str(kind)


def _register() -> None:
    plain: dict[object, Callable[[object, str], object]] = {
        float: _number,
        int: _whole,
        str: _text,
        date: _day,
        time: _time,
        Duration: _duration,
        Duration | None: _maybe_duration,
        tuple[float, ...]: _numbers,
        tuple[str, ...]: _texts,
        Mapping[str, float]: _number_map,
        Mapping[DispositionKind, float]: _results,
        tuple[plans.BreakPlan, ...]: _plans_reader(plans.BreakPlan),
        tuple[plans.TrunkFailure, ...]: _plans_reader(plans.TrunkFailure),
    }
    for part in (
        plans.ShiftPlan,
        plans.AgentsPlan,
        plans.CampaignPlan,
        plans.NetworkPlan,
        plans.NumbersPlan,
        plans.CallsPlan,
        plans.DetectionPlan,
        plans.TalksPlan,
        plans.PopulationPlan,
    ):
        plain[part] = _plan_reader(part)
    _READERS.update({_annotation(kind): reader for kind, reader in plain.items()})


_register()

_SHARES = (
    "numbers.not_in_service",
    "numbers.fax",
    "numbers.wrong_person",
    "numbers.assistant",
    "numbers.announcement",
    "numbers.voicemail",
    "calls.person_answers",
    "calls.busy",
    "calls.congestion",
    "calls.declined",
    "calls.telephone_off",
    "calls.assistant_passes",
    "calls.right_party",
    "calls.child",
    "talks.machine_message",
    "detection.finds_machines",
    "detection.takes_people_for_machines",
    "population.second_number",
    "population.third_number",
    "population.mobile",
    "population.second_debt",
    "population.joint",
    "population.shared",
    "campaign.abandonment_limit",
    "campaign.abandonment_target",
)


def _check(made: plans.Scenario) -> None:
    for path in _SHARES:
        part, name = path.split(".")
        share = cast("float", getattr(cast("object", getattr(made, part)), name))
        if not 0.0 <= share <= 1.0:
            raise ScenarioError(path, share, "a share from 0 to 1")
    _check_sums(made)
    _check_words(made)


def _check_sums(made: plans.Scenario) -> None:
    kinds = made.numbers.not_in_service + made.numbers.fax + made.numbers.announcement
    if kinds > 1.0:
        raise ScenarioError("numbers", kinds, "not_in_service, fax and announcement of 1 together at most")
    if made.calls.busy + made.calls.congestion >= 1.0:
        raise ScenarioError("calls", made.calls.busy, "busy and congestion of less than 1 together")
    for name in ("by_hour", "weekend"):
        weights = cast("tuple[float, ...]", getattr(made.calls, name))
        if weights and (len(weights) != 24 or sum(weights[8:21]) <= 0.0):
            raise ScenarioError(f"calls.{name}", weights, "24 weights, above 0 for some hour from 8 to 20")
    if made.agents.count < 1:
        raise ScenarioError("agents.count", made.agents.count, "at least 1")
    if made.shift.hours <= 0.0:
        raise ScenarioError("shift.hours", made.shift.hours, "above 0")


def _check_words(made: plans.Scenario) -> None:
    modes = tuple(mode.value for mode in DetectionMode)
    if made.campaign.detection not in modes:
        raise ScenarioError("campaign.detection", made.campaign.detection, f"one of {', '.join(modes)}")
    if made.campaign.policy not in POLICIES:
        raise ScenarioError("campaign.policy", made.campaign.policy, f"one of {', '.join(sorted(POLICIES))}")
    for state in made.population.states:
        if state not in STATES:
            raise ScenarioError("population.states", state, f"of {', '.join(STATES)}")
    try:
        ZoneInfo(made.shift.time_zone)
    except (KeyError, ValueError) as error:
        raise ScenarioError("shift.time_zone", made.shift.time_zone, "an IANA zone") from error

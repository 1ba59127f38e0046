"""Scenario files: TOML into a `Scenario`; errors say which field, what it was, what is allowed."""

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

from dialer.domain.campaign import DetectionMode
from dialer.domain.errors import FairdialError
from dialer.domain.machine import MAILBOXES
from dialer.settings_reader import (
    NotAllowedError,
    SettingsError,
    SettingsReader,
    number,
    text,
    whole_number,
    wrong,
)
from pacing.registry import POLICIES
from simulator import scenario as plans
from simulator.durations import KINDS, Duration, empirical, mixture
from simulator.plans import IncidentKind
from simulator.population import STATES
from simulator.real_calls import SERIES, observed


class UnknownScenarioError(FairdialError):
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
        SettingsError: it says something it may not.
    """
    node = files("config") / "scenarios" / f"{name}.toml"
    if "/" in name or not node.is_file():
        raise UnknownScenarioError(name)
    return read_scenario(node.read_text(encoding="utf-8"), name=name)


FROZEN_SHA256: Mapping[str, str] = MappingProxyType(
    {
        "collections_2026_11": "7f3f50dd68682e1a758e6a4ba7e216e45d614aa453386d5425ae34c180939bf7",
        "realistic_15_2026_11": "de55e56a003cd5854d5b8ed214b8caa1a8151a5c9adeb5c24c9c5838f2c1f43a",
        "realistic_25_2026_11": "25cb0c9ac544f55ab66b7e207ad85060ea1c2854f4be1199214be0250e70e979",
        "realistic_mixed_2026_11": "874942245077749fc8c8dbc95d252abe8513a8dd370c7cc3a0dbc5cfacee1a3a",
        "ref_2026_11": "3c6a153d6ded92fa9230c1348e92176289d59037e383c1a735abf2411303f321",
    }
)
"""Scenarios that figures are published for, by the hash of their bytes: none ever changes, another gets
another name."""


def load_frozen(name: str) -> plans.Scenario:
    """A scenario of the open benchmark.

    Raises:
        UnknownScenarioError: there is none of this name.
        SettingsError: its bytes are not those that figures were published for.
    """
    known = FROZEN_SHA256.get(name)
    if known is None:
        raise UnknownScenarioError(name)
    document = (files("config") / "bench" / f"{name}.toml").read_bytes()
    found = sha256(document).hexdigest()
    if found != known:
        raise SettingsError(
            f"the frozen scenario {name!r} was changed: its hash is {found}",
            where=name,
            mend="take the file back as it was, and give a changed one a name of its own.",
        )
    return read_scenario(document.decode("utf-8"), name=name)


def read_scenario(document: str, *, name: str) -> plans.Scenario:
    """A scenario from its TOML text.

    Raises:
        SettingsError: a field is unknown, of the wrong kind or out of its range.
    """
    try:
        values = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"scenario {name!r} is no TOML: {error}", where=name, mend=_MEND) from error
    try:
        made = _READER.read(plans.Scenario, {"name": name, **values})
        _check(made)
    except SettingsError as error:
        raise SettingsError(error.what, where=name, mend=_MEND, field=error.field) from None
    return made


_MEND = "mend the field in the scenario's TOML file."


def _amount(value: object, _: object = None) -> float:
    amount = number(value)
    if amount < 0.0:
        raise NotAllowedError(value, "a number of at least 0")
    return amount


def _count(value: object, _: object) -> int:
    count = whole_number(value)
    if count < 0:
        raise NotAllowedError(value, "a whole number of at least 0")
    return count


def _duration(value: object, _: object) -> Duration:
    """Seconds, a distribution by name, or a series that was observed."""
    if not isinstance(value, dict):
        return KINDS["constant"][0](seconds=_amount(value))
    table = cast("dict[str, object]", value)
    if set(table) == {"observed"}:
        series = text(table["observed"])
        if series not in SERIES:
            raise NotAllowedError(series, f"one of {', '.join(sorted(SERIES))}", inside=".observed")
        return empirical(values=observed(series), name=f"observed {series}")
    if set(table) == {"mixture"}:
        return _mixture(table["mixture"])
    if len(table) != 1 or next(iter(table)) not in KINDS:
        kinds = ", ".join(sorted(KINDS))
        raise NotAllowedError(
            table, f"seconds, or one of {kinds}, mixture, observed, as in {{exponential.mean = 15}}"
        )
    kind, given = next(iter(table.items()))
    make, needs, may = KINDS[kind]
    parameters = cast("dict[str, object]", given) if isinstance(given, dict) else dict[str, object]()
    if not needs <= set(parameters) <= needs | may:
        allowed = ", ".join(sorted(needs)) + (f" (and {', '.join(sorted(may))})" if may else "")
        raise NotAllowedError(cast("object", given), allowed, inside=f".{kind}")
    return make(**{name: _parameter(kind, name, one) for name, one in parameters.items()})


def _mixture(given: object) -> Duration:
    """Of tables that have a weight each, and one law."""
    parts = cast("list[object]", given) if isinstance(given, list) else []
    made: list[tuple[float, Duration]] = []
    for part in parts:
        law = dict(cast("dict[str, object]", part)) if isinstance(part, dict) else dict[str, object]()
        made.append((_parameter("mixture", "weight", law.pop("weight", None)), _duration(law, None)))
    if not made:
        raise NotAllowedError(
            cast("object", given), "a list of tables with a weight and a law", inside=".mixture"
        )
    return mixture(parts=made)


def _parameter(kind: str, name: str, value: object) -> float:
    least = "above 0" if name in ("mean", "sd", "sigma", "weight") else "at least 0"
    try:
        amount = number(value)
    except NotAllowedError:
        amount = -1.0
    if amount < 0.0 or (amount == 0.0 and least == "above 0"):
        raise NotAllowedError(value, f"a number {least}", inside=f".{kind}.{name}")
    return amount


_READER = SettingsReader({float: _amount, int: _count, Duration: _duration})

_SHARES = (
    "numbers.not_in_service",
    "numbers.fax",
    "numbers.wrong_person",
    "numbers.assistant",
    "numbers.announcement",
    "numbers.intercept",
    "numbers.voicemail",
    "calls.person_answers",
    "calls.busy",
    "calls.congestion",
    "calls.declined",
    "calls.blocked",
    "calls.unwanted",
    "calls.telephone_off",
    "calls.assistant_passes",
    "calls.right_party",
    "calls.child",
    "calls.opts_out",
    "talks.machine_message",
    "detection.finds_machines",
    "detection.takes_people_for_machines",
    "population.second_number",
    "population.third_number",
    "population.mobile",
    "population.second_debt",
    "population.joint",
    "population.shared",
    "callers.after_message",
    "callers.after_missed_call",
    "callers.missed_again",
    "callers.after_abandonment",
    "callers.right_party",
    "callers.opts_out",
    "callers.withheld",
    "callers.other_language",
    "callers.leaves_message",
    "callers.asks_back",
    "acts.hang_up",
    "acts.hang_up_after",
    "acts.transfer",
    "acts.second_thought",
    "acts.third_party",
    "acts.consult",
    "acts.consult_no_more",
    "acts.other_number",
    "acts.leave_conference",
    "acts.release_third_party",
    "acts.ask_for_message",
    "acts.objects_to_recording",
    "campaign.abandonment_limit",
    "campaign.abandonment_target",
)


def _check(made: plans.Scenario) -> None:
    for path in _SHARES:
        part, name = path.split(".")
        share = cast("float", getattr(cast("object", getattr(made, part)), name))
        if not 0.0 <= share <= 1.0:
            raise wrong(path, share, "a share from 0 to 1")
    _check_sums(made)
    _check_words(made)
    _check_boxes(made)
    if sum(made.talks.results.values()) <= 0.0:
        raise wrong("talks.results", made.talks.results, "weights of which one at least is above 0")


def _check_sums(made: plans.Scenario) -> None:
    numbers = made.numbers
    kinds = numbers.not_in_service + numbers.fax + numbers.announcement + numbers.intercept
    if kinds > 1.0:
        raise wrong("numbers", kinds, "not_in_service, fax, announcement and intercept of 1 at most")
    if made.calls.failing >= 1.0:
        raise wrong(
            "calls", made.calls.failing, "busy, congestion, blocked and unwanted of less than 1 together"
        )
    for name in ("by_hour", "weekend"):
        weights = cast("tuple[float, ...]", getattr(made.calls, name))
        if weights and (len(weights) != 24 or sum(weights[8:21]) <= 0.0):
            raise wrong(f"calls.{name}", weights, "24 weights, above 0 for some hour from 8 to 20")
    if made.agents.count < 1:
        raise wrong("agents.count", made.agents.count, "at least 1")
    if made.shift.hours <= 0.0:
        raise wrong("shift.hours", made.shift.hours, "above 0")


def _check_boxes(made: plans.Scenario) -> None:
    names = [box.name for box in made.network.boxes]
    if "" in names or len(set(names)) != len(names):
        raise wrong("network.boxes", names, "names that differ")
    for place, incident in enumerate(made.incidents):
        is_of_box = incident.kind in (IncidentKind.BOX, IncidentKind.BOX_TRUNKS)
        if is_of_box and incident.box not in names:
            raise wrong(f"incidents[{place}].box", incident.box, f"one of the boxes {', '.join(names)}")
        others = [name for name in names if name != incident.box]
        if incident.kind is IncidentKind.BOX_TRUNKS and incident.over not in others:
            raise wrong(f"incidents[{place}].over", incident.over, f"another box: {', '.join(others)}")
        if incident.kind is IncidentKind.RELEASE_NUMBER and not made.campaign.caller_ids:
            raise wrong(
                f"incidents[{place}].kind", incident.kind.value, "it where the campaign has caller_ids"
            )
        if incident.kind is IncidentKind.UNSERVED and made.campaign.recordings is None:
            raise wrong(
                f"incidents[{place}].kind", incident.kind.value, "it where the campaign has recordings"
            )


def _check_words(made: plans.Scenario) -> None:
    modes = tuple(mode.value for mode in DetectionMode)
    if made.campaign.detection not in modes:
        raise wrong("campaign.detection", made.campaign.detection, f"one of {', '.join(modes)}")
    if made.campaign.policy not in POLICIES:
        raise wrong("campaign.policy", made.campaign.policy, f"one of {', '.join(sorted(POLICIES))}")
    for state in made.population.states:
        if state not in STATES:
            raise wrong("population.states", state, f"of {', '.join(STATES)}")
    strange = sorted(kind.value for kind in set(made.talks.greetings) - MAILBOXES)
    if strange:
        raise wrong("talks.greetings", strange, f"of {', '.join(sorted(kind.value for kind in MAILBOXES))}")
    try:
        ZoneInfo(made.shift.time_zone)
    except (KeyError, ValueError) as error:
        raise wrong("shift.time_zone", made.shift.time_zone, "an IANA zone") from error

"""How a campaign is paced: what of it may be changed while it runs, between which bounds, and who did so.

Only what paces is changed here. What a call is for, which numbers it shows and what is said in it stands in
the settings file alone. A change is one event with its author and reason, and undoing is a change, too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime

import msgspec

from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId
from dialer.floor.configured import configured
from dialer.floor.law import looser_than_law, shortest_ring
from dialer.inquiry import stored
from dialer.storage.store import Store
from pacing.registry import LEARNED, POLICIES, UnknownPolicyError, make_policy

KEPT = 200
"""Changes that are told."""
_LINES_PER_AGENT, _HELD_MOST = "lines_per_agent", "held_most"
_PUT_OFF, _NUMBERS = "order_put_off", "order_numbers"
_OF_POLICY = (_HELD_MOST, _PUT_OFF, _NUMBERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """What paces a campaign. In a change None = as it is.

    Args:
        policy: a name of `pacing.registry`. lines_per_agent: of the fixed ratio alone.
        abandonment_target: share of live answers that is aimed at, never above the campaign's limit.
        ring_s: seconds a telephone rings. lines: most calls at once; launches_per_second: most a second.
        detection: of machines. held_most: minutes of an agent's hour in which they may be held for one call.
        order_put_off: largest share of leads that are put off for likelier ones; order_numbers: 1 = the
            likeliest of a lead's numbers is tried first.
    """

    policy: str | None = None
    lines_per_agent: float | None = None
    abandonment_target: float | None = None
    ring_s: float | None = None
    lines: int | None = None
    launches_per_second: float | None = None
    detection: DetectionMode | None = None
    held_most: float | None = None
    order_put_off: float | None = None
    order_numbers: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingBounds:
    """Between which values it may be set; each is allowed itself."""

    policies: tuple[str, ...]
    least_ring_s: float
    most_ring_s: float
    most_abandonment_target: float
    most_lines: int
    most_launches_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One setting that was changed; values as people write them, '' = not set."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingChange:
    """A change. `at`: POSIX seconds; `by`: '' = the settings file; `moved`: what paces alone."""

    at: float
    by: str
    reason: str
    moved: tuple[Moved, ...]


def pacing_of(settings: CampaignSettings) -> Pacing:
    """What paces a campaign now."""
    parameters = settings.policy_parameters
    return Pacing(
        policy=settings.policy,
        lines_per_agent=parameters.get(_LINES_PER_AGENT),
        abandonment_target=settings.abandonment_target,
        ring_s=settings.ring_s,
        lines=settings.lines,
        launches_per_second=settings.launches_per_second,
        detection=settings.detection,
        held_most=parameters.get(_HELD_MOST),
        order_put_off=parameters.get(_PUT_OFF),
        order_numbers=parameters.get(_NUMBERS),
    )


def version_of(settings: CampaignSettings) -> str:
    """What a change must be made from: another one as soon as anything of the settings is."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).hexdigest()[:16]


def with_pacing(settings: CampaignSettings, wanted: Pacing) -> CampaignSettings:
    """A campaign with another pacing. What another policy would not take of the present one's goes with it.

    Raises:
        InvalidFactError: a value cannot be, or nothing would be changed.
    """
    policy = settings.policy if wanted.policy is None else wanted.policy
    parameters: dict[str, float] = dict(settings.policy_parameters)
    if policy != settings.policy:
        parameters = {name: value for name, value in parameters.items() if name in LEARNED}
    if wanted.lines_per_agent is not None:
        if policy != "fixed_ratio":
            raise InvalidFactError(f"lines_per_agent is of the policy fixed_ratio; this one is {policy}")
        parameters[_LINES_PER_AGENT] = wanted.lines_per_agent
    for name in _OF_POLICY:
        value = getattr(wanted, name)
        if value is not None:
            parameters[name] = value
    plain = {
        name: value
        for name in ("abandonment_target", "ring_s", "lines", "launches_per_second", "detection")
        if (value := getattr(wanted, name)) is not None
    }
    _demand_policy(policy, parameters)
    changed = replace(settings, policy=policy, policy_parameters=parameters, **plain)
    if changed == settings:
        raise InvalidFactError("it is paced so already: nothing would be changed")
    return changed


def _demand_policy(policy: str, parameters: Mapping[str, float]) -> None:
    try:
        make_policy(policy, **parameters)
    except (UnknownPolicyError, ValueError) as error:
        raise InvalidFactError(str(error)) from error


def pacing_changes(store: Store, campaign: CampaignId) -> tuple[PacingChange, ...]:
    """How a campaign was paced so far, the newest change first, without what changed nothing of that."""
    found: list[PacingChange] = []
    last: CampaignSettings | None = None
    for now, event in configured(store, campaign):
        moved = _moved(last, event.settings)
        if moved:
            found.append(PacingChange(at=now, by=event.by, reason=event.reason, moved=moved))
        last = event.settings
    return tuple(found[::-1][:KEPT])


def pacing_before(store: Store, campaign: CampaignId) -> CampaignSettings | None:
    """The settings before the newest change of what paces; None = there was none."""
    last: CampaignSettings | None = None
    before: CampaignSettings | None = None
    for _, event in configured(store, campaign):
        if last is not None and _moved(last, event.settings):
            before = last
        last = event.settings
    return before


def with_pacing_of(settings: CampaignSettings, other: CampaignSettings) -> CampaignSettings:
    """A campaign paced as another time: all else stays as it is now. Raises InvalidFactError."""
    parameters = dict(other.policy_parameters)
    _demand_policy(other.policy, parameters)
    return replace(
        settings,
        policy=other.policy,
        policy_parameters=parameters,
        abandonment_target=other.abandonment_target,
        ring_s=other.ring_s,
        lines=other.lines,
        launches_per_second=other.launches_per_second,
        detection=other.detection,
    )


def pacing_bounds(store: Store, settings: CampaignSettings, *, at: float) -> PacingBounds:
    """Between which values the pacing of a campaign may be set on a day (POSIX seconds of it)."""
    least = shortest_ring(settings, stored.rulebook_of(store), on=_day(at))
    return PacingBounds(
        policies=tuple(sorted(POLICIES)),
        least_ring_s=least,
        most_ring_s=600.0,
        most_abandonment_target=settings.abandonment_limit,
        most_lines=100_000,
        most_launches_per_second=1_000.0,
    )


def demand_lawful(store: Store, settings: CampaignSettings, *, at: float) -> None:
    """Raises InvalidFactError: they are looser than the law that is called under, each with its rule."""
    loose = looser_than_law(settings, stored.rulebook_of(store), on=_day(at))
    if loose:
        raise InvalidFactError("; ".join(loose))


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _moved(before: CampaignSettings | None, after: CampaignSettings) -> tuple[Moved, ...]:
    was, now = Pacing() if before is None else pacing_of(before), pacing_of(after)
    return tuple(
        Moved(setting=each.name, before=_told(getattr(was, each.name)), after=_told(getattr(now, each.name)))
        for each in fields(Pacing)
        if getattr(was, each.name) != getattr(now, each.name)
    )


def _told(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:g}"
        case DetectionMode():
            return value.value
        case _:
            return str(value)

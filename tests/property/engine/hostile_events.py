"""Every event there is, with every value that its types allow: strategies read off the annotations.

Nothing here names an event. A new one is covered by its own annotations, and one whose annotations say
nothing that is understood here fails the tests that draw from them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from math import nextafter
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from compliance_gate.valid import (
    FIRST,
    LAST,
    MOST,
    MalformedFactError,
    Most,
    Name,
    Named,
    Within,
    Words,
    Zone,
)
from compliance_gate.words import PersonRole
from dialer.domain import events as e
from dialer.domain.caller_id import OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.cue import Cue
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    BoxId,
    CampaignId,
    ClientId,
    DebtId,
    EndpointId,
    InboundId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.money import Money
from dialer.domain.third_party import OutsideLine
from dialer.domain.voice import ApprovedText, RecordingPlan, Unserved, VoicemailPlan, VoicePlan

START = 1_780_000_000.0
"""Where floors of these tests begin; instants are drawn about it as well as from the ends of their range."""

EVENTS: tuple[type, ...] = get_args(e.Event)

_STRANGE = ("x" * 200, "ß🙂", "a b", "'; --", "None")
"""Names that nobody has, as long and as odd as a name may be."""


def _named(*names: str) -> tuple[str, ...]:
    return (*names, *names, *_STRANGE)


NAMES: Mapping[object, tuple[str, ...]] = {
    CampaignId: _named("spring", "summer"),
    ClientId: _named("acme"),
    AgentId: _named(*(f"agent{i}" for i in range(4))),
    EndpointId: _named(*(f"sip-agent{i}" for i in range(4))),
    PersonId: _named(*(f"p{i}" for i in range(8))),
    NumberId: _named(*(f"n{i}" for i in range(8)), "m0", "m1"),
    DebtId: _named(*(f"d{i}" for i in range(8))),
    LeadId: _named(*(f"l{i:04d}" for i in range(12))),
    AttemptId: _named(*(f"a1-{i:08d}" for i in range(1, 9)), "a2-00000001", "a2-00000002"),
    InboundId: _named("in0", "in1", "in2"),
    BoxId: ("", "east", "west", "x" * 200),
}
"""Those that the floors of these tests know, and some that they do not."""

TEXTS = (
    "",
    "x",
    "\t\n",
    "ß🙂",
    "'; --",
    "a" * 20_000,
    *(f"p{i}" for i in range(4)),
    *(f"n{i}" for i in range(4)),
)
ZONES = ("America/New_York", "Europe/London", "Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Asia/Kathmandu")


def _numbers(rule: Within, *, whole: bool) -> st.SearchStrategy[float]:
    """The ends of the range, what lies just inside them, and what is usual."""
    usual = [START + away for away in (-86_400.0, -3.0, 0.0, 0.5, 2.0, 30.0, 3_600.0, 90 * 86_400.0)]
    usual += [0.0, 0.02, 0.5, 1.0, 2.0, 15.0, 22.0, 300.0, 1e6]
    ends = [rule.least, rule.most, nextafter(rule.least, rule.most), nextafter(rule.most, rule.least)]
    if whole:
        usual, ends = [1.0, 2.0, 3.0, 10.0, 200.0], [rule.least, rule.most]
    if rule.also is not None:
        ends.append(rule.also)
    found = [value for value in (*ends, *usual) if rule.wrong(value) is None]
    return st.sampled_from([int(value) for value in found] if whole else found)


_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    str: st.sampled_from(TEXTS),
    float: st.sampled_from([0.0, -1.0, 1.0, 0.5, float(MOST), -float(MOST), 5e-324]),
    int: st.sampled_from([0, 1, 2, 3, -1, MOST, -MOST]),
    datetime: st.sampled_from(
        [
            datetime.fromtimestamp(START, UTC),
            datetime.fromtimestamp(START - 3_600.0, UTC),
            datetime.fromtimestamp(START + 3_600.0, ZoneInfo("America/New_York")),
            datetime.fromtimestamp(START - 30 * 86_400.0, UTC),
            datetime.combine(FIRST, time(0), timezone(timedelta(hours=14))),
            datetime.combine(LAST - timedelta(days=1), time(23, 59, 59), timezone(timedelta(hours=-14))),
        ]
    ),
    date: st.sampled_from(
        [FIRST, LAST - timedelta(days=1), date(2026, 5, 28), date(2026, 5, 29), date(2026, 3, 8)]
    ),
    time: st.sampled_from([time(0), time(23, 59, 59, 999_999), time(9), time(17, 30), time(2, 30)]),
}


def values(hint: object) -> st.SearchStrategy[Any]:
    """Values of an annotation.

    Raises:
        TypeError: nothing is known of values of that kind.
    """
    if hint in NAMES:
        return st.sampled_from(NAMES[hint])
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType):
        raise TypeError(f"nobody has said which names of kind {hint.__name__} there are")
    build = _BUILT.get(get_origin(hint))
    if build is not None:
        return build(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return made(cast("type[object]", hint))
    raise TypeError(f"nothing is known of values of type {hint!r}")


def _declared(hint: object) -> st.SearchStrategy[Any]:
    base, *rules = get_args(hint)
    for rule in rules:
        match rule:
            case Within():
                return _numbers(rule, whole=base is int)
            case Zone():
                return st.sampled_from(ZONES)
            case Named():
                return st.sampled_from(_named(*(f"{kind}{i}" for kind in "pnd" for i in range(8))))
            case Words(least=least, most=most):
                return st.sampled_from(
                    [text for text in TEXTS if least <= len(text.strip()) and len(text) <= most]
                )
            case _:
                pass
    least = max((rule.least for rule in rules if isinstance(rule, Most)), default=0)
    return values(base).filter(lambda several: len(several) >= least) if least else values(base)


def _any_of(hint: object) -> st.SearchStrategy[Any]:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    return st.one_of(st.none(), *(values(kind) for kind in kinds))


def _row(hint: object) -> st.SearchStrategy[Any]:
    kinds = get_args(hint)
    if kinds[-1] is Ellipsis:
        return st.lists(values(kinds[0]), max_size=1 if is_dataclass(kinds[0]) else 3).map(tuple)
    return st.tuples(*(values(kind) for kind in kinds))


def _mapped(hint: object) -> st.SearchStrategy[Any]:
    of_key, of_value = (values(kind) for kind in get_args(hint))
    return st.dictionaries(of_key, of_value, max_size=3)


_BUILT: Mapping[object, Callable[[object], st.SearchStrategy[Any]]] = {
    Annotated: _declared,
    Union: _any_of,
    UnionType: _any_of,
    tuple: _row,
    frozenset: lambda hint: st.frozensets(values(get_args(hint)[0]), max_size=3),
    Mapping: _mapped,
}

# --- what hardly ever comes out right by chance ----------------------------------------------------------

MESSAGE = ApprovedText(
    sound="sorry",
    version="1",
    words="Press 9 to stop these calls, or call us back at 0100.",
    approved_by="counsel",
    approved_on="2026-01-01",
    client="acme",
    seconds=1.0,
    call_back="+12125550100",
)
NOTICE = ApprovedText(
    sound="recorded",
    version="1",
    words="This call is recorded.",
    approved_by="counsel",
    approved_on="2026-01-01",
    client="acme",
    seconds=0.5,
)
VOICES = (
    VoicePlan(messages=(MESSAGE,)),
    VoicePlan(unserved=Unserved.OVERFLOW, messages=(MESSAGE,)),
    VoicePlan(unserved=Unserved.HANGUP),
    VoicePlan(messages=(MESSAGE,), voicemail=VoicemailPlan(texts=(MESSAGE,))),
    VoicePlan(messages=(MESSAGE,), recording=RecordingPlan(notices=(NOTICE,))),
)
LINES = (
    OutsideLine(
        name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
    ),
)
OWNED = (
    OwnedNumber(number="+12125550100", calls_back_to="inbound menu"),
    OwnedNumber(number="+12125550101", calls_back_to="inbound menu", areas=("US-NY",), daily_ceiling=1),
)

POLICIES = st.sampled_from(["progressive", "preview", "fixed_ratio", "predictive", "no-such-policy"])
PARAMETERS = st.dictionaries(
    st.sampled_from(["lines_per_agent", "target", "threshold", "margin", "median", "no_such_parameter"]),
    st.sampled_from([0.0, -1.0, 0.5, 1.0, 2.5, 1e15, -1e15, 5e-324]),
    max_size=2,
)
BASE: dict[str, Any] = {"campaign": CampaignId("spring"), "client": ClientId("acme"), "policy": "progressive"}


def campaign_settings() -> st.SearchStrategy[CampaignSettings]:
    """Settings of which a few are not what is usual."""
    hints = get_type_hints(CampaignSettings, include_extras=True)
    given = {"policy": POLICIES, "policy_parameters": PARAMETERS}
    changes = st.one_of(
        [
            st.tuples(st.just(name), given[name] if name in given else values(hint))
            for name, hint in hints.items()
        ]
    )
    several = st.lists(changes, max_size=4).map(lambda told: _born(CampaignSettings, {**BASE, **dict(told)}))
    return cast("st.SearchStrategy[CampaignSettings]", several.filter(lambda one: one is not None))


_MADE: dict[type, st.SearchStrategy[Any]] = {
    VoicePlan: st.sampled_from(VOICES),
    OutsideLine: st.sampled_from(LINES),
    OwnedNumber: st.sampled_from(OWNED),
    Cue: st.just(Cue(sound="acme")),
    Money: st.builds(
        Money, cents=st.sampled_from([0, 1, -1, MOST, -MOST]), currency=st.sampled_from(["USD", "JPY"])
    ),
}


def made(kind: type[object]) -> st.SearchStrategy[Any]:
    """Values of a class, of those that its own birth lets be."""
    known = _MADE.get(kind)
    if known is None and kind is CampaignSettings:
        known = _MADE[kind] = campaign_settings()
    elif known is None:
        hints = get_type_hints(kind, include_extras=True)
        parts = {field.name: _of(field.name, hints[field.name]) for field in fields(cast("Any", kind))}
        known = (
            st.fixed_dictionaries(parts)
            .map(lambda told: _born(kind, told))
            .filter(lambda one: one is not None)
        )
        _MADE[kind] = known
    return known


def _of(field: str, hint: object) -> st.SearchStrategy[Any]:
    """Values of a field; where the gate calls somebody or something by a plain name, one of that kind."""
    known = _GATE_NAMES.get(field) if hint is Name else None
    return values(hint) if known is None else st.sampled_from(NAMES[known])


_GATE_NAMES: Mapping[str, object] = {"person": PersonId, "number": NumberId, "debt": DebtId}


def _born(kind: type[object], told: dict[str, Any]) -> object | None:
    """The value; None where its fields do not go together."""
    try:
        return kind(**told)
    except (InvalidFactError, MalformedFactError):
        return None


def hostile_events() -> st.SearchStrategy[e.Event]:
    """Any event with any value."""
    return st.sampled_from(EVENTS).flatmap(made)

"""Who is measured: our policies, and the rivals with their defaults or the best found for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pacing.bench.days import Makes
from pacing.learner import Learner
from pacing.registry import make_guarded_policy, make_policy
from pacing.rivals import (
    DropMethod,
    LevelSettings,
    OmniLeads,
    VicidialAdaptive,
    VicidialRatio,
    learner_of_november,
    make_november,
)

OURS = "predictive"
NOVEMBER = "november"

_SHIFT_STARTS_S = 9 * 3600.0
"""The cheap floor's day starts at nine: rivals that go by the clock are told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A policy under a name, as it is run.

    learner: makes what learns the answer rates it is told.
    variants: settings to choose the best of, by an oracle that has seen the very days; one = its defaults.
    """

    name: str
    variants: tuple[Makes, ...]
    told: str
    learner: Callable[[], Learner] = Learner


def _adaptive(method: DropMethod, *, most: float = 3.0, difference: float = 0.0) -> Makes:
    settings = LevelSettings(method=method, most=most, difference=difference)

    def make() -> VicidialAdaptive:
        return VicidialAdaptive(settings, midnight=-_SHIFT_STARTS_S)

    return make


def _grid() -> tuple[Makes, ...]:
    return tuple(
        _adaptive(DropMethod.AVERAGE, most=most, difference=difference)
        for most in (1.2, 1.4, 1.6, 1.8, 2.2, 3.0)
        for difference in (0.0, -1.0, -2.0)
    )


def _ratios() -> tuple[Makes, ...]:
    def ratio(level: float) -> Callable[[], VicidialRatio]:
        return lambda: VicidialRatio(level=level)

    return tuple(ratio(1.0 + 0.1 * tenths) for tenths in range(1, 13))


def _one(name: str, told: str, make: Makes) -> Contender:
    return Contender(name=name, variants=(make,), told=told)


CONTENDERS: Mapping[str, Contender] = MappingProxyType(
    {
        contender.name: contender
        for contender in (
            _one(OURS, "ours, guarded", lambda: make_guarded_policy("predictive")),
            Contender(
                name=NOVEMBER,
                variants=(make_november,),
                told="ours of November 2026, guarded",
                learner=learner_of_november,
            ),
            _one("progressive", "one line per free agent", lambda: make_policy("progressive")),
            Contender(name="ratio", variants=_ratios(), told="fixed ratio, the best level by oracle"),
            _one("vicidial-hard", "VICIDIAL ADAPT_HARD_LIMIT", _adaptive(DropMethod.HARD_LIMIT)),
            _one("vicidial-average", "VICIDIAL ADAPT_AVERAGE", _adaptive(DropMethod.AVERAGE)),
            _one("vicidial-tapered", "VICIDIAL ADAPT_TAPERED", _adaptive(DropMethod.TAPERED)),
            Contender(name="vicidial-grid", variants=_grid(), told="VICIDIAL ADAPT, the best of a grid"),
            _one("omnileads", "OMniLeads, five calls a second, two lines an agent", OmniLeads),
        )
    }
)

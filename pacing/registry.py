"""Policies by name, so that a campaign's settings can choose one."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType

from pacing.abandonment_guard import AbandonmentGuard
from pacing.answers import AnswerBeliefs
from pacing.fixed_ratio import FixedRatio
from pacing.floor_model import FloorModel, FloorPriors
from pacing.held import HeldBudget
from pacing.learner import Learner
from pacing.ordering import OrderBeliefs
from pacing.policy import PacingPolicy
from pacing.predictive import Predictive
from pacing.preview import Preview
from pacing.progressive import Progressive
from pacing.rings import RingBeliefs

_PRIORS = frozenset(field.name for field in fields(FloorPriors))
_BELIEFS = frozenset(field.name for field in fields(AnswerBeliefs))
_RINGS = frozenset(field.name for field in fields(RingBeliefs))
_HELD = frozenset(field.name for field in fields(HeldBudget))
_ORDER = frozenset(field.name for field in fields(OrderBeliefs))
LEARNED = _BELIEFS | _RINGS | _HELD | _ORDER
"""Parameters of the campaign's learner, which every policy takes."""


def _predictive(**parameters: float) -> Predictive:
    """Parameters of `Predictive` and of `FloorPriors` together: a campaign's settings are flat."""
    priors = {name: value for name, value in parameters.items() if name in _PRIORS}
    others = {name: value for name, value in parameters.items() if name not in _PRIORS}
    return Predictive(**others, model=FloorModel(priors=FloorPriors(**priors)))


PolicyFactory = Callable[..., PacingPolicy]

POLICIES: Mapping[str, PolicyFactory] = MappingProxyType(
    {
        "progressive": Progressive,
        "preview": Preview,
        "fixed_ratio": FixedRatio,
        "predictive": _predictive,
    }
)


class UnknownPolicyError(ValueError):
    """No policy has this name; the message lists those that exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no pacing policy is called {name!r}; there are: {', '.join(sorted(POLICIES))}")
        self.name = name


class PolicyParameterError(ValueError):
    """The policy exists but does not take these parameters."""


def make_policy(name: str, **parameters: float) -> PacingPolicy:
    """Make the policy `name` with its parameters. Those of the campaign's learner may stand among them.

    Raises: UnknownPolicyError; PolicyParameterError when a parameter is unknown or out of its range.
    """
    try:
        factory = POLICIES[name]
    except KeyError:
        raise UnknownPolicyError(name) from None
    own = {key: value for key, value in parameters.items() if key not in LEARNED}
    try:
        return factory(**own)
    except (TypeError, ValueError) as error:
        raise PolicyParameterError(f"pacing policy {name!r}: {error}") from error


def make_guarded_policy(
    name: str, *, epsilon: float = 0.001, recovery: float = 0.7, **parameters: float
) -> AbandonmentGuard:
    """Make the policy `name` under an `AbandonmentGuard`, as every live floor should run it.

    Raises: as `make_policy`; ValueError when epsilon or recovery is no share.
    """
    return AbandonmentGuard(make_policy(name, **parameters), epsilon=epsilon, recovery=recovery)


def make_learner(**parameters: float) -> Learner:
    """Make what learns for a whole campaign, from the same flat parameters as its policies.

    Raises: PolicyParameterError when one is out of its range.
    """
    beliefs = {name: value for name, value in parameters.items() if name in _BELIEFS}
    rings = {name: value for name, value in parameters.items() if name in _RINGS}
    held = {name: value for name, value in parameters.items() if name in _HELD}
    order = {name: value for name, value in parameters.items() if name in _ORDER}
    try:
        return Learner(
            beliefs=AnswerBeliefs(**beliefs),
            rings=RingBeliefs(**rings),
            held=HeldBudget(**held),
            order=OrderBeliefs(**order),
        )
    except (TypeError, ValueError) as error:
        raise PolicyParameterError(f"what is learned of calls: {error}") from error

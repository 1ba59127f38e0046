"""Policies by name, so that a campaign's settings can choose one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pacing.fixed_ratio import FixedRatio
from pacing.policy import PacingPolicy
from pacing.predictive import Predictive
from pacing.preview import Preview
from pacing.progressive import Progressive

PolicyFactory = Callable[..., PacingPolicy]

POLICIES: Mapping[str, PolicyFactory] = MappingProxyType(
    {
        "progressive": Progressive,
        "preview": Preview,
        "fixed_ratio": FixedRatio,
        "predictive": Predictive,
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
    """Make the policy `name` with its parameters.

    Raises: UnknownPolicyError; PolicyParameterError when a parameter is unknown or out of its range.
    """
    try:
        factory = POLICIES[name]
    except KeyError:
        raise UnknownPolicyError(name) from None
    try:
        return factory(**parameters)
    except (TypeError, ValueError) as error:
        raise PolicyParameterError(f"pacing policy {name!r}: {error}") from error


def make_guarded_policy(name: str, **parameters: float) -> PacingPolicy:
    return make_policy(name, **parameters)

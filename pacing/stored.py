"""Reading back what was learned, as `state` wrote it: what is missing or of another kind is told by name."""

from collections.abc import Mapping

from pacing.policy import Json


def float_of(state: Mapping[str, Json], name: str) -> float:
    """The number `name` of a stored state. Raises ValueError when it is not there."""
    value = state.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError(f"the stored state has no number {name!r}")
    return float(value)


def floats_of(state: Mapping[str, Json], name: str) -> list[float]:
    """The list of numbers `name` of a stored state. Raises ValueError when it is not there."""
    value = state.get(name)
    if not isinstance(value, list):
        raise ValueError(f"the stored state has no list {name!r}")
    return [float(item) for item in value if isinstance(item, (int, float))]


def state_of(state: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """The nested state `name` of a stored state. Raises ValueError when it is not there."""
    value = state.get(name)
    if not isinstance(value, dict):
        raise ValueError(f"the stored state has no part {name!r}")
    return value

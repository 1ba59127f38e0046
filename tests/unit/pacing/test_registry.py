"""Policies are found by name, and mistakes in settings are told plainly."""

import pytest

from pacing.registry import (
    POLICIES,
    PolicyParameterError,
    UnknownPolicyError,
    make_guarded_policy,
    make_policy,
)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_policy_can_be_made_by_name(name: str) -> None:
    assert isinstance(make_policy(name).state(), dict)
    assert isinstance(make_guarded_policy(name).state(), dict)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPolicyError, match=r"fixed_ratio.*predictive.*progressive"):
        make_policy("predictve")


def test_an_unknown_parameter_names_the_policy() -> None:
    with pytest.raises(PolicyParameterError, match=r"fixed_ratio.*lines"):
        make_policy("fixed_ratio", lines=2.0)


def test_a_parameter_out_of_range_is_refused() -> None:
    with pytest.raises(PolicyParameterError, match="1 or more"):
        make_policy("fixed_ratio", lines_per_agent=0.5)
    with pytest.raises(PolicyParameterError, match="0-1"):
        make_policy("predictive", target=3.0)


def test_priors_of_the_floor_are_set_beside_the_parameters() -> None:
    slow = make_policy("predictive", target=0.02, talk_median=300.0)
    assert slow.state() != make_policy("predictive", target=0.02).state()

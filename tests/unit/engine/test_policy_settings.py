"""A campaign whose pacing cannot be made is refused when it is configured, not when it should launch."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import events as e
from dialer.domain.errors import InvalidFactError


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": "fixed_ratio", "policy_parameters": {"ratio": 2.5}},
        {"policy": "no_such_policy"},
        {"guard_epsilon": 7.0},
    ],
)
def test_settings_that_no_policy_takes_are_refused_and_change_nothing(
    make_floor: Any, wrong: dict[str, Any]
) -> None:
    floor = make_floor()
    before = floor.settings
    with pytest.raises(InvalidFactError):
        floor.send(e.CampaignConfigured(settings=replace(before, **wrong)))
    assert floor.engine.checkpoint().campaigns[before.campaign].settings == before

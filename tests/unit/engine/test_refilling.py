"""When leads are asked for, and how many of them pacing is shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain.events import CampaignStarted, LeadsFetched
from dialer.domain.ids import LeadId

Floor = Any


def asked(floor: Floor) -> int:
    """How often leads were asked for so far."""
    return len(floor.all(c.RefillHopper))


def bring(floor: Floor, count: int) -> None:
    """An answer of so many leads that turn out to be of no use, so that the hopper stays as low as it was."""
    refill = floor.last(c.RefillHopper)
    held = floor.engine.checkpoint().leads.values()
    useless = tuple(replace(next(iter(held)), lead=LeadId(f"useless{i}"), targets=()) for i in range(count))
    floor.send(
        LeadsFetched(
            campaign=refill.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=useless,
            persons=(),
            leads_left=1000,
        )
    )


@pytest.mark.parametrize(("short_by", "is_asked_at_once"), [(0, True), (1, False)])
def test_a_low_hopper_asks_again_at_once_where_the_list_has_more(
    make_floor: Callable[..., Floor], short_by: int, is_asked_at_once: bool
) -> None:
    """All that was asked for came and it is not enough; where less came, the list has no more for now."""
    floor = make_floor(hopper_size=40)
    floor.start(agents=2, leads=4)
    floor.wait(6.0)
    before = asked(floor)

    bring(floor, floor.last(c.RefillHopper).wanted - short_by)

    floor.wait(0.1)
    assert (asked(floor) > before) == is_asked_at_once
    floor.wait(6.0)
    assert asked(floor) > before


@pytest.mark.parametrize(("per_second", "launched"), [(20.0, 20), (40.0, 40), (200.0, 50)])
def test_pacing_is_shown_as_many_leads_as_may_be_launched_at_once(
    make_floor: Callable[..., Floor], per_second: float, launched: int
) -> None:
    """More than the usual two dozen, and never more than one step can launch in good time."""
    floor = make_floor(
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 5.0},
        launches_per_second=per_second,
        lines=500,
        hopper_size=200,
        abandonment_limit=1.0,
    )
    for i in range(40):
        floor.seat(f"agent{i:02d}")
    floor.send(CampaignStarted(campaign=floor.settings.campaign))

    floor.feed(200)

    assert len(floor.all(c.Originate)) == launched

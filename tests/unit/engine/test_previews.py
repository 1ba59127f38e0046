"""Preview and click-to-dial: an agent asks to call one number of a lead in hand."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.lead import Target

CAMPAIGN = CampaignId("spring")
JOINT = (
    Target(person=PersonId("p0"), number=NumberId("n0")),
    Target(person=PersonId("p1"), number=NumberId("n1")),
)


@pytest.fixture
def floor(make_floor: Callable[..., Any]) -> Any:
    """Two people owe the one lead in hand, which a third was fetched with; one agent is on a break."""
    made = make_floor()
    made.send(e.CampaignStarted(campaign=CAMPAIGN))
    made.feed(2, targets=JOINT, reserve_agent=True, reserve_for=AgentId("bob"), not_before=made.now + 9000.0)
    made.seat("ann", ready=False)
    made.seat("bob")
    return made


def _preview(floor: Any, lead: str = "l0000", number: int = 1) -> None:
    floor.send(
        e.DialRequested(
            agent=AgentId("ann"),
            campaign=CAMPAIGN,
            lead=LeadId(lead),
            person=PersonId(f"p{number}"),
            number=NumberId(f"n{number}"),
        )
    )


def test_the_number_that_was_asked_for_is_called_with_the_agent_held(floor: Any) -> None:
    _preview(floor)
    order = floor.last(c.Originate)
    assert (order.person, order.number, order.reserved_agent) == ("p1", "n1", "ann")
    assert floor.last(c.StoreAttempt).record.guaranteed


def test_a_previewed_lead_leaves_nobody_s_file_behind(floor: Any) -> None:
    """Neither that of the joint debtor who was not called: files are counted by lead."""
    _preview(floor)
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.BUSY), after=2.0)
    floor.send(e.CampaignStopped(campaign=CAMPAIGN))
    assert dict(floor.engine.checkpoint().persons) == {}


def test_a_denied_preview_keeps_what_was_promised(floor: Any) -> None:
    floor.gate.denied.add("p1")
    _preview(floor)
    assert not floor.all(c.Originate)
    rest = floor.last(c.RestLead)
    assert (rest.lead, rest.reserve_agent, rest.reserve_for) == ("l0000", True, "bob")


def test_a_lead_that_is_not_in_hand_is_not_called(floor: Any) -> None:
    _preview(floor, "l9999")
    assert not floor.all(c.Originate)
    assert floor.engine.was_ignored

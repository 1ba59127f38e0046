"""A person's restriction, by the shipped law: it stops what rings and every call until it is lifted."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Verdict
from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.fact_events import HoldLifted
from dialer.domain.ids import PersonId
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine

GATE = ComplianceGate(sample_rulebook())
FIRST = PersonId("p0")


@pytest.fixture
def lawful(make_floor: Callable[..., Any]) -> Any:
    """A floor that asks the law, with three people to call and nobody ready yet."""
    floor = make_floor()
    floor.engine = DialerEngine(GATE)
    floor.send(e.CampaignConfigured(settings=floor.settings))
    floor.start(agents=0, leads=3)
    return floor


def restrict(floor: Any) -> None:
    hold = Hold(kind=HoldKind.RESTRICTED, since=instant(floor.now), source="a letter")
    floor.send(e.HoldPlaced(person=FIRST, hold=hold))


def called(floor: Any) -> list[str]:
    return [originate.person for originate in floor.all(c.Originate)]


def test_nobody_who_is_restricted_is_called_and_everybody_else_is(lawful: Any) -> None:
    restrict(lawful)
    lawful.seat("agent0")
    lawful.seat("agent1")
    lawful.wait(5.0)
    assert called(lawful) == ["p1", "p2"]
    (denial,) = lawful.all(c.StoreDenial)
    assert "house-holds" in {each.rule for each in denial.findings if each.verdict is Verdict.DENIED}


def test_a_restriction_that_comes_while_it_rings_hangs_up(lawful: Any) -> None:
    lawful.seat("agent0")
    lawful.wait(1.0)
    (ringing,) = lawful.all(c.Originate)
    assert ringing.person == FIRST
    restrict(lawful)
    assert [hangup.attempt for hangup in lawful.all(c.Hangup)] == [ringing.attempt]


def test_who_was_restricted_is_called_again_once_it_is_lifted(lawful: Any) -> None:
    """The same person in the same shift: the restriction alone kept them from it."""
    restrict(lawful)
    lawful.send(HoldLifted(person=FIRST, kind=HoldKind.RESTRICTED, by="compliance"))
    lawful.seat("agent0")
    lawful.wait(5.0)
    assert called(lawful)[0] == FIRST

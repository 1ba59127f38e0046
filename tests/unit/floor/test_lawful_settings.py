"""A campaign that is set looser than law or policy is refused before anybody is called, with the rule."""

from datetime import date
from typing import Any

import pytest

from compliance_gate.book.shipped import rulebook_with, sample_rulebook
from compliance_gate.words import Purpose
from dialer.domain.campaign import CampaignSettings, answered_within_s, most_abandoned
from dialer.domain.errors import MendableError
from dialer.domain.ids import CampaignId, ClientId
from dialer.floor.law import demand_lawful, looser_than_law

TODAY = date(2026, 12, 1)
STRICTER = """
pack: client-acme
title: Acme
client: acme
signed_by: somebody
dated: 2026-11-22
rules:
  - rule: acme-ring
    kind: call_handling
    what: As Acme wishes
    unit: seconds
    citation: contract
    checked: policy
    checked_on: 2026-11-22
    effective: {from: 2026-12-01}
    scope: {purposes: any, actions: [place_call]}
    values: {shortest_ring_s: 20}
"""


def settings(**values: Any) -> CampaignSettings:
    return CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"), **values)


def test_what_a_campaign_does_not_say_is_what_the_house_allows() -> None:
    assert (most_abandoned(), answered_within_s()) == (0.03, 2.0)
    plain = settings()
    assert (plain.abandonment_limit, plain.abandonment_target, plain.answer_limit_s) == (0.03, 0.03, 2.0)
    assert looser_than_law(plain, sample_rulebook(), on=TODAY) == ()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"ring_s": 14.9}, "ring_s is 14.9; house-shortest-ring (policy) asks for 15"),
        ({"answer_limit_s": 2.1}, "answer_limit_s is 2.1; house-abandonment (policy) asks for 2"),
        ({"served_within_s": 6.0}, "served_within_s is 6; house-abandonment (policy) asks for 2"),
        (
            {"abandonment_limit": 0.031},
            "abandonment_limit is 0.031; house-abandonment (policy) asks for 0.03",
        ),
    ],
)
def test_each_setting_that_is_looser_is_told_with_its_rule(values: dict[str, float], told: str) -> None:
    (found,) = looser_than_law(settings(**values), sample_rulebook(), on=TODAY)
    assert found.startswith(told)
    with pytest.raises(MendableError, match="campaign spring: "):
        demand_lawful([settings(**values)], sample_rulebook())


@pytest.mark.parametrize(
    "values",
    [{"ring_s": 15.0}, {"answer_limit_s": 2.0}, {"abandonment_limit": 0.03}, {"served_within_s": 2.0}],
)
def test_what_is_as_strict_as_the_rule_is_taken(values: dict[str, float]) -> None:
    assert looser_than_law(settings(**values), sample_rulebook(), on=TODAY) == ()
    demand_lawful([settings(**values)], sample_rulebook())


def test_the_law_of_the_day_and_the_contract_of_the_client_are_asked() -> None:
    book = rulebook_with([("client/acme.yaml", STRICTER)])
    loose = settings(ring_s=19.0, purpose=Purpose.SOLICITATION)
    assert len(looser_than_law(loose, book, on=TODAY)) == 1
    assert looser_than_law(loose, book, on=date(2026, 11, 30)) == ()

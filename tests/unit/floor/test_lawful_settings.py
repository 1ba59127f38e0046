"""A campaign that is set looser than law or policy is refused before anybody is called, with the rule."""

from datetime import date
from typing import Any

import pytest

from compliance_gate.book.shipped import rulebook_with, sample_rulebook, standard_rulebook
from compliance_gate.words import Purpose
from dialer.domain.campaign import CampaignSettings, answered_within_s, most_abandoned
from dialer.domain.errors import MendableError
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.voice import RecordingPlan, VoicePlan
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


def recorded(*notice_in: str) -> CampaignSettings:
    return settings(voice=VoicePlan(recording=RecordingPlan(notice_in=notice_in)))


@pytest.mark.parametrize("places", [("*",), ("law",), ("law", "US-NY"), ("US", "GB", "CA", "AU", "IN", "ZA")])
def test_a_campaign_that_tells_people_wherever_the_law_asks_for_it_is_taken(places: tuple[str, ...]) -> None:
    found = looser_than_law(recorded(*places), sample_rulebook(), on=TODAY)
    assert all("leaves out US-" not in each for each in found)
    if "US" not in places:
        assert found == ()


def test_a_campaign_that_would_record_untold_where_all_must_know_is_refused_with_the_rule() -> None:
    (found,) = looser_than_law(recorded("US-CA"), sample_rulebook(), on=TODAY)
    assert found.startswith(
        "notice_in leaves out US-CT; recording is freely; us-ct-recording (law) asks for after notice "
        "[Conn. Gen. Stat. 52-570d(a)]; notice_in leaves out US-DE; "
    )
    assert "US-CA" not in found
    assert found.endswith("more places")
    with pytest.raises(MendableError, match=r"campaign spring: notice_in leaves out"):
        demand_lawful([recorded("US-CA")], sample_rulebook())


def test_where_nobody_signed_for_what_was_not_read_no_place_may_be_left_out() -> None:
    (found,) = looser_than_law(recorded(), standard_rulebook(), on=TODAY)
    assert "us-ca-recording (law) asks for after consent" in found
    (found,) = looser_than_law(recorded("US-CA", "US-CT", "US-DE"), standard_rulebook(), on=TODAY)
    assert "leaves out US-FL" in found

"""Scenario files: read as they are written, and refused with the field, its value and what is allowed."""

from datetime import date, time

import pytest

from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import CampaignId, ClientId
from dialer.settings_reader import SettingsError
from simulator.scenario import BreakPlan
from simulator.scenario_file import (
    UnknownScenarioError,
    load_scenario,
    read_scenario,
    scenario_names,
)
from simulator.scenario_settings import campaign_settings

TEXT = """
description = "a floor"
[shift]
day = 2026-07-01
starts = 08:30:00
hours = 2.5
[agents]
count = 4
breaks = [{ after_hours = 1, minutes = 15, reason = "lunch" }]
[campaign]
policy = "progressive"
[campaign.rest_s]
no_answer = 60
[calls]
person_answers = 0.2
answer_after = { gamma = { mean = 12.0, sd = 5.0 } }
no_answer_after = 30
[talks.results]
promise_to_pay = 3
disputed = 1
"""


def test_a_file_reads_as_it_is_written() -> None:
    made = read_scenario(TEXT, name="mine")
    assert made.name == "mine"
    assert (made.shift.day, made.shift.starts, made.shift.hours) == (date(2026, 7, 1), time(8, 30), 2.5)
    assert made.agents.breaks == (BreakPlan(after_hours=1.0, minutes=15.0, reason="lunch"),)
    assert made.campaign.rest_s == {"no_answer": 60.0}
    assert made.calls.answer_after.mean == pytest.approx(12.0, rel=1e-3)
    assert made.calls.no_answer_after is not None
    assert made.calls.no_answer_after.at(0.3) == 30.0
    assert made.talks.results == {DispositionKind.PROMISE_TO_PAY: 3.0, DispositionKind.DISPUTED: 1.0}


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_of_the_project_is_valid_and_says_what_it_is(name: str) -> None:
    made = load_scenario(name)
    assert made.name == name
    assert len(made.description) > 40


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_makes_a_campaign_that_may_be(name: str) -> None:
    settings = campaign_settings(load_scenario(name), campaign=CampaignId("c"), client=ClientId("client-1"))
    assert settings.policy == load_scenario(name).campaign.policy


@pytest.mark.parametrize("name", ["markov", "real", "ref", "smoke", "year"])
def test_what_a_scenario_does_not_say_does_not_happen(name: str) -> None:
    """A file from before there were callers, acts, recordings and boxes says what it said."""
    made = load_scenario(name)
    assert not made.callers.is_anybody
    assert not made.acts.in_talks
    assert (made.acts.previews_per_hour, made.calls.opts_out) == (0.0, 0.0)
    assert (made.office, made.incidents, made.network.boxes, made.network.leg_s) == (None, (), (), None)
    assert (made.campaign.recordings, made.campaign.caller_ids, made.campaign.outside_line) == (None, (), "")


def test_the_projects_scenarios_are_these() -> None:
    assert scenario_names() == ("collections", "full", "markov", "real", "ref", "smoke", "year")


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("count = 4", "cout = 4", "agents.cout", "count"),
        ("count = 4", "count = 0", "agents.count", "at least 1"),
        ("count = 4", 'count = "4"', "agents.count", "whole number"),
        ("hours = 2.5", "hours = -1", "shift.hours", "at least 0"),
        ("hours = 2.5", "hours = 0", "shift.hours", "above 0"),
        ("day = 2026-07-01", 'day = "2026-07-01"', "shift.day", "without quotes"),
        ("person_answers = 0.2", "person_answers = 20", "calls.person_answers", "from 0 to 1"),
        ("sd = 5.0", "sd = 0.0", "calls.answer_after.gamma.sd", "above 0"),
        (", sd = 5.0", "", "calls.answer_after.gamma", "mean, sd"),
        ("gamma", "gama", "calls.answer_after", "exponential"),
        ("disputed", "dispute", "talks.results.dispute", "disputed"),
        ('"progressive"', '"agressive"', "campaign.policy", "progressive"),
        ("[shift]", '[shift]\ntime_zone = "Europe/Nowhere"', "shift.time_zone", "IANA"),
        ("minutes = 15,", "", "agents.breaks[0].minutes", "missing"),
        ("no_answer_after = 30", "by_hour = [1.0, 2.0]", "calls.by_hour", "24 weights"),
        ("no_answer_after = 30", "busy = 0.6\ncongestion = 0.5", "calls", "less than 1"),
        ("[agents]", "[agents", "", "TOML"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_what_is_allowed(
    old: str, new: str, field: str, says: str
) -> None:
    assert old in TEXT
    with pytest.raises(SettingsError) as caught:
        read_scenario(TEXT.replace(old, new), name="mine")
    assert caught.value.field == field
    assert says in str(caught.value)


def test_an_unknown_scenario_lists_those_that_exist() -> None:
    with pytest.raises(UnknownScenarioError, match="collections"):
        load_scenario("colections")
    with pytest.raises(UnknownScenarioError):
        load_scenario("../settings")

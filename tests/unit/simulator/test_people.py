"""The made-up public: its shares are those of the scenario, and it does not care who calls it first."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.findings import Clearance
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Originate
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AttemptId, CampaignId, NumberId, PersonId
from simulator.lead_book import LeadBook
from simulator.people import Answerer, Behaviour, MadeUpPublic
from simulator.population import made_up
from simulator.scenario import CallsPlan, NumbersPlan, Scenario
from simulator.scenario_file import load_scenario
from simulator.streams import Streams

NOON = datetime(2026, 3, 10, 17, tzinfo=UTC).timestamp()
CALLS = 6000


def _public(scenario: Scenario, *, persons: int = 1500, seed: int = 1) -> MadeUpPublic:
    streams = Streams(seed)
    placed = made_up(
        scenario.population, persons=persons, campaign=CampaignId("c"), streams=streams, now=NOON
    )
    book = LeadBook(leads=placed.leads, persons=placed.persons)
    return MadeUpPublic(scenario=scenario, streams=streams, book=book, starts_at=NOON)


def _order(n: int) -> Originate:
    at = datetime(2026, 3, 10, 17, tzinfo=UTC)
    person, number = PersonId(f"person-{n:06d}"), NumberId(f"number-{n:06d}-0")
    return Originate(
        attempt=AttemptId(str(n)),
        campaign=CampaignId("c"),
        person=person,
        number=number,
        clearance=Clearance(
            clearance=str(n),
            person=person,
            number=number,
            debts=(),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="",
        ),
        caller_id="",
        ring_s=24.0,
        answer_limit_s=2.0,
        detection=DetectionMode.OFF,
    )


def _call_everybody(public: MadeUpPublic, *, persons: int = 1500, now: float = NOON) -> list[Behaviour]:
    return [public.behaviour(_order(n % persons), now=now) for n in range(CALLS)]


def _shares(calls: list[Behaviour]) -> dict[str, float]:
    counts = Counter(c.answerer.value if c.answerer else c.failure.value for c in calls)
    return {name: count / len(calls) for name, count in counts.items()}


def test_simple_shares_are_met() -> None:
    scenario = Scenario(name="x", calls=CallsPlan(person_answers=0.25, busy=0.1, congestion=0.02))
    shares = _shares(_call_everybody(_public(scenario)))
    assert shares["person"] == pytest.approx(0.25, abs=0.02)
    assert shares["busy"] == pytest.approx(0.10, abs=0.015)
    assert shares["congestion"] == pytest.approx(0.02, abs=0.01)
    assert shares["no_answer"] == pytest.approx(0.63, abs=0.02)


def test_a_collections_floor_meets_mostly_machines() -> None:
    calls = _call_everybody(_public(load_scenario("collections")))
    shares = _shares(calls)
    assert 0.03 < shares["person"] < 0.07
    assert shares["voicemail"] > 0.5
    assert 0.02 < shares["assistant"] < 0.09
    live = [call for call in calls if call.answerer is Answerer.PERSON]
    right = [c for c in live if c.disposition not in _OTHERS]
    assert 0.2 < len(right) / len(live) < 0.4


_OTHERS = {
    DispositionKind.THIRD_PARTY,
    DispositionKind.CHILD_ANSWERED,
    DispositionKind.WRONG_NUMBER,
    DispositionKind.HUNG_UP_UNVERIFIED,
}


def test_what_a_number_is_stays() -> None:
    scenario = Scenario(name="x", numbers=NumbersPlan(not_in_service=0.5), calls=CallsPlan(person_answers=0))
    public = _public(scenario)
    first = [public.behaviour(_order(n), now=NOON).failure for n in range(100)]
    again = [public.behaviour(_order(n), now=NOON + 3600).failure for n in range(100)]
    assert first == again
    assert set(first) == {Outcome.INVALID_NUMBER, Outcome.NO_ANSWER}


def test_the_nth_call_to_somebody_is_the_same_whoever_was_called_before() -> None:
    scenario = load_scenario("collections")
    one, other = _public(scenario), _public(scenario)
    forwards = {n: one.behaviour(_order(n), now=NOON) for n in range(200)}
    backwards = {n: other.behaviour(_order(n), now=NOON) for n in reversed(range(200))}
    for n in range(200):
        assert (forwards[n].answerer, forwards[n].after_s, forwards[n].talk_s) == (
            backwards[n].answerer,
            backwards[n].after_s,
            backwards[n].talk_s,
        )


def test_people_answer_more_in_the_evening_than_at_night() -> None:
    scenario = load_scenario("collections")
    alone = replace(scenario, population=replace(scenario.population, states=("NY",)))
    evening = datetime(2026, 3, 10, 22, 30, tzinfo=UTC).timestamp()
    night = datetime(2026, 3, 11, 7, tzinfo=UTC).timestamp()
    at_six = _shares(_call_everybody(_public(alone), now=evening)).get("person", 0.0)
    at_three = _shares(_call_everybody(_public(alone), now=night)).get("person", 0.0)
    assert at_six > 3 * at_three


def test_drift_moves_the_share_over_the_shift() -> None:
    calls = CallsPlan(person_answers=0.2, drift=(0.5, 1.5))
    public = _public(Scenario(name="x", calls=calls))
    early = _shares(_call_everybody(public, now=NOON + 60))["person"]
    late = _shares(_call_everybody(public, now=NOON + 7 * 3600))["person"]
    assert early == pytest.approx(0.1, abs=0.02)
    assert late == pytest.approx(0.3, abs=0.02)


def test_a_person_who_answers_does_so_before_the_voicemail() -> None:
    scenario = Scenario(name="x", numbers=NumbersPlan(voicemail=1.0), calls=CallsPlan(person_answers=0.5))
    calls = _call_everybody(_public(scenario))
    live = [call.after_s for call in calls if call.answerer is Answerer.PERSON]
    assert len(live) / len(calls) == pytest.approx(0.5, abs=0.03)
    assert max(live) < 40.0

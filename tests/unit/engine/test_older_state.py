"""A state that an earlier version wrote, brought into today's tables; reading it is the runtime's affair."""

import json
from typing import Any

import pytest

from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.ids import CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.engine.launching.answering import AnswerBook, AnswerCounts
from dialer.engine.older_state import WITHOUT_LAYOUT, bring_up, fill_in
from dialer.engine.state import LAYOUT, CampaignRow, EngineState, PoolRow

NOW = 1_780_000_000.0
Tree = dict[str, Any]


def brought_up(state: str, **flags: Any) -> Tree:
    """One call of the first layout, in today's tables; agent0 is at it."""
    call = {"attempt": "a1", "state": state, "agent": "agent0", "person": "p0", "is_recorded": True, **flags}
    tree: Tree = {
        "calls": {"a1": call},
        "agents": {"agent0": {"attempt": "a1", "logs_out": False}, "agent1": {"attempt": None}},
    }
    bring_up(tree, WITHOUT_LAYOUT)
    assert "logs_out" not in tree["agents"]["agent0"]
    found: Tree = tree["calls"]["a1"]
    return found


@pytest.mark.parametrize(
    ("state", "flags", "meant"),
    [
        ("ringing", {}, "ringing"),
        ("ended", {}, "wrapping"),
        ("waiting", {}, "waiting"),
        ("waiting", {"is_bridging": True, "machine_detected": True}, "bridging"),
        ("waiting", {"machine_detected": True, "overflow_at": NOW}, "machine"),
        ("waiting", {"overflow_at": NOW, "is_overflowing": True}, "overflowed"),
        ("waiting", {"is_overflowing": True, "abandoned": True}, "overflowing"),
        ("waiting", {"abandoned": True, "awaits_notice": True}, "unserved"),
        ("waiting", {"awaits_notice": True}, "hearing_notice"),
        ("connected", {}, "connected"),
        ("connected", {"is_leaving_message": True}, "leaving_message"),
        ("connected", {"is_handed_on": True}, "handed_on"),
        ("connected", {"is_bridging": True}, "rejoining"),
        ("connected", {"passing_to": "agent1"}, "passing"),
        ("connected", {"hangup": "agent"}, "connected"),
        ("connected", {"hangup": "agent_gone"}, "connected"),
        ("connected", {"agent": "agent1"}, "connected"),
        ("connected", {"hangup": "agent_gone", "agent": "agent1"}, "alone"),
        ("connected", {"hangup": "agent_gone", "agent": "nobody"}, "alone"),
    ],
)
def test_flags_become_the_state_that_they_meant_and_are_gone(state: str, flags: Tree, meant: str) -> None:
    call = brought_up(state, **flags)
    assert call["state"] == meant
    flagged = {"is_bridging", "machine_detected", "is_overflowing", "is_handed_on", "awaits_notice"}
    assert not (flagged | {"is_leaving_message", "passing_to"}) & call.keys()


@pytest.mark.parametrize(
    ("flags", "next_agent"),
    [({}, None), ({"is_bridging": True}, "agent0"), ({"passing_to": "agent1"}, "agent1")],
)
def test_who_takes_the_talk_over_is_named(flags: Tree, next_agent: str | None) -> None:
    call = brought_up("connected", **flags)
    assert (call["agent"], call["next_agent"]) == ("agent0", next_agent)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"disposition": None}, None),
        ({"disposition": "d"}, {"disposition": "d", "ready_after": True}),
        ({"disposition": "d", "ready_after": False}, {"disposition": "d", "ready_after": False}),
    ],
)
def test_what_was_decided_heard_and_said_has_its_own_row(flags: Tree, said: Tree | None) -> None:
    call = brought_up("ended", **flags)
    assert call["launch"] == {"attempt": "a1", "person": "p0"}
    assert call["heard"] == {"is_recorded": True}
    assert call.get("said") == said
    assert not {"person", "is_recorded", "disposition", "ready_after"} & call.keys()


@pytest.mark.parametrize("layout", [2, LAYOUT])
def test_a_later_layout_is_left_as_it_is(layout: int) -> None:
    tree: Tree = {"calls": {"a1": {"state": "ended"}}, "agents": {"agent0": {"logs_out": False}}}
    bring_up(tree, layout)
    assert tree == {"calls": {"a1": {"state": "ended"}}, "agents": {"agent0": {"logs_out": False}}}


def state_of(*leads: Lead, since: dict[LeadId, float], answers: AnswerBook | None = None) -> EngineState:
    made = EngineState(now=NOW)
    pool = PoolRow(needs=(), reserved=[lead.lead for lead in leads], reserved_since=since)
    settings = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"))
    made.campaigns[CampaignId("c")] = CampaignRow(
        settings=settings, state=CampaignState.RUNNING, pools={"": pool}, answers=answers
    )
    made.leads = {lead.lead: lead for lead in leads}
    return made


def reserved_lead(name: str, agreed: float | None) -> Lead:
    return Lead(
        lead=LeadId(name),
        campaign=CampaignId("c"),
        debt=DebtId("d"),
        targets=(Target(person=PersonId("p"), number=NumberId("n")),),
        reserve_agent=True,
        not_before=agreed,
    )


def test_leads_of_which_nobody_said_since_when_they_wait_wait_from_now_or_from_what_was_agreed() -> None:
    leads = [
        reserved_lead("whenever", None),
        reserved_lead("later", NOW + 600.0),
        reserved_lead("long ago", NOW - 600.0),
        reserved_lead("known", NOW + 600.0),
    ]
    state = state_of(*leads, since={LeadId("known"): NOW - 5.0})
    fill_in(state)
    assert state.campaigns[CampaignId("c")].pools[""].reserved_since == {
        "whenever": NOW,
        "later": NOW + 600.0,
        "long ago": NOW,
        "known": NOW - 5.0,
    }


def test_what_was_counted_of_who_answers_is_taken_up_by_pacing_in_one_order_of_words() -> None:
    counts = AnswerCounts(launches=3.0, needed=2.0, live=1.0)
    state = state_of(since={}, answers=AnswerBook(whole=counts))
    fill_in(state)
    row = state.campaigns[CampaignId("c")]
    assert row.answers is None
    assert row.learned == (
        '{"answers": {"hours": {}, "segments": {}, "whole": {"launches": 3.0, "live": 1.0, "needed": 2.0}}}'
    )
    assert json.loads(row.learned)["answers"]["whole"]["live"] == 1.0


def test_what_this_version_wrote_is_left_as_it_is() -> None:
    state = state_of(since={})
    state.campaigns[CampaignId("c")].learned = "as it was"
    fill_in(state)
    assert state.campaigns[CampaignId("c")].learned == "as it was"

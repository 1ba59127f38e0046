"""Agents' states become spans, and spans become slices of time that lose no second."""

from typing import Any

import numpy as np
import pytest

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, CampaignId
from dialer.measures.facts import facts_of
from dialer.measures.records import AgentChange, AgentSpan, spans_of
from dialer.measures.series import slices_of

S = AgentState


def change(at: float, state: AgentState, agent: str = "anna") -> AgentChange:
    return AgentChange(agent=AgentId(agent), campaign=CampaignId("c"), state=state, at=at)


def test_changes_become_spans_and_the_open_one_is_cut_at_the_end() -> None:
    changes = [change(0, S.NOT_READY), change(5, S.AVAILABLE), change(9, S.TALKING)]
    spans = spans_of(changes, ends_at=20)
    assert [(s.state, s.started_at, s.ended_at) for s in spans] == [
        (S.NOT_READY, 0, 5),
        (S.AVAILABLE, 5, 9),
        (S.TALKING, 9, 20),
    ]


def test_time_logged_out_and_states_of_no_duration_have_no_span() -> None:
    changes = [
        change(0, S.AVAILABLE),
        change(5, S.LOGGED_OUT),
        change(8, S.NOT_READY),
        change(8, S.AVAILABLE),
    ]
    spans = spans_of(changes, ends_at=10)
    assert [(s.state, s.started_at, s.ended_at) for s in spans] == [(S.AVAILABLE, 0, 5), (S.AVAILABLE, 8, 10)]


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidFactError):
        AgentSpan(agent=AgentId("a"), campaign=CampaignId("c"), state=S.TALKING, started_at=2.0, ended_at=1.0)


def test_agents_in_a_slice_are_their_mean_over_it(rows: Any) -> None:
    spans = [
        rows.span(S.AVAILABLE, 0, 900, agent="anna"),
        rows.span(S.AVAILABLE, 450, 1350, agent="ben"),
        rows.span(S.TALKING, 900, 3600, agent="anna"),
    ]
    records = rows.shift((), spans)
    slices = slices_of(records, facts_of(records), width_s=900)
    assert slices.agents_in[S.AVAILABLE] == pytest.approx([1.5, 0.5, 0, 0])
    assert slices.agents_in[S.TALKING] == pytest.approx([0, 1, 1, 1])


def test_slices_add_up_to_the_shift(rows: Any) -> None:
    attempts = [rows.talk(DispositionKind.NO_COMMITMENT, at=100.0 * i) for i in range(30)]
    attempts += [rows.attempt(at=7 * i, answered=3, ended=5.5, outcome=Outcome.ABANDONED) for i in range(9)]
    spans = [rows.span(S.AVAILABLE, 0, 700), rows.span(S.TALKING, 700, 800)]
    records = rows.shift(attempts, spans)
    facts = facts_of(records)
    slices = slices_of(records, facts, width_s=600)
    assert (slices.attempts.sum(), slices.live.sum(), slices.abandoned.sum()) == (39, 39, 9)
    assert slices.talk_s.sum() == pytest.approx(facts.talk.sum())
    assert slices.wait_mean_s[1] == 700.0
    assert np.isnan(slices.wait_mean_s[0])


def test_a_last_slice_that_is_cut_short_still_has_the_right_mean(rows: Any) -> None:
    records = rows.shift((), [rows.span(S.AVAILABLE, 0, 5400)], hours=1.5)
    slices = slices_of(records, facts_of(records), width_s=3600)
    assert slices.agents_in[S.AVAILABLE] == pytest.approx([1.0, 1.0])

"""The report is one whole page that asks for nothing from elsewhere and invents nothing."""

import json
import re
from dataclasses import replace

import pytest

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentSpan, DenialMade, ShiftRecords
from dialer.measures.registry import MEASURES
from dialer.results.report import render_report
from dialer.results.report_facts import PacingNote, ReportFacts, RuleText

NINE = 1_773_147_600.0
CAMPAIGN = CampaignId("spring")


def attempt(index: int, kind: DispositionKind | None) -> AttemptRecord:
    at = NINE + 60.0 * index
    joined = None if kind is None else at + 10.1
    return AttemptRecord(
        attempt=AttemptId(f"a-{index}"),
        campaign=CAMPAIGN,
        lead=LeadId(f"l-{index}"),
        person=PersonId(f"p-{index}"),
        number=NumberId(f"n-{index}"),
        debts=(),
        zones=("America/New_York",),
        rulebook="abc",
        launched_at=at,
        answered_at=at + 10,
        bridged_at=joined,
        talk_ended_at=None if joined is None else joined + 40,
        ended_at=at + 60,
        outcome=Outcome.ABANDONED if kind is None else Outcome.CONNECTED,
        disposition=None if kind is None else Disposition(kind=kind),
    )


def report(*, title: str = "A shift") -> ReportFacts:
    kinds = [DispositionKind.PROMISE_TO_PAY, DispositionKind.MACHINE, None, DispositionKind.THIRD_PARTY]
    span = AgentSpan(
        agent=AgentId("anna"),
        campaign=CAMPAIGN,
        state=AgentState.AVAILABLE,
        started_at=NINE,
        ended_at=NINE + 7200,
    )
    denial = DenialMade(
        lead=LeadId("l"), person=PersonId("p"), at=NINE, rules=("us-regf-hours",), retry_at=None
    )
    return ReportFacts(
        title=title,
        about="Made up for a test.",
        time_zone="America/New_York",
        made_up=True,
        abandonment_limit=0.03,
        settings=(("seed", "1"),),
        repeat_with="fairdial simulate smoke --seed 1",
        records=ShiftRecords(
            attempts=tuple(attempt(i, kinds[i % 4]) for i in range(40)),
            agent_spans=(span,),
            promises=(),
            denials=(denial,),
            starts_at=NINE,
            ends_at=NINE + 7200,
            leads_loaded=100,
        ),
        rules={
            "us-regf-hours": RuleText(
                title="Only at convenient times", citation="12 CFR 1006.6(b)(1)(i)", layer="law"
            )
        },
        pacing=(PacingNote(at=NINE, launches=2, launched=1, reason="2 agents are free"),),
    )


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(report())


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", page)
    assert "default-src 'none'" in page


def test_every_measure_is_there_with_its_formula(page: str) -> None:
    for measure in MEASURES:
        assert measure.title.replace("&", "&amp;") in page, measure.name
        assert measure.formula.replace("'", "&#39;") in page, measure.name


def test_a_denial_is_shown_in_words_with_its_citation(page: str) -> None:
    assert "Only at convenient times" in page
    assert "12 CFR 1006.6(b)(1)(i)" in page


def test_the_opening_names_what_was_counted(page: str) -> None:
    assert "40 calls were placed to 40 people" in page
    assert "10 of them found no agent within 2 seconds (33.3%)" in page


def test_each_chart_is_valid_json_of_one_length(page: str) -> None:
    charts = re.findall(r'<script type="application/json" id="data-(\w+)">(.*?)</script>', page, re.DOTALL)
    assert [name for name, _ in charts] == ["calls", "agents", "abandonment", "waits"]
    for _, text in charts:
        for trace in json.loads(text)["data"]:
            assert len(trace["x"]) == len(trace["y"])


def test_text_from_outside_cannot_become_markup() -> None:
    page = render_report(report(title="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in page


def test_a_shift_on_which_nothing_happened_still_has_a_report() -> None:
    empty = replace(report().records, attempts=(), agent_spans=(), denials=())
    page = render_report(replace(report(), records=empty, pacing=()))
    assert "Nothing was denied." in page

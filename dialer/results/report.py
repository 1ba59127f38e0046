"""A shift as one HTML file that opens anywhere without a network.

Charts are plotly's own offline bundle, copied into the page (4.8 MB): it ships inside a Python package that
is kept up, needs no Node to build, and draws axes, legends and hovering that we would otherwise have to
write. The page asks for nothing from elsewhere; its content security policy forbids it.
"""

import json
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from dialer.measures.abandonment import DECLARED_LIMIT_S
from dialer.measures.definition import Measured, text_of
from dialer.measures.facts import ShiftFacts, facts_of
from dialer.measures.registry import measure_all
from dialer.measures.series import slices_of
from dialer.measures.side_by_side import by_every_definition
from dialer.results import charts, report_view
from dialer.results.counting import wrong_numbers
from dialer.results.report_facts import ReportFacts

TILES = (
    "right_party_contacts_per_agent_hour",
    "talk_minutes_per_agent_hour",
    "abandonment_rate",
    "promises",
    "attempts_per_right_party_contact",
    "mean_agent_wait_s",
)
"""The figures a supervisor looks at first."""

_LIMIT = f"{DECLARED_LIMIT_S:g} seconds"

SLICE_S = 900.0
SHORT_SHIFT_S = 2.5 * 3600.0
SHORT_SLICE_S = 300.0


def render_report(report: ReportFacts) -> str:
    """The whole page as text."""
    zone = ZoneInfo(report.time_zone)
    records = report.records
    facts = facts_of(records)
    measured = measure_all(facts)
    width = SHORT_SLICE_S if records.ends_at - records.starts_at <= SHORT_SHIFT_S else SLICE_S
    slices = slices_of(records, facts, width_s=width)
    drawn = {
        "calls": charts.calls_chart(slices, zone),
        "agents": charts.agents_chart(slices, zone),
        "abandonment": charts.abandonment_chart(slices, zone, report.abandonment_limit),
        "waits": charts.waits_chart(slices, zone),
    }
    hours = slices_of(records, facts, width_s=3600.0)
    return _template().render(
        report=report,
        day=report_view.day_text(records.starts_at, zone),
        opening=_opening(measured, facts),
        from_to=tuple(report_view.clock_text(at, zone)[:5] for at in (records.starts_at, records.ends_at)),
        slice_minutes=int(width / 60),
        tiles=[(measured[name].measure, text_of(measured[name])) for name in TILES],
        funnel=report_view.funnel(measured, facts),
        denials=report_view.denial_rows(facts, dict(report.rules)),
        denied=facts.denied,
        reasons=report_view.reason_rows(report.pacing),
        reserved=sum(1 for attempt in records.attempts if attempt.guaranteed),
        hours=report_view.hour_rows(hours, zone),
        groups=report_view.measure_groups(measured),
        definitions=report_view.definition_rows(by_every_definition(records)),
        sample=report_view.sample_rows(records.attempts, wrong_numbers(records.attempts), zone),
        charts={name: _embedded(chart) for name, chart in drawn.items()},
        plotly=_plotly(),
    )


def _opening(measured: dict[str, Measured], facts: ShiftFacts) -> str:
    """The shift in three sentences."""

    def text(name: str) -> str:
        return text_of(measured[name])

    return (
        f"{facts.agents} agents were at work for {text('agent_hours')} in all, and {text('attempts')} "
        f"calls were placed to {text('persons_attempted')} people. {text('live_answers')} were answered by "
        f"a person; {_lost(measured)}. Agents reached the right person {text('right_party_contacts')} times, "
        f"and {text('promises')} of these calls ended in a promise."
    )


def _lost(measured: dict[str, Measured]) -> str:
    if not measured["abandoned"].value:
        return f"none of them was left waiting beyond {_LIMIT}"
    lost, rate = text_of(measured["abandoned"]), text_of(measured["abandonment_rate"])
    return f"{lost} of them found no agent within {_LIMIT} ({rate})"


def _embedded(chart: charts.Json) -> str:
    """JSON that cannot end its script element."""
    return json.dumps(chart, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("dialer.results"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2")


@cache
def _plotly() -> str:
    bundle = resources.files("plotly") / "package_data" / "plotly.min.js"
    return bundle.read_text(encoding="utf-8")

"""Every definition of abandonment that a floor is measured by, each with its source."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from compliance_gate.abandonment.definition import (
    Checked,
    DatedLimit,
    Definition,
    Formula,
    LimitStanding,
    StartEvent,
    WindowKind,
)

_THREE_PERCENT = Fraction(3, 100)

_TSR = Definition(
    name="us-tsr",
    title="US, FTC Telemarketing Sales Rule safe harbour",
    start_event=StartEvent.GREETING_END,
    threshold_s=2.0,
    formula=Formula.LIVE_ANSWERS,
    window=WindowKind.SUCCESSIVE_30_DAYS,
    limits=(DatedLimit(since=date(2003, 10, 1), share=_THREE_PERCENT),),
    standing=LimitStanding.SAFE_HARBOUR,
    collection=False,
    source="16 CFR 310.4(b)(1)(iv), 310.4(b)(4)",
    checked=Checked.SECONDARY,
    doubt="Any abandonment violates; the safe harbour also asks for 15 s of ringing, a message and records.",
)

_FCC = replace(
    _TSR,
    name="us-fcc",
    title="US, FCC telemarketing rule",
    limits=(DatedLimit(since=date(2012, 11, 15), share=_THREE_PERCENT),),
    standing=LimitStanding.LAW,
    source="47 CFR 64.1200(a)(7); 77 FR 34233 (per campaign, no averaging)",
    doubt="First day of the per-campaign reading is taken from memory.",
)

_OFCOM = Definition(
    name="gb-ofcom-detection",
    title="GB, Ofcom, with answering-machine detection",
    start_event=StartEvent.ANSWER,
    threshold_s=2.0,
    formula=Formula.LIVE_ANSWERS_WITH_FALSE_POSITIVES,
    window=WindowKind.CALENDAR_DAY,
    window_zone="Europe/London",
    limits=(DatedLimit(since=date(2010, 10, 1), share=_THREE_PERCENT),),
    standing=LimitStanding.BENCHMARK,
    collection=True,
    source="Ofcom persistent misuse statements 2010 (4.70-4.73) and 20 December 2016, annex 3",
    checked=Checked.SECONDARY,
    doubt="Since 2017-03-01 no percentage is safe: any abandoned call can be misuse.",
)

DEFINITIONS: tuple[Definition, ...] = (
    _TSR,
    _FCC,
    Definition(
        name="us-ca-puc",
        title="California Public Utilities Commission",
        start_event=StartEvent.ANSWER,
        threshold_s=2.0,
        formula=Formula.LIVE_ANSWERS,
        window=WindowKind.SUCCESSIVE_30_DAYS,
        limits=(
            DatedLimit(since=date(2002, 7, 1), share=_THREE_PERCENT),
            DatedLimit(since=date(2003, 1, 1), share=Fraction(1, 100)),
        ),
        standing=LimitStanding.LAW,
        collection=True,
        source="CPUC decision of 2002 on predictive dialers, as reported by dmnews.com",
        checked=Checked.SECONDARY,
        doubt="Whether still in force and over which window was not verified; answered by live persons only.",
    ),
    _OFCOM,
    replace(
        _OFCOM,
        name="gb-ofcom-no-detection",
        title="GB, Ofcom, without answering-machine detection",
        formula=Formula.ESTIMATED_WITHOUT_DETECTION,
    ),
    Definition(
        name="ca-crtc",
        title="Canada, CRTC predictive dialling device",
        start_event=StartEvent.ANSWER,
        threshold_s=2.0,
        formula=Formula.LIVE_ANSWERS,
        window=WindowKind.CALENDAR_MONTH,
        limits=(DatedLimit(since=date(2008, 9, 30), share=Fraction(5, 100)),),
        standing=LimitStanding.LAW,
        collection=False,
        source="CRTC Unsolicited Telecommunications Rules, part III",
        checked=Checked.SECONDARY,
        doubt="The exact denominator was not read in the rules' text.",
    ),
    Definition(
        name="vicidial",
        title="VICIDIAL, adaptive engine",
        start_event=StartEvent.ANSWER,
        threshold_s=5.0,
        formula=Formula.LIVE_ANSWERS,
        window=WindowKind.CALENDAR_DAY,
        limits=(),
        standing=LimitStanding.NONE,
        collection=False,
        source="VICIDIAL AST_VDadapt: human drops over human answers since midnight",
        checked=Checked.PRIMARY,
    ),
    Definition(
        name="vicidial-report",
        title="VICIDIAL, outbound summary interval report",
        start_event=StartEvent.ANSWER,
        threshold_s=5.0,
        formula=Formula.ALL_CALLS,
        window=WindowKind.CALENDAR_DAY,
        limits=(),
        standing=LimitStanding.NONE,
        collection=False,
        source="VICIDIAL help, OUTBOUNDsummary_interval: drops against the total calls",
        checked=Checked.PRIMARY,
        doubt="Divides by every call placed: many times smaller than any regulator's rate, never evidence.",
    ),
    replace(
        _OFCOM,
        name="gb-product-variant",
        title="A common product variant of Ofcom's formula",
        formula=Formula.ESTIMATED_OVER_ALL_DROPS,
        limits=(),
        standing=LimitStanding.NONE,
        collection=False,
        source="Products that divide the estimate by L + drops",
        doubt="Flatters the rate (2.88 % for Ofcom's 2.91 %): shown for comparison, never evidence.",
    ),
    Definition(
        name="silent-calls",
        title="Silent calls",
        start_event=StartEvent.ANSWER,
        threshold_s=2.0,
        formula=Formula.SILENT,
        window=WindowKind.CALENDAR_DAY,
        limits=(),
        standing=LimitStanding.NONE,
        collection=True,
        source="Abandoned without any message, of live answers",
        checked=Checked.MEMORY,
    ),
    Definition(
        name="house",
        title="House definition: two seconds from the answer, per campaign-day",
        start_event=StartEvent.ANSWER,
        threshold_s=2.0,
        formula=Formula.LIVE_ANSWERS_WITH_FALSE_POSITIVES,
        window=WindowKind.CALENDAR_DAY,
        limits=(DatedLimit(since=date(2000, 1, 1), share=_THREE_PERCENT),),
        standing=LimitStanding.BENCHMARK,
        collection=True,
        source="The strictest start event, numerator and threshold of the above",
        checked=Checked.PRIMARY,
    ),
)


def definition(name: str) -> Definition:
    """The definition of that name.

    Raises:
        KeyError: there is none.
    """
    for found in DEFINITIONS:
        if found.name == name:
            return found
    raise KeyError(name)


def declared(
    *, start_event: StartEvent, threshold_s: float, limit: Fraction | None, window: WindowKind
) -> Definition:
    """A definition of the house's own choosing, as cloud dialers let one declare it (share of live answers).

    Source: Amazon Connect's answer rate of calls not connected within `connectionThresholdSeconds` of
    CONNECTED_TO_SYSTEM, GREETING_START or GREETING_END over an evaluation window.
    """
    return Definition(
        name=f"declared-{start_event.value.replace('_', '-')}-{threshold_s:g}s",
        title=f"{threshold_s:g} s from {start_event.value.replace('_', ' ')}, per {window.value}",
        start_event=start_event,
        threshold_s=threshold_s,
        formula=Formula.LIVE_ANSWERS,
        window=window,
        limits=() if limit is None else (DatedLimit(since=date(2000, 1, 1), share=limit),),
        standing=LimitStanding.NONE if limit is None else LimitStanding.BENCHMARK,
        collection=True,
        source="declared by the house",
        checked=Checked.PRIMARY,
    )

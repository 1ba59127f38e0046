"""One person's compliance report: every contact of a window with its reasons, as PDF, page, JSON and CSV.

PDF, page and JSON are one thing (`report_of`) written three ways. The PDF is set by typst from
`templates/person.typ` with its built-in parts only; nothing is loaded. Facts reach the template as JSON, so
text of strangers stays text. The same facts give the same bytes.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TextIO

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import MadeIn
from dialer.domain.transitions import Word
from dialer.results.exports import PARTIAL_COLUMN, iso, partial_mark, safe_rows
from dialer.results.person_events import CONTACTS, Event, Kind, PersonFacts, events_of, local_times
from dialer.results.person_standing import AccountTold, NumberTold, Standing

COLUMNS = (
    "at",
    "kind",
    "id",
    "campaign",
    "number",
    "debts",
    "zones",
    "local_times",
    "what",
    "outcome",
    "counted",
    "counted_why",
    "retry_at",
    "rulebook",
    "rule",
    "verdict",
    "layer",
    "citation",
    "rule_says",
    "facts",
    "made_in",
    "words",
    "taken_by",
    "caller_id",
    "recording",
    "known_at",
)
"""Lines of kind `finding` follow the attempt, or the call not placed, to which they belong (same `id`). The
five after those of findings say in which call or message a request, consent or hold was made, and how to hear
it again. `at` is a date where no more is known; `known_at` is when we were told of what happened elsewhere,
and of an attempt, when what came of it was known; it is empty for what was on file from the first."""


_MADE_IN = ("contact", "words", "taken_by", "caller_id", "recording")


class Detail(Word):
    """How much is told."""

    SHORT = "short"
    """Who, what happened, what was asked: a page or two."""
    LONG = "long"
    """With every rule that was asked before each call, and the rules in words."""


_ORDER = (Verdict.DENIED, Verdict.WARNED, Verdict.CLEARED)


def write_person_csv(facts: PersonFacts, out: TextIO) -> int:
    """One row per event and one per finding; returns how many events."""
    events = events_of(facts)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *partial_mark(is_partial=facts.is_partial, word=PARTIAL_COLUMN)))
    rows = safe_rows(row for event in events for row in _rows(facts, event))
    writer.writerows((*row, *partial_mark(is_partial=facts.is_partial)) for row in rows)
    return len(events)


def render_person_pdf(facts: PersonFacts, detail: Detail = Detail.LONG) -> bytes:
    """The report as a PDF."""
    template = resources.files("dialer.results") / "templates" / "person.typ"
    report = json.dumps(report_of(facts, detail), ensure_ascii=False, allow_nan=False)
    return typst.compile(template.read_bytes(), format="pdf", sys_inputs={"report": report})


def json_of(facts: PersonFacts, detail: Detail = Detail.LONG) -> bytes:
    """The same for a program."""
    text = json.dumps(report_of(facts, detail), ensure_ascii=False, allow_nan=False, indent=2)
    return text.encode() + b"\n"


def render_person_html(facts: PersonFacts, detail: Detail = Detail.LONG) -> str:
    """The same as one page that opens without a network and runs nothing."""
    return _page().render(report=report_of(facts, detail))


@cache
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("dialer.results"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("person.html.j2")


def report_of(facts: PersonFacts, detail: Detail = Detail.LONG) -> dict[str, object]:
    """What the template is given."""
    events, is_long = events_of(facts), detail is Detail.LONG
    named = sorted({finding.rule for event in events for finding in event.findings})
    return {
        "detail": detail.value,
        "partial": facts.is_partial,
        **_standing_told(facts.standing, is_long=is_long),
        "person": facts.person,
        "name": facts.name,
        "from": None if facts.since is None else _utc(facts.since),
        "to": None if facts.until is None else _utc(facts.until),
        "zones": list(facts.zones),
        "rulebooks": sorted({event.rulebook for event in events if event.rulebook}),
        "figures": [[title, str(count)] for title, count in figures_of(events)],
        "timeline": [_line(event, facts) for event in events if event.kind in CONTACTS],
        "standing": [_line(event, facts) for event in events if event.kind not in CONTACTS],
        "reasons": [
            {**_line(event, facts), "findings": [_finding(f) for f in _sorted(event.findings)]}
            for event in events
            if is_long and event.kind in (Kind.ATTEMPT, Kind.NOT_CALLED)
        ],
        "rules": [
            {
                "rule": name,
                "says": facts.rules[name].title,
                "citation": facts.rules[name].citation,
                "source": facts.rules[name].source,
            }
            for name in named
            if is_long and name in facts.rules and facts.rules[name].title
        ],
    }


def figures_of(events: Sequence[Event]) -> tuple[tuple[str, int], ...]:
    """What a reader counts first."""
    kinds = Counter(event.kind for event in events)
    counted = sum(event.counted == "counted" for event in events)
    talks = sum(event.outcome == "conversation" for event in events)
    return (
        ("calls attempted", kinds[Kind.ATTEMPT]),
        ("of them counted", counted),
        ("conversations", talks),
        ("calls not placed", kinds[Kind.NOT_CALLED]),
        ("other contacts", kinds[Kind.CONTACT]),
        ("requests", kinds[Kind.REQUEST]),
        ("consents", kinds[Kind.CONSENT]),
        ("holds", kinds[Kind.HOLD]),
        ("notices", kinds[Kind.NOTICE]),
        ("promises", kinds[Kind.PROMISE]),
    )


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """Denials first, then warnings; otherwise as they were asked."""
    return sorted(findings, key=lambda finding: _ORDER.index(finding.verdict))


def _line(event: Event, facts: PersonFacts) -> dict[str, object]:
    return {
        "at": _utc(event.at) if event.has_time else _day(event.at),
        "local": [_clock(text) for text in local_times(event.at, event.zones or facts.zones)]
        if event.has_time
        else [],
        "made_in": None if event.made_in is None else asdict(event.made_in),
        "known": "" if event.known_at is None or event.kind is Kind.ATTEMPT else _utc(event.known_at),
        "kind": event.kind.value,
        "id": event.id,
        "what": event.what,
        "campaign": event.campaign,
        "number": event.number,
        "debts": list(event.debts),
        "outcome": event.outcome.replace("_", " "),
        "counted": event.counted.replace("_", " "),
        "counted_why": event.counted_why,
        "rulebook": event.rulebook,
        "before": facts.since is not None and event.at < facts.since,
        "next": _next(event),
    }


def _next(event: Event) -> str:
    if event.kind is not Kind.NOT_CALLED:
        return ""
    if event.retry_at is None:
        return "not by waiting"
    local = "; ".join(local_times(event.retry_at, event.zones))
    return local or _utc(event.retry_at)


def _utc(at: float) -> str:
    """To the second, which is as fine as the law asks."""
    return f"{iso(at)[:19].replace('T', ' ')} UTC"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _standing_told(standing: Standing, *, is_long: bool) -> dict[str, object]:
    """Who the person is. Of a line the short form tells how often something happened, the long one what."""
    return {
        "accounts": [_account(each) for each in standing.accounts],
        "addresses": [{**asdict(each), "since": _since(each.since)} for each in standing.addresses],
        "numbers": [_number(each, is_long=is_long) for each in standing.numbers],
        "told_location": standing.told_location,
        "places": list(standing.places),
        "licences": [asdict(each) for each in standing.licences],
        "signed": [asdict(each) for each in standing.signed],
        "law_as_of": None if standing.as_of is None else _utc(standing.as_of),
        "law_not_asked": standing.not_asked,
    }


def _account(account: AccountTold) -> dict[str, object]:
    return {
        **asdict(account),
        "placed": "" if account.placed_at is None else _day(account.placed_at),
        "since": _since(account.since),
        "awaited": [
            {"what": each.what, "asked": (_day if each.is_day else _utc)(each.asked_at)}
            for each in account.awaited
        ],
    }


def _number(number: NumberTold, *, is_long: bool) -> dict[str, object]:
    own = sum(each.is_own for each in number.events)
    return {
        **asdict(number),
        "since": _since(number.since),
        "own_events": own,
        "others_events": len(number.events) - own,
        "events": [
            {
                "at": _utc(each.at),
                "id": each.id,
                "event": each.event.replace("_", " "),
                "outcome": each.outcome.replace("_", " "),
                "with": "this person" if each.is_own else "somebody else who has the number",
            }
            for each in number.events
            if is_long
        ],
    }


def _since(at: float | None) -> str:
    return "" if at is None else _utc(at)


def _clock(text: str) -> dict[str, str]:
    """A local time in its parts, so that times of one day share a line that names it."""
    weekday, day, clock, zone = text.split(" ", 3)
    return {"day": f"{weekday} {day}", "time": clock, "zone": zone}


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "layer": finding.layer.value,
        "citation": finding.citation,
        "facts": [f"{name}: {value}" for name, value in finding.facts],
    }


def _rows(facts: PersonFacts, event: Event) -> Iterator[Sequence[str]]:
    zones = (event.zones or facts.zones) if event.has_time else ()
    at = iso(event.at) if event.has_time else _day(event.at)
    where = MadeIn() if event.made_in is None else event.made_in
    head = (at, event.kind.value.replace(" ", "_"), event.id, event.campaign, event.number)
    yield (
        *head,
        ";".join(event.debts),
        ";".join(zones),
        ";".join(local_times(event.at, zones)),
        event.what,
        event.outcome,
        event.counted,
        event.counted_why,
        iso(event.retry_at),
        event.rulebook,
        *("",) * 6,
        *(
            text or ""
            for text in (where.contact, where.words, where.taken_by, where.caller_id, where.recording)
        ),
        iso(event.known_at),
    )
    for finding in event.findings:
        rule = facts.rules.get(finding.rule)
        yield (
            head[0],
            "finding",
            *head[2:],
            *("",) * 8,
            event.rulebook,
            finding.rule,
            finding.verdict.value,
            finding.layer.value,
            finding.citation,
            "" if rule is None else rule.title,
            "; ".join(f"{name}: {value}" for name, value in finding.facts),
            *("",) * 6,
        )

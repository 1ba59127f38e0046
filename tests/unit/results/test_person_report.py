"""The report on one person tells every contact with its reasons, and nothing it was not asked for."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import cast

import pytest

from compliance_gate.findings import Finding, Layer, Verdict
from compliance_gate.request import Consent, HistoryEntry, Hold, MadeIn, PersonRequest, TimeBlock
from compliance_gate.words import (
    ConsentScope,
    Direction,
    EventKind,
    HoldKind,
    RequestKind,
    Weekday,
)
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord
from dialer.measures.records import PromiseMade
from dialer.results.person_events import DenialTold, Kind, Lifted, PersonFacts, events_of
from dialer.results.person_report import (
    COLUMNS,
    Detail,
    figures_of,
    render_person_pdf,
    report_of,
    write_person_csv,
)
from dialer.results.person_standing import AccountTold, AddressTold, NumberTold, Standing
from dialer.results.report_facts import RuleText

NOON = datetime(2026, 3, 10, 17, tzinfo=UTC).timestamp()
HOUR = 3600.0
ZONES = ("America/Chicago", "America/Denver")
PERSON = PersonId("p-1")
CLEARED = Finding("us-regf-hours", Verdict.CLEARED, "12 CFR 1006.6(b)(1)(i)", (("hours", "08:00-21:00"),))
DENIED = Finding("house-apart", Verdict.DENIED, "House policy 3", layer=Layer.HOUSE)


def attempt(name: str, at: float) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(name),
        campaign=CampaignId("spring"),
        lead=LeadId("l-1"),
        person=PERSON,
        number=NumberId("n-1"),
        debts=(DebtId("d-1"),),
        zones=ZONES,
        rulebook="abc",
        launched_at=at,
        ended_at=at + 30,
        outcome=Outcome.NO_ANSWER,
    )


def facts() -> PersonFacts:
    at = datetime.fromtimestamp(NOON - 48 * HOUR, UTC)
    nights = TimeBlock(days=frozenset({Weekday.MONDAY, Weekday.TUESDAY}), start=time(18), until=time(21))
    return PersonFacts(
        person=PERSON,
        zones=ZONES,
        attempts=(attempt("a-2", NOON + 4 * HOUR), attempt("a-1", NOON)),
        findings={"a-1": (CLEARED,), "a-2": (CLEARED,)},
        denials=(
            DenialTold(
                lead="l-1",
                number="n-1",
                at=NOON + HOUR,
                retry_at=NOON + 3 * HOUR,
                rulebook="abc",
                findings=(CLEARED, DENIED),
            ),
        ),
        entries=(
            HistoryEntry(
                entry="inbound-1",
                at=datetime.fromtimestamp(NOON + 2 * HOUR, UTC),
                event=EventKind.CALL_RECEIVED,
                direction=Direction.INBOUND,
                outcome=GateOutcome.CONVERSATION,
                debts=("d-1",),
            ),
        ),
        requests=(PersonRequest(at=at, type=RequestKind.INCONVENIENT_TIMES, blocks=(nights,), text="=1+1"),),
        consents=(Consent(at=at, scope=ConsentScope.CALL_BACK, debts=("d-1",)),),
        holds=(Hold(kind=HoldKind.DISPUTE, since=at),),
        lifted=(Lifted(kind=HoldKind.DISPUTE, at=NOON - HOUR),),
        promises=(
            PromiseMade(
                attempt=AttemptId("a-1"), person=PERSON, at=NOON, amount=Money(cents=12050), due_at=None
            ),
        ),
        rules={
            "house-apart": RuleText(
                title="Three hours between attempts", citation="House policy 3", layer="house"
            )
        },
    )


def rows_of(of: PersonFacts) -> list[dict[str, str]]:
    out = io.StringIO()
    write_person_csv(of, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_everything_is_told_in_order_of_time() -> None:
    told = [(event.kind, event.id) for event in events_of(facts())]
    assert told[3:] == [
        (Kind.HOLD_LIFTED, ""),
        (Kind.ATTEMPT, "a-1"),
        (Kind.PROMISE, "a-1"),
        (Kind.NOT_CALLED, "l-1"),
        (Kind.CONTACT, "inbound-1"),
        (Kind.ATTEMPT, "a-2"),
    ]
    assert {kind for kind, _ in told[:3]} == {Kind.REQUEST, Kind.CONSENT, Kind.HOLD}


def test_a_window_keeps_its_contacts_and_what_was_asked_before_it() -> None:
    window = replace(facts(), since=NOON + HOUR, until=NOON + 4 * HOUR)
    told = events_of(window)
    assert [e.id for e in told if e.kind in (Kind.ATTEMPT, Kind.NOT_CALLED, Kind.CONTACT)] == [
        "l-1",
        "inbound-1",
    ]
    assert Kind.REQUEST in {event.kind for event in told}
    earlier = replace(facts(), until=NOON - 72 * HOUR)
    assert events_of(earlier) == ()


def test_each_finding_is_a_row_after_its_attempt_with_its_citation() -> None:
    rows = rows_of(facts())
    assert tuple(rows[0]) == COLUMNS
    first = next(i for i, row in enumerate(rows) if row["id"] == "a-1")
    assert rows[first]["counted"] == "counted"
    assert rows[first]["local_times"].startswith("Tue 2026-03-10 12:00:00 America/Chicago;Tue 2026-03-10 11:")
    following = rows[first + 1]
    assert (following["kind"], following["id"], following["rule"]) == ("finding", "a-1", "us-regf-hours")
    assert (following["citation"], following["facts"]) == ("12 CFR 1006.6(b)(1)(i)", "hours: 08:00-21:00")
    denied = next(row for row in rows if row["verdict"] == "denied")
    assert (denied["rule_says"], denied["layer"]) == ("Three hours between attempts", "house")


def test_a_call_that_was_not_placed_names_the_rule_and_when_next() -> None:
    (row,) = (row for row in rows_of(facts()) if row["kind"] == "not_called")
    assert row["what"] == "Not placed: Three hours between attempts (house-apart)"
    assert row["retry_at"] == "2026-03-10T20:00:00.000000Z"


def test_a_request_is_told_with_its_hours_and_in_the_persons_words() -> None:
    (row,) = (row for row in rows_of(facts()) if row["kind"] == "request")
    assert row["what"] == (
        "inconvenient times; blocks: (days: Monday, Tuesday; start: 18:00:00; until: 21:00:00); text: =1+1"
    )


def test_figures_count_what_the_lines_show() -> None:
    assert dict(figures_of(events_of(facts()))) == {
        "calls attempted": 2,
        "of them counted": 2,
        "conversations": 1,
        "calls not placed": 1,
        "other contacts": 1,
        "requests": 1,
        "consents": 1,
        "holds": 1,
        "notices": 0,
        "promises": 1,
    }


def test_the_same_facts_give_the_same_pdf() -> None:
    once = render_person_pdf(facts())
    assert once.startswith(b"%PDF-")
    assert once == render_person_pdf(facts())
    assert once != render_person_pdf(replace(facts(), name="Alda Ashford"))


@pytest.mark.parametrize("text", ["#panic()", "*bold* $x$ <label> @ref", "]\n= Heading", "\\", '"'])
def test_text_of_strangers_is_no_markup(text: str) -> None:
    odd = PersonRequest(at=datetime.fromtimestamp(NOON, UTC), type=RequestKind.DISPUTE, text=text)
    assert render_person_pdf(replace(facts(), person=text, requests=(odd,))).startswith(b"%PDF-")


def test_a_person_with_whom_nothing_happened_has_a_report_too() -> None:
    assert render_person_pdf(PersonFacts(person="p-2")).startswith(b"%PDF-")
    assert rows_of(PersonFacts(person="p-2")) == []


# --- who, and where it was said ----------------------------------------------------------------------------


STANDING = Standing(
    accounts=(
        AccountTold(
            debt="d-1",
            role="guarantor",
            type="medical",
            client="acme",
            creditor="Acme Receivables LLC",
            original_creditor="St. Mary Clinic",
            balance="USD 120.50",
            placed_at=NOON,
            others=(("p-2", "consumer"),),
        ),
    ),
    addresses=(
        AddressTold(kind="residential", country="US", region="TX", city="Austin", zones=("America/Chicago",)),
    ),
    numbers=(NumberTold(number="n-1", kind="mobile", role="own", place="", zones=("America/Chicago",)),),
)
WHERE = MadeIn(contact="a-1", words="never again", taken_by="ann", caller_id="+15125550100", recording="a-1")


def test_a_request_names_its_call_its_words_who_took_it_and_how_it_is_heard_again() -> None:
    asked = PersonRequest(at=datetime.fromtimestamp(NOON, UTC), type=RequestKind.DISPUTE, made_in=WHERE)
    of = replace(facts(), requests=(asked,))
    (row,) = (row for row in rows_of(of) if row["kind"] == "request")
    told = {name: row[name] for name in ("id", "made_in", "words", "taken_by", "caller_id", "recording")}
    assert told == {
        "id": "a-1",
        "made_in": "a-1",
        "words": "never again",
        "taken_by": "ann",
        "caller_id": "'+15125550100",
        "recording": "a-1",
    }
    standing = cast("list[dict[str, object]]", report_of(of)["standing"])
    assert {"words": "never again", "recording": "a-1"}.items() <= cast(
        "dict[str, object]", next(each["made_in"] for each in standing if each["kind"] == "request")
    ).items()


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02"),
        (datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC), "2026-03-02T00:00:01.000000Z"),
        (datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), "2026-03-01T23:59:59.000000Z"),
    ],
)
def test_a_date_without_a_time_is_told_as_a_date_in_no_zone(at: datetime, told: str) -> None:
    of = replace(facts(), holds=(Hold(kind=HoldKind.BANKRUPTCY, since=at, until=at),))
    (row,) = (row for row in rows_of(of) if row["kind"] == "hold")
    assert row["at"] == told
    assert bool(row["local_times"]) == (len(told) > len("2026-03-02"))
    assert (row["what"] == "bankruptcy; until: 2026-03-02") == (told == "2026-03-02")


def test_the_short_form_tells_who_and_what_and_the_long_one_every_rule_too() -> None:
    of = replace(facts(), standing=STANDING)
    short, long = report_of(of, Detail.SHORT), report_of(of, Detail.LONG)
    assert (short["reasons"], short["rules"]) == ([], [])
    assert len(cast("list[object]", long["reasons"])) == 3
    for name in ("accounts", "addresses", "numbers", "timeline", "standing", "figures"):
        assert short[name] == long[name]
        assert short[name]
    (account,) = cast("list[dict[str, object]]", short["accounts"])
    assert (account["creditor"], account["role"], account["placed"]) == (
        "Acme Receivables LLC",
        "guarantor",
        "2026-03-10",
    )
    assert len(render_person_pdf(of, Detail.SHORT)) < len(render_person_pdf(of, Detail.LONG))

"""Every number of law and policy: pinned by hand in `constants.csv`, and asked a second before, at and after.

The table stands beside the law so that no value changes in one place alone. What it says is put to the gate's
own rules: the last second at which each still holds and the first at which it does not, by the local clock of
the person. A value that changes in the law differs from the table; code that reads a value otherwise than in
the table's words fails at the boundary.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import yaml

from compliance_gate.abandonment import definition
from compliance_gate.asking.gate import ComplianceGate, ask
from compliance_gate.asking.past import event_code
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.asking.question import Question
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.book.texts import ABANDONMENT, law_texts
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.rules.base import Denied, Rule
from compliance_gate.rules.count import CountRule
from compliance_gate.rules.events import EventFilter
from compliance_gate.rules.holiday import HolidayRule
from compliance_gate.rules.notice import NoticeRule
from compliance_gate.rules.pause import PauseRule
from compliance_gate.rules.placed import PlacedRule
from compliance_gate.rules.suppression import SuppressionRule
from compliance_gate.rules.window import WindowRule
from compliance_gate.words import (
    Action,
    ConsentScope,
    DebtType,
    EventKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    Profile,
    Purpose,
    RequestKind,
    Tech,
)

COLUMNS = ("rule", "from", "what", "value", "citation")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SINGLE = (
    "at_most",
    "oral_days",
    "lasts_days",
    "revoke_all_from",
    "after_first",
    "shortest_ring_s",
    "abandonment",
    "may",
    "demands",
    "bond_cents",
)
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2027, 2, 1)  # a month of four whole weeks that begins on a Monday, and no clock changes in it
NUMBER = "+12125550123"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Constant:
    """One number of law or policy, in words."""

    rule: str
    since: str
    what: str
    value: str
    citation: str


@lru_cache(maxsize=1)
def table() -> tuple[Constant, ...]:
    with Path(__file__).with_name("constants.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Constant(*(row[column] for column in COLUMNS)) for row in csv.DictReader(file))


def rows(*what: str) -> list[Any]:
    """The rows of these kinds, as parameters of a test."""
    return [pytest.param(row, id=f"{row.rule}-{row.since}-{row.what}") for row in table() if row.what in what]


def beside(row: Constant, what: str) -> str:
    """Another value of the same rule."""
    return next(o.value for o in table() if (o.rule, o.since, o.what) == (row.rule, row.since, what))


# --- what the files say ----------------------------------------------------------------------------------


def in_law() -> Iterator[Constant]:
    """Every number of the packaged law, read without the gate."""
    for path, text in law_texts():
        content = cast("dict[str, Any]", yaml.safe_load(text))
        if path == ABANDONMENT:
            yield from _of_definitions(content["definitions"])
            continue
        for rule in content["rules"]:
            since, citation = _text(rule["effective"]["from"]), " ".join(str(rule["citation"]).split())
            for what, value in _of_rule(rule):
                yield Constant(rule["rule"], since, what, value, citation)


def _of_rule(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    values = cast("dict[str, Any]", rule.get("values") or {})
    until = rule["effective"].get("to")
    yield "in_force", f"{_text(rule['effective']['from'])} to {'now' if until is None else _text(until)}"
    if rule["kind"] == "window":
        yield "hours", " | ".join(_hours(row) for row in values["hours"])
        yield "edges", f"{values.get('start', 'included')} {values.get('end', 'included')}"
        yield "zone", str(values.get("zones", "person"))
    if "within" in values:
        yield "within", "; ".join(_within(row) for row in values["within"])
    if rule["kind"] == "pause":
        yield "pause", _pause(values)
    elif "days" in values and rule["kind"] != "notice":
        yield "days", _text(values["days"])
    if "also" in values:
        yield "also", " ".join(map(str, values["also"]))
    for what in SINGLE:
        if what in values:
            yield what, _text(values[what])
    if rule["kind"] == "notice":
        yield "wait", f"{values['days']} days, day one {values.get('day_one', 'excluded')}"
    yield from _of_debts(rule.get("scope") or {})


def _of_debts(scope: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for what in ("overdue_days", "except_debts", "only_debts"):
        if what in scope:
            yield what, " ".join(scope[what]) if isinstance(scope[what], list) else _text(scope[what])


def _hours(row: dict[str, Any]) -> str:
    return f"{' '.join(row.get('days', WEEKDAYS))} {row['from']}-{row['to']}"


def _within(row: dict[str, Any]) -> str:
    ((name, value),) = row.items()
    return {"week": f"week from {value}", "month": "calendar month"}.get(name, f"{value} {name}")


def _pause(values: dict[str, Any]) -> str:
    if "days" in values:
        return f"{values['days']} days, day one {values['day_one']}"
    return f"{values['hours']} hours" if "hours" in values else f"{values['minutes']} minutes"


def _of_definitions(definitions: list[dict[str, Any]]) -> Iterator[Constant]:
    for row in definitions:
        name, source = row["name"], str(row["source"])
        yield Constant(name, "", "threshold_s", f"{row['threshold_s']} from the {row['start_event']}", source)
        yield Constant(name, "", "rate", f"{row['formula']} per {row['window']}", source)
        for limit in row.get("limits", ()):
            yield Constant(name, _text(limit["since"]), "percent", f"{limit['percent']}", source)
        yield Constant(name, "", "standing", str(row["standing"]), source)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def test_law_and_table_hold_the_same_values_under_the_same_citations() -> None:
    """Whoever changes the law on purpose checks the lines that are told here and puts them into the table."""
    law, pinned = set(in_law()), set(table())
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        ("LAW" if row in law else "TABLE", row.rule, row.since, row.what, row.value, row.citation)
        for row in sorted(law ^ pinned)
    )
    assert out.getvalue() == ""
    assert len(pinned) == len(table()), "no line twice"


# --- a person, a contact, a rule -------------------------------------------------------------------------


def rule_of(row: Constant) -> Rule:
    (found,) = [
        rule
        for rule in standard_rulebook().rules()
        if rule.header.rule == row.rule and rule.header.effective_from.isoformat() == row.since
    ]
    return found


def contact_for(rule: Rule) -> tuple[PersonFile, ProposedContact]:
    """Somebody in New York and a contact with them that the rule binds."""
    scope = rule.header.scope
    kinds = [k for k in (NumberKind.MOBILE, NumberKind.LANDLINE) if k in scope.number_kinds]
    places = getattr(rule, "at_places", None) or getattr(getattr(rule, "of", None), "at_places", None)
    number = NumberOnFile(
        number=NUMBER,
        kind=kinds[0],
        role=NumberRole.OWN,
        place=Place.WORK if places else None,
        zones=frozenset({NEW_YORK.key}),
    )
    home = Address(country="US", region="NJ", zones=frozenset({NEW_YORK.key}))
    file = PersonFile(
        person="P1",
        role=PersonRole.CONSUMER if PersonRole.CONSUMER in scope.roles else sorted(scope.roles)[0],
        addresses=(home,),
        numbers=(number,),
        debts=(Debt(debt="D1", days_past_due=400),),
    )
    techs = [t for t in (None, Tech.PRERECORDED_VOICE) if t in scope.techs]
    proposed = ProposedContact(
        action=next(action for action in Action if action in scope.actions),
        purpose=next(purpose for purpose in Purpose if purpose in scope.purposes),
        collector_type=next(iter(sorted(scope.collectors))),
        tech=techs[0],
        number=NUMBER,
        debts=("D1",),
    )
    return file, proposed


def is_denied(
    rule: Rule,
    file: PersonFile,
    at: datetime,
    *,
    proposed: ProposedContact | None = None,
    profile: Profile = Profile.LITERAL,
    ring_s: int = 0,
) -> bool:
    second = int(at.timestamp())
    assert second == at.timestamp(), "whole seconds"
    usual = contact_for(rule)[1]
    question = Question(PreparedPerson(file), proposed or usual, profile, at=second, until=second + ring_s)
    return isinstance(ask(rule, question), Denied)


def local(day: date, clock: str = "00:00", zone: ZoneInfo = NEW_YORK) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    start = datetime.combine(day, datetime.min.time(), tzinfo=zone)
    return (start + timedelta(hours=hours, minutes=minutes)).astimezone(UTC)


def happened(rule: Rule, chosen: EventFilter | None, at: datetime, name: str) -> HistoryEntry:
    """Something that the rule counts, or that starts its pause; without a choice, a conversation."""
    kinds = [
        (kind, outcome)
        for kind in EventKind
        for outcome in (*Outcome, None)
        if chosen is None or chosen.table[event_code(kind, outcome)]
    ]
    kind, outcome = (EventKind.CALL_PLACED, Outcome.CONVERSATION) if chosen is None else kinds[0]
    tech = Tech.PRERECORDED_VOICE if getattr(getattr(rule, "of", None), "recorded_only", False) else None
    return HistoryEntry(
        entry=name, at=at, event=kind, outcome=outcome, debts=("D1",), number=NUMBER, tech=tech
    )


# --- counts ----------------------------------------------------------------------------------------------


def free_again(day: date, at: datetime, within: str) -> datetime:
    """The first second at which something done on a day, at an instant, is inside none of the readings."""
    found: list[datetime] = []
    for reading in within.split("; "):
        number = reading.split()[0]
        if reading == "calendar month":
            found.append(local((day.replace(day=1) + timedelta(days=32)).replace(day=1)))
        elif reading.startswith("week from"):
            since = (day.weekday() - WEEKDAYS.index(reading.split()[-1])) % 7
            found.append(local(day + timedelta(days=7 - since)))
        elif reading.endswith("hours"):
            found.append(at + timedelta(hours=int(number)))
        else:
            found.append(local(day + timedelta(days=int(number))))
    return max(found)


@pytest.mark.parametrize("row", rows("at_most"))
@pytest.mark.parametrize("day", [MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=6)])
def test_one_more_than_the_limit_is_denied_until_the_stretch_is_over(row: Constant, day: date) -> None:
    rule = rule_of(row)
    if not isinstance(rule, CountRule):
        return  # recorded voice has a test of its own
    most, at = int(row.value), local(day, "12:00")
    file, _proposed = contact_for(rule)
    begun = [happened(rule, None, at - timedelta(days=90), "first")] if rule.of.after_first else []
    events = [happened(rule, rule.of.counted, at, f"e{i}") for i in range(most)]
    full = replace(file, history=(*begun, *events))
    one_less = replace(file, history=(*begun, *events[1:]))
    free = free_again(day, at, beside(row, "within"))

    assert is_denied(rule, full, at)
    assert not is_denied(rule, one_less, at)
    assert is_denied(rule, full, free - SECOND)
    assert not is_denied(rule, full, free)


@pytest.mark.parametrize("row", rows("after_first"))
def test_the_limit_begins_with_the_first_of_its_kind(row: Constant) -> None:
    rule = rule_of(row)
    assert isinstance(rule, CountRule)
    at = local(MONDAY, "12:00")
    chosen = EventFilter(placed=frozenset({Outcome.VOICEMAIL_LEFT}), received=frozenset(), events=frozenset())
    events = tuple(happened(rule, chosen, at, f"e{i}") for i in range(int(beside(row, "at_most"))))
    file = replace(contact_for(rule)[0], history=events)
    assert row.value == "conversation"
    assert not is_denied(rule, file, at)
    talk = happened(rule, None, at - timedelta(days=90), "first")
    assert is_denied(rule, replace(file, history=(talk, *events)), at)


@pytest.mark.parametrize("row", rows("overdue_days"))
def test_a_debt_that_is_young_is_not_bound(row: Constant) -> None:
    rule = rule_of(row)
    bound = rule.header.scope.debts
    assert bound is not None
    for age, is_bound in ((int(row.value), False), (int(row.value) + 1, True), (None, True)):
        assert bound.binds(Debt(debt="D1", days_past_due=age)) is is_bound
        if not isinstance(rule, CountRule | PauseRule):
            continue
        chosen = rule.of.counted if isinstance(rule, CountRule) else rule.of.after
        at = local(MONDAY, "12:00")
        events = tuple(happened(rule, chosen, at, f"e{i}") for i in range(20))
        aged = replace(contact_for(rule)[0], debts=(Debt(debt="D1", days_past_due=age),), history=events)
        assert is_denied(rule, aged, at) is is_bound


@pytest.mark.parametrize("row", rows("except_debts", "only_debts"))
def test_debts_of_other_kinds_are_not_bound(row: Constant) -> None:
    """A debt whose kind is not known is bound all the same."""
    bound = rule_of(row).header.scope.debts
    assert bound is not None
    named = {DebtType(word) for word in row.value.split()}
    for kind in DebtType:
        is_bound = (kind in named) is (row.what == "only_debts") or kind is DebtType.UNKNOWN
        assert bound.binds(Debt(debt="D1", type=kind, days_past_due=400)) is is_bound


# --- notices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("wait"))
@pytest.mark.parametrize("clock", ["00:00", "12:00", "23:59"])
def test_after_the_notice_the_wait_lasts_to_its_last_second(row: Constant, clock: str) -> None:
    rule = rule_of(row)
    assert isinstance(rule, NoticeRule)
    days, one = int(row.value.split()[0]), row.value.endswith("excluded")
    sent = local(MONDAY, clock)
    notice = HistoryEntry(entry="n", at=sent, event=EventKind.INITIAL_NOTICE_MAILED, debts=("D1",))
    kinds = rule.header.scope.debts
    kind = DebtType.OTHER if kinds is None else sorted(kinds.types)[0]
    file = replace(contact_for(rule)[0], debts=(Debt(debt="D1", type=kind, days_past_due=400),))
    assert is_denied(rule, file, sent), "nothing was sent"
    file = replace(file, history=(notice,))
    free = local(MONDAY + timedelta(days=days + one)) if days else sent
    assert not is_denied(rule, file, free)
    assert is_denied(rule, file, free - SECOND)


# --- pauses ----------------------------------------------------------------------------------------------


def pause_ends(day: date, at: datetime, pause: str) -> datetime:
    number, unit = int(pause.split(maxsplit=1)[0]), pause.split()[1].rstrip(",")
    if unit == "days":
        return local(day + timedelta(days=number + pause.endswith("excluded")))
    return at + (timedelta(hours=number) if unit == "hours" else timedelta(minutes=number))


@pytest.mark.parametrize("row", rows("pause"))
@pytest.mark.parametrize("clock", ["00:00", "12:00", "23:59"])
def test_a_pause_lasts_to_its_last_second(row: Constant, clock: str) -> None:
    rule = rule_of(row)
    assert isinstance(rule, PauseRule)
    at = local(MONDAY, clock)
    file = replace(contact_for(rule)[0], history=(happened(rule, rule.of.after, at, "e"),))
    free = pause_ends(MONDAY, at, row.value)
    assert is_denied(rule, file, at)
    assert is_denied(rule, file, free - SECOND)
    assert not is_denied(rule, file, free)


@pytest.mark.parametrize("row", [each for each in rows("pause") if "days" not in each.values[0].value])
def test_a_part_of_a_second_makes_a_pause_of_hours_a_second_longer(row: Constant) -> None:
    """Half a second after noon: the pause is over half a second after it, which is no whole second yet."""
    rule = rule_of(row)
    assert isinstance(rule, PauseRule)
    at = local(MONDAY, "12:00")
    event = happened(rule, rule.of.after, at + timedelta(microseconds=1), "e")
    file = replace(contact_for(rule)[0], history=(event,))
    free = pause_ends(MONDAY, at, row.value)
    assert is_denied(rule, file, free)
    assert not is_denied(rule, file, free + SECOND)


# --- hours -----------------------------------------------------------------------------------------------


def spans_of(row: Constant) -> list[tuple[date, str, str]]:
    """Each span of the week as its day, and the clock at its begin and end."""
    found: list[tuple[date, str, str]] = []
    for part in row.value.split(" | "):
        *days, clock = part.split()
        begin, end = clock.split("-")
        found.extend((MONDAY + timedelta(days=WEEKDAYS.index(day)), begin, end) for day in days)
    return found


@pytest.mark.parametrize("row", rows("hours"))
def test_hours_begin_and_end_at_their_seconds(row: Constant) -> None:
    rule = rule_of(row)
    assert isinstance(rule, WindowRule)
    fixed, (start, end) = beside(row, "zone"), beside(row, "edges").split()
    zone = NEW_YORK if fixed == "person" else ZoneInfo(fixed)
    file = contact_for(rule)[0]
    for day, begins, ends in spans_of(row):
        first, last = local(day, begins, zone), local(day, ends, zone)
        assert is_denied(rule, file, first - SECOND)
        assert is_denied(rule, file, first) is (start == "excluded")
        assert not is_denied(rule, file, first + SECOND)
        assert not is_denied(rule, file, last - SECOND)
        assert is_denied(rule, file, last) is (end == "excluded")
        assert is_denied(rule, file, last + SECOND)
        assert not is_denied(rule, file, last - 30 * SECOND, ring_s=29)
        assert is_denied(rule, file, last - 30 * SECOND, ring_s=31)
        strict = Profile.STRICT
        assert is_denied(rule, file, first, profile=strict)
        assert is_denied(rule, file, last, profile=strict)
        assert not is_denied(rule, file, first + SECOND, profile=strict)
        assert not is_denied(rule, file, last - SECOND, profile=strict)


@pytest.mark.parametrize("row", rows("hours"))
def test_days_without_hours_are_closed(row: Constant) -> None:
    rule = rule_of(row)
    file = contact_for(rule)[0]
    open_days = {day for day, _begin, _end in spans_of(row)}
    for day in (MONDAY + timedelta(days=n) for n in range(7)):
        if day not in open_days:
            assert is_denied(rule, file, local(day, "12:00"))


# --- the rest --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("oral_days", "lasts_days"))
def test_a_request_lapses_with_its_last_local_day(row: Constant) -> None:
    rule = rule_of(row)
    assert isinstance(rule, SuppressionRule)
    at = local(MONDAY, "12:00")
    asked = PersonRequest(at=at, type=rule.of.kinds[0], in_writing=False)
    file = contact_for(rule)[0]
    at_work = tuple(replace(number, place=Place.WORK) for number in file.numbers)
    file = replace(file, requests=(asked,), numbers=at_work)
    free = local(MONDAY + timedelta(days=int(row.value)))
    assert is_denied(rule, file, at)
    assert is_denied(rule, file, free - SECOND)
    assert not is_denied(rule, file, free)


def test_a_text_is_fresh_for_sixty_days_after_the_day_itself() -> None:
    (row,) = [each for each in table() if (each.rule, each.what) == ("us-regf-text-procedure", "days")]
    rule = rule_of(row)
    consent = Consent(at=local(MONDAY, "12:00"), scope=ConsentScope.SMS, number=NUMBER)
    file = replace(contact_for(rule)[0], consents=(consent,))
    stale = local(MONDAY + timedelta(days=int(row.value) + 1))
    assert row.value == "60"
    assert not is_denied(rule, file, stale - SECOND)
    assert is_denied(rule, file, stale)


def test_three_recorded_calls_to_a_residence_in_thirty_days() -> None:
    (row,) = [each for each in table() if (each.rule, each.what) == ("us-tcpa-recorded-to-residence", "days")]
    rule, most, at = rule_of(row), int(beside(row, "at_most")), local(MONDAY, "12:00")
    chosen = EventFilter(
        placed=frozenset({Outcome.PRERECORDED_DELIVERED}), received=frozenset(), events=frozenset()
    )
    events = tuple(happened(rule, chosen, at, f"e{i}") for i in range(most))
    file = contact_for(rule)[0]
    free = local(MONDAY + timedelta(days=int(row.value)))
    assert (most, row.value) == (3, "30")
    assert not is_denied(rule, replace(file, history=events[1:]), at)
    assert is_denied(rule, replace(file, history=events), free - SECOND)
    assert not is_denied(rule, replace(file, history=events), free)


@pytest.mark.parametrize("row", rows("revoke_all_from"))
def test_one_revocation_ends_all_consents_from_its_day_on(row: Constant) -> None:
    """A revocation for another account: until then it leaves this one's consent alone."""
    rule, day = rule_of(row), date.fromisoformat(row.value)
    file, _proposed = contact_for(rule)
    long_ago = local(date(2026, 1, 5))
    scope = ConsentScope.PRERECORDED
    file = replace(
        file,
        debts=(Debt(debt="D1"), Debt(debt="D2")),
        consents=(Consent(at=long_ago, scope=scope, number=NUMBER, debts=("D1",)),),
        requests=(
            PersonRequest(
                at=long_ago + SECOND, type=RequestKind.REVOKE_CONSENT, debts=("D2",), number=NUMBER
            ),
        ),
    )
    assert not is_denied(rule, file, local(day) - SECOND)
    assert is_denied(rule, file, local(day))


@pytest.mark.parametrize("row", rows("also"))
def test_further_holidays_are_whole_local_days(row: Constant) -> None:
    rule = rule_of(row)
    assert isinstance(rule, HolidayRule)
    file = contact_for(rule)[0]
    easter = date(2027, 3, 28)
    days = [
        easter + timedelta(days=int(word.removeprefix("easter")))
        if word.startswith("easter")
        else date(2027, *map(int, word.split("-")))
        for word in row.value.split()
    ]
    assert days
    for day in days:
        assert not is_denied(rule, file, local(day) - SECOND) or day - timedelta(days=1) in days
        assert is_denied(rule, file, local(day))
        assert is_denied(rule, file, local(day + timedelta(days=1)) - SECOND)
        assert not is_denied(rule, file, local(day + timedelta(days=1)))


@pytest.mark.parametrize("row", rows("percent"))
def test_a_limit_of_abandonment_holds_from_its_day_on(row: Constant) -> None:
    day = date.fromisoformat(row.since)
    found = definition(row.rule).limit_on(day)
    assert found is not None
    assert found * 100 == int(row.value)
    assert definition(row.rule).limit_on(day - timedelta(days=1)) != found


@pytest.mark.parametrize("row", rows("threshold_s"))
def test_the_seconds_of_a_definition_run_from_its_event(row: Constant) -> None:
    seconds, event = row.value.split(" from the ")
    found = definition(row.rule)
    assert (found.threshold_s, found.start_event.value) == (float(seconds), event)


@pytest.mark.parametrize("row", rows("shortest_ring_s"))
def test_the_shortest_ring_goes_with_the_clearance(row: Constant) -> None:
    assert [(term.duty.value, term.value) for term in rule_of(row).terms] == [
        ("shortest_ring_s", float(row.value))
    ]


@pytest.mark.parametrize("row", rows("abandonment"))
def test_the_definition_that_binds_goes_with_the_clearance(row: Constant) -> None:
    found = definition(row.value)
    share = found.limit_on(date.fromisoformat(row.since))
    binds = found.standing.value in ("law", "safe harbour", "house policy")
    wanted = [("answer_limit_s", found.threshold_s)]
    if binds and share is not None:
        wanted.append(("most_abandoned", float(share)))
    assert [(term.duty.value, term.value) for term in rule_of(row).terms] == wanted


# --- in force --------------------------------------------------------------------------------------------

_GATE = ComplianceGate(standard_rulebook())


def is_asked(rule: Rule, at: datetime) -> bool:
    """Whether this edition of the rule is among what the gate asks of a contact that it binds."""
    file, proposed = contact_for(rule)
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed, packs=(rule.header.pack,))
    findings = _GATE.evaluate(request, at=at, with_retry=False).findings
    return any((f.rule, f.citation) == (rule.header.rule, rule.header.citation) for f in findings)


@pytest.mark.parametrize("row", rows("in_force"))
def test_a_rule_is_asked_from_its_first_local_day_to_its_last(row: Constant) -> None:
    rule = rule_of(row)
    since, until = row.value.split(" to ")
    first = local(date.fromisoformat(since))
    after = None if until == "now" else local(date.fromisoformat(until) + timedelta(days=1))
    if not rule.is_asked or rule.header.scope.recordings or isinstance(rule, PlacedRule):
        assert (rule.header.effective_from.isoformat(), rule.header.effective_to is None) == (
            since,
            after is None,
        )
        return
    assert not is_asked(rule, first - SECOND)
    assert is_asked(rule, first)
    if after is None:
        assert rule.header.effective_to is None
        assert is_asked(rule, local(date(2035, 6, 6), "12:00"))
    else:
        assert is_asked(rule, after - SECOND)
        assert not is_asked(rule, after)

"""What is kept, prepared or left unasked: the quick answer is the plain one, and what is kept is bounded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from compliance_gate.asking import plan_finder
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.local_days import LocalDays, zone_group
from compliance_gate.asking.past import event_code
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.asking.plan import asking
from compliance_gate.asking.plan_finder import Planner
from compliance_gate.asking.question import Question
from compliance_gate.book.rulebook import LAYERS, load_rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Recording, Verdict
from compliance_gate.request import (
    Address,
    Debt,
    HistoryEntry,
    Hold,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.words import (
    Action,
    CollectorType,
    EventKind,
    HoldKind,
    Mode,
    NumberKind,
    Outcome,
    PersonRole,
    Profile,
    Purpose,
    RequestKind,
    Tech,
)

NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
AT = int(NOW.timestamp())
NUMBER = "+12125550123"
HOME = Address(country="US", region="NJ", city="Newark", zones=frozenset({"America/New_York"}))
LINE = NumberOnFile(number=NUMBER, kind=NumberKind.MOBILE, zones=frozenset({"America/New_York"}))
PERSON = PersonFile(person="P1", addresses=(HOME,), numbers=(LINE,), debts=(Debt(debt="D1"), Debt(debt="D2")))
CALL = ProposedContact(number=NUMBER, debts=("D1",))

RULE = """
  - rule: {name}
    kind: {kind}
    what: A rule for tests
    unit: whatever it counts
    citation: test
    checked: primary
    checked_on: 2026-01-01
    effective: {{from: 2000-01-01}}
    scope: {{{scope}}}
    values: {{{values}}}
"""


def gate_of(*rules: tuple[str, str, str]) -> ComplianceGate:
    """A gate of one pack: kind, scope and values of each rule."""
    text = "pack: TEST\ntitle: A law for tests\nrules:\n" + "".join(
        RULE.format(name=f"rule-{place}", kind=kind, scope=scope, values=values)
        for place, (kind, scope, values) in enumerate(rules)
    )
    return ComplianceGate(load_rulebook([("test.yaml", text)]))


def question_of(file: PersonFile, proposed: ProposedContact = CALL) -> Question:
    return Question(PreparedPerson(file), proposed, Profile.LITERAL, at=AT, until=AT)


def call(days: float, outcome: Outcome | None = Outcome.NO_ANSWER, **more: Any) -> HistoryEntry:
    return HistoryEntry(
        entry=f"C{days}", at=NOW - timedelta(days=days), event=EventKind.CALL_PLACED, outcome=outcome, **more
    )


# --- which rules are put the question at all ---------------------------------------------------------------

PAUSED = ("pause", "", "calls: [abandoned], per: person, hours: 72")
HELD = ("hold", "", "holds: [vulnerability]")
STOPPED = ("suppression", "", "requests: [stop_calling], binds: calls")
HOURS = ("window", "", 'hours: [{from: "08:00", to: "21:00"}]')
ABANDONED, OTHERS = Outcome.ABANDONED, Outcome.NO_ANSWER


@pytest.mark.parametrize(
    ("calls", "concerned"),
    [
        ((), False),
        (((2.9, OTHERS),), False),
        (((2.9, ABANDONED),), True),
        (((3.1, ABANDONED),), False),
        (((3.1, ABANDONED), (0.1, OTHERS)), True),
        (((9.0, OTHERS), (2.9, ABANDONED)), True),
    ],
)
def test_a_rule_about_events_is_asked_where_such_a_one_happened_and_anything_lately(
    calls: tuple[tuple[float, Outcome], ...], concerned: bool
) -> None:
    """By the kind of all that happened, and by how long ago the last of it was: never too seldom."""
    rules = gate_of(PAUSED, HOURS).rulebook.rules()
    history = tuple(call(days, outcome) for days, outcome in calls)
    asked = asking(rules, CALL).concerned(question_of(replace(PERSON, history=history)))
    assert [place for place, _ in asked] == ([1, 0] if concerned else [1])


def test_what_is_yet_to_happen_concerns_nobody() -> None:
    history = (call(-1.0, Outcome.ABANDONED),)
    asked = asking(gate_of(PAUSED).rulebook.rules(), CALL).concerned(
        question_of(replace(PERSON, history=history))
    )
    assert asked == []


def test_rules_about_holds_and_requests_are_asked_where_there_is_any() -> None:
    rules = gate_of(HELD, STOPPED).rulebook.rules()
    held = replace(PERSON, holds=(Hold(kind=HoldKind.FRAUD, since=NOW),))
    stopped = replace(PERSON, requests=(PersonRequest(at=NOW, type=RequestKind.DO_NOT_CALL),))

    def places(file: PersonFile) -> list[int]:
        return [place for place, _ in asking(rules, CALL).concerned(question_of(file))]

    assert places(PERSON) == []
    assert places(held) == [0]
    assert places(stopped) == [1]


def test_without_a_zone_what_happened_long_ago_is_asked_about_too() -> None:
    """Nobody can tell how far back its days reach."""
    nowhere = replace(
        PERSON,
        addresses=(),
        numbers=(replace(LINE, number="+9995550123", zones=None),),
        history=(call(300, Outcome.ABANDONED),),
    )
    asked = asking(gate_of(PAUSED).rulebook.rules(), CALL).concerned(question_of(nowhere))
    assert [place for place, _ in asked] == [0]


def drawn(chance: Random) -> PersonFile:
    """A person with a little of everything on file, in no order."""
    days = (0.01, 0.4, 1.2, 2.9, 3.1, 6.5, 7.4, 12.0, 31.0, 80.0)
    history = tuple(
        replace(
            call(chance.choice(days), chance.choice((*Outcome, None)), number=chance.choice((NUMBER, None))),
            entry=f"E{index}",
            event=chance.choice((EventKind.CALL_PLACED, EventKind.CALL_RECEIVED, *EventKind)),
            debts=chance.choice((("D1",), ("D2",), None)),
            person=chance.choice((None, None, PersonRole.CONSUMER, PersonRole.SPOUSE)),
        )
        for index in range(chance.randrange(5))
    )
    requests = tuple(
        PersonRequest(
            at=NOW - timedelta(days=chance.choice(days)),
            type=chance.choice(list(RequestKind)),
            debts=chance.choice((("D1",), None)),
        )
        for _ in range(chance.randrange(3))
    )
    return replace(PERSON, history=history, requests=requests)


@pytest.mark.parametrize("seed", range(12))
def test_rules_that_are_left_unasked_would_have_said_what_is_told(seed: int) -> None:
    """Each rule of law and house in force, put the question after all, gives the finding that is told."""
    chance = Random(seed)
    for _ in range(5):
        file = drawn(chance)
        mode = chance.choice((None, Mode.PREVIEW_AGENT_GUARANTEED))
        request = ContactRequest(person=PreparedPerson(file), proposed=replace(CALL, mode=mode))
        told = {finding.rule: finding for finding in GATE.evaluate(request, at=NOW).findings}
        question = Question(PreparedPerson(file), request.proposed, request.profile, at=AT, until=AT)
        rules = [rule for rule in GATE.rulebook.in_force(NOW.date()) if rule.header.rule in told]
        assert len(rules) > 15
        for rule in rules:
            assert told[rule.header.rule] == rule.finding(rule.ask(question)), rule.header.rule


GATE = ComplianceGate(sample_rulebook())
KINDS = (
    CALL,
    replace(CALL, action=Action.SEND_SMS),
    replace(CALL, tech=Tech.PRERECORDED_VOICE),
    replace(CALL, purpose=Purpose.SOLICITATION),
    replace(CALL, mode=Mode.PREVIEW_AGENT_GUARANTEED),
    replace(CALL, collector_type=CollectorType.FIRST_PARTY_OWN_NAME),
    replace(CALL, number=None, action=Action.SEND_EMAIL),
    replace(CALL, number=None, action=Action.SEND_LETTER),
)


@pytest.mark.parametrize("role", [PersonRole.CONSUMER, PersonRole.REFERENCE])
@pytest.mark.parametrize("kind", [NumberKind.MOBILE, NumberKind.LANDLINE, NumberKind.UNKNOWN])
@pytest.mark.parametrize("packs", [None, ("US-federal", "US-NJ")])
def test_one_gate_that_was_asked_many_things_says_what_a_new_one_says(
    kind: NumberKind, role: PersonRole, packs: tuple[str, ...] | None
) -> None:
    """Plans are kept by all that they depend on: no contact is decided by the plan of another kind."""
    file = replace(PERSON, role=role, numbers=(replace(LINE, kind=kind),))
    for proposed in KINDS:
        request = ContactRequest(person=PreparedPerson(file), proposed=proposed, packs=packs)
        anew = ComplianceGate(GATE.rulebook).evaluate(request, at=NOW)
        assert GATE.evaluate(request, at=NOW) == anew


# --- what is kept is kept, and not without bound ------------------------------------------------------------


def plans(planner: Planner, *files: PersonFile) -> list[Any]:
    """The plans of a call to each of these, one after the other."""
    found: list[Any] = []
    for file in files:
        request = ContactRequest(person=PreparedPerson(file), proposed=CALL)
        found.append(planner.plan(request, question_of(file)))
    return found


TRENTON = replace(PERSON, addresses=(replace(HOME, city="Trenton"),))
BOSTON = replace(PERSON, addresses=(replace(HOME, region="MA", city="Boston"),))


def planner() -> Planner:
    return Planner(sample_rulebook(), frozenset(LAYERS))


def test_a_plan_is_made_once_and_shared_by_places_of_one_law() -> None:
    first, _other, again, neighbour = plans(planner(), PERSON, BOSTON, PERSON, TRENTON)
    assert again is first
    assert neighbour.asked is first.asked


def test_plans_are_thrown_away_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that may be kept the second takes the place; what is made anew is the same."""
    monkeypatch.setattr(plan_finder, "_MOST_PLANS", 1)
    first, _other, again = plans(planner(), PERSON, BOSTON, PERSON)
    assert again is not first
    assert again.asked is not first.asked
    assert again == first


def test_two_plans_are_kept_where_two_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_finder, "_MOST_PLANS", 2)
    first, second, again, the_other = plans(planner(), PERSON, BOSTON, PERSON, BOSTON)
    assert again is first
    assert the_other is second


def test_editions_of_the_law_are_kept_by_their_days_and_not_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finder = planner()
    day = NOW.toordinal()
    law_on = finder._law_on  # pyright: ignore[reportPrivateUsage]
    kept = law_on((day,))
    law_on((day + 1,))
    assert law_on((day,)) is kept
    monkeypatch.setattr(plan_finder, "_MOST_PLANS", 2)
    law_on((day + 2,))
    assert law_on((day,)) is not kept
    assert law_on((day,)) == kept


# --- what is played -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "played"),
    [
        ("voice: recorded", frozenset[Recording]()),
        ("voice: recorded, actions: [send_email]", frozenset(Recording)),
        ("voice: recorded, number_kinds: [landline]", frozenset(Recording)),
        ("voice: recorded, recordings: [voicemail_drop]", frozenset(Recording) - {Recording.VOICEMAIL_DROP}),
    ],
)
def test_what_may_be_played_is_asked_of_the_rules_for_recorded_voice_on_that_line(
    scope: str, played: frozenset[Recording]
) -> None:
    """A rule for other contacts, or for other lines, says nothing against it."""
    if "recordings" in scope:
        scope = scope.replace("voice: recorded, ", "")
    gate = gate_of(("recorded_voice", scope, "consents: [prerecorded]"))
    request = ContactRequest(person=PreparedPerson(PERSON), proposed=CALL, packs=("TEST",))
    clearance = gate.evaluate(request, at=NOW).clearance
    assert clearance is not None
    assert clearance.may_play == played


def test_a_rule_that_only_warns_keeps_no_recording_back() -> None:
    text = "pack: TEST\ntitle: A law for tests\nrules:\n" + RULE.format(
        name="rule", kind="recorded_voice", scope="voice: recorded", values="consents: [prerecorded]"
    ).replace("kind: recorded_voice", "kind: recorded_voice\n    effect: warn")
    gate = ComplianceGate(load_rulebook([("test.yaml", text)]))
    request = ContactRequest(person=PreparedPerson(PERSON), proposed=CALL, packs=("TEST",))
    clearance = gate.evaluate(request, at=NOW).clearance
    assert clearance is not None
    assert clearance.may_play == frozenset(Recording)
    warned = gate.evaluate(replace(request, proposed=replace(CALL, tech=Tech.PRERECORDED_VOICE)), at=NOW)
    assert warned.is_allowed
    assert [finding.verdict for finding in warned.warnings] == [Verdict.WARNED]


# --- what is prepared of a person --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_person_to_whom_one_more_thing_happened_is_as_if_read_anew(seed: int) -> None:
    """Whatever order things are heard in: times, kinds, days, events."""
    chance = Random(seed)
    entries = list(drawn(chance).history) + list(drawn(chance).history)
    entries = [replace(entry, entry=f"N{place}") for place, entry in enumerate(entries)]
    known = PreparedPerson(PERSON)
    zone = known.zone_set(AT).zones[0]
    assert (known.past.codes, known.past.times, known.past.days(zone)) == (0, [], [])
    for place, entry in enumerate(entries, 1):
        known = known.with_entry(entry)
        anew = PreparedPerson(replace(PERSON, history=tuple(entries[:place])))
        assert known.file == anew.file
        assert anew.past.codes == known.past.codes
        assert known.past.codes == sum({1 << event_code(e.event, e.outcome) for e in entries[:place]})
        assert known.past.times == anew.past.times == sorted(int(e.at.timestamp()) for e in entries[:place])
        assert known.past.days(zone) == anew.past.days(zone) == [zone.day_of(at) for at in anew.past.times]
        assert known.past.events(0, place) == anew.past.events(0, place)


def test_a_decision_moves_with_what_happened_since(law: Callable[..., Any]) -> None:
    """The same person, told of one more call: the count is over."""
    gate = gate_of(("count", "", "at_most: 1, per: person, within: [{days: 7}], calls: all"))
    person = PreparedPerson(PERSON)
    request = ContactRequest(person=person, proposed=CALL, packs=("TEST",))
    assert gate.evaluate(request, at=NOW).is_allowed
    after = replace(request, person=person.with_entry(call(1)))
    assert not gate.evaluate(after, at=NOW).is_allowed
    assert gate.evaluate(request, at=NOW).is_allowed


# --- a question ---------------------------------------------------------------------------------------------


def test_the_first_event_of_the_last_local_days_is_that_of_the_first_second_of_them() -> None:
    """Anywhere they may be: the day that began first counts from its midnight."""
    midnight = datetime(2026, 6, 10, 4, tzinfo=UTC)
    history = tuple(
        replace(call(0), entry=f"E{place}", at=midnight + timedelta(days=days, seconds=seconds))
        for place, (days, seconds) in enumerate(((-1, -1), (-1, 0), (0, -1), (0, 0), (0, 1)))
    )
    question = question_of(replace(PERSON, history=history))
    assert [first_within(question, days) for days in (1, 2, 3)] == [3, 1, 0]
    both = replace(HOME, zones=frozenset({"America/New_York", "America/Los_Angeles"}))
    eastern_first = question_of(replace(PERSON, addresses=(both,), history=history))
    assert [first_within(eastern_first, days) for days in (1, 2)] == [3, 1]


def first_within(question: Question, days: int) -> int:
    """Index of the first event that may lie in the last so many days."""
    start = question.since(days)
    assert start is not None
    return question.past.since_time(start)


MISMATCHED = (
    ("count", "", "at_most: 1, per: person, within: [{days: 7}], calls: all"),
    ("holiday", "", "country: US"),
    ("recorded_voice", "", "consents: [prerecorded], at_most: 1, days: 30"),
    ("asked_times", "", "requests: [inconvenient_times]"),
    ("window", "", 'hours: [{from: "00:00", to: "24:00"}]'),
    ("window", "", 'hours: [{from: "00:00", to: "00:01"}]'),
    ("text_procedure", "", "days: 60"),
)


@pytest.mark.parametrize("rule", MISMATCHED)
def test_zones_and_days_that_do_not_belong_together_are_a_mistake_and_not_passed_over(
    rule: tuple[str, str, str],
) -> None:
    """No zone goes unasked because nobody said which day it is there."""
    wrote = replace(call(1), entry="W", event=EventKind.SMS_RECEIVED, outcome=None)
    asked = PersonRequest(at=NOW - timedelta(days=1), type=RequestKind.INCONVENIENT_TIMES)
    file = replace(PERSON, history=(call(2, tech=Tech.PRERECORDED_VOICE), wrote), requests=(asked,))
    question = question_of(file)
    (made,) = gate_of(rule).rulebook.rules()
    question.today = ()
    with pytest.raises(ValueError, match="zip"):
        made.ask(question)


def test_days_that_do_not_belong_to_the_zones_are_no_days_to_count_from() -> None:
    with pytest.raises(ValueError, match="zip"):
        LocalDays(question_of(PERSON).zones, ())


def test_the_same_local_days_are_the_same_object_from_their_first_second_to_their_last() -> None:
    """In two zones a day is as long as both are in it, and nobody is taken for a day longer."""
    both = zone_group(frozenset({"America/New_York", "America/Los_Angeles"}))
    last_of_eastern_day = int(datetime(2026, 6, 10, 4, tzinfo=UTC).timestamp()) - 1
    tuesday, wednesday_east = both.days(last_of_eastern_day), both.days(last_of_eastern_day + 1)
    assert tuesday.last == last_of_eastern_day
    assert wednesday_east.first == last_of_eastern_day + 1
    assert wednesday_east.last == last_of_eastern_day + 3 * 3600
    assert both.days(last_of_eastern_day) is tuesday
    assert both.days(tuesday.first) is tuesday
    assert both.days(tuesday.first - 1) is not tuesday
    days = {zone.name: day for zone, day in zip(both.zones, wednesday_east.today, strict=True)}
    assert days["America/New_York"] == days["America/Los_Angeles"] + 1

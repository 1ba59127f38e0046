"""A line is not a person: what happened on a number binds the next call to it, whoever it was for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compliance_gate.asking.past import Past
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.request import HistoryEntry, PersonFile, on_line
from compliance_gate.words import Direction, EventKind, Mode, Outcome, Purpose, Tech

NUMBER, OTHER = "+12125550123", "+12125550199"
NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
RAPID = "calls: all, events: [ringless_voicemail], per: line, minutes: 5"


def called(seconds_ago: float, outcome: str = "no_answer", **told: object) -> dict[str, object]:
    """A call to the number so long before noon."""
    at = NOON - timedelta(seconds=seconds_ago)
    return {"ts": at.isoformat(), "event": "call_placed", "outcome": outcome, "number": NUMBER, **told}


@pytest.mark.parametrize(("seconds_ago", "allowed"), [(1, False), (299, False), (300, True), (301, True)])
@pytest.mark.parametrize("whose", ["history", "line_history"])
def test_two_calls_to_one_number_are_five_minutes_apart_whoever_was_called(
    law: Callable[..., Any], whose: str, seconds_ago: int, allowed: bool
) -> None:
    """A second before the five minutes are over it is too soon; at the instant it is not."""
    rule = law("pause", RAPID)
    assert rule.allows(NOON.isoformat(), **{whose: [called(seconds_ago)]}) is allowed


def test_what_happened_on_another_line_is_nothing_to_this_one(law: Callable[..., Any]) -> None:
    """The second number of the person, called for somebody else."""
    rule = law("pause", RAPID)
    assert rule.allows(NOON.isoformat(), line_history=[called(10, number=OTHER)])


def test_the_denial_says_that_the_call_was_for_another(law: Callable[..., Any]) -> None:
    """Whoever asks why must find the call, which is not in this person's history."""
    denied = law("pause", RAPID).decide(NOON.isoformat(), line_history=[called(60)])
    assert not denied.is_allowed
    told = dict(denied.denials[0].facts)
    assert told["event"].endswith("for another person on this line")
    assert denied.retry_at == NOON + timedelta(seconds=240)


@pytest.mark.parametrize(
    ("outcome", "hours", "seconds_ago", "allowed"),
    [
        ("abandoned", 72, 72 * 3600 - 1, False),
        ("abandoned", 72, 72 * 3600, True),
        ("amd_machine", 24, 24 * 3600 - 1, False),
        ("amd_machine", 24, 24 * 3600, True),
    ],
)
def test_a_line_that_was_abandoned_or_taken_for_a_machine_is_left_alone_by_the_dialer(
    law: Callable[..., Any], outcome: str, hours: int, seconds_ago: int, allowed: bool
) -> None:
    """Ofcom's 72 and 24 hours are the number's, not the person's; a certain operator may call."""
    rule = law("pause", f"calls: [{outcome}], per: line, hours: {hours}, unless_agent_guaranteed: true")
    before = [called(seconds_ago, outcome)]
    certain = {"action": "place_call", "number": NUMBER, "mode": "preview_agent_guaranteed"}
    assert rule.allows(NOON.isoformat(), line_history=before) is allowed
    assert rule.allows(NOON.isoformat(), line_history=before, proposed=certain)


@pytest.mark.parametrize("for_others", [0, 1, 2, 3])
def test_three_recorded_calls_are_the_line_s(law: Callable[..., Any], for_others: int) -> None:
    """47 CFR 64.1200(a)(3)(iii): three to a residential line in thirty days, whomever they were for."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")
    recorded = [called(86400 * day, "prerecorded_delivered") for day in (1, 2, 3)]
    own, others = recorded[for_others:], recorded[:for_others]
    proposed = {"action": "place_call", "number": NUMBER, "debts": ["D1"], "tech": "prerecorded_voice"}
    assert not rule.allows(NOON.isoformat(), history=own, line_history=others, proposed=proposed)
    assert rule.allows(NOON.isoformat(), history=own, line_history=others[1:], proposed=proposed) is (
        for_others > 0
    )


@pytest.mark.parametrize(
    ("own", "others", "allowed"), [(0, 1, True), (1, 1, False), (0, 2, False), (2, 0, False)]
)
def test_a_count_per_line_takes_both_people_together(
    law: Callable[..., Any], own: int, others: int, allowed: bool
) -> None:
    """Washington's cellular telephone: the first two of the day, whoever they were for."""
    rule = law("count", "at_most: 2, per: line, within: [{days: 1}], calls: all, to_kinds: [mobile]")
    facts = {
        "history": [called(600 + place) for place in range(own)],
        "line_history": [called(1200 + place) for place in range(others)],
    }
    assert rule.allows(NOON.isoformat(), **facts) is allowed


@pytest.mark.parametrize("key", ["debt", "account", "creditor", "person", "household"])
def test_no_other_key_looks_at_what_was_for_others(law: Callable[..., Any], key: str) -> None:
    """A debtor is not charged with the calls made to the one they live with."""
    rule = law("count", f"at_most: 1, per: {key}, within: [{{days: 7}}], calls: all")
    assert rule.allows(NOON.isoformat(), line_history=[called(600, debts=["D1"])])
    assert not rule.allows(NOON.isoformat(), history=[called(600, debts=["D1"])])


def test_a_number_learned_to_be_another_s_gives_back_only_what_was_for_this_person(
    law: Callable[..., Any],
) -> None:
    """To whoever else has the number it is the right one."""
    rule = law("count", "at_most: 1, per: line, within: [{days: 7}], calls: all, wrong_number_excludes: true")
    wrong = [{"ts": NOON.isoformat(), "type": "wrong_number_learned", "number": NUMBER}]
    assert rule.allows(NOON.isoformat(), history=[called(600)], requests=wrong)
    assert not rule.allows(NOON.isoformat(), line_history=[called(600)], requests=wrong)


def test_a_consent_takes_out_only_calls_to_who_gave_it(law: Callable[..., Any]) -> None:
    """What she agreed to was a call to her."""
    rule = law("count", "at_most: 1, per: line, within: [{days: 1}], calls: all, consent_excludes: true")
    consents = [
        {
            "ts": (NOON - timedelta(hours=2)).isoformat(),
            "scope": "call",
            "given_to": "collector",
            "debts": ["D9"],
        }
    ]
    assert rule.allows(
        NOON.isoformat(),
        history=[called(600, debts=["D9"])],
        debts=[{"id": "D1", "type": "medical"}, {"id": "D9", "type": "medical"}],
        consents=consents,
    )
    assert not rule.allows(NOON.isoformat(), line_history=[called(600, debts=["D9"])], consents=consents)


def test_a_call_that_both_histories_hold_is_one_call(law: Callable[..., Any]) -> None:
    """News of one's own call may come back by the line: it has the same id."""
    rule = law("count", "at_most: 2, per: line, within: [{days: 1}], calls: all")
    same = [called(600, id="a-1")]
    assert rule.allows(NOON.isoformat(), history=same, line_history=same)
    assert not rule.allows(NOON.isoformat(), history=same, line_history=[called(600, id="a-2")])


# --- creditors ---------------------------------------------------------------------------------------

_OF_TWO = [
    {"id": "D1", "type": "medical", "client": "A"},
    {"id": "D2", "type": "medical", "client": "A"},
    {"id": "D3", "type": "medical", "client": "B"},
    {"id": "D4", "type": "medical"},
]


@pytest.mark.parametrize(
    ("past", "proposed", "allowed"),
    [
        (["D1"], ["D2"], False),  # one creditor's
        (["D1"], ["D3"], True),  # another's
        (["D4"], ["D3"], False),  # whose it was is not known: anybody's
        (["D1"], ["D4"], False),  # whose it is is not known: anybody's
        (None, ["D3"], False),
        (["D1"], ["D1", "D3"], False),
        (["D1"], None, False),
        (["D8"], ["D3"], False),  # a debt that is not on file may have been anybody's
    ],
)
def test_a_count_per_creditor_takes_a_creditor_s_debts_together(
    law: Callable[..., Any], past: list[str] | None, proposed: list[str] | None, allowed: bool
) -> None:
    """Ontario's three contacts are per creditor (O. Reg. 74/06, the Ministry's guide)."""
    rule = law("count", "at_most: 1, per: creditor, within: [{days: 7}], calls: all")
    told = {"action": "place_call", "number": NUMBER, **({} if proposed is None else {"debts": proposed})}
    before = called(600) if past is None else called(600, debts=past)
    assert rule.allows(NOON.isoformat(), history=[before], debts=_OF_TWO, proposed=told) is allowed


def test_a_limit_that_begins_with_the_first_talk_begins_for_each_creditor(law: Callable[..., Any]) -> None:
    """Who spoke with us of A's debt has not been spoken to for B."""
    rule = law(
        "count",
        "at_most: 1, per: creditor, within: [{days: 7}], calls: all, after_first: conversation",
    )
    spoken = [called(7200, "conversation", debts=["D1"]), called(600, debts=["D3"])]
    of_b = {"action": "place_call", "number": NUMBER, "debts": ["D3"]}
    of_a = {"action": "place_call", "number": NUMBER, "debts": ["D1"]}
    assert rule.allows(NOON.isoformat(), history=spoken, debts=_OF_TWO, proposed=of_b)
    assert not rule.allows(NOON.isoformat(), history=spoken, debts=_OF_TWO, proposed=of_a)


# --- what of a call concerns the line ------------------------------------------------------------------


def test_of_a_call_the_line_keeps_no_word_of_whom_or_what_it_was_about() -> None:
    """Another person's debts are nobody's business who has the same number."""
    entry = HistoryEntry(
        entry="a-1",
        at=NOON,
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        outcome=Outcome.CONVERSATION,
        debts=("D1",),
        conversation_debts=("D2",),
        number=NUMBER,
        purpose=Purpose.COLLECTION,
        tech=Tech.PRERECORDED_VOICE,
        mode=Mode.PREDICTIVE,
        caller_id="+12125550000",
    )
    assert on_line(entry) == HistoryEntry(
        entry="a-1",
        at=NOON,
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        outcome=Outcome.CONVERSATION,
        number=NUMBER,
        tech=Tech.PRERECORDED_VOICE,
        mode=Mode.PREDICTIVE,
    )
    assert on_line(replace(entry, number=None)) is None
    assert on_line(replace(entry, event=EventKind.LETTER)) is None
    assert on_line(replace(entry, event=EventKind.SMS)) is not None


def test_a_person_s_own_past_serves_for_a_line_that_nobody_else_was_called_on() -> None:
    """No second index where there is nothing to join."""
    entry = HistoryEntry(entry="a", at=NOON, event=EventKind.CALL_PLACED, number=NUMBER)
    person = PreparedPerson(PersonFile(person="P", history=(entry,)))
    assert person.line(NUMBER) is person.past
    for_other = replace(entry, entry="b", at=NOON - timedelta(minutes=1))
    joined = PreparedPerson(PersonFile(person="P", history=(entry,), line_history=(for_other,)))
    line = joined.line(NUMBER)
    assert isinstance(line, Past)
    assert [event.for_another for event in line.events(0, 2)] == [True, False]
    assert joined.line(OTHER) is joined.past
    more = joined.with_entry(replace(entry, entry="c", at=NOON + timedelta(minutes=1)))
    assert [event.entry.entry for event in more.line(NUMBER).events(0, 3)] == ["b", "a", "c"]

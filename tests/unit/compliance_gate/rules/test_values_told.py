"""What each kind of rule says of itself: its values in words, for people, and for the rulebook's hash.

Two rules with different values say different things, or a change of law would leave the hash as it was.
"""

from collections.abc import Callable
from typing import Any

import pytest

PLAIN: dict[str, tuple[str, dict[str, str]]] = {
    "asked_times": (
        "requests: [time_preference, inconvenient_times]",
        {"requests": "inconvenient_times, time_preference", "respond once": "no"},
    ),
    "count": (
        "at_most: 3, per: debt, within: [{days: 7}], calls: all",
        {
            "at most": "3",
            "per": "debt",
            "within": "7 local days, today included",
            "counted": "all calls placed",
        },
    ),
    "do_not_call": (
        "lists: [national]",
        {"lists": "national", "not looked up": "passes", "lifted by": ""},
    ),
    "employer_email": ("", {}),
    "hold": ("holds: [vulnerability, fraud]", {"holds": "fraud, vulnerability", "except for": ""}),
    "holiday": ("country: US", {"calendar": "US", "also": "", "except": ""}),
    "needs_consent": ("", {"consents": "to the medium itself"}),
    "number_role": (
        "roles: [reference]",
        {"roles": "reference", "places": "", "with a certain collector": "denied"},
    ),
    "pause": (
        "conversations: true, per: debt, days: 7, day_one: included",
        {"after": "a conversation", "per": "debt", "lasts": "7 local days, day one included"},
    ),
    "recorded_voice": (
        "consents: [prerecorded]",
        {
            "consents": "prerecorded",
            "without consent": "none",
            "one revocation ends all from": "never",
            "reassigned numbers database": "not asked",
            "at places": "any",
        },
    ),
    "notice": ("days: 6", {"after the notice": "6 local days, full days after it"}),
    "role_closed": ("roles: [spouse, minor]", {"roles": "minor, spouse"}),
    "suppression": (
        "requests: [stop_calling], binds: calls",
        {"requests": "stop_calling", "closes": "calls", "begins": "when it is said"},
    ),
    "text_procedure": ("days: 60", {"days": "60"}),
    "third_party": (
        "owing_roles: [joint_debtor, consumer], free_roles: [creditor], consent_lifts: [third_party]",
        {"may be told": "consumer, joint_debtor", "outside the rule": "creditor", "lifted by": "third_party"},
    ),
    "window": (
        'hours: [{days: [MO, TU], from: "08:00", to: "12:30"}, {days: [MO], from: "14:00", to: "24:00"}]',
        {
            "MO": "08:00-12:30, 14:00-24:00",
            "TU": "08:00-12:30",
            **dict.fromkeys(("WE", "TH", "FR", "SA", "SU"), "closed"),
            "start": "included",
            "end": "included",
            "zones": "every zone the person may be in",
            "consent lifts": "no",
            "at places": "any",
        },
    ),
    "call_handling": ("shortest_ring_s: 15", {"rings at least": "15 seconds"}),
}
"""Each kind with little said of it, and what it tells."""


def told(law: Callable[..., Any], kind: str, values: str) -> dict[str, str]:
    (rule,) = law(kind, values).gate.rulebook.rules()
    pairs = rule.values()
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_a_rule_tells_its_values_and_no_others(law: Callable[..., Any], kind: str) -> None:
    values, expected = PLAIN[kind]
    assert told(law, kind, values) == expected


@pytest.mark.parametrize(
    ("kind", "more", "tells"),
    [
        ("asked_times", "respond_once: true", {"respond once": "yes"}),
        ("count", "recorded_only: true", {"voice": "recorded or artificial only"}),
        ("count", "to_kinds: [mobile, landline]", {"numbers": "landline, mobile"}),
        ("count", "at_places: [work, home]", {"places": "home, work"}),
        ("count", "reply_excludes: true", {"reply excludes": "yes"}),
        ("count", "after_first: conversation", {"after first": "conversation"}),
        ("count", "consent_excludes: true", {"consent excludes": "yes"}),
        ("count", "callback_excludes: true", {"callback excludes": "yes"}),
        ("count", "wrong_number_excludes: true", {"wrong number excludes": "yes"}),
        ("count", "events: [sms, email]", {"counted": "all calls placed; sms; email"}),
        ("count", "received_calls: [conversation]",
         {"counted": "all calls placed; calls received with conversation"}),
        ("count", "calls_except: [busy]", {"counted": "calls placed except busy"}),
        ("do_not_call", "unknown_denies: true", {"not looked up": "denies"}),
        ("do_not_call", "consent_lifts: [solicitation, call]", {"lifted by": "call, solicitation"}),
        ("hold", "except_purposes: [complaint_response]", {"except for": "complaint_response"}),
        ("holiday", "subdivision: CA", {"calendar": "US-CA"}),
        ("holiday", "also: ['12-27', easter+1]", {"also": "12-27, easter+1"}),
        ("holiday", "not: [Christmas, Columbus]", {"except": "Christmas, Columbus"}),
        ("needs_consent", "consents: [sms, call]", {"consents": "call, sms"}),
        ("number_role", "places: [work, home]", {"places": "home, work"}),
        ("number_role", "unless_agent_guaranteed: true", {"with a certain collector": "permitted"}),
        ("number_role", "unless_failed_at: home", {"once calls have failed at": "home"}),
        ("pause", "consent_excludes: true", {"consent excludes": "yes"}),
        ("pause", "callback_excludes: true", {"callback excludes": "yes"}),
        ("pause", "unless_agent_guaranteed: true", {"unless agent guaranteed": "yes"}),
        ("pause", "wrong_number_excludes: true", {"wrong number excludes": "yes"}),
        ("recorded_voice", "at_most: 3, days: 30", {"without consent": "3 in 30 local days per line"}),
        ("recorded_voice", "revoke_all_from: 2027-01-31", {"one revocation ends all from": "2027-01-31"}),
        ("recorded_voice", "reassigned_numbers: true", {"reassigned numbers database": "asked"}),
        ("recorded_voice", "at_places: [hospital]", {"at places": "hospital"}),
        ("notice", "day_one: included", {"after the notice": "6 local days, the day of sending included"}),
        ("notice", "contact_shows_it: true",
         {"an earlier contact": "stands for a notice that is not on file"}),
        ("notice", "contact_about_it_shows_it: true",
         {"an earlier contact about the debt": "stands for a notice that is not on file"}),
        ("notice", "asked_excludes: true",
         {"need not wait": "a contact they asked for, or an answer to theirs"}),
        ("suppression", "begins: received", {"begins": "on receipt"}),
        ("suppression", "written_only: true", {"form": "in writing"}),
        ("suppression", "oral_only: true", {"form": "not in writing"}),
        ("suppression", "released_by: [attorney_released]", {"released by": "attorney_released"}),
        ("suppression", "respond_once: true", {"one answer": "to a message, by the same medium"}),
        ("suppression", "except_purposes: [complaint_response]", {"except for": "complaint_response"}),
        ("suppression", "needs_request: [complaint_callback_request]",
         {"if asked by": "complaint_callback_request"}),
        ("suppression", "consent_lifts: [sms, call]", {"lifted by": "call, sms"}),
        ("suppression", "oral_days: 10", {"oral request lasts": "10 local days"}),
        ("suppression", "lasts_days: 10", {"lasts at most": "10 local days"}),
        ("window", "start: excluded", {"start": "excluded"}),
        ("window", "end: excluded", {"end": "excluded"}),
        ("window", "zones: America/Edmonton", {"zones": "America/Edmonton"}),
        ("window", "consent_lifts: true", {"consent lifts": "yes"}),
        ("window", "at_places: [work]", {"at places": "work"}),
    ],
)  # fmt: skip
def test_one_more_value_is_told_and_changes_nothing_else(
    law: Callable[..., Any], kind: str, more: str, tells: dict[str, str]
) -> None:
    values, plain = PLAIN[kind]
    separator = ", " if values else ""
    assert told(law, kind, f"{values}{separator}{more}") == {**plain, **tells}


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ("{week: SU}", "calendar week from SU"),
        ("{month: calendar}", "calendar month"),
        ("{hours: 24}", "24 hours"),
        ("{days: 1}, {hours: 24}", "1 local days, today included and 24 hours"),
    ],
)
def test_a_reading_is_told_in_words(law: Callable[..., Any], reading: str, text: str) -> None:
    values = f"at_most: 3, per: debt, within: [{reading}], calls: [busy, not_in_service]"
    found = told(law, "count", values)
    assert found["within"] == text
    assert set(found["counted"].split(", ")) == {"busy", "not_in_service"}


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("days: 7, day_one: excluded", "7 local days, full days after it"),
        ("hours: 72", "72 hours"),
        ("minutes: 90", "1.5 hours"),
    ],
)
def test_the_length_of_a_pause_is_told(law: Callable[..., Any], length: str, text: str) -> None:
    found = told(law, "pause", f"calls: [abandoned], per: line, {length}")
    assert found == {"after": "abandoned", "per": "line", "lasts": text}


# --- what a rule needs, and how far back it looks -----------------------------------------------------------

DAY = 86400


@pytest.mark.parametrize(
    ("kind", "values", "memory"),
    [
        ("count", "at_most: 3, per: debt, within: [{days: 7}], calls: all", 10 * DAY),
        ("count", "at_most: 3, per: debt, within: [{days: 7}, {days: 30}], calls: all", 33 * DAY),
        ("count", "at_most: 3, per: debt, within: [{week: MO}], calls: all", 34 * DAY),
        ("count", "at_most: 3, per: debt, within: [{hours: 24}], calls: all", 35 * DAY),
        ("count", "at_most: 0, per: debt, within: [{days: 7}], calls: all", None),
        ("count", "at_most: 1, per: debt, within: [{days: 7}], calls: all, after_first: conversation", None),
        ("pause", "calls: all, per: debt, days: 7, day_one: included", 10 * DAY),
        ("pause", "calls: all, per: debt, hours: 72", 3 * DAY + 1),
        ("pause", "calls: all, per: debt, minutes: 30", 1801),
        ("hold", "holds: [fraud]", None),
    ],
)
def test_a_rule_looks_back_so_far_and_no_further(
    law: Callable[..., Any], kind: str, values: str, memory: int | None
) -> None:
    """On the safe side of days of 25 hours, and of zones a day apart."""
    (rule,) = law(kind, values).gate.rulebook.rules()
    assert rule.memory_s == memory


def test_a_rule_that_does_not_say_which_events_move_it_may_be_moved_by_any(law: Callable[..., Any]) -> None:
    (rule,) = law("hold", "holds: [fraud]").gate.rulebook.rules()
    assert rule.events_mask == -1

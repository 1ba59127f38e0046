"""What a call may have played and recorded, decided at its launch."""

from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.call_handling import CallRecording
from compliance_gate.findings import Recording
from compliance_gate.request import Address, HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import EventKind, NumberRole, Outcome, Place, Tech
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.record import instant
from dialer.domain.voice import (
    AS_LAW,
    ApprovedText,
    PlannedVoice,
    RecordingPlan,
    SpokenText,
    Unserved,
    VoicemailPlan,
    VoicePlan,
    begins_by_itself,
    text_for,
)
from dialer.engine.calling.recorded_voice import may_be_abandoned, planned

NOW = 1_780_000_000.0
EVERYTHING = frozenset(Recording)
NOTHING: frozenset[Recording] = frozenset()
NUMBER = NumberOnFile(number="n1", role=NumberRole.OWN, country="US", regions=frozenset({"US-NY"}))
FILE = PersonFile(person="p1", addresses=(Address(country="US", region="NY"),), numbers=(NUMBER,))
LEAD = Lead(
    lead=LeadId("l1"),
    campaign=CampaignId("spring"),
    debt=DebtId("d1"),
    targets=(Target(person=PersonId("p1"), number=NumberId("n1")),),
)


def text(sound: str, *places: str, **more: Any) -> ApprovedText:
    return ApprovedText(
        sound=sound,
        version="1",
        words="Call 555 0199, or press 9.",
        call_back="+15550100199",
        approved_by="C. Officer",
        approved_on="2026-11-01",
        client=more.pop("client", "acme"),
        places=places,
        **more,
    )


def plan_for(voice: VoicePlan | None, **more: Any) -> CampaignSettings:
    return CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"), voice=voice, **more)


def what(
    voice: VoicePlan,
    *,
    file: PersonFile = FILE,
    lead: Lead = LEAD,
    may_play: frozenset[Recording] = EVERYTHING,
    **more: Any,
) -> PlannedVoice:
    found = planned(plan_for(voice, **more), file, lead, "n1", may_play, now=NOW)
    assert found is not None
    return found


DROP = VoicePlan(voicemail=VoicemailPlan(texts=(text("drop"),)))


def test_a_campaign_without_a_plan_leaves_it_to_the_telephone_system() -> None:
    assert planned(plan_for(None), FILE, LEAD, "n1", EVERYTHING, now=NOW) is None


def test_the_message_is_played_where_the_clearance_allows_it_and_nothing_where_not() -> None:
    plan = VoicePlan(messages=(text("sorry"),))
    assert what(plan).message == "sorry"
    denied = what(plan, may_play=frozenset())
    assert (denied.message, denied.unserved) == (None, Unserved.HANGUP)
    assert not may_be_abandoned(denied, frozenset())


def test_the_live_overflow_needs_no_leave_for_recorded_voice() -> None:
    voice = what(VoicePlan(unserved=Unserved.OVERFLOW), may_play=frozenset())
    assert voice.unserved is Unserved.OVERFLOW
    assert may_be_abandoned(voice, frozenset())


def test_a_text_for_the_place_goes_before_a_general_one() -> None:
    plan = VoicePlan(messages=(text("general"), text("new-york", "US-NY")))
    assert what(plan).message == "new-york"


def test_a_general_text_is_not_used_where_the_place_has_one_of_its_own() -> None:
    texts = (text("general"), text("massachusetts", "US-MA"))
    assert text_for(texts, ("US-MA", "US-NY")) is None
    assert text_for(texts, ("US-NY",)) == texts[0]


def test_a_text_for_a_country_serves_its_regions() -> None:
    assert text_for((text("country", "US"),), ("US-NY", "US-MA")) is not None
    assert text_for((text("country", "US"),), ("US-NY", "GB")) is None


def test_where_the_place_is_not_known_only_an_unbound_text_is_used() -> None:
    assert text_for((text("general"),), ("?",)) is not None
    assert text_for((text("general"), text("new-york", "US-NY")), ("?",)) is None


@pytest.mark.parametrize(
    "role", [role for role in NumberRole if role is not NumberRole.OWN], ids=lambda role: role.value
)
def test_nothing_is_left_on_a_machine_that_is_not_the_person_s_own(role: NumberRole) -> None:
    file = replace(FILE, numbers=(replace(NUMBER, role=role),))
    assert what(DROP).drop == "drop"
    assert what(DROP, file=file).drop is None


def test_nothing_is_left_on_a_machine_at_work() -> None:
    assert what(DROP, file=replace(FILE, numbers=(replace(NUMBER, place=Place.WORK),))).drop is None


def test_nothing_is_left_without_the_clearance_s_leave() -> None:
    assert what(DROP, may_play=EVERYTHING - {Recording.VOICEMAIL_DROP}).drop is None


def test_a_message_is_left_on_the_passes_that_the_plan_names() -> None:
    plan = VoicePlan(voicemail=VoicemailPlan(texts=(text("drop"),), on_passes=(2,)))
    assert what(plan).drop is None
    assert what(plan, lead=replace(LEAD, passes=1)).drop == "drop"


@pytest.mark.parametrize(
    ("outcome", "tech", "days_ago", "drop"),
    [
        (Outcome.AMD_MACHINE, Tech.PRERECORDED_VOICE, 3.0, None),
        (Outcome.VOICEMAIL_LIMITED_CONTENT, None, 3.0, None),
        (Outcome.AMD_MACHINE, Tech.PRERECORDED_VOICE, 8.0, "drop"),
        (Outcome.AMD_MACHINE, None, 3.0, "drop"),
        (Outcome.NO_ANSWER, None, 3.0, "drop"),
    ],
)
def test_only_so_many_messages_are_left_in_so_many_days(
    outcome: Outcome, tech: Tech | None, days_ago: float, drop: str | None
) -> None:
    at = instant(NOW - days_ago * 86_400.0)
    earlier = HistoryEntry(entry="a", at=at, event=EventKind.CALL_PLACED, outcome=outcome, tech=tech)
    assert what(DROP, file=replace(FILE, history=(earlier,))).drop == drop


@pytest.mark.parametrize(("ago_s", "drop"), [(-1.0, None), (0.0, None), (1.0, "drop")])
def test_seven_days_are_seven_times_twenty_four_hours_to_the_second(ago_s: float, drop: str | None) -> None:
    at = instant(NOW - 7 * 86_400.0 - ago_s)
    left = HistoryEntry(entry="a", at=at, event=EventKind.RINGLESS_VOICEMAIL)
    assert what(DROP, file=replace(FILE, history=(left,))).drop == drop


@pytest.mark.parametrize(("left", "drop"), [(1, "drop"), (2, None)])
def test_a_campaign_that_allows_two_messages_leaves_two(left: int, drop: str | None) -> None:
    plan = VoicePlan(voicemail=VoicemailPlan(texts=(text("drop"),), at_most=2))
    entries = tuple(
        HistoryEntry(entry=f"m{i}", at=instant(NOW - 3600.0), event=EventKind.RINGLESS_VOICEMAIL)
        for i in range(left)
    )
    assert what(plan, file=replace(FILE, history=entries)).drop == drop


def test_detection_leaves_it_only_when_it_is_on_and_an_agent_always_may() -> None:
    assert not what(DROP).drop_on_detection
    assert what(DROP, detection=DetectionMode.ON).drop_on_detection


RECORDED = VoicePlan(
    recording=RecordingPlan(notices=(text("recording", seconds=1.2),), notice_in=("US-CA", "GB"))
)


def test_where_everybody_must_know_the_announcement_comes_first() -> None:
    californian = replace(FILE, addresses=(Address(country="US", region="CA"),))
    voice = what(RECORDED, file=californian)
    assert (voice.notice, voice.record) == ("recording", True)


def test_where_one_may_record_without_it_nothing_is_announced() -> None:
    voice = what(RECORDED)
    assert (voice.notice, voice.record) == (None, True)


def test_whose_place_is_not_known_is_told() -> None:
    unknown = replace(FILE, addresses=(Address(country=None),))
    assert what(RECORDED, file=unknown).notice == "recording"


def test_a_needed_announcement_that_may_not_be_played_means_no_recording() -> None:
    californian = replace(FILE, addresses=(Address(country="US", region="CA"),))
    voice = what(RECORDED, file=californian, may_play=frozenset())
    assert (voice.notice, voice.record) == (None, False)


def test_a_needed_announcement_that_nobody_approved_means_no_recording() -> None:
    voice = what(VoicePlan(recording=RecordingPlan()))
    assert (voice.notice, voice.record) == (None, False)


def said(words: str) -> SpokenText:
    return SpokenText(
        version="2", words=words, approved_by="C. Officer", approved_on="2026-11-01", client="acme"
    )


@pytest.mark.parametrize(
    ("may_record", "may_play", "got"),
    [
        (CallRecording.FREELY, EVERYTHING, (None, True, "", False)),
        (CallRecording.WITH_BEEP, EVERYTHING, ("recording", True, "", False)),
        (CallRecording.AFTER_NOTICE, EVERYTHING, ("recording", True, "", False)),
        (CallRecording.AFTER_NOTICE, NOTHING, (None, False, "It is recorded.", False)),
        (CallRecording.AFTER_CONSENT, EVERYTHING, (None, False, "May we record?", True)),
        (CallRecording.NEVER, EVERYTHING, (None, False, "", False)),
        (None, EVERYTHING, (None, True, "", False)),
    ],
)
def test_how_a_call_is_recorded_follows_from_its_clearance(
    may_record: CallRecording | None, may_play: frozenset[Recording], got: tuple[object, ...]
) -> None:
    """The campaign itself asks for no notice in New York; it never makes a call looser than its clearance."""
    plan = RecordingPlan(
        notices=(text("recording", seconds=1.2),),
        spoken=(said("It is recorded."),),
        asked=(said("May we record?"),),
        notice_in=(AS_LAW,),
    )
    settings = plan_for(VoicePlan(recording=plan))
    found = planned(settings, FILE, LEAD, "n1", may_play, now=NOW, may_record=may_record)
    assert found is not None
    assert (found.notice, found.record, found.spoken, found.asks) == got


def test_a_campaign_may_announce_where_the_law_does_not_ask_for_it() -> None:
    plan = VoicePlan(recording=RecordingPlan(notices=(text("recording", seconds=1.2),)))
    found = planned(plan_for(plan), FILE, LEAD, "n1", EVERYTHING, now=NOW, may_record=CallRecording.FREELY)
    assert found is not None
    assert (found.notice, found.record) == ("recording", True)


def test_where_consent_is_needed_and_no_question_is_approved_nothing_is_recorded() -> None:
    plan = RecordingPlan(notices=(text("recording", seconds=1.2),), spoken=(said("It is recorded."),))
    found = planned(
        plan_for(VoicePlan(recording=plan)),
        FILE,
        LEAD,
        "n1",
        EVERYTHING,
        now=NOW,
        may_record=CallRecording.AFTER_CONSENT,
    )
    assert found is not None
    assert (found.notice, found.record, found.spoken) == (None, False, "")


@pytest.mark.parametrize(
    ("may_record", "notice", "begins"),
    [
        (None, None, True),
        (CallRecording.FREELY, None, True),
        (CallRecording.WITH_BEEP, None, False),
        (CallRecording.AFTER_NOTICE, None, False),
        (CallRecording.AFTER_NOTICE, "told", True),
        (CallRecording.AFTER_CONSENT, "told", False),
        (CallRecording.NEVER, "told", False),
    ],
)
def test_the_telephone_system_begins_only_what_the_clearance_lets_begin(
    may_record: CallRecording | None, notice: str | None, begins: bool
) -> None:
    assert begins_by_itself(True, notice, may_record) is begins
    assert not begins_by_itself(False, notice, may_record)


@pytest.mark.parametrize(
    ("voice", "more", "says"),
    [
        (VoicePlan(messages=(text("sorry", client="other"),)), {}, "another client"),
        (VoicePlan(recording=RecordingPlan(notices=(text("n", seconds=1.8),))), {}, "leaves no time"),
        (VoicePlan(recording=RecordingPlan(notices=(text("n"),))), {}, "how many seconds"),
        (
            VoicePlan(recording=RecordingPlan(notices=(text("n", seconds=1.0),))),
            {"detection": DetectionMode.ADVISORY},
            "do not fit",
        ),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(voice: VoicePlan, more: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidFactError, match=says):
        plan_for(voice, **more)


@pytest.mark.parametrize(
    ("words", "says"),
    [("Call 555 0199.", "opts out"), ("Press 9.", "call back"), ("Call 555 0198, or press 9.", "call back")],
)
def test_a_message_says_how_to_opt_out_and_whom_to_call(words: str, says: str) -> None:
    with pytest.raises(InvalidFactError, match=says):
        VoicePlan(messages=(replace(text("sorry"), words=words),))


def test_more_messages_than_the_house_allows_are_refused() -> None:
    with pytest.raises(InvalidFactError, match="house"):
        VoicemailPlan(texts=(), at_most=3)


def test_a_text_that_nobody_approved_is_refused() -> None:
    with pytest.raises(InvalidFactError, match="approved_by"):
        replace(text("drop"), approved_by="")


def test_a_campaign_without_a_plan_to_record_records_nothing_and_announces_nothing() -> None:
    found = what(VoicePlan(messages=(text("sorry"),)))
    assert (found.record, found.notice) == (False, None)

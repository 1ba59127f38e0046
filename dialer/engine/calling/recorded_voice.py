"""What a call may have played and recorded: the campaign's approved texts, as far as its clearance allows.

Decided at the launch, from where the person may be; the telephone system then needs no word from us to keep
to it. What is not surely allowed is left out: no text for the place, no message; a number that may be heard
by others, no drop; an announcement that may not be played, and no text for the agent to say, no recording;
everybody's consent, and no question for the agent to ask, no recording.
"""

from compliance_gate.call_handling import CallRecording
from compliance_gate.findings import Recording
from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import EventKind, NumberRole, Outcome, Place, Tech
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.ids import NumberId
from dialer.domain.lead import Lead
from dialer.domain.voice import (
    EVERYWHERE,
    NOWHERE_KNOWN,
    PlannedVoice,
    RecordingPlan,
    SpokenText,
    Unserved,
    VoicemailPlan,
    VoicePlan,
    covers,
    text_for,
)

DAY_S = 86_400.0

_OTHERS_HEAR = frozenset({Place.WORK, Place.SCHOOL, Place.HOSPITAL, Place.PRISON})
_LEFT = frozenset({Outcome.VOICEMAIL_LEFT, Outcome.VOICEMAIL_LIMITED_CONTENT, Outcome.PRERECORDED_DELIVERED})


def planned(
    settings: CampaignSettings,
    file: PersonFile,
    lead: Lead,
    number: str,
    may_play: frozenset[Recording],
    *,
    now: float,
    may_record: CallRecording | None = None,
) -> PlannedVoice | None:
    """What one call gets; None where the campaign has no plan.

    Args:
        may_play, may_record: what the call's clearance allows.
        now: POSIX seconds of the launch.
    """
    plan = settings.voice
    if plan is None:
        return None
    called = next((known for known in file.numbers if known.number == number), NumberOnFile(number=number))
    places = places_of(file, called)
    message = None
    if Recording.ABANDONMENT_MESSAGE in may_play:
        message = text_for(plan.messages, places)
    drop = None
    if plan.voicemail is not None and Recording.VOICEMAIL_DROP in may_play:
        drop = _drop(plan.voicemail, file, lead, called, places, now)
    may_announce = Recording.RECORDED_NOTICE in may_play
    notice, records, spoken = _notice(plan.recording, places, may_announce, may_record)
    detects = settings.detection is DetectionMode.ON
    return PlannedVoice(
        unserved=_unserved(plan, message is not None),
        message=None if message is None else message.sound,
        drop=drop,
        drop_on_detection=detects
        and drop is not None
        and plan.voicemail is not None
        and plan.voicemail.by_detection,
        notice=notice,
        record=records,
        spoken="" if spoken is None else spoken.words,
        spoken_version="" if spoken is None else spoken.version,
        asks=spoken is not None and may_record is CallRecording.AFTER_CONSENT,
    )


def places_of(file: PersonFile, called: NumberOnFile) -> tuple[str, ...]:
    """Register names of everywhere the person may be, sorted; `NOWHERE_KNOWN` for what is not placed."""
    found: set[str] = set(called.regions)
    if not called.regions and called.country is not None:
        found.add(called.country)
    for address in file.addresses:
        found.add(_name(address.country, address.region))
    if file.known_location is not None:
        found.add(_name(file.known_location.country, file.known_location.region))
    return tuple(sorted(found)) or (NOWHERE_KNOWN,)


def _name(country: str | None, region: str | None) -> str:
    if country is None:
        return NOWHERE_KNOWN
    return country if region is None else f"{country}-{region}"


def may_hear_no_notice(
    plan: VoicePlan | None, file: PersonFile, number: NumberId, may_record: CallRecording | None
) -> bool:
    """Whether somebody may be recorded who was told nothing: by the law of their place, and the campaign."""
    recording = None if plan is None else plan.recording
    if recording is None or may_record is not CallRecording.FREELY:
        return False
    called = next((known for known in file.numbers if known.number == number), NumberOnFile(number=number))
    return not _is_told(recording, places_of(file, called), may_record)


def may_be_abandoned(voice: PlannedVoice | None, may_play: frozenset[Recording]) -> bool:
    """Whether the call may be placed without an agent held for it: somebody who answers hears something."""
    if voice is None:
        return Recording.ABANDONMENT_MESSAGE in may_play
    return voice.unserved is not Unserved.HANGUP


def _unserved(plan: VoicePlan, has_message: bool) -> Unserved:
    if plan.unserved is Unserved.MESSAGE and not has_message:
        return Unserved.HANGUP
    return plan.unserved


def _drop(
    plan: VoicemailPlan,
    file: PersonFile,
    lead: Lead,
    called: NumberOnFile,
    places: tuple[str, ...],
    now: float,
) -> str | None:
    """The text to leave on a machine at this number on this attempt; None = none."""
    if called.role is not NumberRole.OWN or called.place in _OTHERS_HEAR:
        return None
    if plan.on_passes and lead.passes + 1 not in plan.on_passes:
        return None
    since = now - plan.within_days * DAY_S
    left = sum(1 for entry in file.history if entry.at.timestamp() >= since and _was_left(entry))
    if left >= plan.at_most:
        return None
    text = text_for(plan.texts, places)
    return None if text is None else text.sound


def _was_left(entry: HistoryEntry) -> bool:
    """Whether a message was left on a machine, or may have been."""
    on_machine = entry.outcome is Outcome.AMD_MACHINE and entry.tech is Tech.PRERECORDED_VOICE
    return on_machine or entry.outcome in _LEFT or entry.event is EventKind.RINGLESS_VOICEMAIL


def _is_told(plan: RecordingPlan, places: tuple[str, ...], may_record: CallRecording | None) -> bool:
    """Whether everybody on the line must know: the law wants it, or the campaign does."""
    return (
        may_record in (CallRecording.AFTER_NOTICE, CallRecording.WITH_BEEP)
        or EVERYWHERE in plan.notice_in
        or NOWHERE_KNOWN in places
        or any(covers(plan.notice_in, place) for place in places)
    )


def _notice(
    plan: RecordingPlan | None,
    places: tuple[str, ...],
    may_announce: bool,
    may_record: CallRecording | None,
) -> tuple[str | None, bool, SpokenText | None]:
    """(announcement, whether recording begins by itself, what the agent must say before it does)."""
    if plan is None or may_record is CallRecording.NEVER:
        return None, False, None
    if may_record is CallRecording.AFTER_CONSENT:
        return None, False, text_for(plan.asked, places)
    if not _is_told(plan, places, may_record):
        return None, True, None
    text = text_for(plan.notices, places) if may_announce else None
    if text is not None:
        return text.sound, True, None
    return None, False, text_for(plan.spoken, places)

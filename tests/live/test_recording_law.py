"""What the law says of recording, from the person's address through gate and plan to the file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from floor import Floor
from lab.laboratory import Laboratory, voices_folder
from sound import read_closed, until_recorded, until_written
from speech import likeness

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.call_handling import CallHandling, CallRecording
from compliance_gate.findings import Recording
from compliance_gate.request import Address, Consent, Debt, NumberOnFile, PersonFile, ProposedContact
from compliance_gate.words import ConsentScope, GivenTo, NumberKind, NumberRole
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import StartRecording
from dialer.domain.events import CallAnswered, CallBridged, RecordingBegan, VoicePlayed
from dialer.domain.ids import AttemptId, CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.voice import AS_LAW, ApprovedText, PlannedVoice, RecordingPlan, SpokenText, VoicePlan
from dialer.engine.calling.recorded_voice import planned
from telephony.asterisk.recordings import finish

NOON = datetime(2026, 12, 1, 19, tzinfo=UTC)
ZONES = {"NY": "America/New_York", "WA": "America/Los_Angeles", "PA": "America/New_York"}
SAID = SpokenText(
    version="1", words="May I record this call?", approved_by="C", approved_on="2026-11-01", client="acme"
)
NOTICE = ApprovedText(
    sound="recording",
    version="1",
    words="This call is recorded.",
    approved_by="C",
    approved_on="2026-11-01",
    client="acme",
    seconds=1.2,
)
SETTINGS = CampaignSettings(
    campaign=CampaignId("law"),
    client=ClientId("acme"),
    voice=VoicePlan(
        recording=RecordingPlan(notices=(NOTICE,), spoken=(SAID,), asked=(SAID,), notice_in=(AS_LAW,))
    ),
)


def cleared(region: str) -> tuple[CallHandling, frozenset[Recording], PlannedVoice]:
    """What the sample's law, read by the gate, and the engine's plan make of a call to somebody there."""
    zones = frozenset({ZONES[region]})
    consent = Consent(
        at=datetime(2026, 11, 1, tzinfo=UTC), scope=ConsentScope.PRERECORDED, given_to=GivenTo.COLLECTOR
    )
    file = PersonFile(
        person="p",
        addresses=(Address(country="US", region=region, city="Spokane", zones=zones),),
        numbers=(
            NumberOnFile(
                number="n", kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=zones, dnc_checked=True
            ),
        ),
        debts=(Debt(debt="d"),),
        consents=(consent,),
    )
    request = ContactRequest(
        person=PreparedPerson(file), proposed=ProposedContact(number="n", debts=("d",)), max_ring_s=22.0
    )
    clearance = ComplianceGate(sample_rulebook()).evaluate(request, at=NOON).clearance
    assert clearance is not None
    lead = Lead(
        lead=LeadId("l"),
        campaign=SETTINGS.campaign,
        debt=DebtId("d"),
        targets=(Target(person=PersonId("p"), number=NumberId("n")),),
    )
    voice = planned(
        SETTINGS,
        file,
        lead,
        "n",
        clearance.may_play,
        now=NOON.timestamp(),
        may_record=clearance.handling.recording,
    )
    assert voice is not None
    return clearance.handling, clearance.may_play, voice


async def talked(floor: Floor, region: str) -> tuple[AttemptId, float]:
    """A call to a person there that an agent takes; its attempt, and when it was answered."""
    handling, may_play, voice = cleared(region)
    attempt = await floor.call("050", may_play=may_play, voice=voice, handling=handling)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    return attempt, answered.answered_at


async def test_a_call_to_a_one_party_place_is_recorded_from_the_answer(
    floor: Floor, laboratory: Laboratory
) -> None:
    assert cleared("NY")[0].recording is CallRecording.FREELY
    agent = await floor.agent("cora", "toneseat")
    attempt, _answered_at = await talked(floor, "NY")
    await floor.wait(RecordingBegan, attempt=attempt)  # though nobody is joined yet
    raw = laboratory.recordings / f"{attempt}.raw"
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await until_recorded(raw, 2.0)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    await until_written(laboratory, raw)
    assert not floor.of(attempt, VoicePlayed)
    line = finish(laboratory.recordings, attempt, now=floor.now())
    assert line is not None
    assert line.seconds >= 2.0


async def test_a_call_to_an_all_party_place_is_not_recorded_before_the_notice_was_heard(
    floor: Floor, laboratory: Laboratory
) -> None:
    """The announcement takes more than a second, and no file is there while it is spoken."""
    assert cleared("WA")[0].recording is CallRecording.AFTER_NOTICE
    attempt, answered_at = await talked(floor, "WA")
    raw = laboratory.recordings / f"{attempt}.raw"
    while floor.now() - answered_at < 0.8:
        assert not raw.exists()
        assert not floor.of(attempt, RecordingBegan)
        await asyncio.sleep(0.05)
    heard = await floor.wait(VoicePlayed, attempt=attempt)
    assert (heard.recording, heard.complete) == (Recording.RECORDED_NOTICE, True)
    await floor.wait(RecordingBegan, attempt=attempt)
    assert floor.now() - answered_at > 1.0
    await floor.hang_up(attempt)
    await floor.over(attempt)
    assert (
        likeness(await read_closed(laboratory.heard / "person.wav"), voices_folder() / "recording.wav") > 0.8
    )


async def test_where_everybody_must_agree_nothing_is_recorded_until_the_agent_says_that_they_did(
    floor: Floor, laboratory: Laboratory
) -> None:
    handling, _may_play, voice = cleared("PA")
    assert handling.recording is CallRecording.AFTER_CONSENT
    assert (voice.notice, voice.record, voice.spoken, voice.asks) == (None, False, SAID.words, True)
    agent = await floor.agent("bert", "toneseat")
    attempt, _answered_at = await talked(floor, "PA")
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(1.0)
    assert not (laboratory.recordings / f"{attempt}.raw").exists()
    await floor.system.perform(StartRecording(attempt=attempt, agent=agent))
    await floor.wait(RecordingBegan, attempt=attempt)
    await floor.hang_up(attempt)
    await floor.over(attempt)


@pytest.mark.parametrize("may_record", [CallRecording.AFTER_NOTICE, CallRecording.NEVER])
async def test_a_switch_that_is_looser_than_the_clearance_records_nothing(
    floor: Floor, laboratory: Laboratory, may_record: CallRecording
) -> None:
    """A plan that would record from the answer, under a clearance that does not let it."""
    handling = CallHandling(recording=may_record)
    attempt = await floor.call("050", voice=PlannedVoice(record=True), handling=handling)
    await floor.wait(CallAnswered, attempt=attempt)
    await asyncio.sleep(1.0)
    assert not floor.of(attempt, RecordingBegan)
    assert not (laboratory.recordings / f"{attempt}.raw").exists()
    await floor.hang_up(attempt)
    await floor.over(attempt)

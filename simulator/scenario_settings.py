"""A scenario adapted, and the settings that its campaign has: the same rehearsed and on a simulated floor."""

from collections.abc import Mapping
from dataclasses import replace

from compliance_gate.words import PersonRole
from dialer.domain.caller_id import CallerIdPool, OwnedNumber
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.limited_content import LimitedContent
from dialer.domain.third_party import OutsideLine
from dialer.domain.voice import (
    MOST_DROPS,
    OPT_OUT_KEY,
    ApprovedText,
    RecordingPlan,
    SpokenText,
    VoicemailPlan,
    VoicePlan,
)
from simulator.plans import RecordingsPlan
from simulator.scenario import Scenario

OUTSIDE_LINE = "attorney"
"""What agents choose the scenario's outside line by."""

POOL = "ours"
"""Name of the pool of the campaign's numbers."""
_CALL_BACK_NUMBER = "+12025550100"


def campaign_settings(scenario: Scenario, *, campaign: CampaignId, client: ClientId) -> CampaignSettings:
    """The campaign of the scenario, for as many agents as it has. Nothing ends it."""
    plan, agents = scenario.campaign, scenario.agents.count
    return CampaignSettings(
        campaign=campaign,
        client=client,
        time_zone=scenario.shift.time_zone,
        policy=plan.policy,
        policy_parameters=dict(plan.policy_parameters),
        pacing_interval_s=plan.pacing_interval_s,
        abandonment_limit=plan.abandonment_limit,
        abandonment_target=plan.abandonment_target,
        answer_limit_s=plan.answer_limit_s,
        bridge_margin_s=plan.bridge_margin_s,
        ring_s=plan.ring_s,
        detection=DetectionMode(plan.detection),
        lines=max(1, round(plan.lines_per_agent * agents)),
        launches_per_second=plan.launches_per_second,
        hopper_size=max(10, round(plan.hopper_per_agent * agents)),
        rest_s=dict(plan.rest_s),
        max_passes=plan.max_passes,
        inbound_queue=plan.inbound_queue,
        caller_id_pool=POOL if plan.caller_ids else "",
        outside_lines=_outside_lines(plan.outside_line),
        voice=None if plan.recordings is None else _voice(plan.recordings, client, plan.caller_ids),
    )


def owned_numbers(scenario: Scenario) -> tuple[OwnedNumber, ...]:
    """The numbers of ours that the campaign shows, as they are declared."""
    zone = scenario.shift.time_zone
    return tuple(
        OwnedNumber(number=number, calls_back_to="the floor", time_zone=zone)
        for number in scenario.campaign.caller_ids
    )


def caller_id_pools(scenario: Scenario, *, client: ClientId) -> tuple[CallerIdPool, ...]:
    """The pool that the campaign names."""
    numbers = scenario.campaign.caller_ids
    return (CallerIdPool(pool=POOL, client=client, numbers=numbers),) if numbers else ()


def _outside_lines(number: str) -> tuple[OutsideLine, ...]:
    if not number:
        return ()
    role = PersonRole.CONSUMER_ATTORNEY
    return (OutsideLine(name=OUTSIDE_LINE, number=number, role=role, zones=("America/New_York",)),)


def _voice(plan: RecordingsPlan, client: ClientId, shown: tuple[str, ...]) -> VoicePlan:
    """Texts that nobody approved, for people who do not exist."""
    call_back = shown[0] if shown else _CALL_BACK_NUMBER
    parts = LimitedContent(business="Made Up Services", persons=("Robin Smith",), numbers=(call_back,))
    asks = f"Hello, this is Robin Smith with Made Up Services. Please call me back at {call_back}."
    words = f"Nobody is free. Call {call_back}, or press {OPT_OUT_KEY} not to be called again."
    message = _text("made-up-message", words, client, call_back=call_back)
    drop = replace(_text("made-up-drop", asks, client, seconds=plan.drop_s), limited=parts)
    notice = _text("made-up-notice", "This call is recorded.", client, seconds=plan.notice_s)
    voicemail = VoicemailPlan(
        texts=(drop,),
        at_most=MOST_DROPS,
        by_detection=plan.drop_by_detection,
        by_agent=plan.drop_by_agent,
    )
    return VoicePlan(
        unserved=plan.unserved,
        messages=(message,),
        voicemail=voicemail if plan.drop_s else None,
        recording=_recording(plan, notice, client) if plan.notice_s else None,
    )


def _recording(plan: RecordingsPlan, notice: ApprovedText, client: ClientId) -> RecordingPlan:
    spoken = SpokenText(
        version="1", words=notice.words, approved_by="nobody", approved_on="2026-01-01", client=client
    )
    asked = replace(spoken, words="May this call be recorded?")
    said = plan.is_notice_spoken
    return RecordingPlan(notices=(notice,), spoken=(spoken,) if said else (), asked=(asked,) if said else ())


def _text(
    sound: str, words: str, client: ClientId, *, seconds: float = 0.0, call_back: str = ""
) -> ApprovedText:
    return ApprovedText(
        sound=sound,
        version="1",
        words=words,
        approved_by="nobody",
        approved_on="2026-01-01",
        client=client,
        seconds=seconds,
        call_back=call_back,
    )


def adapted(
    scenario: Scenario,
    *,
    policy: str | None = None,
    policy_parameters: Mapping[str, float] | None = None,
    agents: int | None = None,
    hours: float | None = None,
) -> Scenario:
    """The scenario with other agents, hours or pacing. Another policy drops the parameters of the first."""
    campaign, plan, shift = scenario.campaign, scenario.agents, scenario.shift
    if policy is not None and policy != campaign.policy:
        campaign = replace(campaign, policy=policy, policy_parameters={})
    if policy_parameters is not None:
        campaign = replace(campaign, policy_parameters=dict(policy_parameters))
    if agents is not None:
        plan = replace(plan, count=agents)
    if hours is not None:
        shift = replace(shift, hours=hours)
    return replace(scenario, campaign=campaign, agents=plan, shift=shift)

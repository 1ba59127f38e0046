"""A scenario adapted, and the settings that its campaign has: the same rehearsed and on a simulated floor."""

from collections.abc import Mapping
from dataclasses import replace

from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.ids import CampaignId, ClientId
from simulator.scenario import Scenario


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

"""The question that an engine puts to the gate, put again about an instant that is past."""

from dataclasses import replace
from datetime import datetime

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.findings import GateDecision
from compliance_gate.request import ProposedContact
from compliance_gate.words import Action, Mode, Purpose, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import silent_within_s
from dialer.engine.handling import ring_s


def proposed_contact(
    settings: CampaignSettings | None,
    *,
    number: str | None,
    debts: tuple[str, ...],
    action: Action = Action.PLACE_CALL,
    tech: Tech | None = None,
    mode: Mode | None = None,
) -> ProposedContact:
    """A contact as a campaign would propose it; None = no campaign was set up."""
    return ProposedContact(
        action=action,
        number=number,
        debts=debts,
        purpose=Purpose.COLLECTION if settings is None else settings.purpose,
        tech=tech,
        mode=mode,
        client=None if settings is None else settings.client,
        campaign=None if settings is None else settings.campaign,
        entity=None if settings is None else settings.entity,
    )


def asked_again(
    gate: ComplianceGate,
    person: PreparedPerson,
    proposed: ProposedContact,
    settings: CampaignSettings | None,
    *,
    at: datetime,
) -> GateDecision:
    """As the engine asks: where a call must ring longer than was asked, that must be lawful too."""
    rings = proposed.action is Action.PLACE_CALL and settings is not None
    longest = silent_within_s(settings.ring_s) if rings and settings is not None else 0.0
    request = ContactRequest(person=person, proposed=proposed, max_ring_s=longest)
    decision = gate.evaluate(request, at=at)
    if decision.clearance is None or settings is None or not rings:
        return decision
    most_s = silent_within_s(ring_s(settings, decision.clearance.handling))
    if most_s <= longest:
        return decision
    return gate.evaluate(replace(request, max_ring_s=most_s), at=at)

"""The question that an engine puts to the gate, put again about an instant that is past."""

from dataclasses import replace
from datetime import datetime

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, GateDecision
from compliance_gate.request import PersonFile, ProposedContact
from compliance_gate.words import Action, Mode, Purpose, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import silent_within_s
from dialer.domain.record import instant


def proposed_contact(
    settings: CampaignSettings | None,
    *,
    number: str | None,
    debts: tuple[str, ...],
    action: Action = Action.PLACE_CALL,
    tech: Tech | None = None,
    mode: Mode | None = None,
    joins: str | None = None,
) -> ProposedContact:
    """A contact as a campaign would propose it; None = no campaign was set up.

    Args:
        joins: the attempt into whose talk another number of the person is called.
    """
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
        joins=joins,
    )


def asked_again(
    gate: ComplianceGate,
    person: PreparedPerson,
    proposed: ProposedContact,
    *,
    at: datetime,
    rings_s: float | None,
    with_retry: bool = True,
) -> GateDecision:
    """As the engine asks: where a call must ring longer than was asked, that must be lawful too.

    Args:
        rings_s: seconds after which the campaign gives up; None = it rings nowhere, or that is not known.
        with_retry: whether the next instant is looked for as well.
    """
    is_call = proposed.action is Action.PLACE_CALL and rings_s is not None
    longest = silent_within_s(rings_s) if is_call and rings_s is not None else 0.0
    request = ContactRequest(person=person, proposed=proposed, max_ring_s=longest)
    decision = gate.evaluate(request, at=at, with_retry=with_retry)
    if decision.clearance is None or not is_call:
        return decision
    most_s = silent_within_s(max(rings_s or 0.0, decision.clearance.handling.shortest_ring_s or 0.0))
    if most_s <= longest:
        return decision
    return gate.evaluate(replace(request, max_ring_s=most_s), at=at, with_retry=with_retry)


def findings_again(
    book: Rulebook, file: PersonFile, proposed: ProposedContact, *, at: float, rings_s: float | None
) -> tuple[Finding, ...]:
    """What a rulebook says of a contact at a second (POSIX), rule by rule."""
    gate, person = ComplianceGate(book), PreparedPerson(file)
    return asked_again(gate, person, proposed, at=instant(at), rings_s=rings_s, with_retry=False).findings

"""Between the engine and the gate: a target becomes a question, asked at the moment of launch."""

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import GateDecision
from compliance_gate.request import ProposedContact
from compliance_gate.words import Action, Mode, Outcome, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import NumberId, PersonId
from dialer.engine.context import Context
from dialer.engine.state import CallRow

GUARANTEED_AFTER_ABANDONMENT_S = 72 * 3600.0
"""After somebody was abandoned once, their next call has an agent reserved for 72 hours (Ofcom's rule for GB,
ours everywhere)."""


class Clearing:
    """Asks the gate. Never remembers an answer: a clearance is for one attempt, now."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def ask(
        self, settings: CampaignSettings, person: PersonId, number: NumberId, debt: str, *, guaranteed: bool
    ) -> GateDecision:
        """Every rule, for one number of one person about one debt, at this instant."""
        request = ContactRequest(
            person=self._context.prepared_person(person),
            proposed=ProposedContact(
                action=Action.PLACE_CALL,
                number=number,
                debts=(debt,),
                purpose=settings.purpose,
                tech=Tech.MANUAL_LIVE if guaranteed else Tech.PREDICTIVE_LIVE,
                mode=Mode.PREVIEW_AGENT_GUARANTEED if guaranteed else Mode.PREDICTIVE,
                client=settings.client,
                campaign=settings.campaign,
            ),
            max_ring_s=settings.ring_s,
        )
        return self._context.gate.evaluate(request, at=self._context.instant())

    def still_allowed(self, call: CallRow) -> bool:
        """Whether a call that rings would be cleared now; the attempt itself is not held against it."""
        settings = self._context.state.campaigns[call.launch.campaign].settings
        row = call.launch
        decision = self.ask(settings, row.person, row.number, row.debts[0], guaranteed=row.is_guaranteed)
        return decision.clearance is not None

    def was_abandoned_lately(self, person: PersonId) -> bool:
        """Whether any call to this person was abandoned within the last 72 hours."""
        since = self._context.instant().timestamp() - GUARANTEED_AFTER_ABANDONMENT_S
        for entry in reversed(self._context.state.persons[person].file.history):
            if entry.outcome is Outcome.ABANDONED and entry.at.timestamp() >= since:
                return True
        return False

    def zones(self, person: PersonId) -> tuple[str, ...]:
        """IANA zones in which the gate believes the person may be now, sorted."""
        prepared = self._context.prepared_person(person)
        return tuple(sorted(zone.name for zone in prepared.zone_set(int(self._context.now)).zones))

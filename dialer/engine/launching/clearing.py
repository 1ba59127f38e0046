"""Between the engine and the gate: a target becomes a question, asked at the moment of launch."""

from dataclasses import replace
from datetime import datetime, timedelta

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import Finding, GateDecision, Verdict
from compliance_gate.request import HistoryEntry, ProposedContact
from compliance_gate.words import Action, Mode, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import silent_within_s
from dialer.domain.ids import NumberId, PersonId
from dialer.engine.context import Context
from dialer.engine.handling import ring_s
from dialer.engine.state import CallRow

READ_WITHIN = timedelta(seconds=5)
"""After so long a line whose past was not read is looked at again; a floor reads it in half a second."""

_LINE_READ = "A line is asked about with what happened on it, whoever was called"


class Clearing:
    """Asks the gate. Never remembers an answer: a clearance is for one attempt, now."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def ask(
        self,
        settings: CampaignSettings,
        person: PersonId,
        number: NumberId,
        debt: str,
        *,
        guaranteed: bool,
        joins: HistoryEntry | None = None,
    ) -> GateDecision:
        """Every rule, for one number of one person about one debt, at this instant.

        Args:
            joins: the talk with the person into which the number is called. It is not on their file before it
                is over, and counts all the same.
        """
        self._context.concerned = person
        prepared = self._context.prepared_person(person)
        request = ContactRequest(
            person=prepared if joins is None else prepared.with_entry(joins),
            proposed=ProposedContact(
                action=Action.PLACE_CALL,
                number=number,
                debts=(debt,),
                purpose=settings.purpose,
                tech=Tech.MANUAL_LIVE if guaranteed else Tech.PREDICTIVE_LIVE,
                mode=Mode.PREVIEW_AGENT_GUARANTEED if guaranteed else Mode.PREDICTIVE,
                client=settings.client,
                campaign=settings.campaign,
                entity=settings.entity,
                joins=None if joins is None else joins.entry,
            ),
            max_ring_s=silent_within_s(settings.ring_s),
        )
        decision = self.evaluate(settings, request)
        self._context.concerned = None
        return decision

    def evaluate(self, settings: CampaignSettings, request: ContactRequest) -> GateDecision:
        """Any contact, at this instant. Where it must ring longer than was asked, that must be lawful too."""
        gate, at = self._context.gate, self._context.instant()
        decision = gate.evaluate(request, at=at)
        row = self._context.state.persons.get(PersonId(request.person.file.person))
        if row is not None and request.proposed.number in row.unread:
            return _not_read(request.proposed.number, decision, at)
        if decision.clearance is None:
            return decision
        most_s = silent_within_s(ring_s(settings, decision.clearance.handling))
        if most_s <= request.max_ring_s:
            return decision
        return gate.evaluate(replace(request, max_ring_s=most_s), at=at)

    def still_allowed(self, call: CallRow) -> bool:
        """Whether a call that rings would be cleared now; the attempt itself is not held against it."""
        settings = self._context.state.campaigns[call.launch.campaign].settings
        row = call.launch
        if row.person in self._context.state.quarantined:
            return False
        decision = self.ask(settings, row.person, row.number, row.debts[0], guaranteed=row.is_guaranteed)
        return decision.clearance is not None

    def zones(self, person: PersonId) -> tuple[str, ...]:
        """IANA zones in which the gate believes the person may be now, sorted."""
        prepared = self._context.prepared_person(person)
        return tuple(sorted(zone.name for zone in prepared.zone_set(int(self._context.now)).zones))


def _not_read(number: str | None, decision: GateDecision, at: datetime) -> GateDecision:
    """Unknown is not nothing: a line's past that is not read yet may hold anything."""
    facts = (("number", number or "not said"), ("what happened on it", "not read yet"))
    denial = Finding("gate-line-read", Verdict.DENIED, _LINE_READ, facts)
    soon = at + READ_WITHIN
    retry_at = soon if decision.clearance is not None else decision.retry_at and max(decision.retry_at, soon)
    return replace(
        decision, findings=(*decision.findings, denial), clearance=None, retry_at=retry_at, wants_agent=False
    )

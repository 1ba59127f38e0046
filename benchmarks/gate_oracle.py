"""The gate against a law read by other hands, on random histories.

    python -m benchmarks.gate_oracle --histories 100000 --processes 2

Each proposal of a history is decided by both. A call the gate lets go becomes part of the history, as it
would on a floor. Counted are calls the gate allowed and the auditor calls unlawful (there must be none),
and calls the auditor finds lawful that the gate denied, each by the rule that denied (at most one in two
hundred).
"""

from __future__ import annotations

import argparse
import json
import sys
import time as clock
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from zoneinfo import reset_tzpath

from benchmarks.gate_histories import History, make_history
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.auditor import (
    AuditedConsent,
    AuditedContact,
    AuditedNumber,
    AuditedPerson,
    AuditedRequest,
    AuditedSuppression,
    HoursOfWeek,
    HouseLimits,
    Judgement,
    Medium,
    Proposal,
    Reading,
    judge,
)
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import GateDecision, Layer
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    TimeBlock,
)
from compliance_gate.words import (
    ConsentScope,
    DebtType,
    Direction,
    EventKind,
    GivenTo,
    HoldKind,
    Mode,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    Profile,
    Purpose,
    RequestKind,
    Tech,
    Weekday,
)
from compliance_gate.words import Medium as GateMedium

EVENTS = {
    (Medium.CALL, False): EventKind.CALL_PLACED,
    (Medium.CALL, True): EventKind.CALL_RECEIVED,
    (Medium.VOICEMAIL_WITHOUT_RINGING, False): EventKind.RINGLESS_VOICEMAIL,
    (Medium.TEXT, False): EventKind.SMS,
    (Medium.EMAIL, False): EventKind.EMAIL,
    (Medium.LETTER, False): EventKind.LETTER,
}
WEEKDAYS = tuple(Weekday)
MOST_LAWFUL_DENIED = 0.005


def number_of(number: AuditedNumber) -> NumberOnFile:
    kinds = {True: NumberKind.MOBILE, False: NumberKind.LANDLINE, None: NumberKind.UNKNOWN}
    return NumberOnFile(
        number=number.number,
        kind=kinds[number.is_mobile],
        role=NumberRole(number.role),
        place=None if number.place is None else Place(number.place),
        zones=number.zones,
        country="US",
        dnc_checked=True,
    )


def entry_of(contact: AuditedContact, name: str) -> HistoryEntry:
    known = contact.outcome is not None and contact.medium is Medium.CALL
    return HistoryEntry(
        entry=name,
        at=contact.at,
        event=EVENTS[contact.medium, contact.inbound],
        direction=Direction.INBOUND if contact.inbound else Direction.OUTBOUND,
        outcome=Outcome(contact.outcome) if known else None,
        debts=contact.debts,
        conversation_debts=contact.spoken_debts,
        number=contact.number,
        purpose=Purpose(contact.purpose),
        tech=Tech.PRERECORDED_VOICE if contact.recorded else None,
        person=None if contact.reached is None else PersonRole(contact.reached),
    )


def consent_of(consent: AuditedConsent) -> Consent:
    hours = consent.hours
    return Consent(
        at=consent.at,
        scope=ConsentScope(consent.scope),
        given_to=GivenTo.COLLECTOR if consent.to_collector else GivenTo.CREDITOR,
        debts=consent.debts,
        number=consent.number,
        valid_on=consent.only_on,
        valid_until=consent.last_day,
        window=None if hours is None else TimeBlock(days=frozenset(Weekday), start=hours[0], until=hours[1]),
        revoked_at=consent.withdrawn_at,
    )


def block_of(hours: HoursOfWeek) -> TimeBlock:
    return TimeBlock(
        days=frozenset(WEEKDAYS[day] for day in hours.weekdays), start=hours.start, until=hours.until
    )


def request_of(request: AuditedRequest) -> PersonRequest:
    return PersonRequest(
        at=request.at,
        type=RequestKind(request.kind),
        debts=request.debts,
        number=request.number,
        medium=None if request.medium is None else GateMedium(request.medium),
        place=None if request.place is None else Place(request.place),
        blocks=tuple(map(block_of, request.avoid)),
        only=tuple(map(block_of, request.only)),
        until=request.last_day,
        received=request.received,
        withdrawn_at=request.withdrawn_at,
    )


def hold_of(hold: AuditedSuppression) -> Hold:
    return Hold(kind=HoldKind(hold.kind), since=hold.since, until=hold.until, debts=hold.debts)


def file_of(person: AuditedPerson) -> PersonFile:
    """The same person in the gate's words."""
    return PersonFile(
        person=person.person,
        role=PersonRole(person.role),
        addresses=tuple(Address(country="US", zones=zones) for zones in person.address_zones),
        numbers=tuple(map(number_of, person.numbers)),
        debts=tuple(
            Debt(
                debt=debt.debt,
                type=DebtType.STUDENT_LOAN if debt.is_student_loan else DebtType.CREDIT_CARD,
                servicer_account=debt.servicer_account,
            )
            for debt in person.debts
        ),
        history=tuple(entry_of(contact, f"H{place}") for place, contact in enumerate(person.contacts)),
        consents=tuple(map(consent_of, person.consents)),
        requests=tuple(map(request_of, person.requests)),
        holds=tuple(map(hold_of, person.suppressions)),
    )


class Gates:
    """The gate with the house's policy, for every other history, and by law alone: its limits hide the
    law's.
    """

    def __init__(self) -> None:
        self.with_house = ComplianceGate(standard_rulebook())
        self.law_only = ComplianceGate(standard_rulebook(), layers={Layer.LAW})


@dataclass(slots=True)
class Tally:
    """What came out. `unlawful` keeps the first few, to be looked at."""

    decisions: int = 0
    lawful: int = 0
    allowed: int = 0
    unlawful_allows: int = 0
    lawful_denied: Counter[str] = field(default_factory=Counter[str])
    unlawful: list[str] = field(default_factory=list[str])
    denied: list[str] = field(default_factory=list[str])

    @property
    def share_denied(self) -> float | None:
        """Share of the lawful calls that were denied, 0-1; `None` when none was lawful."""
        return None if self.lawful == 0 else sum(self.lawful_denied.values()) / self.lawful

    def add(self, other: Tally) -> None:
        """Join another process's tally."""
        self.decisions += other.decisions
        self.lawful += other.lawful
        self.allowed += other.allowed
        self.unlawful_allows += other.unlawful_allows
        self.lawful_denied += other.lawful_denied
        self.unlawful = (self.unlawful + other.unlawful)[:10]
        self.denied = (self.denied + other.denied)[:20]


def decide(
    gate: ComplianceGate, prepared: PreparedPerson, proposal: Proposal, history: History
) -> GateDecision:
    """The gate's answer to one proposal."""
    proposed = ProposedContact(
        number=proposal.number,
        debts=proposal.debts,
        purpose=Purpose(proposal.purpose),
        tech=Tech.PRERECORDED_VOICE if proposal.recorded else None,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if proposal.agent_guaranteed else None,
    )
    request = ContactRequest(
        person=prepared,
        proposed=proposed,
        profile=Profile.STRICT,
        max_ring_s=history.max_ring_s,
        packs=("US-federal", *sorted(history.person.regions)),
    )
    return gate.evaluate(request, at=proposal.at, with_retry=False)


def run_history(gates: Gates, seed: int, number: int, tally: Tally) -> None:
    """Decide one history by both and tally where they part."""
    history, outcomes = make_history(seed, number)
    person = history.person
    house = HouseLimits() if number % 2 == 0 else None
    reading = Reading(max_ring_s=history.max_ring_s, house=house)
    gate = gates.with_house if number % 2 == 0 else gates.law_only
    prepared = PreparedPerson(file_of(person))
    for place, (proposal, outcome) in enumerate(zip(history.proposals, outcomes, strict=True)):
        judgement = judge(person, proposal, reading)
        decision = decide(gate, prepared, proposal, history)
        where = f"history {number} at {proposal.at.isoformat()} on {proposal.number}"
        compare(where, judgement, decision, tally)
        if decision.is_allowed:
            placed = AuditedContact(
                at=proposal.at,
                outcome=outcome,
                number=proposal.number,
                debts=proposal.debts,
                recorded=proposal.recorded,
                purpose=proposal.purpose,
            )
            person = replace(person, contacts=(*person.contacts, placed))
            prepared = prepared.with_entry(entry_of(placed, f"L{place}"))


def compare(where: str, judgement: Judgement, decision: GateDecision, tally: Tally) -> None:
    """Count one decision and, where gate and auditor part, keep it."""
    tally.decisions += 1
    tally.lawful += judgement.lawful
    tally.allowed += decision.is_allowed
    if decision.is_allowed and not judgement.lawful:
        tally.unlawful_allows += 1
        reasons = "; ".join(f"{reason.rule}: {reason.found}" for reason in judgement.reasons)
        tally.unlawful.append(f"{where}: {reasons}")
        del tally.unlawful[20:]
    if judgement.lawful and not decision.is_allowed:
        rules = "+".join(sorted(finding.rule for finding in decision.denials))
        tally.lawful_denied[rules] += 1
        if len(tally.denied) < 20:
            tally.denied.append(f"{where}: {rules}")


def run(seed: int, first: int, count: int) -> Tally:
    """Decide `count` histories from number `first` on."""
    reset_tzpath(to=())
    gates = Gates()
    tally = Tally()
    for number in range(first, first + count):
        run_history(gates, seed, number, tally)
    return tally


def main() -> int:
    """Run the comparison; exit status 1 if a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    began = clock.perf_counter()
    each = -(-wanted.histories // (wanted.processes * 10))
    total = Tally()
    with ProcessPoolExecutor(wanted.processes) as pool:
        starts = range(0, wanted.histories, each)
        sizes = [min(each, wanted.histories - start) for start in starts]
        for tally in pool.map(run, [wanted.seed] * len(sizes), starts, sizes):
            total.add(tally)
    seconds = clock.perf_counter() - began
    report(total, wanted.histories, seconds, as_json=wanted.json)
    share = total.share_denied
    return int(total.unlawful_allows > 0 or share is None or share > MOST_LAWFUL_DENIED)


def report(total: Tally, histories: int, seconds: float, *, as_json: bool) -> None:
    """Print the figures, each kind of needless denial by name."""
    figures = {
        "histories": histories,
        "decisions": total.decisions,
        "lawful": total.lawful,
        "allowed": total.allowed,
        "unlawful_allows": total.unlawful_allows,
        "lawful_denied": sum(total.lawful_denied.values()),
        "lawful_denied_share": total.share_denied,
        "lawful_denied_by_rule": dict(total.lawful_denied.most_common()),
        "wall_s": round(seconds, 1),
        "unlawful": total.unlawful,
        "denied": total.denied,
    }
    if as_json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        if isinstance(value, list):
            print(name, *value, sep="\n  ")
        else:
            print(f"{name:24} {value}")


if __name__ == "__main__":
    sys.exit(main())

"""How many contacts a second the gate decides on one core.

`python benchmarks/gate.py [--million]`: evaluate (every finding kept, US federal + state + city + house +
client layers, 90 days of history). Medians over repeats of processor time (the machine may be shared), warm
caches.
"""

import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import rulebook_with, standard_rulebook, with_sample_signature
from compliance_gate.request import Address, Debt, HistoryEntry, NumberOnFile, PersonFile, ProposedContact
from compliance_gate.words import DebtType, EventKind, NumberKind, NumberRole, Outcome

NOW = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
CLIENT = """
pack: client-acme
title: Contract of a client
client: acme
signed_by: compliance officer
dated: 2026-11-22
rules:
  - rule: acme-five
    kind: count
    what: At most five attempts in seven days
    unit: attempts per person
    citation: contract, clause 4
    checked: policy
    checked_on: 2026-11-22
    effective: {from: 2022-01-01}
    scope: {actions: [place_call]}
    values: {at_most: 5, per: household, within: [{days: 7}], calls: all, events: [ringless_voicemail]}
"""


def person(index: int, *, entries: int = 45, on_line: int = 0) -> PersonFile:
    """A person in New York City with a second zone, two debts and one entry every two days; `on_line` more on
    the mobile for somebody else who has it, on the days between.
    """
    history = tuple(
        HistoryEntry(
            entry=f"{index}-{i}",
            at=NOW - timedelta(days=2 * i + 2, minutes=index % 60),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.NO_ANSWER,
            debts=("D1",) if i % 2 else ("D2",),
            number="+12125550123",
        )
        for i in reversed(range(entries))
    )
    others = tuple(
        HistoryEntry(
            entry=f"L{index}-{i}",
            at=NOW - timedelta(days=2 * i + 3, minutes=index % 60),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.NO_ANSWER,
            number="+12125550123",
        )
        for i in reversed(range(on_line))
    )
    return PersonFile(
        person=f"P{index}",
        addresses=(
            Address(country="US", region="NY", city="New York City", zones=frozenset({"America/New_York"})),
        ),
        numbers=(
            NumberOnFile(
                number="+12125550123",
                kind=NumberKind.MOBILE,
                role=NumberRole.OWN,
                zones=frozenset({"America/New_York"}),
            ),
            NumberOnFile(
                number="+13035550123",
                kind=NumberKind.LANDLINE,
                role=NumberRole.OWN,
                zones=frozenset({"America/Denver"}),
            ),
        ),
        debts=(Debt(debt="D1", type=DebtType.CREDIT_CARD), Debt(debt="D2", type=DebtType.MEDICAL)),
        history=history,
        line_history=others,
    )


def rate(label: str, count: int, work: Callable[[], object], repeats: int = 5) -> None:
    """Print the median rate of `count` decisions done by `work`."""
    rates: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        rates.append(count / (time.process_time() - start))
    print(f"{label:<58} {statistics.median(rates):>12,.0f} a second")


def decide_many(count: int) -> int:
    """Decide about `count` persons, each indexed anew, ten entries of history; how many were denied."""
    gate = ComplianceGate(with_sample_signature(rulebook_with([("client/acme.yaml", CLIENT)])))
    proposed = ProposedContact(number="+12125550123", debts=("D1",), client="acme")
    files = [person(i, entries=10) for i in range(1000)]
    denied = 0
    for start in range(0, count, 1000):
        denied += sum(
            not gate.evaluate(
                ContactRequest(person=PreparedPerson(file), proposed=proposed), at=NOW, with_retry=False
            ).is_allowed
            for file in files[: min(1000, count - start)]
        )
    return denied


def decide_a_million() -> None:
    """Decide about a million persons in two processes, wall time."""
    start = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(decide_many, [500_000, 500_000]))
    print(f"1,000,000 persons decided in two processes: {time.perf_counter() - start:.1f} s")


def main() -> None:
    """Run all benchmarks."""
    if "--million" in sys.argv:
        decide_a_million()
        return
    gate = ComplianceGate(with_sample_signature(rulebook_with([("client/acme.yaml", CLIENT)])))
    proposed = ProposedContact(number="+12125550123", debts=("D1",), client="acme")
    files = [person(i) for i in range(500)]
    requests = [
        ContactRequest(person=PreparedPerson(file), proposed=proposed, max_ring_s=25) for file in files
    ]
    decision = gate.evaluate(requests[0], at=NOW)
    print(f"{len(decision.findings)} findings, cleared: {decision.is_allowed}, denials: {decision.denials}")
    rate("evaluate, prepared", 500, lambda: [gate.evaluate(r, at=NOW) for r in requests])
    shared = [
        ContactRequest(person=PreparedPerson(person(i, on_line=45)), proposed=proposed, max_ring_s=25)
        for i in range(500)
    ]
    assert gate.evaluate(shared[0], at=NOW).is_allowed
    rate("evaluate, prepared, with line histories", 500, lambda: [gate.evaluate(r, at=NOW) for r in shared])
    later = NOW + timedelta(hours=12)
    rate("evaluate, denied with retry_at", 500, lambda: [gate.evaluate(r, at=later) for r in requests])
    short = [person(i, entries=4) for i in range(500)]
    rate(
        "evaluate, prepared anew, 4 entries",
        500,
        lambda: [
            gate.evaluate(ContactRequest(person=PreparedPerson(f), proposed=proposed), at=NOW) for f in short
        ],
    )
    rate("with_entry", 500, lambda: [r.person.with_entry(files[0].history[-1]) for r in requests])
    federal = ComplianceGate(standard_rulebook())
    packs = ("US-federal",)
    plain = [ContactRequest(person=PreparedPerson(f), proposed=proposed, packs=packs) for f in files]
    rate("evaluate, US federal and house", 500, lambda: [federal.evaluate(r, at=NOW) for r in plain])


if __name__ == "__main__":
    main()

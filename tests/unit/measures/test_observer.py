"""Steps become rows: of an attempt the last word stands; every state, promise and denial is kept."""

from dataclasses import replace
from typing import Any

from compliance_gate.findings import Finding, Layer, Verdict
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    Command,
    StoreAgentState,
    StoreAttempt,
    StoreDenial,
    StoreDisposition,
    StoreOutcome,
    StorePacing,
    StorePromise,
)
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.ports import JournalEntry
from dialer.measures.observer import ShiftObserver

CAMPAIGN = CampaignId("c")


def observed(*steps: tuple[float, Command]) -> ShiftObserver:
    observer = ShiftObserver()
    for sequence, (now, command) in enumerate(steps, start=1):
        entry = JournalEntry(sequence=sequence, now=now, event=TimeReached(), commands=(command,))
        observer.take(entry)
    return observer


def state(name: AgentState) -> StoreAgentState:
    return StoreAgentState(agent=AgentId("anna"), campaign=CAMPAIGN, state=name.value)


def test_the_last_record_of_an_attempt_stands(rows: Any) -> None:
    launched = rows.attempt(ended=None, outcome=None)
    over = rows.talk(DispositionKind.PROMISE_TO_PAY)
    over = replace(over, attempt=launched.attempt)
    observer = observed((1.0, StoreAttempt(record=launched, findings=())), (9.0, StoreOutcome(record=over)))
    records = observer.records(starts_at=0, ends_at=10)
    assert [a.outcome for a in records.attempts] == [Outcome.CONNECTED]
    assert (observer.steps, observer.first_at, observer.last_at) == (2, 1.0, 9.0)


def test_states_become_spans_up_to_the_end() -> None:
    observer = observed((1.0, state(AgentState.AVAILABLE)), (4.0, state(AgentState.TALKING)))
    spans = observer.records(starts_at=0, ends_at=10).agent_spans
    assert [(s.state, s.started_at, s.ended_at) for s in spans] == [
        (AgentState.AVAILABLE, 1, 4),
        (AgentState.TALKING, 4, 10),
    ]


def test_a_denial_keeps_the_rules_that_denied_and_where_they_stand() -> None:
    findings = (
        Finding("hours", Verdict.DENIED, "12 CFR 1006.6(b)(1)(i)"),
        Finding("seven", Verdict.CLEARED, "12 CFR 1006.14(b)(2)"),
        Finding("house", Verdict.DENIED, "policy 4", layer=Layer.HOUSE),
    )
    denial = StoreDenial(
        lead=LeadId("l"),
        person=PersonId("p"),
        number=NumberId("n"),
        at=2.0,
        findings=findings,
        retry_at=None,
        rulebook="abc",
    )
    observer = observed((2.0, denial))
    assert [d.rules for d in observer.records(starts_at=0, ends_at=10).denials] == [("hours", "house")]
    assert observer.citations == {"hours": ("12 CFR 1006.6(b)(1)(i)", "law"), "house": ("policy 4", "house")}
    assert list(observer.rulebooks) == ["abc"]


def test_promises_and_pacing_are_kept_with_their_instant() -> None:
    promise = StorePromise(attempt=AttemptId("a"), person=PersonId("p"), debts=(), amount=None, due_at=None)
    pacing = StorePacing(campaign=CAMPAIGN, pool=(), launches=2, launched=1, reason="two are free", terms=())
    observer = observed((3.0, promise), (4.0, pacing))
    assert observer.records(starts_at=0, ends_at=10).promises[0].at == 3.0
    assert observer.pacing == [(4.0, pacing)]


def test_a_promise_that_was_corrected_counts_once_or_not_at_all() -> None:
    """The first row stayed, and the sum that was promised had both."""

    def promise(attempt: str, cents: int) -> StorePromise:
        return StorePromise(
            attempt=AttemptId(attempt), person=PersonId("p"), debts=(), amount=Money(cents=cents), due_at=None
        )

    def said(attempt: str, kind: DispositionKind) -> StoreDisposition:
        return StoreDisposition(attempt=AttemptId(attempt), disposition=Disposition(kind=kind))

    observer = observed(
        (3.0, promise("a", 5_000)),
        (3.0, promise("b", 700)),
        (4.0, promise("c", 90)),
        (60.0, promise("a", 6_000)),
        (60.0, said("a", DispositionKind.PROMISE_TO_PAY)),
        (61.0, said("b", DispositionKind.REFUSED_TO_PAY)),
    )
    made = observer.records(starts_at=0, ends_at=100).promises
    assert [(row.attempt, row.amount) for row in made] == [("c", Money(cents=90)), ("a", Money(cents=6_000))]

"""What the store says of a person is what the engine would know had it held the file all along."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Layer
from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.whereabouts import packaged_tables
from compliance_gate.words import (
    ConsentScope,
    EventKind,
    GivenTo,
    HoldKind,
    Institution,
    Mode,
    NumberKind,
    NumberRole,
    PersonRole,
    RequestKind,
)
from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.facts import FactEvent, change_of_event
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    Command,
    RestLead,
    StoreAttempt,
    StoreConsent,
    StoreHold,
    StoreOutcome,
    StoreRequest,
)
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    Event,
    HoldLifted,
    HoldPlaced,
    InboundConversation,
    PaymentReceived,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
    TimeReached,
)
from dialer.domain.fact_events import (
    AccountHeld,
    ContactRecorded,
    HistoryAttested,
    LimitationFound,
    LineKindFound,
    LocationTold,
    NoticeRecorded,
)
from dialer.domain.facts import FactChange
from dialer.domain.ids import PersonId
from dialer.domain.money import Money
from dialer.domain.ports import JournalEntry
from dialer.domain.record import instant
from dialer.intake.telephones import e164_of
from dialer.storage.database.statements import insert_rows
from dialer.storage.database.tables import facts
from dialer.storage.database.tables import leads as leads_table
from dialer.storage.placements import news
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.rehearsal import RehearsalWriter


def write(floor: Any, *entries: JournalEntry) -> None:
    with RehearsalWriter(floor.store) as writer:
        for entry in entries:
            writer.append(entry)


def file_of(floor: Any, person: str) -> PersonFile:
    return floor.store.person_files([person], now=floor.now)[person]


def two_people_with_one_number(floor: Any) -> tuple[PersonId, PersonId]:
    floor.place(
        floor.account("A1", ref="ann", numbers=[floor.number(1), floor.number(2)]),
        floor.account("A2", ref="bob", numbers=[floor.number(2, NumberRole.SHARED)]),
    )
    ids = floor.store.identifiers
    return ids.person("acme", "ann"), ids.person("acme", "bob")


def apply_all(file: PersonFile, *events: FactEvent, now: float) -> PersonFile:
    for event in events:
        change = change_of_event(event, now=now)
        if change is not None and change.binds(file):
            file = change.apply(file)
    return file


def test_every_kind_of_fact_comes_back_as_the_engine_applies_it(floor: Any) -> None:
    ann, bob = two_people_with_one_number(floor)
    before = {person: file_of(floor, person) for person in (ann, bob)}
    ids = floor.store.identifiers
    at = instant(floor.now)
    shared, debt = ids.number("+12125550102"), ids.debt("acme", "A1")
    events: tuple[FactEvent, ...] = (
        RequestReceived(person=ann, request=PersonRequest(at=at, type=RequestKind.STOP_CALLING)),
        RequestReceived(
            person=ann, request=PersonRequest(at=at, type=RequestKind.STOP_NUMBER, number=shared)
        ),
        ConsentGiven(person=bob, consent=Consent(at=at, scope=ConsentScope.CALL)),
        HoldPlaced(person=bob, hold=Hold(kind=HoldKind.VULNERABILITY, since=at)),
        HoldPlaced(person=ann, hold=Hold(kind=HoldKind.DECEASED, since=at)),
        HoldLifted(person=ann, kind=HoldKind.DECEASED, by="compliance"),
        SuppressionAdded(scope=SuppressionScope.NUMBER, source="national", number=shared),
        SuppressionAdded(scope=SuppressionScope.PERSON, source="internal", person=bob),
        SuppressionAdded(scope=SuppressionScope.DEBT, source="client", debt=ids.debt("acme", "A2")),
        AccountRecalled(debt=debt),
        PaymentReceived(debt=debt, amount=Money(cents=100), settles=False),
        PaymentReceived(debt=debt, amount=Money(cents=9_900), settles=True),
        InboundConversation(person=ann, number=None, debts=(debt,)),
        NoticeRecorded(person=ann, notice=Notice(notice="n1", sent_on=at.date())),
        NoticeRecorded(person=ann, notice=Notice(notice="n1", sent_on=at.date(), returned_on=at.date())),
        ContactRecorded(person=bob, entry=HistoryEntry(entry="letter", at=at, event=EventKind.LETTER)),
        LocationTold(person=bob, location=KnownLocation(zones=frozenset({"America/Denver"}))),
        LimitationFound(debt=debt, ends=at.date()),
        LineKindFound(number=shared, kind=NumberKind.VOIP, found_on=at.date(), source="look-up"),
        AccountHeld(debt=debt, hold=Hold(kind=HoldKind.MANUAL, since=at, debts=(debt,), ends_by_source=True)),
        HistoryAttested(debt=debt, since=at.date(), by="Nora Officer", why="sent word", scope="client acme"),
    )
    write(floor, *(floor.step(event) for event in events))
    for person in (ann, bob):
        assert file_of(floor, person) == apply_all(before[person], *events, now=floor.now)
    assert any(request.type is RequestKind.STOP_NUMBER for request in file_of(floor, bob).requests)


def test_a_lift_of_manual_holds_leaves_entries_and_what_files_hold_also_in_older_stores(floor: Any) -> None:
    """Where they were kept as what somebody places by hand is."""
    _ann, bob = two_people_with_one_number(floor)
    debt, since = floor.store.identifiers.debt("acme", "A2"), instant(floor.now)
    by_hand = Hold(kind=HoldKind.MANUAL, since=since)
    entry = FactChange(debt=debt, hold=replace(by_hand, debts=(debt,), source="list"))
    of_file = FactChange(person=bob, hold=replace(by_hand, source="refused line 3 of import i: cease"))
    placed = FactChange(person=bob, hold=by_hand)
    rows = [
        row_of(entry, sequence=1, at=floor.now),
        row_of(of_file, sequence=0, at=floor.now, import_id="i"),
        row_of(placed, sequence=2, at=floor.now),
    ]
    for row in rows:
        row["body"] = str(row["body"]).replace(',"ends_by_source":false', "")
    floor.store.write(partial(insert_rows, table=facts, rows=rows))
    assert len(file_of(floor, bob).holds) == 3
    write(floor, floor.step(HoldLifted(person=bob, kind=HoldKind.MANUAL, by="compliance")))
    left = {hold.source for hold in file_of(floor, bob).holds}
    assert left == {"list", "refused line 3 of import i: cease"}


def test_a_request_for_a_shared_number_binds_whoever_gets_the_number_later(floor: Any) -> None:
    ids = floor.store.identifiers
    shared = ids.number("+12125550102")
    suppressed = SuppressionAdded(scope=SuppressionScope.NUMBER, source="internal", number=shared)
    write(floor, floor.step(suppressed))
    _ann, bob = two_people_with_one_number(floor)
    assert [request.type for request in file_of(floor, bob).requests] == [RequestKind.DO_NOT_CALL]


def test_a_fact_that_the_engine_repeats_as_a_command_is_kept_once(floor: Any) -> None:
    ann, _bob = two_people_with_one_number(floor)
    request = PersonRequest(at=instant(floor.now), type=RequestKind.STOP_CALLING)
    event: Event = RequestReceived(person=ann, request=request)
    write(floor, floor.step(event, StoreRequest(person=ann, request=request)))
    assert file_of(floor, ann).requests == (request,)


def test_facts_that_the_engine_decides_are_kept(floor: Any) -> None:
    ann, _bob = two_people_with_one_number(floor)
    at = instant(floor.now)
    request = PersonRequest(at=at, type=RequestKind.CEASE_COMMUNICATION)
    consent, hold = Consent(at=at, scope=ConsentScope.CALL_BACK), Hold(kind=HoldKind.BANKRUPTCY, since=at)
    write(
        floor,
        floor.step(
            TimeReached(),
            StoreRequest(person=ann, request=request),
            StoreConsent(person=ann, consent=consent),
            StoreHold(person=ann, hold=hold),
        ),
    )
    file = file_of(floor, ann)
    assert (file.requests, file.consents, file.holds) == ((request,), (consent,), (hold,))


def test_attempts_of_a_hundred_days_are_the_history_oldest_first(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    day = 86_400.0
    for name, days, outcome in (("t3", 1, Outcome.BUSY), ("t1", 101, Outcome.NO_ANSWER), ("t2", 99, None)):
        record = floor.record(name, lead, launched_at=floor.now - days * day)
        write(
            floor,
            floor.step(
                TimeReached(),
                StoreAttempt(record=record, findings=()),
                StoreOutcome(record=replace(record, outcome=outcome)),
            ),
        )
    history = file_of(floor, lead.targets[0].person).history
    assert [entry.entry for entry in history] == ["t2", "t3"]
    assert history[0].outcome is GateOutcome.NO_ANSWER, "a call without an outcome counts as placed"


def test_an_attempt_that_rang_nobody_is_no_history(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    record = floor.record("t1", lead, outcome=Outcome.NOT_ATTEMPTED, ended_at=floor.now)
    write(floor, floor.step(TimeReached(), StoreAttempt(record=record, findings=())))
    assert file_of(floor, lead.targets[0].person).history == ()


def test_a_number_found_wrong_or_dead_is_no_target_any_more(floor: Any) -> None:
    floor.place(floor.account("A1", numbers=[floor.number(1), floor.number(2), floor.number(3)]))
    (lead,) = floor.leads()
    wrong, dead, good = (target.number for target in lead.targets)
    request = PersonRequest(at=instant(floor.now), type=RequestKind.WRONG_NUMBER_LEARNED, number=wrong)
    record = floor.record("t1", lead, number=dead, outcome=Outcome.INVALID_NUMBER)
    write(
        floor,
        floor.step(
            TimeReached(),
            StoreRequest(person=lead.targets[0].person, request=request),
            StoreAttempt(record=record, findings=()),
        ),
    )
    (now,) = floor.leads()
    assert [target.number for target in now.targets] == [good]


def test_an_edited_file_replaces_the_placed_one_and_keeps_the_calls(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    person = lead.targets[0].person
    record = floor.record("t1", lead, outcome=Outcome.BUSY)
    write(floor, floor.step(TimeReached(), StoreAttempt(record=record, findings=())))
    added = floor.store.attach_number("+12125550177")
    before = file_of(floor, person)
    edited = replace(before, numbers=(NumberOnFile(number=added, role=NumberRole.OWN),), history=())
    write(floor, floor.step(PersonEdited(person=edited)))
    after = file_of(floor, person)
    assert after == replace(edited, history=before.history)
    assert [target.number for target in floor.leads()[0].targets] == [added]


def test_a_number_that_an_edit_gives_comes_with_what_happened_on_it_and_was_asked_for_it(
    floor: Any,
) -> None:
    """The running engine is told: a row is in the outbox until it was."""
    floor.place(floor.account("A1", ref="ann"), floor.account("A2", ref="ben"))
    leads = {lead.targets[0].person: lead for lead in floor.leads()}
    ann, ben = (floor.store.identifiers.person("acme", ref) for ref in ("ann", "ben"))
    line = leads[ben].targets[0].number
    record = floor.record("t1", leads[ben], number=line, outcome=Outcome.NO_ANSWER)
    asked = PersonRequest(at=instant(floor.now), type=RequestKind.STOP_NUMBER, number=line)
    write(
        floor,
        floor.step(
            TimeReached(),
            StoreAttempt(record=record, findings=()),
            StoreRequest(person=ben, request=asked),
        ),
    )
    before = file_of(floor, ann)
    assert (before.line_history, before.requests) == ((), ())
    edited = replace(before, numbers=(*before.numbers, NumberOnFile(number=line)))
    write(floor, floor.step(PersonEdited(person=edited)))
    after = file_of(floor, ann)
    assert [entry.entry for entry in after.line_history] == ["t1"]
    assert after.requests == (asked,)
    (row,) = floor.store.read(partial(news.oldest, most=10))
    assert row.person == ann


def test_the_kind_of_a_line_holds_for_everybody_who_has_it_and_wakes_their_resting_leads(
    floor: Any,
) -> None:
    """What was denied for want of the kind is looked at again; the later word holds."""
    ann, bob = two_people_with_one_number(floor)
    shared = floor.store.identifiers.number("+12125550102")
    leads = {lead.targets[0].person: lead for lead in floor.leads()}
    far = floor.now + 7 * 86_400
    rest = [RestLead(lead=each.lead, not_before=far, reason="kind?", passes=0) for each in leads.values()]
    write(floor, floor.step(TimeReached(), *rest))
    assert waits(floor) == {far}
    day = instant(floor.now).date()
    for kind, institution in ((NumberKind.MOBILE, None), (NumberKind.LANDLINE, Institution.PRISON)):
        found = LineKindFound(
            number=shared, kind=kind, found_on=day, source="carrier look-up", institution=institution
        )
        write(floor, floor.step(found))
    for person in (ann, bob):
        (line,) = [each for each in file_of(floor, person).numbers if each.number == shared]
        assert (line.kind, line.institution) == (NumberKind.LANDLINE, Institution.PRISON)
    assert waits(floor) == {0.0}


def waits(floor: Any) -> set[float]:
    """Until when each lead rests."""

    def read(connection: Connection) -> set[float]:
        return set(connection.scalars(select(leads_table.c.not_before)))

    found: set[float] = floor.store.read(read)
    return found


def test_a_consent_lets_the_persons_resting_leads_be_looked_at_again(floor: Any) -> None:
    floor.place(floor.account("A1", ref="ann"), floor.account("A2", ref="ann"))
    ann = floor.store.identifiers.person("acme", "ann")
    later = floor.now + 7 * 86_400
    rest = [
        RestLead(lead=floor.lead_id("A1"), not_before=later, reason="seven", passes=0),
        RestLead(
            lead=floor.lead_id("A2"), not_before=later, reason="call back", passes=0, reserve_agent=True
        ),
    ]
    write(floor, floor.step(TimeReached(), *rest))
    consent = Consent(at=instant(floor.now), scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR)
    write(floor, floor.step(ConsentGiven(person=ann, consent=consent)))
    found = {lead.lead: lead.not_before for lead in floor.leads()}
    assert found == {floor.lead_id("A1"): None, floor.lead_id("A2"): later}


def test_a_recalled_account_has_no_lead_any_more(floor: Any) -> None:
    floor.place(floor.account("A1"), floor.account("A2"))
    write(floor, floor.step(AccountRecalled(debt=floor.store.identifiers.debt("acme", "A1"))))
    assert [lead.lead for lead in floor.leads()] == [floor.lead_id("A2")]


def test_of_someone_abandoned_the_gate_is_told_and_wants_an_agent_for_three_days(floor: Any) -> None:
    """The store keeps no number of its own for it: the file it gives is what the rule is asked about."""
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    record = floor.record("t1", lead, outcome=Outcome.ABANDONED, launched_at=floor.now)
    write(floor, floor.step(TimeReached(), StoreAttempt(record=record, findings=())))
    target = lead.targets[0]
    file = file_of(floor, target.person)
    gate = ComplianceGate(sample_rulebook(), layers=[Layer.HOUSE])
    proposed = ProposedContact(number=target.number, debts=(lead.debt,), mode=Mode.PREDICTIVE)

    def wants_agent(after: float) -> bool:
        request = ContactRequest(person=PreparedPerson(file), proposed=proposed)
        return gate.evaluate(request, at=instant(floor.now + after)).wants_agent

    assert not floor.leads()[0].reserve_agent
    assert wants_agent(72 * 3600 - 1)
    assert not wants_agent(72 * 3600)


def test_roles_and_days_past_due_are_those_of_today(floor: Any) -> None:
    since = (instant(floor.now) - timedelta(days=40)).date()
    account = replace(floor.account("A1", role=PersonRole.JOINT_DEBTOR), delinquent_since=since)
    floor.place(account)
    (debt,) = file_of(floor, floor.store.identifiers.person("acme", "of-A1")).debts
    assert (debt.days_past_due, debt.person_role, debt.client) == (40, PersonRole.JOINT_DEBTOR, "acme")


def test_somebody_unknown_has_an_empty_file(floor: Any) -> None:
    assert file_of(floor, "p-nobody") == PersonFile(person="p-nobody")


def test_a_file_can_be_seen_as_it_was_at_an_earlier_instant(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    person = lead.targets[0].person
    before = file_of(floor, person)
    request = PersonRequest(at=instant(floor.now + 60), type=RequestKind.STOP_CALLING)
    record = floor.record("t1", lead, launched_at=floor.now + 30)
    write(
        floor,
        floor.step(TimeReached(), StoreAttempt(record=record, findings=()), at=floor.now + 30),
        floor.step(RequestReceived(person=person, request=request), at=floor.now + 60),
    )
    seen = {
        seconds: floor.store.person_files([person], now=floor.now, until=floor.now + seconds)[person]
        for seconds in (0, 30, 31, 60)
    }
    assert seen[0] == before
    assert seen[30] == before, "a call is not held against itself"
    assert (len(seen[31].history), seen[31].requests) == (1, ())
    assert seen[60] == file_of(floor, person)
    assert seen[60].requests == (request,)


def test_roles_numbers_and_addresses_are_those_of_the_instant_asked_for(floor: Any) -> None:
    """A later file that changes them does not change what an earlier decision went by."""
    since = (instant(floor.now) - timedelta(days=40)).date()
    first = replace(floor.account("A1", role=PersonRole.GUARANTOR), delinquent_since=since)
    floor.place(first)
    person = floor.store.identifiers.person("acme", "of-A1")
    before = file_of(floor, person)
    day = 86_400.0
    began, floor.now = floor.now, floor.now + 10 * day
    floor.place(replace(first, person=replace(first.person, role=PersonRole.CONSUMER)), sha256="g")
    floor.place(floor.account("B1"), sha256="h")
    changed_at, floor.now = floor.now, floor.now + day

    def seen(at: float) -> PersonFile:
        return floor.store.person_files([person], now=at, until=at)[person]

    assert seen(began) == before
    earlier, later = seen(changed_at - day), seen(changed_at)
    assert [debt.person_role for debt in earlier.debts] == [PersonRole.GUARANTOR]
    assert [debt.person_role for debt in later.debts] == [PersonRole.CONSUMER]
    assert [debt.days_past_due for debt in (*earlier.debts, *later.debts)] == [49, 50]
    assert seen(floor.now) == file_of(floor, person)


# --- lines --------------------------------------------------------------------------------------------------


def test_what_happened_on_a_line_is_in_the_file_of_everybody_else_who_has_it(floor: Any) -> None:
    """Attempts by their rows and conversations by their facts, without a word of what they were about."""
    ann, bob = two_people_with_one_number(floor)
    ids = floor.store.identifiers
    shared, own = ids.number("+12125550102"), ids.number("+12125550101")
    lead = next(lead for lead in floor.leads() if lead.targets[0].person == ann)
    calls = {
        "t1": (shared, Outcome.ABANDONED, floor.now),
        "t2": (shared, Outcome.NOT_ATTEMPTED, floor.now + 1),
        "t3": (own, Outcome.NO_ANSWER, floor.now + 2),
    }
    commands: list[Command] = []
    for name, (number, outcome, at) in calls.items():
        record = floor.record(name, lead, outcome=outcome, launched_at=at)
        commands += [StoreAttempt(record=replace(record, person=ann, number=number), findings=())]
    write(floor, floor.step(TimeReached(), *commands))
    called_us = InboundConversation(person=ann, number=shared, debts=(lead.debt,))
    write(floor, floor.step(called_us))
    assert file_of(floor, ann).line_history == ()
    told = file_of(floor, bob).line_history
    assert sorted((entry.event.value, entry.number) for entry in told) == [
        ("call_placed", shared),
        ("call_received", shared),
    ]
    assert {entry.debts for entry in told} == {None}
    both = floor.store.person_files([ann, bob], now=floor.now)
    assert both == {ann: file_of(floor, ann), bob: file_of(floor, bob)}
    before = floor.store.person_files([bob], now=floor.now, until=floor.now)[bob]
    assert [entry.event.value for entry in before.line_history] in ([], ["call_received"])


def test_a_number_in_another_notation_is_the_same_line(floor: Any) -> None:
    """A line is its number in E.164, however it was written."""
    ids = floor.store.identifiers
    tables = packaged_tables()
    written = ("(212) 555-0102", "1 212 555 0102", "+1-212-555-0102", "212.555.0102")
    assert {ids.number(e164_of(text, tables, country="US")) for text in written} == {
        ids.number("+12125550102")
    }


def test_who_is_given_a_line_later_is_given_its_past(floor: Any) -> None:
    """It was called for another before; the five minutes and the 72 hours are the line's."""
    floor.place(floor.account("A1", ref="ann", numbers=[floor.number(2)]))
    (lead,) = floor.leads()
    record = floor.record("t1", lead, outcome=Outcome.ABANDONED, launched_at=floor.now)
    write(floor, floor.step(TimeReached(), StoreAttempt(record=record, findings=())))
    floor.place(floor.account("A2", ref="bob", numbers=[floor.number(2)]), sha256="later")
    file = file_of(floor, floor.store.identifiers.person("acme", "bob"))
    assert [entry.entry for entry in file.line_history] == ["t1"]
    gate = ComplianceGate(sample_rulebook(), layers=[Layer.HOUSE])
    proposed = ProposedContact(number=lead.targets[0].number, mode=Mode.PREDICTIVE)

    def denied(after: float) -> set[str]:
        request = ContactRequest(person=PreparedPerson(file), proposed=proposed)
        decision = gate.evaluate(request, at=instant(floor.now + after))
        return {f.rule for f in decision.denials} & {"house-no-rapid-redial", "house-line-after-abandoned"}

    assert denied(299.0) == {"house-no-rapid-redial", "house-line-after-abandoned"}
    assert denied(300.0) == denied(72 * 3600 - 1) == {"house-line-after-abandoned"}
    assert denied(72 * 3600) == set()


def test_what_was_asked_of_an_institution_s_line_binds_who_asked(floor: Any) -> None:
    """A placement says what kind of line it is; it may be said later, and nobody takes it back."""
    prison = replace(floor.number(2), institution=Institution.PRISON)
    floor.place(
        floor.account("A1", ref="ann", numbers=[floor.number(2)]),
        floor.account("A2", ref="bob", numbers=[prison]),
    )
    floor.place(floor.account("A3", ref="cat", numbers=[floor.number(2)]), sha256="later")
    ids = floor.store.identifiers
    ann, bob, cat = (ids.person("acme", name) for name in ("ann", "bob", "cat"))
    line = ids.number("+12125550102")
    stop = PersonRequest(at=instant(floor.now), type=RequestKind.STOP_NUMBER, number=line)
    write(floor, floor.step(RequestReceived(person=bob, request=stop)))
    assert [file_of(floor, person).requests for person in (ann, bob, cat)] == [(), (stop,), ()]
    assert {file_of(floor, person).numbers[0].institution for person in (ann, bob, cat)} == {
        Institution.PRISON
    }

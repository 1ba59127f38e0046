"""What must hold for every person, history and instant, whatever the law says in detail."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import Layer
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
    EventKind,
    GivenTo,
    HoldKind,
    Medium,
    NumberKind,
    Outcome,
    PersonRole,
    Place,
    Profile,
    RequestKind,
    Tech,
    Weekday,
)

NOTICES = {rule.header.rule: rule.header.kind == "notice" for rule in standard_rulebook().rules()}
FULL = ComplianceGate(standard_rulebook())
LAW = ComplianceGate(standard_rulebook(), layers=(Layer.LAW,))

# Around both changes of the clock in America, and in summer; Guam is a day ahead of New York. Half of the
# instants are in the middle of an American day, so that not everything is denied for the hour alone.
STARTS = (
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 6, 10, tzinfo=UTC),
)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Any second of three days, or one of eight hours of an American day."""
    start = draw(st.sampled_from(STARTS))
    if draw(st.booleans()):
        return start + timedelta(seconds=draw(st.integers(0, 3 * 86400)))
    return start + timedelta(days=draw(st.integers(0, 3)), hours=16, seconds=draw(st.integers(0, 8 * 3600)))


ZONES = st.sampled_from(
    [*["America/New_York"] * 4, "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Guam"]
)
NUMBERS = ("+12125550123", "+13035550123")
DEBTS = ("D1", "D2")
TO_BE_CALLED = (ConsentScope.CALL, ConsentScope.CALL_BACK)
SETTINGS = settings(
    settings.get_profile("many"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def some_debts() -> st.SearchStrategy[tuple[str, ...] | None]:
    """One debt, both, or not known."""
    return st.sampled_from([("D1",), ("D2",), ("D1", "D2"), None])


@st.composite
def histories(draw: st.DrawFn, now: datetime) -> tuple[HistoryEntry, ...]:
    """Up to a dozen things that happened in the last nine days."""
    entries: list[HistoryEntry] = []
    for index in range(draw(st.integers(0, 12))):
        event = draw(
            st.sampled_from(
                [EventKind.CALL_PLACED] * 6 + [EventKind.CALL_RECEIVED, EventKind.SMS, EventKind.EMAIL]
            )
        )
        outcomes = [*[Outcome.NO_ANSWER] * 6, *Outcome, None]
        is_call = event in (EventKind.CALL_PLACED, EventKind.CALL_RECEIVED)
        entries.append(
            HistoryEntry(
                entry=f"e{index}",
                at=now - timedelta(seconds=draw(st.integers(60, 9 * 86400))),
                event=event,
                outcome=draw(st.sampled_from(outcomes)) if is_call else None,
                debts=draw(some_debts()),
                number=draw(st.sampled_from([*NUMBERS, None])),
                person=draw(st.sampled_from([None, None, None, PersonRole.SPOUSE])),
                tech=draw(st.sampled_from([None, None, Tech.PRERECORDED_VOICE])),
            )
        )
    return tuple(entries)


@st.composite
def consents(draw: st.DrawFn, now: datetime) -> Consent:
    """A consent of the last nine days."""
    at = now - timedelta(seconds=draw(st.integers(60, 9 * 86400)))
    window = TimeBlock(
        days=frozenset(), start=time(draw(st.integers(5, 21))), until=time(draw(st.integers(5, 23)))
    )
    return Consent(
        at=at,
        scope=draw(st.sampled_from([*ConsentScope, ConsentScope.CALL, ConsentScope.CALL_BACK])),
        given_to=draw(st.sampled_from([GivenTo.COLLECTOR, GivenTo.COLLECTOR, GivenTo.CREDITOR, None])),
        debts=draw(some_debts()),
        number=draw(st.sampled_from([*NUMBERS, None])),
        valid_on=draw(st.sampled_from([None, None, (now + timedelta(days=2)).date()])),
        window=draw(st.sampled_from([None, window])),
    )


@st.composite
def requests(draw: st.DrawFn, now: datetime) -> PersonRequest:
    """A request of the last nine days."""
    days = draw(st.frozensets(st.sampled_from(Weekday), max_size=4))
    block = TimeBlock(
        days=days, start=time(draw(st.integers(0, 23))), until=time(draw(st.integers(0, 23)), 30)
    )
    blocks = draw(st.sampled_from([(), (block,), (block,)]))
    return PersonRequest(
        at=now - timedelta(seconds=draw(st.integers(60, 9 * 86400))),
        type=draw(
            st.sampled_from([*RequestKind, RequestKind.INCONVENIENT_TIMES, RequestKind.TIME_PREFERENCE])
        ),
        debts=draw(some_debts()),
        number=draw(st.sampled_from([*NUMBERS, None])),
        medium=draw(st.sampled_from([*Medium, None])),
        place=draw(st.sampled_from([Place.HOME, Place.WORK, None])),
        blocks=blocks,
        only=draw(st.sampled_from([(), (), (block,)])),
        until=draw(st.sampled_from([None, now.date() + timedelta(days=3)])),
        in_writing=draw(st.sampled_from([True, False, None])),
        received=draw(st.sampled_from([None, None, now.date() + timedelta(days=1)])),
    )


@st.composite
def contacts(draw: st.DrawFn, *, calm: bool = False) -> tuple[ContactRequest, datetime]:
    """A person, what is proposed, and when. `calm` people asked for little."""
    now = draw(instants())
    number_of_requests = draw(st.integers(0, 1 if calm else 2))
    file = PersonFile(
        person="P1",
        addresses=(Address(country="US", region="NY", zones=frozenset({draw(ZONES)})),),
        numbers=tuple(
            NumberOnFile(
                number=number,
                kind=draw(st.sampled_from([NumberKind.MOBILE, NumberKind.LANDLINE, NumberKind.UNKNOWN])),
                place=draw(st.sampled_from([None, Place.HOME, Place.WORK])),
                zones=frozenset({draw(ZONES)}),
            )
            for number in NUMBERS
        ),
        debts=(Debt(debt="D1", type=DebtType.CREDIT_CARD), Debt(debt="D2", type=DebtType.STUDENT_LOAN)),
        history=draw(histories(now)),
        consents=tuple(draw(consents(now)) for _ in range(draw(st.integers(0, 2)))),
        requests=tuple(draw(requests(now)) for _ in range(number_of_requests)),
    )
    proposed = ProposedContact(
        number=NUMBERS[0],
        debts=draw(some_debts()),
        tech=draw(st.sampled_from([None, None, None, Tech.PRERECORDED_VOICE])),
    )
    packs = draw(
        st.sampled_from(
            [("US-federal",), ("US-federal", "US-MA"), ("US-federal", "US-DC"), ("US-federal", "US-WA")]
        )
    )
    request = ContactRequest(
        person=PreparedPerson(file),
        proposed=proposed,
        profile=draw(st.sampled_from(Profile)),
        max_ring_s=draw(st.sampled_from([0.0, 25.0, 40.0])),
        packs=packs,
    )
    return request, now


def with_file(request: ContactRequest, **changes: object) -> ContactRequest:
    """The same request about a changed person."""
    return replace(request, person=PreparedPerson(replace(request.person.file, **changes)))  # pyright: ignore[reportArgumentType] - names are checked by replace itself


def is_denied(gate: ComplianceGate, request: ContactRequest, at: datetime) -> bool:
    """Whether anything denies."""
    return not gate.evaluate(request, at=at, with_retry=False).is_allowed


@given(contacts(calm=True), st.sampled_from([LAW, FULL]))
@settings(SETTINGS, max_examples=settings.get_profile("some").max_examples)
@pytest.mark.deep
def test_retry_at_is_the_first_minute_of_a_scan(
    contact: tuple[ContactRequest, datetime], gate: ComplianceGate
) -> None:
    """Every minute (and the second before) up to `retry_at` is denied, and `retry_at` itself is not.

    Save for want of a notice, which the collector may send at any time: it stands in no way of `retry_at`.
    """
    request, now = contact
    decision = gate.evaluate(request, at=now)
    assume(not decision.is_allowed)
    end = decision.retry_at or now + timedelta(days=4)
    minute = now.replace(second=0) + timedelta(minutes=1)
    while minute < end:
        assert is_denied(gate, request, minute)
        assert is_denied(gate, request, minute - timedelta(seconds=1))
        minute += timedelta(minutes=1)
    if decision.retry_at is not None:
        left = gate.evaluate(request, at=decision.retry_at).denials
        assert all(NOTICES.get(finding.rule) and finding.retry_hint is None for finding in left)
        assert is_denied(gate, request, decision.retry_at - timedelta(seconds=1))


@given(contacts(), st.data())
@SETTINGS
@pytest.mark.deep
def test_a_further_restriction_never_opens(
    contact: tuple[ContactRequest, datetime], data: st.DataObject
) -> None:
    """A further request to stop, hold, call or conversation never turns a denial into leave."""
    request, now = contact
    assume(is_denied(FULL, request, now))
    file = request.person.file
    asked = data.draw(
        st.sampled_from(
            [
                RequestKind.STOP_CALLING,
                RequestKind.STOP_NUMBER,
                RequestKind.CEASE_COMMUNICATION,
                RequestKind.ATTORNEY_REPRESENTED,
                RequestKind.EMPLOYER_PROHIBITS,
                RequestKind.REVOKE_CONSENT,
                RequestKind.INCONVENIENT_TIMES,
            ]
        )
    )
    at = now - timedelta(seconds=data.draw(st.integers(1, 86400)))
    call = HistoryEntry(
        entry="more",
        at=at,
        event=EventKind.CALL_PLACED,
        outcome=data.draw(st.sampled_from([Outcome.NO_ANSWER, Outcome.CONVERSATION, None])),
        debts=("D1",),
    )
    stricter = [
        with_file(request, requests=(*file.requests, PersonRequest(at=at, type=asked))),
        with_file(request, holds=(Hold(kind=HoldKind.BANKRUPTCY, since=at),)),
        with_file(request, history=(*file.history, call)),
        with_file(request, consents=file.consents[1:]),
        replace(request, max_ring_s=request.max_ring_s + 20),
    ]

    assert all(is_denied(FULL, more, now) for more in stricter)


@given(contacts(), ZONES)
@SETTINGS
@pytest.mark.deep
def test_more_zones_only_shrink_the_allowed_time(contact: tuple[ContactRequest, datetime], zone: str) -> None:
    """A further place where the person may be never opens what was closed."""
    request, now = contact
    assume(is_denied(LAW, request, now))
    elsewhere = Address(country="US", region="NY", zones=frozenset({zone}))

    assert is_denied(LAW, with_file(request, addresses=(*request.person.file.addresses, elsewhere)), now)


@given(contacts(), st.integers(0, 2**16))
@SETTINGS
@pytest.mark.deep
def test_order_of_facts_is_irrelevant(contact: tuple[ContactRequest, datetime], seed: int) -> None:
    """Shuffled records give the same verdicts and the same next instant."""
    request, now = contact
    file, random = request.person.file, Random(seed)
    changes: dict[str, object] = {}
    for name in ("history", "requests", "consents", "numbers", "debts", "addresses"):
        records = list(getattr(file, name))
        random.shuffle(records)
        changes[name] = tuple(records)
    one = FULL.evaluate(request, at=now)
    other = FULL.evaluate(with_file(request, **changes), at=now)

    assert [(f.rule, f.verdict) for f in one.findings] == [(f.rule, f.verdict) for f in other.findings]
    assert one.retry_at == other.retry_at


@given(contacts(), st.data())
@SETTINGS
@pytest.mark.deep
def test_a_forgotten_fact_never_opens(contact: tuple[ContactRequest, datetime], data: st.DataObject) -> None:
    """What is denied with a fact known is denied with that fact not known."""
    request, now = contact
    assume(is_denied(LAW, request, now))
    file = request.person.file
    forgotten = [
        with_file(request, numbers=tuple(replace(n, kind=NumberKind.UNKNOWN) for n in file.numbers)),
        with_file(
            request, numbers=tuple(replace(n, place=None, kind=NumberKind.UNKNOWN) for n in file.numbers)
        ),
        with_file(request, numbers=tuple(replace(n, zones=None) for n in file.numbers)),
        replace(request, proposed=replace(request.proposed, debts=None)),
    ]
    if file.history:
        index = data.draw(st.integers(0, len(file.history) - 1))
        entry = file.history[index]
        if entry.event is EventKind.CALL_PLACED:
            for change in ({"outcome": None}, {"debts": None}, {"number": None}):
                vague = replace(entry, **change)  # pyright: ignore[reportArgumentType] - each is a field of the entry
                forgotten.append(
                    with_file(request, history=(*file.history[:index], vague, *file.history[index + 1 :]))
                )
    if file.consents:
        for change in ({"given_to": None}, {"debts": None}):
            vague_consents = tuple(replace(c, **change) for c in file.consents)  # pyright: ignore[reportArgumentType] - as above
            forgotten.append(with_file(request, consents=vague_consents))
        # One to be called that names no telephone is for all of them: it says more, and nothing is forgotten.
        no_telephone = tuple(c if c.scope in TO_BE_CALLED else replace(c, number=None) for c in file.consents)
        forgotten.append(with_file(request, consents=no_telephone))
    for more in forgotten:
        assert is_denied(LAW, more, now)


@given(contacts())
@SETTINGS
@pytest.mark.deep
def test_adding_entries_one_by_one_is_the_same_as_all_at_once(
    contact: tuple[ContactRequest, datetime],
) -> None:
    """`with_entry` keeps the indexes right."""
    request, now = contact
    person = PreparedPerson(replace(request.person.file, history=()))
    for entry in request.person.file.history:
        person = person.with_entry(entry)
    one = FULL.evaluate(request, at=now)
    other = FULL.evaluate(replace(request, person=person), at=now)

    assert [(f.rule, f.verdict) for f in one.findings] == [(f.rule, f.verdict) for f in other.findings]


def test_dates_used_are_around_changes_of_the_clock() -> None:
    """The instants really span both changes of 2026 in the United States."""
    assert date(2026, 3, 8).weekday() == 6
    assert date(2026, 11, 1).weekday() == 6

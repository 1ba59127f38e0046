"""An examiner counts again from the CSV alone, by the text of 12 CFR 1006.14(b), and comes to the same.

Nothing of the gate is used for the second count: it reads the rows, and the calendar.
"""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    TimeBlock,
)
from compliance_gate.told.frequency import AFTER_TALK, SEVEN, NoLimitError, frequency_ledger
from compliance_gate.words import (
    ConsentScope,
    DebtType,
    Direction,
    EventKind,
    GivenTo,
    NumberKind,
    NumberRole,
    Outcome,
    RequestKind,
)
from dialer.results.frequency_ledger import LedgerFacts, render_ledger_pdf, write_ledger_csv

AT = datetime(2026, 3, 20, 17, tzinfo=UTC)
DAY = timedelta(days=1)
Row = Mapping[str, str]

OUTCOMES = (
    Outcome.NO_ANSWER,
    Outcome.NO_ANSWER,
    Outcome.AMD_MACHINE,
    Outcome.BUSY,
    Outcome.NOT_IN_SERVICE,
    Outcome.NO_CONNECTION,
    Outcome.CONVERSATION,
    None,
)


def rows_of(file: PersonFile, at: datetime = AT) -> list[Row]:
    out = io.StringIO()
    ledger = frequency_ledger(sample_rulebook(), PreparedPerson(file), at)
    write_ledger_csv(LedgerFacts(ledger=ledger, since=None, rulebook="abc"), out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


# --- the count by hand -------------------------------------------------------------------------------------

NEVER_CONNECTED = {"busy", "not_in_service", "no_connection"}


def local(row: Row, zone: str) -> datetime:
    return datetime.fromisoformat(row["at"]).astimezone(ZoneInfo(zone))


def given_back(call: Row, rows: Sequence[Row]) -> bool:
    """Comment 14(b)(2)(i)-3: calls before it was learned that the number is another's."""
    return any(
        wrong["number"] == call["number"]
        and call["at"] < wrong["at"]
        and (not wrong["ended_at"] or wrong["ended_at"] > AT.isoformat())
        for wrong in rows
        if wrong["row"] == "wrong_number"
    )


def talked(call: Row) -> bool:
    return call["event"] in ("call_placed", "call_received") and call["outcome"] in (
        "conversation",
        "not known",
    )


def consented(call: Row, rows: Sequence[Row], zones: Sequence[str]) -> bool:
    """1006.14(b)(3)(i): at most seven days, sooner if limited, revoked, or spoken since."""
    return any(
        call["debt"] in consent["debt"].split(";")
        and consent["number"] in ("", call["number"])
        and consent["at"] <= call["at"]
        and not (consent["ended_at"] and call["at"] >= consent["ended_at"])
        and all(in_days(call, consent, zone) for zone in zones)
        and not any(
            other["debt"] == call["debt"] and talked(other) and consent["at"] < other["at"] < call["at"]
            for other in rows
            if other["row"] == "call"
        )
        for consent in rows
        if consent["row"] == "consent"
    )


def in_days(call: Row, consent: Row, zone: str) -> bool:
    day, given = local(call, zone).date(), local(consent, zone).date()
    clock = local(call, zone).time()
    hours = consent["hours"].split("-") if consent["hours"] else ["00:00:00", "24:00"]
    return (
        given <= day <= given + 6 * DAY
        and consent["valid_on"] in ("", day.isoformat())
        and (not consent["valid_from"] or consent["valid_from"] <= day.isoformat())
        and (not consent["valid_until"] or day.isoformat() <= consent["valid_until"])
        and time.fromisoformat(hours[0]) <= clock
        and (hours[1] == "24:00" or clock < time.fromisoformat(hours[1]))
    )


def counted_by_hand(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """For each call: counted, calls in its seven days, last day closed by it, talk in whose days it falls."""
    zones = sorted({row["zone"] for row in rows if row["row"] == "call"})
    found: list[tuple[str, ...]] = []
    calls = [row for row in rows if row["row"] == "call"]
    for call in calls:
        same = [c for c in calls if (c["debt"], c["zone"]) == (call["debt"], call["zone"])]
        before = same[: same.index(call) + 1]
        day = local(call, call["zone"]).date()

        def counts(one: Row) -> bool:
            return (
                one["event"] == "call_placed"
                and one["outcome"] not in NEVER_CONNECTED
                and not given_back(one, rows)
                and not consented(one, rows, zones)
            )

        window = [c for c in before if counts(c) and day - 6 * DAY <= local(c, c["zone"]).date() <= day]
        is_talk = talked(call) and not given_back(call, rows)
        talks = [
            c
            for c in before[:-1]
            if talked(c) and not given_back(c, rows) and local(c, c["zone"]).date() + 6 * DAY >= day
        ]
        found.append(
            (
                "yes" if counts(call) else "no",
                str(len(window)),
                (day + 6 * DAY).isoformat() if is_talk else "",
                talks[-1]["id"] if talks else "",
            )
        )
    return found


def as_told(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    names = ("counted", "counted_in_window", "closed_until", "after_talk")
    return [tuple(row[name] for name in names) for row in rows if row["row"] == "call"]


# --- people ----------------------------------------------------------------------------------------------


def debts(count: int) -> tuple[Debt, ...]:
    return tuple(Debt(debt=f"d{k}", type=DebtType.CREDIT_CARD, client="acme") for k in range(count))


def number(name: str) -> NumberOnFile:
    zones = frozenset({"America/New_York"})
    return NumberOnFile(
        number=name, kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=zones, country="US", dnc_checked=True
    )


def address(zone: str) -> Address:
    return Address(country="US", region="OH", zones=frozenset({zone}))


def call(name: str, at: datetime, outcome: Outcome | None, **more: object) -> HistoryEntry:
    told = {"event": EventKind.CALL_PLACED, "direction": Direction.OUTBOUND, "debts": ("d0",), "number": "n0"}
    return HistoryEntry(entry=name, at=at, outcome=outcome, **{**told, **more})  # type: ignore[arg-type]


def made_up(seed: int) -> PersonFile:
    """Somebody with up to three debts, two numbers, two zones, some twenty calls in forty days."""
    rng = random.Random(seed)
    owed = debts(rng.randint(1, 3))
    names = [debt.debt for debt in owed]
    began = AT - 40 * DAY
    history = [
        call(
            f"e{k:02}",
            began + timedelta(seconds=rng.randint(0, 39 * 86_400)),
            rng.choice(OUTCOMES),
            event=rng.choice([EventKind.CALL_PLACED] * 5 + [EventKind.CALL_RECEIVED]),
            debts=tuple(rng.sample(names, rng.randint(1, len(names)))),
            number=rng.choice(["n0", "n1"]),
        )
        for k in range(rng.randint(5, 30))
    ]
    consents = [
        Consent(
            at=began + timedelta(seconds=rng.randint(0, 39 * 86_400)),
            scope=rng.choice([ConsentScope.CALL, ConsentScope.CALL_BACK]),
            given_to=rng.choice([GivenTo.COLLECTOR] * 3 + [GivenTo.CREDITOR]),
            debts=rng.choice([None, tuple(rng.sample(names, 1))]),
            number=rng.choice([None, "n0"]),
            window=rng.choice([None, TimeBlock(days=frozenset(), start=time(9), until=time(17))]),
            revoked_at=rng.choice([None, AT - rng.randint(1, 30) * DAY]),
        )
        for _ in range(rng.randint(0, 3))
    ]
    wrong = [
        PersonRequest(at=AT - rng.randint(1, 30) * DAY, type=RequestKind.WRONG_NUMBER_LEARNED, number="n1")
        for _ in range(rng.choice([0, 0, 1]))
    ]
    zones = rng.choice(["America/New_York", "America/Los_Angeles", "America/Phoenix"])
    return PersonFile(
        person=f"p{seed}",
        addresses=(address(zones),),
        numbers=(number("n0"), number("n1")),
        debts=owed,
        history=tuple(history),
        consents=tuple(consents),
        requests=tuple(wrong),
    )


@pytest.mark.parametrize("seed", range(0, 400, 40))
def test_an_examiner_who_has_the_csv_alone_counts_the_same(seed: int) -> None:
    compared = counted = left_out = talks = 0
    for one in range(seed, seed + 40):
        rows = rows_of(made_up(one))
        assert as_told(rows) == counted_by_hand(rows), one
        compared += len(as_told(rows))
        counted += sum(row["counted"] == "yes" for row in rows)
        left_out += sum(row["counted"] == "no" for row in rows)
        talks += sum(row["talk"] == "yes" for row in rows)
    assert compared > 500
    assert min(counted, left_out, talks) > 50


@pytest.mark.parametrize("seed", range(30))
def test_the_gate_denies_the_next_call_exactly_where_the_ledger_has_no_room_for_it(seed: int) -> None:
    """At noon of the next day: seven counted in the seven days, or a talk whose days still last."""
    file = made_up(seed)
    person = PreparedPerson(file)
    proposed = ProposedContact(number="n0", debts=("d0",))
    decision = ComplianceGate(sample_rulebook()).evaluate(
        ContactRequest(person=person, proposed=proposed), at=AT, with_retry=False
    )
    denied = {finding.rule for finding in decision.findings if finding.verdict.value == "denied"}
    after = call("next", AT, Outcome.NO_ANSWER)
    called = replace(file, history=(*file.history, after))
    whole = frequency_ledger(sample_rulebook(), PreparedPerson(called), AT)
    lines = [line for line in whole.lines if line.entry == "next" and line.debt == "d0"]
    assert (SEVEN in denied) == any(line in whole.over for line in lines)
    assert (AFTER_TALK in denied) == any(line in whole.too_soon for line in lines)


def plain(*history: HistoryEntry, **more: object) -> PersonFile:
    told = {"debts": debts(1), "numbers": (number("n0"),), "addresses": (address("America/New_York"),)}
    return PersonFile(person="p", history=history, **{**told, **more})  # type: ignore[arg-type]


def test_the_seventh_day_is_the_last_and_the_eighth_is_another_window() -> None:
    """A call at 23:59:59 on day one is in the window of day seven and not in that of day eight."""
    first = datetime(2026, 3, 2, 4, 59, 59, tzinfo=UTC)  # 23:59:59 of 1 March in New York
    calls = [
        row
        for row in rows_of(
            plain(
                call("a", first, Outcome.NO_ANSWER),
                call("b", datetime(2026, 3, 8, 3, 59, 59, tzinfo=UTC), Outcome.NO_ANSWER),
                call("c", datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC), Outcome.NO_ANSWER),
            )
        )
        if row["row"] == "call"
    ]
    assert [(row["local_day"], row["counted_in_window"]) for row in calls] == [
        ("2026-03-01", "1"),
        ("2026-03-07", "2"),
        ("2026-03-08", "2"),
    ]
    assert [row["window_from"] for row in calls] == ["2026-02-23", "2026-03-01", "2026-03-02"]


def test_student_loans_of_one_servicer_are_one_debt_and_the_csv_says_which() -> None:
    loans = tuple(
        Debt(debt=name, type=DebtType.STUDENT_LOAN, servicer_account="s1", client="acme") for name in "ab"
    )
    rows = rows_of(plain(call("x", AT - DAY, Outcome.NO_ANSWER, debts=("a",)), debts=loans))
    assert [(row["id"], row["debt"]) for row in rows if row["row"] == "debt"] == [
        ("a", "servicer account s1"),
        ("b", "servicer account s1"),
    ]
    assert [row["debt"] for row in rows if row["row"] == "call"] == ["servicer account s1"]


def test_each_call_that_is_left_out_says_why_with_its_paragraph() -> None:
    rows = rows_of(
        plain(
            call("busy", AT - 5 * DAY, Outcome.BUSY),
            call("wrong", AT - 4 * DAY, Outcome.NO_ANSWER, number="n9"),
            call("theirs", AT - 3 * DAY, Outcome.CONVERSATION, event=EventKind.CALL_RECEIVED),
            call("agreed", AT - 1 * DAY, Outcome.NO_ANSWER),
            consents=(Consent(at=AT - 2 * DAY, scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR),),
            requests=(PersonRequest(at=AT - DAY, type=RequestKind.WRONG_NUMBER_LEARNED, number="n9"),),
        )
    )
    told = {row["id"]: row for row in rows if row["row"] == "call"}
    assert {name: (row["counted"], row["citation"]) for name, row in told.items()} == {
        "busy": ("no", "12 CFR 1006 Supp. I, 14(b)(3)(ii)-1"),
        "wrong": ("no", "12 CFR 1006 Supp. I, 14(b)(2)(i)-3"),
        "theirs": ("no", "12 CFR 1006.14(b)(2)(i)(A)"),
        "agreed": ("no", "12 CFR 1006.14(b)(3)(i)"),
    }
    assert (told["agreed"]["after_talk"], told["agreed"]["consent"]) == ("theirs", "consent-1")
    assert told["theirs"]["closed_until"] == (date(2026, 3, 17) + 6 * DAY).isoformat()


def test_the_pdf_is_made_of_the_same_facts_and_comes_out_the_same_twice() -> None:
    for seed in (1, 2):
        ledger = frequency_ledger(sample_rulebook(), PreparedPerson(made_up(seed)), AT)
        facts = LedgerFacts(ledger=ledger, since=0.0, rulebook="abc", notes=("a note",))
        made = render_ledger_pdf(facts)
        assert made.startswith(b"%PDF-")
        assert made == render_ledger_pdf(facts)


def test_before_the_limit_was_law_there_is_no_ledger() -> None:
    with pytest.raises(NoLimitError):
        frequency_ledger(sample_rulebook(), PreparedPerson(plain()), datetime(2020, 1, 1, tzinfo=UTC))

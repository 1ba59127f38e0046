"""Files of suppressions, requests, consents and payments: whom a line names is found, or it is refused."""

from typing import Any, cast

import msgspec
import pytest

from dialer import clock
from dialer.domain.errors import FairdialError
from dialer.floor.intake_job import Job, run
from dialer.floor.placing import ImportedBeforeError
from dialer.floor.told_files import ToldOrder, take_in_told
from dialer.floor.whom import debt_ids, number_ids, person_ids
from dialer.inquiry.person import person_facts
from dialer.intake.report import ImportReport
from dialer.intake.told_columns import ToldKind
from dialer.results.person_report import report_of
from dialer.storage.database import tables as t
from dialer.storage.placements import telling
from dialer.storage.placements.holding import holds_of
from dialer.storage.store import Store

ADA = "acme,A1,P1,Ada,Example,1 Sample St,New York,NY,10001,,2125550101,landline,own,100.00"


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(line.line, line.column, line.reason) for line in report.rejects]


@pytest.mark.parametrize(
    "number", ["+12125550102", "(212) 555-0102", "212.555.0102", "1 212 555 0102", "２１２5550102"]
)
def test_a_suppressed_number_is_found_as_people_write_it(desk: Any, number: str) -> None:
    report = desk.tell("suppressions", "phone,source", f"{number},litigants")
    assert (report.accepted, report.rejected, report.remarks) == (1, 0, [])
    assert desk.asked("P2") == ["do_not_call"]
    assert desk.asked("P1") == []


def test_a_suppressed_number_binds_everybody_who_has_it(desk: Any) -> None:
    desk.tell("suppressions", "number", "2125550101")
    assert (desk.asked("P1"), desk.asked("P3")) == (["do_not_call"], ["do_not_call"])


def test_a_valid_number_that_nobody_has_binds_whoever_gets_it_later(desk: Any) -> None:
    report = desk.tell("suppressions", "number", "2125550109")
    assert report.accepted == 1
    assert [remark.reason for remark in report.remarks] == [
        "nobody on file has this number today: it binds whoever gets it later"
    ]
    desk.place(ADA.replace("A1", "A9").replace("P1", "P9").replace("0101", "0109"))
    assert desk.asked("P9") == ["do_not_call"]


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("person", "acme/P1"),
        ("person", "ACME/p1"),
        ("client_id,person_ref", "Acme,P1"),
        ("client_id,client_account", "acme,a1"),
        ("account", "acme/A1"),
    ],
)
def test_a_suppression_finds_a_person_or_an_account_in_any_spelling(
    desk: Any, heading: str, line: str
) -> None:
    report = desk.tell("suppressions", heading, line)
    assert report.accepted == 1
    assert len(desk.asked("P1")) == 1
    assert desk.asked("P2") == []


def test_ids_are_found_in_capitals(desk: Any) -> None:
    with Store.open(desk.address) as store:
        person = store.identifiers.person("acme", "P1")
        debt = store.identifiers.debt("acme", "A2")
    desk.tell("suppressions", "person,account", f"{person.upper()},", f",{debt.upper()}")
    assert (desk.asked("P1"), desk.asked("P2")) == (["do_not_call"], ["manual"])


@pytest.mark.parametrize(
    ("heading", "line", "column"),
    [
        ("person", "acme/P77", "person"),
        ("account", "acme/A77", "account"),
        ("client_id,person_ref", "acme,NULL", "person_ref"),
        ("person_ref", "P1", "client_id"),
        ("number", "(212) 555-XXXX", "number"),
        ("number", "2.12555E+09", "number"),
        ("person,number,source", ",,list", ""),
    ],
)
def test_whoever_nobody_knows_is_refused(desk: Any, heading: str, line: str, column: str) -> None:
    report = desk.tell("suppressions", heading, line)
    assert (report.accepted, report.rejected) == (0, 1)
    assert reasons(report)[0][:2] == (2, column)
    assert desk.rows(t.suppressions) == []


def test_what_a_refused_line_names_beside_the_unknown_is_bound(desk: Any) -> None:
    report = desk.tell("suppressions", "person,number", "acme/P77,2125550102")
    assert report.rejected == 1
    assert "is bound" in report.rejects[0].reason
    assert desk.asked("P2") == ["do_not_call"]


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2099-01-01T10:00:00+00:00", "in the future"),
        ("1764500000000", "a count of seconds or milliseconds, not an instant"),
        ("2026-01-05T10:00:00", "an instant without its offset from UTC"),
        ("soon", "not a date (use YYYY-MM-DD)"),
    ],
)
@pytest.mark.parametrize("kind", ["suppressions", "requests"])
def test_what_protects_binds_now_whatever_time_is_written(desk: Any, kind: str, at: str, why: str) -> None:
    before = clock.posix_now()
    report = desk.tell(
        kind, "person,at,kind" if kind == "requests" else "person,at,source", f"acme/P1,{at},do_not_call"
    )
    assert (report.accepted, report.rejected) == (1, 0)
    assert [(line.column, line.reason) for line in report.remarks] == [("at", f"{why}: it binds from now on")]
    (asked,) = desk.file("P1").requests
    assert before - 1 <= asked.at.timestamp() <= clock.posix_now()


@pytest.mark.parametrize("at", ["2099-01-01", "1764500000000", "2026-01-05T10:00:00", "soon", ""])
def test_what_permits_is_refused_with_a_wrong_time(desk: Any, at: str) -> None:
    report = desk.tell("consents", "person,scope,at", f"acme/P1,call,{at}")
    assert (report.accepted, reasons(report)[0][1]) == (0, "at")
    assert desk.file("P1").consents == ()


def test_a_revocation_binds_now_whatever_time_is_written(desk: Any) -> None:
    report = desk.tell("consents", "person,scope,at,revoked_at", "acme/P1,call,2026-01-05,2099-01-01")
    assert report.accepted == 1
    (consent,) = desk.file("P1").consents
    assert consent.revoked_at is not None
    assert consent.revoked_at.timestamp() <= clock.posix_now()


def test_a_consent_given_now_may_begin_on_a_day_to_come(desk: Any) -> None:
    heading = "person,scope,at,valid_from,number,words,proof"
    desk.tell("consents", heading, "acme/P1,call,2026-01-05,2099-01-01,2125550101,call me,form 7")
    (consent,) = desk.file("P1").consents
    assert (str(consent.valid_from), consent.wording, consent.proof) == ("2099-01-01", "call me", "form 7")
    assert consent.number == desk.file("P1").numbers[0].number


def test_a_consent_by_a_number_is_one_person_s(desk: Any) -> None:
    heading = "number,scope,at"
    report = desk.tell("consents", heading, *(f"212555010{n},call,2026-01-05" for n in (1, 2, 9)))
    assert report.accepted == 1
    assert [line[2] for line in reasons(report)] == [
        "2 people have it: say whose consent it is",
        "nobody on file has it: say whose consent it is",
    ]
    assert len(desk.file("P2").consents) == 1
    assert desk.file("P1").consents == ()


def test_a_request_finds_everybody_who_owes_the_account_or_has_the_number(desk: Any) -> None:
    heading = "account,number,kind,words"
    report = desk.tell(
        "requests",
        heading,
        "acme/A2,,cease_communication,leave me alone",
        ",(212) 555-0101,attorney_represented,",
    )
    assert report.accepted == 2
    assert desk.asked("P2") == ["cease_communication"]
    assert (desk.asked("P1"), desk.asked("P3")) == (["attorney_represented"], ["attorney_represented"])
    assert desk.file("P2").requests[0].text == "leave me alone"
    assert all(b"leave me alone" not in row.body.encode() for row in desk.rows(t.facts))


def test_a_dispute_is_about_its_account_alone(desk: Any) -> None:
    desk.tell("requests", "account,kind", "acme/A2,dispute")
    with Store.open(desk.address) as store:
        debt = store.identifiers.debt("acme", "A2")
    assert desk.file("P2").requests[0].debts == (debt,)


def test_a_request_of_a_number_that_nobody_has_keeps_everybody_from_calling_it(desk: Any) -> None:
    report = desk.tell("requests", "number,kind", "2125550109,stop_calling", "2125550108,attorney_released")
    assert (report.accepted, report.rejected) == (1, 1)
    desk.place(ADA.replace("A1", "A9").replace("P1", "P9").replace("0101", "0109"))
    assert desk.asked("P9") == ["do_not_call"]


@pytest.mark.parametrize("kind", ["please stop", "", "inconvenient"])
def test_a_request_that_is_not_understood_holds_whom_it_names(desk: Any, kind: str) -> None:
    report = desk.tell("requests", "person,kind", f"acme/P1,{kind}")
    assert (report.accepted, report.rejected, report.held) == (0, 1, 1)
    assert desk.asked("P1") == ["manual"]
    with Store.open(desk.address) as store:
        (hold,) = store.read(holds_of)
    assert (hold.line, hold.signals) == (2, "request")


def test_hours_are_read_as_in_a_placement(desk: Any) -> None:
    report = desk.tell("requests", "person,kind,times", "acme/P1,inconvenient_times,MO-FR 09:00-17:00")
    assert report.accepted == 1
    assert len(desk.file("P1").requests[0].blocks) == 1


def test_a_payment_is_of_one_account(desk: Any) -> None:
    heading = "account,person,number,amount,settles"
    report = desk.tell(
        "payments",
        heading,
        "acme/A1,,,50.00,no",
        ",acme/P1,,$1.50,no",
        ",acme/P2,,1.00,no",
        ",,2125550109,1.00,no",
        "acme/A77,,,1.00,no",
        "acme/A1,,,-1.00,no",
        "acme/A1,,,x,no",
    )
    assert (report.accepted, report.rejected) == (2, 5)
    entries = desk.rows(t.ledger_entries)
    assert [row.cents for row in entries if row.kind == "payment"] == [5_000, 150]
    assert sorted(row.balance_cents for row in desk.rows(t.debts)) == [4_850, 5_000, 10_000, 10_000]
    assert [line[:2] for line in reasons(report)] == [
        (4, "account"),
        (5, "account"),
        (6, "account"),
        (7, "amount"),
        (8, "amount"),
    ]
    assert desk.asked("P1") == []


def test_a_payment_of_a_file_keeps_its_day_method_and_number_but_no_words(desk: Any) -> None:
    report = desk.tell(
        "payments",
        "account,amount,at,method,reference",
        "acme/A1,1.00,2026-03-02,ACH,021000021234567",
        "acme/A1,2.00,2026-03-03,favour,from her mother",
        "acme/A1,3.00,2026-03-04,check,4111111111111111",
    )
    assert report.accepted == 3
    paid = [row for row in desk.rows(t.ledger_entries) if row.kind == "payment"]
    assert [(row.cents, row.effective_on, row.method, row.reference) for row in paid] == [
        (100, "2026-03-02", "bank_debit", "021000021234567"),
        (200, "2026-03-03", "unknown", ""),
        (300, "2026-03-04", "check", ""),
    ]
    assert len({row.key for row in paid}) == 3
    remarks = [(line.line, line.column) for line in report.remarks]
    assert remarks == [(3, "reference"), (3, "method"), (4, "reference")]


@pytest.mark.parametrize(("currency", "taken"), [("USD", 1), ("", 1), ("EUR", 0)])
def test_a_payment_in_another_currency_than_the_account_is_refused(
    desk: Any, currency: str, taken: int
) -> None:
    """Nothing of it could be posted: it is not told as taken."""
    report = desk.tell("payments", "account,amount,currency", f"acme/A1,10.00,{currency}")
    assert (report.accepted, report.rejected) == (taken, 1 - taken)
    assert len([row for row in desk.rows(t.ledger_entries) if row.kind == "payment"]) == taken
    assert [line[1] for line in reasons(report)] == ["currency"][taken:]


def test_a_payment_that_settles_closes_the_account(desk: Any) -> None:
    desk.tell("payments", "client_id,client_account,amount,settles", "acme,A1,100.00,yes")
    assert desk.asked("P1") == ["closed"]
    assert {row.state for row in desk.rows(t.leads) if row.reason == "settled"} == {"closed"}


def test_a_dry_run_says_the_same_and_changes_nothing(desk: Any) -> None:
    lines = ("person,number,source", "acme/P77,,x", "acme/P1,2125550109,x")
    dry = desk.tell("suppressions", *lines, is_dry=True)
    assert (dry.accepted, dry.rejected, len(dry.remarks)) == (1, 1, 1)
    assert desk.asked("P1") == []
    wet = desk.tell("suppressions", *lines)
    assert reasons(wet) == reasons(dry)
    assert desk.asked("P1") == ["do_not_call"]


def test_the_same_file_twice_changes_nothing_and_says_so(desk: Any) -> None:
    file = desk.write("account,amount", "acme/A1,50.00")
    order = ToldOrder(file=file, kind=ToldKind.PAYMENTS, by="Cora")
    take_in_told(order, address=desk.address)
    with pytest.raises(ImportedBeforeError, match="taken in already"):
        take_in_told(order, address=desk.address)
    assert [row.kind for row in desk.rows(t.ledger_entries)] == ["principal", "payment"]
    assert desk.rows(t.told_lines) == []


def test_a_column_that_sounds_protective_is_explained_first(desk: Any) -> None:
    with pytest.raises(Exception, match="deceased_flag"):
        desk.tell("payments", "account,amount,deceased_flag", "acme/A1,50.00,Y")
    assert desk.rows(t.ledger_entries) == []


@pytest.mark.parametrize("heading", ["person,at", "amount", "foo"])
def test_a_file_without_what_it_needs_is_refused_whole(desk: Any, heading: str) -> None:
    with pytest.raises(Exception, match="no column"):
        desk.tell("payments", heading, "x" + ",x" * heading.count(","))


@pytest.mark.parametrize(
    ("kind", "heading", "line", "told"),
    [
        ("requests", "kind", "stop_calling", "request"),
        ("requests", "kind", "dispute", "request"),
        ("consents", "scope,at", "call,2026-01-02", "consent"),
        ("suppressions", "source", "a letter", "request"),
    ],
)
def test_the_call_it_was_said_in_comes_with_the_line_and_is_in_the_persons_report(
    desk: Any, kind: str, heading: str, line: str, told: str
) -> None:
    """Words, who took it, our number and the recording; whoever brings the file where nobody is named."""
    more = "words,made_in,caller_id,recording"
    said = "not at night,call-7,+13125550100,call-7.wav"
    for taken, expected in (("Ann", "Ann"), ("", "Cora" if kind != "suppressions" else None)):
        desk.tell(kind, f"person,{heading},{more},taken_by", f"acme/P1,{line},{said},{taken}")
        with Store.open(desk.address) as store:
            person = store.identifiers.person("acme", "P1")
            facts = person_facts(store, person, since=None, until=None, with_name=False)
        standing = cast("list[dict[str, Any]]", report_of(facts)["standing"])
        found = [each["made_in"] for each in standing if each["kind"] == told]
        assert {
            "contact": "call-7",
            "words": "not at night",
            "taken_by": expected,
            "caller_id": "+13125550100",
            "recording": "call-7.wav",
        } in found


NO_TEXT = "\0"


@pytest.mark.parametrize(
    ("kind", "heading", "line", "column"),
    [
        ("suppressions", "person,source", f"acme/P1,a{NO_TEXT}b", "source"),
        ("suppressions", "person,made_in", f"acme/P1,a{NO_TEXT}b", "made_in"),
        ("suppressions", "person", f"acme/P{NO_TEXT}1", "person"),
        ("suppressions", "account", f"acme/A1{NO_TEXT}", "account"),
        ("suppressions", "client_id,person_ref", f"acme,P1{NO_TEXT}", "person_ref"),
        ("requests", "person,kind,words", f"acme/P1,stop_calling,a{NO_TEXT}b", "words"),
    ],
)
def test_a_sign_that_is_no_text_refuses_its_line_alone_and_whom_it_protects_is_held(
    desk: Any, kind: str, heading: str, line: str, column: str
) -> None:
    """No store is asked for it, none is given it, and the other lines are taken."""
    good = line.replace(NO_TEXT, "").replace("P1", "P2").replace("A1", "A2")
    report = desk.tell(kind, heading, line, good)
    assert (report.accepted, report.held, report.unbound) == (1, 1, 0)
    assert reasons(report) == [(2, column, "a sign in it that is no text")]
    assert NO_TEXT not in report.rejects[0].value
    assert len(desk.asked("P1")) == len(desk.asked("P2")) == 1


@pytest.mark.parametrize(
    ("kind", "heading", "line"),
    [
        ("payments", "account,amount,reference", f"acme/A1,1.00,a{NO_TEXT}b"),
        ("consents", "person,scope,at,words", f"acme/P1,call,2026-01-05,a{NO_TEXT}b"),
    ],
)
def test_what_permits_or_is_money_is_not_taken_with_a_sign_that_is_no_text(
    desk: Any, kind: str, heading: str, line: str
) -> None:
    report = desk.tell(kind, heading, line)
    assert (report.accepted, report.held, reasons(report)[0][2]) == (0, 0, "a sign in it that is no text")


@pytest.mark.parametrize("name", ["acme/P1\0", "p-\0", "\0", "2125550101\0", "\ud800"])
def test_no_store_is_asked_for_a_name_that_is_no_text(desk: Any, name: str) -> None:
    """PostgreSQL ends the statement, and with it everybody else's line, for a zero byte."""
    with Store.open(desk.address) as store:
        assert person_ids(name, store.identifiers) == debt_ids(name, store.identifiers) == []
        assert number_ids(name, store.identifiers) == ([], False)


@pytest.mark.parametrize("length", [2_000, 2_001, 60_000])
def test_a_long_source_is_cut_off_and_binds(desk: Any, length: int) -> None:
    assert desk.tell("suppressions", "person,source", f"acme/P1,{'x' * length}").accepted == 1
    assert desk.asked("P1") == ["do_not_call"]


def test_what_the_floor_refuses_of_a_line_that_was_read_well_is_told_wherever_the_file_is(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the report, in what programs are told (HTTP, acknowledgements), in the store, in what goes back; and
    when the same bytes come again."""
    means = telling.told_without_floor

    def refuse_the_second(fold: Any, event: Any, *, now: float) -> None:
        if event.amount.cents == 700:
            raise FairdialError("the account is gone")
        means(fold, event, now=now)

    monkeypatch.setattr(telling, "told_without_floor", refuse_the_second)
    file = desk.write("account,amount", "acme/A1,5.00", "acme/A2,7.00", "acme/A9,1.00", "acme/A3,2.00")
    back = desk.folder / "back.csv"
    job = Job(
        file=str(file),
        kind="payments",
        client="",
        campaign="",
        by="Cora",
        returned=str(back),
        address=desk.address,
        folder=str(desk.folder),
    )
    why = "the floor does not take it: the account is gone"
    for is_dry in (False, True):
        told = cast("Any", run(msgspec.structs.replace(job, is_dry=is_dry)).summary)
        assert (told["lines"], told["accepted"], told["rejected"]) == (4, 2, 2)
        assert [(one["line"], one["reason"]) for one in told["rejected_lines"]] == [
            (4, "no account on file is called this"),
            (3, why),
        ]
        returned = [line.split(",")[0] for line in back.read_text().splitlines()[1:]]
        assert returned == ["acme/A2", "acme/A9"]
    (kept,) = [row for row in desk.rows(t.imports) if row.campaign == "" and row.rejected]
    assert (kept.accepted, kept.rejected, why in kept.report) == (2, 2, True)

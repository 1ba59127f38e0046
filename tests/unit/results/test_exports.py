"""Files that go out say exactly what happened, and how it counts."""

import csv
import io
from dataclasses import replace
from datetime import datetime

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord
from dialer.measures.records import DenialMade, PromiseMade
from dialer.results.counting import counted_of, wrong_numbers
from dialer.results.exports import iso, write_attempts, write_denials, write_promises

NINE = 1_773_147_600.25

RANG_OUT = AttemptRecord(
    attempt=AttemptId("a-1"),
    campaign=CampaignId("spring"),
    lead=LeadId("lead-7"),
    person=PersonId("person-7"),
    number=NumberId("number-9"),
    debts=(DebtId("debt-1"), DebtId("debt-2")),
    zones=("America/Chicago", "America/New_York"),
    rulebook="abc",
    launched_at=NINE,
    ended_at=NINE + 22,
    outcome=Outcome.NO_ANSWER,
)


def talked(kind: DispositionKind, *, at: float = NINE) -> AttemptRecord:
    return replace(
        RANG_OUT,
        attempt=AttemptId(f"a-{kind.value}-{at}"),
        launched_at=at,
        answered_at=at + 5,
        bridged_at=at + 5.1,
        talk_ended_at=at + 60,
        ended_at=at + 60,
        wrapped_at=at + 80,
        agent=AgentId("anna"),
        outcome=Outcome.CONNECTED,
        disposition=Disposition(kind=kind),
    )


def exported(*attempts: AttemptRecord) -> list[dict[str, str]]:
    out = io.StringIO()
    assert write_attempts(attempts, wrong_numbers(attempts), out) == len(attempts)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_an_attempt_is_one_row_with_every_id_and_both_instants() -> None:
    (row,) = exported(RANG_OUT)
    assert (row["attempt"], row["person"], row["campaign"]) == ("a-1", "person-7", "spring")
    assert (row["number"], row["debts"]) == ("number-9", "debt-1;debt-2")
    assert row["zones"] == "America/Chicago;America/New_York"
    assert (row["outcome"], row["call_result"], row["rulebook"]) == ("no_answer", "no_answer", "abc")
    assert datetime.fromisoformat(row["launched_at"]).timestamp() == NINE
    assert row["launched_at"].endswith("Z")
    assert row["answered_at"] == ""


def test_an_attempt_that_the_telephone_system_refused_has_no_outcome_and_counts_nowhere() -> None:
    (row,) = exported(replace(RANG_OUT, outcome=Outcome.NOT_ATTEMPTED))
    assert (row["outcome"], row["call_result"]) == ("", "not_attempted")
    assert row["counted"] == "not_counted"


def test_rows_come_in_the_order_in_which_they_are_given() -> None:
    later = talked(DispositionKind.NO_COMMITMENT, at=NINE + 100)
    assert [row["attempt"] for row in exported(RANG_OUT, later)] == ["a-1", later.attempt]


@pytest.mark.parametrize(
    ("outcome", "word", "why"),
    [
        (Outcome.NO_ANSWER, "counted", "rang or was answered"),
        (Outcome.BUSY, "not_counted", "not connected to the dialed number"),
        (Outcome.INVALID_NUMBER, "not_counted", "not connected to the dialed number"),
        (Outcome.CONGESTION, "not_counted", "not connected to the dialed number"),
        (Outcome.NOT_ATTEMPTED, "not_counted", "no telephone rang"),
        (Outcome.UNKNOWN, "counted", "not known"),
        (Outcome.ABANDONED, "counted", "abandoned"),
        (Outcome.MACHINE, "counted", "amd_machine"),
    ],
)
def test_an_attempt_counts_by_what_came_of_it(outcome: Outcome, word: str, why: str) -> None:
    counted = counted_of(replace(RANG_OUT, outcome=outcome), {})
    assert counted.word == word
    assert why in counted.why


def test_a_conversation_counts_and_says_that_it_closes_the_debts() -> None:
    counted = counted_of(talked(DispositionKind.PROMISE_TO_PAY), {})
    assert (counted.word, "seven days" in counted.why) == ("counted", True)


def test_a_wrong_number_gives_back_what_came_before_and_not_what_comes_after() -> None:
    wrong = talked(DispositionKind.WRONG_NUMBER, at=NINE + 1000)
    after = replace(RANG_OUT, attempt=AttemptId("a-3"), launched_at=NINE + 5000)
    elsewhere = replace(RANG_OUT, attempt=AttemptId("a-4"), number=NumberId("number-1"))
    words = {row["attempt"]: row["counted"] for row in exported(RANG_OUT, wrong, after, elsewhere)}
    assert words == {
        "a-1": "given_back",
        wrong.attempt: "given_back",
        "a-3": "counted",
        "a-4": "counted",
    }
    assert wrong_numbers([wrong]) == {("person-7", "number-9"): NINE + 1080}


def test_an_attempt_still_in_flight_has_no_outcome_and_counts() -> None:
    (row,) = exported(replace(RANG_OUT, outcome=None, ended_at=None))
    assert (row["outcome"], row["ended_at"], row["counted"]) == ("", "", "counted")


def test_a_cell_cannot_become_a_formula() -> None:
    (row,) = exported(replace(RANG_OUT, person=PersonId("=cmd|'/c calc'!A1")))
    assert row["person"].startswith("'=")


def test_denials_and_promises_go_out_too() -> None:
    out = io.StringIO()
    denial = DenialMade(
        lead=LeadId("l"), person=PersonId("p"), at=NINE, rules=("hours", "seven"), retry_at=None
    )
    assert write_denials([denial], out) == 1
    promise = PromiseMade(
        attempt=AttemptId("a"), person=PersonId("p"), at=NINE, amount=Money(cents=12345), due_at=NINE + 86400
    )
    assert write_promises([promise], out) == 1
    lines = out.getvalue().splitlines()
    assert lines[1] == f"{iso(NINE)},l,p,hours;seven,"
    assert lines[3] == f"a,p,{iso(NINE)},12345,USD,{iso(NINE + 86400)}"

"""Nothing stays stale: an account that is sent again is what it is said to be now, and nobody else."""

from typing import Any

import pytest

from compliance_gate.words import AddressKind, HoldKind
from dialer.floor.taking_in import campaigns_beside
from dialer.storage.database import tables as t

ADA = {
    "client_id": "acme",
    "client_account": "A1",
    "person_ref": "P1",
    "first": "Ada",
    "last": "Example",
    "address_1": "1 Sample St",
    "city": "New York",
    "state": "NY",
    "zip": "10001",
    "phone_1": "2125550101",
    "phone_1_type": "landline",
    "phone_1_role": "own",
    "current_balance": "100.00",
}


def send(desk: Any, *, without: tuple[str, ...] = (), same: tuple[str, ...] = (), **more: Any) -> Any:
    """Ada's line, some columns changed, added or left away."""
    line = {name: text for name, text in {**ADA, **more}.items() if name not in without}
    return desk.place(",".join(line.values()), heading=",".join(line), same_persons=same)


def lead(desk: Any) -> Any:
    """Hers."""
    (debt,) = desk.file("P1").debts
    (found,) = (row for row in desk.rows(t.leads) if row.debt == debt.debt)
    return found


def numbers(desk: Any) -> list[tuple[str, str]]:
    """Kind and role of each of her numbers, in their order."""
    return [(number.kind.value, number.role.value) for number in desk.file("P1").numbers]


def test_type_language_and_score_follow(desk: Any) -> None:
    send(desk, account_type="medical", language="es", score="700")
    (debt,) = desk.file("P1").debts
    assert (debt.type.value, lead(desk).needs, lead(desk).priority) == ("medical", '["language:es"]', 700.0)
    send(desk, account_type="auto_loan", language="en", score="300")
    (debt,) = desk.file("P1").debts
    assert (debt.type.value, lead(desk).needs, lead(desk).priority) == ("auto_loan", "[]", 300.0)


def test_what_a_file_has_no_column_for_stays(desk: Any) -> None:
    send(
        desk,
        account_type="medical",
        language="es",
        score="700",
        person_role="guarantor",
        recall_date="2099-01-01",
    )
    send(desk, without=("phone_1", "phone_1_type", "phone_1_role"), current_balance="90.00")
    (debt,) = desk.file("P1").debts
    assert (debt.type.value, debt.person_role.value) == ("medical", "guarantor")
    assert (lead(desk).needs, lead(desk).priority) == ('["language:es"]', 700.0)
    assert [hold.kind for hold in desk.file("P1").holds] == [HoldKind.RECALLED]
    assert numbers(desk) == [("landline", "own")]
    (row,) = (row for row in desk.rows(t.debts) if row.debt == debt.debt)
    assert row.balance_cents == 9_000


def test_a_number_that_the_creditor_drops_is_not_dialed_and_stays_for_the_record(desk: Any) -> None:
    send(desk, phone_1="2125550177", phone_1_type="mobile")
    assert numbers(desk) == [("mobile", "own"), ("landline", "unknown")]
    dropped = [row.source for row in desk.rows(t.person_numbers) if row.rank == 1_000]
    assert dropped == ["dropped by the creditor"]
    send(desk)
    assert numbers(desk) == [("landline", "own"), ("mobile", "unknown")]


def test_a_number_that_another_account_tells_is_not_dropped(desk: Any) -> None:
    send(desk, client_account="A9")
    send(desk, phone_1="2125550177")
    assert sorted(role for _, role in numbers(desk)) == ["own", "own"]
    send(desk, client_account="A9", phone_1="2125550177")
    assert sorted(role for _, role in numbers(desk)) == ["own", "unknown"]


def test_the_order_of_numbers_follows(desk: Any) -> None:
    two: dict[str, Any] = {"phone_2": "2125550155", "phone_2_type": "mobile", "phone_2_role": "shared"}
    send(desk, **two)
    assert numbers(desk) == [("landline", "own"), ("mobile", "shared")]
    turned: dict[str, Any] = {"phone_1": "2125550155", "phone_1_type": "mobile", "phone_1_role": "shared"}
    send(desk, **turned, phone_2="2125550101", phone_2_type="landline", phone_2_role="own")
    assert numbers(desk) == [("mobile", "shared"), ("landline", "own")]


def test_a_role_that_is_known_is_not_forgotten_where_none_is_said(desk: Any) -> None:
    send(desk, without=("phone_1_role", "phone_1_type"))
    assert numbers(desk) == [("landline", "own")]
    send(desk, phone_1_role="relative")
    assert numbers(desk) == [("landline", "relative")]


@pytest.mark.parametrize(
    ("first", "then", "kind"),
    [
        ("landline", "mobile", "mobile"),
        ("mobile", "landline", "mobile"),
        ("landline", "voip", "voip"),
        ("landline", "unknown", "landline"),
        ("unknown", "landline", "landline"),
    ],
)
def test_a_line_is_a_mobile_where_any_source_says_so(desk: Any, first: str, then: str, kind: str) -> None:
    send(desk, phone_1="2125550188", phone_1_type=first)
    send(desk, phone_1="2125550188", phone_1_type=then)
    assert numbers(desk)[0] == (kind, "own")


def test_one_file_that_tells_two_kinds_of_one_number_tells_a_mobile(desk: Any) -> None:
    lines = [{**ADA, "client_account": name, "phone_1": "2125550188"} for name in ("A7", "A8")]
    lines[1] |= {"phone_1_type": "mobile", "person_ref": "P8"}
    desk.place(*(",".join(line.values()) for line in lines), heading=",".join(ADA))
    (shared,) = desk.file("P8").numbers
    assert shared.kind.value == "mobile"
    assert [n.kind.value for n in desk.file("P1").numbers if n.number == shared.number] == ["mobile"]


def test_an_address_that_was_left_is_a_previous_one(desk: Any) -> None:
    send(desk, address_1="9 Other Rd", city="Dallas", state="TX", zip="75201")
    kinds = {address.region: address.kind for address in desk.file("P1").addresses}
    assert kinds == {"NY": AddressKind.PREVIOUS, "TX": AddressKind.RESIDENTIAL}


def test_an_address_that_could_be_placed_nowhere_does_not_outlive_its_mending(desk: Any) -> None:
    send(desk, state="AE", zip="09000")
    assert [address.zones for address in desk.file("P1").addresses if address.region == "AE"] == [None]
    send(desk)
    assert all(address.zones for address in desk.file("P1").addresses)


def test_a_recall_date_closes_the_account_on_its_day_and_the_newest_date_counts(desk: Any) -> None:
    send(desk, recall_date="2099-06-01")
    (hold,) = desk.file("P1").holds
    assert (hold.kind, hold.since.isoformat()) == (HoldKind.RECALLED, "2099-06-01T00:00:00+00:00")
    send(desk, recall_date="2099-07-01")
    assert [hold.since.month for hold in desk.file("P1").holds] == [7]
    send(desk, recall_date="")
    assert desk.file("P1").holds == ()


def test_calls_that_are_only_counted_count_once_however_often_they_are_sent(desk: Any) -> None:
    send(desk, prior_attempts="3")
    send(desk, prior_attempts="3", score="1")
    assert len(desk.file("P1").history) == 3
    send(desk, prior_attempts="5")
    assert len(desk.file("P1").history) == 5
    send(desk, prior_attempts="2")
    assert len(desk.file("P1").history) == 5


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"first": "Zoe"}, "first name"),
        ({"last": "Other"}, "last name"),
        ({"dob": "1980-01-01"}, "birthday"),
        ({"ssn_last4": "9999"}, "last four digits"),
    ],
)
def test_another_person_under_a_known_reference_goes_to_review(
    desk: Any, more: dict[str, Any], what: str
) -> None:
    send(desk, dob="1979-05-23", ssn_last4="0417")
    before = desk.file("P1")
    known: dict[str, Any] = {"dob": "1979-05-23", "ssn_last4": "0417"}
    report = send(desk, client_account="A9", **(known | more))
    assert (report.accepted, report.rejected, report.held) == (0, 1, 0)
    assert what in report.rejects[0].reason
    assert desk.file("P1") == before
    report = send(desk, client_account="A9", same=("ACME/p1",), **more)
    assert report.accepted == 1
    assert len(desk.file("P1").debts) == 2


def test_what_protects_in_such_a_line_holds_whom_it_may_mean(desk: Any) -> None:
    report = send(desk, first="Zoe", cease="yes")
    assert (report.accepted, report.held) == (0, 1)
    assert desk.asked("P1") == ["manual", "manual"], "the person, and the account"


def test_what_one_file_alone_tells_contradicts_nothing(desk: Any) -> None:
    assert send(desk, first="A", middle="M", dob="1979-05-23").accepted == 1
    assert send(desk, ssn_last4="0417").accepted == 1


def test_a_campaign_that_a_store_with_others_does_not_know_is_told(desk: Any) -> None:
    assert campaigns_beside(desk.address, "cc") == ("c",)
    assert campaigns_beside(desk.address, "c") == ()
    assert campaigns_beside(f"{desk.folder}/none.db", "c") == ()


def test_a_number_of_which_nobody_says_whose_it_is_is_told(desk: Any) -> None:
    report = send(desk, without=("phone_1_role",), phone_1="2125550177")
    assert [(remark.column, remark.reason) for remark in report.remarks] == [
        ("phone_1_role", "not said whose it is: it is not dialed predictively unless that is known")
    ]
    assert send(desk).remarks == []

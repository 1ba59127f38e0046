"""What a file tells of notices, limitation, papers, places and consents is in the person's file."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from compliance_gate.request import PersonFile
from compliance_gate.words import (
    ConsentScope,
    GivenTo,
    Medium,
    NoticeKind,
    NumberKind,
    PersonRole,
    Place,
    RequestKind,
)
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.intake.placements import PlacementReader
from dialer.storage.spoken_words import opened_words

AS_OF = datetime(2026, 11, 23, 14, tzinfo=UTC)
LINE = {
    "client_id": "acme",
    "client_account": "A1",
    "person_ref": "P1",
    "last": "Example",
    "address_1": "1 Sample St",
    "city": "New York",
    "state": "NY",
    "zip": "10001",
    "phone_1": "(212) 555-0101",
    "phone_1_type": "pager",
    "phone_1_role": "own",
    "current_balance": "1163.50",
}


def read(folder: Path, **more: str) -> PlacedAccount | RejectedLine:
    """One line of a file, with some columns more."""
    line = {**LINE, **more}
    text = io.StringIO()
    csv.writer(text).writerows([list(line), list(line.values())])
    path = folder / "placement.csv"
    path.write_text(text.getvalue())
    (found,) = PlacementReader(path, as_of=AS_OF)
    return found


def placed(floor: Any, folder: Path, **more: str) -> PersonFile:
    account = read(folder, **more)
    assert isinstance(account, PlacedAccount), account
    floor.place(account, sha256=repr(sorted(more.items())))
    person = floor.store.identifiers.person("acme", "P1")
    file = floor.store.person_files([person], now=floor.now)[person]
    return opened_words(floor.store.keyring, file)


def test_a_notice_is_told_with_its_day_kind_means_return_and_proof(floor: Any, tmp_path: Path) -> None:
    debt = floor.store.identifiers.debt("acme", "A1")
    (notice,) = placed(
        floor,
        tmp_path,
        notice_date="2026-11-02",
        notice_kind="medical",
        notice_by="letter",
        notice_proof="mail house, batch 7",
    ).notices
    assert (notice.sent_on, notice.kind, notice.by) == (date(2026, 11, 2), NoticeKind.MEDICAL, Medium.LETTER)
    assert (notice.returned_on, notice.proof, notice.debts) == (None, "mail house, batch 7", (debt,))


def test_a_later_file_that_tells_of_its_return_leaves_one_notice(floor: Any, tmp_path: Path) -> None:
    placed(floor, tmp_path, notice_date="2026-11-02", notice_kind="validation")
    file = placed(
        floor, tmp_path, notice_date="20261102", notice_kind="validation", notice_returned_date="2026-11-19"
    )
    assert [notice.returned_on for notice in file.notices] == [date(2026, 11, 19)]


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"notice_kind": "validation"}, "notice_date"),
        ({"notice_returned_date": "2026-11-19"}, "notice_date"),
        ({"notice_date": "2026-11-19", "notice_returned_date": "2026-11-18"}, "notice_returned_date"),
        ({"notice_date": "2026-11-24"}, "notice_date"),
        ({"notice_date": "2026-11-02", "notice_kind": "of some kind"}, "notice_kind"),
        ({"limitation_date": "some day"}, "limitation_date"),
        ({"email_consent_date": "2026-11-24"}, "email_consent_date"),
        ({"phone_1_consent_date": "2026-11-23T14:01Z"}, "phone_1_consent_date"),
        ({"phone_1_consent_date": "2026-11-23T14:00"}, "phone_1_consent_date"),
        ({"phone_1_consent_revoked_date": "2026-11-23T15:00+00:00"}, "phone_1_consent_revoked_date"),
    ],
)
def test_what_cannot_be_read_rejects_its_line(tmp_path: Path, more: dict[str, str], column: str) -> None:
    """A day in the future, a return before the sending, a kind that no law asks for: none is guessed at."""
    found = read(tmp_path, email="ada@example.com", phone_1_consent="yes", **more)
    assert isinstance(found, RejectedLine)
    assert found.column == column


def test_the_day_of_limitation_is_on_the_debt_and_may_lie_ahead(floor: Any, tmp_path: Path) -> None:
    file = placed(floor, tmp_path, limitation_date="2029-01-05")
    assert [debt.limitation_ends for debt in file.debts] == [date(2029, 1, 5)]
    assert [debt.limitation_ends for debt in placed(floor, tmp_path).debts] == [None]


def test_papers_asked_for_and_a_home_that_was_closed_are_requests(floor: Any, tmp_path: Path) -> None:
    debt = floor.store.identifiers.debt("acme", "A1")
    asked, closed = placed(
        floor, tmp_path, documents_requested_date="2026-11-10", closed_place="home"
    ).requests
    assert (asked.type, asked.debts, asked.at.date()) == (
        RequestKind.DOCUMENTS_REQUESTED,
        (debt,),
        date(2026, 11, 10),
    )
    assert (closed.type, closed.debts, closed.place) == (RequestKind.INCONVENIENT_PLACE, None, Place.HOME)


def test_who_the_original_creditor_is_asked_of_one_debt(floor: Any, tmp_path: Path) -> None:
    debt = floor.store.identifiers.debt("acme", "A1")
    (asked,) = placed(floor, tmp_path, original_creditor_requested_date="2026-11-10").requests
    assert (asked.type, asked.debts, asked.at.date()) == (
        RequestKind.ORIGINAL_CREDITOR_REQUESTED,
        (debt,),
        date(2026, 11, 10),
    )


def test_a_consent_keeps_its_instant_wording_proof_and_end(floor: Any, tmp_path: Path) -> None:
    (consent,) = placed(
        floor,
        tmp_path,
        phone_1_consent="yes",
        phone_1_consent_date="2025-03-14T16:02-04:00",
        phone_1_consent_words="You may call me on this number about my account.",
        phone_1_consent_proof="application form 12, page 2",
        phone_1_consent_revoked_date="2026-11-01T09:30+00:00",
    ).consents
    assert (consent.scope, consent.given_to) == (ConsentScope.NUMBER_PROVIDED_TO_CREDITOR, GivenTo.CREDITOR)
    assert consent.at == datetime(2025, 3, 14, 20, 2, tzinfo=UTC)
    assert consent.wording == "You may call me on this number about my account."
    assert consent.proof == "application form 12, page 2"
    assert consent.revoked_at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def test_a_consent_to_e_mails_is_for_the_address_and_no_other(floor: Any, tmp_path: Path) -> None:
    ids = floor.store.identifiers
    (consent,) = placed(
        floor,
        tmp_path,
        email="Ada@Example.com",
        email_consent_date="2026-01-05",
        email_consent_words="Write to me here.",
        email_consent_proof="portal, terms of 2026-01",
    ).consents
    assert (consent.scope, consent.address) == (ConsentScope.EMAIL, ids.email("ada@example.com"))
    assert (consent.wording, consent.proof) == ("Write to me here.", "portal, terms of 2026-01")
    assert consent.number is None


def test_a_line_may_be_a_pager_and_a_person_a_confirmed_successor(floor: Any, tmp_path: Path) -> None:
    file = placed(floor, tmp_path, person_role="successor_in_interest")
    assert file.role is PersonRole.SUCCESSOR_IN_INTEREST
    assert [number.kind for number in file.numbers] == [NumberKind.PAGER]

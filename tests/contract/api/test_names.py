"""Nothing binds nobody: whom a body names is found however it is written, or the body is refused."""

from typing import Any

import httpx2
import pytest

from compliance_gate.request import PersonFile
from dialer.storage.person_files import person_files
from dialer.storage.store import Store

ALL = {"Authorization": "Bearer all"}
MONDAY = "2026-11-23T15:00:00+00:00"


def post(served: Any, fact: str, **body: object) -> httpx2.Response:
    return httpx2.post(f"{served.base}/api/facts/{fact}", json=body, headers=ALL)


def file_of(served: Any, reference: str) -> PersonFile:
    with Store.open(served.database, identity_key=b"test") as store:
        person = store.identifiers.person("acme", reference)
        return store.read(lambda connection: person_files(connection, [person], now=2e9))[person]


@pytest.mark.parametrize(
    ("place", "number"),
    [
        (5, "+12125550105"),
        (6, "(212) 555-0106"),
        (7, "212.555.0107"),
        (8, "1 212 555 0108"),
        (9, "２１２5550109"),
    ],
)
def test_a_suppression_binds_everybody_who_has_the_number(
    served_by_name: Any, place: int, number: str
) -> None:
    answer = post(served_by_name, "suppressions", scope="number", source="letter", number=number)
    assert (answer.status_code, answer.json()["remark"]) == (200, None)
    assert [asked.type.value for asked in file_of(served_by_name, f"p{place}").requests] == ["do_not_call"]


def test_a_person_is_found_by_id_in_capitals_and_by_the_client_s_key(served_by_name: Any) -> None:
    with Store.open(served_by_name.database, identity_key=b"test") as store:
        ids = [store.identifiers.person("acme", f"p{place}") for place in (10, 11)]
    for name in (ids[0].upper(), "ACME/P11"):
        answer = post(served_by_name, "requests", person=name, kind="cease_communication", at=MONDAY)
        assert answer.status_code == 200, answer.text
    for reference in ("p10", "p11"):
        requests = file_of(served_by_name, reference).requests
        assert [asked.type.value for asked in requests] == ["cease_communication"]


def test_an_account_is_found_by_the_client_s_key(served_by_name: Any) -> None:
    answer = post(served_by_name, "recalls", debt="acme/A12")
    assert answer.status_code == 200, answer.text
    assert [hold.kind.value for hold in file_of(served_by_name, "p12").holds] == ["recalled"]


def test_a_number_that_nobody_has_is_kept_and_the_answer_says_so(served_by_name: Any) -> None:
    answer = post(served_by_name, "suppressions", scope="number", source="list", number="(212) 555-0199")
    assert answer.status_code == 200
    assert "nobody on file has this number today" in answer.json()["remark"]


@pytest.mark.parametrize(
    ("fact", "body", "status"),
    [
        ("suppressions", {"scope": "person", "source": "x", "person": "p-nobody"}, 404),
        ("suppressions", {"scope": "debt", "source": "x", "debt": "acme/A999"}, 404),
        ("suppressions", {"scope": "number", "source": "x", "number": "n-nobody"}, 422),
        ("suppressions", {"scope": "number", "source": "x", "number": "212-DISCONN"}, 422),
        ("requests", {"person": "acme/P999", "kind": "dispute", "at": MONDAY}, 404),
        ("requests", {"person": "acme/p3", "kind": "dispute", "at": MONDAY, "debts": ["d-0"]}, 404),
        ("payments", {"debt": "d-nobody", "cents": 1, "settles": False}, 404),
        ("holds", {"person": "nobody", "kind": "deceased", "since": MONDAY}, 404),
        ("requests", {"person": "acme/p3", "kind": "dispute", "at": 1_795_000_000_000}, 422),
        ("requests", {"person": "acme/p3", "kind": "dispute", "at": "1795000000"}, 422),
        ("requests", {"person": "acme/p3", "kind": "dispute", "at": "2026-11-23T15:00:00"}, 422),
    ],
)
def test_what_would_bind_nobody_is_refused_with_a_sentence(
    served_by_name: Any, fact: str, body: dict[str, Any], status: int
) -> None:
    answer = post(served_by_name, fact, **body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)

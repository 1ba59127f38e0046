"""Lists that somebody looked up: whoever stands in one is held, or the line is known for what it is."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from compliance_gate.words import HoldKind, NumberKind
from dialer import clock
from dialer.domain.errors import MendableError
from dialer.floor.taking_in import take_in
from dialer.floor.told_files import ToldOrder, list_asked, take_in_told
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.report import ImportReport
from dialer.storage.store import Store

HEADING = "client_id,client_account,person_ref,last,state,zip,phone_1,phone_1_role,current_balance\n"
PLACED = "acme,A1,P1,Example,NY,10001,2125550101,own,1.00\nacme,A2,P2,Roe,NY,10001,2125550102,own,1.00\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that people were placed in, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    file = folder / "placement.csv"
    file.write_text(HEADING + PLACED)
    take_in(file, campaign="c", address=str(folder / "f.db"), folder=None, progress=lambda _: None)
    return folder


@pytest.fixture
def address(filled: Path, tmp_path: Path) -> str:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return str(tmp_path / "f.db")


def listed(
    address: str, kind: str, text: str, *told: str, day: str | None = None, client: str = ""
) -> ImportReport:
    path = Path(address).parent / f"{kind}.txt"
    path.write_text(text)
    mapping = NOTHING_SAID.with_columns(told)
    order = ToldOrder(file=path, kind=list_asked(kind, day, client), by="Cora", mapping=mapping)
    return take_in_told(order, address=address)


def file(address: str, reference: str) -> Any:
    with Store.open(address) as store:
        person = store.identifiers.person("acme", reference)
        return store.person_files([person], now=clock.posix_now() + 1)[person]


@pytest.mark.parametrize(
    "line",
    ["2125550101", "(212) 555-0101", "212,5550101", "12125550101,2026-11-01,A", "2125550101\tCAMPAIGN9"],
)
def test_a_do_not_call_list_in_every_shape_binds_the_number(address: str, line: str) -> None:
    """One number a line, area codes apart as in the national registry, changes with their day, VICIDIAL's."""
    report = listed(address, "do_not_call", f"{line}\n")
    assert (report.lines, report.accepted) == (1, 1)
    (request,) = file(address, "P1").requests
    assert request.type.value == "do_not_call"
    assert "do_not_call list do_not_call.txt of 20" in request.text
    assert file(address, "P2").requests == ()


def test_what_a_list_takes_off_opens_nothing(address: str) -> None:
    listed(address, "do_not_call", "2125550101\n2125550102\n")
    report = listed(address, "do_not_call", "2125550101,2026-11-01,D\n2125550103,2026-11-01,A\n")
    assert (report.accepted, len(report.remarks)) == (2, 2)
    assert len(file(address, "P1").requests) == 1


@pytest.mark.parametrize(
    ("line", "is_held"),
    [("2125550101,D", True), ("212,5550101,D", True)]
    + [
        (f"2125550101,{day},D", False)
        for day in ("2026-11-01", "20261101", "11/01/2026", "2026-11-01 10:00:00")
    ],
)
def test_a_d_without_a_day_may_be_a_code_and_closes(address: str, line: str, *, is_held: bool) -> None:
    """A change of the registry says its day; a D alone is a hit of DNC.com's codes, and is not dropped."""
    report = listed(address, "do_not_call", f"{line}\n")
    assert (report.rejected, report.held) == (is_held, is_held)
    assert bool(file(address, "P1").requests or file(address, "P1").holds) is is_held


def test_a_number_that_nobody_has_is_bound_once_somebody_gets_it(address: str) -> None:
    listed(address, "do_not_call", "2125550177\n")
    later = Path(address).parent / "later.csv"
    later.write_text(HEADING + "acme,A9,P9,Poe,NY,10001,2125550177,own,1.00\n")
    take_in(later, campaign="c", address=address, folder=None, progress=lambda _: None)
    assert [request.type.value for request in file(address, "P9").requests] == ["do_not_call"]


@pytest.mark.parametrize(
    ("kind", "hold"),
    [
        ("bankruptcy", HoldKind.BANKRUPTCY),
        ("deceased", HoldKind.DECEASED),
        ("active_duty", HoldKind.ACTIVE_DUTY),
        ("litigants", HoldKind.LITIGATION),
    ],
)
def test_a_hit_of_a_scrub_holds_whoever_it_names(address: str, kind: str, hold: HoldKind) -> None:
    """By the client's account, by the person, by the number; and the day of the list stays with the hold."""
    text = "client_id,account_number,person_ref,phone\nacme,A1,,\n,,acme/P2,\n,,,2125550199\n"
    report = listed(address, kind, text, day="2026-11-15")
    for reference in ("P1", "P2"):
        (found,) = file(address, reference).holds
        assert found.kind is hold
        assert found.source == f"{kind} list {kind}.txt of 2026-11-15"
    # A litigant's number is left alone whoever gets it; a number says nothing of who has died.
    assert report.rejected == (0 if kind == "litigants" else 1)


@pytest.mark.parametrize(
    ("kind", "line", "found"),
    [
        ("wireless", "2125550101", NumberKind.MOBILE),
        ("landline", "2125550101,20261101", NumberKind.LANDLINE),
        ("dnc_codes", "2125550101,W", NumberKind.MOBILE),
        ("dnc_codes", "2125550101,Y", NumberKind.VOIP),
        ("dnc_codes", "2125550101,C", NumberKind.UNKNOWN),
    ],
)
def test_a_list_of_lines_says_what_a_number_is(address: str, kind: str, line: str, found: NumberKind) -> None:
    assert listed(address, kind, f"{line}\n", day="2026-11-15").rejected == 0
    assert file(address, "P1").numbers[0].kind is found
    assert file(address, "P2").numbers[0].kind is NumberKind.UNKNOWN


def test_no_second_number_of_a_line_is_lost_without_a_word(address: str) -> None:
    """Of two columns of numbers one would bind and the other not; one that nobody knows is told."""
    with pytest.raises(MendableError, match="two columns mean number"):
        listed(address, "do_not_call", "account,phone,cell\nacme/A1,2125550101,2125550102\n")
    assert file(address, "P1").requests == file(address, "P2").requests == ()
    report = listed(address, "do_not_call", "phone,other_phone,\n2125550101,2125550102,\n")
    assert report.unknown_columns == ("other_phone",)
    assert listed(address, "litigants", "2125550101,17\n").unknown_columns == ()


def test_an_answer_about_a_reassigned_number_is_kept_with_its_day(address: str) -> None:
    report = listed(address, "reassigned", "2125550101,yes\n2125550102,perhaps\n", day="2026-11-15")
    (entry,) = file(address, "P1").history
    assert (entry.rnd_result.value, entry.rnd_date.isoformat()) == ("yes", "2026-11-15")
    assert (report.rejects[0].line, report.rejects[0].column) == (2, "code")


def test_a_code_that_nobody_knows_holds_whom_it_names(address: str) -> None:
    report = listed(address, "dnc_codes", "2125550101,D\n2125550102,Q\n")
    assert [request.type.value for request in file(address, "P1").requests] == ["do_not_call"]
    assert (report.rejected, report.held) == (1, 1)
    assert file(address, "P2").requests or file(address, "P2").holds


def test_a_code_of_a_number_that_cannot_be_read_binds_the_account(address: str) -> None:
    report = listed(address, "dnc_codes", "client_id,account,phone,code\nacme,A1,5550,D\nacme,A2,5550,C\n")
    assert (report.accepted, report.rejected) == (1, 1)
    assert [hold.kind for hold in file(address, "P1").holds] == [HoldKind.MANUAL]
    assert file(address, "P2").holds == ()


def test_a_list_of_tomorrow_or_of_nothing_is_refused(address: str) -> None:
    for kind, text, day in (("do_not_call", "2125550101\n", "2999-01-01"), ("deceased", "name\nAda\n", None)):
        with pytest.raises(MendableError):
            listed(address, kind, text, day=day)
    with pytest.raises(MendableError, match="no list is of"):
        list_asked("dead", None)


def test_a_list_is_told_again_after_the_next_placement(address: str) -> None:
    """As the report of the line that was refused says; who was held is held by the same list."""
    text = "client_id,account\nacme,A1\nacme,A9\n"
    assert listed(address, "deceased", text, day="2026-11-15").rejected == 1
    later = Path(address).parent / "later.csv"
    later.write_text(HEADING + "acme,A9,P9,Poe,NY,10001,2125550177,own,1.00\n")
    take_in(later, campaign="c", address=address, folder=None, progress=lambda _: None)
    assert listed(address, "deceased", text, day="2026-11-15").rejected == 0
    assert [hold.kind for hold in file(address, "P9").holds] == [HoldKind.DECEASED]
    assert {hold.kind for hold in file(address, "P1").holds} == {HoldKind.DECEASED}
    with pytest.raises(MendableError, match="taken in already"):
        listed(address, "deceased", text, day="2026-11-15")


def test_a_list_with_a_column_that_may_protect_binds_nothing_until_somebody_looked(address: str) -> None:
    text = "number,cease\n2125550101,yes\n"
    with pytest.raises(MendableError, match="what cease means"):
        listed(address, "wireless", text)
    assert listed(address, "wireless", text, "cease=ignore").accepted == 1

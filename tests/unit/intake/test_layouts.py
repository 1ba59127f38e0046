"""Files in the layouts of the trade: proposed, confirmed, read; and what they cannot be without."""

import gzip
import io
import tomllib
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import xlsxwriter

from compliance_gate.words import HoldKind, NumberKind, NumberRole, RequestKind
from dialer.domain.cells import harmless
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.intake.columns import heading_key
from dialer.intake.files import UnreadableFileError
from dialer.intake.layouts.guessing import meaning_for
from dialer.intake.layouts.names import split_name
from dialer.intake.layouts.proposing import propose
from dialer.intake.layouts.returned import Returned
from dialer.intake.layouts.shipped import shipped_layouts
from dialer.intake.mapping import FileMapping, MappingError, mapping_from, require_confirmed
from dialer.intake.placements import PlacementReader
from dialer.intake.values import BadValueError

AS_OF = datetime(2026, 11, 23, 14, tzinfo=UTC)
LEAD = (
    "100001|10001|129|1|7275551213|MR|John|Q|Public01|249 MUNDON ROAD|||TAMPA|FL||33709|USA|M|1970-01-01|"
    "7275551218|test@test.com|nothing|250.00"
)


def proposed(path: Path, answers: dict[str, str] | None = None, **options: str) -> FileMapping:
    """The mapping proposed for a file, with the questions answered: `table: key` to the answer."""
    text = propose(path, name="test", **options).text
    told = tomllib.loads(text)
    for question, answer in (answers or {}).items():
        table, _, key = question.partition(": ")
        if key:
            told.setdefault(table, {})[key] = answer
        else:
            told[table] = answer
    told["version"] = 0
    del told["version"]
    return mapping_from(told, "test")


def read(path: Path, mapping: FileMapping) -> list[PlacedAccount | RejectedLine]:
    require_confirmed(mapping)
    return list(PlacementReader(path, as_of=AS_OF, mapping=mapping))


def accounts(path: Path, mapping: FileMapping) -> list[PlacedAccount]:
    found = read(path, mapping)
    refused = [line for line in found if isinstance(line, RejectedLine)]
    assert not refused, refused
    return [line for line in found if isinstance(line, PlacedAccount)]


def columns_of_layout(name: str) -> list[str]:
    layout = next(each for each in shipped_layouts() if each.name == name)
    return list(cast("dict[str, str]", layout.told["columns"]))


VICIDIAL = {
    "always: client_id": "acme",
    "always: current_balance": "1.00",
    "always: phone_1_role": "own",
    "always: phone_2_role": "shared",
}


def test_the_two_standard_layouts_of_vicidial_are_told_apart_by_their_24th_field(tmp_path: Path) -> None:
    """Rank and owner in one, calls and status in the other: who reads a status as an owner calls a number on
    the do-not-call list."""
    web, cli = tmp_path / "web.txt", tmp_path / "cli.txt"
    web.write_text(f"{LEAD}|1|6666\n{LEAD.replace('100001', '100002')}|2|6666\n")
    cli.write_text(f"{LEAD}|1|NA\n{LEAD.replace('100001', '100002')}|2|DNC\n")
    assert propose(web, name="web").layout == "vicidial_web"
    assert propose(cli, name="cli").layout == "vicidial_cli"
    first, second = accounts(cli, proposed(cli, VICIDIAL))
    assert first.person.requests == ()
    assert [asked.type for asked in second.person.requests] == [RequestKind.DO_NOT_CALL]


def test_a_lead_of_vicidial_becomes_an_account_with_all_its_numbers(tmp_path: Path) -> None:
    """Its codes of countries, its alternative numbers with their notes, its day that is none."""
    path = tmp_path / "leads.txt"
    more = "7275551218_1_work!2075550100_44!7275551215"
    line = LEAD.replace("1970-01-01", "0000-00-00")
    path.write_text(f"{line}|0|NEW|2026-01-01 10:00:00|{more}\n")
    answers = {**VICIDIAL, "columns: comments": "current_balance"}
    mapping = proposed(path, answers)
    assert propose(path, name="x").layout == "vicidial_cli"
    (account,) = accounts(path, mapping)
    person = account.person
    assert (account.client, account.client_account, account.placement) == ("acme", "100001", "129")
    assert (person.first, person.middle, person.last, person.date_of_birth) == ("John", "Q", "Public01", None)
    assert [number.e164 for number in person.numbers] == [
        "+17275551213",
        "+17275551218",
        "+442075550100",
        "+17275551215",
    ]
    assert [number.role for number in person.numbers[:2]] == [NumberRole.OWN, NumberRole.SHARED]
    assert account.balance.cents == 25_000


def test_a_status_that_nobody_has_signed_refuses_its_line_and_holds_the_account(tmp_path: Path) -> None:
    """Whatever it says may protect somebody."""
    path = tmp_path / "leads.txt"
    path.write_text(f"{LEAD}|1|NEW\n" * 5 + f"{LEAD.replace('100001', '7')}|1|ZZTOP\n")
    proposal = propose(path, name="x", layout="vicidial_cli")
    assert "statuses: ZZTOP" in proposal.questions
    mapping = proposed(path, VICIDIAL, layout="vicidial_cli")
    with pytest.raises(MappingError, match="questions that nobody answered"):
        require_confirmed(mapping)
    told = tomllib.loads(proposal.text)
    del told["statuses"]["ZZTOP"], told["version"]
    told["always"] |= {key[8:]: text for key, text in VICIDIAL.items()}
    found = read(path, mapping_from(told, "x"))
    refused = found[-1]
    assert isinstance(refused, RejectedLine)
    assert (refused.line, refused.column) == (6, "account_status")
    assert refused.protects is not None
    assert refused.protects.accounts == (("acme", "7"),)


def test_a_list_with_custom_fields_finds_its_balance_among_them(tmp_path: Path) -> None:
    """The fields of `custom_<list>` stand behind the others, under headings of the floor's own."""
    columns = columns_of_layout("vicidial_dump")
    heading = [*columns, "balance", "orig_creditor"]
    values = {
        "vendor_lead_code": "A7",
        "phone_code": "1",
        "phone_number": "2125550101",
        "last_name": "Example",
        "status": "B",
        "balance": "99.50",
        "orig_creditor": "Acme Bank",
    }
    path = tmp_path / "list_101.txt"
    rows = [heading, [values.get(name, "") for name in heading]]
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n")
    answers = {"always: client_id": "acme", "always: phone_1_role": "own", "always: phone_2_role": "own"}
    mapping = proposed(path, answers)
    assert propose(path, name="x").layout == "vicidial_dump"
    (account,) = accounts(path, mapping)
    assert (account.balance.cents, account.original_creditor) == (9_950, "Acme Bank")


def test_debtors_with_seven_numbers_and_noughts_for_none(tmp_path: Path) -> None:
    """dccsv10, with a heading line and without one."""
    heading = "VENDOR_ID,FIRST_NAME,LAST_NAME,PHONE_1,PHONE_2,PHONE_3,PHONE_4,PHONE_5,PHONE_6,PHONE_7\n"
    line = "V1,Ada,Example,2125550101,0,2125550102,0,0,0,0\n"
    for name, text in (("with.csv", heading + line), ("without.csv", line)):
        path = tmp_path / name
        path.write_text(text)
        answers = {"always: client_id": "acme", "always: current_balance": "10.00"}
        roles = {f"always: phone_{n}_role": "own" for n in range(1, 8)}
        (account,) = accounts(path, proposed(path, answers | roles))
        assert [number.e164 for number in account.person.numbers] == ["+12125550101", "+12125550102"]


def test_a_system_of_record_in_43_columns(tmp_path: Path) -> None:
    """dccsv43 has a balance, a status to be signed and numbers at work."""
    keys = columns_of_layout("dccsv43")
    values = {
        "bf_id": "B1",
        "last_name": "Example",
        "first_name": "Ada",
        "status_code": "ACT",
        "balance": "12.00",
    }
    values |= {"home_phone": "2125550101", "work_phone": "2125550102", "other_phone": "0", "state": "NY"}
    path = tmp_path / "dc.csv"
    path.write_text(",".join(keys).upper() + "\n" + ",".join(values.get(key, "") for key in keys) + "\n")
    answers = {"always: client_id": "acme", "statuses: ACT": "open"}
    roles = {f"always: phone_{n}_role": "unknown" for n in (3, 4, 5, 6, 7)}
    (account,) = accounts(path, proposed(path, answers | roles))
    assert [number.role for number in account.person.numbers] == [NumberRole.OWN, NumberRole.WORK]


def test_goautodial_omnileads_and_jtel(tmp_path: Path) -> None:
    go, omni, jtel = (tmp_path / name for name in ("go.csv", "omni.csv", "jtel.csv"))
    go.write_text("2125550101,G1,1,Ms,Ada,,Example,1 Sample St,,,New York,NY,,10001,US,F,1979-05-23,,,,x\n")
    omni.write_text("telefono,name,surname,id_contact\n2125550101,Ada,Example,O1\n")
    jtel.write_text(
        '"DiallerContact";"dtImported";"DiallerCampaignsName";"Client";"ReferenceNumber";"Name";"FirstName";'
        '"Amount";"PhoneNumber1"\n"1";"2026-11-01";"C";"acme";"J1";"Example";"Ada";"1163,50";"+12125550101"\n'
    )
    answers = {
        "always: client_id": "acme",
        "always: current_balance": "1163.50",
        "always: phone_1_role": "own",
    }
    found = {}
    for path in (go, omni, jtel):
        extra = {"always: phone_2_role": "own"} if path is go else {}
        (account,) = accounts(path, proposed(path, answers | extra))
        assert (account.client, account.person.first, account.person.last) == ("acme", "Ada", "Example")
        assert account.balance.cents == 116_350
        assert [number.e164 for number in account.person.numbers] == ["+12125550101"]
        found[path.stem] = propose(path, name="x").layout
    assert found == {"go": "goautodial", "omni": "omnileads", "jtel": "jtel"}


def test_no_layout_leaves_a_number_of_the_debtor_s_out(tmp_path: Path) -> None:
    """jtel has six, dccsv seven; who is reached by the last of them only would be called by nobody."""
    jtel, ten = tmp_path / "jtel.csv", tmp_path / "dccsv10.csv"
    names = ";".join(f"PhoneNumber{n}" for n in range(1, 7))
    numbers = ";".join(f"+1212555010{n}" for n in range(1, 7))
    jtel.write_text(
        f"dtImported;DiallerCampaignsName;Client;ReferenceNumber;Name;Amount;{names}\n"
        f"2026-11-01;C;acme;J1;Example;1163,50;{numbers}\n"
    )
    ten.write_text(",".join(["V1", "Ada", "Example", *(f"212555010{n}" for n in range(1, 8))]) + "\n")
    always = {"always: client_id": "acme", "always: current_balance": "1.00"}
    for path, count in ((jtel, 6), (ten, 7)):
        roles = {f"always: phone_{n}_role": "own" for n in range(1, count + 1)}
        (account,) = accounts(path, proposed(path, always | roles, layout=path.stem))
        assert [number.e164[-1] for number in account.person.numbers] == list("1234567"[:count])


@pytest.mark.parametrize(("more", "left"), [(8, 0), (9, 1), (11, 3)])
def test_numbers_that_find_no_place_are_told(tmp_path: Path, more: int, left: int) -> None:
    """A line has nine."""
    path = tmp_path / "leads.txt"
    others = "!".join(f"21255501{n:02}_1_x" for n in range(more))
    path.write_text(f"{LEAD.replace('7275551218', '')}|0|NEW|2026-01-01 10:00:00|{others}\n")
    mapping = proposed(path, {**VICIDIAL, "columns: comments": "current_balance"})
    reader = PlacementReader(path, as_of=AS_OF, mapping=mapping)
    (account,) = reader
    assert isinstance(account, PlacedAccount)
    assert len(account.person.numbers) == 9
    told = [one.reason for one in reader.report.remarks if one.column == "more_phones"]
    assert told == ([f"left out: {left} more than a line may have"] if left else [])


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Cell", "phone_1"),
        ("Cell Phone", "phone_1"),
        ("Mobile #", "phone_1"),
        ("Home Ph", "phone_1"),
        ("Tel. No.", "phone_1"),
        ("SSN", "ssn"),
        ("SS#", "ssn"),
        ("Last 4", "ssn_last4"),
        ("Last 4 SSN", "ssn_last4"),
        ("Acct#", "client_account"),
        ("Acct Nbr", "client_account"),
        ("Ref #", "client_account"),
        ("Orig Creditor", "original_creditor"),
        ("Charge Off Dt", "charge_off_date"),
        ("Chg Off Date", "charge_off_date"),
        ("Last Pmt Amt", "last_payment_amount"),
        ("Amt Owed", "current_balance"),
        ("Cust Name", "full_name"),
        ("Addr Line 1", "address_1"),
        ("Cell Carrier", "ignore"),
        ("Phone Type", "ignore"),
        ("Home", "ignore"),
        ("Batch Type", "ignore"),
        ("Cell Consent", "?"),
        ("DNC Phone", "?"),
        ("Deceased No", "?"),
    ],
)
def test_a_heading_means_what_people_write_though_nothing_stands_below_it(heading: str, column: str) -> None:
    """Or what stands there says nothing; what may protect people is asked about all the same."""
    for values in ([], ["N/A", "#REF!", "NULL"]):
        assert meaning_for(heading_key(heading), values, [])[0] == column


def test_a_heading_of_telephones_above_other_words_is_none() -> None:
    """`Mobile` may say yes or no, and `Work Phone` an employer's name."""
    assert meaning_for("mobile", ["Y", "N", "Y"], [])[0] == "?"
    assert meaning_for("work_phone", ["Acme Inc", "Bank"], [])[0] == "?"
    assert meaning_for("cell", ["2125550101", "2125550102", "Y", "N", "Y"], [])[0] == "?"
    assert meaning_for("cell", ["2125550101", "2125550102", "212555XXXX", "none at home"], [])[0] == "phone_1"
    assert meaning_for("cell", ["0", "", "2125550101", "N/A"], [])[0] == "phone_1"


def test_a_column_of_notes_is_asked_about_where_one_says_what_may_protect(tmp_path: Path) -> None:
    """However far down; one that says nothing of the kind is left alone."""
    path = tmp_path / "notes.csv"
    rows = "".join(f"X{n},Doe Jane,2125550101,1.00,calls back,fine\n" for n in range(400))
    path.write_text(
        f"acct,debtor,cell,balance,notes,remark\n{rows}X9,Roe Ann,2125550102,1.00,do not call,fine\n",
        encoding="utf-8",
    )
    text = propose(path, name="n", client="acme").text
    assert 'notes = "?"  # line 402 may protect somebody' in text
    assert 'remark = "ignore"' in text


def test_headings_of_a_newcomers_file_become_a_mapping(tmp_path: Path) -> None:
    """Most cells are empty; a cell phone is a mobile and a work phone is at work, by their headings."""
    path = tmp_path / "new.csv"
    path.write_text(
        "Acct#,Cust Name,SSN,Cell,Work Phone,Mobile #,Amt Owed,Orig Creditor,Charge Off Dt\n"
        "N1,Ada Example,123456789,,,,100.00,Acme Bank,2026-01-31\n"
        "N2,Bo Example,,,,2125550101,50.00,Acme Bank,\n"
    )
    roles = {f"always: phone_{n}_role": "own" for n in (1, 3)}
    mapping = proposed(path, {"always: client_id": "acme", **roles})
    first, second = accounts(path, mapping)
    assert (first.person.ssn_last4, first.original_creditor) == ("6789", "Acme Bank")
    assert first.particulars["charge_off_date"] == "2026-01-31"
    assert [number.kind for number in second.person.numbers] == [NumberKind.MOBILE]
    assert mapping.derived.always["phone_2_role"] == "work"


def ygc(code: str, file: str, **fields: tuple[int, str]) -> str:
    line = list(f"{code}{'1':<10}{file:<20}{'':<15}{'ACME':<10}{'FIRM':<10}".ljust(260))
    for first, text in fields.values():
        line[first - 1 : first - 1 + len(text)] = text
    return "".join(line).rstrip()


def test_records_of_fixed_positions_become_one_account_each(tmp_path: Path) -> None:
    """An account without its first record is refused with the line on which it begins."""
    path = tmp_path / "ygc.txt"
    debtor = {"name": (68, "EXAMPLE/ADA M"), "cs": (149, "TAMPA FL"), "phone": (181, "813-555-0101")}
    path.write_text(
        "\n".join(
            (
                ygc("01", "F1", claim=(88, "00000001163.50"), when=(68, "20261101")),
                ygc("31", "F1", ssn=(205, "123-45-6789"), born=(228, "19790523"), **debtor),
                ygc("39", "F1"),
                ygc("31", "F2", **debtor),
            )
        )
        + "\n"
    )
    mapping = proposed(path, {"always: phone_1_role": "own"})
    account, refused = read(path, mapping)
    assert isinstance(account, PlacedAccount)
    person = account.person
    assert (account.line, account.client, account.client_account) == (1, "ACME", "F1")
    assert account.balance.cents == 116_350
    assert (person.first, person.middle, person.last) == ("ADA", "M", "EXAMPLE")
    assert (person.ssn_last4, person.date_of_birth) == ("6789", date(1979, 5, 23))
    assert (person.addresses[0].city, person.addresses[0].region) == ("TAMPA", "FL")
    assert isinstance(refused, RejectedLine)
    assert (refused.line, refused.reason) == (4, "no record 01 for this account")


def book(path: Path) -> None:
    made: Any = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("Placements")
    sheet.write_row(0, 0, ["Acct No", "Debtor Name", "Cell", "Balance", "DOB", "Deceased"])
    sheet.write_row(1, 0, [1000417, "Example, Ada", 2125550101.0, 1163.5])
    sheet.write_datetime(
        1,
        4,
        datetime(1979, 5, 23, tzinfo=UTC).replace(tzinfo=None),
        made.add_format({"num_format": "d/m/yyyy"}),
    )
    sheet.write_boolean(1, 5, True)
    sheet.write_row(3, 0, [1234567890123456, "Roe, Jane", 2125550102, 1])
    made.close()


def test_a_workbook_is_read_by_its_values_and_by_its_rows(tmp_path: Path) -> None:
    """A number of sixteen figures was rounded by the spreadsheet, and is nobody's key."""
    path = tmp_path / "placement.xlsx"
    book(path)
    mapping = proposed(path, {"always: client_id": "acme", "always: phone_1_role": "own"})
    account, refused = read(path, mapping)
    assert isinstance(account, PlacedAccount)
    assert (account.line, account.client_account, account.balance.cents) == (2, "1000417", 116_350)
    assert account.person.date_of_birth == date(1979, 5, 23)
    assert [hold.kind for hold in account.person.holds] == [HoldKind.DECEASED]
    assert isinstance(refused, RejectedLine)
    assert (refused.line, refused.reason) == (4, "a number that a spreadsheet has rounded")


def test_a_file_that_only_calls_itself_a_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "placement.xlsx"
    path.write_bytes(b"PK\x03\x04 not a zip at all")
    with pytest.raises(UnreadableFileError, match="no workbook that can be read"):
        PlacementReader(path, as_of=AS_OF)


def test_a_workbook_whose_contents_have_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    """As it comes from a disk that lost some bytes."""
    path = tmp_path / "accounts.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("Zoë", "")
    path.write_bytes(path.read_bytes().replace("ë".encode(), b"\xbc\xbc"))
    with pytest.raises(UnreadableFileError, match="the workbook is cut off or damaged"):
        PlacementReader(path, as_of=AS_OF)


ENVELOPE = (
    "H|ACME|20261123\nacct|debtor|cell|balance\nX1|Doe, Jane|2125550101|100.25\nX2|Roe, Ann|2125550102|1.00\n"
)


@pytest.mark.parametrize(
    ("trailer", "wrong"),
    [
        ("T|2|101.25\n", ""),
        ("T|3|101.25\n", r"says 3 of the lines; there are 2"),
        ("T|2|101.24\n", r"adds up to 101\.24; it is 101\.25"),
        ("", "the file may be cut off"),
        ("T|2|101.25\nX3|Roe, Eve|2125550103|1.00\n", "accounts follow it"),
    ],
)
def test_header_and_trailer_are_the_senders_own_and_must_agree(
    tmp_path: Path, trailer: str, wrong: str
) -> None:
    """A line or a cent that is missing says that the file is not what was sent: nothing of it is taken."""
    whole, path = tmp_path / "whole.txt", tmp_path / "placement.txt.gz"
    whole.write_text(ENVELOPE + "T|2|101.25\n")
    path.write_bytes(gzip.compress((ENVELOPE + trailer).encode()))
    mapping = proposed(whole, {"always: client_id": "acme", "always: phone_1_role": "own"})
    if wrong:
        with pytest.raises(UnreadableFileError, match=wrong):
            PlacementReader(path, as_of=AS_OF, mapping=mapping)
    else:
        assert [(a.line, a.person.last) for a in accounts(path, mapping)] == [(3, "Doe"), (4, "Roe")]


@pytest.mark.parametrize(
    ("text", "is_last_first", "parts"),
    [
        ("Ada Example", False, ("Ada", "", "Example", "")),
        ("Example, Ada M.", False, ("Ada", "M.", "Example", "")),
        ("Mr. Ada M Example Jr.", False, ("Ada", "M", "Example", "Jr.")),
        ("Example Jr, Ada", False, ("Ada", "", "Example", "Jr.")),
        ("Vincent van der Gogh", False, ("Vincent", "", "van der Gogh", "")),
        ("EXAMPLE/ADA M", True, ("ADA", "M", "EXAMPLE", "")),
        ("EXAMPLE ADA M", True, ("ADA", "M", "EXAMPLE", "")),
        ("Example", False, ("", "", "Example", "")),
    ],
)
def test_a_whole_name_is_taken_apart(text: str, is_last_first: bool, parts: tuple[str, ...]) -> None:
    assert split_name(text, is_last_first=is_last_first) == parts


@pytest.mark.parametrize("text", ["Ada & Bob Example", "Acme Plumbing LLC", "Estate of Ada Example", "12345"])
def test_two_people_a_company_or_no_name_is_nobody_whom_one_may_guess(text: str) -> None:
    with pytest.raises(BadValueError):
        split_name(text)


def test_refused_lines_go_back_in_the_clients_own_layout(tmp_path: Path) -> None:
    """With the line, the client's own heading and the reason; and no cell that a spreadsheet runs."""
    path = tmp_path / "a.csv"
    path.write_text(
        "Acct;Debtor;Cell;Amt Due\nX1;Doe, Jane;2125550101;1.00\n"
        "X2;=cmd|' /C calc'!A0;+1 212 555 0102;twelve\n"
    )
    mapping = proposed(path, {"always: client_id": "acme", "always: phone_1_role": "own"})
    reader = PlacementReader(path, as_of=AS_OF, mapping=mapping)
    out = io.StringIO()
    reader.on_refused = Returned(out, reader.file, reader.headings).take
    assert len(list(reader)) == 2
    assert out.getvalue().splitlines() == [
        "Acct;Debtor;Cell;Amt Due;refused_line;refused_column;refused_because",
        "X2;'=cmd|' /C calc'!A0;+1 212 555 0102;twelve;3;Amt Due;not an amount of money (use 1234.56)",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("-5.00", "-5.00"), ("+1 (212) 555-0101", "+1 (212) 555-0101"), ("-2+3", "'-2+3"), ("@x", "'@x")],
)
def test_a_signed_number_is_no_formula(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_every_layout_that_ships_says_only_what_can_be(tmp_path: Path) -> None:
    for layout in shipped_layouts():
        mapping = mapping_from(dict(layout.told), layout.name)
        assert mapping.columns, layout.name
        assert all(question.startswith("always: ") for question in mapping.saved.questions), layout.name

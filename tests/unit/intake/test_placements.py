"""Placement files as creditors send them: what is taken, what is mended, what is rejected and why."""

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from compliance_gate.whereabouts import packaged_tables
from compliance_gate.whereabouts.tables import Place
from compliance_gate.words import DebtType, HoldKind, NumberKind, NumberRole, PersonRole, RequestKind
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.intake.columns import BY_NAME, COLUMNS, HEADINGS, Kind, template
from dialer.intake.files import UnreadableFileError
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.placements import PlacementReader
from dialer.intake.report import masked
from dialer.intake.whole_file import UntoldError

AS_OF = datetime(2026, 11, 23, 14, tzinfo=UTC)
GOOD = {
    "client_id": "acme",
    "client_account": "A1",
    "person_ref": "P1",
    "first": "Ada",
    "last": "Example",
    "address_1": "1 Sample St",
    "city": "New York",
    "state": "NY",
    "zip": "10001",
    "phone_1": "(212) 555-0101",
    "phone_1_type": "mobile",
    "phone_1_role": "own",
    "current_balance": "$1,163.50",
}


def text_of(*rows: dict[str, str], delimiter: str = ",", heading: Iterable[str] | None = None) -> str:
    names = list(heading or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def read(path: Path, data: bytes | str) -> tuple[PlacementReader, list[PlacedAccount | RejectedLine]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reader = PlacementReader(path, as_of=AS_OF)
    return reader, list(reader)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "placement.csv"


def accepted(path: Path, **changes: str) -> PlacedAccount:
    _, (line,) = read(path, text_of({**GOOD, **changes}))
    assert isinstance(line, PlacedAccount), line
    return line


def rejected(path: Path, **changes: str) -> RejectedLine:
    _, (line,) = read(path, text_of({**GOOD, **changes}))
    assert isinstance(line, RejectedLine), line
    return line


def test_a_good_line_becomes_an_account_with_its_zones(path: Path) -> None:
    account = accepted(path)
    assert (account.line, account.client, account.client_account) == (2, "acme", "A1")
    assert account.balance == Money(cents=116_350)
    assert account.type is DebtType.OTHER
    person = account.person
    assert (person.person_ref, person.role, person.last) == ("P1", PersonRole.CONSUMER, "Example")
    (number,) = person.numbers
    assert (number.e164, number.kind, number.role) == ("+12125550101", NumberKind.MOBILE, NumberRole.OWN)
    assert number.zones == frozenset({"America/New_York"})
    assert number.regions == frozenset({"US-NY", "US-NY-NYC"})
    assert person.addresses[0].zones == frozenset({"America/New_York"})


def test_the_template_is_a_file_that_is_taken(path: Path) -> None:
    reader, (line,) = read(path, template())
    assert isinstance(line, PlacedAccount), line
    assert reader.report.unknown_columns == ()
    assert line.person.requests[0].type is RequestKind.INCONVENIENT_TIMES
    assert line.particulars["itemization_type"] == "charge_off"
    assert [number.consent_at is not None for number in line.person.numbers] == [True] * 9


def test_everything_that_is_wrong_with_a_line_is_told_at_once(path: Path) -> None:
    """Whoever mends it would else send it back once for each; nothing of the trials is remembered."""
    bad = {**GOOD, "current_balance": "x", "state": "ZQ", "person_ref": "NULL", "cease": "perhaps"}
    reader, (line, again, good) = read(path, text_of(bad, bad, GOOD))
    assert isinstance(line, RejectedLine)
    assert isinstance(again, RejectedLine)
    assert isinstance(good, PlacedAccount)
    assert (line.column, line.also) == (again.column, again.also)
    told = [line.column, *(each.partition(":")[0] for each in line.also)]
    assert sorted(told) == ["cease", "current_balance", "person_ref", "state"]
    assert line.reasons.count("; also ") == 3
    assert (reader.report.rejected, sum(reader.report.reject_reasons.values())) == (2, 2)
    assert [remark.line for remark in reader.report.remarks if remark.line < 4] == []


@pytest.mark.parametrize("changes", [{"state": "ZQ"}, {"person_ref": ""}, {"first": "a\0", "unheard_of": ""}])
def test_of_one_thing_that_is_wrong_nothing_else_is_told(path: Path, changes: dict[str, str]) -> None:
    assert rejected(path, **changes).also == ()


@pytest.mark.parametrize("n", [1, 6, 9])
def test_every_number_of_a_refused_line_that_names_nobody_else_is_held(path: Path, n: int) -> None:
    bare = {name: text for name, text in GOOD.items() if not name.startswith("phone_")}
    row = {**bare, "client_account": "NULL", "person_ref": "NULL", "cease": "yes", f"phone_{n}": "2125550101"}
    _, (line,) = read(path, text_of(row))
    assert isinstance(line, RejectedLine)
    assert line.protects is not None
    assert line.protects.numbers == ("+12125550101",)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"current_balance": ""}, "current_balance"),
        ({"current_balance": "-0.01"}, "current_balance"),
        ({"current_balance": "1e9"}, "current_balance"),
        ({"current_balance": "12O0"}, "current_balance"),
        ({"person_ref": " "}, "person_ref"),
        ({"last": ""}, "last"),
        ({"state": "ZQ"}, "state"),
        ({"zip": "ABCDE"}, "zip"),
        ({"phone_1": "12345"}, "phone_1"),
        ({"phone_1_role": "ex"}, "phone_1_role"),
        ({"bankruptcy": "maybe"}, "bankruptcy"),
        ({"account_type": "crypto"}, "account_type"),
        ({"delinquency_date": "13/45/2025"}, "delinquency_date"),
        ({"charge_off_date": "2027-01-01"}, "charge_off_date"),
        ({"dob": "2031-04-01"}, "dob"),
        ({"prior_attempts": "2026-11-18T15:04"}, "prior_attempts"),
        ({"inconvenient_times": "mornings"}, "inconvenient_times"),
        ({"currency": "dollars"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"delinquency_date": "1899-12-31"}, "delinquency_date"),
        ({"recall_date": "2200-01-01"}, "recall_date"),
        ({"phone_1_consent": "yes", "phone_1_consent_date": "0001-01-01"}, "phone_1_consent_date"),
        ({"prior_attempts": "0001-01-01T00:00+14:00"}, "prior_attempts"),
        ({"prior_attempts": "1899-12-31T23:59+00:00"}, "prior_attempts"),
        ({"score": "high"}, "score"),
    ],
)
def test_what_decides_whether_to_call_must_be_readable(
    path: Path, changes: dict[str, str], column: str
) -> None:
    assert rejected(path, **changes).column == column


def test_a_zone_that_does_not_exist_costs_a_line_and_not_the_file(path: Path) -> None:
    """Tables of places are data like any other."""
    tables = packaged_tables()
    wrong = Place(zones=frozenset({"Mars/Olympus"}), regions=frozenset({"US-NY"}))
    astray = replace(tables, numbers={**tables.numbers, "1212": wrong})
    path.write_text(text_of(GOOD, {**GOOD, "client_account": "A2", "phone_1": "(646) 555-0101"}))
    refused, taken = list(PlacementReader(path, as_of=AS_OF, tables=astray))
    assert isinstance(refused, RejectedLine)
    assert refused.reason == "PlacedNumber.zones[0]: a value that cannot be kept"
    assert isinstance(taken, PlacedAccount)


def test_a_value_that_cannot_be_kept_is_refused_without_being_told(path: Path) -> None:
    long = rejected(path, last="Secret" * 4_000)
    assert "Secret" not in f"{long.reason}{long.value}"


def test_a_personal_value_is_masked_in_the_report(path: Path) -> None:
    assert rejected(path, dob="1979-05-99").value == "********99"
    assert rejected(path, phone_1="212555").value == "****55"
    assert rejected(path, state="ZQ").value == "ZQ"
    assert [masked(text) for text in ("", "abc", "abcd", "abcde")] == ["", "***", "****", "***de"]
    assert all(BY_NAME[name].personal for name in ("first", "last", "dob", "phone_3", "email", "ssn_last4"))


def test_a_bad_number_beside_a_good_one_is_left_out_with_a_remark(path: Path) -> None:
    reader, (line,) = read(path, text_of({**GOOD, "phone_2": "see notes", "phone_3": "212-555-0101"}))
    assert isinstance(line, PlacedAccount)
    assert [number.e164 for number in line.person.numbers] == ["+12125550101"]
    assert [(remark.column, remark.reason) for remark in reader.report.remarks] == [
        ("phone_2", "left out: not a telephone number"),
        ("phone_3", "left out: the same number twice"),
    ]


def test_numbers_behind_an_empty_bad_or_repeated_one_are_taken(path: Path) -> None:
    """In the order of the file, whatever stands between."""
    first, second, third = "212-555-0101", "212-555-0102", "212-555-0103"
    for between in ("", "see notes", first):
        row = {**GOOD, "phone_1": first, "phone_2": between, "phone_3": second, "phone_4": third}
        _, (line,) = read(path, text_of(row))
        assert isinstance(line, PlacedAccount)
        found = [number.e164 for number in line.person.numbers]
        assert found == ["+12125550101", "+12125550102", "+12125550103"]


def test_flags_become_requests_and_holds(path: Path) -> None:
    account = accepted(
        path, cease="y", attorney="yes", dispute="1", bankruptcy="TRUE", deceased="no",
        inconvenient_times="MO-FR 09:00-17:00",
    )  # fmt: skip
    assert [(request.type, request.debt_only) for request in account.person.requests] == [
        (RequestKind.CEASE_COMMUNICATION, False),
        (RequestKind.ATTORNEY_REPRESENTED, False),
        (RequestKind.DISPUTE, True),
        (RequestKind.INCONVENIENT_TIMES, False),
    ]
    assert [hold.kind for hold in account.person.holds] == [HoldKind.BANKRUPTCY]


def test_an_address_that_cannot_be_placed_stays_unknown_and_is_told(path: Path) -> None:
    reader, (line,) = read(path, text_of({**GOOD, "state": "AE", "zip": "09012"}))
    assert isinstance(line, PlacedAccount)
    assert line.person.addresses[0].zones is None
    assert [remark.column for remark in reader.report.remarks] == ["state"]


def test_a_zip_code_outside_its_state_keeps_the_hours_of_both(path: Path) -> None:
    reader, (line,) = read(path, text_of({**GOOD, "state": "CA"}))
    assert isinstance(line, PlacedAccount)
    assert line.person.addresses[0].zones == frozenset({"America/New_York", "America/Los_Angeles"})
    assert [remark.column for remark in reader.report.remarks] == ["zip"]


def test_lost_zeros_are_put_back(path: Path) -> None:
    account = accepted(path, state="MA", zip="2139", ssn_last4="17")
    assert (account.person.addresses[0].postal_code, account.person.ssn_last4) == ("02139", "0017")


def test_joint_debtors_are_two_lines_and_a_repeated_line_is_rejected(path: Path) -> None:
    joint = {**GOOD, "person_ref": "P2", "person_role": "joint_debtor"}
    other = {**GOOD, "person_ref": "P3", "person_role": "guarantor", "current_balance": "5.00"}
    _, lines = read(path, text_of(GOOD, joint, GOOD, other))
    assert [type(line).__name__ for line in lines] == [
        "PlacedAccount", "PlacedAccount", "RejectedLine", "RejectedLine",
    ]  # fmt: skip
    assert isinstance(lines[1], PlacedAccount)
    assert lines[1].person.role is PersonRole.JOINT_DEBTOR
    assert [line.value for line in lines if isinstance(line, RejectedLine)] == ["line 2", "line 2"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_delimiters_are_found(path: Path, encoding: str, delimiter: str) -> None:
    text = text_of({**GOOD, "last": "Núñez"}, delimiter=delimiter)
    _, (line,) = read(path, text.encode(encoding))
    assert isinstance(line, PlacedAccount)
    assert line.person.last == "Núñez"


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    _, (line,) = read(tmp_path / "p.csv.gz", gzip.compress(text_of(GOOD).encode()))
    assert isinstance(line, PlacedAccount)


def test_headings_in_other_words_are_understood_and_unknown_ones_told(path: Path) -> None:
    text = (
        text_of({**GOOD, "desk": "7"})
        .replace("client_account", "Account Number", 1)
        .replace("current_balance", "BALANCE", 1)
    )
    reader, (line,) = read(path, text)
    assert isinstance(line, PlacedAccount)
    assert reader.report.unknown_columns == ("desk",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "heading"),
        (b"\x00\x01\x02\x03\n", "heading"),
        (b"a,b,c\n1,2,3\n", "no column client_id"),
        (text_of(GOOD).replace("city", "balance", 1).encode(), "two columns mean current_balance"),
    ],
)
def test_a_file_that_cannot_be_taken_at_all_says_what_is_missing(
    path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read(path, data)
    with pytest.raises(UnreadableFileError, match="No such file"):
        PlacementReader(path.with_name("none.csv"), as_of=AS_OF)


def test_cut_and_quoted_lines_keep_the_numbers_of_the_file(path: Path) -> None:
    broken = '\n"two\nlines",x\n\n' + text_of({**GOOD, "client_account": "A2"}).splitlines()[1] + "\n"
    reader, lines = read(path, text_of(GOOD) + broken)
    assert [line.line for line in lines] == [2, 4, 7]
    assert isinstance(lines[1], RejectedLine)
    assert lines[1].reason == "2 fields where the heading has 13 (lines 4 to 5)"
    assert (reader.report.lines, reader.report.accepted, reader.report.rejected) == (3, 2, 1)


def test_a_naive_instant_of_receipt_is_refused(path: Path) -> None:
    path.write_text(text_of(GOOD))
    with pytest.raises(ValueError, match="zone"):
        PlacementReader(path, as_of=datetime(2026, 11, 23))  # noqa: DTZ001 - the point of the test


def test_delinquency_priority_and_recall_are_kept(path: Path) -> None:
    account = accepted(path, delinquency_date="1/15/2026", score="612", recall_date="2027-05-31")
    assert (account.delinquent_since, account.priority, account.recall_on) == (
        date(2026, 1, 15),
        612.0,
        date(2027, 5, 31),
    )


def test_every_heading_means_one_column() -> None:
    assert len(HEADINGS) == sum(1 + len(column.aliases) for column in COLUMNS)


@pytest.mark.parametrize(
    ("city", "zip_code", "expected"),
    [
        ("Ridgewood", "11385", "New York City"),
        ("Broklyn", "11201", "New York City"),
        ("Albany", "12207", "Albany"),
    ],
)
def test_a_neighbourhood_of_new_york_is_the_city_whose_law_binds(
    path: Path, city: str, zip_code: str, expected: str
) -> None:
    (address,) = accepted(path, city=city, zip=zip_code).person.addresses
    assert address.city == expected


@pytest.mark.parametrize(
    ("to_calls", "to_texts"), [("y", "n"), ("n", "y"), ("y", "y"), ("n", "n"), ("", ""), ("y", ""), ("", "y")]
)
def test_a_consent_to_texts_is_none_to_calls(path: Path, to_calls: str, to_texts: str) -> None:
    """Each is kept apart, from midnight of the day the file names."""
    consents = {"phone_1_consent": to_calls, "phone_1_text_consent": to_texts}
    (number,) = accepted(path, **consents, phone_1_consent_date="2025-03-14").person.numbers
    day = datetime(2025, 3, 14, tzinfo=UTC)
    assert number.consent_at == (day if to_calls == "y" else None)
    assert number.text_consent_at == (day if to_texts == "y" else None)


def test_a_consent_without_a_date_is_of_the_day_the_file_came(path: Path) -> None:
    """The latest it can have been given."""
    (number,) = accepted(path, phone_1_consent="y").person.numbers
    assert number.consent_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_nothing_owed_closes_the_account(path: Path) -> None:
    account = accepted(path, current_balance="0.00")
    (hold,) = account.person.holds
    assert (account.balance.cents, hold.kind, hold.debt_only) == (0, HoldKind.CLOSED, True)


def test_one_cent_is_owed(path: Path) -> None:
    assert accepted(path, current_balance="0.01").balance == Money(cents=1)
    assert rejected(path, current_balance="-0.01").reason == "nothing is owed"


def test_other_amounts_dates_and_words_are_kept_in_one_form(path: Path) -> None:
    """As amounts with two digits, days in ISO, words with underscores; what is not there is not kept."""
    kept = accepted(
        path, last_payment_amount="$1,000.5", charge_off_date="1/15/2026", itemization_type="Charge Off"
    ).particulars
    assert kept == {
        "last_payment_amount": "1000.50",
        "charge_off_date": "2026-01-15",
        "itemization_type": "charge_off",
    }


@pytest.mark.parametrize(
    ("country", "number", "kept"),
    [
        ("US", "2125550101", "US"),
        ("CA", "2125550101", "CA"),
        ("US", "+442079460958", None),
        ("GB", "+12125550101", None),
        ("GB", "+442079460958", None),
    ],
)
def test_a_number_is_of_the_line_s_country_where_its_code_may_be(
    path: Path, country: str, number: str, kept: str | None
) -> None:
    """+1 is many countries: the address says which; another code says so itself."""
    place = {} if country == "US" else {"state": "", "zip": "", "city": ""}
    account = accepted(path, country=country, phone_1=number, **place)
    assert account.person.numbers[0].country == kept


def test_a_day_in_the_future_is_refused_but_for_a_recall(path: Path) -> None:
    """The day of receipt itself has come."""
    assert accepted(path, delinquency_date="2026-11-23").delinquent_since == date(2026, 11, 23)
    assert rejected(path, delinquency_date="2026-11-24").reason == "a day in the future"
    assert accepted(path, recall_date="2026-11-24").recall_on == date(2026, 11, 24)


@pytest.mark.parametrize("currency", ["US", "USDX", "U5D"])
def test_a_currency_has_three_letters(path: Path, currency: str) -> None:
    assert rejected(path, currency=currency).column == "currency"
    assert accepted(path, currency="eur").balance.currency == "EUR"


def test_a_mark_of_another_encoding_within_a_file_is_no_mark(path: Path) -> None:
    """Only the first bytes of a file say how it is written, not those of a later block of a large one."""
    head, tail = text_of(GOOD, {**GOOD, "client_account": "A2", "address_2": "HERE"}).encode().split(b"HERE")
    reader, _ = read(path, head.ljust((1 << 20), b"x") + b"\xff\xfe" + tail)
    assert reader.report.encoding == "cp1252"


def test_what_is_kept_of_rejects_is_bounded_and_all_are_counted(path: Path) -> None:
    bad = [{**GOOD, "client_account": f"A{n}", "current_balance": "none"} for n in range(1_001)]
    reader, _ = read(path, text_of(*bad))
    assert (reader.report.rejected, len(reader.report.rejects)) == (1_001, 1_000)


def test_what_is_sealed_in_the_store_is_masked_where_its_line_is_refused() -> None:
    """A new column of text says whether it tells who somebody is; these do not."""
    plain = {each.name for each in BY_NAME.values() if each.kind is Kind.TEXT and not each.personal}
    sources = {f"phone_{n}_source" for n in range(1, 10)}
    places = {"city", "state", "country", "city_state", "phone_code", "statute_state"}
    assert plain - sources - places == {
        "placement_id",
        "client_id",
        "original_creditor",
        "current_creditor",
        "language",
        "currency",
        "stage",
        "account_status",
    }


@pytest.mark.parametrize(
    ("note", "word"),
    [
        ("asked us: DO NOT CALL at work", "DO NOT CALL"),
        ("don't call her", "don't call"),
        ("stop calling!!", "stop calling"),
        ("Represented by lawyer J. Roe", "lawyer"),
        ("wife says he passed away in May", "passed away"),
        ("filed Chapter 13", "Chapter 13"),
        ("disputes the amount", "disputes"),
        ("not my debt", "not my debt"),
        ("no more calls", "no more calls"),
    ],
)
def test_words_that_protect_under_a_heading_nobody_explained_refuse_the_file(
    path: Path, note: str, word: str
) -> None:
    """Also far behind in the file; whoever has looked says so once for the column."""
    many = [{**GOOD, "client_account": f"A{n}", "Remark": "likes mornings"} for n in range(300)]
    many[-1]["Remark"] = note
    path.write_text(text_of(*many), encoding="utf-8")
    with pytest.raises(UntoldError, match=rf"line 301 says \"{word}\" under Remark"):
        PlacementReader(path, as_of=AS_OF)
    reader = PlacementReader(path, as_of=AS_OF, mapping=NOTHING_SAID.with_columns(["Remark=ignore"]))
    assert len(list(reader)) == 300


@pytest.mark.parametrize("between", [" ", " " * 80, "\n", "\n" * 19])
def test_words_that_protect_are_found_wherever_the_file_is_cut_into_blocks(
    path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    """Also where there is much between them, or a quoted field runs over as many lines as it may."""
    path.write_text(text_of({"Remark": f"DO{between}NOT CALL", **GOOD}), encoding="utf-8", newline="")
    for size in (1, 7, 50, 128):
        monkeypatch.setattr("dialer.intake.files.BLOCK", size)
        with pytest.raises(UntoldError, match="under Remark"):
            PlacementReader(path, as_of=AS_OF)


def test_words_that_protect_are_found_beside_a_byte_that_is_no_utf_8(path: Path) -> None:
    """A space of Windows-1252 is one where it is read as such: before the line is taken apart, too."""
    text = text_of(
        {**GOOD, "first": "Zo\N{LATIN SMALL LETTER O WITH DIAERESIS}" * 3, "Remark": "do@not@call"}
    )
    path.write_bytes(text.encode().replace(b"@", b"\xa0"))
    with pytest.raises(UntoldError, match="Remark"):
        PlacementReader(path, as_of=AS_OF)


@pytest.mark.parametrize("wrong", ['{},"open', "{},one,more", "two,fields,{}"])
def test_words_that_protect_are_found_in_a_line_that_does_not_fit_its_heading(path: Path, wrong: str) -> None:
    """It is refused, and what it says under a heading that nobody explained would be lost."""
    last = text_of({**GOOD, "Remark": "do not call"}).splitlines()[1]
    path.write_text(text_of({**GOOD, "Remark": "x"}) + wrong.format(last) + "\n", encoding="utf-8")
    with pytest.raises(UntoldError, match="line 3 says"):
        PlacementReader(path, as_of=AS_OF)


@pytest.mark.parametrize(
    "note", ["prefers calls at noon", "called, no answer", "Dncan St.", "chapter 4", "undisputed", "studied"]
)
def test_other_words_are_left_alone(path: Path, note: str) -> None:
    reader, _ = read(path, text_of({**GOOD, "Remark": note}))
    assert (reader.report.accepted, reader.report.unknown_columns) == (1, ("Remark",))

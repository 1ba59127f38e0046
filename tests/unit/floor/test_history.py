"""Calls that other dialers made before we did: found by whom they were with, and counted by the gate."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compliance_gate.words import Direction, EventKind, Outcome
from dialer import clock
from dialer.domain.errors import MendableError
from dialer.floor.taking_in import take_in
from dialer.floor.told_files import ToldOrder, history_asked, take_in_told
from dialer.inquiry.explain import explain_person
from dialer.intake.history.reader import HistoryReader
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.report import ImportReport
from dialer.storage.store import Store

HEADING = "client_id,client_account,person_ref,last,state,zip,phone_1,phone_1_role,current_balance\n"
PLACED = (
    "acme,A1,P1,Example,NY,10001,2125550101,own,100.00\nacme,A2,P2,Roe,NY,10001,2125550102,own,100.00\n"
    "acme,A3,P3,Poe,NY,10001,2125550101,shared,100.00\n"
)
NOW = clock.utc_now().replace(microsecond=0)


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


def told(address: str, name: str, text: str, **asked: object) -> ImportReport:
    path = Path(address).parent / name
    path.write_text(text)
    zone, client = asked.get("zone"), asked.get("client", "")
    history = history_asked(None if zone is None else str(zone), None, str(client))
    return take_in_told(ToldOrder(file=path, kind=history, by="Cora"), address=address)


def calls(address: str, reference: str) -> list[tuple[datetime, EventKind, Outcome | None]]:
    with Store.open(address) as store:
        person = store.identifiers.person("acme", reference)
        file = store.person_files([person], now=clock.posix_now() + 1)[person]
    return sorted((entry.at, entry.event, entry.outcome) for entry in file.history)


def ago(**spans: float) -> datetime:
    return NOW - timedelta(**spans)


def vicidial(number: str, at: datetime, status: str, key: str) -> str:
    epoch = int(at.timestamp())
    local = at.strftime("%Y-%m-%d %H:%M:%S")
    fields = (
        key,
        "77",
        "101",
        "C1",
        local,
        str(epoch),
        str(epoch + 9),
        "9",
        status,
        "1",
        number,
        "6666",
        "",
        "N",
    )
    return "\t".join((*fields, "ADMIN", "AGENT", "MAIN", "1")) + "\n"


def _record(at: datetime, source: str, dialed: str, disposition: str) -> tuple[str, ...]:
    """Sixteen fields of Asterisk's own records, in the order of Master.csv."""
    start = at.strftime("%Y-%m-%d %H:%M:%S")
    parties = ("", source, dialed, "out", "x", "SIP/a", "", "Dial", "")
    return (*parties, start, "", start, "20", "0", disposition, "DOCUMENTATION")


def record(at: datetime, source: str, dialed: str, disposition: str, *behind: str) -> str:
    fields = (*_record(at, source, dialed, disposition), *behind)
    return ",".join(f'"{text}"' for text in fields) + "\n"


def test_a_log_of_vicidial_is_on_the_file_of_everybody_who_has_the_number(address: str) -> None:
    """Its seconds since 1970 are believed; of a status that is the floor's own nothing is guessed."""
    text = vicidial("2125550101", ago(days=2), "NA", "u1") + vicidial("2125550101", ago(days=1), "SALE", "u2")
    text += vicidial("2125550102", ago(days=3), "MYOWN", "u3") + vicidial(
        "2125550199", ago(days=1), "NA", "u4"
    )
    report = told(address, "vicidial_log.txt", text)
    assert (report.lines, report.accepted, report.rejected) == (4, 3, 1)
    assert report.rejects[0].reason == "nobody on file has this number: import the accounts first"
    placed = EventKind.CALL_PLACED
    both = [(ago(days=2), placed, Outcome.NO_ANSWER), (ago(days=1), placed, Outcome.CONVERSATION)]
    assert calls(address, "P1") == calls(address, "P3") == both
    assert calls(address, "P2") == [(ago(days=3), placed, None)]


def test_a_call_that_two_logs_tell_counts_once(address: str) -> None:
    """By its unique id: VICIDIAL's log and Asterisk's own records have the same one."""
    at = ago(days=1)
    told(address, "vicidial_log.txt", vicidial("2125550102", at, "NA", "1795000000.17"))
    line = record(at, "8005550100", "2125550102", "NO ANSWER", "1795000000.17", "note")
    told(address, "Master.csv", line, zone="UTC")
    assert len(calls(address, "P2")) == 1


@pytest.mark.parametrize(
    "extra", [[], ["1795000000.17"], ["1795000000.17", "u"], ["p", "1795000000.17", "9"]]
)
def test_records_of_asterisk_in_all_their_lengths(address: str, extra: list[str]) -> None:
    """16 columns to 21; who calls in is in the other column than who is called."""
    at = ago(days=1)
    text = record(at, "100", "12125550102", "BUSY", *extra) + record(
        at, "2125550102", "s", "ANSWERED", *(one.replace(".17", ".18") for one in extra)
    )
    told(address, "Master.csv", text, zone="UTC")
    found = [(event, outcome) for _, event, outcome in calls(address, "P2")]
    assert sorted(found, key=str) == [
        (EventKind.CALL_PLACED, Outcome.BUSY),
        (EventKind.CALL_RECEIVED, None),
    ]


def test_the_other_order_of_asterisks_columns_is_known_by_where_its_times_stand(address: str) -> None:
    _, *fields = _record(ago(days=1), "100", "2125550102", "CANCEL")
    del fields[3]  # the caller's name stands first here, and the account behind
    line = ",".join(("x", *fields, "acc", "1.2", "", "7")) + "\n"
    told(address, "custom.csv", line, zone="America/New_York")
    ((at, _, outcome),) = calls(address, "P2")
    assert (at > ago(days=1), outcome) == (True, Outcome.NO_ANSWER)


def test_a_queue_log_tells_who_was_spoken_with(address: str) -> None:
    """The number is told when they join, and what came of it when they leave."""
    began = int(ago(days=1).timestamp())
    text = f"{began - 5}|NONE|NONE|NONE|QUEUESTART|\n"
    for call, number, end in (
        ("1.1", "2125550101", "COMPLETEAGENT|3|60|1"),
        ("1.2", "2125550102", "ABANDON|1|1|9"),
    ):
        text += f"{began}|{call}|q|NONE|ENTERQUEUE||{number}|1\n{began + 9}|{call}|q|SIP/1|{end}\n"
    told(address, "queue_log", text)
    assert [outcome for *_, outcome in calls(address, "P1")] == [Outcome.CONVERSATION]
    assert [outcome for *_, outcome in calls(address, "P2")] == [Outcome.ABANDONED]


def test_a_do_not_call_of_the_log_binds_whoever_has_the_number_or_gets_it(address: str) -> None:
    text = vicidial("2125550101", ago(days=300), "DNC", "u1") + vicidial(
        "2125550177", ago(days=1), "DNC", "u2"
    )
    assert told(address, "log.txt", text).rejected == 0
    with Store.open(address) as store:
        person = store.identifiers.person("acme", "P1")
        file = store.person_files([person], now=clock.posix_now() + 1)[person]
        later = store.identifiers.number("+12125550177")
        kept = store.read(
            lambda c: c.exec_driver_sql(f"SELECT count(*) FROM facts WHERE number = '{later}'").scalar_one()
        )
    assert [request.type.value for request in file.requests] == ["do_not_call"]
    assert kept == 1


def test_a_do_not_call_of_a_number_that_cannot_be_read_binds_the_account(address: str) -> None:
    """The line is refused for its number; whom else it names is told as bound, and is."""
    heading = "call_date|phone_number_dialed|status|vendor_lead_code\n"
    report = told(address, "export.txt", heading + f"{ago(days=1).isoformat()}|5550|DNC|A1\n", client="acme")
    assert report.rejects[0].reason.endswith("whom else the line names is bound")
    with Store.open(address) as store:
        ids: list[str] = [store.identifiers.person("acme", reference) for reference in ("P1", "P2")]
        files = store.person_files(ids, now=clock.posix_now() + 1)
    assert [[hold.debts for hold in files[one].holds] for one in ids] == [
        [(store.identifiers.debt("acme", "A1"),)],
        [],
    ]


def test_a_local_time_without_its_zone_is_refused_and_an_hour_that_comes_twice_is_the_later(
    tmp_path: Path,
) -> None:
    """01:30 on the first of November 2026 in New York is 05:30 or 06:30 UTC."""
    path = tmp_path / "calls.csv"
    path.write_text("at,number\n2026-11-01 01:30:00,2125550101\n")
    as_of = datetime(2026, 11, 20, tzinfo=UTC)
    (refused,) = HistoryReader(path, as_of=as_of)
    assert "say it with --zone" in getattr(refused, "rejected").reason  # noqa: B009
    asked = history_asked("America/New_York", None)
    (line,) = HistoryReader(path, as_of=as_of, zone=asked.zone)
    assert getattr(line, "said").entry.at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # noqa: B009
    with pytest.raises(MendableError, match="no time zone"):
        history_asked("Eastern", None)


@pytest.mark.parametrize(
    "at",
    ["9999-12-31 23:59:59", "0001-01-01 00:00:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_day_that_stands_for_none_costs_its_own_line_alone(tmp_path: Path, at: str, zone: str) -> None:
    """Exports write the calendar's last day, or its first, where there was no time."""
    path = tmp_path / "calls.csv"
    path.write_text(f"at,number\n{at},2125550101\n2026-11-19 12:00:00,2125550102\n")
    asked = history_asked(zone, 10**9)
    reader = HistoryReader(path, as_of=datetime(2026, 11, 20, tzinfo=UTC), zone=asked.zone, days=asked.days)
    refused, taken = reader
    assert getattr(refused, "rejected").column == "at"  # noqa: B009
    assert taken.number == "2125550102"


@pytest.mark.parametrize(("seconds", "counted"), [(-1, 0), (0, 1), (1, 1)])
def test_calls_older_than_the_days_that_are_asked_for_are_left_out(
    tmp_path: Path, seconds: int, counted: int
) -> None:
    """By the second."""
    as_of = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at = as_of - timedelta(days=60) + timedelta(seconds=seconds)
    path = tmp_path / "calls.csv"
    path.write_text(f"at,number,outcome,direction\n{at.isoformat()},2125550101,busy,inbound\n")
    lines = list(HistoryReader(path, as_of=as_of))
    assert len(lines) == counted
    if lines:
        assert getattr(lines[0], "said").entry.direction is Direction.INBOUND  # noqa: B009


def test_accounts_of_an_export_are_the_clients(address: str) -> None:
    """Of a number that two people have, only who owes the account was called."""
    heading = (
        "call_date|phone_number_dialed|status|campaign_id|vendor_lead_code|source_id|first_name|last_name|x\n"
    )
    line = f"{ago(days=1).isoformat()}|2125550101|B|C|A1|s|Ada|Example|9\n"
    told(address, "export.txt", heading + line, client="acme")
    assert len(calls(address, "P1")) == 1
    assert calls(address, "P3") == []


@pytest.mark.parametrize(("count", "is_denied"), [(6, False), (7, True)])
def test_the_gate_counts_what_another_dialer_placed(address: str, count: int, is_denied: bool) -> None:
    """Seven calls in seven days about a debt, and no eighth (12 CFR 1006.14(b))."""
    lines = [vicidial("2125550102", ago(days=1, minutes=n), "NA", f"u{n}") for n in range(count)]
    told(address, "log.txt", "".join(lines))
    with Store.open(address) as store:
        person = store.identifiers.person("acme", "P2")
        asked = explain_person(store, person, at=clock.posix_now() + 1)
    denied = {rule.rule for one in asked for rule in one.rules if rule.denies}
    assert any("frequency" in rule or "seven" in rule for rule in denied) is is_denied, denied


def test_the_same_log_twice_changes_nothing(address: str) -> None:
    text = vicidial("2125550102", ago(days=1), "NA", "u1")
    told(address, "a.txt", text)
    with pytest.raises(MendableError, match="taken in already"):
        told(address, "b.txt", text)


def test_a_log_is_told_again_once_its_zone_is_said(address: str) -> None:
    """Nothing of it was taken without; with it everything is, and a third time nothing is left."""
    at = ago(days=1)
    text = f"at,number,key\n{at.isoformat()},2125550102,k1\n{at:%Y-%m-%d %H:%M:%S},2125550102,k2\n"
    assert told(address, "calls.csv", text).rejected == 1
    assert calls(address, "P2") == [(at, EventKind.CALL_PLACED, None)]
    assert told(address, "calls.csv", text, zone="UTC").rejected == 0
    assert calls(address, "P2") == [(at, EventKind.CALL_PLACED, None)] * 2
    with pytest.raises(MendableError, match="taken in already"):
        told(address, "calls.csv", text, zone="UTC")


def test_a_log_is_told_again_once_whom_it_names_is_placed(address: str) -> None:
    """As the report of the line that was refused says."""
    text = vicidial("2125550102", ago(days=1), "NA", "u1") + vicidial("2125550107", ago(days=1), "NA", "u2")
    for _ in range(2):
        report = told(address, "log.txt", text)
        assert [line.reason for line in report.rejects] == [
            "nobody on file has this number: import the accounts first"
        ]
    later = Path(address).parent / "later.csv"
    later.write_text(HEADING + "acme,A9,P9,Lee,NY,10001,2125550107,own,1.00\n")
    take_in(later, campaign="c", address=address, folder=None, progress=lambda _: None)
    assert told(address, "log.txt", text).rejected == 0
    assert (len(calls(address, "P2")), len(calls(address, "P9"))) == (1, 1)


def test_a_log_with_a_column_that_may_protect_is_taken_once_somebody_looked(address: str) -> None:
    path = Path(address).parent / "calls.csv"
    path.write_text("at,number,cease\n2026-11-19T12:00:00Z,2125550101,yes\n")
    order = ToldOrder(file=path, kind=history_asked(None, 100_000), by="Cora")
    with pytest.raises(MendableError, match="what cease means"):
        take_in_told(order, address=address)
    looked = replace(order, mapping=NOTHING_SAID.with_columns(["cease=ignore"]))
    assert take_in_told(looked, address=address).accepted == 1

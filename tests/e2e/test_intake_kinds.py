"""Files that went wrong (`intake/`), each with its right outcome, and others of its kind.

"May be called" is asked by the product's own explanation, on a weekday at noon in New York.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.clock import utc_now
from dialer.storage.store import Store

CASES = Path(__file__).parent / "intake"
HEADING = (
    "client_id,client_account,person_ref,first,last,address_1,city,state,zip,country,"
    "phone_1,phone_1_type,phone_1_role,current_balance"
)
ADA = "acme,A1,P1,Ada,Example,1 Sample St,New York,NY,10001,,2125550101,landline,own,100.00"
Run = Callable[..., Any]


class Desk:
    """A folder in which files are imported and questions asked."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self._files = 0

    def take(self, name: str, *more: str) -> dict[str, Any]:
        """Import a file of the project's; what the command told a program."""
        done = self.run("import", str(CASES / name), "--json", *more, folder=self.folder)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def refused(self, name: str | Path, *more: str) -> str:
        """Import a file that is refused whole; the sentence."""
        done = self.run("import", str(CASES / name), *more, folder=self.folder)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    def write(self, *lines: str, heading: str = HEADING) -> Path:
        """A file of one's own, of lines as they are."""
        self._files += 1
        path = self.folder / f"own-{self._files}.csv"
        path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
        return path

    def take_lines(self, *lines: str, heading: str = HEADING, more: tuple[str, ...] = ()) -> dict[str, Any]:
        """Import lines of one's own."""
        return self.take(str(self.write(*lines, heading=heading)), *more)

    @property
    def store(self) -> Path:
        (path,) = self.folder.rglob("fairdial.db")
        return path

    def asked(self, reference: str = "P1", client: str = "acme") -> list[dict[str, Any]]:
        """What the explanation says of a person, for each of their numbers and debts."""
        with Store.open(str(self.store)) as store:
            person = store.identifiers.person(client, reference)
        done = self.run("explain", "--person", person, "--at", noon(), "--json", folder=self.folder)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def may_call(self, reference: str = "P1", client: str = "acme") -> bool:
        """Whether anything of them may be called at noon."""
        return any(each["allowed"] for each in self.asked(reference, client))

    def is_denied_by(self, rule: str, reference: str = "P1") -> bool:
        """Whether a rule denies every call to them."""
        return all(
            any(f["rule"] == rule and f["verdict"] == "denied" for f in each["findings"])
            for each in self.asked(reference)
        )


def noon() -> str:
    """Noon in New York of the next weekday but one; its offset is taken from the season."""
    day = utc_now() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC).isoformat()


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path)


@pytest.fixture
def after_base(desk: Desk) -> Desk:
    desk.take("base.csv")
    assert desk.may_call()
    return desk


# --- what protects takes effect although its line is refused ---


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("after_base_cease_bad_birthday.csv", "dob"),
        ("after_base_cease_bad_phone.csv", "phone_1"),
        ("after_base_deceased_bad_state.csv", "state"),
    ],
)
def test_a_refused_line_that_protects_closes_the_person(after_base: Desk, name: str, column: str) -> None:
    told = after_base.take(name)
    (line,) = told["rejected_lines"]
    assert (line["column"], bool(line["reason"]), told["held"]) == (column, True, 1)
    assert after_base.is_denied_by("house-holds")


def test_a_repeated_line_that_adds_cease_closes_the_person(desk: Desk) -> None:
    told = desk.take("repeated_line_adds_cease.csv")
    assert (told["accepted"], told["rejected"], told["held"]) == (1, 1, 1)
    assert not desk.may_call()


PROTECTIVE = {
    "cease": ("yes", "Y", "maybe", "2026-01-01", "unknown"),
    "attorney": ("1", "true", "Smith & Partners"),
    "bankruptcy": ("x", "chapter 7"),
    "deceased": ("T", "2025-02-30"),
    "dispute": ("YES", "?"),
    "inconvenient_times": ("MO-FR 09:00-17:00", "in the mornings"),
    "closed_place": ("home", "garden"),
    "documents_requested_date": ("2026-01-05", "last week"),
    "original_creditor_requested_date": ("2026-01-05",),
    "phone_1_consent_revoked_date": ("2026-01-05",),
    "recall_date": ("2026-01-05", "soon"),
}
MISTAKES = {
    "dob": "1/1/1900",
    "zip": "ABCDE",
    "state": "XX",
    "currency": "ZZZ",
    "account_type": "crypto",
    "phone_1_role": "ex",
    "score": "high",
    "current_balance": "1e9",
}


@pytest.mark.parametrize(
    ("column", "word", "mistake"),
    [
        (column, word, list(MISTAKES)[(place + at) % len(MISTAKES)])
        for place, (column, words) in enumerate(PROTECTIVE.items())
        for at, word in enumerate(words)
    ],
)
def test_every_protective_column_closes_with_every_other_mistake(
    after_base: Desk, column: str, word: str, mistake: str
) -> None:
    values = dict(zip(HEADING.split(","), ADA.split(","), strict=True))
    values |= {mistake: MISTAKES[mistake], column: word}
    told = after_base.take_lines(",".join(values.values()), heading=",".join(values))
    assert (told["accepted"], told["held"]) == (0, 1)
    assert not after_base.may_call()


@pytest.mark.parametrize("word", ["", "no", "N", "0", "false", "NULL", "n/a", "-"])
def test_a_refused_line_without_a_protective_signal_holds_nobody(after_base: Desk, word: str) -> None:
    told = after_base.take_lines(f"{ADA},{word},1/1/1900", heading=f"{HEADING},cease,dob")
    assert (told["rejected"], told["held"]) == (1, 0)
    assert after_base.may_call()


@pytest.mark.parametrize(
    "line",
    [
        ADA.replace("1 Sample St", "1 Sample St, Apt 2") + ",yes",
        ADA.replace("1 Sample St", '"1 Sample St') + ",yes",
        ADA.removesuffix(",100.00") + ",yes",
        ADA.replace("1 Sample St", '"The "Elms') + ",yes",
        ADA.replace("Example", "") + ",yes",
    ],
)
def test_a_line_that_is_broken_closes_whom_it_may_name(after_base: Desk, line: str) -> None:
    told = after_base.take_lines(line, heading=f"{HEADING},cease")
    assert (told["accepted"], told["held"], told["held_nobody"]) == (0, 1, 0)
    assert not after_base.may_call()


def test_a_line_whose_reference_is_a_placeholder_holds_the_account(after_base: Desk) -> None:
    after_base.take_lines(ADA.replace("P1", "NULL") + ",yes", heading=f"{HEADING},cease")
    assert not after_base.may_call()


def test_a_line_that_names_only_a_number_holds_the_number(after_base: Desk) -> None:
    line = ADA.replace("P1", "N/A").replace("A1", "#REF!").replace("2125550101", "(212) 555-0101")
    after_base.take_lines(f"{line},yes", heading=f"{HEADING},attorney")
    assert not after_base.may_call()


def test_a_line_that_names_nobody_is_told(after_base: Desk) -> None:
    line = ADA.replace("P1", "N/A").replace("A1", "#REF!").replace("2125550101", "")
    told = after_base.take_lines(f"{line},yes", heading=f"{HEADING},attorney")
    assert (told["held"], told["held_nobody"]) == (1, 1)


def test_a_refused_line_of_somebody_who_is_not_on_file_binds_them_when_they_come(desk: Desk) -> None:
    desk.take_lines(f"{ADA},yes,1/1/1900", heading=f"{HEADING},cease,dob")
    desk.take("base.csv")
    assert desk.is_denied_by("house-holds")


def test_holds_of_one_file_are_released_together_and_by_somebody(after_base: Desk) -> None:
    bo = ADA.replace("A1", "A2").replace("P1", "P2").replace("Ada", "Bo").replace("0101", "0102")
    after_base.take_lines(bo)
    assert after_base.may_call("P2")
    heading = f"{HEADING},cease,dob"
    after_base.take_lines(f"{ADA},yes,1/1/1900", f"{bo},yes,1/1/1900", heading=heading)
    after_base.take("after_base_deceased_bad_state.csv")
    done = after_base.run("holds", "list", "--json", folder=after_base.folder)
    held = json.loads(done.stdout)
    assert {(hold["line"], hold["signals"]) for hold in held} == {(2, "cease"), (3, "cease"), (2, "deceased")}
    (file,) = {hold["import_id"] for hold in held if hold["line"] == 3}
    release = ("holds", "release", file)
    assert after_base.run(*release, folder=after_base.folder).returncode == 2, "nobody is named"
    named = ("--by", "Cora Compliance", "--why", "the letters are another Ada's")
    done = after_base.run(*release, *named, folder=after_base.folder)
    assert (done.returncode, "4 holds" in done.stdout) == (0, True), done.stderr
    assert after_base.may_call("P2")
    assert not after_base.may_call("P1"), "the other file holds her still"
    again = after_base.run(*release, *named, folder=after_base.folder)
    assert (again.returncode, "no hold" in again.stderr) == (1, True)


# --- nothing owed, closed ---


def test_a_balance_of_nothing_closes_the_account_and_a_later_one_opens_it(after_base: Desk) -> None:
    after_base.take("after_base_balance_zero.csv")
    assert not after_base.may_call()
    after_base.take_lines(ADA)
    assert after_base.may_call()


def test_an_attorney_in_a_line_of_nothing_owed_is_known(after_base: Desk) -> None:
    after_base.take("after_base_attorney_balance_zero.csv")
    assert not after_base.may_call()
    after_base.take_lines(ADA.replace("A1", "A2"))
    assert not after_base.may_call(), "not about another account either"


def test_a_credit_balance_is_refused_and_closes_the_account(after_base: Desk) -> None:
    told = after_base.take_lines(ADA.replace("100.00", "-5.00"))
    assert (told["rejected"], told["held"]) == (1, 1)
    assert not after_base.may_call()


def test_a_recall_that_has_come_closes_the_account_and_placing_it_again_opens_it(after_base: Desk) -> None:
    after_base.take("recall_date_passed.csv")
    assert not after_base.may_call()
    after_base.take_lines(f"{ADA},2099-01-01", heading=f"{HEADING},recall_date")
    assert after_base.may_call()


# --- columns nobody explained ---


def test_columns_that_sound_protective_are_refused_until_somebody_says_what_they_mean(desk: Desk) -> None:
    said = desk.refused("protective_columns_unknown.csv")
    assert all(name in said for name in ("do_not_call", "status", "deceased_flag", "bankruptcy_chapter"))
    told = desk.take(
        "protective_columns_unknown.csv",
        *("--column", "do_not_call=ignore", "--column", "deceased_flag=ignore"),
        *("--column", "bankruptcy_chapter=ignore", "--column", "status=closed:CLOSED/OPEN"),
    )
    assert told["accepted"] == 1
    assert not desk.may_call()


@pytest.mark.parametrize(
    ("column", "text", "meaning"),
    [
        ("do_not_call", "Y", "do_not_call"),
        ("DNC", "1", "do_not_call:1/0"),
        ("Deceased Flag", "Y", "deceased"),
        ("bankruptcy_chapter", "7", "bankruptcy:*"),
        ("status", "pif", "closed:CLOSED,PIF/OPEN"),
        ("Acct Status", "CLS", "closed:CLS"),
        ("cease_and_desist", "2026-01-01", "cease:*"),
        ("atty_name", "Smith", "attorney:*"),
        ("litigious", "Y", "attorney:Y/N"),
        ("opt-out", "YES", "do_not_call"),
        ("SCRA", "Y", "do_not_call"),
        ("fraud_claim", "Y", "dispute"),
    ],
)
def test_a_column_of_the_creditor_s_is_refused_then_closes_by_its_meaning(
    desk: Desk, column: str, text: str, meaning: str
) -> None:
    path = desk.write(f"{ADA},{text}", heading=f"{HEADING},{column}")
    if column != "litigious":
        assert column in desk.refused(path)
    else:
        assert "litig" in desk.refused(path)
    told = desk.take(str(path), "--column", f"{column}={meaning}")
    assert told["accepted"] == 1
    assert not desk.may_call()


def test_a_word_that_no_mapping_knows_refuses_its_line_and_holds(after_base: Desk) -> None:
    told = after_base.take_lines(
        f"{ADA},PEND", heading=f"{HEADING},status", more=("--column", "status=closed:CLOSED/OPEN")
    )
    assert (told["accepted"], told["held"]) == (0, 1)
    assert not after_base.may_call()


def test_a_mapping_is_a_file_too(desk: Desk) -> None:
    (desk.folder / "acme.toml").write_text(
        '[columns]\nstatus = "closed:CLOSED/OPEN"\ndeceased_flag = "deceased"\n'
        'bankruptcy_chapter = "bankruptcy:*"\ndo_not_call = "do_not_call"\n',
        encoding="utf-8",
    )
    told = desk.take("protective_columns_unknown.csv", "--mapping", "acme.toml")
    assert told["accepted"] == 1
    assert not desk.may_call()


@pytest.mark.parametrize("column", ["hair_colour", "branch", "score_band", "household_size", "email_2"])
def test_a_column_that_protects_nobody_is_left_alone_and_told(desk: Desk, column: str) -> None:
    told = desk.take_lines(f"{ADA},x", heading=f"{HEADING},{column}")
    assert (told["accepted"], told["unknown_columns"]) == (1, [column])

"""What lines of told files say, at the boundary: a second, a day or a cent on either side."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from compliance_gate.request import Consent, PersonRequest
from dialer.intake.layouts.proposing import SAMPLED
from dialer.intake.layouts.proposing_told import propose_told
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.told import Paid, RefusedLine, ToldLine, ToldReader
from dialer.intake.told_columns import ToldKind
from dialer.intake.whole_file import UntoldError

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def told(folder: Path, kind: ToldKind, heading: str, line: str) -> ToldLine | RefusedLine:
    file = folder / "told.csv"
    file.write_text(f"{heading}\n{line}\n", encoding="utf-8")
    (read,) = ToldReader(file, kind, as_of=NOW)
    return read


def refused(folder: Path, kind: ToldKind, heading: str, line: str) -> tuple[str, str]:
    """The column for which a line was refused, and why."""
    read = told(folder, kind, heading, line)
    assert isinstance(read, RefusedLine), read
    return read.rejected.column, read.rejected.reason


@pytest.mark.parametrize(("amount", "cents"), [("0.01", 1), ("0.00", None), ("0", None), ("-0.01", None)])
def test_a_payment_is_of_a_cent_at_least(tmp_path: Path, amount: str, cents: int | None) -> None:
    heading, line = "account,amount,settles", f"acme/A1,{amount},no"
    if cents is None:
        assert refused(tmp_path, ToldKind.PAYMENTS, heading, line)[0] == "amount"
        return
    read = told(tmp_path, ToldKind.PAYMENTS, heading, line)
    assert isinstance(read, ToldLine)
    assert isinstance(read.said, Paid)
    assert read.said.amount.cents == cents


@pytest.mark.parametrize(("settles", "is_settled"), [("yes", True), ("no", False), ("", False)])
def test_a_payment_settles_only_where_that_is_said(tmp_path: Path, settles: str, *, is_settled: bool) -> None:
    """What is left of the debt would be gone."""
    heading = "account,amount,settles,at"
    read = told(tmp_path, ToldKind.PAYMENTS, heading, f"acme/A1,5.00,{settles},2026-03-02")
    assert isinstance(read, ToldLine)
    assert isinstance(read.said, Paid)
    assert (read.said.settles, read.said.paid_on) == (is_settled, date(2026, 3, 2))


def test_a_column_that_was_given_the_meaning_of_a_placement_s_is_told(tmp_path: Path) -> None:
    """It means nothing here: it is told as left alone, or refuses the file where it may protect people."""
    file = tmp_path / "told.csv"
    file.write_text("number,Tel,list\n2125550101,2125550102,x\n", encoding="utf-8")
    mapping = NOTHING_SAID.with_columns(["Tel=phone_2", "list=ignore"])
    read = ToldReader(file, ToldKind.SUPPRESSIONS, as_of=NOW, mapping=mapping)
    assert read.report.unknown_columns == ("Tel",)
    file.write_text("number,dnc flag\n2125550101,x\n", encoding="utf-8")
    mapping = NOTHING_SAID.with_columns(["dnc flag=do_not_call"])
    with pytest.raises(UntoldError, match="dnc flag"):
        ToldReader(file, ToldKind.SUPPRESSIONS, as_of=NOW, mapping=mapping)


KINDS = {
    ToldKind.SUPPRESSIONS: ("number", "2125550101"),
    ToldKind.REQUESTS: ("number,kind", "2125550101,dispute"),
    ToldKind.CONSENTS: ("number,scope,at", "2125550101,call,2026-03-01"),
    ToldKind.PAYMENTS: ("account,amount", "acme/A1,5.00"),
}


@pytest.mark.parametrize("kind", ToldKind)
@pytest.mark.parametrize("said", [[], ["note=phone_2"]])
def test_words_that_protect_under_a_heading_nobody_explained_refuse_a_told_file(
    tmp_path: Path, kind: ToldKind, said: list[str]
) -> None:
    """As they refuse a placement; also where the heading means something of placements and nothing here."""
    heading, line = KINDS[kind]
    file = tmp_path / "told.csv"
    file.write_text(f"{heading},note\n{line},called\n{line},asked: do not call\n", encoding="utf-8")
    with pytest.raises(UntoldError, match='line 3 says "do not call" under note'):
        ToldReader(file, kind, as_of=NOW, mapping=NOTHING_SAID.with_columns(said))
    ignored = NOTHING_SAID.with_columns(["note=ignore"])
    assert len(list(ToldReader(file, kind, as_of=NOW, mapping=ignored))) == 2


def test_a_proposal_asks_about_a_column_of_a_told_file_that_says_what_protects(tmp_path: Path) -> None:
    """However far behind in the file."""
    file = tmp_path / "told.csv"
    many = "acme/A1,5.00,fine,fine\n" * (SAMPLED + 1)
    file.write_text(f"account,amount,memo,other\n{many}acme/A1,5.00,deceased,fine\n", encoding="utf-8")
    proposal = propose_told(file, name="pay", of=ToldKind.PAYMENTS)
    assert [question for question in proposal.questions if "memo" in question] == ["columns: memo"]
    assert f"line {SAMPLED + 3} may protect somebody" in proposal.text
    assert 'other = "ignore"' in proposal.text


@pytest.mark.parametrize(
    ("at", "given"),
    [
        ("2026-03-10T12:00:00Z", NOW),
        ("2026-03-10T12:00:01Z", None),
        ("2026-03-11", NOW),  # it has begun where the day begins first
        ("2026-03-12", None),
    ],
)
def test_a_consent_was_given_by_now(tmp_path: Path, at: str, given: datetime | None) -> None:
    line = f"acme/P1,call,{at}"
    if given is None:
        assert refused(tmp_path, ToldKind.CONSENTS, "person,scope,at", line) == ("at", "in the future")
        return
    read = told(tmp_path, ToldKind.CONSENTS, "person,scope,at", line)
    assert isinstance(read, ToldLine)
    assert isinstance(read.said, Consent)
    assert read.said.at == given
    assert not read.protects


def test_a_consent_that_was_revoked_protects_from_its_revocation_on(tmp_path: Path) -> None:
    """Whatever its own time: one that began after its end would be none, and its line refused."""
    line = "acme/P1,call,2026-03-09T10:00:00Z,2026-03-02T10:00:00Z"
    read = told(tmp_path, ToldKind.CONSENTS, "person,scope,at,revoked_at", line)
    assert isinstance(read, ToldLine)
    assert isinstance(read.said, Consent)
    assert read.said.at == read.said.revoked_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert read.protects


@pytest.mark.parametrize(
    ("received", "kept"), [("2026-03-09", True), ("2026-03-10", True), ("2026-03-11", False)]
)
def test_a_letter_came_today_at_the_latest(tmp_path: Path, received: str, *, kept: bool) -> None:
    """One that is dated ahead binds from now on."""
    line = f"acme/P1,do_not_call,{received}"
    read = told(tmp_path, ToldKind.REQUESTS, "person,kind,received", line)
    assert isinstance(read, ToldLine)
    assert isinstance(read.said, PersonRequest)
    assert read.said.received == (date.fromisoformat(received) if kept else None)
    assert [column for column, _ in read.remarks] == ([] if kept else ["received"])
    assert read.protects


@pytest.mark.parametrize(
    "kind",
    [
        "dispute_answered",
        "attorney_released",
        "documents_provided",
        "original_creditor_named",
        "callback_request",
        "complaint_callback_request",
    ],
)
def test_a_request_that_opens_something_says_when_it_was_made(tmp_path: Path, kind: str) -> None:
    """It is held to its time as a consent is: without one, or with one to come, it opens nothing."""
    heading = "person,kind,at"
    column, reason = refused(tmp_path, ToldKind.REQUESTS, heading, f"acme/P1,{kind},")
    assert (column, reason) == ("at", "missing, of what opens something")
    line = f"acme/P1,{kind},2026-03-10T12:00:01Z"
    assert refused(tmp_path, ToldKind.REQUESTS, heading, line) == ("at", "in the future")
    read = told(tmp_path, ToldKind.REQUESTS, heading, f"acme/P1,{kind},2026-03-10T12:00:00Z")
    assert isinstance(read, ToldLine)
    assert not read.protects

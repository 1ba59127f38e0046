"""A column of a log or a list that nobody explained, and that may protect people, is never left alone."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialer.intake.files import UnreadableFileError
from dialer.intake.history.reader import HistoryReader
from dialer.intake.lists.reader import ListReader
from dialer.intake.lists.said import ListKind
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.whole_file import UntoldError

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
CALL = "2026-11-19 12:00:00"


def log(tmp_path: Path, text: str, *told: str) -> HistoryReader:
    path = tmp_path / "log.csv"
    path.write_text(text)
    mapping = NOTHING_SAID.with_columns(told)
    return HistoryReader(path, as_of=AS_OF, zone=ZoneInfo("America/New_York"), mapping=mapping)


def listed(tmp_path: Path, kind: ListKind, text: str, *told: str) -> ListReader:
    path = tmp_path / "list.csv"
    path.write_text(text)
    return ListReader(path, kind, as_of=AS_OF, mapping=NOTHING_SAID.with_columns(told))


@pytest.mark.parametrize(
    "text",
    [
        f"at,number,do_not_call\n{CALL},2125550101,yes\n",
        f"call_date,phone_number_dialed,status,attorney_flag\n{CALL},2125550101,NA,Y\n",
        f"id_campaign,phone,status,uniqueid,datetime_originate,cease\n1,2125550101,NoAnswer,1.2,{CALL},1\n",
        f"src,dst,disposition,billsec,start,uniqueid,dnc\n100,12125550101,BUSY,0,{CALL},1.2,1\n",
    ],
)
def test_a_column_of_a_log_that_sounds_protective_is_asked_about(tmp_path: Path, text: str) -> None:
    heading = text.partition("\n")[0].rpartition(",")[2]
    with pytest.raises(UntoldError, match=rf"what {heading} means, .* nothing was taken: .*{heading}=ignore"):
        log(tmp_path, text)
    reader = log(tmp_path, text, f"{heading}=ignore")
    assert [line.number for line in reader] == ["12125550101" if "dst" in text else "2125550101"]
    assert reader.report.unknown_columns == ()


def test_a_logs_own_columns_ask_nothing(tmp_path: Path) -> None:
    """`dnc` of Issabel is read, `disposition` and `status` are what came of the call."""
    issabel = (
        f"id_campaign,phone,status,uniqueid,datetime_originate,dnc\n1,2125550101,NoAnswer,1.2,{CALL},1\n"
    )
    (line,) = log(tmp_path, issabel)
    assert getattr(line, "said").opted_out == "dnc of Issabel"  # noqa: B009
    vicidial = f"call_date,phone_number_dialed,status,status_name,x1\n{CALL},2125550101,NA,No Answer,7\n"
    reader = log(tmp_path, vicidial)
    assert len(list(reader)) == 1
    assert reader.report.unknown_columns == ("x1",)


def test_what_a_collector_wrote_in_a_log_is_looked_through(tmp_path: Path) -> None:
    text = f"call_date,phone_number_dialed,status,comments\n{CALL},2125550101,NI,spoke to her lawyer\n"
    with pytest.raises(UntoldError, match='line 2 says "lawyer" under comments'):
        log(tmp_path, text)
    assert len(list(log(tmp_path, text, "comments=ignore"))) == 1
    assert len(list(log(tmp_path, text.replace("lawyer", "sister")))) == 1


@pytest.mark.parametrize("kind", [ListKind.WIRELESS, ListKind.REASSIGNED, ListKind.BANKRUPTCY])
def test_a_column_of_a_list_that_protects_otherwise_is_asked_about(tmp_path: Path, kind: ListKind) -> None:
    text = "number,result,do_not_call\n2125550101,no,yes\n"
    with pytest.raises(UntoldError, match="what do_not_call means"):
        listed(tmp_path, kind, text)
    listed(tmp_path, kind, text, "do_not_call=ignore")


def test_what_says_more_of_the_hit_asks_nothing(tmp_path: Path) -> None:
    bankrupt = "account,chapter,case_number,discharge_date,city\nA1,7,26-1,2026-01-02,Reno\n"
    reader = listed(tmp_path, ListKind.BANKRUPTCY, bankrupt)
    assert reader.report.unknown_columns == ("city", "chapter", "case_number", "discharge_date")
    listed(tmp_path, ListKind.DO_NOT_CALL, "number,dnc_reason\n2125550101,asked us to stop calling\n")
    with pytest.raises(UntoldError, match="what chapter means"):
        listed(tmp_path, ListKind.DECEASED, "account,chapter\nA1,7\n")


def test_words_in_a_lists_other_columns_are_looked_through(tmp_path: Path) -> None:
    text = "number,note\n2125550101,has an attorney\n"
    with pytest.raises(UntoldError, match='line 2 says "attorney" under note'):
        listed(tmp_path, ListKind.WIRELESS, text)
    listed(tmp_path, ListKind.WIRELESS, text, "note=ignore")


@pytest.mark.parametrize("text", ["number,x\n2125550101,yes\n", "2125550101\n"])
def test_a_meaning_that_would_bind_nobody_is_refused(tmp_path: Path, text: str) -> None:
    """Taken in silence, `--column x=cease` would promise what no reader of logs or lists does."""
    with pytest.raises(UnreadableFileError, match="x=cease would bind nobody"):
        listed(tmp_path, ListKind.WIRELESS, text, "x=cease")
    with pytest.raises(UnreadableFileError, match="x=cease would bind nobody"):
        log(tmp_path, f"at,number,x\n{CALL},2125550101,yes\n", "x=cease")

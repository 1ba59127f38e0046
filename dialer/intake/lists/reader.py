"""A list, line by line: whom each names, and what follows for them.

Lists have no heading more often than one: a number a line (`5551234567`, or `555,1234567` as the national
registry has it), with a result code, an answer, a day or a campaign behind. A line that cannot be read holds
whom it names.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from compliance_gate.words import HoldKind, NumberKind, RndResult
from dialer.domain.placement import RejectedLine
from dialer.intake.columns import heading_key
from dialer.intake.files import Row, TextFile, UnreadableFileError, look_at, rows_of
from dialer.intake.layouts.form import Form
from dialer.intake.line import RefusedLineError
from dialer.intake.lists.said import Listed, ListKind
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.report import ImportReport
from dialer.intake.told import RefusedLine, ToldLine
from dialer.intake.values import latin_digits
from dialer.intake.whole_file import left_alone

_HEADINGS = {
    "number": "phone phone_number number telephone tn phone_1 cell mobile phonenumber",
    "area": "area area_code areacode npa",
    "account": "account client_account account_number acct acct_no account_no",
    "person": "person person_ref debtor_id customer_id",
    "client_id": "client_id client",
    "code": "code result result_code status answer response result_of_query",
    "action": "action change",
}
_MEANS = {heading: name for name, words in _HEADINGS.items() for heading in words.split()}

_HOLDS = {
    ListKind.BANKRUPTCY: HoldKind.BANKRUPTCY,
    ListKind.DECEASED: HoldKind.DECEASED,
    ListKind.ACTIVE_DUTY: HoldKind.ACTIVE_DUTY,
    ListKind.LITIGANTS: HoldKind.LITIGATION,
}
_OF_THE_HIT = {
    ListKind.DO_NOT_CALL: re.compile(r"dnc|do_?not|suppress|opt_?out|block|reason|list"),
    ListKind.BANKRUPTCY: re.compile(r"bankrup|chapter|case|court|discharg|dismiss|filed|filing|petition"),
    ListKind.DECEASED: re.compile(r"deceas|decease|death|died|dod|dead"),
    ListKind.ACTIVE_DUTY: re.compile(r"active_?duty|military|service|scra"),
    ListKind.LITIGANTS: re.compile(r"litig|lawsuit|case|court|plaintiff"),
}
"""Headings that say more of why somebody stands in the list, which holds them already."""

_SUPPRESSED_CODES = frozenset("DPB")
_WIRELESS_CODES = frozenset("WGHLFV")
_CLEAR_CODES = frozenset("CXOERTIMS")
_ANSWERS = {
    "yes": RndResult.YES,
    "y": RndResult.YES,
    "no": RndResult.NO,
    "n": RndResult.NO,
    "no data": RndResult.NO_DATA,
    "no_data": RndResult.NO_DATA,
    "nodata": RndResult.NO_DATA,
}
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}(\D|$)|\d{1,2}/\d{1,2}/\d{2,4}")
_AREA, _LOCAL, _WHOLE = re.compile(r"\d{3}"), re.compile(r"\d{7}"), re.compile(r"\+?[\d\s().-]{10,18}")


class ListReader:
    """Reads one list once; an iterator, whose `report` grows as it runs.

    Args:
        of_day: the day of the list; its age is counted from then.
        client: whose accounts it names, where it names accounts without saying it.
        mapping: which columns that no list has may be ignored.

    Raises:
        UnreadableFileError: nothing in it names anybody, or two of its columns say the same.
        UntoldError: a column that nobody explained may protect people otherwise than the list does.
    """

    def __init__(
        self,
        path: Path,
        kind: ListKind,
        *,
        as_of: datetime,
        of_day: date | None = None,
        client: str = "",
        mapping: FileMapping = NOTHING_SAID,
    ) -> None:
        self._kind, self._client = kind, client
        today = as_of.astimezone(UTC).date()
        self._day = today if of_day is None else of_day
        if self._day > today:
            raise UnreadableFileError(f"{path}: {self._day} has not come yet: of which day is the list?")
        self.file, self._names = _recognised(path)
        self._source = f"{kind.value} list {path.name} of {self._day.isoformat()}"
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=_left_alone(self.file, self._names, kind, mapping),
        )

    def __iter__(self) -> Iterator[ToldLine | RefusedLine]:
        """Every hit, in the order of the file. Whoever resolves whom it names counts it."""
        for row in rows_of(self.file):
            self.report.lines += 1
            texts = self._texts(row)
            try:
                line = self._line(row, texts)
            except RefusedLineError as reject:
                yield self._refused(row, texts, reject)
            else:
                if line is None:
                    self.report.accepted += 1
                else:
                    yield line

    def _texts(self, row: Row) -> dict[str, str]:
        fields = (
            row.fields
            if row.fields is not None
            else row.raw.replace('"', "").split(self.file.delimiter or ",")
        )
        names = self._names or _shape([text.strip() for text in fields])
        texts = {
            name: text.strip() for name, text in zip(names, fields, strict=False) if name and text.strip()
        }
        if "area" in texts and _LOCAL.fullmatch(texts.get("number", "")):
            texts["number"] = texts["area"] + texts["number"]
        if not self._names and self._kind is ListKind.DO_NOT_CALL and "code" in texts:
            texts["action"] = texts.pop("code")  # a change of the registry: A, D
        return texts

    def _line(self, row: Row, texts: dict[str, str]) -> ToldLine | None:
        if row.fields is None:
            raise RefusedLineError("", row.reason)
        if not (texts.keys() & {"number", "account", "person"}):
            raise RefusedLineError("", "names nobody: no number, no account, no person")
        if texts.get("action", "").upper() in ("D", "DELETE"):
            if not self._names and not _has_day(row.fields):
                raise RefusedLineError(
                    "action", "D without a day: taken off the list, or a code of DNC.com (--scrub dnc_codes)?"
                )
            reason = "taken off the list: a list opens nothing, people do"
            self.report.remark(RejectedLine(line=row.number, column="action", reason=reason))
            return None
        said = self._said(texts)
        if said.is_clear:
            return None
        return ToldLine(
            line=row.number,
            said=said,
            person=self._named(texts, "person"),
            account=self._named(texts, "account"),
            number=texts.get("number", ""),
        )

    def _refused(self, row: Row, texts: dict[str, str], reject: RefusedLineError) -> RefusedLine:
        rejected = RejectedLine(
            line=row.number, column=reject.column, reason=reject.reason, value=reject.value
        )
        is_of_lines = self._kind in (ListKind.WIRELESS, ListKind.LANDLINE, ListKind.REASSIGNED)
        return RefusedLine(
            rejected=rejected,
            signal="" if is_of_lines else self._kind.value,
            person=self._named(texts, "person"),
            account=self._named(texts, "account"),
            number=texts.get("number", ""),
        )

    def _named(self, texts: dict[str, str], name: str) -> str:
        text, client = texts.get(name, ""), texts.get("client_id", self._client)
        return f"{client}/{text}" if text and "/" not in text and client else text

    def _said(self, texts: dict[str, str]) -> Listed:
        kind = self._kind
        if kind is ListKind.DNC_CODES:
            return self._coded(texts)
        if kind is ListKind.REASSIGNED:
            answer = _ANSWERS.get(texts.get("code", "").lower())
            if answer is None:
                raise RefusedLineError(
                    "code", "no answer of the database: yes, no or no data", texts.get("code", "")
                )
            return self._listed(reassigned=answer)
        if kind in (ListKind.WIRELESS, ListKind.LANDLINE):
            return self._listed(line=NumberKind.MOBILE if kind is ListKind.WIRELESS else NumberKind.LANDLINE)
        is_of_numbers = kind in (ListKind.DO_NOT_CALL, ListKind.LITIGANTS)
        return self._listed(hold=_HOLDS.get(kind), is_suppressed=is_of_numbers and "number" in texts)

    def _coded(self, texts: dict[str, str]) -> Listed:
        code = texts.get("code", "").upper()
        if code in _SUPPRESSED_CODES:
            return self._listed(is_suppressed=True)
        if code in _WIRELESS_CODES:
            return self._listed(line=NumberKind.MOBILE)
        if code == "Y":
            return self._listed(line=NumberKind.VOIP)
        if code not in _CLEAR_CODES or not code:
            raise RefusedLineError("code", "no result code of DNC.com", code)
        return self._listed()

    def _listed(
        self,
        *,
        hold: HoldKind | None = None,
        line: NumberKind | None = None,
        is_suppressed: bool = False,
        reassigned: RndResult | None = None,
    ) -> Listed:
        return Listed(
            kind=self._kind,
            of_day=self._day,
            source=self._source,
            hold=hold,
            line=line,
            is_suppressed=is_suppressed,
            reassigned=reassigned,
        )


def _left_alone(
    file: TextFile, names: Sequence[str], kind: ListKind, mapping: FileMapping
) -> tuple[str, ...]:
    """The headings that say nothing here; what says more of the hit itself is known."""
    keys = list(map(heading_key, file.heading))
    if not names:
        left_alone(file, keys, mapping)
        return ()
    more = _OF_THE_HIT.get(kind)
    known = {key for key, name in zip(keys, names, strict=True) if name}
    of_the_hit = {key for key in keys if more is not None and more.search(key)} - known
    unknown = left_alone(file, known | of_the_hit, mapping)
    return (*unknown, *(text.strip() for text in file.heading if heading_key(text) in of_the_hit))


def _shape(fields: Sequence[str]) -> tuple[str, ...]:
    """The columns of a line without a heading, by what they look like."""
    if len(fields) >= 2 and _AREA.fullmatch(fields[0]) and _LOCAL.fullmatch(fields[1]):
        return ("area", "number", *(_behind(text) for text in fields[2:]))
    return ("number", *(_behind(text) for text in fields[1:]))


def _behind(text: str) -> str:
    """What stands behind a number: a code or answer of letters; days and campaigns say nothing here."""
    word = text.lower()
    if word in _ANSWERS or (len(word) == 1 and word.isalpha()):
        return "code"
    return ""


def _has_day(fields: Sequence[str]) -> bool:
    """Whether a change of the registry says when it was: its lines do, and codes of numbers do not."""
    return any(_DAY.match(text.strip()) for text in fields)


def _recognised(path: Path) -> tuple[TextFile, tuple[str, ...]]:
    """The file as it is to be read, and its columns; none = it has no heading. Raises UnreadableFileError."""
    file = look_at(path)
    names = tuple(_MEANS.get(heading_key(heading), "") for heading in file.heading)
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise UnreadableFileError(
            f"{path}: two columns mean {twice[0]}, and a line names one; nothing was taken: make a list "
            "of each"
        )
    if {"number", "account", "person"} & set(names):
        return file, names
    first = [latin_digits(text.strip()) for text in file.heading]
    is_split = len(first) >= 2 and _AREA.fullmatch(first[0]) and _LOCAL.fullmatch(first[1])
    if not is_split and not _WHOLE.fullmatch(first[0]):
        raise UnreadableFileError(
            f"{path}: neither a heading that names a number, an account or a person, nor a number in its "
            "first line; nothing was taken"
        )
    headings = tuple(f"field_{n}" for n in range(1, len(first) + 1))
    return look_at(path, Form(headings=headings)), ()

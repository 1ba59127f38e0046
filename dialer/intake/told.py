"""Files of suppressions, requests, consents and payments, line by line: whom each names, and what it says.

What protects a person binds as of now, whatever is wrong with the time that is written beside it, and the
report tells the correction. What permits something, or is money, must be written right, or its line is
refused. Whether anybody on file is meant is for whoever has the store.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from compliance_gate.request import Consent, MadeIn, PersonRequest
from compliance_gate.valid import MalformedFactError, wrong_text
from compliance_gate.words import ConsentScope, GivenTo, Medium, Place, RequestKind
from dialer.domain.money import CURRENCIES, Money
from dialer.domain.placement import RejectedLine
from dialer.domain.valid import words_told
from dialer.intake import values
from dialer.intake.columns import heading_key
from dialer.intake.files import LONGEST_LINE, Row, TextFile, bare_fields, look_at, rows_of
from dialer.intake.history.said import Happened
from dialer.intake.keys import look_at_key
from dialer.intake.layouts.envelope import look_at_trailer
from dialer.intake.line import RefusedLineError, first_instant
from dialer.intake.lists.said import Listed
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.report import ImportReport, masked
from dialer.intake.told_columns import MADE_IN, PERSONAL, REQUIRED, ToldKind
from dialer.intake.told_texts import DAYS, told_columns_of
from dialer.intake.values import BadValueError, DateOrder
from dialer.intake.whole_file import demand_no_untold_words, order_of_days

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_NO_SIGN = "\N{REPLACEMENT CHARACTER}"
"""What stands where a sign was no text: whom the rest names is still meant."""

_EASTERNMOST = timedelta(hours=14)
"""No local day begins earlier than that before the day of UTC."""

_OPENING = frozenset(
    {
        RequestKind.DISPUTE_ANSWERED,
        RequestKind.ATTORNEY_RELEASED,
        RequestKind.DOCUMENTS_PROVIDED,
        RequestKind.ORIGINAL_CREDITOR_NAMED,
        RequestKind.CALLBACK_REQUEST,
        RequestKind.COMPLAINT_CALLBACK_REQUEST,
    }
)
"""Requests that open what was closed: they are held to their time as a consent is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """Nobody calls. `source`: which list, or who said so; `made_in`: where it was asked for, if it was."""

    source: str
    made_in: MadeIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money that came in for an account. `paid_on`: the day of it; `settles`: nothing is owed any more."""

    amount: Money
    settles: bool
    paid_on: date | None = None
    reference: str = ""
    method: str = ""


Said = Suppressed | PersonRequest | Consent | Paid | Happened | Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One line: whom it names, as it writes them ('' where it does not), and what it says of them.

    Args:
        person, account: an id, or CLIENT/KEY. number: as it is written.
        remarks: (column, reason) of what was corrected.
    """

    line: int
    said: Said
    person: str = ""
    account: str = ""
    number: str = ""
    remarks: tuple[tuple[str, str], ...] = ()

    @property
    def protects(self) -> bool:
        """It takes leave away: it binds whomever it can."""
        if isinstance(self.said, (Suppressed, Happened, Listed)):
            return True
        if isinstance(self.said, Consent):
            return self.said.revoked_at is not None
        return isinstance(self.said, PersonRequest) and self.said.type not in _OPENING


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """One line that was not taken.

    Args:
        signal: what of it protects all the same, in a word; '' = nothing.
        person, account, number: whom it names, as far as that can be read; see `ToldLine`.
    """

    rejected: RejectedLine
    signal: str = ""
    person: str = ""
    account: str = ""
    number: str = ""


@dataclass(slots=True)
class _Texts:
    """The texts of one line by column, and what was corrected in reading them."""

    number: int
    texts: dict[str, str]
    now: datetime
    dates: DateOrder
    remarks: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def refused(self, name: str, reason: str) -> RefusedLineError:
        """The refusal of a column's text."""
        text = self.texts.get(name, "")
        return RefusedLineError(name, reason, masked(text) if name in PERSONAL else text)

    def read(self, name: str, read: Callable[[str], T]) -> T | None:
        """The column's value; None where it is empty."""
        text = self.texts.get(name)
        if text is None:
            return None
        try:
            return read(text)
        except BadValueError as error:
            raise self.refused(name, str(error)) from error

    def word(self, name: str, words: type[E]) -> E | None:
        """One of these words."""
        among = tuple(word.value for word in words)
        found = self.read(name, lambda text: values.word_of(text, among))
        return None if found is None else words(found)

    def day(self, name: str) -> date | None:
        """A day, of any time."""
        return self.read(name, lambda text: values.date_of(text, self.dates))

    def past(self, name: str) -> datetime | None:
        """An instant that has been; of a day alone, its first."""
        at = self.read(name, self._instant)
        if at is not None and at > self.now:
            raise self.refused(name, "in the future")
        return at

    def known_by_now(self, name: str) -> datetime | None:
        """When something that protects was said: now at the latest, whatever is written."""
        if name not in self.texts:
            return None
        try:
            at = self._instant(self.texts[name])
        except BadValueError as error:
            self.remarks.append((name, f"{error}: it binds from now on"))
            return self.now
        if at > self.now:
            self.remarks.append((name, "in the future: it binds from now on"))
            return self.now
        return at

    def _instant(self, text: str) -> datetime:
        if text.isdecimal() and len(text) > 8:
            raise BadValueError("a count of seconds or milliseconds, not an instant")
        found = values.moment_of(text, self.dates)
        if isinstance(found, datetime):
            return found.astimezone(UTC)
        at = first_instant(found)
        # It is today already somewhere: a day that has begun anywhere is not in the future.
        return self.now if self.now < at <= self.now + _EASTERNMOST else at


class ToldReader:
    """Reads one file once; an iterator, whose `report` grows as it runs.

    Args:
        as_of: when the file was received, aware.
        mapping: what somebody said about the file.

    Raises:
        UnreadableFileError: the file as a whole cannot be taken; the message says what is missing.
    """

    def __init__(
        self, path: Path, kind: ToldKind, *, as_of: datetime, mapping: FileMapping = NOTHING_SAID
    ) -> None:
        self.kind = kind
        self._now = as_of.astimezone(UTC)
        self._mapping = mapping
        self.file: TextFile = look_at(path, mapping.form)
        look_at_trailer(self.file, mapping)
        self._columns = told_columns_of(self.file, kind, mapping)
        self._names = self._columns.names
        demand_no_untold_words(self.file, self._columns.untold)
        places = [place for place, name in enumerate(self._names) if name in DAYS]
        self._dates = order_of_days(self.file, len(self._names), places, mapping.dates)
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=self._columns.unknown,
            mapping=mapping.saved,
        )
        self.recent: dict[int, Row] | None = None
        """The lines last read, by their number, where somebody gives refused ones back and forgets them."""

    @property
    def headings(self) -> dict[str, str]:
        """The client's own heading of each column."""
        return {name: heading for name, heading in zip(self._names, self.file.heading, strict=True) if name}

    def __iter__(self) -> Iterator[ToldLine | RefusedLine]:
        """Every line, in the order of the file. Whoever resolves whom it names counts it in the report."""
        for row in rows_of(self.file):
            self.report.lines += 1
            if self.recent is not None:
                self.recent[row.number] = row
            texts, unsigned = self._columns.texts(bare_fields(row, self.file))
            broken = [name for name, text in texts.items() if wrong_text(text, most=LONGEST_LINE)]
            texts |= {name: words_told(texts[name]).replace(_NO_SIGN, "") for name in broken}
            line = _Texts(row.number, texts, self._now, self._dates)
            try:
                self._look_at(row, line, broken, unsigned)
                yield self._line(line)
            except RefusedLineError as reject:
                yield self._refused(line, reject)

    def _look_at(self, row: Row, line: _Texts, broken: Sequence[str], unsigned: Sequence[str]) -> None:
        if row.fields is None:
            raise RefusedLineError("", row.reason)
        if len(row.fields) != len(self._names):
            raise RefusedLineError("", f"{len(row.fields)} fields where the heading has {len(self._names)}")
        if broken:
            raise RefusedLineError(broken[0], "a sign in it that is no text")
        if unsigned:
            raise line.refused(unsigned[0], "a word of which nobody has said what it means")

    def _line(self, line: _Texts) -> ToldLine:
        texts = line.texts
        person = _key(line, "person", "person_ref")
        account = _key(line, "account", "client_account")
        if not (person or account or "number" in texts):
            raise RefusedLineError("", "names nobody: no person, no account, no number")
        for name in REQUIRED[self.kind]:
            if name not in texts:
                raise RefusedLineError(name, "missing")
        try:
            said = self._said(line)
        except MalformedFactError as error:
            name = str(error).split(" ", maxsplit=1)[0]  # the rest tells the value, which may be personal
            raise RefusedLineError("", f"{name}: a value that cannot be kept") from error
        return ToldLine(
            line=line.number,
            said=said,
            person=person,
            account=account,
            number=texts.get("number", ""),
            remarks=tuple(line.remarks),
        )

    def _refused(self, line: _Texts, reject: RefusedLineError) -> RefusedLine:
        rejected = RejectedLine(
            line=line.number, column=reject.column, reason=reject.reason, value=reject.value
        )
        return RefusedLine(
            rejected=rejected,
            signal=self._signal(line.texts),
            person=_key_or_nobody(line, "person", "person_ref"),
            account=_key_or_nobody(line, "account", "client_account"),
            number=line.texts.get("number", ""),
        )

    def _signal(self, texts: Mapping[str, str]) -> str:
        """What of a refused line protects: of what was asked, everything that does not open something."""
        match self.kind:
            case ToldKind.SUPPRESSIONS:
                return "suppression"
            case ToldKind.REQUESTS:
                word = heading_key(texts.get("kind", ""))
                return "" if word in _OPENING else "request"
            case ToldKind.CONSENTS:
                return "revoked_at" if "revoked_at" in texts else ""
            case ToldKind.PAYMENTS:
                return ""

    def _said(self, line: _Texts) -> Said:
        match self.kind:
            case ToldKind.SUPPRESSIONS:
                return self._suppressed(line)
            case ToldKind.REQUESTS:
                return self._request(line)
            case ToldKind.CONSENTS:
                return self._consent(line)
            case ToldKind.PAYMENTS:
                return self._paid(line)

    def _suppressed(self, line: _Texts) -> Suppressed:
        source = line.texts.get("source", self.report.file_name)
        at = line.known_by_now("at")
        dated = source if at is None else f"{source}, of {at.date().isoformat()}"
        return Suppressed(source=words_told(dated), made_in=_made_in(line))

    def _request(self, line: _Texts) -> PersonRequest:
        kind = line.word("kind", RequestKind)
        assert kind is not None, "it is required"
        at = line.past("at") if kind in _OPENING else line.known_by_now("at")
        if at is None and kind in _OPENING:
            raise RefusedLineError("at", "missing, of what opens something")
        received = line.day("received")
        if received is not None and received > self._now.date():
            received = None
            line.remarks.append(("received", "in the future: left out, and it binds from now on"))
        return PersonRequest(
            at=at or self._now,
            type=kind,
            medium=line.word("medium", Medium),
            place=line.word("place", Place),
            blocks=line.read("times", values.times_of) or (),
            until=line.day("until"),
            in_writing=line.read("in_writing", values.yes_of),
            mailed=line.day("mailed"),
            received=received,
            text=line.texts.get("words"),
            made_in=_made_in(line),
        )

    def _consent(self, line: _Texts) -> Consent:
        scope = line.word("scope", ConsentScope)
        assert scope is not None, "it is required"
        revoked_at = line.known_by_now("revoked_at")
        at = line.past("at") if revoked_at is None else line.known_by_now("at")
        assert at is not None, "it is required"
        return Consent(
            at=at if revoked_at is None else min(at, revoked_at),
            scope=scope,
            given_to=line.word("given_to", GivenTo) or GivenTo.CREDITOR,
            valid_on=line.day("valid_on"),
            valid_from=line.day("valid_from"),
            valid_until=line.day("valid_until"),
            revoked_at=revoked_at,
            wording=line.texts.get("words"),
            proof=line.texts.get("proof"),
            made_in=_made_in(line),
        )

    def _paid(self, line: _Texts) -> Paid:
        currency = line.texts.get("currency", "USD").upper()
        if currency not in CURRENCIES:
            raise line.refused("currency", "not an ISO 4217 code")
        amount = line.read("amount", lambda text: values.money_of(text, currency, self._mapping.decimals))
        assert amount is not None, "it is required"
        if amount.cents <= 0:
            raise line.refused("amount", "no money came in: more than nothing must have been paid")
        at = line.past("at")
        return Paid(
            amount=amount,
            settles=line.read("settles", values.yes_of) or False,
            paid_on=None if at is None else at.date(),
            reference=line.texts.get("reference", ""),
            method=line.texts.get("method", ""),
        )


def _made_in(line: _Texts) -> MadeIn | None:
    """Where it was said, as far as the line tells; None = it tells nothing of it."""
    texts = line.texts
    if not any(name in texts for name in ("words", *MADE_IN)):
        return None
    return MadeIn(
        contact=texts.get("made_in"),
        words=texts.get("words"),
        taken_by=texts.get("taken_by"),
        caller_id=texts.get("caller_id"),
        recording=texts.get("recording"),
    )


def _key(line: _Texts, name: str, key: str) -> str:
    """A person or an account, as `name` says it, or by the client's own key."""
    if name in line.texts:
        return line.texts[name]
    if key not in line.texts:
        return ""
    line.read(key, look_at_key)
    client = line.texts.get("client_id")
    if client is None:
        raise RefusedLineError("client_id", f"missing, where {key} is given")
    line.read("client_id", look_at_key)
    return f"{client}/{line.texts[key]}"


def _key_or_nobody(line: _Texts, name: str, key: str) -> str:
    try:
        return _key(line, name, key)
    except RefusedLineError:
        return ""

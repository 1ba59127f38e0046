"""The canonical placement file into placed accounts and rejected lines, one at a time.

A value that decides who may be called (a flag, a date, an amount owed, the person's key) rejects its line
when it cannot be read: guessing is not allowed. A telephone number that cannot be read is left out with a
remark, as long as one is left; the account is still owed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from compliance_gate.request import TimeBlock
from compliance_gate.valid import MalformedFactError
from compliance_gate.whereabouts import (
    AddressOnFile,
    WhereaboutsTables,
    packaged_tables,
    regions_of_address,
    regions_of_number,
    zones_of_address,
    zones_of_number,
)
from compliance_gate.words import (
    DebtType,
    HoldKind,
    Institution,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    PersonRole,
    Place,
    RequestKind,
)
from dialer.domain.errors import InvalidFactError
from dialer.domain.money import CURRENCIES, Money
from dialer.domain.placement import (
    PlacedAccount,
    PlacedAddress,
    PlacedConsent,
    PlacedHold,
    PlacedNotice,
    PlacedNumber,
    PlacedPerson,
    PlacedRequest,
    PriorAttempt,
    RejectedLine,
)
from dialer.intake import values
from dialer.intake.columns import BY_NAME, COLUMNS, HEADINGS, NUMBERS_PER_LINE, Kind
from dialer.intake.files import TextFile, UnreadableFileError, look_at, rows_of
from dialer.intake.report import ImportReport, masked
from dialer.intake.telephones import NANP_COUNTRIES, e164_of
from dialer.intake.values import BadValueError

_RINGS_AT = {Institution.PRISON: Place.PRISON, Institution.HOSPITAL: Place.HOSPITAL}
"""Of a switchboard or a shelter nobody can say: it may be where the person works, or their home."""
_ASKED_OF_THE_DEBT = (
    ("documents_requested_date", RequestKind.DOCUMENTS_REQUESTED),
    ("original_creditor_requested_date", RequestKind.ORIGINAL_CREDITOR_REQUESTED),
)
_MILITARY = frozenset({"AA", "AE", "AP"})
"""Mail of the armed forces: the state is right and says nothing of where."""

_PARTICULARS = tuple(
    column.name
    for column in COLUMNS
    if column.name
    in {
        "itemization_date",
        "itemization_type",
        "itemization_amount",
        "interest",
        "fees",
        "payments",
        "credits",
        "charge_off_date",
        "last_payment_date",
        "last_payment_amount",
        "judgment",
        "judgment_date",
        "statute_state",
        "stage",
        "preferred_channel",
    }
)


T = TypeVar("T")


class _Reject(Exception):  # noqa: N818 - a way out of a line, never seen outside
    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
        self.value = value


@dataclass(frozen=True, slots=True)
class _Line:
    """The texts of one line by column; empty ones are absent."""

    number: int
    texts: Mapping[str, str]


class PlacementReader:
    """Reads one file once.

    Args:
        path: a delimited text file, gzip when its name ends in `.gz`.
        as_of: when the file was received, aware: its day bounds dates, its instant dates what has no date.
        tables: where numbers and addresses are.

    Raises:
        UnreadableFileError: the file as a whole cannot be taken; the message says what is missing.
    """

    def __init__(self, path: Path, *, as_of: datetime, tables: WhereaboutsTables | None = None) -> None:
        if as_of.tzinfo is None:
            raise ValueError("as_of has no time zone")
        self._as_of = as_of.astimezone(UTC)
        self._today = self._as_of.date()
        self._tables = tables if tables is not None else packaged_tables()
        self.file: TextFile = look_at(path)
        self._names, unknown = _columns_of(self.file)
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=unknown,
        )
        self._seen: dict[tuple[str, str, str], int] = {}
        self._balances: dict[tuple[str, str], tuple[int, int]] = {}
        self._zones_of_place = lru_cache(maxsize=65_536)(self._look_up_place)

    def __iter__(self) -> Iterator[PlacedAccount | RejectedLine]:
        """Every line, in the order of the file; `report` grows as they come."""
        for number, fields in rows_of(self.file):
            self.report.lines += 1
            try:
                account = self._whole_account(self._line(number, fields))
            except _Reject as reject:
                rejected = RejectedLine(
                    line=number, column=reject.column, reason=reject.reason, value=reject.value
                )
                self.report.reject(rejected)
                yield rejected
            else:
                self.report.accepted += 1
                yield account

    # --- one line ---

    def _line(self, number: int, fields: list[str] | None) -> _Line:
        if fields is None:
            raise _Reject("", "the line cannot be read: a stray quote or control character")
        if len(fields) != len(self._names):
            raise _Reject("", f"{len(fields)} fields where the heading has {len(self._names)}")
        texts = {
            name: stripped
            for name, text in zip(self._names, fields, strict=True)
            if name and (stripped := text.strip())
        }
        for column in COLUMNS:
            if column.required and column.name not in texts:
                raise _Reject(column.name, "missing")
        return _Line(number, texts)

    def _whole_account(self, line: _Line) -> PlacedAccount:
        """The line's account; what its values cannot hold together rejects the line, as one of them does."""
        try:
            return self._account(line)
        except (InvalidFactError, MalformedFactError) as error:
            name = str(error).split(" ", maxsplit=1)[0]  # the rest tells the value, which may be personal
            raise _Reject("", f"{name}: a value that cannot be kept") from error

    def _account(self, line: _Line) -> PlacedAccount:
        texts = line.texts
        balance = self._balance(line)
        delinquent_since = self._date(line, "delinquency_date")
        limitation_ends = self._date(line, "limitation_date", may_be_future=True)
        priority = self._read(line, "score", values.decimal_of)
        particulars = self._particulars(line)
        recall_on = self._date(line, "recall_date", may_be_future=True)
        person = self._person(line)
        self._refuse_repeated(line, balance)
        return PlacedAccount(
            line=line.number,
            client=texts["client_id"],
            client_account=texts["client_account"],
            person=person,
            balance=balance,
            type=DebtType(self._word(line, "account_type") or "other"),
            placement=texts.get("placement_id", ""),
            original_creditor=texts.get("original_creditor", ""),
            current_creditor=texts.get("current_creditor", ""),
            servicer_account=texts.get("servicer_account"),
            delinquent_since=delinquent_since,
            recall_on=recall_on,
            limitation_ends=limitation_ends,
            priority=0.0 if priority is None else priority,
            particulars=particulars,
        )

    def _balance(self, line: _Line) -> Money:
        currency = line.texts.get("currency", "USD").upper()
        if currency not in CURRENCIES:
            raise _Reject("currency", "not an ISO 4217 code", currency)
        text = line.texts["current_balance"]
        try:
            balance = values.money_of(text, currency)
        except BadValueError as error:
            raise _Reject("current_balance", str(error), text) from error
        if balance.cents <= 0:
            raise _Reject("current_balance", "nothing is owed", text)
        return balance

    def _particulars(self, line: _Line) -> dict[str, str]:
        """The other amounts, dates and words, checked and in canonical form."""
        kept: dict[str, str] = {}
        for name in _PARTICULARS:
            if name not in line.texts:
                continue
            match BY_NAME[name].kind:
                case Kind.MONEY:
                    amount = self._read(line, name, values.money_of)
                    kept[name] = "" if amount is None else f"{amount.cents / 100:.2f}"
                case Kind.DATE:
                    kept[name] = str(self._date(line, name))
                case Kind.YES_NO:
                    kept[name] = "yes" if self._yes(line, name) else "no"
                case Kind.WORD:
                    kept[name] = self._word(line, name) or ""
                case _:
                    kept[name] = line.texts[name]
        return kept

    def _refuse_repeated(self, line: _Line, balance: Money) -> None:
        account = (line.texts["client_id"], line.texts["client_account"])
        key = (*account, line.texts["person_ref"])
        earlier = self._seen.get(key)
        if earlier is not None:
            raise _Reject("client_account", "the same account and person twice", f"line {earlier}")
        known = self._balances.get(account)
        if known is not None and known[1] != balance.cents:
            raise _Reject(
                "current_balance", "not the balance of the account's other line", f"line {known[0]}"
            )
        self._seen[key] = line.number
        self._balances.setdefault(account, (line.number, balance.cents))

    # --- the person ---

    def _person(self, line: _Line) -> PlacedPerson:
        texts = line.texts
        requests, holds = self._flags(line)
        return PlacedPerson(
            person_ref=texts["person_ref"],
            role=PersonRole(self._word(line, "person_role") or "consumer"),
            first=texts.get("first", ""),
            middle=texts.get("middle", ""),
            last=texts["last"],
            suffix=texts.get("suffix", ""),
            date_of_birth=self._read(line, "dob", self._birthday),
            ssn_last4=self._read(line, "ssn_last4", values.digits_4_of) or "",
            email=texts.get("email", ""),
            language=texts.get("language", "en").lower()[:2],
            addresses=self._addresses(line),
            numbers=self._numbers(line),
            requests=requests,
            holds=holds,
            prior_attempts=self._read(line, "prior_attempts", self._attempts) or (),
            notices=self._notices(line),
            email_consent=self._email_consent(line),
        )

    def _notices(self, line: _Line) -> tuple[PlacedNotice, ...]:
        sent_on = self._date(line, "notice_date")
        kind, by = self._word(line, "notice_kind"), self._word(line, "notice_by")
        returned_on = self._date(line, "notice_returned_date")
        if sent_on is None:
            for name in ("notice_kind", "notice_by", "notice_returned_date"):
                if name in line.texts:
                    raise _Reject("notice_date", f"missing, where {name} is given")
            return ()
        if returned_on is not None and returned_on < sent_on:
            raise _Reject("notice_returned_date", "before it was sent", line.texts["notice_returned_date"])
        return (
            PlacedNotice(
                sent_on=sent_on,
                kind=None if kind is None else NoticeKind(kind),
                by=None if by is None else Medium(by),
                returned_on=returned_on,
                proof=line.texts.get("notice_proof"),
            ),
        )

    def _email_consent(self, line: _Line) -> PlacedConsent | None:
        at = self._moment(line, "email_consent_date")
        revoked_at = self._moment(line, "email_consent_revoked_date")
        if at is None or "email" not in line.texts:
            return None
        return PlacedConsent(
            at=at,
            wording=line.texts.get("email_consent_words"),
            proof=line.texts.get("email_consent_proof"),
            revoked_at=revoked_at,
        )

    def _birthday(self, text: str) -> date:
        return values.birthday_of(text, today=self._today)

    def _attempts(self, text: str) -> tuple[PriorAttempt, ...]:
        return values.attempts_of(text, as_of=self._as_of)

    def _flags(self, line: _Line) -> tuple[tuple[PlacedRequest, ...], tuple[PlacedHold, ...]]:
        requests = [
            PlacedRequest(type=kind, at=self._midnight(self._today), debt_only=debt_only, text="placement")
            for name, kind, debt_only in (
                ("cease", RequestKind.CEASE_COMMUNICATION, False),
                ("attorney", RequestKind.ATTORNEY_REPRESENTED, False),
                ("dispute", RequestKind.DISPUTE, True),
            )
            if self._yes(line, name)
        ]
        blocks: tuple[TimeBlock, ...] | None = self._read(line, "inconvenient_times", values.times_of)
        if blocks:
            requests.append(
                PlacedRequest(
                    type=RequestKind.INCONVENIENT_TIMES,
                    at=self._midnight(self._today),
                    blocks=blocks,
                    text=line.texts["inconvenient_times"],
                )
            )
        requests += self._papers_and_places(line)
        holds = tuple(
            PlacedHold(kind=kind, since=self._midnight(self._today))
            for name, kind in (("bankruptcy", HoldKind.BANKRUPTCY), ("deceased", HoldKind.DECEASED))
            if self._yes(line, name)
        )
        return tuple(requests), holds

    def _papers_and_places(self, line: _Line) -> Iterator[PlacedRequest]:
        for column, kind in _ASKED_OF_THE_DEBT:
            asked_on = self._date(line, column)
            if asked_on is not None:
                yield PlacedRequest(type=kind, at=self._midnight(asked_on), debt_only=True, text="placement")
        place = self._word(line, "closed_place")
        if place is not None:
            at = self._midnight(self._today)
            kind = RequestKind.INCONVENIENT_PLACE
            yield PlacedRequest(type=kind, at=at, place=Place(place), text="placement")

    def _addresses(self, line: _Line) -> tuple[PlacedAddress, ...]:
        texts = line.texts
        if not any(name in texts for name in ("address_1", "city", "state", "zip")):
            return ()
        country = texts.get("country", "US").upper()
        region, postal = texts.get("state", "").upper() or None, texts.get("zip")
        if country == "US":
            region, postal = self._american(line, region, postal)
        zones = self._zones_of_place(country, region, postal)
        if zones is None:
            self._remark(line, "state", "the address cannot be placed in a time zone: nobody is called there")
        return (
            PlacedAddress(
                country=country,
                line_1=texts.get("address_1", ""),
                line_2=texts.get("address_2", ""),
                city=self._city(country, region, postal, texts.get("city")),
                region=region,
                postal_code=postal,
                zones=zones,
            ),
        )

    def _city(self, country: str, region: str | None, postal: str | None, city: str | None) -> str | None:
        """The city, by its own name where the ZIP code says that a city with a law of its own is meant.

        Neighbourhoods and misspellings are how people write it; the law knows only the city.
        """
        address = AddressOnFile(country=country, region=region, postal_code=postal)
        if postal is None or "US-NY-NYC" not in regions_of_address(address, self._tables):
            return city
        return "New York City"

    def _american(self, line: _Line, region: str | None, text: str | None) -> tuple[str | None, str | None]:
        """State and ZIP code, checked against each other; where they disagree both places' hours are kept."""
        if region is not None and region not in _MILITARY and f"US-{region}" not in self._tables.addresses:
            raise _Reject("state", "not a state", region)
        postal = self._read(line, "zip", values.zip_of)
        if postal is None or text is None:
            return region, None
        if len(text.replace("-", "")) not in (5, 9):
            self._remark(line, "zip", "lost zeros were put back")
        there = regions_of_address(AddressOnFile(country="US", postal_code=postal), self._tables)
        if region is not None and there and f"US-{region}" not in there:
            self._remark(line, "zip", "not in the state that is given: the hours of both are kept")
        return region, postal

    def _look_up_place(self, country: str, region: str | None, postal: str | None) -> frozenset[str] | None:
        address = AddressOnFile(country=country, region=region, postal_code=postal)
        return zones_of_address(address, self._tables)

    def _numbers(self, line: _Line) -> tuple[PlacedNumber, ...]:
        numbers: list[PlacedNumber] = []
        first_bad: _Reject | None = None
        for n in range(1, NUMBERS_PER_LINE + 1):
            name = f"phone_{n}"
            if name not in line.texts:
                continue
            try:
                number = self._number(line, name)
            except BadValueError as error:
                reject = _Reject(name, str(error), masked(line.texts[name]))
                first_bad = first_bad or reject
                self._remark(line, name, f"left out: {error}")
                continue
            if any(known.e164 == number.e164 for known in numbers):
                self._remark(line, name, "left out: the same number twice")
                continue
            numbers.append(number)
        if not numbers and first_bad is not None:
            raise first_bad
        if not numbers:
            self._remark(line, "phone_1", "no telephone number: the account is kept and nobody is called")
        return tuple(numbers)

    def _number(self, line: _Line, name: str) -> PlacedNumber:
        country = line.texts.get("country", "US").upper()
        e164 = e164_of(line.texts[name], self._tables, country=country)
        may_call, may_text = self._yes(line, f"{name}_consent"), self._yes(line, f"{name}_text_consent")
        given_at = self._moment(line, f"{name}_consent_date") or self._midnight(self._today)
        consent_at = given_at if may_call or may_text else None
        word = self._word(line, f"{name}_institution")
        institution = None if word is None else Institution(word)
        return PlacedNumber(
            e164=e164,
            institution=institution,
            place=None if institution is None else _RINGS_AT.get(institution),
            kind=NumberKind(self._word(line, f"{name}_type") or "unknown"),
            role=NumberRole(self._word(line, f"{name}_role") or "unknown"),
            source=line.texts.get(f"{name}_source", ""),
            country=country if country in NANP_COUNTRIES and e164.startswith("+1") else None,
            zones=zones_of_number(e164, self._tables),
            regions=regions_of_number(e164, self._tables),
            consent_at=consent_at if may_call else None,
            text_consent_at=consent_at if may_text else None,
            consent_wording=line.texts.get(f"{name}_consent_words"),
            consent_proof=line.texts.get(f"{name}_consent_proof"),
            consent_revoked_at=self._moment(line, f"{name}_consent_revoked_date"),
        )

    # --- one value ---

    def _read(self, line: _Line, name: str, read: Callable[[str], T]) -> T | None:
        text = line.texts.get(name)
        if text is None:
            return None
        try:
            return read(text)
        except BadValueError as error:
            shown = masked(text) if BY_NAME[name].personal else text
            raise _Reject(name, str(error), shown) from error

    def _date(self, line: _Line, name: str, *, may_be_future: bool = False) -> date | None:
        if name not in line.texts:
            return None
        found = self._read(line, name, values.date_of)
        if found is not None and found > self._today and not may_be_future:
            raise _Reject(name, "a day in the future", line.texts[name])
        return found

    def _moment(self, line: _Line, name: str) -> datetime | None:
        """An instant of the past; of a day alone, its first."""
        found = self._read(line, name, values.moment_of)
        if found is None:
            return None
        at = found if isinstance(found, datetime) else self._midnight(found)
        if at > self._as_of:
            raise _Reject(name, "in the future", line.texts[name])
        return at

    def _yes(self, line: _Line, name: str) -> bool:
        return name in line.texts and (self._read(line, name, values.yes_of) or False)

    def _word(self, line: _Line, name: str) -> str | None:
        if name not in line.texts:
            return None
        words = BY_NAME[name].words
        return self._read(line, name, lambda text: values.word_of(text, words))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(0), UTC)

    def _remark(self, line: _Line, column: str, reason: str) -> None:
        self.report.remark(RejectedLine(line=line.number, column=column, reason=reason))


def _columns_of(file: TextFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column that each heading means ('' when none), and the headings that nothing understands."""
    names: list[str] = []
    unknown: list[str] = []
    for heading in file.heading:
        key = heading.strip().lower().replace(" ", "_").replace("-", "_").lstrip("*\ufeff")
        name = HEADINGS.get(key, "")
        if name and name in names:
            raise UnreadableFileError(f"{file.path}: two columns mean {name}; remove one")
        if not name and heading.strip():
            unknown.append(heading.strip())
        names.append(name)
    missing = [column.name for column in COLUMNS if column.required and column.name not in names]
    if missing:
        raise UnreadableFileError(
            f"{file.path}: no column {', '.join(missing)}; `fairdial import --template` prints the heading"
        )
    return tuple(names), tuple(unknown)

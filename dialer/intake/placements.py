"""The canonical placement file into placed accounts and rejected lines, one at a time.

A value that decides who may be called (a flag, a date, an amount owed, the person's key) rejects its line
when it cannot be read: guessing is not allowed. A telephone number that cannot be read is left out with a
remark, as long as one is left; the account is still owed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path

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
    Institution,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    PersonRole,
    Place,
)
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded
from dialer.domain.money import CURRENCIES, Money
from dialer.domain.placement import (
    PlacedAccount,
    PlacedAddress,
    PlacedConsent,
    PlacedNotice,
    PlacedNumber,
    PlacedPerson,
    PriorAttempt,
    Protection,
    RejectedLine,
)
from dialer.intake import values
from dialer.intake.asked import holds_of, requests_of
from dialer.intake.columns import BY_NAME, COLUMNS, NUMBERS_PER_LINE, PARTICULARS, Kind
from dialer.intake.files import Row, TextFile, bare_fields, look_at, rows_of
from dialer.intake.keys import is_plain_key, look_at_key
from dialer.intake.layouts.derived import DERIVED, NOTHING_DERIVED
from dialer.intake.layouts.envelope import look_at_trailer
from dialer.intake.line import Line, Received, RefusedLineError
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.protection import protection_of, readings_of, translated
from dialer.intake.repeated import Repeated
from dialer.intake.report import KEPT, ImportReport, masked
from dialer.intake.summing import add_refused, add_taken
from dialer.intake.telephones import NANP_COUNTRIES, NoTelephoneError, e164_of, is_toll_free
from dialer.intake.tongues import UNKNOWN_LANGUAGE, country_of, language_of
from dialer.intake.values import BadValueError
from dialer.intake.whole_file import (
    columns_of,
    date_order_of,
    demand_no_untold_words,
    meanings_of,
    untold_places,
)

_RINGS_AT = {Institution.PRISON: Place.PRISON, Institution.HOSPITAL: Place.HOSPITAL}
"""Of a switchboard or a shelter nobody can say: it may be where the person works, or their home."""
_MILITARY = frozenset({"AA", "AE", "AP"})
"""Mail of the armed forces: the state is right and says nothing of where."""

_REQUIRED = tuple(column.name for column in COLUMNS if column.required)
_PHONES = tuple(f"phone_{n}" for n in range(1, NUMBERS_PER_LINE + 1))
_KEYS = ("client_id", "client_account", "person_ref", "servicer_account")

MOST_TOLD = 10
"""Things that are wrong with one line, of which somebody is told together."""

REVIEWED_AT_ONCE = 256
"""Lines that are put beside what is on file together."""

Review = Callable[[Sequence[PlacedAccount]], Sequence[str]]
"""Of each account, what of its person contradicts who is on file by that reference, in a word; or ''."""

_Read = tuple[Row, PlacedAccount | RefusedLineError]


class PlacementReader:
    """Reads one file once.

    Args:
        path: a delimited text file, gzip when its name ends in `.gz`.
        as_of: when the file was received, aware: its day bounds dates, its instant dates what has no date.
        tables: where numbers and addresses are.
        mapping: what somebody said about the file.

    `review`, where somebody sets it, puts its lines beside what is on file.

    Raises:
        UnreadableFileError: the file as a whole cannot be taken; the message says what is missing.
    """

    def __init__(
        self,
        path: Path,
        *,
        as_of: datetime,
        tables: WhereaboutsTables | None = None,
        mapping: FileMapping = NOTHING_SAID,
    ) -> None:
        if as_of.tzinfo is None:
            raise ValueError("as_of has no time zone")
        self._tables = tables if tables is not None else packaged_tables()
        self._as_of = as_of
        self.mapping = self._mapping = mapping
        self.file: TextFile = look_at(path, mapping.form)
        look_at_trailer(self.file, mapping)
        self._names, unknown = columns_of(self.file, mapping)
        demand_no_untold_words(self.file, untold_places(self.file, mapping))
        self._meanings = meanings_of(self.file, mapping)
        self._is_derived = mapping.derived != NOTHING_DERIVED or not DERIVED.isdisjoint(self._names)
        self._received = Received(
            at=as_of.astimezone(UTC), dates=date_order_of(self.file, self._names, mapping.dates)
        )
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=unknown,
            mapping=mapping.saved,
            columns=tuple(name for name in self._names if name),
        )
        self.on_refused: Callable[[Row, RejectedLine], None] | None = None
        self.review: Review | None = None
        self._is_trying = False
        self._repeated = Repeated(is_case_sensitive=mapping.is_case_sensitive)
        self._zones_of_place = lru_cache(maxsize=65_536)(self._look_up_place)
        self._regions_of_place = lru_cache(maxsize=65_536)(self._look_up_regions)
        self._place_of_prefix = lru_cache(maxsize=65_536)(self._look_up_prefix)

    def __iter__(self) -> Iterator[PlacedAccount | RejectedLine]:
        """Every line, in the order of the file; `report` grows as they come."""
        rest = self._read()
        while some := list(islice(rest, REVIEWED_AT_ONCE)):
            for row, found in self._reviewed(some) if self.review is not None else some:
                if isinstance(found, PlacedAccount):
                    self.report.accepted += 1
                    add_taken(self.report, found.balance)
                    yield found
                else:
                    yield self._refused(row, found)

    def _read(self) -> Iterator[_Read]:
        for row in rows_of(self.file):
            self.report.lines += 1
            try:
                account = self._whole_account(self._line(row))
            except RefusedLineError as reject:
                yield row, reject
            else:
                yield row, account

    def _reviewed(self, some: Sequence[_Read]) -> Iterator[_Read]:
        """Lines beside what is on file: another person under a known reference is refused."""
        accounts = [found for _, found in some if isinstance(found, PlacedAccount)]
        assert self.review is not None, "somebody reviews"
        contradictions = iter(self.review(accounts))
        for row, found in some:
            if not isinstance(found, PlacedAccount):
                yield row, found
                continue
            what = next(contradictions)
            reference = found.person.person_ref
            is_same = folded(f"{found.client}/{reference}") in self._mapping.same_persons
            if not what or is_same:
                yield row, found
                continue
            reason = f"who is on file by this reference has another {what}: review which of them it is"
            yield row, RefusedLineError("person_ref", reason, masked(reference))

    def _refused(self, row: Row, reject: RefusedLineError) -> RejectedLine:
        rejected = RejectedLine(
            line=row.number,
            column=reject.column,
            reason=reject.reason,
            value=reject.value,
            protects=self._protection(row),
            also=self._also_wrong(row, reject),
        )
        self.report.reject(rejected)
        is_whole = row.fields is not None and len(row.fields) == len(self._names)
        texts = self._texts(row.fields) if row.fields is not None and is_whole else None
        add_refused(self.report, texts, self._mapping.decimals)
        if self.on_refused is not None:
            self.on_refused(row, rejected)
        return rejected

    def _also_wrong(self, row: Row, reject: RefusedLineError) -> tuple[str, ...]:
        """What else is wrong with a line: read again without what was wrong, as long as somebody is told."""
        if row.fields is None or (self.report.rejected >= KEPT and self.on_refused is None):
            return ()
        repeated, self._repeated = self._repeated, Repeated(is_case_sensitive=False)
        self._is_trying = True
        try:
            return tuple(self._further(row._replace(fields=list(row.fields)), reject))
        finally:
            self._repeated, self._is_trying = repeated, False

    def _further(self, row: Row, reject: RefusedLineError) -> Iterator[str]:
        tried: set[str] = set()
        assert row.fields is not None, "it was taken apart"
        read = frozenset(self._names) - {""}
        while reject.column in read - tried and len(tried) < MOST_TOLD:
            tried.add(reject.column)
            told = BY_NAME[reject.column]
            row.fields[self._names.index(reject.column)] = told.example if told.required else ""
            try:
                self._whole_account(self._line(row))
                return
            except RefusedLineError as further:
                reject = further
            if reject.column not in tried:
                yield f"{self.headings.get(reject.column, reject.column)}: {reject.reason}"

    def protections(self) -> Iterator[RejectedLine]:
        """What the file says that protects, of the lines that are refused: the file is read once more."""
        again = PlacementReader(self.file.path, as_of=self._as_of, tables=self._tables, mapping=self._mapping)
        again.review = self.review
        for line in again:
            if isinstance(line, RejectedLine) and line.protects is not None:
                yield line

    # --- one line ---

    def _line(self, row: Row) -> Line:
        if row.fields is None:
            raise RefusedLineError("", row.reason)
        if len(row.fields) != len(self._names):
            reason = f"{len(row.fields)} fields where the heading has {len(self._names)}"
            over = f" (lines {row.number} to {row.last})" if row.last > row.number else ""
            raise RefusedLineError("", reason + over)
        line = Line(row.number, self._texts(row.fields), self._received)
        untaken = self._mapping.derived.refuse(line.texts) if self._is_derived else None
        if untaken is not None:
            column, reason = untaken
            raise RefusedLineError(column, reason, self._shown(column, line.texts[column]))
        for name in _REQUIRED:
            if name not in line.texts:
                raise RefusedLineError(name, "missing")
        self._look_at_keys(line)
        if row.last > row.number:
            self._remark(line, "", f"a quoted field runs over {row.last - row.number + 1} lines")
        if row.is_mended:
            self._remark(line, "", "a byte that is not UTF-8 was read as Windows-1252")
        return line

    def _look_at_keys(self, line: Line) -> None:
        for name in _KEYS:
            key = line.texts.get(name)
            if key is not None and not is_plain_key(key):
                line.read(name, look_at_key)
        only = self._mapping.only_client
        if only and line.texts["client_id"] != only:
            raise RefusedLineError("client_id", f"another's: who brings the file may bring {only}'s alone")

    @property
    def headings(self) -> dict[str, str]:
        """The client's own heading of each canonical column."""
        return {name: heading for name, heading in zip(self._names, self.file.heading, strict=True) if name}

    def _shown(self, column: str, text: str) -> str:
        return masked(text) if BY_NAME[column].personal else text

    def _texts(self, fields: Sequence[str]) -> dict[str, str]:
        if self._meanings:
            return self._finished(translated(self._names, fields, self._meanings))
        return {
            name: stripped
            for name, text in zip(self._names, fields, strict=True)
            if name and (stripped := text.strip())
        }

    def _finished(self, texts: dict[str, str]) -> dict[str, str]:
        return self._mapping.derived.finished(texts) if self._is_derived else texts

    def _protection(self, row: Row) -> Protection | None:
        """What a refused line says that protects."""
        fields = bare_fields(row, self.file)
        readings = (
            self._finished(translated(names, texts, self._meanings, of=len(self._names), is_turned=is_turned))
            for names, texts, is_turned in readings_of(self._names, fields)
        )
        found = protection_of(
            row.number,
            readings,
            today=self._received.today,
            dates=self._received.dates,
            number_of=lambda text: e164_of(text, self._tables),
            is_case_sensitive=self._mapping.is_case_sensitive,
        )
        return found if found is None or not self._mapping.only_client else self._inside(found)

    def _inside(self, protects: Protection) -> Protection | None:
        """What of it is of the client whose lines may be brought: nobody holds another client's people."""
        only = self._mapping.only_client
        if not (protects.accounts or protects.persons):
            return replace(protects, client=only)
        accounts = tuple(key for key in protects.accounts if key[0] == only)
        persons = tuple(key for key in protects.persons if key[0] == only)
        return replace(protects, accounts=accounts, persons=persons) if accounts or persons else None

    def _whole_account(self, line: Line) -> PlacedAccount:
        """The line's account; what its values cannot hold together rejects the line, as one of them does."""
        try:
            return self._account(line)
        except (InvalidFactError, MalformedFactError) as error:
            name = str(error).split(" ", maxsplit=1)[0]  # the rest tells the value, which may be personal
            raise RefusedLineError("", f"{name}: a value that cannot be kept") from error

    def _account(self, line: Line) -> PlacedAccount:
        texts = line.texts
        balance = self._balance(line)
        delinquent_since = line.date("delinquency_date")
        limitation_ends = line.date("limitation_date", may_be_future=True)
        priority = line.read("score", values.decimal_of)
        particulars = self._particulars(line)
        recall_on = line.date("recall_date", may_be_future=True)
        is_recalled = recall_on is not None and recall_on <= self._received.today
        if is_recalled:
            self._remark(line, "recall_date", "it has come: the account is closed to dialing")
        person = self._person(line, is_over=is_recalled or balance.cents == 0)
        self._repeated.refuse(line, person, balance)
        return PlacedAccount(
            line=line.number,
            client=texts["client_id"],
            client_account=texts["client_account"],
            person=person,
            balance=balance,
            type=DebtType(line.word("account_type") or "other"),
            placement=texts.get("placement_id", ""),
            original_creditor=texts.get("original_creditor", ""),
            current_creditor=texts.get("current_creditor", ""),
            servicer_account=texts.get("servicer_account"),
            delinquent_since=delinquent_since,
            recall_on=recall_on,
            limitation_ends=limitation_ends,
            priority=0.0 if priority is None else priority,
            particulars=particulars,
            is_case_sensitive=self._mapping.is_case_sensitive,
        )

    def _balance(self, line: Line) -> Money:
        currency = line.texts.get("currency", "USD").upper()
        if currency not in CURRENCIES:
            raise RefusedLineError("currency", "not an ISO 4217 code", currency)
        text = line.texts["current_balance"]
        try:
            balance = values.money_of(text, currency, self._mapping.decimals)
        except BadValueError as error:
            raise RefusedLineError("current_balance", str(error), text) from error
        if balance.cents < 0:
            raise RefusedLineError("current_balance", "nothing is owed", text)
        most = self._mapping.most_owed
        if most is not None and balance.cents > most.cents:
            raise RefusedLineError(
                "current_balance", "more than can be owed, by its mapping: review it", text
            )
        if balance.cents == 0:
            self._remark(line, "current_balance", "nothing is owed: the account is closed to dialing")
        return balance

    def _money(self, text: str) -> Money:
        return values.money_of(text, "USD", self._mapping.decimals)

    def _particulars(self, line: Line) -> dict[str, str]:
        """The other amounts, dates and words, checked and in canonical form."""
        kept: dict[str, str] = {}
        for name in PARTICULARS:
            if name not in line.texts:
                continue
            match BY_NAME[name].kind:
                case Kind.MONEY:
                    amount = line.read(name, self._money)
                    kept[name] = "" if amount is None else f"{amount.cents / 100:.2f}"
                case Kind.DATE:
                    kept[name] = str(line.date(name))
                case Kind.YES_NO:
                    kept[name] = "yes" if line.yes(name) else "no"
                case Kind.WORD:
                    kept[name] = line.word(name) or ""
                case _:
                    kept[name] = line.texts[name]
        return kept

    # --- the person ---

    def _person(self, line: Line, *, is_over: bool) -> PlacedPerson:
        texts = line.texts
        return PlacedPerson(
            person_ref=texts["person_ref"],
            role=PersonRole(line.word("person_role") or "consumer"),
            first=texts.get("first", ""),
            middle=texts.get("middle", ""),
            last=texts["last"],
            suffix=texts.get("suffix", ""),
            date_of_birth=line.read("dob", self._birthday),
            ssn_last4=line.read("ssn_last4", values.digits_4_of) or "",
            email=texts.get("email", ""),
            language=self._language(line),
            addresses=self._addresses(line),
            numbers=self._numbers(line),
            requests=requests_of(line),
            holds=holds_of(line, is_over=is_over),
            prior_attempts=line.read("prior_attempts", self._attempts) or (),
            notices=self._notices(line),
            email_consent=self._email_consent(line),
        )

    def _notices(self, line: Line) -> tuple[PlacedNotice, ...]:
        sent_on = line.date("notice_date")
        kind, by = line.word("notice_kind"), line.word("notice_by")
        returned_on = line.date("notice_returned_date")
        if sent_on is None:
            for name in ("notice_kind", "notice_by", "notice_returned_date"):
                if name in line.texts:
                    raise RefusedLineError("notice_date", f"missing, where {name} is given")
            return ()
        if returned_on is not None and returned_on < sent_on:
            raise RefusedLineError(
                "notice_returned_date", "before it was sent", line.texts["notice_returned_date"]
            )
        return (
            PlacedNotice(
                sent_on=sent_on,
                kind=None if kind is None else NoticeKind(kind),
                by=None if by is None else Medium(by),
                returned_on=returned_on,
                proof=line.texts.get("notice_proof"),
            ),
        )

    def _email_consent(self, line: Line) -> PlacedConsent | None:
        at = line.moment("email_consent_date")
        revoked_at = line.moment("email_consent_revoked_date")
        if at is None or "email" not in line.texts:
            return None
        return PlacedConsent(
            at=at,
            wording=line.texts.get("email_consent_words"),
            proof=line.texts.get("email_consent_proof"),
            revoked_at=revoked_at,
        )

    def _birthday(self, text: str) -> date:
        return values.birthday_of(text, today=self._received.today, order=self._received.dates)

    def _language(self, line: Line) -> str:
        if "language" not in line.texts:
            return "en"
        try:
            return language_of(line.texts["language"])
        except BadValueError as error:
            self._remark(line, "language", f"{error}: no agent gets the account until it is known")
            return UNKNOWN_LANGUAGE

    def _attempts(self, text: str) -> tuple[PriorAttempt, ...]:
        return values.attempts_of(text, as_of=self._received.at)

    def _addresses(self, line: Line) -> tuple[PlacedAddress, ...]:
        texts = line.texts
        if not any(name in texts for name in ("address_1", "city", "state", "zip")):
            return ()
        country = line.read("country", country_of) or "US"
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
        if postal is None or "US-NY-NYC" not in self._regions_of_place(country, region, postal):
            return city
        return "New York City"

    def _american(self, line: Line, region: str | None, text: str | None) -> tuple[str | None, str | None]:
        """State and ZIP code, checked against each other; where they disagree both places' hours are kept."""
        if region is not None and region not in _MILITARY and f"US-{region}" not in self._tables.addresses:
            raise RefusedLineError("state", "not a state", region)
        postal = line.read("zip", values.zip_of)
        if postal is None or text is None:
            return region, None
        if len(text.replace("-", "")) not in (5, 9):
            self._remark(line, "zip", "lost zeros were put back")
        there = self._regions_of_place("US", None, postal)
        if region is not None and there and f"US-{region}" not in there:
            self._remark(line, "zip", "not in the state that is given: the hours of both are kept")
        return region, postal

    def _look_up_place(self, country: str, region: str | None, postal: str | None) -> frozenset[str] | None:
        address = AddressOnFile(country=country, region=region, postal_code=postal)
        return zones_of_address(address, self._tables)

    def _look_up_regions(self, country: str, region: str | None, postal: str | None) -> frozenset[str]:
        address = AddressOnFile(country=country, region=region, postal_code=postal)
        return regions_of_address(address, self._tables)

    def _look_up_prefix(self, prefix: str) -> tuple[frozenset[str] | None, frozenset[str]]:
        return zones_of_number(prefix, self._tables), regions_of_number(prefix, self._tables)

    def _numbers(self, line: Line) -> tuple[PlacedNumber, ...]:
        numbers: list[PlacedNumber] = []
        first_bad: RefusedLineError | None = None
        has_words = False
        for name in _PHONES:
            if name not in line.texts:
                continue
            try:
                number = self._number(line, name)
            except BadValueError as error:
                reject = RefusedLineError(name, str(error), masked(line.texts[name]))
                has_words = has_words or isinstance(error, NoTelephoneError)
                first_bad = first_bad or reject
                self._remark(line, name, f"left out: {error}")
                continue
            if any(known.e164 == number.e164 for known in numbers):
                self._remark(line, name, "left out: the same number twice")
                continue
            if number.role is NumberRole.UNKNOWN:
                reason = "not said whose it is: it is not dialed predictively unless that is known"
                self._remark(line, f"{name}_role", reason)
            numbers.append(number)
        if "more_phones" in line.texts:
            left = line.texts["more_phones"].count("!") + 1
            self._remark(line, "more_phones", f"left out: {left} more than a line may have")
        if not numbers and first_bad is not None and not has_words:
            raise first_bad
        if not numbers:
            self._remark(line, "phone_1", "no telephone number: the account is kept and nobody is called")
        return tuple(numbers)

    def _number(self, line: Line, name: str) -> PlacedNumber:
        country = line.read("country", country_of) or "US"
        e164 = e164_of(line.texts[name], self._tables, country=country)
        may_call, may_text = line.yes(f"{name}_consent"), line.yes(f"{name}_text_consent")
        kind = NumberKind(line.word(f"{name}_type") or "unknown")
        if is_toll_free(e164):
            kind = NumberKind.TOLL_FREE
            self._remark(line, name, "a toll-free number: a company's, not a household's")
        given_at = line.moment(f"{name}_consent_date") or line.received.midnight
        consent_at = given_at if may_call or may_text else None
        word = line.word(f"{name}_institution")
        institution = None if word is None else Institution(word)
        zones, regions = self._place_of_prefix(e164[: self._tables.longest_prefix + 1])
        return PlacedNumber(
            e164=e164,
            institution=institution,
            place=None if institution is None else _RINGS_AT.get(institution),
            kind=kind,
            role=NumberRole(line.word(f"{name}_role") or "unknown"),
            source=line.texts.get(f"{name}_source", ""),
            country=country if country in NANP_COUNTRIES and e164.startswith("+1") else None,
            zones=zones,
            regions=regions,
            consent_at=consent_at if may_call else None,
            text_consent_at=consent_at if may_text else None,
            consent_wording=line.texts.get(f"{name}_consent_words"),
            consent_proof=line.texts.get(f"{name}_consent_proof"),
            consent_revoked_at=line.moment(f"{name}_consent_revoked_date"),
        )

    def _remark(self, line: Line, column: str, reason: str) -> None:
        if self._is_trying:
            return
        self.report.remark(RejectedLine(line=line.number, column=column, reason=reason))

"""One row of a placement into an account, or a refusal, and what was mended or left out on the way.

Nothing here knows another line, the file or a store: rows may be read by several processes (`side_by_side`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

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
from dialer.domain.money import CURRENCIES, Money
from dialer.domain.placement import (
    PlacedAccount,
    PlacedAddress,
    PlacedConsent,
    PlacedNotice,
    PlacedNumber,
    PlacedPerson,
    PriorAttempt,
    RejectedLine,
)
from dialer.intake import values
from dialer.intake.asked import holds_of, requests_of
from dialer.intake.columns import BY_NAME, COLUMNS, NUMBERS_PER_LINE, PARTICULARS, Kind
from dialer.intake.files import Row
from dialer.intake.keys import is_plain_key, look_at_key
from dialer.intake.layouts.derived import DERIVED, NOTHING_DERIVED
from dialer.intake.line import Line, Received, RefusedLineError
from dialer.intake.mapping import FileMapping, Meaning
from dialer.intake.protection import translated
from dialer.intake.report import masked
from dialer.intake.telephones import NANP_COUNTRIES, NoTelephoneError, e164_of, is_toll_free
from dialer.intake.tongues import UNKNOWN_LANGUAGE, country_of, language_of
from dialer.intake.values import BadValueError

_RINGS_AT = {Institution.PRISON: Place.PRISON, Institution.HOSPITAL: Place.HOSPITAL}
"""Of a switchboard or a shelter nobody can say: it may be where the person works, or their home."""
_MILITARY = frozenset({"AA", "AE", "AP"})
"""Mail of the armed forces: the state is right and says nothing of where."""

_REQUIRED = tuple(column.name for column in COLUMNS if column.required)
_PHONES = tuple(f"phone_{n}" for n in range(1, NUMBERS_PER_LINE + 1))
_KEYS = ("client_id", "client_account", "person_ref", "servicer_account")


class ReadRow(NamedTuple):
    """What a row is. `remarks`: also of one that is refused, as far as it was read."""

    found: PlacedAccount | RefusedLineError
    remarks: tuple[RejectedLine, ...]


class AccountReader:
    """Reads one row at a time.

    Args:
        names: of each field, the column that it means; '' = none.
        meanings: of fields whose texts are translated, by their place.
        tables: where numbers and addresses are; None = those of the package.
    """

    def __init__(
        self,
        *,
        names: tuple[str, ...],
        mapping: FileMapping,
        meanings: Mapping[int, Meaning],
        received: Received,
        tables: WhereaboutsTables | None = None,
    ) -> None:
        self.names = names
        self.tables = self._tables = packaged_tables() if tables is None else tables
        self._told = (names, mapping, meanings, received, tables)
        self._mapping = mapping
        self._meanings = meanings
        self._received = received
        self._is_derived = mapping.derived != NOTHING_DERIVED or not DERIVED.isdisjoint(names)
        self._remarks: list[RejectedLine] = []
        self._zones_of_place = lru_cache(maxsize=65_536)(self._look_up_place)
        self._regions_of_place = lru_cache(maxsize=65_536)(self._look_up_regions)
        self._place_of_prefix = lru_cache(maxsize=65_536)(self._look_up_prefix)

    def __reduce__(self) -> tuple[object, ...]:
        """For another process: what was told, and nothing that was found out."""
        return _account_reader, self._told

    def read(self, row: Row) -> ReadRow:
        """What a row is."""
        found: PlacedAccount | RefusedLineError
        try:
            found = self.account(row)
        except RefusedLineError as reject:
            found = RefusedLineError(reject.column, reject.reason, reject.value)  # without its traceback
        return ReadRow(found, tuple(self._remarks))

    def _line(self, row: Row) -> Line:
        if row.fields is None:
            raise RefusedLineError("", row.reason)
        if len(row.fields) != len(self.names):
            reason = f"{len(row.fields)} fields where the heading has {len(self.names)}"
            over = f" (lines {row.number} to {row.last})" if row.last > row.number else ""
            raise RefusedLineError("", reason + over)
        line = Line(row.number, self.texts(row.fields), self._received)
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

    def _shown(self, column: str, text: str) -> str:
        return masked(text) if BY_NAME[column].personal else text

    def texts(self, fields: Sequence[str]) -> dict[str, str]:
        """A line's texts by column."""
        if self._meanings:
            return self.finished(translated(self.names, fields, self._meanings))
        return {
            name: stripped
            for name, text in zip(self.names, fields, strict=True)
            if name and (stripped := text.strip())
        }

    def finished(self, texts: dict[str, str]) -> dict[str, str]:
        """Besides, the columns that are made of others."""
        return self._mapping.derived.finished(texts) if self._is_derived else texts

    def account(self, row: Row) -> PlacedAccount:
        """The row's account; what its values cannot hold together rejects the line, as one of them does.

        Raises:
            RefusedLineError: it is none.
        """
        self._remarks = []
        line = self._line(row)
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
        self._remarks.append(RejectedLine(line=line.number, column=column, reason=reason))


def _account_reader(
    names: tuple[str, ...],
    mapping: FileMapping,
    meanings: Mapping[int, Meaning],
    received: Received,
    tables: WhereaboutsTables | None,
) -> AccountReader:
    return AccountReader(names=names, mapping=mapping, meanings=meanings, received=received, tables=tables)

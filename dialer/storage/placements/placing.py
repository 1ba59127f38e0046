"""Puts validated accounts in place: persons, numbers, debts, their ties, what is known of them, and leads.

Every row has an id that follows from the file's own keys, so the same account put in place twice changes
nothing, and a job that was killed half-way is simply done again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, cast

from sqlalchemy import Connection, select, update

from compliance_gate.request import Consent, HistoryEntry, Hold, Notice, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, Direction, EventKind, GivenTo, Institution, PersonRole
from dialer.casework.ledger.refresh import BalanceOwner
from dialer.domain.facts import FactChange, with_placed
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.keys import folded
from dialer.domain.placement import (
    CLOSED_BY_FILE,
    PlacedAccount,
    PlacedAddress,
    PlacedNumber,
    PlacedPerson,
    Protection,
)
from dialer.domain.spoken_words import PlacedFact, has_words, of_placed
from dialer.storage import changed_identities, ledgers
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row, among, insert_missing, insert_rows, upsert
from dialer.storage.identities import (
    Account,
    Identity,
    match_key,
    opened_identity,
    sealed_bodies,
    sealed_identity,
)
from dialer.storage.keys.keyring import NOTHING, Keyring
from dialer.storage.leads import TARGET_ROLES
from dialer.storage.person_files import address_of, chunks, person_files, placed_files
from dialer.storage.placements import closing, holding, news, untold
from dialer.storage.placements.identifiers import Identifiers
from dialer.storage.placements.updating import (
    Dropped,
    Says,
    drop,
    keep_known_roles,
    kind_over,
    over,
    says,
    tell_kinds,
    unsaid_of_debts,
    unsaid_of_leads,
    unsaid_of_ties,
    without_counted,
)
from dialer.storage.projecting.attempt_rows import json_text
from dialer.storage.projecting.fact_rows import row_of, row_of_placed
from dialer.storage.spoken_words import Words

TOLD_DAYS = 7
"""Of so many days does a line of a placement tell the calls before it (`prior_attempts`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where accounts go.

    Args:
        keyring: whose keys seal who the people are.
        campaign: whose leads they become; '' makes none.
        import_id: written on what is new.
        now: POSIX seconds, for facts that have no day of their own.
        clients: how each client is spelled, by its folded name; who comes for the first time is added.
        closed: accounts that a line of this import closed; batches add theirs.
        owners: who owns the balance, by the folded name of the client.
        says: columns that the file has; None = all.
        history_days: for how long new accounts without a history are left alone, by the folded client.
    """

    identifiers: Identifiers
    keyring: Keyring
    campaign: str
    import_id: str
    now: float
    clients: dict[str, str] = field(default_factory=dict[str, str])
    closed: set[DebtId] = field(default_factory=set[DebtId])
    owners: Mapping[str, BalanceOwner] = field(default_factory=dict[str, BalanceOwner])
    says: Says = None
    history_days: Mapping[str, int] = field(default_factory=dict[str, int])


class Batch:
    """Accounts ready to be put in place: everything that needs no write lock is done on making it."""

    def __init__(
        self, accounts: Iterable[PlacedAccount], placing: Placing, protections: Sequence[Protection] = ()
    ) -> None:
        self._placing = placing
        self._protections = protections
        self._rows = _Rows(placing)
        for account in accounts:
            self._rows.add(account)
        self._rows.seal()

    def write(self, connection: Connection) -> tuple[PersonId, ...]:
        """Put them in place in the caller's transaction.

        Returns:
            persons who were known before, sorted; they are written down to be told to a running engine. Who
            came with an earlier batch of this import is known, too: a floor may have fetched them since.
        """
        rows, placing = self._rows, self._placing
        known = _known(connection, rows.persons)
        concerned = sorted({*known, *_owing(connection, rows.debts)})
        before = _placed(connection, concerned, now=placing.now)
        new = untold.new_of(connection, rows.untold)
        ledgers.refresh(connection, rows.debts, placing.owners, import_id=placing.import_id, now=placing.now)
        rows.write(connection)
        untold.hold(connection, new, import_id=placing.import_id, now=placing.now)
        changed_identities.add(connection, rows.persons)
        _keep_changed(connection, before, now=placing.now)
        _add_to_edited(connection, known, rows, placing)
        held = holding.place(
            connection,
            self._protections,
            identifiers=placing.identifiers,
            import_id=placing.import_id,
            now=placing.now,
        )
        placing.closed.update(debt for debt, is_closed in rows.closed.items() if is_closed)
        wanted = {debt: debt in placing.closed for debt in rows.closed}
        closed = closing.tell(connection, wanted, import_id=placing.import_id, now=placing.now)
        told = tuple(sorted({*known, *held, *closed}))
        news.add(connection, told, import_id=placing.import_id)
        _flag_doubtful(connection, sorted(rows.persons))
        return told


_ADDRESS_COLUMNS = ("country", "region", "city", "zones", "kind")


def _known(connection: Connection, persons: Iterable[str]) -> tuple[PersonId, ...]:
    found: list[str] = []
    for chunk in chunks(sorted(persons)):
        found += connection.execute(
            select(t.persons.c.person).where(among(connection, t.persons.c.person, chunk))
        ).scalars()
    return tuple(PersonId(person) for person in sorted(found))


def _owing(connection: Connection, debts: Iterable[str]) -> Iterator[str]:
    """Who was tied to these debts before."""
    for chunk in chunks(sorted(debts)):
        yield from connection.execute(
            select(t.person_debts.c.person).where(among(connection, t.person_debts.c.debt, chunk))
        ).scalars()


def _placed(connection: Connection, persons: Sequence[str], *, now: float) -> dict[str, PersonFile]:
    files: dict[str, PersonFile] = {}
    for chunk in chunks(persons):
        files.update(placed_files(connection, chunk, now=now))
    return files


def _keep_changed(connection: Connection, before: Mapping[str, PersonFile], *, now: float) -> None:
    """What a file changes is kept as it was: a decision of an earlier day is judged by it."""
    after = _placed(connection, sorted(before), now=now)
    rows: list[Row] = [
        {"person": person, "until": now, "body": json_text(file)}
        for person, file in before.items()
        if after[person] != file
    ]
    insert_rows(connection, t.placed_before, rows)


def _add_to_edited(
    connection: Connection, persons: Sequence[PersonId], rows: "_Rows", placing: Placing
) -> None:
    """What a file says of somebody whose file was edited by hand is added to the edited file.

    An edit replaces what was placed before it, not what is placed after it: a new address or number counts
    for where the person may be, whoever wrote it down. It is added, not put in the edited file's place: a
    fact that somebody records at this very moment stays.
    """
    for chunk in chunks(persons):
        of_them = among(connection, t.facts.c.person, chunk)
        query = select(t.facts.c.person).where(of_them, t.facts.c.kind == "replaced").distinct()
        edited = list(connection.execute(query).scalars())
        placed = placed_files(connection, edited, now=placing.now)
        for person, file in person_files(connection, edited, now=placing.now).items():
            said = rows.said_of(placed[person])
            if with_placed(file, said) != file:
                change = FactChange(person=PersonId(person), placed=said)
                row = row_of(change, sequence=0, at=placing.now, import_id=placing.import_id)
                connection.execute(t.facts.insert(), row)


class _Rows:
    """Rows of one batch, each key once."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing
        self._ids = placing.identifiers
        self._says_numbers = says(placing.says, *(f"phone_{n}" for n in range(1, 6)))
        self.persons: dict[str, Row] = {}
        self._identities: dict[str, Identity] = {}
        self._sealed: dict[str, Row] = {}
        self._sealer = NOTHING
        self._clients: dict[str, Row] = {}
        self._addresses: dict[str, Row] = {}
        self._numbers: dict[str, Row] = {}
        self._person_numbers: dict[tuple[str, str], Row] = {}
        self.debts: dict[str, Row] = {}
        self._person_debts: dict[tuple[str, str], Row] = {}
        self._leads: dict[str, Row] = {}
        self._told: list[tuple[PersonId, str, PlacedFact]] = []
        """Whom it is of, the field of `FactChange` it stands in, and the fact."""
        self._facts: dict[tuple[object, ...], Row] = {}
        self.closed: dict[DebtId, bool] = {}
        self.untold: dict[tuple[PersonId, DebtId], int] = {}

    def add(self, account: PlacedAccount) -> None:
        """Take one line in."""
        client = self._placing.clients.setdefault(folded(account.client), account.client)
        if client != account.client:
            account = replace(account, client=client)
        exact = account.is_case_sensitive
        person = self._ids.person(account.client, account.person.person_ref, is_case_sensitive=exact)
        debt = self._ids.debt(account.client, account.client_account, is_case_sensitive=exact)
        is_closed = any(hold.source == CLOSED_BY_FILE for hold in account.person.holds)
        self.closed[debt] = self.closed.get(debt, False) or is_closed
        self._note_untold(person, debt, account)
        self._clients[account.client] = {"client": account.client, "name": ""}
        self._add_person(person, account)
        addresses = self._add_addresses(person, account.person)
        numbers = self._add_numbers(person, debt, account.person)
        self._add_debt(person, debt, account, numbers=numbers, addresses=addresses)
        role = account.person.role
        self._person_debts[person, debt] = {"person": person, "debt": debt, "role": role.value}
        self._add_facts(person, debt, account.person)
        if self._placing.campaign and role in TARGET_ROLES:
            self._add_lead(debt, account)

    def seal(self) -> None:
        """Seal who the people are: whoever has no key gets one, before the store knows of them."""
        self._sealer = self._placing.keyring.sealer(self._identities)
        for person, identity in self._identities.items():
            self._sealed[person] = self._sealed_row(person, identity)
        self._seal_words()

    def _seal_words(self) -> None:
        """Facts as rows, the words in them sealed; most facts have none, and most persons."""
        spoken = {person for person, _, fact in self._told if has_words(fact)}
        words = Words(self._placing.keyring, spoken)
        now, import_id = self._placing.now, self._placing.import_id
        for person, kind, told in self._told:
            fact = of_placed(told, partial(words.seal, person)) if person in spoken else told
            row = row_of_placed(person, kind, fact, at=now, import_id=import_id)
            self._facts[row["person"], row["kind"], row["body"]] = row

    def _sealed_row(self, person: str, identity: Identity) -> Row:
        return {
            "subject": person,
            "body": sealed_identity(self._sealer, person, identity),
            "match_key": match_key(self._ids, identity),
        }

    def _seal_over(self, connection: Connection) -> dict[str, Dropped]:
        """What earlier files told of addresses and numbers stays; a person who was forgotten begins anew.

        Returns:
            what of them is told no more, by person.
        """
        dropped: dict[str, Dropped] = {}
        for person, body in sealed_bodies(connection, sorted(self._identities)).items():
            earlier = opened_identity(self._sealer, person, body)
            if earlier is not None:
                dropped[person] = made = over(self._identities[person], earlier)
                self._sealed[person] = self._sealed_row(person, made.identity)
        return dropped

    def write(self, connection: Connection) -> None:
        """Write all of it; facts that are known already are left out."""
        dropped = self._seal_over(connection)
        said = self._placing.says
        insert_missing(connection, t.clients, list(self._clients.values()))
        unsaid = {"client", "import_id"} if says(said, "language") else {"client", "import_id", "language"}
        upsert(connection, t.persons, list(self.persons.values()), keeping=frozenset(unsaid))
        keep_known_roles(connection, sorted(dropped), self._person_numbers)
        for table, rows, keeping in (
            (t.sealed, self._sealed, frozenset[str]()),
            (t.addresses, self._addresses, frozenset[str]()),
            (t.person_numbers, self._person_numbers, frozenset[str]()),
            (t.debts, self.debts, unsaid_of_debts(said)),
            (t.person_debts, self._person_debts, unsaid_of_ties(said)),
            (t.leads, self._leads, unsaid_of_leads(said)),
        ):
            upsert(connection, table, list(rows.values()), keeping=keeping)
        tell_kinds(connection, list(self._numbers.values()))
        drop(connection, dropped)
        self._tell_institutions(connection)
        _insert_new_facts(connection, self._facts, sorted(self.persons), now=self._placing.now)

    def _tell_institutions(self, connection: Connection) -> None:
        """A number that was known before may be said to be an institution's now; nobody takes that back."""
        for institution in Institution:
            told = sorted(k for k, row in self._numbers.items() if row["institution"] == institution.value)
            for chunk in chunks(told):
                theirs = update(t.numbers).where(t.numbers.c.number.in_(chunk))
                connection.execute(theirs.values(institution=institution.value))

    def said_of(self, file: PersonFile) -> PersonFile:
        """What this batch says, out of all that was ever placed of the person."""
        person = file.person
        places = {
            address_of(**{name: cast("Any", row[name]) for name in _ADDRESS_COLUMNS})
            for row in self._addresses.values()
            if row["person"] == person
        }
        return replace(
            file,
            addresses=tuple(address for address in file.addresses if address in places),
            numbers=tuple(n for n in file.numbers if (person, n.number) in self._person_numbers),
            debts=tuple(d for d in file.debts if (person, d.debt) in self._person_debts),
        )

    def _add_person(self, person: PersonId, account: PlacedAccount) -> None:
        placed = account.person
        self.persons[person] = {
            "person": person,
            "client": account.client,
            "language": placed.language,
            "import_id": self._placing.import_id,
        }
        born = placed.date_of_birth
        told = Identity(
            person_ref=placed.person_ref,
            first=placed.first,
            middle=placed.middle,
            last=placed.last,
            suffix=placed.suffix,
            date_of_birth=None if born is None else born.isoformat(),
            ssn_last4=placed.ssn_last4,
            email=placed.email,
        )
        earlier = self._identities.get(person)
        self._identities[person] = told if earlier is None else told.over(earlier)

    def _add_addresses(self, person: PersonId, placed: PlacedPerson) -> tuple[str, ...]:
        """Returns their ids."""
        keys: list[str] = []
        for address in placed.addresses:
            key = self._address_key(person, address)
            keys.append(key)
            self._addresses[key] = {
                "address": key,
                "person": person,
                "kind": address.kind.value,
                "country": address.country,
                "region": address.region,
                "city": address.city,
                "zones": None if address.zones is None else _names_text(address.zones),
            }
            lines = address.line_1, address.line_2, address.postal_code or ""
            self._identities[person].addresses[key] = lines
        return tuple(keys)

    def _add_numbers(self, person: PersonId, debt: DebtId, placed: PlacedPerson) -> tuple[str, ...]:
        """Returns their ids."""
        keys: list[str] = []
        for rank, number in enumerate(placed.numbers):
            key = self._ids.number(number.e164)
            keys.append(key)
            row = self._numbers.setdefault(key, _number_row(key, number))
            row["kind"] = kind_over(str(row["kind"]), number.kind.value)
            row["institution"] = row["institution"] or _institution(number)
            self._identities[person].numbers[key] = number.e164
            self._person_numbers.setdefault(
                (person, key),
                {
                    "person": person,
                    "number": key,
                    "role": number.role.value,
                    "place": None if number.place is None else number.place.value,
                    "rank": rank,
                    "source": number.source,
                },
            )
            for scope, at in (
                (ConsentScope.NUMBER_PROVIDED_TO_CREDITOR, number.consent_at),
                (ConsentScope.SMS, number.text_consent_at),
            ):
                if at is not None:
                    consent = Consent(
                        at=at,
                        scope=scope,
                        given_to=GivenTo.CREDITOR,
                        debts=(debt,),
                        number=key,
                        wording=number.consent_wording,
                        proof=number.consent_proof,
                        revoked_at=number.consent_revoked_at,
                    )
                    self._told.append((person, "consent", consent))
        return tuple(keys)

    def _add_debt(
        self,
        person: PersonId,
        debt: DebtId,
        account: PlacedAccount,
        *,
        numbers: tuple[str, ...],
        addresses: tuple[str, ...],
    ) -> None:
        servicer = account.servicer_account
        self._identities[person].accounts[debt] = Account(
            client_account=account.client_account,
            servicer_account=servicer or "",
            particulars=dict(account.particulars),
            numbers=numbers if self._says_numbers else None,
            addresses=addresses or None,
        )
        self.debts[debt] = {
            "debt": debt,
            "client": account.client,
            "placement": account.placement,
            "type": account.type.value,
            "servicer_account": servicer and self._ids.servicer(account.client, servicer),
            "original_creditor": account.original_creditor,
            "current_creditor": account.current_creditor,
            "balance_cents": account.balance.cents,
            "currency": account.balance.currency,
            "delinquent_since": None
            if account.delinquent_since is None
            else account.delinquent_since.isoformat(),
            "limitation_ends": None
            if account.limitation_ends is None
            else account.limitation_ends.isoformat(),
            "recall_on": None if account.recall_on is None else account.recall_on.isoformat(),
            "priority": account.priority,
            "import_id": self._placing.import_id,
        }

    def _note_untold(self, person: PersonId, debt: DebtId, account: PlacedAccount) -> None:
        """For how long the account waits for a word of its history; a line that tells of calls tells all."""
        days = self._placing.history_days.get(folded(account.client), 0)
        if account.person.prior_attempts:
            days = 0 if days <= TOLD_DAYS else days
        if days:
            self.untold[person, debt] = days

    def _address_key(self, person: PersonId, address: PlacedAddress) -> str:
        return self._ids.address(
            person, address.kind.value, address.line_1, address.line_2, address.postal_code or ""
        )

    def _add_lead(self, debt: DebtId, account: PlacedAccount) -> None:
        lead = self._ids.lead(self._placing.campaign, debt)
        language = account.person.language
        spoken = language.split("-", maxsplit=1)[0]  # whoever speaks Spanish serves es-MX, too
        needs = () if spoken in ("", "en") else (f"language:{spoken}",)
        row: Row = {
            "lead": lead,
            "campaign": self._placing.campaign,
            "debt": debt,
            "priority": account.priority,
            "needs": _names_text(needs),
        }
        if account.person.role is PersonRole.CONSUMER:
            self._leads[lead] = row
        else:
            self._leads.setdefault(lead, row)

    def _add_facts(self, person: PersonId, debt: DebtId, placed: PlacedPerson) -> None:
        for asked in placed.requests:
            request = PersonRequest(
                at=asked.at,
                type=asked.type,
                debts=(debt,) if asked.debt_only else None,
                blocks=asked.blocks,
                text=asked.text,
                place=asked.place,
            )
            self._told.append((person, "request", request))
        for held in placed.holds:
            if held.source == CLOSED_BY_FILE:
                continue  # of the account, whoever owes it: `closing`
            hold = Hold(
                kind=held.kind,
                since=held.since,
                debts=(debt,) if held.debt_only else None,
                source=held.source,
            )
            self._told.append((person, "hold", hold))
        self._add_notices(person, debt, placed)
        agreed = placed.email_consent
        if agreed is not None:
            consent = Consent(
                at=agreed.at,
                scope=ConsentScope.EMAIL,
                given_to=GivenTo.CREDITOR,
                debts=(debt,),
                address=self._ids.email(placed.email),
                wording=agreed.wording,
                proof=agreed.proof,
                revoked_at=agreed.revoked_at,
            )
            self._told.append((person, "consent", consent))
        for call in placed.prior_attempts:
            entry = HistoryEntry(
                entry=self._ids.entry(person, debt, call.at.isoformat(), is_counted=call.is_counted),
                at=call.at,
                event=EventKind.CALL_PLACED,
                direction=Direction.OUTBOUND,
                outcome=call.outcome,
                debts=(debt,),
            )
            self._told.append((person, "entry", entry))

    def _add_notices(self, person: PersonId, debt: DebtId, placed: PlacedPerson) -> None:
        """A notice of the same kind that a later file tells of takes the place of the one before."""
        for sent in placed.notices:
            kind = "" if sent.kind is None else sent.kind.value
            notice = Notice(
                notice=self._ids.notice(person, debt, kind),
                sent_on=sent.sent_on,
                kind=sent.kind,
                by=sent.by,
                debts=(debt,),
                returned_on=sent.returned_on,
                proof=sent.proof,
            )
            self._told.append((person, "notice", notice))


@lru_cache(maxsize=4_096)
def _names_text(names: frozenset[str] | tuple[str, ...]) -> str:
    """Zones, regions and needs as the text of their column: a placement has few of them, again and again."""
    return json_text(names)


def _number_row(key: str, number: PlacedNumber) -> Row:
    return {
        "number": key,
        "kind": number.kind.value,
        "country": number.country,
        "zones": None if number.zones is None else _names_text(number.zones),
        "regions": _names_text(number.regions),
        "institution": _institution(number),
    }


def _institution(number: PlacedNumber) -> str | None:
    return None if number.institution is None else number.institution.value


def _insert_new_facts(
    connection: Connection, wanted: dict[tuple[object, ...], Row], persons: Sequence[str], *, now: float
) -> None:
    """Facts have no key of their own: what a file says again word for word is not written again."""
    if not wanted:
        return
    columns = (t.facts.c.person, t.facts.c.kind, t.facts.c.body)
    known: set[tuple[object, ...]] = set()
    for chunk in chunks(persons):
        of_them = among(connection, t.facts.c.person, chunk)
        query = select(*columns).where(of_them, t.facts.c.import_id.is_not(None))
        known.update(tuple(row) for row in connection.execute(query).all())
    rows = without_counted(known, [row for key, row in wanted.items() if key not in known], now=now)
    insert_rows(connection, t.facts, rows)


def _flag_doubtful(connection: Connection, persons: Sequence[str]) -> None:
    """Two persons with one name and one birthday may be one: both are flagged, and nobody is merged.

    One namesake is looked up for each, not all: of three the last finds one who was flagged when they met.
    """
    other = t.sealed.alias("other")
    mine = t.sealed.c
    namesake = (
        select(other.c.subject)
        .where(other.c.match_key == mine.match_key, other.c.subject != mine.subject)
        .limit(1)
        .scalar_subquery()
    )
    doubtful: set[str] = set()
    for chunk in chunks(persons):
        query = select(mine.subject, namesake).where(
            among(connection, mine.subject, chunk), mine.match_key.is_not(None)
        )
        for person, found in connection.execute(query).all():
            if found is not None:
                doubtful |= {person, found}
    for chunk in chunks(sorted(doubtful)):
        connection.execute(update(t.persons).where(t.persons.c.person.in_(chunk)).values(doubtful=True))

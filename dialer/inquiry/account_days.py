"""A client's accounts as they were known by the end of a day, a few thousand at a time.

Days of calls are those of the client's zone, days of money those of the ledgers, UTC. Nothing is read that
came after the day, but for the state of an account and whether a promise was withdrawn: these are as now.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, case, func, or_, select

from dialer.casework.ledger.book import Ledger
from dialer.casework.ledger.remittance import LedgerByDay
from dialer.casework.ledger.terms import ClientTerms
from dialer.casework.promises import Judged, Paid, PromiseState, judged
from dialer.domain.attempt import Outcome
from dialer.domain.ledger import EntryKind, LedgerEntry
from dialer.domain.record import instant
from dialer.measures.accounts import AccountSeen
from dialer.measures.changes import RIGHT_PARTY
from dialer.measures.kept import PromiseRow
from dialer.measures.payments import PaymentRow
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.database.statements import among
from dialer.storage.identities import account_names
from dialer.storage.ledgers import OPENING_KEY, PromiseMade
from dialer.storage.person_files import chunks
from dialer.storage.projecting.attempt_rows import texts
from dialer.storage.store import Store

AT_ONCE = 5_000
AccountRow = Row[*tuple[Any, ...]]
_MINUTE_S = 60.0
_EPOCH = date(1970, 1, 1)
SEVERAL = "several"
"""The place of an account whose people live in more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Whose accounts, from which day to which, both included."""

    client: str
    since: date
    on: date
    terms: ClientTerms

    @property
    def zone(self) -> ZoneInfo:
        """In which the client's days begin."""
        return ZoneInfo(self.terms.work.zone)

    @property
    def begins(self) -> float:
        """POSIX seconds at which the first day of calls begins."""
        return begins(self.since, self.zone)

    @property
    def ends(self) -> float:
        """POSIX seconds at which the day after the last begins."""
        return begins(self.on + timedelta(days=1), self.zone)


def begins(day: date, zone: ZoneInfo) -> float:
    """POSIX seconds at which a day begins."""
    return datetime.combine(day, time(), zone).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Some of the accounts, with their promises and what changed of their payments in the stretch."""

    accounts: tuple[AccountSeen, ...] = ()
    promises: tuple[PromiseRow, ...] = ()
    payments: tuple[PaymentRow, ...] = ()


class Worked(NamedTuple):
    """Calls about one account until the end of the stretch."""

    attempts: int = 0
    right_party: int = 0
    in_month: int = 0
    in_stretch: int = 0
    first: date | None = None
    last: date | None = None

    def and_also(self, other: "Worked") -> "Worked":
        """Both together."""
        firsts = [day for day in (self.first, other.first) if day is not None]
        lasts = [day for day in (self.last, other.last) if day is not None]
        return Worked(
            self.attempts + other.attempts,
            self.right_party + other.right_party,
            self.in_month + other.in_month,
            self.in_stretch + other.in_stretch,
            min(firsts, default=None),
            max(lasts, default=None),
        )


_UNWORKED = Worked()


Kind = tuple[str, str, str | None, float | None, tuple[str, ...], str, Worked, bool]


@dataclass(slots=True)
class Read:
    """What is on file of some accounts.

    Args:
        rows: the accounts, in the order of their ids.
        names: the clients' own, by account. places: where whoever owes it lives.
        ledgers: of accounts to which something was posted. made: promises for one account alone.
        several: promises for several at once. first: by promise, the first of its accounts of the client.
    """

    stretch: Stretch
    rows: Sequence[AccountRow]
    names: dict[str, str] = field(default_factory=dict[str, str])
    places: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    campaigns: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    worked: dict[str, Worked] = field(default_factory=dict[str, Worked])
    ledgers: dict[str, LedgerByDay] = field(default_factory=dict[str, LedgerByDay])
    made: Mapping[str, tuple[PromiseMade, ...]] = field(default_factory=dict[str, tuple[PromiseMade, ...]])
    several: Sequence[Row[Any]] = ()
    first: Mapping[int, str] = field(default_factory=dict[int, str])

    def place(self, debt: str) -> str:
        """Where whoever owes it lives; '' = not known."""
        found = self.places.get(debt, ())
        return SEVERAL if len(found) > 1 else next(iter(found), "")

    def seen(self, row: AccountRow) -> Seen:
        """One of the accounts with all that is of it alone; nothing where it was not placed yet."""
        money = _money(row, self, self.stretch)
        if money.placed_on is not None and money.placed_on > self.stretch.on:
            return Seen()
        came = _promises(row, self, money, self.stretch)
        is_arranged = any(each.state == PromiseState.OPEN.value for each in came)
        account = _account(row, self, money, self.stretch, is_arranged=is_arranged)
        return Seen(accounts=(account,), promises=tuple(came), payments=tuple(_payments(row, self, money)))

    def is_plain(self, debt: str) -> bool:
        """Nothing was ever posted to it, and nothing promised for it alone."""
        return debt not in self.ledgers and debt not in self.made

    def kind_of(self, row: AccountRow) -> Kind:
        """What a plain account is, but for its names and how much is owed."""
        debt = row.debt
        return (
            row.currency,
            row.state,
            row.delinquent_since,
            row.published_at,
            self.campaigns.get(debt, ()),
            self.place(debt),
            self.worked.get(debt, _UNWORKED),
            row.balance_cents > 0,
        )

    def seen_for_several(self) -> Seen:
        """Promises for several of the accounts."""
        return Seen(promises=tuple(_for_several(self, self.stretch)))


def seen_of(store: Store, stretch: Stretch) -> Iterator[Seen]:
    """Every account of the client that was placed by the end of the stretch, in the order of its id."""
    for read in read_of(store, stretch):
        yield from map(read.seen, read.rows)
        yield read.seen_for_several()


def read_of(store: Store, stretch: Stretch) -> Iterator[Read]:
    """What is on file of the client's accounts, a few thousand at a time, in the order of their ids."""
    after = ""
    while True:
        read = store.read(lambda connection, after=after: _read(store, connection, stretch, after))
        if not read.rows:
            return
        after = read.rows[-1].debt
        yield read


def _read(store: Store, connection: Connection, stretch: Stretch, after: str) -> Read:
    rows = _accounts(connection, stretch, after)
    read = Read(stretch=stretch, rows=rows)
    debts = [row.debt for row in rows]
    persons = _who_owes(connection, debts, read)
    read.names = account_names(connection, store.keyring, persons)
    several: list[Row[Any]] = []
    for some in chunks(persons):
        _calls(connection, some, stretch, read)
        several += _of_several(connection, some, stretch)
    read.several = several
    read.first = _first_of_client(connection, several, stretch)
    _turns(connection, debts, read)
    posted = t.ledger_entries.c.debt
    moved = select(posted).where(among(connection, posted, debts)).distinct()
    told = ledgers.told_entries(connection, sorted(connection.scalars(moved)))
    currencies = {row.debt: row.currency for row in rows if row.debt in told}
    read.ledgers = {debt: LedgerByDay(debt, currencies[debt], entries) for debt, entries in told.items()}
    read.made = ledgers.promises_of(connection, debts)
    return read


def _accounts(connection: Connection, stretch: Stretch, after: str) -> Sequence[AccountRow]:
    of = t.debts.c
    columns = (of.debt, of.client, of.currency, of.balance_cents, of.state, of.delinquent_since)
    query: Select[*tuple[Any, ...]] = (
        select(*columns, t.imports.c.published_at)
        .join_from(t.debts, t.imports, of.import_id == t.imports.c.import_id, isouter=True)
        .where(of.client == stretch.client, of.debt > after)
        .order_by(of.debt)
        .limit(AT_ONCE)
    )
    return connection.execute(query).all()


def _who_owes(connection: Connection, debts: Sequence[str], read: Read) -> list[str]:
    """Everybody who owes one of the accounts, sorted; and where they live."""
    tied, lives = t.person_debts.c, t.addresses.c
    query = (
        select(tied.debt, tied.person, lives.country, lives.region)
        .join_from(t.person_debts, t.addresses, lives.person == tied.person, isouter=True)
        .where(among(connection, tied.debt, debts))
    )
    persons: set[str] = set()
    for debt, person, country, region in connection.execute(query).all():
        persons.add(person)
        if country:
            read.places.setdefault(debt, set()).add(f"{country}-{region}" if region else country)
    return sorted(persons)


def _turns(connection: Connection, debts: Sequence[str], read: Read) -> None:
    """In which campaigns the accounts have a turn."""
    columns = t.leads.c
    query = select(columns.debt, columns.campaign).where(among(connection, columns.debt, debts))
    alone: dict[str, tuple[str, ...]] = {}
    for debt, campaign in connection.execute(query).all():
        others = read.campaigns.get(debt)
        turn = alone.setdefault(campaign, (campaign,))
        read.campaigns[debt] = turn if others is None else tuple(sorted({*others, campaign}))


def _calls(connection: Connection, persons: Sequence[str], stretch: Stretch, read: Read) -> None:
    """Counted by the database, the calls about the same accounts together. An attempt counts when it is over
    and written down, as in `dialer.inquiry.given_back`."""
    columns = t.attempts.c
    over = func.coalesce(columns.wrapped_at, columns.ended_at)
    is_right = columns.disposition_kind.in_(sorted(RIGHT_PARTY))
    query = (
        select(
            columns.debts,
            func.count(),
            func.count(case((is_right, 1))),
            func.count(case((over >= begins(stretch.on.replace(day=1), stretch.zone), 1))),
            func.count(case((over >= stretch.begins, 1))),
            func.min(over),
            func.max(over),
        )
        .where(
            among(connection, columns.person, persons),
            or_(columns.agent.is_(None), columns.wrapped_at.is_not(None)),
            over < stretch.ends,
            or_(columns.outcome.is_(None), columns.outcome != Outcome.NOT_ATTEMPTED.value),
        )
        .group_by(columns.debts)
    )
    zone = stretch.zone
    for debts, attempts, right, in_month, in_stretch, first, last in connection.execute(query).all():
        on, until = _day(int(first // _MINUTE_S), zone), _day(int(last // _MINUTE_S), zone)
        worked = Worked(attempts, right, in_month, in_stretch, on, until)
        for debt in texts(debts):
            before = read.worked.get(debt)
            read.worked[debt] = worked if before is None else before.and_also(worked)


@functools.lru_cache(maxsize=100_000)
def _day(minute: int, zone: ZoneInfo) -> date:
    """The day of a minute since 1970: no day of this century begins or ends within one, in any zone."""
    return instant(minute * _MINUTE_S).astimezone(zone).date()


def _of_several(connection: Connection, persons: Sequence[str], stretch: Stretch) -> Sequence[Row[Any]]:
    """Promises for several accounts at once that stand."""
    query = (
        select(t.promises, *ledgers.OF_CALL)
        .select_from(ledgers.CALLED)
        .where(among(connection, t.promises.c.person, persons), t.promises.c.withdrawn_at.is_(None))
        .where(t.promises.c.at < stretch.ends, t.promises.c.debts.like("%,%"))
        .order_by(t.promises.c.id)
    )
    return connection.execute(query).all()


def _first_of_client(
    connection: Connection, several: Sequence[Row[Any]], stretch: Stretch
) -> Mapping[int, str]:
    """By promise, the first of its accounts that is the client's."""
    named = {debt for row in several for debt in texts(row.debts)}
    theirs: set[str] = set()
    for some in chunks(sorted(named)):
        query = select(t.debts.c.debt).where(t.debts.c.debt.in_(some), t.debts.c.client == stretch.client)
        theirs.update(connection.scalars(query))
    return {row.id: min((d for d in texts(row.debts) if d in theirs), default="") for row in several}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """An account's money. `before`, `by_now`: its ledger as it was known before the stretch, and by its end;
    None = nothing was posted to it."""

    placed_on: date | None
    placed_cents: int | None
    ledger: LedgerByDay | None
    before: Ledger | None
    by_now: Ledger | None


def _money(row: AccountRow, read: Read, stretch: Stretch) -> _Money:
    ledger = read.ledgers.get(row.debt)
    if ledger is None:
        on = _published_on(row.published_at)
        return _Money(placed_on=on, placed_cents=row.balance_cents, ledger=None, before=None, by_now=None)
    opened = next((each for each in ledger.told if each.entry.key == OPENING_KEY), None)
    on = None if opened is None or opened.on == _EPOCH else opened.on
    return _Money(
        placed_on=on,
        placed_cents=None if opened is None else opened.entry.amount.cents,
        ledger=ledger,
        before=ledger.by(stretch.since - timedelta(days=1)),
        by_now=ledger.by(stretch.on),
    )


@functools.lru_cache(maxsize=1_000)
def _published_on(at: float | None) -> date | None:
    """The day (UTC) of a file; many accounts are of one."""
    return None if at is None else datetime.fromtimestamp(at, UTC).date()


def _account(
    row: AccountRow, read: Read, money: _Money, stretch: Stretch, *, is_arranged: bool
) -> AccountSeen:
    worked = read.worked.get(row.debt, _UNWORKED)
    was_placed = money.placed_on is None or money.placed_on < stretch.since
    before = row.balance_cents if money.before is None else money.before.balance().cents
    series = _collected(money, stretch)
    return AccountSeen(
        account=row.debt,
        client_account=read.names.get(row.debt, ""),
        client=row.client,
        currency=row.currency,
        campaigns=read.campaigns.get(row.debt, ()),
        place=read.place(row.debt),
        state=row.state,
        since=stretch.since,
        on=stretch.on,
        placed_on=money.placed_on,
        placed_cents=money.placed_cents,
        before_cents=before if was_placed else None,
        owed_cents=row.balance_cents if money.by_now is None else money.by_now.balance().cents,
        delinquent_since=None if row.delinquent_since is None else date.fromisoformat(row.delinquent_since),
        collected=series,
        collected_in_stretch=_stayed(money.by_now) - _stayed(money.before),
        attempts=worked.attempts,
        right_party=worked.right_party,
        attempts_in_month=worked.in_month,
        attempts_in_stretch=worked.in_stretch,
        first_attempt_on=worked.first,
        last_attempt_on=worked.last,
        is_arranged=is_arranged,
    )


def _stayed(ledger: Ledger | None) -> int:
    return 0 if ledger is None else sum(cents for _, cents in ledger.paid())


def _collected(money: _Money, stretch: Stretch) -> tuple[tuple[date, int], ...]:
    """What came and stayed, by the month in which it was told; the months of an account are few."""
    ledger = money.ledger
    if ledger is None or not any(each.entry.kind is EntryKind.PAYMENT for each in ledger.told):
        return ()
    days = (max(each.on, each.entry.effective_on) for each in ledger.told)
    series: list[tuple[date, int]] = []
    before = 0
    for month in sorted({day.replace(day=1) for day in days if day <= stretch.on}):
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        now = _stayed(ledger.by(min(end, stretch.on)))
        if now != before:
            series.append((month, now - before))
        before = now
    return tuple(series)


def _payments(row: AccountRow, read: Read, money: _Money) -> Iterator[PaymentRow]:
    """Payments of which something came, or went back, in the stretch."""
    if money.by_now is None or money.before is None:
        return
    earlier = {entry.key: cents for entry, cents in money.before.paid()}
    later: dict[str, tuple[LedgerEntry, int]] = {e.key: (e, cents) for e, cents in money.by_now.paid()}
    for key in sorted({*earlier, *later}):
        entry, cents = later.get(key) or (money.before.entries[key], 0)
        changed = cents - earlier.get(key, 0)
        if changed:
            yield PaymentRow(
                account=row.debt,
                client_account=read.names.get(row.debt, ""),
                client=row.client,
                currency=row.currency,
                key=key,
                method=entry.method.value,
                paid_to=entry.paid_to.value,
                effective_on=entry.effective_on,
                cents=changed,
            )


def _promises(row: AccountRow, read: Read, money: _Money, stretch: Stretch) -> list[PromiseRow]:
    made = [each for each in read.made.get(row.debt, ()) if each.at < stretch.ends]
    if not made:
        return []
    terms = stretch.terms.kept_when
    promised = [each.promised for each in made]
    came = judged(promised, _paid(money.by_now), terms, on=stretch.on)
    earlier = [each for each in made if each.at < stretch.begins]
    day_before = stretch.since - timedelta(days=1)
    before = judged(promised[: len(earlier)], _paid(money.before), terms, on=day_before)
    states = [_written(each.state) for each in before] + [""] * (len(made) - len(earlier))
    return [
        _promise(row, read, each, judgement, state, stretch)
        for each, judgement, state in zip(made, came, states, strict=True)
    ]


def _written(state: PromiseState | None) -> str:
    """'' = not known."""
    return "" if state is None else state.value


def _for_several(read: Read, stretch: Stretch) -> Iterator[PromiseRow]:
    """Nobody can say what came of them; each stands with the first of its accounts that is the client's."""
    theirs = {row.debt for row in read.rows}
    for row in read.several:
        debts = sorted(texts(row.debts))
        if read.first[row.id] in theirs:
            due = None if row.due_at is None else ledgers.due_on(row.due_at, row.zones)
            yield PromiseRow(
                promise=str(row.id),
                accounts=tuple(debts),
                client_accounts=tuple(read.names[debt] for debt in debts if debt in read.names),
                client=stretch.client,
                currency=row.currency or "",
                campaign=ledgers.campaign_of(row),
                place="",
                agent=row.agent or "",
                disposition=row.disposition_kind or "",
                since=stretch.since,
                on=stretch.on,
                made_on=instant(row.at).astimezone(stretch.zone).date(),
                due_on=due,
                last_day=None,
                before="",
                state="",
                cents=row.cents,
                paid_cents=None,
            )


def _paid(ledger: Ledger | None) -> list[Paid]:
    found = () if ledger is None else ledger.paid()
    return [Paid(key=entry.key, on=entry.effective_on, cents=cents) for entry, cents in found]


def _promise(
    row: AccountRow, read: Read, made: PromiseMade, came: Judged, before: str, stretch: Stretch
) -> PromiseRow:
    due = [part.due_on for part in made.promised.parts if part.due_on is not None]
    return PromiseRow(
        promise=str(made.promise),
        accounts=(row.debt,),
        client_accounts=(read.names.get(row.debt, ""),),
        client=row.client,
        currency=made.currency,
        campaign=made.campaign,
        place=read.place(row.debt),
        agent=made.agent,
        disposition=made.disposition,
        since=stretch.since,
        on=stretch.on,
        made_on=instant(made.at).astimezone(stretch.zone).date(),
        due_on=max(due, default=None),
        last_day=came.last_day,
        before=before,
        state=_written(came.state),
        cents=made.cents,
        paid_cents=None if made.cents is None else came.paid_cents,
    )

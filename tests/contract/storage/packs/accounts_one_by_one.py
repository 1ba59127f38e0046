"""A client's accounts by the end of a day, read and reckoned one by one: slow, and easy to follow.

What `dialer.inquiry.account_days` reads many at a time is measured against this.
"""

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, or_, select

from dialer.casework.ledger.book import Ledger
from dialer.casework.ledger.remittance import ToldEntry, known_by
from dialer.casework.promises import Judged, Paid, PromiseState, judged
from dialer.domain.attempt import Outcome
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry
from dialer.domain.record import instant
from dialer.inquiry.account_days import SEVERAL, Seen, Stretch
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
_MINUTE_S = 60.0
_EPOCH = date(1970, 1, 1)


@dataclass(slots=True)
class _Worked:
    """Calls about one account until the end of the stretch."""

    attempts: int = 0
    right_party: int = 0
    in_month: int = 0
    in_stretch: int = 0
    first: date | None = None
    last: date | None = None

    def add(self, day: date, *, is_right_party: bool, is_in_month: bool, is_in_stretch: bool) -> None:
        self.attempts += 1
        self.right_party += is_right_party
        self.in_month += is_in_month
        self.in_stretch += is_in_stretch
        if self.first is None or day < self.first:
            self.first = day
        if self.last is None or day > self.last:
            self.last = day


@dataclass(slots=True)
class _Read:
    """What is on file of some accounts."""

    rows: Sequence[Row[Any]]
    names: dict[str, str] = field(default_factory=dict[str, str])
    owing: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    campaigns: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    worked: defaultdict[str, _Worked] = field(default_factory=lambda: defaultdict(_Worked))
    told: Mapping[DebtId, list[ToldEntry]] = field(default_factory=dict[DebtId, list[ToldEntry]])
    made: Mapping[str, tuple[PromiseMade, ...]] = field(default_factory=dict[str, tuple[PromiseMade, ...]])

    several: Sequence[Row[Any]] = ()
    first: Mapping[int, str] = field(default_factory=dict[int, str])

    def place(self, debt: str) -> str:
        """Where whoever owes it lives; '' = not known."""
        found = {place for person in self.owing[debt] for place in self.places.get(person, ())}
        return SEVERAL if len(found) > 1 else next(iter(found), "")


def seen_of(store: Store, stretch: Stretch) -> Iterator[Seen]:
    """Every account of the client that was placed by the end of the stretch, in the order of its id."""
    after = ""
    while True:
        read = store.read(lambda connection, after=after: _read(store, connection, stretch, after))
        if not read.rows:
            return
        after = read.rows[-1].debt
        yield _seen(read, stretch)


def _read(store: Store, connection: Connection, stretch: Stretch, after: str) -> _Read:
    rows = _accounts(connection, stretch, after)
    read = _Read(rows=rows)
    debts = [row.debt for row in rows]
    columns = t.person_debts.c
    tied = select(columns.debt, columns.person).where(among(connection, columns.debt, debts))
    for debt, person in connection.execute(tied).all():
        read.owing[debt].add(person)
    persons = sorted({person for owing in read.owing.values() for person in owing})
    read.names = account_names(connection, store.keyring, persons)
    several: list[Row[Any]] = []
    for some in chunks(persons):
        _places(connection, some, read)
        _calls(connection, some, stretch, read)
        several += _of_several(connection, some, stretch)
    read.several = several
    read.first = _first_of_client(connection, several, stretch)
    turns = select(t.leads.c.debt, t.leads.c.campaign).where(among(connection, t.leads.c.debt, debts))
    for debt, campaign in connection.execute(turns).all():
        read.campaigns[debt].add(campaign)
    posted = t.ledger_entries.c.debt
    moved = select(posted).where(among(connection, posted, debts)).distinct()
    read.told = ledgers.told_entries(connection, sorted(connection.scalars(moved)))
    read.made = ledgers.promises_of(connection, debts)
    return read


def _accounts(connection: Connection, stretch: Stretch, after: str) -> Sequence[Row[Any]]:
    query = (
        select(t.debts, t.imports.c.published_at)
        .join_from(t.debts, t.imports, t.debts.c.import_id == t.imports.c.import_id, isouter=True)
        .where(t.debts.c.client == stretch.client, t.debts.c.debt > after)
        .order_by(t.debts.c.debt)
        .limit(AT_ONCE)
    )
    return connection.execute(query).all()


def _places(connection: Connection, persons: Sequence[str], read: _Read) -> None:
    columns = t.addresses.c
    theirs = among(connection, columns.person, persons)
    query = select(columns.person, columns.country, columns.region).where(theirs)
    for person, country, region in connection.execute(query).all():
        if country:
            place = f"{country}-{region}" if region else country
            read.places.setdefault(person, set()).add(place)


def _calls(connection: Connection, persons: Sequence[str], stretch: Stretch, read: _Read) -> None:
    """An attempt counts when it is over and written down, as in `dialer.inquiry.given_back`."""
    columns = t.attempts.c
    over = func.coalesce(columns.wrapped_at, columns.ended_at)
    query = select(columns.debts, columns.outcome, columns.disposition_kind, over.label("over")).where(
        among(connection, columns.person, persons),
        or_(columns.agent.is_(None), columns.wrapped_at.is_not(None)),
        over < stretch.ends,
    )
    month = stretch.on.replace(day=1)
    for debts, outcome, disposition, ended in connection.execute(query).all():
        if outcome == Outcome.NOT_ATTEMPTED.value:
            continue
        day = _day(int(ended // _MINUTE_S), stretch.zone)
        is_right, is_in_month = disposition in RIGHT_PARTY, day >= month
        for debt in texts(debts):
            read.worked[debt].add(
                day,
                is_right_party=is_right,
                is_in_month=is_in_month,
                is_in_stretch=day >= stretch.since,
            )


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


def _seen(read: _Read, stretch: Stretch) -> Seen:
    accounts: list[AccountSeen] = []
    promises: list[PromiseRow] = []
    payments: list[PaymentRow] = []
    for row in read.rows:
        money = _money(row, read, stretch)
        if money.placed_on is not None and money.placed_on > stretch.on:
            continue
        came = _promises(row, read, money, stretch)
        promises += came
        payments += _payments(row, read, money)
        is_arranged = any(each.state == PromiseState.OPEN.value for each in came)
        accounts.append(_account(row, read, money, stretch, is_arranged=is_arranged))
    promises += _for_several(read, stretch)
    return Seen(accounts=tuple(accounts), promises=tuple(promises), payments=tuple(payments))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """An account's money. `before`, `by_now`: its ledger as it was known before the stretch, and by its end;
    None = nothing was posted to it."""

    placed_on: date | None
    placed_cents: int | None
    told: Sequence[ToldEntry]
    before: Ledger | None
    by_now: Ledger | None


def _money(row: Row[Any], read: _Read, stretch: Stretch) -> _Money:
    debt = DebtId(row.debt)
    told = read.told.get(debt, [])
    if not told:
        on = None if row.published_at is None else datetime.fromtimestamp(row.published_at, UTC).date()
        return _Money(placed_on=on, placed_cents=row.balance_cents, told=(), before=None, by_now=None)
    opened = next((each for each in told if each.entry.key == OPENING_KEY), None)
    on = None if opened is None or opened.on == _EPOCH else opened.on
    return _Money(
        placed_on=on,
        placed_cents=None if opened is None else opened.entry.amount.cents,
        told=told,
        before=known_by(debt, row.currency, told, on=stretch.since - timedelta(days=1)),
        by_now=known_by(debt, row.currency, told, on=stretch.on),
    )


def _account(
    row: Row[Any], read: _Read, money: _Money, stretch: Stretch, *, is_arranged: bool
) -> AccountSeen:
    worked = read.worked[row.debt]
    was_placed = money.placed_on is None or money.placed_on < stretch.since
    before = row.balance_cents if money.before is None else money.before.balance().cents
    series = _collected(row, money, stretch)
    return AccountSeen(
        account=row.debt,
        client_account=read.names.get(row.debt, ""),
        client=row.client,
        currency=row.currency,
        campaigns=tuple(sorted(read.campaigns[row.debt])),
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


def _collected(row: Row[Any], money: _Money, stretch: Stretch) -> tuple[tuple[date, int], ...]:
    """What came and stayed, by the month in which it was told; the months of an account are few."""
    if not any(each.entry.kind is EntryKind.PAYMENT for each in money.told):
        return ()
    days = (max(each.on, each.entry.effective_on) for each in money.told)
    series: list[tuple[date, int]] = []
    before = 0
    for month in sorted({day.replace(day=1) for day in days if day <= stretch.on}):
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        now = _stayed(known_by(DebtId(row.debt), row.currency, money.told, on=min(end, stretch.on)))
        if now != before:
            series.append((month, now - before))
        before = now
    return tuple(series)


def _payments(row: Row[Any], read: _Read, money: _Money) -> Iterator[PaymentRow]:
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


def _promises(row: Row[Any], read: _Read, money: _Money, stretch: Stretch) -> list[PromiseRow]:
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


def _for_several(read: _Read, stretch: Stretch) -> Iterator[PromiseRow]:
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
    row: Row[Any], read: _Read, made: PromiseMade, came: Judged, before: str, stretch: Stretch
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

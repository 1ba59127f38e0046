"""Accounts' ledgers in the store: read whole, and posted to, with all that follows for the account.

`post` is the one way to post, for the journal's projection and for files alike: a key that is there already
changes nothing, the account's balance is the ledger's sum, an account of which nothing is owed any more is
closed to dialing, and one whose money went back is opened again.

An account of which nothing is known but its placement needs no row: its ledger is one entry of its balance,
written down with the first other entry. So a million accounts are placed without as many rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, Select, func, select, update

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.casework.ledger.book import Ledger, ledger_of
from dialer.casework.ledger.posting import PAID_IN_FULL, SETTLED_STATE, forgiven
from dialer.casework.ledger.refresh import BalanceOwner, opening, refreshed
from dialer.casework.ledger.remittance import ToldEntry
from dialer.casework.promises import Part as PromisedPart
from dialer.casework.promises import Promised, PromiseKind
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import FairdialError
from dialer.domain.facts import FactChange
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.keys import folded
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, Part, PayMethod, Reason
from dialer.domain.money import Money
from dialer.domain.record import instant
from dialer.storage import leads
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row as Columns
from dialer.storage.database.statements import among, insert_rows
from dialer.storage.person_files import chunks
from dialer.storage.placements import closing, news
from dialer.storage.projecting.attempt_rows import json_text, texts
from dialer.storage.projecting.fact_rows import row_of

OPENING_KEY = "placed"


def ledgers_of(connection: Connection, debts: Iterable[str]) -> dict[DebtId, Ledger]:
    """The ledgers of these accounts; one that nobody placed and nothing was posted to is left out."""
    found: dict[DebtId, Ledger] = {}
    for chunk in chunks(sorted(set(debts))):
        entries: dict[str, list[LedgerEntry]] = {}
        theirs = among(connection, t.ledger_entries.c.debt, chunk)
        rows = select(t.ledger_entries).where(theirs).order_by(t.ledger_entries.c.id)
        for row in connection.execute(rows):
            entries.setdefault(row.debt, []).append(_entry(row))
        for row in connection.execute(_placed().where(among(connection, t.debts.c.debt, chunk))):
            if row.debt not in entries:
                entries[row.debt] = [_opening(row)]
        for debt, told in entries.items():
            found[DebtId(debt)] = ledger_of(DebtId(debt), told[0].amount.currency, told)
    return found


def told_entries(connection: Connection, debts: Sequence[str]) -> dict[DebtId, list[ToldEntry]]:
    """Entries of a few accounts with the day (UTC) on which each was told, those that were placed alone
    included."""
    found: dict[DebtId, list[ToldEntry]] = {}
    theirs = among(connection, t.ledger_entries.c.debt, debts)
    query = select(t.ledger_entries).where(theirs).order_by(t.ledger_entries.c.id)
    for row in connection.execute(query).all():
        entry = _entry(row)
        on = entry.effective_on if entry.key == OPENING_KEY else instant(row.at).date()
        found.setdefault(entry.debt, []).append(ToldEntry(entry=entry, on=on))
    for row in connection.execute(_placed().where(among(connection, t.debts.c.debt, debts))):
        if row.debt not in found:
            entry = _opening(row)
            found[entry.debt] = [ToldEntry(entry=entry, on=entry.effective_on)]
    return found


def ledger_at(connection: Connection, debt: str) -> Ledger | None:
    """One account's; None when nobody knows the account."""
    return ledgers_of(connection, [debt]).get(DebtId(debt))


def post(
    connection: Connection,
    entries: Sequence[LedgerEntry],
    *,
    now: float,
    sequence: int = 0,
    import_id: str | None = None,
    settling: Collection[str] = (),
) -> tuple[LedgerEntry, ...]:
    """Post entries, in the caller's transaction, and let everything follow.

    Args:
        now: POSIX seconds at which they are posted.
        sequence: of the step that brought them; 0 = a file did.
        import_id: of the file that brought them.
        settling: keys of payments that settle their account though they do not cover what is owed.

    Returns:
        what was posted, settlements' forgiven rest included: not what was there already, and not what cannot
        be, since another entry has its key or the account another currency; who can refuse looks first
        (`Ledger.demand_fits`).
    """
    concerned = {entry.debt for entry in entries}
    for chunk in chunks(sorted(concerned)):
        connection.execute(_one_after_the_other(select(t.debts.c.debt), chunk)).all()
    ledgers = ledgers_of(connection, concerned)
    before = dict(ledgers)
    posted: list[LedgerEntry] = []
    for entry in entries:
        known = ledgers.get(entry.debt) or Ledger(debt=entry.debt, currency=entry.amount.currency)
        after = _after(known, entry, settles=entry.key in settling)
        posted += [each for key, each in after.entries.items() if key not in known.entries]
        ledgers[entry.debt] = after
    told: Columns = {"sequence": sequence, "import_id": import_id, "at": now}
    _keep(connection, {debt: ledgers[debt] for debt in before}, before, told)
    new = [each for each in posted if each.debt not in before]
    insert_rows(connection, t.ledger_entries, [_row(each, told) for each in new])
    for debt, ledger in sorted(before.items()):
        _follow(connection, ledger, ledgers[debt], now=now, sequence=sequence, import_id=import_id)
    return tuple(posted)


def refresh(
    connection: Connection,
    placed: Mapping[str, Columns],
    owners: Mapping[str, BalanceOwner],
    *,
    import_id: str,
    now: float,
) -> None:
    """Bring ledgers to what a creditor's file says, before its rows are written; where the balance is not the
    creditor's, the rows are brought to what the ledgers say.

    Args:
        placed: rows of `debts` that are about to be written, by id.
        owners: who owns the balance, by the folded name of the client; who is not there owns their own.
    """
    differing: dict[str, Columns] = {}
    for chunk in chunks(sorted(placed)):
        known = select(t.debts.c.debt, t.debts.c.balance_cents, t.debts.c.currency)
        for row in connection.execute(_one_after_the_other(known, chunk)):
            said = placed[row.debt]
            if (said["balance_cents"], said["currency"]) != (row.balance_cents, row.currency):
                differing[row.debt] = said
    before = ledgers_of(connection, differing)
    after = dict(before)
    for debt, ledger in before.items():
        said = differing[debt]
        money = Money(cents=int(str(said["balance_cents"])), currency=str(said["currency"]))
        owner = owners.get(folded(str(said["client"])), BalanceOwner.CLIENT)
        if money.currency == ledger.currency:
            on = instant(now).date()
            entry = refreshed(ledger, money, owner, on=on, key=f"refresh-{import_id}")
            after[debt] = ledger if entry is None else ledger.with_entry(entry)
        elif len(ledger.entries) == 1:
            continue  # placed in another currency, and nothing has happened since: it is placed anew
        said["balance_cents"], said["currency"] = after[debt].balance().cents, ledger.currency
    _keep(connection, after, before, {"sequence": 0, "import_id": import_id, "at": now})


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade:
    """A promise that a person made for an account.

    Args:
        promise: by which it is known. `contact`: the call.
        at: POSIX seconds at which it was made.
        cents: None = nobody named any. `currency`: of them.
        agent, disposition, campaign: who took it, how they wrote it down, and where; '' = the call is not one
            of ours on file.
    """

    promise: int
    contact: str
    person: str
    at: float
    cents: int | None
    currency: str
    agent: str
    disposition: str
    campaign: str
    promised: Promised


def promises_for(connection: Connection, debt: str) -> tuple[PromiseMade, ...]:
    """Promises for this account alone, in the order in which they were made; those of several accounts at
    once are nobody's to divide."""
    return promises_of(connection, [debt]).get(debt, ())


def promises_of(connection: Connection, debts: Iterable[str]) -> dict[str, tuple[PromiseMade, ...]]:
    """The same of several accounts, few enough for one statement, by the account."""
    wanted = {json_text((debt,)): debt for debt in sorted(set(debts))}
    query = (
        select(t.promises, *OF_CALL)
        .select_from(CALLED)
        .where(among(connection, t.promises.c.debts, list(wanted)))
        .order_by(t.promises.c.at, t.promises.c.id)
    )
    found: dict[str, list[PromiseMade]] = {}
    for row in connection.execute(query):
        found.setdefault(wanted[row.debts], []).append(_promise(row))
    return {debt: tuple(made) for debt, made in found.items()}


_of, _by = t.attempts.c, t.inbound_calls.c
CALLED = t.promises.join(t.attempts, _of.attempt == t.promises.c.attempt, isouter=True).join(
    t.inbound_calls, _by.call == t.promises.c.attempt, isouter=True
)
"""Promises, each with the call on which it was made, ours or the person's own."""
OF_CALL = (
    _of.zones,
    func.coalesce(_of.disposition_kind, _by.disposition_kind).label("disposition_kind"),
    func.coalesce(_of.agent, _by.agent).label("agent"),
    _of.campaign,
    _by.body.label("received"),
)
"""How it was written down there, by whom, where."""


def promised_accounts(connection: Connection) -> list[str]:
    """Accounts of which a promise for one alone stands."""
    query = select(t.promises.c.debts).where(t.promises.c.withdrawn_at.is_(None)).distinct()
    named = (texts(debts) for debts in connection.execute(query).scalars())
    return [debts[0] for debts in named if len(debts) == 1]


_KINDS = {
    DispositionKind.PLAN_AGREED.value: PromiseKind.PLAN,
    DispositionKind.SETTLEMENT_AGREED.value: PromiseKind.SETTLEMENT,
}


class _Received(msgspec.Struct):
    campaign: str | None = None


_received = msgspec.json.Decoder(_Received).decode


def campaign_of(row: Row[Any]) -> str:
    """For which campaign a promise of `CALLED` was taken; '' = not known."""
    return row.campaign or (_received(row.received).campaign if row.received else None) or ""


_pairs = msgspec.json.Decoder(tuple[tuple[int, float], ...]).decode


def _promise(row: Row[Any]) -> PromiseMade:
    zones = texts(row.zones or "[]")
    parts: list[tuple[int | None, float | None]] = [*_pairs(row.parts)] or [(row.cents, row.due_at)]
    return PromiseMade(
        promise=row.id,
        contact=row.attempt,
        person=row.person,
        at=row.at,
        cents=row.cents,
        currency=row.currency or "",
        agent=row.agent or "",
        disposition=row.disposition_kind or "",
        campaign=campaign_of(row),
        promised=Promised(
            kind=_KINDS.get(row.disposition_kind, PromiseKind.PROMISE),
            made_on=min(_days(row.at, zones)),
            parts=tuple(
                PromisedPart(cents=cents, due_on=None if due is None else due_on(due, row.zones))
                for cents, due in parts
            ),
            is_withdrawn=row.withdrawn_at is not None,
        ),
    )


def due_on(at: float, zones: str | None) -> date:
    """The local day by which something is due: the last that it may be where the person may be.

    Args:
        zones: as an attempt keeps them.
    """
    return max(_days(at, texts(zones or "[]")))


def _days(at: float, zones: Iterable[str]) -> list[date]:
    """The local days that it may be where the person may be; in UTC where nothing is known."""
    return [instant(at).astimezone(ZoneInfo(zone)).date() for zone in zones] or [instant(at).date()]


def _after(ledger: Ledger, entry: LedgerEntry, *, settles: bool) -> Ledger:
    """The ledger with an entry and what is forgiven for it; as it was where it does not fit."""
    try:
        after = ledger.with_entry(entry)
    except FairdialError:  # whoever told of it was told; what stood there first stands
        return ledger
    rest = forgiven(after, entry) if settles and after is not ledger else None
    return after if rest is None else after.with_entry(rest)


def _keep(
    connection: Connection,
    after: Mapping[DebtId, Ledger],
    before: Mapping[DebtId, Ledger],
    told: Columns,
) -> None:
    """Write down what is new of accounts that were placed, their placement's own entry with the first."""
    changed = {debt: ledger for debt, ledger in after.items() if ledger.entries != before[debt].entries}
    rows: list[Columns] = []
    opened = {debt for debt in changed if set(before[debt].entries) == {OPENING_KEY}}
    for chunk in chunks(sorted(opened)):
        query = select(t.ledger_entries.c.debt).where(among(connection, t.ledger_entries.c.debt, chunk))
        opened -= set(connection.execute(query).scalars())
    for debt, ledger in sorted(changed.items()):
        known = before[debt].entries
        if debt in opened:
            rows.append(_row(known[OPENING_KEY], told))
        rows += [_row(entry, told) for key, entry in ledger.entries.items() if key not in known]
    insert_rows(connection, t.ledger_entries, rows)


def _follow(
    connection: Connection,
    before: Ledger,
    after: Ledger,
    *,
    now: float,
    sequence: int,
    import_id: str | None,
) -> None:
    """The account's balance, and whether anybody is called about it, after what was posted."""
    debt, owed, owes = after.debt, before.balance().cents, after.balance().cents
    if owed == owes:
        return
    connection.execute(update(t.debts).where(t.debts.c.debt == debt).values(balance_cents=owes))
    change: FactChange | None = None
    is_held = debt in closing.held(connection, [debt], source=PAID_IN_FULL)
    if owed > 0 >= owes:
        leads.close_debt(connection, debt=debt, state=SETTLED_STATE)
        hold = Hold(kind=HoldKind.CLOSED, since=instant(now), debts=(debt,), source=PAID_IN_FULL)
        change = None if is_held else FactChange(debt=debt, hold=hold)
    elif owes > 0 >= owed:
        leads.reopen_debt(connection, debt=debt, state=SETTLED_STATE)
        change = FactChange(debt=debt, released=PAID_IN_FULL) if is_held else None
    if change is None:
        return
    row = row_of(change, sequence=sequence, at=now, import_id=import_id)
    insert_rows(connection, t.facts, [row])
    if change.may_free:
        leads.clear_hints(connection, debt=debt)
    owing = select(t.person_debts.c.person).where(t.person_debts.c.debt == debt)
    persons = sorted(connection.execute(owing).scalars())
    news.add(connection, [PersonId(person) for person in persons], import_id=import_id or "")


def _one_after_the_other(query: Select[*tuple[Any, ...]], debts: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Rows of these accounts, for nobody else to change until the transaction ends: two who read the same
    ledger would each write what follows from it without the other. SQLite has one writer as it is."""
    return query.where(t.debts.c.debt.in_(debts)).order_by(t.debts.c.debt).with_for_update()


def _placed() -> Any:
    """Every account with the instant at which it was placed."""
    named = (t.debts.c.debt, t.debts.c.balance_cents, t.debts.c.currency, t.imports.c.published_at)
    return select(*named).join_from(
        t.debts, t.imports, t.debts.c.import_id == t.imports.c.import_id, isouter=True
    )


def _opening(row: Row[Any]) -> LedgerEntry:
    on = datetime.fromtimestamp(row.published_at or 0.0, UTC).date()
    said = Money(cents=row.balance_cents, currency=row.currency)
    return opening(Ledger(debt=DebtId(row.debt), currency=row.currency), said, on=on, key=OPENING_KEY)


def _row(entry: LedgerEntry, told: Columns) -> Columns:
    return {
        **told,
        "debt": entry.debt,
        "key": entry.key,
        "kind": entry.kind.value,
        "cents": entry.amount.cents,
        "currency": entry.amount.currency,
        "effective_on": entry.effective_on.isoformat(),
        "part": None if entry.part is None else entry.part.value,
        "undoes": entry.of,
        "reason": None if entry.reason is None else entry.reason.value,
        "method": entry.method.value,
        "reference": entry.reference,
        "paid_to": entry.paid_to.value,
        "clears_on": None if entry.clears_on is None else entry.clears_on.isoformat(),
    }


def _entry(row: Row[Any]) -> LedgerEntry:
    return LedgerEntry(
        key=row.key,
        debt=DebtId(row.debt),
        kind=EntryKind(row.kind),
        amount=Money(cents=row.cents, currency=row.currency),
        effective_on=date.fromisoformat(row.effective_on),
        part=None if row.part is None else Part(row.part),
        of=row.undoes,
        reason=None if row.reason is None else Reason(row.reason),
        method=PayMethod(row.method),
        reference=row.reference,
        paid_to=PaidTo(row.paid_to),
        clears_on=None if row.clears_on is None else date.fromisoformat(row.clears_on),
    )

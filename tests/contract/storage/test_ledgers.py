"""An account's money in the store: posted once, in the balance at once, and in who may be called."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

import pytest
from sqlalchemy import Connection, select, text

from compliance_gate.words import HoldKind
from dialer.casework.ledger.refresh import BalanceOwner
from dialer.casework.promises import PromiseKind
from dialer.domain.commands import StoreInbound, StoreOutcome, StorePromise
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import AccountRecalled, TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, PayMethod, Reason
from dialer.domain.ledger_events import MOST_OF_A_KEY, EntryPosted, PaymentReceived
from dialer.domain.money import Money
from dialer.domain.ports import JournalEntry
from dialer.storage import ledgers
from dialer.storage.database import schema
from dialer.storage.database import tables as t
from dialer.storage.database.connections import connect, store_url
from dialer.storage.placements import news
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store

DAY = date(2026, 11, 23)
T = TypeVar("T")


def read(floor: Any, work: Callable[[Connection], T]) -> T:
    return cast("T", floor.store.read(work))


def write(floor: Any, *entries: JournalEntry) -> None:
    with RehearsalWriter(floor.store) as writer:
        for entry in entries:
            writer.append(entry)


def tell(floor: Any, *events: PaymentReceived | EntryPosted) -> None:
    write(floor, *(floor.step(event) for event in events))


@pytest.fixture
def debt(floor: Any) -> DebtId:
    """100.00 of acme's, of one person."""
    floor.place(floor.account("A1", ref="ann"))
    return floor.store.identifiers.debt("acme", "A1")


def paid(debt: DebtId, cents: int, *, settles: bool = False, **more: Any) -> PaymentReceived:
    return PaymentReceived(debt=debt, amount=Money(cents=cents), settles=settles, **more)


def other(debt: DebtId, kind: EntryKind, cents: int, *, key: str = "k", **more: Any) -> LedgerEntry:
    return LedgerEntry(key=key, debt=debt, kind=kind, amount=Money(cents=cents), effective_on=DAY, **more)


def state_of(floor: Any, debt: DebtId) -> tuple[int, str, tuple[str, ...], tuple[HoldKind, ...]]:
    """Balance, state, states of its leads, holds of who owes it."""
    account = select(t.debts.c.balance_cents, t.debts.c.state).where(t.debts.c.debt == debt)
    turns = select(t.leads.c.state).where(t.leads.c.debt == debt).order_by(t.leads.c.lead)
    row = read(floor, lambda connection: connection.execute(account).one())
    leads = read(floor, lambda connection: tuple(connection.scalars(turns)))
    person = floor.store.identifiers.person("acme", "ann")
    file = floor.store.person_files([person], now=floor.now)[person]
    return row.balance_cents, row.state, leads, tuple(hold.kind for hold in file.holds)


def ledger_of(floor: Any, debt: DebtId) -> Any:
    return read(floor, lambda connection: ledgers.ledger_at(connection, debt))


def test_an_account_begins_with_what_was_placed(floor: Any, debt: DebtId) -> None:
    """One entry, of the day of its file; nobody wrote a row for it."""
    found = ledger_of(floor, debt)
    assert [(e.key, e.kind, e.amount.cents, e.effective_on) for e in found.entries.values()] == [
        ("placed", EntryKind.PRINCIPAL, 10_000, DAY)
    ]
    count = read(floor, lambda connection: connection.execute(select(t.ledger_entries)).all())
    assert count == []


def test_a_payment_lowers_the_balance_and_says_all_it_was_told_with(floor: Any, debt: DebtId) -> None:
    """30.01 of 100.00 by check, to the client; the account stays open."""
    told = paid(
        debt,
        3_001,
        key="processor-1",
        effective_on=date(2026, 11, 20),
        method=PayMethod.CHECK,
        reference="check-1042",
        paid_to=PaidTo.CLIENT,
        clears_on=date(2026, 11, 30),
    )
    tell(floor, told)
    assert state_of(floor, debt) == (6_999, "open", ("due",), ())
    assert ledger_of(floor, debt).entries["processor-1"] == told.entry(key="-", effective_on=DAY)
    assert ledger_of(floor, debt).entries["placed"].amount == Money(cents=10_000)


def test_a_payment_is_never_posted_twice(floor: Any, debt: DebtId) -> None:
    """Under one key once, whatever it is told with; without keys each step is one."""
    tell(floor, paid(debt, 1_000, key="a"), paid(debt, 1_000, key="a"), paid(debt, 7, key="a"))
    assert state_of(floor, debt)[0] == 9_000
    tell(floor, paid(debt, 1_000), paid(debt, 1_000))
    assert state_of(floor, debt)[0] == 7_000


def test_the_last_cent_closes_the_account(floor: Any, debt: DebtId) -> None:
    """99.99 leaves it open; one cent more closes it, though nobody said that it settles, and a floor that
    runs is told."""
    tell(floor, paid(debt, 9_999))
    assert state_of(floor, debt) == (1, "open", ("due",), ())
    tell(floor, paid(debt, 1))
    assert state_of(floor, debt) == (0, "settled", ("closed",), (HoldKind.CLOSED,))
    untold = read(floor, lambda connection: news.oldest(connection, most=9))
    assert [each.person for each in untold] == [floor.store.identifiers.person("acme", "ann")]


def test_a_settlement_forgives_the_rest_for_as_long_as_its_payment_stands(floor: Any, debt: DebtId) -> None:
    """60.00 settles 100.00; the check comes back, and 100.00 is owed and called about."""
    tell(floor, paid(debt, 6_000, key="sif", settles=True))
    assert state_of(floor, debt) == (0, "settled", ("closed",), (HoldKind.CLOSED,))
    assert ledger_of(floor, debt).entries["sif:settled"].reason is Reason.SETTLED
    back = other(debt, EntryKind.RETURNED, 6_000, of="sif")
    tell(floor, EntryPosted(entry=back, reopens=True))
    assert state_of(floor, debt) == (10_000, "open", ("due",), ())


def test_the_longest_key_of_a_payment_leaves_room_for_what_is_forgiven_with_it(
    floor: Any, debt: DebtId
) -> None:
    tell(floor, paid(debt, 6_000, key="k" * MOST_OF_A_KEY, settles=True))
    assert state_of(floor, debt) == (0, "settled", ("closed",), (HoldKind.CLOSED,))


def test_money_that_went_back_opens_the_account_whoever_noticed(floor: Any, debt: DebtId) -> None:
    """The event did not say that it reopens."""
    tell(floor, paid(debt, 10_000, key="p"))
    tell(floor, EntryPosted(entry=other(debt, EntryKind.RETURNED, 1, of="p")))
    assert state_of(floor, debt) == (1, "open", ("due",), ())


def test_a_recalled_account_is_not_opened_by_money_that_went_back(floor: Any, debt: DebtId) -> None:
    """Paid, recalled, returned: the creditor has it."""
    tell(floor, paid(debt, 10_000, key="p"))
    write(floor, floor.step(AccountRecalled(debt=debt)))
    tell(floor, EntryPosted(entry=other(debt, EntryKind.RETURNED, 10_000, of="p"), reopens=True))
    balance, state, _leads, holds = state_of(floor, debt)
    assert (balance, state, holds) == (10_000, "recalled", (HoldKind.RECALLED,))


def test_what_came_in_another_currency_weighs_nothing(floor: Any, debt: DebtId) -> None:
    """The journal has it; the ledger does not."""
    tell(floor, PaymentReceived(debt=debt, amount=Money(cents=1, currency="GBP"), settles=False))
    assert state_of(floor, debt)[0] == 10_000


@pytest.mark.parametrize(
    ("owner", "balance", "entry"),
    [
        (BalanceOwner.CLIENT, 9_500, (2_500, Reason.REFRESHED, "9500:7000")),
        (BalanceOwner.SYSTEM_OF_RECORD, 9_500, (2_500, Reason.REFRESHED, "9500:7000")),
        (BalanceOwner.OURS, 7_000, (0, Reason.NOTED, "9500:7000")),
    ],
)
def test_a_refresh_that_differs_is_an_entry_by_who_owns_the_balance(
    floor: Any, debt: DebtId, owner: BalanceOwner, balance: int, entry: tuple[int, Reason, str]
) -> None:
    """100.00 placed, 30.00 paid, and a later file says 95.00; the same file again changes nothing."""
    tell(floor, paid(debt, 3_000, key="p"))
    for _ in range(2):
        imports = floor.store.imports(owners={"acme": owner})
        begun = imports.begin(file_name="g", sha256="g", campaign="c", client="acme", now=floor.now)
        if begun.state == "staging":
            imports.stage(begun.import_id, [floor.account("A1", ref="ann", cents=9_500)])
            imports.publish(begun.import_id, now=floor.now)
            imports.put_in_place(begun.import_id, now=floor.now)
    assert state_of(floor, debt)[0] == balance
    found = ledger_of(floor, debt)
    assert found.balance() == Money(cents=balance)
    made = [e for e in found.entries.values() if e.kind is EntryKind.ADJUSTMENT]
    assert [(e.amount.cents, e.reason, e.reference) for e in made] == [entry]


@pytest.mark.parametrize(
    ("cents_paid", "owed"), [(0, Money(cents=9_500, currency="CAD")), (3_000, Money(cents=7_000))]
)
def test_a_file_in_another_currency_places_anew_only_what_nothing_was_posted_to(
    floor: Any, debt: DebtId, cents_paid: int, owed: Money
) -> None:
    """What was paid was paid in the account's currency, and stands."""
    if cents_paid:
        tell(floor, paid(debt, cents_paid, key="p"))
    account = floor.account("A1", ref="ann")
    floor.place(replace(account, balance=Money(cents=9_500, currency="CAD")), sha256="g")
    columns = (t.debts.c.balance_cents, t.debts.c.currency)
    row = read(floor, lambda connection: connection.execute(select(*columns)).one())
    assert Money(cents=row.balance_cents, currency=row.currency) == owed
    assert ledger_of(floor, debt).balance() == owed


def test_a_file_posts_as_a_floor_does(floor: Any, debt: DebtId) -> None:
    """`post` with a file's id, its rows and its news; the same file again posts nothing."""
    entries = (
        other(debt, EntryKind.FEE, 2_500, key="f:2"),
        other(debt, EntryKind.PAYMENT, 12_500, key="f:3"),
    )

    def post(connection: Any) -> Any:
        return ledgers.post(connection, entries, now=floor.now, import_id="f")

    assert floor.store.database.write(post) == entries
    assert floor.store.database.write(post) == ()
    assert state_of(floor, debt) == (0, "settled", ("closed",), (HoldKind.CLOSED,))
    rows = read(floor, lambda connection: connection.execute(select(t.ledger_entries)).all())
    assert [(row.key, row.import_id, row.sequence) for row in rows] == [
        ("placed", "f", 0),
        ("f:2", "f", 0),
        ("f:3", "f", 0),
    ]


@pytest.mark.parametrize("second", ["payment", "file"])
def test_two_who_write_at_once_to_one_account_write_one_after_the_other(
    floor: Any, debt: DebtId, address: str, second: str
) -> None:
    """A command pays half of it while the floor pays the other half, or while a file says what was placed."""
    entry = other(debt, EntryKind.PAYMENT, 5_000, key="command")
    is_in, may_go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        ledgers.post(connection, (entry,), now=floor.now)
        is_in.set()
        may_go_on.wait(30.0)

    def follow() -> None:
        if second == "payment":
            tell(floor, paid(debt, 5_000, key="floor"))
        else:
            floor.place(floor.account("A1", ref="ann", cents=5_000), sha256="g")

    with Store.open(address) as beside, ThreadPoolExecutor(2) as pool:
        first = pool.submit(beside.database.write, slowly)
        assert is_in.wait(10.0)
        after = pool.submit(follow)
        wait([after], timeout=0.5)
        may_go_on.set()
        first.result(30.0)
        after.result(30.0)
    balance = ledger_of(floor, debt).balance().cents
    assert state_of(floor, debt)[0] == balance == (0 if second == "payment" else 5_000)
    if second == "payment":
        assert state_of(floor, debt)[1:] == ("settled", ("closed",), (HoldKind.CLOSED,))


def test_a_promise_is_of_its_account_alone_and_of_every_day_that_it_may_be(floor: Any, debt: DebtId) -> None:
    """Made at 10 on the 23rd in New York: in Samoa and on Kiritimati it may be the 23rd or the 24th. What was
    promised for two accounts at once is nobody's to divide."""
    floor.place(floor.account("A2", ref="ann"), sha256="g")
    lead = next(each for each in floor.leads() if each.debt == debt)
    record = floor.record("call", lead, zones=("Pacific/Kiritimati", "Pacific/Pago_Pago"))
    promised = StorePromise(
        attempt=record.attempt,
        person=record.person,
        debts=(debt,),
        amount=Money(cents=2_500),
        due_at=floor.now,
    )
    both = (debt, floor.store.identifiers.debt("acme", "A2"))
    commands = StoreOutcome(record=record), promised, replace(promised, debts=both)
    write(floor, floor.step(TimeReached(), *commands))
    (made,) = read(floor, lambda connection: ledgers.promises_for(connection, debt))
    assert made.cents == 2_500
    assert made.promised.made_on == date(2026, 11, 23)
    assert [part.due_on for part in made.promised.parts] == [date(2026, 11, 24)]


def test_a_promise_on_a_call_received_keeps_what_it_was_and_who_took_it(floor: Any, debt: DebtId) -> None:
    """A settlement that somebody agreed to who called us; nobody named an amount, which is not none."""
    said = Disposition(kind=DispositionKind.SETTLEMENT_AGREED)
    record = InboundRecord(
        call=InboundId("in-1"),
        dialed="+12125550100",
        arrived_at=floor.now,
        agent=AgentId("ann"),
        campaign=CampaignId("spring"),
        disposition=said,
    )
    person = next(each for each in floor.leads() if each.debt == debt).targets[0].person
    promised = StorePromise(
        attempt=AttemptId("in-1"), person=person, debts=(debt,), amount=None, due_at=floor.now
    )
    write(floor, floor.step(TimeReached(), StoreInbound(record=record), promised))
    (made,) = read(floor, lambda connection: ledgers.promises_for(connection, debt))
    assert (made.promised.kind, made.agent, made.campaign) == (PromiseKind.SETTLEMENT, "ann", "spring")
    assert made.disposition == "settlement_agreed"
    assert [part.cents for part in made.promised.parts] == [None]


def test_payments_of_an_older_store_become_its_ledger(tmp_path: Any) -> None:
    """A payment was a row that lowered nothing: after the migration it is in the ledger and the balance."""
    database = connect(store_url(str(tmp_path / "old.db")), durable=False)

    def old(connection: Any) -> None:
        schema.migrate(connection, revision="0022")
        day = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
        connection.execute(
            text(
                "INSERT INTO debts (debt, client, balance_cents, currency) VALUES ('d', 'acme', 10000, 'USD')"
            )
        )
        for sequence, cents, settles in ((7, 2_000, False), (9, 5_000, True)):
            connection.execute(
                text(
                    "INSERT INTO payments (sequence, debt, cents, currency, settles, at) "
                    "VALUES (:sequence, 'd', :cents, 'USD', :settles, :at)"
                ),
                {"sequence": sequence, "cents": cents, "settles": settles, "at": day},
            )

    database.write(old)
    database.write(schema.migrate)
    found = database.read(lambda connection: ledgers.ledger_at(connection, "d"))
    assert found is not None
    assert {e.key: e.amount.cents for e in found.entries.values()} == {
        "placed": 10_000,
        "step-7": 2_000,
        "step-9": 5_000,
        "step-9:settled": -3_000,
    }
    assert found.balance().cents == database.read(lambda c: c.scalar(select(t.debts.c.balance_cents))) == 0
    database.close()

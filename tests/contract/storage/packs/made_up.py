"""A made-up store of a client's accounts, with everything that may have become of them, by a seed."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, update

from compliance_gate.words import PersonRole
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, PayMethod, Reason
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedPerson
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.store import Store
from simulator.streams import Streams

DAY_S = 86_400.0
BEGINS = datetime(2026, 9, 20, 8, tzinfo=UTC).timestamp()
ACCOUNTS, PEOPLE = 90, 50
CALLS, POSTED, ASKED = 25, 6, 3
CODES = (None, None, "promise_to_pay", "refusal", "no_contact", "third_party", "plan_agreed", "dispute")
KINDS = tuple(EntryKind)


class MadeUp:
    """Draws accounts, calls, promises and money, and writes them into a store."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.draw = Streams(seed).generator("accounts")
        self.step = 0
        self.owes: dict[str, str] = {}
        self.currency: dict[str, str] = {}

    def made(self) -> None:
        """All of it."""
        for number, client in enumerate(("acme", "acme", "other", "acme")):
            self._placed(number, client)
        self.debts = sorted(self.owes)
        self.instants = iter(sorted(self.at() for _ in range(12 * (CALLS + POSTED + ASKED))))
        self.store.write(self._altered)
        for _ in range(12):
            self.store.write(self._some_happened)
        self.store.write(self._unopened)
        self.store.keyring.destroy(sorted(set(self.owes.values()))[::17])

    def one_of(self, things: Sequence[Any]) -> Any:
        """Any of them."""
        return things[int(self.draw.integers(len(things)))]

    def is_so(self, share: float) -> bool:
        """In so many of all cases."""
        return bool(self.draw.random() < share)

    def at(self) -> float:
        """An instant; often the first or last of a day somewhere, seldom a whole second."""
        day = BEGINS + DAY_S * (
            self.one_of((41, 71, 96)) if self.is_so(0.4) else int(self.draw.integers(100))
        )
        near = self.one_of((0.0, 4 * 3600.0, 5 * 3600.0, 8 * 3600.0))
        midnight = day - 8 * 3600.0 + near + self.one_of((-0.001, 0.0, 0.25, -59.5, 61.0))
        return midnight if self.is_so(0.5) else day + float(self.draw.random()) * DAY_S

    def _placed(self, number: int, client: str) -> None:
        now = BEGINS + number * 19 * DAY_S
        accounts = [self._account(line, client) for line in range(2, 2 + ACCOUNTS // 2)]
        imports = self.store.imports()
        campaign = self.one_of(("spring", "autumn"))
        begun = imports.begin(
            file_name=f"f{number}", sha256=f"f{number}", campaign=campaign, client=client, now=now
        )
        imports.stage(begun.import_id, list({one.client_account: one for one in accounts}.values()))
        imports.publish(begun.import_id, now=now)
        imports.put_in_place(begun.import_id, now=now)
        ids = self.store.identifiers
        for one in accounts:
            debt = ids.debt(client, one.client_account)
            self.owes[debt] = ids.person(client, one.person.person_ref)
            self.currency.setdefault(debt, one.balance.currency)

    def _account(self, line: int, client: str) -> PlacedAccount:
        index = int(self.draw.integers(ACCOUNTS))
        name = f"{self.one_of(('A', '=A', 'a,', '<a>'))}{index}" if index % 9 == 0 else f"A{index}"
        places = [
            PlacedAddress(country=self.one_of(("US", "US", "CA", "")), region=self.one_of(("NY", "FL", "")))
            for _ in range(int(self.draw.integers(3)))
        ]
        person = PlacedPerson(
            person_ref=f"p{self.draw.integers(PEOPLE)}",
            role=self.one_of((PersonRole.CONSUMER, PersonRole.SPOUSE)),
            last="Example",
            addresses=tuple(places),
        )
        return PlacedAccount(
            line=line,
            client=client,
            client_account=name,
            person=person,
            balance=Money(
                cents=int(self.draw.integers(1, 90_000)), currency="EUR" if index % 5 == 0 else "USD"
            ),
            delinquent_since=self.one_of((None, date(2026, 3, 1), date(2026, 9, 15), date(2026, 12, 20))),
        )

    def _altered(self, connection: Connection) -> None:
        """Some are closed; of some nobody knows when they came; some owe nothing."""
        for debt in self.debts:
            if self.is_so(0.2):
                said = {"state": self.one_of(("recalled", "settled"))}
                connection.execute(update(t.debts).where(t.debts.c.debt == debt).values(said))
            if self.is_so(0.1):
                connection.execute(update(t.debts).where(t.debts.c.debt == debt).values(import_id=None))
            if self.is_so(0.1):
                connection.execute(update(t.debts).where(t.debts.c.debt == debt).values(balance_cents=0))

    def _some_happened(self, connection: Connection) -> None:
        for _ in range(CALLS):
            self._call(connection)
        for _ in range(POSTED):
            self._posted(connection)
        for _ in range(ASKED):
            self._asked(connection)

    def _stepped(self, connection: Connection, now: float) -> int:
        self.step += 1
        row = {"sequence": self.step, "now": now, "event": "TimeReached", "entry": b""}
        connection.execute(t.journal.insert(), row)
        return self.step

    def _call(self, connection: Connection) -> None:
        at, debt = next(self.instants), self.one_of(self.debts)
        named = [debt]
        if self.is_so(0.25):
            named += [self.one_of(self.debts) for _ in range(int(self.draw.integers(1, 3)))]
        debts = json.dumps(sorted(set(named)), separators=(",", ":"))
        sequence = self._stepped(connection, at)
        agent = self.one_of((None, "ann", "bob"))
        code = self.one_of(CODES)
        call: dict[str, object] = {
            "attempt": f"a{sequence}",
            "campaign": self.one_of(("spring", "autumn")),
            "lead": "l",
            "person": self.owes[debt] if self.is_so(0.9) else self.one_of(list(self.owes.values())),
            "number": "n",
            "debts": self.one_of((debts, "[]")) if self.is_so(0.1) else debts,
            "zones": self.one_of(("[]", '["America/New_York","America/Chicago"]')),
            "launched_at": at - 60,
            "guaranteed": False,
            "message_played": False,
            "ended_at": None if self.is_so(0.1) else at,
            "wrapped_at": at + 3 if agent and self.is_so(0.8) else None,
            "agent": agent,
            "outcome": self.one_of((None, "no_answer", "connected", "not_attempted")),
            "disposition_kind": code,
        }
        connection.execute(t.attempts.insert(), call)
        if self.is_so(0.3):
            self._promised(connection, call, debts, at, sequence)

    def _promised(
        self, connection: Connection, call: dict[str, object], debts: str, at: float, sequence: int
    ) -> None:
        cents = None if self.is_so(0.2) else int(self.draw.integers(1, 5_000))
        due = None if self.is_so(0.2) else at + DAY_S * int(self.draw.integers(0, 15))
        parts = [[1_000, at + 5 * DAY_S], [500, at + 9 * DAY_S]] if self.is_so(0.2) else []
        row: dict[str, object] = {
            "sequence": sequence,
            "attempt": call["attempt"] if self.is_so(0.9) else "gone",
            "person": call["person"],
            "debts": debts,
            "cents": cents,
            "currency": None if cents is None else "USD",
            "due_at": due,
            "at": at,
            "withdrawn_at": at + DAY_S if self.is_so(0.15) else None,
            "parts": json.dumps(parts, separators=(",", ":")),
        }
        connection.execute(t.promises.insert(), row)

    def _posted(self, connection: Connection) -> None:
        at, debt = next(self.instants), self.one_of(self.debts)
        kind = self.one_of((*KINDS, *[EntryKind.PAYMENT] * 8, *[EntryKind.RETURNED] * 3))
        keys = sorted(ledgers.ledgers_of(connection, [debt])[DebtId(debt)].entries)
        undoes = kind in (EntryKind.REVERSAL, EntryKind.RETURNED)
        hangs = kind is EntryKind.ADJUSTMENT and self.is_so(0.5)
        entry = LedgerEntry(
            key=f"k{self.step}-{self.draw.integers(1_000_000)}",
            debt=DebtId(debt),
            kind=kind,
            amount=Money(cents=int(self.draw.integers(0, 4_000)), currency=self.currency[debt]),
            effective_on=datetime.fromtimestamp(at, UTC).date()
            + timedelta(days=int(self.draw.integers(-9, 9))),
            of=self.one_of(keys) if undoes or hangs else None,
            reason=self.one_of(tuple(Reason)) if kind is EntryKind.ADJUSTMENT else None,
            method=self.one_of(tuple(PayMethod)),
            paid_to=self.one_of((PaidTo.US, PaidTo.US, PaidTo.CLIENT)),
        )
        ledgers.post(connection, (entry,), now=at)

    def _unopened(self, connection: Connection) -> None:
        """An entry of a few accounts whose placement was never written down as one."""
        known = set(connection.scalars(t.ledger_entries.select().with_only_columns(t.ledger_entries.c.debt)))
        for debt in [each for each in self.debts if each not in known][:4]:
            row: dict[str, object] = {
                "debt": debt,
                "key": "alone",
                "kind": "payment",
                "cents": 700,
                "currency": self.currency[debt],
                "effective_on": "2026-11-02",
                "at": self.at(),
            }
            connection.execute(t.ledger_entries.insert(), row)

    def _asked(self, connection: Connection) -> None:
        at, debt = next(self.instants), self.one_of(self.debts)
        kind, said = cast(
            "tuple[str, dict[str, object]]",
            self.one_of(
                (
                    ("request", {"type": "dispute", "debts": [debt]}),
                    ("request", {"type": "cease_communication"}),
                    ("hold", {"kind": "client", "debts": [debt]}),
                )
            ),
        )
        row: dict[str, object] = {
            "sequence": self._stepped(connection, at),
            "person": self.owes[debt],
            "kind": kind,
            "at": at,
            "body": json.dumps(said),
        }
        connection.execute(t.facts.insert(), row)

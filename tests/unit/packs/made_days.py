"""A store in which a few accounts of two clients live through some days, for those who count what came."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from compliance_gate.words import PersonRole
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedPerson
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.store import Store


def at(text: str) -> float:
    """POSIX seconds of an instant in UTC: `2026-11-30 15:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@dataclass
class Days:
    """Things happen on a store, a step at a time."""

    address: str
    steps: int = 0

    def placed(self, on: str, client: str, *accounts: tuple[str, str, int, str, str]) -> None:
        """Accounts as (name, person, cents, currency, region), past due since 60 days before the year."""
        with Store.open(self.address) as store:
            imports = store.imports()
            now = at(f"{on} 08:00")
            begun = imports.begin(file_name=on, sha256=on + client, campaign=client, client=client, now=now)
            made = [
                PlacedAccount(
                    line=line,
                    client=client,
                    client_account=name,
                    person=PlacedPerson(
                        person_ref=who,
                        role=PersonRole.CONSUMER,
                        last=who,
                        addresses=(PlacedAddress(country="US", region=region),),
                    ),
                    balance=Money(cents=cents, currency=currency),
                    delinquent_since=date(2026, 9, 1),
                )
                for line, (name, who, cents, currency, region) in enumerate(accounts, start=2)
            ]
            imports.stage(begun.import_id, made)
            imports.publish(begun.import_id, now=now)
            imports.put_in_place(begun.import_id, now=now)

    def debt(self, name: str, client: str = "acme") -> str:
        """The id of an account."""
        with Store.open(self.address) as store:
            return store.identifiers.debt(client, name)

    def happens(self, table: Any, now: float, **row: object) -> None:
        """A row of a table, and its step of the journal."""
        self.steps += 1
        if table is not t.attempts:
            row["sequence"] = self.steps
        step = {"sequence": self.steps, "now": now, "event": "TimeReached", "entry": b""}

        def work(connection: Any) -> None:
            connection.execute(table.insert(), row)
            connection.execute(t.journal.insert(), step)

        with Store.open(self.address) as store:
            store.write(work)

    def called(self, name: str, when: str, who: str, debts: list[str], **row: object) -> None:
        """An attempt that was over at `when`."""
        with Store.open(self.address) as store:
            person = store.identifiers.person("acme", who)
            number = store.identifiers.number("+18135550101")
        told: dict[str, object] = {
            "attempt": name,
            "campaign": "acme",
            "lead": f"l-{who}",
            "person": person,
            "number": number,
            "debts": json.dumps([self.debt(debt) for debt in debts], separators=(",", ":")),
            "launched_at": at(when) - 60,
            "guaranteed": False,
            "message_played": False,
            "ended_at": at(when),
            "outcome": "no_answer",
        }
        self.happens(t.attempts, at(when), **(told | row))

    def promised(self, when: str, call: str, who: str, debts: list[str], cents: int | None, due: str) -> None:
        """A promise that was made in a call."""
        with Store.open(self.address) as store:
            person = store.identifiers.person("acme", who)
        self.happens(
            t.promises,
            at(when),
            attempt=call,
            person=person,
            debts=json.dumps([self.debt(debt) for debt in debts], separators=(",", ":")),
            cents=cents,
            currency=None if cents is None else "USD",
            due_at=at(f"{due} 12:00"),
            at=at(when),
        )

    def posted(self, when: str, name: str, key: str, cents: int, **more: Any) -> None:
        """An entry that was told at `when`, and counts from that day on."""
        entry = LedgerEntry(
            key=key,
            debt=DebtId(self.debt(name)),
            kind=more.pop("kind", EntryKind.PAYMENT),
            amount=Money(cents=cents, currency=more.pop("currency", "USD")),
            effective_on=date.fromisoformat(more.pop("effective_on", when[:10])),
            **more,
        )
        with Store.open(self.address) as store:
            store.write(lambda connection: ledgers.post(connection, (entry,), now=at(when)))


def autumn(folder: Path) -> Days:
    """Accounts, calls, promises and money of October to December 2026.

    A1 of 100.00 USD is pat's, placed in October; A2 of 50.00 USD and A3 of 200.00 EUR are sam's, placed on
    the 10th of November, as is A4, whom nobody calls. B1 is another client's.
    """
    days = Days(address=str(folder / "fairdial.db"))
    days.placed("2026-10-05", "acme", ("A1", "pat", 10_000, "USD", "FL"))
    days.placed(
        "2026-11-10",
        "acme",
        ("A2", "sam", 5_000, "USD", "NY"),
        ("A3", "sam", 20_000, "EUR", "NY"),
        ("=A4", "kim", 1_000, "USD", "NY"),
    )
    days.placed("2026-11-10", "other", ("B1", "roe", 99_900, "USD", "FL"))
    days.called("a1", "2026-10-06 15:00", "pat", ["A1"])
    days.posted("2026-10-20 10:00", "A1", "p1", 3_000)
    talk: dict[str, object] = {"agent": "ann", "disposition_kind": "promise_to_pay", "outcome": "connected"}
    days.called("a2", "2026-11-20 15:00", "pat", ["A1"], **talk, wrapped_at=at("2026-11-20 15:00"))
    days.promised("2026-11-20 15:00", "a2", "pat", ["A1"], 2_500, "2026-11-30")
    days.called("a3", "2026-11-30 00:00", "sam", ["A2", "A3"])  # the day's first second
    days.called("a4", "2026-11-30 15:00", "sam", ["A2", "A3"], **talk, wrapped_at=at("2026-11-30 15:01"))
    days.promised("2026-11-30 15:01", "a4", "sam", ["A2", "A3"], 4_000, "2026-12-05")
    days.called("a5", "2026-11-30 16:00", "pat", ["A1"], outcome="not_attempted")
    days.posted("2026-11-30 17:00", "A1", "p2", 2_000)
    days.posted("2026-11-30 17:00", "A3", "p3", 4_000, currency="EUR", paid_to=PaidTo.CLIENT)
    with Store.open(days.address) as store:
        pat = store.identifiers.person("acme", "pat")
    body = json.dumps({"type": "dispute", "debts": [days.debt("A1")]})
    when = at("2026-11-30 18:00")
    days.happens(t.facts, when, person=pat, kind="request", at=when, body=body)
    days.called("a6", "2026-12-01 00:00", "pat", ["A1"])  # the next day's first second
    days.posted("2026-12-01 09:00", "A1", "r1", 3_000, kind=EntryKind.RETURNED, of="p1")
    days.called("a7", "2026-12-05 15:00", "pat", ["A1"])
    return days

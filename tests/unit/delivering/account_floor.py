"""A store of two clients with an account each, in which things happen, a step at a time."""

import csv
import json
from pathlib import Path
from typing import Any

from dialer.cli import run
from dialer.floor.taking_in import take_in
from dialer.storage.database import tables as t
from dialer.storage.store import Store

HEADING = "client_id,client_account,person_ref,last,state,zip,phone_1,phone_1_role,current_balance\n"
PLACED = "acme,A1,P1,Example,FL,33602,8135550101,own,1.00\nother,B1,Q1,Roe,FL,33602,8135550102,own,1.00\n"
DAY = 1_795_000_000.0


def filled_in(folder: Path) -> Path:
    """The folder, with the store in it."""
    (folder / "placement.csv").write_text(HEADING + PLACED)
    take_in(
        folder / "placement.csv",
        campaign="c",
        address=str(folder / "f.db"),
        folder=None,
        progress=lambda _: None,
    )
    return folder


class Floor:
    """A store in which things happen, a step at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address, self.sequence = folder, str(folder / "f.db"), 0
        with Store.open(self.address) as store:
            ids = store.identifiers
            self.person, self.debt = ids.person("acme", "P1"), ids.debt("acme", "A1")
            self.other, self.its = ids.person("other", "Q1"), ids.debt("other", "B1")
            self.number = ids.number("+18135550101")

    def happens(self, table: Any, now: float, **row: object) -> None:
        self.sequence += 1
        if table is not t.attempts:
            row["sequence"] = self.sequence
        step = {"sequence": self.sequence, "now": now, "event": "TimeReached", "entry": b""}

        def work(connection: Any) -> None:
            connection.execute(table.insert(), row)
            connection.execute(t.journal.insert(), step)

        with Store.open(self.address) as store:
            store.write(work)

    def attempt(self, name: str, at: float, *, person: str = "", debt: str = "", **row: object) -> None:
        told: dict[str, object] = {
            "attempt": name,
            "campaign": "c",
            "lead": "l",
            "person": person or self.person,
            "number": self.number,
            "debts": json.dumps([debt or self.debt]),
            "launched_at": at - 60,
            "guaranteed": False,
            "message_played": False,
            "ended_at": at,
            "outcome": "no_answer",
        }
        self.happens(t.attempts, at, **(told | row))

    def given(self, *options: str, name: str = "out.csv") -> list[dict[str, str]]:
        out = self.folder / name
        assert run(["export", "results", "--store", self.address, "--out", str(out), *options]) == 0
        with out.open(newline="") as file:
            return list(csv.DictReader(file))

"""Accounts' money over HTTP and by command: posted once, refused with the reason, read to the cent."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.words import PersonRole
from dialer.access.roles import Role
from dialer.casework.promises import PromiseState
from dialer.cli import run
from dialer.cli.account_desk import StoreLedgers
from dialer.domain.commands import StorePromise
from dialer.domain.events import Event, TimeReached
from dialer.domain.ids import AttemptId, DebtId, PersonId
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedPerson
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.promised import PromisedPart
from dialer.floor.client_terms import client_contracts
from dialer.inquiry.ledgers import account_ledger
from dialer.inquiry.promises import promises_seen
from dialer.settings_reader import SettingsError
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.tokens import Token, Tokens, digest_of

NOW = 1_795_000_000.0
"""A day of November 2026."""
DAY_S = 86_400.0


@dataclass
class StoreFloor:
    """Takes what it is told and lets it mean what it means to the store."""

    store: Store
    told: list[Event] = field(default_factory=list[Event])

    async def submit(self, event: Event, *, within: float = 10.0) -> "StoreFloor":
        del within
        self.told.append(event)
        with RehearsalWriter(self.store) as writer:
            entry = JournalEntry(sequence=len(self.told), now=NOW, event=event, commands=(), fate=Fate.TAKEN)
            writer.append(entry)
        return self

    @property
    def sequence(self) -> int:
        return len(self.told)

    was_ignored = False
    why = ""

    def snapshot(self) -> object:
        raise AssertionError("nobody looks at it")


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    """A store with acme's account A1, of 100.00."""
    shutil.copy(migrated, tmp_path / "fairdial.db")
    with Store.open(str(tmp_path / "fairdial.db")) as store:
        imports = store.imports()
        begun = imports.begin(file_name="f", sha256="f", campaign="c", client="acme", now=NOW)
        person = PlacedPerson(person_ref="ann", role=PersonRole.CONSUMER, last="Example")
        account = PlacedAccount(
            line=2, client="acme", client_account="A1", person=person, balance=Money(cents=10_000)
        )
        imports.stage(begun.import_id, [account])
        imports.publish(begun.import_id, now=NOW)
        imports.put_in_place(begun.import_id, now=NOW)
    return tmp_path


@pytest.fixture
def debt(folder: Path) -> str:
    with Store.open(str(folder / "fairdial.db")) as store:
        return store.identifiers.debt("acme", "A1")


@pytest.fixture
def floor(folder: Path) -> Iterator[StoreFloor]:
    with Store.open(str(folder / "fairdial.db")) as store:
        yield StoreFloor(store)


@pytest.fixture
def client(folder: Path, floor: StoreFloor) -> Iterator[TestClient]:
    tokens = Tokens(
        [Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR, Role.CLERK}), name="boss")]
    )
    web = make_web(
        floor=floor,  # pyright: ignore[reportArgumentType]  # as much of a floor as these routes ask
        tokens=tokens,
        registry=CollectorRegistry(),
        ledger_desk=StoreLedgers(database=str(folder / "fairdial.db")),
    )
    with TestClient(web.application, headers={"Authorization": "Bearer boss"}) as made:
        yield made


def pay(client: TestClient, debt: str, cents: int, **more: object) -> tuple[int, dict[str, object]]:
    body = {"debt": debt, "cents": cents, "settles": False, **more}
    answer = client.post("/api/facts/payments", json=body)
    return answer.status_code, answer.json()


def test_a_payment_is_posted_once_under_its_key(client: TestClient, floor: StoreFloor, debt: str) -> None:
    """Told twice it is one; another amount under its key is refused, and says what is there."""
    assert pay(client, debt, 3_001, key="a") == (200, {"sequence": 1, "remark": None})
    status, told = pay(client, debt, 3_001, key="a")
    assert (status, told["remark"]) == (200, "it was posted already, and changed nothing")
    status, told = pay(client, debt, 3_002, key="a")
    assert status == 409
    assert "payment of 30.01 USD" in str(told["detail"])
    assert len(floor.told) == 1
    ledger = client.get(f"/api/debts/{debt}/ledger").json()
    assert ledger["balance_cents"] == 6_999
    assert [(e["kind"], e["cents"]) for e in ledger["entries"]] == [
        ("principal", 10_000),
        ("payment", -3_001),
    ]


def test_the_floor_is_told_that_the_last_cent_settles(
    client: TestClient, floor: StoreFloor, debt: str
) -> None:
    """99.99 does not, one cent more does; the money goes back, and it is told that the account is open."""
    pay(client, debt, 9_999, key="a")
    pay(client, debt, 1, key="b")
    body = {
        "debt": debt,
        "key": "r",
        "kind": "returned",
        "of": "a",
        "cents": 9_999,
        "effective_on": "2026-11-30",
    }
    assert client.post("/api/facts/entries", json=body).status_code == 200
    payments = [event.settles for event in floor.told if isinstance(event, PaymentReceived)]
    assert payments == [False, True]
    (returned,) = [event for event in floor.told if isinstance(event, EntryPosted)]
    assert returned.reopens
    ledger = client.get(f"/api/debts/{debt}/ledger").json()
    assert (ledger["balance_cents"], ledger["state"]) == (9_999, "open")


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"currency": "GBP"}, 422, "in GBP, the account in USD"),
        ({"reference": "from her mother"}, 422, "a reference is letters"),
        ({"reference": "4111111111111111"}, 422, "no card's number is kept"),
        ({"method": "favour"}, 422, "method"),
        ({"key": "untold"}, 422, "the ledger gives itself"),
        ({"key": "step-9"}, 422, "the ledger gives itself"),
        ({"key": "p:settled"}, 422, "the ledger gives itself"),
        ({"key": "k" * 200}, 422, "192 characters at most, and not 200"),
    ],
)
def test_what_cannot_be_posted_is_refused_with_the_reason(
    client: TestClient, floor: StoreFloor, debt: str, more: dict[str, object], status: int, why: str
) -> None:
    """And the floor hears nothing of it."""
    found, told = pay(client, debt, 100, **more)
    assert (found, why in json.dumps(told)) == (status, True), told
    assert floor.told == []


def test_no_entry_stands_in_the_way_of_what_a_settlement_forgives(
    client: TestClient, floor: StoreFloor, debt: str
) -> None:
    """What is forgiven with a payment has a key of its own, which nobody else may give."""
    body = {"debt": debt, "key": "p:settled", "kind": "fee", "cents": 1, "effective_on": "2026-11-30"}
    assert client.post("/api/facts/entries", json=body).status_code == 422
    assert pay(client, debt, 6_000, key="p", settles=True)[0] == 200
    assert client.get(f"/api/debts/{debt}/ledger").json()["balance_cents"] == 0


def test_an_account_that_nobody_knows_is_refused(client: TestClient) -> None:
    """By the one way in and by the one way out."""
    assert pay(client, "d-nobody", 100)[0] == 404
    assert client.get("/api/debts/d-nobody/ledger").status_code == 404


@pytest.mark.parametrize(
    ("cents", "when", "state", "came"),
    [
        (None, NOW + 4 * DAY_S, "open", 0),
        (None, NOW + 14 * DAY_S, "broken", 0),
        (2_500, NOW + 14 * DAY_S, "kept", 2_500),
    ],
)
def test_a_promise_is_told_with_what_came_of_it(
    floor: StoreFloor, debt: str, cents: int | None, when: float, state: str, came: int
) -> None:
    """25.00 promised within ten days: open, broken after them and their grace, kept by a payment."""
    promised = StorePromise(
        attempt=AttemptId("a"),
        person=PersonId(floor.store.identifiers.person("acme", "ann")),
        debts=(DebtId(debt),),
        amount=Money(cents=2_500),
        due_at=NOW + 10 * DAY_S,
    )
    event = TimeReached()
    with RehearsalWriter(floor.store) as writer:
        writer.append(JournalEntry(sequence=50, now=NOW, event=event, commands=(promised,)))
        if cents is not None:
            paid = PaymentReceived(debt=DebtId(debt), amount=Money(cents=cents), settles=False)
            writer.append(JournalEntry(sequence=51, now=NOW + 5 * DAY_S, event=paid, commands=()))
    (told,) = account_ledger(floor.store, debt, at=when).promises
    assert (told.state, told.cents, told.paid_cents, told.kind) == (state, 2_500, came, "promise")
    assert (told.made_on, told.due_on, told.last_day) == ("2026-11-18", "2026-11-28", "2026-12-01")


def promise(store: Store, debt: str, contact: str, *parts: tuple[int, float]) -> None:
    """A promise of ann's, made at NOW."""
    told = tuple(PromisedPart(cents=cents, due_at=at) for cents, at in parts)
    promised = StorePromise(
        attempt=AttemptId(contact),
        person=PersonId(store.identifiers.person("acme", "ann")),
        debts=(DebtId(debt),),
        amount=Money(cents=sum(part.cents for part in told)),
        due_at=told[-1].due_at,
        parts=told,
    )
    with RehearsalWriter(store) as writer:
        step = 60 + ord(contact)
        writer.append(JournalEntry(sequence=step, now=NOW, event=TimeReached(), commands=(promised,)))


MIDNIGHT = NOW + 13 * DAY_S + 46_400.0
"""The 2nd of December begins, and the grace of what was due on the 28th of November is over."""


@pytest.mark.parametrize(
    ("when", "state", "came"),
    [
        (MIDNIGHT - 1.0, "open", 1_000),
        (MIDNIGHT, "broken", 1_000),
    ],
)
def test_a_promise_in_parts_breaks_with_its_first_part_that_is_not_there(
    floor: StoreFloor, debt: str, when: float, state: str, came: int
) -> None:
    """10.00 and 20.00: the first came in time, the second has ten days and three of grace."""
    promise(floor.store, debt, "a", (1_000, NOW + 5 * DAY_S), (2_000, NOW + 10 * DAY_S))
    paid = PaymentReceived(debt=DebtId(debt), amount=Money(cents=1_000), settles=False)
    with RehearsalWriter(floor.store) as writer:
        writer.append(JournalEntry(sequence=300, now=NOW + 4 * DAY_S, event=paid, commands=()))
    told = account_ledger(floor.store, debt, at=when).promises
    assert [(each.state, each.paid_cents, each.due_on) for each in told] == [
        (state, came, "2026-11-23"),
        (state, came, "2026-11-28"),
    ]
    seen = promises_seen(floor.store, PromiseState(state), at=when).promises
    assert [(each.parts, each.cents, each.paid_cents, each.balance_cents) for each in seen] == [
        (2, 3_000, 1_000, 9_000)
    ]


def test_broken_promises_are_listed_inside_the_walls(
    client: TestClient, floor: StoreFloor, debt: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By HTTP and by command the same one; the client is named in any case."""
    promise(floor.store, debt, "a", (1_000, NOW - 3_000 * DAY_S))
    promise(floor.store, debt, "b", (1_000, NOW + 3_000 * DAY_S))
    (broken,) = client.get("/api/promises").json()["promises"]
    assert (broken["contact"], broken["state"], broken["cents"]) == ("a", "broken", 1_000)
    (still,) = client.get("/api/promises", params={"state": "open", "client": "ACME"}).json()["promises"]
    assert still["contact"] == "b"
    assert client.get("/api/promises", params={"client": "other"}).json()["promises"] == []
    out = folder / "broken.csv"
    store = ("--store", str(folder / "fairdial.db"))
    assert run(["promises", "--out", str(out), *store]) == 0
    heading, row = out.read_text().splitlines()
    assert heading.startswith("client,account,person,contact,kind,state")
    assert row.startswith(f"acme,{debt},")
    assert row.endswith(",1,10.00,0.00,100.00,USD")
    capsys.readouterr()
    assert run(["promises", "--state", "kept", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out) == {"promises": [], "is_cut": False}


def test_a_clients_month_is_remitted_net_of_what_we_earn(
    client: TestClient, debt: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40.00 by card and 30.00 by a check that is held: 25 % of the 40.00 is ours; December has the check."""
    monkeypatch.chdir(folder)
    terms = 'held = [{ method = "check", days = 14 }]\nrates = [{ share = 0.25 }]\n'
    (folder / "fairdial-clients.toml").write_text(f'[[clients]]\nclient = "acme"\n[clients.trust]\n{terms}')
    assert pay(client, debt, 4_000, key="a", method="card", effective_on="2026-11-18")[0] == 200
    assert pay(client, debt, 3_000, key="b", method="check", effective_on="2026-11-18")[0] == 200
    store, out = ("--store", str(folder / "fairdial.db")), folder / "month.csv"

    def rows(month: str) -> list[str]:
        assert run(["remittance", "ACME", "--month", month, "--out", str(out), *store]) == 0
        return out.read_text().splitlines()[1:]

    days = "USD,2026-11-01,2026-11-30"
    assert rows("2026-11") == [
        f"acme,{debt},{days},40.00,0.00,10.00,,,,",
        f"acme,all,{days},40.00,0.00,10.00,30.00,0.00,30.00,0.00",
    ]
    assert rows("2026-10") == ["acme,all,USD,2026-10-01,2026-10-31,0.00,0.00,0.00,0.00,0.00,0.00,0.00"]
    assert rows("2026-12")[-1] == "acme,all,USD,2026-12-01,2026-12-31,30.00,0.00,7.50,22.50,0.00,0.00,0.00"
    assert run(["remittance", "nobody", "--month", "2026-11", *store]) == 1
    assert run(["remittance", "acme", "--month", "11/2026", *store]) == 1


def test_the_trust_account_is_reconciled_three_ways(
    client: TestClient, debt: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two checks are one deposit; a cent that the bank has not is named, and the command fails."""
    for key, cents in (("a", 4_000), ("b", 3_000)):
        assert pay(client, debt, cents, key=key, effective_on="2026-11-18", reference="batch-7")[0] == 200
    bank, out = folder / "bank.csv", folder / "three.csv"
    reconcile = ("reconcile", str(bank), "--month", "2026-11", "--store", str(folder / "fairdial.db"))
    lines = "day,amount,reference\n2026-11-19,70.00,batch-7\n2026-11-28,-50.00,remit:acme\n"
    bank.write_text(lines)
    assert run([*reconcile, "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1:] == [
        "2026-11-30,balance,,20.00,20.00,20.00",
        "2026-11-30,client,acme,,,20.00",
    ]
    bank.write_text(lines.replace("70.00", "69.99"))
    assert run([*reconcile, "--out", str(out)]) == 1
    assert out.read_text().splitlines()[-1] == "2026-11-30,differs,batch-7,69.99,70.00,"
    capsys.readouterr()
    for wrong in ("2026-11-19,1.5,x", "19.11.2026,1.50,x", "2026-11-19,1.50", "2026-11-19,1.50,x,y"):
        bank.write_text(f"day,amount,reference\n{wrong}\n")
        assert run(reconcile) == 1
        assert "line 2" in capsys.readouterr().err
    bank.write_text("date,sum\n")
    assert run(reconcile) == 1


def test_the_command_posts_and_shows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the client's own name of the account; the same key twice changes nothing."""
    store = ("--store", str(folder / "fairdial.db"))
    post = ("account", "post", "acme/A1", "payment", "30.01", "--key", "a", "--on", "2026-11-20", *store)
    assert run([*post, "--method", "check", "--reference", "check-1042"]) == 0
    assert "69.99 USD owed, open" in capsys.readouterr().out
    assert run([*post, "--method", "check", "--reference", "check-1042"]) == 0
    assert "was posted already" in capsys.readouterr().out
    assert run(["account", "show", "ACME/a1", "--json", *store]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["balance_cents"], told["owner"]) == (6_999, "client")
    assert run(["account", "show", "acme/A1", *store]) == 0
    assert "69.99 USD owed (principal 69.99" in capsys.readouterr().out
    assert run(["account", "show", "acme/A2", *store]) == 1


def test_what_may_be_offered_is_told_by_the_clients_table(
    client: TestClient, debt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 % of what is owed now: 60.00 of 100.00, 30.00 once 50.00 are paid; nothing without a table."""
    monkeypatch.chdir(tmp_path)
    told = client.get(f"/api/debts/{debt}/ledger").json()["offers"]
    assert (told["settles_from_cents"], told["most_parts"]) == (None, 4)
    table = '[[clients]]\nclient = "acme"\n[clients.offers]\nfloors = [{ share = 0.6 }]\nleast_part = 5000\n'
    (tmp_path / "fairdial-clients.toml").write_text(table)
    told = client.get(f"/api/debts/{debt}/ledger").json()["offers"]
    assert (told["settles_from_cents"], told["most_parts"]) == (6_000, 2)
    assert told["rule"] == "60 % from 0 days past due and 0.00 owed on"
    pay(client, debt, 5_000)
    told = client.get(f"/api/debts/{debt}/ledger").json()["offers"]
    assert (told["settles_from_cents"], told["most_parts"]) == (3_000, 1)


def agree(client: TestClient, attempt: str, cents: int, **more: object) -> tuple[int, str]:
    body = {"agent": "ann", "kind": "settlement_agreed", "promised_cents": cents, **more}
    answer = client.post(f"/api/attempts/{attempt}/disposition", json=body)
    return answer.status_code, answer.text


def test_a_settlement_below_the_clients_floor_is_refused_at_the_desk(
    client: TestClient, floor: StoreFloor, debt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 % of 100.00 to the cent, 30.00 once 50.00 are paid; nothing is written down of what is refused."""
    monkeypatch.chdir(tmp_path)
    named = {"debts_spoken_of": [debt]}
    assert agree(client, "a", 9_999, **named)[0] == 422  # no table: nothing is settled for less
    table = '[[clients]]\nclient = "acme"\n[clients.offers]\nfloors = [{ share = 0.6 }]\n'
    (tmp_path / "fairdial-clients.toml").write_text(table)
    status, told = agree(client, "a", 5_999, **named)
    assert status == 422
    assert "59.99 does not settle the account: the client settles it from 60.00 on, by 60 %" in told
    status, told = agree(client, "a", 6_000, currency="EUR", **named)
    assert status == 422
    assert "in the account's currency" in told
    assert floor.told == []
    assert agree(client, "a", 6_000, **named)[0] == 200
    pay(client, debt, 5_000)
    assert agree(client, "b", 2_999, **named)[0] == 422
    assert agree(client, "b", 3_000, **named)[0] == 200
    assert agree(client, "c", 1, kind="promise_to_pay", **named)[0] == 200  # a promise is no settlement


def test_a_settlement_of_nobody_knows_which_account_is_refused(
    client: TestClient, floor: StoreFloor, debt: str
) -> None:
    """A call that is not on file names none; of a caller with one account it is that one."""
    status, told = agree(client, "a", 10_000)
    assert status == 422
    assert "which account is settled" in told
    ann = floor.store.identifiers.person("acme", "ann")
    body = {"agent": "ann", "kind": "settlement_agreed", "promised_cents": 9_999, "person": ann}
    answer = client.post("/api/inbound/in1/disposition", json=body)
    assert (answer.status_code, "from 100.00 on" in answer.text) == (422, True)
    assert (
        client.post("/api/inbound/in1/disposition", json={**body, "promised_cents": 10_000}).status_code
        == 200
    )


def test_contracts_are_read_from_the_file_beside_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each client by any case; who is not there has the house's; a mistake is told with its place."""
    monkeypatch.chdir(tmp_path)
    assert client_contracts().of("acme").balance_owner.value == "client"
    file = tmp_path / "fairdial-clients.toml"
    file.write_text('[[clients]]\nclient = "Acme"\nbalance_owner = "ours"\n')
    assert client_contracts().of("ACME").balance_owner.value == "ours"
    assert {name: owner.value for name, owner in client_contracts().owners.items()} == {"acme": "ours"}
    file.write_text('[[clients]]\nclient = "acme"\nbalance_owner = "theirs"\n')
    with pytest.raises(SettingsError, match="balance_owner"):
        client_contracts()
    file.write_text('[[clients]]\nclient = "acme"\nallocation = ["fee", "fee", "cost", "interest"]\n')
    with pytest.raises(SettingsError, match="names each of"):
        client_contracts()


def test_the_example_of_contracts_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ships is right, and shows the house's own terms."""
    monkeypatch.chdir(tmp_path)
    shipped = Path(__file__).parents[3] / "config" / "fairdial-clients.example.toml"
    shutil.copy(shipped, tmp_path / "fairdial-clients.toml")
    assert client_contracts().of("acme").balance_owner.value == "client"

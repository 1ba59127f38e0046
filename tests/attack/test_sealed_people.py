"""Whoever gets hold of the store's files, a back-up or an old copy of the keys, learns nobody's name."""

import json
import secrets
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from compliance_gate.request import PersonRequest
from compliance_gate.valid import wrong_name
from compliance_gate.words import NumberKind, NumberRole, RequestKind
from dialer.cli import run
from dialer.domain.money import Money
from dialer.domain.placement import (
    PlacedAccount,
    PlacedAddress,
    PlacedNotice,
    PlacedNumber,
    PlacedPerson,
    PlacedRequest,
)
from dialer.domain.spoken_words import of_request
from dialer.storage.access.accounts import directory
from dialer.storage.database.backup import back_up, restore
from dialer.storage.database.tables import facts, meta
from dialer.storage.identities import Identity, identities_of, numbers_in_clear, sealed_identity
from dialer.storage.keys import plain
from dialer.storage.keys.keyring import folder_of
from dialer.storage.keys.master import FileMasterKey, KeysMissingError, WrongKeyError
from dialer.storage.keys.plain import SEALED_AT
from dialer.storage.keys.vault import Vault
from dialer.storage.projecting.attempt_rows import json_text
from dialer.storage.spoken_words import GONE, Words, opened_words
from dialer.storage.store import STORE_ID, Store

EASTERN = frozenset({"America/New_York"})
NOW = 1_795_000_000.0
BEFORE = datetime(2026, 11, 1, 15, tzinfo=UTC)

PLANTED = (  # the last four with letters: four digits alone are in some hash sooner or later
    b"Quillonia",
    b"Vexworthy",
    b"1961-07-23",
    b"8Z6X",
    b"+12125550147",
    b"2125550147",
    b"77 Obscurant Parade",
    b"Flat Zeppelin",
    b"quill@hidden.example",
    b"REF-SECRETIVE",
    b"+16465550199",
    b"ACCOUNT-UNSEEN",
    b"SERVICER-UNSEEN",
    b"a dog named Zorblax",
    b"call my aunt Mirabunda",
    b"form of Mirabunda",
    b"letters-Mirabunda",
)


def account(name: str = "A1", **person: Any) -> PlacedAccount:
    home = PlacedAddress(
        country="US",
        region="NY",
        line_1="77 Obscurant Parade",
        line_2="Flat Zeppelin",
        postal_code="10001",
        zones=EASTERN,
    )
    number = PlacedNumber(
        e164="+12125550147",
        kind=NumberKind.MOBILE,
        role=NumberRole.OWN,
        zones=EASTERN,
        country="US",
        consent_at=BEFORE,
        consent_wording="call my aunt Mirabunda first",
        consent_proof="form of Mirabunda, page 2",
    )
    placed = PlacedPerson(
        person_ref="REF-SECRETIVE",
        first="Quillonia",
        last="Vexworthy",
        date_of_birth=date(1961, 7, 23),
        ssn_last4="8Z6X",
        email="quill@hidden.example",
        addresses=(home,),
        numbers=(number,),
        requests=(
            PlacedRequest(type=RequestKind.TIME_PREFERENCE, at=BEFORE, text="call my aunt Mirabunda instead"),
        ),
        notices=(PlacedNotice(sent_on=date(2026, 11, 2), proof="letters-Mirabunda-7"),),
    )
    return PlacedAccount(
        line=2,
        client="acme",
        client_account=f"ACCOUNT-UNSEEN-{name}",
        servicer_account="SERVICER-UNSEEN",
        particulars={"collateral": "a dog named Zorblax"},
        balance=Money(cents=10_000),
        person=replace(placed, **person),
    )


def place(store: Store, *accounts: PlacedAccount, sha256: str = "f", is_finished: bool = True) -> None:
    imports = store.imports()
    status = imports.begin(file_name="f.csv", sha256=sha256, campaign="c", client="acme", now=NOW)
    imports.stage(status.import_id, accounts)
    imports.publish(status.import_id, now=NOW)
    if is_finished:
        imports.put_in_place(status.import_id, now=NOW)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv("FAIRDIAL_KEYS", str(folder))
    return folder


@pytest.fixture
def path(keys: Path, tmp_path: Path) -> Path:
    """A store with one person, and a number that was typed by hand."""
    path = tmp_path / "store" / "fairdial.db"
    path.parent.mkdir()
    with Store.open(str(path)) as store:
        place(store, account())
        store.attach_number("+16465550199")
    return path


def vault_of(store: Store) -> Path:
    return folder_of(id_of(store))


def id_of(store: Store) -> str:
    query = select(meta.c.value).where(meta.c.key == STORE_ID)
    return str(store.read(lambda connection: connection.scalar(query)))


def known(store: Store) -> Identity | None:
    person = store.identifiers.person("acme", "REF-SECRETIVE")
    return store.read(lambda c: identities_of(c, store.keyring, [person])).get(person)


def planted_in(*folders: Path) -> list[str]:
    return [
        f"{path.name}: {secret!r}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for secret in PLANTED
        if secret in path.read_bytes()
    ]


def test_no_byte_of_store_log_and_vault_tells_who_anybody_is(path: Path, keys: Path) -> None:
    """Nor while an import is staged, nor while the store is open and its log is full."""
    with Store.open(str(path)) as store:
        place(store, account("A2"), sha256="g", is_finished=False)
        assert planted_in(path.parent, keys) == []
        found = known(store)
        assert found is not None
        assert (found.name, found.ssn_last4) == ("Quillonia Vexworthy", "8Z6X")
    assert planted_in(path.parent, keys) == []
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    files = [each for each in keys.rglob("*") if each.is_file()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_the_ids_cannot_be_tried_out_with_what_is_in_the_store(path: Path) -> None:
    """Whoever has the secret of the ids can test ten thousand million numbers: it is not there any more."""
    with Store.open(str(path)) as store:
        secret = store.keyring.vault.secret("identity")
    data = path.read_bytes()
    assert secret not in data
    assert secret.hex().encode() not in data


def test_a_back_up_without_its_keys_shows_no_person_and_says_so(
    path: Path, keys: Path, tmp_path: Path
) -> None:
    with Store.open(str(path)) as store:
        person = store.identifiers.person("acme", "REF-SECRETIVE")
        back_up(store, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", tmp_path / "restored.db")
    keys.rename(tmp_path / "elsewhere")
    with Store.open(str(tmp_path / "restored.db")) as store:
        assert store.read(lambda c: identities_of(c, store.keyring, [person])) == {}
        missing = store.keyring.missing
        assert missing is not None
        assert "no name, number or address can be read" in missing.what
        assert "put the folder of keys back" in missing.mend
        for ask in (lambda: store.attach_number("+12125550100"), lambda: place(store, account(), sha256="h")):
            with pytest.raises(KeysMissingError):
                ask()
    with pytest.raises(KeysMissingError), Store.open(str(tmp_path / "restored.db"), exclusive=True):
        pass
    assert not keys.exists(), "no new keys are made in the place of those that are missing"
    (tmp_path / "elsewhere").rename(keys)
    with Store.open(str(tmp_path / "restored.db")) as store:
        assert known(store) is not None


def test_a_wrong_key_is_refused_and_changes_nothing(path: Path, keys: Path) -> None:
    master = next(keys.rglob("master.key"))
    right = master.read_bytes()
    master.write_bytes(b"00" * 32)
    vault = master.with_name("vault.db")
    with pytest.raises(WrongKeyError, match="does not open the store's vault"), Store.open(str(path)):
        pass
    vault.unlink()
    with Store.open(str(path)) as store:
        assert store.keyring.missing is not None
    assert not vault.exists()
    sqlite3.connect(vault).close()
    vault.touch(mode=0o600)
    with pytest.raises(WrongKeyError, match="another store's keys"), Store.open(str(path)):
        pass
    assert right != master.read_bytes()


def test_whoever_is_forgotten_is_forgotten_by_back_ups_too(path: Path, tmp_path: Path) -> None:
    """And by an old copy of the vault, from the next rotation on."""
    with Store.open(str(path)) as store:
        person = store.identifiers.person("acme", "REF-SECRETIVE")
        number = store.identifiers.number("+12125550147")
        back_up(store, tmp_path / "copy.db")
        folder = vault_of(store)
        old_vault = tmp_path / "old-vault"
        shutil.copytree(folder, old_vault)
        assert store.keyring.destroy([person]) == 1
        assert known(store) is None
        assert store.read(lambda c: numbers_in_clear(c, store.keyring, [number])) == {}
    restore(tmp_path / "copy.db", tmp_path / "restored.db")
    with Store.open(str(tmp_path / "restored.db")) as store:
        assert known(store) is None
        store.keyring.vault.rotate()
    shutil.copy(folder / "master.key", old_vault / "master.key")
    with pytest.raises(WrongKeyError):
        Vault.found(old_vault)


def test_rotation_keeps_everybody_and_only_the_new_master_opens(path: Path, keys: Path) -> None:
    old = next(keys.rglob("master.key")).read_bytes()
    with Store.open(str(path)) as beside, Store.open(str(path)) as store:
        assert store.keyring.vault.rotate() == 2
        assert store.keyring.vault.rotate() == 2, "again is another rotation"
        assert known(store) is not None
        assert known(beside) is not None, "another process goes on with the new keys"
        beside.attach_number("+12125550111")
    assert next(keys.rglob("master.key")).read_bytes() != old
    assert [each.name for each in sorted(keys.rglob("*")) if "next" in each.name] == []
    with Store.open(str(path)) as store:
        assert known(store) is not None
        number = store.identifiers.number("+12125550111")
        assert store.read(lambda c: numbers_in_clear(c, store.keyring, [number]))


ROTATE = """
import os, sys
from pathlib import Path
from dialer.storage.keys import vault
vault.AT_ONCE = 7
made = vault.Vault.found(Path(sys.argv[1]))
left = int(sys.argv[2])
def watched(statement):
    global left
    if any(word in statement for word in ("INSERT", "UPDATE", "DELETE", "COMMIT")):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
made._file.set_trace_callback(watched)
made.rotate()
"""


def test_a_rotation_that_is_killed_anywhere_goes_on(keys: Path, tmp_path: Path) -> None:
    """At each write of it: nobody's key is lost, and it ends under the new master alone."""
    subjects = [f"p-{n}" for n in range(20)]
    vault = Vault.made(keys / "one")
    held = vault.data_keys(subjects, make=True)
    sealed = {name: key.encrypt(b"0" * 12, name.encode(), None) for name, key in held.items()}
    vault.secret("identity", make=b"secret")
    vault.close()
    deaths = 0
    for writes in range(0, 26, 3):
        died = subprocess.run(
            [sys.executable, "-c", ROTATE, str(keys / "one"), str(writes)], check=False, capture_output=True
        )
        deaths += died.returncode == -signal.SIGKILL
        vault = Vault.found(keys / "one")
        found = vault.data_keys(subjects, make=False)
        assert {n: found[n].decrypt(b"0" * 12, sealed[n], None) for n in subjects} == {
            n: n.encode() for n in subjects
        }
        assert vault.secret("identity") == b"secret"
        vault.close()
    assert deaths >= 5
    vault = Vault.found(keys / "one")
    vault.rotate()
    assert vault.count() == 20
    assert not (keys / "one" / "master.key.next").exists()
    vault.close()


def test_a_rotation_between_the_looks_at_masters_and_keys_is_seen(tmp_path: Path) -> None:
    """Whoever opens the vault had read its master when the new one was made, or took its place."""
    folder = tmp_path / "one"
    made = Vault.made(folder)
    key = made.key_bytes(["p"], make=True)
    before = FileMasterKey.found(folder / "master.key")
    assert before is not None
    for _ in range(2):
        made.rotate()
        late = Vault(folder, [before])
        assert late.key_bytes(["p"], make=False) == key
        late.close()
    made.close()


def test_a_master_that_is_gone_while_a_vault_is_open_takes_no_key_away(tmp_path: Path) -> None:
    made = Vault.made(tmp_path / "one")
    beside = Vault.found(tmp_path / "one")
    key = beside.key_bytes(["p"], make=True)
    made.rotate()
    (tmp_path / "one" / "master.key").unlink()
    with pytest.raises(WrongKeyError):
        beside.key_bytes(["p"], make=False)
    assert made.key_bytes(["p"], make=False) == key, "who has it in hand goes on"
    made.close()
    beside.close()


def in_clear(path: Path) -> None:
    """The store as an older version left it: the same person, in clear."""
    with Store.open(str(path)) as store:
        found = known(store)
        person = store.identifiers.person("acme", "REF-SECRETIVE")
        number = store.identifiers.number("+12125550147")
        typed = store.identifiers.number("+16465550199")
        secret = store.keyring.vault.secret("identity")
    assert found is not None
    (address,) = found.addresses
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE identities (person TEXT PRIMARY KEY, client TEXT, person_ref TEXT, first TEXT,"
            " middle TEXT, last TEXT, suffix TEXT, date_of_birth TEXT, ssn_last4 TEXT, email TEXT,"
            " match_key TEXT);"
            "CREATE TABLE address_lines (address TEXT PRIMARY KEY, line_1 TEXT, line_2 TEXT,"
            " postal_code TEXT);"
            "CREATE TABLE telephone_numbers (number TEXT PRIMARY KEY, e164 TEXT);"
            "DELETE FROM sealed; DELETE FROM meta WHERE key IN ('keyed', 'store');"
        )
        connection.execute(
            "INSERT INTO identities VALUES (?, 'acme', 'REF-SECRETIVE', 'Quillonia', '', 'Vexworthy', '', "
            "'1961-07-23', '8Z6X', 'quill@hidden.example', NULL)",
            (person,),
        )
        lines = (address, "77 Obscurant Parade", "Flat Zeppelin", "10001")
        connection.execute("INSERT INTO address_lines VALUES (?, ?, ?, ?)", lines)
        numbers = [(number, "+12125550147"), (typed, "+16465550199")]
        connection.executemany("INSERT INTO telephone_numbers VALUES (?, ?)", numbers)
        connection.execute("INSERT INTO meta VALUES ('identity_key', ?)", (secret.hex(),))
        connection.commit()


def test_a_store_in_clear_is_sealed_in_place_and_its_file_swept(path: Path, keys: Path) -> None:
    in_clear(path)
    assert planted_in(path.parent) != []
    with Store.open(str(path)) as store:
        found = known(store)
        assert found is not None
        assert found.name == "Quillonia Vexworthy"
        assert list(found.addresses.values()) == [("77 Obscurant Parade", "Flat Zeppelin", "10001")]
        numbers = [store.identifiers.number(each) for each in ("+12125550147", "+16465550199")]
        clear = store.read(lambda c: numbers_in_clear(c, store.keyring, numbers))
        assert sorted(clear.values()) == ["+12125550147", "+16465550199"]
    assert planted_in(path.parent, keys) == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT 1 FROM meta WHERE key = ?", (SEALED_AT,)).fetchone()
        assert not connection.execute(
            "SELECT 1 FROM meta WHERE key IN ('identity_key', 'unswept')"
        ).fetchone()


def as_of_0017(path: Path) -> None:
    """The store as the version before this left it: account numbers, particulars and words in clear."""
    with Store.open(str(path)) as store:
        person = store.identifiers.person("acme", "REF-SECRETIVE")
        found = known(store)
        assert found is not None
        (told,) = found.accounts.values()
        files = opened_words(store.keyring, store.person_files([person], now=NOW + 1))
        body = sealed_identity(
            store.keyring.sealer([person]), person, msgspec.structs.replace(found, accounts={})
        )
        changes = [
            ("request", json_text(files[person].requests[0])),
            ("consent", json_text(files[person].consents[0])),
            ("notice", json_text(files[person].notices[0])),
        ]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "ALTER TABLE debts ADD COLUMN client_account TEXT NOT NULL DEFAULT '';"
            "ALTER TABLE debts ADD COLUMN particulars TEXT NOT NULL DEFAULT '{}';"
            "CREATE UNIQUE INDEX ix_debts_client_account ON debts (client, client_account);"
            "DROP TABLE alike_pairs; DROP TABLE alike_answers;"
            "DROP TABLE import_holds; DROP TABLE rights_requests; DROP TABLE told_lines;"
            "DROP TABLE changed_identities; ALTER TABLE account_sessions DROP COLUMN is_from_outside;"
            "DROP TABLE ledger_entries; CREATE TABLE payments (id INTEGER PRIMARY KEY, sequence BIGINT, "
            "debt TEXT, cents BIGINT, currency TEXT, settles BOOLEAN, at FLOAT);"
            "DROP INDEX ix_promises_debts; ALTER TABLE promises DROP COLUMN parts;"
            "UPDATE alembic_version SET version_num = '0017';"
        )
        row = (told.client_account, told.servicer_account, json.dumps(told.particulars))
        connection.execute("UPDATE debts SET client_account = ?, servicer_account = ?, particulars = ?", row)
        connection.execute("UPDATE sealed SET body = ? WHERE subject = ?", (body, person))
        for kind, clear in changes:
            connection.execute("UPDATE facts SET body = ? WHERE kind = ?", (clear, kind))
        connection.execute(
            "INSERT INTO accounts (account, totp, created_at) VALUES ('boss', 'TOTP-a dog named Zorblax', 0)"
        )
        connection.commit()


def test_accounts_and_words_of_an_older_store_are_sealed_and_its_file_swept(path: Path, keys: Path) -> None:
    as_of_0017(path)
    found = {each.split(": ", 1)[1] for each in planted_in(path.parent)}
    assert found == {repr(each) for each in PLANTED[-6:]}
    with Store.open(str(path)) as store:
        identity = known(store)
        assert identity is not None
        (told,) = identity.accounts.values()
        assert (told.client_account, told.servicer_account) == ("ACCOUNT-UNSEEN-A1", "SERVICER-UNSEEN")
        assert told.particulars == {"collateral": "a dog named Zorblax"}
        before = counted(store)
        place(store, account(), sha256="again")
        assert counted(store) == before, "what a file says again word for word is not written again"
        boss = store.read(directory).accounts["boss"].totp
        assert boss is not None
        assert Words(store.keyring).opened(boss) == "TOTP-a dog named Zorblax"
    assert planted_in(path.parent, keys) == []


def counted(store: Store) -> int:
    return store.read(lambda c: c.execute(select(facts)).all().__len__())


def test_words_come_back_as_they_were_said_and_an_account_is_found_by_its_number(path: Path) -> None:
    with Store.open(str(path)) as store:
        person = store.identifiers.person("acme", "REF-SECRETIVE")
        file = store.person_files([person], now=NOW + 1)[person]
        assert file.requests[0].text is not None
        assert file.requests[0].text.startswith(f"sealed:1:{person}:")
        told = opened_words(store.keyring, file)
        assert told.requests[0].text == "call my aunt Mirabunda instead"
        assert (told.consents[0].wording, told.consents[0].proof) == (
            "call my aunt Mirabunda first",
            "form of Mirabunda, page 2",
        )
        assert told.notices[0].proof == "letters-Mirabunda-7"
        debt = store.identifiers.debt("acme", "ACCOUNT-UNSEEN-A1")
        assert [each.debt for each in file.debts] == [debt]
        assert file.debts[0].servicer_account == store.identifiers.servicer("acme", "SERVICER-UNSEEN")
        store.keyring.destroy([person])
        assert opened_words(store.keyring, file).requests[0].text == GONE


@pytest.mark.parametrize("length", [20, 80, 81, 200])
def test_an_e_mail_address_is_sealed_and_stays_a_name(path: Path, length: int) -> None:
    """However long it is: a wish that names it is taken. A name on file is no secret and stays as it is."""
    address = f"{'x' * (length - 15)}@hidden.example"
    asked = PersonRequest(at=BEFORE, type=RequestKind.STOP_MEDIUM, address=address)
    with Store.open(str(path)) as store:
        words = Words(store.keyring, ["p-0a963a3b3773a6159b45"])
        kept = of_request(asked, lambda text: words.seal("p-0a963a3b3773a6159b45", text))
        assert kept.address is not None
        assert ("@" in kept.address, wrong_name(kept.address)) == (False, None)
        assert of_request(kept, words.opened).address == address[-80:]
        named = replace(asked, address="e-1")
        assert of_request(named, lambda text: words.seal("p-0a963a3b3773a6159b45", text)) == named


def test_sealed_words_of_one_open_for_nobody_else(path: Path) -> None:
    """Whoever has another person's sealed words and writes them down as said by somebody learns nothing."""
    with Store.open(str(path)) as store:
        words = Words(store.keyring, ["p-one", "p-two"])
        kept = words.seal("p-one", "a secret")
        assert words.seal("p-one", "a secret") == kept, "alike words are sealed alike"
        assert words.seal("p-one", kept) == kept, "and once"
        assert words.opened(words.seal("p-two", kept)) == kept, "as text, and not opened again"
        moved = kept.replace("p-one", "p-two")
        assert words.opened(moved) == GONE
        for length in (999, 1_001, 20_000):
            long = "".join(chr(0x20 + n % 90) for n in range(length))
            assert words.opened(words.seal("p-one", long)) == long
        noise = secrets.token_hex(10_000)
        assert len(words.seal("p-one", noise)) <= 20_000


def test_sealing_that_died_half_way_goes_on(path: Path) -> None:
    """The persons are sealed, and then the process ends: numbers and tables are still in clear."""
    in_clear(path)

    class DiedError(Exception):
        pass

    def die(*_: object, **__: object) -> int:
        raise DiedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_seal_numbers", die)
        with pytest.raises(DiedError), Store.open(str(path)):
            pass
    assert planted_in(path.parent) != []
    with Store.open(str(path)) as store:
        assert known(store) is not None
    assert planted_in(path.parent) == []


def test_a_later_file_adds_to_what_earlier_ones_told(path: Path) -> None:
    with Store.open(str(path)) as store:
        other = PlacedNumber(
            e164="+12125550188", kind=NumberKind.LANDLINE, role=NumberRole.OWN, zones=EASTERN, country="US"
        )
        place(store, account("A2", numbers=(other,), addresses=(), last="Vexworthy-Smith"), sha256="g")
        found = known(store)
        assert found is not None
        assert found.name == "Quillonia Vexworthy-Smith"
        assert sorted(found.numbers.values()) == ["+12125550147", "+12125550188"]
        assert len(found.addresses) == 1


def test_the_command_tells_and_rotates(
    path: Path, capsys: pytest.CaptureFixture[str], keys: Path, tmp_path: Path
) -> None:
    assert run(["keys", "status", "--store", str(path)]) == 0
    assert "2 keys" in capsys.readouterr().out
    assert run(["keys", "rotate", "--store", str(path)]) == 0
    assert "2 keys were wrapped anew" in capsys.readouterr().out
    keys.rename(tmp_path / "gone")
    assert run(["keys", "status", "--store", str(path)]) == 1
    assert "no name, number or address can be read" in capsys.readouterr().err
    assert run(["keys", "rotate", "--store", str(path)]) == 1

"""Heads of a floor's journal: signed under the installation's key, on either kind of database."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, update

from dialer.domain.events import CallRinging
from dialer.domain.ids import AttemptId
from dialer.domain.ports import JournalEntry
from dialer.floor.attesting import (
    Attesting,
    JournalAlteredError,
    attest,
    check_opened,
    demand_attested,
    installation_witnesses,
    newest_head,
)
from dialer.storage.database.tables import journal
from dialer.storage.evidence import heads as heads_module
from dialer.storage.evidence.heads import HeadBook, SignedHead
from dialer.storage.keys.secret_files import SecretFileError
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own."""
    folder = tmp_path / "keys"
    monkeypatch.setenv("FAIRDIAL_KEYS", str(folder))
    return folder


def write(store: Store, first: int, last: int) -> None:
    with RehearsalWriter(store) as writer:
        for sequence in range(first, last + 1):
            event = CallRinging(attempt=AttemptId(f"a{sequence}"))
            writer.append(JournalEntry(sequence=sequence, now=float(sequence), event=event, commands=()))


def test_each_head_is_signed_once_and_covers_what_came_since(store: Store) -> None:
    assert attest(store) is None, "an empty journal has nothing to attest"
    write(store, 1, 10)
    first = attest(store)
    assert first is not None
    assert attest(store) is None, "nothing was written since"
    write(store, 11, 12)
    second = attest(store)
    assert second is not None
    assert (first.sequence, second.sequence) == (10, 12)
    assert newest_head(store) == second
    found = check_opened(store, installation_witnesses())
    assert (found.is_whole, found.signed, found.unsigned) == (True, second, 0)


def test_the_key_and_the_heads_are_for_their_owner_alone(store: Store, keys: Path) -> None:
    write(store, 1, 2)
    attest(store)
    assert stat.S_IMODE((keys / "evidence.pem").stat().st_mode) == 0o600
    assert [stat.S_IMODE(path.stat().st_mode) for path in (keys / "heads").iterdir()] == [0o600]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (keys, keys / "heads")} == {0o700}


def emptied(key: Path) -> None:
    key.write_bytes(b"")


def opened_to_others(key: Path) -> None:
    key.chmod(0o640)


def spoilt(key: Path) -> None:
    key.write_bytes(b"nonsense")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(emptied, "empty"), (opened_to_others, "others may read"), (spoilt, "no Ed25519 key")],
)
def test_a_key_that_is_none_is_refused_and_never_replaced(
    store: Store, keys: Path, spoil: Callable[[Path], object], says: str
) -> None:
    write(store, 1, 2)
    attest(store)
    write(store, 3, 4)
    spoil(keys / "evidence.pem")
    before = (keys / "evidence.pem").read_bytes()
    with pytest.raises(SecretFileError, match=says):
        attest(store)
    assert (keys / "evidence.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (delete(journal).where(journal.c.sequence > 8), "ends with step 8, and step 10 was signed"),
        (delete(journal).where(journal.c.sequence == 5), "step 5 is missing"),
        (update(journal).where(journal.c.sequence == 5).values(now=5.5), "columns of step 5"),
        (update(journal).where(journal.c.sequence == 10).values(link=b"\0" * 32), "step 10"),
    ],
)
def test_a_start_refuses_an_end_that_is_not_what_was_signed(store: Store, tamper: Any, says: str) -> None:
    write(store, 1, 10)
    attest(store)
    demand_attested(store)
    store.write(lambda connection: connection.execute(tamper))
    with pytest.raises(JournalAlteredError, match=says):
        demand_attested(store)


def test_what_is_not_a_chain_is_not_signed(store: Store) -> None:
    write(store, 1, 10)
    attest(store)
    write(store, 11, 20)
    store.write(lambda c: c.execute(delete(journal).where(journal.c.sequence == 15)))
    with pytest.raises(JournalAlteredError, match="step 15 is missing"):
        attest(store)
    newest = newest_head(store)
    assert newest is not None
    assert newest.sequence == 10


def test_a_head_is_given_to_the_command_that_keeps_it_elsewhere(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "elsewhere"
    monkeypatch.setenv("FAIRDIAL_EVIDENCE__SEND", f'["tee", "-a", "{kept}"]')
    write(store, 1, 3)
    asyncio.run(Attesting(store).once())
    write(store, 4, 6)
    asyncio.run(Attesting(store).once())
    sent = [msgspec.json.decode(line, type=SignedHead) for line in kept.read_bytes().splitlines()]
    assert [each.sequence for each in sent] == [3, 6]
    assert sent[-1] == newest_head(store)


def test_a_command_that_fails_holds_nothing_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRDIAL_EVIDENCE__SEND", '["/no/such/program"]')
    write(store, 1, 3)
    asyncio.run(Attesting(store).once())
    assert newest_head(store) is not None


def test_old_heads_are_thinned_out_and_the_newest_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads_module, "MOST", 20)
    monkeypatch.setattr(heads_module, "NEWEST_KEPT", 5)
    for sequence in range(1, 31):
        write(store, sequence, sequence)
        attest(store)
    newest = newest_head(store)
    assert newest is not None
    kept = [each.sequence for each in HeadBook().read(newest.journal).heads]
    assert len(kept) <= 20
    assert kept[-5:] == [26, 27, 28, 29, 30]
    assert 1 in kept, "the first of the day"


def test_a_line_that_a_crash_cut_off_spoils_no_later_one(store: Store) -> None:
    write(store, 1, 3)
    signed = attest(store)
    assert signed is not None
    path = HeadBook().path(signed.journal)
    path.write_bytes(path.read_bytes() + b'{"journal":"cut')
    write(store, 4, 6)
    attest(store)
    found = HeadBook().read(signed.journal)
    assert [each.sequence for each in found.heads] == [3, 6]
    assert found.broken == (2,)


def test_a_line_whose_link_is_none_is_broken_and_ends_no_floor(store: Store) -> None:
    write(store, 1, 3)
    signed = attest(store)
    assert signed is not None
    spoilt = msgspec.structs.replace(signed, sequence=9, link="no link")
    HeadBook().add(spoilt)
    write(store, 4, 6)
    asyncio.run(Attesting(store).once())
    assert HeadBook().read(signed.journal).broken == (2,)
    newest = newest_head(store)
    assert newest is not None
    assert newest.sequence == 6


def test_a_head_that_nobody_signed_is_not_built_upon(store: Store) -> None:
    """Whoever wrote steps anew and a head for them by hand would have it signed with the next one."""
    write(store, 1, 3)
    signed = attest(store)
    assert signed is not None
    write(store, 4, 6)
    link = store.head().link.hex()
    store.write(lambda c: c.execute(journal.update().where(journal.c.sequence == 5).values(now=7.0)))
    HeadBook().add(msgspec.structs.replace(signed, sequence=6, link=link))
    write(store, 7, 8)
    with pytest.raises(JournalAlteredError, match="step 5"):
        attest(store)

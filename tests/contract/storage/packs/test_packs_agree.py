"""A pack is the same to the byte as one that is made account by account, of made-up stores."""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from made_up import MadeUp
from packs_one_by_one import write_one_by_one

from dialer.inquiry.pack import pack
from dialer.results.pack import BOOK
from dialer.storage.store import Store

LATE = 2_000_000_000.0
DAYS = (date(2026, 9, 22), date(2026, 11, 30), date(2026, 12, 25))
CONTRACTS = (
    "",
    '[[clients]]\nclient = "acme"\n[clients.work]\nzone = "America/New_York"\n'
    "first_attempt_within_days = 9\nattempts_a_month = 2\nunworked_days = 20\n",
)


def contents(folder: Path) -> dict[str, bytes]:
    """What is in the files, and in the workbook."""
    found = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    with ZipFile(folder / BOOK) as book:
        return found | {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("seed", range(2))
def test_many_at_a_time_as_one_by_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, contract: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fairdial-clients.toml").write_text(contract)
    MadeUp(store, seed).made()
    for reader in ("dialer.inquiry.account_days", "accounts_one_by_one"):
        monkeypatch.setattr(f"{reader}.AT_ONCE", 13)
    monkeypatch.setattr("dialer.inquiry.pack_accounts.MOST_KINDS", 7)
    monkeypatch.setattr("dialer.results.pack.MOST_OF_A_SHEET", 30)
    has_rows: set[str] = set()
    quick = tmp_path
    for day in DAYS:
        for client in ("acme", "other"):
            quick, slow = tmp_path / f"{client}{day}-quick", tmp_path / f"{client}{day}-slow"
            with monkeypatch.context() as patched:
                patched.setattr("dialer.inquiry.given_back.AT_ONCE", 3)
                patched.setattr("dialer.inquiry.given_back.KEYS_AT_ONCE", 5)
                pack(store, client, day=day, folder=quick, at=LATE)
            with monkeypatch.context() as patched:
                patched.setattr("dialer.inquiry.pack._write", write_one_by_one)
                pack(store, client, day=day, folder=slow, at=LATE)
            assert contents(quick) == contents(slow), (client, day)
            has_rows |= {name for name, text in contents(quick).items() if text.count(b"\n") > 1}
    assert {name for name in contents(quick) if name.endswith(".csv")} <= has_rows, (
        "every file said something"
    )

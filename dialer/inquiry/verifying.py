"""Is a journal what was written: of a store, of a file, of both in a rehearsal's folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.floor.attesting import (
    attest,
    check_journal,
    check_opened,
    installation_witnesses,
)
from dialer.floor.stores import JOURNAL_FILE, OLDER_JOURNAL_FILE, STORE_FILE, is_store_file, store_address
from dialer.storage.evidence.beside import Beside, look_beside
from dialer.storage.evidence.checking import RESTORE, Checked, Fault, Witnesses
from dialer.storage.evidence.heads import SignedHead
from dialer.storage.evidence.signing import Signer
from dialer.storage.store import Store

__all__ = ["Checked", "accepted", "public_key", "verified"]


def verified(
    where: str | None,
    *,
    heads: Sequence[Path] = (),
    printed: Sequence[str] = (),
    public_key: Path | None = None,
    sign: bool = False,
) -> tuple[Checked, ...]:
    """Look through the journals at a place: one of a store or a file, both of a rehearsal's folder.

    Args:
        where: a store's address, a journal's file, a rehearsal's folder; None = the last store.
        heads, printed, public_key: see `installation_witnesses`.
        sign: sign the head of a store whose journal is whole.

    Raises:
        MendableError: there is nothing to look at, or what it is held against is none.
    """
    witnesses = installation_witnesses(heads=heads, printed=printed, public_key=public_key)
    found: list[Checked] = []
    store, journal = _at(where)
    if store is not None:
        with Store.open(store) as opened:
            found.append(_of_store(opened, witnesses))
            if sign and found[-1].is_whole:
                attest(opened)
    if journal is not None:
        found.append(check_journal(journal, witnesses))
    return tuple(found)


def _of_store(store: Store, witnesses: Witnesses) -> Checked:
    found = check_opened(store, witnesses)
    if found.is_whole:
        found = _with_beside(found, look_beside(store.database))
    if not store.is_partial:
        return found
    return replace(found, partial="the shift was not worked to its end")


def _with_beside(found: Checked, beside: Beside) -> Checked:
    """The same, with what does not stand beside the journal as it tells it."""
    faults = [Fault(what=each, mend=RESTORE) for each in beside.differences]
    more = beside.count - len(beside.differences)
    if more:
        faults.append(Fault(what=f"and {more:,} more that are not as the journal tells them", mend=RESTORE))
    remarks = found.remarks
    if beside.untold:
        remark = (
            f"{beside.untold:,} facts about people came in files while no floor ran: they are in no step, "
            "and nothing but this store speaks for them; keep the files, or import beside a running floor"
        )
        remarks = (*remarks, remark)
    return replace(found, faults=(*found.faults, *faults), remarks=remarks)


def accepted(where: str | None, *, reason: str) -> SignedHead:
    """Sign a store whose journal is a chain, though it is shorter, or another, than what was signed here.

    Raises:
        MendableError: there is no store, or its journal is no chain.
    """
    store, _ = _at(where)
    if store is None:
        raise MendableError("only a store can be accepted", mend="name the store.")
    if not reason.strip():
        raise MendableError("a store is accepted for a reason", mend="say it after --accept.")
    with Store.open(store) as opened:
        signed = attest(opened, note=reason.strip())
    assert signed is not None, "with a note it signs"
    return signed


def public_key() -> str:
    """The public half of the installation's key, PEM: whoever has it can tell what was signed here."""
    return Signer.of_installation().public.pem


def _at(where: str | None) -> tuple[str | None, Path | None]:
    """The store and the journal's file at a place."""
    if where is None or "://" in where:
        return store_address(where), None
    path = Path(where)
    if path.is_dir():
        journal = next((path / n for n in (OLDER_JOURNAL_FILE, JOURNAL_FILE) if (path / n).exists()), None)
        store = path / STORE_FILE
        if journal is not None:
            return (str(store) if store.exists() else None), journal
        return store_address(where), None
    if path.exists() and not is_store_file(path):
        return None, path
    return store_address(where), None

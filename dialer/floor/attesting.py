"""The journal's end attested: signed from time to time, held against what was signed, sent elsewhere.

What is signed was computed anew from the head signed before it, so that nothing is attested unseen.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from dialer import clock
from dialer.domain.errors import MendableError, StoreUnavailableError
from dialer.settings import load_settings
from dialer.storage.database.connections import address_of
from dialer.storage.evidence.checking import Checked, Witnesses, check_end, check_file, check_store
from dialer.storage.evidence.heads import HeadBook, SignedHead, journal_name, read_heads, sign_head
from dialer.storage.evidence.signing import PublicKey, Signer
from dialer.storage.journal.chain import Head
from dialer.storage.journal.rows import beginning_of
from dialer.storage.journal.verifying import verify
from dialer.storage.store import Store

SEND_S = 30.0
"""A command that sends a head elsewhere and takes longer is ended: the next head says more anyway."""

SIGNED, NOT_SIGNED, NOT_SENT = "journal.signed", "journal.not_signed", "journal.not_sent"

_log = structlog.get_logger()


class JournalAlteredError(MendableError):
    """The journal is not what was written. Nothing was changed by looking."""


def installation_witnesses(
    *, heads: Sequence[Path] = (), printed: Sequence[str] = (), public_key: Path | None = None
) -> Witnesses:
    """What journals are held against here.

    Args:
        heads: files of heads that were kept elsewhere, besides the installation's own.
        printed: heads from paper, `sequence:link`.
        public_key: of another installation; None = this one's.

    Raises:
        MendableError: a file or a head that is none.
    """
    for path in heads:
        if not path.is_file():
            raise MendableError("there is no such file of heads", where=str(path), mend="check the path.")
    try:
        read = tuple(Head.read(text) for text in printed)
    except ValueError as error:
        raise MendableError(str(error), mend="type it as the report prints it.") from error
    key = Signer.of_installation().public if public_key is None else PublicKey.read(public_key)
    return Witnesses(book=HeadBook(), key=key, others=tuple(map(read_heads, heads)), printed=read)


def check_opened(store: Store, witnesses: Witnesses) -> Checked:
    """A store's whole journal."""
    return check_store(store.database, witnesses, address=address_of(store.database.url))


def check_journal(path: Path, witnesses: Witnesses) -> Checked:
    """A journal's file.

    Raises:
        JournalFileError: it is none.
    """
    return check_file(path, witnesses)


def demand_attested(store: Store) -> None:
    """Refuse to work on a store whose journal's end is not what was signed.

    Raises:
        JournalAlteredError: with the step, and what to do.
    """
    address = address_of(store.database.url)
    found = check_end(store.database, installation_witnesses(), address=address)
    if found.faults:
        fault = found.faults[0]
        raise JournalAlteredError(fault.what, where=address, mend=fault.mend)


def demand_unaltered(journal: Path) -> None:
    """Refuse to say anything of a journal's file that is not what was signed, or no whole chain.

    Raises:
        JournalFileError: it is none.
        JournalAlteredError: with the line or step, and what to do.
    """
    found = check_journal(journal, installation_witnesses())
    if found.faults:
        fault = found.faults[0]
        raise JournalAlteredError(fault.what, where=str(journal), mend=fault.mend)


def attest(store: Store, *, note: str = "") -> SignedHead | None:
    """Sign where a store's journal ends, after computing what came since the last signed head.

    Args:
        note: why the journal may be shorter than, or another than, what was signed before; '' = it may not.

    Returns:
        what was signed; None when nothing was written since.

    Raises:
        JournalAlteredError: what came since is not a chain.
    """
    book, signer = HeadBook(), Signer.of_installation()
    begins_with = store.read(beginning_of)
    journal, address = journal_name(begins_with), address_of(store.database.url)
    standing = () if note else book.read(journal).standing
    signed_here = (each for each in standing if each.is_signed_by(signer.public))
    newest = max(signed_here, key=lambda each: each.sequence, default=None)
    after = None if newest is None else newest.head
    found = verify(store.database, after=after)
    if found.fault is not None:
        raise JournalAlteredError(found.fault, where=address, mend="run `fairdial verify`.")
    if not note and (found.head.sequence == 0 or (newest is not None and found.entries == 0)):
        return None
    signed = sign_head(signer, found.head, journal=journal, address=address, at=clock.posix_now(), note=note)
    book.add(signed)
    return signed


def attest_rehearsal(journal: Path, store: Store | None, *, begins_with: bytes, head: Head) -> SignedHead:
    """Sign where a rehearsal's journal ends: its file, and the store of the same chain where there is one.

    Args:
        begins_with: link that its chain begins with.
    """
    signer, book = Signer.of_installation(), HeadBook()
    addresses = [str(journal.resolve())]
    if store is not None:
        addresses.insert(0, address_of(store.database.url))
    name, at = journal_name(begins_with), clock.posix_now()
    signed = [sign_head(signer, head, journal=name, address=address, at=at) for address in addresses]
    for each in signed:
        book.add(each)
    return signed[-1]


def newest_head(store: Store) -> SignedHead | None:
    """The newest head that was signed of a store's journal here."""
    return HeadBook().read(journal_name(store.read(beginning_of))).newest


class Attesting:
    """Signs a running floor's head from time to time, and sends it elsewhere where the settings say so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        settings = load_settings().evidence
        self._every_s, self._send = settings.every_s, settings.send

    async def run(self) -> None:
        """Until it is cancelled. A failure is told and tried again: no call waits for it."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.once()

    async def once(self) -> None:
        """Sign now."""
        try:
            signed = await asyncio.to_thread(attest, self._store)
        except (MendableError, StoreUnavailableError, OSError) as error:
            _log.error(NOT_SIGNED, why=str(error))
            return
        if signed is not None:
            _log.info(SIGNED, head=f"{signed.sequence}:{signed.link}", key=signed.key)
            await self._send_away(signed)

    async def _send_away(self, signed: SignedHead) -> None:
        if not self._send:
            return
        try:
            sending = await asyncio.create_subprocess_exec(*self._send, stdin=asyncio.subprocess.PIPE)
        except OSError as error:
            _log.error(NOT_SENT, why=str(error))
            return
        try:
            async with asyncio.timeout(SEND_S):
                await sending.communicate(msgspec.json.encode(signed) + b"\n")
        except TimeoutError:
            with suppress(ProcessLookupError):  # it has ended at this very moment
                sending.kill()
            await sending.wait()
        if sending.returncode != 0:
            _log.error(NOT_SENT, why=f"{self._send[0]} ended with {sending.returncode}")

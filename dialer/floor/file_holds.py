"""Holds of refused lines, reviewed and released: in a store alone, or beside the floor that runs on it."""

import time
from functools import partial

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.placements import holding
from dialer.storage.placements.holding import FileHold
from dialer.storage.store import Store

ANSWER_S = 30.0
"""Seconds for which a running floor may end no hold at all."""

LOOK_S = 0.2
AT_ONCE = 500


def file_holds(address: str, import_id: str | None) -> tuple[FileHold, ...]:
    """Holds of a file, or of every file."""
    with Store.open(address) as store:
        return store.read(lambda connection: holding.holds_of(connection, import_id))


def release_file_holds(address: str, import_id: str, *, by: str, why: str) -> int:
    """End every hold of a file; returns how many.

    Raises:
        MendableError: the file holds nobody; or the floor that runs on the store ends them later.
    """
    now = clock.posix_now()
    try:
        owned = Store.open(address, exclusive=True)
    except StoreOwnedError:
        with Store.open(address) as store:
            count = _marked(store, import_id, by, why, now)
            _wait_ended(store, import_id)
        return count
    with owned as store:
        count = _marked(store, import_id, by, why, now)
        while ending := store.read(partial(holding.releasing, most=AT_ONCE)):
            store.write(partial(holding.end_without_floor, holds=ending, now=now))
        return count


def _marked(store: Store, import_id: str, by: str, why: str, now: float) -> int:
    count = store.write(partial(holding.release, import_id=import_id, by=by, why=why, now=now))
    if not count:
        raise MendableError(
            f"no hold of import {import_id!r} lasts", mend="`fairdial holds list` shows those that do."
        )
    return count


def _wait_ended(store: Store, import_id: str) -> None:
    left, at = 1, clock.monotonic_now()
    while True:
        before, left = left, store.read(partial(holding.left_of, import_id=import_id))
        if not left:
            return
        if left != before:
            at = clock.monotonic_now()
        elif clock.monotonic_now() - at > ANSWER_S:
            raise MendableError(
                f"the running floor has still to end {left:,} holds",
                mend="look whether it goes on (its /health). It ends them as soon as it does.",
            )
        time.sleep(LOOK_S)

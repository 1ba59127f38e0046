"""Files from a client's own SFTP server into a drop folder, and the acknowledgements back.

Theory of operation. A file there is fetched when it is whole (it stood still as long as the folder's settings
say, or its companion is there), under a hidden name, and takes its own name here when it has the size that
was told. Then it is moved to `taken` there. Whoever is killed between the two fetches it once more: the same
bytes are known to the drop folder. What became of it goes to `acknowledged` there, each file once, since the
client may take it away.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from dialer.files import made_apart, own_folder, write_whole
from dialer.floor.delivering.sftp import Listed, Sftp, SftpError, fetch, listed, make_folder, put, rename
from dialer.floor.drop_folders import ACKNOWLEDGED, DropFolder, may_be_one

TAKEN = "taken"
BROUGHT = ".brought"
"""What was acknowledged there, a line each: the hash and the name."""


class RemoteFolder:
    """The client's side of one drop folder.

    Args:
        now: seconds that only grow.
    """

    def __init__(self, drop: DropFolder, server: Sftp, *, now: Callable[[], float]) -> None:
        self._drop = drop
        self._server = server
        self._now = now
        self._folder = Path(drop.folder)
        self._since: dict[str, tuple[int, float]] = {}

    def fetch(self) -> frozenset[str]:
        """Bring what is whole there into the folder; the names under which it lies here.

        Raises:
            SftpError: the server is away, or did not do what it was asked for.
            OSError: it could not be written here.
        """
        there = listed(self._server)
        found = [one for one in there if may_be_one(one.name, self._drop.companion)]
        self._since = {one.name: self._since[one.name] for one in found if one.name in self._since}
        companions = {one.name for one in there}
        brought: set[str] = set()
        for one in found:
            if self._is_whole(one, companions) and not (self._folder / one.name).exists():
                self._bring(one, companions)
                brought.add(one.name)
        return frozenset(brought)

    def acknowledge(self) -> int:
        """Put there what was acknowledged here and is not there yet; how many files.

        Raises:
            SftpError, OSError: as above; the rest goes the next time.
        """
        waiting = self._waiting()
        if waiting:
            make_folder(self._server, ACKNOWLEDGED)
        known = own_folder(self._folder / ACKNOWLEDGED) / BROUGHT
        for line, file in waiting:
            put(self._server, file, f"{ACKNOWLEDGED}/{file.name}")
            before = known.read_text(encoding="utf-8") if known.exists() else ""
            write_whole(known, f"{before}{line}\n")
        return len(waiting)

    def _waiting(self) -> list[tuple[str, Path]]:
        folder = self._folder / ACKNOWLEDGED
        known = folder / BROUGHT
        brought = set(known.read_text(encoding="utf-8").splitlines()) if known.exists() else set[str]()
        found: list[tuple[str, Path]] = []
        for file in sorted(folder.iterdir()) if folder.is_dir() else []:
            if file.name.startswith(".") or not file.is_file():
                continue
            line = f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.name}"
            if line not in brought:
                found.append((line, file))
        return found

    def _is_whole(self, one: Listed, companions: set[str]) -> bool:
        if self._drop.companion:
            return f"{one.name}{self._drop.companion}" in companions
        size, since = self._since.get(one.name, (-1, self._now()))
        if size != one.bytes:
            self._since[one.name] = (one.bytes, self._now())
            return False
        return self._now() - since >= self._drop.settled_s

    def _bring(self, one: Listed, companions: set[str]) -> None:
        local = self._folder / one.name
        with made_apart(local) as part:
            fetch(self._server, one.name, part)
            found = part.stat().st_size
            if found != one.bytes:
                raise SftpError(
                    f"{one.name} has {found:,} bytes here and had {one.bytes:,} there",
                    where=str(self._server),
                    mend="nothing has to be done: it is fetched again when it stands still.",
                )
        self._since.pop(one.name, None)
        make_folder(self._server, TAKEN)
        rename(self._server, one.name, f"{TAKEN}/{one.name}")
        companion = f"{one.name}{self._drop.companion}"
        if self._drop.companion and companion in companions:
            write_whole(self._folder / companion, "")
            rename(self._server, companion, f"{TAKEN}/{companion}")

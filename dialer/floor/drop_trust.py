"""Which entries of a drop folder are files of whoever may bring them.

Who may write there could put a link to somebody else's file, or another name of it, and what it says would
come back in an acknowledgement. So a file is an ordinary one with one name, of the folder's owner or of
whoever watches, and is opened as that or not at all.
"""

import os
import stat
from pathlib import Path

from dialer.domain.errors import MendableError


def why_left(found: os.stat_result, owners: frozenset[int]) -> str:
    """Why an entry, looked at without following it, is left where it is; '' = it may be a file to be taken.

    Args:
        owners: user ids whose files are taken.
    """
    if stat.S_ISLNK(found.st_mode):
        return "a link: put the file itself there"
    if stat.S_ISDIR(found.st_mode):
        return "a folder: files are taken from the folder above alone"
    if not stat.S_ISREG(found.st_mode):
        return "no ordinary file"
    if found.st_uid not in owners:
        return f"of a foreign owner (user {found.st_uid}): files of the folder's owner, or of ours, are taken"
    if found.st_nlink != 1:
        return "it has another name besides (a hard link): copy it instead"
    return ""


def owners_of(folder: Path) -> frozenset[int]:
    """Whose files are taken: the folder's owner's, and those of whoever watches."""
    return frozenset({os.geteuid(), folder.stat().st_uid})


def demand_own_folder(folder: Path) -> None:
    """Raises MendableError: what should be a folder of ours is a link, or somebody else's."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        mend = "move it away: a folder of ours is made in its place."
        raise MendableError("a link, or somebody else's folder", where=str(folder), mend=mend)

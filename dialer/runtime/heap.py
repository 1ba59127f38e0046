"""One heap for the whole process: what a thread gives back, every other may use.

The C library gives each thread a heap of its own, and a floor has a dozen, for the store and what is done
beside the calls. Whatever any of them needed at most stays with its heap: a floor of thirty agents grew by
several MB at every signing of its journal, and held 35 MB more than it used. The interpreter lets one thread
run at a time, so that nobody waits for the one heap.
"""

import ctypes
import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of `malloc.h`."""


def keep_one_heap() -> bool:
    """From now on threads make no heap of their own. To be called before there are any.

    Returns:
        whether this C library knows the setting; one that does not goes on as it did.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_ARENA_MAX, 1) == 1

"""A process in which a floor works: its pauses are kept short.

Two things of the interpreter hold up the loop that answers the telephone. A full look for cyclic garbage
walks every object there is, and the law and the program alone are hundreds of thousands: it takes more than
100 ms. And a thread that decodes rows keeps the interpreter for 5 ms while the loop waits for its turn.
"""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager

THRESHOLDS = (10_000, 20, 50)
"""The young are looked at after 10,000 new objects (a millisecond's work), all that came after the start
once in a few million."""

SWITCH_S = 0.0005
"""Seconds for which a thread may keep the interpreter while another waits for it."""


@contextmanager
def undisturbed() -> Generator[None]:
    """While the block runs, what exists at its beginning is taken to be no garbage, and threads take turns
    quickly. To be entered when everything is imported and the law is read; a program that starts may leave
    the collector off until here (`gc.disable()`), since little of what it makes by then is garbage."""
    thresholds, switch = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(switch)
        gc.set_threshold(*thresholds)
        gc.unfreeze()

"""The interpreter's own pauses while a floor works."""

import gc
import sys

from dialer.runtime.undisturbed import SWITCH_S, THRESHOLDS, undisturbed


def test_what_exists_when_a_floor_begins_is_not_walked_while_it_works() -> None:
    """The law and the program are out of the collector's sight, and everything is as it was afterwards."""
    gc.unfreeze()  # another test's floor may be at work in this process
    usual = gc.get_threshold(), sys.getswitchinterval(), gc.get_freeze_count()

    gc.disable()  # as a program does that starts
    with undisturbed():
        assert gc.isenabled()
        assert gc.get_freeze_count() > usual[2]
        assert gc.get_threshold() == THRESHOLDS
        assert abs(sys.getswitchinterval() - SWITCH_S) < 1e-4

    assert (gc.get_threshold(), sys.getswitchinterval(), gc.get_freeze_count()) == usual

"""The one back-off: pauses double up to the longest, and begin again when it worked."""

from dialer.back_off import BackOff


def test_pauses_double_up_to_the_longest() -> None:
    back_off = BackOff(0.2, 5.0)
    assert [back_off.pause() for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]


def test_what_worked_begins_again() -> None:
    back_off = BackOff(0.2, 5.0)
    back_off.pause()
    back_off.pause()
    back_off.reset()
    assert [back_off.pause(), back_off.pause()] == [0.2, 0.4]


def test_the_first_pause_is_never_above_the_longest() -> None:
    assert BackOff(9.0, 5.0).pause() == 5.0

"""What comes next on a floor, as it is and with one thing changed: run forward many times in a light world.

A supervisor is told what a change would do before it is applied. `Picture` is the floor at one instant with
what its policy has learned; `changed` makes the picture with the change; `look_ahead` runs both forward with
the same chance and tells what either would bring, with intervals. Pure: random numbers are handed in.
"""

from pacing.ahead.change import Change, ImpossibleChangeError, changed
from pacing.ahead.forecast import Forecast, Horizon, Spread, look_ahead
from pacing.ahead.picture import Picture, RingIncidence

__all__ = [
    "Change",
    "Forecast",
    "Horizon",
    "ImpossibleChangeError",
    "Picture",
    "RingIncidence",
    "Spread",
    "changed",
    "look_ahead",
]

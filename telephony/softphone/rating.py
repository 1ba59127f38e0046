"""What loss, delay and jitter do to understanding, in one number.

Source: ITU-T G.107 (E-model), G.113 Appendix I for G.711. The rating factor starts at 93.2; delay takes
0.024 a millisecond and 0.11 more beyond 177.3 ms; random loss takes 95 L / (L + B) of L percent, with B = 4.3
where lost packets are not concealed. Nobody tells us whether a telephone conceals them, so the figure is a
lower bound.
"""

from __future__ import annotations

_BEST = 93.2
_ROBUSTNESS = 4.3
# A packet of 20 ms has to be filled, and is played after about twice the jitter has been waited for.
_PACKET_MS = 20.0
_BUFFERED_JITTERS = 2.0


def rating(*, lost: float, jitter_s: float, round_trip_s: float) -> float:
    """Mean opinion score, 1-4.5, of one way.

    Args:
        lost: per packet, 0-1.
        jitter_s: as RFC 3550 defines it.
        round_trip_s: of the network; half of it is taken for this way.
    """
    delay_ms = _PACKET_MS + 1000.0 * (round_trip_s / 2 + _BUFFERED_JITTERS * jitter_s)
    percent = 100.0 * lost
    factor = _BEST - 0.024 * delay_ms - 0.11 * max(0.0, delay_ms - 177.3)
    factor -= 95.0 * percent / (percent + _ROBUSTNESS)
    factor = min(max(factor, 0.0), 100.0)
    return max(1.0, 1.0 + 0.035 * factor + factor * (factor - 60.0) * (100.0 - factor) * 7e-6)

"""What the floor says of itself to whoever watches from outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Liveness and fitness. An answer at all means alive; `is_fit` means that it may dial.

    Args:
        reasons: why not fit; empty when fit.
        generation: counts the starts on this store.
        sequence, written: last step taken, and last step committed.
        replayed: steps taken again at the start.
        loop_lag_p99_s, loop_lag_max_s: over the last two minutes; None = not measured yet.
        answer_to_bridge_p99_s: from the news of an answer to its Bridge handed over, the last 6,000.
        now: POSIX seconds by the floor's clock.
        standing: of two engines on one store the other says `standby`.
        defects: met since this start, each with somebody held; see the alarms.
    """

    is_fit: bool
    reasons: tuple[str, ...]
    generation: int
    sequence: int
    written: int
    unwritten: int
    inbox: int
    replayed: int
    loop_lag_p99_s: float | None
    loop_lag_max_s: float
    answer_to_bridge_p99_s: float | None
    commit_p99_s: float | None
    now: float
    defects: int = 0
    standing: str = "in charge"

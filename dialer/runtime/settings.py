"""Bounds of the runtime: every queue, every wait, every retry has one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSettings:
    """Durations are real seconds, whatever the floor's clock does.

    Args:
        inbox: events that may wait; beyond it requests are refused and the telephone system is held.
        unwritten: steps that may wait for their commit; beyond it the engine takes no more events, and if the
            store does not come back either, the process ends (what it does could not be remembered).
        give_up_s: so long the engine waits for room among the unwritten steps before the process ends.
        batch: most events stepped before the loop may see to others.
        commit_most: most steps in one commit.
        slow_commit_s: a commit that takes longer holds launching until it is through.
        perform_s: most time to hand one command to the telephone system.
        connect_s: most time to connect, or to be told what lives there.
        fetch_s: most time for leads from the store.
        back_off_s: first and longest pause before trying again what failed.
        checkpoint_steps, checkpoint_s: a checkpoint after so many steps, or so long after the last if
            anything was stepped.
        remembered_steps: most steps that are taken again when a defect is met in one; a state is kept in
            memory after so many (half a second's work, at most).
        drain_s: so long an orderly stop waits for calls to end.
        stop_s: most time for the last commit and the goodbye.
        overload_s, relief_s: launching holds while the loop's recent median lag is above the first, until it
            is below the second.
    """

    inbox: int = 20_000
    unwritten: int = 50_000
    give_up_s: float = 30.0
    batch: int = 8
    commit_most: int = 500
    slow_commit_s: float = 2.0
    perform_s: float = 5.0
    connect_s: float = 10.0
    fetch_s: float = 30.0
    back_off_s: tuple[float, float] = (0.2, 3.0)
    checkpoint_steps: int = 20_000
    checkpoint_s: float = 60.0
    remembered_steps: int = 1_000
    drain_s: float = 30.0
    stop_s: float = 10.0
    overload_s: float = 0.25
    relief_s: float = 0.05

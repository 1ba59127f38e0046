"""A number of ours as people look at it."""

from math import sqrt

from dialer.domain.caller_id import CallerIdPool
from dialer.domain.snapshot import CallerIdView
from dialer.engine.launching.caller_id import is_full, is_held_untested, is_tested, test_word
from dialer.engine.launching.caller_id_rest import rests
from dialer.engine.state import CallerIdRow, EngineState

_NORMAL_95 = 1.959964


def caller_id_view(state: EngineState, row: CallerIdRow) -> CallerIdView:
    """As of the last step; changes nothing."""
    now, owned = state.now, row.owned
    is_today = row.day_begins <= now < row.day_ends
    attempts, answered = (row.attempts, row.answered) if is_today else (0, 0)
    low, high = wilson(row.live, row.reached)
    pool = state.caller_id_pools.get(row.pool)
    return CallerIdView(
        number=owned.number,
        calls_back_to=owned.calls_back_to,
        areas=owned.areas,
        attempts=attempts,
        answered=answered,
        answered_per_attempt=answered / attempts if attempts else None,
        daily_ceiling=owned.daily_ceiling,
        is_full=is_today and is_full(row, now),
        pool=row.pool,
        cnam=owned.cnam,
        attestation_wanted=owned.attestation_wanted,
        attestation_granted=owned.attestation_granted,
        blocked=row.blocked if is_today else 0,
        unwanted=row.unwanted if is_today else 0,
        declined=row.declined if is_today else 0,
        reached=row.reached,
        live=row.live,
        live_per_reached=row.live / row.reached if row.reached else None,
        live_low=low,
        live_high=high,
        rests_until=row.rests_until if rests(row, now) else None,
        rest_reason=row.rest_reason if rests(row, now) else "",
        rests=row.rests,
        test=row.test,
        is_tested=is_tested(pool, row, now),
        is_shown=not _is_kept(pool, row, now) and not (is_today and is_full(row, now)),
        flag=_flag(pool, row, now),
    )


def wilson(hits: int, tries: int) -> tuple[float | None, float | None]:
    """Between which two shares, 0-1, the true one lies with 95 % confidence (Wilson's score interval).

    Source: E. B. Wilson, JASA 22 (1927) 209-212.
    """
    if not tries:
        return None, None
    share, square = hits / tries, _NORMAL_95 * _NORMAL_95
    middle = share + square / (2 * tries)
    spread = _NORMAL_95 * sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    whole = 1 + square / tries
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def _is_kept(pool: CallerIdPool | None, row: CallerIdRow, now: float) -> bool:
    return rests(row, now) or is_held_untested(pool, row, now)


def _flag(pool: CallerIdPool | None, row: CallerIdRow, now: float) -> str:
    said: list[str] = []
    if not is_tested(pool, row, now):
        is_old = row.test is not None and row.test.passed
        said.append("its last test is too old" if is_old else test_word(row))
    if rests(row, now):
        said.append(f"rests: {row.rest_reason}")
    wanted, granted = row.owned.attestation_wanted, row.owned.attestation_granted
    if wanted is not None and granted != wanted:
        said.append(f"attestation {wanted.value} was asked for, {granted.value if granted else 'none'} given")
    seen = "" if row.test is None else row.test.cnam
    if row.owned.cnam and seen and seen.upper() != row.owned.cnam.upper():
        said.append(f"{seen!r} is shown as its name, not {row.owned.cnam!r}")
    return "; ".join(said)

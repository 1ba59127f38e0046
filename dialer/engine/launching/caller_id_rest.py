"""What is counted of each number of ours, and when it rests.

A number that somebody's analysis blocks, or whose calls people answer less often than those of its pool's
other numbers, is burnt: to go on showing it wastes attempts, of which law allows few. It rests, and is
counted anew afterwards. Answer rates are compared in whole numbers, so that the same calls rest the same
number everywhere.

Counted as answered is what a person answered: a number that is marked as a nuisance is sent to voicemail, and
voicemail answers.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import RestPolicy
from dialer.domain.commands import RaiseAlarm
from dialer.domain.record import instant
from dialer.engine.context import Context
from dialer.engine.state import CallerIdRow, CallRow, EngineState

MOST_COUNTED = 4_000
"""Calls of a number that are compared; beyond it both counts are halved."""

_BLOCKS = frozenset({Outcome.BLOCKED, Outcome.UNWANTED})
_BY_A_PERSON = frozenset({Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.HUNG_UP_WAITING})
_BY_NOBODY = frozenset({Outcome.NO_ANSWER, Outcome.REJECTED, Outcome.MACHINE})
"""Of what came of a call by itself. Blocks have a rule of their own; busy, dead and congested lines say
nothing of the number that was shown; what was joined to an agent is counted when the agent has said who it
was."""


def today(row: CallerIdRow, now: float) -> CallerIdRow:
    """The row, its counts begun anew when its day has ended."""
    if now >= row.day_ends:
        zone = ZoneInfo(row.owned.time_zone)
        day = instant(now).astimezone(zone).date()
        row.day_begins = datetime.combine(day, datetime.min.time(), tzinfo=zone).timestamp()
        row.day_ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone).timestamp()
        row.attempts = row.answered = row.blocked = row.unwanted = row.declined = 0
        row.fresh_attempts = row.fresh_blocks = 0
    return row


def launched(state: EngineState, call: CallRow, *, now: float) -> None:
    """Count an attempt."""
    row = state.caller_ids.get(call.launch.caller_id)
    if row is not None:
        today(row, now).attempts += 1
        row.fresh_attempts += 1


def over(context: Context, call: CallRow, outcome: Outcome) -> None:
    """Count what came of a call, or give back an attempt that rang nowhere; a number that had too many blocks
    rests. A call of the day before counts there."""
    row = context.state.caller_ids.get(call.launch.caller_id)
    if row is None:
        return
    if call.launch.launched_at >= today(row, context.now).day_begins:
        _count_today(row, call, outcome)
    if outcome in _BLOCKS:
        _blocked(context, row, call, outcome)
    if outcome in _BY_A_PERSON or outcome in _BY_NOBODY:
        judged(context, call, live=outcome in _BY_A_PERSON)


def _count_today(row: CallerIdRow, call: CallRow, outcome: Outcome) -> None:
    if outcome is Outcome.NOT_ATTEMPTED:
        row.attempts = max(0, row.attempts - 1)
        row.fresh_attempts = max(0, row.fresh_attempts - 1)
    elif call.answered_at is not None:
        row.answered += 1
    row.blocked += outcome is Outcome.BLOCKED
    row.unwanted += outcome is Outcome.UNWANTED
    row.declined += outcome is Outcome.REJECTED


def judged(context: Context, call: CallRow, *, live: bool) -> None:
    """A call reached a telephone: whether a person answered it; the number may have to rest."""
    row = context.state.caller_ids.get(call.launch.caller_id)
    if row is None:
        return
    row.reached += 1
    row.live += live
    if row.reached >= MOST_COUNTED:
        row.reached, row.live = row.reached // 2, row.live // 2
    if not live:
        _compare(context, row)


def release(row: CallerIdRow) -> None:
    """It need rest no longer, and what was counted against it is forgotten."""
    row.rests_until, row.rest_reason = -1e18, ""
    row.fresh_attempts = row.fresh_blocks = row.reached = row.live = 0


def rests(row: CallerIdRow, now: float) -> bool:
    """Whether it is resting."""
    return now < row.rests_until


def policy_of(state: EngineState, row: CallerIdRow) -> RestPolicy:
    """The pool's; the house's for a number that is in none."""
    pool = state.caller_id_pools.get(row.pool)
    return RestPolicy() if pool is None else pool.rest


# --- when -------------------------------------------------------------------------------------------------


def _blocked(context: Context, row: CallerIdRow, call: CallRow, outcome: Outcome) -> None:
    row.fresh_blocks += 1
    if rests(row, context.now):
        return
    policy = policy_of(context.state, row)
    code = "" if call.sip_code is None else f", SIP {call.sip_code}"
    told = f"a call that showed it was {_SAYS[outcome]}{code}"
    enough = row.fresh_blocks >= policy.blocks
    if enough and row.fresh_blocks >= policy.blocked_share * row.fresh_attempts:
        reason = f"{row.fresh_blocks} of {row.fresh_attempts} calls blocked or refused as unwanted"
        _rest(context, row, policy.after_blocks_s, reason)
    elif row.fresh_blocks == 1:
        _alarm(context, row, f"{told}; it rests after {policy.blocks} such calls a day")


_SAYS = {Outcome.BLOCKED: "blocked on its way", Outcome.UNWANTED: "refused as unwanted"}


def _compare(context: Context, row: CallerIdRow) -> None:
    """Whether it is answered less than the pool's others, beyond what chance does."""
    policy, pool = policy_of(context.state, row), context.state.caller_id_pools.get(row.pool)
    if pool is None or row.reached < policy.least_reached or rests(row, context.now):
        return
    known = context.state.caller_ids
    others = [known[name] for name in pool.numbers if name in known and name != row.owned.number]
    reached, live = sum(each.reached for each in others), sum(each.live for each in others)
    if reached < policy.least_reached or row.live * reached > policy.beneath * live * row.reached:
        return
    if is_beyond_chance(row.live, row.reached, live, reached, sigmas=policy.sigmas):
        reason = (
            f"people answered {row.live} of {row.reached} calls, {live} of {reached} of the pool's others"
        )
        _rest(context, row, policy.after_fewer_answers_s, reason)


def is_beyond_chance(live: int, reached: int, others_live: int, others_reached: int, *, sigmas: int) -> bool:
    """Whether a share is so much less than the others' that chance does not explain it.

    The test of two proportions with the pooled variance: z² ≥ sigmas², multiplied out into whole numbers.
    """
    less = others_live * reached - live * others_reached
    all_reached, all_live = reached + others_reached, live + others_live
    if less <= 0:
        return False
    variance = reached * others_reached * all_live * (all_reached - all_live)
    return less * less * all_reached >= sigmas * sigmas * variance


def _rest(context: Context, row: CallerIdRow, seconds: float, reason: str) -> None:
    release(row)
    row.rests_until, row.rest_reason = context.now + seconds, reason
    row.rests += 1
    _alarm(context, row, f"{reason}: it rests for {seconds / 3600.0:g} hours")


def _alarm(context: Context, row: CallerIdRow, text: str) -> None:
    context.emit(RaiseAlarm(subject=f"caller id {row.owned.number}", text=text))

"""Promises to pay: what was promised, what came of it, judged by the days on which money counts.

Theory of operation. A promise is OPEN until it is known what came of it. It is KEPT when the money of all its
parts has come, each part's by its due day and some days of grace; BROKEN when a part's days are over and its
money is not there; CANCELLED when something else took its place. Money counts by its effective day, not by
the day on which we hear of it: so a BROKEN promise becomes KEPT, or OPEN where a part is still to come, when
a payment of within its days is told late; and a KEPT one BROKEN when its payment is returned, or OPEN where
there is still time. Nothing is stored of it: the state follows from the promise and the ledger as of a day,
and the table says which changes may be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dialer.domain.transitions import Machine, Word
from dialer.domain.valid import GraceDays, Share, valid


class PromiseKind(Word):
    PROMISE = "promise"
    PLAN = "plan"
    SETTLEMENT = "settlement"


class PromiseState(Word):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class PromiseMove(Word):
    KEEP = "keep"
    BREAK = "break"
    CANCEL = "cancel"
    REOPEN = "reopen"
    """What decided it is gone, and there is still time."""


_S, _M = PromiseState, PromiseMove

PROMISE = Machine(
    name="promise",
    initial=_S.OPEN,
    moves={
        _S.OPEN: {_M.KEEP: _S.KEPT, _M.BREAK: _S.BROKEN, _M.CANCEL: _S.CANCELLED},
        _S.KEPT: {_M.BREAK: _S.BROKEN, _M.REOPEN: _S.OPEN, _M.CANCEL: _S.CANCELLED},
        _S.BROKEN: {_M.KEEP: _S.KEPT, _M.REOPEN: _S.OPEN, _M.CANCEL: _S.CANCELLED},
    },
    final=frozenset({_S.CANCELLED}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class KeptWhen:
    """When a promise of one kind counts as kept.

    Args:
        share: of what was promised that is enough, 0-1.
        grace_days: after the due day, on which money still counts; three, since a bank needs as many.
    """

    share: Share = 1.0
    grace_days: GraceDays = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a promise, in cents, None = nobody named an amount; `due_on` None = no day was named."""

    cents: int | None
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What was promised.

    Args:
        made_on: the day; money of earlier days is not of it.
        parts: one or several.
        is_withdrawn: something else took its place.
    """

    kind: PromiseKind
    made_on: date
    parts: tuple[Part, ...]
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money that stayed, by the day from which it counts. `key`: of its entry."""

    key: str
    on: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of a promise.

    Args:
        state: None = not known: its days are over, and nobody had named an amount.
        paid_cents: that came for it in its days; 0 where no amount was named.
        last_day: on which money for its last part still counts; None = no day was named.
    """

    state: PromiseState | None
    paid_cents: int
    last_day: date | None


def judged(
    promises: Sequence[Promised], paid: Iterable[Paid], terms: Mapping[PromiseKind, KeptWhen], *, on: date
) -> tuple[Judged, ...]:
    """What came of the promises of one account, in the order in which they were made.

    A payment is taken by the earliest promise whose days it is of, as much as that needs; what is left of it
    is for the later ones.

    Args:
        paid: every payment, with what stayed of it.
        on: as of the end of which day.
    """
    money = sorted(paid, key=lambda each: (each.on, each.key))
    left = {each.key: each.cents for each in money}
    return tuple(_judged(promised, money, left, terms[promised.kind], on) for promised in promises)


def _judged(
    promised: Promised, money: Sequence[Paid], left: dict[str, int], when: KeptWhen, on: date
) -> Judged:
    ends = [_last_day(part, when) for part in promised.parts]
    last_day = None if None in ends else max((end for end in ends if end is not None), default=None)
    if promised.is_withdrawn:
        return Judged(state=_S.CANCELLED, paid_cents=0, last_day=last_day)
    amounts = [part.cents for part in promised.parts if part.cents is not None]
    if len(amounts) < len(promised.parts):
        is_over = last_day is not None and last_day < on
        return Judged(state=None if is_over else _S.OPEN, paid_cents=0, last_day=last_day)
    came = 0
    is_whole, is_broken = True, False
    needed = promised_so_far = 0
    for cents, end in sorted(zip(amounts, ends, strict=True), key=lambda each: each[1] or date.max):
        promised_so_far += cents
        needed = max(1, _enough(promised_so_far, when.share))
        came += _take(money, left, needed - came, since=promised.made_on, until=end, as_of=on)
        if came < needed:
            is_whole = False
            is_broken = is_broken or (end is not None and end < on)
    state = _S.BROKEN if is_broken else _S.KEPT if is_whole else _S.OPEN
    return Judged(state=state, paid_cents=came, last_day=last_day)


def _last_day(part: Part, when: KeptWhen) -> date | None:
    return None if part.due_on is None else part.due_on + timedelta(days=when.grace_days)


def _enough(cents: int, share: float) -> int:
    """The share in whole cents, rounded up: a cent short of it is short. Shares count in millionths."""
    return -(-cents * round(share * 1_000_000) // 1_000_000)


def _take(
    money: Sequence[Paid],
    left: dict[str, int],
    wanted: int,
    *,
    since: date,
    until: date | None,
    as_of: date,
) -> int:
    """Take at most `wanted` cents of what is left of the days; returns how many."""
    took = 0
    for each in money:
        if since <= each.on <= min(until or as_of, as_of) and took < wanted:
            some = min(left[each.key], wanted - took)
            left[each.key] -= some
            took += some
    return took

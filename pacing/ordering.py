"""Whom to call first: a lead that is unlikely to bring anybody may be put off, within a declared share.

The list comes in one order for all (promised first, then the creditor's score, then those tried least).
Which of two leads tried as often is likelier to bring a person is known from what their numbers did so far:
one that was answered once is answered again, one that rang ten times for nothing hardly is. A lead is worth
the people that a second of an agent brings by calling it,

    live / (attempt + live · H_live + machine · H_machine)

each chance being that of its kind of number, shrunk to the number's own record. Where that is under a bar,
it is put off: it comes back in some hours and others are called meanwhile. The bar moves by itself so that of
all leads looked at a declared share is put off, no more (a stochastic quantile: Robbins and Monro 1951).

Nobody is left out by it. Who was hardly called yet is not put off, nor whoever waits longer than
`order_wait_days`; what was promised is not asked about at all; and law is asked of whoever is called, before
and after. Nothing but calls and what came of them enters: no trait of a person, no balance, no place.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pacing.answers import AnswerModel
from pacing.policy import Json, NumberProfile, quantised
from pacing.stored import float_of

STEP = 0.02
"""By how much of itself the bar moves at one look at a lead: a bar set wrong by half is right after some
hundred looks, which is a quarter of an hour of a floor of ten."""
GROWS = 1.0 / 500.0
"""By how much the share that is put off grows at a look, while the list bears it; where few are left in hand
it is halved: a lead that rests is not there when agents wait, and waiting loses more than an order gains."""
LEAST_TRIES = 3
"""Calls on record below which a lead is not known to be unlikely: it is called, and the bar is not of it."""
PACE_S = 1800.0
LASTS_S = 12 * 3600.0
"""Seconds over which the pace of calls is taken; and for how long a list must last at that pace, or nobody is
put off: of a shorter one every lawful attempt is made anyway, and an order only leaves agents idle."""
ATTEMPT_S = 6.0
"""Agent-seconds that an attempt is worth by itself; see `RingBeliefs.ring_attempt_cost`."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBeliefs:
    """How far a campaign departs from an even hand.

    order_put_off: largest share of leads looked at that may be put off for likelier ones, 0-0.9; 0 = none.
    order_numbers: 1 = of a lead's numbers the likeliest is tried first; 0 = in the creditor's order.
    order_weight: attempts that a number's kind is worth against its own record.
    order_rest_hours: hours after which a lead that was put off is looked at again.
    order_wait_days: whose last call is so many days ago is not put off, however unlikely.

    Raises: ValueError when one is out of its range.
    """

    order_put_off: float = 0.0
    order_numbers: float = 0.0
    order_weight: float = 10.0
    order_rest_hours: float = 6.0
    order_wait_days: float = 14.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.order_put_off <= 0.9:
            raise ValueError("order_put_off is a share of the leads looked at, 0-0.9")
        if self.order_numbers not in (0.0, 1.0):
            raise ValueError("order_numbers is 1 (the likeliest first) or 0 (the creditor's order)")
        if not self.order_weight > 0.0 or not self.order_rest_hours > 0.0:
            raise ValueError("order_weight (attempts) and order_rest_hours must be above zero")
        if not self.order_wait_days >= 0.0:
            raise ValueError("order_wait_days cannot be negative")


class OrderModel:
    """Judges leads by what is known of their numbers, and keeps the bar."""

    def __init__(self, beliefs: OrderBeliefs | None = None) -> None:
        self.beliefs = beliefs or OrderBeliefs()
        self._bar: float | None = None
        self._share = 0.0
        self._called = 0.0
        self._at: float | None = None

    @property
    def share(self) -> float:
        """Share of leads looked at that are put off now, 0-1: at most what is declared."""
        return self._share

    def runs_short(self) -> None:
        """Few leads are left in hand: fewer are put off from now on."""
        self._share = quantised(self._share / 2.0)

    @property
    def is_asked(self) -> bool:
        """Whether the campaign puts anybody off."""
        return self.beliefs.order_put_off > 0.0

    @property
    def sorts_numbers(self) -> bool:
        """Whether a lead's likeliest number is tried first."""
        return self.beliefs.order_numbers > 0.0

    @property
    def rest_s(self) -> float:
        """Seconds for which a lead that is put off rests."""
        return self.beliefs.order_rest_hours * 3600.0

    @property
    def bar(self) -> float | None:
        """People per agent-second under which a lead is put off; None = none was looked at yet."""
        return None if self._bar is None else math.exp(self._bar)

    def worth(self, number: NumberProfile, answers: AnswerModel, handle_s: tuple[float, float]) -> float:
        """People that a second of an agent brings by calling the number.

        handle_s: seconds that an agent spends on a person, and on a machine, wrap-up included.
        """
        chances, weight = answers.chances(number), self.beliefs.order_weight
        tries = weight + number.attempts
        live = (weight * chances.live + number.answered_live) / tries
        needs = max(live, (weight * chances.needs_agent + number.needed_agent) / tries)
        spent = ATTEMPT_S + live * handle_s[0] + (needs - live) * handle_s[1]
        return quantised(live / spent)

    def puts_off(self, worth: float, *, tries: int, now: float, waited_s: float, leads_left: int) -> bool:
        """One more lead is looked at: whether it is put off. Moves the bar.

        worth: of its likeliest number. tries: calls of all its numbers on record. now: POSIX seconds, never
            decreasing. waited_s: seconds since it was last called; infinite = it never was. leads_left: of
            the whole list.
        """
        if not self.is_asked:
            return False
        self._called *= math.exp(-max(0.0, now - (now if self._at is None else self._at)) / PACE_S)
        self._at = now
        is_off = tries >= LEAST_TRIES and self._is_off(worth, waited_s=waited_s, leads_left=leads_left)
        self._called = quantised(self._called + (0.0 if is_off else 1.0))
        return is_off

    def _is_off(self, worth: float, *, waited_s: float, leads_left: int) -> bool:
        if leads_left * PACE_S < LASTS_S * self._called:
            self._share = 0.0
            return False
        at = math.log(max(worth, 1e-9))
        if self._bar is None:
            self._bar = quantised(at - 0.5)
        self._share = quantised(min(self.beliefs.order_put_off, self._share + GROWS))
        is_under = quantised(at) < self._bar
        self._bar = quantised(self._bar + STEP * (self._share - is_under))
        return is_under and waited_s < self.beliefs.order_wait_days * DAY_S

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return (
            {}
            if self._bar is None
            else {"bar": self._bar, "share": self._share, "called": self._called, "at": self._at}
        )

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned. Raises ValueError when it is not of this kind."""
        self._bar = float_of(state, "bar") if "bar" in state else None
        self._share = float_of(state, "share") if "bar" in state else 0.0
        self._called = float_of(state, "called") if "bar" in state else 0.0
        self._at = float_of(state, "at") if "bar" in state else None

"""Counts and the rates made of them, in exact fractions: 30 of 1,000 is 3 %, not more."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from compliance_gate.abandonment.answered_call import AnsweredCall, Counted, counts_as
from compliance_gate.abandonment.definition import Definition, Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted in one window.

    Attributes:
        connected: L, people connected in time.
        abandoned: A, people not connected in time.
        false_positives: FP, people taken for machines and hung up on.
        dropped: calls dropped before an agent without knowing who had answered.
        machines_to_agents: Ag, machines that reached agents.
        silent: of the abandoned, those that heard no message.
        placed: calls placed; `None` when it was not counted.
    """

    connected: int = 0
    abandoned: int = 0
    false_positives: int = 0
    dropped: int = 0
    machines_to_agents: int = 0
    silent: int = 0
    placed: int | None = None

    def with_call(self, call: AnsweredCall, definition: Definition) -> "Counts":
        """The counts after one more answered call."""
        counted = counts_as(call, definition)
        match counted:
            case Counted.CONNECTED:
                return replace(self, connected=self.connected + 1)
            case Counted.ABANDONED:
                silent = self.silent + (call.message_after_s is None and call.agent_after_s is None)
                return replace(self, abandoned=self.abandoned + 1, silent=silent)
            case Counted.FALSE_POSITIVE:
                return replace(self, false_positives=self.false_positives + 1)
            case Counted.DROPPED_UNCLASSIFIED:
                return replace(self, dropped=self.dropped + 1)
            case Counted.MACHINE_TO_AGENT:
                return replace(self, machines_to_agents=self.machines_to_agents + 1)
            case Counted.MACHINE:
                return self
            case _:
                assert_never(counted)


def count(calls: Iterable[AnsweredCall], definition: Definition, *, placed: int | None = None) -> Counts:
    """Counts of a definition over some answered calls."""
    counts = Counts(placed=placed)
    for call in calls:
        counts = counts.with_call(call, definition)
    return counts


class Standing(StrEnum):
    """How a rate stands to its limit."""

    WITHIN = "within"
    EXCEEDED = "exceeded"
    UNDEFINED = "undefined"
    NO_LIMIT = "no limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Numerator over denominator, exact. With nothing to divide by, the rate is undefined, never zero."""

    numerator: Fraction
    denominator: Fraction

    @property
    def share(self) -> float | None:
        """0-1, or `None` when undefined."""
        exact = self.exact
        return None if exact is None else float(exact)

    @property
    def exact(self) -> Fraction | None:
        """The rate as a fraction, or `None` when undefined."""
        return None if self.denominator == 0 else self.numerator / self.denominator

    def standing(self, limit: Fraction | None) -> Standing:
        """Whether "not more than `limit`" holds. Undefined: compliant, but flagged."""
        if limit is None:
            return Standing.NO_LIMIT
        if self.exact is None:
            return Standing.UNDEFINED
        return Standing.EXCEEDED if self.exact > limit else Standing.WITHIN


def estimated_people_dropped(counts: Counts) -> Fraction:
    """People among calls dropped unclassified, by the share of people among those that reached agents.

    Without any call that reached an agent there is no evidence of machines: all of them count.
    Source: Ofcom 2010, 4.70-4.73.
    """
    reached = counts.machines_to_agents + counts.connected
    return counts.dropped * (Fraction(counts.connected, reached) if reached else Fraction(1))


def rate(counts: Counts, formula: Formula) -> Rate:
    """The rate by a formula.

    Live-answer formulas take a call dropped without knowing who answered as a person (unknown is not
    innocent); false positives, which are live answers not connected, are likewise abandoned there.
    """
    lost = counts.abandoned + counts.false_positives + counts.dropped
    live = lost + counts.connected
    match formula:
        case Formula.LIVE_ANSWERS | Formula.LIVE_ANSWERS_WITH_FALSE_POSITIVES:
            return Rate(numerator=Fraction(lost), denominator=Fraction(live))
        case Formula.ESTIMATED_WITHOUT_DETECTION | Formula.ESTIMATED_OVER_ALL_DROPS:
            known = counts.abandoned + counts.false_positives
            people = known + estimated_people_dropped(counts)
            all_drops = formula is Formula.ESTIMATED_OVER_ALL_DROPS
            beside = Fraction(known + counts.dropped) if all_drops else people
            return Rate(numerator=people, denominator=counts.connected + beside)
        case Formula.ALL_CALLS:
            return Rate(numerator=Fraction(lost), denominator=Fraction(counts.placed or 0))
        case Formula.SILENT:
            return Rate(numerator=Fraction(counts.silent), denominator=Fraction(live))
        case _:
            assert_never(formula)


def headroom(counts: Counts, formula: Formula, limit: Fraction) -> int:
    """How many more people may be abandoned, if nobody else answers, before the limit is passed.

    Negative when it is passed already: so many more connected answers are needed, in units of abandonments.
    """
    now = rate(counts, formula)
    # (n + k) / (d + k) <= limit  <=>  k <= (limit * d - n) / (1 - limit)
    return (limit * now.denominator - now.numerator) // (1 - limit)


def next_may_be_lost(counts: Counts, formula: Formula, limit: Fraction) -> bool:
    """Whether the rate stays within the limit even if the next answered call is abandoned."""
    return headroom(counts, formula, limit) >= 1

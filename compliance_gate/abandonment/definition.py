"""The words of a definition of abandonment: four choices, declared and never implied."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from compliance_gate.words import Checked


class StartEvent(StrEnum):
    """The instant from which the seconds run."""

    ANSWER = "answer"
    GREETING_START = "greeting_start"
    GREETING_END = "greeting_end"


class Formula(StrEnum):
    """Numerator and denominator, in the letters of `rate.Counts`."""

    LIVE_ANSWERS = "A / (A + L)"
    LIVE_ANSWERS_WITH_FALSE_POSITIVES = "(A + FP) / (A + FP + L)"
    ESTIMATED_WITHOUT_DETECTION = "D / (D + L), D = drops * L / (Ag + L)"
    ESTIMATED_OVER_ALL_DROPS = "D / (L + drops), D = drops * L / (Ag + L)"
    ALL_CALLS = "A / calls placed"
    SILENT = "abandoned without a message / (A + L)"


class WindowKind(StrEnum):
    """Over which stretch the counts are taken."""

    CALENDAR_DAY = "calendar day"
    SUCCESSIVE_30_DAYS = "successive 30-day periods or portion"
    CALENDAR_MONTH = "calendar month"
    CAMPAIGN = "campaign"


class LimitStanding(StrEnum):
    """What going over the limit means."""

    LAW = "law"
    SAFE_HARBOUR = "safe harbour"
    POLICY = "house policy"
    BENCHMARK = "benchmark"
    NONE = "none"


BINDING = frozenset({LimitStanding.LAW, LimitStanding.SAFE_HARBOUR, LimitStanding.POLICY})
"""A limit of this standing must be kept; a benchmark is shown beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedLimit:
    """A limit in force from a day on. `share` 0-1, exact; not more than this is allowed."""

    since: date
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One declared way to count abandonment.

    Attributes:
        threshold_s: seconds from the start event within which an agent must be connected.
        limits: oldest first; empty when the definition has none.
        window_zone: zone the window's days are taken in, where the source says so; else the campaign's.
        collection: whether the rule binds pure collection calls (others are norms for a collections floor).
        doubt: what is not certain about the row, in one sentence; empty when nothing.
    """

    name: str
    title: str
    start_event: StartEvent
    threshold_s: float
    formula: Formula
    window: WindowKind
    limits: tuple[DatedLimit, ...]
    standing: LimitStanding
    collection: bool
    source: str
    checked: Checked
    window_zone: str | None = None
    doubt: str = ""

    @property
    def newest_limit(self) -> Fraction:
        """The limit of the latest day on; all of it where the definition has none."""
        return self.limits[-1].share if self.limits else Fraction(1)

    def limit_on(self, day: date) -> Fraction | None:
        """The limit in force on a day, or `None`."""
        found = [limit.share for limit in self.limits if limit.since <= day]
        return found[-1] if found else None

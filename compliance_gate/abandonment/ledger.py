"""Counts per campaign and window, kept up as calls come in."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from compliance_gate.abandonment.answered_call import AnsweredCall
from compliance_gate.abandonment.definition import Definition, WindowKind
from compliance_gate.abandonment.rate import Counts, Rate, Standing, count, headroom, rate
from compliance_gate.abandonment.windows import Window, window_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One campaign in one window under one definition. `window` is `None` for the last 24 hours."""

    definition: Definition
    campaign: str
    window: Window | None
    counts: Counts
    limit: Fraction | None

    @property
    def rate(self) -> Rate:
        """The rate; undefined while nobody has answered."""
        return rate(self.counts, self.definition.formula)

    @property
    def standing(self) -> Standing:
        """How it stands to the limit in force."""
        return self.rate.standing(self.limit)

    @property
    def headroom(self) -> int | None:
        """How many more may be abandoned before the limit is passed; `None` without a limit."""
        return None if self.limit is None else headroom(self.counts, self.definition.formula, self.limit)


class Ledger:
    """Counts of one definition for every campaign.

    Args:
        zone: zone in which campaign-days are declared, unless the definition names its own.
        started: first local day of each campaign.
    """

    def __init__(self, definition: Definition, *, zone: str, started: Mapping[str, date]) -> None:
        self.definition = definition
        self.zone = definition.window_zone or zone
        self._started = dict(started)
        self._by_window: dict[tuple[str, Window], Counts] = {}
        self._lately: dict[str, deque[AnsweredCall]] = {}

    def record(self, call: AnsweredCall) -> None:
        """Count one answered call, in order of answering.

        Raises:
            KeyError: the campaign is not known.
            ValueError: the call lies before its campaign began.
        """
        if self.definition.window is WindowKind.ROLLING_24_HOURS:
            calls = self._lately.setdefault(call.campaign, deque())
            calls.append(call)
            while calls[0].answered_at <= call.answered_at - timedelta(hours=24):
                calls.popleft()
            return
        key = call.campaign, self._window(call.campaign, call.answered_at)
        self._by_window[key] = self._by_window.get(key, Counts()).with_call(call, self.definition)

    def _window(self, campaign: str, at: datetime) -> Window:
        return window_of(self.definition.window, at=at, zone=self.zone, started=self._started[campaign])

    def tally(self, campaign: str, *, at: datetime) -> Tally:
        """The window that holds `at` (or the 24 hours that end with it), empty if nothing was answered."""
        limit = self.definition.limit_on(at.astimezone(ZoneInfo(self.zone)).date())
        if self.definition.window is WindowKind.ROLLING_24_HOURS:
            since = at - timedelta(hours=24)
            held = [c for c in self._lately.get(campaign, ()) if since < c.answered_at <= at]
            counts, window = count(held, self.definition), None
        else:
            window = self._window(campaign, at)
            counts = self._by_window.get((campaign, window), Counts())
        return Tally(definition=self.definition, campaign=campaign, window=window, counts=counts, limit=limit)

    def tallies(self) -> tuple[Tally, ...]:
        """Every campaign and window in which something was answered, in order; none for a rolling window."""
        return tuple(
            Tally(
                definition=self.definition,
                campaign=campaign,
                window=window,
                counts=counts,
                limit=self.definition.limit_on(window.first),
            )
            for (campaign, window), counts in sorted(
                self._by_window.items(), key=lambda item: (item[0][0], item[0][1].first)
            )
        )

"""Consents that take a call out of the frequency counts, and when they hold.

12 CFR 1006.14(b)(3)(i) and its comments: prior consent given directly to this collector covers at most
seven local days, the day it was given being the first; it ends earlier on a shorter stated period, on
revocation, or with a conversation about that debt. It never lifts hours or opt-outs. A consumer's
request to be called back is such a consent.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from compliance_gate.calendar import EASTERNMOST, ZoneDays, seconds_of, zone_days
from compliance_gate.request import PersonFile, TimeBlock
from compliance_gate.words import ConsentScope, GivenTo, RequestKind, Weekday

# Comment 14(b)(3)(i)-2: the most days a consent may take calls out of the count, its own included.
CONSENT_DAYS = 7

_CALL_SCOPES = frozenset({ConsentScope.CALL, ConsentScope.CALL_BACK})
WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class CallConsent:
    """A consent to be called, ready to be asked whether it covers a call.

    Attributes:
        at: the second in which it was given.
        begins_at: the first second that was not begun when it was given: it covers from then.
        groups: debts it covers; `None` = not known which, and more than one is on file: covers none.
        letters: local days on which a letter came that takes such consents back.
        is_callback_request: the person asked, on record, to be called; a consent alone is not that.
    """

    at: int
    begins_at: int
    groups: frozenset[str] | None
    number: str | None
    valid_on: int | None
    valid_from: int | None
    valid_until: int | None
    window: TimeBlock | None
    ends_at: int | None
    letters: tuple[int, ...]
    is_callback_request: bool

    def holds(self, zone: ZoneDays, at: int) -> bool:
        """Whether the consent's own terms cover a second in a zone (not yet asked: conversations)."""
        if at < self.begins_at or (self.ends_at is not None and at >= self.ends_at):
            return False
        day, given = zone.day_of(at), zone.day_of(self.at)
        taken_back = any(given <= letter <= day for letter in self.letters)
        if taken_back or not given <= day < given + CONSENT_DAYS:
            return False
        if self.valid_on is not None and day != self.valid_on:
            return False
        if self.valid_from is not None and day < self.valid_from:
            return False
        if self.valid_until is not None and day > self.valid_until:
            return False
        return self.window is None or _inside(self.window, zone, day, at)

    def starts_after(self, zone: ZoneDays, at: int) -> list[int]:
        """Seconds after `at` at which the consent may begin to cover, in a zone."""
        given = zone.day_of(self.at)
        found = [self.begins_at]
        for day in range(given, given + CONSENT_DAYS):
            found.append(zone.midnight(day))
            if self.window is not None:
                start = seconds_of(self.window.start)
                found.extend(zone.wall_clock(day, start, latest=late) for late in (False, True))
        return [second for second in found if second > at]


def day_to_cover(at: datetime, zones: Iterable[str]) -> date:
    """The last day (`Consent.valid_until`) of a consent that must cover an instant wherever the person is.

    It is the latest of the local days that hold the instant. How long a consent may last at all is not asked
    here: `CallConsent.holds` ends it with the seventh local day.

    Args:
        at: aware instant, such as that of a promised call back.
        zones: IANA names of all the person may be in; none = nobody knows, which is anywhere on earth.
    """
    second = int(at.timestamp())
    return date.fromordinal(max(zone_days(name).day_of(second) for name in tuple(zones) or (EASTERNMOST,)))


def call_consents(
    file: PersonFile,
    covered: Callable[[tuple[str, ...]], tuple[str, ...]],
) -> tuple[CallConsent, ...]:
    """Every consent on file that may take calls out of the count, oldest first."""
    if not (file.consents or file.requests):
        return ()
    # A consent that names no debt is for the one there is; among several it is not known which.
    names = tuple(debt.debt for debt in file.debts)
    only_debt = frozenset(covered(names[:1])) if len(covered(names)) == 1 else None
    taken_back = [r for r in file.requests if r.type is RequestKind.REVOKE_CONSENT]
    revoked = tuple(_second(r.at) for r in taken_back if r.received is None)
    letters = tuple(r.received.toordinal() for r in taken_back if r.received is not None)

    def ends(at: int, own_end: datetime | None) -> int | None:
        later = [second for second in revoked if second >= at]
        if own_end is not None:
            later.append(_second(own_end))
        return min(later, default=None)

    given = [
        CallConsent(
            at=_second(consent.at),
            begins_at=ceil(consent.at.timestamp()),
            groups=frozenset(covered(consent.debts)) if consent.debts else only_debt,
            number=consent.number,
            valid_on=_ordinal(consent.valid_on),
            valid_from=_ordinal(consent.valid_from),
            valid_until=_ordinal(consent.valid_until),
            window=consent.window,
            ends_at=ends(_second(consent.at), consent.revoked_at),
            letters=letters,
            is_callback_request=False,
        )
        for consent in file.consents
        if consent.scope in _CALL_SCOPES and consent.given_to is GivenTo.COLLECTOR
    ]
    asked = [
        CallConsent(
            at=_second(request.at),
            begins_at=ceil(request.at.timestamp()),
            groups=frozenset(covered(request.debts)) if request.debts else only_debt,
            number=request.number,
            valid_on=None,
            valid_from=None,
            valid_until=_ordinal(request.until),
            window=request.only[0] if request.only else None,
            ends_at=ends(_second(request.at), request.withdrawn_at),
            letters=letters,
            is_callback_request=True,
        )
        for request in file.requests
        if request.type is RequestKind.CALLBACK_REQUEST
    ]
    return tuple(sorted((*given, *asked), key=lambda consent: consent.at))


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def block_on(block: TimeBlock, zone: ZoneDays, day: int, *, widest: bool) -> tuple[int, int] | None:
    """First second of a block that begins on a local day, and the first second after it.

    A block whose end is not after its start runs past midnight. `widest` takes, of wall-clock times that
    exist twice, those that make it longest (for times to be left alone), else shortest.
    """
    # Ordinal 1 (0001-01-01) was a Monday, so (day - 1) % 7 is the weekday with Monday first.
    if block.days and WEEKDAYS[(day - 1) % 7] not in block.days:
        return None
    start = seconds_of(block.start)
    end = 86400 if block.until is None else seconds_of(block.until)
    last_day = day if end > start else day + 1
    return zone.wall_clock(day, start, latest=not widest), zone.wall_clock(last_day, end, latest=widest)


def _inside(window: TimeBlock, zone: ZoneDays, day: int, at: int) -> bool:
    for begins in (day - 1, day):
        span = block_on(window, zone, begins, widest=False)
        if span is not None and span[0] <= at < span[1]:
            return True
    return False

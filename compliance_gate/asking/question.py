"""One contact at one second, with everything the rules need worked out once."""

from collections.abc import Iterable
from datetime import date

from compliance_gate.asking.past import Past, PastEvent
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.calendar import ZoneDays
from compliance_gate.request import Debt, NumberOnFile, ProposedContact
from compliance_gate.words import Profile, RequestKind

BarredKey = tuple[tuple[str, date | None], ...]
"""Debts by name, each with the last day on which it may be sued upon."""


def barred_key(debts: Iterable[Debt]) -> BarredKey:
    """Debts by name and last day."""
    return tuple([(debt.debt, debt.limitation_ends) for debt in debts])


class Question:
    """What is put to each rule. Made anew for every second that is tried.

    Attributes:
        at: the second at which the telephone would ring, POSIX.
        until: last second of ringing that must still be inside every window.
        days: the local days it is wherever the person may be.
        today: local day in each of `zones`, same order.
        seen: number of events of the person that have happened by `at`.
        brief: the caller only wants to know whether it denies; facts need not be told.
    """

    __slots__ = (
        "_covered",
        "_lately",
        "_line",
        "_time_barred",
        "_time_barred_key",
        "at",
        "brief",
        "days",
        "groups",
        "number",
        "person",
        "profile",
        "proposed",
        "seen",
        "today",
        "unknown",
        "until",
        "zones",
    )

    def __init__(
        self,
        person: PreparedPerson,
        proposed: ProposedContact,
        profile: Profile,
        *,
        at: int,
        until: int,
        brief: bool = False,
    ) -> None:
        self.person = person
        self.proposed = proposed
        self.profile = profile
        self.at = at
        self.until = until
        self.brief = brief
        self.number: NumberOnFile | None = (
            None if proposed.number is None else person.numbers.get(proposed.number)
        )
        zone_set = person.zone_set(at)
        self.unknown = zone_set.unknown
        self.days = days = zone_set.group.days(at)
        self.zones: tuple[ZoneDays, ...] = days.zones
        self.today: tuple[int, ...] = days.today
        self.groups = person.groups_of(proposed.debts)
        self.seen = person.past.until_time(at)
        self._line: Past | None = None
        self._lately: dict[tuple[int, bool], list[PastEvent]] = {}
        self._covered: dict[tuple[str, bool], bool] = {}
        self._time_barred: tuple[Debt, ...] | None = None
        self._time_barred_key: BarredKey | None = None

    def moved_to(self, at: int) -> "Question":
        """The same question at another second."""
        return Question(
            self.person,
            self.proposed,
            self.profile,
            at=at,
            until=at + (self.until - self.at),
            brief=True,
        )

    @property
    def past(self) -> Past:
        """What happened with the person."""
        return self.person.past

    @property
    def line(self) -> Past:
        """What happened on the line that would be called, whomever it was for."""
        if self._line is None:
            file, number = self.person.file, self.proposed.number
            self._line = self.person.line(number) if file.line_history else self.person.past
        return self._line

    def recent(self, since: int) -> list[PastEvent]:
        """Events with the person after a second, up to and including now, oldest first."""
        return self.recent_in(self.person.past, since)

    def lately(self, days: int, *, on_line: bool) -> list[PastEvent]:
        """What happened in the last so many local days wherever they began first, or at any time where no
        zone is known: with the person, or on the line. Oldest first, up to and including now."""
        known = self._lately.get((days, on_line))
        if known is None:
            past, since = self.line if on_line else self.person.past, self.days.since(days)
            first = 0 if since is None else past.since_time(since)
            known = self._lately[days, on_line] = past.events(first, past.until_time(self.at))
        return known

    def recent_in(self, past: Past, since: int) -> list[PastEvent]:
        """The same of the person's past or the line's."""
        first, seen = past.until_time(since), past.until_time(self.at)
        return past.events(first, seen) if first < seen else []

    def since(self, days: int) -> int | None:
        """First second of the last so many local days, today included, wherever the person may be; `None`
        where no zone is known."""
        return self.days.since(days)

    @property
    def time_barred(self) -> tuple[Debt, ...]:
        """Debts concerned that may not be sued upon any more, in any zone, or of which nobody knows."""
        if self._time_barred is None:
            named, latest = self.proposed.debts, max(self.today, default=None)
            self._time_barred = tuple(
                [
                    debt
                    for debt in self.person.file.debts
                    if (not named or debt.debt in named)
                    and (
                        debt.limitation_ends is None
                        or latest is None
                        or debt.limitation_ends.toordinal() < latest
                    )
                ]
            )
        return self._time_barred

    @property
    def time_barred_key(self) -> BarredKey:
        """What is told of the debts of `time_barred`: their names and last days."""
        if self._time_barred_key is None:
            self._time_barred_key = barred_key(self.time_barred)
        return self._time_barred_key

    def requests(self, kind: RequestKind) -> bool:
        """Whether any request of this kind is on file (in force or not)."""
        return kind in self.person.requests

    def is_covered(self, group: str, *, asked_for: bool) -> bool:
        """Whether a consent takes the proposed call out of the count for one debt.

        Args:
            asked_for: only a request to be called back will do, whichever debts it named or did not name.
        """
        known = self._covered.get((group, asked_for))
        if known is None:
            number = self.proposed.number
            known = was_covered(self.person, self.zones, group, number, self.at, asked_for=asked_for)
            self._covered[group, asked_for] = known
        return known

    def consent_may_start(self) -> int | None:
        """First later second at which a consent on file may begin to cover a call, if any."""
        starts = [
            second
            for consent in self.person.call_consents
            for zone in self.zones
            for second in consent.starts_after(zone, self.at)
        ]
        return min(starts, default=None)


def was_covered(
    person: PreparedPerson,
    zones: tuple[ZoneDays, ...],
    group: str,
    number: str | None,
    at: int,
    *,
    asked_for: bool,
) -> bool:
    """Whether a consent covers a call about a debt at a second, in every zone the person may be in.

    A consent ends for a debt when that debt is spoken of (comment 14(b)(3)(i)-3). A request to be called back
    is for one call: any conversation since has answered it, whichever debt it was about. The texts that
    except "a single completed call" (D.C. Code 28-3814(d)(4)(A)(i)(II)) do not say per what; per person is
    the stricter.
    """
    for consent in person.call_consents:
        if asked_for and not consent.is_callback_request:
            continue
        if group not in (consent.groups or ()) and not (asked_for and consent.groups is None):
            continue
        if consent.number is not None and consent.number != number:
            continue
        ending = None if asked_for else group
        if all(consent.holds(zone, at) for zone in zones) and not _talked_since(
            person, ending, consent.at, at
        ):
            return True
    return False


def _talked_since(person: PreparedPerson, group: str | None, since: int, before: int) -> bool:
    """Whether there was a conversation on the debt (`None`: on any) after one second and before another."""
    past = person.past
    for event in past.events(past.until_time(since), past.until_time(before - 1)):
        if event.own and (event.spoken is None or (event.spoken if group is None else group in event.spoken)):
            return True
    return False

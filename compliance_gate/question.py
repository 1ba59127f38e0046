"""One contact at one second, with everything the rules need worked out once."""

from bisect import bisect_left
from collections.abc import Iterable

from compliance_gate.calendar import ZoneDays
from compliance_gate.consents import CallConsent
from compliance_gate.prepared import PastEvent, PreparedPerson
from compliance_gate.request import NumberOnFile, ProposedContact
from compliance_gate.words import Profile, RequestKind


class Question:
    """What is put to each rule. Made anew for every second that is tried.

    Attributes:
        at: the second at which the telephone would ring, POSIX.
        until: last second of ringing that must still be inside every window.
        today: local day in each of `zones`, same order.
        seen: number of events of the person that have happened by `at`.
        brief: the caller only wants to know whether it denies; facts need not be told.
    """

    __slots__ = (
        "_covered",
        "_since",
        "at",
        "brief",
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
        self.zones: tuple[ZoneDays, ...] = zone_set.zones
        self.unknown = zone_set.unknown
        self.today: tuple[int, ...] = tuple([zone.day_of(at) for zone in self.zones])
        self.groups = person.groups_of(proposed.debts)
        self.seen = person.until_time(at)
        self._covered: dict[str, CallConsent | None] | None = None
        self._since: dict[int, int] = {}

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

    def recent(self, since: int) -> Iterable[PastEvent]:
        """Events after a second, up to and including now, oldest first."""
        first = self.person.until_time(since)
        return self.person.events(first, self.seen) if first < self.seen else ()

    def since(self, days: int) -> int:
        """Index of the first event that may lie in the last so many local days, today included, anywhere."""
        known = self._since.get(days)
        if known is None:
            starts = [
                zone.midnight(today - days + 1) for zone, today in zip(self.zones, self.today, strict=True)
            ]
            known = bisect_left(self.person.times, min(starts)) if starts else 0
            self._since[days] = known
        return known

    def requests(self, kind: RequestKind) -> bool:
        """Whether any request of this kind is on file (in force or not)."""
        return kind in self.person.requests

    def consent_for(self, group: str) -> CallConsent | None:
        """The consent, if any, that takes the proposed call out of the count for one debt."""
        if not self.person.call_consents:
            return None
        if self._covered is None:
            self._covered = {}
        if group not in self._covered:
            self._covered[group] = covering_consent(
                self.person, self.zones, group, self.proposed.number, self.at
            )
        return self._covered[group]

    def consent_may_start(self) -> int | None:
        """First later second at which a consent on file may begin to cover a call, if any."""
        starts = [
            second
            for consent in self.person.call_consents
            for zone in self.zones
            for second in consent.starts_after(zone, self.at)
        ]
        return min(starts, default=None)


def covering_consent(
    person: PreparedPerson, zones: tuple[ZoneDays, ...], group: str, number: str | None, at: int
) -> CallConsent | None:
    """A consent that covers a call about a debt at a second, in every zone the person may be in."""
    for consent in person.call_consents:
        if consent.groups is None or group not in consent.groups:
            continue
        if consent.number is not None and consent.number != number:
            continue
        if not all(consent.holds(zone, at) for zone in zones):
            continue
        if not _talked_since(person, group, consent.at, at):
            return consent
    return None


def _talked_since(person: PreparedPerson, group: str, since: int, before: int) -> bool:
    """Whether a conversation on the debt ended the consent (comment 14(b)(3)(i)-3)."""
    for event in person.events(person.until_time(since), person.until_time(before - 1)):
        if event.own and (event.spoken is None or group in event.spoken):
            return True
    return False

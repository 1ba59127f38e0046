"""Who may be called on a day, hour by hour in their own zone, and what keeps the others from it.

Asked of the gate about every hour of the day, as a call that any free agent may take: what an import came to,
before anybody is dialed. Reading only; the check at the launch is asked again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile
from compliance_gate.valid import FIRST, LAST
from compliance_gate.words import Mode, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.domain.ids import CampaignId
from dialer.domain.lead import LeadState
from dialer.inquiry.asking import asked_again, proposed_contact
from dialer.inquiry.attested import Told, counted
from dialer.inquiry.instants import law_at, settings_at
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

HOURS = range(7, 22)
"""Hours at whose beginning is asked, local: no law of ours lets a call begin in another."""

NO_ZONE = "unknown"
NO_NUMBER = "no telephone number on file"

Turn = tuple[str, str]
"""A debt that waits to be called about, and in which campaign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What keeps people from being called at any hour of the day.

    Args:
        rule: the rule that denies; '' = there was nothing to ask about.
        people: whom it denies at the hour at which the fewest rules do.
        facts: what it went by most often, in words.
    """

    rule: str
    what: str
    people: int
    facts: str


@dataclass(slots=True, kw_only=True)
class CallableOn:
    """Who may be called on a day.

    Args:
        people: who wait to be called; `asked`: about how many of them the gate was asked.
        may: of these, who may be called at some hour.
        hours: how many may be called when an hour begins, by zone and local hour.
    """

    day: date
    people: int = 0
    asked: int = 0
    may: int = 0
    hours: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    kept: tuple[Kept, ...] = ()
    history: Counter[Told] = field(default_factory=Counter[Told])
    """People by what is known of the time before their accounts were placed."""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "day": self.day.isoformat(),
            "people": self.people,
            "asked": self.asked,
            "may_be_called": self.may,
            "by_zone_and_hour": {
                zone: {f"{hour:02}": count for hour, count in sorted(hours.items())}
                for zone, hours in sorted(self.hours.items())
            },
            "history": {told.value: self.history[told] for told in Told if self.history[told]},
            "kept_by": [
                {"rule": each.rule, "what": each.what, "people": each.people, "facts": each.facts}
                for each in self.kept
            ],
        }


def callable_on(store: Store, day: date, *, now: float, most: int) -> CallableOn:
    """Ask about a day.

    Args:
        now: POSIX seconds; what is on file then is what is asked about.
        most: people that are asked about, in the order of their ids, which is no order of theirs.

    Raises:
        MendableError: no law reaches the day.
        NotKnownError: no law is in force on this store.
    """
    if not FIRST <= day < LAST:
        raise MendableError(
            f"{day} is not between {FIRST.year} and {LAST.year}", where="--day", mend="name a day to come."
        )
    law = law_at(store, now)
    gate, settings = ComplianceGate(law.book), settings_at(store, now)
    waiting = store.read(_waiting)
    found = CallableOn(day=day, people=len(waiting))
    tally = _Tally()
    for chunk in chunks(sorted(waiting)[:most]):
        files = store.person_files(list(chunk), now=now)
        found.history += counted(store, files, at=now)
        for person, file in sorted(files.items()):
            found.asked += 1
            _ask(found, tally, gate, file, waiting[person], settings)
    found.kept = tuple(tally.kept(law.book, day))
    return found


def _waiting(connection: Connection) -> dict[str, list[Turn]]:
    """Whoever owes a debt whose turn may come, with these debts."""
    leads, ties = t.leads.c, t.person_debts.c
    query = (
        select(ties.person, leads.debt, leads.campaign)
        .join_from(t.leads, t.person_debts, ties.debt == leads.debt)
        .where(leads.state != LeadState.CLOSED.value)
        .order_by(ties.person, leads.debt, leads.campaign)
    )
    found: dict[str, list[Turn]] = {}
    for row in connection.execute(query):
        found.setdefault(row.person, []).append((row.debt, row.campaign))
    return found


def _ask(
    found: CallableOn,
    tally: "_Tally",
    gate: ComplianceGate,
    file: PersonFile,
    turns: Sequence[Turn],
    settings: Mapping[CampaignId, CampaignSettings],
) -> None:
    zone = _zone_of(file)
    if not file.numbers:
        tally.nothing(NO_NUMBER)
        return
    prepared = PreparedPerson(file)
    fewest: tuple[Finding, ...] | None = None
    hours = found.hours.setdefault(zone, {})
    may = False
    for hour, at in _hours(found.day, zone):
        denied = _denials(gate, prepared, file, turns, settings, at)
        if not denied:
            hours[hour] = hours.get(hour, 0) + 1
            may = True
        elif fewest is None or len(denied) < len(fewest):
            fewest = denied
    found.may += may
    if not may:
        tally.denied(fewest or ())


def _denials(
    gate: ComplianceGate,
    prepared: PreparedPerson,
    file: PersonFile,
    turns: Sequence[Turn],
    settings: Mapping[CampaignId, CampaignSettings],
    at: datetime,
) -> tuple[Finding, ...]:
    """Of the number and debt that the fewest rules deny, what they are; empty = one may be called."""
    fewest: tuple[Finding, ...] | None = None
    for debt, campaign in turns:
        for number in file.numbers:
            told = settings.get(CampaignId(campaign))
            proposed = proposed_contact(
                told,
                number=number.number,
                debts=(debt,),
                tech=Tech.PREDICTIVE_LIVE,
                mode=Mode.PREDICTIVE,
            )
            rings_s = None if told is None else told.ring_s
            decision = asked_again(gate, prepared, proposed, at=at, rings_s=rings_s)
            denied = tuple(each for each in decision.findings if each.verdict is Verdict.DENIED)
            if not denied:
                return ()
            if fewest is None or len(denied) < len(fewest):
                fewest = denied
    return fewest or ()


def _zone_of(file: PersonFile) -> str:
    """The zone in which the person is told: of their address, or else of their first number."""
    for place in (*file.addresses, *file.numbers):
        if place.zones:
            return min(place.zones)
    return NO_ZONE


def _hours(day: date, zone: str) -> Iterator[tuple[int, datetime]]:
    local = ZoneInfo("UTC" if zone == NO_ZONE else zone)
    for hour in HOURS:
        # A minute past the hour: laws differ about its very second.
        yield hour, datetime.combine(day, time(hour), local) + timedelta(minutes=1)


class _Tally:
    """How many people each rule keeps from being called."""

    def __init__(self) -> None:
        self._people: Counter[str] = Counter()
        self._facts: dict[str, Counter[str]] = {}

    def nothing(self, why: str) -> None:
        self._people[""] += 1
        self._facts.setdefault("", Counter())[why] += 1

    def denied(self, findings: Sequence[Finding]) -> None:
        for each in findings:
            self._people[each.rule] += 1
            said = "; ".join(f"{name}: {value}" for name, value in each.facts)
            self._facts.setdefault(each.rule, Counter())[said] += 1

    def kept(self, book: Rulebook, on: date) -> Iterator[Kept]:
        """The most people first."""
        for rule, people in sorted(self._people.items(), key=lambda each: (-each[1], each[0])):
            facts = min(self._facts[rule].items(), key=lambda each: (-each[1], each[0]))[0]
            known = None if not rule else book.rule(rule, on) or book.rule(rule)
            what = facts if known is None else known.header.what
            yield Kept(rule=rule, what=what, people=people, facts=facts if rule else "")

"""One person's file, indexed for speed, and the request that carries it to the gate."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from compliance_gate.asking.local_days import ZoneGroup, zone_group
from compliance_gate.asking.past import CALLS_EITHER_WAY, MAY_BE_CONVERSATION, Past, PastEvent, event_code
from compliance_gate.book.register import Place
from compliance_gate.calendar import ZoneDays
from compliance_gate.consents import CallConsent, call_consents
from compliance_gate.request import (
    Debt,
    HistoryEntry,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.whereabouts.country_zones import countries_of_number, is_placeless, zones_possible
from compliance_gate.words import ConsentScope, DebtType, NumberKind, Profile, RequestKind


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """Zones the person may be in, until `until` (POSIX s); `unknown` says which fact was missing."""

    group: ZoneGroup
    unknown: tuple[str, ...]
    until: int | None

    @property
    def zones(self) -> tuple[ZoneDays, ...]:
        """Each zone."""
        return self.group.zones


class PreparedPerson:
    """A `PersonFile` with its indexes. Make it once; `with_entry` returns a new one cheaply.

    Attributes:
        has_roles_by_debt: whether their role to any single debt is on file.
    """

    __slots__ = (
        "_call_consents",
        "_group_of",
        "_lines",
        "_past",
        "_places",
        "_zone_sets",
        "all_groups",
        "file",
        "has_roles_by_debt",
        "numbers",
        "requests",
    )

    def __init__(self, file: PersonFile) -> None:
        self.file = file
        self._group_of = _groups(file.debts)
        self.all_groups = tuple(sorted(set(self._group_of.values())))
        self.has_roles_by_debt = any([debt.person_role is not None for debt in file.debts])
        self.numbers: dict[str, NumberOnFile] = {number.number: number for number in file.numbers}
        self.requests: dict[RequestKind, list[PersonRequest]] = {}
        for request in file.requests:
            self.requests.setdefault(request.type, []).append(request)
        self._past: Past | None = None
        self._lines: dict[str | None, Past] = {}
        self._zone_sets: tuple[ZoneSet, ZoneSet] | None = None
        self._places: frozenset[Place] | None = None
        self._call_consents: tuple[CallConsent, ...] | None = None

    @property
    def past(self) -> Past:
        """What happened with this person."""
        if self._past is None:
            self._past = Past(self.file.history, self._event)
        return self._past

    def line(self, number: str | None) -> Past:
        """What happened on a line: what is on the person's own file, and what was for others who have it.

        Where nothing was for others this is `past` itself, and whoever counts looks at each event's number.
        """
        known = self._lines.get(number)
        if known is None:
            own = {entry.entry for entry in self.file.history}
            others = [
                entry for entry in self.file.line_history if entry.number == number and entry.entry not in own
            ]
            known = self._lines[number] = self._joined(others) if others else self.past
        return known

    def _joined(self, others: list[HistoryEntry]) -> Past:
        names = {entry.entry for entry in others}

        def make(entry: HistoryEntry, at: int) -> PastEvent:
            event = self._event(entry, at)
            return replace(event, for_another=True) if entry.entry in names else event

        return Past((*self.file.history, *others), make)

    def groups_of(self, debts: tuple[str, ...] | None) -> tuple[str, ...]:
        """Debts as the law groups them, sorted; nothing said means every debt on file."""
        if not debts:
            return self.all_groups
        group_of = self._group_of
        if len(debts) == 1:
            (debt,) = debts
            return (group_of.get(debt, debt),)
        return tuple(sorted({group_of.get(debt, debt) for debt in debts}))

    def creditors_of(self, debts: tuple[str, ...] | None) -> frozenset[str] | None:
        """Whom the debts are owed to (nothing said: every debt on file); `None` where any is not known."""
        client_of = {debt.debt: debt.client for debt in self.file.debts}
        clients = [client_of.get(debt) for debt in debts or client_of]
        known = frozenset(client for client in clients if client is not None)
        return known if clients and None not in clients else None

    def surely_covered(self, debts: tuple[str, ...]) -> tuple[str, ...]:
        """Groups that a consent for some debts surely covers: counted together is not agreed together."""
        groups = self.groups_of(debts)
        if _ANY_SERVICER not in groups:
            return groups
        pooled = {debt for debt, group in self._group_of.items() if group == _ANY_SERVICER}
        return groups if pooled <= set(debts) else tuple(g for g in groups if g != _ANY_SERVICER)

    @property
    def is_surely_one_debt(self) -> bool:
        """Whether the law surely counts all there is as one debt, so that what names none is about it."""
        return len(self.all_groups) <= 1 and _ANY_SERVICER not in self.all_groups

    def is_surely_among(self, debt: str, debts: tuple[str, ...] | None) -> bool:
        """Whether what was said of some debts (`None`: not known of which) was surely said of a debt."""
        if not debts:
            return self.is_surely_one_debt
        group = self._group_of.get(debt, debt)
        return debt in debts or (group != _ANY_SERVICER and group in self.groups_of(debts))

    def has_debt(self, debt: str) -> bool:
        """Whether the debt is on file for this person."""
        return debt in self._group_of

    @property
    def call_consents(self) -> tuple[CallConsent, ...]:
        """Consents and requests to be called back that may take a call out of the count."""
        if self._call_consents is None:
            self._call_consents = call_consents(self.file, self.surely_covered)
        return self._call_consents

    def zone_set(self, at: int) -> ZoneSet:
        """The zones the person may be in at a second."""
        if self._zone_sets is None:
            self._zone_sets = self._find_zones()
        first, afterwards = self._zone_sets
        return first if first.until is None or at < first.until else afterwards

    def places(self, at: int) -> frozenset[Place]:
        """Places whose law may protect the person at a second: every address, and where they are known to be.

        Where no address is known, the places that the numbers point to stand for it.
        """
        if self._places is None:
            self._places = _places_on_file(self.file)
        here = self.file.known_location
        if (
            here is None
            or here.country is None
            or (self.zone_set(at).until is None and here.until is not None)
        ):
            return self._places
        return self._places | {Place(country=here.country, region=here.region, city=None)}

    def with_entry(self, entry: HistoryEntry) -> "PreparedPerson":
        """The same person after one more thing happened."""
        after = PreparedPerson.__new__(PreparedPerson)
        for name in PreparedPerson.__slots__:
            setattr(after, name, getattr(self, name))
        after.file = replace(self.file, history=(*self.file.history, entry))
        after._past = self.past.with_entry(entry)
        after._lines = {}
        return after

    def has_consent(self, scope: ConsentScope) -> bool:
        """Whether any consent of this scope is on file, valid or not."""
        return any(consent.scope is scope for consent in self.file.consents)

    def _event(self, entry: HistoryEntry, at: int) -> PastEvent:
        # Counted for no one debt yet, it may come to count for each debt it was meant for.
        debts = entry.debts or entry.intended_debts
        groups = frozenset(self.groups_of(debts)) if debts else None
        spoken: frozenset[str] | None = frozenset()
        if entry.event in CALLS_EITHER_WAY and entry.outcome in MAY_BE_CONVERSATION:
            topics = entry.conversation_debts or debts
            spoken = frozenset(self.groups_of(topics)) if topics else None
        return PastEvent(
            at=at,
            code=event_code(entry.event, entry.outcome),
            groups=groups,
            spoken=spoken,
            number=entry.number,
            own=entry.person is None or entry.person is self.file.role,
            entry=entry,
        )

    def _find_zones(self) -> tuple[ZoneSet, ZoneSet]:
        """Where the person may be now, and after a journey; the same where no journey ends."""
        names, unknown = _zones_on_file(self.file)
        here = self.file.known_location
        at_home = ZoneSet(zone_group(names), unknown, None)
        if here is None:
            return at_home, at_home
        together = ZoneSet(zone_group(names | here.zones), unknown, None)
        if here.until is None:
            return together, together
        # The stay ends with its last day, wherever that day ends last.
        end = max(zone.midnight((here.until + timedelta(days=1)).toordinal()) for zone in together.zones)
        return replace(together, until=end), at_home


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRequest:
    """One contact to be decided.

    Attributes:
        packs: law packs to apply; `None` lets the register find them from where the person is.
        max_ring_s: seconds of ringing that must fit before a calling window ends.
    """

    person: PreparedPerson
    proposed: ProposedContact
    profile: Profile = Profile.STRICT
    max_ring_s: float = 0.0
    packs: tuple[str, ...] | None = None


@lru_cache(maxsize=8192)
def _places_at(addresses: tuple[tuple[str | None, str | None, str | None], ...]) -> frozenset[Place]:
    """The same set for the same addresses, so that a plan for it is found by identity."""
    return frozenset(Place(country=country, region=region, city=city) for country, region, city in addresses)


def _places_on_file(file: PersonFile) -> frozenset[Place]:
    if file.addresses:
        return _places_at(tuple([(where.country, where.region, where.city) for where in file.addresses]))
    places: set[Place] = set()
    for number in file.numbers:
        for region in number.regions:
            # A city (`US-NY-NYC`) stands beside its state, whose cities are all tried.
            country, *parts = region.split("-")
            places.add(Place(country=country, region=parts[0] if parts else None, city=None))
        if not number.regions:
            countries = (number.country,) if number.country else countries_of_number(number.number)
            places |= {Place(country=country, region=None, city=None) for country in countries}
    return frozenset(places)


_ANY_SERVICER = "student loans, servicer account not known"


def _groups(debts: tuple[Debt, ...]) -> dict[str, str]:
    """Debts as Regulation F counts them: student loans under one servicer account number are one.

    Source: 12 CFR 1006.14(b)(4). Where an account number is not known it may be any of the others', so all
    student loans are then counted together.
    """
    loans = [debt for debt in debts if debt.type in (DebtType.STUDENT_LOAN, DebtType.UNKNOWN)]
    unknown = len(loans) > 1 and any(not loan.servicer_account for loan in loans)
    groups = {debt.debt: debt.debt for debt in debts}
    for loan in loans:
        if unknown:
            groups[loan.debt] = _ANY_SERVICER
        elif loan.servicer_account:
            groups[loan.debt] = f"servicer account {loan.servicer_account}"
    return groups


def _zones_on_file(file: PersonFile) -> tuple[frozenset[str], tuple[str, ...]]:
    """Union of the zones of every address and number (comment 6(b)(1)(i)-2), and what was not known."""
    names: set[str] = set()
    unknown: list[str] = []
    anywhere = False
    for address in file.addresses:
        if address.zones is None:
            unknown.append(f"zone of the {address.kind.value} address")
            possible = zones_possible(address.country, region=address.region)
            anywhere = anywhere or not possible
            names |= possible
        else:
            names |= address.zones
    countries = sorted({address.country for address in file.addresses if address.country})
    for number in file.numbers:
        if number.zones is not None:
            names |= number.zones
        elif number.kind is not NumberKind.TOLL_FREE and not is_placeless(number.number):
            unknown.append(f"zones of number {number.number}")
            country = number.country or (countries[0] if len(countries) == 1 else None)
            possible = zones_possible(country, number.number)
            anywhere = anywhere or not possible
            names |= possible
    if anywhere:
        # Anywhere in the world: no hour is convenient in every place this may be.
        return frozenset(), tuple(unknown)
    if not names:
        # Nothing on file says where the person is: anywhere in the country, if even that is known.
        unknown.append("any place of the person")
        for number in file.numbers:
            names |= zones_possible(number.country, number.number)
        for country in countries:
            names |= zones_possible(country)
    return frozenset(names), tuple(unknown)

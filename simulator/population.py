"""People to call when no placement is handed in: made up, by a seed, over many US states.

Only what a placement file would say of them: addresses, numbers, debts and who shares what. What they will do
when called is the public's business (`simulator.people`). Numbers are ids, as everywhere in the core.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance_gate.request import Address, Consent, Debt, NumberOnFile, PersonFile
from compliance_gate.words import ConsentScope, DebtType, GivenTo, NumberKind, NumberRole, PersonRole, Place
from dialer.domain.ids import CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.record import instant
from simulator.scenario import PopulationPlan
from simulator.streams import Streams

STATES: dict[str, tuple[float, str]] = {
    "CA": (39.0, "America/Los_Angeles"),
    "TX": (30.5, "America/Chicago"),
    "FL": (22.6, "America/New_York"),
    "NY": (19.6, "America/New_York"),
    "PA": (13.0, "America/New_York"),
    "IL": (12.5, "America/Chicago"),
    "OH": (11.8, "America/New_York"),
    "GA": (11.0, "America/New_York"),
    "NC": (10.8, "America/New_York"),
    "MI": (10.0, "America/Detroit"),
    "NJ": (9.3, "America/New_York"),
    "VA": (8.7, "America/New_York"),
    "WA": (7.8, "America/Los_Angeles"),
    "AZ": (7.4, "America/Phoenix"),
    "TN": (7.1, "America/Chicago"),
    "MA": (7.0, "America/New_York"),
    "IN": (6.9, "America/Indiana/Indianapolis"),
    "MO": (6.2, "America/Chicago"),
    "MD": (6.2, "America/New_York"),
    "CO": (5.9, "America/Denver"),
    "WI": (5.9, "America/Chicago"),
    "MN": (5.7, "America/Chicago"),
    "SC": (5.4, "America/New_York"),
    "AL": (5.1, "America/Chicago"),
    "LA": (4.6, "America/Chicago"),
    "OK": (4.1, "America/Chicago"),
    "UT": (3.4, "America/Denver"),
    "NV": (3.2, "America/Los_Angeles"),
    "HI": (1.4, "Pacific/Honolulu"),
    "AK": (0.7, "America/Anchorage"),
}
"""State -> (millions of inhabitants in 2023, rounded; the zone of most of them). States that lie in two zones
are placed in the one where most people live: the made-up people live there."""

_DEBT_TYPES = (DebtType.CREDIT_CARD, DebtType.MEDICAL, DebtType.TELECOM, DebtType.UTILITY, DebtType.AUTO_LOAN)
_CLIENT = "client-1"
_PLACED_DAYS_AGO = 20.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Leads, and the files of everybody they name. From `made_up`, or from a store."""

    leads: tuple[Lead, ...]
    persons: tuple[PersonFile, ...]


@dataclass(slots=True)
class _Household:
    """One person being made up."""

    person: PersonId
    state: str
    zone: str
    numbers: list[NumberOnFile] = field(default_factory=list[NumberOnFile])
    debts: list[Debt] = field(default_factory=list[Debt])


def made_up(
    plan: PopulationPlan, *, persons: int, campaign: CampaignId, streams: Streams, now: float
) -> Placement:
    """Make up `persons` people with their debts, numbers and leads.

    Args:
        now: POSIX seconds of the shift's start; consents and notices are older than it.
    """
    homes = _homes(plan, persons, streams)
    leads: list[Lead] = []
    for index, home in enumerate(homes):
        u = streams.draws("population", home.person)
        _give_numbers(plan, home, homes[index - 1] if index else None, u)
        for nth in range(1 + (u[5] < plan.second_debt)):
            debt = DebtId(f"debt-{index:06d}-{nth}")
            type_ = _DEBT_TYPES[int(u[6 + nth] * len(_DEBT_TYPES))]
            home.debts.append(_debt(debt, type_, PersonRole.CONSUMER))
            second = homes[index - 1] if index and u[8 + nth] < plan.joint else None
            if second is not None:
                second.debts.append(_debt(debt, type_, PersonRole.JOINT_DEBTOR))
            leads.append(_lead(debt, campaign, home, second))
    return Placement(tuple(leads), tuple(_files(homes, now)))


def _homes(plan: PopulationPlan, persons: int, streams: Streams) -> list[_Household]:
    chosen = plan.states or tuple(STATES)
    total = sum(STATES[state][0] for state in chosen)
    bounds: list[tuple[float, str]] = []
    reached = 0.0
    for state in chosen:
        reached += STATES[state][0] / total
        bounds.append((reached, state))
    homes: list[_Household] = []
    for index, u in enumerate(streams.generator("population", "states").random(persons).tolist()):
        state = next((name for bound, name in bounds if u < bound), bounds[-1][1])
        homes.append(_Household(PersonId(f"person-{index:06d}"), state, STATES[state][1]))
    return homes


def _give_numbers(
    plan: PopulationPlan, home: _Household, neighbour: _Household | None, u: tuple[float, ...]
) -> None:
    shares = neighbour is not None and u[0] < plan.shared and neighbour.zone == home.zone
    count = 1 + (u[1] < plan.second_number) + (u[1] < plan.third_number)
    for nth in range(count):
        if nth == 0 and shares and neighbour is not None and neighbour.numbers:
            theirs = neighbour.numbers[0]
            home.numbers.append(
                _number(NumberId(theirs.number), home, NumberKind.LANDLINE, NumberRole.SHARED)
            )
            neighbour.numbers[0] = _number(
                NumberId(theirs.number), neighbour, NumberKind.LANDLINE, NumberRole.SHARED
            )
            continue
        kind = NumberKind.MOBILE if u[2 + nth] < plan.mobile else NumberKind.LANDLINE
        name = NumberId(f"number-{home.person[7:]}-{nth}")
        home.numbers.append(_number(name, home, kind, NumberRole.OWN))


def _number(name: NumberId, home: _Household, kind: NumberKind, role: NumberRole) -> NumberOnFile:
    return NumberOnFile(
        number=name,
        kind=kind,
        role=role,
        place=None if kind is NumberKind.MOBILE else Place.HOME,
        zones=frozenset({home.zone}),
        country="US",
        regions=frozenset({f"US-{home.state}"}),
        dnc_checked=True,
    )


def _debt(debt: DebtId, type_: DebtType, role: PersonRole) -> Debt:
    return Debt(debt=debt, type=type_, client=_CLIENT, person_role=role, days_past_due=120)


def _lead(debt: DebtId, campaign: CampaignId, home: _Household, second: _Household | None) -> Lead:
    targets = [_target(home, number) for number in home.numbers]
    if second is not None:
        targets += [_target(second, number) for number in second.numbers[:1]]
    return Lead(lead=LeadId(f"lead-{debt[5:]}"), campaign=campaign, debt=debt, targets=tuple(targets))


def _target(home: _Household, number: NumberOnFile) -> Target:
    return Target(person=home.person, number=NumberId(number.number))


def _files(homes: list[_Household], now: float) -> Iterator[PersonFile]:
    placed = instant(now - _PLACED_DAYS_AGO * 86_400.0)
    for home in homes:
        yield PersonFile(
            person=home.person,
            addresses=(Address(country="US", region=home.state, zones=frozenset({home.zone})),),
            numbers=tuple(home.numbers),
            debts=tuple(home.debts),
            consents=tuple(
                Consent(
                    at=placed,
                    scope=ConsentScope.NUMBER_PROVIDED_TO_CREDITOR,
                    given_to=GivenTo.CREDITOR,
                    number=number.number,
                )
                for number in home.numbers
                if number.role is NumberRole.OWN
            ),
        )

"""People to call on a simulated floor: a placement of made-up accounts, by a seed, into an empty store.

Numbers are of the exchange 555, which is set aside for such uses; nobody is named.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from compliance_gate.words import DebtType, NumberKind, NumberRole
from dialer.domain.caller_id import OwnedNumber
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedNumber, PlacedPerson
from dialer.storage.store import Store

CLIENT = "made-up"
CAMPAIGN = "made-up"
NUMBERS = (OwnedNumber(number="+12125550100", calls_back_to="nobody: it is made up"),)
"""What made-up calls show."""
_AREAS: tuple[tuple[int, str, str], ...] = (
    (212, "NY", "America/New_York"),
    (215, "PA", "America/New_York"),
    (404, "GA", "America/New_York"),
    (216, "OH", "America/New_York"),
    (704, "NC", "America/New_York"),
    (201, "NJ", "America/New_York"),
    (312, "IL", "America/Chicago"),
    (414, "WI", "America/Chicago"),
)
"""Area code, state, and the zone of both."""
PER_AREA = 10_000


class TooManyPeopleError(ValueError):
    """More people were asked for than the area codes of this file have numbers."""


def stock(store: Store, *, campaign: str, persons: int, now: float) -> int:
    """Place made-up accounts, once; returns how many are in the store's placement.

    Args:
        now: POSIX seconds of the floor's clock; the accounts are older.

    Raises:
        TooManyPeopleError: see there.
    """
    if persons > len(_AREAS) * PER_AREA * 10:
        raise TooManyPeopleError(f"at most {len(_AREAS) * PER_AREA * 10} people can be made up")
    imports = store.imports()
    sha256 = hashlib.sha256(f"made up {persons} {int(now)}".encode()).hexdigest()
    status = imports.begin(file_name="made-up", sha256=sha256, campaign=campaign, client=CLIENT, now=now)
    if status.state == "staging":
        imports.stage(status.import_id, _accounts(persons, now))
        imports.publish(status.import_id, now=now)
    if imports.status(status.import_id).state == "published":
        imports.put_in_place(status.import_id, now=now)
    return imports.status(status.import_id).accepted


def _accounts(persons: int, now: float) -> Iterator[PlacedAccount]:
    placed = datetime.fromtimestamp(now, UTC) - timedelta(days=20)
    since = (placed - timedelta(days=200)).date()
    for place in range(persons):
        yield _account(place, placed, since)


def _account(place: int, placed: datetime, since: date) -> PlacedAccount:
    area, state, zone = _AREAS[place % len(_AREAS)]
    line = place // len(_AREAS)
    exchange = 550 + line // PER_AREA
    number = PlacedNumber(
        e164=f"+1{area}{exchange}{line % PER_AREA:04d}",
        kind=NumberKind.MOBILE,
        role=NumberRole.OWN,
        country="US",
        zones=frozenset({zone}),
        regions=frozenset({f"US-{state}"}),
        consent_at=placed,
    )
    return PlacedAccount(
        line=place + 1,
        client=CLIENT,
        client_account=f"account-{place:07d}",
        person=PlacedPerson(
            person_ref=f"person-{place:07d}",
            addresses=(PlacedAddress(country="US", region=state, zones=frozenset({zone})),),
            numbers=(number,),
        ),
        balance=Money(cents=50_000 + place % 100_000),
        type=DebtType.CREDIT_CARD,
        delinquent_since=since,
    )

"""People whose numbers end as a test wishes: the end of a number says what its owner does."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from compliance_gate.words import DebtType, NumberKind, NumberRole
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedNumber, PlacedPerson
from dialer.storage.store import Store

AREA = "212"


def stock(
    store: Store,
    *,
    campaign: str,
    persons: int,
    now: float,
    ends_with: str,
    first: str = f"{AREA}200",
) -> tuple[str, ...]:
    """Place people of New York into a campaign of the store; returns their numbers, E.164.

    Args:
        first: the six digits before them of the first person's number; the next person's are one more.
        ends_with: four digits, the same of all.
    """
    placed = datetime.fromtimestamp(now, UTC) - timedelta(days=20)
    accounts = [
        _account(campaign, place, f"{int(first) + place}{ends_with}", placed) for place in range(persons)
    ]
    imports = store.imports()
    sha256 = hashlib.sha256(f"{campaign} {persons} {ends_with}".encode()).hexdigest()
    begun = imports.begin(file_name=campaign, sha256=sha256, campaign=campaign, client="sample", now=now)
    imports.stage(begun.import_id, iter(accounts))
    imports.publish(begun.import_id, now=now)
    imports.put_in_place(begun.import_id, now=now)
    return tuple(account.person.numbers[0].e164 for account in accounts)


def _account(campaign: str, place: int, number: str, placed: datetime) -> PlacedAccount:
    placed_number = PlacedNumber(
        e164=f"+1{number}",
        kind=NumberKind.MOBILE,
        role=NumberRole.OWN,
        country="US",
        zones=frozenset({"America/New_York"}),
        regions=frozenset({"US-NY"}),
        consent_at=placed,
    )
    address = PlacedAddress(country="US", region="NY", zones=frozenset({"America/New_York"}))
    return PlacedAccount(
        line=place + 1,
        client="sample",
        client_account=f"{campaign}-{place:05d}",
        person=PlacedPerson(
            person_ref=f"{campaign}-{place:05d}", addresses=(address,), numbers=(placed_number,)
        ),
        balance=Money(cents=50_000 + place),
        type=DebtType.CREDIT_CARD,
        delinquent_since=date(placed.year - 1, 1, 1),
    )

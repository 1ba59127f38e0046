"""The house's licences as people ask for them: which there are, which end soon, and where one is lacking."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

import msgspec

from compliance_gate.book.holdings import Entity, Licence, ending
from compliance_gate.rules.licence import LicenceRule
from dialer.clock import posix_now
from dialer.floor.law import rulebook_for_calls

WARNED_DAYS = 90
"""Days before its end from which a licence or bond is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicencesTold:
    """What is held, as of a day.

    Args:
        ending: of these, those that end within 90 days, or whose bond does, or that ended without another.
        lacking: places that demand something which no licence there answers: (place, what is demanded).
        rulebook: hash of the law in force here.
    """

    on: date
    entities: tuple[Entity, ...]
    licences: tuple[Licence, ...]
    ending: tuple[Licence, ...]
    lacking: tuple[tuple[str, str], ...]
    rulebook: str

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return cast("dict[str, object]", msgspec.to_builtins(self))


def licences_told(on: date | None = None) -> LicencesTold:
    """The licences of the house, under the law in force; without a day, today's.

    Raises:
        MendableError: the file of licences or signatures cannot be read.
    """
    day = datetime.fromtimestamp(posix_now(), tz=UTC).date() if on is None else on
    book = rulebook_for_calls()
    held = book.holdings
    valid = {(each.place, each.kind.value) for each in held.licences if each.holds_on(day.toordinal())}
    lacking = sorted(
        (rule.place, rule.demands.value)
        for rule in book.placed
        if isinstance(rule, LicenceRule)
        and rule.is_demand
        and rule.from_day <= day.toordinal() <= rule.to_day
        and (rule.place, rule.demands.value) not in valid
    )
    return LicencesTold(
        on=day,
        entities=held.entities,
        licences=held.licences,
        ending=tuple(ending(held, on=day, within_days=WARNED_DAYS)),
        lacking=tuple(lacking),
        rulebook=book.hash,
    )


def warning(each: Licence, on: date) -> str:
    """One licence that ends, in a sentence."""
    ends = min(each.expires, each.bond_expires or each.expires)
    what = "its bond" if each.bond_expires is not None and each.bond_expires < each.expires else "it"
    left = (ends - on).days
    when = f"ended on {ends.isoformat()}" if left < 0 else f"ends on {ends.isoformat()}, in {left} days"
    return f"{each.kind.value} {each.number} of {each.entity} at {each.place}: {what} {when}"

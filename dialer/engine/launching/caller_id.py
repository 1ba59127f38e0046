"""Which of our numbers a call shows: one that is declared, for the area, the same one a person saw before.

Theory of operation. A person keeps the number they saw last as long as the campaign may show it; the file's
history says which that was, so nothing else has to be remembered and a restart changes nothing. Who never
saw one gets theirs by the highest hash of (person, number) among the numbers for the area: the same on every
run, and a number that is taken away moves only the people who had it. Every number counts its attempts of
the day, of all campaigns together; at its ceiling the call waits for the next day, or the campaign's policy
lets another number stand in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from compliance_gate.request import NumberOnFile, PersonFile
from dialer.domain.caller_id import TESTED_WITHIN_S, AtCeiling, CallerIdPool, Untested
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import CallerIdsDeclared
from dialer.domain.lead import Target
from dialer.engine.launching.caller_id_rest import rests, today
from dialer.engine.state import CallerIdRow, CampaignRow, EngineState

NO_NUMBER_REST_S = 86_400.0
"""A lead that no declared number may be shown to is looked at again a day later."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The number a call shows; '' where the campaign names none (a rehearsal)."""

    number: str


@dataclass(frozen=True, slots=True)
class NotShown:
    """No number may be shown now: not before `until` (POSIX seconds), for this reason.

    is_everybodys: no call of the campaign can be placed, whoever is called.
    """

    until: float
    reason: str
    is_everybodys: bool = False


def declare(state: EngineState, event: CallerIdsDeclared) -> None:
    """Take over the declaration; a number that stays keeps its counts of the day.

    Raises:
        InvalidFactError: a number is declared twice; a pool has one that is not declared, or another's.
    """
    rows: dict[str, CallerIdRow] = {}
    for owned in event.numbers:
        if owned.number in rows:
            raise InvalidFactError(f"caller id {owned.number} is declared twice")
        known = state.caller_ids.get(owned.number)
        if known is None or known.owned.time_zone != owned.time_zone:
            known = CallerIdRow(owned=owned, test=None if known is None else known.test)
        rows[owned.number] = known
    pool_of = _pools_by_number(event, rows)
    for owned in event.numbers:
        rows[owned.number].owned = owned
        rows[owned.number].pool = pool_of.get(owned.number, "")
    state.caller_ids = rows
    state.caller_id_pools = {pool.pool: pool for pool in event.pools}


def _pools_by_number(event: CallerIdsDeclared, rows: dict[str, CallerIdRow]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pool in event.pools:
        if [each.pool for each in event.pools].count(pool.pool) > 1:
            raise InvalidFactError(f"caller id pool {pool.pool} is declared twice")
        for number in pool.numbers:
            if number not in rows:
                raise InvalidFactError(f"caller id pool {pool.pool}: {number} is not declared as ours")
            if number in found:
                raise InvalidFactError(f"{number} is in two caller id pools, {found[number]} and {pool.pool}")
            found[number] = pool.pool
    return found


def check(state: EngineState, settings: CampaignSettings) -> None:
    """Refuse a campaign that would show a number which is not declared, or another client's.

    Raises:
        InvalidFactError: with the number or the pool and what to do.
    """
    name, pool = settings.caller_id_pool, state.caller_id_pools.get(settings.caller_id_pool)
    if name and pool is None:
        raise InvalidFactError(
            f"campaign {settings.campaign} names the caller id pool {name}, which is not declared; "
            "declare it with its client and numbers, or name another"
        )
    if pool is not None and pool.client != settings.client:
        raise InvalidFactError(
            f"campaign {settings.campaign} of client {settings.client} names the caller id pool {name}, "
            f"which is {pool.client}'s; name one of its own client's"
        )
    strangers = [number for number in settings.shown if number not in state.caller_ids]
    if strangers:
        raise InvalidFactError(
            f"campaign {settings.campaign} would show {', '.join(strangers)}, which is not declared as ours; "
            "declare it with what answers when it is called back, or take it out"
        )


def numbers_of(state: EngineState, settings: CampaignSettings) -> tuple[str, ...]:
    """Every number that the campaign may show: its pool's, else those of its own list."""
    pool = state.caller_id_pools.get(settings.caller_id_pool)
    return settings.shown if pool is None else pool.numbers


def choose(state: EngineState, settings: CampaignSettings, target: Target, *, now: float) -> Shown | NotShown:
    """The number for a call to this target, now."""
    numbers = numbers_of(state, settings)
    if not numbers and not settings.caller_id_pool:
        return Shown("")
    declared = [state.caller_ids[number] for number in numbers if number in state.caller_ids]
    if not declared:
        whose = ", ".join(numbers) or f"the numbers of pool {settings.caller_id_pool}"
        return NotShown(now + NO_NUMBER_REST_S, f"none of {whose} is declared as ours", is_everybodys=True)
    file = state.persons[target.person].file
    candidates = _for_area(declared, file, target.number)
    if not candidates:
        return NotShown(now + NO_NUMBER_REST_S, "no caller id is declared for the area of this number")
    free = [row for row in candidates if free_at(state, row, now) <= now]
    own = _seen_before(declared, file) or _first_choice(candidates, target, now)
    if free_at(state, own, now) <= now:
        return Shown(own.owned.number)
    if free and settings.at_ceiling is AtCeiling.ANOTHER:
        return Shown(_heaviest(free, target).owned.number)
    return _not_now(state, settings, own, declared, now)


def _first_choice(rows: list[CallerIdRow], target: Target, now: float) -> CallerIdRow:
    """For somebody who never saw one: any that does not rest, as long as there is one."""
    rested = [row for row in rows if not rests(row, now)]
    return _heaviest(rested or rows, target)


def _heaviest(rows: list[CallerIdRow], target: Target) -> CallerIdRow:
    return max(rows, key=lambda row: _weight(target.person, row))


def _for_area(rows: list[CallerIdRow], file: PersonFile, number: str) -> list[CallerIdRow]:
    """The numbers for the called number's region, else for its country, else those for everywhere."""
    called = next((known for known in file.numbers if known.number == number), NumberOnFile(number=number))
    for areas in (called.regions, frozenset({called.country or ""})):
        found = [row for row in rows if not areas.isdisjoint(row.owned.areas)]
        if found:
            return found
    return [row for row in rows if not row.owned.areas]


def _seen_before(rows: list[CallerIdRow], file: PersonFile) -> CallerIdRow | None:
    by_number = {row.owned.number: row for row in rows}
    for entry in reversed(file.history):
        if entry.caller_id in by_number:
            return by_number[entry.caller_id]
    return None


def _weight(person: str, row: CallerIdRow) -> tuple[int, str]:
    return crc32(f"{person} {row.owned.number}".encode()), row.owned.number


def _not_now(
    state: EngineState, settings: CampaignSettings, own: CallerIdRow, declared: list[CallerIdRow], now: float
) -> NotShown:
    instants = [free_at(state, row, now) for row in declared]
    if min(instants) > now:
        text = f"no caller id of the campaign may be shown now ({_reasons(state, declared, now)})"
        if all(is_full(row, now) for row in declared):
            text = f"every caller id of the campaign has made its attempts of the day ({_ceilings(declared)})"
        return NotShown(min(instants), text, is_everybodys=True)
    text = f"caller id {own.owned.number} {_reason(state, own, now)}"
    if settings.at_ceiling is AtCeiling.STOP:
        text += ", and the campaign shows no other to somebody who knows it"
    return NotShown(free_at(state, own, now), text)


def _ceilings(rows: Iterable[CallerIdRow]) -> str:
    return ", ".join(f"{row.owned.number}: {row.owned.daily_ceiling}" for row in rows)


def _reasons(state: EngineState, rows: Iterable[CallerIdRow], now: float) -> str:
    return "; ".join(f"{row.owned.number} {_reason(state, row, now)}" for row in rows)


def _reason(state: EngineState, row: CallerIdRow, now: float) -> str:
    if is_held_untested(state.caller_id_pools.get(row.pool), row, now):
        return f"is not known to lead back to us ({test_word(row)})"
    if rests(row, now):
        return f"rests: {row.rest_reason}"
    return f"has made its {row.owned.daily_ceiling} attempts of the day"


# --- what keeps a number from being shown -----------------------------------------------------------------


def free_at(state: EngineState, row: CallerIdRow, now: float) -> float:
    """POSIX seconds from which on it may be shown; not later than `now` = it may be."""
    if is_held_untested(state.caller_id_pools.get(row.pool), row, now):
        return now + NO_NUMBER_REST_S
    return max(row.rests_until, row.day_ends if is_full(row, now) else now)


def is_full(row: CallerIdRow, now: float) -> bool:
    """Whether the number has made its attempts of the day."""
    ceiling = row.owned.daily_ceiling
    return ceiling is not None and today(row, now).attempts >= ceiling


def is_held_untested(pool: CallerIdPool | None, row: CallerIdRow, now: float) -> bool:
    """Whether its pool wants to know first that it leads back to us. One whose test failed is not shown."""
    if pool is None:
        return False
    if row.test is not None and not row.test.passed:
        return True
    return pool.untested is Untested.HOLD and not is_tested(pool, row, now)


def is_tested(pool: CallerIdPool | None, row: CallerIdRow, now: float) -> bool:
    """Whether a test that is still good says that it leads back to us."""
    good_s = TESTED_WITHIN_S if pool is None else pool.tested_within_s
    return row.test is not None and row.test.passed and now - row.test.at <= good_s


def test_word(row: CallerIdRow) -> str:
    """What its last test says, in a few words."""
    if row.test is None:
        return "never tested"
    return f"its last test {'passed' if row.test.passed else 'failed'}: {row.test.told}"


def look_again(campaign: CampaignRow) -> None:
    """What stopped launching for want of a number may be different now."""
    if campaign.is_held_by_caller_ids:
        campaign.is_held_by_caller_ids = False
        campaign.hold_until, campaign.hold_reason = -1e18, ""

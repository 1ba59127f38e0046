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
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from compliance_gate.request import NumberOnFile, PersonFile
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import AtCeiling
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import CallerIdsDeclared
from dialer.domain.lead import Target
from dialer.domain.record import instant
from dialer.engine.state import CallerIdRow, CallRow, CampaignRow, EngineState

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
        InvalidFactError: a number is declared twice.
    """
    rows: dict[str, CallerIdRow] = {}
    for owned in event.numbers:
        if owned.number in rows:
            raise InvalidFactError(f"caller id {owned.number} is declared twice")
        known = state.caller_ids.get(owned.number)
        rows[owned.number] = known if known is not None else CallerIdRow(owned=owned)
        if rows[owned.number].owned.time_zone != owned.time_zone:
            rows[owned.number] = CallerIdRow(owned=owned)
        rows[owned.number].owned = owned
    state.caller_ids = rows


def check(state: EngineState, settings: CampaignSettings) -> None:
    """Refuse a campaign that would show a number which is not declared.

    Raises:
        InvalidFactError: with the number and what to do.
    """
    strangers = [number for number in settings.shown if number not in state.caller_ids]
    if strangers:
        raise InvalidFactError(
            f"campaign {settings.campaign} would show {', '.join(strangers)}, which is not declared as ours; "
            "declare it with what answers when it is called back, or take it out"
        )


def choose(state: EngineState, settings: CampaignSettings, target: Target, *, now: float) -> Shown | NotShown:
    """The number for a call to this target, now."""
    if not settings.shown:
        return Shown("")
    declared = [state.caller_ids[number] for number in settings.shown if number in state.caller_ids]
    if not declared:
        text = f"none of {', '.join(settings.shown)} is declared as ours"
        return NotShown(now + NO_NUMBER_REST_S, text, is_everybodys=True)
    file = state.persons[target.person].file
    candidates = _for_area(declared, file, target.number)
    if not candidates:
        return NotShown(now + NO_NUMBER_REST_S, "no caller id is declared for the area of this number")
    own = _seen_before(declared, file) or max(candidates, key=lambda row: _weight(target.person, row))
    if not is_full(own, now):
        return Shown(own.owned.number)
    if settings.at_ceiling is AtCeiling.ANOTHER:
        others = [row for row in candidates if not is_full(row, now)]
        if others:
            return Shown(max(others, key=lambda row: _weight(target.person, row)).owned.number)
    return _full(settings, own, declared, now)


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


def _full(settings: CampaignSettings, own: CallerIdRow, declared: list[CallerIdRow], now: float) -> NotShown:
    if all(is_full(row, now) for row in declared):
        until = min(row.day_ends for row in declared)
        text = f"every caller id of the campaign has made its attempts of the day ({_ceilings(declared)})"
        return NotShown(until, text, is_everybodys=True)
    text = f"caller id {own.owned.number} has made its {own.owned.daily_ceiling} attempts of the day"
    if settings.at_ceiling is AtCeiling.STOP:
        text += ", and the campaign shows no other to somebody who knows it"
    return NotShown(own.day_ends, text)


def _ceilings(rows: Iterable[CallerIdRow]) -> str:
    return ", ".join(f"{row.owned.number}: {row.owned.daily_ceiling}" for row in rows)


# --- counting ---------------------------------------------------------------------------------------------


def today(row: CallerIdRow, now: float) -> CallerIdRow:
    """The row, its counts begun anew when its day has ended."""
    if now >= row.day_ends:
        zone = ZoneInfo(row.owned.time_zone)
        day = instant(now).astimezone(zone).date()
        row.day_begins = datetime.combine(day, datetime.min.time(), tzinfo=zone).timestamp()
        row.day_ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone).timestamp()
        row.attempts = row.answered = 0
    return row


def is_full(row: CallerIdRow, now: float) -> bool:
    """Whether the number has made its attempts of the day."""
    ceiling = row.owned.daily_ceiling
    return ceiling is not None and today(row, now).attempts >= ceiling


def launched(state: EngineState, call: CallRow, *, now: float) -> None:
    """Count an attempt."""
    row = state.caller_ids.get(call.launch.caller_id)
    if row is not None:
        today(row, now).attempts += 1


def over(state: EngineState, call: CallRow, outcome: Outcome, *, now: float) -> None:
    """Count an answer, or give back an attempt that rang nowhere. A call of the day before counts there."""
    row = state.caller_ids.get(call.launch.caller_id)
    if row is None or call.launch.launched_at < today(row, now).day_begins:
        return
    if outcome is Outcome.NOT_ATTEMPTED:
        row.attempts = max(0, row.attempts - 1)
    elif call.answered_at is not None:
        row.answered += 1


def look_again(campaign: CampaignRow) -> None:
    """What stopped launching for want of a number may be different now."""
    if campaign.is_held_by_caller_ids:
        campaign.is_held_by_caller_ids = False
        campaign.hold_until, campaign.hold_reason = -1e18, ""

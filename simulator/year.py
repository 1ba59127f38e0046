"""Shift after shift over the same people: a season, or a year.

One lead book and one public live through all shifts; each morning another engine starts, with a generation
of its own: a fresh one, or one that goes on from where the last one ended, with all that it learned. The
scenario may be coarse (`config/scenarios/year.toml`): what matters here is who is called when, and that the
real engine and the real gate decide it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dialer.domain.ids import CampaignId
from dialer.engine.context import Gate
from dialer.engine.engine import DialerEngine
from dialer.engine.launching.pacing_port import PolicyMaker
from dialer.engine.state import EngineState
from simulator.actors.callers import CallBacks
from simulator.actors.office import Office
from simulator.lead_book import LeadBook
from simulator.people import MadeUpPublic
from simulator.plans import OfficePlan
from simulator.rehearsal import Rehearsal
from simulator.scenario import Scenario

KEPT_DAYS = 45.0
"""History older than this is dropped: every rule on frequency looks back a month at most."""

SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftOfYear:
    """One shift as it is about to begin, or has ended."""

    day: date
    number: int
    rehearsal: Rehearsal
    office: Office


def work_shifts(
    scenario: Scenario,
    *,
    seed: int,
    gate: Gate,
    book: LeadBook,
    campaign: CampaignId,
    shifts: int,
    office: OfficePlan | None = None,
    policies: PolicyMaker | None = None,
    keeps_learning: bool = False,
    before: Callable[[ShiftOfYear], None] | None = None,
    worked: int = 0,
    public: MadeUpPublic | None = None,
    call_backs: CallBacks | None = None,
) -> Iterator[ShiftOfYear]:
    """Work `shifts` shifts, Sundays off, from the scenario's day on; yields each when it has ended.

    Args:
        policies: see `DialerEngine`.
        keeps_learning: each morning's engine goes on from the state of the last one, as after a night's
            restart from a checkpoint; else from none, and learns anew.
        before: called when a shift is put together and nothing has happened yet.
        worked: shifts that are over, of a year that is gone on with; with the public and the call backs that
            it left, and the day after the last one in the scenario.
    """
    day = scenario.shift.day
    call_backs = CallBacks() if call_backs is None else call_backs
    persons = tuple(file.person for file in book.files())
    state: EngineState | None = None
    for number in range(worked + 1, worked + shifts + 1):
        while day.weekday() == SUNDAY:
            day += timedelta(days=1)
        engine = DialerEngine(gate, state=state, policies=policies)
        rehearsal = Rehearsal(
            scenario=replace(scenario, shift=replace(scenario.shift, day=day)),
            seed=seed,
            engine=engine,
            book=book,
            public=public,
            call_backs=call_backs,
            campaign=campaign,
            generation=number,
        )
        public = rehearsal.public
        chance = rehearsal.streams.stream("office", str(number))
        outside = Office(world=rehearsal.world, book=book, plan=office or OfficePlan(), chance=chance)
        outside.plan_day(rehearsal.starts_at, rehearsal.ends_at, persons)
        shift = ShiftOfYear(day=day, number=number, rehearsal=rehearsal, office=outside)
        if before is not None:
            before(shift)
        rehearsal.work()
        yield shift
        state = engine.checkpoint() if keeps_learning else None
        book.release_claims()
        book.forget_before(rehearsal.ends_at - KEPT_DAYS * 86_400.0)
        day += timedelta(days=1)

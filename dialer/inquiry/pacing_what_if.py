"""What a change of pacing would do, before it is applied: a look ahead from a journal or a running floor.

The picture of a finished shift is taken by stepping through its journal to an instant; a running floor hands
its own. What is told is a picture run forward (`pacing.ahead`), no promise: what it leaves out is in its
README.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.domain.ids import CampaignId
from dialer.engine.engine import DialerEngine
from dialer.engine.taking import take
from dialer.inquiry.replay import STEPS_PER_NOTE, fresh_engine, journal_in, skipped_by
from dialer.storage.journal.file import JournalReader
from pacing.ahead import Change, Forecast, ImpossibleChangeError, Picture, Spread, changed, look_ahead
from simulator.streams import Streams

QUARTER_S, HOUR_S = 900.0, 3600.0
MOST_RUNS = 200
LEAST_ANSWERS = 20
"""Live answers that a picture must rest on: of fewer, the share of people is a guess, and so would all be."""


class WhatIfError(MendableError):
    """Nothing can be said ahead from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    change: None of it = only what comes as it is.
    runs: how often each picture is run forward, 3 or more.
    day: also until the shift ends, or the day of the abandonment window.
    """

    change: Change
    runs: int = 20
    day: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """at: POSIX seconds of the picture. agents: who served then. live_answers: on which all of it rests."""

    at: float
    agents: int
    live_answers: int
    forecast: Forecast


def picture_in(
    path: Path, *, after_hours: float, campaign: str | None = None, progress: Callable[[int], None]
) -> Picture:
    """The picture of a shift so long after its journal's first step.

    Args:
        path: a journal, or the folder of a rehearsal.
        campaign: None = the only one there is.
        progress: told how many steps were taken.

    Raises:
        WhatIfError: no such campaign, none of its agents is there, or the journal ends before.
        JournalFileError, UnreadableEntryError, UnknownGateError: as a replay of it would.
    """
    reader = JournalReader(journal_in(path))
    engine = fresh_engine(reader.header)
    left_out = skipped_by(reader)
    until: float | None = None
    for steps, entry in enumerate(reader, start=1):
        if until is None:
            until = entry.now + after_hours * HOUR_S
        if entry.now > until:
            return taken(engine, _campaign(engine, campaign))
        if entry.sequence in left_out:
            engine.leave_out(now=entry.now)
        else:
            take(engine, entry.event, now=entry.now, sequence=entry.sequence)
        if steps % STEPS_PER_NOTE == 0:
            progress(steps)
    raise WhatIfError(
        f"the journal ends before {after_hours:g} hours", mend="name an earlier instant with --after."
    )


def _campaign(engine: DialerEngine, wanted: str | None) -> str:
    names = [str(view.campaign) for view in engine.snapshot().campaigns]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        told = ", ".join(names) or "none"
        raise WhatIfError(f"which campaign is not clear: there are {told}", mend="say --campaign NAME.")
    return wanted


def taken(engine: DialerEngine, campaign: str) -> Picture:
    """The picture of now. Raises WhatIfError: none of its agents is on the floor."""
    picture = engine.pacing_picture(CampaignId(campaign))
    if picture is None:
        raise WhatIfError(f"no agent of campaign {campaign} is on the floor", mend="ask when somebody works.")
    return picture


def what_if(picture: Picture, question: Question) -> Iterator[Answer]:
    """What is known, better and better; the last is the best.

    Raises:
        WhatIfError: nothing can be said of this change, or from this picture.
    """
    snapshot = picture.snapshot
    if not 3 <= question.runs <= MOST_RUNS:
        raise WhatIfError(
            f"a picture is run forward 3 to {MOST_RUNS} times, not {question.runs}", mend="say --runs 20."
        )
    if snapshot.candidate_live.size == 0:
        raise WhatIfError("no lead is due: nothing would be called", mend="ask when leads are due.")
    live = snapshot.ledger.live_answers
    if live < LEAST_ANSWERS:
        raise WhatIfError(
            f"only {live} people answered so far: too few to say what comes",
            mend=f"ask when at least {LEAST_ANSWERS} have.",
        )
    try:
        after = changed(picture, question.change) if question.change.is_any else None
    except ImpossibleChangeError as error:
        raise WhatIfError(str(error), mend="ask for another change.") from error
    streams = Streams(question.seed)
    for forecast in look_ahead(
        picture,
        after,
        horizons=horizons_of(picture, day=question.day),
        runs=question.runs,
        streams=lambda run: streams.generator("ahead", str(run)),
    ):
        yield Answer(at=snapshot.now, agents=picture.agents, live_answers=live, forecast=forecast)


def horizons_of(picture: Picture, *, day: bool) -> tuple[float, ...]:
    """15 and 60 minutes, as far as the shift lasts, and on wish the rest of it."""
    snapshot = picture.snapshot
    left = min(snapshot.shift_left, snapshot.ledger.window_left)
    if left <= 0.0:
        raise WhatIfError("the shift is over", mend="ask earlier.")
    found = [seconds for seconds in (QUARTER_S, HOUR_S) if seconds < left]
    if (day or not found) and math.isfinite(left):
        found.append(left)
    return tuple(found)


def for_programs(answer: Answer) -> dict[str, object]:
    """For `--json` and for pages: shares 0-1, seconds, unrounded."""
    return {
        "at": answer.at,
        "agents": answer.agents,
        "live_answers_so_far": answer.live_answers,
        "runs": answer.forecast.runs,
        "confidence": 0.9,
        "horizons": [
            {
                "seconds": row.seconds,
                "as_it_is": _spreads(row.as_it_is),
                "changed": None if row.changed is None else _spreads(row.changed),
                "difference": None if row.difference is None else _spreads(row.difference),
            }
            for row in answer.forecast.horizons
        ],
    }


def _spreads(rows: Mapping[str, Spread]) -> dict[str, object]:
    return {name: {"mean": row.mean, "low": row.low, "high": row.high} for name, row in rows.items()}

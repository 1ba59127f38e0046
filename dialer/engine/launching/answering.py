"""The answer book of a state that an earlier version wrote: who answers was counted by the engine then.

Pacing learns it now (`pacing.learner`) and takes up what had been counted.
"""

import json
from dataclasses import asdict, dataclass, field


@dataclass(slots=True, kw_only=True)
class AnswerCounts:
    """Launches and what came of them, faded."""

    launches: float = 0.0
    needed: float = 0.0
    live: float = 0.0


@dataclass(slots=True, kw_only=True)
class AnswerBook:
    """One campaign's counts, whole and by segment."""

    whole: AnswerCounts = field(default_factory=AnswerCounts)
    segments: dict[str, AnswerCounts] = field(default_factory=dict[str, AnswerCounts])


def learned_from(book: AnswerBook) -> str:
    """The same as the state of a `Learner`: JSON, as `CampaignRow.learned` keeps it."""
    return json.dumps({"answers": {**asdict(book), "hours": {}}}, sort_keys=True)

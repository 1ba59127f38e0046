"""How often detection of machines is right: its verdicts against what collectors heard.

Only what a collector heard is judged. While detection is on, calls it called machines reach nobody: they are
counted as not judged, precision says nothing of them, and recall is measured on the rest alone. Advisory
mode, or segments without detection, give figures that stand for all calls.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from statistics import median

from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.record import AttemptRecord


class Truth(Enum):
    """Who or what answered, as the collector says."""

    PERSON = "person"
    MACHINE = "machine"
    SCREENING_ASSISTANT = "screening_assistant"
    INTERCEPT = "intercept"
    NOTHING = "nothing_heard"


_NOT_PERSONS = {
    DispositionKind.MACHINE: Truth.MACHINE,
    DispositionKind.MESSAGE_LEFT: Truth.MACHINE,
    DispositionKind.SCREENED: Truth.SCREENING_ASSISTANT,
    DispositionKind.INTERCEPT: Truth.INTERCEPT,
    DispositionKind.DEAD_AIR: Truth.NOTHING,
}

FORMULAS = (
    ("precision", "verdict machine and it was a machine ÷ verdict machine, of the calls a collector heard"),
    ("recall", "verdict machine and it was a machine ÷ it was a machine, of the calls a collector heard"),
    ("persons_lost_per_person", "verdict machine and it was a person ÷ it was a person, of those calls"),
    ("median_delay_s", "median of the seconds from the answer to the verdict"),
)
"""Name and formula of every figure, in the order of telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionTable:
    """Verdicts by what it really was.

    Args:
        counts: of the calls that a collector heard, by (verdict, truth).
        unjudged: verdicts on calls that nobody heard.
        early_media: calls on which the network sent sound before any answer, by truth; None = nobody heard.
        delays_s: seconds from the answer to each verdict that told them.
    """

    counts: Counter[tuple[Detected, Truth]]
    unjudged: Counter[Detected]
    early_media: Counter[Truth | None]
    delays_s: tuple[float, ...]

    def _of(self, *, said: bool | None = None, was: Truth | None = None) -> int:
        return sum(
            count
            for (verdict, truth), count in self.counts.items()
            if (said is None or (verdict is Detected.MACHINE) is said) and (was is None or truth is was)
        )

    @property
    def precision(self) -> float | None:
        """Share of verdicts "machine" that were machines, 0-1; assistants are none. None = no data."""
        return _share(self._of(said=True, was=Truth.MACHINE), self._of(said=True))

    @property
    def recall(self) -> float | None:
        """Share of machines that were found, 0-1; None = no data."""
        return _share(self._of(said=True, was=Truth.MACHINE), self._of(was=Truth.MACHINE))

    @property
    def persons_lost_per_person(self) -> float | None:
        """Share of persons taken for machines, 0-1: while detection is on, each is a silent call."""
        return _share(self._of(said=True, was=Truth.PERSON), self._of(was=Truth.PERSON))

    @property
    def median_delay_s(self) -> float | None:
        """Median seconds to a verdict; None = no data."""
        return median(self.delays_s) if self.delays_s else None

    def values(self) -> dict[str, float | None]:
        """Every figure by its name in `FORMULAS`."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "persons_lost_per_person": self.persons_lost_per_person,
            "median_delay_s": self.median_delay_s,
        }


def truth_of(attempt: AttemptRecord) -> Truth | None:
    """What answered, by the collector's word; None where none heard it."""
    if attempt.disposition is None or attempt.bridged_at is None:
        return None
    return _NOT_PERSONS.get(attempt.disposition.kind, Truth.PERSON)


def detection_table(attempts: Iterable[AttemptRecord]) -> DetectionTable:
    """Count every attempt that detection gave a verdict on, and those with early sound."""
    counts: Counter[tuple[Detected, Truth]] = Counter()
    unjudged: Counter[Detected] = Counter()
    early: Counter[Truth | None] = Counter()
    delays: list[float] = []
    for attempt in attempts:
        truth = truth_of(attempt)
        if attempt.early_media:
            early[truth] += 1
        if attempt.detection is None:
            continue
        if attempt.detection.delay_s is not None:
            delays.append(attempt.detection.delay_s)
        if truth is None:
            unjudged[attempt.detection.verdict] += 1
        else:
            counts[attempt.detection.verdict, truth] += 1
    return DetectionTable(counts=counts, unjudged=unjudged, early_media=early, delays_s=tuple(sorted(delays)))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

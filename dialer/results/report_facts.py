"""What a shift's report is made of, handed in by whoever ran or read the shift."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.measures.records import ShiftRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule in words, for a reader who does not know its name. `source`: where its text can be read."""

    title: str
    citation: str
    layer: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingNote:
    """What pacing decided at `at` (POSIX seconds): wanted `launches`, of which `launched` passed the gate."""

    at: float
    launches: int
    launched: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """One shift to report.

    Args:
        title, about: heading, and a sentence or two on what this floor is.
        time_zone: IANA zone in which times are shown.
        made_up: True for a rehearsal: the report says that no telephone rang.
        abandonment_limit: share of live answers, 0-1.
        settings: name and value of what the shift ran with (policy, seed, agents, rulebook, versions).
        repeat_with: the command that gives this shift again.
        rules: rule name -> its words.
        unseen: who of the list nobody could call, and why, in sentences.
    """

    title: str
    about: str
    time_zone: str
    made_up: bool
    abandonment_limit: float
    settings: tuple[tuple[str, str], ...]
    repeat_with: str
    records: ShiftRecords
    rules: Mapping[str, RuleText] = field(default_factory=dict[str, RuleText])
    pacing: tuple[PacingNote, ...] = ()
    unseen: tuple[str, ...] = ()

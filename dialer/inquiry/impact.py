"""Which stored attempts the law of another day would have decided otherwise.

Both editions are asked with the facts of the store: what had happened and been asked before each launch. The
house's policy is left out; it is not law.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.told.impact import Impact, law_impact
from compliance_gate.words import Tech
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.inquiry import stored
from dialer.inquiry.errors import NothingToAskError
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMoved:
    """A rule that makes the difference: for how many attempts, what it says, where it stands."""

    rule: str
    newly_forbidden: int
    newly_allowed: int
    what: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the comparison came to.

    Args:
        rulebook: its hash.
        impacts: the attempts that the two editions decide differently.
        rules: what makes the difference, the most frequent first.
    """

    before: date
    after: date
    rulebook: str
    attempts: int
    persons: int
    impacts: tuple[Impact, ...]
    rules: tuple[RuleMoved, ...]


def compare(store: Store, before: date, after: date, *, progress: Callable[[float, int], None]) -> Compared:
    """Decide every attempt by the law of two days.

    Args:
        progress: told the share of the persons that is done, 0-1, and how many attempts that were.

    Raises:
        NothingToAskError: no attempt is stored.
    """
    persons = stored.persons_called(store)
    if not persons:
        raise NothingToAskError("no attempt is stored here", mend="rehearse or run a shift first.")
    book = stored.rulebook_of(store)
    attempts = 0

    def files() -> Iterator[PersonFile]:
        nonlocal attempts
        for done, file in enumerate(stored.files_of(store, persons), start=1):
            placed = _placed(store, file)
            attempts += len(placed)
            progress(done / len(persons), attempts)
            own = {entry.entry for entry in placed}
            others = (entry for entry in file.history if entry.entry not in own)
            yield replace(file, history=(*others, *placed))

    impacts = tuple(law_impact(book, files(), before, after))
    return Compared(
        before=before,
        after=after,
        rulebook=book.hash,
        attempts=attempts,
        persons=len(persons),
        impacts=impacts,
        rules=_rules(impacts, book),
    )


def _placed(store: Store, file: PersonFile) -> list[HistoryEntry]:
    found = (_entry(attempt) for attempt in stored.attempts_of(store, file.person))
    return [entry for entry in found if entry is not None]


def _entry(attempt: AttemptRecord) -> HistoryEntry | None:
    """The attempt at its launch, which is the instant that the gate decided, and with how it was dialed."""
    entry = entry_of(attempt)
    if entry is None:
        return None
    tech = Tech.MANUAL_LIVE if attempt.guaranteed else Tech.PREDICTIVE_LIVE
    return replace(entry, at=instant(attempt.launched_at), tech=tech)


def _rules(impacts: tuple[Impact, ...], book: Rulebook) -> tuple[RuleMoved, ...]:
    forbidden = Counter(rule for each in impacts if each.allowed_before for rule in each.rules)
    permitted = Counter(rule for each in impacts if each.allowed_after for rule in each.rules)
    names = sorted(forbidden | permitted, key=lambda name: (-forbidden[name] - permitted[name], name))
    return tuple(_moved(name, forbidden[name], permitted[name], book) for name in names)


def _moved(name: str, forbidden: int, permitted: int, book: Rulebook) -> RuleMoved:
    rule = book.rule(name)
    return RuleMoved(
        rule=name,
        newly_forbidden=forbidden,
        newly_allowed=permitted,
        what="" if rule is None else rule.header.what,
        citation="" if rule is None else rule.header.citation,
    )

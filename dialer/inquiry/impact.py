"""Which stored attempts and denials the law of another day decides otherwise, and which accounts wait for it.

Both editions are asked with the facts of the store: what had happened and been asked before each launch. The
house's policy is left out; it is not law.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.told.impact import DenialImpact, DenialsAgain, Impact, PastDenial, law_impact
from compliance_gate.words import Tech
from dialer.domain.ids import LeadId
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.inquiry import stored
from dialer.inquiry.errors import NothingToAskError
from dialer.results.exports import iso
from dialer.storage import queries
from dialer.storage.queries import DenialRecord
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMoved:
    """A rule that makes the difference: for how many attempts and denials, what it says, where it stands."""

    rule: str
    newly_forbidden: int
    newly_allowed: int
    what: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWaiting:
    """An account whose last call was not placed, and of which the two editions say different things.

    Args:
        frees: the later law would let it be called; else it is the later law that makes it wait.
        since: POSIX seconds of the denial; retry_at: when it is looked at again, None = not by waiting.
    """

    lead: str
    debt: str
    person: str
    number: str
    frees: bool
    since: float
    retry_at: float | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the comparison came to.

    Args:
        rulebook: its hash.
        impacts: the attempts that the two editions decide differently.
        denials: how many calls that were not placed were decided again, too.
        unplaced: those that the two editions decide differently.
        waiting: accounts that wait, or would wait, by the difference.
        rules: what makes the difference, the most frequent first.
    """

    before: date
    after: date
    rulebook: str
    attempts: int
    persons: int
    impacts: tuple[Impact, ...]
    denials: int
    unplaced: tuple[DenialImpact, ...]
    waiting: tuple[AccountWaiting, ...]
    rules: tuple[RuleMoved, ...]

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "from": self.before.isoformat(),
            "to": self.after.isoformat(),
            "rulebook": self.rulebook,
            "attempts": self.attempts,
            "persons": self.persons,
            "rules": [
                {
                    "rule": each.rule,
                    "newly_forbidden": each.newly_forbidden,
                    "newly_allowed": each.newly_allowed,
                }
                for each in self.rules
            ],
            "impacts": [
                {
                    "attempt": each.entry.entry,
                    "person": each.person,
                    "at": iso(each.entry.at.timestamp()),
                    "allowed_before": each.allowed_before,
                    "allowed_after": each.allowed_after,
                    "rules": list(each.rules),
                }
                for each in self.impacts
            ],
            "denials": self.denials,
            "unplaced": [
                {
                    "lead": each.denial.lead,
                    "debt": each.denial.debt,
                    "person": each.person,
                    "number": each.denial.number,
                    "at": iso(each.denial.at.timestamp()),
                    "allowed_before": each.allowed_before,
                    "allowed_after": each.allowed_after,
                    "rules": list(each.rules),
                }
                for each in self.unplaced
            ],
            "waiting": [
                {
                    "debt": each.debt,
                    "lead": each.lead,
                    "person": each.person,
                    "frees": each.frees,
                    "since": iso(each.since),
                    "retry_at": iso(each.retry_at) or None,
                    "rules": list(each.rules),
                }
                for each in self.waiting
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A stored denial, and the account whose turn it was."""

    record: DenialRecord
    debt: str


def compare(store: Store, before: date, after: date, *, progress: Callable[[float, int], None]) -> Compared:
    """Decide every attempt and every denial by the law of two days.

    Args:
        progress: told the share of the persons that is done, 0-1, and how many attempts that were.

    Raises:
        NothingToAskError: no attempt and no denial is stored.
    """
    denied = _denials(store)
    persons = sorted({*stored.persons_called(store), *denied})
    if not persons:
        raise NothingToAskError("no attempt is stored here", mend="rehearse or run a shift first.")
    book = stored.rulebook_of(store)
    again = DenialsAgain(book, before, after)
    unplaced: list[DenialImpact] = []
    attempts = 0

    def files() -> Iterator[PersonFile]:
        nonlocal attempts
        for done, file in enumerate(stored.files_of(store, persons), start=1):
            placed = _placed(store, file)
            attempts += len(placed)
            progress(done / len(persons), attempts)
            own = {entry.entry for entry in placed}
            others = (entry for entry in file.history if entry.entry not in own)
            whole = replace(file, history=(*others, *placed))
            unplaced.extend(again.decide(whole, (_past(each) for each in denied.get(file.person, ()))))
            yield whole

    impacts = tuple(law_impact(book, files(), before, after))
    return Compared(
        before=before,
        after=after,
        rulebook=book.hash,
        attempts=attempts,
        persons=len(persons),
        impacts=impacts,
        denials=sum(len(each) for each in denied.values()),
        unplaced=tuple(unplaced),
        waiting=_waiting(denied, unplaced),
        rules=_rules((*impacts, *unplaced), book),
    )


def _denials(store: Store) -> dict[str, list[Unplaced]]:
    """By person, in order of time; a denial whose account is not known any more is left out."""
    debts = stored.debts_of_leads(store)
    found: defaultdict[str, list[Unplaced]] = defaultdict(list)
    for each in queries.denials(store.database):
        debt = debts.get(each.lead)
        if debt is not None:
            found[each.person].append(Unplaced(record=each, debt=debt))
    return dict(found)


def _past(each: Unplaced) -> PastDenial:
    record = each.record
    return PastDenial(lead=record.lead, at=instant(record.at), number=record.number, debt=each.debt)


def _waiting(
    denied: Mapping[str, list[Unplaced]], unplaced: Iterable[DenialImpact]
) -> tuple[AccountWaiting, ...]:
    """Of each account the last denial counts."""
    last = {each.record.lead: each for some in denied.values() for each in some}
    found: list[AccountWaiting] = []
    for impact in unplaced:
        each = last[LeadId(impact.denial.lead)]
        if instant(each.record.at) == impact.denial.at and each.record.number == impact.denial.number:
            found.append(
                AccountWaiting(
                    lead=each.record.lead,
                    debt=each.debt,
                    person=impact.person,
                    number=each.record.number,
                    frees=impact.allowed_after,
                    since=each.record.at,
                    retry_at=each.record.retry_at,
                    rules=impact.rules,
                )
            )
    return tuple(found)


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


def _rules(impacts: tuple[Impact | DenialImpact, ...], book: Rulebook) -> tuple[RuleMoved, ...]:
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

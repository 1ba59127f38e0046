"""Which stored attempts and denials the law of another day decides otherwise, and which accounts wait for it.

Every decision is asked again as it was asked then: with the file of its second, the contact that its campaign
proposed, and the signatures and licences of the rulebook that decided. The text of the law is today's, which
knows every edition; the house's policy is left out, since it is not law.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.holdings import read_holdings
from compliance_gate.book.register.signatures import read_signatures
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.told.impact import Editions, rules_between
from dialer.domain.attempt import Outcome
from dialer.domain.lead import LeadState
from dialer.domain.record import AttemptRecord, instant
from dialer.inquiry import stored
from dialer.inquiry.asking import asked_again
from dialer.inquiry.decided import PastDecisions
from dialer.inquiry.errors import NothingToAskError, NotKnownError
from dialer.results.exports import iso
from dialer.results.person_folder import Decision
from dialer.storage import queries
from dialer.storage.database import tables as t
from dialer.storage.queries import DenialRecord
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """A decision that the two editions make differently.

    Args:
        id: of the attempt, or of the turn that was not called.
        at: POSIX seconds of the decision; debts: () = not known.
        rules: those that make the difference.
    """

    id: str
    person: str
    number: str
    debts: tuple[str, ...]
    at: float
    allowed_before: bool
    allowed_after: bool
    rules: tuple[str, ...]


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
        notes: rulebooks of whose signatures and licences nothing is known any more.
    """

    before: date
    after: date
    rulebook: str
    attempts: int
    persons: int
    impacts: tuple[Impact, ...]
    denials: int
    unplaced: tuple[Impact, ...]
    waiting: tuple[AccountWaiting, ...]
    rules: tuple[RuleMoved, ...]
    notes: tuple[str, ...] = ()

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
                    "attempt": each.id,
                    "person": each.person,
                    "at": iso(each.at),
                    "allowed_before": each.allowed_before,
                    "allowed_after": each.allowed_after,
                    "rules": list(each.rules),
                }
                for each in self.impacts
            ],
            "denials": self.denials,
            "unplaced": [
                {
                    "lead": each.id,
                    "debt": next(iter(each.debts), ""),
                    "person": each.person,
                    "number": each.number,
                    "at": iso(each.at),
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
            "notes": list(self.notes),
        }


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
    past = PastDecisions(store)
    books = _Books(stored.rulebook_of(store), past, before, after)
    impacts, unplaced = list[Impact](), list[Impact]()
    called = dict[str, float]()
    attempts = 0
    for done, person in enumerate(persons, start=1):
        every = list(stored.attempts_of(store, person))
        placed = [each for each in every if each.outcome is not Outcome.NOT_ATTEMPTED]
        attempts += len(placed)
        called |= _last_called(placed)
        impacts += filter(None, (books.impact(past.placed(each, every)) for each in placed))
        unplaced += filter(
            None, (books.impact(past.not_placed(each, every)) for each in denied.get(person, ()))
        )
        progress(done / len(persons), attempts)
    return Compared(
        before=before,
        after=after,
        rulebook=books.today.hash,
        attempts=attempts,
        persons=len(persons),
        impacts=tuple(impacts),
        denials=sum(len(each) for each in denied.values()),
        unplaced=tuple(unplaced),
        waiting=_waiting(store, denied, unplaced, called),
        rules=_rules((*impacts, *unplaced), books.today),
        notes=tuple(sorted(books.notes)),
    )


class _Books:
    """Today's text of the law under the signatures and licences of each rulebook that decided."""

    def __init__(self, today: Rulebook, past: PastDecisions, before: date, after: date) -> None:
        self.today = today
        self.notes: set[str] = set()
        self._past = past
        self._days = (before, after)
        self._editions: dict[str, Editions] = {}

    def impact(self, each: Decision) -> Impact | None:
        """What the two editions say of a decision; None = the same."""
        editions, at = self._of(each.rulebook), instant(each.at)
        person = PreparedPerson(each.file)
        was, would = (
            asked_again(gate, person, each.proposed, at=at, rings_s=each.rings_s, with_retry=False)
            for gate in (editions.old, editions.new)
        )
        if was.is_allowed is would.is_allowed:
            return None
        return Impact(
            id=each.id,
            person=each.file.person,
            number=each.proposed.number or "",
            debts=each.proposed.debts or (),
            at=each.at,
            allowed_before=was.is_allowed,
            allowed_after=would.is_allowed,
            rules=rules_between(was, would),
        )

    def _of(self, name: str) -> Editions:
        if name not in self._editions:
            self._editions[name] = Editions(self._under(name), *self._days)
        return self._editions[name]

    def _under(self, name: str) -> Rulebook:
        if name == self.today.hash:
            return self.today
        try:
            then = self._past.book(name).book.sources
            book = load_rulebook(self.today.sources.law, self.today.sources.register)
            if then.holdings:
                book = book.holding(read_holdings("holdings", then.holdings))
            if then.signatures:
                book = book.signed(read_signatures("signatures", then.signatures))
        except NotKnownError as error:
            self.notes.add(f"{error.what}; what it decided is asked under today's signatures and licences")
            return self.today
        except ValueError as error:
            self.notes.add(f"rulebook {name}: its signatures or licences do not fit today's law ({error})")
            return self.today
        return book


def _last_called(placed: Iterable[AttemptRecord]) -> dict[str, float]:
    """By turn, when it was called last (POSIX seconds)."""
    return {each.lead: each.launched_at for each in sorted(placed, key=lambda each: each.launched_at)}


def _denials(store: Store) -> dict[str, list[DenialRecord]]:
    """By person, in order of time."""
    found: defaultdict[str, list[DenialRecord]] = defaultdict(list)
    for each in queries.denials(store.database):
        found[each.person].append(each)
    return dict(found)


def _waiting(
    store: Store,
    denied: Mapping[str, list[DenialRecord]],
    unplaced: Iterable[Impact],
    called: Mapping[str, float],
) -> tuple[AccountWaiting, ...]:
    """Of each account the last denial counts, unless it was called since, or is closed."""
    last: dict[str, DenialRecord] = {}
    for each in sorted((each for some in denied.values() for each in some), key=lambda each: each.at):
        last[each.lead] = each
    closed = _closed(store)
    found: list[AccountWaiting] = []
    for impact in unplaced:
        each = last[impact.id]
        is_last = (each.at, each.number, each.person) == (impact.at, impact.number, impact.person)
        if is_last and called.get(impact.id, each.at) <= each.at and impact.id not in closed:
            found.append(
                AccountWaiting(
                    lead=each.lead,
                    debt=next(iter(impact.debts), ""),
                    person=impact.person,
                    number=each.number,
                    frees=impact.allowed_after,
                    since=each.at,
                    retry_at=each.retry_at,
                    rules=impact.rules,
                )
            )
    return tuple(found)


def _closed(store: Store) -> frozenset[str]:
    """Turns that will not come again; a rehearsal of made-up people has none in its tables."""
    query = select(t.leads.c.lead).where(t.leads.c.state == LeadState.CLOSED.value)
    return frozenset(store.read(lambda connection: connection.scalars(query).all()))


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

"""Everything that happened to one person, with reasons."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import or_, select

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import Finding
from compliance_gate.request import PersonFile
from dialer.clock import posix_now
from dialer.domain.record import AttemptRecord
from dialer.inquiry import stored
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.instants import rulebook_named
from dialer.inquiry.last_days import last_days
from dialer.inquiry.leave import leave_of
from dialer.inquiry.line_events import line_events
from dialer.inquiry.noted import Learned, noted_of, since_of, versions_of
from dialer.inquiry.standing import Beside, standing_of
from dialer.results.counting import wrong_numbers
from dialer.results.person_events import DenialTold, Lifted, PersonFacts
from dialer.results.person_standing import UNKNOWN
from dialer.results.report_facts import RuleText
from dialer.storage import queries
from dialer.storage.database.tables import facts
from dialer.storage.identities import identities_of
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.spoken_words import opened_words
from dialer.storage.store import Store

Fact = TypeVar("Fact")

_JUST_AFTER_S = 1e-3
"""After the last step, which in a rehearsal may be later than the machine's clock."""


def person_facts(
    store: Store, person: str, *, since: float | None, until: float | None, with_name: bool
) -> PersonFacts:
    """What the store knows of a person and of what was done.

    Raises:
        NotThereError: nobody knows the person.
    """
    attempts = tuple(stored.attempts_of(store, person))
    file = stored.person_file(store, person, at=stored.FAR if until is None else until)
    if file is None and not attempts:
        raise NotThereError(
            f"no person is called {person!r}",
            where="this store",
            mend="ids of persons are in the second column of `fairdial export attempts`.",
        )
    end = max(posix_now(), store.read(stored.last_instant) + _JUST_AFTER_S) if until is None else until
    changes = [] if file is None else _changes(store, file)
    findings = _findings(store, attempts, since, until)
    denials = _denials(store, person, since, until)
    own = {attempt.attempt for attempt in attempts}
    history = () if file is None else file.history
    told = [each.change for each in changes]
    entries = {entry.entry: entry for entry in (*history, *(each.entry for each in told if each.entry))}
    versions = [] if file is None else versions_of(store, file, changes, end)
    books = {*(each.rulebook for each in attempts), *(each.rulebook for each in denials)}
    found = PersonFacts(
        person=person,
        name=_name(store, person) if with_name else None,
        since=since,
        until=until,
        zones=_zones(file, attempts),
        attempts=attempts,
        learned=wrong_numbers(attempts),
        findings=findings,
        denials=denials,
        entries=tuple(entry for entry in entries.values() if entry.entry not in own),
        requests=_once(() if file is None else file.requests, (each.request for each in told)),
        consents=_once(() if file is None else file.consents, (each.consent for each in told)),
        holds=_once(() if file is None else file.holds, (each.hold for each in told)),
        lifted=_lifted(changes),
        promises=tuple(promise for promise in stored.promises_of(store) if promise.person == person),
        rules=_rules(store, findings, denials, attempts),
        standing=UNKNOWN
        if file is None
        else standing_of(
            store,
            file,
            Beside(
                since=since_of(versions),
                lines=line_events(store, file, since=since, until=end),
                last_days=last_days(store, file, end),
                leave=leave_of(store, file, books),
            ),
            in_clear=with_name,
        ),
        noted=() if file is None else noted_of(store, file, changes, versions),
        known_at=_known_at(changes),
        is_partial=store.is_partial,
    )
    return opened_words(store.keyring, found)


def _changes(store: Store, file: PersonFile) -> list[Learned]:
    """Every fact that binds the person, in the order in which they came."""
    query = (
        select(facts)
        .where(
            or_(
                facts.c.person == file.person,
                facts.c.number.in_([number.number for number in file.numbers]),
                facts.c.debt.in_([debt.debt for debt in file.debts]),
            )
        )
        .order_by(facts.c.id)
    )
    rows = store.read(lambda connection: connection.execute(query).all())
    learned = (Learned(at=row.at, sequence=row.sequence, change=change_of(row)) for row in rows)
    return [each for each in learned if each.change.binds(file)]


def _known_at(changes: list[Learned]) -> dict[object, float]:
    """When each thing that was told of was told first."""
    found: dict[object, float] = {}
    for each in changes:
        fact = each.change.entry or each.change.request or each.change.consent or each.change.hold
        if fact is not None:
            found.setdefault(fact, each.at)
    return found


def _findings(
    store: Store, attempts: tuple[AttemptRecord, ...], since: float | None, until: float | None
) -> dict[str, tuple[Finding, ...]]:
    """The findings of the window's attempts only: each is read from the journal."""
    wanted = [
        each.attempt
        for each in attempts
        if (since is None or each.launched_at >= since) and (until is None or each.launched_at < until)
    ]
    return {name: queries.findings_of(store.database, name) for name in wanted}


def _denials(store: Store, person: str, since: float | None, until: float | None) -> tuple[DenialTold, ...]:
    debts = stored.debts_of_leads(store)
    return tuple(
        DenialTold(
            lead=each.lead,
            debts=(debts[each.lead],) if each.lead in debts else (),
            number=each.number,
            at=each.at,
            retry_at=each.retry_at,
            rulebook=each.rulebook,
            findings=each.findings,
        )
        for each in queries.denials(store.database, person=person, since=since or 0.0, until=until)
    )


def _lifted(changes: list[Learned]) -> tuple[Lifted, ...]:
    return tuple(
        Lifted(kind=each.change.lifted, at=each.at) for each in changes if each.change.lifted is not None
    )


def _zones(file: PersonFile | None, attempts: tuple[AttemptRecord, ...]) -> tuple[str, ...]:
    """Zones of the last attempt, as the gate considered them; else those on file."""
    if attempts:
        return attempts[-1].zones
    places = () if file is None else (*file.numbers, *file.addresses)
    return tuple(sorted({zone for place in places for zone in place.zones or ()}))


def _rules(
    store: Store,
    findings: Mapping[str, tuple[Finding, ...]],
    denials: tuple[DenialTold, ...],
    attempts: tuple[AttemptRecord, ...],
) -> dict[str, RuleText]:
    """Each rule in the words of the newest rulebook of theirs that decided, else of today's."""
    books = dict.fromkeys([*(each.rulebook for each in attempts), *(each.rulebook for each in denials)])
    book = next(filter(None, (_book(store, name) for name in reversed(books))), standard_rulebook())
    asked = (*findings.values(), *(denial.findings for denial in denials))
    names = {finding.rule for each in asked for finding in each}
    rules = ((name, book.rule(name)) for name in sorted(names))
    return {
        name: RuleText(
            title=rule.header.what,
            citation=rule.header.citation,
            layer=rule.header.layer.value,
            source=rule.header.source or "",
        )
        for name, rule in rules
        if rule is not None
    }


def _book(store: Store, name: str) -> Rulebook | None:
    try:
        return rulebook_named(store, name).book
    except NotKnownError:
        return None


def _name(store: Store, person: str) -> str | None:
    """The name in clear; None where the store has none."""
    found = store.read(lambda connection: identities_of(connection, store.keyring, [person]))
    return found[person].name or None if person in found else None


def _once(on_file: Iterable[Fact], told: Iterable[Fact | None]) -> tuple[Fact, ...]:
    """What is on file and what was told since, each once: a hold that was lifted is only in the latter."""
    return tuple(dict.fromkeys([*on_file, *(fact for fact in told if fact is not None)]))

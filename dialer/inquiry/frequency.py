"""The call-frequency ledger of one person: what an examiner counts for themselves."""

from dataclasses import replace
from datetime import datetime

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.request import PersonFile
from compliance_gate.told.frequency import FrequencyLedger, NoLimitError, frequency_ledger
from dialer.clock import posix_now
from dialer.domain.facts import with_history
from dialer.domain.record import entry_of, instant, known_at
from dialer.inquiry import stored
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.instants import file_at, law_at
from dialer.results.frequency_ledger import LedgerFacts
from dialer.storage.store import Store


def call_frequency(
    store: Store,
    person: str,
    *,
    since: float | None = None,
    until: float | None = None,
    debt: str | None = None,
) -> LedgerFacts:
    """Every call of a person's, with every seven-day window and the seven days after each talk.

    Args:
        since: POSIX seconds before which calls are not listed; they are counted all the same.
        until: as of when, with what was known just before it; None = now.
        debt: of one debt only; None = of all.

    Raises:
        NotThereError: nobody knows the person, or they do not have the debt.
        NotKnownError: the law of that instant, or the person then, is not known.
    """
    at = max(posix_now(), _last(store)) if until is None else until
    file = _whole(store, file_at(store, person, at), at)
    law = law_at(store, at)
    try:
        ledger = frequency_ledger(law.book, PreparedPerson(file), instant(at))
    except NoLimitError as error:
        raise NotKnownError(str(error), mend="ask as of a day on which the limit is in force.") from error
    groups = dict(ledger.groups)
    if debt is not None and debt not in groups:
        raise NotThereError(
            f"{person} does not have debt {debt!r}", mend=f"on file: {', '.join(groups) or 'none'}."
        )
    return LedgerFacts(
        ledger=_cut(
            ledger, None if since is None else instant(since), None if debt is None else groups[debt]
        ),
        since=since,
        rulebook=law.hash,
        notes=law.notes,
        is_partial=store.is_partial,
    )


def _last(store: Store) -> float:
    """The last step, which in a rehearsal may be later than the machine's clock."""
    return store.read(stored.last_instant) + 1e-3


def _whole(store: Store, file: PersonFile, at: float) -> PersonFile:
    """The file with every attempt, not only those that a decision looks back to."""
    known = (known_at(attempt, at) for attempt in stored.attempts_of(store, file.person))
    entries = [entry for each in known if each is not None and (entry := entry_of(each)) is not None]
    own = {entry.entry for entry in entries}
    kept = [entry for entry in file.history if entry.entry not in own]
    return with_history(file, tuple(sorted([*kept, *entries], key=lambda e: (e.at, e.entry))))


def _cut(ledger: FrequencyLedger, since: datetime | None, group: str | None) -> FrequencyLedger:
    return replace(
        ledger,
        lines=tuple(
            line
            for line in ledger.lines
            if (since is None or line.at >= since) and group in (None, line.debt)
        ),
    )

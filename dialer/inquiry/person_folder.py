"""The folder of one person for an examiner, gathered from a store; `folder_again.py` decides it again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from compliance_gate.book.sources import write_sources
from dialer.domain.attempt import Outcome
from dialer.domain.ids import PersonId
from dialer.domain.record import AttemptRecord
from dialer.inquiry.audit import taped
from dialer.inquiry.decided import PastDecisions
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.frequency import call_frequency
from dialer.inquiry.instants import rulebook_named
from dialer.inquiry.person import person_facts
from dialer.inquiry.received import received_calls
from dialer.inquiry.recordings import MOST_ON_A_PAGE, FoundRecording, Wanted, find_recordings
from dialer.results.frequency_ledger import LedgerFacts
from dialer.results.person_folder import (
    Decision,
    LawText,
    PersonFolder,
    RecordingTold,
)
from dialer.results.received_calls import ReceivedCall
from dialer.storage import queries
from dialer.storage.store import Store


def person_folder(
    store: Store,
    person: str,
    *,
    since: float | None = None,
    until: float | None = None,
    with_name: bool = False,
    recordings: Sequence[Path] = (),
) -> PersonFolder:
    """Everything an examiner needs to decide again about one person.

    Args:
        since, until: POSIX seconds, the first within, the last not; None = open.
        recordings: folders where telephone systems record, to name the files.

    Raises:
        NotThereError: nobody knows the person.
    """
    facts = person_facts(store, person, since=since, until=until, with_name=with_name)
    ledger, why = _ledger(store, person, since, until)
    window = [each for each in facts.attempts if _is_within(each.launched_at, since, until)]
    placed = [each for each in window if each.outcome is not Outcome.NOT_ATTEMPTED]
    received, past = received_calls(store, facts), PastDecisions(store)
    denials = list(queries.denials(store.database, person=person, since=since or 0.0, until=until))
    decisions = sorted(
        (
            *(past.placed(each, facts.attempts) for each in placed),
            *past.called_in(placed),
            *(past.not_placed(each, facts.attempts) for each in denials),
        ),
        key=lambda each: (each.at, each.id),
    )
    return PersonFolder(
        facts=facts,
        ledger=ledger,
        why_no_ledger=why,
        decisions=tuple(decisions),
        laws=tuple(_law(store, name) for name in sorted(_books_of(decisions, received))),
        recordings=tuple(_recordings(store, person, window, recordings)),
        received=received,
    )


def _is_within(at: float, since: float | None, until: float | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _ledger(
    store: Store, person: str, since: float | None, until: float | None
) -> tuple[LedgerFacts | None, str]:
    try:
        return call_frequency(store, person, since=since, until=until), ""
    except (NotKnownError, NotThereError, NothingToAskError) as error:
        return None, error.what


def _books_of(decisions: Iterable[Decision], received: Iterable[ReceivedCall]) -> set[str]:
    return {each.rulebook for each in (*decisions, *received) if each.rulebook}


def _law(store: Store, name: str) -> LawText:
    try:
        law = rulebook_named(store, name)
    except NotKnownError as error:
        return LawText(rulebook=name, notes=(error.what,))
    kept = law.book.sources
    files = {path: text for path, text in (*kept.law, *kept.register)}
    if kept.signatures:
        files["signatures.yaml"] = kept.signatures
    if kept.holdings:
        files["holdings.yaml"] = kept.holdings
    return LawText(
        rulebook=name,
        text=law.book.text,
        sources=write_sources(kept),
        files=files,
        notes=law.notes,
    )


def _recordings(
    store: Store, person: str, attempts: Iterable[AttemptRecord], folders: Sequence[Path]
) -> Iterator[RecordingTold]:
    found = {each.attempt: each for each in _sounds(store, person, folders)}
    for each in attempts:
        note, sound = each.recording, found.get(each.attempt)
        if not each.recorded and note is None and sound is None:
            continue
        yield RecordingTold(
            attempt=each.attempt,
            launched_at=each.launched_at,
            recorded=each.recorded,
            told=taped(each) or "",
            notice_spoken_at=None if note is None else note.spoken_at,
            objected_at=None if note is None else note.objected_at,
            file="" if sound is None else sound.file,
            seconds=None if sound is None else sound.seconds,
            sha256="" if sound is None else sound.sha256,
        )


def _sounds(store: Store, person: str, folders: Sequence[Path]) -> Iterator[FoundRecording]:
    wanted, page = Wanted(person=PersonId(person)), None
    while folders:
        found = find_recordings(folders, store, wanted, page=page, limit=MOST_ON_A_PAGE)
        yield from found.recordings
        page = found.next_page
        if page is None:
            return

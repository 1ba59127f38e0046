"""The folder of one person for an examiner, gathered from a store; `folder_again.py` decides it again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import select

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.sources import write_sources
from compliance_gate.findings import Finding, Verdict
from compliance_gate.words import Mode, Tech
from dialer.domain.attempt import Outcome
from dialer.domain.ids import CampaignId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.inquiry import stored
from dialer.inquiry.asking import findings_again, proposed_contact
from dialer.inquiry.audit import taped
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.frequency import call_frequency
from dialer.inquiry.instants import file_at, law_at, rulebook_named, settings_at
from dialer.inquiry.person import person_facts
from dialer.inquiry.received import received_calls
from dialer.inquiry.recordings import MOST_ON_A_PAGE, FoundRecording, Wanted, find_recordings
from dialer.inquiry.third_parties import came_to, legs_into, line_of, talk_of, without_entry
from dialer.results.frequency_ledger import LedgerFacts
from dialer.results.person_folder import (
    Decision,
    LawText,
    PersonFolder,
    RecordingTold,
)
from dialer.results.received_calls import ReceivedCall
from dialer.storage import queries
from dialer.storage.database import tables as t
from dialer.storage.queries import DenialRecord
from dialer.storage.store import Store

_AS_PREDICTIVE = (Tech.PREDICTIVE_LIVE, Mode.PREDICTIVE)
_AS_HELD = (Tech.MANUAL_LIVE, Mode.PREVIEW_AGENT_GUARANTEED)


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
    received = received_calls(store, facts)
    denials = list(queries.denials(store.database, person=person, since=since or 0.0, until=until))
    decisions = sorted(
        (
            *(_placed(store, each, talk_of(each, facts.attempts)) for each in placed),
            *_called_in(store, placed),
            *_not_placed(store, denials),
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


def _placed(store: Store, attempt: AttemptRecord, talk: AttemptRecord | None) -> Decision:
    """A call, or one to another number of the person that joins a talk with them: it is asked about without
    that talk, which is not over yet."""
    file = file_at(store, attempt.person, attempt.launched_at)
    settings = settings_at(store, attempt.launched_at).get(attempt.campaign)
    tech, mode = _AS_HELD if attempt.guaranteed else _AS_PREDICTIVE
    return Decision(
        id=attempt.attempt,
        is_placed=True,
        at=attempt.launched_at,
        rulebook=attempt.rulebook,
        file=file if talk is None else without_entry(file, talk.attempt),
        proposed=proposed_contact(
            settings, number=attempt.number, debts=tuple(attempt.debts), tech=tech, mode=mode
        ),
        rings_s=None if settings is None else settings.ring_s,
        findings=queries.findings_of(store.database, attempt.attempt),
        outcome="" if attempt.outcome is None else attempt.outcome.value,
        recorded=taped(attempt),
        zones=tuple(sorted(attempt.zones)),
        joins="" if talk is None else talk.attempt,
    )


def _called_in(store: Store, placed: Iterable[AttemptRecord]) -> Iterator[Decision]:
    """Lines that were called into talks with the person, as the engine asked about them."""
    talks = {each.attempt: each for each in placed}
    for found in legs_into(store, talks.keys()):
        leg, talk = found.leg, talks[found.leg.joins]
        settings = settings_at(store, found.at).get(talk.campaign)
        line = line_of(settings, leg.line)
        if line is None:
            continue
        file = line.file_for(talk.debts)
        tech, mode = _AS_HELD
        yield Decision(
            id=leg.attempt,
            is_placed=True,
            at=found.at,
            rulebook=law_at(store, found.at).hash,
            file=file,
            proposed=proposed_contact(
                settings, number=line.id, debts=tuple(talk.debts), tech=tech, mode=mode
            ),
            rings_s=None if settings is None else settings.ring_s,
            findings=leg.findings,
            outcome=came_to(store, found),
            recorded=None,
            zones=tuple(sorted(line.zones)),
            joins=leg.joins,
        )


def _books_of(decisions: Iterable[Decision], received: Iterable[ReceivedCall]) -> set[str]:
    return {each.rulebook for each in (*decisions, *received) if each.rulebook}


def _not_placed(store: Store, denials: Iterable[DenialRecord]) -> Iterator[Decision]:
    """Whether an agent was to be kept for the call is not written down: it is what comes to the same."""
    debts, campaigns = stored.debts_of_leads(store), _campaigns_of_leads(store)
    for each in denials:
        debt, campaign = debts.get(each.lead), campaigns.get(each.lead)
        settings = settings_at(store, each.at)
        used = settings.get(campaign) if campaign is not None else next(iter(settings.values()), None)
        file = file_at(store, PersonId(each.person), each.at)
        book = _book(store, each.rulebook)
        about = () if debt is None else (debt,)
        tried = [
            proposed_contact(used, number=each.number, debts=about, tech=tech, mode=mode)
            for tech, mode in (_AS_PREDICTIVE, _AS_HELD)
        ]
        same = (
            one
            for one in tried
            if book is not None
            and _told(
                findings_again(book, file, one, at=each.at, rings_s=None if used is None else used.ring_s)
            )
            == _told(each.findings)
        )
        yield Decision(
            id=each.lead,
            is_placed=False,
            at=each.at,
            rulebook=each.rulebook,
            file=file,
            proposed=next(same, tried[0]),
            rings_s=None if used is None else used.ring_s,
            findings=each.findings,
            zones=tuple(sorted(zone.name for zone in PreparedPerson(file).zone_set(int(each.at)).zones)),
        )


def _told(findings: Iterable[Finding]) -> frozenset[tuple[str, Verdict]]:
    """What is compared: every rule that was asked, and what it said."""
    return frozenset((each.rule, each.verdict) for each in findings)


def _book(store: Store, name: str) -> Rulebook | None:
    try:
        return rulebook_named(store, name).book
    except NotKnownError:
        return None


def _campaigns_of_leads(store: Store) -> dict[str, CampaignId]:
    """Of placed people; a rehearsal of made-up ones has one campaign."""
    query = select(t.leads.c.lead, t.leads.c.campaign)
    return {row.lead: CampaignId(row.campaign) for row in store.read(lambda c: c.execute(query).all())}


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

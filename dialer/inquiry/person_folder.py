"""The folder of one person for an examiner: gathered from a store, decided again from the folder alone."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
from sqlalchemy import select

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.auditor import Reading, Reason
from compliance_gate.book.kept import NotMadeAgainError, made_again
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.sources import write_sources
from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile, ProposedContact
from compliance_gate.told.second_reading import collector_of, judge_contact
from compliance_gate.words import Mode, Tech
from dialer.domain.attempt import Outcome
from dialer.domain.commands import silent_within_s
from dialer.domain.errors import MendableError
from dialer.domain.ids import CampaignId, PersonId
from dialer.domain.record import AttemptRecord, instant
from dialer.inquiry import stored
from dialer.inquiry.asking import asked_again, proposed_contact
from dialer.inquiry.audit import taped
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.frequency import call_frequency
from dialer.inquiry.instants import file_at, rulebook_named, settings_at
from dialer.inquiry.person import person_facts
from dialer.inquiry.recordings import MOST_ON_A_PAGE, FoundRecording, Wanted, find_recordings
from dialer.results.frequency_ledger import LedgerFacts
from dialer.results.person_folder import (
    DECISIONS,
    LAW,
    SUMS,
    Decision,
    LawText,
    PersonFolder,
    RecordingTold,
)
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
    denials = list(queries.denials(store.database, person=person, since=since or 0.0, until=until))
    decisions = sorted(
        (*(_placed(store, each) for each in placed), *_not_placed(store, denials)),
        key=lambda each: (each.at, each.id),
    )
    return PersonFolder(
        facts=facts,
        ledger=ledger,
        why_no_ledger=why,
        decisions=tuple(decisions),
        laws=tuple(_law(store, name) for name in sorted({each.rulebook for each in decisions})),
        recordings=tuple(_recordings(store, person, window, recordings)),
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


def _placed(store: Store, attempt: AttemptRecord) -> Decision:
    settings = settings_at(store, attempt.launched_at).get(attempt.campaign)
    tech, mode = _AS_HELD if attempt.guaranteed else _AS_PREDICTIVE
    return Decision(
        id=attempt.attempt,
        is_placed=True,
        at=attempt.launched_at,
        rulebook=attempt.rulebook,
        file=file_at(store, attempt.person, attempt.launched_at),
        proposed=proposed_contact(
            settings, number=attempt.number, debts=tuple(attempt.debts), tech=tech, mode=mode
        ),
        rings_s=None if settings is None else settings.ring_s,
        findings=queries.findings_of(store.database, attempt.attempt),
        outcome="" if attempt.outcome is None else attempt.outcome.value,
        recorded=taped(attempt),
        zones=tuple(sorted(attempt.zones)),
    )


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
            and _told(_again(book, file, one, at=each.at, rings_s=None if used is None else used.ring_s))
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


def _again(
    book: Rulebook, file: PersonFile, proposed: ProposedContact, *, at: float, rings_s: float | None
) -> tuple[Finding, ...]:
    """What the rulebook says of a contact at a second (POSIX)."""
    gate, person = ComplianceGate(book), PreparedPerson(file)
    return asked_again(gate, person, proposed, at=instant(at), rings_s=rings_s).findings


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


# --- from the folder alone -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A decision that comes out otherwise. `why`: rule by rule, then and now."""

    id: str
    at: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A placed call that the second reading is against, with its reasons."""

    id: str
    at: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What came of deciding a folder again.

    Args:
        damaged: files that are missing, were touched or added since.
        same: decisions that come out as they were, rule by rule.
        not_asked: decisions that could not be asked again: (id, why).
        unlawful: placed calls that the second reading is against.
        not_judged: places whose own law the second reading does not know, and of how many placed calls.
        read_once: rules of those places that the first reading alone asked again, by place.
    """

    person: str
    decisions: int
    same: int
    damaged: tuple[str, ...]
    differing: tuple[Differs, ...]
    not_asked: tuple[tuple[str, str], ...]
    unlawful: tuple[Judged, ...]
    not_judged: tuple[tuple[str, int], ...]
    read_once: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_sound(self) -> bool:
        """Every file is as it was, every decision comes out as it was, and no placed call was unlawful."""
        return not (self.damaged or self.differing or self.not_asked or self.unlawful)

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return cast("dict[str, object]", msgspec.to_builtins(self)) | {"sound": self.is_sound}


def is_person_folder(folder: Path) -> bool:
    """Whether it is one, and no store or rehearsal."""
    return (folder / DECISIONS).is_file() and (folder / SUMS).is_file()


def recompute(folder: Path) -> Recomputed:
    """Decide everything again from the folder alone.

    Raises:
        MendableError: a line of the decisions cannot be read.
    """
    lines = (folder / DECISIONS).read_bytes().splitlines()
    decisions = [_read(line, number, folder) for number, line in enumerate(lines, start=1)]
    books: dict[str, Rulebook | str] = {}
    same, differing, not_asked = 0, list[Differs](), list[tuple[str, str]]()
    unlawful, not_judged = list[Judged](), Counter[str]()
    read_once: defaultdict[str, set[str]] = defaultdict(set)
    for each in decisions:
        if each.rulebook not in books:
            books[each.rulebook] = _made_again(folder, each.rulebook)
        book = books[each.rulebook]
        if isinstance(book, str):
            not_asked.append((each.id, book))
            continue
        why = _difference(each, book)
        if why:
            differing.append(Differs(id=each.id, at=each.at, why=why))
        else:
            same += 1
        if each.is_placed:
            for place in unknown_to_second_reading(each.file):
                not_judged[place] += 1
                read_once[place] |= _of_place(each.findings, place)
            reasons = _second(each, book)
            if reasons:
                unlawful.append(Judged(id=each.id, at=each.at, reasons=reasons))
    return Recomputed(
        person=decisions[0].file.person if decisions else "",
        decisions=len(decisions),
        same=same,
        damaged=tuple(_damaged(folder)),
        differing=tuple(differing),
        not_asked=tuple(not_asked),
        unlawful=tuple(unlawful),
        not_judged=tuple(sorted(not_judged.items())),
        read_once=tuple((place, tuple(sorted(rules))) for place, rules in sorted(read_once.items())),
    )


def unknown_to_second_reading(file: PersonFile) -> tuple[str, ...]:
    """Countries the person may be in of whose own law the second reading knows nothing, or not all."""
    told = [each.country for each in file.addresses] or [each.country for each in file.numbers]
    if file.known_location is not None:
        told.append(file.known_location.country)
    return tuple(sorted({country for country in told if country is not None and country != "US"}))


def _of_place(findings: Iterable[Finding], country: str) -> set[str]:
    """Rules of a country and of its provinces: their names begin with its letters."""
    return {each.rule for each in findings if each.rule.startswith(f"{country.lower()}-")}


def _read(line: bytes, number: int, folder: Path) -> Decision:
    try:
        return msgspec.json.decode(line, type=Decision)
    except msgspec.MsgspecError as error:
        raise MendableError(
            f"not a decision: {error}", where=f"{folder / DECISIONS} line {number}", mend="ask for it anew."
        ) from error


def _made_again(folder: Path, name: str) -> Rulebook | str:
    """The rulebook; in words why not."""
    under = folder / LAW / name
    try:
        text, sources = ((under / each).read_text(encoding="utf-8") for each in ("text", "sources.json"))
    except OSError:
        return f"the text of rulebook {name} is not in the folder"
    if hashlib.sha256(text.encode()).hexdigest()[: len(name)] != name:
        return f"the text of rulebook {name} is not what decided: its SHA-256 is another"
    try:
        return made_again(name, text=text, sources=sources).book
    except NotMadeAgainError as error:
        return str(error)


def _difference(each: Decision, book: Rulebook) -> tuple[str, ...]:
    now = _again(book, each.file, each.proposed, at=each.at, rings_s=each.rings_s)
    was_said, is_said = ({one.rule: one.verdict.value for one in some} for some in (each.findings, now))
    names = sorted(was_said.keys() | is_said.keys())
    found = tuple(
        f"{name}: {was_said.get(name, 'not asked')} then, {is_said.get(name, 'not asked')} now"
        for name in names
        if was_said.get(name) != is_said.get(name)
    )
    denied = any(one.verdict is Verdict.DENIED for one in each.findings)
    return (*found, "it was placed although a rule denies it") if each.is_placed and denied else found


def _second(each: Decision, book: Rulebook) -> tuple[Reason, ...]:
    rings_s = silent_within_s(each.rings_s or 0.0)
    reading = Reading(max_ring_s=rings_s, collector=collector_of(book))
    judged = judge_contact(
        each.file, each.proposed, at=instant(each.at), reading=reading, taped=each.recorded
    )
    return () if judged.lawful else judged.reasons


def _damaged(folder: Path) -> Iterator[str]:
    listed: dict[str, str] = {}
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, path = line.partition("  ")
        listed[path] = digest
    there = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} - {SUMS}
    for path in sorted(there | listed.keys()):
        if path not in there:
            yield f"{path}: missing"
        elif path not in listed:
            yield f"{path}: added"
        elif hashlib.sha256((folder / path).read_bytes()).hexdigest() != listed[path]:
            yield f"{path}: touched"

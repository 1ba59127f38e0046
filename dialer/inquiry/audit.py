"""Every stored attempt judged again by code that shares nothing with the gate.

The auditor (`compliance_gate.auditor`) reads the law a second time and knows no rulebook. Each attempt is
judged at the instant of its launch, with what had happened and been asked before it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from compliance_gate.auditor import AuditedCollector, Reading, Reason
from compliance_gate.findings import Recording
from compliance_gate.request import PersonFile, ProposedContact, on_line
from compliance_gate.told.second_reading import collector_of, judge_contact
from compliance_gate.words import Mode, Tech
from dialer.domain.attempt import Outcome
from dialer.domain.commands import silent_within_s
from dialer.domain.facts import with_entry, with_on_line
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.inquiry import stored
from dialer.inquiry.errors import NothingToAskError
from dialer.inquiry.third_parties import talk_of, with_talk
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlawful:
    """An attempt that should not have been placed, with the auditor's reasons against it."""

    attempt: AttemptRecord
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the audit found, against the law or the house's policy.

    Args:
        is_partial: of a shift that was interrupted.
    """

    attempts: int
    persons: int
    unlawful: tuple[Unlawful, ...]
    is_partial: bool = False


def audit(store: Store, *, progress: Callable[[int], None]) -> Audited:
    """Judge every attempt of the store again.

    Args:
        progress: told how many were judged.

    Raises:
        NothingToAskError: no attempt is stored.
    """
    persons = stored.persons_called(store)
    if not persons:
        raise NothingToAskError("no attempt is stored here", mend="rehearse or run a shift first.")
    rings = {
        name: silent_within_s(settings.ring_s) for name, settings in stored.campaign_settings(store).items()
    }
    collector = collector_of(stored.rulebook_of(store))
    attempts, unlawful = 0, list[Unlawful]()
    tied = stored.persons_tied(store)
    for file in stored.files_of(store, persons):
        judged = _judged_then if file.person in tied else _judged
        for attempt, reasons in judged(store, file, rings, collector):
            attempts += 1
            if reasons is not None:
                unlawful.append(Unlawful(attempt=attempt, reasons=reasons))
        progress(attempts)
    return Audited(
        attempts=attempts,
        persons=len(persons),
        unlawful=tuple(unlawful),
        is_partial=store.is_partial,
    )


def _judged(
    store: Store, file: PersonFile, rings: Mapping[str, float], collector: AuditedCollector
) -> Iterator[tuple[AttemptRecord, tuple[Reason, ...] | None]]:
    """Every attempt on one person, with the reasons against it; None = it was lawful."""
    attempts = list(stored.attempts_of(store, file.person))
    own = {attempt.attempt for attempt in attempts}
    longest = max(
        rings.values(), default=0.0
    )  # of a campaign that nobody knows any more, the stricter reading
    others = [each for each in stored.line_attempts_of(store, [file]) if each.attempt not in own]
    named = own | {each.attempt for each in others}
    before = replace(
        file,
        history=tuple(entry for entry in file.history if entry.entry not in named),
        line_history=tuple(entry for entry in file.line_history if entry.entry not in named),
    )
    for attempt in attempts:
        if attempt.outcome is Outcome.NOT_ATTEMPTED:
            continue
        while others and others[0].launched_at <= attempt.launched_at:
            before = _told_of_line(before, others.pop(0))
        ring_s = rings.get(attempt.campaign, longest)
        reading = Reading(max_ring_s=ring_s, collector=collector)
        talk = talk_of(attempt, attempts)
        judgement = judge_contact(
            before if talk is None else with_talk(before, talk),
            _proposed(attempt, joins=None if talk is None else talk.attempt),
            at=instant(attempt.launched_at),
            reading=reading,
            taped=taped(attempt),
        )
        yield attempt, None if judgement.lawful else judgement.reasons
        entry = entry_of(attempt)
        if entry is not None:
            before = with_entry(before, entry)


def _judged_then(
    store: Store, file: PersonFile, rings: Mapping[str, float], collector: AuditedCollector
) -> Iterator[tuple[AttemptRecord, tuple[Reason, ...] | None]]:
    """The same of somebody who was joined to another record, or parted from one: each attempt by the file as
    it was then, since what protects under the other record did so for a time."""
    attempts = list(stored.attempts_of(store, file.person))
    longest = max(rings.values(), default=0.0)
    for attempt in attempts:
        if attempt.outcome is Outcome.NOT_ATTEMPTED:
            continue
        at = attempt.launched_at
        before = store.person_files([file.person], now=at, until=at)[file.person]
        talk = talk_of(attempt, attempts)
        judgement = judge_contact(
            before if talk is None else with_talk(before, talk),
            _proposed(attempt, joins=None if talk is None else talk.attempt),
            at=instant(at),
            reading=Reading(max_ring_s=rings.get(attempt.campaign, longest), collector=collector),
            taped=taped(attempt),
        )
        yield attempt, None if judgement.lawful else judgement.reasons


def _told_of_line(file: PersonFile, attempt: AttemptRecord) -> PersonFile:
    """The file after an attempt on one of its numbers that was made on somebody else."""
    entry = entry_of(attempt)
    told = None if entry is None else on_line(entry)
    return file if told is None else with_on_line(file, told)


def taped(attempt: AttemptRecord) -> str | None:
    """Whether the call was recorded, and what everybody on the line knew of it first."""
    if not attempt.recorded:
        return None
    if attempt.recording is not None and attempt.recording.spoken_at is not None:
        return "agreed"
    heard = [each for each in attempt.played if each.recording is Recording.RECORDED_NOTICE and each.complete]
    return "told" if heard else "untold"


def _proposed(attempt: AttemptRecord, *, joins: str | None) -> ProposedContact:
    return ProposedContact(
        number=attempt.number,
        debts=attempt.debts,
        tech=Tech.MANUAL_LIVE if attempt.guaranteed else Tech.PREDICTIVE_LIVE,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if attempt.guaranteed else Mode.PREDICTIVE,
        campaign=attempt.campaign,
        joins=joins,
    )

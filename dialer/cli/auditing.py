"""`fairdial audit`: every stored attempt judged again by code that shares nothing with the gate.

The auditor (`compliance_gate.auditor`) reads the law a second time and knows no rulebook. Each attempt is
judged at the instant of its launch, with what had happened and been asked before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import typer

from compliance_gate.auditor import Reading, Reason
from compliance_gate.request import PersonFile, ProposedContact
from compliance_gate.told.second_reading import judge_contact
from compliance_gate.words import Mode, Tech
from dialer.cli import console, stored
from dialer.domain.attempt import Outcome
from dialer.domain.facts import with_entry
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.results.exports import iso

if TYPE_CHECKING:
    from dialer.storage.store import Store

SHOWN = 20

_FAR = 4e9
"""POSIX seconds after every attempt (2096)."""


@dataclass(slots=True, kw_only=True)
class Audited:
    """What the audit found. `unlawful`: each attempt with the auditor's reasons against it."""

    attempts: int = 0
    persons: int = 0
    unlawful: list[tuple[AttemptRecord, tuple[Reason, ...]]] = field(
        default_factory=list[tuple[AttemptRecord, tuple[Reason, ...]]]
    )


def audit_store(store: Store, *, json: bool) -> None:
    """Audit and say what was found; leave with 1 when an attempt is against the law or the house's policy."""
    persons = stored.persons_called(store)
    if not persons:
        raise console.UserError("no attempt is stored here", mend="rehearse or run a shift first.")
    readings = {name: settings.ring_s for name, settings in stored.campaign_settings(store).items()}
    audited = Audited(persons=len(persons))
    with console.progress_bar("auditing", quiet=json) as bar:
        for file in files_of(store, persons):
            _audit_person(store, file, readings, audited)
            bar.reach(audited.attempts / max(1, audited.attempts + 1), f"{audited.attempts:,} attempts")
    if json:
        console.result_json(_as_json(audited))
    else:
        _tell(audited)
    if audited.unlawful:
        raise typer.Exit(1)


def files_of(store: Store, persons: list[str]) -> Iterator[PersonFile]:
    """Everybody's file without attempts; a person whom nobody knows has an empty one."""
    made_up: dict[str, PersonFile] | None = None
    for start in range(0, len(persons), stored.PERSONS_AT_ONCE):
        chunk = persons[start : start + stored.PERSONS_AT_ONCE]
        for person, file in store.person_files(chunk, now=_FAR).items():
            if stored.is_known(file):
                yield file
                continue
            made_up = stored.made_up_files(store) if made_up is None else made_up
            yield made_up.get(person, file)


def _audit_person(store: Store, file: PersonFile, rings: Mapping[str, float], audited: Audited) -> None:
    attempts = list(stored.attempts_of(store, file.person))
    own = {attempt.attempt for attempt in attempts}
    before = replace(file, history=tuple(entry for entry in file.history if entry.entry not in own))
    for attempt in attempts:
        if attempt.outcome is Outcome.NOT_ATTEMPTED:
            continue
        audited.attempts += 1
        reading = Reading(max_ring_s=rings.get(attempt.campaign, 0.0))
        judgement = judge_contact(
            before, _proposed(attempt), at=instant(attempt.launched_at), reading=reading
        )
        if not judgement.lawful:
            audited.unlawful.append((attempt, judgement.reasons))
        entry = entry_of(attempt)
        if entry is not None:
            before = with_entry(before, entry)


def _proposed(attempt: AttemptRecord) -> ProposedContact:
    return ProposedContact(
        number=attempt.number,
        debts=attempt.debts,
        tech=Tech.MANUAL_LIVE if attempt.guaranteed else Tech.PREDICTIVE_LIVE,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if attempt.guaranteed else Mode.PREDICTIVE,
        campaign=attempt.campaign,
    )


def _tell(audited: Audited) -> None:
    console.result(
        f"{audited.attempts:,} attempts on {audited.persons:,} persons judged again, apart from the gate: "
        f"{len(audited.unlawful):,} should not have been placed"
    )
    for attempt, reasons in audited.unlawful[:SHOWN]:
        console.result(f"{attempt.attempt} to {attempt.person} at {iso(attempt.launched_at)}")
        for reason in reasons:
            console.result(f"    {reason.rule}: {reason.found} [{reason.citation}]")
    if len(audited.unlawful) > SHOWN:
        console.result(f"... and {len(audited.unlawful) - SHOWN:,} more (--json has all)")


def _as_json(audited: Audited) -> dict[str, object]:
    return {
        "attempts": audited.attempts,
        "persons": audited.persons,
        "unlawful": [
            {
                "attempt": attempt.attempt,
                "person": attempt.person,
                "launched_at": iso(attempt.launched_at),
                "reasons": [
                    {"rule": reason.rule, "citation": reason.citation, "found": reason.found}
                    for reason in reasons
                ],
            }
            for attempt, reasons in audited.unlawful
        ],
    }

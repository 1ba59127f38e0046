"""Nothing has happened later than we were told of it: facts whose own time is ahead of the clock.

A desk whose clock is fast, a file with next year's date, a clock that was set back: what protects a person
binds from the moment it is known, whatever time it carries. An opt-out that waits for its own time would
leave the person callable after it was acknowledged.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest
from dialer.domain.facts import FactChange
from dialer.domain.placement import RECALL_DATE

_WESTERNMOST = timedelta(hours=12)
"""No local day begins later than that after the day of UTC."""


def as_told(change: FactChange, *, at: datetime) -> FactChange:
    """The change as it binds when it is taken at `at`; the same object where nothing of it is ahead."""
    if change.request is not None:
        request = _come(_request(change.request, at), at)
        return change if request is change.request else replace(change, request=request)
    if change.hold is not None:
        hold = _hold(change.hold, at)
        return change if hold is change.hold else replace(change, hold=hold)
    if change.consent is not None:
        consent = _consent(change.consent, at)
        return change if consent is change.consent else replace(change, consent=consent)
    if change.entry is not None:
        entry = _entry(change.entry, at)
        return change if entry is change.entry else replace(change, entry=entry)
    if change.replaced is not None:
        file = _told_file(change.replaced, at)
        return change if file is change.replaced else replace(change, replaced=file)
    return change


def seconds_ahead(change: FactChange, *, at: datetime) -> float:
    """How far what is told is ahead of `at`, seconds; 0.0 where it is not."""
    file = change.replaced
    requests = () if file is None else file.requests
    holds = () if file is None else file.holds
    consents = () if file is None else file.consents
    entries = () if file is None else (*file.history, *file.line_history)
    instants = [
        *(one.at for one in (change.request, *requests) if one is not None),
        *(one.withdrawn_at for one in (change.request, *requests) if one is not None),
        *(one.since for one in (change.hold, *holds) if one is not None),
        *(one.at for one in (change.consent, *consents) if one is not None),
        *(one.revoked_at for one in (change.consent, *consents) if one is not None),
        *(one.at for one in (change.entry, *entries) if one is not None),
    ]
    latest = max((instant for instant in instants if instant is not None), default=at)
    return max(0.0, (latest - at).total_seconds())


def as_of(file: PersonFile, *, at: datetime) -> PersonFile:
    """A file for a decision at `at`, by a clock that may have been set back since it was filled.

    What binds does so from `at` at the latest. A consent of a time to come is left out until then: brought
    forward, it could come to stand after a request that it was given before.
    """
    kept = _binding(file, at)
    consents = tuple(_consent(one, at) for one in kept.consents if one.at <= at)
    return kept if _is_same(consents, kept.consents) else replace(kept, consents=consents)


def _told_file(file: PersonFile, at: datetime) -> PersonFile:
    kept = _binding(file, at)
    requests = tuple(_come(one, at) for one in kept.requests)
    kept = kept if _is_same(requests, kept.requests) else replace(kept, requests=requests)
    consents = tuple(_consent(one, at) for one in kept.consents)
    return kept if _is_same(consents, kept.consents) else replace(kept, consents=consents)


def _binding(file: PersonFile, at: datetime) -> PersonFile:
    requests = tuple(_request(one, at) for one in file.requests)
    holds = tuple(_hold(one, at) for one in file.holds)
    history = tuple(_entry(one, at) for one in file.history)
    lines = tuple(_entry(one, at) for one in file.line_history)
    if (
        _is_same(requests, file.requests)
        and _is_same(holds, file.holds)
        and _is_same(history, file.history)
        and _is_same(lines, file.line_history)
    ):
        return file
    return replace(file, requests=requests, holds=holds, history=history, line_history=lines)


def _request(request: PersonRequest, at: datetime) -> PersonRequest:
    """A withdrawal that is still to come has not been made."""
    if request.withdrawn_at is not None and request.withdrawn_at > at:
        request = replace(request, withdrawn_at=None)
    return replace(request, at=at) if request.at > at else request


def _come(request: PersonRequest, at: datetime) -> PersonRequest:
    """A letter that is told of has come: a day of receipt that is still ahead anywhere would leave the person
    callable until then.
    """
    ahead = request.received is not None and request.received > (at - _WESTERNMOST).date()
    return replace(request, received=None) if ahead else request


def _hold(hold: Hold, at: datetime) -> Hold:
    """A hold of a day that was agreed beforehand begins on it; any other has begun."""
    if hold.source == RECALL_DATE:
        return hold
    return replace(hold, since=at) if hold.since > at else hold


def _consent(consent: Consent, at: datetime) -> Consent:
    if consent.revoked_at is not None and consent.revoked_at > at:
        consent = replace(consent, revoked_at=at)
    return replace(consent, at=at) if consent.at > at else consent


def _entry(entry: HistoryEntry, at: datetime) -> HistoryEntry:
    return replace(entry, at=at) if entry.at > at else entry


def _is_same(made: tuple[object, ...], before: tuple[object, ...]) -> bool:
    return len(made) == len(before) and all(one is two for one, two in zip(made, before, strict=True))

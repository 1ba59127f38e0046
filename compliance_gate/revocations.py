"""What takes a consent back, and how far.

A person may take a consent back by any reasonable means (47 CFR 64.1200(a)(10)): no form and no way of saying
it is the only one. So what counts of a request is what it is about, never by what it came: "stop" in answer
to a text ends the consent to recorded calls as well, because both go to the telephone; what was said of one
number, one e-mail address or one debt leaves the others as they were. A consent given afterwards stands; but
not to a line that was found to be another's, until that is withdrawn: it is for "the called party" to agree
(64.1200(a)(1)(iii)), and who has the line is not who agreed.

What came by mail was asked on the day it was received, whether it was posted before a consent or written down
after one: from that day's first second it binds, and a consent of a later day stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from compliance_gate.calendar import EASTERNMOST, ZoneDays, zone_days
from compliance_gate.request import Consent, PersonRequest
from compliance_gate.words import ConsentScope, Medium, RequestKind

_BY_TELEPHONE = frozenset({Medium.PHONE_CALL, Medium.SMS})

_MEDIA_OF_SCOPE: Mapping[ConsentScope, frozenset[Medium]] = {
    ConsentScope.NUMBER_PROVIDED_TO_CREDITOR: _BY_TELEPHONE,
    ConsentScope.CALL: _BY_TELEPHONE,
    ConsentScope.CALL_BACK: _BY_TELEPHONE,
    ConsentScope.PRERECORDED: _BY_TELEPHONE,
    ConsentScope.PRERECORDED_VOICE: _BY_TELEPHONE,
    ConsentScope.SMS: _BY_TELEPHONE,
    ConsentScope.EMAIL: frozenset({Medium.EMAIL}),
}
"""By what means a consent of a scope lets somebody be reached; one that is not here, by every means."""

_ENDS: Mapping[RequestKind, frozenset[Medium]] = {
    RequestKind.REVOKE_CONSENT: frozenset(Medium),
    RequestKind.CEASE_COMMUNICATION: frozenset(Medium),
    RequestKind.STOP_MEDIUM: frozenset(Medium),
    RequestKind.STOP_CALLING: _BY_TELEPHONE,
    RequestKind.DO_NOT_CALL: _BY_TELEPHONE,
    RequestKind.STOP_NUMBER: _BY_TELEPHONE,
    RequestKind.WRONG_NUMBER_LEARNED: _BY_TELEPHONE,
}
"""Requests that take consents back, and for what means where they name none themselves."""

REVOKING = tuple(_ENDS)


def revocation(
    consent: Consent,
    requests: Mapping[RequestKind, Sequence[PersonRequest]],
    at: int,
    zones: Sequence[ZoneDays] = (),
) -> PersonRequest | None:
    """The request, in force at a second, that took the consent back; `None` if none did.

    Args:
        zones: wherever the person may be: what came by mail came on a local day.
    """
    if not requests:
        return None
    for kind in REVOKING:
        for request in requests.get(kind, ()):
            in_time = takes_back(request, consent, zones) and has_come(request, at, zones)
            if in_time and ends(request, consent):
                return request
    return None


def has_come(request: PersonRequest, at: int, zones: Sequence[ZoneDays]) -> bool:
    """Whether a request is in force at a second by a text that counts from receipt.

    A day of receipt decides alone, and begins where it begins first; without one, when it was recorded does.
    """
    if request.received is None:
        return is_in_force(request, at)
    return not _is_withdrawn(request, at) and _is_received(request, at, zones)


def has_been_asked(request: PersonRequest, at: int, zones: Sequence[ZoneDays]) -> bool:
    """Whether a request was made by a second: recorded, or received on a day that has begun somewhere."""
    return _is_recorded(request, at) or _is_received(request, at, zones)


def takes_back(request: PersonRequest, consent: Consent, zones: Sequence[ZoneDays]) -> bool:
    """Whether a request counts against a consent by when they were told: it came after it, or with it; or
    says of a line that it is another's, which no later word of the same person makes theirs.
    """
    says_whose = request.type is RequestKind.WRONG_NUMBER_LEARNED and request.number is not None
    return says_whose or _is_after(request, consent, zones)


def _is_after(request: PersonRequest, consent: Consent, zones: Sequence[ZoneDays]) -> bool:
    """Whether a request came after a consent or with it: by the day, where it came by mail."""
    if request.received is None:
        return request.at >= consent.at
    given, received = int(consent.at.timestamp()), request.received.toordinal()
    return any(zone.day_of(given) <= received for zone in zones or (zone_days(EASTERNMOST),))


def is_in_force(request: PersonRequest, at: int) -> bool:
    """Whether a request was recorded by a second and not withdrawn by then."""
    return _is_recorded(request, at) and not _is_withdrawn(request, at)


def _is_recorded(request: PersonRequest, at: int) -> bool:
    """Whether it was recorded by a second, the very second included, whatever part of it had gone by."""
    return int(request.at.timestamp()) <= at


def _is_withdrawn(request: PersonRequest, at: int) -> bool:
    return request.withdrawn_at is not None and request.withdrawn_at.timestamp() <= at


def _is_received(request: PersonRequest, at: int, zones: Sequence[ZoneDays]) -> bool:
    if request.received is None:
        return False
    received = request.received.toordinal()
    return any(zone.day_of(at) >= received for zone in zones or (zone_days(EASTERNMOST),))


def is_about_telephone(request: PersonRequest) -> bool:
    """Whether a request takes consents back to be reached by telephone, in whatever way."""
    return bool(_media_of(request) & _BY_TELEPHONE)


def _media_of(request: PersonRequest) -> frozenset[Medium]:
    named = frozenset({request.medium}) if request.medium is not None else _ENDS[request.type]
    return named | _BY_TELEPHONE if named & _BY_TELEPHONE else named


def ends(request: PersonRequest, consent: Consent) -> bool:
    """Whether a request is about what the consent is for; what either leaves open may be the same."""
    reached = _MEDIA_OF_SCOPE.get(consent.scope)
    if reached is not None and not (_media_of(request) & reached):
        return False
    return (
        _may_be_one(request.number, consent.number)
        and _may_be_one(request.address, consent.address)
        and (not request.debts or not consent.debts or not set(request.debts).isdisjoint(consent.debts))
    )


def with_ends(consents: Sequence[Consent]) -> tuple[Consent, ...]:
    """Consents, each with the end that any telling of it has: whoever tells of one again that it was taken
    back tells it of everything given until then that may be the same.
    """
    ended = [consent for consent in consents if consent.revoked_at is not None]
    return tuple(_with_end(consent, ended) for consent in consents) if ended else tuple(consents)


def _with_end(consent: Consent, ended: Sequence[Consent]) -> Consent:
    ends = [
        other.revoked_at
        for other in ended
        if other.revoked_at is not None and consent.at <= other.revoked_at and _may_be_same(consent, other)
    ]
    if consent.revoked_at is not None:
        ends.append(consent.revoked_at)
    end = min(ends, default=None)
    return consent if end == consent.revoked_at else replace(consent, revoked_at=end)


def _may_be_same(one: Consent, other: Consent) -> bool:
    return (
        one.scope is other.scope
        and _may_be_one(one.given_to, other.given_to)
        and _may_be_one(one.number, other.number)
        and _may_be_one(one.address, other.address)
        and (not one.debts or not other.debts or not set(one.debts).isdisjoint(other.debts))
    )


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other

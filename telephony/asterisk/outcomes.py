"""What became of a call that nobody answered: the table from SIP code and cause to outcome.

`OriginateResponse` says too little (one reason for busy, invalid and congestion alike), so the SIP code
of the far end decides (`TechCause`), then the Q.850 cause, and whether ringing was ever heard of. Doubt
counts against us: a code that says nothing is an unanswered call when it rang, and unknown when it did
not. Source of the pairs: measured on Asterisk 22.10 with every code; RFC 3261 section 21, RFC 8197 (607).
"""

from __future__ import annotations

from dataclasses import dataclass

from dialer.domain.attempt import Outcome
from dialer.domain.valid import FIRST_REFUSAL, LAST_REFUSAL

_O = Outcome


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one SIP code is to the engine.

    Args:
        says: what the standard says of it, in short.
        outcome: whether it rang or not.
        source: where the standard says so.
        unrung: where no telephone was heard to ring, if it is something else then.
    """

    says: str
    outcome: Outcome
    source: str
    unrung: Outcome | None = None


_RFC = "RFC 3261 21."

SIP_CODES: dict[int, Meaning] = {
    # the number is dead: it is not called again
    404: Meaning("not found", _O.INVALID_NUMBER, _RFC + "4.5"),
    410: Meaning("gone, no forwarding address", _O.INVALID_NUMBER, _RFC + "4.11"),
    484: Meaning("address incomplete", _O.INVALID_NUMBER, _RFC + "4.22"),
    485: Meaning("ambiguous", _O.INVALID_NUMBER, _RFC + "4.23"),
    604: Meaning("does not exist anywhere", _O.INVALID_NUMBER, _RFC + "6.3"),
    # the person is not there, or engaged
    480: Meaning("temporarily unavailable", _O.NO_ANSWER, _RFC + "4.18"),
    486: Meaning("busy here", _O.BUSY, _RFC + "4.24"),
    600: Meaning("busy everywhere", _O.BUSY, _RFC + "6.1"),
    408: Meaning("nobody replied in time", _O.NO_ANSWER, _RFC + "4.9", _O.CARRIER_FAILURE),
    487: Meaning("terminated", _O.NO_ANSWER, _RFC + "4.25", _O.CARRIER_FAILURE),
    # somebody refuses us, or the number we show
    603: Meaning("declined; by analysis: 'Network Blocked'", _O.REJECTED, "ATIS-1000099", _O.BLOCKED),
    607: Meaning("unwanted", _O.UNWANTED, "RFC 8197"),
    608: Meaning("rejected by an intermediary's analysis", _O.BLOCKED, "RFC 8688"),
    433: Meaning("anonymity disallowed", _O.REJECTED, "RFC 5079"),
    403: Meaning("forbidden", _O.REJECTED, _RFC + "4.4", _O.CARRIER_FAILURE),
    # more calls than the carrier takes of us, or can carry
    429: Meaning("too many calls (the standard's own use is another)", _O.CONGESTION, "RFC 6585 4, RFC 3892"),
    503: Meaning("service unavailable", _O.CONGESTION, _RFC + "5.4"),
    # the carrier, or what we sent it: a matter for operations
    401: Meaning("unauthorized", _O.CARRIER_FAILURE, _RFC + "4.2"),
    402: Meaning("payment required", _O.CARRIER_FAILURE, _RFC + "4.3"),
    406: Meaning("not acceptable", _O.CARRIER_FAILURE, _RFC + "4.7"),
    407: Meaning("proxy authentication required", _O.CARRIER_FAILURE, _RFC + "4.8"),
    415: Meaning("unsupported media", _O.CARRIER_FAILURE, _RFC + "4.13"),
    428: Meaning("use an Identity header", _O.CARRIER_FAILURE, "RFC 8224 6.2.2"),
    436: Meaning("bad identity info", _O.CARRIER_FAILURE, "RFC 8224 6.2.2"),
    437: Meaning("unsupported credential", _O.CARRIER_FAILURE, "RFC 8224 6.2.2"),
    438: Meaning("invalid Identity header", _O.CARRIER_FAILURE, "RFC 8224 6.2.2"),
    488: Meaning("not acceptable here", _O.CARRIER_FAILURE, _RFC + "4.26"),
    500: Meaning("server's internal error", _O.CARRIER_FAILURE, _RFC + "5.1"),
    501: Meaning("not implemented", _O.CARRIER_FAILURE, _RFC + "5.2"),
    502: Meaning("bad gateway", _O.CARRIER_FAILURE, _RFC + "5.3"),
    504: Meaning("server timed out", _O.CARRIER_FAILURE, _RFC + "5.5"),
    505: Meaning("version not supported", _O.CARRIER_FAILURE, _RFC + "5.6"),
    513: Meaning("message too large", _O.CARRIER_FAILURE, _RFC + "5.7"),
    580: Meaning("precondition failure", _O.CARRIER_FAILURE, "RFC 3312 8"),
    606: Meaning("not acceptable anywhere", _O.CARRIER_FAILURE, _RFC + "6.4"),
}
"""Every code that is told apart. A refusal or a block says nothing of the number that was called: it is never
taken for a dead one. 603 is a person's own button where the telephone rang, and the network's analysis where
none did (ATIS-1000099, 47 CFR 64.1200(k)(9)); Asterisk tells the code and not the words beside it."""

BY_CAUSE: dict[int, Outcome] = {
    1: _O.INVALID_NUMBER,
    2: _O.CARRIER_FAILURE,
    3: _O.CARRIER_FAILURE,
    17: _O.BUSY,
    20: _O.NO_ANSWER,
    21: _O.REJECTED,
    22: _O.INVALID_NUMBER,
    27: _O.CARRIER_FAILURE,
    28: _O.INVALID_NUMBER,
    34: _O.CONGESTION,
    38: _O.CARRIER_FAILURE,
    41: _O.CARRIER_FAILURE,
    42: _O.CONGESTION,
    47: _O.CARRIER_FAILURE,
    58: _O.CARRIER_FAILURE,
    88: _O.CARRIER_FAILURE,
    102: _O.CARRIER_FAILURE,
}
"""Q.850 causes, where no SIP code came."""

_NO_ANSWER_CAUSES = frozenset({18, 19})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an unanswered call ended, as Asterisk told it.

    Args:
        cause: Q.850 cause of the `Hangup` event; 0 = none.
        sip_code: its `TechCause`; None where there was none.
        rang: whether ringing or sound before the answer was ever reported.
        replied: whether the far end itself ended it (else our own time was up: Asterisk then makes up a 480).
        cancelled: whether we hung up.
    """

    cause: int
    sip_code: int | None
    rang: bool
    replied: bool
    cancelled: bool


def outcome_of(ending: Ending) -> Outcome:
    """The outcome of a call that was placed and not answered."""
    if ending.cancelled:
        return _O.CANCELLED
    if not ending.replied:
        # our ringing time was up; a far end that never even rang is a dead trunk, not an absent person
        return _O.NO_ANSWER if ending.rang else _O.CARRIER_FAILURE
    meaning = None if ending.sip_code is None else SIP_CODES.get(ending.sip_code)
    if meaning is None:
        return _by_cause(ending)
    return meaning.outcome if ending.rang or meaning.unrung is None else meaning.unrung


def refused_with(ending: Ending) -> int | None:
    """The code that the far end refused the call with; None = it did not, or that was not told.

    When our own time is up Asterisk makes up a 480: that is nobody's word.
    """
    code = ending.sip_code
    is_theirs = ending.replied and not ending.cancelled
    return code if code is not None and is_theirs and FIRST_REFUSAL <= code <= LAST_REFUSAL else None


def _by_cause(ending: Ending) -> Outcome:
    if ending.cause in BY_CAUSE:
        return BY_CAUSE[ending.cause]
    if ending.rang:
        return _O.NO_ANSWER
    return _O.CARRIER_FAILURE if ending.cause in _NO_ANSWER_CAUSES else _O.UNKNOWN

"""What became of a call that nobody answered: the table from SIP code and cause to outcome.

`OriginateResponse` says too little (one reason for busy, invalid and congestion alike), so the SIP code
of the far end decides (`TechCause`), then the Q.850 cause, and whether ringing was ever heard of. Doubt
counts against us: a code that says nothing is an unanswered call when it rang, and unknown when it did
not. Source of the pairs: measured on Asterisk 22.10 with every code; RFC 3261 section 21, RFC 8197 (607).
"""

from __future__ import annotations

from dataclasses import dataclass

from dialer.domain.attempt import Outcome

_O = Outcome

BY_SIP_CODE: dict[int, Outcome] = {
    401: _O.CARRIER_FAILURE,
    402: _O.CARRIER_FAILURE,
    404: _O.INVALID_NUMBER,
    406: _O.CARRIER_FAILURE,
    407: _O.CARRIER_FAILURE,
    410: _O.INVALID_NUMBER,
    415: _O.CARRIER_FAILURE,
    480: _O.NO_ANSWER,
    484: _O.INVALID_NUMBER,
    485: _O.INVALID_NUMBER,
    486: _O.BUSY,
    488: _O.CARRIER_FAILURE,
    500: _O.CARRIER_FAILURE,
    502: _O.CARRIER_FAILURE,
    503: _O.CONGESTION,
    504: _O.CARRIER_FAILURE,
    580: _O.CARRIER_FAILURE,
    600: _O.BUSY,
    603: _O.REJECTED,
    604: _O.INVALID_NUMBER,
    606: _O.CARRIER_FAILURE,
    607: _O.REJECTED,
    608: _O.REJECTED,
}
"""Codes that mean the same whether it rang or not."""

BY_SIP_CODE_AND_RINGING: dict[int, tuple[Outcome, Outcome]] = {
    403: (_O.REJECTED, _O.CARRIER_FAILURE),
    408: (_O.NO_ANSWER, _O.CARRIER_FAILURE),
    487: (_O.NO_ANSWER, _O.CARRIER_FAILURE),
}
"""(rang, did not ring): a refusal by the person's phone, or by a network that never reached it."""

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
    if ending.sip_code in BY_SIP_CODE:
        return BY_SIP_CODE[ending.sip_code]
    if ending.sip_code in BY_SIP_CODE_AND_RINGING:
        return BY_SIP_CODE_AND_RINGING[ending.sip_code][0 if ending.rang else 1]
    return _by_cause(ending)


def _by_cause(ending: Ending) -> Outcome:
    if ending.cause in BY_CAUSE:
        return BY_CAUSE[ending.cause]
    if ending.rang:
        return _O.NO_ANSWER
    return _O.CARRIER_FAILURE if ending.cause in _NO_ANSWER_CAUSES else _O.UNKNOWN

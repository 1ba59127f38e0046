"""Third parties: somebody outside who is called into a talk that goes on.

They are either another number of the person who talks, or a line on the campaign's list: the person's
attorney, the creditor, the creditor's or our own attorney (15 USC 1692c(b) names whom a collector may speak
with about a debt). LAUNCHED: cleared, stored, handed over. RINGING: a channel exists. CONSULTED: agent and
third party hear each other and nobody else; the person is on hold. JOINED: all three hear each other. ENDED:
over.
"""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Most, Words, ZoneName
from compliance_gate.words import PersonRole
from dialer.domain.caller_id import E164
from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Machine, Word
from dialer.domain.valid import valid


class ThirdPartyState(Word):
    LAUNCHED = "launched"
    RINGING = "ringing"
    CONSULTED = "consulted"
    JOINED = "joined"
    ENDED = "ended"


class ThirdPartyMove(Word):
    RING = "ring"
    CONSULT = "consult"
    JOIN = "join"
    END = "end"


_S = ThirdPartyState
_M = ThirdPartyMove

THIRD_PARTY = Machine(
    name="third party",
    initial=_S.LAUNCHED,
    moves={
        _S.LAUNCHED: {
            _M.RING: _S.RINGING,
            _M.CONSULT: _S.CONSULTED,
            _M.JOIN: _S.JOINED,
            _M.END: _S.ENDED,
        },
        _S.RINGING: {_M.CONSULT: _S.CONSULTED, _M.JOIN: _S.JOINED, _M.END: _S.ENDED},
        _S.CONSULTED: {_M.JOIN: _S.JOINED, _M.END: _S.ENDED},
        _S.JOINED: {_M.END: _S.ENDED},
    },
    final=frozenset({_S.ENDED}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OutsideLine:
    """A line that agents of a campaign may call into a talk. A business's number, no person's.

    Args:
        name: what agents choose it by.
        number: E.164.
        role: who they are to the debt: consumer_attorney, creditor, creditor_attorney, collector_attorney.
        zones: IANA names of where they are; the gate asks what hour it is there.

    Raises:
        InvalidFactError: no name, no number in E.164, or no zone.
    """

    name: Annotated[str, Words(least=1, most=200)]
    number: str
    role: PersonRole
    country: str = "US"
    region: str | None = None
    zones: Annotated[tuple[ZoneName, ...], Most(100)] = ()

    def __post_init__(self) -> None:
        if not E164.fullmatch(self.number):
            raise InvalidFactError(f"outside line {self.name!r} needs a number in E.164")
        if not self.zones:
            raise InvalidFactError(f"outside line {self.name!r} needs the time zones it may be in")

"""Third parties: somebody outside who is called into a talk that goes on.

They are either another number of the person who talks, or a line on the campaign's list: the person's
attorney, the creditor, the creditor's or our own attorney (15 USC 1692c(b) names whom a collector may speak
with about a debt). LAUNCHED: cleared, stored, handed over. RINGING: a channel exists. CONSULTED: agent and
third party hear each other and nobody else; the person is on hold. JOINED: all three hear each other. ENDED:
over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile
from compliance_gate.valid import Most, Words, ZoneName
from compliance_gate.words import AddressKind, NumberKind, NumberRole, PersonRole, Place
from dialer.domain.caller_id import E164
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId, NumberId
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


LINE = "line:"
"""What the id of an outside line begins with to the gate; no person's and no number's does."""


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

    @property
    def id(self) -> NumberId:
        """What the line is called to the gate and in journals, which hold no numbers."""
        return NumberId(f"{LINE}{self.name}")

    def file_for(self, debts: Iterable[DebtId]) -> PersonFile:
        """The line to the gate: somebody with a role of their own to these debts, where they work."""
        zones = frozenset(self.zones)
        place = Address(country=self.country, region=self.region, zones=zones, kind=AddressKind.WORK)
        number = NumberOnFile(
            number=self.id,
            kind=NumberKind.LANDLINE,
            role=NumberRole.WORK,
            place=Place.OTHER,
            zones=zones,
            country=self.country,
        )
        return PersonFile(
            person=self.id,
            role=self.role,
            addresses=(place,),
            numbers=(number,),
            debts=tuple(Debt(debt=debt, person_role=self.role) for debt in debts),
        )

"""What an agent's page offers to be said of a call: the client's codes, or our kinds."""

from collections.abc import Sequence

from dialer.casework.afterthoughts import protects
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import MACHINES, PROMISES, SAID, DispositionKind
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.web.models import Body


class OfferedView(Body):
    """One thing that may be said.

    Args:
        code: the client's own; '' = the client has none, and `kind` alone is sent.
        words: what agents read.
        asks: fields without which it is not taken.
        protects: it asks for something that binds us, and is taken until the end of the next day.
        machines, said: which machines it can be about, and what they can have been told; [] = none.
    """

    code: str
    kind: DispositionKind
    words: str
    asks: list[AskedField]
    protects: bool
    machines: list[MachineKind]
    said: list[SaidToMachine]


def offered_views(codes: Sequence[ClientCode]) -> list[OfferedView]:
    """A campaign's list as a page shows it; our kinds where there is none."""
    if codes:
        return [_view(each.kind, each.code, each.words, each.asks) for each in codes]
    ours = ((kind, (AskedField.AMOUNT,) if kind in PROMISES else ()) for kind in DispositionKind)
    return [_view(kind, "", kind.value.replace("_", " ").capitalize(), asks) for kind, asks in ours]


def _view(kind: DispositionKind, code: str, words: str, asks: Sequence[AskedField]) -> OfferedView:
    return OfferedView(
        code=code,
        kind=kind,
        words=words,
        asks=list(asks),
        protects=protects(kind),
        machines=[machine for machine in MachineKind if machine in MACHINES.get(kind, ())],
        said=[said for said in SaidToMachine if said in SAID.get(kind, ())],
    )

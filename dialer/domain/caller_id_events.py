"""Events of the numbers we show: which are ours, whether they lead back to us, which may be shown again."""

from dataclasses import dataclass

from dialer.domain.caller_id import CallBackTest, CallerIdPool, OwnedNumber
from dialer.domain.valid import valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallerIdsDeclared:
    """The numbers of ours that may be shown, all of them: those left out are ours no more. So with pools."""

    numbers: tuple[OwnedNumber, ...]
    pools: tuple[CallerIdPool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallerIdTested:
    """A number of ours was called over a trunk, to see whether that leads back to us."""

    number: str
    test: CallBackTest


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallerIdReleased:
    """Somebody says that a number need rest no longer; what was counted against it is forgotten."""

    number: str
    by: str

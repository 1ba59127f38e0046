"""Makes the telephone system out of the settings of one Asterisk or several: for the composition root."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialer.domain.ids import BoxId, EndpointId
from dialer.domain.ports import TelephoneSystem
from dialer.settings_reader import SettingsError
from telephony.asterisk.opening import open_system
from telephony.asterisk.settings import AsteriskSettings
from telephony.fleet.box import BoxPlan, FleetTimings
from telephony.fleet.fleet import Fleet


def open_systems(
    settings: Sequence[AsteriskSettings],
    *,
    now: Callable[[], float],
    wall: Callable[[], float] | None = None,
    timings: FleetTimings | None = None,
    owned: frozenset[str] | None = None,
) -> TelephoneSystem:
    """The telephone system, not connected yet: of one Asterisk that itself, of several a fleet.

    Args:
        now, wall: see `AsteriskSystem`; owned: see `AdapterSettings`.
        timings: of the fleet; one alone has none.

    Raises:
        SettingsError: none, no trunk, or several without names of their own.
        CannotConnectError: another machine without TLS.
    """
    if not settings:
        raise SettingsError("there is no Asterisk in the settings")
    if len(settings) == 1:
        return open_system(settings[0], now=now, wall=wall, owned=owned)
    names = [one.name for one in settings]
    if "" in names or len(set(names)) != len(names):
        raise SettingsError("each of several Asterisks needs a `name` of its own")
    _check_between(settings)
    plans = [
        BoxPlan(
            box=BoxId(one.name),
            system=open_system(one, now=now, wall=wall, owned=owned),
            phones=frozenset(EndpointId(phone.endpoint) for phone in one.agents),
            lines=_lines(one),
        )
        for one in settings
    ]
    return Fleet(plans, timings=timings)


def _lines(settings: AsteriskSettings) -> int:
    """Of its carriers; of the way to another box where it has no carrier at all."""
    own = [trunk for trunk in settings.trunks if trunk.box is None]
    return sum(trunk.lines for trunk in own or settings.trunks)


def _check_between(settings: Sequence[AsteriskSettings]) -> None:
    """A trunk to another box needs one back, or that one takes its calls for a stranger's."""
    ways = {(one.name, trunk.box) for one in settings for trunk in one.trunks if trunk.box is not None}
    for here, there in sorted(ways):
        if (there, here) not in ways:
            raise SettingsError(
                f"{here} has a trunk to telephone system {there}, and {there} has none to {here}",
                mend=f'give {there} a trunk with box = "{here}", or take that one out.',
            )

"""Whether a carrier answers, and whether its certificate is what it should be."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.found import Found
from telephony.asterisk.settings import AsteriskSettings, Transport, TrunkSettings
from telephony.asterisk.wire import Action

WITHIN_S = 5.0
SOON_S = 14 * 86400.0
"""A certificate that ends sooner than this is told while there is time."""

REACHABLE = frozenset({"NOT_INUSE", "INUSE", "BUSY", "RINGING"})
"""States of a trunk whose far end answers Asterisk's checks."""


async def device_states(link: AmiConnection) -> dict[str, str]:
    """What Asterisk knows of each phone and trunk, by `PJSIP/name`."""
    listed = await link.send_list(Action(name="DeviceStateList"))
    return {item.get("device"): item.get("state") for item in listed}


async def trunks_found(
    link: AmiConnection, settings: AsteriskSettings, *, wall: Callable[[], float]
) -> list[Found]:
    """Each trunk's far end as Asterisk's own checks find it, and its certificate as seen from here.

    Args:
        wall: this machine's clock, POSIX seconds.
    """
    states = await device_states(link)
    found = [_reached(trunk, states.get(f"PJSIP/{trunk.name}", "unknown")) for trunk in settings.trunks]
    for trunk in settings.trunks:
        if trunk.transport is Transport.TLS:
            found.append(await _certificate(trunk, settings.sip.tls_authorities, wall()))
    return found


def _reached(trunk: TrunkSettings, state: str) -> Found:
    sound = "" if trunk.media_encryption.value == "no" else ", sound encrypted"
    return Found(
        name=f"trunk {trunk.name}",
        ok=state in REACHABLE,
        found=f"{state.lower().replace('_', ' ')}, {trunk.transport.value}{sound}",
        mend="look at `pjsip show contacts`: the carrier does not answer the checks (OPTIONS) that are sent "
        "to its host and port; over TLS its certificate may not be trusted.",
    )


async def _certificate(trunk: TrunkSettings, authorities: str, now: float) -> Found:
    """Asked for from this machine: where that is not Asterisk's, its own authorities are used."""
    name, at = f"certificate of {trunk.name}", f"{trunk.host}:{trunk.signalling_port}"
    context = ssl.create_default_context(cafile=authorities if Path(authorities).exists() else None)
    try:
        async with asyncio.timeout(WITHIN_S):
            _, writer = await asyncio.open_connection(trunk.host, trunk.signalling_port, ssl=context)
    except ssl.SSLCertVerificationError as error:
        return Found(
            name=name,
            ok=False,
            found=f"{at}: {error.verify_message}",
            mend="set host to the name that the certificate is for, and [asterisk.sip] tls_authorities to "
            "the file of the authority that signed it; Asterisk refuses the connection until then.",
        )
    except (OSError, TimeoutError) as error:
        mend = "open the way to the carrier's TLS port; see host, port and transport."
        return Found(name=name, ok=False, found=f"{at}: {error or 'no answer in time'}", mend=mend)
    shown = writer.get_extra_info("peercert")
    writer.close()
    left = ssl.cert_time_to_seconds(str(shown["notAfter"])) - now
    return Found(
        name=name,
        ok=left > SOON_S,
        found=f"trusted, and for {trunk.host}; ends in {left / 86400:.0f} days",
        mend="ask the carrier when it renews it: no call goes out when it has ended.",
    )

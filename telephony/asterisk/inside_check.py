"""What only a user with the class `reporting` sees: version, dialplan, registrations.

The dialer's own user has not got it: the list of registrations comes with the carriers' passwords. So the
doctor has a user of its own, who can do nothing to a call. The passwords that it is shown are never kept.
"""

from __future__ import annotations

import re

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.found import CONFIGURE, Found
from telephony.asterisk.opening import doctors_address_of
from telephony.asterisk.settings import AsteriskSettings, TrunkSettings
from telephony.asterisk.wire import Action

TESTED = 22
CONTEXTS = ("fairdial-customer", "fairdial-agent", "fairdial-supervise", "fairdial-inbound", "fairdial-probe")

_REGISTRATION_MEND = {
    "Rejected": "the carrier refuses username or secret, or does not know the account from this address.",
    "Unregistered": "it was not answered yet: look at host, port, transport and, over TLS, the certificate; "
    "just after a start of Asterisk, look again in half a minute.",
}


async def looked_at_from_inside(settings: AsteriskSettings) -> list[Found]:
    """Version, dialplan and each registration, or why none of it could be seen."""
    address = doctors_address_of(settings)
    if address is None:
        found = "version, dialplan and registrations were not looked at: the doctor has no password"
        return [Found(name="from inside", ok=False, found=found, mend=CONFIGURE)]
    link = AmiConnection(address)
    try:
        await link.connect()
        return [
            await _version(link),
            await _dialplan(link),
            *await _registrations(link, settings.trunks),
        ]
    except AmiError as error:
        return [Found(name="from inside", ok=False, found=str(error), mend=CONFIGURE)]
    finally:
        await link.close()


def version_found(told: str) -> Found:
    """What Asterisk says of its version: only one is tested."""
    number = re.search(r"\d+", told)
    return Found(
        name="Asterisk's version",
        ok=number is not None and int(number[0]) == TESTED,
        found=told or "not told",
        mend=f"install Asterisk {TESTED}: the floor is tested with no other, and the order of events, names "
        "of modules and rights differ from version to version.",
    )


async def _version(link: AmiConnection) -> Found:
    answer = await link.send(Action(name="CoreSettings"))
    return version_found(answer.get("asteriskversion"))


async def _dialplan(link: AmiConnection) -> Found:
    missing: list[str] = []
    for context in CONTEXTS:
        listed = await link.send_list(Action(name="ShowDialPlan", fields={"Context": context}))
        if not any(item.get("context") == context for item in listed):
            missing.append(context)
    found = f"missing: {', '.join(missing)}" if missing else "all contexts are there"
    return Found(name="dialplan", ok=not missing, found=found, mend=CONFIGURE)


async def _registrations(link: AmiConnection, trunks: tuple[TrunkSettings, ...]) -> list[Found]:
    listed = await link.send_list(Action(name="PJSIPShowRegistrationsOutbound"))
    states = {
        item.get("objectname"): item.get("status")
        for item in listed
        if item.event == "OutboundRegistrationDetail"  # the others hold passwords
    }
    return [_registration(trunk, states.get(trunk.name)) for trunk in trunks if trunk.is_registered]


def _registration(trunk: TrunkSettings, state: str | None) -> Found:
    name = f"registration of {trunk.name}"
    if state is None:
        return Found(name=name, ok=False, found="Asterisk knows of none", mend=CONFIGURE)
    at = f"{trunk.host}:{trunk.signalling_port} over {trunk.transport.value}"
    return Found(
        name=name,
        ok=state == "Registered",
        found=f"{state.lower()} at {at} as {trunk.username}",
        mend=_REGISTRATION_MEND.get(state, "look at `pjsip show registrations`."),
    )

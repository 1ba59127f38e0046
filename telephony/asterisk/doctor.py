"""Looks whether an Asterisk is fit for a floor, before the first call.

Nobody is dialed but a trunk's own test number, where one is set. What it cannot prove from here: that a
browser elsewhere reaches Asterisk through the network between.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.asterisk.browser_check import NoBrowserPhoneError, ask_as_a_browser
from telephony.asterisk.call_back_check import call_backs_found
from telephony.asterisk.clear_check import listening_in_clear
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.found import CONFIGURE, Found
from telephony.asterisk.inside_check import looked_at_from_inside
from telephony.asterisk.media_check import NoMediaError, prove_media
from telephony.asterisk.opening import address_of
from telephony.asterisk.relay_check import relays_found
from telephony.asterisk.rights_check import open_ways, ways
from telephony.asterisk.settings import AsteriskSettings, TrunkSettings
from telephony.asterisk.shut import ShutNumbers
from telephony.asterisk.sound_check import sounds_found
from telephony.asterisk.trunk_check import device_states, trunks_found
from telephony.asterisk.wire import Action

__all__ = ["Found", "examine"]

NEEDED = frozenset(
    {
        "bridge",
        "bridgelist",
        "hangup",
        "mixmonitormute",
        "originate",
        "playdtmf",
        "redirect",
        "setvar",
        "status",
        "stopmixmonitor",
    }
)
TOO_MUCH = frozenset(
    {
        "command",
        "dbput",
        "dialplanextensionadd",
        "getconfig",
        "moduleload",
        "pjsipshowregistrationsoutbound",
        "reload",
        "updateconfig",
    }
)
MOST_CLOCK_DIFFERENCE_S = 1.0


async def examine(
    settings: AsteriskSettings, *, wall: Callable[[], float], owned: tuple[str, ...] = ()
) -> tuple[Found, ...]:
    """Every check, in order; only the first where there is no connection.

    Args:
        wall: this machine's clock, POSIX seconds.
        owned: numbers of ours, each called over the first trunk, to see whether it leads back to us.
    """
    link = AmiConnection(address_of(settings))
    try:
        await link.connect()
    except AmiError as error:
        mend = "start Asterisk, or mend address, user, secret and certificate in the settings."
        return (Found(name="connection", ok=False, found=str(error), mend=mend),)
    try:
        return (
            Found(name="connection", ok=True, found=f"logged in at {settings.link.host}, fully booted"),
            await _rights(link),
            await _shut(link, settings),
            await _clock(link, wall),
            *await looked_at_from_inside(settings),
            *await trunks_found(link, settings, wall=wall),
            _shut_numbers(settings),
            *await sounds_found(link, settings, wall=wall),
            *other_way_out(settings),
            await _phones(link, settings),
            *[await _media(link, trunk, wall) for trunk in settings.trunks],
            *await listening_in_clear(settings),
            *await relays_found(settings, peers=settings.relay_peers, now=wall()),
            *await _browser_phones(settings),
            *await call_backs_found(link, settings, owned, wall=wall),
        )
    except AmiError as error:
        mend = "look into Asterisk's log; it went away while it was being looked at."
        return (Found(name="connection", ok=False, found=str(error), mend=mend),)
    finally:
        await link.close()


async def _rights(link: AmiConnection) -> Found:
    allowed = set((await link.send(Action(name="ListCommands"))).headers)
    missing, excess = sorted(NEEDED - allowed), sorted(TOO_MUCH & allowed)
    if missing:
        return Found(name="AMI rights", ok=False, found=f"missing: {', '.join(missing)}", mend=CONFIGURE)
    if excess:
        found = f"more than needed: {', '.join(excess)}"
        mend = (
            "take the classes system, config, command and reporting away from the user: they give a shell, "
            "and passwords."
        )
        return Found(name="AMI rights", ok=False, found=found, mend=mend)
    return Found(name="AMI rights", ok=True, found="what is needed and no more")


async def _shut(link: AmiConnection, settings: AsteriskSettings) -> Found:
    """What the user's classes would let it do with the modules that are loaded, tried one by one."""
    found = await open_ways(link, settings)
    if found:
        told = "; ".join(f"it can {way.name} ({way.module})" for way in found)
        mend = (
            "use the modules.conf that `fairdial asterisk config` writes (autoload = no), and restart "
            "Asterisk; nothing else takes these away from a user with the class call."
        )
        return Found(name="what the user could do", ok=False, found=told, mend=mend)
    tried = len(ways(settings))
    return Found(name="what the user could do", ok=True, found=f"{tried} ways to more were tried: all shut")


async def _clock(link: AmiConnection, wall: Callable[[], float]) -> Found:
    answer = await link.send(Action(name="Ping"))
    difference = float(answer.get("timestamp") or "nan") - wall()
    return Found(
        name="clock",
        ok=abs(difference) <= MOST_CLOCK_DIFFERENCE_S,
        found=f"Asterisk's is {difference:+.3f} s from ours",
        mend="synchronise both machines' clocks (chrony); abandonment is counted in seconds.",
    )


def _shut_numbers(settings: AsteriskSettings) -> Found:
    rows = ShutNumbers(shut=settings.shut, opened=settings.opened).rows
    opened = f"opened by the settings: {', '.join(settings.opened)}" if settings.opened else "none is opened"
    return Found(name="numbers never called", ok=True, found=f"{len(rows)} beginnings; {opened}")


def other_way_out(settings: AsteriskSettings) -> tuple[Found, ...]:
    """Whether agents of one of several telephone systems go on while its own trunks do not work."""
    if not settings.name:
        return ()
    boxes = [trunk for trunk in settings.trunks if trunk.box is not None]
    found = "none: its agents wait meanwhile; a trunk with `box` to another of ours would carry their calls"
    if boxes:
        lent = ", ".join(f"{trunk.box}, {trunk.lines} lines" for trunk in boxes)
        found = f"{lent}; desk and browser phones stay as they are"
    return (Found(name=f"way out of {settings.name} when its trunks fail", ok=True, found=found),)


async def _phones(link: AmiConnection, settings: AsteriskSettings) -> Found:
    states = await device_states(link)
    phones = [states.get(f"PJSIP/{agent.endpoint}", "UNAVAILABLE") for agent in settings.agents]
    there = sum(state not in {"UNAVAILABLE", "INVALID", "UNKNOWN"} for state in phones)
    # nobody registered is no failure: agents come later
    return Found(name="agents' phones", ok=True, found=f"{there} of {len(phones)} registered")


async def _media(link: AmiConnection, trunk: TrunkSettings, wall: Callable[[], float]) -> Found:
    name = f"sound over {trunk.name}"
    if trunk.test_number is None or trunk.test_caller_id is None:
        found = "not tried: no test_number is set for this trunk (a number of yours that echoes)"
        return Found(name=name, ok=True, found=found)
    try:
        proof = await prove_media(
            link,
            trunk=trunk.name,
            number=trunk.test_number,
            caller_id=trunk.test_caller_id,
            serial=str(int(wall() * 1000)),
        )
    except NoMediaError as error:
        mend = (
            "see that RTP ports ([asterisk.rtp]) pass every firewall both ways, that media_address or "
            "external_address is the one the carrier can reach, that codecs are the carrier's, and that "
            "the test number echoes."
        )
        return Found(name=name, ok=False, found=str(error), mend=mend)
    told = f"a tone came back; {proof.codec}, {proof.sent} packets sent, {proof.received} received"
    told += f", {proof.lost_share:.1%} lost"
    if proof.round_trip_s is not None:
        told += f", round trip {proof.round_trip_s * 1000:.0f} ms"
    return Found(name=name, ok=True, found=told)


async def _browser_phones(settings: AsteriskSettings) -> list[Found]:
    if not any(agent.browser for agent in settings.agents):
        return []
    try:
        answer = await ask_as_a_browser(settings)
    except NoBrowserPhoneError as error:
        return [Found(name="browser phones", ok=False, found=str(error), mend=error.mend)]
    return [Found(name="browser phones", ok=True, found=answer)]

"""Whatever keeps a telephone system in hearing dies loudly, and what it kept is begun anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from fake_ami import FakeAmi, Headers, event, message

from dialer.clock import posix_now
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import Event, NetworkLost, NetworkReconciled
from dialer.domain.ids import BoxId
from telephony.asterisk import adapter as adapters
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.trunks import TrunkPlan
from telephony.fleet.box import BoxPlan, FleetTimings
from telephony.fleet.fleet import Fleet
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan
from telephony.keeping import keep

TRUNK = TrunkPlan(name="carrier", order=0, share=1, lines=10, calls_per_second=10.0)


def nothing_lives(action: Headers) -> bytes:
    """A list without an item."""
    return message(Response="Success", EventList="start", ActionID=action["ActionID"]) + event(
        f"{action['Action']}Complete", ActionID=action["ActionID"], EventList="Complete"
    )


@pytest.fixture
async def system(ami: FakeAmi) -> AsyncIterator[AsteriskSystem]:
    for name in ("CoreShowChannels", "Status", "BridgeList", "DeviceStateList"):
        ami.answers[name] = nothing_lives
    address = AmiAddress(user="fairdial", secret="s", port=ami.port)
    timings = AmiTimings(ping_every=60, first_wait=0.01, most_wait=0.05)
    made = AsteriskSystem(address, AdapterSettings(trunks=(TRUNK,)), now=posix_now, timings=timings)
    yield made
    await made.stop()


async def heard_until_the_end(system: AsteriskSystem) -> list[Event]:
    return [event async for event in system.events()]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60.0):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_a_defect_in_reading_asterisk_ends_the_stream_with_a_loss_and_a_new_start_works(
    ami: FakeAmi, system: AsteriskSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    await system.start()

    def defect(*_: object, **__: object) -> None:
        raise ValueError("defect")

    with monkeypatch.context() as planted:
        planted.setattr("telephony.asterisk.lag.Lag.feed", defect)
        ami.send(event("Newchannel", Uniqueid="x"))
        async with asyncio.timeout(60.0):
            told = await heard_until_the_end(system)
    assert [type(one) for one in told] == [NetworkLost]
    assert isinstance(told[0], NetworkLost)
    assert "defect" in told[0].reason
    await system.start()
    assert (await system.reconcile()).live == ()


async def test_a_link_that_will_not_come_back_by_itself_ends_the_stream(
    ami: FakeAmi, system: AsteriskSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    await system.start()

    def defect(*_: object) -> None:
        raise ValueError("defect")

    with monkeypatch.context() as planted:
        planted.setattr("telephony.asterisk.connection._ping", defect)
        planted.setattr("telephony.asterisk.connection.AmiConnection._is_silent", defect)
        system._link._gone.set()  # pyright: ignore[reportPrivateUsage]  # the keeper looks at once
        planted.setattr("telephony.asterisk.connection.AmiConnection._come_back", defect)
        async with asyncio.timeout(60.0):
            told = await heard_until_the_end(system)
    assert [type(one) for one in told] == [NetworkLost]
    await system.start()


async def test_the_measuring_of_phones_begins_again_after_a_defect(
    system: AsteriskSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[int] = []

    async def run(_: object) -> None:
        began.append(1)
        if len(began) == 1:
            raise ValueError("defect")
        await asyncio.Event().wait()

    monkeypatch.setattr(adapters, "_LISTEN_AGAIN_S", 0.001)
    monkeypatch.setattr("telephony.asterisk.phone_sound.PhoneListener.run", run)
    await system.start()
    await until(lambda: len(began) == 2)


async def test_a_box_whose_hearing_dies_of_a_defect_is_lost_and_heard_again() -> None:
    class Defective(InMemoryNetwork):
        """Its report raises once."""

        reports = 0

        async def reconcile(self) -> NetworkReconciled:
            Defective.reports += 1
            if Defective.reports == 1:
                raise ValueError("defect")
            return await super().reconcile()

    inside = Defective(public=Public(PublicPlan(), seed=1), now=posix_now)
    timings = FleetTimings(first_wait=0.001, most_wait=0.002, give_up=5.0, start=1.0, connect=1.0)
    fleet = Fleet([BoxPlan(box=BoxId("north"), system=inside)], timings=timings)
    await fleet.start()
    assert (await fleet.reconcile()).boxes[0].box == "north"
    assert Defective.reports >= 2
    await fleet.stop()


async def test_the_death_of_a_keeper_is_told_once_and_a_cancelled_one_is_none() -> None:
    died: list[Exception] = []

    async def fail() -> None:
        raise TelephoneSystemUnavailableError("gone")

    async def wait() -> None:
        await asyncio.Event().wait()

    failing, waiting = keep(fail(), name="a", died=died.append), keep(wait(), name="b", died=died.append)
    await asyncio.wait({failing})
    waiting.cancel()
    await asyncio.wait({waiting})
    await asyncio.sleep(0)
    assert [str(error) for error in died] == ["gone"]

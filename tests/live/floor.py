"""A floor for live tests: the adapter on a laboratory, commands made short, events collected."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from lab.laboratory import AMI_SECRET, Laboratory

from compliance_gate.call_handling import UNTIL_CARRIED, CallHandling
from compliance_gate.findings import Clearance, Recording
from dialer.clock import posix_now
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Bridge, ConnectAgentLeg, DropAgentLeg, Hangup, HangupReason, Originate
from dialer.domain.cue import Cue
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import AgentLegRestored, CallEnded, CallNotAttempted, Event, NetworkReconciled
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, NumberId, PersonId
from dialer.domain.voice import PlannedVoice
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan

CAMPAIGN = CampaignId("live")
E = TypeVar("E")


class Floor:
    """One adapter and what it told, in order."""

    def __init__(
        self,
        laboratory: Laboratory,
        *,
        trunks: tuple[TrunkPlan, ...] = (TrunkPlan(name="trunk", calls_per_second=200, lines=1000),),
        timings: AmiTimings | None = None,
        host: str | None = None,
        port: int = 5038,
        owned: frozenset[str] | None = None,
        voices: Mapping[CampaignId, Voice] | None = None,
    ) -> None:
        self.laboratory = laboratory
        address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=host or laboratory.address, port=port)
        spoken = {CAMPAIGN: Voice(message="sorry", drop="sorry", record=True), **(voices or {})}
        record = laboratory.settings.call_record
        settings = AdapterSettings(
            trunks=trunks, voices=spoken, owned=owned, call_record=None if record is None else Path(record)
        )
        self.system = AsteriskSystem(address, settings, now=posix_now, timings=timings)
        self.told: list[Event] = []
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._run = uuid.uuid4().hex[:8]
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """Connect, ask what lives there, and listen."""
        await self.system.start()
        self.told.append(await self.system.reconcile())
        self._reader = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """End what is left of this test and disconnect."""
        with contextlib.suppress(TelephoneSystemUnavailableError):
            left = await self.system.reconcile()
            for agent in left.agents:
                await self.system.perform(DropAgentLeg(agent=agent))
            for attempt in left.live:
                await self.hang_up(attempt)
            async with asyncio.timeout(30):
                while left.live or left.agents:
                    await asyncio.sleep(0.02)
                    left = await self.system.reconcile()
        await self.system.stop()
        if self._reader is not None:
            await self._reader

    async def _read(self) -> None:
        async for event in self.system.events():
            self.told.append(event)
            async with self._news:
                self._news.notify_all()

    async def wait(self, kind: type[E], *, within: float = 20.0, since: int = 0, **fields: object) -> E:
        """The first event of that kind with these values from `since` on, told already or to come."""

        def found() -> E | None:
            for event in self.told[since:]:
                if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                    return event
            return None

        try:
            async with self._news, asyncio.timeout(within):
                await self._news.wait_for(lambda: found() is not None)
        except TimeoutError as error:
            raise TimeoutError(
                f"no {kind.__name__} {fields} in {within:g} s, but {self.told[-12:]}"
            ) from error
        event = found()
        assert event is not None
        return event

    def of(self, attempt: AttemptId, kind: type[E]) -> list[E]:
        """Events of that kind about that attempt."""
        return [e for e in self.told if isinstance(e, kind) and getattr(e, "attempt", None) == attempt]

    async def call(
        self,
        ending: str,
        *,
        ring_s: float = 20.0,
        detection: DetectionMode = DetectionMode.OFF,
        may_play: frozenset[Recording] = frozenset({Recording.ABANDONMENT_MESSAGE}),
        joins: AttemptId | None = None,
        is_private: bool = False,
        voice: PlannedVoice | None = None,
        caller_id: str = "+15550100199",
        dial: str | None = None,
        handling: CallHandling = UNTIL_CARRIED,
        campaign: CampaignId = CAMPAIGN,
    ) -> AttemptId:
        """Call the number that ends so (or `dial`); its last three digits say what its owner does."""
        attempt = AttemptId(f"{self._run}-{next(self._numbers)}")
        number = dial or f"+1555{ending:>08}".replace(" ", "0")
        now = datetime.fromtimestamp(posix_now(), UTC)
        clearance = Clearance(
            clearance=attempt,
            person="p",
            number=number,
            debts=(),
            issued_at=now,
            expires_at=now + timedelta(seconds=5),
            rulebook="test",
            may_play=may_play,
            handling=handling,
        )
        command = Originate(
            attempt=attempt,
            campaign=campaign,
            person=PersonId("p"),
            number=NumberId(f"n-{attempt}"),
            clearance=clearance,
            caller_id=caller_id,
            ring_s=ring_s,
            answer_limit_s=2.0,
            detection=detection,
            joins=joins,
            is_private=is_private,
            voice=voice,
        )
        await self.system.perform(command, dial=number)
        return attempt

    async def over(self, attempt: AttemptId, *, within: float = 45.0) -> CallEnded | CallNotAttempted:
        """How the attempt ended."""
        done: asyncio.Future[CallEnded | CallNotAttempted] = asyncio.get_running_loop().create_future()

        def look() -> bool:
            for event in self.told:
                if isinstance(event, CallEnded | CallNotAttempted) and event.attempt == attempt:
                    if not done.done():
                        done.set_result(event)
                    return True
            return False

        async with self._news:
            async with asyncio.timeout(within):
                await self._news.wait_for(look)
        return done.result()

    async def agent(self, name: str, endpoint: str) -> AgentId:
        """An agent whose leg is up."""
        agent = AgentId(name)
        await self.system.perform(ConnectAgentLeg(agent=agent, endpoint=EndpointId(endpoint)))
        await self.wait(AgentLegRestored, agent=agent)
        return agent

    def now(self) -> float:
        """The wall clock, POSIX seconds."""
        return posix_now()

    async def bridge(self, attempt: AttemptId, agent: AgentId, *, cue: Cue | None = None) -> None:
        """Join the two."""
        await self.system.perform(Bridge(attempt=attempt, agent=agent, cue=cue))

    async def living(
        self, is_so: Callable[[NetworkReconciled], bool], *, within: float = 20.0
    ) -> NetworkReconciled:
        """What lives, as soon as it is so."""
        async with asyncio.timeout(within):
            while not is_so(living := await self.system.reconcile()):
                await asyncio.sleep(0.05)
        return living

    async def stop_agents(self) -> None:
        """Every agent leaves."""
        for agent in (await self.system.reconcile()).agents:
            await self.system.perform(DropAgentLeg(agent=agent))

    def forget(self, attempt: AttemptId) -> None:
        """Drop what was told of an attempt, for runs of many."""
        self.told = [event for event in self.told if getattr(event, "attempt", None) != attempt]

    async def hang_up(self, attempt: AttemptId) -> None:
        """End the call."""
        await self.system.perform(Hangup(attempt=attempt, reason=HangupReason.FLOOR_STOPPED))

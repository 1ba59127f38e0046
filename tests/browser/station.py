"""A floor for browser tests: the real engine, store, HTTP side and adapter on a laboratory's Asterisk."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import msgspec
from lab.laboratory import Laboratory
from proxy import Wire
from whole import CAMPAIGN, SHOWS, Watched, make_store, make_system

from compliance_gate.book.shipped import sample_rulebook
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate
from dialer.domain.disposition import Disposition
from dialer.domain.events import Event
from dialer.domain.ids import AttemptId, ClientId
from dialer.domain.ports import TelephoneCommand
from dialer.domain.snapshot import AgentView
from dialer.domain.voice import RecordingNote, VoicePlan
from dialer.floor.live import FloorOrder, Running, running_floor
from dialer.floor.made_up import NUMBERS
from dialer.floor.phones import DeskPhone, PhoneAccount, Phones
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Role, Token, Tokens, digest_of
from telephony.asterisk.relay import RelaySettings

AGENT = "anna"
TOKEN = "the token of anna"
NO_PHONE = "the token of bert"
DESK_AGENT, DESK_TOKEN, DESK_PHONE = "dora", "the token of dora", "desk9"
"""An agent whose phone stands on a desk; it is switched off."""
ENDPOINT = "web201"


class Public(Watched):
    """Everybody who is called does the same: what the laboratory's number of that ending does."""

    ending: str

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        if isinstance(command, Originate) and dial is not None:
            self.ordered.append(command.attempt)
            dial = f"{dial}{self.ending}"
        await super(Watched, self).perform(command, dial=dial)


class Station:
    """One agent's place: the floor around it, which may be stopped and started again at the same address."""

    def __init__(
        self,
        laboratory: Laboratory,
        folder: Path,
        *,
        ending: str,
        relay: RelaySettings | None = None,
        voice: VoicePlan | None = None,
        corrections_s: float = 900.0,
    ) -> None:
        self.laboratory = laboratory
        self.voice = voice
        self.corrections_s = corrections_s
        self.relay = relay or RelaySettings()
        self.ending = ending
        self.port = free_port()
        self.database = str(folder / "floor.db")
        self._clock = RehearsalClock(began=posix_now(), shows=SHOWS)
        self._life: AsyncExitStack | None = None
        self._running: Running | None = None
        self._system: Public | None = None
        self._signalling = Wire(laboratory.address, 8089)
        make_store(self.database, now=self._clock.posix(), persons=300)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/phone/"

    @property
    def secret(self) -> str:
        """The password of the agent's phone."""
        return self.laboratory.secret_of(ENDPOINT)

    async def start(self) -> None:
        """Run the floor."""
        if not self._signalling.port:
            await self._signalling.open()
        system = make_system(self._clock, host=self.laboratory.address)
        system.__class__ = Public
        assert isinstance(system, Public)
        system.ending = self.ending
        self._system = system
        self._life = AsyncExitStack()
        floor = running_floor(self._order(), network=system, clock=self._clock, rulebook=sample_rulebook())
        self._running = await self._life.enter_async_context(floor)

    async def stop(self) -> None:
        """End the dialer's process; what lives in Asterisk goes on."""
        if self._life is not None:
            await self._life.aclose()
        self._life = self._running = None

    async def close(self) -> None:
        """End everything of it, the person's call too."""
        await self.stop()
        await self._signalling.close()
        self.laboratory.pbx.command("channel request hangup all")

    @property
    def told(self) -> list[Event]:
        """Everything that the telephone system told, in order."""
        assert self._system is not None
        return self._system.heard

    def real(self, at: float) -> float:
        """An instant of the floor's clock on the machine's own, both POSIX seconds."""
        return at - SHOWS + self._clock.began

    def cut_signalling(self) -> None:
        """The phone's socket to Asterisk breaks; the sound, which goes another way, does not."""
        self._signalling.cut()

    def promised(self) -> list[int]:
        """Cents of every promise on file."""
        return [int(str(row[0])) for row in self._ask("SELECT cents FROM promises ORDER BY sequence")]

    def recorded(self, attempt: AttemptId) -> str | None:
        """The attempt's outcome on file."""
        rows = self._ask("SELECT disposition_kind FROM attempts WHERE attempt = ?", attempt)
        return None if not rows or rows[0][0] is None else str(rows[0][0])

    def said(self, attempt: AttemptId) -> Disposition | None:
        """The attempt's whole outcome on file."""
        ((text,),) = self._ask("SELECT disposition FROM attempts WHERE attempt = ?", attempt)
        return None if text is None else msgspec.json.decode(str(text), type=Disposition)

    def recording_note(self, attempt: AttemptId) -> RecordingNote | None:
        """What is on file of what was said on the call about its being recorded."""
        ((text,),) = self._ask("SELECT recording FROM attempts WHERE attempt = ?", attempt)
        return None if text is None else msgspec.json.decode(str(text), type=RecordingNote)

    def requests(self) -> int:
        """How many facts of people are on file that are requests."""
        ((count,),) = self._ask("SELECT count(*) FROM facts WHERE kind = 'request'")
        return int(str(count))

    def _ask(self, query: str, *values: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def view(self) -> AgentView | None:
        """The agent as the floor sees them."""
        assert self._running is not None
        rows = self._running.floor.snapshot().agents
        return next((row for row in rows if row.agent == AGENT), None)

    async def until(self, state: AgentState, *, within: float = 20.0) -> AgentView:
        """Wait until the floor says that the agent is in this state."""

        def there() -> bool:
            view = self.view()
            return view is not None and view.state is state

        await until(there, within=within, what=f"the agent {state.value}")
        view = self.view()
        assert view is not None
        return view

    async def on_call(self) -> AttemptId:
        """Wait until the agent talks; the attempt."""
        attempt = (await self.until(AgentState.TALKING)).attempt
        assert attempt is not None
        return attempt

    def _order(self) -> FloorOrder:
        campaign = CampaignSettings(
            campaign=CAMPAIGN,
            client=ClientId("made-up"),
            policy="progressive",
            caller_id="+12125550100",
            lines=1,
            launches_per_second=5,
            ring_s=15.0,
            voice=self.voice,
            corrections_s=self.corrections_s,
        )
        account = PhoneAccount(
            agent=AGENT,
            endpoint=ENDPOINT,
            secret=self.secret,
            server=f"wss://127.0.0.1:{self._signalling.port}/ws",
            relay=self.relay,
        )
        phones = Phones([account], desks=[DeskPhone(endpoint=DESK_PHONE, agent=DESK_AGENT)])
        agents = {TOKEN: AGENT, NO_PHONE: "bert", DESK_TOKEN: DESK_AGENT}
        tokens = Tokens(
            Token(digest=digest_of(text), roles=frozenset({Role.AGENT}), name=agent, agent=agent)
            for text, agent in agents.items()
        )
        return FloorOrder(
            database=self.database,
            campaigns=(campaign,),
            caller_ids=NUMBERS,
            settings=RuntimeSettings(drain_s=0.0),
            mount=HttpSide(tokens=tokens, port=self.port, phones=phones).mount,
        )


@asynccontextmanager
async def station(
    laboratory: Laboratory,
    folder: Path,
    *,
    ending: str,
    relay: RelaySettings | None = None,
    voice: VoicePlan | None = None,
    corrections_s: float = 900.0,
) -> AsyncGenerator[Station]:
    """A station while the block runs; every call of it is ended with it."""
    made = Station(laboratory, folder, ending=ending, relay=relay, voice=voice, corrections_s=corrections_s)
    await made.start()
    try:
        yield made
    finally:
        await made.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(
    is_so: Callable[[], bool] | Callable[[], Awaitable[bool]], *, within: float = 15.0, what: str = "it"
) -> None:
    """Wait for something of the outside world.

    Raises:
        AssertionError: it did not come in time.
    """
    try:
        async with asyncio.timeout(within):
            while True:
                found = is_so()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited {within:g} s in vain for {what}") from None

"""Scripted collectors: they sit at the network's telephones and use the dialer's HTTP API, as people would.

They never take "no answer" for an answer: a disposition is sent until the dialer says that it is written down
or that it no longer wants it, through restarts and all. What was acknowledged goes into the network's log.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import log as ln
from typing import Any, cast

import httpx2
import structlog

from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public
from telephony.lines.line import CallerLine, Line
from telephony.lines.watching import Unwatched
from telephony.simulated.log_file import LogFile, LogLine
from telephony.simulated.saying import body_of

log = structlog.get_logger(__name__)

LOOK_S = 0.5
REQUEST_S = 5.0
AGAIN_S = 0.3
MOST_TRIES = 2000
"""Real seconds between looks at the floor, for one request, and before the next try."""

_NO_ANSWER = (httpx2.HTTPError, OSError, AttributeError)
"""The last is anyio's word under uvloop for a connection that was reset in the instant it was made."""

_TAKEN, _UNWANTED = range(200, 300), (404, 409, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsPlan:
    """How the floor is staffed and what collectors write down.

    Args:
        count: how many collectors.
        after_call_s: mean after-call work in the floor's seconds.
        opt_outs_per_minute: requests that reach the office by other ways than a call, in real minutes.
        certificate: file of the one that the floor must show, whoever signed it; '' = it speaks in clear, or
            under one that everybody takes.
        results: what comes of talks with people: disposition -> weight.
    """

    count: int
    campaign: str
    api: str
    token: str
    tags: tuple[str, ...] = ()
    after_call_s: float = 5.0
    opt_outs_per_minute: float = 0.0
    certificate: str = ""
    results: Mapping[str, float] = field(
        default_factory=lambda: {
            DispositionKind.NO_COMMITMENT.value: 5.0,
            DispositionKind.PROMISE_TO_PAY.value: 2.0,
            DispositionKind.REFUSED_TO_PAY.value: 1.0,
            DispositionKind.STOP_CALLING.value: 1.0,
            DispositionKind.WRONG_NUMBER.value: 1.0,
        }
    )


def _taken(certificate: str) -> ssl.SSLContext | bool:
    """Which servers are spoken to: the one with this certificate, by whatever name it is reached."""
    if not certificate:
        return True
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


class ScriptedAgents(Unwatched):
    """Everybody on the floor, and the office that takes opt-outs.

    Args:
        file: where acknowledged dispositions and requests are written; None = nowhere.
        now: the floor's clock.
        pace: its seconds in one real second, at this moment.
    """

    def __init__(
        self,
        plan: AgentsPlan,
        *,
        network: InMemoryNetwork,
        public: Public,
        file: LogFile | None,
        now: Callable[[], float],
        pace: Callable[[], float],
    ) -> None:
        self._plan = plan
        self._network = network
        self._public = public
        self._file = file
        self._now = now
        self._pace = pace
        self._names = [AgentId(f"agent-{place:03d}") for place in range(1, plan.count + 1)]
        self._writing: set[str] = set()
        self._ended: asyncio.Queue[tuple[AgentId, str, DispositionKind, float]] = asyncio.Queue()
        self._talked_to: list[str] = []
        self._drawn = 0
        self._offered: list[dict[str, Any]] = []
        network.watch(self)

    async def run(self) -> None:
        """Work, for ever."""
        headers = {"Authorization": f"Bearer {self._plan.token}"}
        async with (
            httpx2.AsyncClient(
                base_url=self._plan.api,
                headers=headers,
                timeout=REQUEST_S,
                verify=_taken(self._plan.certificate),
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._watch(client, group))
            group.create_task(self._write_down_all(client, group))
            if self._plan.opt_outs_per_minute > 0.0:
                group.create_task(self._take_opt_outs(client))

    # --- seats -------------------------------------------------------------------------------------------

    async def _watch(self, client: httpx2.AsyncClient, group: asyncio.TaskGroup) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            floor = await self._get(client, "/api/floor")
            if floor is None:
                continue
            rows = cast("dict[str, Any]", floor)["agents"]
            seen = {row["agent"]: row for row in cast("list[dict[str, Any]]", rows)}
            for name in self._names:
                await self._see_to(client, group, name, seen.get(name))

    async def _see_to(
        self,
        client: httpx2.AsyncClient,
        group: asyncio.TaskGroup,
        name: AgentId,
        row: dict[str, Any] | None,
    ) -> None:
        state = "logged_out" if row is None else str(row["state"])
        if state == "logged_out":
            body = {
                "campaign": self._plan.campaign,
                "endpoint": f"endpoint-{name}",
                "tags": list(self._plan.tags),
            }
            await self._post(client, f"/api/agents/{name}/login", body)
        elif state == "not_ready":
            await self._post(client, f"/api/agents/{name}/ready", {})
        elif state == "leg_lost":
            await self._post(client, f"/api/agents/{name}/logout", {})
        elif state == "wrapping" and row is not None and row["attempt"] not in self._writing:
            # The end of the talk passed us by, or the dialer forgot what we told it before it was written.
            attempt = str(row["attempt"])
            self._writing.add(attempt)
            kind = DispositionKind.NO_COMMITMENT
            group.create_task(self._write_down(client, name, attempt, kind, 0.0))

    # --- dispositions ------------------------------------------------------------------------------------

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """A talk is over: it will be written down."""
        del now
        if isinstance(line, CallerLine):
            return
        attempt = line.order.attempt
        u = self._public.draws("disposition", attempt)
        is_person = line.behaviour.detected is Detected.HUMAN
        kind = self._kind(u[0]) if is_person else DispositionKind.MACHINE
        if is_person:
            self._talked_to.append(line.order.person)
            del self._talked_to[:-1000]
        self._writing.add(attempt)
        self._ended.put_nowait((agent, attempt, kind, -self._plan.after_call_s * ln(u[1])))

    def _kind(self, u: float) -> DispositionKind:
        left = u * sum(self._plan.results.values())
        for name, weight in self._plan.results.items():
            left -= weight
            if left < 0.0:
                return DispositionKind(name)
        return DispositionKind.NO_COMMITMENT

    async def _write_down_all(self, client: httpx2.AsyncClient, group: asyncio.TaskGroup) -> None:
        while True:
            agent, attempt, kind, after = await self._ended.get()
            group.create_task(self._write_down(client, agent, attempt, kind, after))

    async def _write_down(
        self, client: httpx2.AsyncClient, agent: AgentId, attempt: str, kind: DispositionKind, after: float
    ) -> None:
        await asyncio.sleep(after / self._pace())
        said = body_of(kind, await self._what_is_offered(client, agent), now=self._now())
        if await self._insist(client, f"/api/attempts/{attempt}/disposition", {"agent": agent, **said}):
            told = str(said["kind"])
            self._note(LogLine(what="disposed", at=self._now(), attempt=attempt, agent=agent, text=told))
        else:
            self._offered = []  # perhaps the list is another since the floor was started again
        await asyncio.sleep(2.0)
        self._writing.discard(attempt)

    async def _what_is_offered(self, client: httpx2.AsyncClient, agent: AgentId) -> list[dict[str, Any]]:
        """The campaign's list, asked for once; [] while it cannot be."""
        if not self._offered:
            found = await self._get(client, f"/api/agents/{agent}/dispositions")
            self._offered = cast("list[dict[str, Any]]", found or [])
        return self._offered

    # --- the office --------------------------------------------------------------------------------------

    async def _take_opt_outs(self, client: httpx2.AsyncClient) -> None:
        """People who write in: each opt-out is sent until it is acknowledged."""
        while True:
            self._drawn += 1
            u = self._public.draws("opt-out", str(self._drawn))
            await asyncio.sleep(-60.0 / self._plan.opt_outs_per_minute * ln(u[0]))
            if not self._talked_to:
                continue
            person = self._talked_to[int(u[1] * len(self._talked_to))]
            body: dict[str, object] = {"scope": "person", "source": "letter", "person": person}
            if await self._insist(client, "/api/facts/suppressions", body):
                self._note(LogLine(what="requested", at=self._now(), person=person, text="suppression"))

    # --- means -------------------------------------------------------------------------------------------

    def _note(self, line: LogLine) -> None:
        if self._file is not None:
            self._file.write(line)

    async def _insist(self, client: httpx2.AsyncClient, path: str, body: dict[str, object]) -> bool:
        """Send until it is written down (True) or not wanted any more (False)."""
        for _ in range(MOST_TRIES):
            status = await self._post(client, path, body)
            if status in _TAKEN:
                return True
            if status in _UNWANTED:
                return False
            await asyncio.sleep(AGAIN_S)
        return False

    async def _post(self, client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> int:
        try:
            return (await client.post(path, json=body)).status_code
        except _NO_ANSWER:
            return 0

    async def _get(self, client: httpx2.AsyncClient, path: str) -> object:
        """What is answered; None = nothing, or no success."""
        try:
            response = await client.get(path)
        except _NO_ANSWER:
            return None
        return cast("object", response.json()) if response.status_code == 200 else None

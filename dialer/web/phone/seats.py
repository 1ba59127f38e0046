"""An agent's own seat, pushed to their page when it changes. One look at the floor serves everybody."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from dialer.domain.snapshot import AgentView, FloorSnapshot
from dialer.web.watching import Watchers

PERIOD_S = 0.1
"""Looking is free while nothing happened: the floor makes a picture at most once a step."""

KEEP_ALIVE_S = 5.0
"""A page that hears nothing for longer than twice this knows that the floor is gone."""

MOST_SEATS = 2000

_encode = msgspec.json.Encoder().encode


class SeatWatch:
    """Pages that watch a seat."""

    def __init__(self, look: Callable[[], FloorSnapshot]) -> None:
        self._look = look
        self.watchers = Watchers(MOST_SEATS)
        self._sent: dict[str, str] = {}
        self._sequence = -1

    async def run(self) -> None:
        """Push, for ever."""
        idle = 0.0
        while True:
            await asyncio.sleep(PERIOD_S)
            if not len(self.watchers):
                continue
            idle += PERIOD_S
            if idle >= KEEP_ALIVE_S:
                idle = 0.0
                self._sent.clear()
                self._sequence = -1
            self.push()

    def push(self) -> None:
        """To every page whose seat looks different from what was sent last."""
        snapshot = self._look()
        if snapshot.sequence == self._sequence:
            return
        self._sequence = snapshot.sequence
        for agent, text in _texts(snapshot, self.watchers.subjects).items():
            if text != self._sent.get(agent):
                self.watchers.send(text, agent)
                self._sent[agent] = text

    def join(self, agent: str) -> asyncio.Queue[str]:
        """One more page; its first picture waits in the queue."""
        queue = self.watchers.join(agent)
        queue.put_nowait(_texts(self._look(), (agent,))[agent])
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> None:
        """One less."""
        forgotten = self.watchers.leave(queue)
        if forgotten is not None:
            self._sent.pop(forgotten, None)


def _texts(snapshot: FloorSnapshot, agents: Iterable[str]) -> dict[str, str]:
    """What each of these agents is sent. `for_s` is left out: it changes with every look, and the page counts
    for itself from `since`."""
    seats: dict[str, AgentView] = {view.agent: view for view in snapshot.agents}
    return {agent: encode_seat(snapshot, seats.get(agent)) for agent in sorted(set(agents))}


def encode_seat(snapshot: FloorSnapshot, view: AgentView | None) -> str:
    """One agent's picture as JSON: `seat` is null for somebody who is not logged in."""
    seat: dict[str, object] | None = None
    if view is not None:
        seat = msgspec.to_builtins(view)
        assert seat is not None
        seat["since"] = round(snapshot.now - view.for_s, 3)
        del seat["for_s"]
        seat.pop("sound", None)  # the page measures its own, and it is news every second
    return _encode(
        {
            "seat": seat,
            "is_floor_stopped": snapshot.is_floor_stopped,
            "is_network_up": snapshot.is_network_up,
        }
    ).decode()

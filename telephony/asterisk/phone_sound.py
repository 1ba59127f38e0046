"""How well Asterisk hears the agents' telephones, and they it: its RTP counters, asked every few seconds.

`Getvar` of `CHANNEL(rtcp,all)` needs the write class `call`, which the dialer has; the events `RTCPSent` and
`RTCPReceived` would need `reporting` to be read as well. Counters run over a leg's whole life, so shares are
taken between two looks. What the telephone reports of us begins anew whenever our stream gets another source
id, as it does with each call that is joined.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialer.domain.ids import AgentId
from dialer.domain.sound import AgentSound
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.wire import Action
from telephony.softphone.legs import LegBook
from telephony.softphone.rating import rating

LOOK_EVERY_S = 5.0
WINDOW_S = 30.0
MOST_PLAUSIBLE_S = 5.0
"""A talk with more delay than this is none: what says so is a counter gone wrong, and is left out."""
# The first second or two of a leg says little: half a second of packets at least.
_LEAST_PACKETS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """One look at a leg's RTP. Counts since the leg began; `lost_there` since `source` began."""

    at: float
    source: str
    received: int
    lost: int
    sent: int
    lost_there: int
    jitter_s: float
    jitter_there_s: float
    round_trip_s: float


def parse(text: str, *, at: float) -> Counters | None:
    """What `CHANNEL(rtcp,all)` says: `name=value` joined by semicolons; None when it says something else."""
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    try:
        return Counters(
            at=at,
            source=parts["ssrc"],
            received=int(parts["rxcount"]),
            lost=max(0, int(parts["lp"])),
            sent=int(parts["txcount"]),
            lost_there=max(0, int(parts["rlp"])),
            jitter_s=_span(parts["rxjitter"]),
            jitter_there_s=_span(parts["txjitter"]),
            round_trip_s=_span(parts["rtt"]),
        )
    except (KeyError, ValueError):
        return None


def _span(text: str) -> float:
    """Seconds of jitter or round trip; 0 = not measured, as Asterisk itself says it. Telephones send clocks
    that wrap and fields they never filled: spans of hours were seen, and an average with one of them is one.
    """
    seconds = float(text)
    return seconds if 0.0 <= seconds <= MOST_PLAUSIBLE_S else 0.0


class LegSound:
    """The looks at one leg."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._looks: deque[Counters] = deque()
        self._lost_there = 0
        self._totals: deque[int] = deque()

    def take(self, look: Counters) -> None:
        """One more."""
        if self._looks:
            last = self._looks[-1]
            began = look.source != last.source or look.lost_there < last.lost_there
            self._lost_there += look.lost_there - (0 if began else last.lost_there)
        self._looks.append(look)
        self._totals.append(self._lost_there)
        while len(self._looks) > 2 and self._looks[1].at < look.at - WINDOW_S:
            self._looks.popleft()
            self._totals.popleft()

    def figures(self) -> AgentSound | None:
        """Over the last seconds; None after the first look."""
        if len(self._looks) < 2:
            return None
        first, last = self._looks[0], self._looks[-1]
        received, sent = last.received - first.received, last.sent - first.sent
        missed = max(0, last.lost - first.lost)
        lost = _share(missed, received + missed)
        lost_there = _share(self._totals[-1] - self._totals[0], sent)
        jitters = [look.jitter_s for look in self._looks if look.jitter_s > 0.0]
        theirs = [look.jitter_there_s for look in self._looks if look.jitter_there_s > 0.0]
        trips = [look.round_trip_s for look in self._looks if look.round_trip_s > 0.0]
        jitter, there, trip = _mean(jitters), _mean(theirs), _mean(trips)
        ways = [
            rating(lost=share, jitter_s=varies or 0.0, round_trip_s=trip or 0.0)
            for share, varies in ((lost, jitter), (lost_there, there))
            if share is not None
        ]
        return AgentSound(
            measured_at=last.at,
            lost=lost,
            lost_there=lost_there,
            jitter_s=jitter,
            jitter_there_s=there,
            round_trip_s=trip,
            rating=min(ways) if ways else None,
        )


class PhoneListener:
    """Asks about every leg that is up, one after the other.

    Args:
        link: gives the present connection.
        now: POSIX seconds of the floor's clock.
    """

    def __init__(self, *, link: Callable[[], AmiConnection], legs: LegBook, now: Callable[[], float]) -> None:
        self._link = link
        self._legs = legs
        self._now = now
        self._heard: dict[AgentId, LegSound] = {}

    def figures(self) -> Mapping[AgentId, AgentSound]:
        """The newest of every agent whose leg is up."""
        known = {agent: leg.figures() for agent, leg in sorted(self._heard.items())}
        return {agent: found for agent, found in known.items() if found is not None}

    async def run(self) -> None:
        """Ask, until cancelled. What cannot be asked now is asked again at the next round."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """One round."""
        up = {agent: channel for agent in self._legs.up() if (channel := self._legs.channel_of(agent))}
        self._heard = {a: leg for a, leg in self._heard.items() if up.get(a) == leg.channel}
        for agent, channel in up.items():
            try:
                answer = await self._link().send(_ask(channel), within=2.0)
            except AmiError:
                return
            look = parse(answer.get("value"), at=self._now()) if answer.is_success else None
            if look is not None:
                self._heard.setdefault(agent, LegSound(channel)).take(look)


def _ask(channel: str) -> Action:
    return Action(name="Getvar", fields={"Channel": channel, "Variable": "CHANNEL(rtcp,all)"})


def _share(part: int, whole: int) -> float | None:
    return min(1.0, part / whole) if whole >= _LEAST_PACKETS else None


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None

"""Which trunk takes the next call, and when none may.

Pure: time is an argument. The number decides first (`tiers`): trunks whose longest prefix fits it best, then
by order, then the cheapest; among equals by share. The next tier is asked only when all of the one before are
full or broken. A trunk to another telephone system of ours comes last of all, and only while none of our own
works: that one has its own calls to place, so being full is no reason. Each trunk has a bound of lines and of
calls per second. A trunk that fails at once several times in a row is broken: it takes no call for a while,
then one, and only when that one gets through is it whole again. A failure "at once" is one before any
ringing: a list full of wrong numbers is no broken trunk, so invalid numbers, busy and no answer count as
success.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Numbers that a trunk takes.

    Args:
        prefix: beginning of the number in E.164, `+1212`; '' = every number.
        cost: price of a minute, a whole number in a unit that all trunks share (hundredths of a cent, say).
    """

    prefix: str = ""
    cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkPlan:
    """How much one trunk takes.

    Args:
        routes: which numbers it takes, and at what price.
        order: among trunks whose prefix fits equally well, lower is tried first, whatever it costs.
        share: weight among trunks that fit equally well, of the same order and price.
        lines: most calls at once.
        calls_per_second: most new calls per second.
        failures: immediate failures in a row that break it.
        rest: seconds that a broken trunk rests before one call tries it.
        box: the telephone system of ours that it leads to, whose own trunks carry the call; '' = a carrier.
    """

    name: str
    routes: tuple[Route, ...] = (Route(),)
    order: int = 0
    share: int = 1
    lines: int = 100
    calls_per_second: float = 20.0
    failures: int = 5
    rest: float = 5.0
    box: str = ""


def tiers(number: str, plans: Iterable[TrunkPlan]) -> tuple[tuple[str, ...], ...]:
    """Names of the trunks that take this number, in the order in which they are asked; those of one tier are
    equals. A trunk goes by the longest of its prefixes that fits; one without any takes no part.
    """
    ranked: dict[tuple[bool, int, int, int], list[str]] = {}
    for plan in plans:
        fitting = [route for route in plan.routes if number.startswith(route.prefix)]
        if fitting:
            best = max(fitting, key=lambda route: (len(route.prefix), -route.cost))
            rank = (bool(plan.box), -len(best.prefix), plan.order, best.cost)
            ranked.setdefault(rank, []).append(plan.name)
    return tuple(tuple(names) for _, names in sorted(ranked.items()))


class TrunkState(Enum):
    WHOLE = "whole"
    BROKEN = "broken"
    TRYING = "trying"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Place the call on this trunk at `at` (seconds of the caller's clock; at most one spacing ahead)."""

    trunk: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTrunk:
    """No trunk takes a call now; `reason` is a sentence for the floor.

    Args:
        for_ever: no trunk has a route for this number, so waiting is of no use.
    """

    reason: str
    for_ever: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How many calls at once have a way out, and by whose trunks.

    Args:
        over: the other telephone system that carries them; '' = the own trunks do, as far as any works.
        reason: what is wrong with the own trunks that do not work; '' = nothing.
    """

    lines: int
    over: str = ""
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class _Trunk:
    plan: TrunkPlan
    state: TrunkState = TrunkState.WHOLE
    is_reachable: bool = True
    busy_lines: int = 0
    next_at: float = 0.0
    failures_in_a_row: int = 0
    rests_until: float = 0.0
    credit: float = 0.0

    @property
    def down(self) -> str:
        """Why it carries nothing, whatever else is asked of it; '' = it does."""
        if not self.is_reachable:
            return f"trunk {self.plan.name} does not answer its checks"
        if self.state is not TrunkState.WHOLE:
            return f"trunk {self.plan.name} failed {self.plan.failures} times at once"
        return ""

    def refusal(self, now: float, patience: float) -> str | None:
        """Why it takes no call now; None when it does."""
        if not self.is_reachable:
            return f"trunk {self.plan.name} does not answer its checks"
        if self.state is TrunkState.BROKEN and now < self.rests_until:
            return f"trunk {self.plan.name} failed {self.plan.failures} times at once and rests"
        if self.state is TrunkState.TRYING:
            return f"trunk {self.plan.name} is being tried with one call"
        if self.busy_lines >= self.plan.lines:
            return f"all {self.plan.lines} lines of trunk {self.plan.name} are in use"
        if self.next_at - now > patience:
            return f"trunk {self.plan.name} takes {self.plan.calls_per_second:g} calls a second at most"
        return None


class TrunkBook:
    """The trunks of one Asterisk and their state.

    Args:
        patience: seconds that a call may wait for its turn; a clearance lives only for seconds.

    Raises:
        ValueError: no trunk, or two of one name.
    """

    def __init__(self, plans: Iterable[TrunkPlan], *, patience: float = 0.5) -> None:
        self._trunks = {plan.name: _Trunk(plan=plan) for plan in plans}
        self._patience = patience
        if not self._trunks:
            raise ValueError("an Asterisk needs at least one trunk")

    def taking(self, number: str) -> frozenset[str]:
        """Names of the trunks that may be asked for this number now."""
        ranked = tiers(number, (trunk.plan for trunk in self._trunks.values()))
        is_own_only = self._own_works(ranked)
        names = (name for tier in ranked for name in tier)
        return frozenset(name for name in names if not (is_own_only and self._trunks[name].plan.box))

    def choose(
        self, now: float, *, number: str = "", without: frozenset[str] = frozenset()
    ) -> Chosen | NoTrunk:
        """Take a line for one call, or say why there is none.

        Args:
            number: that is called, in E.164.
            without: trunks that have refused this very call.
        """
        ranked = tiers(number, (trunk.plan for trunk in self._trunks.values()))
        if not ranked:
            return NoTrunk(reason="no trunk has a route for this number", for_ever=True)
        reasons: list[str] = []
        for tier in ranked:
            able: list[_Trunk] = []
            for trunk in (self._trunks[name] for name in tier if name not in without):
                if trunk.plan.box and self._own_works(ranked):
                    continue
                reason = trunk.refusal(now, self._patience)
                if reason is None:
                    able.append(trunk)
                else:
                    reasons.append(reason)
            if able:
                return self._take(_by_share(able), now)
        return NoTrunk(reason="; ".join(reasons) or "every trunk that takes it has refused it")

    def _own_works(self, ranked: tuple[tuple[str, ...], ...]) -> bool:
        """Whether any trunk of our own that takes the number works, though it may be full."""
        taking = (self._trunks[name] for tier in ranked for name in tier)
        return any(not trunk.plan.box and not trunk.down for trunk in taking)

    def way_out(self) -> WayOut:
        """How many calls have a way out now. Where nothing works at all the own lines are told: the next call
        is what finds out whether they work again."""
        own = [trunk for trunk in self._trunks.values() if not trunk.plan.box]
        others = [trunk for trunk in self._trunks.values() if trunk.plan.box and not trunk.down]
        reason = "; ".join(trunk.down for trunk in own if trunk.down)
        whole = [trunk for trunk in own if not trunk.down]
        if others and not whole:
            lines = sum(trunk.plan.lines for trunk in others)
            return WayOut(lines=lines, over=others[0].plan.box, reason=reason)
        return WayOut(lines=sum(trunk.plan.lines for trunk in whole or own), reason=reason)

    def taken(self, name: str, now: float) -> None:
        """A call of another telephone system of ours took a line of it, without asking here."""
        trunk = self._trunks.get(name)
        if trunk is not None:
            trunk.busy_lines += 1
            trunk.next_at = max(now, trunk.next_at) + 1.0 / trunk.plan.calls_per_second

    def succeeded(self, name: str) -> None:
        """A call of it rang, or the network said something definite of the number."""
        trunk = self._trunks[name]
        trunk.failures_in_a_row = 0
        trunk.state = TrunkState.WHOLE

    def failed(self, name: str, now: float) -> bool:
        """A call of it failed at once.

        Returns:
            True when this broke the trunk (say so to the floor).
        """
        trunk = self._trunks[name]
        trunk.failures_in_a_row += 1
        was_whole = trunk.state is TrunkState.WHOLE
        if trunk.state is TrunkState.TRYING or trunk.failures_in_a_row >= trunk.plan.failures:
            trunk.state = TrunkState.BROKEN
            trunk.rests_until = now + trunk.plan.rest
            return was_whole
        return False

    def released(self, name: str) -> None:
        """A line of it is free again; unknown names are ignored."""
        trunk = self._trunks.get(name)
        if trunk is None:
            return
        trunk.busy_lines = max(0, trunk.busy_lines - 1)
        if trunk.state is TrunkState.TRYING:
            # The trial ended without a word, or an older call did: another may try at once.
            trunk.state = TrunkState.BROKEN

    def reachable(self, name: str, is_reachable: bool) -> bool:
        """The periodic check says so. Returns whether that is news; unknown names are ignored."""
        trunk = self._trunks.get(name)
        if trunk is None or trunk.is_reachable == is_reachable:
            return False
        trunk.is_reachable = is_reachable
        return True

    def state_of(self, name: str) -> TrunkState:
        """State of one trunk, for the floor."""
        return self._trunks[name].state

    def _take(self, trunk: _Trunk, now: float) -> Chosen:
        at = max(now, trunk.next_at)
        trunk.next_at = at + 1.0 / trunk.plan.calls_per_second
        trunk.busy_lines += 1
        if trunk.state is TrunkState.BROKEN:
            trunk.state = TrunkState.TRYING
        return Chosen(trunk=trunk.plan.name, at=at)


def _by_share(able: list[_Trunk]) -> _Trunk:
    """Smooth weighted turns: over many calls each gets its share, never in bursts."""
    total = sum(trunk.plan.share for trunk in able)
    for trunk in able:
        trunk.credit += trunk.plan.share
    best = max(able, key=lambda trunk: trunk.credit)
    best.credit -= total
    return best


def reason_of(chosen: Chosen | NoTrunk | None) -> str:
    """Why no trunk takes a call."""
    return chosen.reason if isinstance(chosen, NoTrunk) else "no trunk"

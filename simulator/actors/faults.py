"""Faults of the connection to the telephone system, in simulated time.

What the network says may be lost, late, twice or out of order, and the connection may be cut altogether:
then orders do not arrive either, while the lines live on. The port's promise (`dialer.domain.ports`) is kept
in its own way: whatever is lost is followed, some seconds later, by `NetworkLost` and a `NetworkReconciled`
that tells what lives. So the engine is never left with less than a real telephone system gives it, and its
invariants must hold all the same.
"""

from dataclasses import dataclass
from math import log

from dialer.domain.events import Event, NetworkLost
from simulator.streams import Stream
from simulator.telephone_network import TelephoneNetwork
from simulator.world import NETWORK, World


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """How bad it is. Shares of the network's messages, 0-1; seconds are means of exponential laws.

    Args:
        cuts_per_hour: how often the connection is cut.
        noticed_s: until a cut, or a lost message, is noticed.
        cut_s: how long a cut lasts after it was noticed.
    """

    lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    late_s: float = 1.0
    cuts_per_hour: float = 0.0
    noticed_s: float = 5.0
    cut_s: float = 8.0


class FaultInjector:
    """Stands between the network and the engine.

    Args:
        until: POSIX seconds after which nothing goes wrong any more, so that the end can be judged.
    """

    def __init__(
        self,
        *,
        world: World,
        network: TelephoneNetwork,
        plan: FaultPlan,
        chance: Stream,
        until: float,
    ) -> None:
        self._world = world
        self._network = network
        self._plan = plan
        self._chance = chance
        self._until = until
        self._is_mending = False
        self.lost = self.late = self.doubled = self.cuts = 0
        network.report = self._pass_on
        if plan.cuts_per_hour > 0.0:
            self._plan_next_cut(world)

    def _wait(self, mean_s: float) -> float:
        return -mean_s * log(self._chance.next())

    def _pass_on(self, event: Event) -> None:
        if self._network.is_deaf:
            self.lost += 1
            return
        plan = self._plan if self._world.now < self._until else _NO_FAULTS
        if self._chance.next() < plan.lost:
            self.lost += 1
            self._mend_later()
            return
        if self._chance.next() < plan.doubled:
            self.doubled += 1
            self._deliver_in(self._wait(plan.late_s), event)
        if self._chance.next() < plan.late:
            self.late += 1
            self._deliver_in(self._wait(plan.late_s), event)
            return
        self._deliver_in(0.0, event)

    def _deliver_in(self, seconds: float, event: Event) -> None:
        """What is still on its way when the connection is cut never arrives."""
        self._world.schedule(self._world.now + seconds, self._deliver, event, priority=NETWORK)

    def _deliver(self, event: Event) -> None:
        if self._network.is_deaf:
            self.lost += 1
        else:
            self._world.tell(event)

    def _plan_next_cut(self, world: World) -> None:
        at = world.now + self._wait(3600.0 / self._plan.cuts_per_hour)
        if at < self._until:
            world.schedule(at, self._cut, world)

    def _cut(self, world: World) -> None:
        self.cuts += 1
        self._network.is_deaf = True
        self._mend_later()
        self._plan_next_cut(world)

    def _mend_later(self) -> None:
        if not self._is_mending:
            self._is_mending = True
            at = self._world.now + self._wait(self._plan.noticed_s)
            self._world.schedule(at, self._notice, "messages are missing")

    def _notice(self, reason: str) -> None:
        self._network.is_deaf = True
        self._world.tell(NetworkLost(reason=reason))
        self._world.schedule(self._world.now + self._wait(self._plan.cut_s), self._mend, reason)

    def _mend(self, _reason: str) -> None:
        self._network.is_deaf = False
        self._is_mending = False
        self._world.tell(self._network.reconciled())


_NO_FAULTS = FaultPlan()

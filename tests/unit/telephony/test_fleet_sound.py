"""A fleet tells how well telephones are heard at all of its boxes that measure it."""

from collections.abc import Mapping

from dialer.clock import posix_now
from dialer.domain.ids import AgentId, BoxId
from dialer.domain.sound import AgentSound, HearsPhones
from telephony.fleet.box import BoxPlan
from telephony.fleet.fleet import Fleet
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan


class Measuring(InMemoryNetwork):
    """One that hears telephones."""

    heard: Mapping[AgentId, AgentSound]

    def sound(self) -> Mapping[AgentId, AgentSound]:
        return self.heard


def sound(rating: float) -> AgentSound:
    return AgentSound(
        measured_at=1.0,
        lost=0.0,
        lost_there=None,
        jitter_s=None,
        jitter_there_s=None,
        round_trip_s=None,
        rating=rating,
    )


def measuring(agent: str, rating: float) -> Measuring:
    box = Measuring(Public(PublicPlan(), seed=1), now=posix_now)
    box.heard = {AgentId(agent): sound(rating)}
    return box


def test_the_figures_of_all_boxes_are_put_together_and_a_deaf_box_is_no_obstacle() -> None:
    deaf = InMemoryNetwork(Public(PublicPlan(), seed=1), now=posix_now)
    boxes = {"north": measuring("zoe", 4.0), "south": measuring("ann", 3.0), "west": deaf}
    fleet = Fleet([BoxPlan(box=BoxId(name), system=system) for name, system in boxes.items()])
    assert isinstance(fleet, HearsPhones)
    assert not isinstance(deaf, HearsPhones)
    assert list(fleet.sound().items()) == [(AgentId("ann"), sound(3.0)), (AgentId("zoe"), sound(4.0))]

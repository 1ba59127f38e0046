"""Walls: for which clients and campaigns somebody works. Outside of them there is nothing for them.

Everybody on file is one client's, and so is every account, campaign, call and recording: a wall needs no more
than the client, or the campaigns, of what is asked for. What cannot be placed is outside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberNamed:
    """A telephone number that somebody named, by its id.

    Args:
        is_held: somebody on file has it.
        is_written: it was named as people write it, so that there is such a number though nobody has it.
    """

    number: str
    is_held: bool
    is_written: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something belongs: its client, and every campaign that it is in. '' = of none known."""

    client: str = ""
    campaigns: frozenset[str] = frozenset()


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What lies inside: everything, or some clients and some campaigns. Nothing, when neither is given."""

    has_all: bool = False
    clients: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()

    def has(self, place: Place) -> bool:
        """Whether a thing of this place is inside."""
        if self.has_all:
            return True
        return place.client in self.clients or not self.campaigns.isdisjoint(place.campaigns)

    def has_any(self, places: Iterable[Place]) -> bool:
        """Whether one of several places is inside."""
        return any(self.has(place) for place in places)

    def inside(self, campaigns: Mapping[str, str]) -> frozenset[str]:
        """Those of the campaigns (with their clients) that are inside."""
        return frozenset(
            campaign
            for campaign, client in campaigns.items()
            if self.has(Place(client=client, campaigns=frozenset({campaign})))
        )

    def as_json(self) -> dict[str, object]:
        """As it is kept and shown."""
        return {"all": self.has_all, "clients": sorted(self.clients), "campaigns": sorted(self.campaigns)}

    @classmethod
    def of(cls, *, everything: bool, clients: Iterable[str], campaigns: Iterable[str]) -> Self:
        """From what a person typed."""
        return cls(has_all=everything, clients=frozenset(clients), campaigns=frozenset(campaigns))


EVERYTHING = Walls(has_all=True)
NOTHING = Walls()

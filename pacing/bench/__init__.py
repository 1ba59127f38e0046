"""A cheap floor to measure pacing policies on. Nothing that runs a real floor imports it."""

from pacing.bench.days import Makes, Streams, measure
from pacing.bench.floor import Floor
from pacing.bench.scenarios import (
    BLIND,
    BREAK,
    COLLECTIONS,
    DRIFT,
    MARKOV,
    REF,
    SCENARIOS,
    Draw,
    Scenario,
)
from pacing.bench.tally import Tally

__all__ = [
    "BLIND",
    "BREAK",
    "COLLECTIONS",
    "DRIFT",
    "MARKOV",
    "REF",
    "SCENARIOS",
    "Draw",
    "Floor",
    "Makes",
    "Scenario",
    "Streams",
    "Tally",
    "measure",
]

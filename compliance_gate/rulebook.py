"""The law in force, as loaded and checked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Rules of all layers with one hash over their text."""

    hash: str

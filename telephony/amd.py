"""Answering machine detection: what its words mean, and how often it is right.

Off by default: it takes 1.3 to 3.8 s of a limit of 2 s, and a person taken for a machine is a silent call.
Measured on a detector with quick settings: a person who speaks for 4 s, a silent person and line noise
all come out as "machine"; a machine that says "Hello, ..." and a fax come out as "human". So: silence is
no verdict, unsure means human, and precision and recall are measured from what the agents say afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialer.domain.detection import Detected

# What the detector gives as cause when it heard nothing at all: a quiet person as much as a machine.
_HEARD_NOTHING = ("INITIALSILENCE", "TOOLONG")


def verdict(status: str, cause: str) -> Detected:
    """The verdict of Asterisk's `AMDSTATUS` and `AMDCAUSE`."""
    if status == "MACHINE":
        return Detected.UNSURE if cause.startswith(_HEARD_NOTHING) else Detected.MACHINE
    if status == "HUMAN":
        return Detected.HUMAN
    # NOTSURE, HANGUP and whatever a later version may say
    return Detected.UNSURE


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionScore:
    """How good the detection was, on calls where an agent said what it really was.

    Args:
        machines_found, machines_missed: machines called machine, and not.
        persons_lost, persons_found: persons called machine, and not.
    """

    machines_found: int
    machines_missed: int
    persons_lost: int
    persons_found: int

    @property
    def precision(self) -> float | None:
        """Share of "machine" verdicts that were machines, 0-1; None without any."""
        return _share(self.machines_found, self.machines_found + self.persons_lost)

    @property
    def recall(self) -> float | None:
        """Share of machines that were found, 0-1; None without any."""
        return _share(self.machines_found, self.machines_found + self.machines_missed)

    @property
    def persons_lost_per_person(self) -> float | None:
        """Share of persons who were taken for a machine, 0-1: each is a silent call. None without any."""
        return _share(self.persons_lost, self.persons_lost + self.persons_found)


def score(corrections: Iterable[tuple[Detected, bool]]) -> DetectionScore:
    """Count verdicts against what agents found: (verdict, it was a machine)."""
    found = missed = lost = persons = 0
    for detected, was_machine in corrections:
        said_machine = detected is Detected.MACHINE
        found += said_machine and was_machine
        missed += was_machine and not said_machine
        lost += said_machine and not was_machine
        persons += not said_machine and not was_machine
    return DetectionScore(
        machines_found=found, machines_missed=missed, persons_lost=lost, persons_found=persons
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

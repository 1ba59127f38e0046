"""Answering machine detection: what its words mean.

Off by default: it takes 1.3 to 3.8 s of a limit of 2 s, and a person taken for a machine is a silent call.
Measured on a detector with quick settings: a person who speaks for 4 s, a silent person and line noise
all come out as "machine"; a machine that says "Hello, ..." and a fax come out as "human". So: silence is
no verdict, and unsure means human. How often it is right is measured from what collectors say afterwards
(`dialer.measures.detection`).
"""

from __future__ import annotations

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

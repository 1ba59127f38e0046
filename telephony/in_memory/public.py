"""Who is called, and what their telephone does: fates drawn from a seed, or fixed for single numbers."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import log

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.detection import Detected

_EIGHT = struct.Struct("<8I")
_SCALE = 2.0**-32
_HALF = 2.0**-33


class Answerer(Enum):
    """What is at the other end after the click."""

    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What one call meets. Durations in seconds.

    Args:
        setup_s: from the order until it rings.
        sip_code: what the far end refuses with; None = nothing.
        after_s: of ringing until the answer, or until it fails; beyond the ring that was ordered it is not
            answered. Where nothing rings: from the order.
        answerer: None = nobody answers, the call ends with `failure`.
        rings: False = it fails before any telephone rang.
        patience_s: how long who answered listens to nothing.
        talk_s: how long they stay once joined.
        presses: the key they press in a message; '' = none.
        tape_s: how long a machine's tape runs; a longer message is cut off.
        early_media: the network sends sound before any answer.
        detection_s: how long detection listens until its verdict.
        greeting_s: how much of a machine's greeting is left by then.
    """

    after_s: float
    answerer: Answerer | None
    failure: Outcome = Outcome.NO_ANSWER
    cause: str = "19 no answer from user"
    rings: bool = True
    patience_s: float = 3600.0
    talk_s: float = 30.0
    presses: str = ""
    tape_s: float = 120.0
    early_media: bool = False
    detection_s: float = 1.5
    greeting_s: float = 4.0
    setup_s: float = 0.05
    sip_code: int | None = None

    @property
    def picks_up(self) -> bool:
        """See `telephony.lines.behaviour.Behaviour`."""
        return self.answerer is not None

    @property
    def detected(self) -> Detected:
        """Detection makes no mistake here."""
        return Detected.MACHINE if self.answerer is Answerer.MACHINE else Detected.HUMAN


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPlan:
    """The public in shares (0-1 of all calls, together at most 1; the rest rings out) and mean seconds.

    Args:
        machine_after_s: seconds of ringing until a machine picks up.
        answer_after_s, talk_s, after_call_s: means of exponential spans; talks last at least two seconds.
        fixed: what certain numbers do every time, by the number that is dialed.
    """

    person: float = 0.3
    machine: float = 0.2
    busy: float = 0.05
    invalid: float = 0.02
    congestion: float = 0.0
    answer_after_s: float = 8.0
    machine_after_s: float = 14.0
    talk_s: float = 40.0
    machine_talk_s: float = 6.0
    after_call_s: float = 5.0
    impatient: float = 0.0
    fixed: Mapping[str, Fate] = field(default_factory=dict[str, Fate])


class Public:
    """Everybody who may be called.

    Args:
        seed: with the plan it decides every fate: by number and by how often that number was called before.
    """

    def __init__(self, plan: PublicPlan, *, seed: int) -> None:
        self.plan = plan
        self._seed = seed
        self._calls: dict[str, int] = {}

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Fate:
        """See `telephony.lines.behaviour.CalledParties`."""
        del order, now
        return self.fate(dial)

    def fate(self, dial: str) -> Fate:
        """What the next call to this number meets."""
        nth = self._calls[dial] = self._calls.get(dial, 0) + 1
        fixed = self.plan.fixed.get(dial)
        return fixed if fixed is not None else self._draw(self.draws(dial, str(nth)))

    def draws(self, *names: str) -> tuple[float, ...]:
        """Eight numbers in (0, 1) that belong to this occasion."""
        digest = hashlib.sha256("\x1f".join((str(self._seed), *names)).encode()).digest()
        return tuple(word * _SCALE + _HALF for word in _EIGHT.unpack(digest))

    def _draw(self, u: tuple[float, ...]) -> Fate:
        plan = self.plan
        bounds = (plan.person, plan.machine, plan.busy, plan.invalid, plan.congestion)
        chosen, left = 0, u[0]
        for share in bounds:
            if left < share:
                break
            left -= share
            chosen += 1
        soon = 0.3 + 2.0 * u[1]
        match chosen:
            case 0:
                return Fate(
                    after_s=1.0 + _exponential(plan.answer_after_s, u[1]),
                    answerer=Answerer.PERSON,
                    patience_s=0.3 + 2.0 * u[2] if u[3] < plan.impatient else 3600.0,
                    talk_s=2.0 + _exponential(plan.talk_s, u[4]),
                )
            case 1:
                after = plan.machine_after_s * (0.7 + 0.6 * u[1])
                talk = 1.0 + _exponential(plan.machine_talk_s, u[4])
                return Fate(after_s=after, answerer=Answerer.MACHINE, talk_s=talk)
            case 2:
                return Fate(
                    after_s=soon, answerer=None, failure=Outcome.BUSY, cause="17 user busy", rings=False
                )
            case 3:
                return Fate(
                    after_s=soon,
                    answerer=None,
                    failure=Outcome.INVALID_NUMBER,
                    cause="1 unallocated number",
                    rings=False,
                )
            case 4:
                return Fate(
                    after_s=soon,
                    answerer=None,
                    failure=Outcome.CONGESTION,
                    cause="34 no circuit available",
                    rings=False,
                )
            case _:
                return Fate(after_s=3600.0, answerer=None)


def _exponential(mean: float, u: float) -> float:
    return -mean * log(u)

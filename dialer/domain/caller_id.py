"""The numbers we show: only ones that are ours and that lead back to us when somebody calls them.

Showing a number that is not ours, or a neighbour's of the called one to look familiar, is spoofing (47 USC
227(e), 47 CFR 64.1604; Ofcom demands a valid number that can be called back). So a number is shown only if it
was declared, with what answers when it is called; and whether it does is tried (`CallBackTest`).

What is known of a called number in the core is the places its prefix points to, never its digits: a number
of ours for a prefix is one for those places (`areas`).
"""

import re
from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Name, Within, Words, ZoneName
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import ClientId
from dialer.domain.transitions import Word
from dialer.domain.valid import Duration, Instant, Share, valid

TESTED_WITHIN_S = 30 * 24 * 3600.0
"""Carriers change their routes: a test is good for a month, unless a pool says otherwise."""

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class AtCeiling(Word):
    """What happens to a call whose number has made its attempts of the day."""

    STOP = "stop"
    """It waits for the next day, or until the number has rested: the person goes on seeing one number."""
    ANOTHER = "another"
    """Another number of the campaign is shown, the same one again as long as it may be."""


class Attestation(Word):
    """How far a carrier vouches for us when a number is shown (STIR/SHAKEN, ATIS-1000074 5.2.3)."""

    FULL = "A"
    """It knows us, and that the number is ours to use."""
    PARTIAL = "B"
    """It knows us, and not whether the number is ours."""
    GATEWAY = "C"
    """It knows where the call came from, and nothing else."""


class Untested(Word):
    """What becomes of a number of which no test says that it leads back to us."""

    FLAG = "flag"
    """It is shown and flagged; one whose last test failed is not shown."""
    HOLD = "hold"
    """It is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OwnedNumber:
    """A number of ours, declared.

    Args:
        number: E.164.
        calls_back_to: what answers when somebody calls it ('inbound menu', a queue). Never empty.
        areas: register names of the places it is for, narrow or wide ('US-NY', 'US'); empty = everywhere.
        daily_ceiling: most attempts a day, of all campaigns together; None = no ceiling.
        time_zone: IANA zone in which its day is declared.
        cnam: the name that carriers were given for it; '' = none. At most 15 signs are shown to anybody.
        attestation_wanted, attestation_granted: what was asked of the carrier, and what it says it gives.
    """

    number: str
    calls_back_to: Annotated[str, Words(least=1, most=200)]
    areas: tuple[str, ...] = ()
    daily_ceiling: Annotated[int, Within(1, 10**6, "attempts a day")] | None = None
    time_zone: ZoneName = "America/New_York"
    cnam: Annotated[str, Words(most=15)] = ""
    attestation_wanted: Attestation | None = None
    attestation_granted: Attestation | None = None

    def __post_init__(self) -> None:
        if not E164.fullmatch(self.number):
            raise InvalidFactError(f"caller id {self.number!r} is no telephone number in E.164")


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RestPolicy:
    """When a number rests.

    Args:
        blocks: so many calls blocked or refused as unwanted, on one day and since its last rest,
        blocked_share: if they are this share of the calls that showed it then, 0-1.
        after_blocks_s: seconds of rest after that.
        least_reached: calls that must have reached a telephone, with the number and with the pool's others
            each, before answer rates are compared at all.
        beneath: it rests when its answer rate is this share of the others' or less, 0-1; 0 = never,
        sigmas: and when chance makes such a difference no oftener than a normal deviate is so many standard
            deviations out. It is looked at after every call, so it is set far out.
        after_fewer_answers_s: seconds of rest after that.
    """

    blocks: Annotated[int, Within(1, 10_000, "calls")] = 3
    blocked_share: Share = 0.02
    after_blocks_s: Duration = 24 * 3600.0
    least_reached: Annotated[int, Within(1, 100_000, "calls")] = 200
    beneath: Share = 0.7
    sigmas: Annotated[int, Within(1, 10, "standard deviations")] = 4
    after_fewer_answers_s: Duration = 3 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallerIdPool:
    """Numbers of ours that are shown for one client, and only for it.

    Args:
        numbers: each declared, and in no other pool: what people say of one client's calls is not to fall on
            another's.
        untested: what becomes of a number of which no test says that it leads back to us.
        tested_within_s: seconds for which a test is good.
    """

    pool: Name
    client: ClientId
    numbers: tuple[str, ...]
    rest: RestPolicy = RestPolicy()
    untested: Untested = Untested.FLAG
    tested_within_s: Duration = TESTED_WITHIN_S

    def __post_init__(self) -> None:
        if not self.numbers:
            raise InvalidFactError(f"caller id pool {self.pool} has no number")
        if len(set(self.numbers)) != len(self.numbers):
            raise InvalidFactError(f"caller id pool {self.pool} has a number twice")


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallBackTest:
    """A call to a number of ours over a trunk, and whether it came in again at our own side.

    Args:
        at: POSIX seconds of its end.
        passed: it arrived.
        told: what was seen, for a person to read.
        shown: the number of ours that it showed.
        took_s: seconds from the order until it arrived; None = it did not.
        verdict: what the carrier says at our side of the number that was shown, in its own words
            (`TN-Validation-Passed-A`); '' = nothing.
        cnam: the name that came with it; '' = none.
    """

    at: Instant
    passed: bool
    told: Annotated[str, Words(least=1, most=300)]
    shown: Annotated[str, Words(most=20)] = ""
    took_s: Duration | None = None
    verdict: Annotated[str, Words(most=100)] = ""
    cnam: Annotated[str, Words(most=100)] = ""

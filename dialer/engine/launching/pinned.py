"""Decisions pinned to a journal's: how a shift is replayed where the arithmetic is not bit for bit the same.

Elsewhere (another numpy, another processor) a decision could fall on the other side of a threshold, and every
step after it would be another shift. A pinned policy asks the real one, notes how far its numbers are off,
and answers what the journal says, so that everything else is still compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, Hangup, HangupReason, StorePacing
from dialer.engine.launching.pacing_port import guarded_policy
from pacing.policy import Json, LaunchDecision, PacingObservation, PacingPolicy, PacingSnapshot


@dataclass(slots=True)
class Pins:
    """The recorded decisions of the step that is being replayed, and what was found out so far.

    Args:
        decided_otherwise: decisions in which the real policy wanted another number of launches or
            cancellations than the journal has.
        largest_drift: largest relative difference of a decision's terms, 0-1 and beyond.
    """

    decisions: int = 0
    decided_otherwise: int = 0
    largest_drift: float = 0.0
    _recorded: dict[tuple[str, str], StorePacing] = field(default_factory=dict[tuple[str, str], StorePacing])
    _taken_back: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def take(self, commands: tuple[Command, ...]) -> None:
        """The recorded commands of the step that is replayed next."""
        self._recorded.clear()
        for command in commands:
            if isinstance(command, StorePacing):
                self._recorded[name_of(command)] = command
        self._taken_back = taken_back(commands)

    def policy(self, settings: CampaignSettings, pool: str) -> PacingPolicy:
        """A policy for one pool, pinned; hand this method to the engine as its maker of policies."""
        return PinnedPolicy(guarded_policy(settings, pool), self, (settings.campaign, pool))

    def recorded(self, pool: tuple[str, str], own: LaunchDecision) -> LaunchDecision:
        """What the journal says in place of `own`. A decision that said nothing new launched nothing."""
        self.decisions += 1
        said = self._recorded.get(pool)
        cancelled = self._taken_back.pop(pool, 0)
        launches = said.launches if said is not None else 0
        if (own.launches, own.cancel_ringing) != (launches, cancelled):
            self.decided_otherwise += 1
        if said is None:
            return LaunchDecision(launches=0, reason=own.reason, reconsider_at=own.reconsider_at)
        self._note_drift(dict(said.terms), own.terms)
        return LaunchDecision(
            launches=launches,
            reason=said.reason,
            reconsider_at=own.reconsider_at,
            terms=dict(said.terms),
            cancel_ringing=cancelled,
        )

    def _note_drift(self, recorded: Mapping[str, float], own: Mapping[str, float]) -> None:
        for name, before in recorded.items():
            after = own.get(name)
            if after is not None and after != before:
                drift = abs(after - before) / max(abs(after), abs(before), 1e-300)
                self.largest_drift = max(self.largest_drift, drift)


def name_of(command: StorePacing) -> tuple[str, str]:
    """Campaign and pool of a decision, as makers of policies are told them."""
    return command.campaign, "|".join(command.pool)


def taken_back(commands: Iterable[Command]) -> dict[tuple[str, str], int]:
    """Ringing calls that each pool's decision of one step took back. A decision hangs up, launches, and is
    told last, so what is hung up before it is its own.
    """
    found: dict[tuple[str, str], int] = {}
    count = 0
    for command in commands:
        if isinstance(command, Hangup) and command.reason is HangupReason.GUARD:
            count += 1
        elif isinstance(command, StorePacing):
            if count:
                found[name_of(command)] = found.get(name_of(command), 0) + count
            count = 0
    return found


class PinnedPolicy:
    """Asks the real policy, answers with the journal."""

    def __init__(self, policy: PacingPolicy, pins: Pins, pool: tuple[str, str]) -> None:
        self._policy = policy
        self._pins = pins
        self._pool = pool

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """The recorded decision; the real one is compared with it."""
        return self._pins.recorded(self._pool, self._policy.decide(snapshot))

    def observe(self, observation: PacingObservation) -> None:
        """Passed on."""
        self._policy.observe(observation)

    def state(self) -> dict[str, Json]:
        """The real policy's."""
        return self._policy.state()

    def restore(self, state: Mapping[str, Json]) -> None:
        """The real policy's."""
        self._policy.restore(state)

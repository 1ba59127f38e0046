"""How a call that may be placed must be handled: how long it rings, who answers, whether it may be recorded.

The values are law and policy like any other: dated, cited, by place and purpose (kinds `call_handling` and
`call_recording`, and the pauses after an abandoned call, all under `law/`). The gate takes the strictest of
every rule that binds a contact and gives it with the clearance, so that nobody behind the gate keeps a number
of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache


class Duty(StrEnum):
    """What a rule of handling says, by the field of `CallHandling` that it fills."""

    SHORTEST_RING = "shortest_ring_s"
    ANSWER_LIMIT = "answer_limit_s"
    MOST_ABANDONED = "most_abandoned"
    AGENT_AFTER_ABANDONMENT = "agent_after_abandonment_s"
    RECORDING = "recording"


class CallRecording(StrEnum):
    """Whether and how a call may be recorded, each word stricter than those above it."""

    FREELY = "freely"
    """From the answer on: one party to the call knows, and that is us."""
    WITH_BEEP = "with_beep"
    """With a tone that is repeated all the while, or as after a notice."""
    AFTER_NOTICE = "after_notice"
    """When everybody on the line was told; who talks on agrees."""
    AFTER_CONSENT = "after_consent"
    """When everybody on the line was asked and said yes."""
    NEVER = "never"

    @property
    def strictness(self) -> int:
        """0 for the loosest."""
        return _RECORDING_ORDER[self]


_RECORDING_ORDER = {word: place for place, word in enumerate(CallRecording)}


def strictest_recording(words: Iterable[CallRecording]) -> CallRecording:
    """The strictest of some; of none, the loosest."""
    return max(words, key=lambda word: word.strictness, default=CallRecording.FREELY)


_LONGER_IS_STRICTER = frozenset({Duty.SHORTEST_RING, Duty.AGENT_AFTER_ABANDONMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHandling:
    """The strictest values that bind a call; `None` where no rule says anything.

    Attributes:
        shortest_ring_s: seconds that a telephone rings before we may end the call.
        answer_limit_s: seconds from the answer within which somebody of ours is on the line.
        most_abandoned: share of live answers that may be abandoned, 0-1.
        agent_after_abandonment_s: seconds after an abandoned call in which the next has an agent reserved.
        recording: whether and how it may be recorded.
    """

    shortest_ring_s: float | None = None
    answer_limit_s: float | None = None
    most_abandoned: float | None = None
    agent_after_abandonment_s: float | None = None
    recording: CallRecording | None = None


UNBOUND = CallHandling()
"""Nothing is asked for."""

UNTIL_CARRIED = CallHandling(
    shortest_ring_s=15.0,
    answer_limit_s=2.0,
    most_abandoned=0.03,
    agent_after_abandonment_s=259_200.0,
)
"""What held for every call while clearances did not carry it: how one that was written down then is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value of one rule.

    Attributes:
        rule, citation: whose value it is.
        is_law: it is the law of some place; else the policy of the house, a client or a campaign.
    """

    duty: Duty
    value: float | CallRecording
    rule: str
    citation: str
    is_law: bool

    def permits(self, value: float | CallRecording) -> bool:
        """Whether a setting of this value is no looser than the rule."""
        return _strictness(self.duty, value) >= _strictness(self.duty, self.value)


def _strictness(duty: Duty, value: float | CallRecording) -> float:
    """A number that is larger the stricter the value is."""
    if isinstance(value, CallRecording):
        return value.strictness
    return value if duty in _LONGER_IS_STRICTER else -value


def strictest(terms: Iterable[Term]) -> CallHandling:
    """The strictest value of each duty, whoever asks for it."""
    chosen: dict[Duty, float | CallRecording] = {}
    for term in terms:
        known = chosen.get(term.duty)
        if known is None or _strictness(term.duty, term.value) > _strictness(term.duty, known):
            chosen[term.duty] = term.value
    recording = chosen.pop(Duty.RECORDING, None)
    assert recording is None or isinstance(recording, CallRecording), "one word of how a call is recorded"
    return CallHandling(**{duty.value: float(value) for duty, value in chosen.items()}, recording=recording)


def broken(
    terms: Iterable[Term],
    settings: Mapping[Duty, float | CallRecording],
    *,
    names: Mapping[Duty, str] | None = None,
) -> tuple[str, ...]:
    """Which settings are looser than a rule permits, each in a sentence with whose rule it is.

    Args:
        settings: the value that is meant to be used, by the duty it answers.
        names: what the reader calls a setting, where that is not the duty's own name.
    """
    called = names or {}
    return tuple(
        f"{called.get(term.duty, term.duty.value)} is {_told(settings[term.duty])}; {term.rule} "
        f"({'law' if term.is_law else 'policy'}) asks for {_told(term.value)} [{term.citation}]"
        for term in terms
        if term.duty in settings and not term.permits(settings[term.duty])
    )


def _told(value: float | CallRecording) -> str:
    return value.value.replace("_", " ") if isinstance(value, CallRecording) else f"{value:g}"


@lru_cache(maxsize=4096)
def stricter(one: CallHandling, other: CallHandling) -> CallHandling:
    """What satisfies both."""
    terms = (
        Term(duty=duty, value=value, rule="", citation="", is_law=False)
        for handling in (one, other)
        for duty in Duty
        if (value := _value(handling, duty)) is not None
    )
    return strictest(terms)


def _value(handling: CallHandling, duty: Duty) -> float | CallRecording | None:
    value: float | CallRecording | None = getattr(handling, duty.value)
    return value


assert tuple(duty.value for duty in Duty) == tuple(each.name for each in fields(CallHandling))

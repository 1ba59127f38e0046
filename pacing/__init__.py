"""How many calls to launch now: policies of pacing, by numbers alone.

What is named here is the public surface; everything else may change. `README.md` has an example that runs.
"""

from pacing.abandonment_guard import AbandonmentGuard
from pacing.answers import Chances
from pacing.learner import Learner
from pacing.policy import (
    AbandonmentLedger,
    Json,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    NumberProfile,
    PacingObservation,
    PacingPolicy,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.registry import (
    POLICIES,
    PolicyParameterError,
    UnknownPolicyError,
    make_guarded_policy,
    make_learner,
    make_policy,
)

__all__ = [
    "POLICIES",
    "AbandonmentGuard",
    "AbandonmentLedger",
    "Chances",
    "Json",
    "LaunchDecision",
    "LaunchOutcome",
    "LaunchResolved",
    "Learner",
    "LiveAnswerAbandoned",
    "LiveAnswerConnected",
    "NumberProfile",
    "PacingObservation",
    "PacingPolicy",
    "PacingSnapshot",
    "PolicyParameterError",
    "TalkEnded",
    "UnknownPolicyError",
    "WrapUpEnded",
    "make_guarded_policy",
    "make_learner",
    "make_policy",
]

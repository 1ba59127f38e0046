"""How many calls to launch now, and what is learned of who answers: a library that knows no telephone.

What is named here is the public surface; everything else may change. `README.md` has an example that runs.
"""

from pacing.abandonment_guard import AbandonmentGuard
from pacing.answers import AnswerBeliefs, AnswerModel, Chances
from pacing.learner import Learner, LearnerObservation
from pacing.optimum import MarkovFloor, optimum
from pacing.policy import (
    AbandonmentLedger,
    AnswerHandedOver,
    InboundAsked,
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
    "AnswerBeliefs",
    "AnswerHandedOver",
    "AnswerModel",
    "Chances",
    "InboundAsked",
    "Json",
    "LaunchDecision",
    "LaunchOutcome",
    "LaunchResolved",
    "Learner",
    "LearnerObservation",
    "LiveAnswerAbandoned",
    "LiveAnswerConnected",
    "MarkovFloor",
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
    "optimum",
]

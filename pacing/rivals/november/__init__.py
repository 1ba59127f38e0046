"""Our own policy as it stood in November 2026, kept unchanged, to be beaten.

Nothing here is mended or improved; a figure of "x times November" would lose its meaning. What the engine
then learned of answer rates is in `answers`.
"""

from pacing.rivals.november.abandonment_guard import AbandonmentGuard
from pacing.rivals.november.answers import learner_of_november
from pacing.rivals.november.predictive import Predictive


def make_november(*, target: float = 0.03, epsilon: float = 0.001) -> AbandonmentGuard:
    """Predictive pacing under its guard, with all that was the default then."""
    return AbandonmentGuard(Predictive(target=target), epsilon=epsilon)


__all__ = ["learner_of_november", "make_november"]

"""A day that begins with bad luck: what is not known yet bounds what is launched."""

from pacing.bench.snapshots import floor, ledger
from pacing.learner import Learner
from pacing.policy import ANY_NUMBER, LaunchOutcome, LaunchResolved, PacingPolicy
from pacing.registry import make_guarded_policy
from pacing.rivals import learner_of_november, make_november


def _launched(policy: PacingPolicy, learner: Learner) -> int:
    """Eight agents free; thirty-one launches rang out, in the first minute of a shift of eight hours."""
    for _ in range(31):
        chances = learner.answers.chances(ANY_NUMBER)
        launch = LaunchResolved(
            needs_agent=chances.needs_agent,
            live=chances.live,
            outcome=LaunchOutcome.NO_ANSWER,
            ring_s=26.0,
            doubt=learner.answers.doubt,
        )
        policy.observe(launch)
        learner.observe(launch)
    chances = learner.answers.chances(ANY_NUMBER)
    snapshot = floor(
        ready=8,
        talking=(),
        live=chances.live,
        needs=chances.needs_agent,
        candidates=400,
        launch_limit=400,
        shift_left=28_000.0,
        counted=ledger(live_answers=300, window_left=28_000.0),
        answer_doubt=learner.answers.doubt,
    )
    return policy.decide(snapshot).launches


def test_thirty_one_launches_without_an_answer_do_not_let_everything_go() -> None:
    ours, theirs = (
        _launched(policy, learner)
        for policy, learner in (
            (make_guarded_policy("predictive"), Learner()),
            (make_november(), learner_of_november()),
        )
    )
    assert (ours, theirs) == (79, 390)

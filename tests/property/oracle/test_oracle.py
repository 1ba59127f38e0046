"""No random history, with hard people planted in it, yields a call that a second reading of the law calls
unlawful.

The same comparison over 100,000 histories is a command: `python -m benchmarks.gate_oracle --histories
100000`.
"""

import pytest

from benchmarks.gate_oracle import MOST_LAWFUL_DENIED, Tally, run

HISTORIES = 2_000
SEED = 41  # another than the command's, so that both together see more


@pytest.fixture(scope="module")
def tally() -> Tally:
    return run(SEED, 0, HISTORIES)


# Minutes on a machine that others use too; seconds on an idle one.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_gate_allows_nothing_that_the_auditor_calls_unlawful(tally: Tally) -> None:
    assert tally.unlawful == []
    assert tally.unlawful_allows == 0


def test_gate_denies_at_most_one_lawful_call_in_two_hundred(tally: Tally) -> None:
    share = tally.share_denied
    assert share is not None
    assert share <= MOST_LAWFUL_DENIED, tally.lawful_denied


def test_histories_are_hard_enough_to_tell_a_gate_from_a_wall(tally: Tally) -> None:
    """Many decisions of either kind: a gate that denied everything, or allowed everything, would be seen."""
    assert tally.decisions > 7 * HISTORIES
    assert 0.2 < tally.lawful / tally.decisions < 0.6
    assert tally.allowed > 2 * HISTORIES

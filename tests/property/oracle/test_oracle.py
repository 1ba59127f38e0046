"""Random histories with hard people planted in them, decided by the gate and by a second reading of the law.

The same over a hundred thousand histories is a command:

    python -m benchmarks.gate_oracle --histories 100000
"""

from collections.abc import Callable

import pytest

from benchmarks.gate_oracle import MOST_LAWFUL_DENIED, run

# Minutes on a machine that others use too; seconds on an idle one.
pytestmark = [pytest.mark.slow, pytest.mark.deep, pytest.mark.timeout(1800)]

SEED = 41  # another than the command's, so that both together see more


def test_gate_allows_nothing_unlawful_and_denies_at_most_one_lawful_call_in_two_hundred(
    dose: Callable[[int, int], int],
) -> None:
    """And many decisions are of either kind: a gate that denied everything, or nothing, would be seen."""
    histories = dose(600, 4_000)
    tally = run(SEED, 0, histories)
    assert tally.unlawful == []
    assert tally.unlawful_allows == 0
    share = tally.share_denied
    assert share is not None
    assert share <= MOST_LAWFUL_DENIED, tally.lawful_denied
    assert tally.decisions > 7 * histories
    assert 0.2 < tally.lawful / tally.decisions < 0.6
    assert tally.allowed > 2 * histories

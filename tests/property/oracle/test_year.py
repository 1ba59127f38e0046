"""A year of calls to some people of the bundled sample: nothing outside the law, nothing lawful denied
for long.

The whole is a command: `python -m benchmarks.simulated_year`.
"""

from collections.abc import Callable

import pytest

from benchmarks.gate_oracle import MOST_LAWFUL_DENIED
from benchmarks.simulated_year import people_of_the_sample, run

# Minutes on a machine that others use too; seconds on an idle one.
pytestmark = [pytest.mark.slow, pytest.mark.deep, pytest.mark.timeout(1800)]


def test_year_over_the_sample_is_lawful_and_not_needlessly_silent(dose: Callable[[int, int], int]) -> None:
    files = people_of_the_sample(dose(25, 100))
    tally = run(7, files, 0, looks=40)
    assert tally.unlawful == []
    assert tally.share_denied is not None
    assert tally.share_denied <= MOST_LAWFUL_DENIED, tally.lawful_denied
    assert tally.allowed > 5 * len(files)

"""Made-up households with shared lines, several media and creditors: the gate on the file of one person and a
reading of the law from the list of all that happened, decide alike.

The same over a hundred thousand is a command:

    python -m benchmarks.households.compare --histories 100000
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.households import compare
from benchmarks.households.abroad import ABROAD
from benchmarks.households.compare import MOST_LAWFUL_DENIED, Gates, Tally, judge_household, pieces, run
from benchmarks.households.made_up import Where, make_household
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.findings import GateDecision

# Minutes on a machine that others use too; seconds on an idle one.
pytestmark = [pytest.mark.slow, pytest.mark.deep, pytest.mark.timeout(1800)]

SEED = 43  # another than the command's, so that both together see more


def test_gate_allows_no_household_anything_unlawful_and_denies_at_most_three_lawful_in_a_thousand(
    dose: Callable[[int, int], int],
) -> None:
    """And enough is decided either way, by every rule of the reading, with others before on the line."""
    histories = dose(300, 4_000)
    tally = run(SEED, 0, histories)
    assert tally.unlawful_allows == {}, tally.examples
    share = tally.share_denied
    assert share is not None
    assert share <= MOST_LAWFUL_DENIED, tally.examples
    assert tally.decisions == 10 * histories
    assert 0.4 < tally.lawful / tally.decisions < 0.8
    assert tally.others_on_the_line > 3 * histories
    assert min(tally.by_medium[medium] for medium in ("call", "sms", "email", "letter")) > histories / 2
    assert all(tally.reasons[name] > 0 for name in LINE_RULES), tally.reasons


def test_gate_allows_nothing_unlawful_in_the_further_places_either(dose: Callable[[int, int], int]) -> None:
    """Every rule of theirs decides."""
    tally = run(SEED, 0, dose(1_000, 4_000), where=Where.FURTHER)
    assert tally.unlawful_allows == {}, tally.examples
    assert tally.share_denied is not None
    assert tally.share_denied <= MOST_LAWFUL_DENIED, tally.examples
    assert all(tally.reasons[name] > 0 for name in FURTHER_RULES), tally.reasons


def test_gate_decides_abroad_as_a_second_reading_of_the_texts_does(dose: Callable[[int, int], int]) -> None:
    """Ireland, Ontario, Quebec, British Columbia, Alberta, Australia, India; every rule of theirs decides."""
    tally = run(SEED, 0, dose(1_000, 4_000), where=Where.ABROAD)
    assert tally.unlawful_allows == {}, tally.examples
    assert tally.share_denied is not None
    assert tally.share_denied <= MOST_LAWFUL_DENIED, tally.examples
    names = {name for rules in ABROAD.values() for name, _ in rules}
    assert all(tally.reasons[name] > 0 for name in names), tally.reasons


FURTHER_RULES = (
    "hi_represented", "nd_recorded", "nd_hours", "ms_agreed", "ms_hours", "bank_hours", "bank_at_work",
    "bank_others", "bank_through_adviser", "bank_disputed",
)  # fmt: skip


LINE_RULES = (
    "house_five_minutes", "house_after_abandoned", "ofcom_72", "ofcom_24", "wa_two_a_day", "stop_number",
    "recorded_voice",
)  # fmt: skip
"""Rules of the reading that look at a line, whoever of those who have it was called."""


class _Blind(ComplianceGate):
    """Knows of a line only what was for the person who is called."""

    def evaluate(self, request: ContactRequest, *, at: datetime, with_retry: bool = True) -> GateDecision:
        alone = PreparedPerson(replace(request.person.file, line_history=()))
        return super().evaluate(replace(request, person=alone), at=at, with_retry=with_retry)


def test_a_gate_that_is_blind_to_others_on_the_line_is_found() -> None:
    """Each rule that is kept per line, in law and in the house's policy, is seen to be broken."""
    gates = Gates()
    for gate in (gates.with_house, gates.law_only):
        gate.__class__ = _Blind
    tally = Tally()
    for number in range(400):
        judge_household(gates, SEED, number, tally)
    broken = {name for told in tally.unlawful_allows for name in told.split("+")}
    assert broken == {
        "house_five_minutes",
        "house_after_abandoned",
        "ofcom_72",
        "ofcom_24",
        "wa_two_a_day",
        "recorded_voice",
    }


def test_a_household_is_the_same_whenever_it_is_made() -> None:
    assert make_household(1, 7, contacts=10) == make_household(1, 7, contacts=10)
    assert make_household(1, 7, contacts=10) != make_household(1, 8, contacts=10)


def test_what_was_left_goes_on_and_no_piece_is_judged_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "PIECE", 3)
    out = tmp_path / "pieces.jsonl"
    first = list(pieces(SEED, 3, processes=1, out=out))
    whole = list(pieces(SEED, 6, processes=1, out=out))
    assert [tally.histories for tally in whole] == [3, 3]
    assert whole[0] == first[0]
    assert whole[1] == run(SEED, 3, 3)
    assert len(out.read_text().splitlines()) == 2

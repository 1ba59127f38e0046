"""Detection against what collectors heard."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.detection import Detected, Detection
from dialer.domain.disposition import DispositionKind
from dialer.domain.record import AttemptRecord
from dialer.measures.detection import FORMULAS, Truth, detection_table, truth_of

Rows = Any
_K = DispositionKind


def judged(rows: Rows, verdict: Detected, said: DispositionKind, delay_s: float = 1.5) -> AttemptRecord:
    detection = Detection(verdict=verdict, cause="MACHINE MAXWORDS", delay_s=delay_s)
    return replace(rows.talk(said), detection=detection)


@pytest.mark.parametrize(
    ("said", "truth"),
    [
        (_K.NO_COMMITMENT, Truth.PERSON),
        (_K.WRONG_NUMBER, Truth.PERSON),
        (_K.MACHINE, Truth.MACHINE),
        (_K.MESSAGE_LEFT, Truth.MACHINE),
        (_K.SCREENED, Truth.SCREENING_ASSISTANT),
        (_K.DEAD_AIR, Truth.NOTHING),
    ],
)
def test_screening_assistants_and_dead_air_are_kinds_of_their_own(
    rows: Rows, said: DispositionKind, truth: Truth
) -> None:
    assert truth_of(rows.talk(said)) is truth


def test_precision_and_recall_come_from_what_collectors_found(rows: Rows) -> None:
    machine, human, unsure = Detected.MACHINE, Detected.HUMAN, Detected.UNSURE
    calls = [judged(rows, machine, _K.MACHINE) for _ in range(3)]
    calls += [judged(rows, machine, _K.NO_COMMITMENT), judged(rows, machine, _K.SCREENED)]
    calls += [judged(rows, unsure, _K.MACHINE)]
    calls += [judged(rows, human, _K.NO_COMMITMENT) for _ in range(9)]
    table = detection_table(calls)
    assert table.precision == 3 / 5
    assert table.recall == 3 / 4
    assert table.persons_lost_per_person == 1 / 10


def test_what_nobody_heard_is_counted_apart(rows: Rows) -> None:
    ended = rows.attempt(answered=5.0, outcome=Outcome.MACHINE)
    alone = replace(ended, detection=Detection(verdict=Detected.MACHINE, delay_s=2.0))
    table = detection_table([alone])
    assert table.unjudged == {Detected.MACHINE: 1}
    assert (table.precision, table.recall) == (None, None)
    assert table.median_delay_s == 2.0


def test_early_sound_is_counted_by_what_answered_in_the_end(rows: Rows) -> None:
    calls = [
        replace(rows.talk(_K.NO_COMMITMENT), early_media=True),
        replace(rows.attempt(), early_media=True),
    ]
    assert detection_table(calls).early_media == {Truth.PERSON: 1, None: 1}


def test_the_median_delay_is_that_of_all_verdicts(rows: Rows) -> None:
    calls = [judged(rows, Detected.HUMAN, _K.NO_COMMITMENT, delay_s=each) for each in (1.0, 1.2, 3.0)]
    assert detection_table(calls).median_delay_s == 1.2


def test_no_calls_give_no_figures_and_every_figure_has_its_formula() -> None:
    values = detection_table([]).values()
    assert set(values.values()) == {None}
    assert list(values) == [name for name, _ in FORMULAS]

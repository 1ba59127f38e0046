"""The same shift by every definition: each counts what it declares."""

from typing import Any

import pytest

from compliance_gate.abandonment import definitions
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.measures.side_by_side import by_every_definition

K = DispositionKind


def test_each_definition_divides_by_what_it_declares(rows: Any) -> None:
    attempts = [rows.talk(K.NO_COMMITMENT) for _ in range(9)] + [rows.talk(K.MACHINE) for _ in range(7)]
    attempts += [rows.attempt(answered=1, ended=3.5, outcome=Outcome.ABANDONED) for _ in range(29)]
    attempts += [rows.attempt() for _ in range(55)]
    shares = {each.definition.name: each.share for each in by_every_definition(rows.shift(attempts))}
    assert shares["us-fcc"] == pytest.approx(29 / 38)
    assert shares["vicidial-report"] == pytest.approx(29 / 100)
    assert shares["gb-ofcom-no-detection"] == pytest.approx(16.3125 / 25.3125)


def test_a_late_agent_is_abandonment_at_two_seconds_and_not_at_five(rows: Any) -> None:
    late = rows.attempt(answered=5, joined=8, talk_ended=60, ended=60, said=K.NO_COMMITMENT)
    shares = {each.definition.name: each.share for each in by_every_definition(rows.shift([late]))}
    assert (shares["us-fcc"], shares["vicidial"]) == (1.0, 0.0)


def test_without_answers_every_rate_is_undefined(rows: Any) -> None:
    found = by_every_definition(rows.shift())
    assert len(found) == len(definitions())
    assert all(each.share is None for each in found)

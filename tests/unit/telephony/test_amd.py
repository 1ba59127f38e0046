"""Unsure means human, and the score counts silent calls."""

import pytest

from dialer.domain.events import Detected
from telephony.amd import score, verdict


@pytest.mark.parametrize(
    ("status", "cause", "detected"),
    [
        ("HUMAN", "HUMAN-300-300", Detected.HUMAN),
        ("MACHINE", "MAXWORDS-4-3", Detected.MACHINE),
        ("MACHINE", "LONGGREETING-1500-1500", Detected.MACHINE),
        ("MACHINE", "INITIALSILENCE-2000-2000", Detected.UNSURE),
        ("NOTSURE", "TOOLONG-3000", Detected.UNSURE),
        ("HANGUP", "", Detected.UNSURE),
        ("", "", Detected.UNSURE),
    ],
)
def test_only_a_sure_verdict_is_one(status: str, cause: str, detected: Detected) -> None:
    assert verdict(status, cause) is detected


def test_precision_and_recall_come_from_what_agents_found() -> None:
    machine, human, unsure = Detected.MACHINE, Detected.HUMAN, Detected.UNSURE
    told = score([(machine, True)] * 3 + [(machine, False)] + [(unsure, True)] + [(human, False)] * 9)
    assert told.precision == 3 / 4
    assert told.recall == 3 / 4
    assert told.persons_lost_per_person == 1 / 10


def test_no_calls_give_no_figures() -> None:
    assert score([]).precision is None
    assert score([]).recall is None

"""Unsure means human."""

import pytest

from dialer.domain.detection import Detected
from telephony.amd import verdict


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

"""Answering machine detection on real sound."""

from __future__ import annotations

import pytest
from floor import Floor

from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.events import CallAnswered, CallEnded, CallTimedOut


async def test_a_short_hello_is_a_person(floor: Floor) -> None:
    attempt = await floor.call("000", detection=DetectionMode.ADVISORY)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected is Detected.HUMAN
    await floor.hang_up(attempt)
    await floor.over(attempt)


@pytest.mark.parametrize("ending", ["002", "035"])
async def test_silence_and_noise_are_never_taken_for_a_machine(floor: Floor, ending: str) -> None:
    attempt = await floor.call(ending, detection=DetectionMode.ON)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected in {Detected.UNSURE, Detected.HUMAN}
    # what detection took is taken off the limit, so the message follows at once
    await floor.wait(CallTimedOut, attempt=attempt, within=2.0)
    await floor.hang_up(attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is Outcome.ABANDONED


async def test_a_machine_is_hung_up_on_when_detection_is_on(floor: Floor) -> None:
    attempt = await floor.call("030", detection=DetectionMode.ON)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected is Detected.MACHINE
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is Outcome.MACHINE


async def test_advice_alone_hangs_up_on_nobody(floor: Floor) -> None:
    attempt = await floor.call("030", detection=DetectionMode.ADVISORY)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected is Detected.MACHINE
    await floor.wait(CallTimedOut, attempt=attempt)
    await floor.hang_up(attempt)
    await floor.over(attempt)

"""One order to dial, for tests of the watcher."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.findings import Clearance
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Originate
from dialer.domain.ids import AttemptId, CampaignId, NumberId, PersonId


@pytest.fixture
def order() -> Originate:
    at = datetime(2026, 3, 10, 17, tzinfo=UTC)
    return Originate(
        attempt=AttemptId("a1"),
        campaign=CampaignId("c"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        clearance=Clearance(
            clearance="c1",
            person="p1",
            number="n1",
            debts=(),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="",
        ),
        caller_id="",
        ring_s=20.0,
        answer_limit_s=2.0,
        detection=DetectionMode.OFF,
    )

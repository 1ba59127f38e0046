"""When a talk goes on, to the instant: what must be said in it is shown no earlier and no later."""

import pytest

from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.inquiry.contact_views import is_talk_at


def call(**times: float | None) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId("a1-1"),
        campaign=CampaignId("c"),
        lead=LeadId("l"),
        person=PersonId("p"),
        number=NumberId("n"),
        debts=(DebtId("d"),),
        zones=("America/New_York",),
        rulebook="r",
        launched_at=100.0,
        **times,  # pyright: ignore[reportArgumentType]  # instants alone
    )


@pytest.mark.parametrize(
    ("times", "begins", "ends"),
    [
        ({}, None, None),
        ({"bridged_at": 120.0}, 120.0, None),
        ({"bridged_at": 120.0, "talk_ended_at": 180.0}, 120.0, 180.0),
        ({"bridged_at": 120.0, "ended_at": 190.0}, 120.0, 190.0),
        ({"bridged_at": 120.0, "talk_ended_at": 180.0, "ended_at": 190.0}, 120.0, 180.0),
        ({"bridged_at": 120.0, "talk_ended_at": 190.0, "ended_at": 180.0}, 120.0, 180.0),
    ],
)
def test_a_talk_goes_on_from_its_bridge_until_it_or_its_call_is_over(
    times: dict[str, float], begins: float | None, ends: float | None
) -> None:
    record = call(**times)
    if begins is None:
        assert not is_talk_at(record, 1_000.0)
        return
    assert not is_talk_at(record, begins - 0.001)
    assert is_talk_at(record, begins)
    if ends is None:
        assert is_talk_at(record, 1e9)
    else:
        assert is_talk_at(record, ends - 0.001)
        assert not is_talk_at(record, ends)

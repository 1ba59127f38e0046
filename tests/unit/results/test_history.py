"""What the database counts is what the definitions say, on any rows."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.inbound import InboundRecord
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentChange, ShiftRecords, spans_of
from dialer.measures.registry import values_of
from dialer.results.history import Stretch, totals_of
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import row_of
from dialer.storage.projecting.inbound_rows import row_of as inbound_row

START = 1_773_147_600.0
CAMPAIGN = CampaignId("c")
HOUR = Stretch(starts_at=START, ends_at=START + 3600.0)

spans_s = st.floats(min_value=0.0, max_value=400.0).map(lambda s: round(s, 3)) | st.sampled_from([2.0, 0.0])


@st.composite
def attempts(draw: st.DrawFn) -> list[AttemptRecord]:
    made: list[AttemptRecord] = []
    for index in range(draw(st.integers(0, 25))):
        at = START + draw(st.integers(0, 3599))
        answered = draw(st.none() | spans_s)
        joined = None if answered is None else draw(st.none() | spans_s)
        base = None if answered is None else at + answered
        bridged = None if base is None or joined is None else base + joined
        talked = None if bridged is None else bridged + draw(spans_s)
        kind = None if bridged is None else draw(st.none() | st.sampled_from(DispositionKind))
        ended = draw(st.none() | spans_s)
        made.append(
            AttemptRecord(
                attempt=AttemptId(f"a{index}"),
                campaign=CAMPAIGN,
                lead=LeadId(f"l{index % 7}"),
                person=PersonId(f"p{index % 5}"),
                number=NumberId(f"n{index % 6}"),
                debts=(),
                zones=(),
                rulebook="r",
                launched_at=at,
                answered_at=base,
                bridged_at=bridged,
                talk_ended_at=talked if draw(st.booleans()) else None,
                ended_at=None if ended is None else (talked or base or at) + ended,
                outcome=draw(st.none() | st.sampled_from(Outcome)),
                disposition=None if kind is None else Disposition(kind=kind),
            )
        )
    return made


@st.composite
def changes(draw: st.DrawFn) -> list[AgentChange]:
    instants = sorted(draw(st.lists(st.integers(0, 3600), max_size=30)))
    return [
        AgentChange(
            agent=AgentId(draw(st.sampled_from(["anna", "ben", "cleo"]))),
            campaign=CAMPAIGN,
            state=draw(st.sampled_from(AgentState)),
            at=START + instant,
        )
        for instant in instants
    ]


@st.composite
def callers(draw: st.DrawFn) -> list[InboundRecord]:
    made: list[InboundRecord] = []
    for index in range(draw(st.integers(0, 25))):
        at = START + draw(st.integers(0, 3599))
        asked = draw(st.none() | spans_s)
        since = None if asked is None else at + asked
        waited = spans_s | st.sampled_from([19.999, 20.0, 20.001])
        bridged = None if since is None else draw(st.none() | waited)
        ended = draw(st.none() | waited)
        made.append(
            InboundRecord(
                call=InboundId(f"i{index}"),
                dialed="",
                arrived_at=at,
                waited_since=since,
                bridged_at=None if since is None or bridged is None else since + bridged,
                ended_at=None if ended is None else (since or at) + (bridged or 0.0) + ended,
                unserved=draw(st.booleans()),
                answer_within_s=draw(st.sampled_from([20.0, 60.0])),
            )
        )
    return made


def counted(
    records: Sequence[AttemptRecord], moves: Sequence[AgentChange], calls: Sequence[InboundRecord] = ()
) -> dict[str, float | None]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        tables.attempts.create(connection)
        tables.agent_states.create(connection)
        tables.inbound_calls.create(connection)
        if calls:
            connection.execute(insert(tables.inbound_calls), [inbound_row(call) for call in calls])
        if records:
            connection.execute(insert(tables.attempts), [row_of(record) for record in records])
        for sequence, move in enumerate(moves):
            connection.execute(
                insert(tables.agent_states).values(
                    sequence=sequence,
                    agent=move.agent,
                    campaign=move.campaign,
                    state=move.state.value,
                    reason="",
                    at=move.at,
                )
            )
        return totals_of(connection, HOUR).measures()


@settings(max_examples=60, deadline=None)
@given(attempts(), changes(), callers())
def test_the_database_counts_what_the_definitions_say(
    records: list[AttemptRecord], moves: list[AgentChange], calls: list[InboundRecord]
) -> None:
    shift = ShiftRecords(
        attempts=tuple(records),
        agent_spans=spans_of(moves, ends_at=HOUR.ends_at),
        promises=(),
        denials=(),
        inbound=tuple(calls),
        starts_at=HOUR.starts_at,
        ends_at=HOUR.ends_at,
    )
    defined = values_of(shift)
    for name, value in counted(records, moves, calls).items():
        expected = defined[name]
        assert value == (None if expected is None else pytest.approx(expected)), name


def test_an_empty_history_has_counts_and_no_rates() -> None:
    values = counted([], [])
    assert values["attempts"] == 0
    assert values["abandonment_rate"] is None
    assert values["agent_hours"] is None
    assert (values["inbound_calls"], values["service_level"], values["longest_inbound_wait"]) == (
        0,
        None,
        None,
    )

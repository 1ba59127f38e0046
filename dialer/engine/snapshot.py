"""The floor's picture (`dialer.domain.snapshot`), taken from the state."""

from collections.abc import Callable, Sequence
from itertools import islice

from compliance_gate.findings import Statement
from dialer.domain.agent import AgentState
from dialer.domain.attempt import JOINED
from dialer.domain.ids import NO_BOX
from dialer.domain.inbound import InboundState
from dialer.domain.snapshot import (
    AgentView,
    BoxView,
    CampaignView,
    FloorSnapshot,
    InboundView,
    OwedView,
    ServiceView,
)
from dialer.domain.voice import RecordingState
from dialer.engine.calling.guests import guest_of
from dialer.engine.launching import ledger
from dialer.engine.launching.caller_id_view import caller_id_view
from dialer.engine.state import (
    AgentRow,
    BoxRow,
    CampaignRow,
    EngineState,
    InboundRow,
    OwedRow,
    PoolRow,
    ServiceRow,
)

OWED_SHOWN = 200
"""Calls owed that the floor's picture shows, the oldest first: it goes to every wallboard each second."""


def floor_snapshot(
    state: EngineState, why_not: Callable[[CampaignRow], str | None], now: float
) -> FloorSnapshot:
    """Freeze the floor as of `now`."""
    return FloorSnapshot(
        now=now,
        sequence=state.sequence,
        is_floor_stopped=state.is_floor_stopped,
        is_network_up=state.is_network_up,
        agents=tuple(
            AgentView(
                agent=row.agent,
                campaign=row.campaign,
                state=row.state,
                for_s=max(now - row.since, 0.0),
                reason=row.reason,
                is_leaving=row.is_leaving,
                attempt=row.attempt,
                box=row.box,
                third_party=_third_party(state, row),
                notice=row.notice,
                inbound=row.inbound,
                recording=recording,
                to_say=to_say,
                owes=row.owes,
                statements=_statements(state, row),
            )
            for row in sorted(state.agents.values(), key=lambda row: row.agent)
            for recording, to_say in (_recording(state, row),)
        ),
        campaigns=tuple(
            _campaign_view(state, row, why_not(row))
            for row in sorted(state.campaigns.values(), key=lambda row: row.settings.campaign)
        ),
        ignored=tuple(sorted(state.ignored.items())),
        boxes=tuple(_box_view(state, row) for row in sorted(state.boxes.values(), key=lambda row: row.box)),
        caller_ids=tuple(
            caller_id_view(state, row)
            for row in sorted(state.caller_ids.values(), key=lambda row: row.owned.number)
        ),
        inbound=tuple(_inbound_view(row, now) for row in state.inbound.values()),
        owed=tuple(_owed_view(row) for row in islice(state.owed.values(), OWED_SHOWN)),
        service=tuple(
            _service_view(state, dialed, row, now)
            for dialed, row in sorted(state.service.items())
            if row.day_begins <= now < row.day_ends
        ),
    )


_ON_A_CALL = frozenset({AgentState.RESERVED, AgentState.TALKING})


def _statements(state: EngineState, row: AgentRow) -> tuple[Statement, ...]:
    """What law and policy ask of the words on the agent's call, as its clearance said."""
    call = None if row.attempt is None else state.calls.get(row.attempt)
    return () if call is None or row.state not in _ON_A_CALL else call.launch.statements


def _recording(state: EngineState, row: AgentRow) -> tuple[RecordingState, str]:
    """Where the recording of the agent's talk stands, and what they must say for it to begin."""
    call = None if row.attempt is None else state.calls.get(row.attempt)
    if call is None or row.state is not AgentState.TALKING:
        return RecordingState.NONE, ""
    note, is_recorded = call.heard.note, call.heard.is_recorded
    if note is not None and note.objected_at is not None:
        is_over = note.stopped_at is not None or not is_recorded
        return (RecordingState.STOPPED if is_over else RecordingState.STOPPING), ""
    if is_recorded:
        is_over = note is not None and note.stopped_at is not None
        return (RecordingState.STOPPED if is_over else RecordingState.RUNNING), ""
    voice = call.launch.voice
    if voice is None or not voice.spoken:
        return RecordingState.NONE, ""
    due = RecordingState.CONSENT_DUE if voice.asks else RecordingState.NOTICE_DUE
    return (due if note is None else RecordingState.ORDERED), voice.spoken


def _third_party(state: EngineState, row: AgentRow) -> str:
    """Whose call to a third party does what: 'the creditor: ringing'; '' = there is none."""
    guest = None if row.attempt is None else guest_of(state, row.attempt)
    return "" if guest is None else f"{guest.name}: {guest.state.value}"


def _box_view(state: EngineState, row: BoxRow) -> BoxView:
    is_held = row.hold_until > state.now
    return BoxView(
        box=row.box,
        is_up=row.is_up,
        reason=row.hold_reason if row.is_up and is_held else row.reason or _way_out(row),
        agents=sum(agent.box == row.box for agent in state.agents.values()),
        in_flight=row.in_flight,
        lines=row.lines,
    )


def _way_out(row: BoxRow) -> str:
    """What is wrong with its trunks, and by whose its calls leave."""
    return f"{row.trunks}; calls leave by {row.over}" if row.over else row.trunks


def _campaign_view(state: EngineState, row: CampaignRow, why_not: str | None) -> CampaignView:
    window = ledger.as_pacing(row, state.now)
    name = row.settings.campaign
    talking = sum(1 for call in state.calls.values() if call.launch.campaign == name and call.state in JOINED)
    pools = [pool for pool in row.pools.values() if pool.reason and pool.box in (state.boxes or (NO_BOX,))]
    is_one = len({pool.needs for pool in pools}) == 1
    reasons = [_reason_of(pool, is_one=is_one) for pool in pools]
    return CampaignView(
        campaign=name,
        state=row.state,
        reason=why_not if why_not is not None else "; ".join(_but_the_last_open(reasons)),
        ringing=sum(len(pool.ringing) for pool in row.pools.values()),
        waiting=sum(len(pool.waiting) for pool in row.pools.values()),
        talking=talking,
        in_flight=row.in_flight,
        hopper=sum(len(pool.queue) for pool in row.pools.values()),
        reserved=sum(len(pool.reserved) for pool in row.pools.values()),
        leads_left=row.leads_left,
        live_answers=window.live_answers,
        abandoned=window.abandoned,
        abandoned_per_live_answer=window.abandoned_per_live_answer,
        headroom=window.headroom,
        time_zone=row.settings.time_zone,
    )


def _but_the_last_open(sentences: Sequence[str]) -> list[str]:
    """Sentences that become one: only the last keeps its full stop."""
    return [*(each.removesuffix(".") for each in sentences[:-1]), *sentences[-1:]]


def _reason_of(pool: PoolRow, *, is_one: bool) -> str:
    """Why the pool launches or does not, with where, and of several with whose calls."""
    needs = "" if is_one else f"{', '.join(pool.needs)}: " if pool.needs else "for anybody: "
    return f"{pool.box}: {needs}{pool.reason}" if pool.box else needs + pool.reason


def _inbound_view(row: InboundRow, now: float) -> InboundView:
    until = row.bridged_at if row.bridged_at is not None else now
    return InboundView(
        call=row.call,
        state=row.state,
        dialed=row.dialed,
        number=row.number,
        callers=row.callers,
        opted_out=row.opted_out,
        waited_s=None if row.waited_since is None else max(until - row.waited_since, 0.0),
        agent=row.agent,
        language=row.language,
        is_closed=row.is_closed,
    )


def _owed_view(row: OwedRow) -> OwedView:
    record = row.record
    return OwedView(
        call=record.call,
        why=row.why,
        since=record.ended_at if record.ended_at is not None else record.arrived_at,
        dialed=record.dialed,
        number=record.number,
        callers=record.callers,
        language=record.language,
        message=record.message,
        message_s=record.message_s,
    )


def _service_view(state: EngineState, dialed: str, row: ServiceRow, now: float) -> ServiceView:
    waiting = [
        max(now - call.waited_since, 0.0)
        for call in state.inbound.values()
        if call.state is InboundState.WAITING and call.dialed == dialed and call.waited_since is not None
    ]
    asked = row.answered + row.left + row.unserved
    return ServiceView(
        dialed=dialed,
        answer_within_s=row.answer_within_s,
        goal=row.goal,
        service_level=row.answered_in_time / asked if asked else None,
        asked=asked,
        answered=row.answered,
        answered_in_time=row.answered_in_time,
        left=row.left,
        unserved=row.unserved,
        asked_back=row.asked_back,
        average_wait_s=row.answered_wait_s / row.answered if row.answered else None,
        longest_wait_s=max((row.longest_s, *waiting)),
        waiting=len(waiting),
    )

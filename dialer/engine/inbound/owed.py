"""What somebody of us owes to people who called: kept until it is followed up, the oldest first.

Nothing here dials: who calls back by hand attaches the number to a person and asks the gate like anybody.
"""

from dataclasses import replace

from dialer.domain.commands import RaiseAlarm, StoreInbound
from dialer.domain.events import InboundFollowedUp
from dialer.domain.inbound import InboundRecord
from dialer.engine.context import Context
from dialer.engine.state import OwedRow

MOST_OWED = 10_000
"""Kept at once; beyond it the history alone has them, and the floor is told."""


def owe(context: Context, record: InboundRecord, why: str) -> None:
    """Something is to be done after this call, which is over."""
    rows = context.state.owed
    if len(rows) >= MOST_OWED and record.call not in rows:
        text = f"{MOST_OWED} callers wait for a follow-up; call {record.call} ({why}) is in the history alone"
        context.emit(RaiseAlarm(subject="people who called us", text=text))
        return
    rows[record.call] = OwedRow(record=record, why=why)


def followed_up(context: Context, event: InboundFollowedUp) -> None:
    """It is done; a second word on it is late."""
    row = context.state.owed.pop(event.call, None)
    if row is None:
        context.ignore("late_follow_up")
        return
    done = replace(row.record, followed_up=event.by, followed_up_at=context.now)
    context.emit(StoreInbound(record=done))

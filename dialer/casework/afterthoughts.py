"""What may still be said of a talk that is over: by whom, until when.

Whatever protects a person (a request that binds us, a hold) may be said by the agent who heard it until the
end of the next day where the campaign is: a request binds from the moment it was made, whoever failed to
write it down (12 CFR 1006.6, 1006.14(h); 15 USC 1692c). Anything else is a correction of what the agent said
before, and the campaign says how long that takes. Nothing that was said to protect somebody is taken back.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.casework.consequences import FOLLOWS
from dialer.domain.disposition import DispositionKind


def protects(kind: DispositionKind) -> bool:
    """Whether it asks for something that binds us."""
    row = FOLLOWS[kind]
    return row.request is not None or row.hold is not None


def protected_until(ended_at: float, zone: str) -> float:
    """POSIX seconds at which the day after a talk is over where the campaign is."""
    here = ZoneInfo(zone)
    day = datetime.fromtimestamp(ended_at, here).date() + timedelta(days=2)
    return datetime.combine(day, time(), tzinfo=here).timestamp()


def why_not_said(
    kind: DispositionKind, *, ended_at: float, now: float, corrections_s: float, zone: str
) -> str | None:
    """Why it cannot be said any more; None when it can.

    Args:
        ended_at: POSIX seconds at which the talk was over.
        corrections_s: seconds that the campaign gives for corrections.
        zone: IANA name of the campaign's time zone.
    """
    if now <= ended_at + corrections_s:
        return None
    if not protects(kind):
        return (
            f"corrections are taken for {corrections_s:g} s after a talk, and it is over for "
            f"{now - ended_at:.0f} s; what the person asked for (stop_calling, disputed, ...) is still taken"
        )
    if now < protected_until(ended_at, zone):
        return None
    return (
        "the day after the talk is over: let a clerk write the person's request down "
        "(POST /api/facts/requests), it binds at once"
    )

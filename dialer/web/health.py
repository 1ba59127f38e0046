"""What the floor says of itself, with what lies beside it: the recordings of its calls."""

from dataclasses import asdict, dataclass, replace

from dialer.runtime.health import Health
from dialer.web.ports import RecordingRoom, Recordings, Rights


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthView(Health):
    """As `Health`. A full disk does not keep a floor from dialing, so it is a reason, and not unfitness.

    Args:
        recordings: room left for them, by folder; () = none is within reach, or nobody has looked yet.
        recordings_waiting: of calls that go on, that the store does not know, or that could not be finished;
            None = not known: nobody has looked yet, a folder cannot be read, or none is within reach.
    """

    recordings: tuple[RecordingRoom, ...]
    recordings_waiting: int | None


def health_view(health: Health, archive: Recordings | None, rights: Rights | None = None) -> HealthView:
    """All together. `archive` None = the floor keeps no recordings within reach; `rights`: knows of requests
    that wait past their last day, which keep no floor from dialing."""
    late = 0 if rights is None else rights.overdue() or 0
    if late:
        told = f"{late} requests of persons wait past their last day: `fairdial requests list --overdue`"
        health = replace(health, reasons=(*health.reasons, told))
    if archive is None:
        return HealthView(**asdict(health), recordings=(), recordings_waiting=None)
    now = archive.now()
    low = [
        f"room for {room.hours_of_talk:.1f} hours of recordings is left in {room.folder}"
        for room in now.rooms
        if room.is_low
    ]
    known = asdict(health)
    known["reasons"] = (*health.reasons, *low, *((now.trouble,) if now.trouble else ()))
    return HealthView(**known, recordings=now.rooms, recordings_waiting=now.waiting)

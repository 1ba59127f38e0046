"""Reads Asterisk's own record of calls beside the loop; one that cannot be read is told, and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog

from dialer.domain.events import Event
from dialer.domain.ids import AttemptId
from dialer.domain.ports import Unended
from telephony.asterisk.call_record import KEPT_WITHIN_S, CallStory, Story, events_of, read

_log = structlog.get_logger(__name__)

# A line of the record is written some milliseconds after what it tells of.
_AGAIN_S = 0.5


async def what_became(path: Path | None, unended: Sequence[Unended], *, ahead: float) -> tuple[Event, ...]:
    """What the record says of attempts that live no more.

    Args:
        path: the record; None = none is kept.
        ahead: seconds by which the floor's clock is ahead of Asterisk's.
    """
    if path is None or not unended:
        return ()
    attempts = {one.attempt: one.launched_at for one in unended}
    since = min(attempts.values()) - ahead - KEPT_WITHIN_S
    story = await _read(path, since)
    if any(call.began_at is not None and call.ended_at is None for call in _of(story, attempts)):
        await asyncio.sleep(_AGAIN_S)
        story = await _read(path, since)
    return events_of(story, attempts, ahead=ahead)


async def _read(path: Path, since: float) -> Story:
    try:
        return await asyncio.get_running_loop().run_in_executor(None, partial(read, path, since=since))
    except OSError as error:
        _log.error("asterisk.record_not_read", path=str(path), why=str(error))
        return Story()


def _of(story: Story, attempts: Mapping[AttemptId, float]) -> tuple[CallStory, ...]:
    return tuple(call for attempt in attempts if (call := story.calls.get(attempt)) is not None)

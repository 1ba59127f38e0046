"""Tasks that keep something in hearing: when one dies of a defect, that is said, and what it kept is ended.

A task whose exception nobody reads dies in silence: the process lives, and the floor is deaf. Whoever starts
such a task says here what must follow from its death.
"""

import asyncio
from collections.abc import Callable, Coroutine

import structlog

_log = structlog.get_logger(__name__)


def keep(
    work: Coroutine[object, object, None], *, name: str, died: Callable[[Exception], None]
) -> asyncio.Task[None]:
    """Start a task that is expected to run until it is cancelled or done.

    Args:
        died: told of the exception that ended it, in the loop; ends or restarts what the task kept.
    """
    task = asyncio.create_task(work, name=name)

    def over(ended: asyncio.Task[None]) -> None:
        error = None if ended.cancelled() else ended.exception()
        if error is None:
            return
        _log.error("keeper.died", keeper=name, why=str(error) or type(error).__name__, exc_info=error)
        if isinstance(error, Exception):
            died(error)

    task.add_done_callback(over)
    return task

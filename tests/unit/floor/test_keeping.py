"""A keeper with a defect is told of and begun anew; the floor beside it goes on."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from dialer.access.accounts import Directory
from dialer.cli.serve import looked_at
from dialer.domain.errors import StoreUnavailableError
from dialer.floor.accounts import kept_accounts
from dialer.floor.keeping import FIRST_S, MOST_S, STEADY_S, kept_going


class World:
    """A clock that moves when somebody sleeps, and a keeper that works so long before its next defect."""

    def __init__(self, *works_s: float) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._works_s = list(works_s)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def keep(self) -> None:
        if not self._works_s:
            raise asyncio.CancelledError
        self.now += self._works_s.pop(0)
        raise ZeroDivisionError("a defect")


async def waits(*works_s: float) -> list[float]:
    """How long it was waited after each defect."""
    world = World(*works_s)
    with pytest.raises(asyncio.CancelledError):
        await kept_going(world.keep, name="recordings", sleep=world.sleep, now=lambda: world.now)
    return world.slept


async def test_it_is_begun_anew_later_and_later_but_never_too_late() -> None:
    assert await waits(*[0.0] * 9) == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 600.0, 600.0]
    assert (FIRST_S, MOST_S) == (5.0, 600.0)


async def test_one_that_kept_going_begins_soon_again() -> None:
    assert await waits(0.0, 0.0, STEADY_S - 1.0, 0.0) == [5.0, 10.0, 20.0, 40.0]
    assert await waits(0.0, 0.0, STEADY_S, 0.0) == [5.0, 10.0, 5.0, 10.0]


async def test_what_went_wrong_is_told_with_where_it_did() -> None:
    with capture_logs() as logs:
        await waits(0.0)
    defect, alarm = logs
    assert (defect["event"], defect["keeper"], defect["exc_info"]) == ("keeper.defect", "recordings", True)
    assert (alarm["event"], alarm["subject"]) == ("alarm", "recordings")
    assert alarm["text"] == "recordings went unattended: ZeroDivisionError: a defect; begun anew in 5 s"


class _Beside:
    """A store that tells something nobody can read, and then nothing more."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self, _work: object) -> object:
        self.reads += 1
        if self.reads == 1:
            return 0
        if self.reads == 2:
            return Directory()
        raise ValueError("'auditor' is not a valid Role")

    async def write(self, _work: object) -> object:
        raise StoreUnavailableError("the store is away")


async def test_a_floor_outlives_accounts_that_cannot_be_read_and_a_store_that_is_away_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A role that a newer program wrote, for one: the rights that were known hold."""
    monkeypatch.setattr("dialer.floor.accounts.LOOK_S", 0.0)
    beside: Any = _Beside()
    with capture_logs() as told:
        async with kept_accounts(beside) as accounts:
            accounts._seen["digest"] = 1.0  # pyright: ignore[reportPrivateUsage]  # somebody was here
            while not any(line["event"] == "keeper.defect" for line in told):
                await asyncio.sleep(0.001)
    assert told[-1]["event"] == "it is not written down who was here last"


async def test_a_floor_outlives_requests_that_cannot_be_looked_at() -> None:
    class Rights:
        async def run(self) -> None:
            raise PermissionError("the folder of keys")

    rights: Any = Rights()
    with capture_logs() as told:
        async with looked_at(rights):
            while not any(line["event"] == "keeper.defect" for line in told):
                await asyncio.sleep(0.001)

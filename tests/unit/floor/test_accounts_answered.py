"""A store that does not answer keeps nobody waiting who changes an account, and what was asked goes on."""

import asyncio
from typing import Any

import pytest

from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING
from dialer.domain.errors import StoreUnavailableError
from dialer.floor import accounts
from dialer.floor.accounts import Accounts
from dialer.floor.signed_in import By


class Silent:
    """A store beside that answers a write when it is let."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.written = 0

    async def write(self, work: Any) -> Any:
        await self.may_answer.wait()
        self.written += 1

    async def read(self, work: Any) -> Any:
        raise StoreUnavailableError("it is away")


async def test_whoever_changes_an_account_is_told_that_the_store_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(accounts, "ANSWER_S", 0.02)
    silent = Silent()
    kept: Any = Accounts(silent)  # pyright: ignore[reportArgumentType]  # all that is asked of it
    async with asyncio.timeout(30.0):
        with pytest.raises(StoreUnavailableError, match=r"did not answer within 0\.02 s"):
            await kept.add("ann", roles=frozenset({Role.AGENT}), walls=EVERYTHING, by=By(who="test"))
        assert silent.written == 0
        silent.may_answer.set()
        while silent.written == 0:
            await asyncio.sleep(0)
    assert silent.written == 1, "it was not cut in the middle"

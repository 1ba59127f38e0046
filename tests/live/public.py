"""The carrier's own word on whose telephone was rung."""

from __future__ import annotations

import asyncio
from collections import Counter

from lab.laboratory import PUBLIC_SECRET, Laboratory

from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.wire import Action, AmiMessage, Value


class PublicWatch:
    """Counts which numbers the carrier was really asked to ring."""

    def __init__(self, laboratory: Laboratory) -> None:
        address = AmiAddress(user="public", secret=PUBLIC_SECRET, host=f"{laboratory.net}.2")
        self._link = AmiConnection(address)
        self.rung: Counter[str] = Counter()
        self.shown: Counter[str] = Counter()
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.sounds: list[AmiMessage] = []
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> PublicWatch:
        await self._link.connect()
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()
        if self._reader is not None:
            await self._reader

    async def call_back(self, caller: str, dialed: str, *, key: str = "") -> None:
        """Somebody of the public calls one of our numbers and presses a key after three seconds."""
        fields: dict[str, Value] = {
            "Channel": "Local/1@call-back/n",
            "Context": "caller",
            "Exten": "s",
            "Priority": 1,
            "Async": True,
        }
        variables = {"__FROM": caller, "__TO": dialed, "__KEY": key}
        answer = await self._link.send(Action(name="Originate", fields=fields, variables=variables))
        assert answer.is_success, answer

    async def _read(self) -> None:
        async for item in self._link.events:
            if not isinstance(item, AmiMessage):
                continue
            if item.event == "UserEvent" and item.get("userevent") == "Keys":
                self.keys.put_nowait(item.get("keys"))
            elif item.event == "UserEvent" and item.get("userevent") == "Sound":
                self.sounds.append(item)
            elif item.event == "Newchannel" and item.get("exten").lstrip("+").isdigit():  # no seats of agents
                self.rung[item.get("exten")] += 1
                self.shown[item.get("calleridnum")] += 1

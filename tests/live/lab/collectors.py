"""Scripted collectors on a floor that `fairdial serve` runs on this laboratory: they sit at the phones seat1,
seat2, ... (which the carrier answers for them) and use the HTTP API as people would.

    python tests/live/lab/collectors.py SETTINGS.toml [HOW MANY]

They get ready, talk for a while, hang up, write down what came of it, and take people who call the floor.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, cast

import httpx2

COUNT = 8
LOOK_S = 0.5
TALK_S, WRITE_S = (15.0, 45.0), (2.0, 6.0)
"""Seconds of a talk and of writing down, from and to."""

RESULTS = ("no_commitment", "no_commitment", "refused_to_pay", "promise_to_pay", "machine", "wrong_number")

Row = dict[str, Any]


class Collectors:
    """Everybody at the seats, asked for by the floor's own token."""

    def __init__(self, client: httpx2.AsyncClient, campaign: str, count: int) -> None:
        self._client = client
        self._campaign = campaign
        self._names = {f"collector-{number}": f"seat{number}" for number in range(1, count + 1)}
        self._chance = random.Random(count)
        self._busy: set[str] = set()
        self.results: Counter[str] = Counter()

    async def work(self) -> None:
        """Look at the floor and do what each has to do, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                floor = await self._floor()
                seen = {row["agent"]: row for row in cast("list[Row]", floor["agents"])}
                for name in self._names:
                    if name not in self._busy:
                        self._busy.add(name)
                        group.create_task(self._act(name, seen.get(name)))
                await asyncio.sleep(LOOK_S)

    async def _floor(self) -> Row:
        try:
            answer = await self._client.get("/api/floor")
            return cast("Row", answer.json()) if answer.status_code == 200 else {"agents": []}
        except httpx2.HTTPError:
            return {"agents": []}

    async def _act(self, name: str, row: Row | None) -> None:
        try:
            await self._do(name, "logged_out" if row is None else str(row["state"]), row or {})
        except httpx2.HTTPError:
            await asyncio.sleep(1.0)  # the floor is being started again: look once more
        finally:
            self._busy.discard(name)

    async def _do(self, name: str, state: str, row: Row) -> None:
        match state:
            case "logged_out":
                await self._post(f"/agents/{name}/login", campaign=self._campaign, endpoint=self._names[name])
            case "not_ready":
                await self._post(f"/agents/{name}/ready")
            case "talking":
                await asyncio.sleep(self._chance.uniform(*TALK_S))
                await self._post(f"/agents/{name}/hangup", attempt=row["attempt"] or row["inbound"])
            case "wrapping":
                await asyncio.sleep(self._chance.uniform(*WRITE_S))
                await self._write_down(name, row)
            case _:
                pass

    async def _write_down(self, name: str, row: Row) -> None:
        kind = self._chance.choice(RESULTS)
        if row["inbound"]:
            call = row["inbound"]
            callers = cast("list[Row]", (await self._client.get(f"/api/inbound/{call}")).json()["callers"])
            body: Row = {"agent": name, "kind": "no_commitment"}
            if callers:
                body |= {"person": callers[0]["person"], "debts_spoken_of": callers[0]["debts"]}
            await self._post(f"/inbound/{call}/disposition", **body)
            self.results["called us"] += 1
            return
        await self._post(f"/attempts/{row['attempt']}/disposition", agent=name, kind=kind)
        self.results[kind] += 1

    async def _post(self, path: str, **body: object) -> None:
        await self._client.post(f"/api{path}", json=body)


async def tell(client: httpx2.AsyncClient, collectors: Collectors) -> None:
    """A line about the floor every five seconds."""
    while True:
        await asyncio.sleep(5.0)
        try:
            floor = cast("Row", (await client.get("/api/floor")).json())
        except httpx2.HTTPError:
            print("the floor does not answer", flush=True)
            continue
        states = Counter(str(row["state"]) for row in floor["agents"])
        for row in floor["campaigns"]:
            told = f"ringing {row['ringing']}, talking {row['talking']}, answered {row['live_answers']}"
            print(f"{told}, abandoned {row['abandoned']}; {dict(states)}; {row['reason']}", flush=True)


async def run(settings: Path, count: int) -> None:
    """Until Ctrl-C."""
    read = tomllib.loads(settings.read_text(encoding="utf-8"))
    folder = Path(read["out"]) / "floor"
    api = json.loads((folder / "address.json").read_bytes())["api"]
    headers = {"Authorization": f"Bearer {(folder / 'token').read_text().strip()}"}
    async with httpx2.AsyncClient(base_url=api, headers=headers, timeout=10, trust_env=False) as client:
        collectors = Collectors(client, read["campaigns"][0]["campaign"], count)
        async with asyncio.TaskGroup() as group:
            group.create_task(collectors.work())
            group.create_task(tell(client, collectors))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    try:
        asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT))
    except KeyboardInterrupt:
        pass
    except FileNotFoundError as error:
        print(f"{error.filename}: there is no floor yet; start `fairdial serve` first", file=sys.stderr)
        raise SystemExit(1) from None

"""`fairdial serve --network asterisk` as a user starts it: a process of its own, the settings file, HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from lab.laboratory import AMI_SECRET, Laboratory
from people import stock
from serving import HERE, Api, environment, served
from stranger import WRONG_DIGEST, Stranger

from dialer.clock import posix_now
from dialer.inquiry.retention import OBJECTED
from dialer.storage.store import Store
from telephony.asterisk.passwords import new_password
from telephony.asterisk.recordings import DELETED, manifest, unfinished

STAYS, LEAVES = "0000", "0003"
"""Ends of numbers: answers at once and stays; answers at once and hangs up two seconds later."""


@pytest.fixture
async def api(laboratory: Laboratory) -> AsyncIterator[Api]:
    """A served floor with people to call."""
    with Store.open(str(laboratory.store)) as store:
        if store.last_sequence() == 0:
            stock(store, campaign="collections", persons=60, now=posix_now(), ends_with=STAYS)
            stock(store, campaign="short", persons=60, now=posix_now(), ends_with=LEAVES)
            stock(store, campaign="told", persons=60, now=posix_now(), ends_with=STAYS)
    async with served(laboratory) as made:
        yield made


async def talking(api: Api, agent: str, *, campaign: str, seat: str) -> str:
    """Sit down, get ready, and be on a call: which one."""
    assert await api.post(f"/agents/{agent}/login", campaign=campaign, endpoint=seat) == 200
    assert await api.post(f"/agents/{agent}/ready") == 200
    return str((await api.until(agent, "talking", within=90))["attempt"])


async def test_an_agent_talks_presses_a_key_and_ends_the_call(api: Api, laboratory: Laboratory) -> None:
    assert (await api.client.get("/ready")).status_code == 200
    attempt = await talking(api, "anna", campaign="collections", seat="seat1")
    assert f"fd.call.{attempt}" in laboratory.pbx.command("core show channels concise")
    assert await api.post("/agents/anna/keys", keys="1") == 204
    assert await api.post("/agents/anna/hangup", attempt="an-earlier-one") == 409
    assert await api.post("/agents/anna/hangup", attempt=attempt) == 200
    assert (await api.until("anna", "wrapping"))["attempt"] == attempt
    channels = laboratory.pbx.command("core show channels concise")
    assert f"fd.call.{attempt}" not in channels
    assert "fd.agent." in channels  # the agent's own leg stays
    body = {"agent": "anna", "kind": "no_commitment", "ready_after": False}
    assert await api.post(f"/attempts/{attempt}/disposition", **body) == 200
    assert (await api.agent("anna"))["state"] == "not_ready"
    assert (laboratory.home / "serve.log").read_text().count(AMI_SECRET) == 0


async def recorded(api: Api, agent: str, *, seat: str, objects: bool) -> str:
    """A call that was recorded on the agent's word for two seconds, and is over; which one."""
    attempt = await talking(api, agent, campaign="told", seat=seat)
    assert await api.post(f"/agents/{agent}/recording/notice", attempt=attempt) == 200
    await until_recording(api, agent, "running")
    await asyncio.sleep(2.0)
    if objects:
        assert await api.post(f"/agents/{agent}/recording/objection", attempt=attempt) == 200
        await until_recording(api, agent, "stopped")
    assert await api.post(f"/agents/{agent}/hangup", attempt=attempt) == 200
    await api.until(agent, "wrapping")
    body = {"agent": agent, "kind": "no_commitment", "ready_after": False}
    assert await api.post(f"/attempts/{attempt}/disposition", **body) == 200
    return attempt


async def until_recording(api: Api, agent: str, state: str) -> None:
    seen: dict[str, Any] = {}
    try:
        async with asyncio.timeout(20):
            while (seen := await api.agent(agent))["recording"] != state:
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"the recording is not {state}: {seen}")


async def test_recordings_are_finished_while_the_floor_works_and_objected_ones_are_gone(
    api: Api, laboratory: Laboratory
) -> None:
    """Without a command: ten seconds after the file was written to last, and a look every three."""
    folder = laboratory.recordings
    for file in folder.iterdir():
        file.unlink()  # of other tests, whose stores gave the same names
    kept = await recorded(api, "clara", seat="seat3", objects=False)
    gone = await recorded(api, "doris", seat="seat4", objects=True)
    assert (folder / f"{gone}.raw").exists()
    async with asyncio.timeout(40):
        while {kept, gone} & {*unfinished(folder)}:
            await asyncio.sleep(0.2)
    assert next(line.seconds for line in manifest(folder) if line.attempt == kept) > 1.5
    assert not [file.name for file in folder.iterdir() if file.name.startswith((gone, f".{gone}"))]
    rules = [json.loads(line) for line in (folder / DELETED).read_text().splitlines()]
    assert [line["rule"] for line in rules if line["attempt"] == gone] == [OBJECTED]
    health = (await api.client.get("/health")).json()
    assert [(one["folder"], one["is_low"]) for one in health["recordings"]] == [(str(folder), False)]
    assert health["recordings"][0]["free_bytes"] > 0


async def test_who_guesses_is_seen_in_the_floor_s_figures(api: Api, laboratory: Laboratory) -> None:
    stranger = Stranger(f"{laboratory.net}.66", laboratory.address)
    try:
        async with asyncio.timeout(30):
            while not await _refused(api) > 0:
                await asyncio.to_thread(stranger.register, "104", auth=WRONG_DIGEST)
    finally:
        stranger.close()


async def _refused(api: Api) -> float:
    """Wrong passwords at Asterisk's SIP, as `/metrics` counts them."""
    text = (await api.client.get("/metrics")).text
    wanted = 'fairdial_refused_logins_total{asterisk="",door="sip",why="wrong password"} '
    return sum(float(line.removeprefix(wanted)) for line in text.splitlines() if line.startswith(wanted))


async def test_who_was_called_ends_the_call(api: Api) -> None:
    attempt = await talking(api, "bert", campaign="short", seat="seat2")
    assert (await api.until("bert", "wrapping"))["attempt"] == attempt
    assert await api.post("/agents/bert/hangup", attempt=attempt) == 409


def test_a_wrong_secret_is_told_and_the_command_leaves(laboratory: Laboratory) -> None:
    wrong = new_password()
    given = {**environment(laboratory), "FAIRDIAL_ASTERISK__AMI__SECRET": wrong}
    order = [sys.executable, "-m", "dialer", "serve", "--network", "asterisk"]
    done = subprocess.run(order, cwd=HERE, env=given, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert "Traceback" not in done.stderr
    assert wrong not in done.stderr

"""`fairdial floor` as a visitor meets it: a role with one click, a seat, a talk in text, a promise, pacing.

The command runs in a process of its own, at a pace at which somebody answers soon.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import httpx2
import msgspec
import pytest
from websockets.sync.client import connect

from dialer.clock import monotonic_now

pytestmark = pytest.mark.slow

WITHIN_S = 60.0
PACE = 8.0
CAMPAIGN = "collections"


class Shown:
    """The floor, and what it said."""

    def __init__(self, url: str, process: subprocess.Popen[str], folder: Path) -> None:
        self.url, self.process, self.folder = url, process, folder


class Browser:
    """Somebody's: one cookie jar, and the session's second word."""

    def __init__(self, url: str) -> None:
        self.client = httpx2.Client(base_url=url, timeout=20.0)
        self.csrf = ""

    def be(self, role: str) -> dict[str, Any]:
        answer = self.client.post("/api/demonstration/sign-in", json={"role": role})
        assert answer.status_code == 200, answer.text
        self.csrf = answer.json()["csrf"]
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None, status: int = 200) -> Any:
        answer = self.client.post(path, json=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.status_code == status, answer.text
        return answer.json()


def until(look: Callable[[], Any], what: str) -> Any:
    """What `look` finds, once it finds something."""
    ends, found = monotonic_now() + WITHIN_S, None
    while monotonic_now() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {WITHIN_S:g} s: {what}; at last: {found}")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """One demonstration for all of these tests; Ctrl-C ends it."""
    folder = tmp_path_factory.mktemp("shown")
    words = ("--port", "0", "--people", "1500", "--collectors", "8", "--speed", str(PACE))
    process = subprocess.Popen(
        [sys.executable, "-m", "dialer", "floor", *words, "--out", str(folder / "floor")],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Shown(_address(process), process, folder / "floor")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=WITHIN_S) == 0, "Ctrl-C ends it in order"
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    late = threading.Timer(WITHIN_S, process.kill)
    late.start()
    heard = ""
    try:
        for line in process.stdout:
            heard += line
            found = re.search(r"open at (http://[\d.:]+)", line)
            if found is not None:
                threading.Thread(target=_listen, args=(process.stdout,), daemon=True).start()
                return found.group(1)
    finally:
        late.cancel()
    raise AssertionError(f"the floor ended before it was open: {heard}")


def _listen(stream: IO[str]) -> None:
    """What it says besides is shown where a test fails, and must not fill the pipe."""
    for line in stream:
        print(line, end="")


@pytest.mark.long
def test_a_visitor_records_a_lawful_promise_and_a_supervisor_sees_it_and_changes_the_pacing(
    shown: Shown,
) -> None:
    told = Browser(shown.url).get("/api/demonstration")
    assert told["is_on"] is True
    assert [row["role"] for row in told["roles"]][:2] == ["agent", "supervisor"]
    collector, supervisor = Browser(shown.url), Browser(shown.url)
    seat = collector.be("agent")["agent"]
    attempt = _take_a_seat(collector, seat)
    assert _row(supervisor, seat)["state"] == "talking"
    _talk(collector, attempt)
    cents, due = _offer(collector)
    collector.post(f"/api/agents/{seat}/hangup", {"attempt": attempt})
    until(lambda: _row(supervisor, seat)["state"] == "wrapping", "the call is over")
    promise = {"agent": seat, "kind": "promise_to_pay", "promised_cents": cents, "promised_for": due}
    collector.post(f"/api/attempts/{attempt}/disposition", {**promise, "ready_after": False})
    until(lambda: _row(supervisor, seat)["state"] == "not_ready", "the call is wrapped up")
    _change_pacing(supervisor)


def _row(supervisor: Browser, seat: str) -> dict[str, Any]:
    if not supervisor.csrf:
        supervisor.be("supervisor")
    return next(row for row in supervisor.get("/api/floor")["agents"] if row["agent"] == seat)


def _take_a_seat(collector: Browser, seat: str) -> str:
    """Logged in, ready, and joined with a person: as the desk's web socket tells it."""
    phone = collector.get("/api/phone")
    assert phone["is_text"] is True
    collector.post(f"/api/agents/{seat}/login", {"campaign": CAMPAIGN, "endpoint": phone["endpoint"]})
    cookie = "; ".join(f"{name}={value}" for name, value in collector.client.cookies.items())
    address = f"{collector.client.base_url}".replace("http://", "ws://").rstrip("/") + "/api/phone/watch"
    origin: Any = f"{collector.client.base_url}".rstrip("/")
    with connect(address, additional_headers={"Cookie": cookie}, origin=origin) as socket:
        socket.send("")
        done: set[tuple[str, str]] = set()
        ends = monotonic_now() + WITHIN_S
        while monotonic_now() < ends:
            found = msgspec.json.decode(socket.recv(timeout=WITHIN_S))["seat"] or {"state": "logged_out"}
            state, attempt = found["state"], str(found.get("attempt"))
            if (state, attempt) in done:
                continue  # another picture of what was seen to
            done.add((state, attempt))
            if state == "not_ready":
                collector.post(f"/api/agents/{seat}/ready")
            if state == "talking":
                if _is_person(collector, attempt):
                    return attempt
                collector.post(f"/api/agents/{seat}/hangup", {"attempt": attempt})
            if state == "wrapping":
                machine = {"agent": seat, "kind": "machine", "ready_after": True}
                collector.post(f"/api/attempts/{attempt}/disposition", machine)
    raise AssertionError("nobody was on the line")


def _is_person(collector: Browser, attempt: str) -> bool:
    def look() -> Any:
        talk = collector.get("/api/demonstration/talk")
        return talk if talk["attempt"] == attempt else None

    return not until(look, "the talk in text")["lines"][0]["text"].startswith("(A machine.)")


def _talk(collector: Browser, attempt: str) -> None:
    """The account opens by what the person answers when they are asked, and not before."""
    account = collector.get(f"/api/attempts/{attempt}/account")
    assert account["account"] is None
    assert account["name"]
    early = collector.post("/api/demonstration/talk", {"what": "ask"})
    assert early["lines"][-1]["text"].startswith("Pay for what?")
    collector.post("/api/demonstration/talk", {"what": "greet"})
    said = collector.post("/api/demonstration/talk", {"what": "verify"})["lines"][-1]["text"]
    born, code = re.search(r"\d{4}-\d\d-\d\d", said), re.search(r"ZIP code is (\w+)", said)
    last4 = re.search(r"last four are (\d+)", said)
    told = {
        "party": "consumer",
        **({"date_of_birth": born.group()} if born else {}),
        **({"postal_code": code.group(1)} if code else {}),
        **({"ssn_last4": last4.group(1)} if last4 else {}),
    }
    opened = collector.post(f"/api/persons/{account['person']}/account", told)
    assert opened["is_told"] is True, opened["why"]
    assert opened["account"]["debts"]
    collector.post("/api/demonstration/talk", {"what": "explain"})


def _offer(collector: Browser) -> tuple[int, float]:
    said = collector.post("/api/demonstration/talk", {"what": "ask"})["lines"][-1]["text"]
    found = re.fullmatch(r"I can pay (\d+) dollars on \w+, (\w+ \d+, \d{4})\.", said)
    assert found is not None, said
    due = datetime.strptime(found.group(2), "%B %d, %Y").replace(hour=17, tzinfo=UTC)
    return int(found.group(1)) * 100, due.timestamp()


def _change_pacing(supervisor: Browser) -> None:
    """What it would do is told before; then it is applied, and holds."""
    path = f"/api/campaigns/{CAMPAIGN}/pacing"
    before = supervisor.get(path)
    ring_s = before["now"]["ring_s"] + 2.0
    headers = {"X-CSRF-Token": supervisor.csrf}
    ahead = supervisor.client.post(f"{path}/what-if", json={"ring_s": ring_s, "runs": 3}, headers=headers)
    # So early it may be that too few people answered to say what comes; then it says that.
    assert ahead.status_code == 200 or "too few" in ahead.text, ahead.text
    change = {"version": before["version"], "reason": "they pick up late", "ring_s": ring_s}
    supervisor.post(path, change)
    after = supervisor.get(path)
    assert after["now"]["ring_s"] == ring_s
    assert (after["changes"][0]["by"], after["changes"][0]["reason"]) == ("supervisor", "they pick up late")


@pytest.mark.long
def test_the_floor_is_paced_by_whoever_is_signed_in_and_within_what_holds(shown: Shown) -> None:
    anybody = Browser(shown.url)
    anybody.post("/api/demonstration/pace", {"factor": 2.0}, status=401)
    anybody.be("analyst")
    assert anybody.post("/api/demonstration/pace", {"factor": 4.0})["factor"] == 4.0
    anybody.post("/api/demonstration/pace", {"factor": 1000.0}, status=422)
    first, began = anybody.get("/api/demonstration")["now"], monotonic_now()
    time.sleep(0.5)
    passed, real = anybody.get("/api/demonstration")["now"] - first, monotonic_now() - began
    assert passed == pytest.approx(4.0 * real, rel=0.5)
    anybody.post("/api/demonstration/pace", {"factor": PACE})


@pytest.mark.long
def test_every_role_is_had_with_one_click_and_has_its_own_rights_alone(shown: Shown) -> None:
    for row in Browser(shown.url).get("/api/demonstration")["roles"]:
        one = Browser(shown.url)
        found = one.be(row["role"])
        assert found["roles"] == [row["role"]]
        assert (found["agent"] is not None) == (row["role"] == "agent")
        assert row["steps"]
        status = one.client.get("/api/accounts").status_code
        assert (status == 200) == (row["role"] == "administrator")
    refused = Browser(shown.url).client.post("/api/demonstration/sign-in", json={"role": "clerk"})
    assert refused.status_code == 409


@pytest.mark.long
def test_a_page_of_another_name_or_site_signs_nobody_in(shown: Shown) -> None:
    """A name elsewhere that was made to lead here is no way in, nor is another site's page."""
    client = httpx2.Client(base_url=shown.url, timeout=20.0)
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        answer = client.post("/api/demonstration/sign-in", json={"role": "supervisor"}, headers=headers)
        assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("real", ["FAIRDIAL_STORE", "FAIRDIAL_ASTERISK"])
def test_nothing_is_shown_where_something_real_is_configured(
    run_apart: Callable[..., Any], tmp_path: Path, real: str
) -> None:
    value = str(tmp_path / "real.db") if real == "FAIRDIAL_STORE" else '{"sounds": "/s", "recordings": "/r"}'
    done = run_apart("floor", "--port", "0", folder=tmp_path, environment={**_plain(), real: value})
    assert done.returncode == 1
    assert "the settings here are of a real floor" in done.stderr


def test_nothing_is_shown_in_a_folder_that_holds_something(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "fairdial.db").write_text("somebody's")
    done = run("floor", "--out", str(tmp_path), folder=tmp_path)
    assert done.returncode == 1
    assert "begins in an empty folder" in done.stderr
    assert (tmp_path / "fairdial.db").read_text() == "somebody's"


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FAIRDIAL_")}

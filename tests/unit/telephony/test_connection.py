"""The connection to Asterisk: each danger of the manager interface and of its library, closed."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_ami import FakeAmi, Fault, event, message, nothing, refusal, success

from telephony.asterisk.connection import AmiAddress, AmiConnection, AmiTimings
from telephony.asterisk.errors import (
    ActionTimeoutError,
    CannotConnectError,
    ConnectionLostError,
    LoginRefusedError,
    NotConnectedError,
)
from telephony.asterisk.event_stream import EventStream
from telephony.asterisk.protocol import GuardedProtocol
from telephony.asterisk.wire import Action, AmiMessage, LinkLost, LinkRestored, StreamItem

QUICK = AmiTimings(
    connect=5, boot=5, action=5, ping_every=0.02, silence=0.06, first_wait=0.01, most_wait=0.05
)
CALM = AmiTimings(ping_every=60, first_wait=0.01, most_wait=0.05)
IMPATIENT = AmiTimings(connect=0.05, boot=5, ping_every=60, first_wait=0.001, most_wait=0.002)
ORIGINATE = Action(name="Originate", fields={"Channel": "PJSIP/+15550101000@trunk", "ChannelId": "call-1"})


def connection(
    ami: FakeAmi,
    *,
    timings: AmiTimings = CALM,
    most_events: int = 5000,
    on_lost: Callable[[str], None] | None = None,
    on_restored: Callable[[], None] | None = None,
) -> AmiConnection:
    address = AmiAddress(user="fairdial", secret="s", port=ami.port)
    return AmiConnection(
        address, timings=timings, most_events=most_events, on_lost=on_lost, on_restored=on_restored
    )


async def next_of(link: AmiConnection, wanted: type[StreamItem] | str) -> StreamItem:
    """The next item of that kind, or event of that name, that the stream gives."""

    async def look() -> StreamItem:
        async for item in link.events:
            if isinstance(wanted, str):
                if isinstance(item, AmiMessage) and item.event == wanted:
                    return item
            elif isinstance(item, wanted):
                return item
        raise AssertionError("the stream ended")

    async with asyncio.timeout(60):
        return await look()


async def drain(link: AmiConnection) -> None:
    async for _ in link.events:
        pass


async def test_an_originate_whose_answer_was_lost_is_not_sent_again(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Originate"] = nothing
    sending = asyncio.create_task(link.send(ORIGINATE))
    await ami.wait_received("Originate")
    ami.cut()
    with pytest.raises(ConnectionLostError):
        await sending
    await next_of(link, LinkLost)
    await next_of(link, LinkRestored)
    assert (await link.send(Action(name="Ping"))).is_success
    assert ami.count("Originate") == 1
    await link.close()


async def test_nothing_sent_while_disconnected_is_dialed_later(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    await ami.stop_listening()
    ami.cut()
    await next_of(link, LinkLost)
    with pytest.raises(NotConnectedError):
        await link.send(ORIGINATE)
    await ami.listen()
    await next_of(link, LinkRestored)
    assert (await link.send(Action(name="Ping"))).is_success
    assert ami.count("Originate") == 0
    await link.close()


async def test_a_list_cut_in_the_middle_ends_with_an_error(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Status"] = lambda a: (
        message(Response="Success", EventList="start", ActionID=a["ActionID"])
        + event("Status", ActionID=a["ActionID"], Uniqueid="call-1")
    )
    asking = asyncio.create_task(link.send_list(Action(name="Status")))
    await ami.wait_received("Status")
    ami.cut()
    with pytest.raises(ConnectionLostError):
        await asking
    await link.close()


async def test_a_list_is_whole_when_its_end_came(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Status"] = lambda a: (
        message(Response="Success", EventList="start", ActionID=a["ActionID"])
        + event("Status", ActionID=a["ActionID"], Uniqueid="call-1")
        + event("Status", ActionID=a["ActionID"], Uniqueid="call-2")
        + event("StatusComplete", ActionID=a["ActionID"], EventList="Complete")
    )
    items = await link.send_list(Action(name="Status"))
    assert [item.get("uniqueid") for item in items] == ["call-1", "call-2"]
    await link.close()


async def test_a_refused_list_ends_at_once(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["BridgeList"] = refusal
    assert await link.send_list(Action(name="BridgeList")) == ()
    await link.close()


async def test_an_answer_that_never_comes_ends_with_an_error_and_is_forgotten(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Originate"] = nothing
    with pytest.raises(ActionTimeoutError):
        await link.send(ORIGINATE, within=0.02)
    late = dict(ami.received[-1])
    ami.send(success(late))
    assert (await link.send(Action(name="Ping"))).is_success
    await link.close()


async def test_a_wrong_login_is_an_error_and_is_tried_once(ami: FakeAmi) -> None:
    ami.answers["Login"] = refusal
    link = connection(ami)
    with pytest.raises(LoginRefusedError):
        await link.connect()
    assert ami.count("Login") == 1
    assert not link.is_up
    await link.close()


async def test_a_secret_changed_meanwhile_is_reported_and_not_tried_for_ever(ami: FakeAmi) -> None:
    told: list[str] = []
    link = connection(ami, on_lost=told.append)
    await link.connect()
    ami.answers["Login"] = refusal
    ami.cut()
    await next_of(link, LinkLost)
    last = await next_of(link, LinkLost)
    assert isinstance(last, LinkLost)
    assert not last.will_retry
    assert ami.count("Login") == 2
    assert len(told) == 2
    await link.close()


async def test_a_half_open_connection_is_noticed(ami: FakeAmi) -> None:
    link = connection(ami, timings=QUICK)
    await link.connect()
    ami.silent = True
    await next_of(link, LinkLost)
    ami.silent = False
    await next_of(link, LinkRestored)
    await link.close()


def test_the_default_timings_notice_a_half_open_connection_within_five_seconds() -> None:
    timings = AmiTimings()
    assert timings.silence + 2 * timings.ping_every <= 5.0


def test_the_default_timings_come_back_within_five_seconds_of_an_answer() -> None:
    """A try that a half-open port left hanging, then the longest wait."""
    timings = AmiTimings()
    assert timings.connect + timings.most_wait <= 4.5


async def test_a_connection_that_answers_pings_is_left_alone(ami: FakeAmi) -> None:
    link = connection(ami, timings=QUICK)
    await link.connect()
    await ami.wait_received("Ping", times=10)
    assert link.is_up
    assert ami.count("Login") == 1
    await link.close()


async def test_a_listener_that_raises_does_not_cost_the_connection() -> None:
    heard: list[str] = []

    class Failing:
        def event_received(self, message: AmiMessage) -> None:
            heard.append(message.event)
            raise ValueError("defect")

        def connection_lost(self, error: Exception) -> None:
            heard.append("lost")

    protocol = GuardedProtocol(Failing())
    protocol.connection_made(asyncio.Transport())
    protocol.data_received(b"Asterisk Call Manager/11.0.0\r\n" + event("Newchannel") + event("Hangup"))
    assert heard == ["Newchannel", "Hangup"]


async def test_failing_callbacks_do_not_stop_the_reconnect(ami: FakeAmi) -> None:
    def fail(*_: object) -> None:
        raise ValueError("defect")

    link = connection(ami, on_lost=fail, on_restored=fail)
    await link.connect()
    ami.cut()
    await next_of(link, LinkLost)
    await next_of(link, LinkRestored)
    await link.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_characters_and_messages_cut_by_tcp_stay_whole(size: int) -> None:
    got: list[str] = []

    class Listener:
        def event_received(self, message: AmiMessage) -> None:
            got.append(message.get("calleridname"))

        def connection_lost(self, error: Exception) -> None:
            raise AssertionError

    stream = b"Asterisk Call Manager/11.0.0\r\n" + event("Newchannel", CallerIDName="Żółć 😀 Ñ") * 2
    protocol = GuardedProtocol(Listener())
    protocol.connection_made(asyncio.Transport())
    for start in range(0, len(stream), size):
        protocol.data_received(stream[start : start + size])
    assert got == ["Żółć 😀 Ñ", "Żółć 😀 Ñ"]


async def test_an_originate_s_result_reaches_the_stream_although_its_action_is_known(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Originate"] = lambda a: (
        event("OriginateResponse", ActionID=a["ActionID"], Uniqueid="call-1") + success(a)
    )
    assert (await link.send(ORIGINATE)).is_success
    heard = await next_of(link, "OriginateResponse")
    assert isinstance(heard, AmiMessage)
    assert heard.get("uniqueid") == "call-1"
    await link.close()


async def test_a_slow_reader_loses_no_event_and_needs_no_memory_without_bound(ami: FakeAmi) -> None:
    link = connection(ami, most_events=100)
    await link.connect()
    total = 20_000
    for number in range(total):
        ami.send(event("Newstate", Uniqueid=f"call-{number:06}", Padding="x" * 300))
    seen: list[str] = []
    longest = 0
    async for item in link.events:
        longest = max(longest, len(link.events))
        if isinstance(item, AmiMessage) and item.event == "Newstate":
            seen.append(item.get("uniqueid"))
            if len(seen) % 100 == 1:
                await asyncio.sleep(0)
        if len(seen) == total:
            break
    assert seen == [f"call-{number:06}" for number in range(total)]
    assert longest < 3000
    await link.close()


async def test_a_backlog_does_not_keep_others_from_running() -> None:
    stream = EventStream(high=10_000, pause=lambda: None, resume=lambda: None)
    for _ in range(1000):
        stream.put(LinkRestored())
    stream.end()
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    assert len([item async for item in stream]) == 1000
    running.cancel()
    assert turns > 10


async def test_a_message_without_end_is_no_asterisk(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.send(b"x" * (3 << 20))
    lost = await next_of(link, LinkLost)
    assert isinstance(lost, LinkLost)
    await link.close()


async def test_something_else_behind_the_port_is_said_to_be_something_else(ami: FakeAmi) -> None:
    ami.greeting = b"SSH-2.0-OpenSSH_9.2\r\n"
    with pytest.raises(CannotConnectError, match="not Asterisk"):
        await connection(ami).connect()


async def test_nobody_behind_the_port_is_an_error_and_nothing_goes_on_trying(ami: FakeAmi) -> None:
    await ami.stop_listening()
    before = asyncio.all_tasks()
    with pytest.raises(CannotConnectError):
        await connection(ami).connect()
    assert asyncio.all_tasks() == before


async def test_an_asterisk_that_is_not_booted_in_time_is_an_error(ami: FakeAmi) -> None:
    ami.answers["Login"] = success
    with pytest.raises(CannotConnectError, match="fully booted"):
        await connection(ami, timings=AmiTimings(boot=0.05)).connect()


async def test_closing_ends_what_waits_and_the_stream(ami: FakeAmi) -> None:
    link = connection(ami)
    await link.connect()
    ami.answers["Originate"] = nothing
    sending = asyncio.create_task(link.send(ORIGINATE))
    await ami.wait_received("Originate")
    await link.close()
    with pytest.raises(ConnectionLostError):
        await sending
    async with asyncio.timeout(60):
        await drain(link)
    with pytest.raises(NotConnectedError):
        await link.send(ORIGINATE)


def test_a_secret_is_never_sent_in_clear_to_another_machine() -> None:
    with pytest.raises(CannotConnectError, match="tls"):
        AmiAddress(user="u", secret="s", host="192.0.2.7")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=asterisk.test"]
    command += [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(folder / "key"),
        "-out",
        str(folder / "crt"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


async def test_tls_is_spoken_only_with_a_certificate_that_is_trusted(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "crt", certificate / "key")
    server = FakeAmi()
    await server.listen(context)
    trusted = AmiAddress(user="u", secret="s", port=server.port, tls=True, ca_file=certificate / "crt")
    link = AmiConnection(trusted, timings=CALM)
    await link.connect()
    assert (await link.send(Action(name="Ping"))).is_success
    await link.close()
    before = server.count("Login")
    with pytest.raises(CannotConnectError, match="certificate"):
        await AmiConnection(AmiAddress(user="u", secret="s", port=server.port, tls=True)).connect()
    assert server.count("Login") == before
    await server.close()


async def test_a_certificate_for_another_name_is_not_trusted(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "crt", certificate / "key")
    server = FakeAmi()
    await server.listen(context)
    other = AmiAddress(
        user="u", secret="s", host="localhost", port=server.port, tls=True, ca_file=certificate / "crt"
    )
    with pytest.raises(CannotConnectError, match=r"[Hh]ostname"):
        await AmiConnection(other, timings=CALM).connect()
    await server.close()


@pytest.mark.parametrize("fault", list(Fault))
async def test_whatever_stands_in_for_asterisk_meanwhile_the_link_comes_back(
    ami: FakeAmi, fault: Fault
) -> None:
    link = connection(ami, timings=IMPATIENT)
    await link.connect()
    ami.fault = fault
    ami.cut()
    await next_of(link, LinkLost)
    await ami.wait_refused(30 if fault is not Fault.HALF_OPEN else 3)
    ami.fault = None
    await next_of(link, LinkRestored)
    assert (await link.send(Action(name="Ping"))).is_success
    await link.close()


@pytest.mark.parametrize("fault", list(Fault))
async def test_whatever_stands_in_for_asterisk_at_first_is_an_error_that_says_where(
    ami: FakeAmi, fault: Fault
) -> None:
    ami.fault = fault
    for _ in range(20 if fault is not Fault.HALF_OPEN else 2):
        with pytest.raises(CannotConnectError, match=rf"127\.0\.0\.1:{ami.port}"):
            await connection(ami, timings=IMPATIENT).connect()


@pytest.fixture
def hasty_port() -> Iterator[int]:
    """A port that accepts and closes at once, from a thread: a proxy whose Asterisk is away."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)

    def close_all() -> None:
        while True:
            try:
                listening.accept()[0].close()
            except OSError:
                return

    thread = threading.Thread(target=close_all, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


async def test_a_port_that_closes_at_once_is_an_error_of_one_kind(hasty_port: int) -> None:
    """Under uvloop the end is there before the login could be sent, more often than not."""
    for _ in range(60):
        with pytest.raises(CannotConnectError):
            await AmiConnection(AmiAddress(user="u", secret="s", port=hasty_port), timings=CALM).connect()


async def test_a_keeper_that_dies_of_a_defect_says_so_and_ends_the_link(
    ami: FakeAmi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may believe in a connection that nobody watches."""
    link = connection(ami, timings=QUICK)
    await link.connect()

    def defect(*_: object) -> None:
        raise ValueError("defect")

    monkeypatch.setattr("telephony.asterisk.connection._ping", defect)
    lost = await next_of(link, LinkLost)
    assert isinstance(lost, LinkLost)
    assert not lost.will_retry
    assert "defect" in lost.reason
    assert not link.is_up
    await link.close()

"""Test calls to numbers of ours: which arrival is the test's own, and what is told when none comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from fake_ami import FakeAmi, message

from dialer.domain.caller_id import CallBackTest
from dialer.domain.errors import NotTakenError
from telephony.asterisk.call_back import CallBackPlan, CallBacks
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.errors import NotConnectedError, UnsafeValueError
from telephony.asterisk.wire import AmiMessage

OURS, SHOWN = "+12125550100", "+12125550101"
NOW = 1_780_000_000.0
PAI = "P-Asserted-Identity"


class Fake:
    """Books on a manager that takes every order, and says of headers what it is told to."""

    def __init__(self, server: FakeAmi, link: AmiConnection) -> None:
        self.server = server
        self.link = link
        self.headers: dict[str, str] = {}
        server.answers["Getvar"] = self._header

    def books(self, *headers: str) -> CallBacks:
        plan = CallBackPlan(verdict_headers=headers, refused_s=0.01)
        return CallBacks(plan, lambda: NOW, lambda: self.link, serial=lambda: 7)

    def _header(self, action: Mapping[str, str]) -> bytes:
        name = action["Variable"].removeprefix("PJSIP_HEADER(read,").removesuffix(")")
        return message(Response="Success", ActionID=action["ActionID"], Value=self.headers.get(name, ""))

    async def begin(self, books: CallBacks, *, within_s: float = 5.0) -> asyncio.Task[CallBackTest]:
        """A test whose call is on its way."""
        made = asyncio.create_task(books.test(OURS, shown=SHOWN, trunk="main", within_s=within_s))
        await self.server.wait_received("Originate")
        return made


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    server = FakeAmi()
    await server.listen()
    link = AmiConnection(AmiAddress(user="u", secret="s", port=server.port))
    await link.connect()
    yield Fake(server, link)
    await link.close()
    await server.close()


def arrival(
    *, caller: str = SHOWN, dialed: str = OURS, channel: str = "1.7", context: str = "fairdial-inbound"
) -> AmiMessage:
    values = {"calleridnum": caller, "exten": dialed, "uniqueid": channel, "context": context}
    return AmiMessage({"event": "Newchannel", "calleridname": "ACME", **values})


async def test_the_call_shows_a_number_of_ours_goes_over_the_trunk_and_is_ended_when_it_came(
    fake: Fake,
) -> None:
    books = fake.books()
    running = await fake.begin(books)
    assert books.feed(arrival())
    result = await running
    assert (result.passed, result.shown, result.at, result.cnam) == (True, SHOWN, NOW, "ACME")
    order = next(action for action in fake.server.received if action["Action"] == "Originate")
    assert (order["Channel"], order["CallerID"]) == (f"PJSIP/{OURS}@main", f"<{SHOWN}>")
    ended = [action["Channel"] for action in fake.server.received if action["Action"] == "Hangup"]
    assert ended == ["1.7", "fd.back.7"]


async def test_numbers_without_a_country_code_are_read_by_the_region(fake: Fake) -> None:
    books = fake.books()
    running = await fake.begin(books)
    assert books.feed(arrival(caller="2125550101", dialed="12125550100"))
    assert (await running).passed


@pytest.mark.parametrize(
    "strange",
    [
        arrival(caller="+12025550123"),
        arrival(caller=""),
        arrival(dialed=SHOWN),
        arrival(context="fairdial-phone"),
    ],
)
async def test_what_is_not_the_test_s_own_is_left_to_everybody(fake: Fake, strange: AmiMessage) -> None:
    books = fake.books()
    running = await fake.begin(books, within_s=0.2)
    assert not books.feed(strange)
    assert not (await running).passed


async def test_outside_of_a_test_a_call_from_our_number_is_a_call(fake: Fake) -> None:
    books = fake.books()
    assert not books.feed(arrival())
    running = await fake.begin(books)
    books.feed(arrival())
    await running
    assert not books.feed(arrival(channel="1.8"))


async def test_everything_of_the_test_s_own_call_is_kept_from_others_until_its_end(fake: Fake) -> None:
    books = fake.books()
    running = await fake.begin(books)
    books.feed(arrival())
    await running
    for kind in ("UserEvent", "Newstate", "Hangup"):
        assert books.feed(AmiMessage({"event": kind, "uniqueid": "1.7"}))
    assert not books.feed(AmiMessage({"event": "UserEvent", "uniqueid": "1.7"}))


async def test_a_second_call_in_the_same_test_is_somebody_else_s(fake: Fake) -> None:
    books = fake.books()
    running = await fake.begin(books)
    assert books.feed(arrival())
    assert not books.feed(arrival(channel="1.8"))
    await running


@pytest.mark.parametrize(
    ("headers", "own", "verdict"),
    [
        ({PAI: f"<sip:{SHOWN};verstat=TN-Validation-Passed-A@c>"}, (), "TN-Validation-Passed-A"),
        ({"From": f"<sip:{SHOWN};verstat=No-TN-Validation@c>;tag=1"}, (), "No-TN-Validation"),
        ({PAI: f"<sip:{SHOWN}@c>"}, (), ""),
        ({"X-Own": "full A", PAI: "<sip:a;verstat=TN-Validation-Failed@c>"}, ("X-Own",), "full A"),
        ({PAI: "<sip:a;verstat=TN-Validation-Failed@c>"}, ("X-Own",), "TN-Validation-Failed"),
        ({"X-Own": "é" * 4 + "B" * 200}, ("X-Own",), "B" * 100),
    ],
)
async def test_the_verdict_is_the_carrier_s_own_word(
    fake: Fake, headers: dict[str, str], own: tuple[str, ...], verdict: str
) -> None:
    fake.headers = headers
    books = fake.books(*own)
    running = await fake.begin(books)
    books.feed(arrival())
    assert (await running).verdict == verdict


async def test_a_refusal_ends_the_test_soon_after_and_is_told(fake: Fake) -> None:
    books = fake.books()
    running = await fake.begin(books, within_s=60.0)
    over = {"event": "Hangup", "uniqueid": "fd.back.7", "cause": "1", "cause-txt": "Unallocated"}
    assert books.feed(AmiMessage({**over, "techcause": "404"}))
    async with asyncio.timeout(10.0):
        result = await running
    assert result.told == "it did not come in: the network ended the call (cause 1 Unallocated, SIP 404)"


async def test_an_arrival_that_comes_after_the_news_of_the_end_counts_all_the_same(fake: Fake) -> None:
    books = fake.books()
    running = await fake.begin(books)
    books.feed(AmiMessage({"event": "Hangup", "uniqueid": "fd.back.7", "cause": "16"}))
    assert books.feed(arrival())
    assert (await running).passed


async def test_a_call_that_goes_out_here_may_come_in_at_another_of_ours(fake: Fake) -> None:
    here, there = fake.books(), fake.books()
    running = asyncio.create_task(
        here.test(OURS, shown=SHOWN, trunk="main", within_s=5.0, elsewhere=(there,))
    )
    await fake.server.wait_received("Originate")
    assert there.feed(arrival())
    assert (await running).passed
    assert not here.feed(arrival(channel="1.8"))


async def test_one_number_is_not_tested_twice_at_once(fake: Fake) -> None:
    """The second try says nothing of the number: told as a failure it kept the number from being shown."""
    books = fake.books()
    running = await fake.begin(books)
    with pytest.raises(NotTakenError, match="being tested already"):
        await books.test(OURS, shown=SHOWN, trunk="main")
    assert fake.server.count("Originate") == 1
    books.feed(arrival())
    assert (await running).passed


async def test_without_a_connection_nothing_is_tried(fake: Fake) -> None:
    await fake.link.close()
    with pytest.raises(NotConnectedError):
        await fake.books().test(OURS, shown=SHOWN, trunk="main")


def test_a_header_s_name_cannot_carry_anything_else() -> None:
    for name in ("X-Own)", "X Own", "", "X,Own", "X\r\nOwn"):
        with pytest.raises(UnsafeValueError, match="no name of a SIP header"):
            CallBackPlan(verdict_headers=(name,))

"""The term of an engine: claimed by every connection, and what became of an order that carried it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fake_ami import FakeAmi, Headers, event, message

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.errors import OlderTermError
from dialer.domain.events import CallEnded, CallNotAttempted, Event, NetworkLost
from dialer.domain.ids import AttemptId
from telephony.asterisk import placing as placings
from telephony.asterisk import terms
from telephony.asterisk.acts import Told
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.errors import CannotConnectError
from telephony.asterisk.launch_lines import LaunchLines
from telephony.asterisk.placing import Placing
from telephony.asterisk.terms import Term
from telephony.asterisk.trunks import TrunkPlan
from telephony.asterisk.wire import Action, AmiMessage

TRUNK = TrunkPlan(name="carrier", order=0, share=1, lines=10, calls_per_second=10.0)
MINE = 1000


def mine() -> Term:
    term = Term()
    term.number = MINE
    return term


def said(*, asked: int, held: str) -> AmiMessage:
    headers = {"event": "UserEvent", "userevent": "FairdialTerm", "asked": str(asked), "held": held}
    return AmiMessage(headers)


class Dialplan:
    """What the written dialplan keeps; `takes` False = it does not know of terms."""

    def __init__(self, ami: FakeAmi) -> None:
        self.held, self.takes = 0, True
        ami.answers["Originate"] = self.told
        ami.answers["Getvar"] = self.shown
        for name in ("CoreShowChannels", "Status", "BridgeList", "DeviceStateList"):
            ami.answers[name] = self.nothing_lives

    def told(self, action: Headers) -> bytes:
        if self.takes:
            self.held = max(self.held, int(action["Channel"].removeprefix("Local/").partition("@")[0]))
        return message(Response="Success", ActionID=action["ActionID"])

    def shown(self, action: Headers) -> bytes:
        return message(Response="Success", ActionID=action["ActionID"], Value=str(self.held or ""))

    def nothing_lives(self, action: Headers) -> bytes:
        over = event(f"{action['Action']}Complete", ActionID=action["ActionID"], EventList="Complete")
        return message(Response="Success", EventList="start", ActionID=action["ActionID"]) + over


@pytest.fixture
def dialplan(ami: FakeAmi) -> Dialplan:
    return Dialplan(ami)


@pytest.fixture
async def system(ami: FakeAmi) -> AsyncIterator[AsteriskSystem]:
    address = AmiAddress(user="fairdial", secret="s", port=ami.port)
    timings = AmiTimings(ping_every=60, first_wait=0.01, most_wait=0.05)
    made = AsteriskSystem(address, AdapterSettings(trunks=(TRUNK,)), now=posix_now, timings=timings)
    made.of_term(MINE)
    yield made
    await made.stop()


async def heard_until_the_end(system: AsteriskSystem) -> list[Event]:
    async with asyncio.timeout(60.0):
        return [event async for event in system.events()]


@pytest.mark.parametrize("held", ["", "999", "1000"])
def test_what_is_said_of_others_and_of_the_same_term_changes_nothing(held: str) -> None:
    """An older engine is refused beside us, as it must be; a term before ours is raised."""
    mine().feed(said(asked=MINE - 1, held=held))
    mine().feed(said(asked=MINE, held="1000"))
    Term().feed(said(asked=0, held="1001"))


def test_a_later_term_is_another_engine_in_charge() -> None:
    with pytest.raises(OlderTermError, match="another engine is in charge"):
        mine().feed(said(asked=MINE, held="1001"))


@pytest.mark.parametrize("held", ["", "999"])
def test_a_call_of_ours_that_was_refused_tells_that_asterisk_has_forgotten(held: str) -> None:
    """Every further call would be refused as well."""
    with pytest.raises(CannotConnectError, match="forgotten"):
        mine().feed(said(asked=MINE, held=held))


async def test_a_term_that_asterisk_has_forgotten_is_claimed_anew(
    ami: FakeAmi, dialplan: Dialplan, system: AsteriskSystem
) -> None:
    await system.start()
    assert dialplan.held == MINE
    dialplan.held = 0
    ami.send(event("UserEvent", UserEvent="FairdialTerm", Asked=str(MINE), Held=""))
    assert [type(one) for one in await heard_until_the_end(system)] == [NetworkLost]
    await system.start()
    assert dialplan.held == MINE


async def test_a_term_that_is_not_taken_at_a_return_ends_the_stream_so_that_it_is_tried_again(
    ami: FakeAmi, dialplan: Dialplan, system: AsteriskSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stands, so that no other return would ask; nothing may be launched until it is taken."""
    monkeypatch.setattr(terms, "CLAIM_S", 0.05)
    await system.start()
    dialplan.held, dialplan.takes = 0, False
    ami.cut()
    told = await heard_until_the_end(system)
    assert {type(one) for one in told} == {NetworkLost}
    assert isinstance(told[-1], NetworkLost)
    assert "does not take the term" in told[-1].reason
    dialplan.takes = True
    await system.start()
    assert dialplan.held == MINE


async def test_a_lost_connection_leaves_no_other_to_order_calls_over(
    ami: FakeAmi, dialplan: Dialplan, system: AsteriskSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was lost silently would swallow one call for each connection that had been kept."""
    forgotten: list[int] = []

    def forget(_: LaunchLines) -> None:
        forgotten.append(1)

    monkeypatch.setattr(LaunchLines, "forget_idle", forget)
    await system.start()
    before = len(forgotten)
    ami.cut()
    async with asyncio.timeout(60.0):
        assert isinstance(await anext(system.events()), NetworkLost)
    assert len(forgotten) == before + 1
    assert dialplan.held == MINE


async def test_a_later_term_refuses_the_start(dialplan: Dialplan, system: AsteriskSystem) -> None:
    dialplan.held = MINE + 1
    with pytest.raises(OlderTermError):
        await system.start()


def test_an_order_carries_its_term_and_keeps_its_variables() -> None:
    order = Action(name="Originate", fields={"Channel": "c", "Async": True}, variables={"FD_LIMIT": "2"})
    carried = mine().on(order)
    assert carried.fields["PreDialGoSub"] == "fairdial-term,look,1(1000)"
    assert carried.fields["Async"] is False
    assert carried.variables == {"FD_LIMIT": "2"}


@pytest.mark.parametrize(
    ("late", "has_channel", "told"),
    [
        (None, False, CallNotAttempted),
        ("Asterisk's events are over 1.5 s old", False, CallEnded),
        ("Asterisk's events are over 1.5 s old", True, None),
    ],
)
async def test_without_news_of_a_channel_a_failed_order_is_no_call_only_where_events_are_on_time(
    late: str | None, has_channel: bool, told: type[Told] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they are late it may have rung, and counts as if it had."""
    monkeypatch.setattr(placings, "_SETTLES_S", 0.01)
    book, heard, sent = CallBook(), list[Told](), list[Action]()
    attempt = AttemptId("a1-7")
    call = Call(attempt=attempt, trunk="carrier", has_channel=has_channel)
    book.placed(call)

    async def tell(news: Iterable[Told]) -> None:
        heard.extend(news)

    async def place(action: Action, **_: object) -> AmiMessage:
        sent.append(action)
        return AmiMessage({"response": "Error"})

    placing = Placing(
        AdapterSettings(trunks=(TRUNK,)),
        link=lambda: cast("Any", SimpleNamespace(is_up=True)),
        calls=book,
        trunks=cast("Any", None),
        why_not=lambda: late if sent else None,
        term=mine(),
        lines=cast("Any", SimpleNamespace(place=place)),
        now=lambda: 0.0,
        steady=asyncio.get_running_loop().time,
        tell=tell,
        spawn=lambda work: work.close(),
    )
    clearance = SimpleNamespace(expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    command: Any = SimpleNamespace(attempt=attempt, clearance=clearance, caller_id="")
    order = Action(name="Originate", fields={"Timeout": 5000})
    await placing._send(command, order, 0.0)  # pyright: ignore[reportPrivateUsage]
    ends = [one for one in heard if isinstance(one, CallEnded | CallNotAttempted)]
    assert [type(one) for one in ends] == ([] if told is None else [told])
    assert all(one.outcome is Outcome.UNKNOWN for one in ends if isinstance(one, CallEnded))
    assert (book.get(attempt) is not None, call.is_settled) == (has_channel, has_channel or late is None)

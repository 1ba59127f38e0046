"""Connections over which calls are ordered: one for each that rings, used again, never waited for in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from fake_ami import FakeAmi, Fault, Headers, nothing, refusal, success

from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.errors import ActionTimeoutError, ConnectionLostError, NotConnectedError
from telephony.asterisk.launch_lines import MOST_OPENING, LaunchLines
from telephony.asterisk.wire import Action, AmiMessage

ORDER = Action(name="Originate", fields={"Channel": "PJSIP/1@trunk"})


def answered(yes: Callable[[Headers], bytes]) -> Callable[[Headers], bytes]:
    """As `yes`, for an action that carries no id."""
    return lambda action: yes({"ActionID": "", **action})


@pytest.fixture
async def lines(ami: FakeAmi) -> AsyncIterator[LaunchLines]:
    ami.answers["Login"] = answered(success)
    ami.answers["Originate"] = answered(success)
    made = LaunchLines(AmiAddress(user="fairdial", secret="s", port=ami.port))
    yield made
    made.close()


async def placed(lines: LaunchLines, *, within: float = 60.0, why_not: str | None = None) -> AmiMessage:
    return await lines.place(ORDER, why_not=lambda: why_not, within=within)


async def test_a_connection_is_used_again_and_calls_that_ring_have_one_each(
    ami: FakeAmi, lines: LaunchLines
) -> None:
    assert (await placed(lines)).is_success
    assert (await placed(lines)).is_success
    assert ami.count("Login") == 1
    ami.answers["Originate"] = nothing
    ringing = [asyncio.create_task(placed(lines)) for _ in range(3)]
    await ami.wait_received("Originate", 5)
    assert ami.count("Login") == 3
    lines.close()
    ended = await asyncio.gather(*ringing, return_exceptions=True)
    assert [type(each) for each in ended] == [ConnectionLostError] * 3


async def test_what_asterisk_refuses_is_answered_and_the_connection_kept(
    ami: FakeAmi, lines: LaunchLines
) -> None:
    ami.answers["Originate"] = answered(refusal)
    assert not (await placed(lines)).is_success
    assert not (await placed(lines)).is_success
    assert ami.count("Login") == 1


async def test_a_reason_at_the_last_moment_keeps_the_order_from_being_sent(
    ami: FakeAmi, lines: LaunchLines
) -> None:
    with pytest.raises(NotConnectedError, match="expired"):
        await placed(lines, why_not="the clearance had expired")
    assert ami.count("Originate") == 0


async def test_no_answer_in_time_is_doubt_and_the_connection_is_not_used_again(
    ami: FakeAmi, lines: LaunchLines
) -> None:
    ami.answers["Originate"] = nothing
    with pytest.raises(ActionTimeoutError):
        await placed(lines, within=0.01)
    ami.answers["Originate"] = answered(success)
    assert (await placed(lines)).is_success
    assert ami.count("Login") == 2


async def test_a_line_that_cannot_be_read_is_doubt(ami: FakeAmi, lines: LaunchLines) -> None:
    """A line without an end is longer than a reader keeps."""
    ami.answers["Originate"] = lambda _: b"x" * 200_000
    with pytest.raises(ConnectionLostError, match="unreadable"):
        await placed(lines)


@pytest.mark.parametrize("fault", [Fault.ACCEPT_AND_CLOSE, Fault.RESET, Fault.BOGUS])
async def test_without_a_login_nothing_is_sent(ami: FakeAmi, lines: LaunchLines, fault: Fault) -> None:
    ami.fault = fault
    with pytest.raises(NotConnectedError):
        await placed(lines)
    assert ami.count("Originate") == 0


async def test_what_was_open_when_the_way_was_lost_is_not_used_again(
    ami: FakeAmi, lines: LaunchLines
) -> None:
    assert (await placed(lines)).is_success
    lines.forget_idle()
    assert (await placed(lines)).is_success
    assert ami.count("Login") == 2


async def test_so_many_log_in_at_once_and_no_more(ami: FakeAmi, lines: LaunchLines) -> None:
    """Asterisk ends those beyond the ones that it lets wait, and their calls would not be placed."""
    ami.answers["Login"] = nothing
    waiting = [asyncio.create_task(placed(lines)) for _ in range(MOST_OPENING + 5)]
    await ami.wait_received("Login", MOST_OPENING)
    for _ in range(50):
        await asyncio.sleep(0)
    assert ami.count("Login") == MOST_OPENING
    ami.answers["Login"] = answered(success)
    ami.send(b"Response: Success\r\n\r\n")
    assert all(each.is_success for each in await asyncio.gather(*waiting))

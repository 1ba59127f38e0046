"""A browser was left open somewhere: its owner sees it, and ends it from another; nobody else does."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.websockets import WebSocketDisconnect
from test_signing_in import BY, House, opened_house

from dialer.access.accounts import ABSOLUTE_S, IDLE_S
from dialer.access.roles import Role
from dialer.cli import run
from dialer.clock import monotonic_now, posix_now
from dialer.floor.accounts import Accounts

ALL = "/api/session/all"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path) as made:
        yield made


def left_open(house: House, name: str = "boss") -> str:
    """Somebody signs in, and leaves; the cookie that is in that browser."""
    assert house.sign_in(name).status_code == 200
    cookie = next(iter(house.client.cookies.values()))
    house.client.cookies.clear()
    return cookie


def is_in(house: House, cookie: str) -> bool:
    name = next(iter(house.client.cookies.keys()))
    mine = house.client.cookies.get(name)
    house.client.cookies.clear()
    answer = house.client.get("/api/session/who", headers={"Cookie": f"{name}={cookie}"})
    house.client.cookies.set(name, str(mine))
    return answer.status_code == 200


def listed(house: House) -> list[dict[str, object]]:
    answer = house.client.get(ALL)
    assert answer.status_code == 200, answer.text
    return answer.json()


def end(house: House, session: object, csrf: str) -> int:
    answer = house.client.post(f"{ALL}/{session}/end", headers={"X-CSRF-Token": csrf})
    return answer.status_code


def test_a_session_that_was_left_somewhere_is_seen_and_ended_and_this_one_goes_on(house: House) -> None:
    left = left_open(house)
    house.clock[0] += 60.0
    csrf = house.sign_in("boss").json()["csrf"]
    here, there = listed(house)
    assert (here["is_this"], there["is_this"]) == (True, False)
    assert (here["began_at"], there["began_at"]) == (house.clock[0], house.clock[0] - 60.0)
    assert (there["address"], there["is_from_outside"]) == ("testclient", False)
    assert left not in json.dumps([here, there]), "the list lets nobody in"
    assert is_in(house, left)
    assert end(house, there["session"], csrf) == 204
    assert not is_in(house, left)
    assert [one["session"] for one in listed(house)] == [here["session"]]
    assert end(house, there["session"], csrf) == 404
    (deed,) = [deed for deed in house.deeds() if deed.action == "end session"]
    assert (deed.who, deed.outcome) == ("boss", "ended")
    assert deed.about == ("account:boss", f"session:{there['session']}")
    assert deed.session == f"session:{here['session']}"


def test_pages_of_a_session_that_is_ended_are_closed_at_once(house: House) -> None:
    csrf = house.sign_in("boss").json()["csrf"]
    (here,) = listed(house)
    with house.client.websocket_connect("/api/watch", headers={"Origin": "http://testserver"}) as socket:
        began = monotonic_now()
        assert end(house, here["session"], csrf) == 204
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008
        assert monotonic_now() - began < 2.0
    assert house.client.get(ALL).status_code == 401


def test_nobody_sees_or_ends_another_s(house: House) -> None:
    """Nor with another site's page, nor by a digest that is cut shorter."""
    house.make("ann", Role.AGENT)
    left = left_open(house, "ann")
    (of_ann,) = [each.digest[:12] for each in house.accounts.known.sessions.values() if each.account == "ann"]
    csrf = house.sign_in("boss").json()["csrf"]
    (mine,) = listed(house)
    assert mine["is_this"]
    assert end(house, of_ann, csrf) == 404
    assert end(house, mine["session"], "guessed") == 403
    assert end(house, str(mine["session"])[:11], csrf) == 404
    assert is_in(house, left)
    assert len(listed(house)) == 1


def test_a_program_has_none_and_ends_none(house: House) -> None:
    left_open(house)
    (session,) = [each.digest[:12] for each in house.accounts.known.sessions.values()]

    async def token() -> str:
        roles = frozenset({Role.SUPERVISOR})
        return (await house.accounts.new_token("boss", title="", roles=roles, lasts_s=60.0, by=BY))[1]

    shown = {"Authorization": f"Bearer {asyncio.run(token())}"}
    assert house.client.get(ALL, headers=shown).status_code == 409
    assert house.client.post(f"{ALL}/{session}/end", headers=shown).status_code == 409
    house.sign_in("boss")
    assert len(listed(house)) == 2


@pytest.mark.parametrize(
    ("idle_s", "is_listed"), [(IDLE_S - 1.0, True), (IDLE_S, False), (ABSOLUTE_S, False)]
)
def test_what_is_over_is_not_in_the_list(house: House, idle_s: float, is_listed: bool) -> None:
    left_open(house)
    house.clock[0] += idle_s
    house.sign_in("boss")
    assert len(listed(house)) == 1 + is_listed


def test_the_list_says_when_each_was_last_used_though_that_is_not_written_down_yet(house: House) -> None:
    house.sign_in("boss")
    house.clock[0] += 1_000.0
    (here,) = listed(house)
    assert (here["began_at"], here["seen_at"]) == (house.clock[0] - 1_000.0, house.clock[0])


def test_commands_show_and_end_the_sessions_of_an_account(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.clock[0] = posix_now()
    house.sign_in("boss")
    store = ["--store", str(tmp_path / "store.db")]
    assert run(["user", "sessions", "boss", "--json", *store]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["address"], told["is_this"]) == ("testclient", False)
    assert run(["user", "sessions", "boss", *store]) == 0
    assert told["session"] in capsys.readouterr().out
    assert run(["user", "sessions", "nobody", *store]) == 1
    assert run(["user", "end-session", "boss", told["session"], *store]) == 0
    assert run(["user", "end-session", "boss", told["session"], *store]) == 1
    capsys.readouterr()
    assert run(["user", "sessions", "boss", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out) == []
    asyncio.run(seen(house.accounts))
    assert house.client.get(ALL).status_code == 401, "the floor sees what a command did"


async def seen(accounts: Accounts) -> None:
    await accounts.read()

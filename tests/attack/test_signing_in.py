"""Somebody wants in who should not be: by guessing, with another's cookie, by an address."""

import asyncio
import statistics
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from pyotp.totp import TOTP
from starlette.websockets import WebSocketDisconnect

from dialer.access.accounts import ABSOLUTE_S
from dialer.access.actor import Actor
from dialer.access.record import Deed
from dialer.access.roles import Role
from dialer.access.throttle import FREE_OF_ACCOUNT
from dialer.access.walls import EVERYTHING, Walls
from dialer.clock import monotonic_now
from dialer.domain.errors import InvalidFactError, StoreUnavailableError
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.accounts import MOST_LOOKED_AT, Accounts
from dialer.floor.beside import StoreBeside
from dialer.floor.deeds import Recorder
from dialer.floor.settings import factor_of
from dialer.floor.signed_in import By, TooManyTriesError, WrongSignInError
from dialer.settings import Settings
from dialer.storage.access import deeds
from dialer.storage.spoken_words import Words
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.tokens import Tokens

PASSWORD = "correct horse battery"
WRONG = "a wrong password"
BY = By(who="the test")
EMPTY = FloorSnapshot(
    now=1.0, sequence=7, is_floor_stopped=False, is_network_up=True, agents=(), campaigns=(), ignored=()
)


class AtOnce(StoreBeside):
    """The store asked where one stands: a test has loops enough."""

    def __init__(self, store: Store) -> None:
        self._plain = store
        self.is_away = False

    async def read(self, work: Any) -> Any:
        if self.is_away:
            raise StoreUnavailableError("the store is away")
        return self._plain.read(work)

    async def write(self, work: Any) -> Any:
        if self.is_away:
            raise StoreUnavailableError("the store is away")
        return self._plain.write(work)

    async def sealed(self, subject: str, text: str) -> str:
        return Words(self._plain.keyring, [subject]).seal(subject, text)

    async def opened(self, text: str) -> str:
        return Words(self._plain.keyring).opened(text)


@dataclass
class FakeFloor:
    """Takes everything."""

    told: list[Any] = field(default_factory=list[Any])

    async def submit(self, event: Any, *, within: float = 10.0) -> Any:
        self.told.append(event)
        return type("Taken", (), {"sequence": 1, "was_ignored": False, "why": ""})()

    def snapshot(self) -> FloorSnapshot:
        return EMPTY


@dataclass
class House:
    """A floor with accounts, whose clock is moved by hand."""

    store: Store
    beside: AtOnce
    accounts: Accounts
    client: TestClient
    floor: FakeFloor
    clock: list[float]

    def make(self, name: str, *roles: Role, walls: Walls = EVERYTHING, agent: str | None = None) -> None:
        """An account with the password of all of them."""

        async def work() -> None:
            link = await self.accounts.add(name, roles=frozenset(roles), walls=walls, agent=agent, by=BY)
            await self.accounts.use_link(link, PASSWORD, address="test")

        asyncio.run(work())

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "") -> Any:
        """Try it."""
        body = {"account": name, "password": password, "code": code}
        return self.client.post("/api/session", json=body)

    def deeds(self) -> list[Deed]:
        """What is in the record."""
        return [entry.deed for entry in self.store.read(lambda c: list(deeds.entries(c)))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path) as made:
        yield made


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[House]:
    """As a floor is served: administrators and compliance need a second factor."""
    with opened_house(tmp_path, factor_of(Settings())) as made:
        yield made


@contextmanager
def opened_house(tmp_path: Path, roles: frozenset[Role] = frozenset()) -> Generator[House]:
    """A floor with accounts, at which these roles demand a second factor."""
    with Store.open(str(tmp_path / "store.db"), durable=False, identity_key=b"test") as store:
        beside, clock, floor = AtOnce(store), [1_800_000_000.0], FakeFloor()
        accounts = Accounts(beside, now=lambda: clock[0], factor_of=roles)
        registry = CollectorRegistry()
        web = make_web(
            floor=floor,  # type: ignore[arg-type]
            tokens=Tokens([]),
            registry=registry,
            accounts=accounts,
            records=Recorder(beside),
        )
        with TestClient(web.application, raise_server_exceptions=False) as client:
            house = House(store, beside, accounts, client, floor, clock)
            house.make("boss", Role.SUPERVISOR, Role.COMPLIANCE)
            yield house


STOP = {"reason": "fire"}


def test_a_session_looks_and_with_its_second_word_changes(house: House) -> None:
    """The cookie is for this host's pages alone, and no script reads it."""
    answer = house.sign_in("boss")
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert house.client.get("/api/floor").status_code == 200
    csrf = answer.json()["csrf"]
    assert house.client.get("/api/session/who").json()["csrf"] == csrf
    told = house.client.post("/api/floor/stop", json=STOP, headers={"X-CSRF-Token": csrf})
    assert told.status_code == 200
    assert house.floor.told[0].by == "boss"


@pytest.mark.parametrize("word", [None, "", "guessed", "ä"])
def test_another_sites_page_changes_nothing_with_the_cookie(house: House, word: str | None) -> None:
    """It can have the cookie sent, and cannot know the second word."""
    house.sign_in("boss")
    headers = {} if word is None else {"X-CSRF-Token": word.encode()}
    answer = house.client.post("/api/floor/stop", json=STOP, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert house.floor.told == []


def test_a_session_that_was_planted_is_not_the_one_that_begins(house: House) -> None:
    """Fixation: whatever cookie was there before signing in is worth nothing after it."""
    house.client.cookies.set("fairdial", "planted by somebody")
    began = house.sign_in("boss").cookies["fairdial"]
    assert began != "planted by somebody"
    again = house.sign_in("boss").cookies["fairdial"]
    assert again != began
    house.client.cookies.clear()
    house.client.cookies.set("fairdial", began)
    assert house.client.get("/api/floor").status_code == 401, "the earlier one ended when the next began"


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "fairdial"])
def test_no_token_in_an_address_lets_anybody_in(house: House, name: str) -> None:
    """Addresses are kept in logs and histories."""

    async def work() -> str:
        lasts = {"title": "", "roles": frozenset({Role.SUPERVISOR}), "lasts_s": 60.0}
        return (await house.accounts.new_token("boss", **lasts, by=BY))[1]  # type: ignore[arg-type]

    token = asyncio.run(work())
    assert house.client.get("/api/floor", params={name: token}).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert house.client.get("/api/floor", headers=bearer).status_code == 200
    house.clock[0] += 60.0
    assert house.client.get("/api/floor", headers=bearer).status_code == 401, "it is over"


def test_guessing_is_slowed_down_and_says_nothing_of_who_there_is(house: House) -> None:
    """Five are free; then the right password waits as well, for a minute at most."""
    told = {name: [house.sign_in(name, "wrong password!") for _ in range(6)] for name in ("boss", "nobody")}
    seen = {name: [(one.status_code, one.json()["detail"]) for one in tries] for name, tries in told.items()}
    assert seen["boss"] == seen["nobody"]
    assert [status for status, _ in seen["boss"]] == [401] * 5 + [429]
    assert told["boss"][-1].headers["retry-after"] == "2"
    assert house.sign_in("boss").status_code == 429
    house.clock[0] += 2.0
    assert house.sign_in("boss").status_code == 200


def test_an_account_that_nobody_has_takes_as_long_as_one_that_somebody_has(house: House) -> None:
    """The time of an answer is an answer. Medians of seven, within a half of each other."""

    def median(name: str) -> float:
        times: list[float] = []
        for _ in range(7):
            house.clock[0] += 4000.0  # no wait is left over
            began = monotonic_now()
            assert house.sign_in(name, "wrong password!").status_code == 401
            times.append(monotonic_now() - began)
        return statistics.median(times)

    known, unknown = median("boss"), median("nobody")
    assert 0.5 < known / unknown < 2.0, (known, unknown)


def test_a_disabled_account_loses_sessions_tokens_and_open_sockets_at_once(house: House) -> None:
    house.make("ann", Role.SUPERVISOR)
    house.sign_in("ann")

    async def disable() -> None:
        await house.accounts.set_rights("ann", is_disabled=True, by=BY)

    with house.client.websocket_connect("/api/watch", headers={"Origin": "http://testserver"}) as socket:
        began = monotonic_now()
        asyncio.run(disable())
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008
        assert monotonic_now() - began < 2.0
    assert house.client.get("/api/floor").status_code == 401
    assert house.sign_in("ann").status_code == 401


def test_a_socket_from_another_sites_page_is_not_let_in_by_the_cookie(house: House) -> None:
    house.sign_in("boss")
    with house.client.websocket_connect("/api/watch", headers={"Origin": "http://evil.example"}) as socket:
        socket.send_text("no token")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_a_role_taken_away_is_gone_from_the_next_request_on(house: House) -> None:
    house.make("ann", Role.SUPERVISOR)
    house.sign_in("ann")
    assert house.client.get("/api/floor").status_code == 200

    async def work() -> None:
        await house.accounts.set_rights("ann", roles=frozenset({Role.ADMINISTRATOR}), by=BY)

    asyncio.run(work())
    assert house.client.get("/api/floor").status_code == 403


@pytest.mark.parametrize(("after_s", "status"), [(3599.0, 200), (3600.0, 401)])
def test_a_session_that_nobody_used_for_an_hour_is_over(house: House, after_s: float, status: int) -> None:
    house.sign_in("boss")
    house.clock[0] += after_s
    assert house.client.get("/api/floor").status_code == status


def test_a_session_is_over_after_a_shift_however_often_it_is_used(house: House) -> None:
    house.sign_in("boss")
    for _ in range(23):
        house.clock[0] += 1800.0
        assert house.client.get("/api/floor").status_code == 200
    house.clock[0] += 1799.0
    assert house.client.get("/api/floor").status_code == 200
    house.clock[0] += 1.0
    assert house.client.get("/api/floor").status_code == 401


@pytest.mark.parametrize(
    ("days", "is_made"), [(0.0, False), (366.0, True), (366.0 + 1.0 / 86_400.0, False), (3_650.0, False)]
)
def test_no_token_outlives_a_year(house: House, days: float, *, is_made: bool) -> None:
    """What was forgotten somewhere opens nothing for ever."""

    async def work() -> None:
        roles = frozenset({Role.SUPERVISOR})
        await house.accounts.new_token("boss", title="", roles=roles, lasts_s=days * 86_400.0, by=BY)

    if is_made:
        asyncio.run(work())
        return
    with pytest.raises(InvalidFactError, match="a year at most"):
        asyncio.run(work())


def test_a_link_is_good_once_and_for_a_day(house: House) -> None:
    async def new() -> str:
        return await house.accounts.new_link("boss", by=BY)

    def use(link: str, password: str = "another long password") -> int:
        body = {"link": link, "password": password}
        return house.client.post("/api/session/link", json=body).status_code

    link = asyncio.run(new())
    assert use(link, "short") == 422
    assert (use(link), use(link)) == (204, 401)
    named = asyncio.run(new())
    assert use(named, "My BOSS is a horse") == 422, "a password does not contain the account's name"
    assert use(named) == 204, "and the link is good still"
    in_time = asyncio.run(new())
    house.clock[0] += 24 * 3600.0 - 1.0
    assert use(in_time) == 204
    late = asyncio.run(new())
    house.clock[0] += 24 * 3600.0
    assert use(late) == 401
    earlier, later = asyncio.run(new()), asyncio.run(new())
    assert (use(earlier), use(later)) == (401, 204)


@pytest.mark.parametrize("secret", ["no secret!", "AAAAAAAAAAAAAAAA", "äöü"])
def test_a_secret_that_is_none_or_too_short_is_no_second_factor(house: House, secret: str) -> None:
    csrf = {"X-CSRF-Token": house.sign_in("boss").json()["csrf"]}
    body = {"password": PASSWORD, "secret": secret, "code": "123456"}
    answer = house.client.post("/api/session/second-factor", json=body, headers=csrf)
    assert answer.status_code == 401, answer.text


def test_of_passwords_that_strangers_bring_with_links_only_some_wait(house: House) -> None:
    """Each is hashed before its link is looked for, and strangers have many addresses."""

    async def work() -> list[Any]:
        tries = [
            house.accounts.use_link("nobody's", PASSWORD, address=f"a{place}")
            for place in range(MOST_LOOKED_AT + 5)
        ]
        return await asyncio.gather(*tries, return_exceptions=True)

    found = asyncio.run(work())
    assert sum(isinstance(each, TooManyTriesError) for each in found) == 5
    assert sum(isinstance(each, WrongSignInError) for each in found) == MOST_LOOKED_AT


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_tries_that_come_at_once_from_everywhere_are_no_more_than_one_after_the_other(
    house: House, is_signed_in: bool
) -> None:
    """Of twenty that had all asked for the wait before the first was looked at, fifteen would be for nothing;
    so would be most of the codes of whoever knows a password."""

    async def work() -> list[Any]:
        accounts = house.accounts
        if is_signed_in:
            actor = Actor(name="boss", roles=frozenset(), user="boss")
            tries: list[Any] = [
                accounts.change_password(actor, WRONG, PASSWORD, By(who="boss", address=f"a{place}"))
                for place in range(12)
            ]
        else:
            tries = [accounts.sign_in("boss", WRONG, address=f"a{place}") for place in range(12)]
        return await asyncio.gather(*tries, return_exceptions=True)

    found = asyncio.run(work())
    assert sum(isinstance(each, WrongSignInError) for each in found) == FREE_OF_ACCOUNT
    assert sum(isinstance(each, TooManyTriesError) for each in found) == 12 - FREE_OF_ACCOUNT


def test_sessions_that_are_over_in_any_case_are_not_kept(house: House) -> None:
    """Everybody is read at each sign-in: it would take longer every day."""
    for _ in range(3):
        assert house.sign_in("boss").status_code == 200
        house.client.cookies.clear()
        house.clock[0] += ABSOLUTE_S
    assert house.sign_in("boss").status_code == 200
    assert len(house.accounts.known.sessions) == 1


def test_a_code_is_taken_once_and_recovery_codes_once_each(house: House) -> None:
    """Who looks over a shoulder has nothing."""
    csrf = {"X-CSRF-Token": house.sign_in("boss").json()["csrf"]}
    secret = house.client.post("/api/session/second-factor/new", headers=csrf).json()["secret"]
    totp = TOTP(secret)

    def code() -> str:
        return totp.at(int(house.clock[0]))

    body = {"password": PASSWORD, "secret": secret, "code": code()}
    recovery = house.client.post("/api/session/second-factor", json=body, headers=csrf).json()["recovery"]
    assert len(set(recovery)) == 10
    assert all(len(bytes.fromhex(code)) * 8 == 112 for code in recovery), "nobody guesses one, or its hash"
    assert house.sign_in("boss").status_code == 401, "no code"
    assert house.sign_in("boss", code=code()).status_code == 401, "the one that was shown at enrolling"
    house.clock[0] += 30.0
    assert house.sign_in("boss", code=code()).status_code == 200
    assert house.sign_in("boss", code=code()).status_code == 401
    assert house.sign_in("boss", code=recovery[0]).status_code == 200
    assert house.sign_in("boss", code=recovery[0]).status_code == 401
    house.clock[0] += 120.0
    late = totp.at(int(house.clock[0]) - 61)
    assert house.sign_in("boss", code=late).status_code == 401


def test_the_last_administrator_cannot_be_shut_out(house: House) -> None:
    house.make("root", Role.ADMINISTRATOR)
    csrf = {"X-CSRF-Token": house.sign_in("root").json()["csrf"]}
    path = "/api/accounts/root/rights"
    for body in ({"is_disabled": True}, {"roles": ["agent"]}):
        assert house.client.post(path, json=body, headers=csrf).status_code == 422
    made = house.client.post(
        "/api/accounts", json={"account": "two", "roles": ["administrator"]}, headers=csrf
    )
    assert made.status_code == 200
    assert house.client.post(path, json={"is_disabled": True}, headers=csrf).status_code == 200
    assert house.client.get("/api/accounts").status_code == 401


def test_the_last_administrator_is_not_shut_out_from_two_sides_at_once(house: House) -> None:
    """A floor and the command line, each of which has read before the other changed."""
    house.make("root", Role.ADMINISTRATOR)
    house.make("two", Role.ADMINISTRATOR)

    async def work() -> None:
        beside = Accounts(house.beside, now=lambda: house.clock[0])
        await beside.read()
        await house.accounts.set_rights("root", is_disabled=True, by=BY)
        with pytest.raises(InvalidFactError, match="nobody would be left"):
            await beside.set_rights("two", is_disabled=True, by=BY)
        await house.accounts.add("new", roles=frozenset({Role.QA}), by=BY)
        with pytest.raises(InvalidFactError, match="already"):
            await beside.add("new", roles=frozenset({Role.ADMINISTRATOR}), by=BY)

    asyncio.run(work())


@pytest.mark.parametrize("is_factor", [False, True])
@pytest.mark.parametrize("rights", [{"is_disabled": True}, {"roles": frozenset({Role.ANALYST})}])
def test_rights_taken_away_stay_away_while_somebody_changes_what_is_theirs(
    house: House, rights: dict[str, Any], is_factor: bool
) -> None:
    """A password takes a while to be looked at: what an administrator did meanwhile is not undone by it."""

    async def work() -> None:
        accounts = house.accounts
        actor = (await accounts.sign_in("boss", PASSWORD, address="test")).actor
        if is_factor:
            changing = accounts.set_second_factor(actor, PASSWORD, secret="", code="", by=BY)
        else:
            changing = accounts.change_password(actor, PASSWORD, "another long password", BY)
        task = asyncio.create_task(changing)
        await asyncio.sleep(0)
        changed = await accounts.set_rights("boss", **rights, by=BY)
        await asyncio.gather(task, return_exceptions=True)
        found = accounts.account("boss")
        assert (found.roles, found.is_disabled) == (changed.roles, changed.is_disabled)

    asyncio.run(work())


def test_changes_and_looks_are_written_down_and_secrets_are_not(house: House) -> None:
    """Who, from where, with which session, what, about whom, why, and what came of it."""
    csrf = {"X-CSRF-Token": house.sign_in("boss").json()["csrf"], "X-Reason": "complaint 17"}
    house.client.post("/api/floor/stop", json=STOP, headers=csrf)
    house.client.get("/api/persons/p1/report", headers=csrf)
    house.client.get("/api/recordings?person=p1&account=d1", headers=csrf)
    house.client.get("/api/floor")
    stopped, looked, heard = house.deeds()[-3:]
    assert (stopped.who, stopped.action, stopped.outcome) == ("boss", "POST /api/floor/stop", "200")
    assert stopped.why == "stop the floor: complaint 17"
    assert stopped.session.startswith("session:")
    assert (looked.action, looked.about) == ("GET /api/persons/{person}/report", ("person:p1",))
    assert heard.about == ("account:d1", "person:p1")
    assert (looked.outcome, looked.address) == ("409", "testclient")
    kept = repr(house.deeds())
    assert PASSWORD not in kept
    assert csrf["X-CSRF-Token"] not in kept


def test_whoever_is_refused_is_written_down_and_strangers_fill_nothing(house: House) -> None:
    house.make("eve", Role.ADMINISTRATOR)
    csrf = {"X-CSRF-Token": house.sign_in("eve").json()["csrf"]}
    house.client.post("/api/floor/stop", json=STOP, headers=csrf)
    assert (house.deeds()[-1].who, house.deeds()[-1].outcome) == ("eve", "403")
    count = len(house.deeds())
    house.client.cookies.clear()
    for _ in range(5):
        house.client.post("/api/floor/stop", json=STOP)
    assert len(house.deeds()) == count


def test_what_cannot_be_written_down_is_not_shown_and_the_red_button_works(house: House) -> None:
    """The store is away: no look at anybody, but everything can be stopped; it is written later."""
    csrf = {"X-CSRF-Token": house.sign_in("boss").json()["csrf"]}
    count = len(house.deeds())
    house.beside.is_away = True
    assert house.client.get("/api/persons/p1/report").status_code == 503
    assert house.client.post("/api/floor/stop", json=STOP, headers=csrf).status_code == 200
    house.beside.is_away = False
    house.client.post("/api/floor/release", headers=csrf)
    told = [deed.action for deed in house.deeds()[count:]]
    assert told == ["GET /api/persons/{person}/report", "POST /api/floor/stop", "POST /api/floor/release"]


NEW_FACTOR = "/api/session/second-factor"


def set_up(house: House, csrf: str, password: str = PASSWORD) -> Any:
    """Enter a new secret into an authenticator, and show its code."""
    headers = {"X-CSRF-Token": csrf}
    secret = house.client.post(f"{NEW_FACTOR}/new", headers=headers).json()["secret"]
    code = TOTP(secret).at(int(house.clock[0]))
    body = {"password": password, "secret": secret, "code": code}
    return secret, house.client.post(NEW_FACTOR, json=body, headers=headers)


def test_a_code_that_is_shown_twice_at_once_is_taken_once(house: House) -> None:
    """Both were right when they were looked at."""
    secret, _ = set_up(house, house.sign_in("boss").json()["csrf"])
    house.clock[0] += 30.0
    code = TOTP(secret).at(int(house.clock[0]))

    async def work() -> list[Any]:
        tries = [house.accounts.sign_in("boss", PASSWORD, code=code, address="test") for _ in range(2)]
        return await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(each).__name__ for each in asyncio.run(work())) == ["SignedIn", "WrongSignInError"]


def test_of_two_who_change_a_password_at_once_one_does(house: House) -> None:
    """An owner takes the account back; whoever else knew the old password must not have the last word."""
    actor = Actor(name="boss", roles=frozenset(), user="boss")

    async def work() -> list[Any]:
        tries = [
            house.accounts.change_password(actor, PASSWORD, f"another long password {place}", BY)
            for place in range(2)
        ]
        return await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(each).__name__ for each in asyncio.run(work())) == ["NoneType", "WrongSignInError"]


def test_the_first_administrator_is_led_from_the_one_time_link_to_a_second_factor(strict: House) -> None:
    """Never locked out: link, password, second factor, and then everything, in one session."""

    async def begin() -> str:
        return await strict.accounts.add("admin", roles=frozenset({Role.ADMINISTRATOR}), by=BY)

    link = {"link": asyncio.run(begin()), "password": PASSWORD}
    assert strict.client.post("/api/session/link", json=link).status_code == 204
    began = strict.sign_in("admin").json()
    assert began["owes_factor"]
    refused = strict.client.get("/api/accounts")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "admin needs a second factor first: set one up on /sign-in",
    )
    secret, kept = set_up(strict, began["csrf"])
    assert len(kept.json()["recovery"]) == 10
    assert strict.client.get("/api/accounts").status_code == 200
    assert not strict.client.get("/api/session/who").json()["owes_factor"]
    strict.clock[0] += 60.0
    assert strict.sign_in("admin").status_code == 401
    again = strict.sign_in("admin", code=TOTP(secret).at(int(strict.clock[0])))
    assert (again.status_code, again.json()["owes_factor"]) == (200, False)


@pytest.mark.parametrize(
    ("roles", "is_owed"),
    [
        ({Role.ADMINISTRATOR}, True),
        ({Role.COMPLIANCE}, True),
        ({Role.SUPERVISOR, Role.COMPLIANCE}, True),
        ({Role.SUPERVISOR}, False),
        ({Role.AGENT}, False),
    ],
)
def test_administrators_and_compliance_need_one_and_the_others_do_not(
    strict: House, roles: set[Role], is_owed: bool
) -> None:
    """Whoever owes it can do nothing with the roles that do not demand it, either."""
    strict.make("ann", *roles)
    assert strict.sign_in("ann").json()["owes_factor"] == is_owed
    if Role.SUPERVISOR in roles:
        assert strict.client.get("/api/floor").status_code == (403 if is_owed else 200)


def test_a_second_factor_that_is_set_up_ends_every_session_but_this_one(strict: House) -> None:
    """Whoever knew the password, and had signed in with it alone, would else be let in by another's code."""
    strict.sign_in("boss")
    others = dict(strict.client.cookies)
    strict.client.cookies.clear()
    _, kept = set_up(strict, strict.sign_in("boss").json()["csrf"])
    assert kept.status_code == 200
    assert strict.client.get("/api/session/who").json()["owes_factor"] is False
    strict.client.cookies.clear()
    strict.client.cookies.update(others)
    assert strict.client.get("/api/session/who").status_code == 401


def test_a_role_that_is_given_demands_it_of_sessions_that_are_open(strict: House) -> None:
    strict.make("ann", Role.SUPERVISOR)
    strict.sign_in("ann")
    assert strict.client.get("/api/floor").status_code == 200

    async def promote() -> None:
        both = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
        await strict.accounts.set_rights("ann", roles=both, by=BY)

    asyncio.run(promote())
    assert strict.client.get("/api/floor").status_code == 403


def test_it_cannot_be_taken_away_by_whose_role_demands_it_and_can_be_replaced(strict: House) -> None:
    csrf = strict.sign_in("boss").json()["csrf"]
    _, kept = set_up(strict, csrf)
    assert kept.status_code == 200
    away = {"password": PASSWORD, "secret": "", "code": ""}
    answer = strict.client.post(NEW_FACTOR, json=away, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "compliance has to have a second factor: set another in its place"
    assert set_up(strict, csrf)[1].status_code == 200


def test_a_lost_factor_goes_with_the_password_and_begins_anew_by_a_link(strict: House) -> None:
    """An administrator takes it; whoever knew the password alone gains nothing by it."""
    strict.make("root", Role.ADMINISTRATOR)
    set_up(strict, strict.sign_in("boss").json()["csrf"])
    csrf = strict.sign_in("root").json()["csrf"]
    set_up(strict, csrf)
    made = strict.client.post("/api/accounts/boss/lost-factor", headers={"X-CSRF-Token": csrf})
    assert made.status_code == 200
    assert strict.sign_in("boss").status_code == 401, "the old password alone"
    link = {"link": made.json()["link"], "password": "another long password"}
    assert strict.client.post("/api/session/link", json=link).status_code == 204
    assert strict.sign_in("boss", "another long password").json()["owes_factor"]
    told = [deed for deed in strict.deeds() if deed.outcome == "taken as lost"]
    assert [(deed.who, deed.about) for deed in told] == [("root", ("account:boss",))]


def test_whom_an_outside_provider_lets_in_owes_no_factor_here(strict: House) -> None:
    """Its second factors are its own affair, and it can be told to demand them."""

    async def work() -> bool:
        began = await strict.accounts.sign_in_from_outside("boss", address="test")
        return began.actor.owes_factor

    assert not asyncio.run(work())

"""Signing in by an outside provider: one that runs, and one that lies."""

import asyncio
import hashlib
import hmac
import json
import warnings
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from prometheus_client import CollectorRegistry

from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING
from dialer.domain.errors import InvalidFactError, StoreUnavailableError
from dialer.floor.accounts import Accounts
from dialer.floor.beside import StoreBeside
from dialer.floor.outside_sign_in import (
    SENTENCES,
    OutsideSignIn,
    OutsideSignInError,
    Problem,
    ProviderSettings,
)
from dialer.floor.signed_in import By
from dialer.storage.access import deeds
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.tokens import Tokens

ISSUER, FLOOR, NOW = "https://id.example", "https://floor.example", 1_800_000_000.0
KEY, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "two"})
SETTINGS = ProviderSettings(issuer=ISSUER, client="floor", secret="s3cret", address=FLOOR)


def packed(plain: bytes) -> str:
    """As part of a token."""
    return urlsafe_b64encode(plain).decode().rstrip("=")


@dataclass
class Provider:
    """It keeps to the rules, but for what a test tells it to do otherwise."""

    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    key: Any = field(default_factory=lambda: KEY)
    shown: Any = field(default_factory=lambda: KEY)
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    described: dict[str, Any] | list[Any] = field(default_factory=dict[str, Any])
    is_away: bool = False
    asked: list[str] = field(default_factory=list[str])
    nonce: str = ""
    challenge: str = ""
    now: float = NOW

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if self.is_away:
            raise httpx2.ConnectError("nobody is there")
        if request.url.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
            told = {name: ISSUER + path for name, path in ends.items()} | {"issuer": ISSUER}
            if isinstance(self.described, list):
                return httpx2.Response(200, json=self.described)
            return httpx2.Response(
                200, json={**told, "end_session_endpoint": ISSUER + "/out", **self.described}
            )
        if request.url.path == "/jwks":
            return httpx2.Response(200, json={"keys": [self.shown.as_dict(private=False)]})
        return self.token(request)

    def token(self, request: httpx2.Request) -> httpx2.Response:
        """RFC 6749 4.1.3, RFC 7636 4.6."""
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        known = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        is_right = packed(hashed) == self.challenge
        if known != "floor:s3cret" or not is_right or form["code"] != "good":
            return httpx2.Response(400, json={"error": "invalid_grant"})
        assert form["redirect_uri"] == FLOOR + "/api/session/outside/back"
        claims = {
            "iss": ISSUER,
            "aud": "floor",
            "sub": "17",
            "exp": int(self.now) + 300,
            "iat": int(self.now),
            "nonce": self.nonce,
            "preferred_username": "ann",
        }
        made = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        if isinstance(self.key, bytes):  # no library would
            parts = [packed(json.dumps(part).encode()) for part in (self.header, made)]
            seal = hmac.digest(self.key, ".".join(parts).encode(), "sha256") if self.key else b""
            signed = ".".join([*parts, packed(seal)])
        else:
            signed = jwt.encode(self.header, made, self.key)
        return httpx2.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": signed})

    def seen(self, address: str) -> dict[str, str]:
        """What somebody brings to its door; as it would, it notes what the code is to be for."""
        said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce, self.challenge = said["nonce"], said["code_challenge"]
        return said


@dataclass
class There:
    """A provider, and what signs in by it; the clock is moved by hand."""

    provider: Provider
    clock: list[float] = field(default_factory=lambda: [NOW])
    settings: ProviderSettings = SETTINGS

    def outside(self) -> OutsideSignIn:
        return OutsideSignIn(
            self.settings, now=lambda: self.clock[0], transport=httpx2.MockTransport(self.provider)
        )

    def round(self, **otherwise: str | None) -> str:
        """Out and back again; returns whose account it is."""

        async def work() -> str:
            outside = self.outside()
            begun = await outside.begin()
            said = self.provider.seen(begun.address)
            back: dict[str, str | None] = {"state": said["state"], "code": "good", **otherwise}
            kept = back.pop("kept", begun.kept)
            self.clock[0] += float(back.pop("after_s", None) or 0.0)
            self.provider.now = self.clock[0]
            return await outside.finish({n: v for n, v in back.items() if v is not None}, kept)

        return asyncio.run(work())


def _refused(there: There, problem: Problem, **otherwise: str | None) -> None:
    with pytest.raises(OutsideSignInError) as told:
        there.round(**otherwise)
    assert told.value.problem is problem, told.value.why
    assert str(told.value) == SENTENCES[problem]


def test_somebody_goes_there_and_comes_back() -> None:
    there = There(Provider())
    assert there.round() == "ann"
    begun = asyncio.run(there.outside().begin())
    said = there.provider.seen(begun.address)
    assert begun.address.startswith(ISSUER + "/authorize?")
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert (said["client_id"], said["redirect_uri"]) == ("floor", FLOOR + "/api/session/outside/back")
    assert "openid" in said["scope"].split()
    assert len(said["state"]) >= 32
    assert len(said["nonce"]) >= 32


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["floor", "another"]},  # and no azp
        {"aud": ["floor", "another"], "azp": "another"},
        {"aud": None},
        {"nonce": "another's"},
        {"nonce": None},
        {"exp": int(NOW) - 61},
        {"exp": None},
        {"iat": int(NOW) + 61},
        {"sub": None},
    ],
)
def test_an_answer_that_is_not_for_us_is_not_believed(lie: dict[str, Any]) -> None:
    """Of another issuer, for another client or another sign-in, or over."""
    _refused(There(Provider(claims=lie)), Problem.WRONG)


def test_clocks_may_differ_by_a_minute() -> None:
    assert There(Provider(claims={"exp": int(NOW) - 59})).round() == "ann"
    assert There(Provider(claims={"iat": int(NOW) + 59})).round() == "ann"


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (OTHER, {"alg": "RS256", "kid": "one"}),
        (OTHER, {"alg": "RS256", "kid": "two"}),
        (b"", {"alg": "none"}),
        (KEY.as_pem(private=False), {"alg": "HS256", "kid": "one"}),
        (b"s3cret", {"alg": "HS256", "kid": "one"}),
    ],
)
def test_a_signature_of_anybody_else_is_none(key: Any, header: dict[str, str]) -> None:
    """Another's key, no key at all, and the public key or the client's secret taken for a shared one."""
    _refused(There(Provider(key=key, header=header)), Problem.WRONG)


def test_a_key_that_is_new_is_asked_for_and_not_for_every_stranger() -> None:
    """A provider changes its keys; a token that names a key of nobody's asks the provider once in a while."""
    provider, clock = Provider(), [NOW]
    there = There(provider, clock)

    async def work() -> list[str]:
        outside, found = there.outside(), list[str]()
        for place in range(4):
            begun = await outside.begin()
            state = provider.seen(begun.address)["state"]
            if place == 1:
                provider.key = provider.shown = OTHER
                provider.header = {"alg": "RS256", "kid": "two"}
                clock[0] += 5.0
            if place == 2:
                provider.header = {"alg": "RS256", "kid": "three"}
            try:
                found.append(await outside.finish({"state": state, "code": "good"}, begun.kept))
            except OutsideSignInError as error:
                found.append(error.problem.value)
        return found

    assert asyncio.run(work()) == ["ann", "ann", "wrong", "wrong"]
    assert provider.asked.count("/jwks") == 2


@pytest.mark.parametrize(
    ("otherwise", "problem"),
    [
        ({"state": "guessed"}, Problem.LATE),
        ({"state": None}, Problem.LATE),
        ({"kept": None}, Problem.LATE),
        ({"kept": "bm90IG91cnM=.00"}, Problem.LATE),
        ({"kept": "ä.ö"}, Problem.LATE),
        ({"after_s": "600"}, Problem.LATE),
        ({"code": None, "error": "access_denied"}, Problem.REFUSED),
        ({"code": "stolen"}, Problem.REFUSED),
        ({"iss": "https://evil.example"}, Problem.WRONG),
    ],
)
def test_whoever_comes_back_otherwise_is_not_signed_in(
    otherwise: dict[str, str | None], problem: Problem
) -> None:
    _refused(There(Provider()), problem, **otherwise)


def test_ten_minutes_are_just_too_long() -> None:
    assert There(Provider()).round(after_s="599.9") == "ann"


def test_the_code_of_another_browser_is_worth_nothing() -> None:
    """Its verifier is in the other's cookie: the provider refuses the code."""
    provider = Provider()
    there = There(provider)

    async def work() -> None:
        outside = there.outside()
        thief = await outside.begin()
        state = provider.seen(thief.address)["state"]
        provider.seen((await outside.begin()).address)  # the code is for this one
        await outside.finish({"state": state, "code": "good"}, thief.kept)

    with pytest.raises(OutsideSignInError) as told:
        asyncio.run(work())
    assert told.value.problem is Problem.REFUSED


@pytest.mark.parametrize(
    ("claim", "claims", "found"),
    [
        ("email", {"email": "ann@acme.example", "email_verified": True}, "ann@acme.example"),
        ("email", {"email": "ann@acme.example", "email_verified": False}, None),
        ("email", {"email": "ann@acme.example"}, None),
        ("email", {"email": "ann@acme.example", "email_verified": "true"}, None),
        ("sub", {}, "17"),
        ("groups", {"groups": ["administrators"]}, None),
        ("nothing", {}, None),
    ],
)
def test_an_account_is_named_by_one_claim(claim: str, claims: dict[str, Any], found: str | None) -> None:
    """An e-mail address that anybody may have typed names nobody."""
    settings = ProviderSettings(issuer=ISSUER, client="floor", secret="s3cret", address=FLOOR, claim=claim)
    there = There(Provider(claims=claims), settings=settings)
    if found is None:
        _refused(there, Problem.NOT_SHOWN)
    else:
        assert there.round() == found


def test_how_somebody_showed_who_they_are_can_be_demanded() -> None:
    settings = ProviderSettings(issuer=ISSUER, client="floor", secret="s3cret", address=FLOOR, amr="mfa")
    _refused(There(Provider(), settings=settings), Problem.REFUSED)
    assert There(Provider(claims={"amr": ["pwd", "mfa"]}), settings=settings).round() == "ann"


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": None},
    ],
)
def test_a_description_of_another_or_in_clear_is_not_believed(described: dict[str, Any]) -> None:
    _refused(There(Provider(described=described)), Problem.WRONG)


def test_a_provider_that_is_away_is_not_asked_by_every_stranger() -> None:
    there = There(Provider(is_away=True))

    async def work() -> None:
        outside = there.outside()
        for _ in range(10):
            with pytest.raises(OutsideSignInError) as told:
                await outside.begin()
            assert told.value.problem is Problem.AWAY
        there.provider.is_away = False
        there.clock[0] += 5.0
        assert (await outside.begin()).address

    asyncio.run(work())
    assert len(there.provider.asked) == 2


def test_a_description_that_is_no_object_is_none() -> None:
    """Else the page on which people sign in with a password would be a defect, too."""
    there = There(Provider(described=[]))
    _refused(there, Problem.AWAY)


def test_a_provider_that_answers_a_byte_at_a_time_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.floor.outside_sign_in.ANSWER_S", 0.02)
    asked: list[str] = []

    async def never(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        await asyncio.sleep(5.0)
        raise AssertionError("nobody waits so long")

    async def work() -> list[Any]:
        outside = OutsideSignIn(SETTINGS, now=lambda: NOW, transport=httpx2.MockTransport(never))
        return await asyncio.gather(*(outside.leaving() for _ in range(10)))

    assert asyncio.run(work()) == [None] * 10
    assert asked == ["/.well-known/openid-configuration"], "ten strangers are one question"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.example"},
        {"issuer": "id.example"},
        {"address": "http://floor.example"},
        {"address": "https://floor.example/?a"},
        {"client": ""},
    ],
)
def test_settings_that_would_be_read_on_the_way_are_refused(wrong: dict[str, str]) -> None:
    given: dict[str, Any] = {"issuer": ISSUER, "client": "floor", "address": FLOOR, **wrong}
    with pytest.raises(InvalidFactError):
        ProviderSettings(**given)


# --- with a provider that runs, over HTTP -----------------------------------------------------------------


class AtOnce(StoreBeside):
    """The store asked where one stands."""

    def __init__(self, store: Store) -> None:
        self._plain = store
        self.is_away = False

    async def read(self, work: Any) -> Any:
        if self.is_away:
            raise StoreUnavailableError("the store is away")
        return self._plain.read(work)

    async def write(self, work: Any) -> Any:
        return self._plain.write(work)


class NoFloor:
    """Nobody is on it."""

    def snapshot(self) -> Any:
        return SimpleNamespace(agents=(), campaigns=())


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    """The address of a provider from a package, on a port of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oidc_provider_mock import User, run_server_in_thread  # noqa: PLC0415  # it warns of itself

        users = [
            User(
                sub=name, claims={"preferred_username": name, "roles": ["administrator"], "groups": ["admin"]}
            )
            for name in ("ann", "eve")
        ]
        with run_server_in_thread(require_nonce=True, user_claims=users) as server:
            yield f"http://localhost:{server.server_port}"


@dataclass
class House:
    """A floor with accounts and that provider."""

    store: Store
    accounts: Accounts
    client: TestClient

    def sent(self) -> str:
        """Where the browser is sent."""
        answer = self.client.get("/api/session/outside", follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def came_back(self, address: str) -> Any:
        """As the browser that follows where the provider sends it."""
        return self.client.get(address.removeprefix("http://localhost:9"), follow_redirects=False)

    def deeds(self) -> list[tuple[str, str]]:
        found = self.store.read(lambda connection: list(deeds.entries(connection)))
        return [(entry.deed.who, entry.deed.outcome) for entry in found if entry.deed.action == "sign in"]


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:
        return None


def signed_in_there(address: str, **form: str) -> str:
    """What the provider's own page does when somebody has shown who they are; where it sends them."""
    said = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    with pytest.raises(HTTPError) as sent:
        build_opener(_Stay()).open(Request(address, data=said), timeout=30)
    return str(sent.value.headers["location"])


@pytest.fixture
def house(tmp_path: Path, running: str) -> Iterator[House]:
    with Store.open(str(tmp_path / "store.db"), durable=False, identity_key=b"test") as store:
        accounts = Accounts(AtOnce(store))
        floor: Any = NoFloor()
        # Where nobody listens: the browser of the test is told to come back there, and asks the application.
        settings = ProviderSettings(
            issuer=running, client="floor", secret="any", address="http://localhost:9"
        )
        web = make_web(
            floor=floor,
            tokens=Tokens([]),
            registry=CollectorRegistry(),
            accounts=accounts,
            outside=OutsideSignIn(settings),
        )
        with TestClient(web.application) as client:
            made = House(store, accounts, client)
            for name, roles in (("ann", {Role.SUPERVISOR}), ("root", {Role.ADMINISTRATOR})):
                work = accounts.add(name, roles=frozenset(roles), walls=EVERYTHING, by=By(who="test"))
                asyncio.run(work)
            yield made


def test_a_person_whom_the_provider_names_is_signed_in_with_the_roles_they_have_here(house: House) -> None:
    """Whatever the provider says of roles and groups makes nobody anything."""
    back = signed_in_there(house.sent(), sub="ann")
    answer = house.came_back(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    who = house.client.get("/api/session/who").json()
    assert (who["account"], who["roles"]) == ("ann", ["supervisor"])
    assert house.deeds() == [("ann", "signed in by the provider")]
    assert "fairdial-outside" not in house.client.cookies
    again = house.came_back(back)
    assert again.headers["location"] == "/sign-in?told=late", "a way back is gone once"
    ended = house.client.post("/api/session/end", headers={"X-CSRF-Token": who["csrf"]})
    assert ended.status_code == 204
    assert house.client.get("/api/session/who").status_code == 401


def test_somebody_whom_nobody_knows_here_is_refused_in_a_sentence(house: House) -> None:
    answer = house.came_back(signed_in_there(house.sent(), sub="eve"))
    assert answer.headers["location"] == "/sign-in?told=unknown"
    assert SENTENCES[Problem.UNKNOWN] in house.client.get("/sign-in?told=unknown").text
    assert house.client.get("/api/session/who").status_code == 401
    assert house.deeds() == [("eve", "by the provider: no account")]
    assert set(house.accounts.known.accounts) == {"ann", "root"}, "and none is made"


def test_a_disabled_account_is_refused_as_one_that_there_is_not(house: House) -> None:
    asyncio.run(house.accounts.set_rights("ann", is_disabled=True, by=By(who="test")))
    answer = house.came_back(signed_in_there(house.sent(), sub="ann"))
    assert answer.headers["location"] == "/sign-in?told=unknown"


def test_whoever_says_no_there_is_told_so_here(house: House) -> None:
    """Before 0.4 that provider forgot the state when it refused: nobody knew whose way back it was."""
    forgets = metadata.version("oidc-provider-mock").startswith("0.3.")
    answer = house.came_back(signed_in_there(house.sent(), action="deny"))
    assert answer.headers["location"] == f"/sign-in?told={'late' if forgets else 'refused'}"


def test_the_way_back_of_a_stranger_is_slowed_down(house: House) -> None:
    """Each would be a question to the provider."""
    for _ in range(20):
        house.came_back("/api/session/outside/back?state=a&code=b")
    assert house.accounts._throttle.wait("", "testclient", house.accounts.now()) > 0.0  # pyright: ignore[reportPrivateUsage]
    answer = house.came_back(signed_in_there(house.sent(), sub="ann"))
    assert answer.headers["location"] == "/sign-in?told=late"


def test_the_page_names_the_provider_and_nothing_of_elsewhere_is_loaded(house: House) -> None:
    page = house.client.get("/sign-in")
    assert "Sign in with the company&#39;s account" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for name in ("page.css", "page.js"):
        assert house.client.get(f"/sign-in/{name}").status_code == 200
    assert house.client.get("/sign-in/other.js").status_code == 404
    assert "<script>" not in page.text
    assert house.client.get("/sign-in?told=<script>").text.count("script") == page.text.count("script")


def test_a_provider_that_is_away_keeps_nobody_from_their_password(house: House) -> None:
    """Thirty people come back from it, all from the office's one address."""

    async def away(*_: Any) -> str:
        raise OutsideSignInError(Problem.AWAY)

    office: Any = house.client.app
    office.state.office.outside.finish = away
    for _ in range(30):
        answer = house.came_back("/api/session/outside/back?state=a&code=b")
        assert answer.headers["location"] == "/sign-in?told=away"
    body = {"account": "ann", "password": "wrong"}
    assert house.client.post("/api/session", json=body).status_code == 401, "and not 429"

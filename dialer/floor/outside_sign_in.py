"""Signing in by an outside provider (OpenID Connect): who somebody is, said by whoever the company asks.

Theory of operation. The code flow with PKCE: the browser is sent to the provider with a `state`, a `nonce`
and the hash of a verifier, and comes back with a code that is worth nothing without the verifier. All three
go into a sealed cookie of that browser and nowhere else: a stranger who begins a million sign-ins fills
nothing here, and nobody's code can be brought by another's browser. The provider's answer counts only when it
is signed by a key of its own, of this issuer, for this client, for this nonce, and not over.

What is learnt is one claim: the name of an account. Whether there is such an account, and what it may do, is
said here by an administrator; nobody becomes anything by what a provider says.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.util import find_spec
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError, InvalidFactError, MendableError

log = structlog.get_logger(__name__)

BACK_PATH = "/api/session/outside/back"
LASTS_S = 600.0
"""So long may somebody take at the provider."""
ANSWER_S = 10.0
"""For the whole of one answer of the provider's, however slowly it comes."""
KEPT_S = 3600.0
"""So long the provider's description and its keys are believed to be as they were."""
REST_S = 5.0
"""After the provider could not be reached, or a key was not known, before it is asked again."""
LEEWAY_S = 60
"""By so much its clock and ours may differ."""
ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
"""What an answer may be signed with: nothing that rests on a shared secret, and never nothing."""


class Problem(Enum):
    """Why nobody was signed in."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    LATE = "late"
    AWAY = "away"
    WRONG = "wrong"
    NOT_SHOWN = "not_shown"


SENTENCES: Mapping[Problem, str] = {
    Problem.UNKNOWN: "The provider knows you, but there is no account of your name here. "
    "Ask an administrator for one.",
    Problem.REFUSED: "The provider did not sign you in.",
    Problem.LATE: "This took too long, or was begun in another browser. Try again.",
    Problem.AWAY: "The provider cannot be reached now. Try again, or sign in with a password.",
    Problem.WRONG: "What the provider answered cannot be believed. Tell an administrator; nothing was done.",
    Problem.NOT_SHOWN: "The provider does not say who you are as it should. Tell an administrator.",
}


class OutsideSignInError(FairdialError):
    """Nobody was signed in. `problem`: why, in words for whoever tried."""

    def __init__(self, problem: Problem, why: str = "") -> None:
        super().__init__(SENTENCES[problem])
        self.problem = problem
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """The `[sign_in]` section.

    Args:
        issuer: the provider's address, exactly as it names itself.
        client, secret: what it knows this installation by.
        address: under which people reach this floor, `https://floor.example`; the provider is told
            `/api/session/outside/back` below it.
        title: what the button says.
        claim: which of its claims is the name of an account here; an `email` counts only as verified.
        amr: how somebody must have shown who they are, such as `mfa`; '' = that is the provider's affair.
        ca_file: who signed its certificate, where the system does not know them.
    """

    issuer: str
    client: str
    address: str
    secret: str = field(default="", repr=False)
    title: str = "Sign in with the company's account"
    claim: str = "preferred_username"
    amr: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Raises InvalidFactError."""
        for name in ("issuer", "address"):
            parts = urlsplit(str(getattr(self, name)))
            if parts.scheme != "https" and not (parts.scheme == "http" and _is_own(parts.hostname or "")):
                raise InvalidFactError(f"{name} begins with https://: what goes there must not be read")
            if parts.query or parts.fragment or not parts.netloc:
                raise InvalidFactError(f"{name} is an address without ? and #")
        if not self.client or not self.claim:
            raise InvalidFactError("client and claim are not empty")

    @property
    def back(self) -> str:
        """Where a browser comes back to."""
        return self.address.rstrip("/") + BACK_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that began. `address`: of the provider; `kept`: what the browser keeps until it is back."""

    address: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    state: str
    nonce: str
    verifier: str
    began_at: float


class OutsideSignIn:
    """One provider.

    Args:
        now: POSIX seconds.
        transport: how it is reached; None = over the network.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        now: Callable[[], float] = posix_now,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if find_spec("authlib") is None:
            raise MendableError(
                "[sign_in] needs authlib", mend="install fairdial with its extra: fairdial[sso]"
            )
        self.settings = settings
        self._now = now
        self._transport = transport
        self._sealing = secrets.token_bytes(32)
        self._described: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None
        self._failed_at = 0.0
        self._asking = asyncio.Lock()

    async def begin(self) -> Begun:
        """Where to send a browser. Raises OutsideSignInError: the provider is away."""
        described = await self._description()
        kept = _Kept(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            began_at=self._now(),
        )
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"],
                state=kept.state,
                nonce=kept.nonce,
                code_verifier=kept.verifier,
            )
        return Begun(address=str(address), kept=self._sealed(kept))

    async def finish(self, said: Mapping[str, str], kept: str | None) -> str:
        """The name of the account of whoever came back.

        Args:
            said: what the browser brought in its address.
            kept: what it kept meanwhile.

        Raises:
            OutsideSignInError: nobody's.
        """
        begun = self._opened(kept)
        if begun is None or not hmac.compare_digest(begun.state.encode(), said.get("state", "").encode()):
            raise OutsideSignInError(Problem.LATE)
        if said.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207: mixed up with another's
            raise OutsideSignInError(Problem.WRONG, "iss of the answer")
        if "code" not in said:
            raise OutsideSignInError(Problem.REFUSED, said.get("error", "")[:100])
        token = await self._exchanged(said["code"], begun)
        claims = await self._claims(token, begun)
        return self._named(claims)

    async def leaving(self) -> str | None:
        """Where somebody signs out of the provider, too; None = it has no such place, or is away."""
        try:
            end = (await self._description()).get("end_session_endpoint")
        except OutsideSignInError:
            return None
        if not isinstance(end, str) or not self._is_guarded(end):
            return None
        home = self.settings.address.rstrip("/") + "/sign-in"
        asked = urlencode({"client_id": self.settings.client, "post_logout_redirect_uri": home})
        return f"{end}{'&' if '?' in end else '?'}{asked}"

    # --- the provider ------------------------------------------------------------------------------------

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415  # an extra

        settings = self.settings
        kind: Any = AsyncOAuth2Client
        return kind(
            client_id=settings.client,
            client_secret=settings.secret or None,
            token_endpoint_auth_method="client_secret_basic" if settings.secret else "none",
            scope="openid profile email",
            redirect_uri=settings.back,
            code_challenge_method="S256",
            timeout=ANSWER_S,
            transport=self._transport,
            verify=settings.ca_file or True,
        )

    async def _description(self) -> dict[str, Any]:
        async with self._asking:  # everybody who waits has the answer to one question
            return await self._description_alone()

    async def _description_alone(self) -> dict[str, Any]:
        if self._described is not None and self._now() - self._described[0] < KEPT_S:
            return self._described[1]
        address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = await self._fetched(address)
        ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.settings.issuer or not all(
            self._is_guarded(found.get(e)) for e in ends
        ):
            log.warning("sign_in.provider_wrong", issuer=self.settings.issuer, why="its description")
            raise OutsideSignInError(Problem.WRONG, "its description is of another issuer, or in clear")
        self._described = (self._now(), found)
        return found

    def _is_guarded(self, address: object) -> bool:
        """Over TLS, but on this very machine."""
        parts = urlsplit(address if isinstance(address, str) else "")
        return parts.scheme == "https" or (parts.scheme == "http" and _is_own(parts.hostname or ""))

    async def _fetched(self, address: str) -> dict[str, Any]:
        if self._now() - self._failed_at < REST_S:
            raise OutsideSignInError(Problem.AWAY, "it was away a moment ago")
        try:
            async with asyncio.timeout(ANSWER_S), self._client() as client:
                answer = await client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            told: object = answer.json()
            if not isinstance(told, dict):
                raise ValueError("its answer is no JSON object")
            return cast("dict[str, Any]", told)
        except (httpx2.HTTPError, OSError, ValueError) as error:
            self._failed_at = self._now()
            log.warning("sign_in.provider_away", address=address, why=str(error))
            raise OutsideSignInError(Problem.AWAY, str(error)) from error

    async def _exchanged(self, code: str, begun: _Kept) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415  # an extra

        described = await self._description()
        try:
            async with asyncio.timeout(ANSWER_S), self._client() as client:
                return await client.fetch_token(
                    described["token_endpoint"], code=code, code_verifier=begun.verifier
                )
        except AuthlibBaseError as error:
            raise OutsideSignInError(Problem.REFUSED, str(error)) from error
        except (httpx2.HTTPError, OSError, ValueError) as error:
            log.warning("sign_in.provider_away", address=described["token_endpoint"], why=str(error))
            raise OutsideSignInError(Problem.AWAY, str(error)) from error

    async def _claims(self, token: dict[str, Any], begun: _Kept) -> dict[str, Any]:
        """What is signed. Raises OutsideSignInError: not by whom, for whom and when it should be."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  # an extra
        from joserfc import jwt  # noqa: PLC0415  # an extra
        from joserfc.errors import JoseError  # noqa: PLC0415  # an extra
        from joserfc.jwk import KeySet  # noqa: PLC0415  # an extra

        given, settings = token.get("id_token"), self.settings
        if not isinstance(given, str):
            raise OutsideSignInError(Problem.WRONG, "no id_token")
        try:
            keys = KeySet.import_key_set(cast("Any", await self._signing_keys(given)))
            read = jwt.decode(given, keys, algorithms=ALGORITHMS)
            options = {
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client},
                "nonce": {"essential": True},
            }
            asked = {
                "nonce": begun.nonce,
                "client_id": settings.client,
                "access_token": token.get("access_token"),
            }
            kind: Any = CodeIDToken
            claims = kind(read.claims, read.header, options=options, params=asked)
            claims.validate(now=int(self._now()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("sign_in.answer_not_believed", issuer=settings.issuer, why=str(error))
            raise OutsideSignInError(Problem.WRONG, str(error)) from error
        return dict(read.claims)

    async def _signing_keys(self, token: str) -> dict[str, Any]:
        """The provider's keys; asked for anew when the token names one that is not among them."""
        described, name = await self._description(), _key_of(token)
        if self._keys is not None:
            at, found = self._keys
            age = self._now() - at
            is_there = name is None or name in [one.get("kid") for one in found.get("keys", [])]
            if age < KEPT_S and (is_there or age < REST_S):
                return found
        found = await self._fetched(described["jwks_uri"])
        self._keys = (self._now(), found)
        return found

    def _named(self, claims: Mapping[str, Any]) -> str:
        settings = self.settings
        if settings.amr and settings.amr not in cast("list[str]", claims.get("amr") or []):
            raise OutsideSignInError(Problem.REFUSED, f"amr has no {settings.amr}")
        found = claims.get(settings.claim)
        if not isinstance(found, str) or not found or len(found) > 100:
            raise OutsideSignInError(Problem.NOT_SHOWN, f"no claim {settings.claim}")
        if settings.claim == "email" and claims.get("email_verified") is not True:
            raise OutsideSignInError(Problem.NOT_SHOWN, "the e-mail address is not verified")
        return found

    # --- what a browser keeps ----------------------------------------------------------------------------

    def _sealed(self, kept: _Kept) -> str:
        plain = json.dumps([kept.state, kept.nonce, kept.verifier, kept.began_at]).encode()
        return f"{urlsafe_b64encode(plain).decode()}.{self._seal_of(plain)}"

    def _opened(self, text: str | None) -> _Kept | None:
        """None = it is not ours, was begun before this start, or too long ago."""
        packed, _, seal = (text or "").partition(".")
        try:
            plain = urlsafe_b64decode(packed)
        except ValueError:
            return None
        if not hmac.compare_digest(self._seal_of(plain).encode(), seal.encode()):
            return None
        state, nonce, verifier, began_at = json.loads(plain)
        kept = _Kept(state=state, nonce=nonce, verifier=verifier, began_at=began_at)
        return kept if self._now() - kept.began_at < LASTS_S else None

    def _seal_of(self, plain: bytes) -> str:
        return hmac.new(self._sealing, plain, hashlib.sha256).hexdigest()


def _key_of(token: str) -> str | None:
    """Which key a token says that it was signed with."""
    head = token.partition(".")[0]
    try:
        found = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return None
    name = cast("dict[str, object]", found).get("kid") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

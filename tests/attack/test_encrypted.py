"""A real server over TLS: who reads along, who holds sockets, what becomes of a renewed certificate."""

import asyncio
import contextlib
import functools
import json
import socket
import ssl
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib import request

import pytest
import uvloop
from cryptography import x509
from prometheus_client import CollectorRegistry
from served import served

from dialer.access.roles import Role
from dialer.domain.errors import MendableError
from dialer.floor.certificates import Certificate, CertificateFiles, make_self_signed
from dialer.web.application import make_web
from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import LIMITS, Limits
from dialer.web.server import serving
from dialer.web.tokens import Token, Tokens, digest_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ASK = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class NoFloor:
    """It says nothing."""

    def snapshot(self) -> Any:
        raise NotImplementedError


def on_its_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on the loop of a served floor."""

    @functools.wraps(test)
    def run(*values: Any, **named: Any) -> None:
        uvloop.run(test(*values, **named))

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A server that runs."""

    port: int
    certificate: Certificate
    strangers: Strangers

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate.files.certificate))

    async def connected(self, context: ssl.SSLContext | None = None) -> tuple[Any, Any]:
        taken = self.trusting if context is None else context
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=taken)

    async def serial(self) -> int:
        """Of the certificate that is shown to whoever connects now."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, writer = await self.connected(context)
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return x509.load_der_x509_certificate(shown).serial_number


@asynccontextmanager
async def up(folder: Path, limits: Limits = LIMITS) -> AsyncGenerator[Up]:
    certificate = Certificate(make_self_signed(folder / "tls", ["localhost", "127.0.0.1"], days=9, now=NOW))
    floor: Any = NoFloor()
    web = make_web(
        floor=floor,
        tokens=Tokens([Token(digest=digest_of("t"), roles=frozenset({Role.WATCHER}), name="t")]),
        registry=CollectorRegistry(),
        limits=limits,
    )
    async with serving(
        web.application, host="127.0.0.1", port=0, strangers=web.strangers, tls=certificate.context
    ) as port:
        yield Up(port=port, certificate=certificate, strangers=web.strangers)


@on_its_loop
async def test_it_answers_over_tls_and_to_nobody_in_clear(tmp_path: Path) -> None:
    """The request comes with the last part of the handshake, and is not lost."""
    async with up(tmp_path) as server:
        for _ in range(20):
            reader, writer = await server.connected()
            writer.write(ASK)
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 200"), answer
            assert b"strict-transport-security: max-age=31536000" in answer
            assert b"\r\nserver:" not in answer.lower(), "what serves is nobody's affair"
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(ASK)
        with contextlib.suppress(ConnectionError):
            assert b"HTTP" not in await reader.read()
        writer.close()
        async with asyncio.timeout(30.0):
            while len(server.strangers):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@on_its_loop
async def test_what_is_older_than_tls_1_2_is_not_spoken(tmp_path: Path, version: ssl.TLSVersion) -> None:
    async with up(tmp_path) as server:
        context = server.trusting
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSVersion"):
            context.minimum_version = context.maximum_version = version
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await server.connected(context)


@on_its_loop
async def test_sockets_that_never_begin_a_handshake_are_bounded_in_number_and_time(tmp_path: Path) -> None:
    """The fifth of one address turns out the first; after the time for a head nobody is left."""
    limits = replace(LIMITS, strangers_of_peer=4, head_s=3.0)
    async with up(tmp_path, limits) as server:
        sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(9)]
        async with asyncio.timeout(30.0):
            while len(server.strangers) != 4:
                await asyncio.sleep(0.01)
            while len(server.strangers):
                await asyncio.sleep(0.01)
        for one in sockets:
            one.close()
        reader, writer = await server.connected()
        writer.write(ASK)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()


@on_its_loop
async def test_a_renewed_certificate_is_shown_from_the_next_look_on(tmp_path: Path) -> None:
    """While only one of the two files is new they do not fit, and the old ones stay in use."""
    async with up(tmp_path) as server:
        files, before = server.certificate.files, await server.serial()
        renewed = make_self_signed(tmp_path / "new", ["localhost"], days=20, now=NOW)
        assert not server.certificate.look()
        renewed.certificate.replace(files.certificate)
        assert not server.certificate.look()
        assert await server.serial() == before
        renewed.key.replace(files.key)
        assert server.certificate.look()
        assert not server.certificate.look()
        assert await server.serial() != before
        assert server.certificate.ends == NOW.timestamp() + 20 * 86_400


@pytest.mark.parametrize("spoiled", ["certificate", "key", "both gone", "of another"])
def test_files_that_are_none_are_refused_in_a_sentence(tmp_path: Path, spoiled: str) -> None:
    files = make_self_signed(tmp_path, ["localhost"], days=1, now=NOW)
    other = make_self_signed(tmp_path / "other", ["localhost"], days=1, now=NOW)
    if spoiled == "certificate":
        files.certificate.write_text("nothing")
    elif spoiled == "key":
        files.key.write_text("nothing")
    elif spoiled == "both gone":
        files = CertificateFiles(certificate=tmp_path / "no.pem", key=tmp_path / "no.key")
    else:
        files = replace(files, key=other.key)
    with pytest.raises(MendableError) as told:
        Certificate(files)
    assert "certificate" in str(told.value)
    assert told.value.mend


def test_nobody_but_its_owner_reads_the_key(tmp_path: Path) -> None:
    files = make_self_signed(tmp_path, ["localhost"], days=1, now=NOW)
    assert files.key.stat().st_mode & 0o777 == 0o600
    assert files.certificate.stat().st_mode & 0o777 == 0o644
    with pytest.raises(MendableError):
        make_self_signed(tmp_path, ["localhost"], days=1, now=NOW)


@pytest.mark.slow
def test_a_floor_is_served_over_tls_as_its_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its collectors work over it, too; a cookie is the guarded one, and is taken back in its own terms."""
    now = datetime.now(UTC)  # noqa: TID251  # the client looks at the machine's own clock
    files = make_self_signed(tmp_path / "tls", ["localhost", "127.0.0.1"], days=1, now=now)
    settings = tmp_path / "fairdial.toml"
    settings.write_text('[http.tls]\ncertificate = "tls/certificate.pem"\nkey = "tls/key.pem"\n')
    monkeypatch.setenv("FAIRDIAL_CONFIG", str(settings))
    context = ssl.create_default_context(cafile=str(files.certificate))
    with served(tmp_path / "floor", "--agents", "2", "--persons", "20") as floor:
        assert floor.api.startswith("https://")
        told = floor.log.read_text()
        link = told.split("makes another):", 1)[1].split()[0]

        def ask(path: str, body: dict[str, str] | None, **headers: str) -> Any:
            said = None if body is None else json.dumps(body).encode()
            asked = request.Request(floor.api + path, data=said, headers=headers)
            asked.add_header("content-type", "application/json")
            return request.urlopen(asked, timeout=30, context=context)

        ask("/api/session/link", {"link": link, "password": "correct horse battery"})
        with ask("/api/session", {"account": "admin", "password": "correct horse battery"}) as began:
            given, csrf = began.headers["set-cookie"], json.loads(began.read())["csrf"]
        assert given.startswith("__Host-fairdial=")
        assert all(
            word in given.lower() for word in ("; secure", "; httponly", "; path=/", "samesite=strict")
        )
        assert "domain" not in given.lower()
        shown = {"cookie": given.split(";")[0], "x-csrf-token": csrf}
        with ask("/api/session/end", {}, **shown) as ended:
            taken = ended.headers["set-cookie"]
        assert taken.startswith("__Host-fairdial=")
        assert all(word in taken.lower() for word in ("; secure", "; path=/", "max-age=0"))
        with ask("/api/floor", None, authorization=f"Bearer {floor.token}") as looked:
            floor_seen = json.loads(looked.read())
        assert floor_seen["is_network_up"]
        for _ in range(100):
            with ask("/api/floor", None, authorization=f"Bearer {floor.token}") as looked:
                floor_seen = json.loads(looked.read())
            if len(floor_seen["agents"]) == 2:
                break
        assert len(floor_seen["agents"]) == 2, "its collectors logged in over TLS"

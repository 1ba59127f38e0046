"""Asks Asterisk the way a browser phone does: certificate, web socket, SIP within it."""

from __future__ import annotations

import asyncio
import ssl
import uuid

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from telephony.asterisk.errors import AmiError
from telephony.asterisk.settings import AsteriskSettings

WITHIN_S = 5.0


class NoBrowserPhoneError(AmiError):
    """A browser's phone could not work; `mend` says what to do."""

    def __init__(self, text: str, *, mend: str) -> None:
        super().__init__(text)
        self.mend = mend


async def ask_as_a_browser(settings: AsteriskSettings) -> str:
    """What was found, in words.

    Raises:
        NoBrowserPhoneError: no certificate is set, it is not trusted, or nothing speaks SIP there.
    """
    if settings.certificate is None:
        raise NoBrowserPhoneError(
            "no certificate is set: browsers give no microphone to a page, and no socket, without one",
            mend="set [asterisk.certificate] chain and key, and write the configuration again.",
        )
    host, port = settings.link.host, settings.http.tls_port
    context = ssl.create_default_context(cafile=settings.link.ca_file)
    try:
        async with (
            asyncio.timeout(WITHIN_S),
            connect(
                f"wss://{host}:{port}/ws", ssl=context, subprotocols=[Subprotocol("sip")], proxy=None
            ) as socket,
        ):
            status = await _options(socket, host)
    except ssl.SSLCertVerificationError as error:
        raise NoBrowserPhoneError(
            f"the certificate of {host}:{port} is not trusted: {error.verify_message}",
            mend="give Asterisk a certificate that this name and the browsers trust; see [certificate].",
        ) from error
    except InvalidHandshake as error:
        raise NoBrowserPhoneError(
            f"{host}:{port} opens no web socket: {error}",
            mend="load res_http_websocket and res_pjsip_transport_websocket; leave http.conf as written.",
        ) from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise NoBrowserPhoneError(
            f"no answer from {host}:{port}: {error or 'nothing within 5 s'}",
            mend="write http.conf with `fairdial asterisk config`, and open the port to the agents' network.",
        ) from error
    return f"the certificate of {host}:{port} is trusted, and SIP answers on the web socket ({status})"


async def _options(socket: ClientConnection, host: str) -> str:
    """The status line of the answer to OPTIONS: any will do, since it came over the socket."""
    call, invalid = uuid.uuid4().hex, "probe.invalid"  # a browser's Via and Contact name no real host either
    lines = (
        f"OPTIONS sip:{host} SIP/2.0",
        f"Via: SIP/2.0/WSS {invalid};branch=z9hG4bK{call[:16]}",
        "Max-Forwards: 70",
        f"From: <sip:doctor@{host}>;tag={call[16:24]}",
        f"To: <sip:{host}>",
        f"Call-ID: {call}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:doctor@{invalid};transport=ws>",
        "Content-Length: 0",
    )
    await socket.send("\r\n".join((*lines, "", "")))
    answer = await socket.recv()
    text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    return text.split("\r\n", 1)[0].removeprefix("SIP/2.0 ")

"""How a message to a webhook is signed: Standard Webhooks, symmetric (version 1.0.0 of the specification).

The client holds the same secret, `whsec_` and base64 of 24 to 64 bytes. It checks that
`webhook-signature` has `v1,` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64, that the timestamp is of
these minutes, and that it has not seen the id.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from pathlib import Path

from dialer.domain.errors import MendableError

PREFIX = "whsec_"
LEAST, MOST = 24, 64
"""Bytes of a secret."""


def new_secret() -> str:
    """A secret to be given to the client, too."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(file: Path) -> bytes:
    """The bytes of a secret's file. Raises MendableError."""
    mend = f"`fairdial deliver secret {file}` makes one; give the client the same."
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MendableError(f"the secret cannot be read: {error}", where=str(file), mend=mend) from error
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise MendableError("this is no secret of a webhook", where=str(file), mend=mend) from error
    if not text.startswith(PREFIX) or not LEAST <= len(key) <= MOST:
        raise MendableError(
            f"a secret is {PREFIX} and {LEAST} to {MOST} bytes in base64", where=str(file), mend=mend
        )
    return key


def headers(key: bytes, name: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a message: `name` is the same whenever it is sent again, `at` (POSIX seconds) is not."""
    signed = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
        "content-type": "application/json",
    }

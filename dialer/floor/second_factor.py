"""The second factor: codes of a secret and the time (RFC 6238), and recovery codes that are good once."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace

from pyotp.totp import TOTP

from dialer.access.accounts import Account

STEP_S = 30
_AROUND = (-1, 0, 1)
"""Steps before and after the present one that are taken: clocks of telephones are not ours."""


def new_secret() -> str:
    """A secret for an authenticator."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address_of(secret: str, account: str) -> str:
    """What an authenticator reads as a picture."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name="Fairdial")


def step_of(secret: str, code: str, now: float, *, after: int) -> int | None:
    """Which step's code this is; None = of none around now, of one that is not `after` this one, or of what
    is no secret: too short, not base 32, or sealed under a key that is gone."""
    try:
        made = TOTP(secret, interval=STEP_S)
    except ValueError:
        return None
    present = int(now // STEP_S)
    found: int | None = None
    for step in (present + around for around in _AROUND):
        is_it = hmac.compare_digest(made.generate_otp(step).encode(), code.encode())
        found = step if is_it and step > after else found
    return found


def taken(account: Account, code: str, now: float, *, secret: str | None) -> Account | None:
    """The account with this code used up; None = the code is wrong, or was used before. An account without a
    second factor needs none. `secret`: the account's, opened."""
    if account.totp is None or secret is None:
        return account if account.totp is None else None
    step = step_of(secret, code, now, after=account.totp_step)
    if step is not None:
        return replace(account, totp_step=step)
    digest = hashlib.sha256(code.strip().lower().encode()).hexdigest()
    if digest in account.recovery:
        return replace(account, recovery=tuple(each for each in account.recovery if each != digest))
    return None

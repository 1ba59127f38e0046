"""Codes of an authenticator: for how long one is good, and that none is good twice."""

import hashlib

import pytest
from pyotp.totp import TOTP

from dialer.access.accounts import Account
from dialer.access.roles import Role
from dialer.floor.second_factor import step_of, taken

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = 1_773_151_215.0
"""In the middle of a step of 30 seconds."""
STEP = int(NOW // 30)

EVE = Account(account="eve", roles=frozenset({Role.AGENT}), totp="sealed")


def code_of(step: int) -> str:
    return TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(("off", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_before_and_after_its_own(off: int, *, is_good: bool) -> None:
    """A telephone's clock may be half a minute off; one that was read over a shoulder is stale soon."""
    assert step_of(SECRET, code_of(STEP + off), NOW, after=0) == (STEP + off if is_good else None)


def test_no_code_is_taken_twice_nor_one_before_it() -> None:
    used = taken(EVE, code_of(STEP), NOW, secret=SECRET)
    assert used is not None
    assert used.totp_step == STEP
    assert taken(used, code_of(STEP), NOW, secret=SECRET) is None
    assert taken(used, code_of(STEP - 1), NOW, secret=SECRET) is None
    later = taken(used, code_of(STEP + 1), NOW, secret=SECRET)
    assert later is not None
    assert later.totp_step == STEP + 1


def test_a_recovery_code_is_good_once_however_it_is_typed() -> None:
    codes = tuple(hashlib.sha256(word.encode()).hexdigest() for word in ("one", "two"))
    eve = Account(account="eve", roles=EVE.roles, totp="sealed", recovery=codes)
    used = taken(eve, " ONE ", NOW, secret=SECRET)
    assert used is not None
    assert used.recovery == codes[1:]
    assert taken(used, "one", NOW, secret=SECRET) is None


def test_a_secret_that_does_not_open_lets_nobody_in() -> None:
    """Its key is gone; without the second factor it is another's account."""
    assert taken(EVE, code_of(STEP), NOW, secret=None) is None
    assert taken(EVE, "", NOW, secret="") is None
    bob = Account(account="bob", roles=EVE.roles)
    assert taken(bob, "", NOW, secret=None) is bob

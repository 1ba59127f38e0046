"""Passwords as they are kept: argon2id, looked at one at a time, so that guessing takes no core away."""

import argon2

from dialer.access.accounts import LONGEST_PASSWORD

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's Password Storage Cheat Sheet: 19 MiB, two rounds, one lane. More lanes would be quicker for us and
take every core of a machine that has telephones to answer."""

_NOBODYS = _HASHER.hash("of an account that nobody has")


def hashed(password: str) -> str:
    """What is kept of it; takes some tens of milliseconds of a core."""
    return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Whether this is the password. Takes as long where there is none: None = of nobody, or none was set."""
    try:
        _HASHER.verify(kept if kept is not None else _NOBODYS, password[: LONGEST_PASSWORD + 1])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return kept is not None

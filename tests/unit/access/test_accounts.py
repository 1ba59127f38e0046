"""Until when sessions and tokens hold, and what a password must be; a second before, at, and after."""

from dataclasses import replace

import pytest

from dialer.access.accounts import (
    ABSOLUTE_S,
    IDLE_S,
    AccessToken,
    Account,
    Directory,
    Session,
    administrators,
    why_weak,
)
from dialer.access.roles import Role
from dialer.access.walls import Walls

EVE = Account(
    account="eve", roles=frozenset({Role.QA, Role.ANALYST}), walls=Walls(clients=frozenset({"acme"}))
)
SESSION = Session(digest="d" * 64, account="eve", csrf="c", address="a", began_at=0.0, seen_at=0.0)
TOKEN = AccessToken(
    token="t1",
    digest="e" * 64,
    account="eve",
    title="",
    roles=frozenset({Role.QA, Role.SUPERVISOR}),
    created_at=0.0,
    expires_at=100.0,
)


@pytest.mark.parametrize(
    ("seen_at", "now", "holds"),
    [
        (0.0, IDLE_S - 1.0, True),
        (0.0, IDLE_S, False),
        (ABSOLUTE_S - 2.0, ABSOLUTE_S - 1.0, True),
        (ABSOLUTE_S - 1.0, ABSOLUTE_S, False),
    ],
)
def test_a_session_ends_when_nobody_uses_it_and_in_any_case_after_a_shift(
    seen_at: float, now: float, holds: bool
) -> None:
    known = Directory(accounts={"eve": EVE})
    actor = known.actor_of_session(replace(SESSION, seen_at=seen_at), now)
    assert (actor is not None) == holds


def test_a_token_has_at_most_what_its_account_has_and_its_walls() -> None:
    """Taken from the account, it is gone from every token."""
    actor = Directory(accounts={"eve": EVE}).actor_of_token(TOKEN, 99.0)
    assert actor is not None
    assert (actor.roles, actor.walls) == (frozenset({Role.QA}), EVE.walls)


@pytest.mark.parametrize(
    ("now", "revoked_at", "holds"), [(99.9, None, True), (100.0, None, False), (1.0, 0.5, False)]
)
def test_a_token_holds_until_it_ends_or_is_revoked(now: float, revoked_at: float | None, holds: bool) -> None:
    actor = Directory(accounts={"eve": EVE}).actor_of_token(replace(TOKEN, revoked_at=revoked_at), now)
    assert (actor is not None) == holds


@pytest.mark.parametrize("accounts", [{}, {"eve": replace(EVE, is_disabled=True)}])
def test_nothing_holds_of_an_account_that_is_disabled_or_gone(accounts: dict[str, Account]) -> None:
    known = Directory(accounts=accounts)
    assert known.actor_of_session(SESSION, 1.0) is None
    assert known.actor_of_token(TOKEN, 1.0) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "at least 12"),
        ("twelve chars", None),
        ("abcde" * 40, None),
        ("abcde" * 40 + "f", "at most 200"),
        ("my name is EVE truly", "account's name"),
        ("aaaabbbbccccdddd", "four different"),
        ("aaaabbbbccccddde", None),
    ],
)
def test_a_password_is_long_and_not_the_name(password: str, why: str | None) -> None:
    found = why_weak(password, "eve")
    assert found is None if why is None else why in (found or "")


def test_administrators_are_those_who_are_not_disabled() -> None:
    ann = replace(EVE, account="ann", roles=frozenset({Role.ADMINISTRATOR}))
    bob = replace(ann, account="bob", is_disabled=True)
    assert administrators((EVE, ann, bob)) == ("ann",)

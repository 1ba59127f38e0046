"""Accounts, links, sessions and tokens as rows. Whatever changes who may what moves the version on."""

import json
from typing import cast

from sqlalchemy import Connection, RowMapping, select

from dialer.access.accounts import AccessToken, Account, Directory, Session
from dialer.access.roles import Role
from dialer.access.walls import Walls
from dialer.storage.database.access_tables import account_links, account_sessions, account_tokens, accounts
from dialer.storage.database.statements import insert_missing
from dialer.storage.database.tables import meta

VERSION = "access_version"


def key_of(account: str) -> str:
    """Under which key the secret of an account's second factor is sealed."""
    return f"account-{account}"


def version_of(connection: Connection) -> int:
    """Moves on with each change of who may what."""
    found = connection.scalar(select(meta.c.value).where(meta.c.key == VERSION))
    return 0 if found is None else int(found)


def directory(connection: Connection) -> Directory:
    """Everybody."""
    listed = [_account(row) for row in connection.execute(select(accounts)).mappings()]
    sessions = [_session(row) for row in connection.execute(select(account_sessions)).mappings()]
    tokens = [_token(row) for row in connection.execute(select(account_tokens)).mappings()]
    return Directory(
        version=version_of(connection),
        accounts={one.account: one for one in sorted(listed, key=lambda one: one.account)},
        sessions={one.digest: one for one in sessions},
        tokens={one.digest: one for one in sorted(tokens, key=lambda one: one.token)},
    )


def account_named(connection: Connection, name: str) -> Account | None:
    """One account, as it is in this transaction."""
    row = connection.execute(select(accounts).where(accounts.c.account == name)).mappings().first()
    return None if row is None else _account(row)


def save_account(connection: Connection, account: Account) -> None:
    """Make it, or change it."""
    row: dict[str, object] = {
        "account": account.account,
        "title": account.title,
        "roles": _roles_told(account.roles),
        "walls": json.dumps(account.walls.as_json()),
        "agent": account.agent,
        "password": account.password,
        "totp": account.totp,
        "totp_step": account.totp_step,
        "recovery": json.dumps(list(account.recovery)),
        "is_disabled": account.is_disabled,
        "created_at": account.created_at,
    }
    insert_missing(connection, accounts, [row])
    connection.execute(accounts.update().where(accounts.c.account == account.account).values(row))
    _move_on(connection)


def keep_link(connection: Connection, *, digest: str, account: str, expires_at: float) -> None:
    """A one-time link; an earlier one of the account is void."""
    connection.execute(account_links.delete().where(account_links.c.account == account))
    insert_missing(
        connection, account_links, [{"digest": digest, "account": account, "expires_at": expires_at}]
    )


def take_link(connection: Connection, digest: str, *, now: float) -> str | None:
    """Whose link this is; it is used up. None = nobody's, or too late."""
    row = connection.execute(select(account_links).where(account_links.c.digest == digest)).mappings().first()
    if row is None:
        return None
    connection.execute(account_links.delete().where(account_links.c.digest == digest))
    return str(row["account"]) if now < row["expires_at"] else None


def begin_session(connection: Connection, session: Session) -> None:
    """Somebody signed in."""
    row: dict[str, object] = {
        "digest": session.digest,
        "account": session.account,
        "csrf": session.csrf,
        "address": session.address,
        "began_at": session.began_at,
        "seen_at": session.seen_at,
        "is_from_outside": session.is_from_outside,
    }
    insert_missing(connection, account_sessions, [row])
    _move_on(connection)


def end_sessions(
    connection: Connection, *, account: str | None = None, digest: str | None = None, but: str = ""
) -> None:
    """All of an account, or one. `but`: how the digest begins of one that goes on; '' = none does."""
    which = account_sessions.c.account == account if digest is None else account_sessions.c.digest == digest
    if but:
        which &= ~account_sessions.c.digest.startswith(but, autoescape=True)
    connection.execute(account_sessions.delete().where(which))
    _move_on(connection)


def forget_sessions(connection: Connection, *, began_before: float) -> None:
    """Those that are over in any case: everybody is read with every sign-in."""
    connection.execute(account_sessions.delete().where(account_sessions.c.began_at <= began_before))


def save_token(connection: Connection, token: AccessToken) -> None:
    """A new token."""
    row: dict[str, object] = {
        "token": token.token,
        "digest": token.digest,
        "account": token.account,
        "title": token.title,
        "roles": _roles_told(token.roles),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    insert_missing(connection, account_tokens, [row])
    _move_on(connection)


def revoke_token(connection: Connection, token: str, *, now: float) -> bool:
    """It holds no longer. Returns False where there is none of that name that does."""
    held = (account_tokens.c.token == token) & account_tokens.c.revoked_at.is_(None)
    if connection.scalar(select(account_tokens.c.token).where(held)) is None:
        return False
    connection.execute(account_tokens.update().where(held).values(revoked_at=now))
    _move_on(connection)
    return True


def note_uses(connection: Connection, sessions: dict[str, float], tokens: dict[str, float]) -> None:
    """When each was last used, by digest; nobody's rights change by it."""
    for digest, at in sorted(sessions.items()):
        connection.execute(
            account_sessions.update().where(account_sessions.c.digest == digest).values(seen_at=at)
        )
    for digest, at in sorted(tokens.items()):
        connection.execute(
            account_tokens.update().where(account_tokens.c.digest == digest).values(used_at=at)
        )


def _move_on(connection: Connection) -> None:
    insert_missing(connection, meta, [{"key": VERSION, "value": "0"}])
    following = str(version_of(connection) + 1)
    connection.execute(meta.update().where(meta.c.key == VERSION).values(value=following))


def _roles_told(roles: frozenset[Role]) -> str:
    return json.dumps(sorted(role.value for role in roles))


def _roles(text: str) -> frozenset[Role]:
    return frozenset(Role(name) for name in json.loads(text))


def _account(row: RowMapping) -> Account:
    walls = cast("dict[str, list[str]]", json.loads(row["walls"]))
    return Account(
        account=row["account"],
        title=row["title"],
        roles=_roles(row["roles"]),
        walls=Walls.of(
            everything=bool(walls.get("all")),
            clients=walls.get("clients", ()),
            campaigns=walls.get("campaigns", ()),
        ),
        agent=row["agent"],
        password=row["password"],
        totp=row["totp"],
        totp_step=row["totp_step"],
        recovery=tuple(json.loads(row["recovery"])),
        is_disabled=bool(row["is_disabled"]),
        created_at=row["created_at"],
    )


def _session(row: RowMapping) -> Session:
    return Session(
        digest=row["digest"],
        account=row["account"],
        csrf=row["csrf"],
        address=row["address"],
        began_at=row["began_at"],
        seen_at=row["seen_at"],
        is_from_outside=bool(row["is_from_outside"]),
    )


def _token(row: RowMapping) -> AccessToken:
    return AccessToken(
        token=row["token"],
        digest=row["digest"],
        account=row["account"],
        title=row["title"],
        roles=_roles(row["roles"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )

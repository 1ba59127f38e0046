"""Accounts beside a running floor: who is signed in, in memory; changes in the store, each with its deed.

What other processes change (the command line, another floor) is seen within `LOOK_S`. While the store cannot
be read the last that was known holds: a supervisor must reach the red button then, too.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from dialer.access.accounts import (
    ABSOLUTE_S,
    LINK_S,
    LONGEST_TOKEN_S,
    AccessToken,
    Account,
    Directory,
    Session,
    administrators,
    why_weak,
)
from dialer.access.actor import Actor
from dialer.access.record import Deed, Entry
from dialer.access.roles import Role
from dialer.access.throttle import Throttle
from dialer.access.walls import NOTHING, Walls
from dialer.clock import posix_now
from dialer.domain.errors import InvalidFactError, StoreUnavailableError, UnknownThingError
from dialer.floor import passwords, second_factor
from dialer.floor.answering import Answering
from dialer.floor.beside import StoreBeside
from dialer.floor.keeping import kept_going
from dialer.floor.outside_sign_in import OutsideSignInError, Problem
from dialer.floor.signed_in import (
    By,
    SignedIn,
    TooManyTriesError,
    WrongSignInError,
    digest_of,
    rights_told,
    shown_by,
    still_proved,
)
from dialer.storage.access import accounts as rows
from dialer.storage.access import deeds
from dialer.storage.access.accounts import key_of

LOOK_S = 0.25
NOTE_USES_S = 60.0
RECOVERY_BYTES = 14
"""Of a recovery code: 112 bits need no slow hash (OWASP ASVS 4.0.3, 2.6.2)."""

ANSWER_S = 20.0
"""For the store to answer whoever changes something: twice what a server of its own may take."""
MOST_LOOKED_AT = 20
"""Passwords that wait to be looked at; more are told to come again."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Accounts:
    """All accounts of a store. Use `opened_accounts`.

    Args:
        now: POSIX seconds.
        factor_of: roles that demand a second factor of whoever signs in here.
    """

    def __init__(
        self,
        store: StoreBeside,
        *,
        now: Callable[[], float] = posix_now,
        factor_of: frozenset[Role] = frozenset(),
    ) -> None:
        self._store = store
        self._factor_of = factor_of
        self.now = now
        self._known = Directory()
        self._by_name: dict[str, Session | AccessToken] = {}
        self._seen: dict[str, float] = {}
        self._used: dict[str, float] = {}
        self._throttle = Throttle()
        self._looking = asyncio.Lock()
        self._looked_at = 0
        self._answered = Answering(ANSWER_S)

    @property
    def known(self) -> Directory:
        """Everybody, as last read."""
        return self._known

    async def read(self) -> None:
        """Read everybody anew, if anything changed. Raises StoreUnavailableError."""
        version = await self._store.read(rows.version_of)
        if version != self._known.version or not self._by_name:
            self._take(await self._store.read(rows.directory))

    async def run(self) -> None:
        """See what others change, and write down what was used when, for ever."""
        since_noted = 0.0
        while True:
            await asyncio.sleep(LOOK_S)
            since_noted += LOOK_S
            try:
                await self.read()
                if since_noted >= NOTE_USES_S:
                    since_noted = 0.0
                    await self.note_uses()
            except StoreUnavailableError as error:
                _log.warning("accounts cannot be read", why=str(error))

    async def note_uses(self) -> None:
        """Write down when each session and token was last used."""
        seen, used = dict(self._seen), dict(self._used)
        self._used.clear()
        if seen or used:
            await self._store.write(lambda connection: rows.note_uses(connection, seen, used))

    # --- the door ---------------------------------------------------------------------------------------

    def by_token(self, text: str) -> Actor | None:
        """Whose token this is, while it lasts."""
        found = self._known.tokens.get(digest_of(text))
        if found is None:
            return None
        actor = self._known.actor_of_token(found, self.now())
        if actor is not None:
            self._used[found.digest] = self.now()
        return actor

    def by_session(self, text: str) -> tuple[Actor, str] | None:
        """Whose session this is, while it lasts, and its second word; it was used now."""
        found = self._known.sessions.get(digest_of(text))
        if found is None:
            return None
        actor = self._actor_of(found)
        if actor is None:
            return None
        self._seen[found.digest] = self.now()
        return actor, found.csrf

    def knows(self, actor: Actor) -> bool:
        """Whether what they came in with still holds, with the same roles and walls."""
        found = self._by_name.get(actor.session)
        return found is not None and self._actor_of(found) == actor

    def _actor_of(self, found: Session | AccessToken) -> Actor | None:
        if isinstance(found, AccessToken):
            return self._known.actor_of_token(found, self.now())
        return self._known.actor_of_session(self.as_used(found), self.now(), factor_of=self._factor_of)

    def as_used(self, session: Session) -> Session:
        """With its last use, which is written down only now and then."""
        return replace(session, seen_at=max(session.seen_at, self._seen.get(session.digest, 0.0)))

    def _take(self, known: Directory) -> None:
        self._known = known
        self._seen = {digest: at for digest, at in self._seen.items() if digest in known.sessions}
        self._by_name = {f"session:{one.digest[:12]}": one for one in known.sessions.values()} | {
            f"token:{one.token}": one for one in known.tokens.values()
        }

    # --- signing in -------------------------------------------------------------------------------------

    async def sign_in(
        self, account: str, password: str, *, code: str = "", address: str, earlier: str | None = None
    ) -> SignedIn:
        """Begin a session, a new one always; `earlier`: the secret of one that this browser has, which ends.

        Raises:
            WrongSignInError, TooManyTriesError: none began.
        """
        self.demand_patience(address, account)
        found = self._known.accounts.get(account)
        is_right = await self._is_right(password, None if found is None else found.password)
        taken = await self._with_code(found, code) if found is not None else None
        self.demand_patience(address, account)  # those who came at once are told of one another's failures
        by = By(who=account[:200], address=address)
        if not is_right or found is None or found.is_disabled or taken is None:
            self._throttle.failed(account, address, self.now())
            await self._note(by.deed("sign in", outcome="wrong", at=self.now()))
            raise WrongSignInError("name, password or code is wrong")
        self._throttle.succeeded(account)
        return await self._begin(found, taken, by, earlier)

    async def sign_in_from_outside(
        self, account: str, *, address: str, earlier: str | None = None
    ) -> SignedIn:
        """Begin a session of whoever an outside provider says that this is; its second factors are its own.

        Raises:
            OutsideSignInError: there is no such account here, or it is disabled.
        """
        found, by = self._known.accounts.get(account), By(who=account, address=address)
        if found is None or found.is_disabled:
            await self._note(by.deed("sign in", outcome="by the provider: no account", at=self.now()))
            raise OutsideSignInError(Problem.UNKNOWN)
        told = "signed in by the provider"
        return await self._begin(found, found, by, earlier, outcome=told, is_from_outside=True)

    def demand_patience(self, address: str, account: str = "") -> None:
        """Raises TooManyTriesError: too many were wrong from this address, or for this account."""
        wait = self._throttle.wait(account, address, self.now())
        if wait > 0.0:
            raise TooManyTriesError(wait)

    def failed_from_outside(self, address: str) -> None:
        """Somebody came back from a provider who could not be signed in."""
        self._throttle.failed("", address, self.now())

    async def _with_code(self, found: Account, code: str) -> Account | None:
        secret = None if found.totp is None else await self._store.opened(found.totp)
        return second_factor.taken(found, code, self.now(), secret=secret)

    async def _begin(
        self,
        found: Account,
        account: Account,
        by: By,
        earlier: str | None,
        *,
        outcome: str = "signed in",
        is_from_outside: bool = False,
    ) -> SignedIn:
        secret, now = secrets.token_urlsafe(32), self.now()
        session = Session(
            digest=digest_of(secret),
            account=account.account,
            csrf=secrets.token_urlsafe(24),
            address=by.address,
            began_at=now,
            seen_at=now,
            is_from_outside=is_from_outside,
        )
        named = replace(by, session=f"session:{session.digest[:12]}")

        def work(connection: Connection) -> None:
            if earlier is not None:
                rows.end_sessions(connection, digest=digest_of(earlier))
            present = rows.account_named(connection, found.account)
            if present is None or present.is_disabled or shown_by(present) != shown_by(found):
                raise WrongSignInError("name, password or code is wrong")  # changed or used meanwhile
            if account != found:
                used = replace(present, totp_step=account.totp_step, recovery=account.recovery)
                rows.save_account(connection, used)
            rows.forget_sessions(connection, began_before=now - ABSOLUTE_S)
            rows.begin_session(connection, session)
            deeds.append(connection, [named.deed("sign in", outcome=outcome, at=now)])

        await self.change(work)
        actor = self._known.actor_of_session(session, now, factor_of=self._factor_of)
        if actor is None:
            raise WrongSignInError("name, password or code is wrong")
        return SignedIn(secret=secret, csrf=session.csrf, actor=actor, until=now + ABSOLUTE_S)

    async def sign_out(self, secret: str, by: By) -> None:
        """End a session."""
        digest = digest_of(secret)

        def work(connection: Connection) -> None:
            rows.end_sessions(connection, digest=digest)
            deeds.append(connection, [by.deed("sign out", outcome="signed out", at=self.now())])

        await self.change(work)

    async def use_link(self, link: str, password: str, *, address: str) -> str:
        """Set a password with a one-time link; every session of the account ends. Returns the account.

        Raises:
            WrongSignInError: nobody's link, one that was used, or too late.
            InvalidFactError: the password will not do; the link can be used again.
            TooManyTriesError: too many were wrong from this address, or wait to be looked at.
        """
        self.demand_patience(address)
        weak = why_weak(password, "\0")
        if weak is not None:
            raise InvalidFactError(weak)
        kept, digest, now = await self._hashed(password), digest_of(link), self.now()

        def work(connection: Connection) -> str | None:
            account = rows.take_link(connection, digest, now=now)
            found = None if account is None else rows.account_named(connection, account)
            if found is None:
                return None
            weak = why_weak(password, found.account)
            if weak is not None:
                raise InvalidFactError(weak)  # and nothing of this is done: the link is good still
            rows.save_account(connection, replace(found, password=kept))
            rows.end_sessions(connection, account=found.account)
            by = By(who=found.account, address=address)
            deeds.append(connection, [by.deed("set password", outcome="by one-time link", at=now)])
            return found.account

        account = await self.change(work)
        if account is None:
            self._throttle.failed("", address, now)
            raise WrongSignInError("this link is not known, was used, or came too late")
        return account

    async def change_password(self, actor: Actor, old: str, new: str, by: By) -> None:
        """Another password; every session of the account ends, this one too.

        Raises:
            WrongSignInError: the old one is wrong, or it was changed meanwhile.
            InvalidFactError: the new one will not do.
        """
        found = await self._proved(actor, old, by)
        weak = why_weak(new, found.account)
        if weak is not None:
            raise InvalidFactError(weak)
        kept = await self._hashed(new)

        def work(connection: Connection) -> None:
            rows.save_account(connection, replace(still_proved(connection, found), password=kept))
            rows.end_sessions(connection, account=found.account)
            deeds.append(connection, [by.deed("set password", outcome="changed", at=self.now())])

        await self.change(work)

    async def set_second_factor(
        self, actor: Actor, password: str, *, secret: str, code: str, by: By
    ) -> list[str]:
        """Keep a second factor that was shown to work by a code of it; '' as `secret` takes it away. Every
        session but this one ends. Returns recovery codes, each good once, shown now and never again.

        Raises:
            WrongSignInError: the password or the code is wrong.
            InvalidFactError: it is to be taken away, and a role of theirs demands one.
        """
        found = await self._proved(actor, password, by)
        demanding = sorted(role.value for role in found.roles & self._factor_of)
        if not secret and demanding:
            raise InvalidFactError(f"{demanding[0]} has to have a second factor: set another in its place")
        if not secret:
            await self._keep_factor(found, by, "taken away", totp=None, recovery=())
            return []
        step = second_factor.step_of(secret, code, self.now(), after=0)
        if step is None:
            raise WrongSignInError("the code is not of this secret, or too late")
        codes = [secrets.token_hex(RECOVERY_BYTES) for _ in range(10)]
        totp = await self._store.sealed(key_of(found.account), secret)
        recovery = tuple(sorted(digest_of(each) for each in codes))
        await self._keep_factor(found, by, "kept", totp=totp, totp_step=step, recovery=recovery)
        return codes

    async def _keep_factor(self, found: Account, by: By, outcome: str, **factor: Any) -> None:
        def work(connection: Connection) -> None:
            rows.save_account(connection, replace(still_proved(connection, found), **factor))
            rows.end_sessions(connection, account=found.account, but=by.session.removeprefix("session:"))
            told = by.deed("second factor", f"account:{found.account}", outcome=outcome, at=self.now())
            deeds.append(connection, [told])

        await self.change(work)

    async def _proved(self, actor: Actor, password: str, by: By) -> Account:
        found = self._known.accounts.get(actor.user)
        self.demand_patience(by.address, actor.user)
        is_right = found is not None and await self._is_right(password, found.password)
        self.demand_patience(by.address, actor.user)
        if found is None or not is_right:
            self._throttle.failed(actor.user, by.address, self.now())
            raise WrongSignInError("the password is wrong")
        return found

    async def _is_right(self, password: str, kept: str | None) -> bool:
        return await self._alone(lambda: passwords.is_right(password, kept))

    async def _hashed(self, password: str) -> str:
        return await self._alone(lambda: passwords.hashed(password))

    async def _alone(self, work: Callable[[], T]) -> T:
        """One password at a time: each takes a core for a while. Raises TooManyTriesError: too many wait."""
        if self._looked_at >= MOST_LOOKED_AT:
            raise TooManyTriesError(1.0)
        self._looked_at += 1
        try:
            async with self._looking:
                return await asyncio.to_thread(work)
        finally:
            self._looked_at -= 1

    # --- administration ---------------------------------------------------------------------------------

    def account(self, name: str) -> Account:
        """An account. Raises UnknownThingError."""
        found = self._known.accounts.get(name)
        if found is None:
            raise UnknownThingError("account", name)
        return found

    async def add(
        self,
        name: str,
        *,
        title: str = "",
        roles: frozenset[Role],
        walls: Walls = NOTHING,
        agent: str | None = None,
        by: By,
    ) -> str:
        """Make an account; returns the one-time link with which its password is set.

        Raises:
            InvalidFactError: the name is taken or cannot be one.
        """
        if not name or len(name) > 100 or not name.isprintable() or " " in name:
            raise InvalidFactError(f"{name!r} cannot be an account's name: no spaces, at most 100 characters")
        if agent is not None and Role.AGENT not in roles:
            raise InvalidFactError("a seat is for somebody with the role agent")
        made = Account(
            account=name, title=title, roles=roles, walls=walls, agent=agent, created_at=self.now()
        )

        def work(connection: Connection) -> None:
            if rows.account_named(connection, name) is not None:
                raise InvalidFactError(f"there is an account {name} already")
            rows.save_account(connection, made)
            told = by.deed("add account", f"account:{name}", outcome=rights_told(made), at=self.now())
            deeds.append(connection, [told])

        await self.change(work)
        return await self.new_link(name, by=by)

    async def set_rights(
        self,
        name: str,
        *,
        roles: frozenset[Role] | None = None,
        walls: Walls | None = None,
        is_disabled: bool | None = None,
        by: By,
    ) -> Account:
        """Change what an account may; None = as it is. Its sessions go on with the new rights; those of one
        that is disabled end, and so do its tokens for as long.

        Raises:
            UnknownThingError: there is no such account.
            InvalidFactError: nobody would be left who gives rights.
        """

        def work(connection: Connection) -> Account:
            everybody = rows.directory(connection).accounts
            found = everybody.get(name)
            if found is None:
                raise UnknownThingError("account", name)
            changed = replace(
                found,
                roles=found.roles if roles is None else roles,
                walls=found.walls if walls is None else walls,
                is_disabled=found.is_disabled if is_disabled is None else is_disabled,
            )
            left = administrators({**everybody, name: changed}.values())
            if administrators(everybody.values()) and not left:
                raise InvalidFactError("nobody would be left who may manage accounts")
            rows.save_account(connection, changed)
            if changed.is_disabled:
                rows.end_sessions(connection, account=name)
            deed = by.deed("set rights", f"account:{name}", outcome=rights_told(changed), at=self.now())
            deeds.append(connection, [deed])
            return changed

        return await self.change(work)

    async def new_link(self, name: str, *, by: By) -> str:
        """A one-time link for an account; earlier ones are void. Raises UnknownThingError."""
        self.account(name)
        link, now = secrets.token_urlsafe(32), self.now()

        def work(connection: Connection) -> None:
            rows.keep_link(connection, digest=digest_of(link), account=name, expires_at=now + LINK_S)
            deeds.append(connection, [by.deed("new link", f"account:{name}", outcome="made", at=now)])

        await self.change(work)
        return link

    async def take_factor(self, name: str, *, by: By) -> str:
        """Of somebody who lost their second factor: it is taken away, and their password with it, so that
        they begin anew by the one-time link that is returned; sessions end. Raises UnknownThingError."""
        found, now = self.account(name), self.now()

        def work(connection: Connection) -> None:
            present = rows.account_named(connection, found.account) or found
            rows.save_account(connection, replace(present, totp=None, recovery=(), password=None))
            rows.end_sessions(connection, account=name)
            told = by.deed("second factor", f"account:{name}", outcome="taken as lost", at=now)
            deeds.append(connection, [told])

        await self.change(work)
        return await self.new_link(name, by=by)

    async def new_token(
        self, name: str, *, title: str, roles: frozenset[Role], lasts_s: float, by: By
    ) -> tuple[AccessToken, str]:
        """A token of an account, and its text, shown once.

        Raises:
            UnknownThingError: there is no such account.
            InvalidFactError: it would have more than the account, nothing, or last too long.
        """
        found = self.account(name)
        if not roles or not roles <= found.roles:
            held = ", ".join(sorted(role.value for role in found.roles)) or "nothing"
            raise InvalidFactError(f"a token has one or more of its account's roles: {held}")
        if not 0.0 < lasts_s <= LONGEST_TOKEN_S:
            raise InvalidFactError("a token lasts a year at most")
        text, now = f"fd_{secrets.token_urlsafe(32)}", self.now()
        made = AccessToken(
            token=secrets.token_hex(4),
            digest=digest_of(text),
            account=name,
            title=title,
            roles=roles,
            created_at=now,
            expires_at=now + lasts_s,
        )

        def work(connection: Connection) -> None:
            rows.save_token(connection, made)
            told = by.deed("new token", f"account:{name}", f"token:{made.token}", outcome="made", at=now)
            deeds.append(connection, [told])

        await self.change(work)
        return made, text

    async def revoke_token(self, token: str, *, by: By) -> None:
        """It holds no longer. Raises UnknownThingError: there is none that does."""
        now = self.now()

        def work(connection: Connection) -> bool:
            is_done = rows.revoke_token(connection, token, now=now)
            if is_done:
                deeds.append(connection, [by.deed("revoke token", f"token:{token}", outcome="done", at=now)])
            return is_done

        if not await self.change(work):
            raise UnknownThingError("token that holds", token)

    async def record(
        self, *, who: str | None, about: str | None, before: int | None, limit: int
    ) -> list[Entry]:
        """What was done, the newest first. See `dialer.storage.access.deeds.newest`."""
        return await self._store.read(
            lambda connection: deeds.newest(connection, who=who, about=about, before=before, limit=limit)
        )

    async def first_link(self) -> str | None:
        """At a first start, when there are no accounts at all: the account `admin`, and its one-time link."""
        if self._known.accounts:
            return None
        return await self.add("admin", roles=frozenset({Role.ADMINISTRATOR}), by=By(who="first start"))

    async def _note(self, deed: Deed) -> None:
        await self._answered(self._store.write(lambda connection: deeds.append(connection, [deed])))

    async def change(self, work: Callable[[Connection], T]) -> T:
        """Change rows, and know it at once.

        Raises:
            StoreUnavailableError: nothing was changed; or the store did not answer in time, and what was
                asked goes on: it is known when it was done (`run`).
        """
        return await self._answered(self._changed(work))

    async def _changed(self, work: Callable[[Connection], T]) -> T:
        done = await self._store.write(work)
        self._take(await self._store.read(rows.directory))
        return done


@asynccontextmanager
async def kept_accounts(
    store: StoreBeside, *, factor_of: frozenset[Role] = frozenset(), kind: type[Accounts] = Accounts
) -> AsyncGenerator[Accounts]:
    """The accounts of a store while the block runs; what others change is seen. `factor_of`: see `Accounts`.

    Raises:
        StoreUnavailableError: they cannot be read.
    """
    accounts = kind(store, factor_of=factor_of)
    await accounts.read()
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(kept_going(accounts.run, name="accounts"), name="accounts")
        try:
            yield accounts
        finally:
            looking.cancel()
            try:
                await accounts.note_uses()
            except StoreUnavailableError as error:
                _log.warning("it is not written down who was here last", why=str(error))

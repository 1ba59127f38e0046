"""The HTTP side on a running floor: the application, its server, and what pushes to its watchers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from dialer.domain.listening import TalkControls
from dialer.domain.ports import KeyPad, TelephoneSystem, TestsCallerIds
from dialer.floor.accounts import Accounts
from dialer.floor.certificates import Certificate
from dialer.floor.nothing_real import demand_made_up
from dialer.floor.outside_sign_in import OutsideSignIn
from dialer.floor.phones import Phones
from dialer.web.application import make_web
from dialer.web.bounds.limits import LIMITS, Limits
from dialer.web.door import Records
from dialer.web.ports import (
    Alike,
    Evidence,
    Finder,
    FloorPort,
    Intake,
    Ledgers,
    Places,
    Recordings,
    Rights,
    WhatIfs,
)
from dialer.web.server import serving
from dialer.web.tokens import Tokens

if TYPE_CHECKING:
    from dialer.floor.demonstration import Demonstration


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSide:
    """Where a floor's HTTP side listens, and to whom.

    Args:
        port: 0 = any free one.
        phones: the agents' browser phones.
        archive: the recordings that were finished, where they can be reached.
        evidence: answers out of the floor's store.
        places: which client things belong to; None = nobody with walls gets further.
        accounts: of persons; None = there are tokens only.
        records: where it is written down who did what; None = nowhere.
        rights: answers what persons may ask about themselves.
        finder: finds persons by name, number or account.
        alike: knows which records may be one person's.
        intake: takes creditors' files in.
        what_ifs: runs the floor ahead, to tell what a change would do.
        limits: of what comes in.
        outside: a provider by which people sign in; None = there is none.
        certificate: to speak under; None = in clear.
        trusted_proxies: addresses and networks whose word on where somebody comes from is taken.
        shown: what a visitor may do in a demonstration; None = this is none.
    """

    tokens: Tokens
    host: str = "127.0.0.1"
    port: int = 0
    phones: Phones = field(default_factory=Phones)
    archive: Recordings | None = None
    evidence: Evidence | None = None
    places: Places | None = None
    accounts: Accounts | None = None
    records: Records | None = None
    rights: Rights | None = None
    finder: Finder | None = None
    alike: Alike | None = None
    ledgers: Ledgers | None = None
    intake: Intake | None = None
    what_ifs: WhatIfs | None = None
    limits: Limits = LIMITS
    outside: OutsideSignIn | None = None
    certificate: Certificate | None = None
    trusted_proxies: tuple[str, ...] = ()
    shown: "Demonstration | None" = None

    @asynccontextmanager
    async def mount(
        self, floor: FloorPort, network: TelephoneSystem, registry: CollectorRegistry
    ) -> AsyncGenerator[int]:
        """Serve while the block runs; gives the port. What the telephone system can do besides is offered.

        Raises:
            MendableError: the address is taken, or not ours; or something real is near a demonstration.
        """
        if self.shown is not None:
            demand_made_up(network, self.host, besides=self._of_no_demonstration())
        web = make_web(
            floor=floor,
            tokens=self.tokens,
            registry=registry,
            limits=self.limits,
            phones=self.phones,
            keypad=network if isinstance(network, KeyPad) else None,
            controls=network if isinstance(network, TalkControls) else None,
            caller_ids_tester=network if isinstance(network, TestsCallerIds) else None,
            archive=self.archive,
            evidence_desk=self.evidence,
            places=self.places,
            accounts=self.accounts,
            records=self.records,
            rights_desk=self.rights,
            finder=self.finder,
            alike_desk=self.alike,
            ledger_desk=self.ledgers,
            intake_desk=self.intake,
            what_ifs=self.what_ifs,
            trusted_proxies=self.trusted_proxies,
            outside=self.outside,
            shown=self.shown,
        )
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(web.run(), name="broadcast")]
            if self.certificate is not None:
                self.certificate.show(registry)
                beside.append(group.create_task(self.certificate.run(), name="certificate"))
            try:
                async with serving(
                    web.application,
                    host=self.host,
                    port=self.port,
                    strangers=web.strangers,
                    tls=None if self.certificate is None else self.certificate.context,
                ) as port:
                    yield port
            finally:
                for task in beside:
                    task.cancel()

    def _of_no_demonstration(self) -> dict[str, object]:
        return {
            "phones": not self.phones.names_none,
            "recordings": self.archive,
            "a provider": self.outside,
            "a certificate": self.certificate,
            "proxies": self.trusted_proxies,
            "accounts of its own": self.accounts is not (None if self.shown is None else self.shown.shown),
        }

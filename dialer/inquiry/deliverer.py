"""Sees to every delivery and webhook of a settings file, beside a floor or without one.

Files are made in a thread, so that a long pack keeps no webhook waiting. What goes wrong with one is told
once, when it begins and when it changes, and keeps no other from going on.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError
from dialer.files import own_folder
from dialer.floor.delivering.desk import Delivered, DeliveryDesk, state_of
from dialer.floor.delivering.hooks import AGENT, ANSWER_S, AT_ONCE, Hook
from dialer.floor.delivering.queue import Queue
from dialer.floor.delivering.settings import Deliveries, Webhook
from dialer.floor.delivering.signing import read_secret
from dialer.floor.drop_folders import watched_alone
from dialer.inquiry.delivering import (
    HOOKS,
    OpenStore,
    demand_clients,
    desks,
    message_of,
    queue_changes,
    write_down,
    write_down_told,
)
from dialer.inquiry.errors import NotThereError

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Deliverer:
    """See the module.

    Args:
        say: told what was done; complain: what went wrong.
        now_is: tells POSIX seconds.
        transport: carries the messages of webhooks; None = the network.
    """

    found: Deliveries
    folder: Path
    opened_store: OpenStore
    say: Say
    complain: Say
    desks: list[DeliveryDesk]
    hooks: dict[str, Queue]
    now_is: Callable[[], float] = posix_now
    transport: httpx2.AsyncBaseTransport | None = None
    _told: dict[str, str] = field(default_factory=dict[str, str], init=False)

    @classmethod
    @contextmanager
    def opened(
        cls, found: Deliveries, folder: Path, *, opened: OpenStore, say: Say, complain: Say
    ) -> Generator["Deliverer"]:
        """All of a settings file, of one process at a time.

        Raises:
            MendableError: another process delivers, or a secret, a state or the store cannot be read.
            NotThereError: something goes to a client that nobody placed accounts for.
        """
        own_folder(folder)
        with ExitStack() as stack:
            stack.enter_context(watched_alone(folder))
            with opened() as store:
                demand_clients(store, found)
            queues: dict[str, Queue] = {}
            for hook in found.webhooks:
                read_secret(Path(hook.secret_file))
                queues[hook.name] = Queue(own_folder(folder / HOOKS / hook.name))
                stack.callback(queues[hook.name].close)
            made = desks(found, folder, opened)
            for desk in made:
                desk.state()
            yield cls(
                found=found,
                folder=folder,
                opened_store=opened,
                say=say,
                complain=complain,
                desks=made,
                hooks=queues,
            )

    def now(self, name: str) -> Delivered:
        """Bring one delivery to its place at once.

        Raises:
            NotThereError: there is none of the name.
            FairdialError, OSError: it could not be made or brought; nothing is lost.
        """
        desk = next((desk for desk in self.desks if desk.delivery.name == name), None)
        if desk is None:
            names = ", ".join(desk.delivery.name for desk in self.desks) or "none"
            raise NotThereError(f"no delivery is called {name!r}", mend=f"there is {names}.")
        told = desk.deliver_now(self.now_is())
        self._delivered(desk, told)
        return told

    async def once(self) -> None:
        """Do what is due now."""
        await asyncio.to_thread(self._look_at_files)
        async with self._client() as client:
            await self._look_at_hooks(self._made_hooks(client))

    async def keep(self) -> None:
        """Do what is due, for ever."""
        async with self._client() as client, asyncio.TaskGroup() as group:
            group.create_task(self._keep_files())
            group.create_task(self._keep_hooks(self._made_hooks(client)))

    async def _keep_files(self) -> None:
        while True:
            await asyncio.to_thread(self._look_at_files)
            await asyncio.sleep(self.found.every_s)

    async def _keep_hooks(self, hooks: list[Hook]) -> None:
        while hooks:
            await self._look_at_hooks(hooks)
            await asyncio.sleep(self.found.every_s)

    # --- files ---

    def _look_at_files(self) -> None:
        for desk in self.desks:
            while True:
                try:
                    told = desk.look(self.now_is())
                    trouble = _trouble(desk)
                except (FairdialError, OSError) as error:
                    told, trouble = None, str(error)
                self._tell(f"delivery {desk.delivery.name}", trouble)
                if told is None:
                    break
                self._delivered(desk, told)

    def _delivered(self, desk: DeliveryDesk, told: Delivered) -> None:
        name = desk.delivery.name
        self.say(f"{name}: {told.file}, {told.rows:,} rows, {told.bytes:,} bytes, in {told.place}")
        try:
            with self.opened_store() as store:
                write_down(store, desk.delivery, told)
        except (FairdialError, OSError) as error:
            self.complain(f"{name}: {told.file} was delivered and is not on record: {error}")

    # --- webhooks ---

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=self.transport,
            timeout=ANSWER_S,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": AGENT},
            limits=httpx2.Limits(max_connections=2 * AT_ONCE),
        )

    def _made_hooks(self, client: httpx2.AsyncClient) -> list[Hook]:
        return [self._hook(one, client) for one in self.found.webhooks]

    def _hook(self, one: Webhook, client: httpx2.AsyncClient) -> Hook:
        key = read_secret(Path(one.secret_file))
        return Hook(settings=one, queue=self.hooks[one.name], key=key, client=client)

    async def _look_at_hooks(self, hooks: list[Hook]) -> None:
        for hook in hooks:
            name = f"webhook {hook.settings.name}"
            try:
                await self._look_at_hook(hook)
            except (FairdialError, OSError) as error:
                self._tell(name, str(error))
            except SQLAlchemyError as error:  # of its queue: no room on the disk, or somebody holds it
                self._tell(name, f"what waits for it cannot be read or written: {error}")
            else:
                self._tell(name, hook.why)

    async def _look_at_hook(self, hook: Hook) -> None:
        with self.opened_store() as store:
            await asyncio.to_thread(queue_changes, store, hook.queue, hook.settings, self.now_is())
            while True:
                came = await hook.round(self.now_is, lambda one: message_of(store, one))
                if came.sent:
                    write_down_told(store, hook.settings, came.sent, self.now_is())
                if came.put_aside:
                    count = hook.queue.standing().put_aside
                    self.complain(
                        f"webhook {hook.settings.name}: {count:,} messages are put aside; "
                        f"`fairdial deliver again {hook.settings.name}` sends them once more"
                    )
                if not came.sent:
                    return

    def _tell(self, of: str, trouble: str) -> None:
        before = self._told.get(of, "")
        if trouble and trouble != before:
            self.complain(f"{of}: {trouble}")
        if before and not trouble:
            self.say(f"{of}: goes on")
        self._told[of] = trouble


def _trouble(desk: DeliveryDesk) -> str:
    state = state_of(desk.folder)
    return "" if state is None or state.failure is None else state.failure.why

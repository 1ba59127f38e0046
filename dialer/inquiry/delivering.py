"""What is made for deliveries, out of a store: a client's results since a mark, or its pack of a day."""

import zipfile
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from dialer.access.record import Deed
from dialer.clock import posix_now
from dialer.files import made_apart, own_folder, written_text
from dialer.floor.delivering.desk import (
    ASKED,
    Delivered,
    DeliveryDesk,
    Told,
    Wanted,
    ask_now,
    pack_day,
    state_of,
)
from dialer.floor.delivering.queue import Message, Queue
from dialer.floor.delivering.settings import (
    FILE,
    Deliveries,
    Delivery,
    Webhook,
    What,
    clients_of,
    read_deliveries,
)
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.given_back import (
    Change,
    Mark,
    changes_between,
    mark_now,
    results_between,
    told,
    told_apart,
)
from dialer.inquiry.pack import pack
from dialer.inquiry.remitting import client_named
from dialer.results.given_back import (
    OURS,
    As,
    Result,
    ResultLayout,
    layout_of,
    write_csv,
    write_xlsx,
    write_ygc,
)
from dialer.settings import load_settings, settings_file
from dialer.settings_reader import SettingsError
from dialer.storage.access import deeds
from dialer.storage.store import Store

OpenStore = Callable[[], AbstractContextManager[Store]]

FOLDER, HOOKS = "deliveries", "webhooks"
"""Where the states are, in `out`; and the queues, in there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStands:
    """Where a delivery stands. `last`: what was delivered last; `next_at`: POSIX seconds of its next time;
    `waits`: the file that was made and is not there yet; `left_out`: times that nobody makes up for."""

    name: str
    client: str
    what: str
    place: str
    last: Delivered | None
    next_at: float
    waits: str
    trouble: str
    is_asked: bool
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HookStands:
    """Where a webhook stands: messages sent, waiting (the oldest since when, POSIX seconds), put aside."""

    name: str
    clients: tuple[str, ...]
    url: str
    sent: int
    waiting: int
    oldest: float | None
    put_aside: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """Where everything of a settings file stands."""

    deliveries: tuple[DeliveryStands, ...]
    webhooks: tuple[HookStands, ...]


def deliveries_named(named: Path | None) -> Deliveries | None:
    """The deliveries of a settings file; without one, of the installation's; None = it has none.

    Raises:
        SettingsError: the file cannot be read, or the settings name one that is not there.
    """
    setting = load_settings().deliveries
    file = named or settings_file().parent / (setting or FILE)
    if named is None and setting is None and not file.exists():
        return None
    return read_deliveries(file)


def demand_deliveries(named: Path | None) -> Deliveries:
    """The same. Raises SettingsError: it has none."""
    found = deliveries_named(named)
    if found is None:
        raise SettingsError(
            f"there is no {FILE} here",
            mend="write one (dialer/floor/delivering/README.md shows a whole file), or name one.",
        )
    return found


def delivery_folder(named: Path | None) -> Path:
    """Where the states are."""
    return load_settings().out / FOLDER if named is None else named


def standing(
    found: Deliveries, folder: Path, *, at: float, may_see: Callable[[str], bool] = lambda _client: True
) -> Delivering:
    """Where everything stands that is told to clients that may be seen; `at`: POSIX seconds now.

    Raises:
        MendableError: a state cannot be read.
    """
    return Delivering(
        deliveries=tuple(
            _delivery_stands(one, folder, at) for one in found.deliveries if may_see(one.client)
        ),
        webhooks=tuple(
            _hook_stands(one, folder) for one in found.webhooks if all(may_see(each) for each in one.clients)
        ),
    )


def asked_now(found: Deliveries, folder: Path, name: str, *, may_see: Callable[[str], bool]) -> None:
    """Have a delivery brought at the next look of whoever delivers. Raises NotThereError, OSError."""
    seen = [one for one in found.deliveries if may_see(one.client)]
    if name not in [one.name for one in seen]:
        names = ", ".join(one.name for one in seen) or "none"
        raise NotThereError(f"no delivery is called {name!r}", mend=f"there is {names}.")
    ask_now(folder / name)


def _delivery_stands(one: Delivery, folder: Path, now: float) -> DeliveryStands:
    state = state_of(folder / one.name)
    failure = None if state is None else state.failure
    return DeliveryStands(
        name=one.name,
        client=one.client,
        what=one.what.value,
        place=one.place,
        last=state.delivered[-1] if state is not None and state.delivered else None,
        next_at=one.when.next_after(now if state is None else max(now, state.after)),
        waits=state.made.file if state is not None and state.made is not None else "",
        trouble="" if failure is None else failure.why,
        is_asked=(folder / one.name / ASKED).exists(),
        left_out=0 if state is None else state.left_out,
    )


def _hook_stands(one: Webhook, folder: Path) -> HookStands:
    with _queue_of(one, folder) as queue:
        stands = queue.standing()
    return HookStands(name=one.name, clients=one.clients, url=one.url, **asdict(stands))


def queued_again(
    found: Deliveries, folder: Path, name: str, *, may_see: Callable[[str], bool] = lambda _client: True
) -> int:
    """Have a webhook's messages that were put aside sent once more; how many. Raises NotThereError."""
    seen = [hook for hook in found.webhooks if all(may_see(each) for each in hook.clients)]
    one = next((hook for hook in seen if hook.name == name), None)
    if one is None:
        names = ", ".join(hook.name for hook in seen) or "none"
        raise NotThereError(f"no webhook is called {name!r}", mend=f"there is {names}.")
    with _queue_of(one, folder) as queue:
        return queue.again(posix_now())


@contextmanager
def _queue_of(one: Webhook, folder: Path) -> Generator[Queue]:
    queue = Queue(own_folder(folder / HOOKS / one.name))
    try:
        yield queue
    finally:
        queue.close()


def written_results(
    results: Iterable[Result], out: Path, form: As, layout: ResultLayout = OURS, *, firm: str = ""
) -> int:
    """Write results to a file, whole or not at all; returns how many.

    Raises:
        LayoutError: a cell does not fit.
        OSError: it could not be written.
    """
    if form is As.XLSX:
        with made_apart(out) as part:
            return write_xlsx(results, part, layout)
    with written_text(out) as text:
        if form is As.YGC:
            return write_ygc(results, text, layout, firm=firm)
        return write_csv(results, text, layout)


def desks(found: Deliveries, folder: Path, opened: OpenStore) -> list[DeliveryDesk]:
    """A desk for each delivery, with its state under a folder."""

    def make(wanted: Wanted, out: Path) -> Told:
        with opened() as store:
            return made(store, wanted, out)

    own_folder(folder)
    return [DeliveryDesk(delivery=one, folder=folder / one.name, make=make) for one in found.deliveries]


def made(store: Store, wanted: Wanted, out: Path) -> Told:
    """Write what is wanted to a path.

    Raises:
        NotThereError: nobody placed accounts under the client's name.
        LayoutError, SettingsError: its layout is wrong.
        OSError: it could not be written.
    """
    one = wanted.delivery
    known = client_named(store, one.client)
    if one.what is What.PACK:
        return _made_pack(store, wanted, known, out)
    layout = layout_of(Path(one.layout)) if one.layout else OURS
    until = mark_now(store)
    since = Mark(sequence=wanted.sequence, at=wanted.told_until)
    found = results_between(store, since, until, client=known)
    rows = written_results(found, out, one.form, layout, firm=one.firm)
    return Told(rows=rows, sequence=until.sequence, told_until=until.at)


def _made_pack(store: Store, wanted: Wanted, client: str, out: Path) -> Told:
    day = pack_day(wanted.delivery, wanted.due_at)
    with TemporaryDirectory(dir=out.parent, prefix=".pack.") as aside:
        folder = Path(aside) / "pack"
        told = pack(store, client, day=day, folder=folder, at=posix_now())
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
    return Told(rows=len(told.files))


def queue_changes(store: Store, queue: Queue, hook: Webhook, now: float) -> int:
    """Queue what came since the mark, one message an account; how many. It begins with its first look:
    what was before is nobody's.

    Raises:
        MendableError: the store or the queue cannot be read.
    """
    until = mark_now(store)
    known = queue.mark()
    if known is None:
        queue.add((), sequence=until.sequence, told_until=until.at)
        return 0
    since = Mark(sequence=known[0], at=known[1])
    tells = {each.value for each in hook.tells}
    count = 0
    for changes in changes_between(store, since, until):
        wanted = [change for change in changes if change.kind in tells]
        found = [
            Message(name=result.change, account=_account(change), body=msgspec.json.encode(change), since=now)
            for change, result in told_apart(store, wanted, clients=hook.clients)
        ]
        # The mark stays until the last page is queued: whoever is killed reads all of them again.
        queue.add(found, sequence=since.sequence, told_until=since.at)
        count += len(found)
    queue.add((), sequence=until.sequence, told_until=until.at)
    return count


def message_of(store: Store, one: Message) -> bytes | None:
    """What a message says now: the type, when it was, and the change as in `fairdial export results`."""
    change = msgspec.json.decode(one.body, type=Change)
    result = next(told(store, [change]), None)
    if result is None:
        return None
    said = {"type": f"account.{result.kind}", "timestamp": result.at, "data": asdict(result)}
    return msgspec.json.encode(said)


def _account(change: Change) -> str:
    assert change.debts is not None
    return change.debts[0]


def demand_clients(store: Store, found: Deliveries) -> None:
    """Raises NotThereError: something goes to a client that nobody placed accounts for."""
    for client, what in clients_of(found):
        try:
            client_named(store, client)
        except NotThereError as error:
            raise NotThereError(error.what, where=what, mend=error.mend) from error


def write_down(store: Store, delivery: Delivery, told: Delivered) -> None:
    """Put on record who got which file of whose people."""
    _put_on_record(
        store,
        told.at,
        about=(f"client:{delivery.client}", f"delivery:{delivery.name}"),
        why=f"{told.file} sha256 {told.sha256}",
        outcome="delivered",
    )


def write_down_told(store: Store, hook: Webhook, count: int, at: float) -> None:
    """Put on record that an address was told of changes of these clients' accounts."""
    clients = tuple(f"client:{client}" for client in hook.clients)
    about = (*clients, f"webhook:{hook.name}")
    _put_on_record(store, at, about=about, why=f"{count} changes", outcome="taken")


def _put_on_record(store: Store, at: float, *, about: tuple[str, ...], why: str, outcome: str) -> None:
    deed = Deed(
        at=at, who="deliver", address="command", action="deliver", about=about, why=why, outcome=outcome
    )
    store.write(lambda connection: deeds.append(connection, [deed]))

"""What goes back to clients by itself, when and where: `fairdial-deliveries.toml`.

    [[deliveries]]
    name = "acme-results"            # also of its folder of state
    client = "ACME"
    what = "results"                 # or "pack": yesterday's daily pack, as one ZIP
    form = "csv"                     # results: csv, xlsx or ygc
    layout = "acme-results.toml"     # the client's own headings and codes
    folder = "/srv/clients/acme/out" # where it is put, or [deliveries.sftp]
    [deliveries.when]
    at = [06:30:00]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    time_zone = "America/New_York"

    [[webhooks]]
    name = "acme"
    url = "https://hooks.example.com/fairdial"
    secret_file = "acme.webhook"     # what `fairdial deliver secret FILE` wrote; the client has the same
    clients = ["ACME"]

Paths are meant from where the file is.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from compliance_gate.valid import Within, Words
from dialer.domain.valid import valid
from dialer.floor.delivering.schedule import Schedule
from dialer.floor.delivering.sftp import Sftp
from dialer.floor.delivering.words import Short
from dialer.results.given_back import As
from dialer.settings_reader import SettingsError, SettingsReader

FILE = "fairdial-deliveries.toml"

_MEND = "dialer/floor/delivering/README.md shows a whole file."
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Client = Annotated[str, Words(least=1, most=200)]


class What(Enum):
    """What a delivery holds."""

    RESULTS = "results"
    PACK = "pack"


class Told(Enum):
    """What webhooks tell."""

    ATTEMPT = "attempt"
    PROMISE = "promise"
    REQUEST = "request"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Delivery:
    """One thing that goes to one client at its times.

    Args:
        folder: where it is put; '' = to `sftp`.
        layout: file with the client's headings and codes, '' = ours; `firm`: our name in its system (ygc).
    """

    name: Short
    client: Client
    what: What
    when: Schedule
    form: As = As.CSV
    layout: str = ""
    firm: Annotated[str, Words(most=200)] = ""
    folder: str = ""
    sftp: Sftp | None = None

    def __post_init__(self) -> None:
        if bool(self.folder) == (self.sftp is not None):
            raise SettingsError(
                f"delivery {self.name!r} goes nowhere, or to two places",
                mend="say either folder = or [deliveries.sftp].",
            )
        if self.what is What.PACK and (self.layout or self.firm or self.form is not As.CSV):
            raise SettingsError(
                f"delivery {self.name!r}: a pack has files of its own; form, layout and firm are of results",
                mend="take them out.",
            )

    @property
    def place(self) -> str:
        """Where it goes, for people."""
        return self.folder or str(self.sftp)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Webhook:
    """An address that is told each change as it comes.

    Args:
        secret_file: with the secret that signs (Standard Webhooks); of us alone.
        clients: whose accounts it is told of.
        tells: of which kinds.
        give_up_s: seconds after which a message that was never taken is put aside.
    """

    name: Short
    url: Annotated[str, Words(least=1, most=2_000)]
    secret_file: str
    clients: tuple[Client, ...]
    tells: tuple[Told, ...] = tuple(Told)
    give_up_s: Annotated[float, Within(60.0, 30 * 86_400.0, "seconds")] = 2 * 86_400.0

    def __post_init__(self) -> None:
        why = _wrong_address(self.url)
        if why:
            raise SettingsError(f"webhook {self.name!r}: {why}", mend="write it as https://HOST/PATH.")
        if not self.clients or not self.tells:
            raise SettingsError(f"webhook {self.name!r} is told nothing", mend="name clients, and kinds.")


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Deliveries:
    """Settings of all. `every_s`: seconds between two looks."""

    deliveries: tuple[Delivery, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    every_s: Annotated[float, Within(0.5, 3_600.0, "seconds")] = 5.0

    def __post_init__(self) -> None:
        for kind, names in (
            ("delivery", [one.name for one in self.deliveries]),
            ("webhook", [one.name for one in self.webhooks]),
        ):
            again = [name for name, count in Counter(names).items() if count > 1]
            if again:
                raise SettingsError(f"{kind} {again[0]!r} stands twice", mend="give each a name of its own.")


def read_deliveries(file: Path) -> Deliveries:
    """The deliveries of a settings file. Raises SettingsError."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", where=str(file), mend=_MEND) from error
    found = SettingsReader().read(Deliveries, table, where=str(file), mend=_MEND)
    base = file.resolve().parent
    return replace(
        found,
        deliveries=tuple(_from(base, one) for one in found.deliveries),
        webhooks=tuple(_hook_from(base, one) for one in found.webhooks),
    )


def clients_of(found: Deliveries) -> Iterable[tuple[str, str]]:
    """Who is told anything, and by what."""
    for one in found.deliveries:
        yield one.client, f"delivery {one.name}"
    for hook in found.webhooks:
        for client in hook.clients:
            yield client, f"webhook {hook.name}"


def _from(base: Path, one: Delivery) -> Delivery:
    return replace(
        one,
        folder=str(base / one.folder) if one.folder else "",
        layout=str(base / one.layout) if one.layout else "",
        sftp=None if one.sftp is None else one.sftp.beside(base),
    )


def _hook_from(base: Path, one: Webhook) -> Webhook:
    return replace(one, secret_file=str(base / one.secret_file))


def _wrong_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{url!r} is no address: {error}"
    if not host or parts.scheme not in ("http", "https"):
        return f"{url!r} is no address of a web server"
    if parts.username or parts.password:
        return "a password in an address is written down wherever the address is; the signature is enough"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "what is told is about people: in clear it goes to this machine alone"
    return ""

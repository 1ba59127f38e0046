"""What an installation may set: `fairdial.toml` in the working folder, or environment variables.

    store = "fairdial-out/fairdial.db"      # a file, or a PostgreSQL address
    out = "fairdial-out"                    # where rehearsals and reports go
    signatures = "fairdial-signatures.yaml" # who answers for places of which only federal law is known
    licences = "fairdial-licences.yaml"     # who collects, from where and under which licences
    clients = "fairdial-clients.toml"       # what each client's contract says of accounts and money
    deliveries = "fairdial-deliveries.toml" # what goes back to clients by itself
    keys = "/etc/fairdial/keys"             # folder of keys and signed heads; "keys" in `out` if not set

    [http]                                  # where a live floor's HTTP side listens, behind which proxies
    [http.tls]                              # under which certificate
    [asterisk]                              # its telephone system; config/fairdial.example.toml shows all
    [[caller_ids]]                          # numbers of ours; dialer.domain.caller_id.OwnedNumber
    [[caller_id_pools]]                     # which of them a client's calls show; CallerIdPool there
    [caller_id_tests]                       # at which hour the numbers are called, to see that they lead back
    [[campaigns]]                           # what it calls; dialer.domain.campaign.CampaignSettings
    [sign_in]                               # an outside provider by which people sign in
    [evidence]                              # how often the journal's head is signed, and where it is sent
    [wages]                                 # what an agent's hour costs: cents_an_hour, currency
    [rehearsal]                             # another day and hour, where nobody real can be called

`FAIRDIAL_CONFIG` names another file. An environment variable `FAIRDIAL_STORE` beats the file, and so does
`FAIRDIAL_ASTERISK__AMI__SECRET` with what stands in a section; a command's own option beats both. In place of
any `secret` there may be a `secret_file`: the path, from the settings file's folder, of a file that holds it.
An unknown name in the file is refused: a setting that is silently ignored is worse than none.
"""

import ipaddress
import os
from datetime import time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dialer.settings_reader import SettingsError

FILE = "fairdial.toml"
EXAMPLE = "config/fairdial.example.toml shows a whole file."
FILE_NAMED_BY = "FAIRDIAL_CONFIG"

Section = dict[str, Any]
"""A part of the file that somebody else's types check: the telephone system's, a campaign's."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}: write it as America/New_York") from error
    return name


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address and no network: {error}") from error
    return text


PersonRole = Literal["agent", "supervisor", "qa", "analyst", "compliance", "administrator"]
"""What a person can be, in the words of `dialer.access.roles`."""


class Tls(BaseModel):
    """The files of a certificate, as PEM, from the settings file's folder: the chain, our own first, and its
    key, without a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    certificate: Path
    key: Path


class HttpSide(BaseModel):
    """Where a live floor's HTTP side listens; `port` 0 = any free one.

    `tls`: None = in clear. `second_factor_of`: roles that demand a second factor of whoever signs in here
    with a password; [] = it is left to each. `trusted_proxies`: addresses and networks from which
    `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    tls: Tls | None = None
    second_factor_of: list[PersonRole] = Field(default_factory=lambda: ["administrator", "compliance"])
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(default_factory=list[str])


class RehearsalTime(BaseModel):
    """The day and hour that a floor's clock shows at its first start, for a floor that calls nobody real."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: AwareDatetime


class CallerIdTests(BaseModel):
    """When our own numbers are called, to see whether each leads back to us.

    `daily_at`: local time from which on each is called once; `time_zone`: where. `beside_calls`: only while
    no more calls than that are in flight.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    daily_at: time
    time_zone: Annotated[str, AfterValidator(_zone)]
    beside_calls: int = Field(default=0, ge=0)


class Wages(BaseModel):
    """What an agent's hour costs, for the cost of what is collected; cents of a currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cents_an_hour: int = Field(gt=0, le=10_000_000)
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")


class Evidence(BaseModel):
    """How the end of a running floor's journal is attested.

    `every_s`: seconds between two signed heads; `send`: a command (program and arguments) that is given each
    as a line of JSON on its standard input, to keep it where nobody of this machine can change it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_s: float = Field(default=60.0, gt=0)
    send: list[str] = Field(default_factory=list[str])


class Settings(BaseSettings):
    """One installation's settings."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        toml_file=FILE, env_prefix="FAIRDIAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    out: Path = Field(default=Path("fairdial-out"), description="folder for rehearsals and reports")
    store: str | None = Field(default=None, description="store to work on; None = the last one written")
    signatures: str | None = Field(
        default=None, description="file of `fairdial law register sign`; `sample` = nobody's, for rehearsals"
    )
    licences: str | None = Field(default=None, description="file of `fairdial licences`")
    clients: str | None = Field(default=None, description="file of the clients' contracts")
    deliveries: str | None = Field(default=None, description="file of what goes back to clients by itself")
    keys: Path | None = Field(default=None, description="folder of keys and signed heads")
    evidence: Evidence = Field(default_factory=Evidence)
    http: HttpSide = Field(default_factory=HttpSide)
    sign_in: Section | None = Field(default=None, repr=False)
    asterisk: Section | list[Section] | None = Field(default=None, repr=False)
    caller_ids: list[Section] = Field(default_factory=list[Section])
    caller_id_pools: list[Section] = Field(default_factory=list[Section])
    caller_id_tests: CallerIdTests | None = None
    campaigns: list[Section] = Field(default_factory=list[Section])
    rehearsal: RehearsalTime | None = None
    wages: Wages | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; no dotenv, which would be a second place to look."""
        del dotenv_settings
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        return init_settings, env_settings, file, file_secret_settings


def settings_file() -> Path:
    """The file that is read: the one `FAIRDIAL_CONFIG` names, or the working folder's."""
    return Path(os.environ.get(FILE_NAMED_BY) or FILE)


def use_settings_file(file: Path) -> None:
    """Read this file from now on, in this process and in those it starts.

    Raises:
        SettingsError: there is no such file.
    """
    if not file.is_file():
        raise SettingsError(f"there is no settings file {file}", where=str(file), mend="check the path.")
    os.environ[FILE_NAMED_BY] = str(file.resolve())


def load_settings() -> Settings:
    """The settings of the working folder, or of the file that is named.

    Raises:
        SettingsError: with the name of the setting, what is wrong and where to mend it.
    """
    file = settings_file()
    if FILE_NAMED_BY in os.environ and not file.is_file():
        raise SettingsError(
            f"there is no settings file {file}, which {FILE_NAMED_BY} names", mend="check the path."
        )
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        parts = [str(part) for part in first["loc"]]
        variable = "FAIRDIAL_" + "__".join(parts).upper()
        raise SettingsError(
            f"setting {'.'.join(parts)!r}: {first['msg']}",
            where=f"{file}, or the variable {variable}",
            mend=EXAMPLE,
        ) from None  # pydantic's own words show what was given, which may be a secret
    except ValueError as error:  # the file is no TOML, or a variable no JSON
        raise SettingsError(f"the settings cannot be read: {error}", where=str(file), mend=EXAMPLE) from error


def with_secrets(section: Section, *, folder: Path) -> Section:
    """The section with every `secret_file` read and put in place as `secret`, at any depth.

    Args:
        folder: that relative paths start from: the settings file's.

    Raises:
        SettingsError: both are given, or the file cannot be read or is empty; no secret is told.
    """
    made: Section = {}
    for name, value in section.items():
        if name == "secret_file":
            made["secret"] = _read_secret(section, Path(str(value)), folder)
        elif isinstance(value, dict):
            made[name] = with_secrets(cast("Section", value), folder=folder)
        elif isinstance(value, list):
            parts = cast("list[object]", value)
            made[name] = [
                with_secrets(cast("Section", part), folder=folder) if isinstance(part, dict) else part
                for part in parts
            ]
        else:
            made[name] = value
    return made


def _read_secret(section: Section, file: Path, folder: Path) -> str:
    if "secret" in section:
        raise SettingsError(f"both secret and secret_file ({file}) are given; one of them has to go")
    try:
        text = (folder / file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError(f"secret_file {folder / file}: {reason}") from None
    if not text:
        raise SettingsError(f"secret_file {folder / file} is empty")
    return text

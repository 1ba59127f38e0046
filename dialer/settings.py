"""What an installation may set: `fairdial.toml` in the working folder, or environment variables.

    store = "fairdial-out/fairdial.db"      # a file, or a PostgreSQL address
    out = "fairdial-out"                    # where rehearsals and reports go

An environment variable `FAIRDIAL_STORE` beats the file; a command's own option beats both. An unknown name in
the file is refused: a setting that is silently ignored is worse than none.
"""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dialer.domain.errors import FairdialError

FILE = "fairdial.toml"


class SettingsError(FairdialError):
    """The settings file or an environment variable holds something it may not."""


class Settings(BaseSettings):
    """One installation's settings."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        toml_file=FILE, env_prefix="FAIRDIAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    out: Path = Field(default=Path("fairdial-out"), description="folder for rehearsals and reports")
    store: str | None = Field(default=None, description="store to work on; None = the last one written")

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
        file = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, file, file_secret_settings


def load_settings() -> Settings:
    """The settings of the working folder.

    Raises:
        SettingsError: with the name of the setting, what is wrong and where to mend it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name!r}: {first['msg']}. Mend it in {FILE} or in FAIRDIAL_{name.upper()}."
        ) from error
    except ValueError as error:  # tomllib's: the file is no TOML
        raise SettingsError(f"{FILE} cannot be read: {error}") from error

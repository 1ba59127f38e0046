"""Brings a store's tables to this program's version, from a checkout or from the installed wheel."""

from functools import cache

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from dialer.domain.errors import FairdialError, StoreDamagedError
from dialer.storage.database import access_tables


class SchemaMismatchError(FairdialError):
    """The store's tables are of another version of the program: migrate it, or use the newer program."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "dialer.storage:migrations")
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection, *, revision: str = "head") -> None:
    """Create the tables or bring them to a revision, the newest; inside the caller's transaction.

    Raises:
        StoreDamagedError: there are tables, and they are another program's.
        SchemaMismatchError: a newer version of this program has written them.
    """
    found = revision_of(connection)
    if found is None and (strangers := inspect(connection).get_table_names()):
        raise StoreDamagedError(
            f"this is no store of Fairdial: it holds another program's table {sorted(strangers)[0]!r}; "
            "name another file or database"
        )
    if found is not None and not is_known(found):
        raise SchemaMismatchError(f"the store is at revision {found}, which this program does not know yet")
    if found != newest_revision():
        command.upgrade(_config(connection), revision)


def is_known(revision: str) -> bool:
    """Whether this program can bring a store of a revision to its own."""
    return revision in _known_revisions()


def revision_of(connection: Connection) -> str | None:
    """The revision the store is at; None when it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """The revision this program writes; looked up once, since every opening of a store asks."""
    config = Config()
    config.set_main_option("script_location", "dialer.storage:migrations")
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None, "the package ships its migrations"
    return head


@cache
def _known_revisions() -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", "dialer.storage:migrations")
    return frozenset(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def check(connection: Connection) -> None:
    """Refuse a store of another version.

    Raises:
        SchemaMismatchError: with what to do.
    """
    found, newest = revision_of(connection), newest_revision()
    if found != newest:
        raise SchemaMismatchError(f"the store is at revision {found}, this program needs {newest}")


def differences(connection: Connection) -> list[object]:
    """What the migrated tables lack against `tables.py`; empty when they agree."""
    return list(compare_metadata(MigrationContext.configure(connection), access_tables.metadata))

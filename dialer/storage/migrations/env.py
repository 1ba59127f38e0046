"""Alembic's entry: runs on the connection that `dialer.storage.database.schema` hands over, on no other."""

from typing import cast

from alembic import context
from sqlalchemy import Connection

from dialer.storage.database.tables import metadata

connection = cast("Connection | None", context.config.attributes.get("connection"))
if connection is None:
    raise SystemExit(
        "run migrations with `fairdial`, or through dialer.storage.database.schema.migrate(connection)"
    )

context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

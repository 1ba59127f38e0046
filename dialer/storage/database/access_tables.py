"""Tables of who may, and who did: accounts, their links, sessions and tokens, and the record of deeds."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table, Text

from dialer.storage.database.tables import metadata

_Place = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


accounts = Table(
    "accounts",
    metadata,
    _key("account"),
    _text("title"),
    _text("roles", default="[]"),
    _text("walls", default="{}"),
    Column("agent", Text),
    Column("password", Text),
    Column("totp", Text),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    _text("recovery", default="[]"),
    Column("is_disabled", Boolean, nullable=False, server_default=sa.false()),
    Column("created_at", Float, nullable=False),
)

account_links = Table(
    "account_links",
    metadata,
    _key("digest"),
    _text("account", default=None),
    Column("expires_at", Float, nullable=False),
)
"""One-time links with which somebody sets their password; one that was used is taken away."""

account_sessions = Table(
    "account_sessions",
    metadata,
    _key("digest"),
    _text("account", default=None),
    _text("csrf", default=None),
    _text("address"),
    Column("began_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("is_from_outside", Boolean, nullable=False, server_default=sa.false()),
)
"""`is_from_outside`: an outside provider said who it is, whose affair second factors are."""

account_tokens = Table(
    "account_tokens",
    metadata,
    _key("token"),
    _text("digest", default=None),
    _text("account", default=None),
    _text("title"),
    _text("roles", default="[]"),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),
    Column("revoked_at", Float),
)

deeds = Table(
    "deeds",
    metadata,
    Column("place", _Place, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    _text("who", default=None),
    _text("session"),
    _text("address"),
    _text("action", default=None),
    _text("about", default="[]"),
    _text("why"),
    _text("outcome"),
    _text("link", default=None),
)
"""Who did what, chained by `link`; triggers refuse every change and removal."""

rights_requests = Table(
    "rights_requests",
    metadata,
    _key("request"),
    _text("person", default=None),
    _text("law", default=None),
    _text("kind", default=None),
    _text("received", default=None),
    _text("last_day", default=None),
    _text("state", default=None),
    Column("ended_on", Text),
    _text("words"),
)
"""What persons asked of us about their data (`dialer.domain.rights_request`); `words` are sealed."""

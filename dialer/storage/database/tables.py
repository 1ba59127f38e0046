"""Every table of the store. SQLite and PostgreSQL alike; instants are POSIX seconds UTC, days ISO text.

Four kinds of table, and who writes each:

* what was placed (clients, persons, numbers, addresses, debts and their ties): intake, by a published import;
* what happened (journal) and its projections (attempts, facts, leads, agent states, ...): the engine's steps,
  in one transaction with the journal row;
* who people are (sealed): apart and under keys that are not in the store, so that a person can be forgotten
  while pseudonymous counts stay;
* the store's own (meta, owner, checkpoints, imports).
"""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text

from dialer.domain.lead import LEAD

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Serial = BigInteger().with_variant(Integer, "sqlite")
"""A counting key: SQLite counts only a column of type INTEGER."""

_Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its code points everywhere, as Python does."""


def _serial() -> Column[int]:
    return Column("id", _Serial, primary_key=True, autoincrement=True)


def _text(name: str, *, default: str | None = "") -> Column[str]:
    """Text that is never null."""
    return Column(name, Text, nullable=False, server_default=default)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _partial(name: str, column: Column[str]) -> Index:
    present = column.is_not(None)
    return Index(name, column, sqlite_where=present, postgresql_where=present)


# --- the store's own --------------------------------------------------------------------------------------

meta = Table("meta", metadata, _key("key"), _text("value", default=None))

owner = Table(
    "owner",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("who", default=None),
    Column("since", Float, nullable=False),
)
"""Who holds the exclusive lock, for messages; the lock itself belongs to the operating system or server."""

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("term", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False),
    _text("holder"),
    _text("address"),
)
"""Who is in charge, see `dialer.domain.lease`; apart from `owner`, at which every transaction looks."""

journal = Table(
    "journal",
    metadata,
    Column("sequence", _Serial, primary_key=True, autoincrement=False),
    Column("now", Float, nullable=False),
    _text("event", default=None),
    Column("fate", Text),
    Column("entry", LargeBinary, nullable=False),
    Column("dictionary", BigInteger),
    Column("link", LargeBinary),
)
"""`fate`: null = the event was taken. `entry`: packed bytes (`dialer.storage.journal.packing`) that need this
`dictionary`. `link`: of the chain; null in entries of format 1."""

dictionaries = Table(
    "dictionaries",
    metadata,
    Column("dictionary", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", _Serial, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""What packed entries refer to; `sequence`: of the first entry that may."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("sequence", _Serial, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    _text("sha256", default=None),
    Column("body", LargeBinary, nullable=False),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    _key("rulebook"),
    Column("first_used_at", Float, nullable=False),
    _text("versions"),
    Column("text", Text),
    Column("sources", Text),
)
"""`text`: what the rulebook's hash was made of; `sources`: the files and signatures that it can be read from
again. Null = it was not kept."""

rulebook_uses = Table(
    "rulebook_uses",
    metadata,
    _serial(),
    _text("rulebook", default=None),
    Column("since", Float, nullable=False),
)
"""Which rulebook was in force from when on, in the order in which floors began to work under them."""

# --- what was placed --------------------------------------------------------------------------------------

clients = Table("clients", metadata, _key("client"), _text("name"))

campaigns = Table(
    "campaigns",
    metadata,
    _key("campaign"),
    _text("client"),
    _text("state", default="idle"),
    _text("settings", default="{}"),
    Column("sequence", _Serial, nullable=False, server_default="0"),
)

persons = Table(
    "persons",
    metadata,
    _key("person"),
    _text("client"),
    _text("language", default="en"),
    Column("doubtful", Boolean, nullable=False, server_default=sa.false()),
    Column("import_id", Text),
)

sealed = Table(
    "sealed",
    metadata,
    _key("subject"),
    Column("body", LargeBinary, nullable=False),
    Column("match_key", Text, index=True),
)
"""Who people are, each under a key of their own (`dialer.storage.identities`); `subject`: a person, or a
number that was typed by hand. `match_key`: keyed hash of name and birthday, null when not known. Two
persons with one key may be one person."""

addresses = Table(
    "addresses",
    metadata,
    _key("address"),
    Column("person", Text, nullable=False, index=True),
    _text("kind", default="residential"),
    Column("country", Text),
    Column("region", Text),
    Column("city", Text),
    Column("zones", Text),
)
"""`zones`: JSON list, null = it could not be placed."""

numbers = Table(
    "numbers",
    metadata,
    _key("number"),
    _text("kind", default="unknown"),
    Column("country", Text),
    Column("zones", Text),
    _text("regions", default="[]"),
    _text("on_lists", default="[]"),
    Column("dnc_checked", Boolean),
    Column("ported_from_landline_at", Float),
    Column("institution", Text),
)

person_numbers = Table(
    "person_numbers",
    metadata,
    _key("person"),
    _key("number"),
    _text("role", default="unknown"),
    Column("place", Text),
    Column("rank", Integer, nullable=False, server_default="0"),
    _text("source"),
    Index("ix_person_numbers_number", "number"),
)

debts = Table(
    "debts",
    metadata,
    _key("debt"),
    _text("client"),
    _text("placement"),
    _text("type", default="other"),
    Column("servicer_account", Text),
    _text("original_creditor"),
    _text("current_creditor"),
    Column("balance_cents", BigInteger, nullable=False),
    _text("currency", default="USD"),
    Column("delinquent_since", Text),
    Column("recall_on", Text),
    Column("limitation_ends", Text),
    Column("priority", Float, nullable=False, server_default="0"),
    _text("state", default="open"),
    Column("import_id", Text),
)
"""`debt`: keyed hash of client and account number, which are sealed with whoever owes it; `servicer_account`:
a keyed hash, too."""

placed_before = Table(
    "placed_before",
    metadata,
    _serial(),
    Column("person", Text, nullable=False),
    Column("until", Float, nullable=False),
    _text("body", default=None),
    Index("ix_placed_before_person", "person", "until"),
)
"""What had been placed of a person, as the gate saw it, until a later file changed it."""

person_debts = Table(
    "person_debts",
    metadata,
    _key("person"),
    _key("debt"),
    _text("role", default="consumer"),
    Index("ix_person_debts_debt", "debt"),
)

# --- what happened, and what follows for the next decision ------------------------------------------------

facts = Table(
    "facts",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False, server_default="0"),
    Column("person", Text),
    Column("number", Text),
    Column("debt", Text),
    _text("kind", default=None),
    Column("at", Float, nullable=False),
    _text("body", default="null"),
    Column("import_id", Text),
    Column("contact", Text),
    Column("about", Text),
)
"""Requests, consents, holds, their lifting, conversations and edits, in the order in which they came: what
`dialer.domain.facts` applies to a person's file. Exactly one of person, number, debt says whom it binds.
`contact`: the call or message it was made in, where that is known. `about`: the person from whom a fact came
that binds by a number."""

_partial("ix_facts_person", facts.c.person)
_partial("ix_facts_number", facts.c.number)
_partial("ix_facts_debt", facts.c.debt)
_partial("ix_facts_contact", facts.c.contact)

suppressions = Table(
    "suppressions",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    _text("scope", default=None),
    Column("person", Text),
    Column("number", Text),
    Column("debt", Text),
    _text("source"),
    Column("at", Float, nullable=False),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False, server_default="0"),
    Column("import_id", Text),
    Column("debt", Text, nullable=False),
    Column("key", Text, nullable=False),
    _text("kind", default=None),
    Column("cents", BigInteger, nullable=False),
    _text("currency", default=None),
    Column("effective_on", Text, nullable=False),
    Column("part", Text),
    Column("undoes", Text),
    Column("reason", Text),
    _text("method", default="unknown"),
    _text("reference"),
    _text("paid_to", default="us"),
    Column("clears_on", Text),
    Column("at", Float, nullable=False),
    Index("ix_ledger_entries_debt", "debt", "key", unique=True),
)
"""What was posted to accounts, only ever added to; `undoes`: the key that an entry names. An account without
rows has the one entry of its placement, which `dialer.storage.ledgers` makes of its balance."""

leads = Table(
    "leads",
    metadata,
    Column("lead", _Bytewise, primary_key=True),
    _text("campaign", default=None),
    _text("debt", default=None),
    _text("state", default=LEAD.initial.value),
    Column("not_before", Float, nullable=False, server_default="0"),
    Column("reserve_agent", Boolean, nullable=False, server_default=sa.false()),
    Column("reserve_for", Text),
    Column("priority", Float, nullable=False, server_default="0"),
    Column("passes", Integer, nullable=False, server_default="0"),
    _text("needs", default="[]"),
    _text("reason"),
    Index("ix_leads_debt", "debt"),
    Index("ix_leads_waiting", "campaign", "state", "not_before"),
)
"""`state`: see `dialer.domain.lead`."""

Index(
    "ix_leads_order",
    leads.c.campaign,
    leads.c.state,
    leads.c.reserve_agent.desc(),
    leads.c.priority.desc(),
    leads.c.passes,
    leads.c.lead,
)

attempts = Table(
    "attempts",
    metadata,
    _key("attempt"),
    Column("campaign", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("number", Text, nullable=False),
    _text("debts", default="[]"),
    _text("zones", default="[]"),
    _text("rulebook"),
    Column("launched_at", Float, nullable=False),
    Column("guaranteed", Boolean, nullable=False),
    Column("answered_at", Float),
    Column("bridged_at", Float),
    Column("talk_ended_at", Float),
    Column("ended_at", Float),
    Column("wrapped_at", Float),
    Column("agent", Text),
    Column("outcome", Text),
    _text("cause"),
    Column("abandoned", Boolean),
    Column("message_played", Boolean, nullable=False),
    Column("disposition_kind", Text),
    Column("disposition", Text),
    _text("caller_id"),
    Column("early_media", Boolean, nullable=False, server_default=sa.false()),
    Column("detected", Text),
    _text("detection_cause"),
    Column("detection_s", Float),
    _text("played", default="[]"),
    Column("recorded", Boolean),
    Column("overflow_at", Float),
    Column("sip_code", Integer),
    Column("recording", Text),
    Index("ix_attempts_person", "person", "launched_at"),
    Index("ix_attempts_number", "number", "launched_at"),
    Index("ix_attempts_launched", "campaign", "launched_at"),
)

_open = attempts.c.ended_at.is_(None)
_talked = attempts.c.agent.is_not(None)
Index(
    "ix_attempts_agent",
    attempts.c.agent,
    attempts.c.launched_at,
    sqlite_where=_talked,
    postgresql_where=_talked,
)
Index("ix_attempts_open", attempts.c.launched_at, sqlite_where=_open, postgresql_where=_open)

findings = Table("findings", metadata, _key("attempt"), Column("sequence", _Serial, nullable=False))
"""In which step of the journal the attempt was cleared, with every rule that was asked."""

inbound_calls = Table(
    "inbound_calls",
    metadata,
    _key("call"),
    Column("number", Text, index=True),
    Column("arrived_at", Float, nullable=False, index=True),
    Column("waited_since", Float),
    Column("answer_within_s", Float),
    Column("ended_at", Float),
    Column("opted_out", Boolean, nullable=False),
    Column("unserved", Boolean, nullable=False),
    Column("agent", Text),
    Column("bridged_at", Float),
    Column("person", Text, index=True),
    Column("disposition_kind", Text),
    Column("body", Text, nullable=False),
)
"""People who called us; `body` is the whole `InboundRecord`."""

denials = Table(
    "denials",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    Column("lead", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("retry_at", Float),
    _text("rulebook"),
    _text("rules", default="[]"),
)
"""The findings of a denial are in its step of the journal."""

promises = Table(
    "promises",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    Column("attempt", Text, nullable=False, index=True),
    Column("person", Text, nullable=False, index=True),
    _text("debts", default="[]"),
    Column("cents", BigInteger),
    Column("currency", Text),
    Column("due_at", Float),
    Column("at", Float, nullable=False),
    Column("withdrawn_at", Float),
    _text("parts", default="[]"),
    Index("ix_promises_debts", "debts"),
)
"""`parts`: JSON list of [cents, due_at], of what was promised in several. `withdrawn_at`: something else was
said of the talk then, which took the place of the promise."""

agent_states = Table(
    "agent_states",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    Column("agent", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    _text("state", default=None),
    _text("reason"),
    Column("at", Float, nullable=False),
    Index("ix_agent_states_at", "at"),
)

pacing_decisions = Table(
    "pacing_decisions",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    Column("campaign", Text, nullable=False),
    _text("pool", default="[]"),
    Column("launches", Integer, nullable=False),
    Column("launched", Integer, nullable=False),
    _text("reason"),
    _text("terms", default="[]"),
    Column("at", Float, nullable=False),
    Index("ix_pacing_decisions_at", "campaign", "at"),
)

alarms = Table(
    "alarms",
    metadata,
    _serial(),
    Column("sequence", _Serial, nullable=False),
    _text("subject"),
    _text("text"),
    Column("at", Float, nullable=False),
)

# --- files that came in -----------------------------------------------------------------------------------

imports = Table(
    "imports",
    metadata,
    _key("import_id"),
    _text("file_name"),
    _text("sha256"),
    _text("campaign"),
    _text("state", default=None),
    Column("started_at", Float, nullable=False),
    Column("published_at", Float),
    Column("lines", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    _text("report", default="{}"),
)
"""States: `staging` (arriving), `published` (the flip happened; staged accounts are being put in place),
`finished`, `abandoned`."""

import_rejects = Table(
    "import_rejects",
    metadata,
    _serial(),
    Column("import_id", Text, nullable=False, index=True),
    Column("line", Integer, nullable=False),
    _text("column"),
    _text("reason"),
    _text("value"),
)

staged_accounts = Table(
    "staged_accounts",
    metadata,
    _serial(),
    Column("import_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_staged_accounts_import", "import_id", "id"),
)

import_holds = Table(
    "import_holds",
    metadata,
    _key("import_id"),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _key("bound"),
    Column("person", Text),
    Column("number", Text),
    Column("debt", Text),
    _text("signals"),
    _text("source"),
    _text("state", default="held"),
    Column("at", Float, nullable=False),
    Column("released_by", Text),
    Column("released_at", Float),
    Column("why", Text),
    Index("ix_import_holds_state", "state"),
)
"""Holds that refused lines placed (`storage.placements.holding`). `bound`: the one of person, number and debt
that is set."""

told_lines = Table(
    "told_lines",
    metadata,
    _serial(),
    _text("import_id", default=None),
    Column("line", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("refused", Text),
    Index("ix_told_lines_import", "import_id", "id"),
)
"""Events that lines of files tell, until the engine has taken them (`storage.placements.telling`)."""

news = Table(
    "news",
    metadata,
    _serial(),
    _text("person", default=None),
    Column("import_id", Text, nullable=False, server_default="", index=True),
)
"""Persons known before of whom a placement or an edit says more, until a running engine was told of it
(`storage.placements.news`); an edit has no import."""

changed_identities = Table("changed_identities", metadata, _serial(), _text("persons", default=None))
"""Who people are was written anew, until whoever keeps their names in memory has read it again
(`storage.changed_identities`). `persons`: JSON list of ids."""

# --- who may be one person --------------------------------------------------------------------------------

alike_pairs = Table(
    "alike_pairs",
    metadata,
    Column("one", _Bytewise, primary_key=True),
    Column("other", _Bytewise, primary_key=True),
    Column("is_sure", Boolean, nullable=False),
    Column("confidence", Float, nullable=False),
    _text("reasons", default=None),
    Column("found_at", Float, nullable=False),
    Index("ix_alike_pairs_confidence", "confidence", "one", "other"),
    Index("ix_alike_pairs_other", "other"),
)
"""Pairs of persons who may be one, by id, in order (`storage.alike`). `reasons`: JSON list of words and bits;
nothing of who the two are."""

alike_answers = Table(
    "alike_answers",
    metadata,
    _serial(),
    Column("one", _Bytewise, nullable=False),
    Column("other", _Bytewise, nullable=False),
    _text("answer", default=None),
    _text("said_by", default=None),
    _text("why", default=None),
    Column("at", Float, nullable=False),
    Index("ix_alike_answers_pair", "one", "other"),
    Index("ix_alike_answers_other", "other"),
)
"""What people said of pairs; only ever added to, the newest of a pair counts."""

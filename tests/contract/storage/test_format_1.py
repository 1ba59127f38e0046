"""Stores and journals of the first format, made by the program as it was: read, migrated, gone on from.

`killed.db` and `stopped.db` are of live floors with three agents on a simulated network, which refused some
events at last: a policy that does not exist, and in `stopped.db` a move after the stop. `rehearsed.jsonl` is
the smoke rehearsal.
"""

import gzip
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    create_engine,
    insert,
    inspect,
    literal_column,
    select,
    update,
)

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.call_handling import UNTIL_CARRIED
from compliance_gate.findings import GateDecision
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, Originate, StoreAttempt, StoreDenial
from dialer.domain.events import EngineRestarted, TimeReached
from dialer.domain.ports import Fate, JournalEntry
from dialer.engine.engine import DialerEngine
from dialer.engine.taking import take
from dialer.floor.rebuilding import rebuild
from dialer.storage.database import schema, tables
from dialer.storage.database.connections import connect, store_url
from dialer.storage.journal.chain import Head
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.journal.comparison import compare
from dialer.storage.journal.dump import as_text, export
from dialer.storage.journal.file import JournalReader, surroundings
from dialer.storage.journal.rows import journal_since
from dialer.storage.journal.verifying import verify
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from simulator.open_gate import OpenGate

FOLDER = Path(__file__).parent / "format_1"
STEPS = {"killed": 134, "stopped": 123}

settings_of = value_decoder(CampaignSettings)

Opened = Callable[[str], Store]


class Gate(OpenGate):
    """The gate of the two live floors: it clears everybody, and names a clearance by what it is for.
    Clearances of that time carried no handling of the call, and are read with the house's."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        decision = super().evaluate(request, at=at)
        assert decision.clearance is not None
        name = f"{request.person.file.person}|{request.proposed.number}|{at.timestamp()}"
        return replace(
            decision, clearance=replace(decision.clearance, clearance=name, handling=UNTIL_CARRIED)
        )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old_store(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens a store of the first format, as it was left, in a database of either kind."""

    def at(name: str) -> Store:
        file = tmp_path / f"{name}.db"
        file.write_bytes(gzip.decompress((FOLDER / f"{name}.db.gz").read_bytes()))
        if request.param == "sqlite":
            return Store.open(str(file), exclusive=True)
        server = request.getfixturevalue("postgres_server")
        address = server.new_database(f"old{os.getpid()}_{abs(hash(request.node.name)) % 10**12}")
        copy_into(address, file)
        return Store.open(address, exclusive=True)

    return at


def copy_into(address: str, file: Path) -> None:
    """The same rows in tables of the revision that they are of."""
    database = connect(store_url(address))
    source = create_engine(f"sqlite:///{file}")

    def copy(connection: Connection) -> None:
        schema.migrate(connection, revision="0004")
        there = MetaData()
        there.reflect(bind=connection)
        with source.connect() as old:
            for name, table in tables.metadata.tables.items():
                if not inspect(old).has_table(name):
                    continue
                present = {column["name"] for column in inspect(old).get_columns(name)}
                gone = sorted(present - set(table.c.keys()))  # later revisions have no such columns
                columns: list[ColumnElement[Any]] = [column for column in table.c if column.name in present]
                columns += [literal_column(each) for each in gone]
                query = select(*columns).select_from(table)
                rows = [dict(row) for row in old.execute(query).mappings()]
                if rows:
                    connection.execute(insert(there.tables[name]), rows)

    database.write(copy)
    database.close()
    source.dispose()


def campaign_of(store: Store) -> tuple[str, str, float]:
    row = store.read(lambda connection: connection.execute(select(tables.campaigns)).one())
    settings = settings_of(row.settings.encode())
    return row.state, settings.policy, settings.ring_s


def test_a_store_is_migrated_with_every_step_as_it_was(old_store: Opened) -> None:
    with old_store("stopped") as store:
        assert store.read(schema.revision_of) == schema.newest_revision()
        assert store.read(schema.differences) == []
        entries = store.read(lambda connection: journal_since(connection, 0))
        assert [entry.sequence for entry in entries] == list(range(1, STEPS["stopped"] + 1))
        assert {(entry.format, entry.fate) for entry in entries} == {(1, Fate.TAKEN)}
        assert len(list(as_text(entries))) > len(entries)


def test_rows_of_refused_events_are_corrected_where_the_checkpoint_tells(old_store: Opened) -> None:
    """They said draining, no-such-policy, 55 seconds."""
    with old_store("stopped") as store:
        assert campaign_of(store) == ("stopped", "progressive", 22.0)


def test_what_the_checkpoint_cannot_tell_is_corrected_at_the_next_start(old_store: Opened) -> None:
    """The floor was killed long after its only checkpoint: the pause counts, settings wait for the engine."""
    with old_store("killed") as store:
        assert campaign_of(store) == ("paused", "no-such-policy", 55.0)
        start(store)
        assert campaign_of(store) == ("paused", "progressive", 22.0)
        assert verify(store.database) == verify(store.database, known=[store.head()])
        assert verify(store.database).fault is None


def start(store: Store) -> None:
    """What a floor does first: rebuild the engine from the old journal, and take the start."""
    recovered = rebuild(store, Gate())
    assert recovered.sequence == STEPS["killed"]
    assert recovered.replayed > 100
    started = EngineRestarted(checkpoint=recovered.checkpoint, generation=recovered.generation)
    entry, _ = take(recovered.engine, started, now=recovered.now + 60.0, sequence=recovered.sequence + 1)
    with RehearsalWriter(store) as writer:
        writer.append(entry)


@pytest.mark.parametrize("name", STEPS)
def test_old_steps_are_on_the_chain_and_new_ones_follow(old_store: Opened, name: str) -> None:
    with old_store(name) as store:
        before = store.head()
        assert before.sequence == STEPS[name]
        append(store, 3)
        found = verify(store.database, known=[before])
        assert (found.fault, found.entries, found.head) == (None, STEPS[name] + 3, store.head())


def append(store: Store, steps: int) -> None:
    first = store.last_sequence() + 1
    with RehearsalWriter(store) as writer:
        for sequence in range(first, first + steps):
            writer.append(JournalEntry(sequence=sequence, now=1.0, event=TimeReached(), commands=()))


def test_a_change_of_an_old_step_is_found(old_store: Opened) -> None:
    with old_store("killed") as store:
        at_first = store.head()
        altered = update(tables.journal).where(tables.journal.c.sequence == 50)
        values = {"entry": b'[50,1.0,["TimeReached",{}],[]]', "now": 1.0, "event": "TimeReached"}
        store.write(lambda connection: connection.execute(altered.values(values)))
        fault = verify(store.database).fault
        assert fault is not None
        assert "steps up to 134" in fault
        assert verify(store.database, known=[at_first]).fault is not None


def test_a_store_can_be_written_into_a_file_with_the_same_chain(old_store: Opened, tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl.zst"
    with old_store("killed") as store:
        append(store, 3)
        assert export(store.database, path, rulebook="r", surroundings=surroundings()) == 137
        reader = JournalReader(path)
        assert tuple(reader) == store.read(lambda connection: journal_since(connection, 0))
        assert (reader.truncated, reader.head) == (None, store.head())


def decisions_of(entry: JournalEntry) -> JournalEntry:
    """The entry without the reasons of its attempts and denials, and without what a clearance came to say
    beside its leave since then: rules are added and cited anew.
    """
    return replace(entry, commands=tuple(_bare(command) for command in entry.commands))


def _bare(command: Command) -> Command:
    if isinstance(command, (StoreAttempt, StoreDenial)):
        return replace(command, findings=())
    if isinstance(command, Originate):
        handling = replace(command.clearance.handling, recording=None)
        return replace(command, clearance=replace(command.clearance, handling=handling, statements=()))
    return command


def test_a_rehearsal_of_the_first_format_gives_what_it_gave() -> None:
    """Under the law of today, whose rules decide the same of these people."""
    law = sample_rulebook()
    engine = DialerEngine(ComplianceGate(law))
    reader = JournalReader(FOLDER / "rehearsed.jsonl.gz")
    laws = (reader.header.rulebook, law.hash)
    for recorded in reader:
        again, _ = take(engine, recorded.event, now=recorded.now, sequence=recorded.sequence)
        assert compare(decisions_of(recorded), decisions_of(again), laws=laws) is None
    assert (reader.truncated, reader.head) == (None, None)
    assert engine.snapshot().sequence == 327


def test_a_head_is_read_as_it_is_written() -> None:
    head = Head(sequence=7, link=bytes(range(32)))
    assert Head.read(str(head)) == head
    for text in ("", "7", "7:00", "x:" + "00" * 32):
        with pytest.raises(ValueError, match=r"head|invalid|hexadecimal"):
            Head.read(text)

"""Somebody with the files in their hands changes what happened: each way is named, with its step and a mend.

The shift's chain is computed anew by the attacker wherever they can: only what was signed gives them away.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialer.cli import run
from dialer.domain.ports import JournalEntry
from dialer.floor.attesting import JournalAlteredError, demand_attested
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.storage.evidence.heads import read_heads
from dialer.storage.evidence.signing import Signer
from dialer.storage.journal.chain import Head, next_link
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.journal.file import JournalReader, JournalWriter
from dialer.storage.journal.packing import pack
from dialer.storage.store import Store

Steps = Callable[[Sequence[JournalEntry]], Sequence[JournalEntry]]
Say = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one rehearsed shift."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRDIAL_KEYS", str(folder / "keys"))
        rehearsed(folder / "shift", seed=3)
    return folder


def rehearsed(folder: Path, *, seed: int) -> RehearsedShift:
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=seed, hours=0.1)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture
def shift(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to be changed; its keys and heads are the installation's."""
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    return tmp_path / "shift"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """`fairdial verify`, and what it said: its status, and what was found in each journal."""

    def asked(where: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
        status = run(["verify", str(where), "--json", *more])
        return status, json.loads(capsys.readouterr().out)

    return asked


def written_anew(journal: Path, change: Steps) -> None:
    """The attacker computes marks and end anew."""
    reader = JournalReader(journal)
    entries = list(reader)
    kept = dict(reader.kept)
    made = journal.with_name(f"made-{journal.name}")
    with JournalWriter(made, reader.header) as writer:
        for (kind, name), text in kept.items():
            writer.keep(kind, name, text)
        for entry in change(entries):
            writer.append(entry)
    made.replace(journal)


def fifty_cut(entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    return entries[:-50]


def one_later(entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    return [*entries[:99], replace(entries[99], now=entries[99].now + 0.25), *entries[100:]]


def one_out(entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    return [*entries[:99], *entries[100:]]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (fifty_cut, "its end was cut off"),
        (one_later, "was written anew"),
        (one_out, "was written anew"),
    ],
)
def test_a_shifts_journal_that_was_computed_anew_is_given_away_by_its_signed_head(
    shift: Path, say: Say, change: Steps, names: str
) -> None:
    """Its own marks and end agree: a reader without the head finds it whole."""
    journal = shift / "journal.jsonl.zst"
    status, before = say(journal)
    assert (status, before[0]["whole"], before[0]["steps_since_signed"]) == (0, True, 0)
    written_anew(journal, change)
    reader = JournalReader(journal)
    assert [*reader.encoded()]
    assert reader.truncated is None
    status, after = say(journal)
    assert status == 1
    assert names in after[0]["faults"][0]["what"]
    assert after[0]["faults"][0]["mend"]
    if change is fifty_cut:
        last = before[0]["steps"]
        assert f"ends with step {last - 50}, and step {last} was signed" in after[0]["faults"][0]["what"]
    assert run(["replay", str(shift)]) == 1


def test_a_replay_says_that_the_end_was_cut_off(shift: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written_anew(shift / "journal.jsonl.zst", fifty_cut)
    assert run(["replay", str(shift)]) == 1
    said = capsys.readouterr().out
    assert "DAMAGED: the journal ends with step" in said
    assert "identical" not in said


def test_bytes_that_are_missing_at_the_end_are_named(shift: Path, say: Say) -> None:
    journal = shift / "journal.jsonl.zst"
    journal.write_bytes(journal.read_bytes()[:-2_000])
    status, found = say(journal)
    assert status == 1
    assert "the last whole step is" in found[0]["faults"][0]["what"]


def test_another_shifts_journal_in_its_place_is_named(shift: Path, say: Say, tmp_path: Path) -> None:
    """A better day's journal, whole and signed, was put where this one lay; and so was its store."""
    mine, other = rehearsed(tmp_path / "mine", seed=5), rehearsed(tmp_path / "other", seed=4)
    assert say(mine.folder)[0] == 0
    for name in ("journal.jsonl.zst", "fairdial.db"):
        shutil.copy(other.folder / name, mine.folder / name)
    status, found = say(mine.folder)
    assert status == 1
    for each in found:
        assert f"up to step {mine.signed.sequence}) lay at {each['where']}" in each["faults"][0]["what"]
        assert "find out which of them is the floor's" in each["faults"][0]["mend"]
    store = str(mine.folder / "fairdial.db")
    with Store.open(store) as opened, pytest.raises(JournalAlteredError, match="was put out of its place"):
        demand_attested(opened)
    assert run(["verify", store, "--accept", "the old one was a trial"]) == 0
    with Store.open(store) as opened:
        demand_attested(opened)


def in_store(shift: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(shift / "fairdial.db")) as connection:
        for statement, values in statements:
            connection.execute(statement, values)
        connection.commit()


def rewritten_from(shift: Path, sequence: int, *, now: float) -> None:
    """The attacker changes a time, and every link and entry after it."""
    with closing(sqlite3.connect(shift / "fairdial.db")) as connection:
        before = connection.execute("SELECT link FROM journal WHERE sequence = ?", (sequence - 1,))
        link = bytes(before.fetchone()[0])
        reader = JournalReader(shift / "journal.jsonl.zst")
        for entry in reader:
            if entry.sequence < sequence:
                continue
            made = replace(entry, now=now) if entry.sequence == sequence else entry
            data = encode_entry(made)
            link = next_link(link, data)
            connection.execute(
                "UPDATE journal SET now = ?, entry = ?, dictionary = NULL, link = ? WHERE sequence = ?",
                (made.now, pack(data, None)[0], link, entry.sequence),
            )
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("DELETE FROM journal WHERE sequence = 100", "step 100 is missing"),
        ("UPDATE journal SET now = now + 1 WHERE sequence = 100", "the columns of step 100"),
        ("UPDATE journal SET entry = (SELECT entry FROM journal WHERE sequence = 101), dictionary = (SELECT "
         "dictionary FROM journal WHERE sequence = 101) WHERE sequence = 100", "step 100 is not what was"),
        ("DELETE FROM journal WHERE sequence > (SELECT max(sequence) - 50 FROM journal)", "was cut off"),
        ("UPDATE meta SET value = '00' || substr(value, 3) WHERE key = 'journal_genesis'", "step 1 is not"),
    ],
)  # fmt: skip
def test_what_was_done_to_the_stores_journal_is_named_with_its_step(
    shift: Path, say: Say, statement: str, names: str
) -> None:
    in_store(shift, (statement, ()))
    status, found = say(shift)
    assert status == 1
    store, file = found
    assert any(names in fault["what"] for fault in store["faults"]), store["faults"]
    assert all("restore" in fault["mend"] or "find out" in fault["mend"] for fault in store["faults"])
    assert file["whole"], "the file beside it was left alone"


def test_a_chain_that_was_computed_anew_in_the_store_misses_the_signed_head(shift: Path, say: Say) -> None:
    rewritten_from(shift, 100, now=1.0)
    status, found = say(shift)
    assert status == 1
    last = found[1]["steps"]
    assert f"step {last} or what came before it was written anew" in found[0]["faults"][0]["what"]


def test_a_head_from_a_printed_report_is_enough(shift: Path, say: Say, tmp_path: Path) -> None:
    """Even where the attacker took the signed heads away."""
    printed = str(_head_of(shift))
    shutil.rmtree(tmp_path / "keys" / "heads")
    in_store(shift, ("DELETE FROM journal WHERE sequence > (SELECT max(sequence) - 50 FROM journal)", ()))
    assert say(shift)[0] == 0, "nothing speaks against it but the remark"
    status, found = say(shift, "--head", printed)
    assert status == 1
    assert "was cut off" in found[0]["faults"][0]["what"]


def _head_of(shift: Path) -> Head:
    with Store.open(str(shift / "fairdial.db")) as store:
        return store.head()


def test_heads_that_were_sent_elsewhere_speak_under_the_public_key(
    shift: Path, say: Say, tmp_path: Path
) -> None:
    """The machine's own keys and heads are gone; what somebody else kept is enough."""
    elsewhere = tmp_path / "elsewhere.jsonl"
    shutil.copy(next((tmp_path / "keys" / "heads").iterdir()), elsewhere)
    public = tmp_path / "public.pem"
    public.write_text(Signer.of_installation().public.pem)
    shutil.rmtree(tmp_path / "keys")
    written_anew(shift / "journal.jsonl.zst", fifty_cut)
    status, found = say(shift / "journal.jsonl.zst", "--heads", str(elsewhere), "--public-key", str(public))
    assert status == 1
    assert "its end was cut off" in found[0]["faults"][0]["what"]


def test_a_head_that_was_made_up_is_no_witness(shift: Path, say: Say, tmp_path: Path) -> None:
    path = next((tmp_path / "keys" / "heads").iterdir())
    head = read_heads(path).heads[0]
    path.write_text(
        path.read_text().replace(f'"sequence":{head.sequence}', f'"sequence":{head.sequence - 50}')
    )
    status, found = say(shift / "journal.jsonl.zst")
    assert status == 1
    assert "is not signed by the key" in found[0]["faults"][0]["what"]
    path.write_text("nonsense\n")
    status, found = say(shift / "journal.jsonl.zst")
    assert status == 0
    assert "line 1" in found[0]["remarks"][0]
    assert "nothing proves" in found[0]["remarks"][1]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal WHERE sequence > (SELECT max(sequence) - 50 FROM journal)",
        "DELETE FROM journal WHERE sequence = (SELECT max(sequence) - 50 FROM journal)",
        "UPDATE journal SET now = now + 1 WHERE sequence = (SELECT max(sequence) - 50 FROM journal)",
        "UPDATE journal SET link = zeroblob(32) WHERE sequence = (SELECT max(sequence) FROM journal)",
    ],
)
def test_a_floor_does_not_begin_on_an_end_that_is_not_what_was_signed(shift: Path, statement: str) -> None:
    with Store.open(str(shift / "fairdial.db")) as store:
        demand_attested(store)
    in_store(shift, (statement, ()))
    with Store.open(str(shift / "fairdial.db")) as store, pytest.raises(JournalAlteredError) as refused:
        demand_attested(store)
    assert "step" in refused.value.what
    assert "restore the newest back-up" in refused.value.mend


def test_a_store_from_a_back_up_is_accepted_for_a_reason_that_stays(
    shift: Path, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its journal is shorter than what was signed: whoever restored it says so under the same signature."""
    in_store(shift, ("DELETE FROM journal WHERE sequence > (SELECT max(sequence) - 50 FROM journal)", ()))
    store = shift / "fairdial.db"
    assert say(store)[0] == 1
    assert run(["verify", str(store), "--accept", "  "]) == 1, "without a reason it is not"
    assert run(["verify", str(store), "--accept", "restored Friday's copy, the disk was lost"]) == 0
    capsys.readouterr()
    status, found = say(store)
    assert (status, found[0]["whole"]) == (0, True)
    assert found[0]["remarks"] == [
        f"signed at step {found[0]['steps']} on purpose: restored Friday's copy, the disk was lost"
    ]
    with Store.open(str(store)) as opened:
        demand_attested(opened)

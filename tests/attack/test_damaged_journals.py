"""A journal that was cut, changed, put out of its place or never begun, and every command that reads one."""

import gzip
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from dialer.cli import run
from dialer.floor.rehearsed import ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import JOURNAL_FILE, STORE_FILE, prepare_folder, rehearsal_store
from dialer.storage.journal.compression import zstd
from dialer.storage.journal.file import JournalReader, JournalWriter

READS: dict[str, str] = {
    "replay": "{journal}",
    "replay --json": "{folder}",
    "verify": "{journal}",
    "verify --json": "{folder}",
    "audit": "{folder}",
    "audit --json": "--store {folder}",
    "detection": "--store {folder}",
    "explain": "{attempt} --store {folder}",
    "export attempts": "--out {out}/x.csv --store {folder}",
    "export caller-ids": "--out {out}/x.csv --store {folder}",
    "export denials": "--out {out}/x.csv --store {folder}",
    "export promises": "--out {out}/x.csv --store {folder}",
    "history": "--store {folder}",
    "law impact": "--from 2026-01-01 --to 2026-06-01 --store {folder}",
    "ledger": "{person} --out {out}/x.csv --store {folder}",
    "person report": "{person} --out {out}/x.csv --store {folder}",
    "recordings find": "{out} --store {folder}",
    "requests list": "--store {folder}",
    "retention": "--store {folder}",
}
"""Every command that reads a journal's file: by itself, or as the folder of a rehearsal without its store."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one rehearsed shift, of whose folder the store was taken away."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "shift"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRDIAL_KEYS", str(home / "keys"))
        prepare_folder(folder)
        order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.05)
        with rehearsal_store(folder) as store:
            rehearse(order, folder=folder, store=store)
    (folder / STORE_FILE).unlink()
    return home


@pytest.fixture
def journal(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to be damaged; what was signed of it is the installation's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    return tmp_path / "shift" / JOURNAL_FILE


def lines_of(journal: Path) -> list[bytes]:
    return zstd.ZstdDecompressor().decompress(journal.read_bytes()).splitlines(keepends=True)


def write(journal: Path, lines: Sequence[bytes]) -> None:
    journal.write_bytes(zstd.compress(b"".join(lines)))


def a_step(lines: Sequence[bytes]) -> int:
    """Where the thirtieth step is."""
    return [place for place, line in enumerate(lines) if line[:1] == b"[" and line[1:2] != b'"'][30]


def cut_in_a_line(journal: Path) -> None:
    lines = lines_of(journal)
    place = a_step(lines)
    write(journal, [*lines[:place], lines[place][:20]])


def cut_between_lines(journal: Path) -> None:
    lines = lines_of(journal)
    write(journal, lines[: a_step(lines)])


def without_its_last_word(journal: Path) -> None:
    write(journal, lines_of(journal)[:-1])


def cut_in_its_packing(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 2])


def barely_begun(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[:10])


def empty(journal: Path) -> None:
    journal.write_bytes(b"")


def with_the_header_alone(journal: Path) -> None:
    write(journal, lines_of(journal)[:1])


def with_a_step_changed(journal: Path) -> None:
    lines = lines_of(journal)
    place = a_step(lines)
    lines[place] = lines[place].replace(b",", b",1", 1)
    write(journal, lines)


def with_a_step_deleted(journal: Path) -> None:
    lines = lines_of(journal)
    del lines[a_step(lines)]
    write(journal, lines)


def with_two_steps_exchanged(journal: Path) -> None:
    lines = lines_of(journal)
    place = a_step(lines)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    write(journal, lines)


def with_words_between(journal: Path) -> None:
    lines = lines_of(journal)
    lines.insert(a_step(lines), b"Dear Sir or Madam,\n")
    write(journal, lines)


def with_a_deep_nest(journal: Path) -> None:
    lines = lines_of(journal)
    lines.insert(a_step(lines), b"[" * 100_000 + b"\n")
    write(journal, lines)


def with_a_deep_mark(journal: Path) -> None:
    lines = lines_of(journal)
    lines.insert(a_step(lines), b'["chain",' + b"[" * 100_000 + b"\n")
    write(journal, lines)


def with_broken_characters(journal: Path) -> None:
    lines = lines_of(journal)
    place = a_step(lines)
    lines[place] = lines[place].replace(b'"', b'"\xff', 1)
    write(journal, lines)


def with_something_after_its_end(journal: Path) -> None:
    lines = lines_of(journal)
    write(journal, [*lines, lines[a_step(lines)]])


def with_no_link_in_its_header(journal: Path) -> None:
    lines = lines_of(journal)
    lines[0] = lines[0].replace(b'"begins_with":""', b'"begins_with":"nonsense"')
    write(journal, lines)


def of_a_later_version(journal: Path) -> None:
    lines = lines_of(journal)
    lines[0] = lines[0].replace(b'"version":2', b'"version":99')
    write(journal, lines)


def with_a_deep_header(journal: Path) -> None:
    write(journal, [b"[" * 100_000 + b"\n"])


def words_in_its_packing(journal: Path) -> None:
    write(journal, [b"Dear Sir or Madam,\n"] * 50)


def words_alone(journal: Path) -> None:
    journal.write_text("Dear Sir or Madam,\n" * 50)


def packed_by_something_else(journal: Path) -> None:
    journal.write_bytes(gzip.compress(b"".join(lines_of(journal))))


def computed_anew(journal: Path) -> None:
    """Its marks and its end agree; what was signed of it does not."""
    reader = JournalReader(journal)
    entries = list(reader)
    entries[30] = replace(entries[30], now=entries[30].now + 0.5)
    with JournalWriter(journal, reader.header) as writer:
        for (kind, name), text in reader.kept.items():
            writer.keep(kind, name, text)
        for entry in entries:
            writer.append(entry)


def cut_and_ended_anew(journal: Path) -> None:
    """Whoever cut it wrote the last word again."""
    _written_until(journal, 30).close()


def cut_and_said_to_be_partial(journal: Path) -> None:
    """Whoever cut it wrote that the shift had been stopped there."""
    _written_until(journal, 30).stop()


def _written_until(journal: Path, steps: int) -> JournalWriter:
    reader = JournalReader(journal)
    entries = list(reader)[:steps]
    writer = JournalWriter(journal, reader.header)
    for (kind, name), text in reader.kept.items():
        writer.keep(kind, name, text)
    for entry in entries:
        writer.append(entry)
    return writer


DAMAGES: tuple[Callable[[Path], None], ...] = (
    cut_in_a_line,
    cut_between_lines,
    without_its_last_word,
    cut_in_its_packing,
    barely_begun,
    empty,
    with_the_header_alone,
    with_a_step_changed,
    with_a_step_deleted,
    with_two_steps_exchanged,
    with_words_between,
    with_a_deep_nest,
    with_a_deep_mark,
    with_broken_characters,
    with_something_after_its_end,
    with_no_link_in_its_header,
    of_a_later_version,
    with_a_deep_header,
    words_in_its_packing,
    words_alone,
    packed_by_something_else,
    computed_anew,
    cut_and_ended_anew,
    cut_and_said_to_be_partial,
)

OTHERS = [command for command in READS if not command.startswith(("replay", "verify", "audit"))]
COMMANDS: dict[Callable[[Path], None], tuple[str, ...]] = {
    damage: tuple(READS)
    if settings.get_profile("few").max_examples >= 10
    else ("replay", ("verify", "verify --json")[place % 2], "audit", OTHERS[place % len(OTHERS)])
    for place, damage in enumerate(DAMAGES)
}
"""All of them in a great dose; else those that say whether it is whole, and one of the others."""

ASSURES = ("identical:", '"identical": true', "whole:", '"whole": true', '"passed": true', "same decisions")
"""How it is said that a journal is as it was."""


def told(command: str, journal: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """The status, what was said as a result, and beside it."""
    out = journal.parents[1] / "out"
    out.mkdir(exist_ok=True)
    names = {"attempt": "a1-00000001", "person": "person-000000"}
    filled = READS[command].format(journal=journal, folder=journal.parent, out=out, **names)
    capfd.readouterr()
    status = run([*command.split(), *filled.split()])
    said = capfd.readouterr()
    return status, said.out, said.err


def test_a_whole_journal_alone_answers_them_all(journal: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Otherwise the damages below would be refused for another reason."""
    said = {command: told(command, journal, capfd) for command in READS if command != "law impact"}
    assert {command: err for command, (status, _, err) in said.items() if status} == {}
    assert "identical:" in said["replay"][1]
    assert "whole:" in said["verify"][1]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_journal_is_a_sentence(
    damage: Callable[[Path], None], journal: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What, where, how to mend it, from every command; nothing is made of it, and none says that it is
    whole."""
    damage(journal)
    for command in COMMANDS[damage]:
        status, out, err = told(command, journal, capfd)
        assert status == 1, (command, out, err)
        assert not any(word in out for word in ASSURES), (command, out)
        assert "Traceback" not in err
        if "--json" in command and out:
            assert '"faults": [' in out or '"damaged": "' in out, (command, out)
        else:
            assert ("mend:" in out and "ALTERED" in out) or "DAMAGED" in out or "mend:" in err, (command, out)
    assert not list((journal.parents[1] / "out").iterdir())


CHANGES: dict[str, str] = {
    "erase": "person-000000 --why asked --store {folder}",
    "erase --dry-run": "person-000000 --why asked --store {folder}",
    "person correct": "person-000000 --why asked --first A --store {folder}",
    "person export": "person-000000 --out {out}/person --store {folder}",
    "recordings expire": "{out} --store {folder}",
    "recordings finish": "{out} --store {folder}",
    "requests new": "person-000000 --law ccpa --kind access --received 2026-03-01 --store {folder}",
    "requests answer": "person-000000 r-1 --words answered --store {folder}",
    "retention --remove": "--why asked --store {folder}",
}
"""Commands whose word would be gone with the store that is made of a journal for as long as they run."""


@pytest.mark.parametrize("command", CHANGES)
def test_nothing_is_acknowledged_that_a_journal_alone_cannot_keep(
    command: str, journal: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = journal.parents[1] / "out"
    out.mkdir()
    filled = CHANGES[command].format(folder=journal.parent, out=out)
    assert run([*command.split(), *filled.split()]) == 1
    said = capfd.readouterr()
    assert "there is a journal here and no store" in said.err
    assert not said.out

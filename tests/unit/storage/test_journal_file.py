"""A journal file comes back entry by entry, and says when its end is missing."""

import gzip
from pathlib import Path

import pytest

from dialer.domain.events import CallRinging
from dialer.domain.ids import AttemptId
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.codecs import UnreadableEntryError
from dialer.storage.journal.file import (
    JournalFileError,
    JournalHeader,
    JournalReader,
    surroundings,
    write_journal,
)

HEADER = JournalHeader(
    rulebook="r1", surroundings=surroundings(), scenario="reference", seed=7, settings={"profile": "strict"}
)
ENTRIES = tuple(
    JournalEntry(sequence=n, now=float(n), event=CallRinging(attempt=AttemptId(f"a{n}")), commands=())
    for n in range(1, 4001)
)


@pytest.fixture(params=["shift.jsonl", "shift.jsonl.gz"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_a_journal_comes_back_with_its_header(path: Path) -> None:
    assert write_journal(path, HEADER, ENTRIES) == 4000
    reader = JournalReader(path)
    assert reader.header == HEADER
    assert tuple(reader) == ENTRIES
    assert reader.truncated is None
    assert tuple(reader) == ENTRIES, "it can be read twice"


def test_a_last_line_that_was_cut_off_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "shift.jsonl"
    write_journal(path, HEADER, ENTRIES)
    path.write_bytes(path.read_bytes()[:-10])
    reader = JournalReader(path)
    assert tuple(reader) == ENTRIES[:-1]
    assert reader.truncated is not None
    assert "line 4001" in reader.truncated


def test_a_compressed_file_that_was_cut_off_is_told_and_what_can_be_read_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "shift.jsonl.gz"
    write_journal(path, HEADER, ENTRIES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    reader = JournalReader(path)
    read = tuple(reader)
    assert 500 < len(read) < len(ENTRIES)
    assert read == ENTRIES[: len(read)]
    assert reader.truncated is not None


def test_a_damaged_line_in_the_middle_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "shift.jsonl"
    write_journal(path, HEADER, ENTRIES[:5])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = b"[3,3.0,nonsense]\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(UnreadableEntryError, match="line 4"):
        tuple(JournalReader(path))


@pytest.mark.parametrize("text", [b"", b"a,b,c\n1,2,3\n", b'{"rulebook":"x"}\n'])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(text)
    with pytest.raises(JournalFileError):
        JournalReader(path)


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    write_journal(path, HEADER, ())
    path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"version":2', b'"version":3'))
    )
    with pytest.raises(JournalFileError, match="fairdial-journal 3"):
        JournalReader(path)


def test_the_surroundings_say_what_numbers_depend_on() -> None:
    here = surroundings()
    assert here.cpu_features
    assert here.differences(here) == ()
    assert HEADER.surroundings.differences(JournalHeader(rulebook="", surroundings=here).surroundings) == ()

"""A journal file comes back entry by entry, and says when its end is missing."""

import gzip
import math
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace as replace_header

from dialer.domain.events import CallRinging
from dialer.domain.ids import AttemptId
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.codecs import UnreadableEntryError, encode_entry
from dialer.storage.journal.compression import zstd
from dialer.storage.journal.file import (
    JournalAlteredError,
    JournalFileError,
    JournalHeader,
    JournalReader,
    JournalWriter,
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


@pytest.fixture(params=["shift.jsonl", "shift.jsonl.gz", "shift.jsonl.zst"])
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
    """4,000 steps are two blocks: the header, a mark between the blocks, and the end."""
    path = tmp_path / "shift.jsonl"
    write_journal(path, HEADER, ENTRIES)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + len(ENTRIES) + 2
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:-10])
    reader = JournalReader(path)
    assert tuple(reader) == ENTRIES[:-1]
    assert reader.truncated is not None
    assert "line 4002" in reader.truncated


def test_whole_lines_that_are_missing_at_the_end_are_told(path: Path) -> None:
    """The last steps, or only the word that it is the end: a writer that was killed leaves such a file."""
    for missing in (1, 51):
        write_journal(path, HEADER, ENTRIES)
        lines = plain_lines(path)
        write_lines(path, lines[:-missing])
        reader = JournalReader(path)
        assert len(tuple(reader)) == len(ENTRIES) + 1 - missing
        assert reader.truncated is not None
        assert "the end is missing" in reader.truncated


@pytest.mark.parametrize("name", ["shift.jsonl.gz", "shift.jsonl.zst"])
def test_a_compressed_file_that_was_cut_off_is_told_and_what_can_be_read_is_kept(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    many = tuple(replace(entry, now=math.sqrt(place)) for place, entry in enumerate(ENTRIES * 5))
    write_journal(path, HEADER, many)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    reader = JournalReader(path)
    read = tuple(reader)
    assert 500 < len(read) < len(many)
    assert read == many[: len(read)]
    assert reader.truncated is not None
    assert "cut off or damaged" in reader.truncated


def plain_lines(path: Path) -> list[bytes]:
    """The lines of a journal, whatever packs them."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        data = zstd.decompress(data)
    return data.splitlines(keepends=True)


def write_lines(path: Path, lines: list[bytes]) -> None:
    """What somebody who alters a journal would do."""
    data = b"".join(lines)
    if path.suffix == ".gz":
        data = gzip.compress(data)
    elif path.suffix == ".zst":
        data = zstd.compress(data)
    path.write_bytes(data)


def changed(lines: list[bytes]) -> None:
    lines[7] = lines[7].replace(b"7.0", b"7.5")


def lost(lines: list[bytes]) -> None:
    del lines[7]


def doubled(lines: list[bytes]) -> None:
    lines.insert(7, lines[7])


def moved(lines: list[bytes]) -> None:
    lines[7], lines[8] = lines[8], lines[7]


def under_another_header(lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b'"seed":7', b'"seed":8')


def said_to_end_elsewhere(lines: list[bytes]) -> None:
    del lines[-11:-1]


def gone_on_after_the_end(lines: list[bytes]) -> None:
    lines.append(lines[-2])


@pytest.mark.parametrize(
    "alter",
    [changed, lost, doubled, moved, under_another_header, said_to_end_elsewhere, gone_on_after_the_end],
)
def test_a_file_that_was_altered_is_found_out(path: Path, alter: Callable[[list[bytes]], None]) -> None:
    write_journal(path, HEADER, ENTRIES)
    lines = plain_lines(path)
    alter(lines)
    write_lines(path, lines)
    with pytest.raises(JournalAlteredError):
        tuple(JournalReader(path))


def test_a_file_names_its_head_and_can_go_on_from_that_of_another(tmp_path: Path) -> None:
    whole, first, second = (tmp_path / name for name in ("whole.jsonl", "1.jsonl", "2.jsonl"))
    header = JournalHeader(rulebook="r1", surroundings=surroundings(), begins_with="ab" * 32)
    with JournalWriter(whole, header) as writer:
        for entry in ENTRIES[:20]:
            writer.append(entry)
    with JournalWriter(first, header) as one:
        for entry in ENTRIES[:12]:
            one.append(entry)
    onward = replace_header(header, begins_with=one.head.link.hex(), after=one.head.sequence)
    with JournalWriter(second, onward) as other:
        for entry in ENTRIES[12:20]:
            other.append(entry)
    assert (one.head.sequence, other.head) == (12, writer.head)
    reader = JournalReader(second)
    assert len(tuple(reader)) == 8
    assert reader.head == writer.head


def test_a_text_that_the_steps_rest_on_is_kept_under_its_hash(path: Path) -> None:
    law = "every rule of it"
    name = sha256(law.encode()).hexdigest()[:16]
    with JournalWriter(path, HEADER) as writer:
        writer.keep("rulebook", name, law)
        for entry in ENTRIES:
            writer.append(entry)
    reader = JournalReader(path)
    assert tuple(reader) == ENTRIES
    assert reader.kept == {("rulebook", name): law}
    write_lines(path, [line.replace(b"every", b"no") for line in plain_lines(path)])
    with pytest.raises(JournalAlteredError, match=f"the rulebook {name}"):
        tuple(JournalReader(path))


def test_a_writer_that_fails_leaves_what_it_wrote_and_no_end(path: Path) -> None:
    writer = JournalWriter(path, HEADER)
    writer.append(ENTRIES[0])
    writer.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    reader = JournalReader(path)
    assert tuple(reader) == ENTRIES[:1]
    assert reader.truncated is not None


def test_a_journal_of_format_1_is_read_without_a_chain(path: Path) -> None:
    first = msgspec.json.encode(replace_header(HEADER, version=1))
    old = [replace(entry, format=1) for entry in ENTRIES[:5]]
    write_lines(path, [first + b"\n", *(encode_entry(entry) + b"\n" for entry in old)])
    reader = JournalReader(path)
    assert list(reader) == old
    assert (reader.truncated, reader.head) == (None, None)


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

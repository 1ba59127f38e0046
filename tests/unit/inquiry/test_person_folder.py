"""One person's folder for an examiner: it decides again by itself, and says what was done to it."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import KnownLocation
from dialer.domain.errors import MendableError
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import opened_store, prepare_folder, rehearsal_store
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.folder_again import is_person_folder, recompute
from dialer.inquiry.person_folder import person_folder
from dialer.results.person_folder import DECISIONS, SUMS, Decision, PersonFolder, files_of, zipped
from dialer.results.received_calls import RECEIVED
from dialer.storage import queries


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.25)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture(scope="module")
def gathered(shift: RehearsedShift) -> PersonFolder:
    """Of the person who was called and refused the most."""
    with opened_store(str(shift.folder)) as store:
        persons = {each.person for each in shift.records.attempts}
        denied = [each.person for each in queries.denials(store.database) if each.person in persons]
        person = max(sorted(persons), key=denied.count)
        return person_folder(store, person)


def written(gathered: PersonFolder, folder: Path) -> Path:
    for path, content in files_of(gathered).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def sum_again(folder: Path) -> None:
    """What whoever alters a folder does who knows of its sums."""
    paths = sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
    lines = [
        f"{hashlib.sha256((folder / each).read_bytes()).hexdigest()}  {each}"
        for each in paths
        if each != SUMS
    ]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_every_call_of_everybody_comes_out_as_it_was(shift: RehearsedShift, tmp_path: Path) -> None:
    persons = sorted({each.person for each in shift.records.attempts})[:12]
    with opened_store(str(shift.folder)) as store:
        for person in persons:
            folder = written(person_folder(store, person), tmp_path / person)
            found = recompute(folder)
            attempts = [each for each in shift.records.attempts if each.person == person]
            assert is_person_folder(folder)
            assert (found.person, found.is_sound) == (person, True), found
            assert found.same == found.decisions >= len(attempts) > 0


def test_each_line_has_all_that_decided(gathered: PersonFolder) -> None:
    (placed, *_) = (each for each in gathered.decisions if each.is_placed)
    assert placed.file.person == gathered.facts.person
    assert {each.verdict for each in placed.findings} <= {Verdict.CLEARED, Verdict.WARNED}
    assert len(placed.findings) > 20
    assert [law.rulebook for law in gathered.laws] == [placed.rulebook]
    digest = hashlib.sha256(gathered.laws[0].text.encode()).hexdigest()
    assert digest[: len(placed.rulebook)] == placed.rulebook


def test_the_readme_says_how_many_were_decided_and_by_which_law(gathered: PersonFolder) -> None:
    readme = files_of(gathered)["README.md"].decode()
    placed = sum(each.is_placed for each in gathered.decisions)
    assert f"{placed} calls placed and {len(gathered.decisions) - placed} not placed" in readme
    assert f"`{gathered.laws[0].rulebook}`" in readme


def test_nobody_is_named_and_no_number_is_in_it(gathered: PersonFolder) -> None:
    content = b"".join(files_of(gathered).values())
    assert b"+1" not in files_of(gathered)[DECISIONS]
    assert gathered.facts.person.encode() in content


def test_the_archive_holds_the_same_files_and_is_the_same_again(gathered: PersonFolder) -> None:
    files = files_of(gathered)
    content = zipped(files)
    assert content == zipped(files_of(gathered))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


@pytest.mark.parametrize(
    ("deed", "found"),
    [("touch", "ledger.csv: touched"), ("remove", "ledger.csv: missing"), ("add", "more.txt: added")],
)
def test_a_file_that_was_touched_is_named(
    gathered: PersonFolder, tmp_path: Path, deed: str, found: str
) -> None:
    folder = written(gathered, tmp_path / "folder")
    match deed:
        case "touch":
            (folder / "ledger.csv").write_bytes(b"nothing\n")
        case "remove":
            (folder / "ledger.csv").unlink()
        case _:
            (folder / "more.txt").write_bytes(b"more\n")
    again = recompute(folder)
    assert again.damaged == (found,)
    assert not again.is_sound


def test_without_the_calls_received_all_else_is_decided_again(gathered: PersonFolder, tmp_path: Path) -> None:
    """Taken out, they are missing; a folder that was made before they were in it never listed them."""
    folder = written(gathered, tmp_path / "folder")
    (folder / RECEIVED).unlink()
    again = recompute(folder)
    assert again.damaged == (f"{RECEIVED}: missing",)
    assert (again.same, again.received) == (again.decisions, 0)
    sum_again(folder)
    assert recompute(folder).is_sound


def test_a_call_moved_into_the_night_comes_out_otherwise(gathered: PersonFolder, tmp_path: Path) -> None:
    """Twelve hours later: the sums are right, and both readings of the law are against it."""
    (placed, *_) = (each for each in gathered.decisions if each.is_placed)
    folder = written(gathered, tmp_path / "folder")
    kept = (folder / DECISIONS).read_bytes().splitlines()
    lines = [msgspec.json.decode(line, type=Decision) for line in kept]
    moved = [replace(each, at=each.at + 43_200.0) if each.id == placed.id else each for each in lines]
    encode = msgspec.json.Encoder(order="deterministic").encode
    (folder / DECISIONS).write_bytes(b"".join(encode(each) + b"\n" for each in moved))
    sum_again(folder)
    again = recompute(folder)
    assert again.damaged == ()
    assert placed.id in {each.id for each in again.differing}
    assert [each.id for each in again.unlawful] == [placed.id]
    assert not again.is_sound


def test_a_law_that_was_written_over_is_asked_nothing(gathered: PersonFolder, tmp_path: Path) -> None:
    folder = written(gathered, tmp_path / "folder")
    text = folder / "law" / gathered.laws[0].rulebook / "text"
    text.write_text(text.read_text(encoding="utf-8").replace("21:00", "23:00") + " ", encoding="utf-8")
    sum_again(folder)
    again = recompute(folder)
    assert len(again.not_asked) == again.decisions
    assert "its SHA-256 is another" in again.not_asked[0][1]
    assert not again.is_sound


def test_a_line_that_is_none_is_named(gathered: PersonFolder, tmp_path: Path) -> None:
    folder = written(gathered, tmp_path / "folder")
    (folder / DECISIONS).write_bytes((folder / DECISIONS).read_bytes() + b"{\n")
    with pytest.raises(MendableError) as error:
        recompute(folder)
    assert str(error.value.where).endswith(f"line {len(gathered.decisions) + 1}")


def test_a_person_nobody_knows_has_none(shift: RehearsedShift) -> None:
    with opened_store(str(shift.folder)) as store, pytest.raises(NotThereError):
        person_folder(store, "nobody")


def test_rules_of_a_foreign_place_are_named_that_only_one_reading_asked(
    gathered: PersonFolder, tmp_path: Path
) -> None:
    """A call to somebody who said that they are in Ontario: what was asked of its law stands by its name."""
    folder = written(gathered, tmp_path / "folder")
    (placed, *_) = (each for each in gathered.decisions if each.is_placed)
    assert recompute(folder).not_judged == recompute(folder).read_once == ()
    away = KnownLocation(zones=frozenset({"America/Toronto"}), country="CA", region="ON")
    moved = replace(
        placed,
        file=replace(placed.file, known_location=away),
        findings=(
            *placed.findings,
            Finding("ca-on-calls", Verdict.CLEARED, "O. Reg."),
            Finding("us-regf-hours", Verdict.CLEARED, "12 CFR"),
        ),
    )
    line = msgspec.json.Encoder(order="deterministic").encode(moved) + b"\n"
    (folder / DECISIONS).write_bytes(line)
    found = recompute(folder)
    assert found.not_judged == (("CA", 1),)
    assert found.read_once == (("CA", ("ca-on-calls",)),)

"""Recordings are found by what they are about, a page at a time, and handed over with proof."""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert

from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError, MendableError
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    CampaignId,
    ClientId,
    DebtId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import RecordingNote
from dialer.inquiry.recordings import EXPORT_MANIFEST, Wanted, export_recordings, find_recordings
from dialer.inquiry.sounds import seal_recordings
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import json_text, row_of
from dialer.storage.store import Store
from telephony.asterisk import recordings

AT = 1_780_000_000.0
ACME, OTHER = ClientId("acme"), ClientId("other")


def attempt(nth: int, **more: object) -> AttemptRecord:
    made = AttemptRecord(
        attempt=AttemptId(f"a{nth}"),
        campaign=CampaignId("spring"),
        lead=LeadId(f"l{nth}"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        debts=(DebtId("d1"),),
        zones=(),
        rulebook="r",
        launched_at=AT + nth,
        ended_at=AT + nth + 60.0,
        agent=AgentId("ann"),
        outcome=Outcome.CONNECTED,
        recorded=True,
    )
    return replace(made, **more)  # pyright: ignore[reportArgumentType]  # its fields


RECORDS = (
    attempt(0),
    attempt(1, agent=AgentId("bob"), debts=(DebtId("d1"), DebtId("d2"))),
    attempt(2, person=PersonId("p2"), debts=(DebtId("d10"),)),
    attempt(3, campaign=CampaignId("autumn")),
    attempt(4, recording=RecordingNote(spoken_at=AT + 7.0, version="1", objected_at=AT + 20.0)),
    attempt(5, recorded=False),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "floor.db")) as opened:
        for name, client in (("spring", ACME), ("autumn", OTHER)):
            settings = CampaignSettings(campaign=CampaignId(name), client=client)
            row = {"campaign": name, "client": client, "settings": json_text(settings), "sequence": 1}
            opened.write(lambda connection, row=row: connection.execute(insert(tables.campaigns).values(row)))
        opened.write(lambda c: c.execute(insert(tables.attempts), [row_of(each) for each in RECORDS]))
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    for nth in range(5):
        (made / f"a{nth}.raw").write_bytes(bytes([nth]) * 32_000)
        recordings.finish(made, AttemptId(f"a{nth}"), now=AT)
    return made


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["a0", "a1", "a2", "a3", "a4"]),
        (Wanted(account=DebtId("d1")), ["a0", "a1", "a3", "a4"]),
        (Wanted(account=DebtId("d2")), ["a1"]),
        (Wanted(account=DebtId("%")), []),
        (Wanted(person=PersonId("p2")), ["a2"]),
        (Wanted(agent=AgentId("bob")), ["a1"]),
        (Wanted(client=OTHER), ["a3"]),
        (Wanted(client=ClientId("nobody")), []),
        (Wanted(since=AT + 1.0, until=AT + 3.0), ["a1", "a2"]),
        (Wanted(account=DebtId("d1"), agent=AgentId("ann"), since=AT + 0.5), ["a3", "a4"]),
    ],
)
def test_recordings_are_found_by_what_they_are_about(
    store: Store, folder: Path, wanted: Wanted, names: list[str]
) -> None:
    found = find_recordings((folder,), store, wanted)
    assert [one.attempt for one in found.recordings] == names
    assert found.next_page is None


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_pages_have_each_recording_once(store: Store, folder: Path, limit: int) -> None:
    seen: list[str] = []
    page: str | None = None
    for _page in range(6):
        found = find_recordings((folder,), store, Wanted(), page=page, limit=limit)
        assert len(found.recordings) <= limit
        seen += [one.attempt for one in found.recordings]
        page = found.next_page
        if page is None:
            break
    assert seen == ["a0", "a1", "a2", "a3", "a4"]


def test_what_is_found_says_how_the_person_was_told(store: Store, folder: Path) -> None:
    found = find_recordings((folder,), store, Wanted(since=AT + 4.0)).recordings[0]
    assert (found.notice_spoken_at, found.objected_at) == (AT + 7.0, AT + 20.0)
    assert (found.seconds, found.file) == (1.0, "a4.wav")


@pytest.mark.parametrize(("page", "limit"), [("nonsense", 10), (None, 0), (None, 501)])
def test_a_page_that_there_is_not_is_refused(
    store: Store, folder: Path, page: str | None, limit: int
) -> None:
    with pytest.raises(InvalidFactError):
        find_recordings((folder,), store, Wanted(), page=page, limit=limit)


def test_a_client_gets_its_own_recordings_with_the_checksum_of_each(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "handed over"
    made = export_recordings((folder,), store, Wanted(client=ACME), out=out, now=AT)
    told = json.loads((out / EXPORT_MANIFEST).read_text())
    assert [row["attempt"] for row in told["recordings"]] == ["a0", "a1", "a2", "a4"]
    assert (told["client"], told["asked"]["client"], made.damaged) == ("acme", "acme", ())
    for row in told["recordings"]:
        assert sha256((out / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    modes = {file.name: file.stat().st_mode & 0o777 for file in out.iterdir()}
    assert set(modes.values()) == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700


def test_a_file_that_was_touched_or_is_gone_is_not_handed_over_as_the_recording(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    (folder / "a0.wav").write_bytes(b"touched")
    (folder / "a1.wav").unlink()
    out = tmp_path / "out"
    made = export_recordings((folder,), store, Wanted(client=ACME), out=out, now=AT)
    assert made.damaged == ("a0.wav", "a1.wav")
    assert sorted(file.name for file in out.iterdir()) == ["a2.wav", "a4.wav", EXPORT_MANIFEST]


def test_sealed_ones_are_handed_over_in_clear_and_one_whose_key_is_gone_is_not(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    """The checksum is of the sound, however it lay."""
    clear = {f"a{nth}.wav": (folder / f"a{nth}.wav").read_bytes() for nth in (0, 1, 2, 4)}
    names = tuple(AttemptId(f"a{nth}") for nth in (0, 1, 2))
    assert seal_recordings(folder, store, names) == (("a0.wav", "a1.wav", "a2.wav"), ())
    out = tmp_path / "out"
    assert export_recordings((folder,), store, Wanted(client=ACME), out=out, now=AT).damaged == ()
    assert {file.name: file.read_bytes() for file in out.glob("*.wav")} == clear
    store.keyring.destroy(["p2"])
    later = export_recordings((folder,), store, Wanted(client=ACME), out=tmp_path / "later", now=AT)
    assert later.damaged == ("a2.wav",)
    assert sorted(file.name for file in (tmp_path / "later").glob("*.wav")) == ["a0.wav", "a1.wav", "a4.wav"]


def test_an_export_names_its_client_and_has_a_folder_of_its_own(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidFactError, match="name the client"):
        export_recordings((folder,), store, Wanted(), out=tmp_path / "out", now=AT)
    with pytest.raises(MendableError, match="already"):
        export_recordings((folder,), store, Wanted(client=ACME), out=folder, now=AT)

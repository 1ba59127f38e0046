"""A recording heard over HTTP: by whom, how much of it, for how long, and what the record says of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from sqlalchemy import insert, update

from dialer.access.record import Deed
from dialer.access.roles import Role
from dialer.cli import run
from dialer.cli.recording_archive import RecordingArchive
from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.ids import AttemptId, CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import AfterObjection, RecordingNote, RecordingPlan, VoicePlan
from dialer.inquiry.retention import finish_recordings
from dialer.storage.access import deeds
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import json_text, row_of
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.hearing import pieces_of, stretch_of
from dialer.web.tokens import Token, Tokens, digest_of

DAY = 86_400.0
CALL = AttemptRecord(
    attempt=AttemptId("a1"),
    campaign=CampaignId("spring"),
    lead=LeadId("l"),
    person=PersonId("p1"),
    number=NumberId("n1"),
    debts=(DebtId("d1"),),
    zones=(),
    rulebook="r",
    launched_at=1.0,
    ended_at=61.0,
    outcome=Outcome.CONNECTED,
)
URL = "/api/recordings/a1/sound"


@dataclass
class Record:
    """The record of deeds."""

    deeds: list[Deed] = field(default_factory=list[Deed])
    is_away: bool = False

    async def record(self, deed: Deed) -> None:
        if self.is_away:
            raise StoreUnavailableError("away")
        self.deeds.append(deed)


@dataclass
class Archived:
    """A call of five days ago, recorded, finished and sealed; and who asks for it."""

    folder: Path
    database: str
    record: Record
    client: TestClient

    def get(self, who: str = "qa", **headers: str) -> Any:
        return self.client.get(URL, headers={"Authorization": f"Bearer {who}", **headers})

    def keep(self, call: AttemptRecord, after: AfterObjection = AfterObjection.KEEP) -> None:
        plan = VoicePlan(recording=RecordingPlan(notice_in=(), keep_days=90, after_objection=after))
        settings = CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"), voice=plan)
        with Store.open(self.database) as store:
            store.write(lambda c: c.execute(update(tables.attempts).values(row_of(call))))
            store.write(lambda c: c.execute(update(tables.campaigns).values(settings=json_text(settings))))


@pytest.fixture
def archived(tmp_path: Path) -> Iterator[Archived]:
    folder, database, record = tmp_path / "recordings", str(tmp_path / "floor.db"), Record()
    folder.mkdir()
    (folder / "a1.raw").write_bytes(bytes(range(256)) * 1_000)
    with Store.open(database) as store:
        row = {"campaign": "spring", "client": "acme", "settings": "{}", "sequence": 1}
        store.write(lambda c: c.execute(insert(tables.campaigns).values(row)))
        store.write(lambda c: c.execute(insert(tables.attempts).values(row_of(CALL))))
    archive = RecordingArchive(
        folders=(folder,), database=database, exports=tmp_path, keeper=cast("Any", None)
    )
    roles = {"qa": Role.QA, "boss": Role.SUPERVISOR, "ann": Role.AGENT, "root": Role.ADMINISTRATOR}
    tokens = [
        Token(digest=digest_of(name), roles=frozenset({role}), name=name, agent=None)
        for name, role in roles.items()
    ]
    web = make_web(
        floor=cast("Any", SimpleNamespace(snapshot=None)),
        tokens=Tokens(tokens),
        registry=CollectorRegistry(),
        archive=archive,
        records=record,
    )
    with TestClient(web.application, raise_server_exceptions=False) as client:
        found = Archived(folder, database, record, client)
        found.keep(replace(CALL, launched_at=posix_now() - 5 * DAY))
        with Store.open(database) as store:
            assert finish_recordings(folder, store, now=posix_now() + 60.0).failed == ()
        yield found


def test_a_recording_is_heard_whole_and_on_record_with_whose_voice_it_is(archived: Archived) -> None:
    answer = archived.get(**{"X-Reason": "a complaint"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.content[:4] == b"RIFF"
    assert answer.content[44:] == bytes(range(256)) * 1_000
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == ("bytes", "no-store")
    (deed,) = archived.record.deeds
    assert (deed.who, deed.action) == ("qa", "GET /api/recordings/{attempt}/sound")
    assert set(deed.about) == {"attempt:a1", "person:p1"}
    assert (deed.why, deed.outcome) == ("hear recordings: a complaint", "200")


def test_a_player_hears_the_stretch_that_it_asks_for(archived: Archived) -> None:
    whole = archived.get().content
    answer = archived.get(Range="bytes=65530-65545")
    assert (answer.status_code, answer.content) == (206, whole[65530:65546])
    assert answer.headers["content-range"] == f"bytes 65530-65545/{len(whole)}"
    beyond = archived.get(Range=f"bytes={len(whole)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=99-", (99, 100)),
        ("bytes=100-", None),
        ("bytes=10-19", (10, 20)),
        ("bytes=10-1000", (10, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=-0", None),
        ("bytes=20-10", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("bytes=-", (0, 100)),
        ("pages=1-2", (0, 100)),
    ],
)
def test_a_stretch_is_what_is_asked_for_or_the_whole_or_none(
    asked: str, found: tuple[int, int] | None
) -> None:
    assert stretch_of(asked, 100) == found


@pytest.mark.parametrize("who", ["ann", "root"])
def test_neither_collectors_nor_administrators_hear_recordings(archived: Archived, who: str) -> None:
    assert archived.get(who).status_code == 403


def test_nothing_is_heard_that_cannot_be_written_down(archived: Archived) -> None:
    archived.record.is_away = True
    answer = archived.get()
    assert answer.status_code == 503
    assert b"RIFF" not in answer.content


def test_what_is_due_to_go_is_heard_by_nobody(archived: Archived) -> None:
    """Also while it lies there still: its days are over, or the person objected and nothing is kept then."""
    archived.keep(replace(CALL, launched_at=posix_now() - 91 * DAY))
    assert archived.get().status_code == 404
    objected = replace(
        CALL, launched_at=posix_now() - 5 * DAY, recording=RecordingNote(objected_at=30.0, version="1")
    )
    archived.keep(objected)
    assert archived.get().status_code == 200, "the campaign keeps what was recorded before"
    archived.keep(objected, AfterObjection.DELETE)
    assert archived.get().status_code == 404


def test_who_was_erased_is_heard_by_nobody_and_a_touched_file_by_none(archived: Archived) -> None:
    lying = archived.folder / "a1.wav.sealed"
    sealed = lying.read_bytes()
    lying.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert archived.get().status_code == 410
    lying.write_bytes(sealed)
    with Store.open(archived.database) as store:
        store.keyring.destroy(["p1"])
    answer = archived.get()
    assert (answer.status_code, answer.json()["detail"].endswith("the key of p1 is gone")) == (410, True)


def test_the_command_line_opens_one_on_record_and_none_that_is_due_to_go(
    archived: Archived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["recordings", "open", str(archived.folder), "a1", str(tmp_path / "out.wav")]
    assert run([*command, "--why", "a complaint", "--store", archived.database]) == 0
    with Store.open(archived.database) as store:
        (entry,) = store.read(lambda connection: list(deeds.entries(connection)))
    assert entry.deed.who.endswith("at the command line")
    assert (entry.deed.action, entry.deed.about) == ("recordings open", ("attempt:a1", "person:p1"))
    assert entry.deed.why == "a complaint"
    archived.keep(replace(CALL, launched_at=posix_now() - 91 * DAY))
    (tmp_path / "out.wav").unlink()
    assert run([*command, "--store", archived.database]) == 1
    assert "is kept no more" in capsys.readouterr().err
    assert not (tmp_path / "out.wav").exists()


def test_whoever_hangs_up_in_the_middle_leaves_no_file_open(archived: Archived) -> None:
    archive = RecordingArchive(
        folders=(archived.folder,),
        database=archived.database,
        exports=archived.folder,
        keeper=cast("Any", None),
    )

    async def hang_up() -> bool:
        heard = await archive.hear(AttemptId("a1"))
        pieces = pieces_of(heard, 0, heard.sound.size)
        assert await anext(pieces)
        await pieces.aclose()
        try:
            next(heard.sound.read())
        except ValueError:
            return True
        return False

    assert asyncio.run(hang_up()), "it is closed"

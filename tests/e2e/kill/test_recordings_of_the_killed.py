"""Whoever finishes recordings is killed time and again: nothing is lost, nothing that must go stays."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import AfterObjection, RecordingNote, RecordingPlan, VoicePlan
from dialer.inquiry.sounds import opened_sound
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import json_text, row_of
from dialer.storage.store import Store
from telephony.asterisk import recordings

KEEPER = """
import sys
from pathlib import Path
from dialer.cli.recording_keeper import RecordingKeeper

keeper = RecordingKeeper((Path(sys.argv[1]),), sys.argv[2], least_hours=0.0)
print("begins", flush=True)
keeper.begin()
keeper.look()
print(keeper.now().trouble or "done", flush=True)
"""

AT = 1_764_590_400.0
RECORDED = 24
EVERY_THIRD = 3
"""Call whose person objected."""


def record(n: int) -> AttemptRecord:
    note = RecordingNote(spoken_at=AT, objected_at=AT + 9.0, stopped_at=AT + 9.1)
    return AttemptRecord(
        attempt=AttemptId(f"a{n:02}"),
        campaign=CampaignId("spring"),
        lead=LeadId("l1"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        debts=(DebtId("d1"),),
        zones=("America/New_York",),
        rulebook="r",
        launched_at=AT + n,
        answered_at=AT + n + 5.0,
        bridged_at=AT + n + 5.0,
        talk_ended_at=AT + n + 60.0,
        ended_at=AT + n + 60.0,
        agent=AgentId("ann"),
        outcome=Outcome.CONNECTED,
        recording=note if n % EVERY_THIRD == 0 else None,
    )


def fill(database: Path) -> None:
    plan = VoicePlan(recording=RecordingPlan(after_objection=AfterObjection.DELETE))
    settings = CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"), voice=plan)
    row = {"campaign": "spring", "client": "acme", "settings": json_text(settings), "sequence": 1}

    def write(connection: Connection) -> None:
        connection.execute(insert(tables.campaigns).values(row))
        connection.execute(insert(tables.attempts), [row_of(record(n)) for n in range(RECORDED)])

    with Store.open(str(database)) as store:
        store.write(write)


def samples(n: int) -> bytes:
    """Of its own kind for each call, and long enough to be caught in the middle of."""
    return bytes([n, 0, 255 - n, 0]) * 250_000


def heard(folder: Path, line: recordings.Recording, store: Store) -> bytes:
    """The samples of a recording."""
    with opened_sound(folder, line, store.keyring) as sound:
        opened = io.BytesIO(b"".join(sound.read()))
    with wave.open(opened) as wav:
        return wav.readframes(wav.getnframes())


def keeper(folder: Path, database: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", KEEPER, str(folder), str(database)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whoever_finishes_recordings_may_be_killed_at_any_moment(
    tmp_path: Path, dose: Callable[[int, int], int]
) -> None:
    """Each life is as long as a few recordings take, and ends in the middle of one."""
    folder, database = tmp_path / "recordings", tmp_path / "floor.db"
    folder.mkdir()
    fill(database)
    ago = posix_now() - 60.0
    for n in range(RECORDED):
        raw = folder / f"a{n:02}.raw"
        raw.write_bytes(samples(n))
        os.utime(raw, (ago, ago))
    chance = random.Random(7)
    lives = 0
    while left := len(recordings.unfinished(folder)):
        process = keeper(folder, database)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        enough = max(left - chance.randint(dose(6, 0), dose(12, 2)), 1)
        while len(recordings.unfinished(folder)) > enough and process.poll() is None:
            time.sleep(0.0002)
        process.send_signal(signal.SIGKILL)
        lives += process.wait(30) == -signal.SIGKILL
        process.stdout.close()
        if enough == 1:
            break
    assert lives >= dose(2, 8)
    with keeper(folder, database) as last:
        assert last.stdout is not None
        assert last.stdout.read().splitlines()[-1] == "done"

    wanted = [n for n in range(RECORDED) if n % EVERY_THIRD]
    objected = [n for n in range(RECORDED) if n % EVERY_THIRD == 0]
    assert sorted(line.attempt for line in recordings.manifest(folder)) == [f"a{n:02}" for n in wanted]
    assert recordings.damaged(folder) == ()
    with Store.open(str(database)) as store:
        for line in recordings.manifest(folder):
            assert heard(folder, line, store) == samples(int(line.attempt[1:]))
    left = {file.name for file in folder.iterdir()}
    assert left == {f"a{n:02}.wav.sealed" for n in wanted} | {
        ".lock",
        recordings.MANIFEST,
        recordings.DELETED,
    }
    gone = {json.loads(line)["attempt"] for line in (folder / recordings.DELETED).read_text().splitlines()}
    assert gone == {f"a{n:02}" for n in objected}

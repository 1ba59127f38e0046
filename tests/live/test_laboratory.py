"""The laboratory itself begins clean, whatever an earlier run left behind."""

from __future__ import annotations

import subprocess

import pytest
from lab.laboratory import Laboratory, reason_missing

pytestmark = pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))


def test_a_full_disk_that_a_killed_run_left_under_the_recordings_is_gone() -> None:
    laboratory = Laboratory()
    laboratory.recordings.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(laboratory.recordings)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        laboratory.stop()
        pytest.skip("no file system may be mounted here")
    with laboratory:
        assert not laboratory.recordings.is_mount()
        (laboratory.recordings / "is-there-room").write_bytes(bytes(100_000))
        (laboratory.recordings / "is-there-room").unlink()

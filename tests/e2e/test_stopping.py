"""SIGTERM ends a floor in order from the first moment of its start on."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

COMMAND = [sys.executable, "-m", "dialer", "serve", "--agents", "1", "--persons", "20", "--port", "0"]


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["clock.json", "fairdial.db"])
def test_a_start_that_is_stopped_ends_with_status_0_and_leaves_a_floor_that_starts(
    tmp_path: Path, sign: str
) -> None:
    """Stopped as soon as this file is there: before there is a store, and while people are put into it."""
    folder = tmp_path / "floor"
    for wanted in (sign, "address.json"):
        (folder / "address.json").unlink(missing_ok=True)
        log = tmp_path / "log"
        with log.open("wb") as errors:
            command = [*COMMAND, "--out", str(folder), "--drain", "0"]
            process = subprocess.Popen(command, stderr=errors, cwd=tmp_path)
            for _ in range(1200):
                if (folder / wanted).exists() or process.poll() is not None:
                    break
                Event().wait(0.05)
            process.send_signal(signal.SIGTERM)
            status = process.wait(timeout=60)
        told = log.read_text()
        assert status == 0, told
        assert "Traceback" not in told

"""`fairdial serve --network asterisk`: what is wrong with the settings is told before anything is started."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.settings import FILE_NAMED_BY

Run = Callable[..., Any]

WHOLE = """
[[caller_ids]]
number = "+12125550100"
calls_back_to = "the inbound menu"

[[campaigns]]
campaign = "collections"
client = "acme"
caller_ids = ["+12125550100"]

[asterisk]
sounds = "/sounds"
recordings = "/recordings"

[asterisk.ami]
secret_file = "ami-secret"
clear_text = true
port = 1

[[asterisk.trunks]]
name = "main"
host = "sip.carrier.example"
"""


@pytest.fixture(autouse=True)
def no_settings_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--config` goes by an environment variable, which must not outlive its test."""
    monkeypatch.setenv(FILE_NAMED_BY, "")
    monkeypatch.delenv(FILE_NAMED_BY)
    monkeypatch.delenv("FAIRDIAL_SIGNATURES", raising=False)  # the tests' own sample


def serve(run: Run, folder: Path, settings: str, *more: str) -> str:
    """What is said on stderr when it is refused."""
    (folder / "mine.toml").write_text(settings, encoding="utf-8")
    (folder / "ami-secret").write_text("geheim-7-kZq9_vLw2\n", encoding="utf-8")
    done = run("serve", "--network", "asterisk", "--config", "mine.toml", *more, folder=folder)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "geheim-7-kZq9_vLw2" not in done.stderr + done.stdout
    return str(done.stderr)


def test_without_a_section_it_says_which_file_lacks_it(run: Run, tmp_path: Path) -> None:
    told = serve(run, tmp_path, "")
    assert "no [asterisk] section" in told
    assert str(tmp_path / "mine.toml") in told
    assert "config/fairdial.example.toml" in told


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    done = run("serve", "--network", "asterisk", "--config", "none.toml", folder=tmp_path)
    assert (done.returncode, "none.toml" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ('host = "sip.carrier.example"', 'hots = "sip.carrier.example"', "asterisk.trunks[0].hots"),
        ('secret_file = "ami-secret"', 'secret_file = "elsewhere"', "elsewhere"),
        ('secret_file = "ami-secret"', "", "fairdial asterisk config"),
        ('secret_file = "ami-secret"', 'secret = "lab-secret"', "one that everybody tries"),
        ('secret_file = "ami-secret"', 'secret_file = "ami-secret"\nsecret = "geheim-7-kZq9_vLw2"', "both"),
        ('client = "acme"', 'client = "acme"\nring = 20', "'ring'"),
        (
            'client = "acme"',
            'client = "acme"\nring_s = 10',
            "ring_s is 10; house-shortest-ring (policy) asks for 15",
        ),
        ('name = "main"', 'name = "not a name"', "not a name"),
        ('campaign = "collections"', "campaign = 7", "campaign"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    run: Run, tmp_path: Path, right: str, wrong: str, named: str
) -> None:
    assert right in WHOLE
    assert named in serve(run, tmp_path, WHOLE.replace(right, wrong))


def test_a_clock_that_is_set_is_refused_where_real_people_are_called(run: Run, tmp_path: Path) -> None:
    told = serve(run, tmp_path, WHOLE + "\n[rehearsal]\nbegins = 2026-11-24T11:00:00-05:00\n")
    assert "sip.carrier.example" in told
    assert "[rehearsal]" in told


def test_an_asterisk_that_is_not_there_is_told_with_its_mend(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        told = serve(run, tmp_path, WHOLE.replace("port = 1", f"port = {taken.getsockname()[1]}"))
    assert "127.0.0.1" in told
    assert "start Asterisk" in told


def test_another_machine_is_only_spoken_to_in_secret(run: Run, tmp_path: Path) -> None:
    told = serve(run, tmp_path, WHOLE + '\n[asterisk.link]\nhost = "pbx.example"\n')
    assert "pbx.example" in told
    assert "tls" in told


def test_a_secret_may_come_from_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRDIAL_ASTERISK__AMI__SECRET", "geheim-7-kZq9_vLw2")
    told = serve(run, tmp_path, WHOLE.replace('secret_file = "ami-secret"', ""))
    assert "start Asterisk" in told  # the settings were taken


def test_a_floor_without_a_campaign_is_refused(run: Run, tmp_path: Path) -> None:
    assert "no campaign" in serve(run, tmp_path, WHOLE[WHOLE.index("[asterisk]") :])


def test_the_doctor_tells_of_the_telephone_system_and_leaves_with_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "ami-secret").write_text("geheim-7-kZq9_vLw2\n", encoding="utf-8")
    done = run("doctor", "--config", "mine.toml", "--json", folder=tmp_path)
    told = {row["check"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 1
    assert told["campaigns"]["ok"]
    assert (told["connection"]["ok"], bool(told["connection"]["mend"])) == (False, True)
    assert "geheim-7-kZq9_vLw2" not in done.stdout + done.stderr


def test_the_doctor_looks_at_no_telephone_system_where_none_is_set(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    done = run("doctor", "--config", "mine.toml", "--json", folder=tmp_path)
    assert "connection" not in {row["check"] for row in json.loads(done.stdout)}

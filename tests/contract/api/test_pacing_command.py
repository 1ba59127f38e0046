"""`fairdial pacing show|set|undo` against a floor that runs, found by its folder."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from dialer.cli import run
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId
from dialer.floor.folder import ADDRESS_FILE, TOKEN_FILE, write_address

Started = Callable[..., AbstractContextManager[str]]

SETTINGS = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"))


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>hello</h1>")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def hello() -> Iterator[str]:
    """Where something answers in words."""
    with HTTPServer(("127.0.0.1", 0), _Hello) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def sues(folder: Path) -> str:
    """The token of this folder: one that has sixteen signs, as it must, is not known to this floor."""
    return (folder / TOKEN_FILE).read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a floor whose token is sue's."""
    made = tmp_path / "floor"
    made.mkdir()
    return made


def test_pacing_is_shown_set_and_undone_by_command(
    filled: tuple[str, str, str],
    started: Started,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGNAME", "otto")
    monkeypatch.setattr("dialer.floor.asking.folder_token", sues)
    (folder / TOKEN_FILE).write_text("sue")
    with started(filled[0], SETTINGS) as base:
        write_address(folder, base)
        there = ["c", "--floor", str(folder)]
        assert (
            run(["pacing", "set", *there, "--reason", "people complain", "--ring", "25", "--lines", "12"])
            == 0
        )
        assert "seconds a telephone rings: 25\nmost calls at once: 12\n" in capsys.readouterr().out
        assert run(["pacing", "undo", *there, "--reason", "it was the trunk"]) == 0
        assert "seconds a telephone rings: 22\nmost calls at once: 300\n" in capsys.readouterr().out
        assert run(["pacing", "show", *there, "--json"]) == 0
        changes = msgspec.json.decode(capsys.readouterr().out)["changes"]
        assert [(change["by"], change["reason"]) for change in changes] == [
            ("sue", "it was the trunk (otto, by command)"),
            ("sue", "people complain (otto, by command)"),
            ("", ""),
        ]
        assert run(["pacing", "show", *there]) == 0
        told = capsys.readouterr().out
        assert "rings 15 to 600 s; aims at 3.00% at most" in told
        assert "sue: people complain (otto, by command): ring_s 22 -> 25, lines 300 -> 12" in told
        for words, why in (
            (["--reason", "quick", "--ring", "5"], "asks for 15"),
            (["--reason", "quick", "--lines", "-1"], "lines: Input should be greater than or equal to 0"),
            (["--reason", "", "--lines", "3"], "reason: String should have at least 1 character"),
            (["--reason", "nothing"], "nothing would be changed"),
        ):
            assert run(["pacing", "set", *there, *words]) == 1
            assert why in capsys.readouterr().err
        assert run(["pacing", "show", "nobody's", "--floor", str(folder)]) == 1
        assert "/api/campaigns/nobody%27s/pacing" in capsys.readouterr().err
    assert run(["pacing", "show", *there]) == 1
    assert "the floor does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("told", [b"", b"[]", b"{}", b"\xff"])
def test_a_folder_without_a_floor_says_so(
    folder: Path, told: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pacing", "show", "c", "--floor", str(folder / "none")]) == 1
    assert "no floor was ever started here" in capsys.readouterr().err
    (folder / TOKEN_FILE).write_text("t" * 20)
    (folder / ADDRESS_FILE).write_bytes(told)
    assert run(["pacing", "show", "c", "--floor", str(folder)]) == 1
    assert "where the floor listens" in capsys.readouterr().err


def test_another_program_at_the_floors_address_is_no_floor(
    folder: Path, capsys: pytest.CaptureFixture[str], hello: str
) -> None:
    (folder / TOKEN_FILE).write_text("t" * 20)
    write_address(folder, hello)
    assert run(["pacing", "show", "c", "--floor", str(folder)]) == 1
    assert "what answers is no floor" in capsys.readouterr().err

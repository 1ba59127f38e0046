"""`fairdial deliver`: files at their times, webhooks as it comes, out of a store in which things happen."""

import asyncio
import csv
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from account_floor import DAY, Floor
from sqlalchemy.exc import OperationalError

from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.floor.delivering.queue import Queue
from dialer.floor.delivering.settings import read_deliveries
from dialer.floor.delivering.signing import new_secret
from dialer.inquiry.deliverer import Deliverer
from dialer.settings_reader import SettingsError
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.store import Store

MORNING = """
[[deliveries]]
name = "acme-results"
client = "acme"
what = "results"
folder = "out"
[deliveries.when]
at = [06:30:00]
time_zone = "America/New_York"
"""
HOOK = """
[[webhooks]]
name = "acme"
url = "https://acme.example/hook"
secret_file = "acme.webhook"
clients = ["ACME"]
"""
DUE = DAY + 1_400.0
"""06:30 in New York of DAY's day."""


@dataclass
class Desk:
    """The command's work on a clock and a network of ours."""

    floor: Floor
    now: float = DAY
    said: list[str] = field(default_factory=list[str])
    complained: list[str] = field(default_factory=list[str])
    heard: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    answer: int = 200

    def settings(self, text: str) -> Path:
        file = self.floor.folder / "fairdial-deliveries.toml"
        file.write_text(text)
        (self.floor.folder / "out").mkdir(exist_ok=True)
        (self.floor.folder / "acme.webhook").write_text(new_secret())
        return file

    def look(self, text: str) -> None:
        found = read_deliveries(self.settings(text))

        async def hear(request: httpx2.Request) -> httpx2.Response:
            self.heard.append(json.loads(request.content))
            return httpx2.Response(self.answer)

        opened = Deliverer.opened(
            found,
            self.floor.folder / "states",
            opened=lambda: Store.open(self.floor.address),
            say=self.said.append,
            complain=self.complained.append,
        )
        with opened as deliverer:
            deliverer.now_is = lambda: self.now
            deliverer.transport = httpx2.MockTransport(hear)
            asyncio.run(deliverer.once())

    def files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted((self.floor.folder / "out").iterdir())}

    def on_record(self) -> list[tuple[tuple[str, ...], str]]:
        with Store.open(self.floor.address) as store:
            entries = store.read(lambda connection: list(deeds.entries(connection)))
        return [(entry.deed.about, entry.deed.why.split(" sha256")[0]) for entry in entries]


@pytest.fixture
def desk(floor: Floor) -> Desk:
    return Desk(floor)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_results_go_at_their_time_each_change_once_and_are_on_record(desk: Desk) -> None:
    desk.floor.attempt("a1", DAY - 500)
    desk.look(MORNING)
    assert desk.files() == {}
    desk.floor.attempt("a2", DAY + 10)
    desk.now = DUE
    desk.look(MORNING)
    [(name, content)] = desk.files().items()
    assert name == "acme-results-2026-11-18T0630.csv"
    assert [row["change"].split(":")[1] for row in rows_of(content)] == ["a1"], "a2 is of this second"
    assert {row["client_account"] for row in rows_of(content)} == {"A1"}
    assert desk.on_record() == [
        (("client:acme", "delivery:acme-results"), "acme-results-2026-11-18T0630.csv")
    ]
    desk.floor.attempt("a3", DUE + 500)
    desk.now = DUE + 86_400.0
    desk.look(MORNING)
    assert [row["change"].split(":")[1] for row in rows_of(list(desk.files().values())[1])] == ["a2"]
    assert desk.complained == []


def test_a_pack_is_of_the_day_that_is_over_and_one_archive(desk: Desk) -> None:
    pack = MORNING.replace('"results"', '"pack"').replace("acme-results", "acme-pack")
    desk.look(pack)
    desk.now = DUE
    desk.look(pack)
    [(name, content)] = desk.files().items()
    assert name == "acme-pack-2026-11-17.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        summary = archive.read("summary.csv").decode()
    assert {"summary.csv", "accounts.csv", "pack.xlsx", "exceptions.csv"} <= set(names)
    assert "partial" not in summary
    assert not list((desk.floor.folder / "states" / "acme-pack" / "made").iterdir())


def test_a_webhook_is_told_what_comes_from_its_first_look_on(desk: Desk) -> None:
    desk.floor.attempt("old", DAY - 500)
    desk.floor.attempt("theirs before", DAY - 400, person=desk.floor.other, debt=desk.floor.its)
    desk.look(HOOK)
    assert desk.heard == []
    desk.floor.attempt("a1", DAY + 10)
    body = json.dumps({"type": "stop_number", "number": desk.floor.number})
    fact = {"number": desk.floor.number, "about": desk.floor.person, "kind": "request"}
    desk.floor.happens(t.facts, DAY + 20, **fact, at=DAY + 20, body=body)
    desk.floor.attempt("theirs", DAY + 20, person=desk.floor.other, debt=desk.floor.its)
    desk.floor.attempt("a2", DAY + 30)
    desk.look(HOOK)
    assert [each["type"] for each in desk.heard] == ["account.attempt", "account.request"]
    data = desk.heard[0]["data"]
    assert (data["client_account"], data["number"], data["code"]) == ("A1", "+18135550101", "no_answer")
    assert desk.heard[0]["timestamp"] == data["at"] == "2026-11-18T11:06:50.000000Z"
    assert desk.heard[1]["data"]["code"] == "stop_number"
    assert desk.on_record() == [(("client:ACME", "webhook:acme"), "1 changes")] * 2
    desk.look(HOOK)
    assert len(desk.heard) == 2


def test_what_waits_has_no_name_and_no_number_in_it(desk: Desk) -> None:
    desk.look(HOOK)
    desk.floor.attempt("a1", DAY + 10)
    desk.floor.attempt("a2", DAY + 20)
    desk.answer = 503
    desk.look(HOOK)
    assert desk.complained == ["webhook acme: answered 503"]
    folder = desk.floor.folder / "states" / "webhooks" / "acme"
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"attempt:a1" in kept
    for secret in (b"8135550101", b"P1", b"Example", b"A1\x00"):
        assert secret not in kept
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}


def test_a_queue_that_cannot_be_written_ends_nothing_and_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(Queue, "add", full)
    desk.look(MORNING + HOOK)
    [told] = desk.complained
    assert "disk is full" in told


def test_only_the_kinds_that_are_wanted_are_told(desk: Desk) -> None:
    wanted = HOOK + 'tells = ["hold"]\n'
    desk.look(wanted)
    desk.floor.attempt("a1", DAY + 10)
    desk.floor.attempt("a2", DAY + 20)
    desk.look(wanted)
    assert desk.heard == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("folder = ", "folder_ = "), "did you mean 'folder'"),
        (('folder = "out"', ""), "goes nowhere"),
        (('"results"', '"result"'), "allowed is one of results, pack"),
        (('"America/New_York"', '"New York"'), "no time zone"),
        (("06:30:00", ""), "at"),
        (("06:30:00", '"06:30"'), "without quotes"),
        (('"acme-results"', '"../acme"'), "small letters"),
        (('"results"', '"pack"\nform = "ygc"'), "form, layout and firm are of results"),
        (("\n[deliveries.when]", '\n[deliveries.sftp]\nhost = "-oProxy"\n[deliveries.when]'), "sftp"),
    ],
)
def test_settings_that_cannot_be_are_told(desk: Desk, change: tuple[str, str], what: str) -> None:
    file = desk.settings(MORNING.replace(*change))
    with pytest.raises(SettingsError) as told:
        read_deliveries(file)
    assert what in f"{told.value.what} {told.value.field}"
    assert told.value.where or told.value.mend


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://acme.example/hook", "in clear"),
        ("https://me:secret@acme.example/", "password"),
        ("acme.example/hook", "no address"),
        ("file:///etc/passwd", "no address"),
        ("https://[::1/", "no address"),
    ],
)
def test_addresses_that_cannot_be_are_told(desk: Desk, url: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        read_deliveries(desk.settings(HOOK.replace("https://acme.example/hook", url)))


def test_two_of_one_name_and_a_client_that_nobody_knows_are_refused(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="stands twice"):
        read_deliveries(desk.settings(MORNING * 2))
    with pytest.raises(MendableError, match="no client is called 'acne'") as told:
        desk.look(MORNING.replace('client = "acme"', 'client = "acne"'))
    assert (told.value.where, "acme" in told.value.mend) == ("delivery acme-results", True)


def test_the_command_from_the_settings_to_the_file(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk.settings(MORNING + HOOK)
    state = str(desk.floor.folder / "states")
    options = ["--settings", str(file), "--state", state]
    stored = ["--store", desk.floor.address]
    assert run(["deliver", "run", "--once", *options, *stored]) == 0
    desk.floor.attempt("a1", DAY + 10)
    desk.floor.attempt("a2", DAY + 20)
    assert run(["deliver", "now", "acme-results", *options, *stored]) == 0
    assert len(desk.files()) == 1
    assert run(["deliver", "show", *options, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    [one], [hook] = shown["deliveries"], shown["webhooks"]
    assert (one["last"]["rows"], one["trouble"], one["waits"]) == (1, "", "")
    assert (hook["waiting"], hook["sent"], hook["put_aside"]) == (0, 0, 0)
    assert run(["deliver", "now", "nothing", *options, *stored]) == 1
    assert "no delivery is called 'nothing'" in capsys.readouterr().err
    secret = desk.floor.folder / "new.webhook"
    assert run(["deliver", "secret", str(secret)]) == 0
    assert secret.stat().st_mode & 0o777 == 0o600
    assert run(["deliver", "secret", str(secret)]) == 1
    assert run(["deliver", "again", "acme", *options]) == 0


def test_only_one_process_delivers(desk: Desk) -> None:
    file = desk.settings(MORNING)
    opened = Deliverer.opened(
        read_deliveries(file),
        desk.floor.folder / "states",
        opened=lambda: Store.open(desk.floor.address),
        say=desk.said.append,
        complain=desk.said.append,
    )
    with opened, pytest.raises(MendableError, match="another process"):
        desk.look(MORNING)

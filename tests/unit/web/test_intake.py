"""Creditors' files over HTTP: streamed, taken in beside the loop, under walls, refused lines back."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer import clock
from dialer.access.roles import Role
from dialer.access.walls import Walls
from dialer.cli.intake_desk import KEPT, WRITTEN_AT_ONCE, StoreIntake, done_apart
from dialer.domain.errors import MendableError
from dialer.floor.file_holds import file_holds
from dialer.floor.intake_job import Job, Outcome, run
from dialer.storage.database import tables as t
from dialer.storage.placements.holding import HELD
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.bounds.limits import Limits
from dialer.web.ports import BusyError, Upload
from dialer.web.tokens import Token, Tokens, digest_of
from dialer.web.visitor import OUTSIDE

HEADING = "client_id,client_account,person_ref,last,phone_1,phone_1_role,current_balance,cease\n"


class FakePlaces:
    """acme's campaign is `c`."""

    async def clients(self) -> dict[str, str]:
        return {"c": "acme"}


async def done_here(job: Job) -> Outcome:
    """As the process of its own does it: a process for each would take a minute."""
    again = msgspec.json.decode(msgspec.json.encode(job), type=Job)
    outcome = await asyncio.to_thread(run, again)
    return msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome)


class FakeFloor:
    """Nobody looks at it."""

    def snapshot(self) -> None:
        raise AssertionError("nobody looks")


def line(account: str, *, client: str = "acme", amount: str = "100.00", cease: str = "no") -> str:
    return f"{client},{account},P{account},Example,21255501{account[-2:]},own,{amount},{cease}\n"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture
def web(tmp_path: Path, address: str) -> Iterator[TestClient]:
    clerk, walls = frozenset({Role.CLERK}), Walls(clients=frozenset({"acme"}))
    officer = frozenset({Role.COMPLIANCE})
    tokens = Tokens(
        [
            Token(digest=digest_of("clerk"), roles=clerk, name="Cora"),
            Token(digest=digest_of("walled"), roles=clerk, name="Will", walls=walls),
            Token(digest=digest_of("agent"), roles=frozenset({Role.AGENT}), name="Al"),
            Token(digest=digest_of("officer"), roles=officer, name="Oda"),
            Token(digest=digest_of("walled officer"), roles=officer, name="Olga", walls=walls),
        ]
    )
    made = make_web(
        floor=cast("Any", FakeFloor()),
        tokens=tokens,
        registry=CollectorRegistry(),
        places=cast("Any", FakePlaces()),
        intake_desk=StoreIntake(database=address, folder=tmp_path / "floor", done=done_here),
        limits=Limits(upload_bytes=100_000),
    )
    with TestClient(made.application, headers={"Authorization": "Bearer clerk"}) as opened:
        yield opened


def sent(web: TestClient, text: str | bytes, *, who: str = "clerk", **query: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {who}"}
    asked = {"name": "weekly.csv", "campaign": "c", **query}
    body = text.encode() if isinstance(text, str) else text
    answer = web.post("/api/intake/files", params=asked, content=body, headers=headers)
    return answer.status_code, answer.json()


def accounts(address: str) -> list[str]:
    """Those of a few accounts that are on file."""
    with Store.open(address) as store:
        names = {store.identifiers.debt(*key): key[1] for key in (("acme", "A01"), ("other", "B01"))}
        names |= {store.identifiers.debt("acme", "A02"): "A02"}
        rows = store.read(lambda connection: connection.execute(t.debts.select()).all())
        return sorted(names[row.debt] for row in rows)


def held(address: str) -> list[str]:
    return [hold.signals for hold in file_holds(address, None)]


def test_an_officer_answers_for_the_history_of_a_client_s_accounts_in_their_own_name(
    web: TestClient, address: str
) -> None:
    """Whoever has walls only of the accounts inside them; a store of another client stays as it was."""
    sent(web, HEADING + line("A01") + line("B01", client="other"))
    url, said = "/api/intake/attestations", {"since": "2026-01-05", "why": "the client's letter"}
    agent = {"Authorization": "Bearer agent"}
    assert web.post(url, json={**said, "client": "acme"}, headers=agent).status_code == 403
    officer, inside = {"Authorization": "Bearer officer"}, {"Authorization": "Bearer walled officer"}
    names = {"accounts": ["other/B01"], "client": "acme"}
    refused = web.post(url, json={**said, **names}, headers=inside)
    assert (refused.status_code, "1 accounts are not on file" in refused.text) == (422, True)
    assert web.post(url, json={**said, "accounts": ["other/B01"]}, headers=inside).status_code == 403
    assert web.post(url, json={**said, "client": "nobody"}, headers=officer).status_code == 422
    told = web.post(url, json={**said, "client": "acme"}, headers=inside).json()
    assert (told["accounts"], told["by"], told["since"]) == (1, "Olga", "2026-01-05")
    with Store.open(address) as store:
        debt = store.identifiers.debt("acme", "A01")
        rows = store.read(lambda connection: connection.execute(t.facts.select()).all())
    assert [(row.debt, row.kind) for row in rows] == [(debt, "attested")]
    assert '"by":"Olga"' in rows[0].body


def test_a_placement_is_tried_taken_and_its_refused_lines_come_back_and_its_holds_end(
    web: TestClient, tmp_path: Path, address: str
) -> None:
    """The report is the command's; the holds are released in the name of whoever asks."""
    text = HEADING + line("A01") + line("A02", amount="?", cease="yes")
    status, told = sent(web, text, dry_run=True)
    assert (status, told["accepted"], told["rejected"], told["dry_run"]) == (200, 1, 1, True)
    assert not Path(address).exists()
    status, told = sent(web, text)
    assert (status, told["accepted"], told["held"], told["refused_whole"]) == (200, 1, 1, None)
    assert told["rejected_lines"][0]["column"] == "current_balance"
    assert accounts(address) == ["A01"]
    back = web.get(f"/api/intake/files/{told['upload']}/returned")
    rows = list(csv.reader(back.text.splitlines()))
    assert rows[0][:3] == ["client_id", "client_account", "person_ref"]
    assert [(row[1], row[-3:-1]) for row in rows[1:]] == [("A02", ["3", "current_balance"])]
    (hold,) = {row["import_id"] for row in web.get("/api/intake/holds").json()}
    assert sent(web, text)[0] == 409, "the same bytes"
    url = f"/api/intake/holds/{hold}/release"
    assert web.post(url, json={"why": "mended"}).json()["by"] == "Cora"
    assert {one.released_by for one in file_holds(address, hold)} == {"Cora"}
    assert web.post(url, json={"why": "again"}).status_code == 422
    left = [path.name for path in (tmp_path / "floor" / "intake").rglob("*") if path.is_file()]
    assert "weekly.csv" not in left, "what came in is in the store, and in no file besides"


def test_logs_and_lists_of_another_system_come_in_as_by_the_command(web: TestClient, address: str) -> None:
    """Local times need their zone, a list its kind and day, and a column nobody explained an answer."""
    sent(web, HEADING + line("A01") + line("A02"))
    log = "at,number,outcome\n2026-11-27 12:00:00,2125550101,no_answer\n"
    asked: dict[str, Any] = {"kind": "history", "name": "calls.csv", "days": 100_00}
    status, told = sent(web, log, **asked)
    assert (status, told["accepted"], told["rejected"]) == (200, 0, 1)
    assert "say it with --zone" in told["rejected_lines"][0]["reason"]
    status, told = sent(web, log, **asked, zone="Eastern")
    assert (status, "there is no time zone 'Eastern'" in told["detail"]) == (422, True)
    status, told = sent(web, log, **asked, zone="America/New_York")
    assert (status, told["accepted"], told["rejected"]) == (200, 1, 0)
    listed: dict[str, Any] = {"kind": "list", "name": "w.csv", "scrub": "wireless", "of_day": "2026-11-01"}
    text = "number,cease\n2125550101,yes\n2125550199,\n"
    status, told = sent(web, text, **listed)
    assert (status, "what cease means" in told["detail"]) == (422, True)
    status, told = sent(web, text, **listed, column="cease=ignore")
    assert (status, told["accepted"]) == (200, 2)
    assert sent(web, text, kind="list", name="x.csv", scrub="everything")[0] == 422
    others: dict[str, Any] = {"zone": "Asia/Tokyo", "days": 3, "scrub": "wireless", "of_day": "2026-11-01"}
    for name, value in others.items():
        status, told = sent(web, HEADING + line("A02"), **{name: value})
        assert (status, "says nothing of a file of placement" in told["detail"]) == (422, True)
    assert sent(web, text, **{**listed, "of_day": "soon"})[0] == 422
    assert sent(web, log, who="walled", **asked, client="acme")[0] == 403
    assert sent(web, text, who="walled", **listed, client="acme")[0] == 403
    with Store.open(address) as store:
        person = store.identifiers.person("acme", "PA01")
        found = store.person_files([person], now=clock.posix_now() + 1)[person]
    assert [entry.at.isoformat() for entry in found.history] == ["2026-11-27T17:00:00+00:00"]


def test_what_is_told_of_people_comes_in_by_a_mapping_that_somebody_confirmed(
    web: TestClient, address: str
) -> None:
    sent(web, HEADING + line("A01"))
    toml = 'name = "pay"\nversion = 1\nof = "payments"\n[columns]\nacct = "client_account"\namt = "amount"\n'
    toml += '[always]\nclient_id = "?"\n'
    kept = web.put("/api/intake/mappings/pay", json={"toml": toml}).json()
    assert (kept["of"], kept["questions"], kept["confirmed_by"]) == ("payments", ["always: client_id"], "")
    url = "/api/intake/mappings/pay/confirmation"
    assert web.post(url, json={"meaning": kept["meaning"]}).status_code == 422
    looked = web.put("/api/intake/mappings/pay", json={"toml": toml.replace('"?"', '"acme"')}).json()
    asked = {"kind": "payments", "mapping": "pay", "name": "pay.txt"}
    status, told = sent(web, "Acct|Amt\nA01|10.00\n", **asked)
    assert (status, "nobody has confirmed it" in told["detail"]) == (422, True)
    assert web.post(url).status_code == 422, "nobody says what they looked at"
    stale = web.post(url, json={"meaning": kept["meaning"]})
    assert (stale.status_code, "changed since it was looked at" in stale.text) == (422, True)
    assert web.post(url, json={"meaning": looked["meaning"]}).json()["confirmed_by"] == "Cora"
    status, told = sent(web, "Acct|Amt\nA01|10.00\nA77|1.00\n", **asked)
    assert (status, told["accepted"], told["rejected"]) == (200, 1, 1)
    back = web.get(f"/api/intake/files/{told['upload']}/returned").text.splitlines()

    assert back[1].startswith("A77|1.00|3|account|")
    assert [one["version"] for one in web.get("/api/intake/mappings").json()] == [1]
    assert web.put("/api/intake/mappings/bad", json={"toml": "x = 1"}).status_code == 422
    confirmed = web.post("/api/intake/mappings/none/confirmation", json={"meaning": looked["meaning"]})
    assert confirmed.status_code == 404
    assert sent(web, "x", mapping="none")[0] == 404


def test_whoever_has_walls_brings_their_own_clients_lines_alone(web: TestClient, address: str) -> None:
    """Another client's line is refused, and holds nobody; a wish about another's people is about nobody."""
    both = HEADING + line("A01") + line("B01", client="other") + line("B02", client="other", cease="yes")
    assert sent(web, both, who="walled")[0] == 403
    assert sent(web, both, who="walled", client="other") == (403, {"detail": OUTSIDE})
    assert sent(web, both, who="walled", client="acme", campaign="d")[0] == 403
    status, told = sent(web, both, who="walled", client="acme")
    assert (status, told["accepted"], told["rejected"], told["held"]) == (200, 1, 2, 0)
    assert accounts(address) == ["A01"]
    sent(web, HEADING + line("B01", client="other"), name="other.csv")
    bare = HEADING + ",,,x,2125550101,own,1.00,yes\n,,,x,2125550109,own,1.00,yes\n"
    status, told = sent(web, bare, who="walled", client="acme", name="bare.csv")
    assert (status, told["rejected"], len(held(address))) == (200, 2, 2), "acme's own, and nobody's yet"
    web.post("/api/intake/holds/" + file_holds(address, None)[0].import_id + "/release", json={"why": "seen"})
    sent(web, HEADING + line("B05", client="other"), name="third.csv")
    theirs = HEADING + ",,,x,2125550105,own,1.00,yes\n"
    assert sent(web, theirs, who="walled", client="acme", name="theirs.csv")[0] == 200
    assert [hold.number for hold in file_holds(address, None) if hold.state == HELD] == []
    wishes = "person,number\nacme/PA01,\nother/PB01,\n,2125550101\n"
    status, told = sent(web, wishes, who="walled", client="acme", kind="suppressions")
    assert [one["line"] for one in told["rejected_lines"]] == [3]
    for url, code in (("?client=acme", 200), ("", 403), ("?client=other", 403)):
        asked = web.get(
            f"/api/intake/files/{told['upload']}/returned{url}", headers={"Authorization": "Bearer walled"}
        )
        assert asked.status_code == code


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        (b"", {}, 422),
        (b"\x00\x01", {}, 422),
        (b"x" * 100_000, {}, 422),
        (b"x" * 100_001, {}, 413),
        (b"a,b\n1,2\n", {"kind": "history"}, 422),
        (b"a,b\n1,2\n", {"mapping": "../x"}, 422),
        (b"a,b\n1,2\n", {"most_refused": 2}, 422),
        (b"a,b\n1,2\n", {"column": "x"}, 422),
        (b"a,b\n1,2\n", {"camapign": "x"}, 422),
    ],
)
def test_what_is_no_file_is_refused_and_leaves_nothing(
    web: TestClient, tmp_path: Path, body: bytes, query: dict[str, Any], status: int
) -> None:
    assert sent(web, body, **query)[0] == status
    assert not list((tmp_path / "floor").rglob("weekly*"))


@pytest.mark.parametrize("name", ["../../x.csv", "/etc/passwd", "..", "a\\b\r\n.csv"])
def test_a_file_s_name_leads_nowhere(web: TestClient, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.iterdir())
    status, told = sent(web, HEADING + line("A01"), name=name, dry_run=True)
    assert (status, told["accepted"]) == (200, 1)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "floor"])


def test_a_mapping_s_name_and_a_file_s_lead_nowhere(web: TestClient) -> None:
    for path in ("files/..%2F..%2Fx/returned", "files/none/returned", "files/A/returned"):
        assert web.get(f"/api/intake/{path}").status_code in (404, 422)
    assert web.put("/api/intake/mappings/..%2Fx", json={"toml": "x"}).status_code in (404, 422)


async def test_refused_lines_of_the_oldest_files_go(tmp_path: Path, address: str) -> None:
    desk = StoreIntake(database=address, folder=tmp_path / "floor")
    for n in range(KEPT + 3):
        desk._begin(f"f{n:03}", "")  # pyright: ignore[reportPrivateUsage]  # a process for each would take a minute
    assert len(list((tmp_path / "floor" / "intake").iterdir())) == KEPT


async def test_a_process_of_its_own_takes_a_file_in(tmp_path: Path, address: str) -> None:
    """What it cannot do it says; a file that is there no more is no traceback."""
    file = tmp_path / "f.csv"
    file.write_text(HEADING + line("A01"))
    job = Job(
        file=str(file),
        kind="placement",
        client="",
        campaign="c",
        by="Cora",
        returned=str(tmp_path / "back.csv"),
        address=address,
        folder=str(tmp_path),
    )
    outcome = await done_apart(job)
    assert outcome.trouble == ""
    assert accounts(address) == ["A01"]


async def test_a_file_that_takes_too_long_is_ended_and_says_so(tmp_path: Path, address: str) -> None:
    """What it had begun is gone on with, or is not there."""
    file = tmp_path / "f.csv"
    file.write_text(HEADING + line("A01"))
    job = Job(
        file=str(file),
        kind="placement",
        client="",
        campaign="c",
        by="Cora",
        returned=str(tmp_path / "back.csv"),
        address=address,
        folder=str(tmp_path),
    )
    with pytest.raises(MendableError, match="not taken in within 0 s"):
        await done_apart(job, within_s=0.0)


async def _parts(text: str, *, after: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    yield text[:10].encode()
    if after is not None:
        await after.wait()
    yield text[10:].encode()


async def test_a_file_that_comes_slowly_keeps_no_other_from_being_taken_in(
    tmp_path: Path, address: str
) -> None:
    desk = StoreIntake(database=address, folder=tmp_path / "floor", done=done_here)
    upload = Upload(name="f.csv", kind="placement", client="acme", campaign="c", mapping="", by="Cora")
    comes = asyncio.Event()
    slow = asyncio.create_task(desk.take_in(upload, _parts(HEADING + line("A01"), after=comes)))
    await asyncio.sleep(0)
    quick = await desk.take_in(upload, _parts(HEADING + line("A02")))
    assert (quick.trouble, accounts(address)) == ("", ["A02"])
    comes.set()
    assert (await slow).trouble == ""
    assert accounts(address) == ["A01", "A02"]


async def test_more_files_than_may_be_on_their_way_are_told_to_come_again(
    tmp_path: Path, address: str
) -> None:
    """And one that is there does not wait for ever for another that is taken in."""
    comes, ends = asyncio.Event(), asyncio.Event()

    async def done(_job: Job) -> Outcome:
        await ends.wait()
        return Outcome(summary={})

    desk = StoreIntake(database=address, folder=tmp_path / "floor", done=done, waits_s=0.0)
    upload = Upload(name="f.csv", kind="placement", client="acme", campaign="c", mapping="", by="Cora")
    every = [
        asyncio.create_task(desk.take_in(upload, _parts(f"{HEADING}{n}", after=comes)))
        for n in range(WRITTEN_AT_ONCE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await desk.take_in(upload, _parts(HEADING))
    comes.set()
    ending = asyncio.as_completed(every)
    for _ in range(WRITTEN_AT_ONCE - 1):  # one is taken in, and the others do not wait for it
        with pytest.raises(BusyError):
            await next(ending)
    with pytest.raises(BusyError):
        await desk.take_in(upload, _parts(HEADING))
    ends.set()
    assert (await next(ending)).trouble == ""
    assert (await desk.take_in(upload, _parts(HEADING))).trouble == ""

"""Drop folders: a file is picked up whole, taken in once, moved and acknowledged, whenever its taker dies."""

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from dialer.domain.errors import MendableError
from dialer.files import opened_itself
from dialer.floor import drop_folders
from dialer.floor.drop_folders import (
    Acknowledged,
    DropFolder,
    DropKind,
    FileWaitsError,
    State,
    Watch,
    read_drop_folders,
    watched_alone,
)
from dialer.floor.drop_trust import why_left
from dialer.floor.intake_job import Job, Outcome, run
from dialer.settings_reader import SettingsError
from dialer.storage.database import tables as t
from dialer.storage.store import Store

HEADING = "client_id,client_account,person_ref,last,state,phone_1,phone_1_role,current_balance"
ADA = "acme,A1,P1,Example,NY,2125550101,own,100.00"
BEN = "acme,A2,P2,Example,NY,2125550102,own,250.50"
WRONG = "acme,A3,P3,Example,ZZ,2125550103,own,75.25"
NO_SUM = "acme,A4,P4,Example,NY,2125550104,own,nothing"


class Desk:
    """A folder, a store, and a clock that stands still unless it is moved."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "drop"
        self.folder.mkdir()
        self.store = place / "store.db"
        self.now = 1_000.0
        self.jobs: list[Job] = []
        self.dies: Callable[[Job, str], None] = lambda _job, _when: None
        self.settings: dict[str, Any] = {"folder": str(self.folder), "client": "acme", "settled_s": 60.0}
        self.watch = self.started()

    def started(self, **settings: Any) -> Watch:
        """A process that begins to watch the folder."""
        self.settings |= settings
        self.watch = Watch(
            DropFolder(**self.settings),
            take=self.take,
            now=lambda: self.now,
            address=str(self.store),
            floor=str(self.store.parent),
            by="clerk",
        )
        return self.watch

    def take(self, job: Job) -> Outcome:
        """As a process does it that may die before or after."""
        self.jobs.append(job)
        self.dies(job, "before")
        outcome = run(job)
        self.dies(job, "after")
        return outcome

    def put(self, *lines: str, name: str = "weekly.csv") -> Path:
        """The client's file."""
        file = self.folder / name
        file.write_text("\n".join((HEADING, *lines)) + "\n")
        return file

    def look(self) -> list[Acknowledged]:
        """At once."""
        return list(self.watch.look())

    def settled(self) -> list[Acknowledged]:
        """Look, and once more when what stands still has stood still for long enough."""
        assert self.look() == []
        self.now += 60.0
        return self.look()

    def names(self, folder: str) -> list[str]:
        """Files of a folder, without their hashes."""
        return sorted(file.name.split("-", 1)[1] for file in (self.folder / folder).iterdir())

    def accounts(self) -> int:
        """How many are in the store."""
        with Store.open(str(self.store)) as store:
            return store.read(lambda connection: len(connection.execute(t.debts.select()).all()))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def test_a_file_is_taken_when_it_has_stood_still_long_enough_and_no_second_before(desk: Desk) -> None:
    desk.put(ADA)
    assert desk.look() == []
    desk.now += 59.0
    assert desk.look() == []
    desk.put(ADA, BEN)  # it still grows
    assert desk.look() == []
    desk.now += 59.999
    assert desk.look() == []
    desk.now += 0.001
    (told,) = desk.look()
    assert (told.state, told.accepted, told.accepted_cents) == (State.TAKEN, 2, {"USD": 35_050})
    assert desk.names("done") == ["weekly.csv"]
    assert desk.look() == []
    assert desk.accounts() == 2


def test_what_became_of_a_file_is_acknowledged_with_counts_sums_and_its_refused_lines(desk: Desk) -> None:
    desk.put(ADA, WRONG, NO_SUM)
    (told,) = desk.settled()
    assert (told.lines, told.accepted, told.refused) == (3, 1, 2)
    assert (told.accepted_cents, told.refused_cents) == ({"USD": 10_000}, {"USD": 7_525})
    assert told.refused_without_amount == 1
    assert desk.names("acknowledged") == ["weekly.csv.json", "weekly.csv.refused.csv"]
    returned = (desk.folder / "acknowledged" / told.refused_lines).read_text()
    assert returned.splitlines()[0].startswith(HEADING)
    assert WRONG in returned
    assert ADA not in returned
    (file,) = (desk.folder / "acknowledged").glob("*.json")
    written = json.loads(file.read_text())
    assert (written["state"], written["file"], written["accepted"]) == ("taken", "weekly.csv", 1)
    assert written["sha256"].startswith(file.name.split("-")[0])


def test_a_file_that_is_no_placement_is_moved_to_the_refused_and_says_why(desk: Desk) -> None:
    (desk.folder / "weekly.csv").write_text("name,telephone\nAda,2125550101\n")
    (told,) = desk.settled()
    assert (told.state, told.accepted) == (State.REFUSED, 0)
    assert "client_account" in told.why or "required" in told.why
    assert desk.names("refused") == ["weekly.csv"]
    assert desk.look() == []


def test_a_file_above_its_share_of_refusals_is_refused_whole(desk: Desk) -> None:
    desk.started(most_refused=0.3)
    desk.put(ADA, WRONG)
    (told,) = desk.settled()
    assert (told.state, told.accepted, told.accepted_cents, told.refused) == (State.REFUSED_WHOLE, 0, {}, 1)
    assert desk.names("refused") == ["weekly.csv"]
    assert desk.accounts() == 0


def test_another_clients_lines_are_refused(desk: Desk) -> None:
    desk.put(ADA, "other,A9,P9,Example,NY,2125550109,own,1.00")
    (told,) = desk.settled()
    assert (told.accepted, told.refused) == (1, 1)


@pytest.mark.parametrize(
    "name",
    [".weekly.csv", "~weekly.csv", "weekly.csv.part", "weekly.csv.TMP", "weekly.csv.filepart", "w.swp"],
)
def test_temporary_names_are_left_alone(desk: Desk, name: str) -> None:
    file = desk.put(ADA, name=name)
    assert desk.settled() == []
    assert file.exists()


def test_links_and_folders_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(f"{HEADING}\n{ADA}\n")
    (desk.folder / "weekly.csv").symlink_to(tmp_path / "secret.csv")
    (desk.folder / "mine").mkdir()
    os.mkfifo(desk.folder / "pipe.csv")
    os.link(tmp_path / "secret.csv", desk.folder / "other.csv")
    assert desk.settled() == []
    assert {path.name: why.split(":")[0] for path, why in desk.watch.left.items()} == {
        "weekly.csv": "a link",
        "mine": "a folder",
        "pipe.csv": "no ordinary file",
        "other.csv": "it has another name besides (a hard link)",
    }


@pytest.mark.parametrize(("uid", "is_taken"), [(7, True), (8, True), (9, False)])
def test_a_file_is_the_folder_s_owner_s_or_ours(tmp_path: Path, uid: int, *, is_taken: bool) -> None:
    found = list(tmp_path.stat())
    found[0], found[3], found[4] = stat.S_IFREG | 0o600, 1, uid
    why = why_left(os.stat_result(found), frozenset({7, 8}))
    assert (why == "", "foreign owner" in why) == (is_taken, not is_taken)


@pytest.mark.parametrize("name", ["taking", "done", "refused", "acknowledged"])
def test_a_folder_of_ours_that_leads_elsewhere_is_not_written_to(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (desk.folder / name).symlink_to(tmp_path / "elsewhere")
    desk.put(ADA)
    with pytest.raises(MendableError, match="a link"):
        desk.look()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_became_a_link_after_it_was_looked_at_is_not_opened(desk: Desk, tmp_path: Path) -> None:
    """Its hash was taken of the file that was there before."""
    secret = tmp_path / "secret.csv"
    secret.write_text(f"{HEADING}\n{ADA}\n")
    desk.look()
    (desk.folder / "taking" / "0123456789ab-weekly.csv").symlink_to(secret)
    (told,) = desk.look()
    assert (told.state, told.why, told.lines) == (State.REFUSED, "a link: put the file itself there", 0)
    assert (desk.jobs, desk.names("refused")) == ([], ["weekly.csv"])
    (desk.folder / "linked.csv").symlink_to(secret)
    with pytest.raises(OSError, match="linked"):
        opened_itself(desk.folder / "linked.csv")


def test_a_file_that_cannot_be_read_waits_and_the_others_do_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.put(ADA)
    desk.put(BEN, name="zweekly.csv")
    opened = drop_folders.opened_itself

    def refuses(path: Path) -> BinaryIO:
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path)

    monkeypatch.setattr(drop_folders, "opened_itself", refuses)
    (told,) = desk.settled()
    assert (told.file, desk.watch.left) == (
        "zweekly.csv",
        {file: "it cannot be read (Permission denied)"},
    )


def test_a_companion_that_a_kill_left_says_nothing_of_the_next_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose times its sender may have kept, so that it looks older than the companion."""
    desk.started(companion=".done")
    companion = desk.folder / "weekly.csv.done"
    desk.put(ADA)
    companion.touch()
    move = drop_folders.moved

    def dies(file: Path, to: Path) -> None:
        move(file, to)
        raise Killed

    monkeypatch.setattr(drop_folders, "moved", dies)
    with pytest.raises(Killed):
        desk.look()
    monkeypatch.setattr(drop_folders, "moved", move)
    os.utime(desk.put(BEN), ns=(1_000, 1_000))
    (told,) = desk.look()
    assert (told.accepted, desk.accounts(), companion.exists()) == (1, 1, False)
    companion.touch()
    (told,) = desk.look()
    assert (told.accepted, desk.accounts()) == (1, 2)


def test_a_file_of_which_nothing_can_be_told_now_waits(desk: Desk) -> None:
    """It was taken in, its taker was killed, and the second reading fails."""
    desk.started()
    desk.put(ADA)

    def dies(_job: Job, when: str) -> None:
        if when == "after":
            raise Killed

    desk.dies = dies
    with pytest.raises(Killed):
        desk.settled()
    desk.dies = lambda _job, _when: None
    take = desk.take
    desk.take = lambda job: Outcome(trouble="the store is locked") if job.is_dry else take(job)  # type: ignore[method-assign]
    desk.started()
    with pytest.raises(FileWaitsError, match="locked"):
        desk.look()
    assert (desk.names("taking"), desk.names("done")) == (["weekly.csv"], [])
    assert "weekly.csv.json" not in desk.names("acknowledged")
    desk.take = take  # type: ignore[method-assign]
    desk.started()
    (told,) = desk.look()
    assert (told.state, told.lines, told.accepted) == (State.TAKEN, 1, 1)


def test_where_a_companion_is_agreed_a_file_waits_for_it_however_long_it_stands_still(desk: Desk) -> None:
    """One that is older than the file was of the file before, and says nothing of this one."""
    desk.started(companion=".done")
    file, companion = desk.put(ADA), desk.folder / "weekly.csv.done"
    desk.now += 10_000.0
    assert desk.look() == []
    companion.touch()
    os.utime(file, ns=(2_000_000_000, 2_000_000_000))
    os.utime(companion, ns=(1_999_999_999, 1_999_999_999))
    assert desk.look() == []
    os.utime(companion, ns=(2_000_000_000, 2_000_000_000))
    (told,) = desk.look()
    assert (told.state, companion.exists()) == (State.TAKEN, False)


def test_the_same_bytes_again_change_nothing_and_say_so(desk: Desk) -> None:
    desk.put(ADA, WRONG)
    desk.settled()
    desk.put(ADA, WRONG, name="again.csv")
    (told,) = desk.settled()
    assert (told.state, told.file, told.accepted, told.refused) == (State.KNOWN, "again.csv", 1, 1)
    assert desk.names("done") == ["again.csv", "weekly.csv"]
    assert desk.accounts() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_is_killed_while_a_file_is_taken_in_goes_on_with_it(desk: Desk, when: str) -> None:
    """Never taken twice, never lost: the report is the same as it would have been."""

    def dies(_job: Job, now: str) -> None:
        if now == when:
            raise Killed

    desk.put(ADA, BEN, WRONG)
    assert desk.look() == []
    desk.now += 60.0
    desk.dies = dies
    with pytest.raises(Killed):
        desk.look()
    assert desk.names("taking") == ["weekly.csv"]
    assert desk.names("acknowledged") in ([], ["weekly.csv.refused.csv"])
    desk.dies = lambda _job, _when: None
    desk.started()
    (told,) = desk.look()
    assert (told.state, told.accepted, told.refused, told.refused_lines != "") == (State.TAKEN, 2, 1, True)
    assert (told.accepted_cents, told.refused_cents) == ({"USD": 35_050}, {"USD": 7_525})
    assert (desk.names("taking"), desk.names("done")) == ([], ["weekly.csv"])
    assert desk.accounts() == 2


def test_whoever_is_killed_after_the_acknowledgement_only_moves_the_file(desk: Desk) -> None:
    desk.put(ADA)
    (told,) = desk.settled()
    (done,) = (desk.folder / "done").iterdir()
    done.replace(desk.folder / "taking" / done.name)  # as it was a moment before
    count = len(desk.jobs)
    desk.started()
    assert desk.look() == [told]
    assert (len(desk.jobs), desk.names("done")) == (count, ["weekly.csv"])


def test_a_refused_file_that_comes_again_is_asked_anew_even_if_its_taker_is_killed(desk: Desk) -> None:
    """What was told of the same bytes before goes first: what refused them may have been mended."""
    desk.put(ADA, WRONG)
    desk.started(most_refused=0.0)
    (told,) = desk.settled()
    assert told.state is State.REFUSED_WHOLE

    def dies(_job: Job, _when: str) -> None:
        raise Killed

    desk.started(most_refused=None)
    desk.put(ADA, WRONG)
    assert desk.look() == []
    desk.now += 60.0
    desk.dies = dies
    with pytest.raises(Killed):
        desk.look()
    desk.dies = lambda _job, _when: None
    desk.started()
    (told,) = desk.look()
    assert (told.state, desk.accounts()) == (State.TAKEN, 1)


def test_a_file_waits_while_what_takes_it_in_is_not_as_it_should_be(desk: Desk) -> None:
    """No client is told that their file was refused because a mapping of ours is missing."""
    desk.started(mapping=str(desk.folder.parent / "none.toml"))
    desk.put(ADA)
    assert desk.look() == []
    desk.now += 60.0
    for _ in range(2):
        with pytest.raises(FileWaitsError, match=r"none\.toml"):
            desk.look()
    assert (desk.names("taking"), desk.names("acknowledged")) == (["weekly.csv"], [])
    desk.started(mapping="")
    (told,) = desk.look()
    assert (told.state, desk.accounts()) == (State.TAKEN, 1)


def test_suppressions_come_by_folder_too(desk: Desk) -> None:
    desk.put(ADA)
    desk.settled()
    desk.started(kind=DropKind.SUPPRESSIONS)
    (desk.folder / "dnc.csv").write_text("number,source\n2125550101,client's list\n")
    (told,) = desk.settled()
    assert (told.kind, told.state, told.accepted, told.refused) == ("suppressions", State.TAKEN, 1, 0)


def test_a_folder_is_watched_by_one_process(desk: Desk, tmp_path: Path) -> None:
    with (
        watched_alone(desk.folder),
        pytest.raises(MendableError, match="another process"),
        watched_alone(desk.folder),
    ):
        pass
    with pytest.raises(MendableError, match="no such folder"), watched_alone(tmp_path / "none"):
        pass


def test_settings_name_folders_from_where_their_file_is(tmp_path: Path) -> None:
    file = tmp_path / "fairdial-intake.toml"
    file.write_text(
        'every_s = 5\n[[folders]]\nfolder = "acme"\nclient = "acme"\nkind = "payments"\nmapping = "m.toml"\n'
    )
    found = read_drop_folders(file)
    (one,) = found.folders
    assert (found.every_s, one.folder, one.mapping) == (5.0, str(tmp_path / "acme"), str(tmp_path / "m.toml"))
    assert (one.settled_s, one.kind.value, one.companion) == (60.0, "payments", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[folders]]\nfolder = "a"\nclient = "x"\nkind = "letters"\n', "kind"),
        ('[[folders]]\nfolder = "a"\nclient = ""\n', "client"),
        ('[[folders]]\nfolder = "a"\nclient = "x"\nsettled_s = 0.5\n', "settled_s"),
        ('[[folders]]\nfolder = "a"\nclient = "x"\nsetled_s = 5\n', "setled_s"),
        ('[[folders]]\nfolder = "a"\nclient = "x"\n[[folders]]\nfolder = "./a"\nclient = "y"\n', "twice"),
        ("folders = [", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "fairdial-intake.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        read_drop_folders(file)
    assert told in f"{error.value.field} {error.value}"

"""What a server lists, of one that is not to be believed."""

import pytest

from dialer.floor.delivering import sftp
from dialer.floor.delivering.sftp import Listed, Sftp, listed

LINE = "-rw-r--r--    1 0        0            {bytes} Dec  1 03:00 {name}"


def test_a_name_with_a_way_in_it_is_no_file_of_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [LINE.format(bytes=3, name=name) for name in ("weekly.csv", "../../etc/x", "/etc/y", "two words")]
    lines.append(LINE.format(bytes=3, name="folder").replace("-rw", "drw", 1))

    def run(_of: Sftp, *_commands: str) -> str:
        return "\n".join(lines)

    monkeypatch.setattr(sftp, "_run", run)
    of = Sftp(host="h", user="u", key="k", known_hosts="n", folder="f")
    assert listed(of) == (Listed(name="two words", bytes=3), Listed(name="weekly.csv", bytes=3))

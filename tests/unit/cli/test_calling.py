"""Who may be called tomorrow, as it is told at a terminal."""

from datetime import date
from unittest.mock import patch

import pytest

from dialer.cli import calling
from dialer.inquiry.callable import CallableOn


def test_a_zone_stands_whole_on_its_line_with_its_hours_under_their_headings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hours = {hour: 1_234 for hour in range(8, 21)}
    found = CallableOn(
        day=date(2026, 12, 1),
        people=20_000,
        asked=2_000,
        may=1_930,
        hours={"America/Los_Angeles": hours, "America/Guam": {20: 7}},
        kept=(),
    )
    with patch.dict("os.environ", {"COLUMNS": "80"}):
        calling._tell(found)  # type: ignore[reportPrivateUsage]
    first, heading, guam, angeles = capsys.readouterr().out.splitlines()
    assert first.startswith("2026-12-01: 1,930 of 2,000 people may be called (of 20,000 that wait")
    assert heading.split() == ["zone", *(f"{hour:02}" for hour in range(8, 21))]
    assert guam.split() == ["America/Guam", *["0"] * 12, "7"]
    assert angeles.split() == ["America/Los_Angeles", *["1,234"] * 13]
    assert len(heading) == len(guam) == len(angeles)

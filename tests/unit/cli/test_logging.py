"""Whatever a part of the program remarks, a command's standard output holds its result alone."""

import pytest
import structlog

from dialer import cli


def test_what_is_logged_during_a_command_is_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A line on standard output would end the JSON that another program reads."""
    structlog.reset_defaults()
    assert cli.run(["licences", "--help"]) == 0
    capsys.readouterr()
    structlog.get_logger("any").info("journal.signed", head="1:ab")
    out, err = capsys.readouterr()
    assert not out
    assert "journal.signed" in err

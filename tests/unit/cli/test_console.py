"""What a person is told of an error, and what keeps its traceback."""

from dialer.cli.console import translated
from dialer.domain.errors import StoreUnavailableError
from dialer.storage.database.lock import StoreOwnedError

OWNED = StoreOwnedError("another floor has it")
FULL = StoreUnavailableError("the disk is full")
DEFECT = ZeroDivisionError()


def group(*errors: Exception) -> ExceptionGroup[Exception]:
    return ExceptionGroup("tasks", errors)


def test_an_error_of_a_task_is_told_as_if_it_were_alone() -> None:
    alone = translated(OWNED)
    assert alone is not None
    grouped = translated(group(group(OWNED)))
    assert grouped is not None
    assert str(grouped) == str(alone)


def test_the_first_of_several_is_told() -> None:
    told = translated(group(FULL, OWNED))
    assert told is not None
    assert "the disk is full" in str(told)


def test_a_defect_among_them_keeps_its_traceback() -> None:
    assert translated(group(OWNED, DEFECT)) is None
    assert translated(DEFECT) is None

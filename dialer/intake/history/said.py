"""What a line of a log says that happened."""

from dataclasses import dataclass

from compliance_gate.request import HistoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A call, as it is on the file of whoever it was with.

    Args:
        entry: without debts and number, which are found by whom the line names.
        opted_out: why nobody calls the number again, where the log says so; '' = it does not.
    """

    entry: HistoryEntry
    opted_out: str = ""

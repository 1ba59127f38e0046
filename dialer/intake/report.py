"""What became of a file: counts, the lines that were not taken, and what was mended or left out."""

from collections import Counter
from dataclasses import dataclass, field

from dialer.domain.placement import RejectedLine
from dialer.intake.layouts.told import Saved

KEPT = 1_000
"""Rejected lines and remarks kept with their text; all are counted."""


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Filled while a file is read.

    Args:
        columns: the canonical columns that the file has: what it says nothing of stays as it is on file.
        remarks: lines that were taken although a value was mended or left out.
        reject_reasons: count by (column, reason).
        accepted_cents: what the lines that were taken come to, by currency; `refused_cents`: and those that
            were not, by their own words; `refused_without_amount`: of which none can be read.
        held: refused lines whose protection takes effect all the same; `unbound`: those of them that name
            nobody whom it could protect.
    """

    file_name: str
    sha256: str
    encoding: str
    lines: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown_columns: tuple[str, ...] = ()
    mapping: Saved = field(default_factory=Saved)
    columns: tuple[str, ...] = ()
    held: int = 0
    unbound: int = 0
    reject_reasons: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    remark_reasons: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    accepted_cents: Counter[str] = field(default_factory=Counter[str])
    refused_cents: Counter[str] = field(default_factory=Counter[str])
    refused_without_amount: int = 0
    rejects: list[RejectedLine] = field(default_factory=list[RejectedLine])
    remarks: list[RejectedLine] = field(default_factory=list[RejectedLine])

    def reject(self, line: RejectedLine) -> None:
        """Count and keep a line that was not taken."""
        self.rejected += 1
        self.reject_reasons[line.column, line.reason] += 1
        if line.protects is not None:
            self.held += 1
            self.unbound += line.protects.binds_nobody
        if len(self.rejects) < KEPT:
            self.rejects.append(line)

    def remark(self, line: RejectedLine) -> None:
        """Count and keep a remark."""
        self.remark_reasons[line.column, line.reason] += 1
        if len(self.remarks) < KEPT:
            self.remarks.append(line)

    @property
    def refused_share(self) -> float:
        """Refused lines, as a share of all, 0 to 1."""
        return self.rejected / self.lines if self.lines else 0.0

    def _mapping(self) -> dict[str, object] | None:
        saved = self.mapping
        by = saved.confirmed_by
        if not saved.version:
            return None
        return {"name": saved.name, "version": saved.version, "confirmed_by": by.by if by else None}

    def summary(self) -> dict[str, object]:
        """For programs and for the store: counts and reasons, no values."""

        def listed(counts: Counter[tuple[str, str]]) -> list[dict[str, object]]:
            return [
                {"column": column, "reason": reason, "lines": count}
                for (column, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            ]

        return {
            "file": self.file_name,
            "sha256": self.sha256,
            "encoding": self.encoding,
            "lines": self.lines,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "accepted_cents": dict(sorted(self.accepted_cents.items())),
            "rejected_cents": dict(sorted(self.refused_cents.items())),
            "rejected_without_amount": self.refused_without_amount,
            "held": self.held,
            "held_nobody": self.unbound,
            "unknown_columns": list(self.unknown_columns),
            "mapping": self._mapping(),
            "columns": list(self.columns),
            "rejects": listed(self.reject_reasons),
            "remarks": listed(self.remark_reasons),
        }


def masked(value: str) -> str:
    """A personal value for a report: its length and last two characters, enough to find it in the file."""
    return "*" * max(len(value) - 2, 0) + value[-2:] if len(value) > 4 else "*" * len(value)

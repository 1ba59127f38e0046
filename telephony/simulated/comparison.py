"""The network's own log against the dialer's store: nobody rung twice, nothing rung that was not stored,
nothing acknowledged that was forgotten. Pure: the log's lines and the store's rows go in, faults come out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from compliance_gate.request import PersonFile
from compliance_gate.words import RequestKind
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.record import AttemptRecord
from telephony.simulated.log_file import LogLine


class FaultKind(Enum):
    DOUBLE_DIAL = "double_dial"
    """One attempt carried out twice, or one person or number rung while another call to them lived."""
    RING_WITHOUT_ATTEMPT = "ring_without_attempt"
    """A telephone rang and the store knows of no attempt."""
    ATTEMPT_LOST = "attempt_lost"
    """A stored attempt without an outcome, or one that rang and is written down as never attempted."""
    COUNT_LOST = "count_lost"
    """The person's file does not hold a call that was placed: the law's counts would be wrong."""
    DISPOSITION_LOST = "disposition_lost"
    """A disposition that was acknowledged is not in the store, or another one is."""
    OPT_OUT_LOST = "opt_out_lost"
    """An acknowledged request is not in the person's file."""
    RUNG_AFTER_OPT_OUT = "rung_after_opt_out"
    """A person was rung after their request had been acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that must not be."""

    kind: FaultKind
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was compared, and what was wrong.

    Args:
        unknown: stored attempts whose outcome was lost with a process; they count as calls placed.
        never_sent: attempts that were stored and never reached the network.
    """

    faults: tuple[Fault, ...]
    rings: int
    attempts: int
    joined: int
    unknown: int
    never_sent: int
    dispositions: int
    opt_outs: int

    def counted(self) -> dict[str, int]:
        """Faults by kind, zeros included."""
        found = Counter(fault.kind for fault in self.faults)
        return {kind.value: found[kind] for kind in FaultKind}


@dataclass(slots=True)
class _Calls:
    """The log, sorted out."""

    rung: dict[str, LogLine] = field(default_factory=dict[str, LogLine])
    by_person: dict[str, list[LogLine]] = field(default_factory=lambda: defaultdict[str, list[LogLine]](list))
    disposed: dict[str, LogLine] = field(default_factory=dict[str, LogLine])
    opted_out: dict[str, float] = field(default_factory=dict[str, float])
    joined: int = 0


def compare_with_store(
    log: Iterable[LogLine], attempts: Mapping[str, AttemptRecord], files: Mapping[str, PersonFile]
) -> Comparison:
    """Compare after the floor has come to rest.

    Args:
        attempts: every stored attempt.
        files: what the gate would be told of everybody who was rung or asked for something.
    """
    calls = _Calls()
    faults = list(_read(log, calls))
    faults += _rings(calls, attempts, files)
    faults += _dispositions(calls, attempts, files)
    faults += _opt_outs(calls, files)
    return Comparison(
        faults=tuple(faults),
        rings=len(calls.rung),
        attempts=len(attempts),
        joined=calls.joined,
        unknown=sum(1 for record in attempts.values() if record.outcome is Outcome.UNKNOWN),
        never_sent=sum(1 for name in attempts if name not in calls.rung),
        dispositions=len(calls.disposed),
        opt_outs=len(calls.opted_out),
    )


def _read(log: Iterable[LogLine], calls: _Calls) -> Iterator[Fault]:
    alive: dict[str, str] = {}
    for line in log:
        match line.what:
            case "rung":
                yield from _double(line, calls, alive)
                calls.rung.setdefault(line.attempt, line)
                calls.by_person[line.person].append(line)
            case "over":
                for name in (line.person, line.number):
                    if alive.get(name) == line.attempt:
                        del alive[name]
            case "joined":
                calls.joined += 1
            case "disposed":
                calls.disposed[line.attempt] = line
            case "requested":
                calls.opted_out.setdefault(line.person, line.at)
            case _:
                pass


def _double(line: LogLine, calls: _Calls, alive: dict[str, str]) -> Iterator[Fault]:
    if line.attempt in calls.rung:
        yield Fault(kind=FaultKind.DOUBLE_DIAL, subject=line.attempt, text="carried out twice")
    for name in (line.person, line.number):
        if name in alive:
            text = f"{name} was rung while {alive[name]} lived"
            yield Fault(kind=FaultKind.DOUBLE_DIAL, subject=line.attempt, text=text)
        alive[name] = line.attempt


def _rings(
    calls: _Calls, attempts: Mapping[str, AttemptRecord], files: Mapping[str, PersonFile]
) -> Iterator[Fault]:
    for name, line in calls.rung.items():
        record = attempts.get(name)
        if record is None:
            yield Fault(kind=FaultKind.RING_WITHOUT_ATTEMPT, subject=name, text="not in the store")
        elif record.outcome is Outcome.NOT_ATTEMPTED:
            yield Fault(kind=FaultKind.ATTEMPT_LOST, subject=name, text="rang, stored as not attempted")
        file = files.get(line.person)
        if file is None or all(entry.entry != name for entry in file.history):
            text = f"not in the file of {line.person}"
            yield Fault(kind=FaultKind.COUNT_LOST, subject=name, text=text)
    for name, record in attempts.items():
        if record.outcome is None:
            yield Fault(kind=FaultKind.ATTEMPT_LOST, subject=name, text="no outcome")


def _dispositions(
    calls: _Calls, attempts: Mapping[str, AttemptRecord], files: Mapping[str, PersonFile]
) -> Iterator[Fault]:
    for name, line in calls.disposed.items():
        record = attempts.get(name)
        stored = None if record is None or record.disposition is None else record.disposition.kind.value
        if stored != line.text:
            text = f"acknowledged {line.text}, stored {stored}"
            yield Fault(kind=FaultKind.DISPOSITION_LOST, subject=name, text=text)
        if record is None or line.text != DispositionKind.STOP_CALLING.value:
            continue
        if not _asked(files.get(record.person), RequestKind.STOP_CALLING):
            yield Fault(kind=FaultKind.OPT_OUT_LOST, subject=record.person, text=f"said in {name}")
        yield from _rung_after(calls, record.person, line.at)


def _opt_outs(calls: _Calls, files: Mapping[str, PersonFile]) -> Iterator[Fault]:
    for person, at in calls.opted_out.items():
        if not _asked(files.get(person), RequestKind.DO_NOT_CALL):
            yield Fault(kind=FaultKind.OPT_OUT_LOST, subject=person, text="not in the person's file")
        yield from _rung_after(calls, person, at)


def _rung_after(calls: _Calls, person: str, at: float) -> Iterator[Fault]:
    for line in calls.by_person[person]:
        if line.at > at:
            text = f"{person} had asked {line.at - at:.1f} s before"
            yield Fault(kind=FaultKind.RUNG_AFTER_OPT_OUT, subject=line.attempt, text=text)


def _asked(file: PersonFile | None, kind: RequestKind) -> bool:
    return file is not None and any(request.type is kind for request in file.requests)

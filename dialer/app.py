"""The composition root: puts engine, gate, simulator, store and journal together. Nothing is decided here."""

import gc
import zoneinfo
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from dialer.clock import monotonic_now
from dialer.domain.errors import FairdialError
from dialer.domain.ids import PersonId
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.domain.ports import JournalEntry
from dialer.engine.engine import DialerEngine
from dialer.engine.launching.pacing_port import PolicyMaker
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.measures.observer import ShiftObserver
from dialer.measures.records import ShiftRecords
from dialer.storage.journal.file import JournalHeader, JournalWriter, surroundings
from dialer.storage.placements.pace import no_pause
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from simulator.open_gate import OpenGate
from simulator.population import Placement
from simulator.rehearsal import RehearsalResult, run_rehearsal
from simulator.scenario import Scenario

STORE_FILE = "fairdial.db"
JOURNAL_FILE = "journal.jsonl.gz"
REPORT_FILE = "report.html"
SUMMARY_FILE = "summary.json"
LATEST_FILE = "LATEST"

LINES_PER_PROGRESS = 500

REHEARSAL_KEY = b"fairdial rehearsal"
"""A rehearsal's ids are no secret: the same placement gives the same ids every time."""


class FolderInUseError(FairdialError):
    """The folder holds a store that is not a rehearsal's: it would be overwritten."""


class ImportedBeforeError(FairdialError):
    """The same bytes were imported into the same campaign already. Nothing was changed."""


class UnknownGateError(FairdialError):
    """A journal asks for a gate that does not exist here: take the version that wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftOrder:
    """A shift to rehearse. None = as the scenario says."""

    scenario: Scenario
    seed: int
    agents: int | None = None
    hours: float | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedShift:
    """What a rehearsal left: its rows in memory, its journal and store on disk.

    Args:
        numbers_loaded: None when the people were made up by the scenario.
        wall_s: real seconds the shift took to compute, journal and store included.
    """

    order: ShiftOrder
    result: RehearsalResult
    records: ShiftRecords
    observer: ShiftObserver
    rulebook: Rulebook
    folder: Path
    wall_s: float

    @property
    def journal(self) -> Path:
        """The journal file."""
        return self.folder / JOURNAL_FILE


def use_pinned_time_zones() -> None:
    """Every entry point does this first: the host's time-zone rules may be older than the law assumes."""
    zoneinfo.reset_tzpath(to=())


def prepare_folder(folder: Path) -> None:
    """Make the folder ready for a rehearsal, taking away an earlier one.

    Raises:
        FolderInUseError: there is a store in it that no rehearsal made.
    """
    store = folder / STORE_FILE
    if store.exists() and not (folder / JOURNAL_FILE).exists():
        raise FolderInUseError(f"{store} was not made by a rehearsal and would be overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (STORE_FILE, JOURNAL_FILE, REPORT_FILE, SUMMARY_FILE):
        for suffix in ("", "-wal", "-shm", ".lock"):
            (folder / (name + suffix)).unlink(missing_ok=True)


def rehearse(
    order: ShiftOrder,
    *,
    folder: Path,
    store: Store | None,
    placement: Placement | None = None,
    progress: Callable[[float], None] | None = None,
) -> RehearsedShift:
    """Work one shift in simulated time, writing its journal and, where given, its store."""
    rulebook = sample_rulebook()
    observer = ShiftObserver()
    header = JournalHeader(
        rulebook=rulebook.hash,
        surroundings=surroundings(),
        scenario=order.scenario.name,
        seed=order.seed,
        settings={"gate": "standard"},
    )
    began = monotonic_now()
    with (
        _rare_collections(),
        JournalWriter(folder / JOURNAL_FILE, header) as file,
        RehearsalWriter(store, file) as writer,
    ):

        def sink(entry: JournalEntry) -> None:
            observer.take(entry)
            writer.append(entry)

        result = run_rehearsal(
            order.scenario,
            seed=order.seed,
            rulebook=rulebook,
            policy=order.policy,
            agents=order.agents,
            hours=order.hours,
            placement=placement,
            sink=sink,
            progress=progress,
        )
    ends_at = max(result.ends_at, observer.last_at or result.ends_at)
    records = observer.records(
        starts_at=result.starts_at, ends_at=ends_at, numbers_loaded=_numbers(placement)
    )
    return RehearsedShift(
        order=order,
        result=result,
        records=records,
        observer=observer,
        rulebook=rulebook,
        folder=folder,
        wall_s=monotonic_now() - began,
    )


@contextmanager
def _rare_collections() -> Generator[None]:
    """Look for garbage less often: a shift makes millions of objects that live, and hardly a cycle."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def import_placement(
    store: Store,
    reader: PlacementReader,
    *,
    campaign: str,
    now: float,
    progress: Callable[[int], None],
    pause: Callable[[float], None] = no_pause,
    changed: Callable[[tuple[PersonId, ...]], None] | None = None,
) -> ImportReport:
    """Stage a placement, publish it, put it in place.

    Args:
        now: POSIX seconds at which the accounts came.
        progress: told how many lines were read.
        pause: see `Imports`; `breathe` beside a running floor.
        changed: told of the persons who were known before, once they are in place.

    Raises:
        ImportedBeforeError: the same bytes were imported into this campaign already.
    """
    imports = store.imports(pause=pause)
    begun = imports.begin(
        file_name=reader.report.file_name, sha256=reader.report.sha256, campaign=campaign, now=now
    )
    if begun.state == "published":  # it was interrupted after its flip: it goes on
        for _ in _counting(reader, progress):
            pass  # the report says the same as it would have said then
    elif begun.state == "finished":
        raise ImportedBeforeError(
            f"this very file was imported into campaign {campaign!r} already ({begun.accepted} accounts)"
        )
    else:
        imports.stage(begun.import_id, _counting(reader, progress))
        imports.publish(begun.import_id, now=now, report=reader.report.summary())
    known = imports.put_in_place(begun.import_id, now=now)
    if changed is not None:
        changed(known)
    return reader.report


def _counting(
    lines: Iterable[PlacedAccount | RejectedLine], progress: Callable[[int], None]
) -> Iterator[PlacedAccount | RejectedLine]:
    for number, line in enumerate(lines, start=1):
        if number % LINES_PER_PROGRESS == 0:
            progress(number)
        yield line


def fresh_engine(header: JournalHeader, *, policies: PolicyMaker | None = None) -> DialerEngine:
    """The engine that a journal's header asks for: the same kind of gate, in its first state.

    Args:
        policies: see `DialerEngine`; a replay elsewhere pins its decisions with it.

    Raises:
        UnknownGateError: the header names a gate that this version does not have.
    """
    kind = header.settings.get("gate", "standard")
    if kind == "standard":
        return DialerEngine(ComplianceGate(sample_rulebook()), policies=policies)
    if kind == "open":
        return DialerEngine(OpenGate(), policies=policies)
    raise UnknownGateError(f"the journal was written under a gate called {kind!r}, which is not known here")


def _numbers(placement: Placement | None) -> int | None:
    if placement is None:
        return None
    return len({target.number for lead in placement.leads for target in lead.targets})

"""A shift in simulated time, put together: engine, gate, simulator, store and journal."""

import gc
from collections.abc import Callable, Generator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import cast
from zoneinfo import ZoneInfo

import msgspec

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.book.sources import write_sources
from dialer.clock import monotonic_now
from dialer.floor.attesting import attest_rehearsal
from dialer.floor.stores import JOURNAL_FILE
from dialer.measures.observer import ShiftObserver
from dialer.measures.records import ShiftRecords
from dialer.storage.evidence.heads import SignedHead
from dialer.storage.journal.file import JournalHeader, JournalWriter, surroundings
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from simulator.population import Placement
from simulator.rehearsal import RehearsalResult, run_rehearsal
from simulator.scenario import Scenario


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
        signed: where its journal ends, under the installation's signature.
        wall_s: real seconds the shift took to compute, journal and store included.
    """

    order: ShiftOrder
    result: RehearsalResult
    records: ShiftRecords
    observer: ShiftObserver
    rulebook: Rulebook
    folder: Path
    signed: SignedHead
    wall_s: float

    @property
    def journal(self) -> Path:
        """The journal file."""
        return self.folder / JOURNAL_FILE


def _told(thing: object) -> object:
    """An order as text can hold it: the same in every process, another where any number of it is."""
    match thing:
        case FunctionType() | MethodType() | BuiltinFunctionType():
            told: object = _told_function(thing)
        case Mapping():
            pairs = cast("Mapping[object, object]", thing).items()
            told = sorted((repr(key), repr(_told(value))) for key, value in pairs)
        case Set():
            told = sorted(repr(_told(each)) for each in cast("Set[object]", thing))
        case list() | tuple():
            told = [_told(each) for each in cast("Sequence[object]", thing)]
        case _ if is_dataclass(thing):
            named = ((each.name, _told(getattr(thing, each.name))) for each in fields(thing))
            told = [type(thing).__name__, *named]
        case _:
            told = repr(thing)
    return told


def _told_function(thing: FunctionType | MethodType | BuiltinFunctionType) -> object:
    """A distribution: which it is, and the numbers it was made with."""
    if isinstance(thing, FunctionType):
        return [thing.__qualname__, [_told(cell.cell_contents) for cell in thing.__closure__ or ()]]
    return [thing.__qualname__, repr(thing.__self__) if isinstance(thing, MethodType) else ""]


def _order_hash(order: ShiftOrder, placement: Placement | None) -> str:
    """Of all that was asked for: two rehearsals of one seed that differ in anything are two journals, and
    what was signed of one speaks of no other."""
    digest = sha256(repr(_told(order)).encode())
    if placement is not None:
        encode = msgspec.json.Encoder(order="deterministic").encode
        digest.update(encode((placement.leads, placement.persons)))
    return digest.hexdigest()[:16]


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
        settings={"gate": "standard", "order": _order_hash(order, placement)},
    )
    began = monotonic_now()
    sources = write_sources(rulebook.sources)
    if store is not None:
        store.enter_rulebook(
            rulebook.hash, text=rulebook.text, sources=sources, now=_starts_at(order.scenario)
        )
    with (
        _rare_collections(),
        JournalWriter(folder / JOURNAL_FILE, header) as file,
        RehearsalWriter(store, file) as writer,
    ):
        begins_with = file.head.link
        file.keep("rulebook", rulebook.hash, rulebook.text)
        file.keep("rulebook-sources", sha256(sources.encode()).hexdigest()[:16], sources)
        result = run_rehearsal(
            order.scenario,
            seed=order.seed,
            rulebook=rulebook,
            policy=order.policy,
            agents=order.agents,
            hours=order.hours,
            placement=placement,
            sink=writer.append,
            observer=observer,
            progress=progress,
        )
    signed = attest_rehearsal(folder / JOURNAL_FILE, store, begins_with=begins_with, head=file.head)
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
        signed=signed,
        wall_s=monotonic_now() - began,
    )


def _starts_at(scenario: Scenario) -> float:
    """POSIX seconds at which the law is first asked."""
    shift = scenario.shift
    return datetime.combine(shift.day, shift.starts, ZoneInfo(shift.time_zone)).timestamp()


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


def _numbers(placement: Placement | None) -> int | None:
    if placement is None:
        return None
    return len({target.number for lead in placement.leads for target in lead.targets})

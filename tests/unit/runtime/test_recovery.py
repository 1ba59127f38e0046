"""A rebuilt engine goes on exactly as the one before would have; what does not fit is refused."""

from dataclasses import replace
from datetime import datetime

import pytest

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import GateDecision
from dialer.domain.commands import Command
from dialer.domain.events import CampaignStopped
from dialer.domain.ids import CampaignId
from dialer.domain.ports import Fate, JournalEntry
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState
from dialer.runtime.checkpoint import UnreadableCheckpointError, decode_state, encode_state
from dialer.runtime.recovery import Checkpoint, Recovered, RecoveryRefusedError, recover
from simulator.open_gate import OpenGate
from simulator.rehearsal import Rehearsal
from simulator.scenario import AgentsPlan, CampaignPlan, PopulationPlan, Scenario, ShiftPlan

SCENARIO = Scenario(
    name="short",
    shift=ShiftPlan(hours=0.1),
    agents=AgentsPlan(count=6, pauses_per_hour=10.0, leg_losses_per_hour=5.0),
    campaign=CampaignPlan(policy="predictive"),
    population=PopulationPlan(persons_per_agent_hour=600, shared=0.2, joint=0.1, second_number=0.3),
)
STEPS_BETWEEN = 97


class Gate(OpenGate):
    """Names clearances by what they are for, as the real gate does: a count would be a state of its own."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        decision = super().evaluate(request, at=at)
        assert decision.clearance is not None
        name = f"{request.person.file.person}|{request.proposed.number}|{at.timestamp()}"
        return replace(decision, clearance=replace(decision.clearance, clearance=name))


def same(entry: JournalEntry, again: JournalEntry) -> str | None:
    return None if entry == again else f"{entry} became {again}"


class Shift:
    """A short shift with the real engine: its journal, and checkpoints along it."""

    def __init__(self) -> None:
        self.entries: list[JournalEntry] = []
        self.checkpoints: list[Checkpoint] = []
        engine = DialerEngine(Gate())
        Rehearsal(scenario=SCENARIO, seed=3, engine=_Watched(engine, self), sink=self.entries.append).work()

    def recover(self, checkpoint: Checkpoint | None, entries: list[JournalEntry]) -> Recovered:
        return recover(Gate(), generation=2, checkpoint=checkpoint, entries=entries, difference=same)


class _Watched:
    """The engine, with a checkpoint written every so many steps."""

    def __init__(self, engine: DialerEngine, shift: Shift) -> None:
        self._engine = engine
        self._shift = shift

    def step(self, event: object, *, now: float) -> tuple[Command, ...]:
        commands = self._engine.step(event, now=now)  # type: ignore[arg-type]  # the world sends events
        sequence = self._engine.snapshot().sequence
        if sequence % STEPS_BETWEEN == 0:
            data = encode_state(self._engine.checkpoint())
            self._shift.checkpoints.append(Checkpoint(sequence=sequence, data=data))
        return commands

    def next_wakeup(self) -> float | None:
        return self._engine.next_wakeup()

    @property
    def was_ignored(self) -> bool:
        return self._engine.was_ignored


@pytest.fixture(scope="module")
def shift() -> Shift:
    return Shift()


def test_the_shift_is_worth_recovering(shift: Shift) -> None:
    assert len(shift.entries) > 400
    assert len(shift.checkpoints) > 3


def test_from_any_checkpoint_the_rest_of_the_shift_gives_the_same_commands(shift: Shift) -> None:
    for checkpoint in shift.checkpoints:
        recovered = shift.recover(checkpoint, shift.entries[checkpoint.sequence :])
        assert recovered.sequence == len(shift.entries)
        assert recovered.replayed == len(shift.entries) - checkpoint.sequence


def test_without_a_checkpoint_the_whole_journal_is_stepped_again(shift: Shift) -> None:
    recovered = shift.recover(None, shift.entries)
    assert (recovered.replayed, recovered.checkpoint) == (len(shift.entries), "")


def test_a_checkpoint_reads_back_as_the_same_bytes_with_every_table_in_its_order(shift: Shift) -> None:
    for checkpoint in shift.checkpoints:
        state = decode_state(checkpoint.data)
        assert encode_state(state) == checkpoint.data
        assert list(state.timers) == list(decode_state(encode_state(state)).timers)


def test_a_step_that_gives_other_commands_is_refused(shift: Shift) -> None:
    entries = list(shift.entries)
    place = next(i for i, entry in enumerate(entries) if len(entry.commands) > 2)
    entries[place] = replace(entries[place], commands=entries[place].commands[1:])
    with pytest.raises(RecoveryRefusedError, match=f"step {place + 1} does not give"):
        shift.recover(None, entries)


def test_a_missing_step_is_refused(shift: Shift) -> None:
    with pytest.raises(RecoveryRefusedError, match="step 11 is missing"):
        shift.recover(None, shift.entries[:10] + shift.entries[11:])


def test_a_damaged_checkpoint_is_refused(shift: Shift) -> None:
    whole = shift.checkpoints[-1]
    with pytest.raises(UnreadableCheckpointError):
        shift.recover(Checkpoint(sequence=whole.sequence, data=whole.data[:-10]), [])
    with pytest.raises(RecoveryRefusedError, match="it is damaged"):
        shift.recover(Checkpoint(sequence=whole.sequence + 1, data=whole.data), [])


def test_an_event_that_was_refused_is_refused_again() -> None:
    entry = JournalEntry(
        sequence=1,
        now=1.0,
        event=CampaignStopped(campaign=CampaignId("nobody knows it")),
        commands=(),
        fate=Fate.REFUSED,
        error="UnknownThingError",
        message="unknown campaign 'nobody knows it'",
    )
    recovered = recover(Gate(), generation=1, checkpoint=None, entries=[entry], difference=same)
    assert recovered.sequence == 1


def test_an_empty_store_gives_a_fresh_engine() -> None:
    recovered = recover(Gate(), generation=1, checkpoint=None, entries=[], difference=same)
    assert (recovered.sequence, recovered.generation, recovered.replayed) == (0, 1, 0)
    assert decode_state(encode_state(EngineState())) == EngineState()

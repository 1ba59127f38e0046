"""The comparison of the network's log with the store finds each kind of fault when it is planted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from compliance_gate.request import PersonFile, PersonRequest
from compliance_gate.words import RequestKind
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord, entry_of
from telephony.simulated.comparison import FaultKind, compare_with_store
from telephony.simulated.log_file import LogLine

AT = 1_773_151_200.0


def record(place: int, **changes: object) -> AttemptRecord:
    values: dict[str, object] = {
        "attempt": AttemptId(f"a{place}"),
        "campaign": CampaignId("c"),
        "lead": LeadId(f"l{place}"),
        "person": PersonId(f"p{place}"),
        "number": NumberId(f"n{place}"),
        "debts": (DebtId(f"d{place}"),),
        "zones": ("America/New_York",),
        "rulebook": "r",
        "launched_at": AT,
        "ended_at": AT + 30.0,
        "outcome": Outcome.NO_ANSWER,
        **changes,
    }
    return AttemptRecord(**values)  # type: ignore[arg-type]  # the values above are its fields


def request(kind: RequestKind) -> PersonRequest:
    return PersonRequest(at=datetime.fromtimestamp(AT, UTC), type=kind)


@dataclass
class Floor:
    """A log and a store that agree: two calls, one of them talked and disposed, one opt-out by letter."""

    log: list[LogLine] = field(default_factory=list[LogLine])
    attempts: dict[str, AttemptRecord] = field(default_factory=dict[str, AttemptRecord])
    files: dict[str, PersonFile] = field(default_factory=dict[str, PersonFile])

    def __post_init__(self) -> None:
        stop = Disposition(kind=DispositionKind.STOP_CALLING)
        talked = record(
            1, outcome=Outcome.CONNECTED, bridged_at=AT + 5.0, agent=AgentId("x"), disposition=stop
        )
        for made in (talked, record(2)):
            self.ring(made)
        self.log.append(LogLine(what="disposed", at=AT + 40.0, attempt="a1", text="stop_calling"))
        self.log.append(LogLine(what="requested", at=AT + 50.0, person="p2", text="suppression"))
        self.ask("p1", RequestKind.STOP_CALLING)
        self.ask("p2", RequestKind.DO_NOT_CALL)

    def ring(self, made: AttemptRecord, *, at: float = AT) -> None:
        line = LogLine(what="rung", at=at, attempt=made.attempt, person=made.person, number=made.number)
        self.log += [line, replace(line, what="over", at=at + 30.0)]
        self.attempts[made.attempt] = made
        entry = entry_of(made)
        file = self.files.get(made.person, PersonFile(person=made.person))
        self.files[made.person] = replace(file, history=(*file.history, *([] if entry is None else [entry])))

    def ask(self, person: str, kind: RequestKind) -> None:
        self.files[person] = replace(self.files[person], requests=(request(kind),))

    def faults(self) -> list[FaultKind]:
        return [fault.kind for fault in compare_with_store(self.log, self.attempts, self.files).faults]


def dial_twice(floor: Floor) -> None:
    floor.log.append(floor.log[0])


def ring_a_person_on_another_line(floor: Floor) -> None:
    floor.ring(record(3, person=PersonId("p3")))
    floor.log.pop()
    floor.ring(record(4, person=PersonId("p3")))


def ring_a_number_of_two_people(floor: Floor) -> None:
    floor.ring(record(3, number=NumberId("shared")))
    floor.log.pop()
    floor.ring(record(4, number=NumberId("shared")))


def forget_the_attempt(floor: Floor) -> None:
    del floor.attempts["a2"]


def forget_the_outcome(floor: Floor) -> None:
    floor.attempts["a2"] = replace(floor.attempts["a2"], outcome=None)


def deny_that_it_rang(floor: Floor) -> None:
    floor.attempts["a2"] = replace(floor.attempts["a2"], outcome=Outcome.NOT_ATTEMPTED)


def forget_the_call_in_the_file(floor: Floor) -> None:
    floor.files["p2"] = replace(floor.files["p2"], history=())


def forget_the_disposition(floor: Floor) -> None:
    floor.attempts["a1"] = replace(floor.attempts["a1"], disposition=None)


def change_the_disposition(floor: Floor) -> None:
    other = Disposition(kind=DispositionKind.NO_COMMITMENT)
    floor.attempts["a1"] = replace(floor.attempts["a1"], disposition=other)


def forget_what_was_said(floor: Floor) -> None:
    floor.files["p1"] = replace(floor.files["p1"], requests=())


def forget_the_letter(floor: Floor) -> None:
    floor.files["p2"] = replace(floor.files["p2"], requests=())


def ring_after_the_letter(floor: Floor) -> None:
    floor.ring(record(3, person=PersonId("p2")), at=AT + 60.0)


def ring_after_what_was_said(floor: Floor) -> None:
    floor.ring(record(3, person=PersonId("p1")), at=AT + 60.0)


def test_a_floor_that_agrees_has_no_fault() -> None:
    found = compare_with_store(Floor().log, Floor().attempts, Floor().files)
    assert found.faults == ()
    assert (found.rings, found.attempts, found.dispositions, found.opt_outs) == (2, 2, 1, 1)
    assert set(found.counted().values()) == {0}


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (dial_twice, FaultKind.DOUBLE_DIAL),
        (ring_a_person_on_another_line, FaultKind.DOUBLE_DIAL),
        (ring_a_number_of_two_people, FaultKind.DOUBLE_DIAL),
        (forget_the_attempt, FaultKind.RING_WITHOUT_ATTEMPT),
        (forget_the_outcome, FaultKind.ATTEMPT_LOST),
        (deny_that_it_rang, FaultKind.ATTEMPT_LOST),
        (forget_the_call_in_the_file, FaultKind.COUNT_LOST),
        (forget_the_disposition, FaultKind.DISPOSITION_LOST),
        (change_the_disposition, FaultKind.DISPOSITION_LOST),
        (forget_what_was_said, FaultKind.OPT_OUT_LOST),
        (forget_the_letter, FaultKind.OPT_OUT_LOST),
        (ring_after_the_letter, FaultKind.RUNG_AFTER_OPT_OUT),
        (ring_after_what_was_said, FaultKind.RUNG_AFTER_OPT_OUT),
    ],
)
def test_a_planted_fault_is_found_and_nothing_else(plant: Callable[[Floor], None], kind: FaultKind) -> None:
    floor = Floor()
    plant(floor)
    assert set(floor.faults()) == {kind}


def test_what_was_stored_and_never_sent_is_no_fault() -> None:
    """A process that died between the commit and the wire: it counts as a call placed, nobody was rung."""
    floor = Floor()
    floor.attempts["a9"] = record(9, outcome=Outcome.UNKNOWN)
    found = compare_with_store(floor.log, floor.attempts, floor.files)
    assert found.faults == ()
    assert (found.unknown, found.never_sent) == (1, 1)

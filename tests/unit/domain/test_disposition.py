"""What a disposition says of a machine, what it then counts as, and what it cannot say."""

import pytest

from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.machine import MachineKind, SaidToMachine

K, M, S = DispositionKind, MachineKind, SaidToMachine


@pytest.mark.parametrize(
    ("kind", "machine", "said", "counts_as"),
    [
        (K.MACHINE, M.OWN, S.NOTHING, GateOutcome.VOICEMAIL_REACHED_NO_MESSAGE),
        (K.MACHINE, M.OTHER, None, GateOutcome.VOICEMAIL_REACHED_NO_MESSAGE),
        (K.MACHINE, M.GENERIC, S.NOTHING, GateOutcome.VOICEMAIL_REACHED_NO_MESSAGE),
        (K.MACHINE, M.FULL, S.NOTHING, GateOutcome.VOICEMAIL_FULL_NO_MESSAGE),
        (K.MACHINE, None, None, GateOutcome.VOICEMAIL_REACHED_NO_MESSAGE),
        (K.MESSAGE_LEFT, M.OWN, S.SPOKEN, GateOutcome.VOICEMAIL_LIMITED_CONTENT),
        (K.MESSAGE_LEFT, M.GENERIC, S.RECORDED, GateOutcome.VOICEMAIL_LIMITED_CONTENT),
        (K.SCREENED, M.SCREENER, S.SPOKEN, GateOutcome.CALL_SCREENED),
        (K.INTERCEPT, M.INTERCEPT, S.NOTHING, GateOutcome.NOT_IN_SERVICE),
    ],
)
def test_each_kind_of_machine_counts_as_what_it_is(
    kind: DispositionKind, machine: MachineKind | None, said: SaidToMachine | None, counts_as: GateOutcome
) -> None:
    found = Disposition(kind=kind, machine=machine, said_to_machine=said)
    assert found.effect.gate_outcome is counts_as
    assert not found.effect.live


@pytest.mark.parametrize(
    ("kind", "machine", "said"),
    [
        (K.MESSAGE_LEFT, M.FULL, None),
        (K.MESSAGE_LEFT, M.SCREENER, None),
        (K.MESSAGE_LEFT, M.INTERCEPT, None),
        (K.MESSAGE_LEFT, M.OWN, S.NOTHING),
        (K.MACHINE, M.OWN, S.SPOKEN),
        (K.MACHINE, M.SCREENER, None),
        (K.SCREENED, M.OWN, None),
        (K.INTERCEPT, M.INTERCEPT, S.SPOKEN),
        (K.PROMISE_TO_PAY, M.OWN, None),
        (K.DEAD_AIR, None, S.NOTHING),
    ],
)
def test_what_contradicts_itself_is_refused_from_birth(
    kind: DispositionKind, machine: MachineKind | None, said: SaidToMachine | None
) -> None:
    with pytest.raises(InvalidFactError, match=f"of '{kind.value}' it is"):
        Disposition(kind=kind, machine=machine, said_to_machine=said)

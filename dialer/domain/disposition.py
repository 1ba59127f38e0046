"""Dispositions: what the collector says came of a call, and what each counts as.

The effects are a table, so that compliance can read it and tests can walk it. `right_party`: the person
themself, identified. `live`: a human being answered. `conversation`: a telephone conversation in connection
with the debt (12 CFR 1006.14(b)(2)(i)(B)), which closes the debts spoken of for seven days. What follows from
a disposition for requests, holds, promises and the lead is in `dialer.casework.consequences`.
"""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Names, Words
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.errors import InvalidFactError
from dialer.domain.machine import MAILBOXES, TAKES_MESSAGE, MachineKind, SaidToMachine
from dialer.domain.money import Money
from dialer.domain.promised import Parts, demand_parts
from dialer.domain.transitions import Word
from dialer.domain.valid import Instant, valid


class DispositionKind(Word):
    PROMISE_TO_PAY = "promise_to_pay"
    PLAN_AGREED = "plan_agreed"
    SETTLEMENT_AGREED = "settlement_agreed"
    PAID_ON_CALL = "paid_on_call"
    CALL_BACK = "call_back"
    REFUSED_TO_PAY = "refused_to_pay"
    DISPUTED = "disputed"
    NO_COMMITMENT = "no_commitment"
    CEASE_REQUESTED = "cease_requested"
    ATTORNEY_NAMED = "attorney_named"
    BANKRUPTCY_CLAIMED = "bankruptcy_claimed"
    STOP_CALLING = "stop_calling"
    STOP_NUMBER = "stop_number"
    HUNG_UP_UNVERIFIED = "hung_up_unverified"
    THIRD_PARTY = "third_party"
    CHILD_ANSWERED = "child_answered"
    WRONG_NUMBER = "wrong_number"
    DECEASED = "deceased"
    LANGUAGE_BARRIER = "language_barrier"
    MACHINE = "machine"
    MESSAGE_LEFT = "message_left"
    SCREENED = "screened"
    INTERCEPT = "intercept"
    DEAD_AIR = "dead_air"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionEffect:
    """What a disposition counts as, for the gate and for the measures.

    Args:
        gate_outcome: outcome word the gate counts with.
    """

    live: bool
    right_party: bool
    conversation: bool
    gate_outcome: GateOutcome


_TALK = DispositionEffect(
    live=True, right_party=True, conversation=True, gate_outcome=GateOutcome.CONVERSATION
)


def _other(*, live: bool, outcome: GateOutcome) -> DispositionEffect:
    return DispositionEffect(live=live, right_party=False, conversation=False, gate_outcome=outcome)


_K = DispositionKind

EFFECTS: dict[DispositionKind, DispositionEffect] = {
    _K.PROMISE_TO_PAY: _TALK,
    _K.PLAN_AGREED: _TALK,
    _K.SETTLEMENT_AGREED: _TALK,
    _K.PAID_ON_CALL: _TALK,
    _K.CALL_BACK: _TALK,
    _K.REFUSED_TO_PAY: _TALK,
    _K.DISPUTED: _TALK,
    _K.NO_COMMITMENT: _TALK,
    _K.CEASE_REQUESTED: _TALK,
    _K.ATTORNEY_NAMED: _TALK,
    _K.BANKRUPTCY_CLAIMED: _TALK,
    _K.STOP_CALLING: _TALK,
    _K.STOP_NUMBER: _TALK,
    _K.HUNG_UP_UNVERIFIED: _other(live=True, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
    _K.THIRD_PARTY: _other(live=True, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
    _K.CHILD_ANSWERED: _other(live=True, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
    _K.WRONG_NUMBER: _other(live=True, outcome=GateOutcome.WRONG_PERSON),
    _K.DECEASED: _other(live=True, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
    _K.LANGUAGE_BARRIER: _other(live=True, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
    _K.MACHINE: _other(live=False, outcome=GateOutcome.VOICEMAIL_REACHED_NO_MESSAGE),
    _K.MESSAGE_LEFT: _other(live=False, outcome=GateOutcome.VOICEMAIL_LIMITED_CONTENT),
    _K.SCREENED: _other(live=False, outcome=GateOutcome.CALL_SCREENED),
    _K.INTERCEPT: _other(live=False, outcome=GateOutcome.NOT_IN_SERVICE),
    _K.DEAD_AIR: _other(live=False, outcome=GateOutcome.ANSWERED_THEN_DROPPED),
}
"""Every kind has a row (a test says so). Dead air, screening assistants and a network's announcements are not
people: they are kept out of the live answers, which makes the abandonment rate stricter, never milder."""

_FULL = _other(live=False, outcome=GateOutcome.VOICEMAIL_FULL_NO_MESSAGE)

MACHINES: dict[DispositionKind, frozenset[MachineKind]] = {
    _K.MACHINE: MAILBOXES,
    _K.MESSAGE_LEFT: TAKES_MESSAGE,
    _K.SCREENED: frozenset({MachineKind.SCREENER}),
    _K.INTERCEPT: frozenset({MachineKind.INTERCEPT}),
}
"""Which machines each disposition can be about; any other is about none."""

SAID: dict[DispositionKind, frozenset[SaidToMachine]] = {
    _K.MACHINE: frozenset({SaidToMachine.NOTHING}),
    _K.MESSAGE_LEFT: frozenset({SaidToMachine.SPOKEN, SaidToMachine.RECORDED}),
    _K.SCREENED: frozenset({SaidToMachine.NOTHING, SaidToMachine.SPOKEN}),
    _K.INTERCEPT: frozenset({SaidToMachine.NOTHING}),
}
"""What each machine can have been told; any other disposition is about none."""


PROMISES = frozenset({_K.PROMISE_TO_PAY, _K.PLAN_AGREED, _K.SETTLEMENT_AGREED})
"""Money is still to come. Without an amount it can be neither kept nor broken: whoever takes a new one asks
for it; one of an older journal may have none."""


MOST_OF_A_CODE = 32
"""Characters of a client's own code."""


def demand_amount(said: "Disposition") -> None:
    """Raises InvalidFactError: somebody promised, and nobody says how much."""
    if said.kind in PROMISES and (said.promised is None or said.promised.cents <= 0):
        raise InvalidFactError(f"how much was promised? {said.kind.value} has an amount, in cents above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Disposition:
    """What a collector recorded about one attempt.

    Args:
        debts_spoken_of: ids of every debt that was a topic of ours (the consumer's own topics apart).
        promised: amount, for promises, plans and settlements.
        promised_for: POSIX seconds by which it was promised.
        parts: of it, where it was promised in several; () = it is to come at once.
        call_back_at: POSIX seconds the person asked to be called at, with `call_back_words` their words.
        words: what the person said, in their own words, as evidence of what they asked for or told us.
        machine: what kind of machine it was; None = it was none, or nobody said.
        said_to_machine: what it was told; None = it was none, or nobody said.
        code: the client's own for it (`dialer.domain.client_code`); '' = the client has none.

    Raises:
        InvalidFactError: the kind of disposition is about no such machine, or cannot have been told that; the
            parts are not what was promised.
    """

    kind: DispositionKind
    debts_spoken_of: Names = ()
    promised: Money | None = None
    promised_for: Instant | None = None
    call_back_at: Instant | None = None
    call_back_words: str | None = None
    words: str | None = None
    machine: MachineKind | None = None
    said_to_machine: SaidToMachine | None = None
    parts: Parts = ()
    code: Annotated[str, Words(most=MOST_OF_A_CODE)] = ""

    def __post_init__(self) -> None:
        _demand(self.kind, "machine", self.machine, MACHINES.get(self.kind, frozenset()))
        _demand(self.kind, "said_to_machine", self.said_to_machine, SAID.get(self.kind, frozenset()))
        demand_parts(self.parts, self.promised, self.promised_for)

    @property
    def effect(self) -> DispositionEffect:
        """The table's row; a mailbox that is full is told apart from one that was given no message."""
        return _FULL if self.machine is MachineKind.FULL else EFFECTS[self.kind]


def _demand(kind: DispositionKind, field: str, given: Word | None, admitted: frozenset[Word]) -> None:
    if given is None or given in admitted:
        return
    known = ", ".join(sorted(word.value for word in admitted)) or "nothing"
    raise InvalidFactError(f"{field} is {given.value!r}; of {kind.value!r} it is {known}")

"""Bodies of requests and answers. Strict: a `false` is no number, an unknown field is refused."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from compliance_gate.valid import MOST_OF_A_NAME
from compliance_gate.words import ConsentScope, GivenTo, HoldKind, RequestKind
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import SuppressionScope
from dialer.domain.money import Money
from dialer.domain.valid import CENTURY_BEGINS, CENTURY_ENDS

Id = Annotated[str, Field(min_length=1, max_length=MOST_OF_A_NAME)]
Text = Annotated[str, Field(max_length=2000)]
MOST_CENTS = 10**12
"""Ten thousand million of a currency's units: more than any account, less than any column holds."""
Instant = Annotated[
    float,
    Field(
        description="POSIX seconds (not milliseconds)",
        json_schema_extra={"minimum": CENTURY_BEGINS, "maximum": CENTURY_ENDS},
    ),
]
"""An instant of the floor. What is outside is refused by the event itself, which says what to do."""
Lax = Field(strict=False)
"""For words and instants, which JSON can only write as text."""


class Body(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Committed(Body):
    """It is written down, and survives a crash."""

    sequence: int


class HealthView(BaseModel):
    """What the floor says of itself."""

    model_config = ConfigDict(from_attributes=True)

    is_fit: bool
    reasons: tuple[str, ...]
    generation: int
    sequence: int
    written: int
    unwritten: int
    inbox: int
    replayed: int
    loop_lag_p99_s: float | None
    loop_lag_max_s: float
    answer_to_bridge_p99_s: float | None
    commit_p99_s: float | None
    now: float


class LogIn(Body):
    """An agent takes a seat."""

    campaign: Id
    endpoint: Id
    tags: Annotated[list[Id], Field(max_length=100)] = []
    shift_ends_at: Instant | None = None


class Pause(Body):
    """A break, with its reason."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class HangUp(Body):
    """End a call: the one named, so that a late click does not end the next; without it the present one."""

    attempt: Id | None = None


class Machine(Body):
    """The call that turned out to be a machine."""

    attempt: Id


class Press(Body):
    """Keys of a telephone."""

    keys: Annotated[str, Field(pattern="^[0-9*#]{1,32}$")]


class Dial(Body):
    """Call one number of one person now, if the gate clears it."""

    campaign: Id
    lead: Id
    person: Id
    number: Id


class Dispose(Body):
    """What came of a call. Amounts in cents, instants in POSIX seconds."""

    agent: Id
    kind: Annotated[DispositionKind, Lax]
    debts_spoken_of: Annotated[list[Id], Field(max_length=100)] = []
    promised_cents: Annotated[int, Field(ge=0, le=MOST_CENTS)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    promised_for: Instant | None = None
    call_back_at: Instant | None = None
    call_back_words: Text | None = None
    ready_after: bool = True

    def disposition(self) -> Disposition:
        """The engine's own word for it. Raises InvalidFactError: its parts contradict each other."""
        cents = self.promised_cents
        return Disposition(
            kind=self.kind,
            debts_spoken_of=tuple(self.debts_spoken_of),
            promised=None if cents is None else Money(cents=cents, currency=self.currency),
            promised_for=self.promised_for,
            call_back_at=self.call_back_at,
            call_back_words=self.call_back_words,
        )


class DisposeInbound(Dispose):
    """What came of a call that somebody else began. `person`: who it was; None = nobody of ours, unsaid."""

    person: Id | None = None


class StopFloor(Body):
    """The red button."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Suppress(Body):
    """Nobody calls: exactly the id that the scope names."""

    scope: Annotated[SuppressionScope, Lax]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    person: Id | None = None
    number: Id | None = None
    debt: Id | None = None


class Pay(Body):
    """Money came in."""

    debt: Id
    cents: Annotated[int, Field(gt=0, le=MOST_CENTS)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    settles: bool


class Recall(Body):
    """The creditor took an account back."""

    debt: Id
    reason: Literal["recall", "close-out"] = "recall"


class Ask(Body):
    """A person asked for something, by whatever way it reached us."""

    person: Id
    kind: Annotated[RequestKind, Lax]
    at: Annotated[AwareDatetime, Lax]
    number: Id | None = None
    debts: Annotated[list[Id], Field(max_length=100)] | None = None
    in_writing: bool | None = None
    text: Text | None = None


class Allow(Body):
    """A person agreed to something."""

    person: Id
    scope: Annotated[ConsentScope, Lax]
    at: Annotated[AwareDatetime, Lax]
    given_to: Annotated[GivenTo, Lax]
    number: Id | None = None
    debts: Annotated[list[Id], Field(max_length=100)] | None = None


class PlaceHold(Body):
    """A reason to leave a person, or some of their debts, alone."""

    person: Id
    kind: Annotated[HoldKind, Lax]
    since: Annotated[AwareDatetime, Lax]
    debts: Annotated[list[Id], Field(max_length=100)] | None = None
    source: Text | None = None


class LiftHold(Body):
    """The reason is gone."""

    person: Id
    kind: Annotated[HoldKind, Lax]


class CalledUs(Body):
    """A person called us and we spoke of debts."""

    person: Id
    number: Id | None = None
    debts: Annotated[list[Id], Field(min_length=1, max_length=100)]

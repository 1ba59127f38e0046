"""Bodies of requests and answers. Strict: a `false` is no number, an unknown field is refused."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    MadeIn,
    Notice,
    PersonRequest,
    TimeBlock,
)
from compliance_gate.valid import MOST_OF_A_NAME
from compliance_gate.words import (
    ConsentScope,
    Direction,
    EventKind,
    GivenTo,
    HoldKind,
    Institution,
    Medium,
    Mode,
    NoticeKind,
    NumberKind,
    Outcome,
    PersonRole,
    Place,
    Purpose,
    RequestKind,
    RndResult,
    Tech,
    Weekday,
)
from dialer.domain.disposition import MOST_OF_A_CODE, Disposition, DispositionKind, demand_amount
from dialer.domain.events import SuppressionScope
from dialer.domain.fact_events import LineKindFound
from dialer.domain.ids import NumberId
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.money import Money
from dialer.domain.promised import MOST_PARTS, PromisedPart
from dialer.domain.valid import CENTURY_BEGINS, CENTURY_ENDS

Id = Annotated[str, Field(min_length=1, max_length=MOST_OF_A_NAME)]
Text = Annotated[str, Field(max_length=2000)]
MOST_CENTS = 10**12
"""Ten thousand million of a currency's units: more than any account, less than any column holds."""
Posix = Annotated[
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
    """It is written down, and survives a crash. `remark`: how it was taken, where not as it was sent."""

    sequence: int
    remark: str | None = None


class LogIn(Body):
    """An agent takes a seat."""

    campaign: Id
    endpoint: Id
    tags: Annotated[list[Id], Field(max_length=100)] = []
    shift_ends_at: Posix | None = None


class Pause(Body):
    """A break, with its reason."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class HangUp(Body):
    """End a call: the one named, so that a late click does not end the next; without it the present one."""

    attempt: Id | None = None


class Machine(Body):
    """The call that turned out to be a machine, and which kind, where the agent says so."""

    attempt: Id
    kind: Annotated[MachineKind, Lax] | None = None


class Press(Body):
    """Keys of a telephone."""

    keys: Annotated[str, Field(pattern="^[0-9*#]{1,32}$")]


class Dial(Body):
    """Call one number of one person now, if the gate clears it."""

    campaign: Id
    lead: Id
    person: Id
    number: Id


class Part(Body):
    """One part of what was promised, due with its instant."""

    cents: Annotated[int, Field(gt=0, le=MOST_CENTS)]
    due_at: Posix


class Dispose(Body):
    """What came of a call: its `kind`, or the client's own `code` for it, which says the kind. Amounts in
    cents, instants in POSIX seconds. A promise has an amount; `parts` are of it, in the order of their days,
    each later than the one before, and together all of it."""

    agent: Id
    kind: Annotated[DispositionKind, Lax] | None = None
    code: Annotated[str, Field(min_length=1, max_length=MOST_OF_A_CODE)] | None = None
    debts_spoken_of: Annotated[list[Id], Field(max_length=100)] = []
    promised_cents: Annotated[int, Field(ge=0, le=MOST_CENTS)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    promised_for: Posix | None = None
    parts: Annotated[list[Part], Field(max_length=MOST_PARTS)] = []
    call_back_at: Posix | None = None
    call_back_words: Text | None = None
    words: Text | None = None
    machine: Annotated[MachineKind, Lax] | None = None
    said_to_machine: Annotated[SaidToMachine, Lax] | None = None
    ready_after: bool = True

    def disposition(self, kind: DispositionKind, *, needs_amount: bool = True) -> Disposition:
        """The engine's own word for it, of this kind.

        Args:
            needs_amount: a promise is refused without one.

        Raises:
            InvalidFactError: its parts contradict each other, or nobody says how much was promised.
        """
        cents = self.promised_cents
        said = Disposition(
            kind=kind,
            code=self.code or "",
            debts_spoken_of=tuple(self.debts_spoken_of),
            promised=None if cents is None else Money(cents=cents, currency=self.currency),
            promised_for=self.promised_for,
            call_back_at=self.call_back_at,
            call_back_words=self.call_back_words,
            words=self.words,
            machine=self.machine,
            said_to_machine=self.said_to_machine,
            parts=tuple(PromisedPart(cents=part.cents, due_at=part.due_at) for part in self.parts),
        )
        if needs_amount:
            demand_amount(said)
        return said


class DisposeInbound(Dispose):
    """What came of a call that somebody else began. `person`: who it was; None = nobody of ours, unsaid."""

    person: Id | None = None


class StopFloor(Body):
    """The red button."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Recall(Body):
    """The creditor took an account back."""

    debt: Id
    reason: Literal["recall", "close-out"] = "recall"


def _local(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("hours are local: leave the offset away")
    return moment


Local = Annotated[time, Lax, AfterValidator(_local)]


class Hours(Body):
    """Local wall-clock hours on some weekdays; without `until`, from `start` to the end of the day."""

    days: Annotated[list[Annotated[Weekday, Lax]], Field(min_length=1, max_length=7)]
    start: Local = time(0)
    until: Local | None = None

    def block(self) -> TimeBlock:
        """The gate's own word for it."""
        return TimeBlock(days=frozenset(self.days), start=self.start, until=self.until)


Debts = Annotated[list[Id], Field(max_length=100)]
Blocks = Annotated[list[Hours], Field(max_length=100)]


def _written(value: object) -> object:
    if isinstance(value, str) and "-" in value:
        return value
    raise ValueError(
        "write a day as 2026-11-30, an instant as 2026-11-30T15:00:00-05:00; figures are no time"
    )


Day = Annotated[date, Lax, BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, Lax, BeforeValidator(_written)]


class Heard(Body):
    """Where something was asked, agreed or made known.

    Args:
        contact: id of the call or message.
        words: the person's own; caller_id: the number of ours that they saw or dialed.
        recording: name of the recording it can be heard in.
    """

    contact: Id | None = None
    words: Text | None = None
    caller_id: Text | None = None
    recording: Id | None = None

    def made_in(self, taken_by: str) -> MadeIn:
        """The gate's own word for it."""
        return MadeIn(
            contact=self.contact,
            words=self.words,
            taken_by=taken_by,
            caller_id=self.caller_id,
            recording=self.recording,
        )


NOT_SAID = Heard()


class Suppress(Body):
    """Nobody calls: exactly the id that the scope names. `made_in`: where it was asked for; leave it away for
    an entry of a list."""

    scope: Annotated[SuppressionScope, Lax]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    person: Id | None = None
    number: Id | None = None
    debt: Id | None = None
    made_in: Heard | None = None


class Ask(Body):
    """A person asked for something, by whatever way it reached us.

    Args:
        blocks: hours at which they are not to be called; `only`: hours at which alone they are.
        days: weekdays on which they are not; `until`: the last local day of what they asked.
        mailed, received: local days, of a letter.
        withdrawn_at: when they took it back.
        address: the e-mail address it is about, by its name on file.
    """

    person: Id
    kind: Annotated[RequestKind, Lax]
    at: Moment
    number: Id | None = None
    debts: Debts | None = None
    medium: Annotated[Medium, Lax] | None = None
    place: Annotated[Place, Lax] | None = None
    blocks: Blocks = []
    only: Blocks = []
    days: Annotated[list[Annotated[Weekday, Lax]], Field(max_length=7)] = []
    until: Day | None = None
    in_writing: bool | None = None
    mailed: Day | None = None
    received: Day | None = None
    attorney_known: bool | None = None
    text: Text | None = None
    withdrawn_at: Moment | None = None
    address: Id | None = None
    made_in: Heard = NOT_SAID

    def request(self, taken_by: str) -> PersonRequest:
        """The gate's own word for it. `taken_by`: who tells us."""
        return PersonRequest(
            at=self.at,
            type=self.kind,
            debts=_tuple(self.debts),
            number=self.number,
            medium=self.medium,
            place=self.place,
            blocks=tuple(hours.block() for hours in self.blocks),
            only=tuple(hours.block() for hours in self.only),
            days=frozenset(self.days),
            until=self.until,
            in_writing=self.in_writing,
            mailed=self.mailed,
            received=self.received,
            attorney_known=self.attorney_known,
            text=self.text,
            withdrawn_at=self.withdrawn_at,
            address=self.address,
            made_in=self.made_in.made_in(taken_by),
        )


class Allow(Body):
    """A person agreed to something.

    Args:
        valid_on, valid_from, valid_until: local days for which it holds.
        window: hours for which it holds.
        medium_given: by what they gave it; `revoked_at`: when they took it back.
        address: the e-mail address it is for, by its name on file.
        wording: what was agreed to, word for word; `proof`: where the proof is kept.
    """

    person: Id
    scope: Annotated[ConsentScope, Lax]
    at: Moment
    given_to: Annotated[GivenTo, Lax]
    number: Id | None = None
    debts: Debts | None = None
    valid_on: Day | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    window: Hours | None = None
    medium_given: Annotated[Medium, Lax] | None = None
    revoked_at: Moment | None = None
    address: Id | None = None
    wording: Text | None = None
    proof: Text | None = None
    made_in: Heard = NOT_SAID

    def consent(self, taken_by: str) -> Consent:
        """The gate's own word for it. `taken_by`: who tells us."""
        return Consent(
            at=self.at,
            scope=self.scope,
            given_to=self.given_to,
            debts=_tuple(self.debts),
            number=self.number,
            valid_on=self.valid_on,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            window=None if self.window is None else self.window.block(),
            medium_given=self.medium_given,
            revoked_at=self.revoked_at,
            address=self.address,
            wording=self.wording,
            proof=self.proof,
            made_in=self.made_in.made_in(taken_by),
        )


class PlaceHold(Body):
    """A reason to leave a person, or some of their debts, alone; `until`: when it ends by itself."""

    person: Id
    kind: Annotated[HoldKind, Lax]
    since: Moment
    until: Moment | None = None
    debts: Debts | None = None
    source: Text | None = None
    made_in: Heard = NOT_SAID

    def hold(self, taken_by: str) -> Hold:
        """The gate's own word for it. `taken_by`: who tells us."""
        return Hold(
            kind=self.kind,
            since=self.since,
            until=self.until,
            debts=_tuple(self.debts),
            source=self.source,
            made_in=self.made_in.made_in(taken_by),
        )


class LiftHold(Body):
    """The reason is gone."""

    person: Id
    kind: Annotated[HoldKind, Lax]


class CalledUs(Body):
    """A person called us and we spoke of debts."""

    person: Id
    number: Id | None = None
    debts: Annotated[list[Id], Field(min_length=1, max_length=100)]


class Notify(Body):
    """A written notice was sent to a person; told again with `returned_on` where it came back.

    Args:
        notice: its name: what is told of the same name later takes the place of this.
        sent_on: calendar day on which it was posted or sent; without it, it may have been today.
        kind: which notice; `by`: a letter or an e-mail; `proof`: where a copy is kept.
    """

    person: Id
    notice: Id
    sent_on: Day | None = None
    kind: Annotated[NoticeKind, Lax] | None = None
    by: Annotated[Medium, Lax] | None = None
    debts: Debts | None = None
    returned_on: Day | None = None
    proof: Text | None = None

    def told(self) -> Notice:
        """The gate's own word for it."""
        return Notice(
            notice=self.notice,
            sent_on=self.sent_on,
            kind=self.kind,
            by=self.by,
            debts=_tuple(self.debts),
            returned_on=self.returned_on,
            proof=self.proof,
        )


class Happened(Body):
    """Something that happened between us and a person elsewhere than on this floor.

    Args:
        entry: its name: what is told of the same name later takes the place of this.
        debts: what it was about; without them, it counts for every debt.
        conversation_debts: debts spoken of, where they differ.
        intended_debts: debts it was meant for, where it counts for none of them yet.
        reached: who was reached, where it was not the person.
        rnd_result, rnd_date: answer of the Reassigned Numbers Database, and the day that it was asked about.
    """

    person: Id
    entry: Id
    at: Moment
    event: Annotated[EventKind, Lax]
    direction: Annotated[Direction, Lax] | None = None
    outcome: Annotated[Outcome, Lax] | None = None
    debts: Debts | None = None
    conversation_debts: Debts | None = None
    intended_debts: Debts | None = None
    number: Id | None = None
    purpose: Annotated[Purpose, Lax] | None = None
    tech: Annotated[Tech, Lax] | None = None
    mode: Annotated[Mode, Lax] | None = None
    counted: bool | None = None
    reached: Annotated[PersonRole, Lax] | None = None
    place: Annotated[Place, Lax] | None = None
    rnd_result: Annotated[RndResult, Lax] | None = None
    rnd_date: Day | None = None
    caller_id: Text | None = None

    def told(self) -> HistoryEntry:
        """The gate's own word for it."""
        return HistoryEntry(
            entry=self.entry,
            at=self.at,
            event=self.event,
            direction=self.direction,
            outcome=self.outcome,
            debts=_tuple(self.debts),
            conversation_debts=_tuple(self.conversation_debts),
            intended_debts=_tuple(self.intended_debts),
            number=self.number,
            purpose=self.purpose,
            tech=self.tech,
            mode=self.mode,
            counted=self.counted,
            person=self.reached,
            place=self.place,
            rnd_result=self.rnd_result,
            rnd_date=self.rnd_date,
            caller_id=self.caller_id,
        )


class IsAt(Body):
    """Where a person said they are for the time being; `until`: the last local day of it."""

    person: Id
    zones: Annotated[list[Id], Field(min_length=1, max_length=100)]
    until: Day | None = None
    country: Id | None = None
    region: Id | None = None

    def told(self) -> KnownLocation:
        """The gate's own word for it."""
        return KnownLocation(
            zones=frozenset(self.zones), until=self.until, country=self.country, region=self.region
        )


class Limit(Body):
    """Until which day a debt may be sued upon; `source`: who worked it out, and from what."""

    debt: Id
    ends: Day
    source: Text = ""


def _tuple(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


class LineIs(Body):
    """What kind of line a number is.

    Args:
        institution: whose line it is, where it is no household's; leave it away where it is.
        found_on: the day of the look-up; source: who found it, and where.
    """

    number: Id
    kind: Annotated[NumberKind, Lax]
    found_on: Day
    source: Annotated[str, Field(min_length=1, max_length=200)]
    institution: Annotated[Institution, Lax] | None = None

    def told(self) -> LineKindFound:
        """The event that says it."""
        return LineKindFound(
            number=NumberId(self.number),
            kind=self.kind,
            found_on=self.found_on,
            source=self.source,
            institution=self.institution,
        )

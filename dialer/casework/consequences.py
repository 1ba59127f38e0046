"""What follows from what somebody said: one table, whoever began the contact and by whatever means.

A disposition is what a collector or a clerk writes down of a contact: a call of ours, a call of the person's,
a letter, or an entry on a page of ours. `FOLLOWS` says what each kind asks for (a request that binds us, a
hold, a consent, a promise) and what becomes of the account's turn; `consequences` puts it into the words of
the gate for one occasion. Nothing here acts: the engine turns consequences into commands.

What differs by means, and why:

- A letter is in writing and a telephone call is not; of an entry on a page nobody knows, and the gate then
  tries both. A refusal to pay ends contact about the debt only in writing (15 USC 1692c(c), 12 CFR
  1006.6(c)(1)), so the same words are a request in a letter, may be one on a page, and are none on a call.
- A call of ours is about the debts it was launched for, unless the collector names others. Of a call of the
  person's nothing is known but what is named: an unnamed debt is every debt.
- A call of ours has a lead in flight that must rest or close. Any other contact leaves the account's turn as
  it is, unless there is a reason to change it: a talk about it, a promise, a call back, an end.
- Money that was paid on a call ends nothing by itself: the account rests, and closes when its ledger says
  that nothing is owed (`dialer.casework.ledger`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from compliance_gate.consents import day_to_cover
from compliance_gate.request import Consent, Hold, MadeIn, PersonRequest
from compliance_gate.words import ConsentScope, GivenTo, HoldKind, RequestKind
from dialer.casework.resting import rest_after, rests_until
from dialer.domain.attempt import Outcome
from dialer.domain.commands import NumberStatus
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId, NumberId
from dialer.domain.money import Money
from dialer.domain.promised import PromisedPart
from dialer.domain.record import instant
from dialer.domain.transitions import Word


class Channel(Word):
    """By what means something was said."""

    OUTBOUND = "outbound"
    """A call that we placed."""
    INBOUND = "inbound"
    """A call that the person placed."""
    LETTER = "letter"
    """In writing."""
    PAGE = "page"
    """Written down on a page of ours; how it was said is not known."""


class LeadFate(Word):
    """What becomes of an account's turn."""

    RESTS = "rests"
    CALL_BACK = "call_back"
    CLOSES = "closes"
    STAYS = "stays"
    """As it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """A row of the table: what one kind of disposition asks for.

    Args:
        lead: fate of the turn after a call of ours.
        request: kind of request that it makes on the person's behalf, None when it makes none.
        hold: kind of hold it places, None when none.
        number: what was learned of the number it was said on, None when nothing.
        agreed: money was promised or paid.
    """

    lead: LeadFate
    request: RequestKind | None = None
    hold: HoldKind | None = None
    number: NumberStatus | None = None
    agreed: bool = False


_K = DispositionKind
_RESTS, _CLOSES = LeadFate.RESTS, LeadFate.CLOSES

FOLLOWS: Mapping[DispositionKind, Follows] = {
    _K.PROMISE_TO_PAY: Follows(lead=_RESTS, agreed=True),
    _K.PLAN_AGREED: Follows(lead=_RESTS, agreed=True),
    _K.SETTLEMENT_AGREED: Follows(lead=_RESTS, agreed=True),
    _K.PAID_ON_CALL: Follows(lead=_RESTS, agreed=True),
    _K.CALL_BACK: Follows(lead=LeadFate.CALL_BACK),
    _K.REFUSED_TO_PAY: Follows(lead=_RESTS),
    _K.DISPUTED: Follows(lead=_RESTS, request=RequestKind.DISPUTE),
    _K.NO_COMMITMENT: Follows(lead=_RESTS),
    _K.CEASE_REQUESTED: Follows(lead=_CLOSES, request=RequestKind.CEASE_COMMUNICATION),
    _K.ATTORNEY_NAMED: Follows(lead=_CLOSES, request=RequestKind.ATTORNEY_REPRESENTED),
    _K.BANKRUPTCY_CLAIMED: Follows(lead=_CLOSES, hold=HoldKind.BANKRUPTCY),
    _K.STOP_CALLING: Follows(lead=_CLOSES, request=RequestKind.STOP_CALLING),
    _K.STOP_NUMBER: Follows(lead=_RESTS, request=RequestKind.STOP_NUMBER),
    _K.HUNG_UP_UNVERIFIED: Follows(lead=_RESTS),
    _K.THIRD_PARTY: Follows(lead=_RESTS),
    _K.CHILD_ANSWERED: Follows(lead=_RESTS),
    _K.WRONG_NUMBER: Follows(
        lead=_RESTS, request=RequestKind.WRONG_NUMBER_LEARNED, number=NumberStatus.WRONG
    ),
    _K.DECEASED: Follows(lead=_CLOSES, hold=HoldKind.DECEASED),
    _K.LANGUAGE_BARRIER: Follows(lead=_RESTS),
    _K.MACHINE: Follows(lead=_RESTS),
    _K.MESSAGE_LEFT: Follows(lead=_RESTS),
    _K.SCREENED: Follows(lead=_RESTS),
    _K.INTERCEPT: Follows(lead=_RESTS, number=NumberStatus.INVALID),
    _K.DEAD_AIR: Follows(lead=_RESTS),
}
"""Every kind has a row (a test walks it, by every means)."""

ONLY_BY_TELEPHONE = frozenset(
    {
        _K.PAID_ON_CALL,
        _K.HUNG_UP_UNVERIFIED,
        _K.CHILD_ANSWERED,
        _K.MACHINE,
        _K.MESSAGE_LEFT,
        _K.SCREENED,
        _K.INTERCEPT,
        _K.DEAD_AIR,
    }
)
"""What no letter says and nobody writes down without a call."""

_IN_WRITING: Mapping[Channel, bool | None] = {
    Channel.OUTBOUND: False,
    Channel.INBOUND: False,
    Channel.LETTER: True,
    Channel.PAGE: None,
}
_ABOUT_THE_NUMBER = frozenset({RequestKind.STOP_NUMBER, RequestKind.WRONG_NUMBER_LEARNED})
_ABOUT_EVERY_DEBT = frozenset({*_ABOUT_THE_NUMBER, RequestKind.STOP_CALLING})
"""A request about a number or a medium binds for every debt (12 CFR 1006.14(h)); others name their debts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When, how and about what something was said.

    Args:
        at: POSIX seconds at which it is written down; it binds from then on.
        source: where it was said, for the record: the id of the call or letter.
        taken_by: who wrote it down; '' = nobody did.
        caller_id: the number of ours that was shown or dialed; '' = none is known.
        recording: name of the recording it can be heard in; '' = there is none.
        about: debts that the contact itself was about, as a call of ours is; () = not known.
        owed: every debt on file of who said it, as far as is known.
        number: the number it was said on; None = withheld, or by other means.
        zones: IANA names of every zone the person may be in; () = not known.
        received: local day on which a letter came in.
        rest_s: the campaign's own times of rest, by outcome name.
        grace_days: after what was promised was due, by kind of disposition, on which money still counts.
    """

    channel: Channel
    at: float
    source: str
    taken_by: str = ""
    caller_id: str = ""
    recording: str = ""
    about: tuple[DebtId, ...] = ()
    owed: tuple[DebtId, ...] = ()
    number: NumberId | None = None
    zones: tuple[str, ...] = ()
    received: date | None = None
    rest_s: Mapping[str, float] = field(default_factory=dict[str, float])
    grace_days: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Money promised or paid. `debts` () = nobody said for which of several; `due_at` POSIX seconds, of the
    last of its `parts`."""

    debts: tuple[DebtId, ...]
    amount: Money | None
    due_at: float | None
    parts: tuple[PromisedPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What becomes of the turn of the accounts spoken of.

    Args:
        debts: whose turns; () = nobody said which of several, so none is changed.
        until: POSIX seconds before which they have none; None where the fate is not to rest.
        reason: in a word.
        leaves_call_back: a call back that was promised before is still owed: nobody has talked since.
    """

    fate: LeadFate
    debts: tuple[DebtId, ...]
    until: float | None
    reason: str
    leaves_call_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """Everything that follows, in the order in which it is written down."""

    requests: tuple[PersonRequest, ...]
    holds: tuple[Hold, ...]
    number: NumberStatus | None
    promise: Promise | None
    consents: tuple[Consent, ...]
    turn: Turn


def consequences(said: Disposition, on: Occasion) -> Consequences:
    """What follows from a disposition on an occasion.

    Raises:
        InvalidFactError: nobody can have said this by these means (a letter is no answering machine).
    """
    row = follows(said.kind, on.channel)
    at = instant(on.at)
    topics = tuple(DebtId(debt) for debt in said.debts_spoken_of) or on.about
    made_in = _made_in(on, said.words)
    settled = topics or (on.owed if len(on.owed) == 1 else ())
    return Consequences(
        requests=() if row.request is None else (_request(row.request, topics, made_in, on),),
        holds=() if row.hold is None else (Hold(kind=row.hold, since=at, source=on.source, made_in=made_in),),
        number=None if on.number is None else row.number,
        promise=Promise(debts=settled, amount=said.promised, due_at=_due_at(said), parts=said.parts)
        if row.agreed
        else None,
        consents=_consents(row, said, topics, on),
        turn=_turn(row, said, settled, on),
    )


def follows(kind: DispositionKind, channel: Channel) -> Follows:
    """The row of the table, as it is by these means.

    Raises:
        InvalidFactError: nobody can have said this by these means.
    """
    row = FOLLOWS[kind]
    if channel is Channel.INBOUND and kind is DispositionKind.INTERCEPT:
        return Follows(lead=_RESTS)  # whoever calls from a number can be reached at it
    if channel in (Channel.OUTBOUND, Channel.INBOUND):
        return row
    if kind in ONLY_BY_TELEPHONE:
        raise InvalidFactError(f"{kind.value} is what a telephone call comes to, not a {channel.value}")
    if kind is DispositionKind.REFUSED_TO_PAY:
        # On a page it may have been in writing: it binds like one, and the turn is left to the gate.
        lead = _CLOSES if channel is Channel.LETTER else LeadFate.STAYS
        return Follows(lead=lead, request=RequestKind.REFUSAL_TO_PAY)
    return row


def opted_out(number: NumberId, key: str, on: Occasion) -> PersonRequest:
    """The request that a pressed key makes, in a message of ours and in the menu that callers hear alike."""
    where = "message" if on.channel is Channel.OUTBOUND else "inbound menu"
    return PersonRequest(
        at=instant(on.at),
        type=RequestKind.DO_NOT_CALL,
        number=number,
        in_writing=False,
        text=f"pressed {key} in the {where}",
        made_in=_made_in(on, None),
    )


def _made_in(on: Occasion, words: str | None) -> MadeIn:
    return MadeIn(
        contact=on.source,
        words=words,
        taken_by=on.taken_by or None,
        caller_id=on.caller_id or None,
        recording=on.recording or None,
    )


def _request(kind: RequestKind, topics: tuple[DebtId, ...], made_in: MadeIn, on: Occasion) -> PersonRequest:
    return PersonRequest(
        at=instant(on.at),
        type=kind,
        debts=None if kind in _ABOUT_EVERY_DEBT else topics or None,
        number=on.number if kind in _ABOUT_THE_NUMBER else None,
        in_writing=_IN_WRITING[on.channel],
        received=on.received,
        made_in=made_in,
    )


def _consents(
    row: Follows, said: Disposition, topics: tuple[DebtId, ...], on: Occasion
) -> tuple[Consent, ...]:
    """Who asks to be called agrees to be: on the day it was asked for, wherever they are then.

    The gate ends it with the seventh local day, the first being today (12 CFR 1006.14(b)(3)(i)).
    """
    if row.lead is not LeadFate.CALL_BACK or said.call_back_at is None:
        return ()
    return (
        Consent(
            at=instant(on.at),
            scope=ConsentScope.CALL_BACK,
            given_to=GivenTo.COLLECTOR,
            debts=topics or None,
            valid_until=day_to_cover(instant(said.call_back_at), on.zones),
            made_in=_made_in(on, said.call_back_words or said.words),
        ),
    )


def _turn(row: Follows, said: Disposition, debts: tuple[DebtId, ...], on: Occasion) -> Turn:
    fate, until = _fate(row, said, on)
    is_call_back = fate is LeadFate.CALL_BACK
    return Turn(
        fate=fate,
        debts=debts,
        until=until,
        reason="call back" if is_call_back else said.kind.value,
        leaves_call_back=is_call_back or not said.effect.conversation,
    )


def _fate(row: Follows, said: Disposition, on: Occasion) -> tuple[LeadFate, float | None]:
    if row.lead is LeadFate.CALL_BACK and said.call_back_at is not None:
        return LeadFate.CALL_BACK, said.call_back_at
    if row.lead in (LeadFate.CLOSES, LeadFate.STAYS):
        return row.lead, None
    first = said.parts[0].due_at if said.parts else said.promised_for
    if row.agreed and first is not None:
        return LeadFate.RESTS, rests_until(first, on.grace_days.get(said.kind.value), on.zones)
    if not _rests(said, on.channel):
        return LeadFate.STAYS, None
    return LeadFate.RESTS, on.at + rest_after(on.rest_s, _met(said))


def _due_at(said: Disposition) -> float | None:
    return said.parts[-1].due_at if said.parts else said.promised_for


def _met(said: Disposition) -> Outcome:
    """What the rest is measured by: an announcement of the network leaves the next number to be tried."""
    if said.kind is DispositionKind.INTERCEPT:
        return Outcome.INVALID_NUMBER
    return Outcome.CONNECTED if said.effect.live else Outcome.MACHINE


def _rests(said: Disposition, channel: Channel) -> bool:
    """Whether the account rests for a while without having been promised anything."""
    if channel is Channel.INBOUND:
        return said.effect.conversation
    return channel is Channel.OUTBOUND

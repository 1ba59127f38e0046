"""What follows from each disposition by each means: every cell of the table, pinned."""

from dataclasses import replace
from datetime import date

import pytest

from compliance_gate.request import Hold, MadeIn
from compliance_gate.words import ConsentScope, GivenTo, HoldKind, RequestKind
from dialer.casework.consequences import (
    FOLLOWS,
    Channel,
    Consequences,
    LeadFate,
    Occasion,
    Promise,
    Turn,
    consequences,
    opted_out,
)
from dialer.casework.resting import rests_until
from dialer.domain.commands import NumberStatus
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId, NumberId
from dialer.domain.money import Money
from dialer.domain.promised import PromisedPart
from dialer.domain.record import instant

NOW = 1_780_000_000.0  # 28 May 2026, 20:26 UTC
DUE = NOW + 14 * 86_400.0
NUMBER = NumberId("n-ann")
DEBT, OTHER = DebtId("d1"), DebtId("d2")
DAY_S, FOUR_HOURS_S = 86_400.0, 14_400.0

K, R, H = DispositionKind, RequestKind, HoldKind
REST, CLOSE, STAY, NONE = LeadFate.RESTS, LeadFate.CLOSES, LeadFate.STAYS, None
BACK = LeadFate.CALL_BACK

#   kind: request, hold, number, money agreed, fate after (a call of ours, a call of theirs, a letter, a page)
TABLE: dict[DispositionKind, tuple[object, ...]] = {
    K.PROMISE_TO_PAY: (None, None, None, True, REST, REST, REST, REST),
    K.PLAN_AGREED: (None, None, None, True, REST, REST, REST, REST),
    K.SETTLEMENT_AGREED: (None, None, None, True, REST, REST, REST, REST),
    K.PAID_ON_CALL: (None, None, None, True, REST, REST, NONE, NONE),
    K.CALL_BACK: (None, None, None, False, BACK, BACK, BACK, BACK),
    K.REFUSED_TO_PAY: (None, None, None, False, REST, REST, CLOSE, STAY),
    K.DISPUTED: (R.DISPUTE, None, None, False, REST, REST, STAY, STAY),
    K.NO_COMMITMENT: (None, None, None, False, REST, REST, STAY, STAY),
    K.CEASE_REQUESTED: (R.CEASE_COMMUNICATION, None, None, False, CLOSE, CLOSE, CLOSE, CLOSE),
    K.ATTORNEY_NAMED: (R.ATTORNEY_REPRESENTED, None, None, False, CLOSE, CLOSE, CLOSE, CLOSE),
    K.BANKRUPTCY_CLAIMED: (None, H.BANKRUPTCY, None, False, CLOSE, CLOSE, CLOSE, CLOSE),
    K.STOP_CALLING: (R.STOP_CALLING, None, None, False, CLOSE, CLOSE, CLOSE, CLOSE),
    K.STOP_NUMBER: (R.STOP_NUMBER, None, None, False, REST, REST, STAY, STAY),
    K.HUNG_UP_UNVERIFIED: (None, None, None, False, REST, STAY, NONE, NONE),
    K.THIRD_PARTY: (None, None, None, False, REST, STAY, STAY, STAY),
    K.CHILD_ANSWERED: (None, None, None, False, REST, STAY, NONE, NONE),
    K.WRONG_NUMBER: (R.WRONG_NUMBER_LEARNED, None, NumberStatus.WRONG, False, REST, STAY, STAY, STAY),
    K.DECEASED: (None, H.DECEASED, None, False, CLOSE, CLOSE, CLOSE, CLOSE),
    K.LANGUAGE_BARRIER: (None, None, None, False, REST, STAY, STAY, STAY),
    K.MACHINE: (None, None, None, False, REST, STAY, NONE, NONE),
    K.MESSAGE_LEFT: (None, None, None, False, REST, STAY, NONE, NONE),
    K.SCREENED: (None, None, None, False, REST, STAY, NONE, NONE),
    K.INTERCEPT: (None, None, NumberStatus.INVALID, False, REST, STAY, NONE, NONE),
    K.DEAD_AIR: (None, None, None, False, REST, STAY, NONE, NONE),
}
WRITTEN = {Channel.OUTBOUND: False, Channel.INBOUND: False, Channel.LETTER: True, Channel.PAGE: None}
NO_TALK = {
    K.HUNG_UP_UNVERIFIED,
    K.THIRD_PARTY,
    K.CHILD_ANSWERED,
    K.WRONG_NUMBER,
    K.DECEASED,
    K.LANGUAGE_BARRIER,
    K.MACHINE,
    K.MESSAGE_LEFT,
    K.SCREENED,
    K.INTERCEPT,
    K.DEAD_AIR,
}
WITHOUT_AGENT_OF_A_PERSON = {K.MACHINE, K.MESSAGE_LEFT, K.SCREENED, K.INTERCEPT, K.DEAD_AIR}
CELLS = [(kind, channel) for kind in DispositionKind for channel in Channel]


def occasion(channel: Channel, **more: object) -> Occasion:
    values: dict[str, object] = {
        "about": (DEBT,) if channel is Channel.OUTBOUND else (),
        "number": NUMBER,
        "zones": ("America/New_York",),
        **more,
    }
    return Occasion(channel=channel, at=NOW, source="contact-1", **values)  # pyright: ignore[reportArgumentType]


def said(kind: DispositionKind, **more: object) -> Disposition:
    values: dict[str, object] = {"debts_spoken_of": ("d1",), **more}
    return Disposition(kind=kind, **values)  # pyright: ignore[reportArgumentType]


def promised(kind: DispositionKind) -> Disposition:
    """With everything that the kind may carry."""
    agreed = TABLE[kind][3]
    return said(
        kind,
        promised=Money(cents=5_000, currency="USD") if agreed else None,
        promised_for=DUE if agreed else None,
        call_back_at=NOW + DAY_S if kind is K.CALL_BACK else None,
    )


def placed_hold(kind: object) -> Hold:
    assert isinstance(kind, HoldKind)
    return Hold(kind=kind, since=instant(NOW), source="contact-1", made_in=MadeIn(contact="contact-1"))


def fate(kind: DispositionKind, channel: Channel) -> object:
    return TABLE[kind][4 + list(Channel).index(channel)]


def outcome_of(kind: DispositionKind, channel: Channel) -> Consequences | None:
    try:
        return consequences(promised(kind), occasion(channel))
    except InvalidFactError:
        return None


def test_the_table_has_a_row_for_every_kind() -> None:
    assert set(FOLLOWS) == set(DispositionKind) == set(TABLE)


@pytest.mark.parametrize(("kind", "channel"), CELLS)
def test_the_request_of_each_kind_by_each_means(kind: DispositionKind, channel: Channel) -> None:
    found = outcome_of(kind, channel)
    if fate(kind, channel) is NONE:
        assert found is None, "nobody can have said this by these means"
        return
    assert found is not None
    wanted = TABLE[kind][0]
    if kind is K.REFUSED_TO_PAY and channel in (Channel.LETTER, Channel.PAGE):
        wanted = R.REFUSAL_TO_PAY  # 12 CFR 1006.6(c)(1): in writing it ends contact
    if wanted is None:
        assert found.requests == ()
        return
    (request,) = found.requests
    everything = wanted in (R.STOP_CALLING, R.STOP_NUMBER, R.WRONG_NUMBER_LEARNED)
    of_number = wanted in (R.STOP_NUMBER, R.WRONG_NUMBER_LEARNED)
    assert (request.type, request.at, request.in_writing) == (wanted, instant(NOW), WRITTEN[channel])
    assert request.debts == (None if everything else ("d1",))
    assert request.number == (NUMBER if of_number else None)


@pytest.mark.parametrize(("kind", "channel"), CELLS)
def test_the_hold_promise_and_number_of_each_kind_by_each_means(
    kind: DispositionKind, channel: Channel
) -> None:
    found = outcome_of(kind, channel)
    if found is None:
        return
    _request, hold, number, agreed, *_fates = TABLE[kind]
    wanted = () if hold is None else (placed_hold(hold),)
    assert found.holds == wanted
    is_caller = kind is K.INTERCEPT and channel is Channel.INBOUND  # they can be reached there
    assert found.number is (None if is_caller else number)
    promise = Promise(debts=(DEBT,), amount=Money(cents=5_000, currency="USD"), due_at=DUE)
    assert found.promise == (promise if agreed else None)


@pytest.mark.parametrize(("kind", "channel"), CELLS)
def test_the_turn_after_each_kind_by_each_means(kind: DispositionKind, channel: Channel) -> None:
    found = outcome_of(kind, channel)
    if found is None:
        return
    wanted = fate(kind, channel)
    until: float | None = None
    if wanted is REST:
        rest = FOUR_HOURS_S if kind in WITHOUT_AGENT_OF_A_PERSON else DAY_S
        rest = 60.0 if kind is K.INTERCEPT else rest  # the next number of the lead may be tried
        until = DUE if TABLE[kind][3] else NOW + rest
    elif wanted is BACK:
        until = NOW + DAY_S
    assert (found.turn.fate, found.turn.until, found.turn.debts) == (wanted, until, (DEBT,))
    assert found.turn.reason == ("call back" if wanted is BACK else kind.value)
    assert found.turn.leaves_call_back == (wanted is BACK or kind in NO_TALK)


@pytest.mark.parametrize(("kind", "channel"), CELLS)
def test_only_a_call_back_is_a_consent(kind: DispositionKind, channel: Channel) -> None:
    found = outcome_of(kind, channel)
    if found is None:
        return
    if kind is not K.CALL_BACK:
        assert found.consents == ()
        return
    (consent,) = found.consents
    assert (consent.scope, consent.given_to) == (ConsentScope.CALL_BACK, GivenTo.COLLECTOR)
    assert (consent.at, consent.debts, consent.number) == (instant(NOW), ("d1",), None)
    assert consent.valid_until == date(2026, 5, 29)


def test_a_campaign_may_set_its_own_rest() -> None:
    own = occasion(Channel.OUTBOUND, rest_s={"connected": 600.0, "machine": 60.0})
    assert consequences(said(K.NO_COMMITMENT), own).turn.until == NOW + 600.0
    assert consequences(said(K.MACHINE), own).turn.until == NOW + 60.0


def test_a_call_back_without_an_instant_rests_like_any_talk() -> None:
    found = consequences(said(K.CALL_BACK), occasion(Channel.INBOUND))
    assert found.consents == ()
    assert found.turn == Turn(
        fate=REST, debts=(DEBT,), until=NOW + DAY_S, reason="call_back", leaves_call_back=False
    )


def test_only_a_promise_rests_until_the_day_it_is_for() -> None:
    found = consequences(said(K.NO_COMMITMENT, promised_for=DUE), occasion(Channel.OUTBOUND))
    assert found.turn.until == NOW + DAY_S


def test_an_account_rests_until_the_first_part_and_its_grace_are_over() -> None:
    """Three days of grace after the first of two parts; a kind without any named rests until it is due."""
    parts = (PromisedPart(cents=2_000, due_at=DUE), PromisedPart(cents=3_000, due_at=DUE + 30 * DAY_S))
    promised = said(K.PLAN_AGREED, promised=Money(cents=5_000), parts=parts)
    where = occasion(Channel.OUTBOUND, zones=("America/New_York",))
    found = consequences(promised, replace(where, grace_days={"plan_agreed": 3}))
    assert found.turn.until == rests_until(DUE, 3, ("America/New_York",))
    assert found.promise is not None
    assert (found.promise.due_at, found.promise.parts) == (DUE + 30 * DAY_S, parts)
    assert consequences(promised, where).turn.until == DUE


def test_a_call_of_ours_is_about_its_debts_and_one_of_theirs_about_any() -> None:
    unnamed = said(K.CEASE_REQUESTED, debts_spoken_of=())
    (ours,) = consequences(unnamed, occasion(Channel.OUTBOUND)).requests
    (theirs,) = consequences(unnamed, occasion(Channel.INBOUND, owed=(DEBT,))).requests
    assert (ours.debts, theirs.debts) == (("d1",), None)


def test_a_promise_that_names_no_debt_is_for_the_only_one_there_is() -> None:
    unnamed = said(K.PROMISE_TO_PAY, debts_spoken_of=(), promised_for=DUE)
    one = consequences(unnamed, occasion(Channel.INBOUND, owed=(DEBT,)))
    several = consequences(unnamed, occasion(Channel.INBOUND, owed=(DEBT, OTHER)))
    assert one.promise is not None
    assert several.promise is not None
    assert (one.promise.debts, one.turn.debts) == ((DEBT,), (DEBT,))
    assert (several.promise.debts, several.turn.debts) == ((), ())


def test_a_consent_that_names_no_debt_names_none() -> None:
    unnamed = said(K.CALL_BACK, debts_spoken_of=(), call_back_at=NOW + 60.0)
    (theirs,) = consequences(unnamed, occasion(Channel.INBOUND, owed=(DEBT, OTHER))).consents
    assert theirs.debts is None


def test_of_a_withheld_number_nothing_is_learned_but_the_request_stands() -> None:
    found = consequences(said(K.WRONG_NUMBER), occasion(Channel.INBOUND, number=None))
    assert found.number is None
    assert [(r.type, r.number) for r in found.requests] == [(R.WRONG_NUMBER_LEARNED, None)]


def test_a_letter_says_on_which_day_it_came_in() -> None:
    came = date(2026, 5, 27)
    (request,) = consequences(said(K.CEASE_REQUESTED), occasion(Channel.LETTER, received=came)).requests
    assert (request.received, request.in_writing) == (came, True)


@pytest.mark.parametrize(
    ("channel", "text"),
    [(Channel.OUTBOUND, "pressed 9 in the message"), (Channel.INBOUND, "pressed 9 in the inbound menu")],
)
def test_a_key_closes_the_number(channel: Channel, text: str) -> None:
    request = opted_out(NUMBER, "9", occasion(channel, caller_id="+15550000000", recording="a1"))
    assert (request.type, request.number, request.debts) == (R.DO_NOT_CALL, NUMBER, None)
    assert (request.at, request.in_writing, request.text) == (instant(NOW), False, text)
    assert request.made_in == MadeIn(contact="contact-1", caller_id="+15550000000", recording="a1")


def test_what_was_asked_told_or_agreed_says_in_which_call_in_whose_words_and_who_took_it() -> None:
    on = occasion(Channel.OUTBOUND, taken_by="ann", caller_id="+15550000000", recording="a1")
    where = MadeIn(
        contact="contact-1", words="leave me be", taken_by="ann", caller_id="+15550000000", recording="a1"
    )
    (request,) = consequences(said(K.CEASE_REQUESTED, words="leave me be"), on).requests
    (hold,) = consequences(said(K.BANKRUPTCY_CLAIMED, words="leave me be"), on).holds
    (consent,) = consequences(
        said(K.CALL_BACK, call_back_at=NOW + DAY_S, call_back_words="leave me be", words="tomorrow"), on
    ).consents
    assert (request.made_in, hold.made_in, consent.made_in) == (where, where, where)

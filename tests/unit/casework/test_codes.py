"""A client's own codes: what is taken under which, what is refused, what always binds."""

from typing import Any

import pytest

from dialer.casework.codes import PROTECTIVE, coded, demand_list, offered_in, taken
from dialer.casework.ledger.terms import ClientTerms
from dialer.domain.campaign import CampaignSettings
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.money import Money

K = DispositionKind


def code(name: str, kind: DispositionKind, **more: Any) -> ClientCode:
    return ClientCode(code=name, kind=kind, words=name, **more)


PROTECTING = tuple(code(f"X{at}", kind) for at, kind in enumerate(sorted(PROTECTIVE, key=str)))
LIST = (
    code("PTP", K.PROMISE_TO_PAY, asks=(AskedField.AMOUNT, AskedField.DATE)),
    code("RPC-NPI", K.NO_COMMITMENT, asks=(AskedField.NOTE,)),
    code("RPC-HU", K.NO_COMMITMENT),
    code("REF", K.REFUSED_TO_PAY, campaigns=("spring",)),
    code("LM", K.MESSAGE_LEFT),
    *PROTECTING,
)


def said(kind: DispositionKind, **more: Any) -> Disposition:
    return Disposition(kind=kind, **more)


def test_eight_kinds_bind_us() -> None:
    """The protective ones are those that make a request or a hold, by the table of what follows."""
    assert {kind.value for kind in PROTECTIVE} == {
        "disputed",
        "cease_requested",
        "attorney_named",
        "bankruptcy_claimed",
        "stop_calling",
        "stop_number",
        "wrong_number",
        "deceased",
    }


def test_a_code_is_taken_in_any_case_and_kept_as_the_client_writes_it() -> None:
    money = Money(cents=15_000)
    found = taken(said(K.PROMISE_TO_PAY, code="ptp", promised=money, promised_for=1.8e9), LIST)
    assert (found.said.code, found.said.promised, found.remark) == ("PTP", money, "")


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({}, "amount, date"),
        ({"promised": Money(cents=100)}, "date"),
        ({"promised": Money(cents=0), "promised_for": 1.8e9}, "amount"),
    ],
)
def test_a_code_without_what_it_asks_for_is_refused(more: dict[str, Any], missing: str) -> None:
    with pytest.raises(InvalidFactError, match=rf"code PTP \(PTP\) asks for {missing}:"):
        taken(said(K.PROMISE_TO_PAY, code="PTP", **more), LIST)


def test_a_note_of_blanks_is_none() -> None:
    with pytest.raises(InvalidFactError, match="asks for note"):
        taken(said(K.NO_COMMITMENT, code="RPC-NPI", words="  "), LIST)
    assert taken(said(K.NO_COMMITMENT, code="RPC-NPI", words="later"), LIST).said.code == "RPC-NPI"


def test_an_unknown_code_is_refused_with_what_is_possible() -> None:
    with pytest.raises(InvalidFactError, match=r"'NOPE' is not on this client's list; possible is PTP"):
        taken(said(K.NO_COMMITMENT, code="NOPE"), LIST)
    with pytest.raises(InvalidFactError, match=r"no codes of its own.*promise_to_pay"):
        taken(said(K.NO_COMMITMENT, code="NOPE"), ())


def test_a_kind_alone_is_its_only_code_and_refused_where_there_are_two_or_none() -> None:
    assert taken(said(K.REFUSED_TO_PAY), LIST).said.code == "REF"
    with pytest.raises(InvalidFactError, match="no_commitment is RPC-NPI or RPC-HU of this client"):
        taken(said(K.NO_COMMITMENT), LIST)
    with pytest.raises(InvalidFactError, match="'dead_air' is not on this client's list"):
        taken(said(K.DEAD_AIR), LIST)
    assert taken(said(K.NO_COMMITMENT), ()).said.code == ""


def test_a_code_that_means_something_else_is_refused() -> None:
    with pytest.raises(InvalidFactError, match="code REF means refused_to_pay, and kind says no_commitment"):
        taken(said(K.NO_COMMITMENT, code="REF"), LIST)


@pytest.mark.parametrize("kind", sorted(PROTECTIVE, key=str))
@pytest.mark.parametrize("named", ["", "NOPE", "PTP"])
@pytest.mark.parametrize("offered", [LIST, (), LIST[:1]])
def test_what_binds_us_is_taken_under_whatever_code_it_comes(
    kind: DispositionKind, named: str, offered: tuple[ClientCode, ...]
) -> None:
    """Unknown code, code of something else, a list that leaves it out: the kind stands."""
    found = taken(said(kind, code=named, words="stop"), offered)
    assert (found.said.kind, found.said.words) == (kind, "stop")
    assert bool(found.remark) == bool(named)
    codes = {each.code for each in offered if each.kind is kind} or {""}
    assert found.said.code in codes


@pytest.mark.parametrize("each", PROTECTING)
def test_a_protecting_code_beats_a_kind_that_says_less(each: ClientCode) -> None:
    found = taken(said(K.NO_COMMITMENT, code=each.code, debts_spoken_of=("d1",)), LIST)
    assert (found.said.kind, found.said.debts_spoken_of) == (each.kind, ("d1",))
    assert "not as no_commitment" in found.remark


@pytest.mark.parametrize("left_out", sorted(PROTECTIVE, key=str))
def test_a_list_that_leaves_out_what_binds_us_is_refused(left_out: DispositionKind) -> None:
    short = tuple(each for each in LIST if each.kind is not left_out)
    with pytest.raises(InvalidFactError, match=rf"dispositions of acme: no code for {left_out.value} is off"):
        ClientTerms(client="acme", dispositions=short)
    in_one = (*short, code("Z", left_out, campaigns=("spring",)))
    with pytest.raises(InvalidFactError, match=f"no code for {left_out.value} is offered in every campaign"):
        demand_list(in_one, of="acme")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (code("STOP", K.STOP_CALLING, asks=(AskedField.NOTE,)), "what binds us waits for no field"),
        (code("ptp", K.CALL_BACK), "code ptp is there twice"),
        (code("R", K.REFUSED_TO_PAY, asks=(AskedField.AMOUNT,)), "asks for amount, which is said of"),
    ],
)
def test_a_list_that_cannot_be_is_refused(more: ClientCode, why: str) -> None:
    with pytest.raises(InvalidFactError, match=why):
        demand_list((*LIST, more), of="acme")


def test_a_campaign_has_its_own_codes_and_the_clients_days_of_grace() -> None:
    terms = ClientTerms(client="acme", dispositions=LIST)
    settings = CampaignSettings(
        campaign=CampaignId("autumn"), client=ClientId("acme"), grace_days={"plan_agreed": 9}
    )
    applied = terms.applied(settings)
    assert [each.code for each in applied.codes[:4]] == ["PTP", "RPC-NPI", "RPC-HU", "LM"]
    assert "REF" in {each.code for each in offered_in(LIST, "spring")}
    assert applied.grace_days == {"promise_to_pay": 3, "plan_agreed": 9, "settlement_agreed": 3}


def test_what_the_engine_says_itself_has_the_first_code_for_it() -> None:
    assert coded(said(K.MESSAGE_LEFT), LIST).code == "LM"
    assert coded(said(K.MACHINE), LIST).code == ""

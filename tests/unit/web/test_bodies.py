"""Bodies of facts: what the gate can know of a request, a consent or a hold can be told, all of it."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import ValidationError

from compliance_gate.request import Consent, Hold, MadeIn, PersonRequest, TimeBlock
from compliance_gate.words import ConsentScope, GivenTo, HoldKind, Medium, Place, RequestKind, Weekday
from dialer.web.models import Allow, Ask, Body, PlaceHold

AT, LATER = datetime(2026, 3, 10, 10, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DEBTS = ("d1", "d2")

HEARD = {"contact": "a1-7", "words": "stop it", "caller_id": "+15550000000", "recording": "a1-7"}
MADE_IN = MadeIn(contact="a1-7", words="stop it", taken_by="ann", caller_id="+15550000000", recording="a1-7")


@pytest.mark.parametrize(
    ("fact", "body", "renamed"),
    [(PersonRequest, Ask, {"type": "kind"}), (Consent, Allow, {}), (Hold, PlaceHold, {})],
)
def test_a_body_has_every_field_of_its_fact(fact: Any, body: type[Body], renamed: dict[str, str]) -> None:
    """But for what the entry of an account and a refused line alone say of a hold."""
    wanted = {renamed.get(field.name, field.name) for field in fields(fact)} - {"ends_by_source"}
    assert wanted == set(body.model_fields) - {"person"}


def test_a_request_loses_nothing_on_its_way() -> None:
    request = PersonRequest(
        at=AT,
        type=RequestKind.INCONVENIENT_TIMES,
        debts=DEBTS,
        number="n1",
        medium=next(iter(Medium)),
        place=next(iter(Place)),
        blocks=(
            TimeBlock(days=frozenset({Weekday.MONDAY, Weekday.TUESDAY}), start=time(9), until=time(12, 30)),
        ),
        only=(TimeBlock(days=frozenset({Weekday.FRIDAY})),),
        days=frozenset({Weekday.SUNDAY}),
        until=date(2026, 5, 1),
        in_writing=True,
        mailed=date(2026, 3, 1),
        received=date(2026, 3, 4),
        attorney_known=False,
        text="not before noon",
        withdrawn_at=LATER,
    )
    told: dict[str, Any] = {
        "person": "p1",
        "kind": "inconvenient_times",
        "at": "2026-03-10T10:00:00Z",
        "debts": ["d1", "d2"],
        "number": "n1",
        "medium": next(iter(Medium)).value,
        "place": next(iter(Place)).value,
        "blocks": [{"days": ["MO", "TU"], "start": "09:00", "until": "12:30"}],
        "only": [{"days": ["FR"]}],
        "days": ["SU"],
        "until": "2026-05-01",
        "in_writing": True,
        "mailed": "2026-03-01",
        "received": "2026-03-04",
        "attorney_known": False,
        "text": "not before noon",
        "withdrawn_at": "2026-04-01T00:00:00Z",
        "made_in": HEARD,
    }
    assert Ask.model_validate(told).request("ann") == replace(request, made_in=MADE_IN)


def test_a_consent_and_a_hold_lose_nothing_on_their_way() -> None:
    window = TimeBlock(days=frozenset({Weekday.MONDAY}), start=time(21), until=time(22))
    consent = Consent(
        at=AT,
        scope=ConsentScope.CALL_BACK,
        given_to=GivenTo.COLLECTOR,
        debts=DEBTS,
        number="n1",
        valid_on=date(2026, 3, 11),
        valid_from=date(2026, 3, 12),
        valid_until=date(2026, 3, 13),
        window=window,
        medium_given=next(iter(Medium)),
        revoked_at=LATER,
    )
    told: dict[str, Any] = {
        "person": "p1",
        "scope": "call_back",
        "at": "2026-03-10T10:00:00Z",
        "given_to": "collector",
        "debts": ["d1", "d2"],
        "number": "n1",
        "valid_on": "2026-03-11",
        "valid_from": "2026-03-12",
        "valid_until": "2026-03-13",
        "window": {"days": ["MO"], "start": "21:00", "until": "22:00"},
        "medium_given": next(iter(Medium)).value,
        "revoked_at": "2026-04-01T00:00:00Z",
        "made_in": HEARD,
    }
    assert Allow.model_validate(told).consent("ann") == replace(consent, made_in=MADE_IN)
    hold = {"person": "p1", "kind": "bankruptcy", "since": "2026-03-10T10:00:00Z", "source": "court"}
    made = PlaceHold.model_validate({**hold, "until": "2026-04-01T00:00:00Z", "debts": ["d1", "d2"]})
    court = Hold(kind=HoldKind.BANKRUPTCY, since=AT, until=LATER, debts=DEBTS, source="court")
    assert made.hold("ann") == replace(court, made_in=MadeIn(taken_by="ann"))


def test_hours_are_local() -> None:
    told = {"person": "p1", "kind": "inconvenient_times", "at": "2026-03-10T10:00:00Z"}
    with pytest.raises(ValidationError, match="hours are local"):
        Ask.model_validate({**told, "blocks": [{"days": ["MO"], "start": "09:00Z"}]})

"""Scripted collectors say what the floor offers, and leave nothing out that it asks for."""

from collections.abc import Sequence
from typing import Any

import pytest

from dialer.casework.codes import PROTECTIVE, taken
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import DispositionKind
from dialer.web.models import Dispose
from dialer.web.offered import offered_views
from telephony.simulated.saying import body_of

K = DispositionKind
NOW = 1_780_000_000.0
BINDING = tuple(
    ClientCode(code=f"X-{kind.value}", kind=kind, words="w") for kind in sorted(PROTECTIVE, key=str)
)
CODES = (
    *BINDING,
    ClientCode(code="PTP", kind=K.PROMISE_TO_PAY, words="w", asks=(AskedField.AMOUNT, AskedField.DATE)),
    ClientCode(code="LATER", kind=K.CALL_BACK, words="w", asks=(AskedField.DATE,)),
    ClientCode(code="NPI", kind=K.NO_COMMITMENT, words="w", asks=(AskedField.NOTE,)),
)


def offered(codes: Sequence[ClientCode]) -> list[dict[str, Any]]:
    return [view.model_dump(mode="json") for view in offered_views(codes)]


@pytest.mark.parametrize("codes", [(), CODES], ids=["our kinds", "a client's list"])
@pytest.mark.parametrize("kind", list(K))
def test_every_kind_is_said_so_that_it_is_taken(kind: K, codes: tuple[ClientCode, ...]) -> None:
    body = Dispose.model_validate({"agent": "ann", **body_of(kind, offered(codes), now=NOW)})
    assert body.kind is not None
    found = taken(body.disposition(body.kind), codes)
    assert found.remark == ""
    expected = kind if not codes or kind in {code.kind for code in codes} else K.NO_COMMITMENT
    assert found.said.kind is expected


def test_what_is_not_offered_never_becomes_a_request() -> None:
    """A list that offers nothing but what binds us: a machine is no request, and is refused."""
    assert body_of(K.MACHINE, offered(BINDING), now=NOW) == {"kind": "machine"}


def test_of_a_floor_that_does_not_answer_the_kind_alone_is_said() -> None:
    assert body_of(K.STOP_CALLING, [], now=NOW) == {"kind": "stop_calling"}

"""What takes a consent back: by whatever means, for the channel, line, address and debt it names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compliance_gate.request import Consent, PersonRequest
from compliance_gate.revocations import REVOKING, revocation, with_ends
from compliance_gate.words import ConsentScope, Medium, RequestKind

GIVEN = datetime(2026, 6, 1, 12, tzinfo=UTC)
ASKED = datetime(2026, 6, 5, 12, tzinfo=UTC)
S, K, M = ConsentScope, RequestKind, Medium


def takes_back(scope: ConsentScope, kind: RequestKind, *, at: datetime = ASKED, **of: Any) -> bool:
    """Whether a request of a kind ends a consent; `consent_...` says more of the consent."""
    consent: dict[str, Any] = {
        name.removeprefix("consent_"): value for name, value in of.items() if name.startswith("consent_")
    }
    asked: dict[str, Any] = {
        "at": ASKED,
        **{name: value for name, value in of.items() if not name.startswith("consent_")},
    }
    request = PersonRequest(type=kind, **asked)
    second = int(at.timestamp())
    found = revocation(Consent(at=GIVEN, scope=scope, **consent), {kind: [request]}, second)
    return found is request


@pytest.mark.parametrize("kind", REVOKING)
@pytest.mark.parametrize("scope", [S.SMS, S.CALL, S.PRERECORDED, S.NUMBER_PROVIDED_TO_CREDITOR])
def test_whatever_asks_to_be_left_alone_by_telephone_ends_every_consent_to_it(
    scope: ConsentScope, kind: RequestKind
) -> None:
    """No form is the only one (47 CFR 64.1200(a)(10)): "stop calling" ends the consent to texts too."""
    assert takes_back(scope, kind)


@pytest.mark.parametrize("kind", list(RequestKind))
def test_no_other_request_takes_a_consent_back(kind: RequestKind) -> None:
    assert takes_back(S.SMS, kind) is (kind in REVOKING)


@pytest.mark.parametrize(
    ("scope", "medium", "ended"),
    [
        (S.SMS, M.SMS, True),
        (S.SMS, M.PHONE_CALL, True),
        (S.PRERECORDED, M.SMS, True),
        (S.EMAIL, M.EMAIL, True),
        (S.EMAIL, M.SMS, False),
        (S.SMS, M.EMAIL, False),
        (S.SMS, M.LETTER, False),
        (S.EMAIL, None, True),
        (S.TIME_WINDOW, M.EMAIL, True),
    ],
)
def test_a_channel_that_is_named_ends_its_own_consents(
    scope: ConsentScope, medium: Medium | None, *, ended: bool
) -> None:
    """Calls and texts are one channel: both go to the telephone. What is for every channel ends with any."""
    assert takes_back(scope, K.REVOKE_CONSENT, medium=medium) is ended


@pytest.mark.parametrize("kind", [K.STOP_CALLING, K.DO_NOT_CALL, K.STOP_NUMBER, K.WRONG_NUMBER_LEARNED])
def test_what_is_about_the_telephone_leaves_the_consent_to_e_mails(kind: RequestKind) -> None:
    assert not takes_back(S.EMAIL, kind)


@pytest.mark.parametrize(
    ("wrong", "agreed_for", "ended"),
    [("n1", "n1", True), ("n1", None, True), ("n1", "n2", False), (None, "n1", False)],
)
def test_nobody_agrees_for_a_line_that_was_found_to_be_anothers(
    wrong: str | None, agreed_for: str | None, *, ended: bool
) -> None:
    """Also in words that came days later; until it is known again to be theirs."""
    before, now = GIVEN - timedelta(days=9), int(ASKED.timestamp())
    request = PersonRequest(type=K.WRONG_NUMBER_LEARNED, at=before, number=wrong)
    consent = Consent(at=GIVEN, scope=S.PRERECORDED, number=agreed_for)
    assert (revocation(consent, {request.type: [request]}, now) is request) is ended
    withdrawn = replace(request, withdrawn_at=GIVEN + timedelta(hours=1))
    assert revocation(consent, {request.type: [withdrawn]}, now) is None


@pytest.mark.parametrize(
    ("theirs", "ours", "ended"),
    [("n1", "n1", True), ("n1", "n2", False), ("n1", None, True), (None, "n1", True), (None, None, True)],
)
@pytest.mark.parametrize("field", ["number", "address"])
def test_it_is_for_the_number_or_address_it_names(
    field: str, theirs: str | None, ours: str | None, *, ended: bool
) -> None:
    """What either leaves open may be the same, and is taken to be."""
    said: dict[str, Any] = {field: theirs, f"consent_{field}": ours}
    assert takes_back(S.SMS, K.REVOKE_CONSENT, **said) is ended


@pytest.mark.parametrize(
    ("theirs", "ours", "ended"),
    [(("D1",), ("D1", "D2"), True), (("D1",), ("D2",), False), (None, ("D2",), True), (("D1",), None, True)],
)
def test_it_is_for_the_debts_it_names(
    theirs: tuple[str, ...] | None, ours: tuple[str, ...] | None, *, ended: bool
) -> None:
    assert takes_back(S.SMS, K.REVOKE_CONSENT, debts=theirs, consent_debts=ours) is ended


@pytest.mark.parametrize(("seconds", "ended"), [(-1, False), (0, True), (86_400 * 400, True)])
def test_it_binds_from_its_second_on_and_does_not_lapse(seconds: int, *, ended: bool) -> None:
    """Ten business days are the latest, not a right."""
    assert takes_back(S.SMS, K.REVOKE_CONSENT, at=ASKED + timedelta(seconds=seconds)) is ended


def test_what_was_withdrawn_ends_nothing_from_then_on() -> None:
    withdrawn = ASKED + timedelta(hours=1)
    before, after = withdrawn - timedelta(seconds=1), withdrawn
    assert takes_back(S.SMS, K.REVOKE_CONSENT, at=before, withdrawn_at=withdrawn)
    assert not takes_back(S.SMS, K.REVOKE_CONSENT, at=after, withdrawn_at=withdrawn)


def test_a_consent_of_the_same_second_was_meant_and_a_later_one_was_not() -> None:
    request = {K.STOP_CALLING: [PersonRequest(at=GIVEN, type=K.STOP_CALLING)]}
    second = int(ASKED.timestamp())
    later = GIVEN + timedelta(seconds=1)
    assert revocation(Consent(at=GIVEN, scope=S.SMS), request, second) is not None
    assert revocation(Consent(at=later, scope=S.SMS), request, second) is None


def test_a_consent_told_again_as_taken_back_ends_where_the_first_telling_says_and_no_later_one() -> None:
    """What was given afterwards, or for something else, stands."""
    first = Consent(at=GIVEN, scope=S.SMS)
    ended = replace(first, revoked_at=ASKED)
    ended_later = replace(first, revoked_at=ASKED + timedelta(days=3))
    given_after = replace(first, at=ASKED + timedelta(days=5))
    other = Consent(at=GIVEN, scope=S.EMAIL)
    found = with_ends((first, ended_later, ended, given_after, other))
    assert [each.revoked_at for each in found] == [ASKED, ASKED, ASKED, None, None]
    assert with_ends((first, other)) == (first, other)

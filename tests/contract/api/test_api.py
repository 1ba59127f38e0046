"""The HTTP API keeps what its description promises, whatever it is sent.

Bodies and paths are made from the description itself, what it permits and what it forbids, and once more with
the people who are really on file, so that what is taken goes all the way: through the engine, the gate and
the store. No answer is a fault of the server, every status is described, and the floor lives.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from compliance_gate.request import Consent, HistoryEntry, PersonFile, PersonRequest
from dialer.clock import monotonic_now
from dialer.web.application import make_web
from dialer.web.demonstration import OPEN_PATHS as SHOWN_PATHS
from dialer.web.sessions import OPEN_PATHS
from dialer.web.sign_in.outside import OPEN_PATHS as OUTSIDE_PATHS
from dialer.web.sign_in.outside import PAGE
from dialer.web.tokens import Tokens

schemathesis: Any = pytest.importorskip("schemathesis", reason="the quality group is not installed")
checks: Any = pytest.importorskip("schemathesis.specs.openapi.checks")

KEPT = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
REPEATED = settings(
    settings.get_profile("few"),
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
ALL = {"Authorization": "Bearer all"}


# To be described, the routes need a floor by name only.
_nobody: Any = SimpleNamespace(snapshot=None, health=None)
_application = make_web(floor=_nobody, tokens=Tokens([]), registry=CollectorRegistry()).application
described: Any = schemathesis.openapi.from_dict(_application.openapi())
# Every boundary of every field of every route is thousands of requests: in great doses only.
described.config.phases.coverage.enabled = settings.get_profile("few").max_examples >= 10
behind_tokens: Any = described.include(path_regex="^/api/")

WRITTEN_S = 30.0
"""For what the floor does by itself to be in the journal."""


def fitness(served: Any) -> Mapping[str, Any]:
    """What the floor says of itself."""
    return json.loads(httpx2.get(f"{served.base}/health").text)


def on_file(given_values: Any, there: Mapping[str, object]) -> Any:
    """The values given, with those of things that are on file where they name one."""
    if not isinstance(given_values, dict):
        return given_values
    values = cast("dict[str, object]", given_values)
    return {name: there.get(name, value) for name, value in values.items()}


@described.parametrize()
@REPEATED
@pytest.mark.deep
def test_every_route_answers_as_described(case: Any, served: Any) -> None:
    """Anything that the description permits or forbids."""
    case.call_and_validate(base_url=served.base, headers=ALL, checks=KEPT)


@behind_tokens.parametrize()
@REPEATED
@pytest.mark.deep
def test_every_route_answers_as_described_about_what_is_on_file(case: Any, served: Any) -> None:
    """The same about a person, an account, an agent and a campaign that there are."""
    there = {"person": served.person, "debt": served.debt, "agent": "ann", "campaign": "c"}
    case.path_parameters = on_file(case.path_parameters, there)
    case.body = on_file(case.body, {**there, "debts": [served.debt]})
    case.call_and_validate(base_url=served.base, headers=ALL, checks=KEPT)


@behind_tokens.parametrize()
@settings(REPEATED, max_examples=2, phases=[Phase.generate])
def test_no_route_answers_without_a_token(case: Any, served: Any) -> None:
    """No token, an unknown one, one of another kind, and one that may only look.

    Whoever signs in is not known yet, and an own account is everybody's: this floor keeps none (409),
    and knows no provider elsewhere.
    """
    refusals = (400, 401, 409, 422) if case.path in OPEN_PATHS else (400, 401, 422)
    if case.path in SHOWN_PATHS:  # this floor is no demonstration, and says so to anybody
        refusals = (200,) if case.method.upper() == "GET" else (400, 404, 422)
    for given_token in (None, "Bearer nobody", "Basic all"):
        headers = {} if given_token is None else {"Authorization": given_token}
        answer = case.call(base_url=served.base, headers=headers)
        if case.path in OUTSIDE_PATHS and answer.status_code == 303:
            assert answer.headers["location"] == [PAGE], (
                "this floor knows no provider: back to where one signs in"
            )
        else:
            assert answer.status_code in refusals
    if case.path.startswith("/api/session") or case.path in SHOWN_PATHS:
        return
    if case.method.upper() != "GET":
        assert case.call(base_url=served.base, headers={"Authorization": "Bearer wall"}).status_code in (
            400,
            403,
            404,
            422,
        )


instants = st.integers(-2_000_000_000, 7_000_000_000).map(
    lambda second: datetime.fromtimestamp(second, tz=UTC)
)
days = st.dates(min_value=date(1901, 1, 1), max_value=date(2199, 1, 1))


entries = st.builds(HistoryEntry, entry=st.text(max_size=5), at=instants)
agreed = st.builds(Consent, at=instants, valid_until=st.none() | days)
asked = st.builds(PersonRequest, at=instants, until=st.none() | days)


@REPEATED
@given(
    history=st.lists(entries, max_size=5),
    consents=st.lists(agreed, max_size=3),
    requests=st.lists(asked, max_size=3),
)
def test_any_file_of_a_person_is_taken_or_refused_and_the_floor_lives(
    served: Any, history: list[HistoryEntry], consents: list[Consent], requests: list[PersonRequest]
) -> None:
    """Whatever was done, agreed and asked in three centuries: the gate can be asked about it."""
    file = PersonFile(
        person=served.person, history=tuple(history), consents=tuple(consents), requests=tuple(requests)
    )
    url = f"{served.base}/api/facts/persons/{served.person}"
    answer = httpx2.put(url, headers=ALL, content=msgspec.json.encode(file))
    assert answer.status_code in (200, 409, 422), answer.text


def test_the_floor_has_lived_through_all_of_it(served: Any) -> None:
    """Run last: what was taken above is in the journal, and nothing of it stopped the floor."""
    until = monotonic_now() + WRITTEN_S  # what it does by itself may be on its way
    while (told := fitness(served))["unwritten"] and monotonic_now() < until:
        time.sleep(0.02)
    assert (told["is_fit"], told["unwritten"]) == (True, 0)

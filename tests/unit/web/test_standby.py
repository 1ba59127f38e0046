"""An engine that stands by says so, and where the one in charge is, to whoever asks for anything."""

import httpx2
import pytest

from dialer.web.standby import Waiting, standby_application

CHARGE = "http://one:8765"


async def asked(waiting: Waiting, path: str, method: str = "GET") -> httpx2.Response:
    transport = httpx2.ASGITransport(app=standby_application(lambda: waiting))
    async with httpx2.AsyncClient(transport=transport, base_url="http://two") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/ready"), ("GET", "/api/floor"), ("POST", "/api/agents/ann"), ("GET", "/")],
)
async def test_everything_is_refused_with_a_sentence_and_where_to_go(method: str, path: str) -> None:
    answer = await asked(Waiting(is_read=True, is_held=True, in_charge=CHARGE), path, method)
    assert answer.status_code == 503
    assert answer.json()["detail"] == f"this engine stands by: the one in charge is at {CHARGE}"
    assert answer.json()["in_charge"] == CHARGE
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("waiting", "sentence"),
    [
        (Waiting(), "this engine stands by and cannot read the store: it would not take over"),
        (Waiting(is_read=True), "this engine stands by, and takes over: nobody is in charge"),
        (Waiting(is_read=True, is_held=True), "this engine stands by: the one in charge is elsewhere"),
    ],
)
async def test_health_says_that_it_lives_and_what_it_waits_for(waiting: Waiting, sentence: str) -> None:
    answer = await asked(waiting, "/health")
    assert answer.status_code == 200
    assert (answer.json()["standing"], answer.json()["is_fit"]) == ("standby", False)
    assert answer.json()["reasons"] == [sentence]

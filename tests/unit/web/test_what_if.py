"""What a change of pacing would do, asked of a running floor: what goes to the desk, and what is refused."""

import asyncio
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.cli.what_if_desk import WhatIfDesk
from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import FloorSnapshot
from dialer.inquiry.pacing_what_if import Answer, Change, Picture, Question, WhatIfError
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import make_web
from dialer.web.ports import BusyError, WhatIfs
from dialer.web.tokens import Role, Token, Tokens, digest_of
from pacing.ahead import Forecast, Horizon, Spread
from pacing.policy import AbandonmentLedger, PacingSnapshot

PATH = "/api/campaigns/north/pacing/what-if"
PICTURE = Picture(
    snapshot=PacingSnapshot(
        now=1_800_000_000.0,
        ready_agents=3,
        candidate_needs_agent=np.full(10, 0.25),
        candidate_live=np.full(10, 0.25),
        launch_limit=10,
        shift_left=30.0,
        ledger=AbandonmentLedger(live_answers=20, abandoned=0, limit=0.03, connect_within=2.0),
    ),
    policy="predictive",
    parameters={"target": 0.03},
    epsilon=0.001,
    state={},
    ring_s=24.0,
    shortest_ring_s=15.0,
    lines_left=100,
    launches_per_second=5.0,
)
ONE = Spread(mean=4.0, low=2.0, high=7.0)
ANSWER = Answer(
    at=1_800_000_000.0,
    agents=3,
    live_answers=20,
    forecast=Forecast(
        runs=3,
        horizons=(
            Horizon(
                seconds=900.0,
                as_it_is={"contacts": ONE},
                changed={"contacts": ONE},
                difference={"contacts": ONE},
            ),
        ),
    ),
)


class NoFloor:
    """A floor that is asked nothing."""

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        raise AssertionError(f"{event} {within}")

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        raise AssertionError(attempt)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        raise AssertionError(call)

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        raise AssertionError(agent)

    def snapshot(self) -> FloorSnapshot:
        raise AssertionError

    def health(self) -> Health:
        raise AssertionError


class Seen(NoFloor):
    """A floor of which one campaign has agents."""

    def pacing_picture(self, campaign: CampaignId) -> Picture | None:
        return PICTURE if campaign == "north" else None


@dataclass
class Desk:
    """Answers what it is told to."""

    says: Exception | None = None
    asked: list[Question] = field(default_factory=list[Question])

    async def ask(self, picture: Picture, question: Question) -> Answer:
        assert picture is PICTURE
        self.asked.append(question)
        if self.says is not None:
            raise self.says
        return ANSWER


def client_of(desk: WhatIfs | None, *, floor: NoFloor | None = None) -> TestClient:
    tokens = Tokens([Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss")])
    web = make_web(floor=floor or Seen(), tokens=tokens, registry=CollectorRegistry(), what_ifs=desk)
    return TestClient(web.application, headers={"Authorization": "Bearer boss"})


def test_a_change_goes_to_the_desk_and_its_answer_comes_back() -> None:
    desk = Desk()
    found = client_of(desk).post(PATH, json={"target": 0.02, "agents": -1, "runs": 20})
    assert found.status_code == 200
    assert desk.asked == [Question(change=Change(target=0.02, agents=-1), runs=20)]
    (row,) = found.json()["horizons"]
    assert row["changed"]["contacts"] == {"mean": 4.0, "low": 2.0, "high": 7.0}
    assert found.json()["live_answers_so_far"] == 20


@pytest.mark.parametrize(
    ("says", "status"),
    [(BusyError("another look ahead"), 409), (WhatIfError("too few", mend="wait"), 422)],
)
def test_what_the_desk_refuses_is_told(says: Exception, status: int) -> None:
    found = client_of(Desk(says=says)).post(PATH, json={"agents": 1})
    assert (found.status_code, found.json()["detail"]) == (status, str(says))


def test_a_floor_that_cannot_be_seen_is_told() -> None:
    assert client_of(None).post(PATH, json={"agents": 1}).status_code == 409
    assert client_of(Desk(), floor=NoFloor()).post(PATH, json={"agents": 1}).status_code == 409
    empty = client_of(Desk()).post(PATH.replace("north", "south"), json={"agents": 1})
    assert empty.json()["detail"] == "no agent of this campaign is on the floor"


@pytest.mark.parametrize(
    "body",
    [{"runs": 2}, {"runs": 61}, {"target": 1.1}, {"lines_per_agent": 0.9}, {"held_most": 0.0}, {"x": 1}],
)
def test_values_that_cannot_be_are_refused(body: dict[str, float]) -> None:
    desk = Desk()
    assert client_of(desk).post(PATH, json=body).status_code == 422
    assert desk.asked == []


async def test_the_desk_asks_in_a_process_of_its_own_and_one_at_a_time() -> None:
    """The same answer as here; a second question is refused while the first is asked; then one is taken."""
    desk = WhatIfDesk()
    question = Question(change=Change(agents=2), runs=3)
    first = asyncio.create_task(desk.ask(PICTURE, question))
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await desk.ask(PICTURE, question)
    answer = await first
    assert answer.forecast.runs == 3
    assert [row.seconds for row in answer.forecast.horizons] == [30.0]
    few = replace(
        PICTURE,
        snapshot=replace(
            PICTURE.snapshot,
            ledger=AbandonmentLedger(live_answers=19, abandoned=0, limit=0.03, connect_within=2.0),
        ),
    )
    with pytest.raises(WhatIfError, match="only 19 people"):
        await desk.ask(few, question)


async def test_a_look_ahead_that_takes_too_long_is_given_up() -> None:
    desk = WhatIfDesk(most_s=0.0)
    with pytest.raises(WhatIfError, match="took longer than 0 s"):
        await desk.ask(PICTURE, Question(change=Change(agents=2), runs=200))


async def test_a_request_that_is_cancelled_ends_its_look_ahead() -> None:
    """The desk is free at once, not when the look ahead would have been done."""
    desk = WhatIfDesk()
    long = replace(PICTURE, snapshot=replace(PICTURE.snapshot, shift_left=36_000.0))
    first = asyncio.create_task(desk.ask(long, Question(change=Change(agents=2), runs=200, day=True)))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await desk.ask(PICTURE, Question(change=Change(agents=2), runs=3))).forecast.runs == 3

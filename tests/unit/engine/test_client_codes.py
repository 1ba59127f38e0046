"""A client's own codes on a floor: the engine keeps to the list, whatever a screen lets through."""

from typing import Any

import pytest

from compliance_gate.words import RequestKind
from dialer.casework.codes import PROTECTIVE
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.past_talk import past_talk

K = DispositionKind
CODES = (
    ClientCode(code="PTP", kind=K.PROMISE_TO_PAY, words="Promise", asks=(AskedField.AMOUNT, AskedField.DATE)),
    ClientCode(code="RPC-NPI", kind=K.NO_COMMITMENT, words="Right party", asks=(AskedField.NOTE,)),
    *(ClientCode(code=kind.value[:6], kind=kind, words=kind.value) for kind in sorted(PROTECTIVE, key=str)),
)


def talked(make_floor: Any) -> tuple[Any, AttemptId, AgentId]:
    floor = make_floor(codes=CODES)
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    return floor, attempt, floor.talk(attempt)


def test_a_refused_word_leaves_the_agent_at_it_and_the_right_one_ends_it(make_floor: Any) -> None:
    floor, attempt, agent = talked(make_floor)
    with pytest.raises(InvalidFactError, match="code RPC-NPI"):
        floor.dispose(attempt, agent, K.NO_COMMITMENT)
    floor.dispose(attempt, agent, K.NO_COMMITMENT, words="pays on Friday, perhaps")
    said = floor.last(c.StoreOutcome).record.disposition
    assert (said.code, said.kind) == ("RPC-NPI", K.NO_COMMITMENT)


def test_a_request_under_an_unknown_code_binds_and_says_how_it_was_taken(make_floor: Any) -> None:
    floor, attempt, agent = talked(make_floor)
    floor.dispose(attempt, agent, K.STOP_CALLING, code="DNC")
    assert floor.last(c.StoreRequest).request.type is RequestKind.STOP_CALLING
    assert "code DNC is no code of this client" in floor.engine.remarked
    assert floor.last(c.StoreOutcome).record.disposition.code == "stop_c"


def test_a_list_is_told_by_campaign(make_floor: Any) -> None:
    floor, _, _ = talked(make_floor)
    (row,) = floor.engine.snapshot().campaigns
    assert floor.engine.codes_of(row.campaign) == CODES
    assert floor.engine.codes_of("nobody's") is None


def test_further_words_keep_to_the_list(make_floor: Any) -> None:
    """Of a talk that is over: refused likewise, and written down under the client's code."""

    floor, attempt, agent = talked(make_floor)
    floor.dispose(attempt, agent, K.NO_COMMITMENT, words="w")
    talk = past_talk(floor.all(c.StoreOutcome)[-1].record)
    assert talk is not None
    wrong = e.DispositionAdded(agent=agent, talk=talk, disposition=Disposition(kind=K.DEAD_AIR))
    with pytest.raises(InvalidFactError, match="'dead_air' is not on this client's list"):
        floor.send(wrong)
    right = Disposition(kind=K.DISPUTED)
    floor.send(e.DispositionAdded(agent=agent, talk=talk, disposition=right))
    assert floor.last(c.StoreDisposition).disposition.code == "disput"


def test_a_refused_word_does_not_take_from_the_desk_what_is_owed(make_floor: Any) -> None:
    """A talk that ended at the agent's own phone: the desk asks on until a word of the list is said."""
    floor, attempt, agent = talked(make_floor)
    floor.send(e.AgentLegLost(agent=agent, reason="phone 101 was hung up"))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    talk = past_talk(floor.all(c.StoreOutcome)[-1].record)
    assert talk is not None
    wrong = e.DispositionAdded(agent=agent, talk=talk, disposition=Disposition(kind=K.DEAD_AIR))
    with pytest.raises(InvalidFactError, match="'dead_air' is not on this client's list"):
        floor.send(wrong)
    assert [view.owes for view in floor.engine.snapshot().agents] == [attempt]
    floor.send(e.DispositionAdded(agent=agent, talk=talk, disposition=Disposition(kind=K.DISPUTED)))
    assert [view.owes for view in floor.engine.snapshot().agents] == [None]


def test_a_refused_word_before_the_news_of_the_bridge_takes_nothing_in(make_floor: Any) -> None:
    floor = make_floor(codes=CODES)
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    assert [view.state for view in floor.engine.snapshot().agents] == [AgentState.RESERVED]
    with pytest.raises(InvalidFactError, match="'dead_air' is not on this client's list"):
        floor.dispose(attempt, agent, K.DEAD_AIR)
    assert [view.state for view in floor.engine.snapshot().agents] == [AgentState.RESERVED]
    floor.dispose(attempt, agent, K.DISPUTED)
    assert [view.state for view in floor.engine.snapshot().agents] == [AgentState.TALKING]

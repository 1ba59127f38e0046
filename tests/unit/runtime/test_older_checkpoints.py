"""A checkpoint of another version is read whole or refused by name; half of one is never gone on from."""

import json
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.ids import CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.engine.state import CampaignRow, EngineState, PoolRow
from dialer.runtime.checkpoint import UnreadableCheckpointError, decode_state, encode_state
from pacing.policy import NumberProfile
from pacing.registry import make_learner

NOW = 1_780_000_000.0
Tree = dict[str, Any]


def state() -> EngineState:
    """Two leads that need a reserved agent, one of them agreed for later."""
    made = EngineState(now=NOW, sequence=5)
    settings = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"))
    names = [LeadId("soon"), LeadId("later")]
    for name, agreed in zip(names, (None, NOW + 600.0), strict=True):
        made.leads[name] = Lead(
            lead=name,
            campaign=CampaignId("c"),
            debt=DebtId("d"),
            targets=(Target(person=PersonId("p"), number=NumberId("n")),),
            reserve_agent=True,
            not_before=agreed,
        )
    pool = PoolRow(needs=(), reserved=names, reserved_since=dict.fromkeys(names, NOW - 5.0))
    made.campaigns[CampaignId("c")] = CampaignRow(
        settings=settings, state=CampaignState.RUNNING, pools={"": pool}
    )
    return made


def written_by(change: Callable[[Tree], None]) -> bytes:
    """The checkpoint as another version would have written it."""
    tree = cast("Tree", msgspec.json.decode(encode_state(state())))
    change(tree)
    return msgspec.json.encode(tree)


def pool_of(tree: Tree) -> Tree:
    return tree["campaigns"]["c"]["pools"][""]


def test_one_of_this_version_is_left_as_it_is() -> None:
    assert decode_state(encode_state(state())) == state()


def test_leads_of_an_older_one_that_never_said_since_when_they_wait_wait_from_now() -> None:
    def older(tree: Tree) -> None:
        del pool_of(tree)["reserved_since"], pool_of(tree)["reserved_turn"], tree["changes_forgotten"]

    read = decode_state(written_by(older))
    assert read.campaigns[CampaignId("c")].pools[""].reserved_since == {"soon": NOW, "later": NOW + 600.0}


def test_what_an_older_one_had_counted_of_who_answers_is_taken_up_by_pacing() -> None:
    """The counts, and so every chance that is made of them, are those that were written."""

    def older(tree: Tree) -> None:
        campaign = tree["campaigns"]["c"]
        del campaign["learned"]
        campaign["answers"] = {
            "whole": {"launches": 300.0, "needed": 200.0, "live": 30.0},
            "segments": {"mobile/own": {"launches": 75.0, "needed": 60.0, "live": 5.0}},
        }

    row = decode_state(written_by(older)).campaigns[CampaignId("c")]
    assert row.answers is None
    learner = make_learner()
    learner.restore(json.loads(row.learned))
    needs, live = (3.5 + 200.0) / 310.0, (0.8 + 30.0) / 310.0
    assert learner.answers.chances(NumberProfile(segment="landline/own")) == (needs, live)
    assert learner.answers.chances(NumberProfile(segment="mobile/own")) == (
        (25.0 * needs + 60.0) / 100.0,
        (25.0 * live + 5.0) / 100.0,
    )


def test_an_older_one_that_had_counted_nothing_starts_from_what_is_believed() -> None:
    def older(tree: Tree) -> None:
        tree["campaigns"]["c"]["answers"] = {"whole": {}, "segments": {}}
        del tree["campaigns"]["c"]["learned"]

    learner = make_learner()
    learner.restore(json.loads(decode_state(written_by(older)).campaigns[CampaignId("c")].learned))
    assert learner.state() == make_learner().state()


def _add_to_state(tree: Tree) -> None:
    tree["tomorrow"] = 1


def _add_to_pool(tree: Tree) -> None:
    pool_of(tree)["mood"] = "good"


def _add_to_lead(tree: Tree) -> None:
    tree["leads"]["soon"]["score"] = 3


@pytest.mark.parametrize(
    ("newer", "named"),
    [
        (_add_to_state, "'tomorrow' of the state"),
        (_add_to_pool, "'mood' of '' of 'pools' of 'c' of 'campaigns'"),
        (_add_to_lead, "'score' of 'soon' of 'leads'"),
    ],
)
def test_one_that_says_more_than_this_version_knows_is_refused_by_name(
    newer: Callable[[Tree], None], named: str
) -> None:
    with pytest.raises(UnreadableCheckpointError, match=named):
        decode_state(written_by(newer))


def _lose_needs(tree: Tree) -> None:
    del pool_of(tree)["needs"]


def _spell_a_number(tree: Tree) -> None:
    tree["sequence"] = "five"


def _dance(tree: Tree) -> None:
    tree["campaigns"]["c"]["state"] = "dancing"


@pytest.mark.parametrize("broken", [_lose_needs, _spell_a_number, _dance])
def test_one_that_lacks_what_must_be_there_or_means_something_else_is_refused(
    broken: Callable[[Tree], None],
) -> None:
    with pytest.raises(UnreadableCheckpointError, match="cannot be read"):
        decode_state(written_by(broken))

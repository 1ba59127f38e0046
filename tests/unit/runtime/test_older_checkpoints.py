"""A checkpoint of another version is read whole or refused by name; half of one is never gone on from."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.ids import CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.engine.state import CampaignRow, EngineState, PoolRow
from dialer.runtime.checkpoint import UnreadableCheckpointError, decode_state, encode_state

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

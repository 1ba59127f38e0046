"""A checkpoint of another version is read whole or refused by name; half of one is never gone on from."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from compliance_gate.request import Hold, PersonFile
from compliance_gate.words import HoldKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine
from dialer.engine.older_state import bring_up
from dialer.engine.state import (
    LAYOUT,
    CallRow,
    CampaignRow,
    ChangeRow,
    EngineState,
    PersonRow,
    PoolRow,
)
from dialer.runtime.checkpoint import UnreadableCheckpointError, decode_state, encode_state
from pacing.policy import NumberProfile
from pacing.registry import make_learner
from simulator.open_gate import OpenGate

LAYOUT_1 = Path(__file__).parent / "older" / "layout-1.json"
"""Written by the version before states said everything: six agents, a call of each common kind."""

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
    needs, live = (3.5 + 140.0) / 235.0, (0.8 + 25.0) / 235.0  # the rest of the campaign
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


# --- layout 2 ---------------------------------------------------------------------------------------------


def test_entries_and_lines_of_files_outlast_a_lift_also_where_they_were_kept_as_any_manual_hold() -> None:
    """A line of a file is known by its words; what names no account or no source was placed by hand."""

    def older(tree: Tree) -> None:
        tree["layout"] = 2
        for holder in (tree["persons"]["p"]["file"], tree["changes"][1]["placed"]):
            for hold in holder["holds"]:
                del hold["ends_by_source"]
        del tree["changes"][0]["hold"]["ends_by_source"]

    entry = Hold(kind=HoldKind.MANUAL, since=instant(NOW), debts=("d",), source="list")
    others = (
        replace(entry, source=None),
        replace(entry, debts=None),
        replace(entry, until=instant(NOW + 60.0)),
        replace(entry, kind=HoldKind.CLOSED),
    )
    made = state()
    of_file = replace(entry, source="refused line 3 of import i: deceased", debts=None)
    file = PersonFile(person="p", holds=(entry, of_file, *others))
    made.persons[PersonId("p")] = PersonRow(file=file)
    made.changes.append(ChangeRow(sequence=4, debt=DebtId("d"), hold=entry))
    made.changes.append(ChangeRow(sequence=5, person=PersonId("p"), placed=file))
    tree = cast("Tree", msgspec.json.decode(encode_state(made)))
    older(tree)
    read = decode_state(msgspec.json.encode(tree))
    apart = (replace(hold, ends_by_source=True) for hold in (entry, of_file))
    known = replace(file, holds=(*apart, *others))
    assert read.persons[PersonId("p")].file == known
    assert [read.changes[0].hold, read.changes[1].placed] == [known.holds[0], known]


# --- layout 1 ---------------------------------------------------------------------------------------------


def layout_1() -> Tree:
    return cast("Tree", msgspec.json.decode(LAYOUT_1.read_bytes()))


def name(number: int) -> AttemptId:
    return AttemptId(f"a1-{number:08d}")


def test_flags_of_an_older_one_become_the_state_that_they_meant() -> None:
    calls = decode_state(LAYOUT_1.read_bytes()).calls
    assert [(call.state, call.agent, call.next_agent) for call in calls.values()] == [
        (AttemptState.WRAPPING, "agent0", None),
        (AttemptState.LEAVING_MESSAGE, "agent1", None),
        (AttemptState.CONNECTED, "agent2", None),
        (AttemptState.PASSING, "agent3", "agent4"),
        (AttemptState.RINGING, None, None),
        (AttemptState.BRIDGING, "agent5", None),
        (AttemptState.WAITING, None, None),
        (AttemptState.LAUNCHED, None, None),
        (AttemptState.LAUNCHED, None, None),
    ]
    message = calls[name(2)]
    assert message.said is not None
    assert message.said.disposition.kind is DispositionKind.MESSAGE_LEFT
    assert message.launch.voice is not None
    assert message.launch.voice.drop == "drop"


def test_a_floor_goes_on_from_an_older_one_as_if_nothing_had_been() -> None:
    state = decode_state(LAYOUT_1.read_bytes())
    engine, now = DialerEngine(OpenGate(), state=state), state.now
    ended = [(name(2), Outcome.CONNECTED), (name(4), Outcome.CONNECTED), (name(5), Outcome.NO_ANSWER)]
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    out = [
        *engine.step(e.CallBridged(attempt=name(4), agent=AgentId("agent4"), bridged_at=now), now=now),
        *engine.step(e.CallBridged(attempt=name(6), agent=AgentId("agent5"), bridged_at=now), now=now),
        *engine.step(
            e.DispositionRecorded(agent=AgentId("agent0"), attempt=name(1), disposition=said), now=now
        ),
    ]
    for attempt, outcome in ended:
        out += engine.step(e.CallEnded(attempt=attempt, outcome=outcome), now=now + 9.0)
    records = {
        command.record.attempt: command.record for command in out if isinstance(command, c.StoreOutcome)
    }
    assert {attempt: (record.outcome, record.agent) for attempt, record in records.items()} == {
        name(1): (Outcome.CONNECTED, "agent0"),
        name(2): (Outcome.CONNECTED, "agent1"),
        name(4): (Outcome.CONNECTED, "agent4"),
        name(5): (Outcome.NO_ANSWER, None),
    }
    assert c.Bridge(attempt=name(7), agent=AgentId("agent3")) in out  # whom the transfer freed


def flagged(state: str, **flags: object) -> Tree:
    """The connected call of the older state, with other flags; nobody of the others."""
    tree = layout_1()
    call = {**tree["calls"][name(3)], "state": state, **flags}
    return {**tree, "calls": {name(3): call}}


@pytest.mark.parametrize(
    ("state", "flags", "meant"),
    [
        ("launched", {}, AttemptState.LAUNCHED),
        ("waiting", {"agent": None}, AttemptState.WAITING),
        ("waiting", {"is_bridging": True}, AttemptState.BRIDGING),
        ("waiting", {"awaits_notice": True}, AttemptState.HEARING_NOTICE),
        ("waiting", {"awaits_notice": True, "abandoned": True}, AttemptState.UNSERVED),
        ("waiting", {"machine_detected": True}, AttemptState.MACHINE),
        ("waiting", {"abandoned": True}, AttemptState.UNSERVED),
        ("waiting", {"is_overflowing": True}, AttemptState.OVERFLOWING),
        ("waiting", {"is_overflowing": True, "abandoned": True}, AttemptState.OVERFLOWING),
        ("waiting", {"is_overflowing": True, "overflow_at": NOW, "abandoned": True}, AttemptState.OVERFLOWED),
        ("connected", {}, AttemptState.CONNECTED),
        ("connected", {"hangup": "agent"}, AttemptState.CONNECTED),
        ("connected", {"hangup": "agent_gone", "agent": "agent5"}, AttemptState.ALONE),
        ("connected", {"is_bridging": True}, AttemptState.REJOINING),
        ("connected", {"passing_to": "agent4"}, AttemptState.PASSING),
        ("connected", {"is_leaving_message": True}, AttemptState.LEAVING_MESSAGE),
        ("connected", {"is_handed_on": True}, AttemptState.HANDED_ON),
        ("ended", {}, AttemptState.WRAPPING),
    ],
)
def test_each_combination_of_flags_that_was_possible_has_its_state(
    state: str, flags: Tree, meant: AttemptState
) -> None:
    (call,) = decode_state(msgspec.json.encode(flagged(state, **flags))).calls.values()
    assert call.state is meant


def test_a_call_that_was_being_joined_again_keeps_the_agent_it_was_given_to() -> None:
    (call,) = decode_state(msgspec.json.encode(flagged("connected", is_bridging=True))).calls.values()
    assert (call.agent, call.next_agent) == ("agent2", "agent2")


def test_what_was_said_heard_and_asked_for_is_kept() -> None:
    more = {"hangup": "agent", "disposition": {"kind": "disputed"}, "ready_after": False}
    heard = {"early_media": True, "message_played": True, "is_recorded": True, "overflow_at": NOW}
    tree = flagged("connected", **more, **heard)
    call: CallRow = decode_state(msgspec.json.encode(tree)).calls[name(3)]
    assert call.said is not None
    assert (call.said.disposition.kind, call.said.ready_after) == (DispositionKind.DISPUTED, False)
    assert call.hangup is c.HangupReason.AGENT
    assert (call.heard.early_media, call.heard.message_played, call.heard.is_recorded) == (True, True, True)
    assert (call.launch.is_guaranteed, call.overflow_at) == (False, NOW)


def test_a_flag_of_an_older_one_that_nobody_knows_is_not_dropped_in_silence() -> None:
    with pytest.raises(UnreadableCheckpointError, match="'is_singing' of 'a1-00000003'"):
        decode_state(msgspec.json.encode(flagged("connected", is_singing=True)))


def test_one_of_a_later_layout_is_refused() -> None:
    tree = {**cast("Tree", msgspec.json.decode(encode_state(state()))), "layout": LAYOUT + 1}
    with pytest.raises(UnreadableCheckpointError, match=f"layout {LAYOUT + 1}"):
        decode_state(msgspec.json.encode(tree))


def test_what_is_brought_up_is_changed_in_place_and_says_nothing_of_today_s_layout() -> None:
    tree = layout_1()
    bring_up(tree, 1)
    assert "layout" not in tree
    assert tree["calls"][name(3)]["launch"]["person"] == "p2"

"""A state that an earlier version wrote down: brought into today's tables, and what it could not know is
filled in, never left at a default that would mean something else.

Two steps. `bring_up` works on what was written, before it is read into rows: tables that are laid out
otherwise today. `fill_in` works on the rows: fields that are newer than the state. Whatever is not known here
stays where it was, so that a reader who compares finds it.
"""

from typing import cast

from compliance_gate.words import HoldKind
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import HangupReason
from dialer.engine.calling import phases
from dialer.engine.launching.answering import learned_from
from dialer.engine.state import EngineState

Tree = dict[str, object]
"""A state, or a row of it, as it was written: names, numbers, lists."""

WITHOUT_LAYOUT = 1
"""The layout of states that do not say theirs."""


def bring_up(state: Tree, layout: int) -> None:
    """Mend what was written in place, from its layout to today's."""
    if layout <= WITHOUT_LAYOUT:
        agents = cast("Tree", state["agents"])
        for agent in agents.values():
            cast("Tree", agent).pop("logs_out", None)
        for call in cast("Tree", state["calls"]).values():
            _bring_up_call(cast("Tree", call), agents)
    if layout <= _HOLDS_ALIKE:
        _tell_holds_apart(state)


def fill_in(state: EngineState) -> None:
    """Mend a state in place before the engine goes on from it; a state of this version is left as it is.

    Leads that need a reserved agent wait from now on, or from the instant that was agreed: without a
    beginning they would seem to have waited for ever and would all have their turn at once. A call that rings
    is taken to ring from now on: it may be taken back later than it might, never sooner. Who answers, as
    it was counted, goes on where pacing learns it.
    """
    for call in state.calls.values():
        if call.state is AttemptState.RINGING and call.rang_at is None:
            phases.takes_to_ring(call, at=state.now)
    for campaign in state.campaigns.values():
        if campaign.answers is not None:
            campaign.learned, campaign.answers = learned_from(campaign.answers), None
        for pool in campaign.pools.values():
            for name in pool.reserved:
                if name not in pool.reserved_since:
                    agreed = state.leads[name].not_before
                    pool.reserved_since[name] = state.now if agreed is None else max(agreed, state.now)


# --- layout 2: what an account's do-not-call entry or a file holds was kept as any manual hold is ---------

_HOLDS_ALIKE = 2


def _tell_holds_apart(state: Tree) -> None:
    """What somebody placed by hand on one account, with a source, looks as an entry does: it is taken for
    one, and lasts until the file is read from the store again.
    """
    for row in cast("Tree", state.get("persons", {})).values():
        _mark(cast("Tree", cast("Tree", row)["file"]).get("holds", []))
    for row in cast("list[Tree]", state.get("changes", [])):
        _mark([row.get("hold"), *_holds_of(row.get("replaced")), *_holds_of(row.get("placed"))])


def _holds_of(file: object) -> list[object]:
    return [] if file is None else cast("list[object]", cast("Tree", file).get("holds", []))


def _mark(holds: object) -> None:
    for hold in cast("list[Tree | None]", holds):
        if hold is not None and hold["kind"] == HoldKind.MANUAL.value and _ends_by_source(hold):
            hold["ends_by_source"] = True


def _ends_by_source(hold: Tree) -> bool:
    debts, source = hold.get("debts"), hold.get("source")
    if source is None or hold.get("until") is not None:
        return False
    is_of_one = debts is not None and len(cast("list[object]", debts)) == 1
    return is_of_one or str(source).startswith("refused line ")


# --- layout 1: an attempt had five states and twelve flags ------------------------------------------------

_LAUNCH = (
    *("attempt", "campaign", "pool", "lead", "person", "number", "debts", "zones", "rulebook", "launched_at"),
    *("needs_agent", "live", "is_guaranteed", "segment", "profile", "box", "caller_id", "voice"),
)
_HEARD = ("early_media", "detection", "message_played", "played", "is_recorded")


def _bring_up_call(call: Tree, agents: Tree) -> None:
    state = _state_of(call, agents)
    next_agent = call.pop("passing_to", None)
    if state is AttemptState.REJOINING:
        next_agent = call["agent"]  # who talked before is not known any more
    call["state"], call["next_agent"] = state.value, next_agent
    call["launch"] = {name: call.pop(name) for name in _LAUNCH if name in call}
    call["heard"] = {name: call.pop(name) for name in _HEARD if name in call}
    disposition, ready_after = call.pop("disposition", None), call.pop("ready_after", True)
    if disposition is not None:
        call["said"] = {"disposition": disposition, "ready_after": ready_after}
    for name in _DONE_WITH:
        call.pop(name, None)


_DONE_WITH = (
    *("may_play", "is_bridging", "machine_detected", "is_handed_on", "awaits_notice", "is_leaving_message"),
    "is_overflowing",
)


def _state_of(call: Tree, agents: Tree) -> AttemptState:
    match call["state"]:
        case "waiting":
            return _unjoined(call)
        case "connected":
            return _joined(call, agents)
        case "ended":
            return AttemptState.WRAPPING
        case told:
            return AttemptState(told)


def _unjoined(call: Tree) -> AttemptState:
    """The first that holds: an announcement was still awaited when the limit had passed."""
    signs = (
        ("is_bridging", AttemptState.BRIDGING),
        ("machine_detected", AttemptState.MACHINE),
        ("overflow_at", AttemptState.OVERFLOWED),
        ("is_overflowing", AttemptState.OVERFLOWING),
        ("abandoned", AttemptState.UNSERVED),
        ("awaits_notice", AttemptState.HEARING_NOTICE),
    )
    return next((state for name, state in signs if call.get(name)), AttemptState.WAITING)


def _joined(call: Tree, agents: Tree) -> AttemptState:
    signs = (
        ("is_leaving_message", AttemptState.LEAVING_MESSAGE),
        ("is_handed_on", AttemptState.HANDED_ON),
        ("passing_to", AttemptState.PASSING),
        ("is_bridging", AttemptState.REJOINING),
    )
    for name, state in signs:
        if call.get(name):
            return state
    agent = cast("Tree", agents.get(str(call.get("agent")), {}))
    has_agent = agent.get("attempt") == call["attempt"]
    is_let_go = call.get("hangup") == HangupReason.AGENT_GONE.value and not has_agent
    return AttemptState.ALONE if is_let_go else AttemptState.CONNECTED

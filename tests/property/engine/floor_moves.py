"""What may happen next on a floor: for each event there is, one that means something now.

A move is a name, a pick and seconds of waiting: small numbers that shrink well. The table has a row for every
event of the language (a test sees to it), so histories are made of all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from floors import lead, person
from hypothesis import strategies as st

from compliance_gate.findings import Recording
from compliance_gate.request import (
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    PersonRequest,
)
from compliance_gate.words import ConsentScope, EventKind, GivenTo, HoldKind, Medium, NumberKind, RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import OVER, UNANSWERED, AttemptState, Outcome
from dialer.domain.caller_id import CallBackTest, CallerIdPool, OwnedNumber, RestPolicy
from dialer.domain.detection import Detected
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    BoxId,
    CampaignId,
    ClientId,
    DebtId,
    EndpointId,
    InboundId,
    NumberId,
    PersonId,
)
from dialer.domain.inbound import Caller, InboundState
from dialer.domain.ledger import EntryKind, LedgerEntry
from dialer.domain.money import Money
from dialer.domain.past_talk import PastTalk
from dialer.domain.record import instant
from dialer.domain.telephone_events import BoxFound
from dialer.domain.third_party import ThirdPartyState
from dialer.engine.state import EngineState, GuestRow

Floor = Any
T = TypeVar("T")
SPRING = CampaignId("spring")
SHOWN = "+12125550100"
POOLS = (CallerIdPool(pool="ours", client=ClientId("acme"), numbers=(SHOWN,), rest=RestPolicy(blocks=1)),)
AGENTS = tuple(AgentId(f"agent{i}") for i in range(4))
BOXES = (BoxId("east"), BoxId("west"))
INBOUND = tuple(InboundId(f"in{i}") for i in range(3))

Move = tuple[str, int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The floor as a move finds it, and the move's pick."""

    floor: Floor
    state: EngineState
    pick: int

    @property
    def at(self) -> float:
        return float(self.floor.now)

    def one(self, things: tuple[T, ...] | list[T]) -> T:
        """The thing that the pick means."""
        return things[self.pick % len(things)]

    @property
    def attempts(self) -> tuple[AttemptId, ...]:
        """Attempts in flight, third parties, and one that is not known."""
        return (*self.state.calls, *self.state.guests, AttemptId("a1-99999999"))

    @property
    def attempt(self) -> AttemptId:
        return self.one(self.attempts)

    @property
    def agent(self) -> AgentId:
        return self.one(AGENTS)

    @property
    def person(self) -> PersonId:
        return PersonId(f"p{self.pick}")

    @property
    def number(self) -> NumberId:
        return NumberId(f"n{self.pick}")

    @property
    def debt(self) -> DebtId:
        return DebtId(f"d{self.pick}")

    @property
    def inbound(self) -> InboundId:
        return self.one((*self.state.inbound, *INBOUND))

    def agent_of(self, attempt: AttemptId) -> AgentId:
        """Whom a bridge was asked for last, else who has the call, else anybody."""
        for command in reversed(self.floor.log):
            if isinstance(command, c.Bridge) and command.attempt == attempt:
                return command.agent
        for agent in self.state.agents.values():
            if agent.attempt == attempt:
                return agent.agent
        return self.agent

    def agent_of_inbound(self, call: InboundId) -> AgentId:
        """Whom the inbound call is meant for."""
        for agent in self.state.agents.values():
            if agent.inbound == call:
                return agent.agent
        return self.agent

    def talker(self) -> AgentId:
        """An agent who talks; if nobody does, one who has a call; if nobody has, anybody."""
        busy = [agent for agent in self.state.agents.values() if agent.attempt is not None]
        talking = [agent for agent in busy if agent.state is AgentState.TALKING]
        return self.one(talking or busy).agent if busy else self.agent

    def free(self) -> AgentId:
        """An agent who could take a talk over, if any could."""
        states = (AgentState.AVAILABLE, AgentState.NOT_READY)
        free = [agent.agent for agent in self.state.agents.values() if agent.state in states]
        return self.one(free) if free else self.agent

    def talk(self) -> AttemptId:
        """A call that an agent talks on, if there is one."""
        talks = [name for name, call in self.state.calls.items() if call.state is AttemptState.CONNECTED]
        return self.one(talks) if talks else self.attempt

    def disposition(self) -> Disposition:
        kind = self.one(tuple(DispositionKind))
        agreed = kind in (DispositionKind.PROMISE_TO_PAY, DispositionKind.PLAN_AGREED)
        return Disposition(
            kind=kind,
            debts_spoken_of=(f"d{self.pick % 8}",) if self.pick % 2 else (),
            promised=Money(cents=5_000) if agreed else None,
            promised_for=self.at + 86_400.0 if agreed else None,
            call_back_at=self.at + 600.0 if kind is DispositionKind.CALL_BACK else None,
        )

    def file(self) -> Any:
        """The person's file with one more debt and number; a new one for who is not in play."""
        row = self.state.persons.get(self.person)
        file = row.file if row is not None else person(self.pick)
        more = person(self.pick + 20)
        return replace(
            file, debts=(*file.debts, Debt(debt=f"d{self.pick + 20}")), numbers=(*file.numbers, *more.numbers)
        )


def _configured(now: Now) -> e.Event:
    settings = now.state.campaigns[SPRING].settings
    changes: tuple[dict[str, Any], ...] = (
        {"ring_s": 15.0 + now.pick % 30},
        {"lines": now.pick % 4},
        {"policy": "progressive", "policy_parameters": {}},
        {"policy": "predictive", "policy_parameters": {}},
        {"policy": "fixed_ratio", "policy_parameters": {"lines_per_agent": 2.5}},
        {"wrap_up_limit_s": 20.0},
        {"needs": ("skill:collections",) if now.pick % 2 else ()},
        {"caller_ids": (SHOWN,) if now.pick % 2 else (), "caller_id_pool": ""},
        {"caller_ids": (), "caller_id_pool": "ours"},
    )
    return e.CampaignConfigured(settings=replace(settings, **now.one(changes)))


def _reconciled(now: Now) -> e.Event:
    live = tuple(list(now.state.calls)[now.pick % 3 :])
    talking = {attempt: now.agent_of(attempt) for attempt in live if now.pick % 2}
    if now.state.boxes:
        boxes = tuple(BoxFound(box=box, lines=5) for box in BOXES[: 1 + now.pick % 2])
        seats = tuple((agent, BOXES[place % len(boxes)]) for place, agent in enumerate(AGENTS))
        elsewhere = BOXES[len(boxes) :]
    else:
        boxes, seats, elsewhere = (), (), ()
    return e.NetworkReconciled(
        live=live,
        talking=talking,
        agents=AGENTS[: 4 - now.pick % 2],
        boxes=boxes,
        seats=seats,
        elsewhere=elsewhere,
        inbound=tuple(
            (call, now.agent_of_inbound(call) if now.pick % 2 else None) for call in now.state.inbound
        ),
    )


def _several(now: Now) -> e.Event:
    """From here on there are two boxes."""
    seats = tuple((agent, BOXES[place % 2]) for place, agent in enumerate(AGENTS))
    return e.NetworkReconciled(
        live=tuple(now.state.calls),
        talking={},
        agents=AGENTS,
        boxes=tuple(BoxFound(box=box) for box in BOXES),
        seats=seats,
    )


def _third_party(now: Now) -> e.Event:
    agent = now.talker()
    if now.pick % 2:
        return e.ThirdPartyRequested(agent=agent, line="creditor")
    row = now.state.agents.get(agent)
    call = None if row is None or row.attempt is None else now.state.calls.get(row.attempt)
    number = now.number if call is None else NumberId(call.launch.number.replace("n", "m"))
    return e.ThirdPartyRequested(agent=agent, number=number)


def _consultation(now: Now) -> e.Event:
    if now.pick % 3 == 0:
        return e.ConsultationRequested(agent=now.talker(), to=now.free())
    asked = _third_party(now)
    assert isinstance(asked, e.ThirdPartyRequested)
    return e.ConsultationRequested(agent=asked.agent, line=asked.line, number=asked.number)


def _asked(now: Now) -> PersonRequest:
    kind = now.one((RequestKind.STOP_CALLING, RequestKind.DO_NOT_CALL, RequestKind.DISPUTE))
    number = str(now.number) if kind is RequestKind.DO_NOT_CALL else None
    return PersonRequest(at=instant(now.at), type=kind, number=number)


def _callers(now: Now) -> tuple[Caller, ...]:
    people = (now.pick, now.pick + 1) if now.pick % 3 == 0 else (now.pick,)
    return tuple(Caller(person=PersonId(f"p{i}"), debts=(DebtId(f"d{i}"),)) for i in people)


def _fetched(now: Now) -> e.Event:
    refill = now.floor.last(c.RefillHopper)
    numbers = range(now.pick % 12, now.pick % 12 + 4)
    late = now.pick % 5 == 0
    return e.LeadsFetched(
        campaign=SPRING,
        request=refill.request - (1 if late else 0),
        as_of=refill.sequence,
        leads=tuple(lead(i, reserve_agent=i % 3 == 0) for i in numbers),
        persons=tuple(person(i) for i in numbers),
        leads_left=100,
        retry_at=now.at + 60.0 if late else None,
    )


def _dialed(now: Now) -> e.Event:
    leads = list(now.state.leads.values())
    held = now.one(leads) if leads else lead(now.pick)
    target = held.targets[0]
    return e.DialRequested(
        agent=now.agent, campaign=SPRING, lead=held.lead, person=target.person, number=target.number
    )


def _afterthought(now: Now) -> e.Event:
    """Of a talk that the engine has forgotten, or has not: any attempt's name."""
    ended_at = now.at - now.one((0.0, 60.0, 3_600.0, 200_000.0))
    entry = HistoryEntry(entry=now.attempt, at=instant(ended_at), event=EventKind.CALL_PLACED)
    talk = PastTalk(
        attempt=now.attempt if now.pick % 2 else AttemptId(f"past-{now.pick}"),
        campaign=SPRING,
        agent=now.agent,
        person=now.person,
        number=now.number,
        debts=(now.debt,),
        zones=("America/New_York",),
        launched_at=ended_at - 30.0,
        ended_at=ended_at,
        disposition=None if now.pick % 3 else now.disposition(),
        entry=entry,
    )
    return e.DispositionAdded(agent=now.agent, talk=talk, disposition=now.disposition())


MEANT: Mapping[type, Callable[[Now], e.Event]] = {
    e.TimeReached: lambda now: e.TimeReached(),
    e.CampaignConfigured: _configured,
    e.CallerIdsDeclared: lambda now: e.CallerIdsDeclared(
        numbers=(OwnedNumber(number=SHOWN, calls_back_to="menu", daily_ceiling=now.pick + 1),),
        pools=POOLS if now.pick % 2 else (),
    ),
    e.CallerIdTested: lambda now: e.CallerIdTested(
        number=SHOWN, test=CallBackTest(at=now.at, passed=now.pick % 3 > 0, told="came in, or did not")
    ),
    e.CallerIdReleased: lambda now: e.CallerIdReleased(number=SHOWN, by="anna"),
    e.CampaignStarted: lambda now: e.CampaignStarted(campaign=SPRING),
    e.CampaignPaused: lambda now: e.CampaignPaused(campaign=SPRING),
    e.CampaignDrained: lambda now: e.CampaignDrained(campaign=SPRING),
    e.CampaignStopped: lambda now: e.CampaignStopped(campaign=SPRING),
    e.FloorStopped: lambda now: e.FloorStopped(by="anna", reason="test"),
    e.FloorReleased: lambda now: e.FloorReleased(by="anna"),
    e.AgentLoggedIn: lambda now: e.AgentLoggedIn(
        agent=now.agent,
        campaign=SPRING,
        endpoint=EndpointId(f"sip-{now.agent}"),
        tags=("skill:collections",),
        shift_ends_at=now.at + 300.0 if now.pick % 3 == 0 else None,
    ),
    e.AgentGotReady: lambda now: e.AgentGotReady(agent=now.agent),
    e.AgentPauseRequested: lambda now: e.AgentPauseRequested(agent=now.agent, reason="break"),
    e.AgentHungUp: lambda now: e.AgentHungUp(
        agent=now.talker(), attempt=now.attempt if now.pick % 2 else None
    ),
    e.TransferRequested: lambda now: e.TransferRequested(attempt=now.talk(), to=now.free(), by="anna"),
    e.ThirdPartyRequested: _third_party,
    e.ConsultationRequested: _consultation,
    e.ConsultationOpened: lambda now: e.ConsultationOpened(agent=now.talker(), leaves=bool(now.pick % 2)),
    e.ThirdPartyReleased: lambda now: e.ThirdPartyReleased(agent=now.talker()),
    e.ConferenceLeft: lambda now: e.ConferenceLeft(agent=now.talker()),
    e.AgentLoggedOut: lambda now: e.AgentLoggedOut(agent=now.agent),
    e.AgentLegLost: lambda now: e.AgentLegLost(agent=now.agent),
    e.AgentLegRestored: lambda now: e.AgentLegRestored(
        agent=now.agent, box=now.one(BOXES) if now.state.boxes else BoxId("")
    ),
    e.DialRequested: _dialed,
    e.DispositionAdded: _afterthought,
    e.DispositionRecorded: lambda now: e.DispositionRecorded(
        agent=now.agent_of(now.attempt),
        attempt=now.attempt,
        disposition=now.disposition(),
        ready_after=bool(now.pick % 3),
    ),
    e.LeadsFetched: _fetched,
    e.RequestReceived: lambda now: e.RequestReceived(person=now.person, request=_asked(now)),
    e.ConsentGiven: lambda now: e.ConsentGiven(
        person=now.person,
        consent=Consent(at=instant(now.at), scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR),
    ),
    e.HoldPlaced: lambda now: e.HoldPlaced(
        person=now.person, hold=Hold(kind=now.one(tuple(HoldKind)), since=instant(now.at))
    ),
    e.HoldLifted: lambda now: e.HoldLifted(person=now.person, kind=now.one(tuple(HoldKind)), by="anna"),
    e.SuppressionAdded: lambda now: now.one(
        (
            e.SuppressionAdded(scope=e.SuppressionScope.NUMBER, source="test", number=now.number),
            e.SuppressionAdded(scope=e.SuppressionScope.PERSON, source="test", person=now.person),
            e.SuppressionAdded(scope=e.SuppressionScope.DEBT, source="test", debt=now.debt),
        )
    ),
    e.AccountRecalled: lambda now: e.AccountRecalled(debt=now.debt),
    e.PaymentReceived: lambda now: e.PaymentReceived(
        debt=now.debt, amount=Money(cents=100), settles=bool(now.pick % 2)
    ),
    e.EntryPosted: lambda now: e.EntryPosted(
        entry=LedgerEntry(
            key="fee",
            debt=now.debt,
            kind=EntryKind.FEE,
            amount=Money(cents=100),
            effective_on=date(2026, 11, 30),
        ),
        reopens=bool(now.pick % 2),
    ),
    e.PersonEdited: lambda now: e.PersonEdited(person=now.file()),
    e.PersonJoined: lambda now: e.PersonJoined(
        person=now.person, fellow=PersonId(f"p{now.pick + 1}"), by="anna", why="she said so"
    ),
    e.PersonParted: lambda now: e.PersonParted(
        person=now.person, fellow=PersonId(f"p{now.pick + 1}"), by="anna", why="they are two"
    ),
    e.PersonPlacedAgain: lambda now: e.PersonPlacedAgain(person=now.file(), as_of=now.state.sequence),
    e.InboundConversation: lambda now: e.InboundConversation(
        person=now.person, number=now.number, debts=(now.debt,)
    ),
    e.NoticeRecorded: lambda now: e.NoticeRecorded(
        person=now.person, notice=Notice(notice="n", sent_on=instant(now.at).date(), by=Medium.LETTER)
    ),
    e.ContactRecorded: lambda now: e.ContactRecorded(
        person=now.person,
        entry=HistoryEntry(entry=f"office-{now.pick}", at=instant(now.at), event=EventKind.LETTER),
    ),
    e.LocationTold: lambda now: e.LocationTold(
        person=now.person, location=KnownLocation(zones=frozenset({"America/Chicago"}))
    ),
    e.LineKindFound: lambda now: e.LineKindFound(
        number=now.number, kind=NumberKind.MOBILE, found_on=instant(now.at).date(), source="look-up"
    ),
    e.LimitationFound: lambda now: e.LimitationFound(debt=now.debt, ends=instant(now.at).date()),
    e.AccountHeld: lambda now: e.AccountHeld(
        debt=now.debt,
        hold=Hold(kind=HoldKind.MANUAL, since=instant(now.at), debts=(now.debt,), ends_by_source=True),
    ),
    e.HistoryAttested: lambda now: e.HistoryAttested(
        debt=now.debt, since=instant(now.at).date(), by="Nora Officer", why="sent word", scope="client acme"
    ),
    e.CallRinging: lambda now: e.CallRinging(attempt=now.attempt, early_media=now.pick % 4 == 0),
    e.CallAnswered: lambda now: e.CallAnswered(
        attempt=now.attempt,
        answered_at=now.at - (0.5 if now.pick % 3 == 0 else 0.0),
        detected=now.one(tuple(Detected)) if now.pick > 4 else Detected.NONE,
    ),
    e.CallBridged: lambda now: e.CallBridged(
        attempt=now.attempt, agent=now.agent_of(now.attempt), bridged_at=now.at
    ),
    e.BridgeFailed: lambda now: e.BridgeFailed(
        attempt=now.attempt, agent=now.agent_of(now.attempt), reason="test"
    ),
    e.PersonHeld: lambda now: e.PersonHeld(attempt=now.talk()),
    e.HoldFailed: lambda now: e.HoldFailed(attempt=now.talk(), reason="test"),
    e.CallTimedOut: lambda now: e.CallTimedOut(
        attempt=now.attempt, message_played=bool(now.pick % 2), overflow=now.pick % 4 == 0
    ),
    e.OverflowAnswered: lambda now: e.OverflowAnswered(attempt=now.attempt, at=now.at),
    e.VoicePlayed: lambda now: e.VoicePlayed(
        attempt=now.attempt, recording=now.one(tuple(Recording)), sound="sorry", complete=bool(now.pick % 2)
    ),
    e.RecordingBegan: lambda now: e.RecordingBegan(attempt=now.attempt),
    e.RecordingNoticeSpoken: lambda now: e.RecordingNoticeSpoken(
        agent=now.agent_of(now.attempt), attempt=now.attempt
    ),
    e.RecordingObjected: lambda now: e.RecordingObjected(
        agent=now.agent_of(now.attempt), attempt=now.attempt
    ),
    e.RecordingStopped: lambda now: e.RecordingStopped(attempt=now.attempt, is_stopped=now.pick % 3 != 0),
    e.OptOutPressed: lambda now: e.OptOutPressed(attempt=now.attempt, key="9"),
    e.VoicemailDropRequested: lambda now: e.VoicemailDropRequested(
        agent=now.agent_of(now.attempt), attempt=now.attempt
    ),
    e.CallEnded: lambda now: e.CallEnded(attempt=now.attempt, outcome=now.one(tuple(Outcome))),
    e.CallNotAttempted: lambda now: e.CallNotAttempted(attempt=now.attempt, reason="test"),
    e.InboundArrived: lambda now: e.InboundArrived(
        call=now.one(INBOUND), dialed=SHOWN, box=now.one(BOXES) if now.state.boxes else BoxId("")
    ),
    e.InboundIdentified: lambda now: e.InboundIdentified(
        call=now.inbound, number=now.number, callers=_callers(now) if now.pick % 4 else ()
    ),
    e.InboundLanguageChosen: lambda now: e.InboundLanguageChosen(
        call=now.inbound, language="language:es", is_required=bool(now.pick % 2)
    ),
    e.InboundMessageLeft: lambda now: e.InboundMessageLeft(
        call=now.inbound, recording="message-1", seconds=10.0
    ),
    e.InboundCallBackAsked: lambda now: e.InboundCallBackAsked(call=now.inbound, key="3"),
    e.InboundFollowedUp: lambda now: e.InboundFollowedUp(
        call=now.one((*now.state.owed, *INBOUND)), by="test"
    ),
    e.InboundOptedOut: lambda now: e.InboundOptedOut(call=now.inbound, key="9"),
    e.InboundWaiting: lambda now: e.InboundWaiting(call=now.inbound),
    e.InboundBridged: lambda now: e.InboundBridged(
        call=now.inbound, agent=now.agent_of_inbound(now.inbound), bridged_at=now.at
    ),
    e.InboundBridgeFailed: lambda now: e.InboundBridgeFailed(
        call=now.inbound, agent=now.agent_of_inbound(now.inbound), reason="test"
    ),
    e.InboundUnserved: lambda now: e.InboundUnserved(call=now.inbound),
    e.InboundEnded: lambda now: e.InboundEnded(call=now.inbound),
    e.InboundDisposed: lambda now: e.InboundDisposed(
        agent=now.agent_of_inbound(now.inbound),
        call=now.inbound,
        person=now.person if now.pick % 3 else None,
        disposition=now.disposition(),
        ready_after=bool(now.pick % 2),
    ),
    e.NetworkLost: lambda now: e.NetworkLost(
        reason="test", box=now.one(BOXES) if now.state.boxes and now.pick % 2 else BoxId("")
    ),
    e.NetworkReconciled: _reconciled,
    e.LinesChanged: lambda now: e.LinesChanged(
        box=now.one(BOXES),
        lines=now.pick % 4,
        over=BOXES[(now.pick + 1) % 2] if now.pick % 3 else BoxId(""),
        reason="test" if now.pick % 3 else "",
    ),
    e.BoxGivenUp: lambda now: e.BoxGivenUp(box=now.one(BOXES), reason="test"),
    e.ClockStepped: lambda now: e.ClockStepped(seconds=now.one((-3_600.0, -2.0, 2.0, 3_600.0))),
    e.LaunchingHeld: lambda now: e.LaunchingHeld(by=now.one(("store", "overload")), reason="test"),
    e.LaunchingResumed: lambda now: e.LaunchingResumed(by=now.one(("store", "overload"))),
    e.EventQuarantined: lambda now: e.EventQuarantined(
        kind="CallEnded" if now.pick % 2 else "TimeReached",
        text="",
        error="a defect",
        persons=(now.person,) if now.pick % 3 else (),
        attempts=(now.attempt,) if now.pick % 4 else (),
        is_lost=bool(now.pick % 2),
    ),
    e.EngineRestarted: lambda now: e.EngineRestarted(
        checkpoint="", generation=min(now.state.generation + 1, 10**9), asks_presence=bool(now.pick % 2)
    ),
}


def _goes_on(now: Now) -> e.Event:
    """What comes next for a call, a third party or a caller: what nobody hinders it from."""
    state = now.state
    things = (*state.calls, *state.guests, *state.inbound)
    if not things:
        return MEANT[e.LeadsFetched](now)
    thing = things[now.pick % len(things)]
    if thing in state.calls:
        return _call_goes_on(replace(now, pick=list(state.calls).index(AttemptId(thing))))
    if thing in state.inbound:
        return _inbound_goes_on(now, InboundId(thing))
    attempt = AttemptId(thing)
    guest = state.guests[attempt]
    return _guest_goes_on(now, guest)


def _guest_goes_on(now: Now, guest: GuestRow) -> e.Event:
    attempt = guest.attempt
    if guest.is_private:
        return _consultation_goes_on(now, guest)
    if guest.state is ThirdPartyState.LAUNCHED:
        return e.CallRinging(attempt=attempt)
    if guest.state is ThirdPartyState.RINGING:
        return e.CallBridged(attempt=attempt, agent=guest.agent, bridged_at=now.at)
    return e.ConferenceLeft(agent=guest.agent)


def _consultation_goes_on(now: Now, guest: GuestRow) -> e.Event:
    call = now.state.calls.get(guest.talk)
    event: e.Event = e.CallBridged(attempt=guest.talk, agent=guest.agent, bridged_at=now.at)
    if guest.state is ThirdPartyState.JOINED:
        event = e.ConferenceLeft(agent=guest.agent)
    elif guest.state is ThirdPartyState.CONSULTED and now.pick % 2:
        event = e.ConsultationOpened(agent=guest.agent, leaves=now.pick % 3 == 0)
    elif guest.state is ThirdPartyState.CONSULTED:
        pass
    elif call is not None and call.state is AttemptState.CONNECTED:
        event = e.PersonHeld(attempt=guest.talk)
    elif not guest.is_answered:
        event = e.CallAnswered(attempt=guest.attempt, answered_at=now.at)
    else:
        event = e.CallBridged(attempt=guest.attempt, agent=guest.agent, bridged_at=now.at)
    return event


_ENDS_NEXT = (
    AttemptState.CONNECTED,
    AttemptState.MACHINE,
    AttemptState.UNSERVED,
    AttemptState.OVERFLOWED,
    AttemptState.ALONE,
    AttemptState.LEAVING_MESSAGE,
    AttemptState.HELD,
    AttemptState.HANDED_ON,
)


def _call_goes_on(now: Now) -> e.Event:
    attempt, state = now.attempt, now.state.calls[now.attempt].state
    event: e.Event = e.CallBridged(attempt=attempt, agent=now.agent_of(attempt), bridged_at=now.at)
    if state in UNANSWERED:
        event = e.CallAnswered(attempt=attempt, answered_at=now.at)
    elif state in OVER:
        event = MEANT[e.DispositionRecorded](now)
    elif state is AttemptState.HEARING_NOTICE:
        notice = Recording.RECORDED_NOTICE
        event = e.VoicePlayed(attempt=attempt, recording=notice, sound="recorded", complete=True)
    elif state is AttemptState.OVERFLOWING:
        event = e.OverflowAnswered(attempt=attempt, at=now.at)
    elif state in _ENDS_NEXT:
        event = e.CallEnded(attempt=attempt, outcome=now.one(tuple(Outcome)))
    return event


def _inbound_goes_on(now: Now, call: InboundId) -> e.Event:
    row = now.state.inbound[call]
    agent = now.agent_of_inbound(call)
    if not row.is_identified:
        return e.InboundIdentified(call=call, number=now.number, callers=_callers(now))
    if row.state is InboundState.HEARS_MENU:
        return e.InboundWaiting(call=call)
    if row.state is InboundState.WAITING:
        return e.InboundBridged(call=call, agent=agent, bridged_at=now.at)
    if row.state is InboundState.CONNECTED:
        return e.InboundEnded(call=call)
    person = row.callers[0].person if row.callers else None
    return e.InboundDisposed(agent=agent, call=call, person=person, disposition=now.disposition())


GOES_ON, SEVERAL = "goes on", "several boxes"
"""Two moves that are no event's name: the next step of some call, whatever it is; and from now on there are
two telephone systems."""

_OFTEN = (
    e.AgentGotReady,
    e.AgentLoggedIn,
    e.CampaignStarted,
    e.FloorReleased,
    e.InboundArrived,
    e.LaunchingResumed,
    e.LeadsFetched,
    e.NetworkReconciled,
    e.ConsultationRequested,
    e.ThirdPartyRequested,
    e.TimeReached,
    e.TransferRequested,
) * 3
"""What has to be for anything to come of the rest."""

_NAMES = (GOES_ON,) * 90 + tuple(kind.__name__ for kind in (*MEANT, *_OFTEN)) + (SEVERAL,)
_BY_NAME = {kind.__name__: meant for kind, meant in MEANT.items()} | {GOES_ON: _goes_on, SEVERAL: _several}

moves: st.SearchStrategy[Move] = st.tuples(
    st.sampled_from(_NAMES), st.integers(0, 9), st.sampled_from([0.0, 0.0, 0.0, 0.5, 1.0, 3.0, 20.0, 120.0])
)


def event_of(floor: Floor, move: Move) -> e.Event:
    """The event that a move means on this floor."""
    name, pick, _wait = move
    return _BY_NAME[name](Now(floor=floor, state=floor.engine.checkpoint(), pick=pick))


def let_time_pass(floor: Floor, move: Move, event: e.Event) -> None:
    """The clock before an event: it goes on, and where it is the clock that jumped it jumps."""
    floor.now += move[2]
    if isinstance(event, e.ClockStepped):
        floor.now += event.seconds

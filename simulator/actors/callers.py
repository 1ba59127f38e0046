"""People who call us: after a message, after a call they missed, or out of the blue.

Whether somebody calls back is drawn from the names of person and number and from how often that happened, as
everything about the public is. Who they are is the truth of the made-up world; the floor learns what a live
one learns: the number that calls, who on file has it, and what the agent finds out.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.events import InboundArrived, InboundFollowedUp, InboundIdentified, InboundMessageLeft
from dialer.domain.ids import NumberId, PersonId
from dialer.domain.inbound_line import line_of
from dialer.domain.voice import OPT_OUT_KEY
from simulator.lead_book import LeadBook
from simulator.people import Answerer, Behaviour, MadeUpPublic
from simulator.plans import CallersPlan
from simulator.scenario import Scenario
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import OFFICE, World
from telephony.lines.line import Line
from telephony.lines.watching import Unwatched

_RANG = frozenset({Outcome.NO_ANSWER, Outcome.CANCELLED})
_UNSERVED = frozenset({Outcome.ABANDONED, Outcome.HUNG_UP_WAITING})

LISTENED_TO_AFTER_S = 180.0


class Conduct:
    """What somebody who calls us does, complete; see `telephony.lines.behaviour.CallerBehaviour`.

    Attributes:
        person: who it is; None = nobody on file.
        disposition: what the collector finds out.
        draws: 8-15 are left for what the collector writes down.
    """

    __slots__ = (
        "after_call_s",
        "asks_back_s",
        "disposition",
        "draws",
        "key",
        "language",
        "menu_s",
        "message_s",
        "patience_s",
        "person",
        "talk_s",
    )

    def __init__(self, draws: tuple[float, ...]) -> None:
        self.draws = draws
        self.key = ""
        self.language = ""
        self.menu_s = 0.0
        self.message_s = 0.0
        self.asks_back_s = 1e9
        self.patience_s = 0.0
        self.talk_s = 0.0
        self.after_call_s = 0.0
        self.person: PersonId | None = None
        self.disposition = DispositionKind.HUNG_UP_UNVERIFIED


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CallBack:
    """Somebody means to call us at `at` (POSIX seconds)."""

    at: float
    person: str
    number: str
    nth: int
    dialed: str


class CallBacks:
    """Who means to call us, and how often we gave them a reason to. Lives through all shifts of a season."""

    def __init__(self) -> None:
        self.missed: dict[tuple[str, str], int] = {}
        self.given: dict[tuple[str, str], int] = {}
        self._meant: list[CallBack] = []

    def mean(self, call: CallBack) -> None:
        """Somebody will call."""
        heappush(self._meant, call)

    def due(self, until: float) -> list[CallBack]:
        """Everybody who calls by then, in the order in which they do; they are not told of again."""
        due: list[CallBack] = []
        while self._meant and self._meant[0].at <= until:
            due.append(heappop(self._meant))
        return due


class Callers(Unwatched):
    """Draws who calls us during one shift, and lets them.

    Args:
        public: knows what numbers are.
        memory: who still means to call from an earlier shift.
    """

    def __init__(
        self,
        *,
        world: World,
        scenario: Scenario,
        streams: Streams,
        public: MadeUpPublic,
        book: LeadBook,
        memory: CallBacks,
        ends_at: float,
    ) -> None:
        self._world = world
        self._plan: CallersPlan = scenario.callers
        self._talks = scenario.talks
        self._public = public
        self._book = book
        self._streams = streams
        self._memory = memory
        self._ends_at = ends_at
        self._shown = scenario.campaign.caller_ids
        self._network: TelephoneNetwork | None = None
        self.called_in = 0
        self._our_lines = scenario.network.our_lines
        world.after(InboundArrived, self._look_up)
        world.after(InboundMessageLeft, self._follow_up)
        self._store_s = scenario.network.store_s

    def open(self, network: TelephoneNetwork, starts_at: float) -> None:
        """Put strangers, and those who meant to call today, on the heap."""
        self._network = network
        for call in self._memory.due(self._ends_at):
            if call.at >= starts_at:  # who called in the night met nobody
                self._world.schedule(call.at, self._call_back, call, priority=OFFICE)
        hours = (self._ends_at - starts_at) / 3600.0
        for nth in range(round(self._plan.strangers_per_hour * hours)):
            u = self._streams.draws("stranger", str(int(starts_at)), str(nth))
            at = starts_at + u[7] * (self._ends_at - starts_at)
            self._world.schedule(at, self._call_stranger, u, priority=OFFICE)

    # --- why they call -----------------------------------------------------------------------------------

    def over(self, line: Line, outcome: Outcome, now: float) -> None:
        """A call of ours has ended: perhaps whoever it was for calls back."""
        behaviour = line.behaviour
        is_nobody = line.order.line or not self._public.is_somebody_s(line.order.number)
        if is_nobody or not isinstance(behaviour, Behaviour):
            return
        person, number = line.order.person, line.order.number
        key = (person, number)
        share = self._share(line, behaviour, outcome, key)
        if share <= 0.0:
            return
        nth = self._memory.given[key] = self._memory.given.get(key, 0) + 1
        u = self._streams.draws("call back", person, number, str(nth))
        if u[0] >= share:
            return
        at = now + self._plan.delay.at(u[1])
        call = CallBack(at=at, person=person, number=number, nth=nth, dialed=line.order.caller_id)
        if at <= self._ends_at:
            self._world.schedule(at, self._call_back, call, priority=OFFICE)
        else:
            self._memory.mean(call)

    def _share(self, line: Line, behaviour: Behaviour, outcome: Outcome, key: tuple[str, str]) -> float:
        """How likely this call makes somebody call back."""
        plan = self._plan
        on_tape = behaviour.answerer is Answerer.VOICEMAIL and line.joined_at > 0.0
        if line.message_left or (on_tape and behaviour.disposition is DispositionKind.MESSAGE_LEFT):
            return plan.after_message
        if behaviour.answerer is Answerer.PERSON and outcome in _UNSERVED:
            return plan.after_abandonment
        rang = outcome in _RANG and behaviour.rings
        if not rang and behaviour.answerer is not Answerer.VOICEMAIL:
            return 0.0
        missed = self._memory.missed.get(key, 0)
        self._memory.missed[key] = missed + 1
        return plan.after_missed_call * plan.missed_again**missed

    # --- what they do ------------------------------------------------------------------------------------

    def _call_back(self, call: CallBack) -> None:
        u = self._streams.draws("caller", call.person, call.number, str(call.nth))
        conduct = self._conduct(u)
        number = NumberId(call.number)
        if self._public.is_right_number(number):
            conduct.person = PersonId(call.person)
            if u[2] < self._plan.right_party:
                conduct.disposition = self._public.result(u[4])
                conduct.talk_s = self._talks.right_party.at(u[5])
                conduct.after_call_s = self._talks.after_right_party.at(u[6])
            else:
                conduct.disposition = DispositionKind.THIRD_PARTY
        else:
            conduct.disposition = DispositionKind.WRONG_NUMBER
        self._dial_in(conduct, number, call.dialed)

    def _call_stranger(self, u: tuple[float, ...]) -> None:
        conduct = self._conduct(u)
        shown = self._shown
        dialed = shown[int(u[3] * len(shown))] if shown else ""
        self._dial_in(conduct, NumberId(f"stranger-{u[7]:.9f}"), dialed)

    def _conduct(self, u: tuple[float, ...]) -> Conduct:
        plan, conduct = self._plan, Conduct(u)
        conduct.key = OPT_OUT_KEY if u[8] < plan.opts_out else ""
        conduct.menu_s = plan.menu.at(u[9])
        conduct.patience_s = plan.patience.at(u[11])
        conduct.talk_s = self._talks.other_person.at(u[5])
        conduct.after_call_s = self._talks.after_other_person.at(u[6])
        return conduct

    def _dial_in(self, conduct: Conduct, number: NumberId, dialed: str) -> None:
        assert self._network is not None, "nobody calls before there is a network"
        is_shown = conduct.draws[12] >= self._plan.withheld
        self._choose(conduct, dialed)
        self.called_in += 1
        self._network.call_in(number=number if is_shown else None, dialed=dialed, behaviour=conduct)

    def _choose(self, conduct: Conduct, dialed: str) -> None:
        """What they press besides the key that says 'never again'."""
        plan, ours = self._plan, line_of(self._our_lines, dialed)
        if not (ours.languages or ours.message_key or ours.call_back_key):
            return
        u = self._streams.draws("menu", f"{conduct.draws[10]:.17f}")
        if ours.languages:
            language = ours.languages[-1 if u[0] < plan.other_language else 0]
            conduct.language = language.key
        if u[3] < plan.asks_back:
            conduct.asks_back_s = conduct.patience_s / 2
        if not conduct.key and u[1] < plan.leaves_message:
            conduct.key = ours.message_key
            conduct.message_s = plan.message.at(u[2])

    def _follow_up(self, event: InboundMessageLeft) -> None:
        """Somebody in the office listens to it, when there is time."""
        at = self._world.now + LISTENED_TO_AFTER_S
        self._world.tell_at(at, InboundFollowedUp(call=event.call, by="the office"))

    # --- who they may be ---------------------------------------------------------------------------------

    def _look_up(self, event: InboundArrived) -> None:
        """The runtime asks the store who has the number; the answer comes a moment later."""
        assert self._network is not None, "nobody calls before there is a network"
        shown = self._network.caller_of(event.call)
        number = None if shown is None else NumberId(shown)
        callers = () if number is None else self._book.callers(number)
        found = InboundIdentified(call=event.call, number=number, callers=callers)
        self._world.tell_at(self._world.now + self._store_s, found)

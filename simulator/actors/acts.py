"""What collectors do besides talking: hang up, pass a talk on, call somebody in, have a message left,
preview.

Which of it a talk sees is drawn from the call's own name, so a floor that never transfers hears the same
people. Each act is looked at again when its moment comes: the talk may be over by then.
"""

from collections.abc import Callable
from dataclasses import replace
from math import log

from dialer.domain.agent import AgentState
from dialer.domain.commands import StoreDisposition, StoreOutcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import (
    AgentHungUp,
    CallBridged,
    ConferenceLeft,
    ConsultationOpened,
    ConsultationRequested,
    DialRequested,
    DispositionAdded,
    RecordingNoticeSpoken,
    RecordingObjected,
    ThirdPartyReleased,
    ThirdPartyRequested,
    TransferRequested,
    VoicemailDropRequested,
)
from dialer.domain.ids import AttemptId, CampaignId
from dialer.domain.past_talk import past_talk
from dialer.domain.record import AttemptRecord
from simulator.actors.collector import Collector, drawn_by, drawn_for
from simulator.lead_book import LeadBook
from simulator.people import Answerer
from simulator.plans import ActsPlan
from simulator.scenario import Scenario
from simulator.scenario_settings import OUTSIDE_LINE
from simulator.streams import Stream, Streams
from simulator.world import FLOOR, World
from telephony.lines.line import CallerLine, Line
from telephony.lines.states import LineState

_HEARS_MACHINE_S = 3.0
_SAYS_NOTICE_S = 2.0
_STAYS_S = 8.0
_CONSULTS_S = 5.0
"""Seconds of a machine that an agent hears before asking for the message, that saying the notice takes, that
an agent stays in a talk when the third party is there, and that asking somebody in private takes."""
_THINKS_AGAIN_S = 60.0

_Spot = tuple[Collector, Line | CallerLine]


class Acts:
    """Draws what collectors do in talks, and lets them.

    Args:
        everybody: the collectors of the floor.
        book: the leads that an agent on a break may look at.
    """

    def __init__(
        self,
        *,
        world: World,
        scenario: Scenario,
        streams: Streams,
        campaign: CampaignId,
        book: LeadBook,
        everybody: Callable[[], tuple[Collector, ...]],
    ) -> None:
        self._world = world
        self._plan: ActsPlan = scenario.acts
        self._has_line = bool(scenario.campaign.outside_line)
        self._streams = streams
        self._campaign = campaign
        self._book = book
        self._everybody = everybody
        if self._plan.third_party:
            world.after(CallBridged, self._third_party_came)
        self._records: dict[AttemptId, AttemptRecord] = {}
        if self._plan.second_thought:
            world.on(StoreOutcome, self._written)
            world.on(StoreDisposition, self._said_anew)

    # --- in talks ----------------------------------------------------------------------------------------

    def joined(self, agent: Collector, line: Line | CallerLine) -> None:
        """A talk begins: perhaps something else than talk comes of it."""
        if isinstance(line, Line) and drawn_for(line).answerer is Answerer.PERSON:
            self._recording(agent, line)
        if not self._plan.in_talks:
            return
        if isinstance(line, CallerLine):
            talk_s = drawn_by(line).talk_s
            if self._streams.draws("act", line.call)[0] < self._plan.hang_up:
                self._later(talk_s * self._plan.hang_up_after, self._hang_up, (agent, line))
            return
        u, drawn = self._streams.draws("act", line.order.attempt), drawn_for(line)
        if drawn.answerer is Answerer.VOICEMAIL:
            if u[0] < self._plan.ask_for_message:
                self._later(min(_HEARS_MACHINE_S, drawn.talk_s / 2), self._ask_for_message, (agent, line))
            return
        if drawn.answerer is Answerer.PERSON and u[1] < self._plan.third_party:
            self._later(drawn.talk_s * 0.3, self._call_third_party, (agent, line))
        elif drawn.answerer is Answerer.PERSON and u[2] < self._plan.transfer:
            self._later(drawn.talk_s * 0.4, self._pass_on, (agent, line))
        elif u[3] < self._plan.hang_up:
            self._later(drawn.talk_s * self._plan.hang_up_after, self._hang_up, (agent, line))

    def _recording(self, agent: Collector, line: Line) -> None:
        """Where it is theirs to say, they say it first; some people do not want it."""
        voice, talk_s = line.order.voice, drawn_for(line).talk_s
        if voice is None or not (voice.record or voice.spoken):
            return
        if voice.spoken:
            self._later(min(_SAYS_NOTICE_S, talk_s / 4), self._say_notice, (agent, line))
        objects = self._plan.objects_to_recording
        if objects and self._streams.draws("recording", line.order.attempt)[0] < objects:
            self._later(min(2 * _SAYS_NOTICE_S, talk_s / 2), self._object, (agent, line))

    def _say_notice(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line) and isinstance(line, Line):
            self._world.tell(RecordingNoticeSpoken(agent=agent.name, attempt=line.order.attempt))

    def _object(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line) and isinstance(line, Line):
            self._world.tell(RecordingObjected(agent=agent.name, attempt=line.order.attempt))

    def _later(self, seconds: float, act: Callable[[_Spot], None], spot: _Spot) -> None:
        self._world.schedule(self._world.now + seconds, act, spot, priority=FLOOR)

    # --- after talks -------------------------------------------------------------------------------------

    def _written(self, command: StoreOutcome) -> None:
        record = command.record
        if record.disposition is None or past_talk(record) is None:
            return
        if self._streams.draws("second thought", record.attempt)[0] < self._plan.second_thought:
            self._records[record.attempt] = record
            at = self._world.now + _THINKS_AGAIN_S
            self._world.schedule(at, self._say_more, record, priority=FLOOR)

    def _say_more(self, record: AttemptRecord) -> None:
        talk = past_talk(record)
        assert talk is not None, "only talks are thought of again"
        u = self._streams.draws("second thought", record.attempt)[1]
        kind = DispositionKind.DISPUTED if u < 0.5 else DispositionKind.NO_COMMITMENT
        said = Disposition(kind=kind)
        self._world.tell(DispositionAdded(agent=talk.agent, talk=talk, disposition=said))

    def _said_anew(self, command: StoreDisposition) -> None:
        record = replace(self._records.pop(command.attempt), disposition=command.disposition)
        self._book.write_attempt(record)

    def _hang_up(self, spot: _Spot) -> None:
        agent, line = spot
        if not agent.hears(line):
            return
        name = line.order.attempt if isinstance(line, Line) else AttemptId(line.call)
        self._world.tell(AgentHungUp(agent=agent.name, attempt=name))

    def _ask_for_message(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line) and isinstance(line, Line):
            attempt, machine = line.order.attempt, drawn_for(line).machine
            self._world.tell(VoicemailDropRequested(agent=agent.name, attempt=attempt, machine=machine))

    def _pass_on(self, spot: _Spot) -> None:
        agent, line = spot
        free = next((one for one in self._everybody() if one.state == AgentState.AVAILABLE.value), None)
        if free is None or not agent.hears(line) or not isinstance(line, Line):
            return
        attempt = line.order.attempt
        if self._streams.draws("pass on", attempt)[0] < self._plan.consult:
            self._world.tell(ConsultationRequested(agent=agent.name, to=free.name))
            self._later(_CONSULTS_S, self._hand_over, spot)
            return
        agent.passes_on = line
        self._world.tell(TransferRequested(attempt=attempt, to=free.name, by=agent.name))

    def _hand_over(self, spot: _Spot) -> None:
        """Their colleague takes the person, or they come back to them."""
        agent, line = spot
        if not agent.hears(line) or not isinstance(line, Line) or line.state is not LineState.HELD:
            return
        if self._streams.draws("pass on", line.order.attempt)[1] < 0.5:
            self._world.tell(ThirdPartyReleased(agent=agent.name))
            return
        agent.passes_on = line
        self._world.tell(ConsultationOpened(agent=agent.name, leaves=True))

    # --- third parties -----------------------------------------------------------------------------------

    def _call_third_party(self, spot: _Spot) -> None:
        agent, line = spot
        if not agent.hears(line) or not isinstance(line, Line):
            return
        u = self._streams.draws("third party", line.order.attempt)
        asked = ConsultationRequested if u[1] < self._plan.consult else ThirdPartyRequested
        if self._has_line and u[0] >= self._plan.other_number:
            self._world.tell(asked(agent=agent.name, line=OUTSIDE_LINE))
            if asked is ConsultationRequested and u[2] < self._plan.consult_no_more:
                self._hang_up(spot)
            return
        numbers = (target.number for target in self._book.targets_of(line.order.person))
        other = next((number for number in numbers if number != line.order.number), None)
        if other is not None:
            self._world.tell(asked(agent=agent.name, number=other))

    def _third_party_came(self, event: CallBridged) -> None:
        """All three hear each other: perhaps the agent leaves, or ends it. When it is agent and third party
        alone, the agent lets the person in, with them or without, or ends it."""
        agent = next((one for one in self._everybody() if one.name == event.agent), None)
        line = None if agent is None else agent.line
        if agent is None or not isinstance(line, Line) or line.order.attempt == event.attempt:
            return
        u = self._streams.draws("conference", event.attempt)
        if line.state is LineState.HELD:
            opens = self._complete if u[0] < self._plan.leave_conference else self._let_in
            released = u[1] < self._plan.release_third_party
            self._later(_CONSULTS_S, self._release if released and u[2] < 0.5 else opens, (agent, line))
            return
        if u[0] < self._plan.leave_conference:
            self._later(_STAYS_S, self._leave, (agent, line))
        elif u[1] < self._plan.release_third_party:
            self._later(_STAYS_S, self._release, (agent, line))

    def _let_in(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line):
            self._world.tell(ConsultationOpened(agent=agent.name))

    def _complete(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line):
            self._world.tell(ConsultationOpened(agent=agent.name, leaves=True))

    def _leave(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line):
            self._world.tell(ConferenceLeft(agent=agent.name))

    def _release(self, spot: _Spot) -> None:
        agent, line = spot
        if agent.hears(line):
            self._world.tell(ThirdPartyReleased(agent=agent.name))

    # --- previews ----------------------------------------------------------------------------------------

    def open(self, starts_at: float, ends_at: float) -> None:
        """Put the previews of the shift on the heap."""
        rate = self._plan.previews_per_hour
        if rate <= 0.0:
            return
        for agent in self._everybody():
            chance = self._streams.stream("previews", agent.name, str(int(starts_at)))
            at = starts_at
            while (at := at + 3600.0 / rate * -log(chance.next())) < ends_at:
                self._world.schedule(at, self._preview, (agent, chance), priority=FLOOR)

    def _preview(self, what: tuple[Collector, Stream]) -> None:
        """Look at a lead in hand and ask to call it; the gate decides as for every other call."""
        agent, chance = what
        place = chance.next()
        handed_out = self._book.handed_out()
        if agent.state != AgentState.NOT_READY.value or not handed_out:
            return
        lead = handed_out[int(place * len(handed_out))]
        target = lead.targets[0]
        self._world.tell(
            DialRequested(
                agent=agent.name,
                campaign=self._campaign,
                lead=lead.lead,
                person=target.person,
                number=target.number,
            )
        )

"""The public: what a called telephone does, who answers it, and what comes of the talk.

Two layers. What a number *is* (out of service, a fax, somebody else's, with voicemail, behind a screening
assistant, readily answered or never) is drawn once from the number's name and stays. What one call meets
(busy, at home, who picks up, for how long they talk) is drawn from the names of person and number and from
how many times we have called them, whatever policy did it; only the hour of the day moves the share.
Everything here is the truth of the made-up world: measures may not look at it.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import accumulate
from math import exp, log1p, sqrt
from statistics import NormalDist
from zoneinfo import ZoneInfo

from compliance_gate.request import PersonFile
from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import NumberId
from dialer.domain.machine import MachineKind
from dialer.domain.voice import OPT_OUT_KEY
from simulator.durations import Duration
from simulator.lead_book import LeadBook
from simulator.scenario import Scenario
from simulator.streams import Streams

_LAWFUL_HOURS = range(8, 21)
_MOST_EAGER = 0.95
_INVERSE_NORMAL = NormalDist().inv_cdf

_GREETING_S = 4.0
_TAPE_S = 120.0
"""Seconds of a machine's greeting that are left when a message is to be spoken, and of its tape."""


class Answerer(Enum):
    """What is at the other end after the click."""

    PERSON = "person"
    VOICEMAIL = "voicemail"
    ASSISTANT = "assistant"
    FAX = "fax"
    NETWORK = "network"


class Behaviour:
    """One call's fate, complete: the network needs to ask nothing more.

    See `telephony.lines.behaviour.Behaviour` for what it says to the network. `answerer` None: nobody
    answers, `failure` and `cause` tell how it ends. `disposition` is what the collector sees; `draws` 10, 13
    and 14 are left for what they write down.
    """

    __slots__ = (
        "after_call_s",
        "after_s",
        "answerer",
        "cause",
        "detected",
        "detection_s",
        "disposition",
        "draws",
        "early_media",
        "failure",
        "greeting_s",
        "machine",
        "patience_s",
        "presses",
        "rings",
        "setup_s",
        "sip_code",
        "talk_s",
        "tape_s",
    )

    def __init__(self, draws: tuple[float, ...]) -> None:
        self.draws = draws
        self.rings = True
        self.early_media = False
        self.setup_s = 0.0
        self.after_s = 0.0
        self.answerer: Answerer | None = None
        self.failure = Outcome.NO_ANSWER
        self.cause = ""
        self.sip_code: int | None = None
        self.patience_s = 0.0
        self.talk_s = 0.0
        self.after_call_s = 0.0
        self.disposition = DispositionKind.DEAD_AIR
        self.detected = Detected.NONE
        self.detection_s = 0.0
        self.presses = ""
        self.machine: MachineKind | None = None
        self.greeting_s = _GREETING_S
        self.tape_s = _TAPE_S

    @property
    def picks_up(self) -> bool:
        """Somebody or something answers."""
        return self.answerer is not None

    def fail(
        self, outcome: Outcome, cause: str, after_s: float, *, rings: bool, sip_code: int | None = None
    ) -> "Behaviour":
        """Nobody answers."""
        self.failure, self.cause, self.after_s, self.rings = outcome, cause, after_s, rings
        self.sip_code = sip_code
        return self


class _Kind(Enum):
    WORKING = 0
    NOT_IN_SERVICE = 1
    FAX = 2
    ANNOUNCEMENT = 3
    INTERCEPT = 4


@dataclass(frozen=True, slots=True)
class _Number:
    """What a number is, for good."""

    kind: _Kind
    is_wrong: bool
    has_assistant: bool
    voicemail_after_s: float | None
    eagerness: float
    machine: MachineKind | None


_HOPELESS = (_Kind.NOT_IN_SERVICE, _Kind.FAX, _Kind.ANNOUNCEMENT, _Kind.INTERCEPT)


class _Clock:
    """Local hour and weekday of a zone, without a conversion for each call: offsets change on the hour or
    half hour, so one is kept per zone and quarter of an hour."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[int, bool]] = {}

    def local(self, zone: str, now: float) -> tuple[int, bool]:
        """(hour 0-23, whether it is Saturday or Sunday) there."""
        key = (zone, int(now) // 900)
        found = self._kept.get(key)
        if found is None:
            there = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
            found = self._kept[key] = (there.hour, there.weekday() >= 5)
        return found


def _weights(by_hour: tuple[float, ...]) -> tuple[float, ...]:
    if not by_hour:
        return (1.0,) * 24
    mean = sum(by_hour[hour] for hour in _LAWFUL_HOURS) / len(_LAWFUL_HOURS)
    return tuple(weight / mean for weight in by_hour)


class MadeUpPublic:
    """Everybody who may be called in a scenario.

    Args:
        book: whose files tell where a person lives (never what they will do).
        starts_at: POSIX seconds of the shift's start, for the scenario's drift.
        called: how often we called whom on which number before, as `called` of an earlier public has it.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        streams: Streams,
        book: LeadBook,
        starts_at: float,
        called: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self._calls = scenario.calls
        self._numbers_plan = scenario.numbers
        self._talks = scenario.talks
        self._detection = scenario.detection
        self._setup_s = scenario.network.setup_s
        self._streams = streams
        self._book = book
        self._starts_at = starts_at
        self._seconds = scenario.shift.hours * 3600.0
        self._home = scenario.shift.time_zone
        self._clock = _Clock()
        self._numbers: dict[str, _Number] = {}
        self._called: dict[tuple[str, str], int] = dict(called or {})
        self._zones: dict[str, str] = {}
        self._weekday = _weights(self._calls.by_hour)
        self._weekend = _weights(self._calls.weekend) if self._calls.weekend else self._weekday
        self._moves = bool(self._calls.by_hour or self._calls.weekend)
        ordered = sorted(self._talks.results.items(), key=lambda pair: pair[0].value)
        total = sum(weight for _, weight in ordered)
        self._results = tuple(kind for kind, _ in ordered)
        self._result_shares = tuple(accumulate(weight / total for _, weight in ordered))
        greetings = sorted(self._talks.greetings.items(), key=lambda pair: pair[0].value)
        spoken = sum(weight for _, weight in greetings)
        self._greetings = tuple(kind for kind, _ in greetings)
        self._greeting_shares = tuple(accumulate(weight / spoken for _, weight in greetings))

    @property
    def called(self) -> Mapping[tuple[str, str], int]:
        """Calls so far, by person and number: all that a public remembers beside scenario and chance."""
        return self._called

    def behaviour(self, order: Originate, *, now: float, dial: str = "") -> Behaviour:
        """What this call meets; who is called is known by the ids of person and number."""
        del dial
        if order.line:
            return self._business(order)
        person, number = order.person, order.number
        key = (person, number)
        nth = self._called[key] = self._called.get(key, 0) + 1
        u = self._streams.draws("call", person, number, str(nth))
        here = self._numbers.get(number) or self._meet(number)
        behaviour = Behaviour(u)
        behaviour.setup_s = self._setup_s.at(u[15])
        if here.kind is not _Kind.WORKING:
            return self._hopeless(behaviour, here)
        self._working(behaviour, here, person, now)
        if self._calls.opts_out and behaviour.answerer is Answerer.PERSON:
            presses = self._streams.draws("key", person, number, str(nth))[0] < self._calls.opts_out
            behaviour.presses = OPT_OUT_KEY if presses else ""
        return behaviour

    def _business(self, order: Originate) -> Behaviour:
        """A line of the campaign that an agent calls into a talk: somebody answers in working hours."""
        u = self._streams.draws("line", order.number, order.joins or "")
        behaviour = Behaviour(u)
        behaviour.setup_s = self._setup_s.at(u[15])
        behaviour.answerer, behaviour.patience_s = Answerer.PERSON, 3600.0
        behaviour.after_s, behaviour.talk_s = 3.0 + 5.0 * u[2], 20.0 + 80.0 * u[5]
        return behaviour

    def is_somebody_s(self, number: NumberId) -> bool:
        """Whether the number is in service and a person's, right or wrong; the truth of the made-up world."""
        here = self._numbers.get(number) or self._meet(number)
        return here.kind is _Kind.WORKING

    def is_right_number(self, number: NumberId) -> bool:
        """Whether whoever picks up there knows the debtor; the truth of the made-up world."""
        here = self._numbers.get(number) or self._meet(number)
        return here.kind is _Kind.WORKING and not here.is_wrong

    # --- what numbers are ---------------------------------------------------------------------------

    def _meet(self, number: NumberId) -> _Number:
        u = self._streams.draws("number", number)
        plan = self._numbers_plan
        dead = plan.not_in_service
        fax = dead + plan.fax
        announced = fax + plan.announcement
        place = bisect_right((dead, fax, announced, announced + plan.intercept), u[0])
        kind = _HOPELESS[place] if place < len(_HOPELESS) else _Kind.WORKING
        spread = plan.eagerness_spread
        sigma = sqrt(log1p(spread * spread))
        found = self._numbers[number] = _Number(
            kind=kind,
            is_wrong=u[1] < plan.wrong_person,
            has_assistant=u[2] < plan.assistant,
            voicemail_after_s=plan.voicemail_picks_up.at(u[4]) if u[3] < plan.voicemail else None,
            eagerness=exp(sigma * _INVERSE_NORMAL(u[5]) - sigma * sigma / 2) if spread else 1.0,
            machine=self._greeting(u[6]),
        )
        return found

    def _greeting(self, u: float) -> MachineKind | None:
        """What kind of machine the number's is; None where the scenario does not say."""
        if not self._greetings:
            return None
        place = bisect_right(self._greeting_shares, u)
        return self._greetings[min(place, len(self._greetings) - 1)]

    def _hopeless(self, behaviour: Behaviour, here: _Number) -> Behaviour:
        u = behaviour.draws
        if here.kind is _Kind.NOT_IN_SERVICE:
            cause = "1 unallocated number"
            after_s = 0.5 + 3.0 * u[2]
            return behaviour.fail(Outcome.INVALID_NUMBER, cause, after_s, rings=False, sip_code=404)
        if here.kind is _Kind.ANNOUNCEMENT:
            cause = "20 subscriber absent, after an announcement"
            behaviour.early_media = True
            after_s = 6.0 + 8.0 * u[2]
            return behaviour.fail(Outcome.NO_ANSWER, cause, after_s, rings=True, sip_code=480)
        behaviour.after_s = 3.0 + 5.0 * u[2]
        if here.kind is _Kind.INTERCEPT:
            behaviour.answerer, behaviour.machine = Answerer.NETWORK, MachineKind.INTERCEPT
            behaviour.disposition = DispositionKind.INTERCEPT
            return self._machine_times(behaviour, self._talks.assistant)
        behaviour.answerer = Answerer.FAX
        behaviour.disposition = DispositionKind.DEAD_AIR
        return self._machine_times(behaviour, self._talks.machine)

    # --- what one call meets ------------------------------------------------------------------------

    def _working(self, behaviour: Behaviour, here: _Number, person: str, now: float) -> Behaviour:
        calls, u = self._calls, behaviour.draws
        failing = calls.failing
        if u[0] < failing:
            return self._refused(behaviour)
        share = calls.person_answers / (1.0 - failing) * here.eagerness
        if self._moves:
            share *= self._hour_factor(person, now)
        if calls.drift:
            share *= self._drift_factor(now)
        answers = u[1] < min(_MOST_EAGER, share)
        if here.has_assistant:
            return self._screened(behaviour, here, answers=answers)
        voicemail = self._voicemail_after(here, u)
        if answers:
            behaviour.after_s = calls.answer_after.at(u[2])
            if voicemail is not None and behaviour.after_s >= voicemail:  # who answers beats the voicemail
                behaviour.after_s = voicemail * (0.2 + 0.75 * u[2])
            return self._person(behaviour, here)
        return self._unanswered(behaviour, voicemail, here)

    def _refused(self, behaviour: Behaviour) -> Behaviour:
        """What never rings, or is refused by somebody's analysis of who calls."""
        calls, u = self._calls, behaviour.draws
        engaged, full = calls.busy, calls.busy + calls.congestion
        if u[0] < engaged:
            after_s = calls.busy_after.at(u[2])
            return behaviour.fail(Outcome.BUSY, "17 user busy", after_s, rings=False, sip_code=486)
        soon = 0.3 + u[2]
        if u[0] < full:
            cause = "34 no circuit available"
            return behaviour.fail(Outcome.CONGESTION, cause, soon, rings=False, sip_code=503)
        if u[0] < full + calls.blocked:
            return behaviour.fail(Outcome.BLOCKED, "21 call rejected", soon, rings=False, sip_code=608)
        return behaviour.fail(Outcome.UNWANTED, "127 interworking", 1.0 + soon, rings=True, sip_code=607)

    def _unanswered(self, behaviour: Behaviour, voicemail: float | None, here: _Number) -> Behaviour:
        calls, u = self._calls, behaviour.draws
        if voicemail is not None:
            return self._voicemail(behaviour, voicemail, here.machine)
        if u[3] < calls.declined:
            after_s = 2.0 + 10.0 * u[2]
            return behaviour.fail(Outcome.REJECTED, "21 call rejected", after_s, rings=True, sip_code=603)
        ends = calls.no_answer_after.at(u[2]) if calls.no_answer_after is not None else 3600.0
        return behaviour.fail(Outcome.NO_ANSWER, "19 no answer from user", ends, rings=True)

    def _voicemail_after(self, here: _Number, u: tuple[float, ...]) -> float | None:
        if here.voicemail_after_s is None:
            return None
        if u[11] < self._calls.telephone_off:
            return 0.8 + 1.5 * u[2]
        return here.voicemail_after_s

    def _hour_factor(self, person: str, now: float) -> float:
        zone = self._zones.get(person)
        if zone is None:
            zone = self._zones[person] = _zone_of(self._book.placed(person)) or self._home
        hour, is_weekend = self._clock.local(zone, now)
        return (self._weekend if is_weekend else self._weekday)[hour]

    def _drift_factor(self, now: float) -> float:
        drift = self._calls.drift
        part = int((now - self._starts_at) / self._seconds * len(drift))
        return drift[min(max(part, 0), len(drift) - 1)]

    # --- who it is ----------------------------------------------------------------------------------

    def _screened(self, behaviour: Behaviour, here: _Number, *, answers: bool) -> Behaviour:
        u = behaviour.draws
        behaviour.after_s = self._calls.assistant_after.at(u[2])
        if answers or u[12] < self._calls.assistant_passes:
            return self._person(behaviour, here)
        behaviour.answerer = Answerer.ASSISTANT
        behaviour.disposition = DispositionKind.SCREENED
        behaviour.machine = MachineKind.SCREENER
        return self._machine_times(behaviour, self._talks.assistant)

    def _voicemail(self, behaviour: Behaviour, after_s: float, machine: MachineKind | None) -> Behaviour:
        u, talks = behaviour.draws, self._talks
        behaviour.answerer = Answerer.VOICEMAIL
        behaviour.after_s = after_s
        behaviour.machine = machine
        leaves = u[4] < talks.machine_message and machine is not MachineKind.FULL
        behaviour.disposition = DispositionKind.MESSAGE_LEFT if leaves else DispositionKind.MACHINE
        return self._machine_times(behaviour, talks.message if leaves else talks.machine)

    def _machine_times(self, behaviour: Behaviour, talk: Duration) -> Behaviour:
        u, plan = behaviour.draws, self._detection
        behaviour.talk_s = talk.at(u[5])
        behaviour.after_call_s = self._talks.after_machine.at(u[6])
        behaviour.patience_s = 3600.0
        behaviour.detection_s = plan.seconds.at(u[8])
        unsure = plan.finds_machines + (1.0 - plan.finds_machines) / 2
        found = Detected.MACHINE if u[9] < plan.finds_machines else Detected.UNSURE
        behaviour.detected = found if u[9] < unsure else Detected.HUMAN
        return behaviour

    def _person(self, behaviour: Behaviour, here: _Number) -> Behaviour:
        u, talks, plan = behaviour.draws, self._talks, self._detection
        behaviour.answerer = Answerer.PERSON
        behaviour.patience_s = self._calls.patience.at(u[7])
        behaviour.detection_s = plan.seconds.at(u[8])
        mistaken = u[9] < plan.takes_people_for_machines
        behaviour.detected = Detected.MACHINE if mistaken else Detected.HUMAN
        if not here.is_wrong and u[3] < self._calls.right_party:
            behaviour.disposition = self.result(u[4])
            behaviour.talk_s = talks.right_party.at(u[5])
            behaviour.after_call_s = talks.after_right_party.at(u[6])
            return behaviour
        behaviour.disposition = self._other_person(here, u)
        behaviour.talk_s = talks.other_person.at(u[5])
        behaviour.after_call_s = talks.after_other_person.at(u[6])
        return behaviour

    def result(self, u: float) -> DispositionKind:
        """What comes of a talk with the debtor."""
        place = bisect_right(self._result_shares, u)
        return self._results[min(place, len(self._results) - 1)]

    def _other_person(self, here: _Number, u: tuple[float, ...]) -> DispositionKind:
        """Wrong numbers are not always said to be wrong: half of those who answer just hang up."""
        if here.is_wrong:
            return DispositionKind.WRONG_NUMBER if u[4] < 0.5 else DispositionKind.HUNG_UP_UNVERIFIED
        if u[4] < self._calls.child:
            return DispositionKind.CHILD_ANSWERED
        return DispositionKind.THIRD_PARTY if u[4] < 0.7 else DispositionKind.HUNG_UP_UNVERIFIED


def _zone_of(file: PersonFile) -> str | None:
    """Where the person is, as the truth of the made-up world: the first zone of the first place on file."""
    for place in (*file.addresses, *file.numbers):
        if place.zones:
            return min(place.zones)
    return None

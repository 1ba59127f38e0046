"""Plans of what else happens on a floor than calls that we launch: who calls us, what agents do in talks,
what is recorded, what breaks. All of it is off unless a scenario says otherwise. Shares are 0-1, durations
seconds.
"""

from dataclasses import dataclass, field

from dialer.domain.transitions import Word
from dialer.domain.voice import Unserved
from simulator.durations import Duration, constant, exponential, uniform


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersPlan:
    """People who call us.

    Args:
        after_message: share of the messages left on a machine whose hearer calls back.
        after_missed_call: share of the calls that nobody took, and that left no message, after the first of
            which the called person calls back; `missed_again` is the factor for each further one.
        after_abandonment: share of those for whom no agent came who call back.
        delay: from the end of our call until theirs. Who would call after the shift calls in a later one.
        right_party: share of the call backs from right numbers that the debtor makes.
        opts_out: share of all callers who press the key of the menu: never call this number again.
        strangers_per_hour: callers of whom we know nothing; `withheld` is the share of all callers whose
            number is not shown.
        menu: how long they hear the menu.
        patience: how long they wait for an agent.
        other_language: share of all callers who choose the last language of the line they dial.
        leaves_message: share of all callers who leave a message where one may be left; `message` is how long
            they speak.
        asks_back: share of all callers who choose to be called back at half of their patience.
    """

    after_message: float = 0.0
    after_missed_call: float = 0.0
    missed_again: float = 0.6
    after_abandonment: float = 0.0
    delay: Duration = field(default_factory=lambda: uniform(low=60.0, high=3600.0))
    right_party: float = 0.75
    opts_out: float = 0.0
    strangers_per_hour: float = 0.0
    withheld: float = 0.0
    menu: Duration = field(default_factory=lambda: constant(seconds=4.0))
    patience: Duration = field(default_factory=lambda: exponential(mean=90.0))
    other_language: float = 0.0
    leaves_message: float = 0.0
    asks_back: float = 0.0
    message: Duration = field(default_factory=lambda: exponential(mean=20.0))

    @property
    def is_anybody(self) -> bool:
        """Whether anybody calls at all."""
        shares = (self.after_message, self.after_missed_call, self.after_abandonment)
        return any(shares) or self.strangers_per_hour > 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsPlan:
    """What agents do in talks besides talking.

    Args:
        hang_up: share of the talks that the agent ends, callers' among them.
        hang_up_after: after which part of the talk.
        transfer: share of the talks with people that are passed on to an agent who is free.
        third_party: share of the talks with people into which somebody outside is called: the campaign's
            outside line where there is one, else another number of the person.
        consult: of these, and of the transfers, the share in which who comes is asked in private first, while
            the person is on hold.
        consult_no_more: of these, the share in which the agent hangs up in the moment of asking.
        other_number: of the third parties, the share in which it is another number of the person.
        leave_conference: of these, the share in which the agent leaves the others to themselves.
            After a consultation: the agent lets the person in, and leaves at once in this share.
        release_third_party: of these, the share in which the agent ends the third party's call.
        objects_to_recording: share of the recorded talks with people in which the person does not want it.
        ask_for_message: share of the machines that agents hear on which they ask for the recorded message.
        second_thought: share of the talks that are written down of which the agent says something else a
            minute later: what the person asked for, or another outcome.
        previews_per_hour: how often an agent on a break looks at a lead and asks to call it.
    """

    hang_up: float = 0.0
    hang_up_after: float = 0.8
    transfer: float = 0.0
    third_party: float = 0.0
    consult: float = 0.0
    consult_no_more: float = 0.0
    other_number: float = 0.0
    leave_conference: float = 0.0
    release_third_party: float = 0.0
    ask_for_message: float = 0.0
    objects_to_recording: float = 0.0
    second_thought: float = 0.0
    previews_per_hour: float = 0.0

    @property
    def in_talks(self) -> bool:
        """Whether agents do anything in talks but talk."""
        return any((self.hang_up, self.transfer, self.third_party, self.ask_for_message))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsPlan:
    """What the campaign has recorded: the texts are made up, approved by nobody, heard by nobody.

    Args:
        unserved: what a person gets for whom no agent came in time.
        notice_s: length of the announcement that the call is recorded; 0 = calls are not recorded.
        is_notice_spoken: where none may be played, the agents say it.
        drop_s: length of the message for machines; 0 = none is ever left.
        drop_by_detection, drop_by_agent: when it is left.
    """

    unserved: Unserved = Unserved.MESSAGE
    notice_s: float = 0.0
    is_notice_spoken: bool = False
    drop_s: float = 0.0
    drop_by_detection: bool = True
    drop_by_agent: bool = True


class IncidentKind(Word):
    """What may go wrong, or be done, at an instant of the shift."""

    PAUSE = "pause"
    """Somebody pauses the campaign and starts it again."""
    STOP = "stop"
    """Somebody stops the campaign and starts it again."""
    RED_BUTTON = "red_button"
    """The whole floor is stopped, and released."""
    RELEASE_NUMBER = "release_number"
    """Somebody says that the first of our numbers need rest no longer."""
    HOLD = "hold"
    """The machine under us holds launching: the loop is too late."""
    CONNECTION = "connection"
    """The connection to the telephone system is cut, and mended; lines live on."""
    CLOCK_AHEAD = "clock_ahead"
    """The wall clock jumps ahead by `seconds`."""
    CLOCK_BACK = "clock_back"
    """The wall clock jumps back by `seconds`."""
    TRUNK_DOWN = "trunk_down"
    """The telephone system takes its trunk for down: every order fails at once, without a channel."""
    UNSERVED = "unserved"
    """The campaign's settings change: whom nobody comes for gets what `unserved` says, and after that again
    what was planned."""
    BOX = "box"
    """One of several telephone systems dies, is given up after half of the time, and comes back."""
    BOX_TRUNKS = "box_trunks"
    """None of the trunks of one of several telephone systems works: its calls leave by those of `over`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPlan:
    """One incident.

    Args:
        after_hours: since the shift began.
        minutes: how long it lasts.
        box: which telephone system, where it is one of several.
        over: another of them; `lines`: how many calls it carries for the first.
        unserved: for an incident of that name, in a campaign that has recordings.
    """

    kind: IncidentKind
    after_hours: float
    minutes: float = 1.0
    seconds: float = 30.0
    box: str = ""
    over: str = ""
    lines: int = 2
    unserved: Unserved = Unserved.OVERFLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPlan:
    """One of several telephone systems; `lines`: channels that may exist there at once."""

    name: str
    lines: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePlan:
    """What else happens to people while the floor calls, per thousand people and day.

    Args:
        calls_us: conversations that reach the office by other ways than the floor's lines.
        placed_again: a later placement brings more of a person than the floor knows.
        holds_lifted: a hold of an earlier day ends.
    """

    calls_us: float = 1.5
    names_bad_hours: float = 1.0
    stops_a_number: float = 0.3
    consents_to_calls: float = 1.0
    on_active_duty: float = 0.1
    disaster: float = 0.1
    disputes_in_writing: float = 0.4
    represented: float = 0.1
    asks_us_to_stop: float = 0.2
    recalled: float = 0.4
    pays_all: float = 0.5
    is_charged: float = 0.0
    moves: float = 0.5
    notices_returned: float = 0.0
    letters: float = 0.0
    travels: float = 0.0
    limitations_found: float = 0.0
    lines_looked_up: float = 0.0
    histories_attested: float = 0.0
    histories_contradicted: float = 0.0
    placed_again: float = 0.0
    holds_lifted: float = 0.0

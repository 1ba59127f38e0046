"""What collectors do besides talking, at the rates that a scenario gives; and what its incidents do."""

from dataclasses import replace

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.events import (
    AgentHungUp,
    CallNotAttempted,
    CallTimedOut,
    ClockStepped,
    DialRequested,
    Event,
    FloorReleased,
    FloorStopped,
    LaunchingHeld,
    LaunchingResumed,
    NetworkLost,
    NetworkReconciled,
    ThirdPartyRequested,
    TransferRequested,
)
from dialer.domain.ports import JournalEntry
from dialer.domain.voice import Unserved
from simulator.durations import constant
from simulator.plans import ActsPlan, IncidentKind, IncidentPlan, RecordingsPlan
from simulator.rehearsal import RehearsalResult, run_rehearsal
from simulator.scenario import (
    AgentsPlan,
    CallsPlan,
    CampaignPlan,
    PopulationPlan,
    Scenario,
    ShiftPlan,
    TalksPlan,
)

MINUTES = 20.0


class Shift:
    """Twenty minutes of four collectors whom everybody answers, and talks for forty seconds."""

    def __init__(self, **changes: object) -> None:
        scenario = Scenario(
            name="acts",
            shift=ShiftPlan(hours=MINUTES / 60.0),
            agents=AgentsPlan(count=4),
            campaign=CampaignPlan(policy="progressive", outside_line="+12025550199"),
            calls=CallsPlan(person_answers=0.9, answer_after=constant(seconds=5.0)),
            talks=TalksPlan(right_party=constant(seconds=40.0), after_right_party=constant(seconds=5.0)),
            population=PopulationPlan(persons_per_agent_hour=300.0, second_number=1.0),
        )
        self.scenario = replace(scenario, **changes)  # pyright: ignore[reportArgumentType]  # its own fields
        self.told: list[tuple[float, Event]] = []
        self.result: RehearsalResult = run_rehearsal(self.scenario, seed=1, rulebook=None, sink=self._hear)

    def _hear(self, entry: JournalEntry) -> None:
        self.told.append((entry.now, entry.event))

    def at(self, kind: type) -> list[float]:
        """Seconds after the start of every event of the kind."""
        return [round(at - self.result.starts_at, 3) for at, event in self.told if isinstance(event, kind)]

    @property
    def talks(self) -> int:
        return sum(record.outcome is Outcome.CONNECTED for record in self.result.attempts)


def test_nobody_does_anything_but_talk_unless_the_scenario_says_so() -> None:
    shift = Shift()
    kinds = (AgentHungUp, TransferRequested, ThirdPartyRequested, DialRequested)
    assert [shift.at(kind) for kind in kinds] == [[], [], [], []]
    assert shift.talks > 50


@pytest.mark.parametrize(("share", "low", "high"), [(1.0, 1.0, 1.0), (0.5, 0.3, 0.7)])
def test_a_share_of_the_talks_is_ended_by_the_agent_after_its_part_of_them(
    share: float, low: float, high: float
) -> None:
    shift = Shift(acts=ActsPlan(hang_up=share, hang_up_after=0.5))
    talked = [
        round(record.talk_ended_at - record.bridged_at)
        for record in shift.result.attempts
        if record.talk_ended_at is not None and record.bridged_at is not None
    ]
    assert set(talked) <= {20, 40}
    assert low <= talked.count(20) / len(talked) <= high


def test_an_attorney_is_called_into_a_share_of_the_talks_or_another_number_of_the_person() -> None:
    for other_number, lines in ((0.0, {"attorney"}), (1.0, {None})):
        shift = Shift(acts=ActsPlan(third_party=1.0, other_number=other_number))
        asked = [event for _, event in shift.told if isinstance(event, ThirdPartyRequested)]
        assert len(asked) > 30
        assert {event.line for event in asked} == lines


def test_a_talk_is_passed_on_only_to_an_agent_who_is_free() -> None:
    shift = Shift(acts=ActsPlan(transfer=1.0))
    asked = [event for _, event in shift.told if isinstance(event, TransferRequested)]
    assert len(asked) > 3
    assert all(event.to != event.by for event in asked)


@pytest.mark.parametrize(
    ("kind", "begins", "ends"),
    [
        (IncidentKind.RED_BUTTON, FloorStopped, FloorReleased),
        (IncidentKind.HOLD, LaunchingHeld, LaunchingResumed),
    ],
)
def test_while_launching_is_stopped_nobody_is_called(kind: IncidentKind, begins: type, ends: type) -> None:
    shift = Shift(incidents=(IncidentPlan(kind=kind, after_hours=0.1, minutes=2.0),))
    assert (shift.at(begins), shift.at(ends)) == ([360.0], [480.0])
    launched = [record.launched_at - shift.result.starts_at for record in shift.result.attempts]
    assert not [at for at in launched if 360.0 < at < 480.0]
    assert [at for at in launched if at >= 480.0]


def test_a_connection_that_is_cut_is_told_and_mended_with_all_that_lives() -> None:
    shift = Shift(incidents=(IncidentPlan(kind=IncidentKind.CONNECTION, after_hours=0.1, minutes=0.5),))
    assert shift.at(NetworkLost) == [360.0]
    assert shift.at(NetworkReconciled) == [-1.0, 390.0]


@pytest.mark.parametrize(("kind", "by"), [(IncidentKind.CLOCK_AHEAD, 20.0), (IncidentKind.CLOCK_BACK, -20.0)])
def test_the_clock_is_set_while_calls_go_on(kind: IncidentKind, by: float) -> None:
    shift = Shift(incidents=(IncidentPlan(kind=kind, after_hours=0.1, seconds=20.0),))
    stepped = [event.seconds for _, event in shift.told if isinstance(event, ClockStepped)]
    assert stepped == [by]
    assert shift.at(ClockStepped) == [360.0 + by]
    assert all(record.outcome is not None for record in shift.result.attempts)


def test_a_trunk_that_is_taken_for_down_refuses_what_is_launched_and_launching_holds() -> None:
    shift = Shift(incidents=(IncidentPlan(kind=IncidentKind.TRUNK_DOWN, after_hours=0.1, minutes=1.0),))
    refused = shift.at(CallNotAttempted)
    assert refused
    assert all(360.0 <= at <= 420.1 for at in refused)
    assert len(refused) < 10


def test_settings_that_change_what_nobody_s_caller_gets_hold_for_their_time() -> None:
    late = CampaignPlan(
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 4.0},
        abandonment_limit=1.0,
        abandonment_target=1.0,
        recordings=RecordingsPlan(unserved=Unserved.MESSAGE),
    )
    incident = IncidentPlan(kind=IncidentKind.UNSERVED, after_hours=0.1, minutes=3.0)
    everybody = PopulationPlan(persons_per_agent_hour=3000.0)
    shift = Shift(campaign=late, incidents=(incident,), population=everybody)
    overflow = [
        at - shift.result.starts_at
        for at, event in shift.told
        if isinstance(event, CallTimedOut) and event.overflow
    ]
    message = [
        at - shift.result.starts_at
        for at, event in shift.told
        if isinstance(event, CallTimedOut) and event.message_played
    ]
    assert overflow
    assert all(360.0 < at < 540.0 + 60.0 for at in overflow)
    assert [at for at in message if at < 360.0]
    assert [at for at in message if at > 600.0]

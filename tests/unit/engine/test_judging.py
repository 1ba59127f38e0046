"""Who had somebody in time, to the hundredth of a second, and what the ledger makes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import AbandonmentWindow, CampaignSettings, CampaignState
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId
from dialer.domain.voice import Unserved, VoicePlan
from dialer.engine.launching import ledger
from dialer.engine.state import CampaignRow, LedgerRow

Floor = Any
MakeFloor = Callable[..., Floor]
ANN = AgentId("agent0")


def two_lines(make_floor: MakeFloor, **settings: Any) -> tuple[Floor, AttemptId, AttemptId]:
    """One agent, two calls that ring."""
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0, **settings
    )
    floor.start(agents=1)
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    first, second = [order.attempt for order in floor.all(c.Originate)]
    return floor, first, second


def counted(floor: Floor) -> tuple[int, int]:
    """(live answers, of these abandoned) in the running window."""
    view = floor.engine.snapshot().campaigns[0]
    return view.live_answers, view.abandoned


def abandoned(floor: Floor, attempt: AttemptId) -> bool | None:
    return [each.record.abandoned for each in floor.all(c.StoreOutcome) if each.record.attempt == attempt][-1]


# --- joined -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late_s", "is_abandoned"),
    [(0.5, False), (1.99, False), (2.0, False), (2.01, True), (7.0, True), (60.0, True)],
)
def test_a_bridge_later_than_two_seconds_is_an_abandonment_though_somebody_talks(
    make_floor: MakeFloor, late_s: float, is_abandoned: bool
) -> None:
    """47 CFR 64.1200(a)(7): connected within two seconds of the completed greeting."""
    floor, attempt, _other = two_lines(make_floor)
    floor.answer(attempt)
    answered_at = floor.now
    floor.now = answered_at + late_s
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    assert counted(floor) == (int(is_abandoned), int(is_abandoned))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, ANN, DispositionKind.REFUSED_TO_PAY)
    assert abandoned(floor, attempt) is is_abandoned
    assert counted(floor) == (1, int(is_abandoned)), "one live answer, whichever it is"


def test_the_telephone_system_s_instant_of_the_bridge_counts_and_never_one_after_now(
    make_floor: MakeFloor,
) -> None:
    floor, attempt, _other = two_lines(make_floor)
    floor.answer(attempt)
    answered_at = floor.now
    floor.now = answered_at + 5.0
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=answered_at + 1.0))
    assert counted(floor) == (0, 0), "the news took five seconds, the bridge one"
    assert floor.engine.checkpoint().calls[attempt].bridged_at == answered_at + 1.0


@pytest.mark.parametrize(("waited_s", "is_joined"), [(1.89, True), (1.91, False)])
def test_nobody_is_joined_in_the_last_tenth_of_a_second(
    make_floor: MakeFloor, waited_s: float, is_joined: bool
) -> None:
    """The race with the telephone system's own limit is never cut fine: `bridge_margin_s`."""
    floor, first, second = two_lines(make_floor)
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=ANN, bridged_at=floor.now))
    floor.answer(second)
    answered_at = floor.now
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.CONNECTED))
    floor.now = answered_at + waited_s - 10.0
    floor.log.clear()
    floor.dispose(first, ANN, DispositionKind.MACHINE)
    assert [bridge.attempt for bridge in floor.all(c.Bridge)] == ([second] if is_joined else [])


# --- not joined -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited_s", "outcome", "counts"),
    [
        (0.5, Outcome.HUNG_UP_WAITING, (0, 0)),
        (1.99, Outcome.HUNG_UP_WAITING, (0, 0)),
        (2.0, Outcome.ABANDONED, (1, 1)),
        (2.01, Outcome.ABANDONED, (1, 1)),
    ],
)
def test_who_hangs_up_within_two_seconds_was_not_abandoned_and_at_two_was(
    make_floor: MakeFloor, waited_s: float, outcome: Outcome, counts: tuple[int, int]
) -> None:
    floor, first, second = two_lines(make_floor)
    floor.answer(first)
    floor.answer(second)
    floor.now += waited_s
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.HUNG_UP_WAITING))
    assert floor.last(c.StoreOutcome).record.outcome is outcome
    assert counted(floor) == counts


def test_an_abandoned_call_is_a_live_answer_once_in_numerator_and_denominator(make_floor: MakeFloor) -> None:
    floor, _first, second = two_lines(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(second)
    floor.send(e.CallTimedOut(attempt=second, message_played=True), after=2.0)
    assert counted(floor) == (1, 1)
    floor.send(e.CallTimedOut(attempt=second, message_played=True))
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.ABANDONED), after=9.0)
    assert counted(floor) == (1, 1)


@pytest.mark.parametrize(("within_s", "taken_s", "is_abandoned"), [(10.0, 10.0, False), (10.0, 10.01, True)])
def test_the_live_overflow_is_in_time_up_to_the_declared_second(
    make_floor: MakeFloor, within_s: float, taken_s: float, is_abandoned: bool
) -> None:
    floor, _first, second = two_lines(
        make_floor, voice=VoicePlan(unserved=Unserved.OVERFLOW), served_within_s=within_s
    )
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(second)
    answered_at = floor.now
    floor.send(e.CallTimedOut(attempt=second, message_played=False, overflow=True), after=2.0)
    floor.now = answered_at + taken_s
    floor.send(e.OverflowAnswered(attempt=second, at=floor.now))
    assert counted(floor) == (1, int(is_abandoned))


# --- windows ----------------------------------------------------------------------------------------------

NEW_YORK = ZoneInfo("America/New_York")


def row(zone: str = "America/New_York", **more: Any) -> CampaignRow:
    settings = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"), time_zone=zone, **more)
    return CampaignRow(settings=settings, state=CampaignState.RUNNING)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (datetime(2026, 5, 28, 0, 0, tzinfo=NEW_YORK), datetime(2026, 5, 29, tzinfo=NEW_YORK)),
        (datetime(2026, 5, 28, 23, 59, 59, tzinfo=NEW_YORK), datetime(2026, 5, 29, tzinfo=NEW_YORK)),
        (datetime(2026, 3, 8, 0, 30, tzinfo=NEW_YORK), datetime(2026, 3, 9, tzinfo=NEW_YORK)),  # 23 hours
        (datetime(2026, 11, 1, 0, 30, tzinfo=NEW_YORK), datetime(2026, 11, 2, tzinfo=NEW_YORK)),  # 25
    ],
)
def test_a_calendar_day_ends_at_the_campaign_s_midnight(now: datetime, ends: datetime) -> None:
    assert ledger.window_end(row().settings, now.timestamp()) == ends.timestamp()


def test_a_window_of_the_whole_campaign_has_no_end() -> None:
    campaign = row(abandonment_window=AbandonmentWindow.CAMPAIGN)
    began = datetime(2026, 5, 28, 12, tzinfo=NEW_YORK).timestamp()
    assert ledger.window_end(campaign.settings, began) is None
    ledger.count_abandoned(campaign, began)
    assert ledger.current(campaign, began + 1e8) == LedgerRow(live_answers=1, abandoned=1)


@pytest.mark.parametrize(("before_s", "counts"), [(0.01, (2, 1)), (0.0, (0, 0))])
def test_the_count_begins_anew_when_the_window_has_ended(before_s: float, counts: tuple[int, int]) -> None:
    campaign = row()
    began = datetime(2026, 5, 28, 12, tzinfo=NEW_YORK).timestamp()
    campaign.ledger.window_ends = ends = ledger.window_end(campaign.settings, began)
    assert ends is not None
    ledger.count_abandoned(campaign, began)
    ledger.count_live(campaign, began)
    now = ledger.current(campaign, ends - before_s)
    assert (now.live_answers, now.abandoned) == counts
    assert now.window_ends == (ends if before_s else ends + 86_400.0)


def test_pacing_is_told_the_limit_the_time_left_and_the_margin(make_floor: MakeFloor) -> None:
    del make_floor
    campaign = row(abandonment_limit=0.05, answer_limit_s=2.0, bridge_margin_s=0.25)
    began = datetime(2026, 5, 28, 23, tzinfo=NEW_YORK).timestamp()
    campaign.ledger.window_ends = ledger.window_end(campaign.settings, began)
    told = ledger.as_pacing(campaign, began)
    assert (told.limit, told.connect_within, told.window_left) == (0.05, 1.75, 3600.0)


@pytest.mark.parametrize(("before_s", "counts"), [(0.01, (3, 1)), (0.0, (0, 0)), (-30_000.0, (0, 0))])
def test_settings_of_a_new_day_do_not_take_yesterdays_count_into_it(
    make_floor: MakeFloor, before_s: float, counts: tuple[int, int]
) -> None:
    """A floor that is told its settings each morning, before anything else of the campaign happens."""
    floor = make_floor()
    floor.start(agents=1)
    campaign = floor.engine.checkpoint().campaigns[CampaignId("spring")]
    ledger.count_abandoned(campaign, floor.now)
    ledger.count_live(campaign, floor.now)
    ledger.count_live(campaign, floor.now)
    ends = campaign.ledger.window_ends
    assert ends is not None
    floor.now = ends - before_s
    floor.send(e.CampaignConfigured(settings=campaign.settings))
    now = ledger.current(campaign, floor.now)
    assert (now.live_answers, now.abandoned) == counts
    assert now.window_ends == ledger.window_end(campaign.settings, floor.now)

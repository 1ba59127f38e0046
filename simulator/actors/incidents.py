"""What goes wrong, or is done by those in charge, at instants of the shift that the scenario names."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import (
    CallerIdReleased,
    CampaignConfigured,
    CampaignPaused,
    CampaignStarted,
    CampaignStopped,
    ClockStepped,
    FloorReleased,
    FloorStopped,
    LaunchingHeld,
    LaunchingResumed,
    NetworkLost,
)
from dialer.domain.ids import BoxId
from simulator.plans import IncidentKind, IncidentPlan
from simulator.telephone_network import TelephoneNetwork
from simulator.world import OFFICE, World

_BY = "supervisor"
_WHY = "an incident of the scenario"


class Incidents:
    """Lets the scenario's incidents happen."""

    def __init__(
        self, *, world: World, network: TelephoneNetwork, settings: CampaignSettings, shown: tuple[str, ...]
    ) -> None:
        self._world = world
        self._network = network
        self._settings = settings
        self._campaign = settings.campaign
        self._shown = shown
        self._begin: Mapping[IncidentKind, Callable[[IncidentPlan], None]] = {
            IncidentKind.PAUSE: self._pause,
            IncidentKind.STOP: self._stop,
            IncidentKind.RED_BUTTON: self._press_red_button,
            IncidentKind.RELEASE_NUMBER: self._release_number,
            IncidentKind.HOLD: self._hold,
            IncidentKind.CONNECTION: self._cut,
            IncidentKind.CLOCK_AHEAD: lambda plan: self._step_clock(plan.seconds),
            IncidentKind.CLOCK_BACK: lambda plan: self._step_clock(-plan.seconds),
            IncidentKind.TRUNK_DOWN: self._refuse,
            IncidentKind.UNSERVED: self._serve_otherwise,
            IncidentKind.BOX: self._lose_box,
            IncidentKind.BOX_TRUNKS: self._divert_box,
        }

    def plan(self, incidents: tuple[IncidentPlan, ...], starts_at: float) -> None:
        """Put them on the heap."""
        for incident in incidents:
            at = starts_at + incident.after_hours * 3600.0
            self._world.schedule(at, self._begin[incident.kind], incident, priority=OFFICE)

    def _later(self, seconds: float, act: Callable[[IncidentPlan], None], plan: IncidentPlan) -> None:
        self._world.schedule(self._world.now + seconds, act, plan, priority=OFFICE)

    def _pause(self, plan: IncidentPlan) -> None:
        self._world.tell(CampaignPaused(campaign=self._campaign))
        self._later(plan.minutes * 60.0, self._start, plan)

    def _stop(self, plan: IncidentPlan) -> None:
        self._world.tell(CampaignStopped(campaign=self._campaign))
        self._later(plan.minutes * 60.0, self._start, plan)

    def _start(self, _plan: IncidentPlan) -> None:
        self._world.tell(CampaignStarted(campaign=self._campaign))

    def _press_red_button(self, plan: IncidentPlan) -> None:
        self._world.tell(FloorStopped(by=_BY, reason=_WHY))
        self._later(plan.minutes * 60.0, self._release, plan)

    def _release(self, _plan: IncidentPlan) -> None:
        self._world.tell(FloorReleased(by=_BY))

    def _release_number(self, _plan: IncidentPlan) -> None:
        self._world.tell(CallerIdReleased(number=self._shown[0], by=_BY))

    def _hold(self, plan: IncidentPlan) -> None:
        self._world.tell(LaunchingHeld(by="overload", reason=_WHY))
        self._later(plan.minutes * 60.0, self._resume, plan)

    def _resume(self, _plan: IncidentPlan) -> None:
        self._world.tell(LaunchingResumed(by="overload"))

    def _cut(self, plan: IncidentPlan) -> None:
        self._network.is_deaf = True
        self._world.tell(NetworkLost(reason=_WHY))
        self._later(plan.minutes * 60.0, self._mend, plan)

    def _mend(self, _plan: IncidentPlan) -> None:
        self._network.is_deaf = False
        self._world.tell(self._network.reconciled())

    def _step_clock(self, seconds: float) -> None:
        self._world.step_clock(seconds)
        self._world.tell(ClockStepped(seconds=seconds))

    def _refuse(self, plan: IncidentPlan) -> None:
        self._network.trunk.refuse(self._world.now + plan.minutes * 60.0)

    def _serve_otherwise(self, plan: IncidentPlan) -> None:
        voice = self._settings.voice
        assert voice is not None, "the scenario was checked: this campaign has recordings"
        changed = replace(self._settings, voice=replace(voice, unserved=plan.unserved))
        self._world.tell(CampaignConfigured(settings=changed))
        self._later(plan.minutes * 60.0, self._serve_as_before, plan)

    def _serve_as_before(self, _plan: IncidentPlan) -> None:
        self._world.tell(CampaignConfigured(settings=self._settings))

    def _lose_box(self, plan: IncidentPlan) -> None:
        self._network.fail_box(BoxId(plan.box), _WHY)
        self._later(plan.minutes * 30.0, self._give_up_box, plan)
        self._later(plan.minutes * 60.0, self._restore_box, plan)

    def _give_up_box(self, plan: IncidentPlan) -> None:
        self._network.give_up_box(BoxId(plan.box), _WHY)

    def _restore_box(self, plan: IncidentPlan) -> None:
        self._network.restore_box(BoxId(plan.box))

    def _divert_box(self, plan: IncidentPlan) -> None:
        self._network.divert_box(BoxId(plan.box), BoxId(plan.over), plan.lines, _WHY)
        self._later(plan.minutes * 60.0, self._end_diversion, plan)

    def _end_diversion(self, plan: IncidentPlan) -> None:
        self._network.end_box_diversion(BoxId(plan.box))

"""Floors to let histories run on: the engine tests' own, in several furnishings."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

from hostile_events import LINES, MESSAGE, NOTICE, OWNED

from compliance_gate.findings import Recording
from compliance_gate.request import PersonFile
from dialer.domain import events as e
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.commands import RefillHopper
from dialer.domain.ids import AgentId, BoxId, CampaignId, ClientId, EndpointId
from dialer.domain.telephone_events import BoxFound
from dialer.domain.voice import RecordingPlan, Unserved, VoicemailPlan, VoicePlan

_SOURCE = Path(__file__).parents[2] / "unit" / "engine" / "conftest.py"
_spec = importlib.util.spec_from_file_location("engine_floor", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
engine_floor: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(engine_floor)

Floor: Any = engine_floor.Floor
lead: Any = engine_floor.lead


def person(i: int) -> PersonFile:
    """Person number `i`, who has two numbers: `n0` and `m0`."""
    file: PersonFile = engine_floor.person(i)
    (number,) = file.numbers
    return replace(file, numbers=(number, replace(number, number=f"m{i}")))


class Peopled(Floor):
    """A floor whose people have two numbers each."""

    def feed(self, count: int, *, first: int = 0, **more: object) -> None:
        """Answer the hopper's last asking."""
        refill = self.last(RefillHopper)
        self.send(
            e.LeadsFetched(
                campaign=refill.campaign,
                request=refill.request,
                as_of=refill.sequence,
                leads=tuple(lead(i, **more) for i in range(first, first + count)),
                persons=tuple(person(i) for i in range(first, first + count)),
                leads_left=10_000,
            )
        )


FURNISHINGS = (
    "plain",
    "strict",
    "predictive",
    "detecting",
    "announcing",
    "overflowing",
    "several boxes",
    "two",
)
"""Names of kinds of floors; `furnished` makes one."""


def _settings(kind: str) -> dict[str, Any]:
    plan = VoicePlan(messages=(MESSAGE,), voicemail=VoicemailPlan(texts=(MESSAGE,)))
    match kind:
        case "strict":
            return {"policy": "progressive", "max_passes": 2, "wrap_up_limit_s": 15.0}
        case "predictive":
            return {"policy": "predictive"}
        case "detecting":
            return {"detection": DetectionMode.ON, "voice": plan}
        case "announcing":
            recording = RecordingPlan(notices=(NOTICE,))
            return {"voice": VoicePlan(messages=(MESSAGE,), recording=recording)}
        case "overflowing":
            voice = VoicePlan(unserved=Unserved.OVERFLOW, messages=(MESSAGE,))
            return {"voice": voice, "served_within_s": 10.0}
        case _:
            return {}


def furnished(kind: str, *, agents: int = 3, leads: int = 8) -> Any:
    """A floor that has begun: agents ready, leads in hand, calls in the air."""
    base = {
        "policy": "fixed_ratio",
        "policy_parameters": {"lines_per_agent": 2.0},
        "abandonment_limit": 1.0,
        "outside_lines": LINES,
    }
    settings = {**base, **_settings(kind)}
    if settings["policy"] != "fixed_ratio":
        settings["policy_parameters"] = {}
    floor = Peopled(**settings)
    floor.gate.may_play = frozenset(Recording)
    floor.send(e.CallerIdsDeclared(numbers=OWNED))
    if kind == "several boxes":
        names = tuple(AgentId(f"agent{i}") for i in range(agents))
        boxes = (BoxId("east"), BoxId("west"))
        floor.start(agents=agents, leads=leads)
        floor.send(
            e.NetworkReconciled(
                live=(),
                talking={},
                agents=names,
                boxes=tuple(BoxFound(box=box) for box in boxes),
                seats=tuple((name, boxes[i % 2]) for i, name in enumerate(names)),
            )
        )
        floor.wait(2.0)
        return floor
    if kind == "two":
        other = CampaignSettings(campaign=CampaignId("summer"), client=ClientId("acme"), policy="predictive")
        floor.send(e.CampaignConfigured(settings=other))
        floor.send(e.CampaignStarted(campaign=other.campaign))
        seat = EndpointId("sip-agent3")
        floor.send(e.AgentLoggedIn(agent=AgentId("agent3"), campaign=other.campaign, endpoint=seat))
    floor.start(agents=agents, leads=leads)
    return floor

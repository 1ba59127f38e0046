"""What the adapter of one Asterisk needs besides its connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialer.domain.ids import CampaignId
from telephony.asterisk.call_back import CallBackPlan
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan

EVERY_CAMPAIGN = CampaignId("*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSettings:
    """What the adapter needs besides the connection.

    Args:
        agent_ring_s: seconds an agent's own phone is rung at log-in.
        owned: the only numbers that are ever shown; None = whatever is ordered (a laboratory).
        voices: by campaign, or for every other campaign; without any nothing is played or recorded.
        inbound_region: country whose numbers come without a country code.
        shut, opened: see `telephony.asterisk.shut.ShutNumbers`.
        call_record: Asterisk's own record of calls, as this machine sees it; None = there is none.
        call_backs: how calls to our own numbers are read.
    """

    trunks: tuple[TrunkPlan, ...]
    agent_ring_s: float = 20.0
    owned: frozenset[str] | None = None
    voices: Mapping[CampaignId, Voice] = field(default_factory=dict[CampaignId, Voice])
    inbound_region: str = "US"
    shut: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    call_record: Path | None = None
    call_backs: CallBackPlan = field(default_factory=CallBackPlan)

"""The one ledger of abandonment: what counts, in which window.

Definition in force: answered and not joined to an agent within the campaign's limit, per live answer (47 CFR
64.1200(a)(7); 16 CFR 310.4(b)(4)). An abandoned call that nobody could identify as a machine counts as a
live one: doubt counts against us. A joined call counts as live only when the collector said so.
"""

from datetime import date
from math import inf

from compliance_gate.abandonment import WindowKind, window_of
from compliance_gate.calendar import zone_days
from compliance_gate.call_handling import CallHandling, stricter
from dialer.domain.campaign import CampaignSettings
from dialer.domain.record import instant
from dialer.engine.handling import answer_limit_s
from dialer.engine.state import CampaignRow, LedgerRow
from pacing.policy import AbandonmentLedger


def window_end(settings: CampaignSettings, now: float) -> float | None:
    """POSIX seconds at which the running window ends; None for a window of the whole campaign."""
    is_whole = settings.abandonment_window == "campaign"
    kind = WindowKind.CAMPAIGN if is_whole else WindowKind.CALENDAR_DAY
    last = window_of(kind, at=instant(now), zone=settings.time_zone, started=date.min).last
    return None if last is None else float(zone_days(settings.time_zone).midnight(last.toordinal() + 1))


def current(campaign: CampaignRow, now: float) -> LedgerRow:
    """The ledger of the window that `now` lies in; starts a new one when the last has ended."""
    ledger = campaign.ledger
    if ledger.window_ends is not None and now >= ledger.window_ends:
        campaign.ledger = ledger = LedgerRow(window_ends=window_end(campaign.settings, now))
    return ledger


def count_abandoned(campaign: CampaignRow, now: float) -> None:
    """An answered call was not joined in time."""
    ledger = current(campaign, now)
    ledger.live_answers += 1
    ledger.abandoned += 1


def count_live(campaign: CampaignRow, now: float) -> None:
    """A person was joined, or hung up within the limit by their own will."""
    current(campaign, now).live_answers += 1


def bind(campaign: CampaignRow, handling: CallHandling, now: float) -> None:
    """A call was cleared under these values: the window is held to the strictest of them."""
    ledger = current(campaign, now)
    if ledger.handling != handling:
        ledger.handling = stricter(ledger.handling, handling)


def as_pacing(campaign: CampaignRow, now: float) -> AbandonmentLedger:
    """The ledger in the pacing library's words."""
    ledger = current(campaign, now)
    settings, most = campaign.settings, ledger.handling.most_abandoned
    return AbandonmentLedger(
        live_answers=ledger.live_answers,
        abandoned=ledger.abandoned,
        limit=settings.abandonment_limit if most is None else min(settings.abandonment_limit, most),
        connect_within=answer_limit_s(settings, ledger.handling) - settings.bridge_margin_s,
        window_left=inf if ledger.window_ends is None else ledger.window_ends - now,
    )

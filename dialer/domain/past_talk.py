"""A talk that is over and written down, as its agent may still say something of it.

The engine forgets a call when its outcome is written. What an agent says later, that the person asked to stop
or disputed the debt, comes with what the store knows of the talk, so that it can be weighed and followed
without the engine keeping every talk of two days.
"""

from dataclasses import dataclass

from compliance_gate.request import HistoryEntry
from compliance_gate.valid import Names
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, NumberId, PersonId
from dialer.domain.record import AttemptRecord, entry_of
from dialer.domain.valid import Instant, valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PastTalk:
    """One talk.

    Args:
        agent: who talked last, and whose word its outcome is.
        launched_at, ended_at: POSIX seconds of the order to call, and of the end of the talk.
        disposition: what was said of it before; None = nothing.
        entry: what the gate remembers of it now.
        recorded: whether it was recorded; None = not known.
    """

    attempt: AttemptId
    campaign: CampaignId
    agent: AgentId
    person: PersonId
    number: NumberId
    debts: tuple[DebtId, ...]
    zones: Names
    launched_at: Instant
    ended_at: Instant
    disposition: Disposition | None
    entry: HistoryEntry
    recorded: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTalk:
    """A talk that is over, as the agent who heard it may still say more of it. Instants are POSIX seconds.

    Args:
        said: what was said of it so far; None = nothing.
        corrected_until: anything may be said of it until then.
        protected_until: what protects the person may be said of it before then.
        takes_anything: as of when it was asked; otherwise only what protects the person is taken.
    """

    attempt: AttemptId
    ended_at: float
    said: DispositionKind | None
    corrected_until: float
    protected_until: float
    takes_anything: bool


def past_talk(record: AttemptRecord) -> PastTalk | None:
    """The talk of an attempt; None when nobody talked, or somebody still does."""
    ended_at = record.talk_ended_at if record.talk_ended_at is not None else record.ended_at
    entry = entry_of(record)
    if record.agent is None or record.bridged_at is None or ended_at is None or entry is None:
        return None
    return PastTalk(
        attempt=record.attempt,
        campaign=record.campaign,
        agent=record.agent,
        person=record.person,
        number=record.number,
        debts=record.debts,
        zones=record.zones,
        launched_at=record.launched_at,
        ended_at=ended_at,
        disposition=record.disposition,
        entry=entry,
        recorded=record.recorded,
    )

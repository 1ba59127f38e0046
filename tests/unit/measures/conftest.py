"""Rows to measure, short to write."""

from collections.abc import Sequence

import pytest

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentSpan, DenialMade, PromiseMade, ShiftRecords

NOON = 1_800_000_000.0


class Rows:
    """Makes rows; times are seconds after the start of the stretch."""

    start = NOON

    def __init__(self) -> None:
        self._made = 0

    def attempt(
        self,
        *,
        at: float = 0.0,
        person: str = "",
        answered: float | None = None,
        joined: float | None = None,
        talk_ended: float | None = None,
        ended: float | None = 30.0,
        outcome: Outcome | None = Outcome.NO_ANSWER,
        said: DispositionKind | None = None,
    ) -> AttemptRecord:
        """One attempt; `answered`, `joined` and the ends are seconds after the launch."""
        self._made += 1
        name = person or f"p{self._made}"

        def instant(after: float | None) -> float | None:
            return None if after is None else NOON + at + after

        return AttemptRecord(
            attempt=AttemptId(f"a{self._made}"),
            campaign=CampaignId("c"),
            lead=LeadId(f"l-{name}"),
            person=PersonId(name),
            number=NumberId(f"n-{name}"),
            debts=(),
            zones=("America/New_York",),
            rulebook="r",
            launched_at=NOON + at,
            answered_at=instant(answered),
            bridged_at=instant(joined),
            talk_ended_at=instant(talk_ended),
            ended_at=instant(ended),
            outcome=outcome,
            disposition=None if said is None else Disposition(kind=said),
        )

    def talk(self, said: DispositionKind, *, at: float = 0.0, talk_s: float = 60.0) -> AttemptRecord:
        """Answered after 10 s, joined 0.1 s later."""
        return self.attempt(
            at=at,
            answered=10.0,
            joined=10.1,
            talk_ended=10.1 + talk_s,
            ended=10.1 + talk_s,
            outcome=Outcome.CONNECTED,
            said=said,
        )

    def span(self, state: AgentState, start: float, end: float, *, agent: str = "anna") -> AgentSpan:
        """Seconds after the start of the stretch."""
        return AgentSpan(
            agent=AgentId(agent),
            campaign=CampaignId("c"),
            state=state,
            started_at=NOON + start,
            ended_at=NOON + end,
        )

    def shift(
        self,
        attempts: Sequence[AttemptRecord] = (),
        spans: Sequence[AgentSpan] = (),
        *,
        promises: Sequence[PromiseMade] = (),
        denials: Sequence[DenialMade] = (),
        hours: float = 1.0,
        leads_loaded: int | None = None,
    ) -> ShiftRecords:
        """A stretch of `hours`."""
        return ShiftRecords(
            attempts=tuple(attempts),
            agent_spans=tuple(spans),
            promises=tuple(promises),
            denials=tuple(denials),
            starts_at=NOON,
            ends_at=NOON + hours * 3600.0,
            leads_loaded=leads_loaded,
        )


@pytest.fixture
def rows() -> Rows:
    return Rows()

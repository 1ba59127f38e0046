"""A state that an earlier version wrote down: what it could not know is filled in, never left at a default
that would mean something else."""

from dialer.engine.launching.answering import learned_from
from dialer.engine.state import EngineState


def fill_in(state: EngineState) -> None:
    """Mend a state in place before the engine goes on from it; a state of this version is left as it is.

    Leads that need a reserved agent wait from now on, or from the instant that was agreed: without a
    beginning they would seem to have waited for ever and would all have their turn at once. Who answers, as
    it was counted, goes on where pacing learns it.
    """
    for campaign in state.campaigns.values():
        if campaign.answers is not None:
            campaign.learned, campaign.answers = learned_from(campaign.answers), None
        for pool in campaign.pools.values():
            for name in pool.reserved:
                if name not in pool.reserved_since:
                    agreed = state.leads[name].not_before
                    pool.reserved_since[name] = state.now if agreed is None else max(agreed, state.now)

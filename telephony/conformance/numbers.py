"""Numbers for systems whose public is a plan (`telephony.in_memory.public`): what each of them does."""

from dialer.domain.attempt import Outcome
from telephony.conformance.bench import Numbers
from telephony.in_memory.public import Answerer, Fate, Public, PublicPlan

FATES = {
    "+1000": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=60.0),
    "+1001": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=1.0),
    "+1002": Fate(after_s=0.5, answerer=None, failure=Outcome.BUSY, rings=False, sip_code=486),
    "+1003": Fate(after_s=0.5, answerer=None, failure=Outcome.INVALID_NUMBER, rings=False, sip_code=404),
    "+1004": Fate(after_s=3600.0, answerer=None),
    "+1005": Fate(after_s=0.5, answerer=Answerer.PERSON, presses="9"),
    "+1006": Fate(after_s=0.5, answerer=Answerer.MACHINE),
    "+1007": Fate(after_s=0.5, answerer=Answerer.MACHINE, tape_s=1.0),
    "+1008": Fate(after_s=0.5, answerer=None, failure=Outcome.BLOCKED, rings=False, sip_code=608),
    "+1009": Fate(after_s=0.5, answerer=None, failure=Outcome.UNWANTED, sip_code=607),
}

NUMBERS = Numbers(
    answers="+1000",
    answers_and_leaves="+1001",
    busy="+1002",
    invalid="+1003",
    blocked="+1008",
    unwanted="+1009",
    rings="+1004",
    presses="+1005",
    machine="+1006",
    short_tape="+1007",
)


def planned_public(seed: int = 1) -> Public:
    """Whoever has these numbers."""
    return Public(PublicPlan(fixed=FATES), seed=seed)

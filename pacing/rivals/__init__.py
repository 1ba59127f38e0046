"""What others do, written from descriptions of it, and what we did ourselves: to be measured against."""

from pacing.rivals.november import learner_of_november, make_november
from pacing.rivals.omnileads import OmniLeads
from pacing.rivals.vicidial import DropMethod, LevelSettings, VicidialAdaptive, VicidialRatio

__all__ = [
    "DropMethod",
    "LevelSettings",
    "OmniLeads",
    "VicidialAdaptive",
    "VicidialRatio",
    "learner_of_november",
    "make_november",
]

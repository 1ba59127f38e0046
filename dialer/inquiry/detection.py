"""How often detection of machines is right, by what collectors heard."""

from dialer.measures.detection import DetectionTable, detection_table
from dialer.storage import queries
from dialer.storage.store import Store


def detection_of(store: Store, *, campaign: str | None = None) -> DetectionTable:
    """Verdicts against what was heard, of one campaign or of all."""
    return detection_table(queries.attempts(store.database, campaign=campaign))

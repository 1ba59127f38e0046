"""What came of promises: made, due, kept, broken.

A row is one promise as it was known by the end of a day. A promise that is due on the very day is due, and
open until its grace is over, unless its money is there. Only what is decided is in a rate: what is open, or
was withdrawn, is neither kept nor broken. A promise for several accounts at once is counted as made, and
nobody can say what came of it: its state is not known.
"""

from dataclasses import dataclass
from datetime import date

from dialer.measures.definition import Unit
from dialer.measures.summed import RowMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRow:
    """One promise by the end of a day.

    Args:
        accounts: ours, one or several; client_accounts: the client's own names of them.
        since, on: first and last day of the stretch.
        made_on: the client's day. due_on: of its last part, None = no day was named.
        before, state: open, kept, broken or cancelled at the end of the day before `since`, and of `on`; '' =
            not known, or not made yet.
        cents: promised; None = nobody named any. paid_cents: that came for it; None = not known.
    """

    promise: str
    accounts: tuple[str, ...]
    client_accounts: tuple[str, ...]
    client: str
    currency: str
    campaign: str
    place: str
    agent: str
    disposition: str
    since: date
    on: date
    made_on: date
    due_on: date | None
    last_day: date | None
    before: str
    state: str
    cents: int | None
    paid_cents: int | None

    @property
    def is_made(self) -> bool:
        """In the stretch, and not withdrawn."""
        return self.since <= self.made_on <= self.on and self.state != "cancelled"

    @property
    def is_due(self) -> bool:
        """Its last part is due in the stretch, and it was not withdrawn."""
        return self.due_on is not None and self.since <= self.due_on <= self.on and self.state != "cancelled"

    def became(self, state: str) -> bool:
        """It is so by the end of the stretch, and was not before it."""
        return self.state == state and self.before != state

    @property
    def is_of_stretch(self) -> bool:
        """Anything of it is of the stretch, or it is open."""
        return self.is_made or self.is_due or self.state == "open" or self.state != self.before


def _due_and_decided(row: PromiseRow) -> int:
    return int(row.is_due and row.state in ("kept", "broken"))


PROMISES_COUNTED: tuple[RowMeasure[PromiseRow], ...] = (
    RowMeasure(
        name="promises_made",
        title="Promises made",
        says="Promises, plans and settlements that were agreed, and not withdrawn since.",
        unit=Unit.COUNT,
        numerator="promises made in the stretch, each once",
        top=lambda row: int(row.is_made),
        source="Oracle Advanced Collections; as `fairdial export results`",
    ),
    RowMeasure(
        name="promised",
        title="Promised",
        says="What was promised in them.",
        unit=Unit.CENTS,
        numerator="amounts of promises made in the stretch; one without an amount is not known",
        top=lambda row: row.cents if row.is_made else 0,
        is_money=True,
        source="usual in the trade",
    ),
    RowMeasure(
        name="promises_due",
        title="Promises due",
        says="Promises whose last part was to come in the stretch.",
        unit=Unit.COUNT,
        numerator="promises due in the stretch, its last day included",
        top=lambda row: int(row.is_due),
        source="usual in the trade",
    ),
    RowMeasure(
        name="promises_kept",
        title="Promises kept",
        says="Promises whose money was all there for the first time.",
        unit=Unit.COUNT,
        numerator="promises kept by the end of the stretch and not before it",
        top=lambda row: int(row.became("kept")),
        source="Fairdial: share and grace by the client's contract",
    ),
    RowMeasure(
        name="promises_broken",
        title="Promises broken",
        says="Promises whose grace ended without their money, or whose money went back.",
        unit=Unit.COUNT,
        numerator="promises broken by the end of the stretch and not before it",
        top=lambda row: int(row.became("broken")),
        source="Fairdial: share and grace by the client's contract",
    ),
    RowMeasure(
        name="promises_open",
        title="Promises open",
        says="Promises that are neither kept nor broken yet.",
        unit=Unit.COUNT,
        numerator="promises open at the end of the stretch",
        top=lambda row: int(row.state == "open"),
        source="usual in the trade",
    ),
)

KEPT_RATES: tuple[RowMeasure[PromiseRow], ...] = (
    RowMeasure(
        name="kept_rate",
        title="Kept rate",
        says="Of the promises that were due and are decided, the share that was kept.",
        unit=Unit.SHARE,
        numerator="promises due in the stretch and kept by its end",
        denominator="promises due in the stretch and kept or broken by its end",
        top=lambda row: int(row.is_due and row.state == "kept"),
        bottom=_due_and_decided,
        source="percentage of promises kept, Oracle Advanced Collections; open ones left out",
    ),
    RowMeasure(
        name="kept_rate_value",
        title="Kept rate by amount",
        says="Of what was promised and is decided, the share that came.",
        unit=Unit.SHARE,
        numerator="paid on promises due in the stretch and kept or broken by its end",
        denominator="promised in them",
        top=lambda row: row.paid_cents if _due_and_decided(row) else 0,
        bottom=lambda row: row.cents if _due_and_decided(row) else 0,
        is_money=True,
        source="paid on promise ÷ promised due, usual in the trade",
    ),
)

PROMISE_MEASURES = (*PROMISES_COUNTED, *KEPT_RATES)
"""Everything that is measured of promises."""

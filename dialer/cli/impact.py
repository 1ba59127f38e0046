"""`fairdial law impact`: which stored attempts the law of another day would have decided otherwise.

Both editions are asked with the facts of the store: what had happened and been asked before each launch. The
house's policy is left out; it is not law.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.told.impact import Impact, law_impact
from compliance_gate.words import Tech
from dialer.cli import auditing, console, stored
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.floor.law import rulebook_of
from dialer.results.exports import iso

if TYPE_CHECKING:
    from compliance_gate.book.rulebook import Rulebook
    from dialer.storage.store import Store

SHOWN = 20


@dataclass(slots=True, kw_only=True)
class Compared:
    """What the comparison came to. `impacts`: the attempts that the two editions decide differently."""

    before: date
    after: date
    attempts: int
    persons: int
    impacts: tuple[Impact, ...]

    def by_rule(self) -> list[tuple[str, int, int]]:
        """Rule, attempts only `after` forbids, attempts only `before` forbids; the most frequent first."""
        forbidden = Counter(rule for each in self.impacts if each.allowed_before for rule in each.rules)
        permitted = Counter(rule for each in self.impacts if each.allowed_after for rule in each.rules)
        names = sorted(forbidden | permitted, key=lambda name: (-forbidden[name] - permitted[name], name))
        return [(name, forbidden[name], permitted[name]) for name in names]


def compare_store(store: Store, before: date, after: date, *, json: bool) -> None:
    """Compare, and say what differs.

    Raises:
        UserError: no attempt is stored.
    """
    persons = stored.persons_called(store)
    if not persons:
        raise console.UserError("no attempt is stored here", mend="rehearse or run a shift first.")
    book = rulebook_of(store)
    compared = Compared(before=before, after=after, attempts=0, persons=len(persons), impacts=())

    def files() -> Iterator[PersonFile]:
        for done, file in enumerate(auditing.files_of(store, persons), start=1):
            placed = _placed(store, file)
            compared.attempts += len(placed)
            bar.reach(done / len(persons), f"{compared.attempts:,} attempts")
            own = {entry.entry for entry in placed}
            others = (entry for entry in file.history if entry.entry not in own)
            yield replace(file, history=(*others, *placed))

    with console.progress_bar("comparing", quiet=json) as bar:
        compared.impacts = tuple(law_impact(book, files(), before, after))
    if json:
        console.result_json(_as_json(compared, book))
    else:
        _tell(compared, book)


def _placed(store: Store, file: PersonFile) -> list[HistoryEntry]:
    found = (_entry(attempt) for attempt in stored.attempts_of(store, file.person))
    return [entry for entry in found if entry is not None]


def _entry(attempt: AttemptRecord) -> HistoryEntry | None:
    """The attempt at its launch, which is the instant that the gate decided, and with how it was dialed."""
    entry = entry_of(attempt)
    if entry is None:
        return None
    tech = Tech.MANUAL_LIVE if attempt.guaranteed else Tech.PREDICTIVE_LIVE
    return replace(entry, at=instant(attempt.launched_at), tech=tech)


def _tell(compared: Compared, book: Rulebook) -> None:
    before, after = compared.before.isoformat(), compared.after.isoformat()
    asked = f"{compared.attempts:,} attempts on {compared.persons:,} persons"
    if not compared.impacts:
        console.result(f"No difference: {asked} are decided alike by the law of {before} and of {after}.")
        return
    console.result(
        f"{len(compared.impacts):,} of {asked} are decided otherwise by the law of {after} than by that of "
        f"{before}"
    )
    table = console.table("rule", "newly forbidden", "newly allowed", "what it says", "citation")
    for name, forbidden, permitted in compared.by_rule():
        what, citation = _words(book, name)
        table.add_row(name, f"{forbidden:,}", f"{permitted:,}", what, citation)
    console.out.print(table)
    for each in compared.impacts[:SHOWN]:
        change = "would be forbidden" if each.allowed_before else "would be allowed"
        at = iso(each.entry.at.timestamp())
        console.result(f"{each.entry.entry} to {each.person} at {at} {change}: {', '.join(each.rules)}")
    if len(compared.impacts) > SHOWN:
        console.result(f"... and {len(compared.impacts) - SHOWN:,} more (--json has all)")


def _words(book: Rulebook, name: str) -> tuple[str, str]:
    rule = book.rule(name)
    return ("", "") if rule is None else (rule.header.what, rule.header.citation)


def _as_json(compared: Compared, book: Rulebook) -> dict[str, object]:
    return {
        "from": compared.before.isoformat(),
        "to": compared.after.isoformat(),
        "rulebook": book.hash,
        "attempts": compared.attempts,
        "persons": compared.persons,
        "rules": [
            {"rule": name, "newly_forbidden": forbidden, "newly_allowed": permitted}
            for name, forbidden, permitted in compared.by_rule()
        ],
        "impacts": [
            {
                "attempt": each.entry.entry,
                "person": each.person,
                "at": iso(each.entry.at.timestamp()),
                "allowed_before": each.allowed_before,
                "allowed_after": each.allowed_after,
                "rules": list(each.rules),
            }
            for each in compared.impacts
        ],
    }
